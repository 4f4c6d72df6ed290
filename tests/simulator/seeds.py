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

DEMO: dict[str, Any] = {
    "accounts": [
        {"vendor": "yealink", "username": "demo", "password": "demo-secret"},
        {"vendor": "yealink", "username": "neighbour", "password": "neighbour-secret"},
        {"vendor": "htek", "username": "demo", "password": "demo-secret"},
        {"vendor": "htek", "username": "neighbour", "password": "neighbour-secret"},
    ],
    "servers": [
        {"vendor": "yealink", "account": "demo", "name": "main", "url": "https://prov.example.com/yealink/"},
        {"vendor": "yealink", "account": "neighbour", "name": "theirs", "url": "https://prov.example.net/"},
        {"vendor": "htek", "account": "demo", "name": "main", "url": "https://prov.example.com/htek/"},
    ],
    "devices": [
        {"vendor": "yealink", "mac": "001565000001", "account": "demo", "server": "main"},
        {"vendor": "yealink", "mac": "001565000002", "account": "demo"},
        {"vendor": "yealink", "mac": "001565000003", "account": "neighbour", "server": "theirs"},
        {"vendor": "htek", "mac": "001fc1000001", "account": "demo", "server": "main"},
    ],
}


def load(sim: Any, seed: Mapping[str, Any]) -> None:
    """Load a seed into a simulator.

    `{reset: bool, accounts: [{vendor, username, password}], servers: [{vendor, account, name, url}], devices: [{vendor,
    mac, account, server, unique_url}], options: {name: value}, faults: [{kind, ...}]}`; every key may be left out, and
    of a device everything but vendor and mac. `reset` clears both worlds, the faults and the log first.
    """
    unknown = set(seed) - KEYS
    if unknown:
        raise ValueError(f"a seed has no {', '.join(sorted(unknown))}")
    with sim.lock:
        if seed.get("reset"):
            for vendor in sim.vendors:
                sim.world(vendor).clear()
            sim.faults.clear()
            sim.reset_log()
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
    """`{accounts: [name], servers: {account: {name: url}}, devices: [{mac, account, server, unique_url, url}]}`."""
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
            }
            for device in world.devices()
        ],
    }
