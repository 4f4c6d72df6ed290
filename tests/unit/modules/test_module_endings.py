# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module ends: no service, useless answers, a deadline, signals, and whoever waits for it being gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from simulator import Fault, Simulator
from support.modules import MODULES, ModuleRunner
from support.phones import mac

from .test_module_options import KEYS, OPTIONS, modules

WATCHDOG = 60
COUNT = 12


# What a module reads first.
READING = [
    ("rps_device", OPTIONS["rps_device"]),
    ("rps_devices", OPTIONS["rps_devices"]),
    ("rps_device_info", {}),
    ("rps_device_info", {"mac": [mac(1)]}),
]


def refused_address(sim: Simulator) -> str:
    """An address of this machine at which nothing listens: that of a simulator that has stopped."""
    with Simulator() as gone:
        return gone.url("yealink")


@modules
def test_a_module_runs_in_an_interpreter_of_its_own(run: ModuleRunner, sim: Simulator, module: str) -> None:
    assert not run.fresh(module, OPTIONS[module]).failed
    assert sim.calls()


@modules
def test_a_missing_requests_is_reported_in_ansibles_way(
    run: ModuleRunner, sim: Simulator, module: str, tmp_path: Path
) -> None:
    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n", encoding="utf-8")
    outcome = run.fresh(module, OPTIONS[module], str(tmp_path))
    assert outcome.failed
    assert "Failed to import the required Python library (requests)" in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert sim.stats()["requests"] == 0


@modules
def test_a_service_that_is_not_there_is_one_sentence_and_all_keys(
    run: ModuleRunner, sim: Simulator, module: str
) -> None:
    outcome = run(module, api_url=refused_address(sim), retries=0, **OPTIONS[module])
    assert outcome.failed
    assert not outcome["changed"]
    assert "127.0.0.1" in outcome.msg
    assert len(outcome.msg) < 350
    assert "\n" not in outcome.msg
    for noise in ("HTTPConnection", "Max retries", "Errno", "object at 0x"):
        assert noise not in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert sum(outcome["calls"].values()) >= 1


@modules
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=401), "login"),
        (Fault("status", status=403), "login"),
        (Fault("status", status=500), "HTTP 500"),
        (Fault("html"), "web page"),
        (Fault("redirect", status=302, location="https://elsewhere.example/"), "redirect"),
        (Fault("body", body=b"<!DOCTYPE x [<!ENTITY a 'b'>]><methodResponse/>"), "document type"),
    ],
    ids=["401", "403", "500", "html", "302", "dtd"],
)
def test_a_useless_answer_is_one_sentence_and_all_keys(
    run: ModuleRunner, sim: Simulator, module: str, fault: Fault, words: str
) -> None:
    sim.faults.add(fault)
    outcome = run(module, retries=0, **OPTIONS[module])
    assert outcome.failed
    assert words in outcome.msg
    assert "\n" not in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert run.login["api_password"] not in outcome.output


@pytest.mark.parametrize(("module", "options"), READING)
def test_a_refused_login_is_an_account_that_could_not_be_read(
    run: ModuleRunner, sim: Simulator, module: str, options: dict[str, Any]
) -> None:
    sim.faults.add(Fault("status", status=401))
    outcome = run(module, retries=0, **options)
    assert outcome.msg.startswith("The account could not be read: ")
    assert "HTTP 401" in outcome.msg
    assert "Check api_username and api_password" in outcome.msg


def phones() -> list[dict[str, Any]]:
    return [{"mac": mac(number, "htek"), "server": "office"} for number in range(1, COUNT + 1)]


def test_a_deadline_ends_the_run_with_every_phone_reported(run: ModuleRunner, sim: Simulator) -> None:
    sim.faults.add(Fault("hang"))
    outcome = run("rps_devices", "htek", devices=phones(), deadline=0.3, concurrency=1)
    assert outcome.failed
    assert outcome["summary"]["not_attempted"] == COUNT
    assert sim.writes() == []


class Gate:
    """Stops the service at its first write until it is opened."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.reached = threading.Event()
        self.opened = threading.Event()
        sim.hooks.append(self)

    def __call__(self, _sim: Any, _account: str, method: str, _args: list[Any]) -> None:
        if method.startswith("register"):
            self.reached.set()
            assert self.opened.wait(WATCHDOG)


def command(run: ModuleRunner, folder: Path) -> list[str]:
    """A command that registers phones one by one, in a new interpreter."""
    options = {**run.connection("htek"), "timeout": WATCHDOG, "devices": phones(), "concurrency": 1, "batch_size": 1}
    arguments = folder / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
    return [sys.executable, "-m", f"{MODULES}.rps_devices", str(arguments)]


# The signals as the processes of a terminal have them, whatever this test was started with.
UNDISTURBED = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def started(argv: list[str], run: ModuleRunner, gate: Gate, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process at its first write; its group is ended at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", UNDISTURBED, *argv],
        text=True,
        stdout=subprocess.PIPE,
        env=run.environment,
        start_new_session=True,
        **options,
    ) as process:
        try:
            assert gate.reached.wait(WATCHDOG)
            yield process
        finally:
            gate.opened.set()
            if process.stdout is not None and not process.stdout.closed:
                process.stdout.read()  # until the last process that could write to it has ended


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_lets_the_write_in_flight_end_and_reports_every_phone(
    run: ModuleRunner, sim: Simulator, tmp_path: Path, name: str
) -> None:
    gate = Gate(sim)
    with started(command(run, tmp_path), run, gate) as process:
        process.send_signal(getattr(signal, name))
        gate.opened.set()
        assert process.stdout is not None
        result = json.loads(process.stdout.read())
    assert result["failed"]
    assert len(sim.writes()) == 1
    assert result["summary"]["declared"] == COUNT
    # The written phone was accepted; whether reading it back is one call too many is the run's affair.
    reasons = [item["reason"] for item in result["devices"]]
    assert reasons.count("interrupted") == COUNT - 1


def test_a_second_signal_cuts_off_the_write_in_flight_and_reports_every_phone(
    run: ModuleRunner, sim: Simulator, tmp_path: Path
) -> None:
    gate = Gate(sim)
    with started(command(run, tmp_path), run, gate) as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        result = json.loads(process.stdout.read())  # while the service still keeps its answer back
    assert result["failed"]
    assert len(sim.writes()) == 1
    counts = result["summary"]
    assert (counts["unknown"], counts["not_attempted"], counts["changed"]) == (1, COUNT - 1, 0)
    assert "the run was interrupted before the answer to" in result["devices"][0]["msg"]


def test_a_signal_that_was_ignored_at_the_start_stays_ignored(
    run: ModuleRunner, sim: Simulator, tmp_path: Path
) -> None:
    gate = Gate(sim)
    argv = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command(run, tmp_path)]
    with started(argv, run, gate) as process:
        process.send_signal(signal.SIGHUP)
        gate.opened.set()
        assert process.stdout is not None
        result = json.loads(process.stdout.read())
    assert not result.get("failed")
    assert len(sim.writes()) == COUNT


def test_nothing_more_is_written_when_nobody_can_read_the_result(
    run: ModuleRunner, sim: Simulator, tmp_path: Path
) -> None:
    gate = Gate(sim)
    with started(command(run, tmp_path), run, gate, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.close()
        gate.opened.set()
        process.wait(WATCHDOG)
    assert len(sim.writes()) == 1


# As ansible-playbook: a fork of it with the same command line, a worker, starts the module by way of a shell.
CONTROLLER = """
import os, shlex, subprocess, sys
if os.fork() == 0:
    subprocess.run(["sh", "-c", shlex.join(sys.argv[2:]) + " > " + shlex.quote(sys.argv[1]) + "; exit 0"])
    os._exit(0)
os.wait()
"""


def controller(run: ModuleRunner, folder: Path) -> list[str]:
    return [sys.executable, "-c", CONTROLLER, str(folder / "result"), *command(run, folder)]


def test_a_killed_controller_ends_the_writes(run: ModuleRunner, sim: Simulator, tmp_path: Path) -> None:
    gate = Gate(sim)
    with started(controller(run, tmp_path), run, gate) as process:
        process.kill()
        process.wait(WATCHDOG)
    assert len(sim.writes()) == 1
    result = json.loads((tmp_path / "result").read_text(encoding="utf-8"))
    assert [item["reason"] for item in result["devices"]].count("interrupted") == COUNT - 1


def test_a_killed_worker_ends_the_writes(run: ModuleRunner, sim: Simulator, tmp_path: Path) -> None:
    gate = Gate(sim)
    with started(controller(run, tmp_path), run, gate) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        os.kill(int(children[0]), signal.SIGKILL)
        process.wait(WATCHDOG)
    assert len(sim.writes()) == 1


def test_a_shell_above_the_controller_may_end(run: ModuleRunner, sim: Simulator, tmp_path: Path) -> None:
    gate = Gate(sim)
    with started(["sh", "-c", '"$@"; exit 0', "sh", *controller(run, tmp_path)], run, gate) as shell:
        shell.kill()
        shell.wait(WATCHDOG)
    assert len(sim.writes()) == COUNT
    result = json.loads((tmp_path / "result").read_text(encoding="utf-8"))
    assert result["summary"]["changed"] == COUNT
