# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single writes that go wrong: settled by reading, never repeated blindly, never after a timeout."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from simulator import Fault
from support.client import MemoryBench
from support.oracles import problems
from support.phones import BRANCH, OTHER_USER, USER, mac, macs
from support.runs import where, where_dialect


def phone(bench: MemoryBench) -> str:
    return mac(1, bench.vendor)


def run_one(bench: MemoryBench, device: DesiredDevice, **connection: Any) -> DeviceResult:
    before = len(bench.world.history())
    run = bench.run([device], connection, bulk=False)
    assert problems(bench, [device], run, before) == []
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
def test_what_one_fault_at_a_write_leads_to(bench: MemoryBench, kind: str) -> None:
    bench.fail(kind, method=bench.call_for("add"), nth=1)
    result = run_one(bench, bench.wants(phone(bench)))
    expected, sent = FAULTS[kind]
    if bench.vendor == "ymcs" and kind == "login_refused":
        expected, sent = DONE, 2  # the token is renewed once
    assert outcome_of(result) == expected
    assert bench.writes() == [bench.call_for("add")] * sent


def test_a_lost_write_that_never_succeeds_is_sent_as_often_as_allowed_and_stays_open(bench: MemoryBench) -> None:
    bench.fail("dropped", method=bench.call_for("add"))
    result = run_one(bench, bench.wants(phone(bench)), retries=2)
    assert outcome_of(result)[:2] == ("unknown", "answer_lost")
    assert not result.changed
    assert len(bench.writes()) == 3


@pytest.mark.parametrize("kind", ["after_hangs", "hangs", "late_after_read"])
def test_after_a_timeout_nothing_more_is_sent_for_that_phone_in_this_run(bench: MemoryBench, kind: str) -> None:
    bench.fail(kind, method=bench.call_for("add"))
    result = run_one(bench, bench.wants(phone(bench)), retries=5)
    assert result.outcome == ("changed" if kind == "after_hangs" else "unknown")
    assert len(bench.writes()) == 1


@pytest.mark.parametrize("first", ["after_503", "late_503", "http_503"])
def test_a_later_refusal_does_not_clear_that_an_earlier_try_may_have_been_executed(
    bench: MemoryBench, first: str
) -> None:
    """The second try is refused, since by then the first one has been executed, or nothing has."""
    bench.fail(first, method=bench.call_for("add"), nth=1)
    bench.fail("refused_in_words", method=bench.call_for("add"), nth=2)
    result = run_one(bench, bench.wants(phone(bench)))
    if first == "http_503":
        assert outcome_of(result) == ("unknown", "answer_lost", "refused")
    else:
        assert outcome_of(result) == DONE


@where_dialect(lambda dialect: dialect.protocol.name == "xmlrpc")
def test_a_later_stop_does_not_clear_it_either(bench: MemoryBench) -> None:
    bench.fail("http_503", method=bench.call_for("add"), nth=1)
    bench.fail("login_refused", method=bench.call_for("add"), nth=2)
    result = run_one(bench, bench.wants(phone(bench)))
    assert result.outcome == "unknown"


@pytest.mark.parametrize("kind", ["after_dropped", "after_503", "after_hangs"])
def test_a_lost_write_that_cannot_be_read_back_is_unknown_and_not_repeated(bench: MemoryBench, kind: str) -> None:
    bench.fail(kind, method=bench.call_for("add"))
    for method in (bench.call_for("read"), "checkDevice", "checkPhone"):
        bench.sim.faults.extend(Fault("close", method=method, nth=number) for number in range(2, 12))
    result = run_one(bench, bench.wants(phone(bench)))
    assert outcome_of(result) == ("unknown", "unreadable_after", "")
    assert result.after is None
    assert len(bench.writes()) == 1


def test_an_accepted_write_that_cannot_be_read_back_is_unknown(bench: MemoryBench) -> None:
    for method in (bench.call_for("read"), "checkDevice", "checkPhone"):
        bench.sim.faults.extend(Fault("close", method=method, nth=number) for number in range(2, 12))
    result = run_one(bench, bench.wants(phone(bench)))
    assert outcome_of(result) == ("unknown", "unreadable_after", "accepted")
    assert (result.after, result.changed, result.failed) == (None, False, True)


def test_a_refused_write_quotes_the_service(bench: MemoryBench) -> None:
    bench.fail("refused_in_words", method=bench.call_for("add"))
    result = run_one(bench, bench.wants(phone(bench)))
    assert result.reason is not None
    assert outcome_of(result)[:2] == ("failed", "refused")
    assert "Please wait" in str(result.reason.params["text"])
    assert len(bench.writes()) == 1


def test_a_rate_limit_of_ymcs_is_a_refusal_that_is_sent_again_after_its_wait(ymcs: MemoryBench) -> None:
    ymcs.fail("rate_limited", method="addDevice", times=2)
    before = ymcs.clock.now
    assert outcome_of(run_one(ymcs, ymcs.wants(mac(1, "ymcs")))) == DONE
    assert len(ymcs.writes()) == 3
    assert ymcs.clock.now - before >= 2
    ymcs.sim.faults.clear()
    ymcs.fail("rate_limited", method="addDevice")
    assert outcome_of(run_one(ymcs, ymcs.wants(mac(2, "ymcs"))))[:2] == ("failed", "refused")


def test_a_service_that_stays_busy_leaves_the_phone_unknown(bench: MemoryBench) -> None:
    bench.fail("http_503", method=bench.call_for("add"))
    result = run_one(bench, bench.wants(phone(bench)))
    assert outcome_of(result)[:2] == ("unknown", "answer_lost")
    assert bench.world.device(phone(bench)) is None


def test_a_service_that_goes_away_leaves_the_rest_not_attempted(bench: MemoryBench) -> None:
    phones = macs(30, bench.vendor)
    bench.once(bench.call_for("add"), lambda: bench.sim.faults.add(Fault("close")))
    desired = [bench.wants(one) for one in phones]
    before = len(bench.world.history())
    run = bench.run(desired, {"retries": 0}, bulk=False)
    assert problems(bench, desired, run, before) == []
    outcomes = [result.outcome for result in run.results]
    assert outcomes[0] == "unknown"
    assert outcomes.count("not_attempted") > 20
    assert run.stopped is not None
    assert run.stopped.code == "too_many_failures"
    assert {outcome_of(result)[1] for result in run.results} == {"unreadable_after", "too_many_failures"}


# Moves.


@pytest.mark.parametrize("kind", ["after_dropped", "dropped", "after_503", "http_503", "after_hangs", "hangs"])
def test_an_htek_move_whose_answer_is_lost_is_unknown_and_sent_once(htek: MemoryBench, kind: str) -> None:
    """Nobody can read where the phone is redirected, so nothing can show that a second try is safe."""
    htek.place(mac(1, "htek"), "branch")
    htek.fail(kind, method="editDevice")
    result = run_one(htek, htek.wants(mac(1, "htek"), force=True))
    assert outcome_of(result) == ("unknown", "answer_lost", "unreadable_url")
    assert htek.writes() == ["editDevice"]


@where(lambda vendor: vendor.reads_url)
@pytest.mark.parametrize(("kind", "sent"), [("dropped", 2), ("after_dropped", 1), ("http_503", 2), ("after_503", 1)])
def test_a_move_whose_url_can_be_read_is_settled(bench: MemoryBench, kind: str, sent: int) -> None:
    bench.place(phone(bench), "branch")
    bench.sim.faults.add(*(Fault(**_fields(kind), writes=True, nth=1),))
    result = run_one(bench, bench.wants(phone(bench)))
    assert outcome_of(result) == DONE
    assert result.verified
    assert len(bench.writes()) == sent


def _fields(kind: str) -> dict[str, Any]:
    phase = {"phase": "after" if kind.startswith("after") else "before", "name": kind}
    return {"kind": "close", **phase} if "dropped" in kind else {"kind": "status", "status": 503, **phase}


@pytest.mark.parametrize("kind", ["dropped", "after_dropped", "http_503", "after_503"])
def test_a_removal_is_settled(bench: MemoryBench, kind: str) -> None:
    bench.place(phone(bench), "office")
    bench.sim.faults.add(Fault(**_fields(kind), writes=True, nth=1))
    result = run_one(bench, DesiredDevice(phone(bench), "absent"))
    assert (outcome_of(result), result.verified) == (DONE, True)
    assert phone(bench) not in bench.state()


# Others who write at the same time.


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
def test_a_phone_that_another_account_takes_between_read_and_write_is_a_conflict(
    bench: MemoryBench, bulk: bool
) -> None:
    phones = macs(21, bench.vendor)
    first = ("register", "addDevice")[bench.vendor == "ymcs"]
    bench.once(first, lambda: bench.place(phones[0], "theirs", OTHER_USER))
    run = bench.run([bench.wants(one) for one in phones], bulk=bulk)
    assert run.results[0].outcome == "conflict"
    assert {result.outcome for result in run.results[1:]} == {"changed"}
    assert bench.state()[phones[0]][0] == OTHER_USER


@pytest.mark.parametrize("bench", ["yealink", "htek", "ymcs"], indirect=True)
@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
def test_a_phone_that_a_colleague_registers_in_between_is_as_declared_and_no_change_of_ours(
    bench: MemoryBench, bulk: bool
) -> None:
    first = ("register", "addDevice")[bench.vendor == "ymcs"]
    bench.once(first, lambda: bench.place(phone(bench), "office", serial="01"))
    (result,) = bench.run([bench.wants(phone(bench))], bulk=bulk).results
    assert result.outcome == ("in_sync" if bench.capabilities.reads_url else "unverifiable")
    assert not result.changed


def test_a_phone_that_a_colleague_moves_right_after_our_write_is_reported_as_it_is(yealink: MemoryBench) -> None:
    yealink.place(mac(1), "branch")
    yealink.once("checkDeviceExt", lambda: yealink.place(mac(1), "branch"), nth=2)
    (result,) = yealink.run([yealink.wants(mac(1))], bulk=False).results
    assert outcome_of(result) == ("failed", "not_applied", "move")
    assert yealink.state()[mac(1)] == (USER, BRANCH)


# Services that lack calls.

WITHOUT = ("editDevice", "addServer", "deRegisterDevices", "registerDevices/3")


def test_htek_without_the_assumed_calls_does_what_the_documented_ones_can() -> None:
    bench = MemoryBench("htek", WITHOUT, register_unregistered="bind")
    phones = macs(8, "htek")
    bench.place(phones[0])
    bench.place(phones[1], "branch")
    bench.place(phones[2], "theirs", OTHER_USER)
    for one in phones[4:]:
        bench.place(one, "office")
    desired = [bench.wants(one) for one in (phones[0], phones[1], phones[3])]
    desired += [bench.wants(phones[2], override=True), *(DesiredDevice(one, "absent") for one in phones[4:])]
    before = len(bench.world.history())
    run = bench.run(desired)
    assert problems(bench, desired, run, before) == []
    assert [result.outcome for result in run.results] == ["changed", "unverifiable", *["changed"] * 6]
    assert bench.sim.count()["deRegisterDevices"] == 1  # asked once, then one by one
    assert len(run.notices) == 1
    bench.run(desired)
    assert bench.writes() == []


def test_htek_without_edit_device_never_removes_a_phone_to_move_it() -> None:
    bench = MemoryBench("htek", WITHOUT)
    bench.place(mac(1, "htek"), "branch")
    result = run_one(bench, bench.wants(mac(1, "htek"), force=True))
    assert outcome_of(result) == ("failed", "call_absent", "")
    assert bench.writes() == ["editDevice"]
    assert bench.state()[mac(1, "htek")] == (USER, BRANCH)


def test_htek_without_edit_device_says_so_if_an_unbound_phone_cannot_be_bound() -> None:
    bench = MemoryBench("htek", WITHOUT)
    bench.place(mac(1, "htek"))
    result = run_one(bench, bench.wants(mac(1, "htek"), override=True))
    assert result.reason is not None
    assert outcome_of(result) == ("failed", "call_absent", "")
    assert "editDevice" in str(result.reason.params["cause"])
    assert all(len(call.params) < 3 for call in bench.sim.writes())  # nothing was overridden
    assert bench.state()[mac(1, "htek")] == (USER, None)


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
    bench = MemoryBench(vendor, lacks)
    phones = macs(10, vendor)
    bench.place(phones[9], "office")
    desired = [*(bench.wants(one) for one in phones[:9]), DesiredDevice(phones[9], "absent")]
    run = bench.run(desired)
    assert {result.outcome for result in run.results} == {"changed"}
    assert not any(result.verified for result in run.results[:9])
    counts = bench.sim.count()
    assert all(counts[call] == 1 for call in lacks if call in counts)
    codes = [notice.code for notice in run.notices]
    assert sorted(codes) == (["urls_unreadable"] if vendor == "panasonic" else ["one_by_one", "urls_unreadable"])
    assert {one.outcome for one in bench.run(desired).results} == {"unverifiable", "in_sync"}


# Where the run ends.


def test_a_write_that_never_leaves_is_not_attempted(bench: MemoryBench) -> None:
    bench.fail("refused", method=bench.call_for("add"))
    result = run_one(bench, bench.wants(phone(bench)))
    assert outcome_of(result) == ("not_attempted", "account_unreachable", "write")
    assert result.after == result.change.current


def test_an_open_write_is_not_sent_again_if_there_is_no_time_to_wait(bench: MemoryBench) -> None:
    write = bench.call_for("add")
    bench.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "20"}, method=write, name="http_503"))
    result = run_one(bench, bench.wants(phone(bench)), deadline=15.0)
    assert outcome_of(result) == LOST
    assert bench.writes() == [write]
