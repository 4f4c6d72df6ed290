# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in slices that run at the same time, as AWX's job slices do: each slice is a run of the module over its part.

Calls in flight at the account are slices x concurrency; only the configuration limits them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .fleets import JOBS
from .modules import Run, run_modules
from .options import Options
from .service import Service
from .tables import seconds, table

VENDOR = "yealink"
CHOICES = ((1, 8), (1, 32), (2, 16), (4, 8), (8, 4), (8, 8))  # slices, concurrency
LARGE_CONCURRENCY = 8


def measure(options: Options) -> dict[str, Any]:
    """``choices``, ``large``: rows with what was run, calls, the most in flight, seconds and the end state."""
    with Service(options.latency) as service:
        choices = [_measure(service, "first", options.fleet, slices, most) for slices, most in CHOICES]
        whole = options.slices * options.slice_phones
        large = [_measure(service, job, whole, options.slices, LARGE_CONCURRENCY) for job in ("first", "unchanged")]
    return {"latency": options.latency, "choices": choices, "large": large}


def _measure(service: Service, job: str, phones: int, slices: int, concurrency: int) -> dict[str, Any]:
    service.ask("fill", VENDOR, phones, JOBS[job].placed)
    parts = [part for part in split(phones, slices) if part]
    runs = [Run(VENDOR, JOBS[job], part, concurrency) for part in parts]
    results = run_modules(service, runs)
    state, stats = service.ask("state", VENDOR), service.ask("stats")
    row = {
        "job": job,
        "phones": phones,
        "slices": slices,
        "concurrency": concurrency,
        "calls": sum(result.calls for result in results),
        "in_flight": stats["max_in_flight"],
        "wall": max(result.whole.wall for result in results),
        "cpu": sum(result.whole.cpu for result in results),
        "peak_mb": max(result.call["peak_mb"] for result in results),
        **state,
    }
    print(row, flush=True)
    return row


def split(phones: int, slices: int) -> list[range]:
    """The numbers of the phones of each slice."""
    bounds = [1 + phones * index // slices for index in range(slices + 1)]
    return [range(first, last) for first, last in pairwise(bounds)]


def tables(figures: dict[str, Any]) -> dict[str, str]:
    columns = ("job", "end state", "phones", "slices", "concurrency", "calls", "most in flight", "time", "CPU of all")
    return {
        "SLICES": table(columns, [_line(row) for row in figures["choices"]], text_columns=2),
        "FLEET": table(
            (*columns, "peak memory of a slice"),
            [(*_line(row), f"{row['peak_mb']:.0f} MB") for row in figures["large"]],
            text_columns=2,
        ),
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    complete = row["right"] == row["devices"] == row["phones"]
    state = f"as declared, `{row['digest']}`" if complete else f"{row['right']:,} of {row['phones']:,} as declared"
    numbers = (row["phones"], row["slices"], row["concurrency"], row["calls"], row["in_flight"])
    return row["job"], state, *(f"{number:,}" for number in numbers), seconds(row["wall"]), seconds(row["cpu"])
