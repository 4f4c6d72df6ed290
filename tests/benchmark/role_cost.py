# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role costs beside plays that do nothing, in CPU-seconds, as a Markdown table.

Run from the staged tree: ``python tests/benchmark/role_cost.py [--hosts 2000] [--large 10000] [--rows a,b]``. The
phones are on a simulator in a process of its own, so that its work is not counted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from simulator import Simulator  # noqa: E402 - after the path

USER, PASSWORD, OFFICE, BRANCH = "bench", "bench-Pass.1", "https://office.example.com/", "https://branch.example.com/"
PLACE = {"status": "registered", "server": "office", "url": OFFICE, "last_contact": None}
# As the role has it for a phone that is in sync.
RESULT: dict[str, Any] = {
    "mac": "001565000001",
    "action": "none",
    "outcome": "in_sync",
    "reason": None,
    "changed": False,
    "failed": False,
    "verified": True,
    "before": {"mac": "001565000001", **PLACE},
    "after": {"mac": "001565000001", **PLACE},
    "msg": "",
}
SAME = "one debug task with such a result, registered"
ROLE = {"ansible.builtin.import_role": {"name": "voip.rps.rps", "rolespec_validate": False}}
INCLUDE = {"ansible.builtin.include_role": {"name": "voip.rps.rps", "rolespec_validate": False}}


def mac(number: int) -> str:
    return f"001565{number:06x}"


def _serve(pipe: Connection, hosts: int) -> None:
    with Simulator() as sim:
        sim.add_account("yealink", USER, PASSWORD)
        world = sim.world("yealink")
        world.add_server(USER, "office", OFFICE)
        world.add_server(USER, "branch", BRANCH)
        for number in range(1, hosts + 1):
            world.add_device(mac(number), USER, "office")
        pipe.send(sim.url("yealink"))
        while pipe.recv() != "end":
            # Move one phone in a hundred away, so that the next run has to change it.
            for number in range(1, hosts + 1, 100):
                world.remove_device(mac(number))
                world.add_device(mac(number), USER, "branch")
            pipe.send("moved")


@contextmanager
def service(hosts: int) -> Iterator[tuple[str, Connection]]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(there, hosts), daemon=True)
    process.start()
    try:
        yield str(here.recv()), here
    finally:
        here.send("end")
        process.join()


@dataclass
class Row:
    """A line of the table. ``play`` is a playbook, or tasks of a play over all phones."""

    name: str
    play: str | list[dict[str, Any]]
    options: tuple[str, ...] = ()
    moved: bool = False


def rows(hosts: int, url: str) -> list[Row]:
    devices = [{"mac": mac(number), "server": "office", "server_url": OFFICE} for number in range(1, hosts + 1)]
    login = {"vendor": "yealink", "api_url": url, "api_username": USER, "api_password": PASSWORD}
    module = {"voip.rps.rps_devices": {**login, "devices": devices}, "run_once": True}
    provision = "voip.rps.provision"
    return [
        Row("empty play", []),
        Row("one debug task", [{"ansible.builtin.debug": {"msg": "x"}}]),
        Row(SAME, [{"ansible.builtin.debug": {"msg": RESULT}, "register": "rps_result"}]),
        Row("rps_devices alone", [module]),
        Row("role by import_role", [ROLE]),
        Row("role by include_role", [INCLUDE]),
        Row("provision, all", provision),
        Row("provision, changed (1 %)", provision, ("-e", "rps_host_results=changed"), True),
        Row("provision, none", provision, ("-e", "rps_host_results=none")),
    ]


def write(folder: Path, hosts: int, url: str) -> None:
    """The inventory as INI with plain values, and the fleet's variables."""
    lines = ["[phones]"]
    for number in range(1, hosts + 1):
        address = ":".join(mac(number)[at : at + 2] for at in range(0, 12, 2))  # without colons INI may see a number
        lines.append(f"desk-{number} rps_mac={address} rps_server=office")
    (folder / "hosts.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    login = {"vendor": "yealink", "api_url": url, "api_username": USER, "api_password": PASSWORD}
    values = {"rps_accounts": {"main": login}, "rps_servers": [{"name": "office", "url": OFFICE}]}
    (folder / "group_vars").mkdir(exist_ok=True)
    (folder / "group_vars/phones.yml").write_text(json.dumps(values), encoding="utf-8")


def measure(folder: Path, row: Row) -> float:
    """CPU-seconds (user and system) of one run and all its processes."""
    play = row.play
    if not isinstance(play, str):
        path = folder / "play.yml"
        path.write_text(json.dumps([{"hosts": "phones", "gather_facts": False, "tasks": play}]), encoding="utf-8")
        play = str(path)
    program = str(Path(sys.executable).parent / "ansible-playbook")
    before = os.times()
    done = subprocess.run(
        [program, "-i", str(folder / "hosts.ini"), *row.options, play],
        cwd=folder,
        env={**os.environ, "ANSIBLE_FORKS": "5", "HOME": str(folder), "ANSIBLE_NOCOLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    after = os.times()
    if done.returncode:
        failures = [line for line in done.stdout.splitlines() if "FAILED" in line]
        raise SystemExit(f"{row.name}: {failures[:1]} {done.stderr[-2000:]}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def table(hosts: int, wanted: Sequence[str], repeat: int) -> None:
    """Measure side by side: every row once, then all again; the least of each counts."""
    with service(hosts) as (url, pipe), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, hosts, url)
        chosen = [row for row in rows(hosts, url) if not wanted or any(text in row.name for text in wanted)]
        found: dict[str, float] = {}
        for _index in range(repeat):
            for row in chosen:
                if row.moved:
                    pipe.send("move")
                    pipe.recv()
                found[row.name] = min(measure(folder, row), found.get(row.name, float("inf")))
    base = found.get("one debug task")
    print(f"\n| {hosts:,} hosts | CPU-s | x debug |\n|---|---:|---:|")
    for row_name, seconds in found.items():
        print(f"| {row_name} | {seconds:.1f} | {f'{seconds / base:.2f}' if base else ''} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=2000)
    parser.add_argument("--large", type=int, default=10000, help="0 leaves it out")
    parser.add_argument("--rows", default="", help="parts of names, separated by commas")
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    wanted = [text for text in options.rows.split(",") if text]
    table(options.hosts, wanted, options.repeat)
    if options.large:
        table(options.large, ["empty play", "rps_devices alone", "provision, none"], options.repeat)


if __name__ == "__main__":
    main()
