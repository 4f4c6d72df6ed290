# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large fleets in one job: no event is too large for AWX to keep, and nothing that is needed is lost by that."""

from __future__ import annotations

import json
from pathlib import Path

from awx.controller import LIMIT, LOGINS, Controller, Job, mac, phones


def fill(awx: Controller, count: int, hidden: int = 0) -> None:
    """A fleet of which every second phone is to be written, and devices that nobody declared."""
    awx.hosts = phones(count)
    for number in range(1, count + 1):
        if number % 2:
            awx.device(number, "branch")
    for number in range(900_000, 900_000 + hidden):
        awx.device(number)


def figures(job: Job) -> None:
    """Show what docs/awx.md has from here (pytest -s)."""
    size = sum(path.stat().st_size for path in job.files)
    print(f"\n{job.seconds:.1f} s, {len(job.files)} events of {size} bytes, the largest {job.largest} characters")


def report(folder: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads((folder / "drift.json").read_text(encoding="utf-8"))["counts"]
    return counts


def test_no_event_grows_with_the_fleet_without_results_per_host(awx: Controller) -> None:
    kept = {"rps_host_results": False, "rps_report_dir": str(awx.folder / "reports")}
    largest, counted = [], []
    for count in (100, 1_000):
        fill(awx, count, hidden=500)
        job = awx.launch("RPS drift", "--diff", kept=kept)
        figures(job)
        assert job.rc == 0
        assert job.lost == []
        drift = job.artifact["rps_drift"]
        counted.append((drift["counts"]["would_change"], len(drift["drifted"]), drift["truncated"]))
        largest.append(job.largest)

    # A count has one digit more; names and MAC addresses are as many.
    assert largest[1] - largest[0] < 200
    assert largest[1] < LIMIT / 50
    assert counted == [(50, 50, False), (500, 50, True)]
    assert report(awx.folder / "reports")["would_change"] == 500
    assert report(awx.folder / "reports")["unmanaged"] == 500


def test_each_of_many_phones_has_its_event(awx: Controller) -> None:
    fill(awx, 20)

    job = awx.launch("RPS provision")

    figures(job)
    assert job.rc == 0
    assert job.largest < LIMIT / 10
    assert job.lost == []
    assert len(job.results("_fleet_result")) == 20
    assert sum(job.stats["changed"].values()) == 10


def test_a_large_purge_stays_below_the_limit_with_diff(awx: Controller) -> None:
    fill(awx, 10, hidden=4_000)
    guards = {"rps_purge": True, "rps_fleet_size": 10, "rps_purge_limit": "100%"}

    job = awx.launch("RPS provision", "--check", more=guards)

    figures(job)
    assert job.rc == 0
    assert job.lost == []
    assert "and 3,990 more" in json.dumps(job.bulk["msg"])
    assert job.largest < LIMIT


def test_a_refusal_of_every_phone_stays_below_the_limit(awx: Controller) -> None:
    awx.hosts = {name: values | {"rps_mac": "x" * 300} for name, values in phones(1_000).items()}

    job = awx.launch("RPS provision", kept={"rps_host_results": False})

    assert job.rc != 0
    assert job.largest < LIMIT / 10
    assert LOGINS["yealink"]["password"] not in job.output
    assert mac(1) not in awx.state()
