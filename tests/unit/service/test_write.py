# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single writes that go wrong: settled by reading, never repeated blindly, never after a timeout."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from simulator import Fault
from support.client import ServiceEnv
from support.oracles import problems
from support.phones import BRANCH, OTHER_USER, USER, mac, macs
from support.runs import where, where_dialect


def phone(env: ServiceEnv) -> str:
    return mac(1, env.vendor)


def run_one(env: ServiceEnv, device: DesiredDevice, **connection: Any) -> DeviceResult:
    before = len(env.world.history())
    run = env.run([device], connection, bulk=False)
    assert problems(env, [device], run, before) == []
    return run.results[0]


def outcome_of(result: DeviceResult) -> tuple[str, str | None, str]:
    why = result.reason
    return (result.outcome, None, "") if why is None else (result.outcome, why.code, why.variant)


# What one fault at the write leads to, if every read after it is answered. The table.
DONE = ("changed", None, "")
LOST = ("unknown", "answer_lost", "")
FAULTS: dict[str, tuple[tuple[str, str | None, str], int]] = {
    # name: outcome, and how many writes are sent
    "refused": (DONE, 2),
    "dropped": (DONE, 2),
    "reset": (DONE, 2),
    "http_500": (DONE, 2),
    "http_502": (DONE, 2),
    "http_503": (DONE, 2),
    "http_429": (DONE, 2),
    "hangs": (LOST, 1),
    "garbage": (LOST, 1),
    "redirected": (LOST, 1),
    "bad_gzip": (LOST, 1),
    "html": (DONE, 2),
    "http_413": (("failed", "refused", ""), 1),
    "absent": (("failed", "call_absent", ""), 1),
    "login_refused": (("failed", "login_refused", ""), 1),
    "not_applied": (("failed", "not_applied", ""), 1),
    "after_500": (DONE, 1),
    "after_503": (DONE, 1),
    "after_429": (DONE, 1),
    "after_504": (DONE, 1),
    "after_dropped": (DONE, 1),
    "after_reset": (DONE, 1),
    "after_half": (DONE, 1),
    "after_hangs": (DONE, 1),
    "after_cut": (DONE, 1),
    "after_garbage": (DONE, 1),
    "after_redirected": (DONE, 1),
    "late": (LOST, 1),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_one_fault_at_a_write_leads_to(env: ServiceEnv, kind: str) -> None:
    env.fail(kind, method=env.call_for("add"), nth=1)
    result = run_one(env, env.wants(phone(env)))
    expected, sent = FAULTS[kind]
    if env.vendor == "ymcs" and kind == "login_refused":
        expected, sent = DONE, 2  # the token is renewed once
    assert outcome_of(result) == expected
    assert env.writes() == [env.call_for("add")] * sent


def test_a_lost_write_that_never_succeeds_is_sent_as_often_as_allowed_and_stays_open(env: ServiceEnv) -> None:
    env.fail("dropped", method=env.call_for("add"))
    result = run_one(env, env.wants(phone(env)), retries=2)
    assert outcome_of(result)[:2] == ("unknown", "answer_lost")
    assert not result.changed
    assert len(env.writes()) == 3


@pytest.mark.parametrize("kind", ["after_hangs", "hangs", "late_after_read"])
def test_after_a_timeout_nothing_more_is_sent_for_that_phone_in_this_run(env: ServiceEnv, kind: str) -> None:
    env.fail(kind, method=env.call_for("add"))
    result = run_one(env, env.wants(phone(env)), retries=5)
    assert result.outcome == ("changed" if kind == "after_hangs" else "unknown")
    assert len(env.writes()) == 1


@pytest.mark.parametrize("first", ["after_503", "late_503", "http_503"])
def test_a_later_refusal_does_not_clear_that_an_earlier_try_may_have_been_executed(env: ServiceEnv, first: str) -> None:
    """The second try is refused, since by then the first one has been executed, or nothing has."""
    env.fail(first, method=env.call_for("add"), nth=1)
    env.fail("refused_in_words", method=env.call_for("add"), nth=2)
    result = run_one(env, env.wants(phone(env)))
    if first == "http_503":
        assert outcome_of(result) == ("unknown", "answer_lost", "refused")
    else:
        assert outcome_of(result) == DONE


@where_dialect(lambda dialect: dialect.protocol.name == "xmlrpc")
def test_a_later_stop_does_not_clear_it_either(env: ServiceEnv) -> None:
    env.fail("http_503", method=env.call_for("add"), nth=1)
    env.fail("login_refused", method=env.call_for("add"), nth=2)
    result = run_one(env, env.wants(phone(env)))
    assert result.outcome == "unknown"


@pytest.mark.parametrize("kind", ["after_dropped", "after_503", "after_hangs"])
def test_a_lost_write_that_cannot_be_read_back_is_unknown_and_not_repeated(env: ServiceEnv, kind: str) -> None:
    env.fail(kind, method=env.call_for("add"))
    for method in (env.call_for("read"), "checkDevice", "checkPhone"):
        env.sim.faults.extend(Fault("close", method=method, nth=number) for number in range(2, 12))
    result = run_one(env, env.wants(phone(env)))
    assert outcome_of(result) == ("unknown", "unreadable_after", "")
    assert result.after is None
    assert len(env.writes()) == 1


def test_an_accepted_write_that_cannot_be_read_back_is_unknown(env: ServiceEnv) -> None:
    for method in (env.call_for("read"), "checkDevice", "checkPhone"):
        env.sim.faults.extend(Fault("close", method=method, nth=number) for number in range(2, 12))
    result = run_one(env, env.wants(phone(env)))
    assert outcome_of(result) == ("unknown", "unreadable_after", "accepted")
    assert (result.after, result.changed, result.failed) == (None, False, True)


def test_a_refused_write_quotes_the_service(env: ServiceEnv) -> None:
    env.fail("refused_in_words", method=env.call_for("add"))
    result = run_one(env, env.wants(phone(env)))
    assert result.reason is not None
    assert outcome_of(result)[:2] == ("failed", "refused")
    assert "Please wait" in str(result.reason.params["text"])
    assert len(env.writes()) == 1


def test_a_rate_limit_of_ymcs_is_a_refusal_that_is_sent_again_after_its_wait(ymcs: ServiceEnv) -> None:
    ymcs.fail("rate_limited", method="addDevice", times=2)
    before = ymcs.clock.now
    assert outcome_of(run_one(ymcs, ymcs.wants(mac(1, "ymcs")))) == DONE
    assert len(ymcs.writes()) == 3
    assert ymcs.clock.now - before >= 2
    ymcs.sim.faults.clear()
    ymcs.fail("rate_limited", method="addDevice")
    assert outcome_of(run_one(ymcs, ymcs.wants(mac(2, "ymcs"))))[:2] == ("failed", "refused")


def test_a_service_that_stays_busy_leaves_the_phone_unknown(env: ServiceEnv) -> None:
    env.fail("http_503", method=env.call_for("add"))
    result = run_one(env, env.wants(phone(env)))
    assert outcome_of(result)[:2] == ("unknown", "answer_lost")
    assert env.world.device(phone(env)) is None


def test_a_service_that_goes_away_leaves_the_rest_not_attempted(env: ServiceEnv) -> None:
    phones = macs(30, env.vendor)
    env.once(env.call_for("add"), lambda: env.sim.faults.add(Fault("close")))
    desired = [env.wants(one) for one in phones]
    before = len(env.world.history())
    run = env.run(desired, {"retries": 0}, bulk=False)
    assert problems(env, desired, run, before) == []
    outcomes = [result.outcome for result in run.results]
    assert outcomes[0] == "unknown"
    assert outcomes.count("not_attempted") > 20
    assert run.stopped is not None
    assert run.stopped.code == "too_many_failures"
    assert {outcome_of(result)[1] for result in run.results} == {"unreadable_after", "too_many_failures"}


# Moves.


@pytest.mark.parametrize("kind", ["after_dropped", "dropped", "after_503", "http_503", "after_hangs", "hangs"])
def test_an_htek_move_whose_answer_is_lost_is_unknown_and_sent_once(htek: ServiceEnv, kind: str) -> None:
    """Nobody can read where the phone is redirected, so nothing can show that a second try is safe."""
    htek.place(mac(1, "htek"), "branch")
    htek.fail(kind, method="editDevice")
    result = run_one(htek, htek.wants(mac(1, "htek"), force=True))
    assert outcome_of(result) == ("unknown", "answer_lost", "unreadable_url")
    assert htek.writes() == ["editDevice"]


@where(lambda vendor: vendor.reads_url)
@pytest.mark.parametrize(("kind", "sent"), [("dropped", 2), ("after_dropped", 1), ("http_503", 2), ("after_503", 1)])
def test_a_move_whose_url_can_be_read_is_settled(env: ServiceEnv, kind: str, sent: int) -> None:
    env.place(phone(env), "branch")
    env.sim.faults.add(*(Fault(**_fields(kind), writes=True, nth=1),))
    result = run_one(env, env.wants(phone(env)))
    assert outcome_of(result) == DONE
    assert result.verified
    assert len(env.writes()) == sent


def _fields(kind: str) -> dict[str, Any]:
    phase = {"phase": "after" if kind.startswith("after") else "before", "name": kind}
    return {"kind": "close", **phase} if "dropped" in kind else {"kind": "status", "status": 503, **phase}


@pytest.mark.parametrize("kind", ["dropped", "after_dropped", "http_503", "after_503"])
def test_a_removal_is_settled(env: ServiceEnv, kind: str) -> None:
    env.place(phone(env), "office")
    env.sim.faults.add(Fault(**_fields(kind), writes=True, nth=1))
    result = run_one(env, DesiredDevice(phone(env), "absent"))
    assert (outcome_of(result), result.verified) == (DONE, True)
    assert phone(env) not in env.state()


# Others who write at the same time.


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
def test_a_phone_that_another_account_takes_between_read_and_write_is_a_conflict(env: ServiceEnv, bulk: bool) -> None:
    phones = macs(21, env.vendor)
    first = ("register", "addDevice")[env.vendor == "ymcs"]
    env.once(first, lambda: env.place(phones[0], "theirs", OTHER_USER))
    run = env.run([env.wants(one) for one in phones], bulk=bulk)
    assert run.results[0].outcome == "conflict"
    assert {result.outcome for result in run.results[1:]} == {"changed"}
    assert env.state()[phones[0]][0] == OTHER_USER


@pytest.mark.parametrize("env", ["yealink", "htek", "ymcs"], indirect=True)
@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
def test_a_phone_that_a_colleague_registers_in_between_is_as_declared_and_no_change_of_ours(
    env: ServiceEnv, bulk: bool
) -> None:
    first = ("register", "addDevice")[env.vendor == "ymcs"]
    env.once(first, lambda: env.place(phone(env), "office", serial="01"))
    (result,) = env.run([env.wants(phone(env))], bulk=bulk).results
    assert result.outcome == ("in_sync" if env.capabilities.reads_url else "unverifiable")
    assert not result.changed


def test_a_phone_that_a_colleague_moves_right_after_our_write_is_reported_as_it_is(yealink: ServiceEnv) -> None:
    yealink.place(mac(1), "branch")
    yealink.once("checkDeviceExt", lambda: yealink.place(mac(1), "branch"), nth=2)
    (result,) = yealink.run([yealink.wants(mac(1))], bulk=False).results
    assert outcome_of(result) == ("failed", "not_applied", "move")
    assert yealink.state()[mac(1)] == (USER, BRANCH)


# Services that lack calls.

WITHOUT = ("editDevice", "addServer", "deRegisterDevices", "registerDevices/3")


def test_htek_without_the_assumed_calls_does_what_the_documented_ones_can() -> None:
    env = ServiceEnv("htek", WITHOUT, register_unregistered="bind")
    phones = macs(8, "htek")
    env.place(phones[0])
    env.place(phones[1], "branch")
    env.place(phones[2], "theirs", OTHER_USER)
    for one in phones[4:]:
        env.place(one, "office")
    desired = [env.wants(one) for one in (phones[0], phones[1], phones[3])]
    desired += [env.wants(phones[2], override=True), *(DesiredDevice(one, "absent") for one in phones[4:])]
    before = len(env.world.history())
    run = env.run(desired)
    assert problems(env, desired, run, before) == []
    assert [result.outcome for result in run.results] == ["changed", "unverifiable", *["changed"] * 6]
    assert env.sim.count()["deRegisterDevices"] == 1  # asked once, then one by one
    assert len(run.notices) == 1
    env.run(desired)
    assert env.writes() == []


def test_htek_without_edit_device_never_removes_a_phone_to_move_it() -> None:
    env = ServiceEnv("htek", WITHOUT)
    env.place(mac(1, "htek"), "branch")
    result = run_one(env, env.wants(mac(1, "htek"), force=True))
    assert outcome_of(result) == ("failed", "call_absent", "")
    assert env.writes() == ["editDevice"]
    assert env.state()[mac(1, "htek")] == (USER, BRANCH)


def test_htek_without_edit_device_says_so_if_an_unbound_phone_cannot_be_bound() -> None:
    env = ServiceEnv("htek", WITHOUT)
    env.place(mac(1, "htek"))
    result = run_one(env, env.wants(mac(1, "htek"), override=True))
    assert result.reason is not None
    assert outcome_of(result) == ("failed", "call_absent", "")
    assert "editDevice" in str(result.reason.params["cause"])
    assert all(len(call.params) < 3 for call in env.sim.writes())  # nothing was overridden
    assert env.state()[mac(1, "htek")] == (USER, None)


@pytest.mark.parametrize(
    ("vendor", "lacks"),
    [
        ("yealink", ("checkDeviceExt", "registerDevices", "deRegisterDevices")),
        ("snom", ("getPhoneRedirection", "registerPhoneList", "deregisterPhoneList")),
        ("panasonic", ("getPhone",)),
    ],
)
def test_without_bulk_calls_and_the_call_for_urls_every_phone_is_done_and_both_are_said_once(
    vendor: str, lacks: tuple[str, ...]
) -> None:
    env = ServiceEnv(vendor, lacks)
    phones = macs(10, vendor)
    env.place(phones[9], "office")
    desired = [*(env.wants(one) for one in phones[:9]), DesiredDevice(phones[9], "absent")]
    run = env.run(desired)
    assert {result.outcome for result in run.results} == {"changed"}
    assert not any(result.verified for result in run.results[:9])
    counts = env.sim.count()
    assert all(counts[call] == 1 for call in lacks if call in counts)
    codes = [notice.code for notice in run.notices]
    assert sorted(codes) == (["urls_unreadable"] if vendor == "panasonic" else ["one_by_one", "urls_unreadable"])
    assert {one.outcome for one in env.run(desired).results} == {"unverifiable", "in_sync"}


# Where the run ends.


def test_a_write_that_never_leaves_is_not_attempted(env: ServiceEnv) -> None:
    env.fail("refused", method=env.call_for("add"))
    result = run_one(env, env.wants(phone(env)))
    assert outcome_of(result) == ("not_attempted", "account_unreachable", "write")
    assert result.after == result.change.current


def test_an_open_write_is_not_sent_again_if_there_is_no_time_to_wait(env: ServiceEnv) -> None:
    write = env.call_for("add")
    env.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "20"}, method=write, name="http_503"))
    result = run_one(env, env.wants(phone(env)), deadline=15.0)
    assert outcome_of(result) == LOST
    assert env.writes() == [write]
