# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is to end: stopped, interrupted, abandoned, or out of time. Only what is in flight is finished."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import BusyError, LostAnswerError, StoppedError
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Service
from simulator import DIALECTS, Fault
from support.client import ClientClock, MemoryAdapter, ServiceEnv
from support.oracles import problems
from support.phones import mac, macs

COUNT = 20


def is_write(env: ServiceEnv) -> str:
    return env.call_for("add")


def run(env: ServiceEnv, service: Service, **options: Any) -> tuple[RunResult, list[str]]:
    """Register the fleet one by one -> the run, and the phones whose write was executed."""
    desired = [env.wants(phone) for phone in macs(COUNT, env.vendor)]
    before = len(env.world.history())
    made = reconcile(service, desired, Options(bulk=False, **options))
    executed = [entry.mac for entry in env.world.history()[before:] if entry.call is not None]
    assert problems(env, desired, made, before) == []
    return made, executed


def not_attempted(made: RunResult) -> dict[str, str]:
    return {one.mac: one.reason.code for one in made.results if one.outcome == "not_attempted" and one.reason}


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda service: service.client.interrupt(), "interrupted"),
        (lambda service: service.client.stop(StoppedError("no more", "too_many_failures")), "too_many_failures"),
    ],
    ids=["interrupt", "stop"],
)
def test_a_stop_in_the_middle_finishes_the_call_in_flight_and_reports(
    env: ServiceEnv, end: Callable[[Service], None], code: str
) -> None:
    service = env.service()
    env.once(is_write(env), lambda: end(service), nth=3)
    made, executed = run(env, service)
    assert len(executed) == 3
    assert set(not_attempted(made)) == set(macs(COUNT, env.vendor)) - set(executed)
    assert set(not_attempted(made).values()) == {code}
    assert made.stopped is not None
    assert made.stopped.code == code
    # The third one was written, and there was no call left to read it back.
    assert made.results[2].outcome == "unknown"


def test_a_run_whose_parent_is_gone_writes_no_more(env: ServiceEnv) -> None:
    gone = False

    def leave() -> None:
        nonlocal gone
        gone = True

    service = env.service(abandoned=lambda: gone)
    env.once(is_write(env), leave, nth=2)
    made, executed = run(env, service)
    assert len(executed) == 2
    assert set(not_attempted(made).values()) == {"interrupted"}


def test_a_run_that_was_abandoned_before_it_began_makes_no_call(env: ServiceEnv) -> None:
    made, executed = run(env, env.service(abandoned=lambda: True))
    assert executed == []
    assert set(not_attempted(made).values()) == {"interrupted"}
    assert env.sim.calls() == []


@pytest.mark.parametrize("limit", [3, 7])
def test_the_deadline_leaves_the_rest_not_attempted(env: ServiceEnv, limit: int) -> None:
    """Every call takes ten seconds, and the reads take as much as they take."""
    env.sim.options.latency = 10.0
    reads = COUNT + 2 * (DIALECTS[env.vendor].protocol.name == "rest")  # a token, and the servers
    service = env.service(deadline=10.0 * (reads + 2 * limit))
    began = env.clock.now
    made, executed = run(env, service)
    assert limit - 1 <= len(executed) <= limit + 1
    assert set(not_attempted(made).values()) == {"deadline"}
    assert made.stopped is not None
    assert made.stopped.code == "deadline"
    assert env.sim.calls()[-1].at - began < 10.0 * (reads + 2 * limit)


def test_the_deadline_bounds_a_call_and_all_its_tries(yealink: ServiceEnv) -> None:
    yealink.fail("hangs")
    service = yealink.service(timeout=30.0, deadline=40.0)
    began = yealink.clock.now
    with pytest.raises((LostAnswerError, StoppedError)):
        service.read_device(mac(1))
    assert yealink.clock.now - began <= 40.0
    yealink.clock.advance(1)
    with pytest.raises(StoppedError) as caught:
        service.read_device(mac(1))
    assert (caught.value.code, caught.value.executed) == ("deadline", False)
    assert caught.value.fix


def test_no_wait_is_begun_that_the_deadline_would_cut(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "20"}))
    clock = ClientClock(yealink.clock)
    with pytest.raises(BusyError):
        yealink.service(clock=clock, deadline=19.0).read_device(mac(1))
    assert clock.waited == []


def test_the_first_reason_to_stop_stays(yealink: ServiceEnv) -> None:
    service = yealink.service()
    service.client.stop(StoppedError("first", "deadline"))
    service.client.interrupt()
    with pytest.raises(StoppedError, match="first") as caught:
        service.read_device(mac(1))
    assert caught.value.code == "deadline"
    assert yealink.sim.calls() == []


def test_a_stop_ends_a_wait_between_tries(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "50"}))
    clock = ClientClock(yealink.clock)
    service = yealink.service(clock=clock)
    clock.on_wait = service.client.interrupt
    began = yealink.clock.now
    with pytest.raises(BusyError):
        service.read_device(mac(1))
    assert len(yealink.sim.calls()) == 1
    assert yealink.clock.now - began < 50


def test_a_stop_during_bulk_writes_leaves_the_other_lists_unsent(yealink: ServiceEnv) -> None:
    service = yealink.service()
    yealink.once("registerDevices", service.client.interrupt)
    desired = [yealink.wants(phone) for phone in macs(COUNT)]
    before = len(yealink.world.history())
    made = reconcile(service, desired, Options(batch_size=5))
    assert problems(yealink, desired, made, before) == []
    assert [one.outcome for one in made.results] == [*["unknown"] * 5, *["not_attempted"] * 15]
    assert yealink.writes() == ["registerDevices"]


def test_an_error_in_one_worker_stops_the_others_calls(yealink: ServiceEnv) -> None:
    """What nobody expects, such as a defect, ends the run: no further call is made."""

    class Defect(Exception):
        """What nobody expects."""

    adapter = MemoryAdapter(yealink)

    def fail(number: int) -> None:
        if number == 6:
            raise Defect

    adapter.before = fail
    service = yealink.service(adapter, concurrency=4)
    with pytest.raises(Defect):
        reconcile(service, [yealink.wants(phone) for phone in macs(COUNT)], Options())
    assert service.client.stopped is not None
    assert len(yealink.sim.calls()) <= 6 + 4
