# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the helpers importable; tells the seed of the samples and how many cases were played, at the end of a run."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the cases, table by table."""
    from support.fault_cases import seed, whole  # noqa: PLC0415

    played: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for key, value in getattr(report, "user_properties", ()):
                if key == "cases" and getattr(report, "when", "") == "call":
                    played[value[0]] += value[1]
    how = "all" if whole() else f"a sample, RPS_SEED={seed()}"
    terminalreporter.section(f"cases of the tables of faults ({how})")
    for name, count in played.items():
        terminalreporter.write_line(f"{name}: {count:,}")
