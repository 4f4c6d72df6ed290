# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes whose answers are lost, refused or useless: settled by reading, never repeated blindly, told truly."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from simulator import Fault

OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
UNIQUE = "https://one.example.com/t0ken"
NEW, BARE, MINE, THEIRS, GONE, OWN_URL = (f"00156500000{number}" for number in range(1, 7))

LOSSES: list[dict[str, Any]] = [
    {"kind": "close"},
    {"kind": "reset"},
    {"kind": "half"},
    {"kind": "hang"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502},
    {"kind": "cut_xml"},
    {"kind": "html"},
    {"kind": "wrong_shape"},
    {"kind": "body", "body": b""},
    {"kind": "fault", "code": 3, "text": "internal error"},
]
lossy = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss['kind']}{loss.get('status', '')}")
phased = pytest.mark.parametrize("phase", ["before", "after"])


def fleet(bench: Any) -> list[DesiredDevice]:
    """One device for each action, as far as the vendor can compare; the world is set up for it."""
    world = bench.world
    world.add_device(BARE, "me")
    world.add_device(MINE, "me", "branch")
    world.add_device(THEIRS, "other", "theirs")
    world.add_device(GONE, "me", "office")
    declared = [
        DesiredDevice(NEW, server="office", server_url=OFFICE),
        DesiredDevice(BARE, server="office", server_url=OFFICE),
        DesiredDevice(MINE, server="office", server_url=OFFICE),
        DesiredDevice(THEIRS, server="office", server_url=OFFICE, override=True),
        DesiredDevice(GONE, "absent"),
    ]
    if bench.vendor == "yealink":
        declared.append(DesiredDevice(OWN_URL, server="office", unique_url=UNIQUE))
    return declared


def settings(bulk: bool) -> dict[str, Any]:
    return {"bulk": bulk, "connection": {"concurrency": 1, "timeout": 0.3}}


@lossy
@phased
@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
def test_a_lost_answer_to_any_write_is_settled_and_the_device_done(
    bench: Any, verify_write: Any, loss: dict[str, Any], phase: str, bulk: bool
) -> None:
    declared = fleet(bench)
    for method in ("registerDevice", "editDevice", "deRegisterDevice", "registerDeviceWithUniqueUrl"):
        bench.sim.faults.add(Fault(**loss, phase=phase, method=method, nth=1))
    report = bench.run(declared, **settings(bulk))
    verify_write.no_blind_repetition(bench)
    verify_write.true_outcomes(bench, report)
    found = {result.mac: result.outcome for result in report.results}
    mine = found.pop(MINE)
    assert mine == ("changed" if bench.vendor == "yealink" else "unverifiable")
    assert set(found.values()) == {"changed"}
    bench.sim.faults.clear()
    again = bench.run(declared, **settings(bulk))
    assert bench.sim.writes() == []
    assert not any(result.changed for result in again.results)


@lossy
@phased
def test_a_lost_htek_move_is_unknown_and_sent_once(
    htek: Any, verify_write: Any, loss: dict[str, Any], phase: str
) -> None:
    htek.world.add_device(MINE, "me", "branch")
    htek.sim.faults.add(Fault(**loss, phase=phase, method="editDevice"))
    report = htek.run([DesiredDevice(MINE, server="office", force=True)], bulk=False, connection={"timeout": 0.3})
    (result,) = report.results
    verify_write.no_blind_repetition(htek)
    assert result.step.action == "move"
    assert (result.outcome, result.failed, result.verified) == ("unknown", True, False)
    assert len(htek.sim.writes()) == 1
    assert MINE in result.msg
    assert "force" in result.msg


def test_a_lost_write_that_never_succeeds_is_failed_after_its_retries(yealink: Any, verify_write: Any) -> None:
    yealink.sim.faults.add(Fault("close", method="registerDevice"))
    report = yealink.run([DesiredDevice(NEW, server="office")], bulk=False, connection={"retries": 2})
    (result,) = report.results
    verify_write.no_blind_repetition(yealink)
    assert (result.outcome, result.changed) == ("failed", False)
    assert "did not happen" in result.msg
    assert len(yealink.sim.writes()) == 3


def test_a_lost_write_that_cannot_be_read_back_is_unknown(bench: Any) -> None:
    bench.sim.faults.add(Fault("close", phase="after", method="registerDevice"))
    for method in ("checkDevice", "checkDeviceExt"):
        bench.sim.faults.add(*(Fault("close", method=method, nth=number) for number in range(2, 12)))
    report = bench.run([DesiredDevice(NEW, server="office")], bulk=False)
    (result,) = report.results
    assert (result.outcome, result.after) == ("unknown", None)
    assert len(bench.sim.writes()) == 1


def test_a_write_that_was_accepted_and_cannot_be_read_back_is_unknown(bench: Any) -> None:
    for method in ("checkDevice", "checkDeviceExt"):
        bench.sim.faults.add(*(Fault("close", method=method, nth=number) for number in range(2, 12)))
    report = bench.run([DesiredDevice(NEW, server="office")], bulk=False)
    (result,) = report.results
    assert (result.outcome, result.after, result.failed) == ("unknown", None, True)


def test_an_accepted_write_that_did_nothing_is_no_change(bench: Any) -> None:
    bench.sim.faults.add(Fault("text", ok=True, text="OK", method="registerDevice"))
    report = bench.run([DesiredDevice(NEW, server="office")], bulk=False)
    (result,) = report.results
    assert (result.outcome, result.changed) == ("failed", False)
    assert "still unknown" in result.msg


def test_a_refused_write_quotes_the_service_and_names_the_server_where_it_is_to_blame(bench: Any) -> None:
    report = bench.run([DesiredDevice(NEW, server="nowhere")], bulk=False)
    (result,) = report.results
    assert result.outcome == "failed"
    assert "Invalid server" in result.msg
    assert "'nowhere'" in result.msg
    assert NEW in result.msg


@pytest.mark.parametrize("status", [429, 503])
def test_a_write_that_is_refused_for_now_is_done_a_little_later(bench: Any, verify_write: Any, status: int) -> None:
    bench.sim.faults.add(Fault("status", status=status, method="registerDevice", times=2))
    report = bench.run([DesiredDevice(NEW, server="office")], bulk=False)
    verify_write.no_blind_repetition(bench, busy=2)
    assert report.results[0].outcome == "changed"


def test_a_service_that_stays_busy_leaves_the_device_not_attempted(bench: Any) -> None:
    bench.sim.faults.add(Fault("status", status=503, method="registerDevice"))
    report = bench.run([DesiredDevice(NEW, server="office")], bulk=False)
    (result,) = report.results
    assert (result.outcome, result.changed) == ("not_attempted", False)
    assert bench.world.device(NEW) is None


def test_a_service_that_goes_away_after_the_reads_leaves_the_rest_not_attempted(bench: Any, verify_write: Any) -> None:
    macs = [f"0015650001{number:02d}" for number in range(30)]

    def go(sim: Any, _account: str, method: str, _params: list[Any]) -> None:
        if method == "registerDevice":
            sim.faults.add(Fault("close"))

    bench.sim.hooks.append(go)
    report = bench.run(
        [DesiredDevice(mac, server="office") for mac in macs], bulk=False, connection={"concurrency": 1, "retries": 0}
    )
    verify_write.no_blind_repetition(bench)
    outcomes = [result.outcome for result in report.results]
    assert outcomes[0] == "unknown"
    assert outcomes[-1] == "not_attempted"
    assert outcomes.count("not_attempted") > 20
    assert report.error is not None
    assert "no more were made" in report.error


# Htek without the calls that are only assumed.


WITHOUT = {"editDevice", "addServer", "deRegisterDevices", "registerDevices/3"}


def test_htek_without_the_assumed_calls_does_what_the_documented_ones_can(htek: Any, verify_write: Any) -> None:
    htek.sim.options.disabled_methods = WITHOUT
    htek.sim.options.register_unregistered = "bind"
    declared = fleet(htek)
    more = [f"0015650002{number:02d}" for number in range(4)]
    for mac in more:
        htek.world.add_device(mac, "me", "office")
    declared += [DesiredDevice(mac, "absent") for mac in more]
    report = htek.run(declared)
    verify_write.true_outcomes(htek, report)
    found = {result.mac: result.outcome for result in report.results}
    assert found.pop(MINE) == "unverifiable"
    assert set(found.values()) == {"changed"}
    assert htek.sim.count()["deRegisterDevices"] == 1  # asked once, then one by one
    htek.run(declared)
    assert htek.sim.writes() == []


def test_htek_without_edit_device_never_removes_a_phone_to_move_it(htek: Any) -> None:
    htek.sim.options.disabled_methods = WITHOUT
    htek.world.add_device(MINE, "me", "branch")
    report = htek.run([DesiredDevice(MINE, server="office", force=True)], bulk=False)
    (result,) = report.results
    assert (result.outcome, result.changed) == ("failed", False)
    assert "no call editDevice" in result.msg
    assert {call.method for call in htek.sim.writes()} == {"editDevice"}
    assert htek.state()[MINE] == ("me", BRANCH)


def test_htek_without_edit_device_says_so_where_an_unbound_phone_cannot_be_bound(htek: Any) -> None:
    htek.sim.options.disabled_methods = WITHOUT
    htek.world.add_device(BARE, "me")
    report = htek.run([DesiredDevice(BARE, server="office")], bulk=False)
    (result,) = report.results
    assert result.outcome == "failed"
    assert "The Htek service has no call editDevice: it answered fault " in result.msg
    assert "Registering it instead was refused too: '" in result.msg
    assert all(len(call.params) < 3 for call in htek.sim.writes())  # nothing was overridden
    assert htek.state()[BARE] == ("me", None)


# One fault at every call index.


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
@pytest.mark.parametrize("share", range(3))
def test_one_fault_at_any_call_does_no_harm_and_the_next_runs_converge(
    bench: Any, verify_write: Any, bulk: bool, share: int
) -> None:
    faults = [(loss, phase) for loss in LOSSES if loss["kind"] != "hang" for phase in ("before", "after")]
    faults += [({"kind": "status", "status": 503}, "before"), ({"kind": "status", "status": 401}, "before")]
    index = 0
    while True:
        bench.sim.load({"reset": True})
        for name in ("me", "other"):
            bench.sim.add_account(bench.vendor, name, {"me": "s3cret-Pass-w0rd", "other": "theirs"}[name])
        bench.world.add_server("me", "office", OFFICE)
        bench.world.add_server("me", "branch", BRANCH)
        bench.world.add_server("other", "theirs", "https://theirs.example.net/")
        declared = fleet(bench)
        for number in range(5):
            declared.append(DesiredDevice(f"0015650003{number:02d}", server="branch", server_url=BRANCH))
        before = bench.state()
        loss, phase = faults[(index * 3 + share) % len(faults)]
        bench.sim.faults.add(Fault(**loss, phase=phase, index=index))
        report = bench.run(declared, **settings(bulk))
        verify_write.true_outcomes(bench, report)
        verify_write.no_wrong_binding(bench, declared, before)
        verify_write.no_blind_repetition(bench, busy=100)
        reached = len(bench.sim.calls()) > index
        bench.sim.faults.clear()
        clean = bench.run(declared, **settings(bulk))
        assert not any(result.failed for result in clean.results), (index, loss, phase)
        last = bench.run(declared, **settings(bulk))
        assert bench.sim.writes() == []
        assert not any(result.changed or result.failed for result in last.results)
        if not reached:
            break
        index += 1
    assert index > 15
