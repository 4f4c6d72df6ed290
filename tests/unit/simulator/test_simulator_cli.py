# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import urllib.request
import xmlrpc.client
from typing import Any

import pytest
from simulator import DIALECTS

TESTS = pathlib.Path(__file__).resolve().parents[2]


def _ready(process: subprocess.Popen[str], state_file: pathlib.Path) -> tuple[Any, str]:
    """Return the addresses and the greeting, which comes when they have been written."""
    assert process.stdout is not None
    greeting = ""
    for line in process.stdout:
        greeting += line
        if line.startswith("Services with their calls"):
            break
    return json.loads(state_file.read_text(encoding="utf-8")), greeting


@pytest.mark.parametrize(
    ("command", "number"), [(["-m", "simulator"], signal.SIGTERM), ([str(TESTS / "simulator")], signal.SIGINT)]
)
def test_start_and_stop(tmp_path: pathlib.Path, command: list[str], number: int) -> None:
    state_file = tmp_path / "state.json"
    arguments = [sys.executable, *command, "--state-file", str(state_file), "--latency", "1", "--style", "padded"]
    with subprocess.Popen(
        arguments,
        cwd=TESTS if command[0] == "-m" else tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        try:
            state, greeting = _ready(process, state_file)
            assert state["pid"] == process.pid
            assert pathlib.Path(state["ca_path"]).exists()
            for vendor, count in (("yealink", 2), ("htek", 1)):
                url = state["urls"][vendor]["http"].replace("://", "://demo:demo-secret@")
                with xmlrpc.client.ServerProxy(url) as proxy:
                    answer: Any = proxy.redirect.listDevices()
                    assert len(answer[1]) == count
            assert state["urls"]["yealink"]["https"].startswith("https://localhost:")
            assert set(state["urls"]) == set(DIALECTS)
            with urllib.request.urlopen(state["control"] + "stats", timeout=5) as response:  # noqa: S310  (loopback)
                assert json.load(response)["total_calls"] == 2
        finally:
            process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    for addresses in state["urls"].values():
        assert addresses["http"] in greeting
    assert "demo-secret" in greeting
    assert not state_file.exists()
    assert not pathlib.Path(state["ca_path"]).exists()


def test_a_seed_of_ones_own(tmp_path: pathlib.Path) -> None:
    seed, state_file = tmp_path / "seed.json", tmp_path / "state.json"
    seed.write_text(json.dumps({"accounts": [{"vendor": "htek", "username": "u", "password": "p"}]}), encoding="utf-8")
    arguments = [sys.executable, str(TESTS / "simulator"), "--no-tls", "--read-only"]
    arguments += ["--load", str(seed), "--state-file", str(state_file), "--option", "snom:ok_case=ok"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            state, _greeting = _ready(process, state_file)
            assert state["https"] is None
            with urllib.request.urlopen(state["control"] + "state", timeout=5) as response:  # noqa: S310  (loopback)
                found = json.load(response)
            assert found["worlds"]["htek"]["accounts"] == ["u"]
            assert found["options"]["read_only"] is True
            assert found["options"]["ok_case"] == "Ok"
        finally:
            process.terminate()
        process.communicate(timeout=30)
        assert process.returncode == 0


@pytest.mark.parametrize("option", ["bulk_mode", "bulk_mode=other", "no_such_option=1", "htek:ok_case=ok"])
def test_a_bad_option(option: str) -> None:
    arguments = [sys.executable, str(TESTS / "simulator"), "--no-tls", "--option", option]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert "set an option" in done.stderr


def test_a_bad_seed(tmp_path: pathlib.Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"device": []}', encoding="utf-8")
    arguments = [sys.executable, str(TESTS / "simulator"), "--no-tls", "--load", str(seed)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=10)
    assert done.returncode == 2
    assert "a seed has no device" in done.stderr
