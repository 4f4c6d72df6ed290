# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls by service and job, beside the lowest number that the documents allow for the same result."""

from __future__ import annotations

import json
import re
from typing import Any

from .fleets import JOBS, jobs_of
from .options import Options
from .processes import measure as run
from .processes import program
from .tables import table

BATCH, PAGE = 100, 500
TITLES = {name: "unique URLs" if name == "unique" else name for name in JOBS}
_TERM = re.compile(r"(\d*)([NBP]?)")
_READ_BEFORE = "the list shows which phones are on the account, but `before` also shows status and URL"
_CANARY = "the first write to a server is verified before the others, so that a wrong URL harms one batch"
_SAMPLES = (
    f"{_READ_BEFORE}; each is read after its removal, because the list of this service is known from samples only"
)

# By service and job: calls, the lowest number for the same result, and why a difference stays. N phones, B bulk calls,
# P pages of YMCS.
FORMULAS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("yealink", "unchanged"): ("N + 1", "N + 1", ""),
    ("yealink", "first"): ("N + B + 3", "N + B + 3", ""),
    ("yealink", "moved"): ("3N + 1", "3N + 1", ""),
    ("yealink", "unique"): ("3N + 1", "3N + 1", ""),
    ("yealink", "removed"): ("N + B + 2", "B + 2", _READ_BEFORE),
    ("htek", "unchanged"): ("N + 1", "N + 1", ""),
    ("htek", "first"): ("N + B + 2", "N + B + 2", ""),
    ("htek", "moved"): ("3N + 1", "3N + 1", ""),
    ("htek", "removed"): ("N + B + 2", "B + 2", _READ_BEFORE),
    ("snom", "unchanged"): ("N", "N", ""),
    ("snom", "first"): ("2N + B", "2N + B", ""),
    ("snom", "moved"): ("2N + B", "2N + B", ""),
    ("snom", "unique"): ("3N", "3N", ""),
    ("snom", "removed"): ("2N + B", "2N + B", ""),
    ("panasonic", "unchanged"): ("N + 1", "N + 1", ""),
    ("panasonic", "first"): ("3N + 1", "3N + 1", ""),
    ("panasonic", "moved"): ("3N + 1", "3N + 1", ""),
    ("panasonic", "unique"): ("3N + 1", "3N + 1", ""),
    ("panasonic", "removed"): ("3N + 1", "N + 2", _SAMPLES),
    ("ymcs", "unchanged"): ("P + 1", "P + 1", ""),
    ("ymcs", "first"): ("P + B + 4", "P + B + 3", _CANARY),
    ("ymcs", "moved"): ("N + 2P + 3", "N + 2P + 2", _CANARY),
    ("ymcs", "unique"): ("P + B + 3", "P + B + 3", ""),
    ("ymcs", "removed"): ("P + B + 2", "P + B + 2", ""),
}


def value(formula: str, phones: int) -> int:
    """The value of a formula such as ``3N + B + 1``."""
    values = {"N": phones, "B": -(-phones // BATCH), "P": -(-phones // PAGE), "": 1}
    total = 0
    for term in formula.split(" + "):
        found = _TERM.fullmatch(term)
        if not found:
            raise ValueError(formula)
        total += int(found[1] or 1) * values[found[2]]
    return total


def measure(options: Options) -> dict[str, Any]:
    """``calls``: by vendor, job and method."""
    counted = run(program("count_calls", str(options.phones)))
    return {"phones": options.phones, "calls": json.loads(counted.last_line)}


def tables(figures: dict[str, Any]) -> dict[str, str]:
    """Formulas, and the same as counted. A formula that the count contradicts is marked."""
    phones, formulas, counts = figures["phones"], [], []
    for vendor in dict.fromkeys(vendor for vendor, _job in FORMULAS):
        for job in jobs_of(vendor):
            methods: dict[str, int] = figures["calls"][vendor][job.name]
            total, (ours, lowest, why) = sum(methods.values()), FORMULAS[vendor, job.name]
            name = (f"`{vendor}`", TITLES[job.name])
            shown = ours if value(ours, phones) == total else f"{total:,} were counted, not {ours}"
            each = ", ".join(f"`{method}` {count:,}" for method, count in sorted(methods.items()))
            formulas.append((*name, shown, lowest, why))
            counts.append((*name, each, f"{total:,}", f"{value(lowest, phones):,}"))
    columns = ("Service", "Job", "Calls", "Lowest", "Why the difference stays")
    counted = ("Service", "Job", f"Calls counted, N = {phones:,}", "All", "Lowest")
    return {
        "CALLS": table(columns, formulas, text_columns=5),
        "COUNTED": table(counted, counts, text_columns=3),
    }
