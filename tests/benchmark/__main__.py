# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: how long fleets take, side by side in one run, written to docs/performance.md.

Every figure is of whole processes by the clock, on the simulator with a latency before each answer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

import ansible.release
from bench import ROOT, Service, Taken
from contenders import PASSWORD, SERVER, URL, USER, Contender, contenders, mac, write_files

LATENCY = 50  # milliseconds
START_UP = 2.0  # seconds that a run may cost beyond its calls


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each of ours; the median counts")
    parser.add_argument(
        "--slow-runs",
        type=int,
        default=3,
        help="runs of each of the others, which take minutes; 0 leaves them out, and nothing is written",
    )
    parser.add_argument("--single-runs", type=int, default=1, help="runs of `rps_device` for each phone")
    parser.add_argument(
        "--hosts", type=int, default=2000, help="hosts for the role's cost beside a play of one debug task"
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10000, 50000], help="devices, for growth")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/performance.md")
    return parser.parse_args()


def median(runs: list[Taken]) -> Taken:
    return sorted(runs, key=lambda taken: taken.seconds)[len(runs) // 2]


def compare(service: Service, ways: list[Contender], chosen: argparse.Namespace) -> list[str]:
    """First provision and unchanged run of every way, as rows of a table with the ratio to `uri`."""
    figures: dict[str, tuple[Taken, Taken]] = {}
    for way in ways:
        first, again = [], []
        wanted = chosen.slow_runs if way.slow else chosen.runs
        if not way.yardstick:
            wanted = min(wanted, chosen.single_runs)
        for _index in range(wanted):
            service.empty()
            first.append(service.measure(way.command))
            again.append(service.measure(way.command))
        if not wanted:
            continue
        figures[way.name] = median(first), median(again)
        print(f"{way.name}: {figures[way.name][0].seconds:.1f} s, {figures[way.name][1].seconds:.1f} s", flush=True)
    if "uri" not in figures:
        return []
    uri = figures["uri"]
    rows = [
        "| way | first provision | calls | times faster than `uri` | unchanged run | calls | times faster than `uri` |",
        "|---|---|---|---|---|---|---|",
    ]
    for way in ways:
        one, two = figures[way.name]
        rows.append(
            f"| {way.title} | {one.seconds:.1f} s | {one.total} | {uri[0].seconds / one.seconds:.1f} "
            f"| {two.seconds:.1f} s | {two.total} | {uri[1].seconds / two.seconds:.1f} |"
        )
    return rows


def distance(service: Service, folder: Path, sizes: list[int], runs: int) -> list[str]:
    """How far a run of the module is from what its calls need at least."""
    rows = [
        "| devices | concurrency | run | calls | needed | took | over needed, beyond 2 s | connections | peak memory |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        for at_once in (8, 32):
            if size > 10000 and at_once == 8:
                continue  # an hour of waiting that tells nothing new
            service.empty()
            taken = {"first": [], "unchanged": []}
            for _index in range(runs if size <= 1000 else 1):
                service.empty()
                for run in taken.values():
                    run.append(
                        service.measure(
                            [sys.executable, str(Path(__file__).with_name("memory.py"))], args(service, size, at_once)
                        )
                    )
            for name, runs_taken in taken.items():
                one = median(runs_taken)
                needed = one.total * LATENCY / 1000 / at_once
                over = max(one.seconds - START_UP, 0) / needed
                rows.append(
                    f"| {size} | {at_once} | {name} | {one.total} | {needed:.1f} s | {one.seconds:.1f} s | {over:.2f} "
                    f"| {one.connections} | {one.megabytes:.0f} MB |"
                )
                print(rows[-1], flush=True)
    return rows


def args(service: Service, size: int, at_once: int) -> bytes:
    devices = [{"mac": mac(index), "server": SERVER, "server_url": URL} for index in range(size)]
    return json.dumps(
        {
            "ANSIBLE_MODULE_ARGS": {
                "vendor": "yealink",
                "api_url": service.url,
                "api_username": USER,
                "api_password": PASSWORD,
                "devices": devices,
                "concurrency": at_once,
            }
        }
    ).encode()


def beside_debug(service: Service, folder: Path, hosts: int, runs: int) -> list[str]:
    """The role over many hosts against a play of one debug task over the same hosts."""
    write_files(folder, service.url, hosts)
    ways = {way.name: way for way in contenders(folder, service.url, hosts)}
    playbook = [*ways["role-32"].command[:3], str(folder / "debug.yml")]
    pairs = []
    for _index in range(runs):
        service.empty()
        pairs.append((service.measure(ways["role-32"].command), service.measure(playbook)))
    role, debug = (median(list(taken)) for taken in zip(*pairs, strict=True))
    calls = role.total * LATENCY / 1000 / 32
    lines = [
        f"- {hosts} hosts, first provision by the role, concurrency 32: {role.seconds:.1f} s, of which the calls need "
        f"{calls:.1f} s.",
        f"- A play of one `debug` task over the same hosts: {debug.seconds:.1f} s.",
        f"- The role beyond its calls costs {(role.seconds - calls) / debug.seconds:.2f} times that play.",
    ]
    print("\n".join(lines), flush=True)
    return lines


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return (
        f"{os.cpu_count()} cores ({model}), Linux, Python {platform.python_version()}, "
        f"ansible-core {ansible.release.__version__}; load average at the start {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    chosen = options()
    about = machine()
    with tempfile.TemporaryDirectory(prefix="rps-bench-") as name, Service(Path(name), LATENCY) as service:
        folder = Path(name)
        write_files(folder, service.url, chosen.phones)
        table = compare(service, contenders(folder, service.url, chosen.phones), chosen)
        limits = distance(service, folder, chosen.sizes, chosen.runs)
        role = beside_debug(service, folder, chosen.hosts, chosen.runs)
    if not chosen.slow_runs:
        return
    template = Path(__file__).with_name("performance.md.in").read_text(encoding="utf-8")
    parts = {
        "@DATE@": date.today().isoformat(),  # noqa: DTZ011
        "@MACHINE@": about,
        "@PHONES@": str(chosen.phones),
        "@RUNS@": f"{chosen.runs} runs (`uri` and the script {chosen.slow_runs}, `rps_device` {chosen.single_runs})",
        "@COMPARED@": "\n".join(table),
        "@DISTANCE@": "\n".join(limits),
        "@ROLE@": "\n".join(role),
    }
    for mark, text in parts.items():
        template = template.replace(mark, text)
    chosen.output.write_text(template, encoding="utf-8")
    print(f"Written: {chosen.output}")


if __name__ == "__main__":
    main()
