# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the calls of each job on each service, in memory: ``count_calls.py PHONES`` prints them as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ansible_collections.voip.rps.plugins.module_utils._validation import parse_devices
from benchmark.fleets import Job, entries, jobs_of
from simulator import DIALECTS
from support.client import MemoryBench
from support.phones import mac, serial


def count(bench: MemoryBench, job: Job, phones: int) -> dict[str, int]:
    bench.clear()
    numbers = range(1, phones + 1)
    for number in numbers if job.placed else ():
        bench.place(mac(number, bench.vendor), job.placed, serial=serial(number))
    declared = entries(bench.vendor, job, numbers)
    run = bench.run(parse_devices(declared, [str(number) for number in numbers], bench.vendor))
    outcomes = {result.outcome for result in run.results}
    if outcomes != {job.outcome(bench.vendor)}:
        raise SystemExit(f"{bench.vendor} {job.name}: {outcomes}")
    return bench.sim.count()


def main() -> None:
    phones = int(sys.argv[1])
    print(
        json.dumps(
            {
                vendor: {job.name: count(bench, job, phones) for job in jobs_of(vendor)}
                for vendor in DIALECTS
                for bench in [MemoryBench(vendor)]
            }
        )
    )


if __name__ == "__main__":
    main()
