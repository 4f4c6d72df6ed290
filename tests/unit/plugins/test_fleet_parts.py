# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the role's actions by themselves: the process of the reconcile task, patterns of hosts, comparing values."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import ansible.template
import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.voip.rps.plugins.plugin_utils._fleet import process, run_state
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.choice import partial_reason
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.compat import ciphertext, run_in_the_foreground
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.ending import Ending
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.options import parse_host_results
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.outcome import hosts_to_show
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.variables import HostVariables, digest

# A parent that forks a worker as Ansible does. The worker says what it is asked for, ends at the last of it, and says
# that it would return its result.
WORKER = """
import os, signal, sys, threading, time
from ansible_collections.voip.rps.plugins.plugin_utils._fleet import process
if {poll}:
    process._signal_at_parents_end = lambda number: False
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: None)  # whatever this test was started with
if os.fork() == 0:
    over = threading.Event()
    def stop():
        os.write(1, b"stop\\n")
        if {at_once}:
            over.set()
    def cut():
        os.write(1, b"cut\\n")
        over.set()
    with process.ends_with_the_run() as ending, ending.by(stop, cut):
        os.write(1, f"{{os.getpid()}}\\n".encode())  # in one piece
        over.wait(60)
    os.write(1, b"returned\\n")
    os._exit(0)
os.write(1, b"parent\\n")
time.sleep(60)
"""


@contextmanager
def begin(poll: bool = False, at_once: bool = True) -> Iterator[tuple[subprocess.Popen[str], int, IO[str]]]:
    """The parent, the worker's id, and what the worker says. Both are gone at the end, or there is none."""
    code = WORKER.format(poll=poll, at_once=at_once)
    # ansible-test finds collections by a hook that a process of its own does not have.
    places = os.pathsep.join([str(Path(process.__file__).parents[6]), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": places}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        words = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        try:
            yield parent, int((words - {"parent"}).pop()), parent.stdout
        finally:
            parent.kill()
            parent.stdout.read()


@pytest.mark.parametrize("poll", [False, True])
def test_a_worker_ends_in_order_with_its_parent_and_returns_to_nobody(poll: bool) -> None:
    with begin(poll) as (parent, _worker, said):
        parent.kill()
        assert said.read() == "stop\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_ends_in_order_with_an_interrupt_whatever_handler_it_had(number: signal.Signals) -> None:
    with begin() as (_parent, worker, said):
        os.kill(worker, number)
        assert [said.readline(), said.readline()] == ["stop\n", "returned\n"]


def test_a_second_interrupt_cuts_off_what_the_first_has_let_finish() -> None:
    with begin(at_once=False) as (_parent, worker, said):
        os.kill(worker, signal.SIGINT)
        assert said.readline() == "stop\n"
        os.kill(worker, signal.SIGTERM)
        assert [said.readline(), said.readline()] == ["cut\n", "returned\n"]


def test_the_end_of_the_parent_is_no_second_interrupt() -> None:
    watch = process.Watch(parent=-1)
    asked: list[str] = []
    with watch.ending.by(lambda: asked.append("stop"), lambda: asked.append("cut")):
        watch.poll()
        os.write(watch.signals, bytes([signal.SIGTERM]))  # that of the kernel, at the parent's end
        watch.poll()
    watch.close()
    assert asked == ["stop"]


def test_other_signals_end_nothing() -> None:
    watch = process.Watch(parent=os.getppid())
    os.write(watch.signals, bytes([signal.SIGALRM, signal.SIGCHLD]))
    assert not watch.ending.is_near()
    os.write(watch.signals, bytes([signal.SIGHUP]))
    assert watch.ending.is_near()
    watch.close()


def test_a_request_that_came_before_the_calls_stops_them_too() -> None:
    ending, asked = Ending(), []
    ending.request()
    with ending.by(lambda: asked.append("stop"), lambda: asked.append("cut")):
        assert asked == ["stop"]
    ending.request()  # and there is nothing to end any more
    assert asked == ["stop"]


def test_handlers_are_as_before_when_the_run_is_over() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with process.ends_with_the_run():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_signal_that_the_user_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with process.ends_with_the_run():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_environment_of_the_play_is_there_only_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://before/")
    monkeypatch.delenv("RPS_OTHER", raising=False)
    with process.environment({"HTTPS_PROXY": "http://play/", "RPS_OTHER": "x"}):
        assert (os.environ["HTTPS_PROXY"], os.environ["RPS_OTHER"]) == ("http://play/", "x")
    assert os.environ["HTTPS_PROXY"] == "http://before/"
    assert "RPS_OTHER" not in os.environ


def test_equal_texts_of_a_kept_result_are_one_object_and_all_of_it_comes_back(tmp_path: Path) -> None:
    device = {"mac": "001565000001", "status": "registered", "last_contact": None}
    kept = {"mac": "001565000001", "changed": False, "before": device, "after": {**device, "status": "unknown"}}
    run_state.write_results(str(tmp_path), "abc", {"desk-1": kept})
    entry = run_state.read_result(str(tmp_path), "abc", "desk-1")
    assert entry == kept
    assert entry is not None
    assert entry["mac"] is entry["before"]["mac"] is entry["after"]["mac"]
    assert entry["before"] is not entry["after"]


@pytest.mark.parametrize(
    "name", ["desk-1", "desk.example.com", "2001:db8::1", "Büro 3'; --", "a,b", "phones", "~x", "!x", "x[1]", "☎", "x*"]
)
def test_a_pattern_of_hosts_to_show_matches_its_host_alone(tmp_path: Path, name: str) -> None:
    inventory = InventoryManager(loader=DataLoader(), sources=[])
    inventory.add_group("phones")
    for other in (name, "desk-10", "other", "x", "a", "b", "x1"):
        inventory.add_host(other, "phones")
    run_state.write_hosts_to_show(str(tmp_path), [name])
    assert [host.name for host in inventory.get_hosts(run_state.read_hosts_to_show(str(tmp_path)))] == [name]
    run_state.write_hosts_to_show(str(tmp_path), [])
    assert inventory.get_hosts(run_state.read_hosts_to_show(str(tmp_path))) == []


def test_a_healthy_host_joins_those_that_are_shown_where_all_of_them_failed() -> None:
    def entry(changed: bool, failed: bool) -> dict[str, bool]:
        return {"changed": changed, "failed": failed}

    results = {"a": entry(False, False), "b": entry(False, True), "c": entry(True, False)}
    assert hosts_to_show(results, "changed", ["a", "b", "c"]) == ["b", "c"]
    assert hosts_to_show(results, "changed", ["a", "b"]) == ["b", "a"]
    assert hosts_to_show(results, "changed", ["b"]) == ["b"]
    assert hosts_to_show(results, "changed", ["a"]) == []
    assert hosts_to_show(results, "all", ["a", "b"]) == ["a", "b"]
    assert hosts_to_show(results, "none", ["a", "b"]) == []


def test_which_results_are_shown() -> None:
    words = [None, True, "yes", "ALL", "changed", False, "none", "0"]
    assert [parse_host_results(word) for word in words] == [*["all"] * 4, "changed", *["none"] * 3]


def test_a_whole_play_has_no_reason_to_be_a_part() -> None:
    assert partial_reason(False, ["a"], ["a"], ["a"], {"a": {}}) is None


def variables(values: dict[str, Any], trust: Callable[[Any], Any]) -> HostVariables:
    whole = trust(values)
    return HostVariables(whole, ansible.template.Templar(loader=DataLoader(), variables=whole))


def test_values_are_compared_by_what_they_are_and_templates_by_what_they_give(trust: Callable[[Any], Any]) -> None:
    def sign(trusted: dict[str, Any]) -> str:
        return digest(variables(trusted, trust).signature("x"), "key")

    same: list[dict[str, Any]] = [{"x": "5%"}, {"x": "{{ y }}%", "y": 5}, {"x": "{{ y }}", "y": "{{ z }}", "z": "5%"}]
    assert len({sign(values) for values in same}) == 1
    other: list[dict[str, Any]] = [
        {"x": 5},
        {"x": "5"},
        {"x": True},
        {"x": None},
        {},
        {"x": ["5%"]},
        {"x": {"5%": 1}},
        {"x": "{{ nowhere }}"},
    ]
    assert len({sign(values) for values in [*same[:1], *other]}) == len(other) + 1
    assert digest(["text", "5%"], "one") != digest(["text", "5%"], "two")


def test_a_variable_that_refers_to_itself_is_no_endless_loop(trust: Callable[[Any], Any]) -> None:
    assert variables({"x": "{{ y }}", "y": "{{ x }}"}, trust).signature("x")[0] == "error"


def test_the_ciphertext_of_a_vault_is_read_without_its_secret(tmp_path: Path) -> None:
    secret = VaultLib([("default", VaultSecret(b"the vault's own"))]).encrypt("s3cret").decode()
    path = tmp_path / "vars.yml"
    path.write_text("x: !vault |\n" + "".join(f"  {line}\n" for line in secret.splitlines()), encoding="utf-8")
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret(b"the vault's own"))])
    value = loader.load_from_file(str(path))["x"]
    found = ciphertext(value)
    assert found is not None
    assert "ANSIBLE_VAULT" in found
    assert ciphertext("plain") is None
    assert ciphertext(7) is None


def test_a_task_in_the_background_that_is_waited_for_runs_in_the_foreground() -> None:
    task = SimpleNamespace(async_val=60, poll=1)
    run_in_the_foreground(task)
    assert task.async_val == 0
