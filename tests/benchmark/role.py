# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role costs beside plays that do nothing: CPU, the clock, and memory per host."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from . import role_cost
from .options import Options
from .processes import PLAYBOOK, Taken
from .processes import measure as run
from .rivals import trees
from .tables import median, ratio, seconds, table

DEBUG = "one debug task"
LARGE = ("empty play", "rps_devices alone", "provision, none")
FEW = 4  # memory per host is that of all hosts less that of a quarter of them


BEFORE = ("rps_devices alone", "role by import_role", "provision, all")  # rows that another version has too

Costs = dict[str, dict[str, list[float]]]


def measure(options: Options) -> dict[str, Any]:
    """``all``, ``large``, ``few``: hosts, and rows of lists of wall and cpu seconds and peak memory."""
    memory = ("empty play", DEBUG, role_cost.SAME, "provision, all")
    few = max(1, options.hosts // FEW)
    return {
        "all": _measure(options.hosts, None, options.role_runs, tuple(trees(options))),
        "large": _measure(options.large_hosts, LARGE, 1),
        "few": _measure(few, memory, options.role_runs),
    }


def _measure(
    hosts: int, wanted: Iterable[str] | None, runs: int, versions: Sequence[tuple[Path | None, str]] = ((None, ""),)
) -> dict[str, Any]:
    found: Costs = {}
    with role_cost.service(hosts) as (url, pipe), tempfile.TemporaryDirectory(prefix="rps-bench-") as name:
        folder = Path(name)
        role_cost.write(folder, hosts, url)
        rows = [row for row in role_cost.rows(hosts, url) if wanted is None or row.name in wanted]
        for _index in range(runs):
            for collections, suffix in versions:
                for row in rows:
                    if collections is not None and row.name not in BEFORE:
                        continue
                    if row.moved:
                        pipe.send("move")
                        pipe.recv()
                    _note(found, row.name + suffix, _run(folder, row, collections))
    return {"hosts": hosts, "rows": found}


def _run(folder: Path, row: role_cost.Row, collections: Path | None) -> Taken:
    variables = {"HOME": str(folder), "ANSIBLE_FORKS": "5"}
    return run(_command(folder, row), cwd=folder, collections=collections, variables=variables)


def _note(found: Costs, name: str, taken: Taken) -> None:
    cost = found.setdefault(name, {"wall": [], "cpu": [], "peak_mb": []})
    cost["wall"].append(taken.wall)
    cost["cpu"].append(taken.cpu)
    cost["peak_mb"].append(taken.megabytes)
    print(f"{name}: {taken.cpu:.1f} CPU-s", flush=True)


def _command(folder: Path, row: role_cost.Row) -> list[str]:
    play = row.play
    if not isinstance(play, str):
        path = folder / "play.yml"
        plays = [{"hosts": "phones", "gather_facts": False, "tasks": play}]
        path.write_text(json.dumps(plays), encoding="utf-8")
        play = str(path)
    return [PLAYBOOK, "-i", str(folder / "hosts.ini"), *row.options, play]


def tables(figures: dict[str, Any]) -> dict[str, str]:
    return {
        "ROLE": _costs(figures["all"]),
        "LARGE": _costs(figures["large"]),
        "MEMORY": _memory(figures["all"], figures["few"]),
    }


def _costs(found: dict[str, Any]) -> str:
    base = median(found["rows"][DEBUG]["cpu"]) if DEBUG in found["rows"] else 0.0
    rows = []
    for name, cost in found["rows"].items():
        cpu = median(cost["cpu"])
        line = (name, seconds(cpu), seconds(median(cost["wall"])), f"{median(cost['peak_mb']):.0f} MB")
        rows.append((*line, ratio(cpu, base)) if base else line)
    columns = (f"{found['hosts']:,} hosts", "CPU", "time", "peak memory")
    return table((*columns, "x debug") if base else columns, rows)


def _memory(many: dict[str, Any], few: dict[str, Any]) -> str:
    hosts = max(many["hosts"] - few["hosts"], 1)
    rows = []
    for name, cost in few["rows"].items():
        more = median(many["rows"][name]["peak_mb"]) - median(cost["peak_mb"])
        rows.append((name, f"{more * 1024 / hosts:.1f} KB"))
    return table((f"from {few['hosts']:,} to {many['hosts']:,} hosts", "memory per host"), rows)
