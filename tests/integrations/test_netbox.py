# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetBox's own inventory plugin with the files of docs/integrations/netbox, against NetBox's API."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integrations.netbox import NetBox
from integrations.support import EXAMPLES, Answer, FakeService, Reply, Runner, Simulate

TOKEN = "0123456789abcdef0123456789abcdef01234567"
INVENTORY = ("-i", "netbox/netbox.yml")


@pytest.fixture
def netbox() -> NetBox:
    box = NetBox(TOKEN)
    box.add("reception", [("LAN", "00:15:65:AB:CD:01"), ("PC", "00:15:65:AB:CD:02")], serial="0012345678901234")
    box.add("warehouse", [("LAN", "00:1F:C1:00:00:01")], maker="Htek", fields={"rps_server": "desk"})
    box.add("second", [("LAN", "00:15:65:00:00:03")], fields={"rps_account": "acme", "rps_server": "0012"})
    box.add("retired", [("LAN", "00:15:65:00:00:04")], status="decommissioning")
    box.add("planned", [("LAN", "00:15:65:00:00:05")], status="planned")
    box.add("switch", [("uplink", "00:00:5E:00:53:01")], role="switch")
    return box


@pytest.fixture
def runner(runner: Runner, foreign: Path, netbox: NetBox, service: Callable[[Answer], FakeService]) -> Runner:
    """A copy of the example's files, and where this NetBox answers."""
    shutil.copytree(EXAMPLES / "netbox", runner.folder / "netbox")
    runner.collections = os.pathsep.join([runner.collections, str(foreign)])
    runner.env = {"NETBOX_API": service(netbox).url, "NETBOX_TOKEN": TOKEN}
    return runner


def role_variables(runner: Runner, *names: str) -> dict[str, list[Any]]:
    return runner.rendered([f"rps_{name}" for name in names], *INVENTORY)


def test_each_phone_of_netbox_gets_the_variables_of_the_role(runner: Runner, netbox: NetBox) -> None:
    netbox.add("no-address", [("LAN", "")])
    netbox.add("no-port", [])
    netbox.add("two", [("LAN", "00:15:65:00:00:08"), ("WLAN", "00:15:65:00:00:09")])

    assert role_variables(runner, "mac", "server", "account", "serial", "state") == {
        "reception": ["00:15:65:ab:cd:01", "office", "yealink", "0012345678901234", "present"],
        "warehouse": ["00:1f:c1:00:00:01", "desk", "htek", "", "present"],
        "second": ["00:15:65:00:00:03", "0012", "acme", "", "present"],
        "retired": ["00:15:65:00:00:04", "office", "yealink", "", "absent"],
        **{key: ["", "office", "yealink", "", "present"] for key in ["no-address", "no-port", "two"]},
    }


def test_a_phone_without_one_mac_address_stops_a_run_that_names_its_host(
    runner: Runner, netbox: NetBox, service: Callable[[Answer], FakeService]
) -> None:
    netbox.add("no-address", [("LAN", "")])
    vendor = service(lambda _request: Reply())
    login = {"api_url": vendor.url, "api_username": "a", "api_password": "made-up-1"}
    accounts = {name: login | {"vendor": name, "api_username": name} for name in ("yealink", "htek")}

    done = runner.play(*INVENTORY, "voip.rps.drift", "--limit", "reception,no-address", rps_accounts=accounts)

    assert done.rc != 0
    assert "no-address" in done.text
    assert vendor.requests == []


def test_a_drift_run_compares_the_phones_of_netbox_with_their_services(runner: Runner, simulate: Simulate) -> None:
    logins = {"yealink": "office-login", "htek": "desk-login", "acme": "acme-login"}
    vendors = {"yealink": "yealink", "htek": "htek", "acme": "yealink"}
    url = "https://prov.example.com/yealink/"
    urls = simulate(
        {
            "accounts": [
                {"vendor": vendors[name], "username": login, "password": "made-up-1"} for name, login in logins.items()
            ],
            "servers": [{"vendor": "yealink", "account": logins["yealink"], "name": "office", "url": url}],
            "devices": [
                {"vendor": "yealink", "mac": "001565abcd01", "account": logins["yealink"], "server": "office"},
                {"vendor": "yealink", "mac": "001565000004", "account": logins["yealink"], "server": "office"},
            ],
        }
    )
    accounts = {
        name: {
            "vendor": vendors[name],
            "api_url": urls[vendors[name]],
            "api_username": login,
            "api_password": "made-up-1",
        }
        for name, login in logins.items()
    }
    servers = [
        {"name": "office", "account": "yealink", "url": url},
        {"name": "desk", "account": "htek", "url": "https://prov.example.com/htek/"},
        {"name": "0012", "account": "acme", "url": "https://prov.example.com/acme/"},
    ]

    done = runner.play(*INVENTORY, "voip.rps.drift", rps_accounts=accounts, rps_servers=servers)

    assert done.rc == 0, done.output
    recap = done.stdout.partition("PLAY RECAP")[2]
    changed = {line.split()[0] for line in recap.splitlines() if "changed=1" in line}
    assert changed == {"warehouse", "second", "retired"}
    assert "reserved name" not in done.text
