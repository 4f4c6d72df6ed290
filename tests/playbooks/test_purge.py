# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Purge removes what nobody declares only where the whole fleet is at hand and in order, and nothing otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from simulator import Fault
from support.phones import mac
from support.playbooks import SHOW, YEALINK, Play, PlaybookRunner, Run, colons, phone, play, role

SIZE = 5  # phones; each is a process or two of every play of the role
STRANGERS = (90,)
PURGE = {"rps_purge": True, "rps_fleet_size": SIZE}
ENOUGH = {"rps_purge_limit": "99"}
HOSTS = [f"p{number:02d}" for number in range(1, SIZE + 1)]


def listing(*numbers: int) -> str:
    """An answer of listDevices that names these phones."""
    values = "".join(f"<value><string>{mac(number)}</string></value>" for number in numbers)
    return (
        '<?xml version="1.0"?><methodResponse><params><param><value><array><data><value><boolean>1</boolean></value>'
        f"<value><array><data>{values}</data></array></value></data></array></value></param></params></methodResponse>"
    )


def fleet(runner: PlaybookRunner, keep: int = SIZE, more: Mapping[str, Any] | None = None, **values: Any) -> None:
    """An account that holds the fleet and a stranger, and an inventory of the fleet's first phones."""
    runner.servers()
    for number in (*range(1, SIZE + 1), *STRANGERS):
        runner.device(number)
    runner.inventory(
        {host: phone(number) for number, host in enumerate(HOSTS[:keep], 1)},
        runner.one | {"rps_purge_limit": "20%"} | dict(more or {}) | values,
    )


def held(runner: PlaybookRunner) -> set[str]:
    return {device.mac for device in runner.sim.world("yealink").devices(YEALINK["api_username"])}


def untouched(runner: PlaybookRunner, run: Run) -> None:
    assert run.removals == []
    assert held(runner) == {mac(number) for number in (*range(1, SIZE + 1), *STRANGERS)}


def test_purge_removes_the_strangers_of_a_whole_fleet_and_says_so(runner: PlaybookRunner) -> None:
    fleet(runner)

    dry = runner.run("voip.rps.provision", "--check", "--diff", extra=PURGE)
    wet = runner.run("voip.rps.provision", "--diff", extra=PURGE)

    strangers = [colons(number) for number in STRANGERS]
    assert dry.writes == []
    assert (dry.rc, wet.rc) == (0, 0)
    assert dry.plans == wet.plans
    assert dry.recap() == wet.recap() == dict.fromkeys(HOSTS, (0, 0)) | {"p01": (1, 0)}  # the summary's own
    for run in (dry, wet):
        assert all(stranger in run.text for stranger in strangers)
    assert held(runner) == {mac(number) for number in range(1, SIZE + 1)}


def test_strangers_stay_and_are_reported_where_purge_is_not_asked_for(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run("voip.rps.provision", extra={"rps_fleet_size": SIZE})

    untouched(runner, run)
    assert run.rc == 0
    account = run.bulk[0].result["accounts"]["acme"]
    assert account["unmanaged"] == [mac(number) for number in STRANGERS]
    assert account["summary"]["unmanaged"] == len(STRANGERS)


P05, OTHERS = "inventory_hostname == 'p05'", "inventory_hostname != 'p05'"
FAIL = {"name": "Fail", "ansible.builtin.fail": {}, "when": P05}
REACH = {"name": "Reach", "ansible.builtin.raw": "true", "vars": {"ansible_connection": "lost"}, "when": P05}
END = {"name": "End", "ansible.builtin.meta": "end_host", "when": P05}
RETURN = {"name": "Return", "ansible.builtin.meta": "clear_host_errors"}  # the host to the plays that follow
IGNORED = role(ignore_errors=True)

# Plays that are not the whole fleet, by the size that the command line gives: those of a size are plays of one run.
PARTS: dict[int, dict[str, Play]] = {
    SIZE: {
        "serial": play(IGNORED, serial=3, vars=ENOUGH),
        "condition": play(role(when=OTHERS, ignore_errors=True)),
        "failed host": play(FAIL, IGNORED, RETURN),
        "unreachable host": play(REACH, IGNORED, RETURN),
        "ended host": play(END, role()),
    },
    SIZE - 1: {
        "one too few": play(IGNORED, vars=ENOUGH),
        "failed host, counted out": play(FAIL, IGNORED, RETURN, vars=ENOUGH),
        "condition, counted out": play(role(when=OTHERS, ignore_errors=True), vars=ENOUGH),
        "included for others only": play(role("include_role", when=OTHERS), vars=ENOUGH),
    },
    3: {"serial of the size": play(serial=3, vars=ENOUGH)},
    0: {"no phones": play(vars=ENOUGH)},
}


@pytest.mark.parametrize("size", PARTS)
def test_purge_removes_nothing_unless_the_play_is_the_whole_fleet(runner: PlaybookRunner, size: int) -> None:
    fleet(runner)
    plays = [taken | {"name": name} for name, taken in PARTS[size].items()]

    run = runner.run(plays, extra=PURGE | {"rps_fleet_size": size})

    untouched(runner, run)
    assert [name for name, said in run.messages_by_play.items() if "Guard rps_fleet_size blocked the run" in said] == [
        *PARTS[size]
    ]
    assert re.fullmatch("sha256:[0-9a-f]{64}", run.bulk[0].result["accounts"]["acme"]["plan"])
    assert run.rc != 0, "a purge that was refused looks like one that was done"


def test_plays_that_are_not_the_whole_fleet_do_not_keep_a_later_one_from_purging(runner: PlaybookRunner) -> None:
    fleet(runner)
    none = runner.write("more.yml", {"nobody": {"hosts": {}}})
    refused = play(IGNORED, name="Limit", vars={"rps_purge_limit": "9%"})
    empty = [play(hosts=name) for name in ("nobody", "phnoes")]

    run = runner.run([*empty, refused, play(name="Whole")], "-i", str(none), extra=PURGE)

    assert run.rc == 0
    assert len(run.bulk) == 2
    assert "Guard rps_purge_limit blocked the run" in run.messages_by_play["Limit"]
    assert run.messages_by_play["Whole"] == ""
    assert held(runner) == {mac(number) for number in range(1, SIZE + 1)}


@pytest.mark.parametrize(
    ("options", "extra"),
    [
        (("--limit", "all"), PURGE),
        (("--limit", "p01,p02"), PURGE | ENOUGH | {"rps_fleet_size": 2}),
        ((), {"rps_purge": True}),
    ],
    ids=["limit to all", "limit that names the size", "missing size"],
)
def test_purge_removes_nothing_with_a_limit_or_without_a_size(
    runner: PlaybookRunner, options: tuple[str, ...], extra: dict[str, Any]
) -> None:
    fleet(runner)

    run = runner.run("voip.rps.provision", *options, extra=extra)

    untouched(runner, run)
    assert run.rc != 0, "a purge that was refused looks like one that was done"
    assert "Guard rps_fleet_size blocked the run" in run.messages


def test_no_slice_of_a_half_to_a_fifth_removes_anything(runner: PlaybookRunner) -> None:
    fleet(runner)
    slices = range(2, SIZE + 1)
    for number in slices:
        runner.write(f"s{number}.yml", {f"slice{number}": {"hosts": dict.fromkeys(HOSTS[number - 1 :: number])}})
    plays = [play(IGNORED, name=f"Slice {number}", hosts=f"slice{number}") for number in slices]
    sources = [word for number in slices for word in ("-i", str(runner.folder / f"s{number}.yml"))]

    run = runner.run(plays, *sources, extra=PURGE | ENOUGH)

    untouched(runner, run)
    said = list(run.messages_by_play.values())
    assert ["Guard rps_fleet_size blocked the run" in text for text in said] == [True] * len(slices)


def test_a_host_that_vanished_from_the_inventory_keeps_its_phone(runner: PlaybookRunner) -> None:
    fleet(runner, keep=SIZE - 1)

    run = runner.run("voip.rps.provision", extra=PURGE | ENOUGH)

    untouched(runner, run)
    assert "Guard rps_fleet_size blocked the run" in run.messages
    assert run.rc != 0


LISTS = {
    "says there are none": Fault("text", method="listDevices", text="No device(s) exists"),
    "is empty": Fault("body", method="listDevices", body=listing()),
    "fails": Fault("status", method="listDevices", status=500),
    "is refused": Fault("text", method="listDevices", text="Error:System busy"),
    "is a page": Fault("html", method="listDevices"),
    "leaves our phones out": Fault("body", method="listDevices", body=listing(*STRANGERS)),
    "leaves one phone out": Fault("body", method="listDevices", body=listing(*range(2, SIZE + 1), *STRANGERS)),
    "names what is not there": Fault("body", method="listDevices", body=listing(*range(1, SIZE + 1), 77, 78)),
}


def test_a_list_that_cannot_be_trusted_purges_nothing(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.sim.faults.add(*(replace(fault, times=1) for fault in LISTS.values()))

    run = runner.run([play(IGNORED, name=case) for case in LISTS], extra=PURGE | ENOUGH)

    untouched(runner, run)
    assert run.writes == []
    assert run.methods.count("listDevices") == len(run.bulk) == len(LISTS)
    assert [case for case, said in run.messages_by_play.items() if said] == list(LISTS)


def absent(runner: PlaybookRunner, count: int) -> None:
    fleet(runner)
    hosts = {
        host: phone(number, state="absent" if number <= count else "present") for number, host in enumerate(HOSTS, 1)
    }
    runner.inventory(hosts, runner.one)


def test_host_vars_remove_up_to_the_limit_without_more_ado(runner: PlaybookRunner) -> None:
    absent(runner, 3)

    run = runner.run("voip.rps.provision")

    assert run.rc == 0
    assert run.recap() == dict.fromkeys(HOSTS, (0, 0)) | dict.fromkeys(HOSTS[:3], (1, 0))


def test_host_vars_that_remove_more_than_the_limit_need_the_fleets_size(runner: PlaybookRunner) -> None:
    absent(runner, 4)

    missing = runner.run("voip.rps.provision")
    part = runner.run("voip.rps.provision", "--limit", "p01,p02,p03,p04", extra={"rps_fleet_size": 4})

    for run in (missing, part):
        untouched(runner, run)
        assert "Guard rps_removal_limit blocked the run" in run.text
        assert run.recap()["p01"] == (0, 1)
        assert run.entries["p01"]["reason"] == "guard_removal_limit"
    batches = play(IGNORED, name="Batches", serial=4)
    both = runner.run([batches, play(name="Whole")], extra={"rps_fleet_size": SIZE})
    first = [event.result for event in both.parts["Batches"] if event.action == SHOW]
    assert [(shown["changed"], shown["reason"]) for shown in first[:4]] == [(False, "guard_removal_limit")] * 4
    assert both.recap() == dict.fromkeys(HOSTS, (0, 0)) | dict.fromkeys(HOSTS[:4], (1, 0))


def test_batches_together_remove_no_more_than_the_limit_either(runner: PlaybookRunner) -> None:
    absent(runner, SIZE)

    run = runner.run(play(serial=1))

    assert len(held(runner)) == SIZE + len(STRANGERS) - 3
    assert run.rc != 0


def test_release_removes_the_hosts_that_are_named_whatever_the_inventory_says(runner: PlaybookRunner) -> None:
    fleet(runner, more=PURGE)

    dry = runner.run("voip.rps.release", "--limit", "p01,p02,p03,p04", "--check")
    by_limit = runner.run("voip.rps.release", "--limit", "p01,p02,p03,p04", cold=True)
    by_name = runner.run("voip.rps.release", extra={"rps_hosts": "p05"})

    assert dry.writes == []
    for run in (dry, by_limit):
        assert {host: run.recap()[host] for host in run.recap() if host != "localhost"} == dict.fromkeys(
            HOSTS[:4], (1, 0)
        )
    assert by_name.recap()["p05"] == (1, 0)
    assert held(runner) == set(map(mac, STRANGERS))


@pytest.mark.parametrize("extra", [{}, {"rps_hosts": ""}, {"rps_state": "absent"}])
def test_release_refuses_without_hosts_and_does_not_look_like_success(
    runner: PlaybookRunner, extra: dict[str, Any]
) -> None:
    fleet(runner)

    run = runner.run("voip.rps.release", extra=extra)

    untouched(runner, run)
    assert run.calls == []
    assert "Say which phones to release" in run.text
    assert run.rc != 0


@pytest.mark.parametrize("limit", ["", ",", "@empty.txt"])
def test_release_takes_an_empty_limit_for_none(runner: PlaybookRunner, limit: str) -> None:
    runner.servers()
    runner.device(1)
    runner.write("empty.txt", "\n")
    runner.inventory({"a": phone(1)}, runner.one)

    run = runner.run("voip.rps.release", "--limit", limit)

    assert run.rc != 0
    assert run.calls == []
    assert "Say which phones to release" in run.text


@pytest.mark.parametrize("choice", [["p01", "p02"], "~p0[12]", "*:&phones:!p03"])
def test_release_takes_every_way_of_naming_hosts(runner: PlaybookRunner, choice: Any) -> None:
    runner.servers()
    runner.device(1)
    runner.device(2)
    runner.device(3)
    runner.inventory({f"p0{number}": phone(number) for number in (1, 2, 3)}, runner.one)

    run = runner.run("voip.rps.release", extra={"rps_hosts": choice})

    assert run.rc == 0, run.text
    assert held(runner) == {mac(3)}


def test_release_refuses_a_choice_that_names_nobody(runner: PlaybookRunner) -> None:
    runner.inventory({"a": phone(1)}, runner.one)

    run = runner.run("voip.rps.release", extra={"rps_hosts": "phnes"})

    assert run.rc != 0
    assert run.calls == []
    assert (
        "rps_hosts and the limit together select no host of the inventory; correct them. Nothing was sent." in run.text
    )


def test_release_takes_hosts_that_the_inventory_names_for_no_choice(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.device(1)
    runner.inventory({"a": phone(1), "b": phone(2)}, {**runner.one, "rps_hosts": "a"})

    run = runner.run("voip.rps.release")
    chosen = runner.run("voip.rps.release", extra={"rps_hosts": "a"})

    assert (run.rc, run.calls) == (2, [])
    assert "Say which phones to release" in run.text
    assert chosen.rc == 0
    assert len(chosen.removals) == 1
