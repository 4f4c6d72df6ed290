# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages, which shift while others add and remove: what one reading leaves out may be there all the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.read import read_account, read_devices
from ansible_collections.voip.rps.plugins.module_utils._reconcile.servers import apply_servers, plan_servers
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import worker_pool
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit
from ansible_collections.voip.rps.plugins.module_utils._vendors import ymcs as service_module
from support.client import ServiceEnv
from support.phones import OFFICE, USER, WRONG, mac, macs

PHONES = macs(5, "ymcs")  # three pages
BORDER = PHONES[2]  # the first of the second page


@pytest.fixture(autouse=True)
def _pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "_PAGE", 2)


def fill(env: ServiceEnv) -> None:
    for phone in PHONES:
        env.place(phone, "office")


def swap(env: ServiceEnv, first: int = 0) -> Callable[[], None]:
    """Somebody removes a phone of the first page and adds another one, which comes last."""

    def act() -> None:
        env.world.remove_device(PHONES[first])
        env.place(mac(90 + first, "ymcs"), "office")

    return act


def lists(env: ServiceEnv) -> int:
    return env.sim.count().get("listDevices", 0)


def absent(phone: str) -> DesiredDevice:
    return DesiredDevice(phone, ABSENT)


def test_a_phone_that_one_reading_left_out_is_removed(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    ymcs.once("listDevices", swap(ymcs), nth=2)
    run = ymcs.run([absent(BORDER)])
    assert [(one.outcome, one.verified) for one in run.results] == [("changed", True)]
    assert BORDER not in ymcs.state()


def test_a_phone_that_one_reading_left_out_is_in_sync_and_not_added(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    ymcs.once("listDevices", swap(ymcs), nth=2)
    run = ymcs.run([ymcs.wants(BORDER)])
    assert [one.outcome for one in run.results] == ["in_sync"]
    assert ymcs.writes() == []
    assert lists(ymcs) == 6


def test_a_removal_that_was_accepted_and_not_done_is_not_confirmed_by_a_list_that_shifted(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    ymcs.fail("not_applied", method="delDevices")
    ymcs.once("listDevices", swap(ymcs), nth=5)  # the second page of the list that confirms
    run = ymcs.run([absent(BORDER)])
    assert [(one.outcome, one.reason and one.reason.code) for one in run.results] == [("failed", "not_applied")]
    assert BORDER in ymcs.state()


@pytest.mark.parametrize("kind", ["after_dropped", "dropped", "after_refused_in_words"])
def test_what_a_list_of_removals_has_done_is_settled_in_spite_of_a_shift(ymcs: ServiceEnv, kind: str) -> None:
    fill(ymcs)
    ymcs.fail(kind, method="delDevices", times=1)
    ymcs.once("listDevices", swap(ymcs), nth=5)
    run = ymcs.run([absent(BORDER), absent(PHONES[3])])
    assert [one.outcome for one in run.results] == ["changed", "changed"]
    assert not {BORDER, PHONES[3]} & set(ymcs.state())


def test_whoever_reads_the_whole_account_reads_it_twice(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    ymcs.once("listDevices", swap(ymcs), nth=2)
    reading = read_devices(ymcs.service(), None)
    assert {*PHONES[1:], mac(90, "ymcs")} <= {device.mac for device in reading.devices}
    assert lists(ymcs) == 6


def test_a_purge_sees_every_device(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    ymcs.once("listDevices", swap(ymcs), nth=2)
    run = ymcs.run([ymcs.wants(PHONES[1])], purge=True, purge_limit=parse_limit("100%"))
    assert set(ymcs.state()) == {PHONES[1]}
    assert not [one for one in run.results if one.failed]


@pytest.mark.parametrize(("check", "expected"), [(False, 3), (True, 3)])
def test_an_unchanged_run_reads_each_page_once(ymcs: ServiceEnv, check: bool, expected: int) -> None:
    fill(ymcs)
    run = ymcs.run([ymcs.wants(phone) for phone in PHONES], check_mode=check)
    assert {one.outcome for one in run.results} == {"in_sync"}
    assert run.calls == {"listDevices": expected, "token": 1}


def test_a_phone_that_is_missing_costs_one_reading_more_and_only_if_there_are_pages(ymcs: ServiceEnv) -> None:
    fill(ymcs)
    assert [one.outcome for one in ymcs.run([absent(mac(77, "ymcs"))]).results] == ["in_sync"]
    assert lists(ymcs) == 6
    for phone in PHONES[2:]:
        ymcs.world.remove_device(phone)
    assert [one.outcome for one in ymcs.run([absent(mac(77, "ymcs"))]).results] == ["in_sync"]
    assert lists(ymcs) == 1


@pytest.mark.parametrize("others", [0, 3, 4])
@pytest.mark.parametrize("job", ["add", "remove"])
def test_the_calls_of_phones_beside_others_are_those_of_the_page_about_performance(
    ymcs: ServiceEnv, job: str, others: int
) -> None:
    """One phone beside others: P more where a list of several pages lacks it, before an addition, after a removal."""
    for phone in PHONES[1 : others + 1]:
        ymcs.place(phone, "office")
    if job == "remove":
        ymcs.place(PHONES[0], "office")
    desired = absent(PHONES[0]) if job == "remove" else ymcs.wants(PHONES[0])
    assert [one.outcome for one in ymcs.run([desired]).results] == ["changed"]
    before, after = (others + (job == "remove") + 1) // 2 or 1, (others + (job == "add") + 1) // 2 or 1
    again = (before if job == "add" else after) if others else 0
    assert lists(ymcs) == before + after + again


def test_a_second_reading_in_one_page_is_the_account(ymcs: ServiceEnv) -> None:
    fill(ymcs)

    def shrink() -> None:
        for phone in PHONES[1:]:
            ymcs.world.remove_device(phone)

    ymcs.once("listDevices", shrink, nth=4)
    assert read_account(ymcs.service()).macs == {PHONES[0]}


@pytest.mark.parametrize("nth", range(1, 4))
def test_a_shift_before_any_page_hides_no_phone(ymcs: ServiceEnv, nth: int) -> None:
    """Whatever is there from the beginning to the end is shown."""
    for first in range(len(PHONES)):
        ymcs.clear()
        fill(ymcs)
        ymcs.once("listDevices", swap(ymcs, first), nth=nth)
        listing = read_account(ymcs.service(), PHONES)
        assert set(PHONES) - {PHONES[first]} <= listing.macs
        assert listing.devices is not None
        assert set(listing.devices) == listing.macs


def test_one_device_is_looked_for_twice_among_pages_of_what_resembles_it(
    ymcs: ServiceEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ymcs)
    service = ymcs.service()
    monkeypatch.setattr("simulator.dialects.ymcs.text_of", lambda _body, _name: "")  # everything resembles it
    ymcs.once("listDevices", swap(ymcs), nth=2)
    assert service.read_device(BORDER).status == "registered"
    assert lists(ymcs) == 6


def test_a_server_that_one_reading_left_out_is_not_added_again(ymcs: ServiceEnv) -> None:
    ymcs.sim.options.unique_server_names = False
    for name in ("third", "fourth", "fifth"):
        ymcs.world.add_server(USER, name, OFFICE)
    names = list(ymcs.world.servers(USER))

    def swap_servers() -> None:
        ymcs.world.remove_server(USER, names[0])
        ymcs.world.add_server(USER, "another", WRONG)

    ymcs.once("listServers", swap_servers, nth=2)
    service = ymcs.service()
    planned = plan_servers(service, [Server(names[2], ymcs.world.servers(USER)[names[2]])], force=False)
    (done,) = apply_servers(service, planned, worker_pool(service))
    assert done.result.status == "exists"
    assert ymcs.writes() == []


@pytest.mark.parametrize("pages", ["single", "first", "same_id"])
def test_a_list_that_is_none_is_given_up_and_nothing_is_written(ymcs: ServiceEnv, pages: str) -> None:
    for phone in PHONES:
        ymcs.place(phone)  # to be bound, by ID
    before = ymcs.state()
    ymcs.sim.options.pages = pages
    run = ymcs.run([ymcs.wants(PHONES[4]), absent(PHONES[0])])
    assert {(one.outcome, one.reason and one.reason.code) for one in run.results} == {
        ("not_attempted", "account_unreachable")
    }
    assert run.account_error is not None
    assert (ymcs.writes(), ymcs.state()) == ([], before)
    assert lists(ymcs) <= 4


@pytest.mark.parametrize("pages", ["single", "first", "same_id"])
def test_a_list_of_servers_that_is_none_is_given_up_and_nothing_is_written(ymcs: ServiceEnv, pages: str) -> None:
    for name in ("third", "fourth", "fifth"):
        ymcs.world.add_server(USER, name, OFFICE)
    ymcs.once("listServers", partial(ymcs.sim.options.set, "pages", pages))
    run = ymcs.run([ymcs.wants(PHONES[0])], servers=(Server("new", WRONG), Server("office", WRONG)), force_servers=True)
    assert run.account_error is not None
    assert ymcs.writes() == []
    assert ymcs.sim.count()["listServers"] <= 4


@pytest.mark.parametrize("nth", range(1, 7))
@pytest.mark.parametrize("kind", ["shifted_list", "http_503", "after_half"])
def test_a_disturbance_at_any_page_leads_to_no_false_result(ymcs: ServiceEnv, kind: str, nth: int) -> None:
    fill(ymcs)
    ymcs.fail(kind, method="listDevices", nth=nth)
    run = ymcs.run([ymcs.wants(PHONES[4]), absent(BORDER), absent(mac(77, "ymcs"))])
    assert [one.outcome for one in run.results] == ["in_sync", "changed", "in_sync"]
    assert set(ymcs.state()) == set(PHONES) - {BORDER}
