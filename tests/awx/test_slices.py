# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job slicing: slices that run at the same time end as one job does, and none of them purges."""

from __future__ import annotations

from collections import Counter

import pytest
from awx.controller import Controller, phones

COUNT = 160
ADDS = "addServer"


def fill(awx: Controller) -> None:
    """A fleet of which a part is new, a part at another server and a part as declared; and one that nobody declared."""
    awx.hosts = phones(COUNT)
    for number in range(1, COUNT + 1):
        if number % 3:
            awx.device(number, ["office", "branch"][number % 2 if number % 3 == 1 else (number + 1) % 2])
    awx.device(900_000)


def written(awx: Controller) -> Counter[str]:
    """Calls that write devices, by their name."""
    return Counter(call.method for call in awx.sim.writes() if call.method != ADDS)


@pytest.fixture
def one(awx: Controller) -> tuple[dict[str, tuple[str | None, str | None]], int]:
    """The state after one job, and how many calls wrote devices; then the service is as before."""
    fill(awx)
    assert awx.launch("RPS provision").rc == 0
    state, calls = awx.state(), written(awx).total()
    for address in state:
        awx.sim.world("yealink").remove_device(address)
    awx.sim.reset_log()
    fill(awx)
    return state, calls


@pytest.mark.parametrize("count", [2, 4, 8])
def test_slices_end_as_one_job_does_with_few_more_calls(
    awx: Controller, one: tuple[dict[str, tuple[str | None, str | None]], int], count: int
) -> None:
    state, calls = one
    servers = 2

    jobs = awx.slices(count, "RPS provision")

    assert [job.rc for job in jobs] == [0] * count
    assert awx.state() == state
    assert written(awx).total() <= calls + count * servers
    assert sum(len(job.stats["processed"]) for job in jobs) == COUNT
    awx.sim.reset_log()
    assert all(job.stats["changed"] == {} for job in awx.slices(2, "RPS provision"))
    assert awx.sim.writes() == []


@pytest.mark.parametrize("count", [2, 4, 8])
def test_every_slice_refuses_to_purge(awx: Controller, count: int) -> None:
    fill(awx)
    before = awx.state()
    purge = {"rps_purge": True, "rps_fleet_size": COUNT, "rps_purge_limit": "100%"}

    jobs = awx.slices(count, "RPS provision", kept=purge)

    assert all(job.rc != 0 for job in jobs)
    assert all("rps_fleet_size" in job.said for job in jobs)
    assert awx.sim.writes() == []
    assert awx.state() == before
