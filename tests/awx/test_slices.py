# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job slicing: slices that run at the same time end as one job does, and none of them purges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from awx.controller import Controller, phones
from simulator import Simulator

COUNT = 12
SLICES = 3
SERVERS = 2  # of the account
ADDS = "addServer"

State = dict[str, tuple[str | None, str | None]]


def fill(awx: Controller) -> None:
    """A fleet with new phones, phones without a server, phones at the other one, phones as declared; and a stray."""
    awx.hosts = {}
    for number in range(1, COUNT + 1):
        server, other = ("office", "branch") if number % 7 < 4 else ("branch", "office")
        awx.hosts |= phones(1, first=number, server=server)
        found = {1: None, 2: other, 3: server}.get(number % 5, "")
        if found != "":
            awx.device(number, found)
    awx.device(900_000)


def written(awx: Controller) -> Counter[str]:
    """Calls that write devices, by their name."""
    return Counter(call.method for call in awx.sim.writes() if call.method != ADDS)


@pytest.fixture
def one(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[tuple[State, int]]:
    """The state after one job for the whole fleet, and how many calls wrote devices."""
    with Simulator() as sim:
        awx = Controller(tmp_path_factory.mktemp("one"), collections, sim)
        fill(awx)
        assert awx.launch("RPS provision").rc == 0
        yield awx.state(), written(awx).total()


def test_slices_end_as_one_job_does_with_few_more_calls(awx: Controller, one: tuple[State, int]) -> None:
    fill(awx)
    state, calls = one

    jobs = awx.slices(SLICES, "RPS provision")

    print(f"\n{calls} calls that write devices in one job, {written(awx)} in {SLICES} slices; all: {awx.sim.count()}")
    assert [job.rc for job in jobs] == [0] * SLICES
    assert awx.state() == state
    assert calls <= written(awx).total() <= calls + SLICES * SERVERS
    assert sum(len(job.stats["processed"]) for job in jobs) == COUNT


def test_a_slice_refuses_to_purge(awx: Controller) -> None:
    fill(awx)
    before = awx.state()
    purge = {"rps_purge": True, "rps_fleet_size": COUNT, "rps_purge_limit": "100%", "rps_host_results": False}
    part = {name: awx.hosts[name] for name in sorted(awx.hosts)[::SLICES]}

    job = awx.launch("RPS provision", hosts=part, kept=purge)

    assert job.rc != 0
    assert "rps_fleet_size" in job.said
    assert f"{COUNT // SLICES} phones" in job.said
    assert awx.sim.writes() == []
    assert awx.state() == before
