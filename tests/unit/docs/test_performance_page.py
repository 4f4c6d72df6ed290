# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md counts the calls that every job really makes."""

from __future__ import annotations

import math
import re

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, PRESENT, Connection, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import open_service
from simulator import Simulator
from support.pages import bare, section, tables

PHONES = 120  # two bulk calls, one page
USER, PASSWORD = "office", "a-made-up-password"
OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
ROWS = [[bare(cell) for cell in row] for row in tables(section("docs/performance.md", "Calls per job"))[0][1:]]
MACS = [f"0015650{number:05x}" for number in range(PHONES)]


def _count(formula: str) -> int:
    """The value of a formula such as ``3N + B + 1``."""
    values = {"N": PHONES, "B": math.ceil(PHONES / 100), "P": math.ceil(PHONES / 500), "": 1}
    total = 0
    for term in formula.split(" + "):
        found = re.fullmatch(r"(\d*)([NBP]?)", term)
        assert found, formula
        total += int(found[1] or 1) * values[found[2]]
    return total


def _desired(vendor: str, job: str, number: int) -> DesiredDevice:
    if job == "removed":
        return DesiredDevice(MACS[number], ABSENT)
    server, url = ("branch", BRANCH) if job == "moved" else ("office", OFFICE)
    return DesiredDevice(
        MACS[number],
        PRESENT,
        server,
        url,
        unique_url=f"https://prov.example.com/one/{number}" if job == "unique URLs" else None,
        force=job == "moved" and not VENDORS[vendor].reads_url,
        serial=f"00{number:014}" if VENDORS[vendor].needs_serial else None,
    )


IDS = [f"{row[0]}-{row[1]}" for row in ROWS]


@pytest.mark.parametrize(("vendor", "job", "calls"), [row[:3] for row in ROWS], ids=IDS)
def test_a_job_makes_as_many_calls_as_the_page_says(vendor: str, job: str, calls: str) -> None:
    with Simulator() as sim:
        sim.add_account(vendor, USER, PASSWORD)
        world = sim.world(vendor)
        world.add_server(USER, "office", OFFICE)
        world.add_server(USER, "branch", BRANCH)
        if job not in ("first", "unique URLs"):
            for mac in MACS:
                world.add_device(mac, USER, "office")
        service = open_service(Connection(vendor, sim.url(vendor), USER, PASSWORD))
        try:
            run = reconcile(service, [_desired(vendor, job, number) for number in range(PHONES)], Options())
        finally:
            service.client.close()
    assert [result.mac for result in run.results if result.failed] == []
    assert sum(run.calls.values()) == _count(calls)


def test_no_job_makes_fewer_calls_than_the_lowest_number() -> None:
    for vendor, job, calls, lowest, why in ROWS:
        assert _count(calls) >= _count(lowest), (vendor, job)
        if _count(calls) > _count(lowest):
            assert why, (vendor, job)


def test_every_service_has_every_job() -> None:
    jobs = {vendor: {row[1] for row in ROWS if row[0] == vendor} for vendor in VENDORS}
    for vendor, found in jobs.items():
        expected = {"unchanged", "first", "moved", "removed"}
        assert found == (expected | {"unique URLs"} if VENDORS[vendor].unique_urls else expected)
