# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder to work in, a simulator in a process of its own, and the collections of other projects."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from integrations.support import COLLECTION, Answer, FakeService, Runner, Servers
from support import place

collections = place.collections  # the fixture
START_LIMIT = 30.0  # seconds; a hang must not stop all tests


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
def simulate(tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Starts the simulator's program with a seed; returns what its state file says: `urls`, `control` and `pid`."""
    running: list[subprocess.Popen[bytes]] = []

    def start(seed: dict[str, Any]) -> dict[str, Any]:
        (tmp_path / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
        state = tmp_path / "state.json"
        command = [
            sys.executable,
            str(COLLECTION / "tests/simulator"),
            "--no-tls",
            "--load",
            str(tmp_path / "seed.json"),
        ]
        process = subprocess.Popen([*command, "--state-file", str(state)], stdout=subprocess.PIPE, bufsize=0)
        running.append(process)
        assert process.stdout
        process.stdout.readline()  # its first line comes when it listens and has written the file
        found: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
        return found

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_LIMIT)
