# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run was asked for is judged by its effect: the release of everything, import_playbook, hosts to show."""

from __future__ import annotations

from typing import Any

import pytest
from support.phones import mac
from support.playbooks import SHOW, PlaybookRunner, debug, phone, play, role

CHANGED = {"rps_host_results": "changed"}
HOSTS = ("p1", "p2", "p3")


def fleet(runner: PlaybookRunner, *present: int, **more: Any) -> None:
    runner.servers()
    for number in present:
        runner.device(number)
    runner.inventory({f"p{number}": phone(number) for number in (1, 2, 3)}, runner.one | more)


def held(runner: PlaybookRunner) -> set[str]:
    return {device.mac for device in runner.sim.world("yealink").devices("acme")}


def site(runner: PlaybookRunner, *plays: Any) -> str:
    """A playbook of the user's own; a dictionary without hosts imports ours."""
    entries = [
        one if "hosts" in one else {"ansible.builtin.import_playbook": "voip.rps.provision"} | one for one in plays
    ]
    return str(runner.write("site.yml", entries))


EVERYTHING: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "limit: colon": (("--limit", ":"), {}),
    "limit: exclusion of nobody": (("--limit", "!nosuch"), {}),
    "limit: all but nobody": (("--limit", "all:!nosuch"), {}),
    "limit: all": (("--limit", "all"), {}),
    "colon": ((), {"rps_hosts": ":"}),
    "all": ((), {"rps_hosts": "all"}),
    "every name": ((), {"rps_hosts": list(HOSTS)}),
    "another number": ((), {"rps_hosts": "phones", "rps_fleet_size": 4}),
    "a template": ((), {"rps_hosts": "phones", "rps_fleet_size": "{{ groups['phones'] | length }}"}),
}


@pytest.mark.parametrize("case", EVERYTHING)
def test_release_refuses_the_whole_inventory_however_it_is_written(runner: PlaybookRunner, case: str) -> None:
    fleet(runner, 1, 2, 3)
    options, extra = EVERYTHING[case]

    run = runner.run("voip.rps.release", *options, extra=extra)

    assert run.rc != 0
    assert run.calls == []
    assert "every phone of the inventory (3 phones)" in run.messages
    assert "-e rps_fleet_size=3" in run.messages


@pytest.mark.parametrize("size", [3, "3"])
def test_release_takes_the_whole_inventory_where_its_size_is_given(runner: PlaybookRunner, size: Any) -> None:
    fleet(runner, 1, 2, 3)

    run = runner.run("voip.rps.release", extra={"rps_hosts": "phones", "rps_fleet_size": size})

    assert run.rc == 0
    assert held(runner) == set()


def test_release_counts_hosts_without_a_phone_for_nothing(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2, 3)
    runner.write("pbx.yml", {"pbx": {"hosts": {"a-pbx": {}}}})
    more = ("-i", str(runner.folder / "pbx.yml"))

    everything = runner.run("voip.rps.release", *more, "--limit", "phones")
    part = runner.run("voip.rps.release", *more, "--limit", "p1,p2")

    assert everything.calls == []
    assert everything.rc != 0
    assert part.rc == 0
    assert held(runner) == {mac(3)}


def test_release_needs_a_choice_even_with_the_size(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2, 3)

    run = runner.run("voip.rps.release", extra={"rps_fleet_size": 3})

    assert run.rc != 0
    assert run.calls == []


@pytest.mark.parametrize(
    ("options", "extra"),
    [((), {"rps_hosts": "nosuch"}), (("--limit", "p1"), {"rps_hosts": "p2"}), (("--limit", "nosuch"), {})],
)
def test_release_of_nobody_fails(runner: PlaybookRunner, options: tuple[str, ...], extra: dict[str, Any]) -> None:
    fleet(runner, 1, 2, 3)

    run = runner.run("voip.rps.release", *options, extra=extra)

    assert run.rc != 0
    assert run.calls == []


@pytest.mark.parametrize("by", ["play vars", "set_fact", "template"])
def test_the_size_of_the_fleet_counts_only_as_a_plain_extra_variable(runner: PlaybookRunner, by: str) -> None:
    fleet(runner, 1, 2, 3)
    runner.device(90)
    purge = {"rps_purge": True, "rps_purge_limit": "99"}
    fact = {"name": "Set", "ansible.builtin.set_fact": {"rps_fleet_size": 3}}
    plays = {
        "play vars": play(vars={"rps_fleet_size": 3}),
        "set_fact": play(fact, role()),
        "template": play(),
    }
    extra = purge | ({"rps_fleet_size": "{{ ansible_play_hosts | length }}"} if by == "template" else {})

    run = runner.run(plays[by], extra=extra)
    right = runner.run(extra=purge | {"rps_fleet_size": "3"})

    assert run.rc != 0
    assert run.device_writes == []
    assert right.rc == 0
    assert held(runner) == {mac(1), mac(2), mac(3)}


# Imports of the playbooks.


def test_variables_of_an_import_have_ansibles_precedence(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.inventory({"p1": phone(1, server=None), "p2": phone(2), "p3": phone(3)}, runner.one)
    fact = {"name": "Set", "ansible.builtin.set_fact": {"rps_server": "office"}, "when": "inventory_hostname == 'p3'"}
    branch = {"vars": {"rps_server": "branch"}}

    imported = runner.run(site(runner, play(fact), branch))
    first = {device.mac: device.server for device in runner.sim.world("yealink").devices()}
    extra = runner.run(site(runner, branch), extra={"rps_server": "office"})

    assert (imported.rc, extra.rc) == (0, 0)
    assert first == {mac(1): "branch", mac(2): "branch", mac(3): "office"}
    assert {device.server for device in runner.sim.world("yealink").devices()} == {"office"}


def test_fleet_variables_of_an_import_cost_no_step_for_each_host(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({f"p{number}": phone(number) for number in (1, 2, 3)}, {})

    run = runner.run(site(runner, {"vars": runner.one | {"rps_host_results": "none"}}))

    assert run.rc == 0
    assert len(held(runner)) == 3
    assert run.tasks_of("p2") == []


@pytest.mark.parametrize("condition", ["true", "inventory_hostname != 'p1'", "inventory_hostname == 'p1'"])
def test_a_condition_on_an_import_is_refused_before_any_call(runner: PlaybookRunner, condition: str) -> None:
    fleet(runner)

    run = runner.run(site(runner, {"when": condition}))

    assert run.rc != 0
    assert run.calls == []
    assert "rps_hosts" in run.messages


def test_a_strategy_of_the_environment_does_not_reach_the_playbooks(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run("voip.rps.provision", env={"ANSIBLE_STRATEGY": "free"}, cold=True)

    assert run.rc == 0
    assert run.recap() == dict.fromkeys(HOSTS, (1, 0))


# Which results are shown.


def test_only_hosts_that_changed_or_failed_are_shown_after_the_summary(runner: PlaybookRunner) -> None:
    fleet(runner, 1)
    runner.rival(3)

    run = runner.run("voip.rps.provision", extra=CHANGED)

    assert run.rc != 0
    assert run.outcomes == {"p2": "changed", "p3": "conflict"}
    assert run.recap() == {"p1": (0, 0), "p2": (1, 0), "p3": (0, 1)}
    names = [event.task for event in run.events if event.kind in ("ok", "failed")]
    assert names.index("Summarize the run") < names.index("Show the phone's result")


def test_a_run_goes_on_where_all_hosts_that_are_shown_failed(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2)
    runner.rival(3)

    run = runner.run(site(runner, {}, play(debug("next"))), extra=CHANGED)

    assert run.rc != 0
    assert run.outcomes == {"p3": "conflict"}
    assert run.said() == {"p1": "next", "p2": "next"}
    assert run.recap() == {"p1": (0, 0), "p2": (0, 0), "p3": (0, 1)}


def test_a_run_with_nothing_to_show_warns_of_nothing(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2, 3)

    run = runner.run("voip.rps.provision", extra=CHANGED)

    assert run.rc == 0
    assert run.of(SHOW) == []
    assert "WARNING" not in run.output


def test_hosts_of_an_earlier_import_are_not_shown_again(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.write("more.yml", {"nobody": {"hosts": {}}})

    run = runner.run(
        site(runner, {}, {"vars": {"rps_hosts": "nobody"}}), "-i", str(runner.folder / "more.yml"), extra=CHANGED
    )

    assert run.rc == 0
    assert len(run.of(SHOW)) == 3
    assert run.recap() == dict.fromkeys(HOSTS, (1, 0))


@pytest.mark.parametrize(
    ("value", "shown"), [(True, 3), ("true", 3), ("all", 3), ("changed", 2), (False, 0), ("false", 0), ("none", 0)]
)
def test_every_way_of_writing_which_results_are_shown(runner: PlaybookRunner, value: Any, shown: int) -> None:
    fleet(runner, 1)

    shipped = runner.run("voip.rps.provision", "--check", extra={"rps_host_results": value})
    own = runner.run(
        play(role(), debug("{{ rps_result.outcome | default('none') }}")), "--check", extra={"rps_host_results": value}
    )

    assert (shipped.rc, own.rc) == (0, 0)
    assert len(shipped.entries) == len(own.entries) == shown
    outcomes = dict(zip(HOSTS, ["in_sync", "would_change", "would_change"], strict=True))
    assert own.said() == {host: outcomes[host] if host in own.entries else "none" for host in HOSTS}


def test_what_was_purged_changes_the_summary_and_has_a_diff(runner: PlaybookRunner) -> None:
    fleet(runner, 1, 2, 3, 90)
    purge = {"rps_purge": True, "rps_purge_limit": "1", "rps_fleet_size": 3}

    dry = runner.run("voip.rps.provision", "--check", "--diff", extra=purge)
    wet = runner.run(None, "--diff", extra=purge)

    for run in (dry, wet):
        assert run.rc == 0
        assert run.recap() == {"p1": (1, 0), "p2": (0, 0), "p3": (0, 0)}
        diff = next(event.result["diff"] for event in run.events if event.kind == "diff")
        assert [(item["before_header"], list(item["before"])) for item in diff] == [("account acme", [mac(90)])]
    assert held(runner) == {mac(1), mac(2), mac(3)}
