# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the simulator's own tests: they call it with the standard library's codecs only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulator import Simulator
from simulator.clients import Memory, seed
from support.plain_client import Clients, PlainClient


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator on a socket, seeded as `Memory.seeded` is."""
    with Simulator() as simulator:
        seed(simulator)
        yield simulator


@pytest.fixture
def memory() -> Memory:
    """A simulator in memory with two accounts at every service: `me` (servers main, spare) and `other` (theirs)."""
    return Memory.seeded()


@pytest.fixture
def client(sim: Simulator) -> Iterator[Clients]:
    """Make clients: `client("yealink")`, `client("htek", "other")`."""
    made: list[PlainClient] = []

    def make(vendor: str = "yealink", username: str = "me", password: str = "secret") -> PlainClient:
        made.append(PlainClient(sim.url(vendor), username, password))
        return made[-1]

    yield make
    for item in made:
        item.close()
