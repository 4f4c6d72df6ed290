# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runner for the examples of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import Simulator
from support.page_runner import PageRunner


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[PageRunner]:
    with Simulator() as sim:
        yield PageRunner(sim, tmp_path)
        sim.assert_clean()
