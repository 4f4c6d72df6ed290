# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of whole runs read from them, and on which services they are run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from simulator import DIALECTS, read_methods
from simulator.core.dialect import Dialect

from .client import ServiceEnv
from .phones import macs

ALL = parse_limit("100%")
READS = read_methods()


def vendors(fits: Callable[[Capabilities], bool]) -> list[str]:
    """The services whose capabilities fit."""
    return [name for name, capabilities in VENDORS.items() if fits(capabilities)]


def where(fits: Callable[[Capabilities], bool]) -> pytest.MarkDecorator:
    """Run a test on each service whose capabilities fit, as its ``env``."""
    return pytest.mark.parametrize("env", vendors(fits), indirect=True)


def where_dialect(fits: Callable[[Dialect], bool]) -> pytest.MarkDecorator:
    """Run a test on each service whose dialect in the simulator fits, as its ``env``."""
    found = [name for name in VENDORS if fits(DIALECTS[name])]
    return pytest.mark.parametrize("env", found, indirect=True)


lists = where(lambda vendor: vendor.lists_account)


def outcomes(run: RunResult) -> list[str]:
    return [result.outcome for result in run.results]


def codes(run: RunResult) -> set[str | None]:
    return {result.reason.code if result.reason is not None else None for result in run.results}


def fleet(env: ServiceEnv, count: int = 20) -> list[str]:
    return macs(count, env.vendor)


def reads_of(env: ServiceEnv) -> str:
    """The call that reads one device."""
    return env.call_for("read")


def without_token(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if name != "token"}
