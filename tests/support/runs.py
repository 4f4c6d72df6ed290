# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of whole runs read from them."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit

from .client import MemoryBench
from .phones import macs

ALL = parse_limit("100%")
READS = {"listDevices", "checkDevice", "checkDeviceExt", "getPhoneRedirection", "getPhone", "token", "listServers"}
lists = pytest.mark.parametrize("bench", ["yealink", "htek", "panasonic", "ymcs"], indirect=True)


def outcomes(run: RunResult) -> list[str]:
    return [result.outcome for result in run.results]


def codes(run: RunResult) -> set[str | None]:
    return {result.reason.code if result.reason is not None else None for result in run.results}


def fleet(bench: MemoryBench, count: int = 20) -> list[str]:
    return macs(count, bench.vendor)


def reads_of(bench: MemoryBench) -> str:
    """The call that reads one device."""
    names = {"yealink": "checkDeviceExt", "htek": "checkDevice", "snom": "getPhoneRedirection"}
    return {**names, "panasonic": "getPhone", "ymcs": "listDevices"}[bench.vendor]


def without_token(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if name != "token"}
