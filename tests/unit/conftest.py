# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the simulator importable as `simulator`, for pytest and for `ansible-test units`; set up the property tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import collection_loader

collection_loader.load()

# A busy machine is not a failing test, and what fails here fails everywhere: `make fuzz` looks for new examples.
settings.register_profile(
    "steady", parent=settings(), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("steady")

# Measuring coverage doubles what a test costs. These reach no line of plugins/ that the tables of cases beside them do
# not reach: tests of other code, tests of any input, and many times the same path with another text.
_TESTS = Path(__file__).parent
_NOT_MEASURED = (
    "docs",
    "simulator",
    "tools",
    "module_utils/test_architecture.py",
    "modules/test_module_options.py",
    "modules/test_module_secrets.py",
    "report/test_report_hostile.py",
    "service/test_calls.py",
)
_MEASURES_PROCESSES = ("COV_", "COVERAGE_")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "no_cover: coverage is not measured (known to pytest-cov)")
    coverage = sys.modules.get("coverage")
    if coverage is not None and hasattr(config, "workerinput"):
        # A worker of pytest-xdist is a process that coverage.py measures from its start, before pytest-cov does so once
        # more. The former would go on whenever pytest-cov pauses. It saves what it has at the end.
        while started := coverage.Coverage.current():
            started.stop()


# Last, since hypothesis marks its tests in this hook too.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("hypothesis") or any(
            item.path.is_relative_to(_TESTS / name) for name in _NOT_MEASURED
        ):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    gc.freeze()  # thousands of tests stay to the end: looking at them again and again finds nothing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let the processes that a test starts be measured only if the test is."""
    if not item.get_closest_marker("no_cover"):
        return (yield)
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_MEASURES_PROCESSES)}
    try:
        return (yield)
    finally:
        os.environ.update(kept)
