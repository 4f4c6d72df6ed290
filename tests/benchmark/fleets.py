# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: where phones are before a run, and what is declared for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator import DIALECTS
from support.phones import SERVERS, mac, own_url, serial

DECLARED = "office"


@dataclass(frozen=True)
class Job:
    """``placed``: the server that the phones are bound to before the run, or None."""

    name: str
    placed: str | None

    def outcome(self, vendor: str) -> str:
        """What every phone's outcome must be."""
        if self.name != "unchanged":
            return "changed"
        return "in_sync" if DIALECTS[vendor].capabilities.url_readable else "unverifiable"


JOBS = {
    job.name: job
    for job in (
        Job("unchanged", "office"),
        Job("first", None),
        Job("moved", "branch"),
        Job("unique", None),
        Job("removed", "office"),
    )
}


def jobs_of(vendor: str) -> list[Job]:
    """The jobs that a service has."""
    return [job for job in JOBS.values() if job.name != "unique" or DIALECTS[vendor].capabilities.unique_urls]


def entries(vendor: str, job: Job, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """The option ``devices`` of rps_devices."""
    return [_entry(vendor, job, number) for number in numbers]


def _entry(vendor: str, job: Job, number: int) -> dict[str, Any]:
    capabilities = DIALECTS[vendor].capabilities
    entry: dict[str, Any] = {"mac": mac(number, vendor)}
    if job.name == "removed":
        return {**entry, "state": "absent"}
    if capabilities.target == "server" or capabilities.stores_name:
        entry["server"] = DECLARED
    if capabilities.serial:
        entry["serial"] = serial(number)
    if job.name == "unique":
        return {**entry, "unique_url": own_url(number)}
    if not capabilities.url_readable and job.name == "moved":
        entry["force"] = True  # it cannot show where a phone is redirected to
    return {**entry, "server_url": SERVERS[DECLARED]}
