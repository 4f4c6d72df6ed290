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
from support.client import ServiceEnv
from support.phones import mac, serial


def count(env: ServiceEnv, job: Job, phones: int) -> dict[str, int]:
    env.clear()
    numbers = range(1, phones + 1)
    for number in numbers if job.placed else ():
        env.place(mac(number, env.vendor), job.placed, serial=serial(number))
    declared = entries(env.vendor, job, numbers)
    run = env.run(parse_devices(declared, [str(number) for number in numbers], env.vendor))
    outcomes = {result.outcome for result in run.results}
    if outcomes != {job.outcome(env.vendor)}:
        raise SystemExit(f"{env.vendor} {job.name}: {outcomes}")
    return env.sim.count()


def main() -> None:
    phones = int(sys.argv[1])
    print(
        json.dumps(
            {
                vendor: {job.name: count(env, job, phones) for job in jobs_of(vendor)}
                for vendor in DIALECTS
                for env in [ServiceEnv(vendor)]
            }
        )
    )


if __name__ == "__main__":
    main()
