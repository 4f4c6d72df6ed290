# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does around a job, for tests: it renders credentials, lays out the folder and hands it to ansible-runner.

The job templates, the workflow and the credential types are those of ``docs/awx``, read from the files that people
copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment
from simulator import Simulator

COLLECTION = Path(__file__).absolute().parents[2]
FILES = COLLECTION / "docs/awx"
LIMIT = 700_000  # characters of an event's result that AWX keeps

YEALINK, HTEK = "yealink", "htek"
# Passwords with what URLs, YAML and Jinja would change, if anybody let them.
LOGINS = {
    YEALINK: {"username": "acme", "password": "yea {{ 7*7 }}/+&é-Pass.41"},
    HTEK: {"username": "acme-htek", "password": "hte%41=#'\"-Pass.52"},
}
OFFICE, BRANCH, DESK = "https://office.example.com/", "https://branch.example.com/", "https://desk.example.com/"
SERVERS = [
    {"name": "office", "url": OFFICE, "account": YEALINK},
    {"name": "branch", "url": BRANCH, "account": YEALINK},
    {"name": "desk", "url": DESK, "account": HTEK},
]

Hosts = Mapping[str, Mapping[str, Any]]


class Unsafe(str):
    """A value that Ansible must not template."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    """Reads the tag !unsafe as text."""


class _Dumper(yaml.SafeDumper):
    """Writes text with the tag !unsafe, as AWX writes extra variables that nobody with the right to it has defined."""

    def represent_data(self, data: Any) -> yaml.Node:
        if isinstance(data, str):
            return self.represent_scalar("!unsafe", data)
        return super().represent_data(data)


_Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(cast("yaml.ScalarNode", node))))


def load(name: str) -> Any:
    """A YAML file of ``docs/awx``."""
    return yaml.load((FILES / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader with one tag


def named(key: str, name: str, file: str = "controller.yml") -> dict[str, Any]:
    """An entry of a list in a file by its name."""
    found: dict[str, Any] = next(item for item in load(file)[key] if item["name"] == name)
    return found


def mac(number: int, vendor: str = YEALINK) -> str:
    """The MAC of the nth phone."""
    return ("001565" if vendor == YEALINK else "001fc1") + f"{number:06x}"


def phones(count: int, vendor: str = YEALINK, first: int = 1, server: str = "") -> dict[str, dict[str, Any]]:
    """Hosts with their variables; Yealink's go to the two servers by turns."""
    names = [server] if server else ["office", "branch"] if vendor == YEALINK else ["desk"]
    return {
        f"{vendor}-{number:05}": {
            "rps_mac": mac(number, vendor),
            "rps_server": names[number % len(names)],
            "rps_account": vendor,
        }
        for number in range(first, first + count)
    }


def render(name: str, inputs: Mapping[str, str]) -> dict[str, str]:
    """The environment that a credential of a type gives to a job: empty inputs are not there, as in AWX."""
    environment = ImmutableSandboxedEnvironment()
    values = {key: value for key, value in inputs.items() if value}
    templates = named("controller_credential_types", name, "credential-types.yml")["injectors"]["env"]
    return {key: environment.from_string(str(text)).render(**values) for key, text in templates.items()}


@dataclass
class Job:
    """A job that ended."""

    rc: int
    seconds: float
    folder: Path
    output: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def files(self) -> list[Path]:
        found = (self.folder / "artifacts/job/job_events").glob("[0-9]*.json")
        return sorted(found, key=lambda path: int(path.name.partition("-")[0]))

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text(encoding="utf-8")) for path in self.files]

    @property
    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = next(e["event_data"] for e in self.events if e["event"] == "playbook_on_stats")
        return found

    @property
    def artifact(self) -> dict[str, Any]:
        """What the job hands on: AWX keeps this of the last event that has it."""
        found: dict[str, Any] = self.stats.get("artifact_data", {})
        return found

    def results(self, action: str) -> dict[str, dict[str, Any]]:
        """A task's results by host."""
        told = [e["event_data"] for e in self.events if e["event"] in ("runner_on_ok", "runner_on_failed")]
        return {data["host"]: data["res"] for data in told if data["task_action"].rpartition(".")[2] == action}

    @property
    def bulk(self) -> dict[str, Any]:
        return next(iter(self.results("_fleet").values()))

    @property
    def said(self) -> str:
        failed = [event["event_data"]["res"] for event in self.events if event["event"] == "runner_on_failed"]
        return " ".join(str(result.get("msg")) for result in failed)

    @property
    def lost(self) -> list[str]:
        """Tasks whose result was over the limit, so that nothing of it is left in the event."""
        ended = [e["event_data"] for e in self.events if e["event"] in ("runner_on_ok", "runner_on_failed")]
        return [data["task_action"] for data in ended if not data.get("res")]

    @property
    def largest(self) -> int:
        """Characters of the largest event: AWX measures the result in it only, which is less."""
        return max(len(json.dumps(event.get("event_data", {}))) for event in self.events)


class Controller:
    """AWX with one inventory, the credentials of both vendors, and a simulator for their services."""

    def __init__(self, folder: Path, collections: Path, sim: Simulator) -> None:
        self.folder, self.collections, self.sim = folder, collections, sim
        self.jobs = 0
        self.hosts: dict[str, dict[str, Any]] = {}
        self.vars: dict[str, Any] = {"rps_servers": SERVERS}
        for vendor, login in LOGINS.items():
            sim.add_account(vendor, login["username"], login["password"])
            for server in SERVERS:
                if server["account"] == vendor:
                    sim.world(vendor).add_server(login["username"], server["name"], server["url"])

    def device(self, number: int, server: str | None = "office", vendor: str = YEALINK, owner: str = "") -> str:
        """Put a device into the service."""
        address = mac(number, vendor)
        self.sim.world(vendor).add_device(address, owner or LOGINS[vendor]["username"], server)
        return address

    def state(self) -> dict[str, tuple[str | None, str | None]]:
        """All devices of the services."""
        return {
            device.mac: (device.account, device.server)
            for vendor in self.sim.vendors
            for device in self.sim.world(vendor).devices()
        }

    def credentials(self) -> dict[str, str]:
        """What the two credentials give to a job."""
        found: dict[str, str] = {}
        for vendor, login in LOGINS.items():
            found |= render(f"{vendor.title()} RPS", login | {"api_url": self.sim.url(vendor)})
        return found

    def launch(
        self,
        template: str,
        *options: str,
        hosts: Hosts | None = None,
        more: Mapping[str, Any] | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run a job template. ``more``: prompts and artifacts, which AWX does not trust; ``kept``: extra variables that
        somebody has added to the template."""
        job = named("controller_templates", template)
        self.jobs += 1
        folder = self.folder / f"job-{self.jobs}"
        shutil.copytree(FILES / "project", folder / "project")
        self._inventory(folder / "inventory/hosts", self.hosts if hosts is None else hosts)
        options = (*options, *(["--check"] if job["job_type"] == "check" else []))
        options = (*options, *(["--diff"] if job.get("diff_mode") else []))
        self._environment(folder / "env", options, {**job.get("extra_vars", {}), **(kept or {})}, more or {})
        return self._run(folder, job["playbook"])

    def slices(self, count: int, template: str, **values: Any) -> list[Job]:
        """Run the slices of a job at the same time, each with every nth host, as AWX cuts an inventory."""
        names = sorted(self.hosts)
        parts = [{name: self.hosts[name] for name in names[start::count]} for start in range(count)]
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda part: self.launch(template, hosts=part, **values), parts))

    def workflow(self, name: str, approve: Callable[[], bool]) -> dict[str, Job]:
        """Run a workflow: success leads on, and what a job hands on is an extra variable of those after it."""
        nodes = {node["identifier"]: node for node in named("controller_workflows", name)["workflow_nodes"]}
        after = {item["identifier"] for node in nodes.values() for item in _next(node)}
        ran: dict[str, Job] = {}
        todo: list[tuple[str, dict[str, Any]]] = [(identifier, {}) for identifier in nodes if identifier not in after]
        while todo:
            identifier, artifacts = todo.pop()
            what = nodes[identifier]["unified_job_template"]
            if what["type"] == "workflow_approval":
                good = approve()
            else:
                job = ran[identifier] = self.launch(what["name"], more=artifacts)
                good, artifacts = job.rc == 0, artifacts | job.artifact
            if good:
                todo.extend((item["identifier"], artifacts) for item in _next(nodes[identifier]))
        return ran

    def _inventory(self, path: Path, hosts: Hosts) -> None:
        """Write the inventory as AWX does: a script that prints it."""
        path.parent.mkdir()
        whole = {
            "all": {"vars": self.vars},
            "phones": {"hosts": list(hosts)},
            "_meta": {"hostvars": dict(hosts)},
        }
        path.write_text(f"#!{sys.executable}\nprint({json.dumps(whole)!r})\n", encoding="utf-8")
        path.chmod(0o700)

    def _environment(
        self, folder: Path, options: Sequence[str], trusted: Mapping[str, Any], more: Mapping[str, Any]
    ) -> None:
        folder.mkdir()
        envvars = self.credentials() | {
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "HOME": str(folder.parent),
            "ANSIBLE_FORCE_COLOR": "true",
            "LC_ALL": "C.UTF-8",
        }
        (folder / "envvars").write_text(json.dumps(envvars), encoding="utf-8")
        lines = [yaml.safe_dump({key: _plain(value)}) for key, value in trusted.items() if key not in more]
        lines += [yaml.dump({key: value}, Dumper=_Dumper) for key, value in more.items()]
        (folder / "extravars").write_text("---\n" + ("".join(lines) or "{}\n"), encoding="utf-8")
        (folder / "cmdline").write_text(" ".join(options), encoding="utf-8")
        (folder / "settings").write_text(json.dumps({"suppress_ansible_output": True}), encoding="utf-8")

    @staticmethod
    def _run(folder: Path, playbook: str) -> Job:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "RPS_"))}
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", playbook, "--ident", "job", "-q"],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        seconds = time.monotonic() - begin
        text = folder / "artifacts/job/stdout"
        return Job(
            done.returncode,
            seconds,
            folder,
            done.stdout + done.stderr + (text.read_text(encoding="utf-8") if text.exists() else ""),
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _next(node: Mapping[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = node.get("related", {}).get("success_nodes", [])
    return found
