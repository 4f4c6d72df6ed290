# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk calls: as few as possible, and one bad device never keeps the good ones of its batch from being done."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from simulator import Fault

OFFICE = "https://office.example.com/"
MACS = [f"0015650000{number:02x}" for number in range(24)]
BAD: dict[int, list[int]] = {1: [7], 2: [0, 23], 3: [4, 5, 17], 9: list(range(3, 12)), 24: list(range(24))}

modes = pytest.mark.parametrize("mode", ["atomic", "partial", "best_effort"])
naming = pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
counts = pytest.mark.parametrize("count", sorted(BAD))


def taken_meanwhile(bench: Any, macs: list[str]) -> None:
    """Another account takes these devices between the reads and the first write."""

    def hook(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method.startswith(("register", "deRegister")):
            sim.hooks.remove(hook)
            for mac in macs:
                sim.world(bench.vendor).add_device(mac, "other", "theirs")

    bench.sim.hooks.append(hook)


def most_writes(total: int, bad: int, named: bool) -> int:
    """A call for each bad device, and what finding them by halves costs where they are not named."""
    if named:
        return 2 + 2 * bad
    return min(1 + 2 * bad * (math.ceil(math.log2(total)) + 1), 2 * total + 1)


@modes
@naming
@counts
def test_the_good_devices_of_a_refused_registration_are_done(
    bench: Any, verify_write: Any, mode: str, named: bool, count: int
) -> None:
    bench.sim.options.bulk_mode = mode
    bench.sim.options.bulk_names = named
    bad = {MACS[index] for index in BAD[count]}
    taken_meanwhile(bench, sorted(bad))
    report = bench.run([DesiredDevice(mac, server="office", server_url=OFFICE) for mac in MACS], batch_size=24)
    verify_write.no_blind_repetition(bench)
    verify_write.true_outcomes(bench, report)
    for result in report.results:
        assert result.outcome == ("conflict" if result.mac in bad else "changed"), result
    # Htek's refusal of another account's device names none (1.3).
    assert len(bench.sim.writes()) <= most_writes(24, count, named and bench.vendor == "yealink")
    assert {mac for mac, (account, _url) in bench.state().items() if account == "other"} == bad


@modes
@naming
@counts
def test_the_good_devices_of_a_refused_removal_are_done(
    bench: Any, verify_write: Any, mode: str, named: bool, count: int
) -> None:
    bench.sim.options.bulk_mode = mode
    bench.sim.options.bulk_names = named
    for mac in MACS:
        bench.world.add_device(mac, "me", "office")
    bad = {MACS[index] for index in BAD[count]}
    taken_meanwhile(bench, sorted(bad))
    report = bench.run([DesiredDevice(mac, "absent") for mac in MACS], batch_size=24)
    verify_write.no_blind_repetition(bench)
    assert not any(result.failed for result in report.results)
    assert {result.outcome for result in report.results if result.mac not in bad} <= {"changed"}
    assert set(bench.state()) == bad
    assert len(bench.sim.writes()) <= most_writes(24, count, named)


@naming
@counts
def test_devices_that_the_service_will_not_take_are_failed_and_quoted(
    bench: Any, verify_write: Any, named: bool, count: int
) -> None:
    bad = {MACS[index] for index in BAD[count]}
    for mac in sorted(bad):
        text = f"Error:Invalid MAC(s):{mac}" if named else "Error:Invalid MAC(s)"
        for method in ("registerDevice", "registerDevices"):
            bench.sim.faults.add(Fault("text", mac=mac, method=method, text=text))
    report = bench.run([DesiredDevice(mac, server="office", server_url=OFFICE) for mac in MACS], batch_size=24)
    verify_write.no_blind_repetition(bench)
    for result in report.results:
        assert result.outcome == ("failed" if result.mac in bad else "changed"), result
        if result.mac in bad:
            assert "Invalid MAC(s)" in result.msg
            assert result.mac in result.msg
    assert len(bench.sim.writes()) <= most_writes(24, count, named)


def test_an_unknown_server_fails_its_batch_with_one_call(bench: Any) -> None:
    report = bench.run([DesiredDevice(mac, server="nowhere") for mac in MACS], batch_size=100)
    assert {result.outcome for result in report.results} == {"failed"}
    assert all("Invalid server" in result.msg and "'nowhere'" in result.msg for result in report.results)
    assert len(bench.sim.writes()) == 1


def test_an_unknown_server_does_not_touch_the_other_servers_devices(bench: Any) -> None:
    declared = [DesiredDevice(mac, server="nowhere" if index % 2 else "office") for index, mac in enumerate(MACS)]
    report = bench.run(declared)
    assert [result.outcome for result in report.results] == ["changed", "failed"] * 12


@pytest.mark.parametrize("size", [1, 2, 7, 24, 1000])
def test_batches_are_as_large_as_allowed_and_no_larger(bench: Any, size: int) -> None:
    report = bench.run([DesiredDevice(mac, server="office") for mac in MACS], batch_size=size)
    assert all(result.outcome == "changed" for result in report.results)
    sizes = [len(call.params[0]) if isinstance(call.params[0], list) else 1 for call in bench.sim.writes()]
    assert max(sizes) == min(size, 24)
    assert len(sizes) == math.ceil(24 / size)


def test_a_service_that_takes_shorter_lists_only_still_gets_every_device(bench: Any, verify_write: Any) -> None:
    bench.sim.options.max_bulk = 5
    report = bench.run([DesiredDevice(mac, server="office", server_url=OFFICE) for mac in MACS], batch_size=24)
    verify_write.no_blind_repetition(bench)
    assert all(result.outcome == "changed" for result in report.results)
    assert len(bench.sim.writes()) <= 2 * math.ceil(24 / 3)


@pytest.mark.parametrize("kind", ["close", "reset", "half", "hang", "cut_xml", "html", "wrong_shape"])
@pytest.mark.parametrize("done", [None, 0, 1, 11, 23], ids=lambda done: f"done-{done}")
@pytest.mark.parametrize("removal", [False, True], ids=["register", "deregister"])
def test_a_lost_bulk_answer_is_settled_for_each_device(
    bench: Any, verify_write: Any, kind: str, done: int | None, removal: bool
) -> None:
    """``done``: how many the service executed before the answer was lost; None is all of them."""
    if removal:
        for mac in MACS:
            bench.world.add_device(mac, "me", "office")
    method = "deRegisterDevices" if removal else "registerDevices"
    phase = "before" if done == 0 else "after"
    bench.sim.faults.add(Fault(kind, method=method, nth=1, phase=phase, only_first=done or None))
    state = "absent" if removal else "present"
    server = None if removal else "office"
    report = bench.run([DesiredDevice(mac, state, server=server) for mac in MACS], {"timeout": 0.3})
    verify_write.no_blind_repetition(bench)
    verify_write.true_outcomes(bench, report)
    assert all(result.outcome == "changed" for result in report.results)
    events = [entry.mac for entry in bench.world.history() if entry.call is not None]
    assert sorted(events) == MACS  # each device once


def test_a_lost_bulk_answer_that_nothing_can_settle_is_unknown(bench: Any) -> None:
    def go(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method == "registerDevices":
            sim.hooks.remove(go)
            sim.faults.add(Fault("close"))

    bench.sim.hooks.append(go)
    bench.sim.faults.add(Fault("close", method="registerDevices", phase="after"))
    report = bench.run([DesiredDevice(mac, server="office") for mac in MACS], {"retries": 0})
    assert {result.outcome for result in report.results} == {"unknown"}
    assert all(result.after is None and not result.verified for result in report.results)
    assert len(bench.sim.writes()) == 1


def test_take_overs_go_out_in_bulk_with_the_override_and_only_they(bench: Any) -> None:
    for mac in MACS[:10]:
        bench.world.add_device(mac, "other", "theirs")
    declared = [DesiredDevice(mac, server="office", override=index < 10) for index, mac in enumerate(MACS)]
    report = bench.run(declared)
    assert all(result.outcome == "changed" for result in report.results)
    calls = bench.sim.writes()
    assert len(calls) == 2
    for call in calls:
        overridden = len(call.params) == 3
        assert set(call.params[0]) == set(MACS[:10] if overridden else MACS[10:])


def test_a_take_over_that_the_service_does_not_allow_is_no_success(bench: Any) -> None:
    bench.sim.options.take_over_allowed = False
    for mac in MACS[:3]:
        bench.world.add_device(mac, "other", "theirs")
    report = bench.run([DesiredDevice(mac, server="office", override=True) for mac in MACS[:3]])
    assert all(result.failed and not result.changed for result in report.results)
    assert {account for account, _url in bench.state().values()} == {"other"}


@pytest.mark.parametrize("shown", [True, False])
def test_unbound_devices_are_removed_whether_they_are_listed_or_not(bench: Any, shown: bool) -> None:
    bench.sim.options.list_unregistered = shown
    for mac in MACS[:4]:
        bench.world.add_device(mac, "me")
    bench.sim.faults.add(Fault("close", method="deRegisterDevices", nth=1, phase="after"))
    report = bench.run([DesiredDevice(mac, "absent") for mac in MACS[:4]])
    assert {result.outcome for result in report.results} == {"changed"}
    assert bench.state() == {}


@naming
def test_a_device_that_another_account_took_is_not_told_as_removed_by_us(
    bench: Any, verify_write: Any, named: bool
) -> None:
    """It is gone from the list as wanted, but not by our doing, and it is not unknown to the service."""
    bench.sim.options.bulk_names = named
    for mac in MACS[:6]:
        bench.world.add_device(mac, "me", "office")
    taken_meanwhile(bench, MACS[2:3])
    report = bench.run([DesiredDevice(mac, "absent") for mac in MACS[:6]])
    verify_write.true_outcomes(bench, report)
    taken = report.results[2]
    assert (taken.outcome, taken.changed, taken.after.status) == ("in_sync", False, "registered_elsewhere")
    assert {result.outcome for index, result in enumerate(report.results) if index != 2} == {"changed"}
