# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runner for the examples of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import Simulator
from support.fork_server import ForkServer
from support.page_runner import PageRunner, page_environment


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """A process that has imported Ansible; the runs are forks of it."""
    running = ForkServer(page_environment(tmp_path_factory.mktemp("home")))
    yield running
    running.close()


@pytest.fixture
def runner(tmp_path: Path, server: ForkServer) -> Iterator[PageRunner]:
    with Simulator() as sim:
        yield PageRunner(sim, tmp_path, server)
        sim.assert_clean()
