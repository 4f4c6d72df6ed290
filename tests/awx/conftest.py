# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX's part in a temporary folder, and a simulator of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from awx.controller import Controller
from simulator import Simulator
from support import place

collections = place.collections  # the fixture


@pytest.fixture
def awx(tmp_path: Path, collections: Path) -> Iterator[Controller]:
    """A controller and a simulator; what the simulator found wrong fails the test."""
    with Simulator() as sim:
        yield Controller(tmp_path, collections, sim)
        sim.assert_clean()
