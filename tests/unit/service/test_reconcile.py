# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole reconciliation: confirmation, check mode and the plan, guards, reads that fail."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, GuardViolation, Server, reason
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._validation import DEFAULT_LIMIT, parse_limit
from simulator import Fault
from support.client import ServiceEnv, writes_of
from support.phones import BRANCH, OFFICE, OTHER_USER, USER, own_url
from support.runs import ALL, READS, codes, fleet, lists, outcomes, reads_of, where, where_dialect

listed_and_read = where(lambda vendor: vendor.lists_account and not vendor.list_shows_devices)


def test_a_second_run_writes_nothing(env: ServiceEnv) -> None:
    desired = [env.wants(phone) for phone in fleet(env)]
    env.run(desired)
    again = env.run(desired)
    assert not any(result.changed or result.failed for result in again.results)
    assert env.writes() == []


@lists
def test_results_come_in_the_order_given_then_the_purged_ones(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in (phones[12], phones[11]):
        env.place(phone, "office")
    order = [phones[5], phones[1], phones[9]]
    run = env.run([env.wants(phone) for phone in order], purge=True, purge_limit=parse_limit("2"))
    assert [result.mac for result in run.results] == [*order, phones[11], phones[12]]


# Confirmation.


def test_one_list_and_one_url_for_each_server_confirm_bulk_writes(yealink: ServiceEnv) -> None:
    phones = fleet(yealink)
    yealink.run([yealink.wants(phone, "office" if index % 2 else "branch") for index, phone in enumerate(phones)])
    assert yealink.sim.count() == {"listDevices": 2, "checkDeviceExt": 20 + 2, "registerDevices": 2}


def test_a_service_that_says_ok_and_does_half_is_found_out_device_by_device(env: ServiceEnv) -> None:
    phones = fleet(env)
    env.fail("half_then_ok")
    run = env.run([env.wants(phone) for phone in phones])
    done = [phone for phone in phones if env.world.status(USER, phone) == "Registered"]
    assert [result.mac for result in run.results if result.outcome == "changed"] == done
    assert codes(run) <= {None, "not_applied"}


@lists
def test_if_the_confirming_list_fails_every_device_is_read(env: ServiceEnv) -> None:
    phones = fleet(env)
    lister = env.call_for("list")
    first = 3 if lister == env.call_for("read") else 2
    env.sim.faults.extend(Fault("status", status=500, method=lister, nth=first + number) for number in range(4))
    run = env.run([env.wants(phone) for phone in phones])
    assert set(outcomes(run)) == {"changed"}


# Check mode and the plan.


@lists
def test_check_mode_says_the_plan_of_the_run_and_writes_nothing(env: ServiceEnv) -> None:
    phones = fleet(env)
    env.place(phones[0], "branch")
    env.place(phones[2], "office")
    env.place(phones[10], "office")
    desired = [env.wants(phone) for phone in phones[:2]] + [DesiredDevice(phones[2], "absent")]
    options: dict[str, Any] = {"purge": True, "purge_limit": parse_limit("5")}
    env.sim.options.read_only = True
    check = env.run(desired, check_mode=True, **options)
    env.sim.assert_clean()
    assert set(env.sim.count()) <= READS
    env.sim.options.read_only = False
    assert check.plan is not None
    run = env.run(desired, expect_plan=check.plan.digest, **options)
    assert run.violation is None
    assert run.plan == check.plan
    assert [result.changed for result in run.results] == [result.changed for result in check.results]


def test_another_plan_than_the_expected_one_is_not_written(env: ServiceEnv) -> None:
    phones = fleet(env)
    desired = [env.wants(phone) for phone in phones]
    plan = env.run(desired, check_mode=True).plan
    assert plan is not None
    env.place(phones[3])
    run = env.run(desired, expect_plan=plan.digest)
    assert run.violation is not None
    assert run.plan is not None
    assert (run.violation.name, run.violation.params["plan"]) == ("expect_plan", run.plan.digest)
    assert set(outcomes(run)) == {"not_attempted"}
    assert codes(run) == {"guard_expect_plan"}
    assert env.writes() == []


def test_the_plan_does_not_depend_on_the_order_of_the_list(env: ServiceEnv) -> None:
    desired = [env.wants(phone) for phone in fleet(env, 5)]
    plans = [env.run(order, check_mode=True).plan for order in (desired, desired[::-1])]
    assert plans[0] is not None
    assert plans[0] == plans[1]


# Guards.


@lists
@pytest.mark.parametrize(
    ("limit", "allowed"), [("10%", False), ("2", False), ("3", True), ("14%", False), ("15%", True)]
)
def test_purge_above_its_limit_writes_nothing_at_all(env: ServiceEnv, limit: str, allowed: bool) -> None:
    phones = fleet(env, 21)
    for phone in phones[:20]:
        env.place(phone, "office")
    run = env.run([env.wants(phone) for phone in phones[3:]], purge=True, purge_limit=parse_limit(limit))
    assert run.unmanaged is not None
    if allowed:
        assert (run.violation, run.unmanaged) == (None, ())
        assert set(env.state()) == set(phones[3:])
        return
    assert run.violation is not None
    assert run.violation.name == "purge_limit"
    assert env.writes() == []
    assert [device.mac for device in run.unmanaged] == phones[:3]
    assert {result.outcome for result in run.results if result.change.writes} == {"not_attempted"}


@listed_and_read
def test_purge_is_blocked_if_a_device_could_not_be_read(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "office")
    env.sim.faults.add(Fault("fault", code=1, text="Invalid XML format", mac=phones[19], method=reads_of(env)))
    env.sim.faults.add(Fault("fault", code=1, text="no", mac=phones[19], method="checkDevice"))
    run = env.run([env.wants(phone) for phone in phones[1:]], purge=True)
    assert run.violation is not None
    assert (run.violation.name, run.violation.params["count"]) == ("unread_devices", 1)
    assert env.writes() == []


@listed_and_read
def test_purge_is_blocked_if_a_candidate_could_not_be_read(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "office")
    env.sim.faults.add(Fault("fault", code=1, text="Invalid XML format", mac=phones[0], method=reads_of(env)))
    env.sim.faults.add(Fault("fault", code=1, text="no", mac=phones[0], method="checkDevice"))
    run = env.run([env.wants(phone) for phone in phones[2:]], purge=True, purge_limit=ALL)
    assert run.violation is not None
    assert run.violation.name == "unread_devices"
    assert env.writes() == []


@listed_and_read
@pytest.mark.parametrize("taken", [True, False], ids=["elsewhere", "unknown"])
def test_purge_is_blocked_if_list_and_check_contradict_each_other(env: ServiceEnv, taken: bool) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "office")

    def swap() -> None:
        env.world.remove_device(phones[7])
        if taken:
            env.place(phones[7], "theirs", OTHER_USER)

    env.once(reads_of(env), swap)
    run = env.run([env.wants(phone) for phone in phones[1:]], purge=True)
    assert run.violation is not None
    assert run.violation.name == "list_contradiction"
    assert env.writes() == []


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
def test_purge_is_blocked_if_the_list_leaves_registered_devices_out(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "office")
    env.sim.faults.add(Fault("text", text="No device(s) exists", method="listDevices"))
    run = env.run([env.wants(phone) for phone in phones[1:]], purge=True)
    assert run.violation is not None
    assert run.violation.name == "list_contradiction"
    assert env.writes() == []


@lists
def test_without_a_list_nothing_is_written(env: ServiceEnv) -> None:
    env.sim.faults.add(Fault("redirect", location="https://h/"))
    run = env.run([env.wants(phone) for phone in fleet(env)])
    assert (run.plan, run.unmanaged) == (None, None)
    assert run.account_error is not None
    assert codes(run) == {"account_unreachable"}
    assert set(outcomes(run)) == {"not_attempted"}
    assert len(env.sim.calls()) == 1


def test_a_guard_of_the_caller_comes_first_and_stops_every_write(env: ServiceEnv) -> None:
    violation = GuardViolation("fleet_size", params={"missing": reason("limited")})
    run = env.run([env.wants(phone) for phone in fleet(env)], guards=(lambda _seen: violation,), expect_plan="x")
    assert run.violation == violation
    assert codes(run) == {"guard_fleet_size"}
    assert env.writes() == []


@lists
def test_ignored_devices_are_neither_purged_nor_counted(env: ServiceEnv) -> None:
    phones = fleet(env, 4)
    for phone in phones:
        env.place(phone, "office")
    ignored = (phones[0], phones[1])
    run = env.run([env.wants(phones[3])], purge=True, purge_limit=ALL, ignore=ignored)
    assert set(env.state()) == {*ignored, phones[3]}
    assert run.unmanaged == ()


@where(lambda vendor: vendor.lists_account and vendor.reads_url)
def test_purge_servers_narrows_purge_to_what_is_redirected_there(env: ServiceEnv) -> None:
    phones = fleet(env, 5)
    env.place(phones[0], "office")
    env.place(phones[1], "branch")
    env.place(phones[2])
    env.place(phones[3], "office", url=own_url(1))
    options: dict[str, Any] = {"purge": True, "purge_limit": ALL}
    run = env.run([env.wants(phones[4])], purge_servers={"office": OFFICE}, **options)
    assert set(env.state()) == set(phones[1:])
    assert run.unmanaged is not None
    assert [device.mac for device in run.unmanaged] == phones[1:4]
    env.run([env.wants(phones[4])], purge_servers={}, **options)
    assert env.writes() == []


def test_without_purge_nothing_undeclared_is_touched(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones[1:]:
        env.place(phone, "branch")
    before = env.state()
    run = env.run([env.wants(phones[0])])
    listed = None if not env.capabilities.lists_account else phones[1:]
    assert (run.unmanaged if run.unmanaged is None else [device.mac for device in run.unmanaged]) == listed
    assert {phone: env.state()[phone] for phone in phones[1:]} == before


@lists
def test_unmanaged_devices_are_read_if_somebody_wants_to_know_where_they_are(env: ServiceEnv) -> None:
    phones = fleet(env, 3)
    env.place(phones[0], "office")
    env.place(phones[1], "branch")
    run = env.run([env.wants(phones[0])], read_unmanaged=True)
    assert run.unmanaged is not None
    url = BRANCH if env.capabilities.reads_url else None
    assert [(device.mac, device.status, device.url) for device in run.unmanaged] == [(phones[1], "registered", url)]


def test_nobody_looks_elsewhere_if_everything_is_declared_here(env: ServiceEnv) -> None:
    (phone,) = fleet(env, 1)
    env.place(phone, "office")

    def look() -> list[str]:
        raise AssertionError("looked")

    assert env.run([env.wants(phone)], declared_elsewhere=look).unmanaged in ((), None)


@lists
def test_what_is_declared_elsewhere_is_neither_unmanaged_nor_read_nor_purged(env: ServiceEnv) -> None:
    phones = fleet(env, 3)
    for phone in phones:
        env.place(phone, "office")
    run = env.run(
        [env.wants(phones[0])],
        declared_elsewhere=lambda: phones[1:2],
        read_unmanaged=True,
        purge=True,
        purge_limit=ALL,
    )
    assert run.unmanaged == ()
    assert set(env.state()) == set(phones[:2])
    assert not [call for call in env.sim.calls() if phones[1] in call.phones]


# Reads that fail.


def test_a_login_that_is_not_accepted_attempts_nothing(env: ServiceEnv) -> None:
    run = env.run([env.wants(phone) for phone in fleet(env)], {"password": "wrong-Pass-w0rd"})
    assert codes(run) == {"login_refused"}
    assert set(outcomes(run)) == {"not_attempted"}
    assert len(env.sim.refusals()) == 1


@pytest.mark.parametrize("kind", ["refused_in_words", "http_503"])
@where_dialect(
    lambda dialect: dialect.call_for("read") != dialect.call_for("list") and not dialect.capabilities.refusal_is_status
)
def test_without_purge_a_phone_that_cannot_be_read_does_not_stop_the_others(env: ServiceEnv, kind: str) -> None:
    phones = fleet(env, 3)
    env.fail(kind, method=reads_of(env), mac=phones[1])
    run = env.run([env.wants(phone) for phone in phones], {"retries": 0})
    expected = {"refused_in_words": ("failed", "refused"), "http_503": ("not_attempted", "unreadable")}[kind]
    result = run.results[1]
    assert result.reason is not None
    assert (result.outcome, result.reason.code) == expected
    assert outcomes(run)[0] == outcomes(run)[2] == "changed"
    assert phones[1] not in env.state()


# Defaults.


def test_nothing_is_purged_and_no_plan_is_expected_unless_somebody_says_so() -> None:
    options = Options()
    assert (options.purge, options.purge_limit, options.purge_servers) == (False, DEFAULT_LIMIT, None)
    assert (options.check_mode, options.bulk, options.batch_size, options.expect_plan) == (False, True, 100, None)
    assert (options.servers, options.ignore, options.guards, options.whole_fleet) == ((), (), (), True)
    assert (options.force_servers, options.read_unmanaged, options.account) == (False, False, "")


def test_progress_is_reported_of_reads_and_writes(yealink: ServiceEnv) -> None:
    seen: list[tuple[str, int, int]] = []
    desired = [yealink.wants(phone) for phone in fleet(yealink, 5)]
    reconcile(yealink.service(), desired, Options(batch_size=2), lambda *step: seen.append(step))
    assert [step for step in seen if step[0] == "read"] == [("read", number, 5) for number in range(1, 6)]
    written = [step for step in seen if step[0] == "written"]
    assert written[-1] == ("written", 5, 5)
    assert [step[1] for step in written] == sorted(step[1] for step in written)


def test_batches_of_one_target_share_a_call(yealink: ServiceEnv) -> None:
    phones = fleet(yealink, 6)
    desired = [yealink.wants(phone, "office" if index % 2 else "branch") for index, phone in enumerate(phones)]
    yealink.run(desired, servers=(Server("office", OFFICE), Server("branch", BRANCH)))
    assert writes_of(yealink.sim.calls()) == [
        ("addServer", 0),
        ("addServer", 0),
        ("registerDevices", 3),
        ("registerDevices", 3),
    ]
