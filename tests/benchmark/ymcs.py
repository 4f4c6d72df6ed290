# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YMCS, whose list shows whole devices: calls and time of every job by the size of the fleet."""

from __future__ import annotations

from typing import Any

from .fleets import JOBS
from .modules import Run, run_module
from .options import Options
from .service import Service
from .tables import seconds, table

CONCURRENCY = 8


def measure(options: Options) -> dict[str, Any]:
    """``runs``: a row for each size and job."""
    rows = []
    with Service(options.latency) as service:
        for size in options.ymcs:
            for name in ("unchanged", "first", "moved", "removed"):
                job = JOBS[name]
                service.ask("fill", "ymcs", size, job.placed)
                result = run_module(service, Run("ymcs", job, range(1, size + 1), CONCURRENCY))
                whole = result.whole
                row = {"phones": size, "job": name, "calls": result.calls, "wall": whole.wall, "cpu": whole.cpu}
                rows.append({**row, "peak_mb": result.call["peak_mb"]})
                print(rows[-1], flush=True)
    return {"latency": options.latency, "runs": rows}


def tables(figures: dict[str, Any]) -> dict[str, str]:
    latency = figures["latency"] / 1000
    rows = [
        (
            row["job"],
            f"{row['phones']:,}",
            f"{row['calls']:,}",
            seconds(row["calls"] * latency / CONCURRENCY),
            seconds(row["wall"]),
            seconds(row["cpu"]),
            f"{row['peak_mb']:.0f} MB",
        )
        for row in figures["runs"]
    ]
    needed = f"calls x {figures['latency']} ms / {CONCURRENCY}"
    return {"YMCS": table(("job", "phones", "calls", needed, "time", "CPU", "peak memory"), rows)}
