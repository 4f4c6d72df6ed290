# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to do the same that the module is compared with, each a command to run, and the files that they need."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.phones import PASSWORD, USER, mac

from .fleets import JOBS, entries
from .options import Options
from .processes import PLAYBOOK, program
from .service import Service

_CALL = (
    "<?xml version='1.0'?><methodCall><methodName>redirect.{method}</methodName><params>{params}</params></methodCall>"
)
_PARAM = "<param><value><string>{}</string></value></param>"


@dataclass(frozen=True)
class Way:
    """One way for one job. ``once``: it takes minutes, so one run has to do. ``phones``: how many it is run with."""

    name: str
    transport: str
    job: str
    command: tuple[str, ...]
    phones: int
    once: bool = False
    collections: Path | None = None


def call(method: str, *params: str) -> str:
    """The body of a call."""
    return _CALL.format(method=method, params="".join(_PARAM.format(param) for param in params))


class Ways:
    """All ways for the services of one benchmark, with their files in ``folder``."""

    def __init__(self, service: Service, folder: Path, options: Options) -> None:
        self._service = service
        self._folder = folder
        self._options = options
        self._macs = [mac(number) for number in range(1, options.phones + 1)]
        self._write("phones.json", json.dumps({"macs": self._macs}))
        self._write("few.json", json.dumps({"macs": self._macs[: options.uri_phones]}))

    def _write(self, name: str, content: str) -> str:
        path = self._folder / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    def _login(self, tls: bool) -> str:
        return self._service.url("yealink", tls).replace("://", f"://{USER}:{PASSWORD}@")

    def fast(self) -> list[Way]:
        """Those that are run again and again: curl, the afternoon script."""
        return [way for job in ("unchanged", "first") for tls in (True, False) for way in self._rivals(job, tls)]

    def _rivals(self, job: str, tls: bool) -> list[Way]:
        transport, phones = "TLS" if tls else "plain", self._options.phones
        base = (self._login(tls), str(self._service.ca_path) if tls else "-", str(self._options.threads))
        paths = str(self._folder / "phones.json")
        name = f"`xmlrpc.client`, {self._options.threads} threads"
        ways = [Way("`curl --parallel`", transport, job, self._curl(job, tls), phones)]
        if job == "unchanged":
            return [*ways, Way(name, transport, job, tuple(program("afternoon", *base, "no", paths)), phones)]
        return [
            *ways,
            Way(f"{name}, no read-back", transport, job, tuple(program("afternoon", *base, "no", paths)), phones),
            Way(name, transport, job, tuple(program("afternoon", *base, "yes", paths)), phones),
        ]

    def _curl(self, job: str, tls: bool) -> tuple[str, ...]:
        """Reads, and for the first provision writes after them; no answer is looked at."""
        bodies = [[call("listDevices"), *(call("checkDeviceExt", one) for one in self._macs)]]
        if job == "first":
            bodies.append([call("registerDevice", one, "office") for one in self._macs])
        commands = []
        for index, some in enumerate(bodies):
            config = self._write(f"curl-{job}-{tls}-{index}", "\nnext\n".join(self._transfer(one, tls) for one in some))
            words = ["curl", "--silent", "--show-error", "--parallel", "--parallel-max", str(self._options.threads)]
            commands.append(shlex.join([*words, "--config", config]))
        return ("sh", "-ec", "\n".join(commands))

    def _transfer(self, body: str, tls: bool) -> str:
        lines = [
            f'url = "{self._service.url("yealink", tls)}"',
            f'user = "{USER}:{PASSWORD}"',
            'header = "Content-Type: text/xml"',
            f'data = "{body}"',
            'output = "/dev/null"',
            "fail",
        ]
        return "\n".join([*lines, f'cacert = "{self._service.ca_path}"'] if tls else lines)

    def slow(self) -> list[Way]:
        """Those that take minutes: the sequential script, and uri for each phone of a small fleet."""
        few = self._options.uri_phones
        script = tuple(program("sequential", self._login(False), str(self._folder / "phones.json")))
        play = (PLAYBOOK, "-i", self._inventory(few), "-f", "20")
        uri = (*play, self._write("uri.yml", json.dumps(self._uri_play())))
        empty = (*play, self._write("empty.yml", json.dumps([_play("phones")])))
        jobs = ("unchanged", "first")
        return [
            *(Way("sequential script", "plain", job, script, self._options.phones, once=True) for job in jobs),
            *(Way("`uri`", "plain", job, uri, few, once=True) for job in jobs),
            Way("empty play", "plain", "unchanged", empty, few, once=True),
        ]

    def _inventory(self, phones: int) -> str:
        hosts = "".join(f"phone{number} rps_mac=m{mac(number)}\n" for number in range(1, phones + 1))
        return self._write("few.ini", f"[phones]\n{hosts}[phones:vars]\nansible_python_interpreter={sys.executable}\n")

    def _uri_play(self) -> list[dict[str, Any]]:
        shared: dict[str, Any] = {
            "url": self._service.url("yealink"),
            "method": "POST",
            "user": USER,
            "password": PASSWORD,
        }
        shared |= {"force_basic_auth": True, "headers": {"Content-Type": "text/xml"}, "return_content": True}
        one = "{{ rps_mac[1:] }}"
        read = {"ansible.builtin.uri": {**shared, "body": call("checkDeviceExt", one)}, "register": "found"}
        write = {
            "ansible.builtin.uri": {**shared, "body": call("registerDevice", one, "office")},
            "when": "'Registered' not in found.content",
        }
        return [_play("phones", read, write, connection="local")]

    def playbook(self, job: str, collections: Path | None) -> Way:
        """rps_devices as a task of ansible-playbook."""
        login: dict[str, Any] = {"vendor": "yealink", "api_url": self._service.url("yealink"), "api_username": USER}
        login |= {"api_password": PASSWORD, "concurrency": self._options.threads}
        devices = entries("yealink", JOBS[job], range(1, self._options.phones + 1))
        data = self._write("devices.json", json.dumps({"fleet": devices}))
        task = {"voip.rps.rps_devices": {**login, "devices": "{{ fleet }}"}}
        play = self._write("module.yml", json.dumps([_play("localhost", task)]))
        command = (PLAYBOOK, play, "-e", f"@{data}")
        return Way("", "plain", job, command, self._options.phones, collections=collections)


def _play(hosts: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"hosts": hosts, "gather_facts": False, "tasks": list(tasks), **more}
