# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk calls: as few as possible, and one bad device never keeps the good ones of its batch from being done."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from simulator import Fault
from support.client import ServiceEnv, writes_of
from support.oracles import problems, repetitions
from support.phones import OTHER_USER, macs
from support.runs import where_dialect

COUNT = 24
BAD: dict[int, list[int]] = {2: [0, 7], 9: list(range(3, 12)), 24: list(range(24))}

lists = where_dialect(lambda dialect: dialect.capabilities.bulk)
pairs = where_dialect(lambda dialect: dialect.capabilities.bulk and dialect.protocol.name == "xmlrpc")
naming = pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
counts = pytest.mark.parametrize("count", sorted(BAD))


def fleet(env: ServiceEnv) -> list[str]:
    return macs(COUNT, env.vendor)


def taken_meanwhile(env: ServiceEnv, phones: list[str]) -> None:
    """Another account takes these devices between the reads and the first write."""

    def take() -> None:
        for phone in phones:
            env.place(phone, "theirs", OTHER_USER)

    taken = False

    def hook(_sim: object, _account: str, method: str, _params: object) -> None:
        nonlocal taken
        if not taken and method.startswith(("register", "deRegister", "deregister", "addDevice", "delDevice")):
            taken = True
            take()

    env.sim.hooks.append(hook)


def most_writes(bad: int, named: bool) -> int:
    """A call for each bad device, and what finding them by halves costs if they are not named."""
    if named:
        return 2 + 2 * bad
    return min(1 + 2 * bad * (math.ceil(math.log2(COUNT)) + 1), 2 * COUNT + 1)


@pairs
@naming
@counts
@pytest.mark.parametrize("mode", ["atomic", "partial", "best_effort"])
def test_the_good_devices_of_a_refused_registration_are_done(
    env: ServiceEnv, mode: str, named: bool, count: int
) -> None:
    env.sim.options.bulk_mode = mode
    env.sim.options.bulk_names = named
    phones = fleet(env)
    bad = {phones[index] for index in BAD[count]}
    taken_meanwhile(env, sorted(bad))
    run = env.run([env.wants(phone) for phone in phones], batch_size=COUNT)
    assert list(repetitions(env)) == []
    assert {one.mac for one in run.results if one.outcome == "conflict"} == bad
    assert {one.mac for one in run.results if one.outcome == "changed"} == set(phones) - bad
    assert len(env.writes()) <= most_writes(count, named and env.vendor == "yealink")
    assert {phone for phone, (owner, _url) in env.state().items() if owner == OTHER_USER} == bad


@pairs
@naming
@counts
@pytest.mark.parametrize("mode", ["atomic", "best_effort"])
def test_the_good_devices_of_a_refused_removal_are_done(env: ServiceEnv, mode: str, named: bool, count: int) -> None:
    env.sim.options.bulk_mode = mode
    env.sim.options.bulk_names = named
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "office")
    bad = {phones[index] for index in BAD[count]}
    taken_meanwhile(env, sorted(bad))
    run = env.run([DesiredDevice(phone, "absent") for phone in phones], batch_size=COUNT)
    assert list(repetitions(env)) == []
    assert not any(one.failed for one in run.results)
    assert {one.outcome for one in run.results if one.mac not in bad} <= {"changed"}
    assert not any(one.changed for one in run.results if one.mac in bad and one.outcome == "in_sync")
    assert set(env.state()) == bad
    assert len(env.writes()) <= most_writes(count, named and env.vendor != "snom")


@counts
def test_ymcs_does_the_good_devices_and_refuses_the_bad_ones_in_one_call(ymcs: ServiceEnv, count: int) -> None:
    phones = fleet(ymcs)
    bad = {phones[index] for index in BAD[count]}
    taken_meanwhile(ymcs, sorted(bad))
    desired = [ymcs.wants(phone) for phone in phones]
    run = ymcs.run(desired)
    assert {one.mac for one in run.results if one.outcome == "conflict"} == bad
    assert {one.mac for one in run.results if one.outcome == "changed"} == set(phones) - bad
    assert ymcs.writes() == ["addDevices"]


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@naming
@counts
def test_devices_that_the_service_will_not_take_are_failed_and_quoted(env: ServiceEnv, named: bool, count: int) -> None:
    phones = fleet(env)
    bad = {phones[index] for index in BAD[count]}
    for phone in sorted(bad):
        text = f"Error:Invalid MAC(s):{phone}" if named else "Error:Invalid MAC(s)"
        for method in ("registerDevice", "registerDevices"):
            env.sim.faults.add(Fault("text", mac=phone, method=method, text=text, name="refused_in_words"))
    run = env.run([env.wants(phone) for phone in phones], batch_size=COUNT)
    assert {one.mac for one in run.results if one.outcome == "changed"} == set(phones) - bad
    failed = [one for one in run.results if one.outcome == "failed"]
    assert {one.mac for one in failed} == bad
    assert {(one.reason.code, one.reason.variant) for one in failed if one.reason} == {("refused", "invalid_mac")}
    assert all("Invalid MAC(s)" in str(one.reason.params["text"]) for one in failed if one.reason)
    assert len(env.writes()) <= most_writes(count, named)


@lists
@pytest.mark.parametrize("size", [1, 2, 7, 24, 1000])
def test_batches_are_as_large_as_allowed_and_no_larger(env: ServiceEnv, size: int) -> None:
    run = env.run([env.wants(phone) for phone in fleet(env)], batch_size=size)
    assert {one.outcome for one in run.results} == {"changed"}
    sizes = [number for _name, number in writes_of(env.sim.calls())]
    assert max(sizes) == min(size, COUNT)
    assert len(sizes) == math.ceil(COUNT / size)


def test_no_batch_is_larger_than_the_service_takes(ymcs: ServiceEnv) -> None:
    run = ymcs.run([ymcs.wants(phone) for phone in macs(250, "ymcs")], batch_size=1000)
    assert {one.outcome for one in run.results} == {"changed"}
    assert [number for _name, number in writes_of(ymcs.sim.calls())] == [100, 100, 50]


@pairs
def test_a_service_that_takes_shorter_lists_only_still_gets_every_device(env: ServiceEnv) -> None:
    env.sim.options.max_bulk = 5
    run = env.run([env.wants(phone) for phone in fleet(env)], batch_size=COUNT)
    assert list(repetitions(env)) == []
    assert {one.outcome for one in run.results} == {"changed"}
    assert len(env.writes()) <= 2 * math.ceil(COUNT / 3)


@lists
def test_a_list_that_is_too_large_for_http_is_halved_and_that_is_said(env: ServiceEnv) -> None:
    env.fail("http_413", method=env.call_for("add_many"), times=2)
    run = env.run([env.wants(phone) for phone in fleet(env)], batch_size=COUNT)
    assert {one.outcome for one in run.results} == {"changed"}
    sizes = [number for _name, number in writes_of(env.sim.calls())]
    assert sizes[:3] == [24, 12, 6]
    (notice,) = run.notices  # of all the lists that were too long, the last
    assert (notice.code, notice.params) == ("list_too_long", {"count": 12, "half": 6})


@pairs
def test_a_list_that_is_answered_with_faults_is_shortened_and_at_last_written_one_by_one(env: ServiceEnv) -> None:
    env.fail("invoke_failed", method=env.call_for("add_many"))
    desired = [env.wants(phone) for phone in fleet(env)]
    run = env.run(desired, batch_size=COUNT)
    assert {one.outcome for one in run.results} == {"changed"}
    assert len(run.notices) == 1
    assert env.sim.count()[env.call_for("add_many")] <= 5


@pairs
def test_additions_and_removals_that_are_written_one_by_one_are_said_once(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones[:6]:
        env.place(phone, "office")
    env.fail("absent", method=env.call_for("add_many"))
    env.fail("absent", method=env.call_for("remove_many"))
    desired = [DesiredDevice(phone, "absent") for phone in phones[:6]]
    run = env.run([*desired, *(env.wants(phone) for phone in phones[6:])])
    assert {one.outcome for one in run.results} == {"changed"}
    assert [notice.code for notice in run.notices] == ["one_by_one"]


# Lost answers. ``done``: how many the service executed before the answer was lost.


@lists
@pytest.mark.parametrize("kind", ["close", "status", "hang"])
@pytest.mark.parametrize("done", [0, 11, 24], ids=lambda done: f"done-{done}")
@pytest.mark.parametrize("removal", [False, True], ids=["register", "deregister"])
def test_a_lost_bulk_answer_is_settled_for_each_device(env: ServiceEnv, kind: str, done: int, removal: bool) -> None:
    phones = fleet(env)
    for phone in phones if removal else ():
        env.place(phone, "office")
    method = env.call_for("remove_many" if removal else "add_many")
    more: dict[str, Any] = {"status": 503} if kind == "status" else {}
    phase = "after" if done else "before"
    env.sim.faults.add(Fault(kind, method=method, nth=1, phase=phase, only_first=done or None, **more))
    desired = [DesiredDevice(phone, "absent") if removal else env.wants(phone) for phone in phones]
    before = len(env.world.history())
    run = env.run(desired, batch_size=COUNT)
    assert problems(env, desired, run, before) == []
    outcomes = [one.outcome for one in run.results]
    # After a timeout nothing more is sent for a phone, and its old state proves no more than "not yet".
    assert outcomes == ["changed"] * done + [("unknown" if kind == "hang" else "changed")] * (COUNT - done)
    events = [entry.mac for entry in env.world.history()[before:] if entry.call is not None]
    assert sorted(events) == (phones[:done] if kind == "hang" else phones)  # each device once


@lists
def test_a_lost_bulk_answer_that_nothing_can_settle_is_unknown(env: ServiceEnv) -> None:
    env.once(env.call_for("add_many"), lambda: env.sim.faults.add(Fault("close")))
    env.sim.faults.add(Fault("close", method=env.call_for("add_many"), phase="after"))
    run = env.run([env.wants(phone) for phone in fleet(env)], {"retries": 0}, batch_size=COUNT)
    assert {one.outcome for one in run.results} == {"unknown"}
    assert {one.reason.code for one in run.results if one.reason} == {"unreadable_after"}
    assert all(one.after is None and not one.verified for one in run.results)
    assert len(env.writes()) == 1


def test_a_failure_of_ymcs_that_names_no_phone_leaves_all_of_them_to_be_read(ymcs: ServiceEnv) -> None:
    phones = fleet(ymcs)
    desired = [ymcs.wants(phone) for phone in phones]
    body = b'{"total": 24, "successCount": 23, "failureCount": 1, "errors": [{"msg": "900500 no"}]}'
    ymcs.sim.faults.add(Fault("body", body=body, method="addDevices", phase="after", only_first=23, times=1))
    before = len(ymcs.world.history())
    run = ymcs.run(desired, batch_size=COUNT)
    assert problems(ymcs, desired, run, before) == []
    assert [one.outcome for one in run.results] == [*["changed"] * 23, "unknown"]


# Take-overs.


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
def test_take_overs_go_out_in_bulk_with_the_override_and_only_they(env: ServiceEnv) -> None:
    env.sim.options.take_over_allowed = True
    phones = fleet(env)
    for phone in phones[:10]:
        env.place(phone, "theirs", OTHER_USER)
    run = env.run([env.wants(phone, override=index < 10) for index, phone in enumerate(phones)])
    assert {one.outcome for one in run.results} == {"changed"}
    calls = env.sim.writes()
    assert {tuple(call.phones): call.params[2:] for call in calls} == {
        tuple(phones[:10]): ["1"],
        tuple(phones[10:]): [],
    }


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
def test_a_take_over_that_the_service_does_not_allow_is_no_success(env: ServiceEnv) -> None:
    env.sim.options.take_over_allowed = False
    phones = fleet(env)[:3]
    for phone in phones:
        env.place(phone, "theirs", OTHER_USER)
    run = env.run([env.wants(phone, override=True) for phone in phones])
    assert [(one.outcome, one.changed) for one in run.results] == [("failed", False)] * 3
    assert {(one.reason.code, one.reason.variant) for one in run.results if one.reason} == {("refused", "override")}
    assert {owner for owner, _url in env.state().values()} == {OTHER_USER}


# Lists that leave something out.


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("shown", [True, False])
def test_unbound_devices_are_removed_whether_they_are_listed_or_not(env: ServiceEnv, shown: bool) -> None:
    env.sim.options.list_unregistered = shown
    phones = fleet(env)[:4]
    for phone in phones:
        env.place(phone)
    env.fail("after_dropped", method="deRegisterDevices", nth=1)
    run = env.run([DesiredDevice(phone, "absent") for phone in phones])
    assert {one.outcome for one in run.results} == {"changed"}
    assert env.state() == {}


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@naming
def test_a_device_that_another_account_took_is_not_reported_as_removed_by_us(env: ServiceEnv, named: bool) -> None:
    """It is gone from the list as desired, but not by our doing, and the service knows it still."""
    env.sim.options.bulk_names = named
    phones = fleet(env)[:6]
    for phone in phones:
        env.place(phone, "office")
    taken_meanwhile(env, phones[2:3])
    run = env.run([DesiredDevice(phone, "absent") for phone in phones])
    taken = run.results[2]
    assert taken.after is not None
    assert (taken.outcome, taken.changed, taken.after.status) == ("in_sync", False, "registered_elsewhere")
    assert {one.outcome for index, one in enumerate(run.results) if index != 2} == {"changed"}


# Where nothing more can be found out or sent.


@lists
def test_an_open_list_that_may_not_be_sent_again_stays_open(env: ServiceEnv) -> None:
    env.fail("dropped", method=env.call_for("add_many"))
    desired = [env.wants(phone) for phone in fleet(env)]
    before = len(env.world.history())
    run = env.run(desired, {"retries": 0}, batch_size=COUNT)
    assert problems(env, desired, run, before) == []
    assert {one.reason.code for one in run.results if one.reason} == {"answer_lost"}
    assert len(env.writes()) == 1


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
def test_a_list_that_was_refused_and_cannot_be_looked_into_leaves_its_phones_open(env: ServiceEnv) -> None:
    env.fail("refused_in_words", method="registerDevices")
    env.sim.faults.extend(Fault("status", status=500, method="listDevices", nth=number) for number in range(2, 12))
    run = env.run([env.wants(phone) for phone in fleet(env)], batch_size=COUNT)
    assert {one.outcome for one in run.results} == {"unknown"}
    assert len(env.writes()) == 1
