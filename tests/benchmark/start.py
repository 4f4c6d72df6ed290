# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The start of a run: CPU before the first call, and what the imports take of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from support.phones import PASSWORD, SERVERS, USER, mac

from .first_call import FirstCall, listener, until_first_call
from .fleets import JOBS, entries
from .options import Options
from .processes import PLAYBOOK, program
from .processes import measure as run
from .rivals import trees
from .tables import median, seconds, table


def measure(options: Options) -> dict[str, Any]:
    """``starts``: by what is started, lists of wall and cpu seconds; ``imports``: a dict of CPU-seconds per run."""
    starts: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="rps-bench-") as name, listener() as (server, url):
        folder = Path(name)
        commands = _commands(folder, url, options.start_hosts)
        for collections, suffix in trees(options):
            for title, (command, stdin) in commands.items():
                for _index in range(1 if f"{options.start_hosts:,}" in title else options.runs):
                    try:
                        found = until_first_call(server, command, stdin=stdin, cwd=folder, collections=collections)
                    except SystemExit as failure:
                        if collections is None:
                            raise
                        print(failure, flush=True)  # it may not know an option
                        break
                    _note(starts, title + suffix, found)
    imports = [json.loads(run(program("imports")).last_line) for _index in range(options.runs)]
    return {"starts": starts, "imports": imports}


def _note(starts: dict[str, dict[str, Any]], title: str, found: FirstCall) -> None:
    row = starts.setdefault(title, {"wall": [], "cpu": []})
    row["wall"].append(found.wall)
    row["cpu"].append(found.cpu)


def _commands(folder: Path, url: str, hosts: int) -> dict[str, tuple[list[str], Path | None]]:
    login = {"vendor": "yealink", "api_url": url, "api_username": USER, "api_password": PASSWORD, "retries": 0}
    module = {**login, "devices": entries("yealink", JOBS["unchanged"], [1])}
    options = folder / "module.json"
    options.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": module}), encoding="utf-8")
    play = folder / "play.yml"
    task = {"hosts": "localhost", "gather_facts": False, "tasks": [{"voip.rps.rps_devices": module}]}
    play.write_text(json.dumps([task]), encoding="utf-8")
    return {
        "`rps_devices`, module process": (program("module"), options),
        "`rps_devices`, a playbook": ([PLAYBOOK, str(play)], None),
        "role, one host": (_role(folder / "one", login, 1), None),
        f"role, {hosts:,} hosts, `rps_host_results: none`": (_role(folder / "many", login, hosts), None),
    }


def _role(folder: Path, login: dict[str, Any], hosts: int) -> list[str]:
    folder.mkdir()
    inventory = folder / "fleet.ini"
    lines = [f"phone{number} rps_mac={_colons(mac(number))} rps_server=office" for number in range(1, hosts + 1)]
    inventory.write_text("\n".join(["[phones]", *lines, ""]), encoding="utf-8")
    values = {
        "rps_accounts": {"main": login},
        "rps_servers": [{"name": "office", "url": SERVERS["office"]}],
        "rps_host_results": False,  # none, as any version has it
    }
    variables = folder / "group_vars/phones.json"
    variables.parent.mkdir()
    variables.write_text(json.dumps(values), encoding="utf-8")
    return [PLAYBOOK, "-i", str(inventory), "voip.rps.provision"]


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def tables(figures: dict[str, Any]) -> dict[str, str]:
    rows = [
        (name, seconds(median(row["cpu"])), seconds(median(row["wall"]))) for name, row in figures["starts"].items()
    ]
    imports = figures["imports"]
    parts = [(name, f"{median([one[name] for one in imports]) * 1000:.0f} ms") for name in imports[0]]
    return {
        "START": table(("before the first call of", "CPU", "time"), rows),
        "IMPORTS": table(("import, in this order", "CPU"), parts),
    }
