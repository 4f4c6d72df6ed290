# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runner for each test: a temporary project and a simulator of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import Simulator
from support import place
from support.fork_server import ForkServer
from support.playbooks import PlaybookRunner, settings

collections = place.collections  # the fixture


@pytest.fixture(scope="session")
def server(collections: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """A process that has imported Ansible; most runs are forks of it."""
    home = tmp_path_factory.mktemp("home")
    running = ForkServer(settings(collections) | {"HOME": str(home), "ANSIBLE_LOCAL_TEMP": str(home / "tmp")})
    yield running
    running.close()


@pytest.fixture
def runner(tmp_path: Path, collections: Path, server: ForkServer) -> Iterator[PlaybookRunner]:
    """A project and a simulator; what the simulator found wrong fails the test."""
    with Simulator() as sim:
        yield PlaybookRunner(tmp_path, collections, sim, server)
        sim.assert_clean()
