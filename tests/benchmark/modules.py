# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the module rps_devices as a process of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.phones import PASSWORD, USER

from .fleets import Job, entries
from .processes import Running, Taken, program
from .service import Service


@dataclass(frozen=True)
class Run:
    """What a run of the module does: the job, the numbers of its phones, the connection options beyond the login."""

    vendor: str
    job: Job
    numbers: range
    concurrency: int = 8
    tls: bool = False
    collections: Path | None = None


@dataclass(frozen=True)
class Result:
    """``whole`` is the process, ``call`` the module's main function without start and imports (wall, cpu, peak_mb)."""

    whole: Taken
    call: dict[str, Any]
    calls: int


def arguments(service: Service, run: Run) -> dict[str, Any]:
    """The module's options."""
    login = {"vendor": run.vendor, "api_url": service.url(run.vendor, run.tls)}
    trust = {"ca_path": service.ca_path} if run.tls else {}
    devices = entries(run.vendor, run.job, run.numbers)
    return {
        **login,
        **trust,
        "api_username": USER,
        "api_password": PASSWORD,
        "concurrency": run.concurrency,
        "devices": devices,
    }


def run_modules(service: Service, runs: Iterable[Run]) -> list[Result]:
    """Run the module several times at once; ends the benchmark if a phone has another outcome than it should have."""
    service.ask("reset_log")
    with tempfile.TemporaryDirectory(prefix="rps-bench-") as name:
        prepared = []
        for index, run in enumerate(runs):
            options = Path(name, f"{index}.json")
            options.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": arguments(service, run)}), encoding="utf-8")
            prepared.append((run, options))
        command = program("module")
        started = [(run, Running(command, stdin=path, collections=run.collections)) for run, path in prepared]
        return [_result(run, running.wait()) for run, running in started]


def _result(run: Run, whole: Taken) -> Result:
    call = json.loads(whole.last_line)
    outcome = run.job.outcome(run.vendor)
    if call["summary"][outcome] != len(run.numbers):
        raise SystemExit(f"{run.vendor} {run.job.name}: not all of {len(run.numbers)} {outcome}: {call['summary']}")
    return Result(whole, call, sum(call["calls"].values()))


def run_module(service: Service, run: Run) -> Result:
    """Run the module once."""
    return run_modules(service, [run])[0]
