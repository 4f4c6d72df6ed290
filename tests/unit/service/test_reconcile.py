# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole reconciliation against the service: the contract's table, guards, check mode, races, confirmation."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import CallError, LoginError
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import GuardViolation
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, read_account
from ansible_collections.voip.rps.plugins.module_utils._validation import DEFAULT_LIMIT, parse_limit
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import RefusedReadError
from simulator import Fault

OFFICE, BRANCH, WRONG = "https://office.example.com/", "https://branch.example.com/", "https://wrong.example.com/"
UNIQUE = "https://one.example.com/t0ken"
MAC = "001565000001"
MACS = [f"0015650001{number:02x}" for number in range(20)]
READS = {"listDevices", "checkDevice", "checkDeviceExt"}

UNKNOWN: dict[str, Any] = {}
UNBOUND = {"account": "me"}
AT_OFFICE = {"account": "me", "server": "office"}
AT_BRANCH = {"account": "me", "server": "branch"}
THEIRS = {"account": "other", "server": "theirs"}
OF_NOBODY = {"account": None}

here: dict[str, Any] = {"server": "office", "server_url": OFFICE}
bulk_or_single = pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])


def place(bench: Any, mac: str, found: dict[str, Any]) -> None:
    if found:
        bench.world.add_device(mac, **found)


# The table. Rows: found, declared, action, outcome of the run, verified, final URL (None: not held by the account).
Row = tuple[str, dict[str, Any], dict[str, Any], str, str, bool, str | None]
BOTH: list[Row] = [
    ("elsewhere", THEIRS, here, "none", "conflict", False, None),
    ("elsewhere, force", THEIRS, {**here, "force": True}, "none", "conflict", False, None),
    ("registered, absent", AT_OFFICE, {"state": "absent"}, "deregister", "changed", True, None),
    ("unregistered, absent", UNBOUND, {"state": "absent"}, "deregister", "changed", True, None),
    ("unknown, absent", UNKNOWN, {"state": "absent"}, "none", "in_sync", True, None),
    ("elsewhere, absent", THEIRS, {"state": "absent"}, "none", "in_sync", True, None),
    ("elsewhere, absent, override", THEIRS, {"state": "absent", "override": True}, "none", "in_sync", True, None),
]
YEALINK: list[Row] = [
    *BOTH,
    ("unknown", UNKNOWN, here, "register", "changed", True, OFFICE),
    ("unknown, nothing to compare", UNKNOWN, {"server": "office"}, "register", "changed", False, OFFICE),
    ("unknown, unique", UNKNOWN, {**here, "unique_url": UNIQUE}, "register", "changed", True, UNIQUE),
    ("unregistered", UNBOUND, here, "bind", "changed", True, OFFICE),
    ("unregistered, unique", UNBOUND, {**here, "unique_url": UNIQUE}, "bind", "changed", True, UNIQUE),
    ("added by nobody", OF_NOBODY, here, "bind", "changed", True, OFFICE),
    ("equal", AT_OFFICE, here, "none", "in_sync", True, OFFICE),
    ("equal, force", AT_OFFICE, {**here, "force": True}, "none", "in_sync", True, OFFICE),
    (
        "equal but for case",
        AT_OFFICE,
        {**here, "server_url": "HTTPS://OFFICE.example.com"},
        "none",
        "in_sync",
        True,
        OFFICE,
    ),
    ("another", AT_BRANCH, here, "move", "changed", True, OFFICE),
    ("another, unique", AT_OFFICE, {**here, "unique_url": UNIQUE}, "move", "changed", True, UNIQUE),
    ("unique to plain", {**AT_OFFICE, "unique_url": UNIQUE}, here, "move", "changed", True, OFFICE),
    ("nothing to compare", AT_BRANCH, {"server": "office"}, "none", "unverifiable", False, BRANCH),
    ("forced and other", AT_BRANCH, {"server": "office", "force": True}, "move", "changed", False, OFFICE),
    ("forced and same", AT_OFFICE, {"server": "office", "force": True}, "move", "unverifiable", False, OFFICE),
    ("wrong url", AT_BRANCH, {**here, "server_url": WRONG}, "move", "failed", False, OFFICE),
    ("elsewhere, override", THEIRS, {**here, "override": True}, "take_over", "changed", True, OFFICE),
    (
        "elsewhere, override, unique",
        THEIRS,
        {**here, "override": True, "unique_url": UNIQUE},
        "take_over",
        "changed",
        True,
        UNIQUE,
    ),
]
HTEK: list[Row] = [
    *BOTH,
    ("unknown", UNKNOWN, here, "register", "changed", False, OFFICE),
    ("unregistered", UNBOUND, here, "bind", "changed", False, OFFICE),
    ("registered", AT_BRANCH, here, "none", "unverifiable", False, BRANCH),
    ("registered, same", AT_OFFICE, here, "none", "unverifiable", False, OFFICE),
    ("forced", AT_BRANCH, {**here, "force": True}, "move", "changed", False, OFFICE),
    ("forced and same", AT_OFFICE, {**here, "force": True}, "move", "changed", False, OFFICE),
    ("elsewhere, override", THEIRS, {**here, "override": True}, "take_over", "changed", False, OFFICE),
]


def _check_row(bench: Any, row: Row, bulk: bool) -> None:
    _name, found, options, action, outcome, verified, url = row
    place(bench, MAC, found)
    declared = DesiredDevice(MAC, **options)
    bench.sim.options.read_only = True
    (check,) = bench.run([declared], bulk=bulk, check_mode=True).results
    assert {call.method for call in bench.sim.calls()} <= READS
    bench.sim.options.read_only = False
    (result,) = bench.run([declared], bulk=bulk).results
    assert (result.step.action, result.outcome, result.verified) == (action, outcome, verified), result
    assert check.step.action == action
    assert check.outcome == ("would_change" if action != "none" else outcome)
    assert check.changed == (action != "none")
    assert result.changed == (outcome == "changed" or (outcome == "failed" and found in (AT_BRANCH,)))
    assert result.failed == (outcome in ("conflict", "failed"))
    held = bench.state().get(MAC, (None, None))
    assert (held[1] if held[0] == "me" else None) == url
    if outcome == "changed":
        assert check.after == result.after or not (check.after and check.after.url)
    if action == "none":
        assert bench.sim.writes() == []


@bulk_or_single
@pytest.mark.parametrize("row", YEALINK, ids=lambda row: row[0])
def test_the_table_of_the_contract_for_yealink(yealink: Any, row: Row, bulk: bool) -> None:
    _check_row(yealink, row, bulk)


@bulk_or_single
@pytest.mark.parametrize("row", HTEK, ids=lambda row: row[0])
def test_the_table_of_the_contract_for_htek(htek: Any, row: Row, bulk: bool) -> None:
    _check_row(htek, row, bulk)


@bulk_or_single
def test_a_registered_yealink_device_without_url_counts_as_not_readable(yealink: Any, bulk: bool) -> None:
    yealink.sim.options.ext_url = "missing"
    place(yealink, MAC, AT_BRANCH)
    (result,) = yealink.run([DesiredDevice(MAC, **here)], bulk=bulk).results
    assert (result.outcome, result.changed, result.verified) == ("unverifiable", False, False)
    assert yealink.sim.writes() == []
    (result,) = yealink.run([DesiredDevice(MAC, **here, force=True)], bulk=bulk).results
    assert (result.step.action, result.outcome, result.changed) == ("move", "changed", True)
    assert yealink.state()[MAC] == ("me", OFFICE)


def test_an_error_after_a_move_names_both_urls_and_that_servers_cannot_be_edited(yealink: Any) -> None:
    place(yealink, MAC, AT_BRANCH)
    (result,) = yealink.run([DesiredDevice(MAC, server="office", server_url=WRONG)], bulk=False).results
    for words in (OFFICE, WRONG, MAC, "no call to edit a server"):
        assert words in result.msg


# Numbers of calls.


def test_a_thousand_new_phones_are_ten_writes_and_a_second_run_is_none(bench: Any) -> None:
    declared = [DesiredDevice(f"0015651{number:05x}", **here) for number in range(1000)]
    report = bench.run(declared, {"concurrency": 16, "timeout": 30})
    assert {result.outcome for result in report.results} == {"changed"}
    assert bench.sim.count().get("registerDevices") == len(bench.sim.writes()) == 10
    assert len(bench.sim.calls()) <= 1000 + 10 + 4
    assert report.calls == bench.sim.count()
    report = bench.run(declared, {"concurrency": 16, "timeout": 30})
    assert not any(result.changed for result in report.results)
    assert bench.sim.writes() == []
    assert len(bench.sim.calls()) == 1001


def test_results_come_in_the_order_given_then_the_purged_ones(bench: Any) -> None:
    for mac in ("0015650000f2", "0015650000f1"):
        place(bench, mac, AT_OFFICE)
    order = [MACS[5], MACS[1], MACS[9]]
    report = bench.run([DesiredDevice(mac, **here) for mac in order], purge=True, purge_limit=parse_limit("2"))
    assert [result.mac for result in report.results] == [*order, "0015650000f1", "0015650000f2"]


# A server that is not what it is declared to be.


def test_the_first_move_that_reads_back_wrong_holds_the_other_moves_back(yealink: Any) -> None:
    for mac in MACS:
        place(yealink, mac, AT_BRANCH)
    other = DesiredDevice("0015650002aa", server="branch", server_url=BRANCH)
    report = yealink.run([*(DesiredDevice(mac, server="office", server_url=WRONG) for mac in MACS), other])
    outcomes = [result.outcome for result in report.results]
    assert outcomes.count("failed") == 1
    assert outcomes.count("not_attempted") == 19
    assert outcomes[-1] == "changed"
    assert len([call for call in yealink.sim.writes() if call.method == "editDevice"]) == 1
    held = {result.msg.split(" ", 1)[1] for result in report.results if result.outcome == "not_attempted"}
    assert len(held) == 1
    assert "server 'office' has another URL than declared" in held.pop()
    (told,) = (result.msg for result in report.results if result.outcome == "failed")
    assert WRONG in told
    assert "RPS has no call to edit a server" in told
    assert [url for _account, url in yealink.state().values()].count(BRANCH) == 20


def test_a_wrong_server_harms_one_batch_of_new_phones_at_most(yealink: Any) -> None:
    report = yealink.run([DesiredDevice(mac, server="office", server_url=WRONG) for mac in MACS], batch_size=5)
    assert sum(result.outcome == "failed" for result in report.results) == 5
    assert sum(result.outcome == "not_attempted" for result in report.results) == 15
    assert len(yealink.state()) == 5


def test_devices_of_that_server_that_declare_the_url_it_has_go_on(yealink: Any) -> None:
    for mac in MACS:
        place(yealink, mac, AT_BRANCH)
    declared = [
        DesiredDevice(mac, server="office", server_url=WRONG if n < 10 else OFFICE) for n, mac in enumerate(MACS)
    ]
    report = yealink.run(declared)
    assert {result.outcome for result in report.results[10:]} == {"changed"}
    assert "changed" not in {result.outcome for result in report.results[:10]}


# Confirmation.


def test_one_list_and_one_url_for_each_server_confirm_bulk_writes(yealink: Any) -> None:
    declared = [DesiredDevice(mac, server="office" if n % 2 else "branch") for n, mac in enumerate(MACS)]
    yealink.run(declared)
    assert yealink.sim.count() == {"listDevices": 2, "checkDeviceExt": 20 + 2, "registerDevices": 2}


def test_a_service_that_says_ok_and_does_half_is_found_out_device_by_device(bench: Any) -> None:
    def half(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method == "listDevices" and sim.calls("registerDevices"):
            for mac in MACS[10:]:
                sim.world(bench.vendor).remove_device(mac)

    bench.sim.hooks.append(half)
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS])
    assert [result.outcome for result in report.results] == ["changed"] * 10 + ["failed"] * 10
    assert all("still unknown" in result.msg for result in report.results[10:])


def test_where_the_confirming_list_fails_every_device_is_read(bench: Any) -> None:
    bench.sim.faults.add(*(Fault("status", status=500, method="listDevices", nth=number) for number in range(2, 9)))
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS])
    assert {result.outcome for result in report.results} == {"changed"}


# Check mode and the plan.


def test_check_mode_says_the_plan_of_the_run_and_writes_nothing(bench: Any) -> None:
    place(bench, MACS[0], AT_BRANCH)
    place(bench, MACS[1], THEIRS)
    place(bench, MACS[2], AT_OFFICE)
    declared = [DesiredDevice(mac, **here) for mac in MACS[:2]] + [
        DesiredDevice(MACS[2], "absent"),
        DesiredDevice(MACS[3], **here),
    ]
    options: dict[str, Any] = {"purge": True, "purge_limit": parse_limit("5"), "servers": (Server("new", WRONG),)}
    place(bench, "0015650000f1", AT_OFFICE)
    bench.sim.options.read_only = True
    check = bench.run(declared, check_mode=True, **options)
    bench.sim.assert_clean()
    assert {call.method for call in bench.sim.calls()} <= READS
    bench.sim.options.read_only = False
    run = bench.run(declared, expect_plan=check.plan.digest, **options)
    assert run.error is None
    assert run.plan.digest == check.plan.digest
    assert [r.changed for r in run.results] == [r.changed for r in check.results]


def test_another_plan_than_the_expected_one_is_not_written(bench: Any) -> None:
    declared = [DesiredDevice(mac, **here) for mac in MACS]
    digest = bench.run(declared, check_mode=True).plan.digest
    place(bench, MACS[3], UNBOUND)
    report = bench.run(declared, expect_plan=digest)
    assert "expect_plan" in report.error
    assert report.plan.digest in report.error
    assert {result.outcome for result in report.results} == {"not_attempted"}
    assert bench.sim.writes() == []


def test_the_plan_does_not_depend_on_the_order_of_the_list(bench: Any) -> None:
    declared = [DesiredDevice(mac, **here) for mac in MACS]
    digests = {bench.run(order, check_mode=True).plan.digest for order in (declared, declared[::-1])}
    assert len(digests) == 1


# Guards.


@pytest.mark.parametrize(
    ("limit", "allowed"), [("10%", False), ("2", False), ("3", True), ("14%", False), ("15%", True)]
)
def test_purge_above_its_limit_writes_nothing_at_all(bench: Any, limit: str, allowed: bool) -> None:
    for mac in MACS:
        place(bench, mac, AT_OFFICE)
    declared = [DesiredDevice(mac, **here) for mac in MACS[3:]] + [DesiredDevice(MAC, **here)]
    report = bench.run(declared, purge=True, purge_limit=parse_limit(limit))
    if allowed:
        assert report.error is None
        assert set(bench.state()) == {*MACS[3:], MAC}
        assert report.unmanaged == ()
    else:
        assert "purge_limit" in report.error
        assert bench.sim.writes() == []
        assert report.unmanaged == tuple(MACS[:3])
        assert {r.outcome for r in report.results if r.step.writes} == {"not_attempted"}


def test_purge_is_refused_where_a_device_could_not_be_read(bench: Any) -> None:
    for mac in MACS:
        place(bench, mac, AT_OFFICE)
    bench.sim.faults.add(Fault("text", text="Error:Invalid MAC(s)", mac=MACS[19], method="checkDevice"))
    bench.sim.faults.add(Fault("text", text="Error:Invalid MAC(s)", mac=MACS[19], method="checkDeviceExt"))
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS[1:]], purge=True)
    assert "unread_devices" in report.error
    assert bench.sim.writes() == []


@pytest.mark.parametrize("found", [THEIRS, UNKNOWN], ids=["elsewhere", "unknown"])
def test_purge_is_refused_where_list_and_check_contradict_each_other(bench: Any, found: dict[str, Any]) -> None:
    for mac in MACS:
        place(bench, mac, AT_OFFICE)

    def swap(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method != "listDevices":
            sim.hooks.remove(swap)
            sim.world(bench.vendor).remove_device(MACS[7])
            place(bench, MACS[7], found)

    bench.sim.hooks.append(swap)
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS[1:]], purge=True)
    assert "list_contradiction" in report.error
    assert MACS[7] in report.error
    assert bench.sim.writes() == []


def test_purge_is_refused_where_the_list_leaves_registered_devices_out(bench: Any) -> None:
    for mac in MACS:
        place(bench, mac, AT_OFFICE)
    bench.sim.faults.add(Fault("text", text="No device(s) exists", method="listDevices"))
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS[1:]], purge=True)
    assert "list_contradiction" in report.error
    assert bench.sim.writes() == []


def test_without_a_list_nothing_is_written(bench: Any) -> None:
    bench.sim.faults.add(Fault("text", text="Error:Database is down", method="listDevices"))
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS])
    assert "Database is down" in report.error
    assert {result.outcome for result in report.results} == {"not_attempted"}
    assert bench.sim.count() == {"listDevices": 1}


def test_a_guard_of_the_caller_stops_every_write(bench: Any) -> None:
    report = bench.run(
        [DesiredDevice(mac, **here) for mac in MACS], guards=(lambda _plan: GuardViolation("day", "Not today."),)
    )
    assert report.error == "Not today."
    told = {result.msg for result in report.results}
    assert told == {f"{mac} was not written: refused by the guard day." for mac in MACS}
    assert bench.sim.writes() == []


def test_ignored_devices_are_neither_purged_nor_counted(bench: Any) -> None:
    for mac in MACS[:4]:
        place(bench, mac, AT_OFFICE)
    options = {"purge_limit": parse_limit("100%"), "ignore": (MACS[0], MACS[1])}
    report = bench.run([DesiredDevice(MACS[3], **here)], purge=True, **options)
    assert set(bench.state()) == {MACS[0], MACS[1], MACS[3]}
    assert report.unmanaged == ()


def test_purge_servers_narrows_purge_to_what_points_there(yealink: Any) -> None:
    place(yealink, MACS[0], AT_OFFICE)
    place(yealink, MACS[1], AT_BRANCH)
    place(yealink, MACS[2], UNBOUND)
    place(yealink, MACS[3], {**AT_OFFICE, "unique_url": UNIQUE})
    report = yealink.run(
        [DesiredDevice(MAC, **here)], purge=True, purge_limit=parse_limit("9"), purge_servers={"office": OFFICE}
    )
    assert set(yealink.state()) == {MAC, *MACS[1:4]}
    assert report.unmanaged == tuple(MACS[1:4])


def test_without_purge_nothing_undeclared_is_touched_and_all_of_it_is_named(bench: Any) -> None:
    for mac in MACS:
        place(bench, mac, AT_BRANCH)
    before = bench.state()
    report = bench.run([DesiredDevice(MAC, **here)])
    assert report.unmanaged == tuple(MACS)
    assert {mac: bench.state()[mac] for mac in MACS} == before


# Others who write at the same time.


@bulk_or_single
def test_a_phone_that_another_account_takes_between_read_and_write_is_a_conflict(
    bench: Any, verify_write: Any, bulk: bool
) -> None:
    def take(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method.startswith("register"):
            sim.hooks.remove(take)
            sim.world(bench.vendor).add_device(MAC, "other", "theirs")

    bench.sim.hooks.append(take)
    report = bench.run([DesiredDevice(MAC, **here), *(DesiredDevice(mac, **here) for mac in MACS)], bulk=bulk)
    verify_write.true_outcomes(bench, report)
    assert report.results[0].outcome == "conflict"
    assert {result.outcome for result in report.results[1:]} == {"changed"}
    assert bench.state()[MAC][0] == "other"


@bulk_or_single
def test_a_phone_that_a_colleague_registers_in_between_is_as_declared_and_no_change_of_ours(
    bench: Any, verify_write: Any, bulk: bool
) -> None:
    def first(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method.startswith("register"):
            sim.hooks.remove(first)
            sim.world(bench.vendor).add_device(MAC, "me", "office")

    bench.sim.hooks.append(first)
    (result,) = bench.run([DesiredDevice(MAC, **here)], bulk=bulk).results
    assert not result.failed
    assert not result.changed
    assert result.outcome == ("in_sync" if bench.vendor == "yealink" else "unverifiable")


def test_a_phone_that_a_colleague_moves_right_after_our_write_is_told_as_it_is(yealink: Any, verify_write: Any) -> None:
    place(yealink, MAC, AT_BRANCH)

    def away(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method == "checkDeviceExt" and sim.calls("editDevice"):
            sim.world("yealink").add_device(MAC, "me", "branch")

    yealink.sim.hooks.append(away)
    report = yealink.run([DesiredDevice(MAC, **here)], bulk=False)
    verify_write.true_outcomes(yealink, report)
    assert report.results[0].outcome == "failed"


# Servers.


def test_a_server_is_added_before_the_phones_that_need_it(bench: Any) -> None:
    report = bench.run([DesiredDevice(MAC, server="new", server_url=WRONG)], servers=(Server("new", WRONG),))
    assert [call.method for call in bench.sim.writes()] == ["addServer", "registerDevice"]
    assert report.results[0].outcome == "changed"
    assert [done.status for done in report.servers] == ["created"]


def test_a_server_that_a_phone_shows_is_not_added_again(yealink: Any) -> None:
    place(yealink, MAC, AT_OFFICE)
    report = yealink.run([DesiredDevice(MAC, **here)], servers=(Server("office", OFFICE),))
    assert [done.status for done in report.servers] == ["shown"]
    assert yealink.sim.writes() == []


def test_an_account_without_add_server_goes_on(htek: Any) -> None:
    htek.sim.options.disabled_methods = {"addServer"}
    report = htek.run([DesiredDevice(MAC, **here)], servers=(Server("office", OFFICE),))
    assert report.results[0].outcome == "changed"
    (done,) = report.servers
    assert done.status == "no_call"
    assert "portal" in done.msg


# Failures of the whole run.


def test_a_login_that_is_not_accepted_attempts_nothing(bench: Any) -> None:
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS], {"password": "wrong"})
    assert "login" in report.error
    assert {result.outcome for result in report.results} == {"not_attempted"}
    assert len(bench.sim.refusals()) == 1


def test_the_deadline_leaves_the_rest_not_attempted_and_ends_in_time(bench: Any, verify_write: Any) -> None:
    def slow(sim: Any, _account: str, _method: str, _params: list[Any]) -> None:
        if len(sim.writes()) == 3:
            sim.options.latency = 30

    bench.sim.hooks.append(slow)
    start = time.monotonic()
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS], {"deadline": 2, "concurrency": 1}, batch_size=1)
    assert time.monotonic() - start < 5
    verify_write.true_outcomes(bench, report)
    outcomes = [result.outcome for result in report.results]
    assert outcomes[:2] == ["changed"] * 2
    assert outcomes[2] == "unknown"  # it was written, and there was no time to read it back
    assert outcomes[3:] == ["not_attempted"] * 17
    assert "deadline" in report.error


def test_a_stop_in_the_middle_finishes_the_call_in_flight_and_reports(bench: Any, verify_write: Any) -> None:
    service = bench.service(concurrency=1)

    def stop(sim: Any, _account: str, _method: str, _params: list[Any]) -> None:
        if len(sim.writes()) == 2:
            service.transport.stop("The run was asked to end.")

    bench.sim.hooks.append(stop)
    bench.service = lambda **_changes: service
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS], batch_size=1)
    verify_write.true_outcomes(bench, report)
    assert "asked to end" in report.error
    assert {result.outcome for result in report.results} >= {"not_attempted"}
    executed = {call.params[0] for call in bench.sim.writes() if call.executed}
    for result in report.results:
        assert (result.outcome == "not_attempted") == (result.mac not in executed), result


# Where nobody said otherwise.


def test_nothing_is_purged_and_no_plan_is_expected_unless_somebody_says_so() -> None:
    options = Options()
    assert (options.purge, options.purge_limit, options.purge_servers) == (False, DEFAULT_LIMIT, None)
    assert (options.check_mode, options.bulk, options.batch_size, options.expect_plan) == (False, True, 100, None)
    assert (options.servers, options.ignore, options.guards, options.whole) == ((), (), (), True)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault("text", text="Error:Invalid MAC(s):" + MACS[1]), "failed"),
        (Fault("status", status=503), "not_attempted"),
    ],
)
def test_without_purge_a_phone_that_cannot_be_read_does_not_stop_the_others(
    bench: Any, fault: Fault, outcome: str
) -> None:
    fault.method, fault.mac = f"checkDevice{'Ext' if bench.vendor == 'yealink' else ''}", MACS[1]
    bench.sim.faults.add(fault)
    report = bench.run([DesiredDevice(mac, **here) for mac in MACS[:3]], {"retries": 0})
    assert [result.outcome for result in report.results] == ["changed", outcome, "changed"]
    assert MACS[1] not in bench.state()


# Reading an account.


def test_an_account_is_read_whole_by_mac_or_as_asked_each_device_once(bench: Any) -> None:
    for mac in reversed(MACS[:5]):
        place(bench, mac, AT_OFFICE)
    service = bench.service()
    assert [found.mac for found in read_account(service, None)] == MACS[:5]
    asked = [MACS[3], MACS[9], MACS[3]]
    assert [(found.mac, found.status) for found in read_account(service, asked)] == [
        (MACS[3], "registered"),
        (MACS[9], "unknown"),
    ]
    assert bench.sim.count()["listDevices"] == 1


def test_a_device_that_cannot_be_read_is_named_once_and_a_refused_login_names_none(bench: Any) -> None:
    method = f"checkDevice{'Ext' if bench.vendor == 'yealink' else ''}"
    for fault, kind in (
        (Fault("status", status=503, method=method), CallError),
        (Fault("text", text="Error:no such thing", method=method), RefusedReadError),
        (Fault("status", status=401, method=method), LoginError),
    ):
        bench.sim.faults.clear()
        bench.sim.faults.add(fault)
        with pytest.raises(kind) as caught:
            read_account(bench.service(retries=0), MACS[:1])
        assert str(caught.value).count(MACS[0]) == (0 if kind is LoginError else 1)


def test_what_can_be_read_is_told_beside_what_cannot_where_somebody_wants_it(bench: Any) -> None:
    method = f"checkDevice{'Ext' if bench.vendor == 'yealink' else ''}"
    bench.sim.faults.add(Fault("status", status=503, method=method, mac=MACS[1]))
    left_out: list[str] = []
    found = read_account(bench.service(retries=0), MACS[:3], left_out)
    assert [device.mac for device in found] == [MACS[0], MACS[2]]
    (text,) = left_out
    assert text.startswith(f"{MACS[1]}: ")
    bench.sim.faults.add(Fault("status", status=401, method=method, mac=MACS[2]))
    with pytest.raises(LoginError):
        read_account(bench.service(retries=0), MACS[:3], [])
