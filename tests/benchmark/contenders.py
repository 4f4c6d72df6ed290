# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to provision a fleet that are compared: ours, and what teams do today. Each is a command to run."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADER = (
    "<?xml version='1.0'?><methodCall><methodName>redirect.{method}</methodName><params>{params}</params></methodCall>"
)
PARAM = "<param><value><string>{}</string></value></param>"
USER, PASSWORD, SERVER, URL = "bench", "bench-secret", "office", "https://prov.example.com/yealink"

SCRIPT = """
import sys, xmlrpc.client
url, count = sys.argv[1], int(sys.argv[2])
proxy = xmlrpc.client.ServerProxy(url)
for index in range(count):
    mac = "001565%06x" % index
    if proxy.redirect.checkDeviceExt(mac)[1] != "Registered":
        proxy.redirect.registerDevice(mac, "office")
        proxy.redirect.checkDeviceExt(mac)
"""


@dataclass(frozen=True)
class Contender:
    """One way: a title, and the command that does it for the files in ``folder``."""

    name: str
    title: str
    command: list[str]
    slow: bool = False
    yardstick: bool = True  # whether a ratio or a limit is taken from it, so that a median is worth its minutes


def mac(index: int) -> str:
    return f"00:15:65:{index >> 16:02x}:{index >> 8 & 255:02x}:{index & 255:02x}"


def _request(method: str, *params: str) -> str:
    return HEADER.format(method=method, params="".join(PARAM.format(param) for param in params))


def _write(path: Path, content: Any) -> None:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def _play(hosts: str, *tasks: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"hosts": hosts, "gather_facts": False, "tasks": list(tasks), **more}]


def write_files(folder: Path, url: str, phones: int) -> None:
    """Inventory, variables and playbooks for a fleet of ``phones`` against the service at ``url``."""
    hosts = "".join(f"phone{index:06d} rps_mac={mac(index)}\n" for index in range(phones))
    _write(
        folder / "fleet.ini",
        f"[phones]\n{hosts}[phones:vars]\nrps_server={SERVER}\nansible_python_interpreter={sys.executable}\n",
    )
    connection = {"vendor": "yealink", "api_url": url, "api_username": USER, "api_password": PASSWORD}
    devices = [{"mac": mac(index), "server": SERVER, "server_url": URL} for index in range(phones)]
    _write(folder / "devices.json", {"fleet": devices})
    _write(
        folder / "vars.json",
        {
            "rps_accounts": {"main": {**connection, "concurrency": "{{ at_once }}"}},
            "rps_servers": [{"name": SERVER, "url": URL}],
        },
    )
    module = {**connection, "devices": "{{ fleet }}", "concurrency": "{{ at_once }}"}
    _write(folder / "module.yml", _play("localhost", {"voip.rps.rps_devices": module}))
    one = {**connection, "mac": "{{ rps_mac }}", "server": SERVER, "server_url": URL}
    _write(folder / "single.yml", _play("phones", {"voip.rps.rps_device": one}, connection="local"))
    _write(folder / "debug.yml", _play("phones", {"ansible.builtin.debug": {"msg": "{{ rps_mac }}"}}))
    uri = {
        "url": url,
        "method": "POST",
        "user": USER,
        "password": PASSWORD,
        "force_basic_auth": True,
        "headers": {"Content-Type": "text/xml"},
        "return_content": True,
    }
    check = {"ansible.builtin.uri": {**uri, "body": _request("checkDeviceExt", "{{ rps_mac }}")}, "register": "found"}
    write = {
        "ansible.builtin.uri": {**uri, "body": _request("registerDevice", "{{ rps_mac }}", SERVER)},
        "when": "'Registered' not in found.content",
    }
    _write(folder / "uri.yml", _play("phones", check, write, connection="local"))
    _write(folder / "script.py", SCRIPT)


def contenders(folder: Path, url: str, phones: int) -> list[Contender]:
    """All ways, ours first."""
    playbook = str(Path(sys.executable).with_name("ansible-playbook"))
    inventory = ["-i", str(folder / "fleet.ini")]
    at = {count: ["-e", json.dumps({"at_once": count})] for count in (8, 32)}
    role = [playbook, *inventory, "voip.rps.provision", "-e", f"@{folder / 'vars.json'}"]
    module = [playbook, str(folder / "module.yml"), "-e", f"@{folder / 'devices.json'}"]
    quiet = ["-e", '{"rps_host_results": false}']
    with_login = url.replace("://", f"://{USER}:{PASSWORD}@")
    return [
        Contender("module-32", "`rps_devices`, one task, concurrency 32", [*module, *at[32]]),
        Contender("module-8", "`rps_devices`, one task, concurrency 8", [*module, *at[8]]),
        Contender("role-32-quiet", "the role, concurrency 32, `rps_host_results: false`", [*role, *at[32], *quiet]),
        Contender("role-32", "the role, concurrency 32", [*role, *at[32]]),
        Contender("role-8", "the role, concurrency 8", [*role, *at[8]]),
        Contender(
            "script",
            "a sequential `xmlrpc.client` script",
            [sys.executable, str(folder / "script.py"), with_login, str(phones)],
            slow=True,
        ),
        Contender(
            "single",
            "`rps_device` for each phone, forks 20",
            [playbook, *inventory, str(folder / "single.yml"), "-f", "20"],
            slow=True,
            yardstick=False,
        ),
        Contender(
            "uri",
            "`ansible.builtin.uri` for each phone, forks 20",
            [playbook, *inventory, str(folder / "uri.yml"), "-f", "20"],
            slow=True,
        ),
    ]
