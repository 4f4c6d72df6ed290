# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target that is not what it is declared to be: the first phone that shows it stops the others."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from simulator import DIALECTS
from support.client import ServiceEnv
from support.phones import BRANCH, OFFICE, WRONG, macs
from support.runs import codes, fleet, outcomes, where

# A target that is not what it is declared to be: canaries.


def wrong(env: ServiceEnv, phone: str) -> DesiredDevice:
    """A phone that declares another URL than its server has."""
    return env.wants(phone, "office", server_url=WRONG)


named = where(lambda vendor: vendor.binds_to == "server" and vendor.reads_url)
DISTURBED = [
    None,
    "after_dropped",
    "after_503",
    "after_hangs",
    "after_invoke_failed",
    "after_refused_in_words",
    "refused_in_words",
    "http_503",
    "after_cut",
]


@named
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("disturbed", DISTURBED)
def test_the_first_wrong_read_back_stops_a_servers_other_moves(
    env: ServiceEnv, disturbed: str | None, count: int
) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "branch")
    other = env.wants(macs(1, env.vendor, 500)[0], "branch")
    for number in (
        range(1, count + 1)
        if disturbed and not (DIALECTS[env.vendor].protocol.name == "rest" and "invoke" in disturbed)
        else ()
    ):
        env.fail(disturbed or "", method=env.call_for("move"), nth=number)
    before = len(env.world.history())
    run = env.run([*(wrong(env, phone) for phone in phones), other])
    moved = {entry.mac for entry in env.world.history()[before:] if entry.url == OFFICE}
    # Each disturbed call may have moved its phone; the first one that shows itself moved stops the others.
    assert len(moved) <= 1 + (count if disturbed == "after_hangs" else 0)
    skipped = [result for result in run.results if result.reason and result.reason.code == "server_wrong_url"]
    assert len(skipped) >= 20 - 1 - count
    assert {result.outcome for result in skipped} == {"not_attempted"}
    assert run.results[-1].outcome == "changed"
    assert skipped[0].reason is not None
    assert skipped[0].reason.params["server"] == "office"


@named
def test_without_any_trouble_one_phone_is_harmed(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "branch")
    run = env.run([wrong(env, phone) for phone in phones])
    assert sorted(outcomes(run)) == ["failed", *["not_attempted"] * 19]
    assert codes(run) == {"wrong_url", "server_wrong_url"}
    assert env.writes() == [env.call_for("move")]
    assert [url for _owner, url in env.state().values()].count(BRANCH) == 19


@named
def test_a_wrong_server_harms_one_batch_of_new_phones_at_most(env: ServiceEnv) -> None:
    run = env.run([wrong(env, phone) for phone in fleet(env)], batch_size=5)
    assert sorted(outcomes(run)) == [*["failed"] * 5, *["not_attempted"] * 15]
    assert len(env.state()) == 5


@named
def test_devices_of_that_server_that_declare_the_url_it_has_go_on(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "branch")
    run = env.run([wrong(env, phone) if index < 10 else env.wants(phone) for index, phone in enumerate(phones)])
    assert set(outcomes(run)[10:]) == {"changed"}
    assert "changed" not in outcomes(run)[:10]


@where(lambda vendor: vendor.binds_to == "url")
def test_services_without_servers_are_stopped_by_url(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "branch")
    env.fail("other_url")
    run = env.run([env.wants(phone) for phone in phones], batch_size=4)
    harmed = 4 if DIALECTS[env.vendor].call_for("move_many") else 1
    assert sorted(outcomes(run)) == [*["failed"] * harmed, *["not_attempted"] * (20 - harmed)]
    assert codes(run) == {"wrong_url", "server_wrong_url"}


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "new"])
def test_a_server_that_is_unknown_stops_the_rest_unsent(yealink: ServiceEnv, moved: bool) -> None:
    phones = fleet(yealink)
    for phone in phones if moved else ():
        yealink.place(phone, "branch")
    nowhere = [yealink.wants(phone, "nowhere", server_url=WRONG) for phone in phones]
    run = yealink.run([*nowhere, yealink.wants(macs(1, first=500)[0])], batch_size=5)
    assert outcomes(run) == [*["failed"] * 20, "changed"]
    assert codes(run) == {"server_unknown", None}
    assert len([call for call in yealink.sim.writes() if "nowhere" in call.params]) == 1


def test_a_server_that_is_known_not_to_exist_is_not_asked_for(ymcs: ServiceEnv) -> None:
    run = ymcs.run([ymcs.wants(phone, "nowhere", server_url=WRONG) for phone in fleet(ymcs)])
    assert codes(run) == {"server_unknown"}
    assert ymcs.writes() == []


def test_phones_that_declare_no_url_are_written_without_a_canary(yealink: ServiceEnv) -> None:
    phones = fleet(yealink)
    run = yealink.run([yealink.wants(phone, server_url=None) for phone in phones], batch_size=5)
    assert set(outcomes(run)) == {"changed"}
    assert yealink.sim.count()["checkDeviceExt"] == 21


@named
def test_a_first_move_that_is_accepted_and_not_made_stops_the_others_too(env: ServiceEnv) -> None:
    phones = fleet(env)
    for phone in phones:
        env.place(phone, "branch")
    env.fail("not_applied", method=env.call_for("move"), nth=1)
    run = env.run([env.wants(phone) for phone in phones])
    assert sorted(outcomes(run)) == ["failed", *["not_attempted"] * 19]
    assert codes(run) == {"not_applied", "server_wrong_url"}
    assert env.writes() == [env.call_for("move")]
