# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What large and shared fleets need of the role: purge of one's own part, a deadline, progress."""

from __future__ import annotations

from collections import Counter

from simulator import Fault
from support.phones import mac
from support.playbooks import BRANCH, OFFICE, PlaybookRunner, colons, phone

OURS = range(1, 21)


def shared(runner: PlaybookRunner) -> None:
    """An account with 20 phones of ours, two strangers on our server, one on another team's, one of their MACs."""
    runner.servers()
    for number in (*OURS, 41, 42):
        runner.device(number)
    runner.device(43, "branch")
    runner.device(0xAA0001)


def test_purge_of_a_shared_account_touches_only_what_points_at_our_server_and_nothing_ignored(
    runner: PlaybookRunner,
) -> None:
    shared(runner)
    runner.inventory(
        {f"desk-{number}": phone(number) for number in OURS},
        {
            "rps_accounts": {"acme": runner.account("yealink")},
            "rps_servers": [{"name": "office", "url": OFFICE}, {"name": "branch", "url": BRANCH}],
            "rps_purge": True,
            "rps_purge_servers": ["office"],
            "rps_ignore": ["00:15:65:aa"],
        },
    )

    size = {"rps_fleet_size": len(OURS)}
    dry = runner.run("voip.rps.provision", "--check", extra=size)
    wet = runner.run("voip.rps.provision", extra=size)
    again = runner.run("voip.rps.provision", extra=size)

    held = {device.mac for device in runner.sim.world("yealink").devices("acme")}
    assert held == {*map(mac, OURS), mac(43), mac(0xAA0001)}
    assert (dry.rc, wet.rc, again.rc) == (0, 0, 0)
    assert dry.plans == wet.plans
    assert len(wet.removals) == 1
    assert again.device_writes == []
    assert wet.bulk[0].result["accounts"]["acme"]["unmanaged"] == [mac(43)]
    assert f"{colons(41)} and {colons(42)}" in wet.text


def test_a_purge_that_names_a_server_of_nobody_is_refused_before_any_call(runner: PlaybookRunner) -> None:
    shared(runner)
    runner.inventory({"desk": phone(1)}, runner.one | {"rps_purge": True, "rps_purge_servers": ["offfice"]})

    run = runner.run("voip.rps.provision")

    assert run.rc == 2
    assert run.calls == []
    assert all(word in run.messages for word in ("rps_purge_servers", "'offfice'", "did you mean 'office'?"))


def test_a_deadline_ends_the_run_and_every_phone_has_a_result(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({f"desk-{number}": phone(number) for number in range(1, 21)}, runner.one)
    runner.sim.faults.add(Fault("hang", method="checkDeviceExt"))

    run = runner.run("voip.rps.provision", extra={"rps_deadline": 1})
    runner.sim.faults.clear()
    again = runner.run("voip.rps.provision", extra={"rps_deadline": 300})

    assert run.rc == 2
    assert len(run.outcomes) == 20
    assert set(run.outcomes.values()) == {"not_attempted"}
    reasons = Counter(entry["reason"] for entry in run.entries.values())
    assert reasons == {"deadline": 20}
    assert run.writes == []
    assert again.rc == 0
