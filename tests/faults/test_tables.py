# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of faults: any fault at any call of any fleet on any service, alone, in pairs, and for the rest of a run.

A sample is played whose seed changes with the date; ``RPS_SEED`` repeats one, ``RPS_FAULTS=all`` plays everything.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors import ymcs
from simulator import DIALECTS, FAULTS
from support.fault_cases import TABLES, Case, Fleet, chosen, sample
from support.scenarios import SCENARIOS, SERVICES, Scenario, Service

# Cases of each table that a sample has of each fleet.
SHARES = {"single": 8, "pairs": 4, "outages": 2}

Record = Callable[[str, object], None]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whatever_goes_wrong_the_results_are_true_and_the_next_run_puts_it_right(
    scenario: Scenario, service: Service, table: str, record_property: Record
) -> None:
    play_table(Fleet(scenario, service), table, record_property)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_results_are_true_too_where_the_list_of_an_account_has_many_pages(
    scenario: Scenario, table: str, record_property: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ymcs, "_PAGE", 2)
    play_table(Fleet(scenario, Service("ymcs")), table, record_property)


def play_table(fleet: Fleet, table: str, record_property: Record) -> None:
    """Play a fleet's part of a table."""
    cases = chosen(table, fleet, SHARES[table])
    broken: list[str] = []
    for case in cases:
        played = fleet.play(case)
        broken.extend(f"{fleet}: {case}: {text}" for text in played.problems)
        if table == "single" and not played.met:
            broken.append(f"{fleet}: {case}: was not met")
    record_property("cases", (table, len(cases)))
    assert broken == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_without_any_fault_every_phone_is_done(scenario: Scenario, service: Service) -> None:
    played = Fleet(scenario, service).play(Case())
    assert played.problems == []
    failed = [result for result in played.run.results if result.failed]
    expected = {("yealink", "mixed"): {"refused"}, ("htek_documented", "mixed"): {"call_absent"}}
    expected |= {(one.title, "mixed"): {"owned_elsewhere"} for one in SERVICES if not one.capabilities.override}
    expected |= {("htek_documented", "move"): {"call_absent"}}
    assert {result.reason.code for result in failed if result.reason} == expected.get(
        (service.title, scenario.name), set()
    )


def case_with(kind: str) -> tuple[Fleet, Case]:
    """A fleet with a call that this fault can hit, another one for another seed."""
    fits = [
        service
        for service in SERVICES
        if not FAULTS[kind].protocols or DIALECTS[service.vendor].protocol.name in FAULTS[kind].protocols
    ]
    fleet = Fleet(SCENARIOS[-1], sample(fits, 1, kind)[0])
    places = [place for place in fleet.places() if kind in fleet.kinds(place[0])]
    (place,) = sample(places, 1, kind)
    return fleet, Case(((kind, *place),))


@pytest.mark.parametrize("kind", FAULTS)
def test_every_row_of_the_table_is_met(kind: str, record_property: Record) -> None:
    fleet, case = case_with(kind)
    played = fleet.play(case)
    record_property("cases", ("rows", 1))
    assert played.met == {kind}
    assert played.problems == []
