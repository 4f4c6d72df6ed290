# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of Ansible's programs that are forks of one process, which imported Ansible once.

Importing Ansible and the collection, and reading what plugins say of themselves, is most of what a small run costs.
Runs in processes of their own show that the collection is found, and is imported in the order of a run. Settings of
Ansible are read at its import, so they are those of the server, but for the temporary folder; a run that needs other
settings needs a process of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PER_RUN = frozenset({"ANSIBLE_LOCAL_TEMP"})
_PROGRAMS = {"doc": "DocCLI", "inventory": "InventoryCLI", "playbook": "PlaybookCLI"}
_IMPORTED = (
    *(f"ansible.cli.{program}" for program in _PROGRAMS),
    "ansible.executor.playbook_executor",
    "ansible.executor.task_executor",
    "ansible.executor.process.worker",
    "ansible.plugins.action",
    "ansible.plugins.callback",
    "ansible.plugins.strategy",
    "ansible.utils.vars",
    "requests",
    "sqlite3",
)
# Every run asks each of these kinds of plugins for all that there are. Those of the tests are among them.
_LOADED = ("action", "become", "callback", "connection", "filter", "inventory", "shell", "strategy", "test")
_COLLECTION = "ansible_collections.voip.rps.plugins"


class ForkServer:
    """The client's side: starts the server, and waits for one run at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._settings = _settings(environment)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: modules beside this file must not be taken for those of Python
                [sys.executable, "-P", str(Path(__file__).absolute()), str(theirs.fileno())],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._answers = self._socket.makefile("r", encoding="utf-8")

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        output: tuple[Path, Path],
        program: str = "playbook",
        watchdog_s: float = 120,
    ) -> int:
        """A program of Ansible with these arguments -> its exit code. ``output``: the files for stdout and stderr."""
        if _settings(environment) != self._settings:
            raise ValueError("other settings of Ansible need a process of their own")
        request = {
            "program": program,
            "arguments": [f"ansible-{program}", *arguments],
            "folder": str(folder),
            "environment": dict(environment),
            "output": [str(path) for path in output],
        }
        self._socket.settimeout(watchdog_s)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        process = int(self._answers.readline())
        try:
            return int(self._answers.readline())
        except TimeoutError:
            os.killpg(process, signal.SIGKILL)
            raise

    def close(self) -> None:
        """End the server."""
        self._answers.close()
        self._socket.close()
        self._process.wait()


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("ANSIBLE_") and name not in _PER_RUN}


def _serve(number: int) -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    _load_plugins()
    gc.collect()
    gc.freeze()  # what is here already is never copied because a run counts references to it
    with socket.socket(fileno=number) as connection, connection.makefile("r", encoding="utf-8") as requests:
        for line in requests:
            child = os.fork()
            if not child:
                with Path(os.devnull).open("rb") as nothing:  # a run must not keep the client's connection open
                    os.dup2(nothing.fileno(), number)
                _run(json.loads(line))
            connection.sendall(f"{child}\n".encode())
            _pid, status = os.waitpid(child, 0)
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _load_plugins() -> None:
    from ansible.plugins import loader  # noqa: PLC0415 - in the server only

    # A run does this for itself, and says so if it is done already.
    loader.init_plugin_loader()
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    for kind in _LOADED:
        list(getattr(loader, f"{kind}_loader").all(class_only=True))
    for kind in ("module_utils", "plugin_utils"):
        package = importlib.import_module(f"{_COLLECTION}.{kind}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


def _run(request: dict[str, Any]) -> None:
    """Become one of Ansible's programs; ends in SystemExit."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, path in zip((1, 2), request["output"], strict=True):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    from ansible import constants  # noqa: PLC0415 - in the server only

    # A folder of this run alone, which ends with it.
    constants.DEFAULT_LOCAL_TMP = constants.config.get_config_value("DEFAULT_LOCAL_TMP")
    sys.argv = request["arguments"]
    program = importlib.import_module(f"ansible.cli.{request['program']}")
    getattr(program, _PROGRAMS[request["program"]]).cli_executor(request["arguments"])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
