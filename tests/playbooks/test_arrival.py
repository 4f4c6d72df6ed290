# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the phones of hosts that reach the role are written, whatever keeps the others away."""

from __future__ import annotations

from typing import Any

import pytest
from support.phones import mac
from support.playbooks import BULK, SHOW, SUMMARY, PlaybookRunner, Run, debug, phone, play, role

FAIL = {
    "name": "Fail",
    "ansible.builtin.fail": {"msg": "earlier"},
    "when": "inventory_hostname in ['p2', 'p3']",
}
BRANCHES = {"what": "{{ 'one' if inventory_hostname in ['p1', 'p3'] else 'two' }}"}


def include(name: str, **keywords: Any) -> dict[str, Any]:
    return {"name": "Include", "ansible.builtin.include_tasks": name} | keywords


def end_role(*hosts: str) -> dict[str, Any]:
    return {"name": "End", "ansible.builtin.meta": "end_role", "when": f"inventory_hostname in {list(hosts)}"}


def fleet(runner: PlaybookRunner, *present: int, count: int = 4, **more: Any) -> None:
    runner.servers()
    for number in present:
        runner.device(number)
    runner.inventory({f"p{number}": phone(number) for number in range(1, count + 1)}, runner.one | more)


def servers(runner: PlaybookRunner) -> dict[str, str | None]:
    """By host, the server that its phone has; phones that are not at the service are missing."""
    return {f"p{int(device.mac[6:], 16)}": device.server for device in runner.sim.world("yealink").devices()}


def changes(run: Run) -> dict[str, int]:
    return {host: changed for host, (changed, _failures) in run.recap().items() if changed}


def test_hosts_of_two_templated_includes_get_each_their_own(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.write("one.yml", [role()])
    runner.write("two.yml", [role(vars={"rps_server": "branch"})])

    dry = runner.run(play(include("{{ what }}.yml"), vars=BRANCHES), "--check", "--forks", "20")
    wet = runner.run(play(include("{{ what }}.yml"), vars=BRANCHES), "--forks", "20")

    assert dry.writes == []
    assert (dry.rc, wet.rc) == (0, 0)
    assert servers(runner) == {"p1": "office", "p3": "office", "p2": "branch", "p4": "branch"}
    assert dry.recap() == wet.recap() == dict.fromkeys(["p1", "p2", "p3", "p4"], (1, 0))
    assert len(wet.bulk) == 2


def test_a_branch_that_removes_its_hosts_removes_no_other(runner: PlaybookRunner) -> None:
    fleet(runner, *range(1, 11), count=10)
    runner.write("one.yml", [role(vars={"rps_state": "absent"})])
    runner.write("two.yml", [role()])

    run = runner.run(play(include("{{ what }}.yml"), vars=BRANCHES))

    assert run.rc == 0
    assert set(servers(runner)) == {f"p{number}" for number in range(1, 11)} - {"p1", "p3"}
    assert changes(run) == {"p1": 1, "p3": 1}


@pytest.mark.parametrize("by", ["import_role", "include_role"])
def test_a_rescue_takes_the_hosts_that_failed_and_no_other(runner: PlaybookRunner, by: str) -> None:
    fleet(runner)

    run = runner.run(play({"block": [FAIL], "rescue": [role(by)]}))

    assert run.rc == 0
    assert servers(runner) == {"p2": "office", "p3": "office"}


@pytest.mark.parametrize("by", ["import_role", "include_role"])
def test_hosts_that_were_rescued_before_the_role_are_left_alone(runner: PlaybookRunner, by: str) -> None:
    fleet(runner)

    run = runner.run(play({"block": [FAIL, role(by)], "rescue": [debug("rescued")]}))

    assert run.rc == 0
    assert servers(runner) == {"p1": "office", "p4": "office"}


@pytest.mark.parametrize("by", ["import_role", "include_role"])
@pytest.mark.parametrize("ended", [("p1", "p3"), ("p2", "p3")])
def test_a_wrapper_role_that_ended_for_a_host_keeps_its_phone(
    runner: PlaybookRunner, by: str, ended: tuple[str, ...]
) -> None:
    fleet(runner)
    runner.write("roles/wrapper/tasks/main.yml", [end_role(*ended), role(by)])

    run = runner.run(play(roles=["wrapper"]))

    assert run.rc == 0
    assert set(servers(runner)) == {"p1", "p2", "p3", "p4"} - set(ended)


def test_a_role_taken_three_times_is_three_runs_each_for_its_hosts(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run(
        play(
            role(),
            role(vars={"rps_server": "branch"}),
            role("include_role", when="inventory_hostname not in ['p2', 'p4']"),
        ),
        "--forks",
        "20",
    )

    assert run.rc == 0
    assert len(run.bulk) == 3
    assert servers(runner) == {"p1": "office", "p2": "branch", "p3": "office", "p4": "branch"}
    assert run.recap() == {"p1": (3, 0), "p2": (2, 0), "p3": (3, 0), "p4": (2, 0)}


def test_an_include_in_a_loop_is_a_run_for_each_item_with_each_host_once(runner: PlaybookRunner) -> None:
    fleet(runner)
    looped = role("include_role", loop=["branch", "office"], vars={"rps_server": "{{ item }}"})

    run = runner.run(play(looped), "--forks", "20")

    assert run.rc == 0
    assert [len(event.result["accounts"]["acme"]["calls"]) > 0 for event in run.bulk] == [True, True]
    assert run.recap() == dict.fromkeys(["p1", "p2", "p3", "p4"], (2, 0))
    assert servers(runner) == dict.fromkeys(["p1", "p2", "p3", "p4"], "office")


def test_an_included_role_leaves_out_hosts_for_which_it_is_not_included_with_their_values(
    runner: PlaybookRunner,
) -> None:
    fleet(runner)
    runner.inventory({"p1": phone(1), "p2": {}, "p3": phone(3, server="branch")}, runner.one)

    run = runner.run(play(role("include_role", when="rps_mac is defined")))

    assert run.rc == 0
    assert servers(runner) == {"p1": "office", "p3": "branch"}


def test_run_once_on_the_role_is_refused_before_any_call(runner: PlaybookRunner) -> None:
    fleet(runner)

    for task in (role(run_once=True), {"block": [role()], "run_once": True}):
        run = runner.run(play(task))
        assert run.rc != 0
        assert run.calls == []
        assert "Remove run_once" in run.messages


def test_run_once_on_an_include_handles_exactly_the_first_hosts_phone(runner: PlaybookRunner) -> None:
    fleet(runner)

    good = runner.run(play(role("include_role", run_once=True)))
    runner.sim.world("yealink").remove_device(mac(1))
    runner.rival(1)
    bad = runner.run(play(role("include_role", run_once=True)))

    assert good.rc == 0
    assert changes(good) == {"p1": 1}
    assert bad.rc != 0
    assert bad.recap()["p1"] == (0, 1)
    assert servers(runner) == {"p1": "theirs"}


@pytest.mark.parametrize("by", ["import_role", "include_role"])
def test_a_condition_that_is_false_for_a_pbx_in_front_is_never_green_with_nothing_done(
    runner: PlaybookRunner, by: str
) -> None:
    runner.servers()
    runner.inventory({"a-pbx": {}, "p1": phone(1), "p2": phone(2)}, runner.one)

    run = runner.run(play(role(by, when="rps_mac is defined")))

    if by == "include_role":
        assert run.rc == 0
        assert servers(runner) == {"p1": "office", "p2": "office"}
    else:
        assert run.calls == []
        assert {host: counts for host, counts in run.recap().items() if host != "a-pbx"} == {
            "p1": (0, 1),
            "p2": (0, 1),
        }
        assert "must not be false for the first host" in run.messages


def test_a_run_that_begins_in_the_middle_of_the_role_sends_nothing(runner: PlaybookRunner) -> None:
    fleet(runner)

    for task in ("Reconcile phones", "Show the phone's result", "Read the phone's variables"):
        run = runner.run(play(), "--start-at-task", f"voip.rps.rps : {task}")
        assert run.rc != 0
        assert run.calls == []


def test_purge_is_refused_where_hosts_of_the_play_did_not_reach_the_role(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2, 3, 4, 90)
    purge = {"rps_purge": True, "rps_fleet_size": 3, "rps_purge_limit": "99"}

    run = runner.run(play(role("include_role", when="inventory_hostname != 'p2'")), extra=purge)

    assert run.rc != 0
    assert run.device_writes == []
    assert "1 host of the play did not reach the role" in run.text


def test_a_fleet_variable_that_differs_on_a_host_that_does_not_arrive_does_no_harm(runner: PlaybookRunner) -> None:
    fleet(runner)
    hosts = {f"p{number}": phone(number) for number in (1, 2)} | {"p3": phone(3) | {"rps_batch_size": 7}}
    runner.inventory(hosts, runner.one)
    alone = role("include_role", when="inventory_hostname != 'p3'")

    whole = runner.run()
    part = runner.run(play(alone))

    assert whole.calls == []
    assert "rps_batch_size differs between hosts (p1 and p3)" in whole.messages
    assert part.rc == 0
    assert set(servers(runner)) == {"p1", "p2"}


def test_no_event_and_no_file_has_what_a_host_recorded(runner: PlaybookRunner) -> None:
    runner.servers()
    token = "validation-t0ken-41"
    runner.inventory({"p1": phone(1, unique_url=f"https://u.example.com/{token}/")}, runner.one)

    run = runner.run(None, "-vvvv")

    assert run.rc == 0
    assert runner.sim.world("yealink").url(mac(1)) == f"https://u.example.com/{token}/"
    assert token not in run.output
    assert "ansible-local-" not in "".join(str(event.result) for event in run.of(BULK) + run.of(SHOW))
    assert [event.action for event in run.events if event.host == "p1" and event.kind == "ok"][-2:] == [SUMMARY, SHOW]
