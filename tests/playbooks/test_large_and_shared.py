# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What large and shared fleets need of the role: purge of one's own part, a deadline, progress."""

from __future__ import annotations

import re
import time

from playbooks.harness import BRANCH, OFFICE, Bench, mac, phone

OURS = range(1, 41)


def shared(bench: Bench) -> None:
    """An account with 40 phones of ours, two strangers on our server, one on another team's, one of their MACs."""
    bench.servers()
    for number in (*OURS, 41, 42):
        bench.device(number)
    bench.device(43, "branch")
    bench.device(0xAA0001)


def test_purge_of_a_shared_account_touches_only_what_points_at_our_server_and_nothing_ignored(bench: Bench) -> None:
    shared(bench)
    bench.inventory(
        {f"desk-{number}": phone(number) for number in OURS},
        {
            "rps_accounts": {"acme": bench.account("yealink")},
            "rps_servers": [{"name": "office", "url": OFFICE}, {"name": "branch", "url": BRANCH}],
            "rps_purge": True,
            "rps_purge_servers": ["office"],
            "rps_ignore": ["00:15:65:aa"],
        },
    )

    size = {"rps_fleet_size": len(OURS)}
    dry = bench.run("voip.rps.provision", "--check", extra=size)
    wet = bench.run("voip.rps.provision", extra=size)
    again = bench.run("voip.rps.provision", extra=size)

    held = {device.mac for device in bench.sim.world("yealink").devices("acme")}
    assert held == {*map(mac, OURS), mac(43), mac(0xAA0001)}
    assert (dry.rc, wet.rc, again.rc) == (0, 0, 0)
    assert dry.plans == wet.plans
    assert len(wet.removals) == 1
    assert again.device_writes == []
    assert wet.bulk[0].result["accounts"]["acme"]["unmanaged"] == [mac(43)]
    assert f"acme: purged: {mac(41)}, {mac(42)}." in wet.text


def test_a_purge_that_names_a_server_of_nobody_is_refused_before_any_call(bench: Bench) -> None:
    shared(bench)
    bench.inventory({"desk": phone(1)}, bench.one | {"rps_purge": True, "rps_purge_servers": ["offfice"]})

    run = bench.run("voip.rps.provision")

    assert run.rc == 2
    assert run.calls == []
    assert "rps_purge_servers: rps_servers holds no offfice" in run.text


def test_a_deadline_ends_the_run_in_time_and_every_phone_is_told(bench: Bench) -> None:
    bench.servers()
    bench.sim.options.latency = 0.1
    account = bench.account("yealink", concurrency=1)
    values = {"rps_accounts": {"acme": account}, "rps_servers": bench.one["rps_servers"], "rps_deadline": 2}
    bench.inventory({f"desk-{number}": phone(number) for number in range(1, 61)}, values)

    started = time.monotonic()
    run = bench.run("voip.rps.provision")
    seconds = time.monotonic() - started
    bench.sim.options.latency = 0

    assert run.rc == 2
    assert seconds < 20  # and not the six seconds that the reads alone take, twice over
    assert len(run.calls) < 40
    assert set(run.outcomes.values()) == {"not_attempted"}
    assert len(run.outcomes) == 60
    assert "deadline" in run.text
    assert run.device_writes == []
    assert bench.run("voip.rps.provision", extra={"rps_deadline": 300}).rc == 0


def test_a_long_run_says_how_far_it_is_and_leaves_the_standard_output_to_the_callback(bench: Bench) -> None:
    bench.servers()
    bench.sim.options.latency = 0.1
    account = bench.account("yealink", concurrency=1)
    values = {"rps_accounts": {"acme": account}, "rps_servers": bench.one["rps_servers"]}
    bench.inventory({f"desk-{number}": phone(number) for number in range(1, 71)}, values)

    run = bench.run("voip.rps.provision", "--check")

    told = re.findall(r"^voip\.rps: acme: (\d+) of 70 phones read$", run.stderr, re.MULTILINE)
    assert run.rc == 0
    assert told
    assert 30 < int(told[0]) < 70
    assert "phones read" not in run.stdout
