# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed right before a call, or once the service has executed it: the next run puts everything right."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from simulator import Fault
from support.client import MemoryAdapter, ServiceEnv
from support.fault_cases import Fleet, sample, whole
from support.oracles import quiet, recovery, repetitions, wrong_bindings
from support.phones import PASSWORD, USER
from support.scenarios import LISTS, SCENARIOS, SERVICES, Scenario, Service

SHARE = 3  # kills of each fleet, unless all are asked for
Record = Callable[[str, object], None]


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


def kill(fleet: Fleet, index: int, executed: bool) -> list[str]:
    """Kill a run at its request number ``index`` -> what was wrong afterwards."""
    env, desired = fleet.env, fleet.scenario.desired(fleet.service)
    env.clear()
    fleet.scenario.load(env)
    before = len(env.world.history())
    adapter = MemoryAdapter(env)

    def die(number: int) -> None:
        if number == index:
            raise Killed

    if executed:
        adapter.after = die
    else:
        adapter.before = die
    options = Options(bulk=fleet.scenario.bulk, batch_size=fleet.scenario.batch_size)
    with pytest.raises(Killed):
        reconcile(env.service(adapter), desired, options)
    found = [*wrong_bindings(env, desired, before), *repetitions(env)]
    return [*found, *fleet.recover()]


def requests_of(fleet: Fleet) -> int:
    """How many requests an undisturbed run makes."""
    env, scenario = fleet.env, fleet.scenario
    env.clear()
    scenario.load(env)
    adapter = MemoryAdapter(env)
    options = Options(bulk=scenario.bulk, batch_size=scenario.batch_size)
    reconcile(env.service(adapter), scenario.desired(fleet.service), options)
    return adapter.sent


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_killed_run_leaves_nothing_wrong_behind(
    scenario: Scenario, service: Service, record_property: Record
) -> None:
    fleet = Fleet(scenario, service)
    cases = [(index, executed) for index in range(requests_of(fleet)) for executed in (False, True)]
    chosen = cases if whole() else sample(cases, SHARE, f"kills/{fleet}")
    broken = [f"{fleet}/{case}: {text}" for case in chosen for text in kill(fleet, *case)]
    record_property("cases", ("kills", len(chosen)))
    assert broken == []


# The module's own process, with SIGKILL: no doubt that nothing of it runs on.

MODULE = """
import sys
from ansible.module_utils import basic
from ansible_collections.voip.rps.plugins.modules import rps_devices
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
if hasattr(basic, "_ANSIBLE_PROFILE"):
    basic._ANSIBLE_PROFILE = "legacy"
rps_devices.main()
"""
KEYS = ("mac", "state", "server", "server_url", "unique_url", "override", "force", "serial")


def module_options(env: ServiceEnv, scenario: Scenario, service: Service) -> bytes:
    devices = [
        {key: value for key in KEYS if (value := getattr(device, key)) not in (None, False)}
        for device in scenario.desired(service)
    ]
    connection = {
        "vendor": env.vendor,
        "api_url": env.sim.url(env.vendor),
        "api_username": USER,
        "api_password": PASSWORD,
    }
    whole_task = {**connection, "concurrency": 1, "batch_size": scenario.batch_size, "devices": devices}
    return json.dumps({"ANSIBLE_MODULE_ARGS": whole_task}).encode()


@pytest.mark.parametrize("service", [one for one in SERVICES if not one.lacks], ids=lambda service: service.title)
def test_a_killed_process_leaves_nothing_wrong_behind(service: Service, record_property: Record) -> None:
    fleet = Fleet(LISTS, service)
    env, desired = fleet.env, LISTS.desired(service)
    cases = [(index, executed) for index in range(requests_of(fleet) - 1) for executed in (False, True)]
    ((index, executed),) = sample(cases, 1, f"sigkill/{fleet}")
    env.clear()
    LISTS.load(env)
    before = len(env.world.history())
    with env.sim:
        process = subprocess.Popen(
            [sys.executable, "-c", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        met = 0

        def hook(*_call: object) -> None:
            nonlocal met
            if met == index:
                process.send_signal(signal.SIGKILL)
                process.wait(30)
            met += 1

        env.sim.hooks.append(hook)
        if not executed:
            env.sim.faults.append(Fault("close", index=index))
        output, _nothing = process.communicate(module_options(env, LISTS, service), timeout=60)
    assert process.returncode == -signal.SIGKILL, output.decode()[:600]
    env.sim.hooks.clear()
    record_property("cases", ("sigkill", 1))
    assert [*wrong_bindings(env, desired, before), *recovery(env, desired, quiet(desired))] == []
