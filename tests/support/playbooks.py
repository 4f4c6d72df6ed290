# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real ``ansible-playbook`` runs against a simulator: a temporary project, a run of it, and what came out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator import Call, Simulator

from .fork_server import ForkServer
from .phones import mac

ROLE = "voip.rps.rps"
BULK, SHOW, SUMMARY = "voip.rps._fleet", "voip.rps._fleet_result", "voip.rps._fleet_summary"
OF_ROLE = (BULK, SHOW, SUMMARY, "voip.rps._fleet_start", "voip.rps._fleet_join")
COLLECTION = Path(__file__).absolute().parents[2]
PLUGINS = COLLECTION / "tests/playbooks"

YEALINK = {"api_username": "acme", "api_password": "yea-Pass.41"}
HTEK = {"api_username": "acme-htek", "api_password": "hte-Pass.52"}
LOGINS = {"yealink": YEALINK, "htek": HTEK}
OFFICE, BRANCH, ELSEWHERE = "https://office.example.com/", "https://branch.example.com/", "https://other.example.net/"
DESK = "https://desk.example.com/"  # the server of the Htek account
UNIQUE = "https://unique.example.com/Zz-t0ken-9/y.cfg"

ANSIBLE_PLAYBOOK = [str(Path(sys.executable).parent / "ansible-playbook")]
Play = dict[str, Any]


def colons(number: int, vendor: str = "yealink") -> str:
    """The MAC of the nth phone as people read it."""
    whole = mac(number, vendor)
    return ":".join(whole[start : start + 2] for start in range(0, 12, 2))


def phone(number: int, vendor: str = "yealink", **values: Any) -> dict[str, Any]:
    """Host vars of the nth phone; options of the role without their ``rps_``."""
    whole = {"mac": mac(number, vendor), "server": "office" if vendor == "yealink" else "desk"} | values
    return {f"rps_{key}": value for key, value in whole.items() if value is not None}


def role(by: str = "import_role", tasks_from: str | None = None, **keywords: Any) -> dict[str, Any]:
    """A task that plays the role, without Ansible's own validation as the playbooks have it."""
    inside = {"name": ROLE, "rolespec_validate": False} | ({"tasks_from": tasks_from} if tasks_from else {})
    return {"name": "Role", f"ansible.builtin.{by}": inside} | keywords


def play(*tasks: Mapping[str, Any], **keywords: Any) -> Play:
    """A play over the group phones; without tasks it plays the role."""
    whole: Play = {"name": "Play", "hosts": "phones", "gather_facts": False} | keywords
    if "roles" not in whole or tasks:
        whole["tasks"] = list(tasks) or [role()]
    return whole


def debug(text: str, **keywords: Any) -> dict[str, Any]:
    """A task that shows an expression for each host, as ``Run.said`` finds it."""
    return {"name": "Say", "ansible.builtin.debug": {"msg": text}} | keywords


def check(*conditions: str, **keywords: Any) -> dict[str, Any]:
    """A task that fails on a host where a condition is false."""
    return {"name": "Check", "ansible.builtin.assert": {"that": list(conditions), "quiet": True}} | keywords


@dataclass
class Event:
    """A host's result of a task."""

    kind: str  # ok, failed, unreachable, skipped, diff
    host: str
    task: str
    action: str
    result: dict[str, Any]
    ignored: bool = False


@dataclass
class Run:
    """What came of a run of ansible-playbook: its output, and the simulator's calls of this run alone."""

    rc: int
    stdout: str
    stderr: str
    calls: list[Call]
    writes: list[Call]
    events: list[Event] = field(default_factory=list)
    parts: dict[str, list[Event]] = field(default_factory=dict)  # the same events, by the name of the play
    stats: dict[str, dict[str, int]] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @property
    def text(self) -> str:
        """The whole output with white space folded, so that sentences are found whatever the width of the terminal."""
        return re.sub(r"\s+", " ", self.output)

    def of(self, action: str, *kinds: str) -> list[Event]:
        """Events of an action, of these kinds or of all but diffs."""
        wanted = kinds or ("ok", "failed", "unreachable", "skipped")
        return [event for event in self.events if event.action == action and event.kind in wanted]

    @property
    def bulk(self) -> list[Event]:
        """Results of the reconcile task, one for each batch."""
        return self.of(BULK)

    @property
    def messages(self) -> str:
        """All that failed tasks say."""
        return _messages(self.events)

    @property
    def messages_by_play(self) -> dict[str, str]:
        """All that failed tasks of the role say, by the name of the play; a play in which none failed has none."""
        role = {name: [event for event in part if event.action in OF_ROLE] for name, part in self.parts.items()}
        return {name: _messages(part) for name, part in role.items()}

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """Each host's own result."""
        return {event.host: event.result for event in self.of(SHOW) if event.kind != "skipped"}

    @property
    def outcomes(self) -> dict[str, str]:
        return {host: str(entry.get("outcome")) for host, entry in self.entries.items()}

    @property
    def plans(self) -> dict[str, str]:
        """Digests by account, of the last batch."""
        return {name: account["plan"] for name, account in self.bulk[-1].result["accounts"].items()}

    def said(self) -> dict[str, Any]:
        """What the ``debug`` tasks showed, by host."""
        return {event.host: event.result.get("msg") for event in self.events if event.task == "Say"}

    def recap(self, *keys: str) -> dict[str, tuple[int, ...]]:
        """The recap as tuples: (changed, failures) of each host unless other keys are named."""
        wanted = keys or ("changed", "failures")
        return {host: tuple(counts[key] for key in wanted) for host, counts in self.stats.items()}

    def tasks_of(self, host: str) -> list[str]:
        """Names of the tasks that ran for a host, skipped ones too."""
        return [event.action for event in self.events if event.host == host and event.kind != "diff"]

    @property
    def methods(self) -> list[str]:
        """Methods of all calls, in order."""
        return [call.method for call in self.calls]

    @property
    def device_writes(self) -> list[str]:
        """Methods of the calls that write devices; a server that no phone shows is asked for in every run."""
        return [call.method for call in self.writes if call.method != "addServer"]

    @property
    def removals(self) -> list[str]:
        return [method for method in self.device_writes if method.startswith("deRegister")]


def _messages(events: Iterable[Event]) -> str:
    return " ".join(str(event.result.get("msg", "")) for event in events if event.kind == "failed")


def settings(collections: Path) -> dict[str, str]:
    """The environment that all runs have in common."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(PLUGINS / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
    }


class PlaybookRunner:
    """A project in a temporary folder and a simulator of its own: two accounts, ``yealink`` and ``htek``."""

    def __init__(self, folder: Path, collections: Path, sim: Simulator, server: ForkServer) -> None:
        self.folder, self.collections, self.sim, self.server = folder, collections, sim, server
        self.runs = 0
        (folder / "home").mkdir()
        for vendor, login in LOGINS.items():
            sim.add_account(vendor, login["api_username"], login["api_password"])
            sim.add_account(vendor, "rival", "rival-pass")
            sim.world(vendor).add_server("rival", "theirs", ELSEWHERE)

    def account(self, vendor: str, **more: Any) -> dict[str, Any]:
        """An entry of rps_accounts."""
        return {"vendor": vendor, "api_url": self.sim.url(vendor), "retries": 0} | LOGINS[vendor] | more

    @property
    def one(self) -> dict[str, Any]:
        """Fleet variables of a single Yealink account with two servers."""
        return {
            "rps_accounts": {"acme": self.account("yealink")},
            "rps_servers": [{"name": "office", "url": OFFICE}, {"name": "branch", "url": BRANCH}],
        }

    @property
    def two(self) -> dict[str, Any]:
        """Fleet variables of an account at each vendor."""
        return {
            "rps_accounts": {"yea": self.account("yealink"), "hte": self.account("htek")},
            "rps_servers": [
                {"name": "office", "url": OFFICE, "account": "yea"},
                {"name": "branch", "url": BRANCH, "account": "yea"},
                {"name": "desk", "url": DESK, "account": "hte"},
            ],
        }

    def servers(self) -> None:
        """Give the accounts at the service the servers that the fleet variables declare."""
        for name, url in (("office", OFFICE), ("branch", BRANCH)):
            self.sim.world("yealink").add_server(YEALINK["api_username"], name, url)
        self.sim.world("htek").add_server(HTEK["api_username"], "desk", DESK)

    def device(self, number: int, server: str | None = "office", vendor: str = "yealink", **more: Any) -> str:
        """Put a device of our account into the service."""
        address = mac(number, vendor)
        self.sim.world(vendor).add_device(address, LOGINS[vendor]["api_username"], server, **more)
        return address

    def rival(self, number: int, vendor: str = "yealink") -> str:
        """Put a device of another account into the service."""
        address = mac(number, vendor)
        self.sim.world(vendor).add_device(address, "rival", "theirs")
        return address

    def unreachable(self) -> dict[str, Any]:
        """Host vars of a host to which no connection can be made."""
        return {"ansible_connection": "lost"}

    def write(self, name: str, content: Any) -> Path:
        """Write a file of the project; what is no text as JSON, which YAML reads."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        return path

    def inventory(self, phones: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any] | None = None) -> None:
        """Write the inventory: hosts of the group ``phones`` and variables of all."""
        hosts = {name: dict(found) for name, found in phones.items()}
        self.write("hosts.yml", {"all": {"vars": dict(values or {}), "children": {"phones": {"hosts": hosts}}}})

    def run(
        self,
        plays: str | Play | Sequence[Play] | None = None,
        *options: str,
        extra: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        cold: bool = False,
    ) -> Run:
        """Run plays (or a playbook of the collection by name; without one a play of the role) and wait for the end.

        ``cold``: in a process of its own from the start, and not as a fork of one that has imported Ansible.
        """
        self.runs += 1
        record = self.folder / f"record-{self.runs}.jsonl"
        if not isinstance(plays, str):
            whole = [plays] if isinstance(plays, dict) else list(plays) if plays is not None else [play()]
            plays = str(self.write("play.yml", whole))
        arguments = ["-i", str(self.folder / "hosts.yml")]
        if extra is not None:
            arguments += ["-e", json.dumps(dict(extra))]
        arguments += [*options, plays]
        environment = self.environment(record) | dict(env or {})
        serial = self._serial()
        rc, stdout, stderr = (self._cold if cold else self._warm)(arguments, environment)
        run = Run(
            rc,
            stdout,
            stderr,
            [call for call in self.sim.calls() if call.serial >= serial],
            [call for call in self.sim.writes() if call.serial >= serial],
        )
        if record.exists():
            self._read(record.read_text(encoding="utf-8").splitlines(), run)
        return run

    def _cold(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        done = subprocess.run(
            [*ANSIBLE_PLAYBOOK, *arguments],
            cwd=self.folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _warm(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        output = self.folder / "stdout.txt", self.folder / "stderr.txt"
        rc = self.server.run(arguments, self.folder, environment, output)
        return rc, output[0].read_text(encoding="utf-8"), output[1].read_text(encoding="utf-8")

    def _serial(self) -> int:
        return max((call.serial + 1 for call in self.sim.calls()), default=0)

    def environment(self, record: Path | None = None) -> dict[str, str]:
        """The environment of a run; its events go to ``record``."""
        return settings(self.collections) | {
            "HOME": str(self.folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "home/.ansible/tmp"),
            "RECORD_TO": str(record or self.folder / "record.jsonl"),
        }

    @staticmethod
    def _read(lines: Iterable[str], run: Run) -> None:
        part = ""
        for line in lines:
            event = json.loads(line)
            if event["kind"] == "stats":
                run.stats, run.custom = event["hosts"], event["custom"]
            elif event["kind"] == "play":
                part = event["name"]
                run.parts.setdefault(part, [])  # the batches of a play have its name
            else:
                run.events.append(Event(**event))
                run.parts[part].append(run.events[-1])
