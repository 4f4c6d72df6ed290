# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder to work in, simulators, and the collections of other projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from integrations.support import COLLECTION, Answer, FakeService, Runner, Servers, Simulate
from simulator import Simulator
from support import place

collections = place.collections  # the fixture


@pytest.fixture(scope="session")
def foreign() -> Path:
    """The collections of other projects: tools/foreign.py fetches them."""
    around = COLLECTION.parents[2] if COLLECTION.parent.name == "voip" else COLLECTION / ".build"
    found = sorted((around / "foreign").glob("*/.complete"))
    assert found, "there are no foreign collections; run tools/foreign.py first"
    return found[-1].parent


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    running = Servers()
    yield running
    running.close()


@pytest.fixture
def runner(tmp_path: Path, collections: Path, servers: Servers) -> Runner:
    """Ansible's programs, with this collection."""
    return Runner(tmp_path, str(collections), servers)


@pytest.fixture
def service() -> Iterator[Callable[[Answer], FakeService]]:
    """Starts fake services, and stops them at the end."""
    started: list[FakeService] = []

    def start(answer: Answer) -> FakeService:
        started.append(FakeService(answer).__enter__())
        return started[-1]

    yield start
    for item in started:
        item.__exit__()


@pytest.fixture
def simulate() -> Iterator[Simulate]:
    """Starts a simulator with a seed -> its URLs by service."""
    with ExitStack() as running:

        def start(seed: dict[str, Any]) -> dict[str, str]:
            sim = running.enter_context(Simulator())
            sim.load(seed)
            return {vendor: sim.url(vendor) for vendor in sim.vendors}

        yield start
