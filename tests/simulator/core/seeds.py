# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting a simulator up from data, and showing its state as data: the shapes of the control API and of `--load`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .faults import Fault
from .world import World

KEYS = frozenset({"reset", "accounts", "servers", "devices", "options", "faults"})


def load(sim: Any, seed: Mapping[str, Any]) -> None:
    """Load a seed into a simulator.

    `{reset: bool, accounts: [{vendor, username, password}], servers: [{vendor, account, name, url}], devices: [{vendor,
    mac, account, server, unique_url, url, serial, last_contact, model, note}], options: {name: value}, faults: [{kind,
    ...} or {name, ...}]}`; every key may be left out, and of a device everything but vendor and mac. `reset` clears
    all services, the faults and the log first; the options stay.
    """
    unknown = set(seed) - KEYS
    if unknown:
        raise ValueError(f"a seed has no {', '.join(sorted(unknown))}")
    with sim.lock:
        if seed.get("reset"):
            sim.clear()
        sim.options.update(seed.get("options", {}))
        for account in seed.get("accounts", ()):
            sim.add_account(account["vendor"], account["username"], account["password"])
        for server in seed.get("servers", ()):
            sim.world(server["vendor"]).add_server(server["account"], server["name"], server["url"])
        for device in seed.get("devices", ()):
            rest = {key: value for key, value in device.items() if key != "vendor"}
            sim.world(device["vendor"]).add_device(**rest)
        sim.faults.extend(Fault.from_dict(fault) for fault in seed.get("faults", ()))


def world_state(world: World) -> dict[str, Any]:
    """`{accounts: [name], servers: {account: {name: url}}, devices: [{mac, account, server, url, ...}]}`."""
    accounts = sorted(world.accounts())
    return {
        "accounts": accounts,
        "servers": {account: world.servers(account) for account in accounts},
        "devices": [
            {
                "mac": device.mac,
                "account": device.account,
                "server": device.server,
                "unique_url": device.unique_url,
                "url": world.url_of(device),
                "serial": device.serial,
                "last_contact": device.last_contact,
            }
            for device in world.devices()
        ],
    }


def demo(dialects: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seed that is loaded where none is given: two accounts at every service, and its own few devices."""
    seed: dict[str, Any] = {"accounts": [], "servers": [], "devices": []}
    for vendor, dialect in dialects.items():
        for name in ("demo", "neighbour"):
            seed["accounts"].append({"vendor": vendor, "username": name, "password": f"{name}-secret"})
        for key in ("servers", "devices"):
            seed[key] += [{"vendor": vendor, **entry} for entry in dialect.demo.get(key, ())]
    return seed
