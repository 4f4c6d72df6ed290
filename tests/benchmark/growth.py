# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How memory and CPU grow with the devices: the module, the list of an account, and the inventory plugin."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from support.phones import PASSWORD, SERVERS, USER, mac

from .fleets import JOBS
from .modules import Run, run_module
from .options import Options
from .processes import INVENTORY, program
from .processes import measure as run
from .rivals import trees
from .service import Service
from .tables import seconds, table

LIMIT_MB = 600  # at 200,000 devices


def measure(options: Options) -> dict[str, Any]:
    """``module``, ``inventory``: rows by size; ``list``: bytes of the padded list of each size, and the cap."""
    cap = int(run(program("list_cap")).last_line)
    with Service() as service:
        modules, sizes = [], []
        for size in options.growth:
            service.ask("fill", "yealink", size, "office")
            service.ask("options", {"style": "padded"})
            sizes.append({"devices": size, "bytes": service.ask("list_bytes")})
            if sizes[-1]["bytes"] > cap:
                service.ask("options", {"style": "compact"})
            for collections, suffix in trees(options):
                wanted = Run("yealink", JOBS["unchanged"], range(1, size + 1), collections=collections)
                try:
                    result = run_module(service, wanted)
                except SystemExit as failure:
                    if collections is None:
                        raise
                    print(f"{size:,} devices{suffix}: {failure}", flush=True)  # it may not be able to
                    continue
                row = {"name": f"`rps_devices`{suffix}", "devices": size, "calls": result.calls}
                cost = {"wall": result.whole.wall, "cpu": result.whole.cpu, "peak_mb": result.call["peak_mb"]}
                modules.append({**row, **cost})
                print(modules[-1], flush=True)
    return {"module": modules, "list": {"sizes": sizes, "cap": cap}, "inventory": _inventory(options)}


def _inventory(options: Options) -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="rps-bench-") as name, Service() as service:
        folder, size = Path(name), options.inventory
        for vendor in ("yealink", "ymcs"):
            service.ask("fill", vendor, size, "office")
            source = _write(folder / f"{vendor}.rps.yml", _source(vendor, service.url(vendor)))
            for collections, suffix in trees(options) if vendor == "yealink" else [(None, "")]:
                rows.append(_list_hosts(f"plugin, {vendor}{suffix}", source, collections, size))
        rows.append(_list_hosts("the same hosts in a file", _write(folder / "static.json", _static(size)), None, size))
    return rows


def _write(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _source(vendor: str, url: str) -> dict[str, Any]:
    login = {"vendor": vendor, "api_url": url, "api_username": USER, "api_password": PASSWORD}
    servers = [{"name": name, "url": url} for name, url in SERVERS.items()]
    return {"plugin": "voip.rps.rps", **login, "account": "main", "servers": servers}


def _static(size: int) -> dict[str, Any]:
    shared = {"rps_status": "registered", "rps_url": SERVERS["office"], "rps_vendor": "yealink"}
    shared |= {"rps_server": "office", "rps_account": "main"}
    hosts = {f"phone{number}": {"rps_mac": f"m{mac(number)}", **shared} for number in range(1, size + 1)}
    return {"all": {"hosts": hosts}}


def _list_hosts(name: str, source: Path, collections: Path | None, size: int) -> dict[str, Any]:
    output = source.with_suffix(".out")
    command = [INVENTORY, "-i", str(source), "--list", "--output", str(output)]
    taken = run(command, collections=collections, variables={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"})
    hosts = len(json.loads(output.read_text(encoding="utf-8"))["_meta"]["hostvars"])
    if hosts != size:
        raise SystemExit(f"{name}: {hosts} of {size} hosts")
    return {"name": name, "hosts": size, "wall": taken.wall, "cpu": taken.cpu, "peak_mb": taken.megabytes}


def tables(figures: dict[str, Any]) -> dict[str, str]:
    modules = [
        (row["name"], f"{row['devices']:,}", f"{row['calls']:,}", f"{row['peak_mb']:.0f} MB", *_cost(row, "devices"))
        for row in figures["module"]
    ]
    columns = ("unchanged run of", "devices", "calls", "peak memory", "CPU", "CPU per device", "time")
    inventory = [
        (row["name"], f"{row['hosts']:,}", f"{row['peak_mb']:.0f} MB", *_cost(row, "hosts"))
        for row in figures["inventory"]
    ]
    inventory_columns = ("`ansible-inventory --list`", "hosts", "peak memory", "CPU", "CPU per host", "time")
    return {
        "GROWTH": f"{table(columns, modules)}\n\n{_limit(figures)}",
        "LIST": _list(figures["list"]),
        "INVENTORY": table(inventory_columns, inventory),
    }


def _cost(row: dict[str, Any], count: str) -> tuple[str, str, str]:
    each = f"{row['cpu'] / row[count] * 1e6:,.0f} µs"
    return seconds(row["cpu"]), each, seconds(row["wall"])


def _limit(figures: dict[str, Any]) -> str:
    largest = max((row for row in figures["module"] if "before" not in row["name"]), key=lambda row: row["devices"])
    verdict = "below" if largest["peak_mb"] <= LIMIT_MB else "above"
    return f"The limit is {LIMIT_MB} MB at 200,000 devices; {largest['devices']:,} devices are {verdict} it."


def _list(found: dict[str, Any]) -> str:
    sizes, cap = found["sizes"], found["cap"]
    rows = [
        (f"{row['devices']:,}", f"{row['bytes'] / 2**20:.1f} MB", f"{row['bytes'] / row['devices']:.0f} bytes")
        for row in sizes
    ]
    each, verdict = sizes[-1]["bytes"] / sizes[-1]["devices"], "fits" if sizes[-1]["bytes"] <= cap else "does not fit"
    reads = f"the client reads up to {cap / 2**20:.0f} MB, which is about {round(cap / each, -3):,.0f} devices"
    columns = ("devices", "padded answer to `listDevices`", "per device")
    return f"{table(columns, rows, text_columns=0)}\n\nThe largest {verdict}: {reads}."
