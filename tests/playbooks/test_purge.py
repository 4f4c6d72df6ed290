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
from support.playbooks import BULK, HTEK, YEALINK, Play, PlaybookRunner, Run, colons, phone, play, role

SIZE = 9  # phones; the account lists one more, which is 10 % of it
STRANGERS = (90,)
PURGE = {"rps_purge": True, "rps_fleet_size": SIZE}
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
        {host: phone(number) for number, host in enumerate(HOSTS[:keep], 1)}, runner.one | dict(more or {}) | values
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


REFUSED: dict[str, tuple[Play | None, tuple[str, ...], dict[str, Any]]] = {
    "limit": (None, ("--limit", "p01,p02"), PURGE),
    "limit to all": (None, ("--limit", "all"), PURGE),
    "limit that names the size": (None, ("--limit", "p01,p02"), PURGE | {"rps_fleet_size": 2, "rps_purge_limit": "99"}),
    "failed host": (
        play({"name": "Fail", "ansible.builtin.fail": {}, "when": "inventory_hostname == 'p05'"}, role()),
        (),
        PURGE,
    ),
    "failed host, counted out": (
        play({"name": "Fail", "ansible.builtin.fail": {}, "when": "inventory_hostname == 'p05'"}, role()),
        (),
        PURGE | {"rps_fleet_size": SIZE - 1, "rps_purge_limit": "99"},
    ),
    "unreachable host": (
        play(
            {
                "name": "Reach",
                "ansible.builtin.raw": "true",
                "vars": {"ansible_connection": "lost"},
                "when": "inventory_hostname == 'p05'",
            },
            role(),
        ),
        (),
        PURGE,
    ),
    "serial": (play(serial=5), (), PURGE | {"rps_purge_limit": "99"}),
    "serial of the size": (play(serial=5), (), PURGE | {"rps_fleet_size": 5, "rps_purge_limit": "99"}),
    "free": (play(strategy="free"), (), PURGE | {"rps_fleet_size": 1, "rps_purge_limit": "99"}),
    "host_pinned": (play(strategy="host_pinned"), (), PURGE | {"rps_fleet_size": 1, "rps_purge_limit": "99"}),
    "condition": (play(role(when="inventory_hostname != 'p05'")), (), PURGE),
    "condition, counted out": (
        play(role(when="inventory_hostname != 'p05'")),
        (),
        PURGE | {"rps_fleet_size": SIZE - 1, "rps_purge_limit": "99"},
    ),
    "included for others only": (
        play(role("include_role", when="inventory_hostname != 'p05'")),
        (),
        PURGE | {"rps_fleet_size": SIZE - 1, "rps_purge_limit": "99"},
    ),
    "ended host": (
        play({"name": "End", "ansible.builtin.meta": "end_host", "when": "inventory_hostname == 'p05'"}, role()),
        (),
        PURGE,
    ),
    "one too few": (None, (), PURGE | {"rps_fleet_size": SIZE - 1}),
    "one too many": (None, (), PURGE | {"rps_fleet_size": SIZE + 1}),
    "no phones": (None, (), PURGE | {"rps_fleet_size": 0}),
    "missing size": (None, (), {"rps_purge": True}),
    "empty size": (None, (), {"rps_purge": True, "rps_fleet_size": ""}),
    "limit of the purge": (None, (), PURGE | {"rps_purge_limit": "9%"}),
    "empty group": (play(hosts="nobody"), (), PURGE | {"rps_fleet_size": 0}),
    "misspelt group": (play(hosts="phnoes"), (), PURGE),
}


# Cases in which services are read and a guard blocks the writes; the others are refused before any call.
GUARDED = dict.fromkeys(REFUSED, "rps_fleet_size") | {"limit of the purge": "rps_purge_limit"}
for _name in ("free", "host_pinned", "empty group", "misspelt group"):
    del GUARDED[_name]


@pytest.mark.parametrize("case", REFUSED)
def test_purge_removes_nothing_unless_the_play_is_the_whole_fleet(runner: PlaybookRunner, case: str) -> None:
    fleet(runner)
    runner.unreachable()
    runner.write("more.yml", {"nobody": {"hosts": {}}})
    plays, options, extra = REFUSED[case]

    run = runner.run(plays, "-i", str(runner.folder / "more.yml"), *options, extra=extra)

    untouched(runner, run)
    if "group" not in case:
        assert run.rc != 0, "a purge that was refused looks like one that was done"
    assert bool(run.calls) == (case in GUARDED)
    if case in GUARDED:
        assert f"Guard {GUARDED[case]} blocked the run" in run.messages
        account = run.bulk[0].result["accounts"]["acme"]
        assert re.fullmatch("sha256:[0-9a-f]{64}", account["plan"])


def test_a_slice_of_the_inventory_is_never_taken_for_the_whole(runner: PlaybookRunner) -> None:
    fleet(runner)
    part = list(enumerate(HOSTS, 1))[::2]
    runner.inventory({host: phone(number) for number, host in part}, runner.one)

    run = runner.run("voip.rps.provision", extra=PURGE | {"rps_purge_limit": "99"})

    untouched(runner, run)
    assert "Guard rps_fleet_size blocked the run" in run.messages
    assert run.rc != 0


def test_no_slice_from_half_to_an_eighth_removes_anything(runner: PlaybookRunner) -> None:
    fleet(runner)
    for slices in range(2, 9):
        runner.write(f"s{slices}.yml", {f"slice{slices}": {"hosts": dict.fromkeys(HOSTS[slices - 1 :: slices])}})
    plays = [play(role(ignore_errors=True), name=f"Slice {n}", hosts=f"slice{n}") for n in range(2, 9)]
    sources = [word for n in range(2, 9) for word in ("-i", str(runner.folder / f"s{n}.yml"))]

    run = runner.run(plays, *sources, extra=PURGE | {"rps_purge_limit": "99"})

    untouched(runner, run)
    assert len(run.bulk) == 7
    assert run.messages.count("Guard rps_fleet_size blocked the run") == 7


def test_a_host_that_vanished_from_the_inventory_keeps_its_phone(runner: PlaybookRunner) -> None:
    fleet(runner, keep=SIZE - 1)

    untouched(runner, runner.run("voip.rps.provision", extra=PURGE | {"rps_purge_limit": "99"}))


def test_a_phone_without_a_mac_stops_purge_before_any_call(runner: PlaybookRunner) -> None:
    fleet(runner)
    hosts = {host: phone(number) for number, host in enumerate(HOSTS, 1)} | {"p05": {"rps_server": "office"}}
    runner.inventory(hosts, runner.one)

    run = runner.run("voip.rps.provision", extra=PURGE)

    untouched(runner, run)
    assert run.calls == []
    assert "p05" in run.messages


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
    plays = [play(role(ignore_errors=True), name=f"The list {case}") for case in LISTS]

    run = runner.run(plays, extra=PURGE | {"rps_purge_limit": "99"})

    untouched(runner, run)
    assert run.writes == []
    assert run.methods.count("listDevices") == len(run.bulk) == len(LISTS)
    begins = [index for index, event in enumerate(run.events) if event.action == BULK]
    parts = [run.events[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=True)]
    failed = [any(event.kind == "failed" for event in part) for part in parts]
    assert dict(zip(LISTS, failed, strict=True)) == dict.fromkeys(LISTS, True)


def test_an_account_for_which_the_play_declares_no_phone_is_not_purged(runner: PlaybookRunner) -> None:
    fleet(runner)
    for number in range(1, 4):
        runner.device(number, "desk", "htek")
    hosts = {host: phone(number, account="yea") for number, host in enumerate(HOSTS, 1)}
    runner.inventory(hosts, runner.two)

    run = runner.run("voip.rps.provision", extra=PURGE | {"rps_purge_limit": "99"})

    assert len(runner.sim.world("htek").devices(HTEK["api_username"])) == 3
    assert not [call for call in run.writes if call.vendor == "htek" and call.method.startswith("deRegister")]


def test_a_refusal_in_one_account_keeps_the_other_from_being_written(runner: PlaybookRunner) -> None:
    fleet(runner)
    hosts = {host: phone(number, account="yea") for number, host in enumerate(HOSTS, 1)}
    runner.inventory(hosts | {"h1": phone(1, "htek", account="hte")}, runner.two)

    run = runner.run("voip.rps.provision", extra=PURGE)

    untouched(runner, run)
    assert run.writes == []
    assert run.recap()["h1"] == (0, 1)


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
    wrong = runner.run("voip.rps.provision", extra={"rps_fleet_size": SIZE - 1})
    part = runner.run("voip.rps.provision", "--limit", "p01,p02,p03,p04", extra={"rps_fleet_size": 4})
    batches = runner.run(play(serial=5), extra={"rps_fleet_size": SIZE})

    for run in (missing, wrong, part, batches):
        untouched(runner, run)
        assert "Guard rps_removal_limit blocked the run" in run.text
        assert run.recap()["p01"] == (0, 1)
        assert run.entries["p01"]["reason"] == "guard_removal_limit"
    right = runner.run("voip.rps.provision", extra={"rps_fleet_size": SIZE})
    assert right.recap() == dict.fromkeys(HOSTS, (0, 0)) | dict.fromkeys(HOSTS[:4], (1, 0))


def test_batches_together_remove_no_more_than_the_limit_either(runner: PlaybookRunner) -> None:
    absent(runner, 6)

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
    assert held(runner) == {mac(number) for number in (*range(6, SIZE + 1), *STRANGERS)}


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


@pytest.mark.parametrize("choice", ["p01,p02", ["p01", "p02"], "~p0[12]", "phones[0:1]", "*:&phones:!p03"])
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
