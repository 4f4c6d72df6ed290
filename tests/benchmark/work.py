# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's own work: CPU for each device without a network."""

from __future__ import annotations

import json
from typing import Any

from .options import Options
from .processes import measure as run
from .processes import program
from .tables import median, table


def measure(options: Options) -> dict[str, Any]:
    """``runs``: CPU-seconds of each run by where they went."""
    command = program("own_work", str(options.devices))
    return {
        "devices": options.devices,
        "runs": [json.loads(run(command).last_line) for _index in range(options.runs)],
    }


def tables(figures: dict[str, Any]) -> dict[str, str]:
    runs, devices = figures["runs"], figures["devices"]
    own = [one["all"] - one["simulator"] - one["client"] for one in runs]
    parts = {
        "options, plan, results and masking: the module's own work": own,
        "making and reading the calls": [one["client"] for one in runs],
        "both": [one["all"] - one["simulator"] for one in runs],
    }
    rows = [(name, f"{median(values) / devices * 1e6:,.0f} µs") for name, values in parts.items()]
    first = f"{median([one['first_call'] for one in runs]):.2f} CPU-s before the first call"
    return {"WORK": f"{table((f'work for {devices:,} devices', 'CPU per device'), rows)}\n\n{first}."}
