# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One stage for all cells of a process, and the count of the cells at the end of the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_TESTS = str(Path(__file__).resolve().parents[1])
if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)

from faults.cells import Stage, no_waiting  # noqa: E402 - after the path


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    made = Stage()
    old = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)  # the simulator is a thread of this process
    with no_waiting():
        yield made
    sys.setswitchinterval(old)
    made.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the cells that hold, table by table."""
    tables: dict[str, list[int]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for key, value in getattr(report, "user_properties", ()):
                if key == "cells":
                    counts = tables.setdefault(value[0], [0, 0])
                    counts[0] += value[1]
                    counts[1] += value[2]
    if not tables:
        return
    terminalreporter.section("cells of the tables of faults")
    for name, (played, broken) in tables.items():
        terminalreporter.write_line(f"{name}: {played - broken:,} of {played:,} cells")
    played = sum(counts[0] for counts in tables.values())
    broken = sum(counts[1] for counts in tables.values())
    terminalreporter.write_line(f"all tables: {played - broken:,} of {played:,} cells")
