# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runner of modules, and services for them."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from simulator import Simulator
from support.modules import ABOVE, FORK_SERVER, SECONDS, ModuleRunner
from support.phones import BRANCH, OFFICE, OTHER_PASSWORD, OTHER_USER, PASSWORD, THEIRS, USER


def _forking(measured: bool) -> subprocess.Popen[str]:
    """The process that modules are forked from; whether coverage is measured is settled when it starts."""
    kept = {key: value for key, value in os.environ.items() if measured or not key.startswith(("COV_", "COVERAGE_"))}
    return subprocess.Popen(
        [sys.executable, "-c", FORK_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, "PYTHONPATH": os.pathsep.join(ABOVE), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait(SECONDS)


@pytest.fixture(scope="session")
def measured_server() -> Iterator[subprocess.Popen[str]]:
    with _forking(measured=True) as process:
        yield process
        _end(process)


@pytest.fixture(scope="session")
def unmeasured_server() -> Iterator[subprocess.Popen[str]]:
    with _forking(measured=False) as process:
        yield process
        _end(process)


@pytest.fixture
def fork_server(request: pytest.FixtureRequest) -> subprocess.Popen[str]:
    """The process that the modules of this test are forked from."""
    kind = "unmeasured" if request.node.get_closest_marker("no_cover") else "measured"
    found: subprocess.Popen[str] = request.getfixturevalue(f"{kind}_server")
    return found


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """All services, each with this account, another one, and servers where the service has them."""
    with Simulator() as simulator:
        for vendor in simulator.vendors:
            simulator.add_account(vendor, USER, PASSWORD)
            simulator.add_account(vendor, OTHER_USER, OTHER_PASSWORD)
            world = simulator.world(vendor)
            world.add_server(USER, "office", OFFICE)
            world.add_server(USER, "branch", BRANCH)
            world.add_server(OTHER_USER, "theirs", THEIRS)
        yield simulator


@pytest.fixture
def run(sim: Simulator, fork_server: subprocess.Popen[str], tmp_path: pathlib.Path) -> ModuleRunner:
    """Runs modules against these services."""
    return ModuleRunner(sim, fork_server, tmp_path)
