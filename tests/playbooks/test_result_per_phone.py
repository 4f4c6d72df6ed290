# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each host of a play shows the result of its own phone, whatever the play does besides."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Fault
from support.phones import mac
from support.playbooks import (
    BRANCH,
    BULK,
    OFFICE,
    ROLE,
    SHOW,
    UNIQUE,
    PlaybookRunner,
    Run,
    check,
    colons,
    debug,
    phone,
    play,
    role,
)

FAIL_FIRST = {"name": "Fail", "ansible.builtin.fail": {"msg": "earlier"}, "when": "inventory_hostname == 'new'"}
REACH_FIRST = {
    "name": "Reach",
    "ansible.builtin.raw": "true",
    "check_mode": False,
    "when": "inventory_hostname == 'new'",
}
# (changed, failures) of each host of the mixed fleet.
RECAP = {
    "new": (1, 0),
    "own_url": (1, 0),
    "rival": (0, 1),
    "moved": (1, 0),
    "kept": (0, 0),
    "gone": (1, 0),
    "kept_htek": (0, 0),
    "new_htek": (1, 0),
}
OUTCOMES = {
    "new": "changed",
    "own_url": "changed",
    "rival": "conflict",
    "moved": "changed",
    "kept": "in_sync",
    "gone": "changed",
    "kept_htek": "unverifiable",
    "new_htek": "changed",
}
KEYS = {"mac", "action", "outcome", "changed", "failed", "verified", "before", "after", "msg"}


def mixed(runner: PlaybookRunner, **more: Any) -> None:
    """Two vendors and every kind of outcome; nothing can connect to any of the phones."""
    runner.servers()
    runner.rival(3)
    runner.device(4, "branch")
    runner.device(5)
    runner.device(6)
    runner.device(1, "desk", "htek")
    away = runner.unreachable()
    runner.inventory(
        {
            "new": phone(1, account="yea") | away,
            "own_url": phone(2, account="yea", unique_url=UNIQUE) | away,
            "rival": phone(3, account="yea") | away,
            "moved": phone(4, account="yea") | away,
            "kept": phone(5, account="yea") | away,
            "gone": phone(6, account="yea", state="absent") | away,
            "kept_htek": phone(1, "htek", account="hte") | away,
            "new_htek": phone(2, "htek", account="hte") | away,
        },
        runner.two | {"rps_purge_limit": "1"} | more,
    )


def without(expected: dict[str, tuple[int, ...]], **other: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return expected | other


def fleet(runner: PlaybookRunner, count: int, *present: int, **more: Any) -> None:
    """Phones p1 to pN of one account; those named are at the service already."""
    runner.servers()
    for number in present:
        runner.device(number)
    runner.inventory({f"p{number}": phone(number) for number in range(1, count + 1)}, runner.one | more)


def lists(run: Run, vendor: str = "yealink") -> int:
    return sum(call.method == "listDevices" and call.vendor == vendor for call in run.calls)


def test_the_recap_and_the_diffs_are_each_phones_own_in_check_mode_and_in_the_run(runner: PlaybookRunner) -> None:
    mixed(runner)

    dry = runner.run("voip.rps.provision", "--check", "--diff")
    wet = runner.run("voip.rps.provision", "--diff", cold=True)
    again = runner.run("voip.rps.provision", "--diff")

    assert dry.recap() == RECAP
    assert dry.writes == []
    assert (lists(dry), lists(dry, "htek")) == (1, 1)
    assert wet.recap() == RECAP
    assert wet.outcomes == OUTCOMES
    assert dry.outcomes == {h: o.replace("changed", "would_change") for h, o in OUTCOMES.items()}
    assert dry.plans == wet.plans
    for run in (dry, wet):
        changed = [host for host, counts in RECAP.items() if counts == (1, 0)]
        assert sorted(event.host for event in run.events if event.kind == "diff") == sorted(changed)
        assert {event.task.rpartition(" : ")[2] for event in run.events if event.kind == "diff"} == {
            "Show the phone's result"
        }
        diff = next(event.result["diff"] for event in run.events if event.kind == "diff" and event.host == "moved")
        assert (diff["before"]["url"], diff["after"]["url"]) == (BRANCH, OFFICE)
        assert OFFICE in run.stdout
        assert UNIQUE.rpartition("/")[0].rpartition("/")[2] not in run.output
    assert again.recap() == dict.fromkeys(RECAP, (0, 0)) | {"rival": (0, 1)}
    assert again.device_writes == []
    assert not [event for event in again.events if event.kind == "diff"]


def test_only_one_task_runs_for_each_host(runner: PlaybookRunner) -> None:
    fleet(runner, 4, 1, 2)

    run = runner.run("voip.rps.provision")

    assert run.rc == 0
    assert run.tasks_of("p1").count(BULK) == 1
    assert [run.tasks_of(host) for host in ("p2", "p3", "p4")] == [[SHOW]] * 3


@pytest.mark.parametrize("how", ["failed", "unreachable"])
def test_the_truth_is_told_when_the_first_host_is_out_of_the_play_already(runner: PlaybookRunner, how: str) -> None:
    mixed(runner)

    run = runner.run(play(FAIL_FIRST if how == "failed" else REACH_FIRST, role()))

    first = (0, 1) if how == "failed" else (0, 0)
    assert run.recap() == RECAP | {"new": first}
    assert run.stats["new"]["unreachable"] == int(how == "unreachable")
    assert len(run.bulk) == 1
    assert runner.sim.world("yealink").device(mac(1)) is None, "a host that is out of the play was provisioned"


def test_rps_result_holds_the_phones_entry_for_later_tasks_failed_phones_included(runner: PlaybookRunner) -> None:
    mixed(runner)
    again = debug("{{ rps_result.outcome }}", when="rps_result is changed")

    run = runner.run(play(role(ignore_errors=True), debug("{{ rps_result }}"), again))

    said = {event.host: event.result["msg"] for event in run.events if event.task == "Say" and event.kind == "ok"}
    changed = {host for host, value in said.items() if value == "changed"}
    first = {
        event.host: event.result["msg"]
        for event in run.events
        if event.task == "Say" and event.kind == "ok" and isinstance(event.result["msg"], dict)
    }
    assert run.rc == 0
    assert {host: value["outcome"] for host, value in first.items()} == OUTCOMES
    assert all(set(value) >= KEYS for value in first.values())
    assert {host: value["failed"] for host, value in first.items()} == {host: host == "rival" for host in OUTCOMES}
    assert {value["mac"] for value in first.values()} == {*map(mac, range(1, 7)), mac(1, "htek"), mac(2, "htek")}
    assert changed == {host for host, outcome in OUTCOMES.items() if outcome == "changed"}
    assert run.recap("changed", "failures", "ignored")["rival"] == (0, 0, 1)


def test_without_host_results_the_bulk_task_tells_all_and_fails_for_a_failed_phone(runner: PlaybookRunner) -> None:
    mixed(runner, rps_host_results=False)

    run = runner.run(play(role(ignore_errors=True), debug("{{ rps_result is defined }}")))
    red = runner.run("voip.rps.provision")
    runner.sim.world("yealink").remove_device(mac(3))
    green = runner.run("voip.rps.provision")

    assert [event.kind for event in run.bulk] == ["failed"]
    assert set(run.said().values()) == {False}
    assert run.of(SHOW, "ok", "failed") == []
    assert len(run.writes) > 0
    assert red.rc == 2
    assert colons(3) in red.messages
    assert red.of(SHOW, "ok", "failed") == []
    assert green.rc == 0
    assert [event.kind for event in green.bulk] == ["ok"]


def test_serial_makes_one_reconciliation_for_each_batch_and_the_right_recap(runner: PlaybookRunner) -> None:
    fleet(runner, 5, 1, 4)

    run = runner.run(play(serial=2, check_mode=True))

    assert run.writes == []
    assert len(run.bulk) == 3
    assert lists(run) == 3
    assert run.recap() == {"p1": (0, 0), "p2": (1, 0), "p3": (1, 0), "p4": (0, 0), "p5": (1, 0)}


def test_throttle_become_and_a_single_fork_change_nothing(runner: PlaybookRunner) -> None:
    fleet(runner, 4, 1)

    run = runner.run(play(role(throttle=1), become=True), "--check", "--forks", "1")

    assert len(run.bulk) == 1
    assert lists(run) == 1
    assert run.recap() == {"p1": (0, 0), "p2": (1, 0), "p3": (1, 0), "p4": (1, 0)}


def test_a_limited_run_touches_only_the_hosts_of_the_limit(runner: PlaybookRunner) -> None:
    fleet(runner, 4, 1)

    run = runner.run("voip.rps.provision", "--limit", "p1,p3")

    assert run.recap() == {"p1": (0, 0), "p3": (1, 0)}
    assert {device.mac for device in runner.sim.world("yealink").devices()} == {mac(1), mac(3)}


def test_tags_take_the_role_as_a_whole_or_not_at_all(runner: PlaybookRunner) -> None:
    fleet(runner, 2)
    tagged = play(role(tags=["phones"]))

    other = runner.run(tagged, "--tags", "other")
    skipped = runner.run(tagged, "--skip-tags", "phones")
    taken = runner.run(tagged, "--tags", "phones", "--check")

    assert other.calls == skipped.calls == []
    assert taken.recap() == {"p1": (1, 0), "p2": (1, 0)}


@pytest.mark.parametrize(
    "by",
    [
        {"roles": [{"role": ROLE}]},
        {"tasks": [{"name": "Role", "ansible.builtin.include_role": {"name": ROLE}}]},
        {"tasks": [{"block": [role()], "rescue": [debug("rescued")]}]},
    ],
    ids=["roles", "include_role", "block"],
)
def test_the_role_is_the_same_however_a_play_takes_it(runner: PlaybookRunner, by: dict[str, Any]) -> None:
    fleet(runner, 3, 1)
    runner.rival(2)
    whole = {"name": "Play", "hosts": "phones", "gather_facts": False} | by

    run = runner.run(whole)

    assert len(run.bulk) == 1
    assert run.outcomes == {"p1": "in_sync", "p2": "conflict", "p3": "changed"}
    rescued = (0, 0) if "tasks" in by and "block" in by["tasks"][0] else (0, 1)
    assert run.recap() == {"p1": (0, 0), "p2": rescued, "p3": (1, 0)}


def test_a_condition_on_the_role_leaves_hosts_out_and_only_them(runner: PlaybookRunner) -> None:
    fleet(runner, 4)

    run = runner.run(play(role(when="inventory_hostname not in ['p2', 'p4']")))

    assert run.recap() == {"p1": (1, 0), "p2": (0, 0), "p3": (1, 0), "p4": (0, 0)}
    assert {device.mac for device in runner.sim.world("yealink").devices()} == {mac(1), mac(3)}


def test_a_host_that_ended_its_play_is_left_alone(runner: PlaybookRunner) -> None:
    fleet(runner, 3)
    end = {"name": "End", "ansible.builtin.meta": "end_host", "when": "inventory_hostname == 'p1'"}

    run = runner.run(play(end, role()))

    assert run.rc == 0
    assert {device.mac for device in runner.sim.world("yealink").devices()} == {mac(2), mac(3)}
    assert {host: counts for host, counts in run.recap().items() if host != "p1"} == {"p2": (1, 0), "p3": (1, 0)}


@pytest.mark.parametrize("strategy", ["free", "host_pinned"])
def test_another_strategy_is_refused_before_any_call(runner: PlaybookRunner, strategy: str) -> None:
    fleet(runner, 4, 1)

    run = runner.run(play(strategy=strategy))

    assert run.rc != 0
    assert run.calls == []
    assert "strategy" in run.text
    assert "Traceback" not in run.output


def test_what_belongs_to_no_phone_fails_the_run_and_leaves_the_phones_their_truth(runner: PlaybookRunner) -> None:
    fleet(
        runner,
        2,
        1,
        rps_servers=[{"name": "office", "url": OFFICE}, {"name": "spare", "url": "https://spare.example.com/"}],
    )
    runner.sim.faults.add(Fault("text", method="addServer", text="Error:Invalid server url"))

    run = runner.run("voip.rps.provision")

    assert run.rc != 0
    assert "spare" in run.messages
    assert run.outcomes == {"p1": "in_sync", "p2": "changed"}


def test_what_belongs_to_no_phone_is_told_when_every_phone_failed_too(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.rival(1)
    servers = [{"name": "office", "url": OFFICE}, {"name": "spare", "url": "https://spare.example.com/"}]
    runner.inventory({"p1": phone(1)}, runner.one | {"rps_servers": servers})
    runner.sim.faults.add(Fault("text", method="addServer", text="Error:Invalid server url"))

    run = runner.run("voip.rps.provision")

    assert run.recap()["p1"] == (0, 1)
    assert "spare" in run.text


def test_one_account_that_cannot_be_reached_fails_its_own_phones_only(runner: PlaybookRunner) -> None:
    mixed(runner)
    accounts = {"yea": runner.account("yealink", api_password="wrong"), "hte": runner.account("htek")}

    run = runner.run("voip.rps.provision", extra={"rps_accounts": accounts})

    assert {host: counts for host, counts in run.recap().items() if "htek" in host} == {
        "kept_htek": (0, 0),
        "new_htek": (1, 0),
    }
    assert {run.outcomes[host] for host in RECAP if "htek" not in host} == {"not_attempted"}
    assert run.recap()["kept"] == (0, 1)
    assert len(runner.sim.refusals()) == 1, "a refused login was tried again"


def test_results_are_found_whatever_a_host_is_called_and_no_file_is_left(runner: PlaybookRunner) -> None:
    runner.servers()
    names = ["Büro 3'; DROP TABLE result;--", "desk.example.com", "UPPER", "upper"]
    runner.inventory({name: phone(number) for number, name in enumerate(names, 1)}, runner.one)

    run = runner.run("voip.rps.provision", "--check")

    assert run.rc == 0
    assert {host: entry["mac"] for host, entry in run.entries.items()} == {
        name: mac(number) for number, name in enumerate(names, 1)
    }
    left = [path for path in (runner.folder / "home").rglob("*") if path.is_file()]
    assert left == []


def test_a_later_task_sees_the_entry_of_its_own_host_after_batches(runner: PlaybookRunner) -> None:
    fleet(runner, 4, 2)

    run = runner.run(play(role(), check("rps_result.mac == rps_mac"), serial=2))

    assert run.rc == 0
    assert run.recap() == {"p1": (1, 0), "p2": (0, 0), "p3": (1, 0), "p4": (1, 0)}


@pytest.mark.parametrize(
    ("keywords", "shows", "batches"),
    [
        ({"any_errors_fatal": True}, "all", 1),
        ({"max_fail_percentage": 30}, "all", 2),
        ({"max_fail_percentage": 30}, "changed", 2),
        ({"max_fail_percentage": 60}, "all", 3),
        # The reconcile task fails for all hosts of its batch, however many phones failed.
        ({"max_fail_percentage": 60}, "none", 1),
    ],
)
def test_a_play_in_steps_stops_after_the_batch_that_its_keywords_say(
    runner: PlaybookRunner, keywords: dict[str, Any], shows: str, batches: int
) -> None:
    """One of four phones fails in the first batch, two in the second, and none in the third."""
    fleet(runner, 12)
    for number in (2, 5, 7):
        runner.rival(number)

    run = runner.run(play(serial=4, **keywords), extra={"rps_host_results": shows})

    assert run.rc != 0
    assert len(run.bulk) == batches
    ours = runner.sim.world("yealink").devices("acme")
    assert len(ours) == {1: 3, 2: 5, 3: 9}[batches]
    failed = {host for host, (_changed, failures) in run.recap().items() if failures}
    if shows != "none":
        assert failed == {"p2", "p5", "p7"} & {f"p{number}" for number in range(1, 4 * batches + 1)}
