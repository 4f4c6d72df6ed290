# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else writes in between, or a second run does: no result that never was true, nothing bound wrongly."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.concurrency import CHANGES, play_two, play_writer
from support.fault_cases import Case, Fleet, sample, seed, whole
from support.scenarios import SCENARIOS, SERVICES, Scenario, Service

WRITERS = 3  # cases of each fleet, unless all are asked for
INTERLEAVINGS = 60 if whole() else 1

Record = Callable[[str, object], None]
services = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@services
@scenarios
def test_somebody_else_writes_before_any_call(scenario: Scenario, service: Service, record_property: Record) -> None:
    fleet = Fleet(scenario, service)
    fleet.play(Case(), recover=False)
    calls = len(fleet.env.sim.calls())
    cases = [
        (index, device.mac, change)
        for index in range(calls)
        for device in scenario.desired(service)
        for change in CHANGES
    ]
    chosen = cases if whole() else sample(cases, WRITERS, f"writers/{fleet}")
    broken = [f"{fleet}/{case}: {text}" for case in chosen for text in play_writer(fleet, *case)]
    record_property("cases", ("writers", len(chosen)))
    assert broken == []


@services
@scenarios
@pytest.mark.parametrize("same", [True, False], ids=["agreeing", "contradicting"])
def test_two_runs_at_once(scenario: Scenario, service: Service, same: bool, record_property: Record) -> None:
    fleet = Fleet(scenario, service)
    broken = [
        f"{fleet}/{number}: {text}"
        for number in range(INTERLEAVINGS)
        for text in play_two(fleet, f"{seed()}/{number}", same)
    ]
    record_property("cases", ("two runs", INTERLEAVINGS))
    assert broken == []
