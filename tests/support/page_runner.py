# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the examples of a page as a reader would run them, against the simulator."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._vendors import registry
from simulator import Simulator

from .fork_server import ForkServer
from .pages import ROOT, blocks

USER, PASSWORD = "office", "a-made-up-password"
COLLECTIONS = Path(registry.__file__).parents[5]
_RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=\d+ +failed=(\d+)", re.MULTILINE)


def examples(page: str) -> dict[str, str]:
    """The YAML examples of a page by the file that their first line names."""
    found = {}
    for block in blocks(ROOT / page):
        if block.language == "yaml":
            name = re.match(r"# ([\w./-]+\.yml)", block.body)
            assert name, f"an example of {page} does not begin with the name of its file: {block.body[:60]}"
            found[name[1]] = block.body
    return found


def _plain(value: Any) -> Any:
    """A value without the marks that ansible-inventory prints around text that is no template."""
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"]
            if set(value) == {"__ansible_unsafe"}
            else {k: _plain(v) for k, v in value.items()}
        )
    return [_plain(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Done:
    """A program of Ansible that ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All output with white space folded, whatever the width of the terminal."""
        return " ".join(f"{self.stdout} {self.stderr}".split())

    @property
    def changed(self) -> set[str]:
        return {host for host, changed, _failed in _RECAP.findall(self.stdout) if changed != "0"}

    @property
    def failed(self) -> set[str]:
        return {host for host, _changed, failed in _RECAP.findall(self.stdout) if failed != "0"}

    def succeeded(self) -> Done:
        """Itself; fails the test if the program failed."""
        assert self.status == 0, f"{self.stdout}\n{self.stderr}"
        return self


# Nothing of the user's Ansible; nor is coverage measured, which the tests of each layer reach without whole runs.
_FOREIGN = ("ANSIBLE_", "RPS_", "COV_", "COVERAGE_")


def page_environment(home: Path) -> dict[str, str]:
    """The environment of a reader's shell, without logins."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return kept | {"HOME": str(home), "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_NOCOLOR": "1"}


class PageRunner:
    """Runs Ansible's programs in a folder, with the logins of the simulator in the environment and nothing else."""

    def __init__(self, sim: Simulator, folder: Path, server: ForkServer) -> None:
        self.sim = sim
        self.folder = folder
        self._server = server
        self.environment = page_environment(folder)
        for vendor in sim.vendors:
            sim.add_account(vendor, USER, PASSWORD)
            front = f"RPS_{vendor.upper()}_"
            self.environment |= {
                f"{front}USERNAME": USER,
                f"{front}PASSWORD": PASSWORD,
                f"{front}API_URL": sim.url(vendor),
            }

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_examples(self, page: str) -> None:
        """Write each YAML example of a page to the file that its first line names."""
        for name, body in examples(page).items():
            self.write(name, body)

    def playbook(self, *arguments: str) -> Done:
        return self.run("playbook", *arguments)

    def inventory(self, *arguments: str) -> dict[str, Any]:
        """What ``ansible-inventory --list`` prints."""
        found: dict[str, Any] = _plain(json.loads(self.run("inventory", "--list", *arguments).succeeded().stdout))
        return found

    def run(self, program: str, *arguments: str) -> Done:
        output = self.folder / ".stdout", self.folder / ".stderr"
        status = self._server.run(arguments, self.folder, self.environment, output, program)
        stdout, stderr = (path.read_text(encoding="utf-8") for path in output)
        return Done(status, stdout, stderr)

    def bound(self, vendor: str) -> dict[str, str | None]:
        """MAC: redirect URL, of all devices of the account."""
        world = self.sim.world(vendor)
        return {device.mac: world.url_of(device) for device in world.devices() if device.account == USER}

    def write_methods(self) -> list[str]:
        return [call.method for call in self.sim.writes()]
