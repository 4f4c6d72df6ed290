# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module as a process of its own, as Ansible does, against simulated services."""

from __future__ import annotations

import inspect
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import ansible.module_utils.basic
import ansible_collections.voip
import pytest

_TESTS = str(pathlib.Path(__file__).resolve().parents[2])
if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)

from simulator import Simulator  # noqa: E402
from support.phones import BRANCH, OFFICE, OTHER_PASSWORD, OTHER_USER, PASSWORD, THEIRS, USER  # noqa: E402

_ABOVE = [str(pathlib.Path(folder).parents[1]) for folder in ansible_collections.voip.__path__]
_SECONDS = 60
MODULES = "ansible_collections.voip.rps.plugins.modules"

# Forks a process for each module run, so that Python and Ansible start once and not hundreds of times. A line on its
# standard input is a run: module, file of the arguments, file for the output, file for the errors, environment.
FORK_SERVER = f"""
import importlib, json, os, sys
import ansible.module_utils.basic, requests
from ansible_collections.voip.rps.plugins.module_utils import _redaction
_redaction.DERIVATION_ROUNDS = 1000
modules = {{name: importlib.import_module("{MODULES}." + name)
           for name in ("rps_server", "rps_device", "rps_devices", "rps_device_info")}}
for line in sys.stdin:
    name, arguments, output, errors, environment = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(environment)
        for number, path in ((0, os.devnull), (1, output), (2, errors)):
            os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY), number)
        sys.argv = [name, arguments]
        code = 0
        try:
            modules[name].main()
        except SystemExit as error:
            code = error.code or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
            code = 99
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.stdout.write(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) + "\\n")
    sys.stdout.flush()
"""


# Since ansible-core 2.21 a result holds the invocation only where that is asked for, as with -vvv.
_INJECT = "_ansible_inject_invocation"
_SHOW_INVOCATION = {_INJECT: True} if _INJECT in inspect.getsource(ansible.module_utils.basic) else {}


class Outcome:
    """What a module printed: ``result`` is its JSON, ``output`` everything."""

    def __init__(self, code: int, stdout: str, stderr: str) -> None:
        self.output = stdout + stderr
        assert "Traceback" not in stderr, stderr
        self.result: dict[str, Any] = json.loads(stdout)
        assert code == (1 if self.result.get("failed") else 0)
        self.failed = bool(self.result.get("failed"))
        self.msg = str(self.result.get("msg", ""))

    def __getitem__(self, key: str) -> Any:
        return self.result[key]


class ModuleRunner:
    """Runs modules against a simulator with an account of its own at every service."""

    def __init__(self, sim: Simulator, fork_server: subprocess.Popen[str], folder: pathlib.Path) -> None:
        self.sim = sim
        self.fork_server = fork_server
        self.folder = folder
        self.login: dict[str, Any] = {"api_username": USER, "api_password": PASSWORD, "timeout": 10}
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("RPS_")}
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            self.environment.pop(name, None)
        self.environment["PYTHONPATH"] = os.pathsep.join(_ABOVE)
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def connection(self, vendor: str) -> dict[str, Any]:
        """The connection options of a service."""
        return {"vendor": vendor, "api_url": self.sim.url(vendor), **self.login}

    def __call__(
        self,
        module: str,
        vendor: str = "yealink",
        check: bool = False,
        diff: bool = False,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Outcome:
        """Run a module with the connection of ``vendor``; an option that is None is left out."""
        given = {**self.connection(vendor), **options}
        return self.bare(
            module, {key: value for key, value in given.items() if value is not None}, check, diff, environment
        )

    def bare(
        self,
        module: str,
        options: Mapping[str, Any],
        check: bool = False,
        diff: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run a module with these options and no others."""
        ours = {"_ansible_check_mode": check, "_ansible_diff": diff, **_SHOW_INVOCATION}
        given = {"ANSIBLE_MODULE_ARGS": {**options, **ours}}
        files = [self.folder / name for name in ("arguments", "output", "errors")]
        for file, text in zip(files, (json.dumps(given), "", ""), strict=True):
            file.write_text(text, encoding="utf-8")
        order = json.dumps([module, *map(str, files), {**self.environment, **(environment or {})}])
        assert self.fork_server.stdin is not None
        assert self.fork_server.stdout is not None
        self.fork_server.stdin.write(f"{order}\n")
        self.fork_server.stdin.flush()
        code = int(self.fork_server.stdout.readline())
        return Outcome(code, *(file.read_text(encoding="utf-8") for file in files[1:]))

    def fresh(self, module: str, options: Mapping[str, Any], path: str = "") -> Outcome:
        """Run a module in a new interpreter; ``path`` comes before everything else that can be imported."""
        environment = {**self.environment}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [path, environment["PYTHONPATH"]]))
        process = subprocess.run(
            [sys.executable, "-m", f"{MODULES}.{module}"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": {**self.connection("yealink"), **options}}),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
        return Outcome(process.returncode, process.stdout, process.stderr)


def _forking(measured: bool) -> subprocess.Popen[str]:
    """The process that modules are forked from; whether coverage is measured is settled when it starts."""
    kept = {key: value for key, value in os.environ.items() if measured or not key.startswith(("COV_", "COVERAGE_"))}
    return subprocess.Popen(
        [sys.executable, "-c", FORK_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, "PYTHONPATH": os.pathsep.join(_ABOVE), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait(_SECONDS)


@pytest.fixture(scope="session")
def measured_server() -> Iterator[subprocess.Popen[str]]:
    with _forking(measured=True) as process:
        yield process
        _end(process)


@pytest.fixture(scope="session")
def unmeasured_server() -> Iterator[subprocess.Popen[str]]:
    with _forking(measured=False) as process:
        yield process
        _end(process)


@pytest.fixture
def fork_server(request: pytest.FixtureRequest) -> subprocess.Popen[str]:
    """The process that the modules of this test are forked from."""
    kind = "unmeasured" if request.node.get_closest_marker("no_cover") else "measured"
    found: subprocess.Popen[str] = request.getfixturevalue(f"{kind}_server")
    return found


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """All services, each with this account, another one, and servers where the service has them."""
    with Simulator() as simulator:
        for vendor in simulator.vendors:
            simulator.add_account(vendor, USER, PASSWORD)
            simulator.add_account(vendor, OTHER_USER, OTHER_PASSWORD)
            world = simulator.world(vendor)
            world.add_server(USER, "office", OFFICE)
            world.add_server(USER, "branch", BRANCH)
            world.add_server(OTHER_USER, "theirs", THEIRS)
        yield simulator


@pytest.fixture
def run(sim: Simulator, fork_server: subprocess.Popen[str], tmp_path: pathlib.Path) -> ModuleRunner:
    """Runs modules against these services."""
    return ModuleRunner(sim, fork_server, tmp_path)
