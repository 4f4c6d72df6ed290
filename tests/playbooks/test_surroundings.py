# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds a run: interrupts, time limits, environment, folders, and hosts that nothing can connect to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from simulator import Fault, Gate, Simulator
from support.playbooks import ANSIBLE_PLAYBOOK, OFFICE, PlaybookRunner, phone, play

MANY = 60
REGISTER = "registerDevice"  # what a batch of one takes


def device(runner: PlaybookRunner, **more: Any) -> dict[str, Any]:
    """A task of the module for the phone of each host."""
    options = runner.account("yealink") | {"mac": "{{ rps_mac }}", "server": "office", "server_url": OFFICE} | more
    return {"name": "Device", "voip.rps.rps_device": options}


def held(runner: PlaybookRunner) -> set[str]:
    return {found.mac for found in runner.sim.world("yealink").devices("acme")}


def fleet(runner: PlaybookRunner, count: int = MANY) -> None:
    """A fleet of which every phone is a write of its own, two at once."""
    runner.servers()
    accounts = {"acme": runner.account("yealink", concurrency=2)}
    hosts = {f"p{number}": phone(number) for number in range(1, count + 1)}
    runner.inventory(hosts, runner.one | {"rps_accounts": accounts, "rps_batch_size": 1})


def _as_from_a_terminal() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "group"),
    [
        (signal.SIGINT, True),
        (signal.SIGINT, False),
        (signal.SIGTERM, False),
        (signal.SIGHUP, False),
        (signal.SIGKILL, False),
    ],
)
def test_after_an_interrupt_only_the_calls_in_flight_end(
    runner: PlaybookRunner, number: signal.Signals, group: bool
) -> None:
    fleet(runner)
    gate = Gate()
    # The first write goes out alone, to show where the server redirects to.
    runner.sim.faults.add(Fault("pass", method=REGISTER, times=1), Fault("pass", method=REGISTER, gate=gate))
    with subprocess.Popen(
        [*ANSIBLE_PLAYBOOK, "-i", str(runner.folder / "hosts.yml"), "voip.rps.provision"],
        cwd=runner.folder,
        env=runner.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_as_from_a_terminal,  # noqa: PLW1509 - it only resets signals
    ) as process:
        in_flight = gate.wait(2)
        (os.killpg if group else os.kill)(process.pid, number)
        process.wait(60)
        gate.open()  # whoever still works gets an answer now, and would go on
        assert process.stderr is not None
        said = process.stderr.read()  # until the last process of the run has ended

    assert in_flight
    assert process.returncode != 0
    assert len(runner.sim.calls(REGISTER)) == 3
    _assert_reported(runner, said)


def _assert_reported(runner: PlaybookRunner, said: str) -> None:
    """What was written and what was left is in the report, and the phones that were written are named on the way."""
    report = json.loads((runner.folder / "rps-reports/interrupted.json").read_text(encoding="utf-8"))
    devices = report["accounts"]["acme"]["devices"]
    assert [device["host"] for device in devices] == [f"p{number}" for number in range(1, MANY + 1)]
    outcomes = Counter(device["outcome"] for device in devices)
    assert outcomes == {"changed": 1, "unknown": 2, "not_attempted": MANY - 3}
    assert {device["reason"] for device in devices if device["outcome"] == "not_attempted"} == {"interrupted"}
    text = " ".join(said.split())
    assert "voip.rps: The run was interrupted." in text
    assert f"acme: 60 phones: 1 changed, 2 outcome unknown, {MANY - 3} not attempted." in text
    assert "acme: changed: p1. voip.rps: acme: outcome unknown: p2 and p3." in text
    assert "rps-reports/interrupted.json. Run again to do the rest." in text


def test_a_time_limit_of_the_task_ends_the_run_in_order_and_every_phone_has_a_result(runner: PlaybookRunner) -> None:
    fleet(runner, 10)
    runner.sim.faults.add(Fault("hang", method=REGISTER))

    run = runner.run(play(timeout=6))

    assert run.rc != 0
    assert len(run.outcomes) == 10
    assert "not_attempted" in set(run.outcomes.values())
    assert set(run.outcomes.values()) <= {"not_attempted", "unknown"}
    assert held(runner) == set()


@pytest.mark.parametrize("poll", [0, 1])
def test_a_module_in_the_background_connects_to_no_phone(runner: PlaybookRunner, poll: int) -> None:
    runner.servers()
    runner.inventory({"p1": phone(1) | runner.unreachable(), "p2": phone(2) | runner.unreachable()}, {})

    run = runner.run(play({**device(runner), "async": 60, "poll": poll}))

    assert run.rc == 0
    assert [event.kind for event in run.of("voip.rps.rps_device")] == ["ok", "ok"]
    finished = {bool(event.result.get("outcome")) for event in run.of("voip.rps.rps_device")}
    assert finished == {poll == 1}


@pytest.mark.parametrize("name", ["a#b", "a?b", "a%41b", "a b"])
def test_results_are_found_whatever_ansibles_temporary_folder_is_called(runner: PlaybookRunner, name: str) -> None:
    runner.servers()
    runner.inventory({"p1": phone(1), "p2": phone(2)}, runner.one)

    run = runner.run("voip.rps.provision", env={"ANSIBLE_LOCAL_TEMP": str(runner.folder / name)})

    assert run.rc == 0
    assert run.outcomes == {"p1": "changed", "p2": "changed"}
    assert run.recap() == {"p1": (1, 0), "p2": (1, 0)}


@contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that refuses, and what it was asked for."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _address = server.accept()
                except OSError:
                    return
                with client:
                    asked.append(client.recv(4096).partition(b"\r\n")[0])
                    client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_proxy_of_the_plays_environment_reaches_role_and_modules(runner: PlaybookRunner) -> None:
    account = runner.account("yealink", api_url="https://rps.example.com/xmlrpc")
    runner.inventory({"p1": phone(1)}, {"rps_accounts": {"acme": account}, "rps_servers": runner.one["rps_servers"]})

    with proxy() as (url, asked):
        environment = {"HTTPS_PROXY": url, "https_proxy": url, "NO_PROXY": "", "no_proxy": ""}
        role = runner.run(play(environment=environment))
        by_role = list(asked)
        asked.clear()
        module = runner.run(play(device(runner, api_url=account["api_url"]), environment=environment))

    assert role.rc != 0
    assert module.rc != 0
    assert by_role[0].startswith(b"CONNECT rps.example.com:443")
    assert asked[0].startswith(b"CONNECT rps.example.com:443")
    assert not [name for name in os.environ if name.lower() == "https_proxy"]


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_relative_ca_path_is_relative_to_ansibles_working_directory(runner: PlaybookRunner, by: str) -> None:
    runner.write("plays/play.yml", "")
    with Simulator(tls=True) as secure:
        secure.add_account("yealink", "acme", runner.account("yealink")["api_password"])
        secure.world("yealink").add_server("acme", "office", OFFICE)
        runner.write("ca.pem", Path(secure.ca_path).read_text(encoding="utf-8"))
        given = {"ca_path": "ca.pem"} if by == "option" else {}
        env = {"RPS_CA_PATH": "ca.pem"} if by == "environment" else {}
        account = runner.account("yealink", api_url=secure.url("yealink", tls=True)) | given
        values = {"rps_accounts": {"acme": account}, "rps_servers": runner.one["rps_servers"][:1]}
        runner.inventory({"p1": phone(1), "p2": phone(2)}, values)
        path = runner.write(
            "plays/module.yml", [play(device(runner, api_url=secure.url("yealink", tls=True), **given))]
        )

        role = runner.run(None, env=env)
        module = runner.run(str(path), env=env)

    assert role.rc == 0, role.text
    assert module.rc == 0, module.text
    assert role.outcomes == {"p1": "changed", "p2": "changed"}
