# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module beside what others would do for the same phones: the clock and CPU-seconds, side by side in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .fleets import JOBS
from .modules import Run, run_module
from .options import Options
from .processes import measure as run
from .rival_ways import Way, Ways
from .service import Service
from .tables import median, ratio, seconds, table

MODULE, CALL, TASK = "`rps_devices`, module process", "`rps_devices`, the call alone", "`rps_devices`, a playbook"


class _Comparison:
    """Runs ways and collects their figures."""

    def __init__(self, service: Service, ways: Ways, options: Options) -> None:
        self._service = service
        self._ways = ways
        self._options = options
        self._found: dict[tuple[str, str, str], dict[str, Any]] = {}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(self._found.values())

    def _note(self, name: str, transport: str, job: str, phones: int, wall: float, cpu: float) -> None:
        empty = {"way": name, "transport": transport, "job": job, "phones": phones, "calls": 0, "wall": [], "cpu": []}
        row = self._found.setdefault((name, transport, job), empty)
        row["calls"] = self._service.ask("stats")["total_calls"]
        row["wall"].append(wall)
        row["cpu"].append(cpu)

    def _fill(self, job: str, phones: int) -> None:
        self._service.ask("fill", "yealink", phones, JOBS[job].placed)

    def way(self, way: Way) -> None:
        self._fill(way.job, way.phones)
        taken = run(way.command, collections=way.collections)
        self._check(way)
        self._note(way.name, way.transport, way.job, way.phones, taken.wall, taken.cpu)

    def _check(self, way: Way) -> None:
        state = self._service.ask("state", "yealink")
        if state["right"] != way.phones:
            raise SystemExit(f"{way.name} ({way.job}) left {state} of {way.phones} phones")

    def module(self, job: str, tls: bool, collections: Path | None, suffix: str) -> None:
        phones, transport = self._options.phones, "TLS" if tls else "plain"
        self._fill(job, phones)
        wanted = Run("yealink", JOBS[job], range(1, phones + 1), self._options.threads, tls, collections)
        result = run_module(self._service, wanted)
        self._note(MODULE + suffix, transport, job, phones, result.whole.wall, result.whole.cpu)
        self._note(CALL + suffix, transport, job, phones, result.call["wall"], result.call["cpu"])

    def playbook(self, job: str, collections: Path | None, suffix: str) -> None:
        way = self._ways.playbook(job, collections)
        self._fill(job, way.phones)
        taken = run(way.command, collections=collections)
        self._check(way)
        self._note(TASK + suffix, "plain", job, way.phones, taken.wall, taken.cpu)


def trees(options: Options) -> Iterator[tuple[Path | None, str]]:
    """(folder of the collections, what its rows are called) of each tree to measure."""
    yield None, ""
    if options.before is not None:
        yield options.before.resolve(), ", before"


def measure(options: Options) -> dict[str, Any]:
    """``rows``: way, transport, job, phones, calls, and lists of wall and cpu seconds."""
    with (
        tempfile.TemporaryDirectory(prefix="rps-bench-") as name,
        Service(options.latency, tls=True) as service,
    ):
        ways = Ways(service, Path(name), options)
        bench = _Comparison(service, ways, options)
        for _index in range(options.runs):
            for way in ways.fast():
                bench.way(way)
            for collections, suffix in trees(options):
                for job in ("unchanged", "first"):
                    for tls in (True, False):
                        bench.module(job, tls, collections, suffix)
                    bench.playbook(job, collections, suffix)
        for way in ways.slow():
            bench.way(way)
    sizes = {"phones": options.phones, "uri_phones": options.uri_phones, "runs": options.runs}
    return {**sizes, "latency": options.latency, "threads": options.threads, "rows": bench.rows}


def tables(figures: dict[str, Any]) -> dict[str, str]:
    return {"UNCHANGED": _table(figures, "unchanged"), "FIRST": _table(figures, "first")}


def _table(figures: dict[str, Any], job: str) -> str:
    rows = [row for row in figures["rows"] if row["job"] == job and row["way"] != "empty play"]
    rival = f"`xmlrpc.client`, {figures['threads']} threads"
    bases = {row["transport"]: row for row in rows if row["way"] == rival}
    lines = []
    for row in sorted(rows, key=lambda row: (row["transport"] == "plain", median(row["wall"]))):
        base, (wall, cpu, calls, note) = bases[row["transport"]], _whole(figures, row)
        ratios = ratio(wall, median(base["wall"])), ratio(cpu, median(base["cpu"]))
        lines.append(
            (row["way"] + note, row["transport"], f"{calls:,}", seconds(wall), ratios[0], seconds(cpu), ratios[1])
        )
    columns = ("way", "transport", "calls", "time", "x script", "CPU", "x script")
    return table(columns, lines, text_columns=2)


def _whole(figures: dict[str, Any], row: dict[str, Any]) -> tuple[float, float, int, str]:
    """(time, CPU, calls, note) for the whole fleet. What was run with fewer phones is multiplied: all but Ansible's
    start, which an empty play over the same hosts has too."""
    wall, cpu, factor = median(row["wall"]), median(row["cpu"]), figures["phones"] / row["phones"]
    if factor == 1:
        return wall, cpu, row["calls"], ""
    start = next(one for one in figures["rows"] if one["way"] == "empty play")
    begin_wall, begin_cpu = median(start["wall"]), median(start["cpu"])
    wall, cpu = begin_wall + (wall - begin_wall) * factor, begin_cpu + (cpu - begin_cpu) * factor
    return wall, cpu, round(row["calls"] * factor), f" ({row['phones']:,} phones, times {factor:g})"
