# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration servers: created only if something needs them, edited only if somebody asks for it."""

from __future__ import annotations

from functools import partial

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Server, ServerResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.servers import apply_servers, plan_servers
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import worker_pool
from simulator import Fault
from support.client import ServiceEnv
from support.phones import BRANCH, OFFICE, USER, WRONG, mac, macs
from support.runs import where

NEW = Server("new", WRONG)
creating = where(lambda vendor: vendor.servers != "none")


def status_and_reason(results: tuple[ServerResult, ...]) -> list[tuple[str, str | None]]:
    return [(one.status, one.reason.code if one.reason else None) for one in results]


def apply(env: ServiceEnv, *servers: Server, force: bool = False) -> list[tuple[str, str | None]]:
    service = env.service()
    done = apply_servers(service, plan_servers(service, servers, force), worker_pool(service))
    return status_and_reason(tuple(one.result for one in done))


def wants_new(env: ServiceEnv, phone: str) -> DesiredDevice:
    return env.wants(phone, "new", server_url=WRONG)


# In a run.


@creating
def test_a_server_is_added_before_the_phones_that_need_it(env: ServiceEnv) -> None:
    run = env.run([wants_new(env, mac(1, env.vendor))], servers=(NEW,))
    assert env.writes()[0] == "addServer"
    assert run.results[0].outcome == "changed"
    assert status_and_reason(run.servers) == [("created", None)]
    assert env.world.servers(USER)["new"] == WRONG


@creating
def test_check_mode_adds_none_and_says_what_would_be(env: ServiceEnv) -> None:
    run = env.run([wants_new(env, mac(1, env.vendor))], servers=(NEW,), check_mode=True)
    assert status_and_reason(run.servers) == [("would_create", None)]
    assert env.writes() == []


@where(lambda vendor: vendor.binds_to == "server" and vendor.reads_url)
def test_a_server_that_a_phone_shows_is_not_added_again(env: ServiceEnv) -> None:
    env.place(mac(1, env.vendor), "office")
    run = env.run([env.wants(mac(1, env.vendor))], servers=(Server("office", OFFICE),))
    assert status_and_reason(run.servers) == [("shown", None)]
    assert env.writes() == []


@creating
def test_in_a_part_of_the_fleet_only_a_write_is_a_reason_to_add_a_server(env: ServiceEnv) -> None:
    run = env.run([], servers=(NEW,), whole_fleet=False)
    assert status_and_reason(run.servers) == [("shown", None)]
    run = env.run([], servers=(NEW,))
    assert status_and_reason(run.servers) == [("created", None)]


def test_an_account_without_add_server_goes_on() -> None:
    env = ServiceEnv("htek", ("addServer",))
    run = env.run([env.wants(mac(1, "htek"))], servers=(Server("office", OFFICE),))
    assert run.results[0].outcome == "changed"
    assert status_and_reason(run.servers) == [("no_call", "server_no_call")]


@where(lambda vendor: vendor.binds_to == "url")
def test_services_that_bind_to_urls_are_asked_for_no_server(env: ServiceEnv) -> None:
    run = env.run([wants_new(env, mac(1, env.vendor))], servers=(NEW,))
    assert run.results[0].outcome == "changed"
    assert status_and_reason(run.servers) == [("no_call", None)]
    assert "addServer" not in env.sim.count()


@creating
def test_a_guard_blocks_servers_too(env: ServiceEnv) -> None:
    run = env.run([wants_new(env, mac(1, env.vendor))], servers=(NEW,), expect_plan="sha256:other")
    assert status_and_reason(run.servers) == [("would_create", None)]
    assert env.writes() == []


# One server at a time.


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (NEW, ("created", None)),
        (Server("office", WRONG), ("exists", "server_exists")),
        (Server("a/b", WRONG), ("failed", "server_refused")),
    ],
)
def test_services_that_only_create_say_what_they_know(
    env: ServiceEnv, server: Server, expected: tuple[str, str | None]
) -> None:
    assert apply(env, server) == [expected]
    assert env.writes() == ["addServer"]


@pytest.mark.parametrize(
    ("server", "force", "expected", "writes"),
    [
        (NEW, False, ("created", None), ["addServer"]),
        (Server("office", OFFICE), False, ("exists", None), []),
        (Server("office", OFFICE.upper().replace("EXAMPLE.COM/", "example.com")), False, ("exists", None), []),
        (Server("office", WRONG), False, ("wrong_url", "server_differs"), []),
        (Server("office", WRONG), True, ("edited", None), ["editServer"]),
        (Server("office", OFFICE), True, ("exists", None), []),
    ],
)
def test_ymcs_compares_the_url_and_edits_it_only_with_force(
    ymcs: ServiceEnv, server: Server, force: bool, expected: tuple[str, str | None], writes: list[str]
) -> None:
    assert apply(ymcs, server, force=force) == [expected]
    assert ymcs.writes() == writes


def test_two_servers_of_one_name_are_an_error(ymcs: ServiceEnv) -> None:
    ymcs.world.add_server(USER, "office", WRONG, twin=True)
    assert apply(ymcs, Server("office", OFFICE)) == [("failed", "server_ambiguous")]
    assert ymcs.writes() == []


@creating
@pytest.mark.parametrize(
    ("kind", "managed", "other"),
    [
        ("after_dropped", ("created", None), ("unknown", "server_lost")),
        ("dropped", ("unknown", "server_lost"), ("unknown", "server_lost")),
        ("after_503", ("created", None), ("unknown", "server_lost")),
        ("hangs", ("unknown", "server_lost"), ("unknown", "server_lost")),
        ("http_413", ("failed", "server_failed"), ("failed", "server_failed")),
        ("absent", ("no_call", "server_no_call"), ("no_call", "server_no_call")),
        ("forbidden", ("no_call", "server_no_call"), ("failed", "server_failed")),
        ("refused_in_words", ("failed", "server_refused"), ("failed", "server_refused")),
        ("after_refused_in_words", ("created", None), ("failed", "server_refused")),
        ("not_applied", ("failed", "server_lost"), ("created", None)),
    ],
)
def test_a_failure_at_a_server_is_settled_by_reading_if_it_can_be_read(
    env: ServiceEnv, kind: str, managed: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    env.fail(kind, method="addServer")
    assert apply(env, NEW) == [managed if env.capabilities.servers == "manage" else other]
    assert env.writes() == ["addServer"]


def test_a_lost_server_that_cannot_be_read_either_is_unknown(ymcs: ServiceEnv) -> None:
    ymcs.fail("after_dropped", method="addServer")
    ymcs.once("addServer", lambda: ymcs.sim.faults.add(*(ymcs.fail("dropped", method="listServers"),)))
    assert apply(ymcs, NEW) == [("unknown", "server_lost")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("not_applied", ("failed", "server_lost")),
        ("after_refused_in_words", ("edited", None)),
        ("after_dropped", ("edited", None)),
        ("dropped", ("unknown", "server_lost")),
        ("absent", ("no_call", "server_no_call")),
    ],
)
def test_an_edit_is_what_the_list_shows_after_it(ymcs: ServiceEnv, kind: str, expected: tuple[str, str | None]) -> None:
    ymcs.fail(kind, method="editServer")
    assert apply(ymcs, Server("office", WRONG), force=True) == [expected]
    assert ymcs.writes() == ["editServer"]


def test_a_write_with_another_url_is_an_error_that_names_it(ymcs: ServiceEnv) -> None:
    for method, server in (("addServer", NEW), ("editServer", NEW)):
        ymcs.fail("other_url", method=method, other_url=BRANCH)
        service = ymcs.service()
        (done,) = apply_servers(service, plan_servers(service, [server], force=True), worker_pool(service))
        assert (done.result.status, done.current and done.current.url) == ("failed", BRANCH)
        assert done.result.reason is not None
        assert (done.result.reason.code, done.result.reason.variant) == ("server_lost", "other")
        assert dict(done.result.reason.params)["current"] == BRANCH


def test_one_list_settles_all_writes(ymcs: ServiceEnv) -> None:
    ymcs.fail("not_applied", method="addServer", times=1)
    wanted = (NEW, Server("another", WRONG), Server("office", WRONG), Server("branch", WRONG))
    assert apply(ymcs, *wanted, force=True) == [("failed", "server_lost"), ("created", None), *[("edited", None)] * 2]
    assert ymcs.sim.count()["listServers"] == 2


@pytest.mark.parametrize(("url", "expected"), [(WRONG, ("exists", None)), (OFFICE, ("failed", "server_refused"))])
def test_a_name_that_somebody_else_gave_meanwhile_is_compared(
    ymcs: ServiceEnv, url: str, expected: tuple[str, str | None]
) -> None:
    ymcs.once("listServers", partial(ymcs.world.add_server, USER, "new", url), nth=2)
    ymcs.sim.faults.add(Fault("fault", code=800003, text="exists", status=400, method="addServer"))
    assert apply(ymcs, NEW) == [expected]


def test_a_twin_that_appears_meanwhile_is_an_error(ymcs: ServiceEnv) -> None:
    ymcs.once("addServer", partial(ymcs.world.add_server, USER, "new", OFFICE))
    ymcs.sim.options.unique_server_names = False
    assert apply(ymcs, NEW) == [("failed", "server_ambiguous")]


def test_an_edit_that_is_refused_says_so(ymcs: ServiceEnv) -> None:
    ymcs.fail("refused_in_words", method="editServer")
    assert apply(ymcs, Server("office", WRONG), force=True) == [("failed", "server_edit_refused")]


# Managed servers in a run.


def moved(env: ServiceEnv, **options: object) -> RunResult:
    """Twenty phones at a server that is defined with another URL than it has."""
    phones = macs(20, "ymcs")
    for phone in phones:
        env.place(phone, "office")
    return env.run(
        [env.wants(phone, "office", server_url=WRONG) for phone in phones],
        servers=(Server("office", WRONG),),
        **options,  # type: ignore[arg-type]
    )


def test_phones_of_a_server_with_another_url_are_not_attempted(ymcs: ServiceEnv) -> None:
    run = moved(ymcs)
    assert status_and_reason(run.servers) == [("wrong_url", "server_differs")]
    assert {(one.outcome, one.reason.code, one.reason.variant) for one in run.results if one.reason} == {
        ("not_attempted", "server_wrong_url", "managed")
    }
    assert ymcs.writes() == []


def test_phones_with_urls_of_their_own_go_on(ymcs: ServiceEnv) -> None:
    own = ymcs.wants(mac(99, "ymcs"), "office", unique_url="https://own.example.com/t0ken")
    run = ymcs.run([own, ymcs.wants(mac(98, "ymcs"), "office", server_url=WRONG)], servers=(Server("office", WRONG),))
    assert [one.outcome for one in run.results] == ["changed", "not_attempted"]


def test_one_edit_moves_all_phones_of_the_server_and_none_is_written_by_itself(ymcs: ServiceEnv) -> None:
    run = moved(ymcs, force_servers=True)
    assert status_and_reason(run.servers) == [("edited", None)]
    assert {(one.outcome, one.verified) for one in run.results} == {("changed", True)}
    assert ymcs.writes() == ["editServer"]


@pytest.mark.parametrize("kind", ["not_applied", "refused_in_words", "dropped", "absent"])
def test_phones_of_a_server_whose_edit_was_not_done_are_not_attempted(ymcs: ServiceEnv, kind: str) -> None:
    ymcs.place(mac(50, "ymcs"), "branch")
    ymcs.fail(kind, method="editServer")
    run = moved(ymcs, force_servers=True)
    other = ymcs.run([ymcs.wants(mac(50, "ymcs"), "office", server_url=WRONG)], servers=(Server("office", WRONG),))
    for one in (*run.results, *other.results):
        assert one.reason is not None
        assert (one.outcome, one.reason.code) == ("not_attempted", "server_wrong_url")
    assert {one.reason.variant for one in run.results if one.reason} == {"kept"}
    assert [one.reason.variant for one in other.results if one.reason] == ["managed"]
    assert run.servers[0].status in ("failed", "unknown", "no_call")


def test_phones_of_a_server_that_was_accepted_and_not_added_fail_without_a_call(ymcs: ServiceEnv) -> None:
    ymcs.fail("not_applied", method="addServer")
    run = ymcs.run([wants_new(ymcs, mac(1, "ymcs"))], servers=(NEW,))
    assert [(one.outcome, one.reason.code) for one in run.results if one.reason] == [("failed", "server_unknown")]
    assert ymcs.writes() == ["addServer"]
    assert ymcs.sim.count()["listServers"] == 2


def test_phones_that_an_edit_did_not_move_are_written(ymcs: ServiceEnv) -> None:
    phones = macs(2, "ymcs")
    ymcs.place(phones[0], "office")
    ymcs.place(phones[1], "branch")
    desired = [ymcs.wants(phone, "office", server_url=WRONG) for phone in phones]
    run = ymcs.run(desired, servers=(Server("office", WRONG),), force_servers=True)
    assert {one.outcome for one in run.results} == {"changed"}
    assert ymcs.writes() == ["editServer", "editDevice"]


def test_a_list_of_servers_that_cannot_be_had_stops_the_writes(ymcs: ServiceEnv) -> None:
    ymcs.fail("garbage", method="listServers")
    run = ymcs.run([wants_new(ymcs, mac(1, "ymcs"))], servers=(NEW,))
    assert run.account_error is not None
    assert [(one.outcome, one.reason.code) for one in run.results if one.reason] == [
        ("not_attempted", "account_unreachable")
    ]
    assert ymcs.writes() == []
