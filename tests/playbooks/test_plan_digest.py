# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan's digest is the same in check mode and in the run, and only the plan that was seen is written."""

from __future__ import annotations

from typing import Any

from support.playbooks import PlaybookRunner, phone, play, role

WRONG = "sha256:" + "0" * 64
EMPTY = "sha256:7199282df7f970ce425584d91d98b00a9a91d4a4dda5acb01bdfc2169d79b431"  # of a plan that writes nothing


def fleet(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.device(3, "branch")
    runner.inventory(
        {
            "a": phone(1, account="yea"),
            "b": phone(2, account="yea", unique_url="https://u.example.com/t0ken"),
            "c": phone(3, account="yea"),
            "h": phone(1, "htek", account="hte"),
        },
        runner.two,
    )


def test_an_approved_plan_is_written_whatever_the_order_and_notation(runner: PlaybookRunner) -> None:
    fleet(runner)
    dry = runner.run("voip.rps.provision", "--check")
    runner.inventory(
        {
            "h": phone(1, "htek", account="hte", mac="00:1F:C1:00:00:01"),
            "c": phone(3, account="yea", mac="00-15-65-00-00-03"),
            "b": phone(2, account="yea", mac="00 15 65 00 00 02", unique_url="HTTPS://U.example.com/t0ken"),
            "a": phone(1, account="yea", mac="001565000001 "),
        },
        runner.two,
    )

    wet = runner.run("voip.rps.provision", extra={"rps_expect_plan": dry.plans})
    after = runner.run("voip.rps.provision", "--check")

    assert set(dry.plans) == {"yea", "hte"}
    assert wet.rc == 0
    assert wet.plans == dry.plans
    assert wet.recap() == dict.fromkeys("abch", (1, 0))
    assert all(after.plans[name] != dry.plans[name] for name in dry.plans)


def test_a_plan_is_refused_when_the_service_changed_in_between(runner: PlaybookRunner) -> None:
    fleet(runner)
    dry = runner.run("voip.rps.provision", "--check")
    runner.device(1)

    wet = runner.run("voip.rps.provision", extra={"rps_expect_plan": dry.plans})
    again = runner.run("voip.rps.provision", "--check")

    assert wet.writes == []
    assert wet.rc != 0
    assert "Guard rps_expect_plan blocked the run" in wet.text
    assert wet.plans["yea"] in wet.text
    assert {wet.entries[host]["reason"] for host in "bch"} == {"guard_expect_plan"}
    assert wet.recap() == {"a": (0, 0), "b": (0, 1), "c": (0, 1), "h": (0, 1)}
    assert wet.plans == again.plans


def test_an_account_without_an_approved_plan_is_not_written_where_others_have_one(runner: PlaybookRunner) -> None:
    fleet(runner)
    dry = runner.run("voip.rps.provision", "--check")

    wrong = runner.run("voip.rps.provision", extra={"rps_expect_plan": {"yea": dry.plans["yea"], "hte": WRONG}})
    missing = runner.run("voip.rps.provision", extra={"rps_expect_plan": {"yea": dry.plans["yea"]}})
    right = runner.run("voip.rps.provision", extra={"rps_expect_plan": dry.plans})
    nothing_left = runner.run("voip.rps.provision", extra={"rps_expect_plan": {"yea": EMPTY}})

    assert wrong.writes == []
    assert missing.writes == []
    assert f"hte: {dry.plans['hte']}" in missing.text
    assert right.rc == 0
    assert nothing_left.rc == 0


def test_a_refused_plan_fails_in_check_mode_too(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run("voip.rps.provision", "--check", extra={"rps_expect_plan": {"yea": WRONG}})

    assert run.writes == []
    assert run.rc != 0


MALFORMED: dict[str, Any] = {
    "text": WRONG,
    "list": [WRONG],
    "empty text": "",
    "empty digest": {"yea": ""},
    "no digest": {"yea": None},
    "short": {"yea": "sha256:abc"},
    "upper case": {"yea": "sha256:" + "A" * 64},
    "other algorithm": {"yea": "md5:" + "0" * 64},
    "unknown account": {"yea": WRONG, "nowhere": WRONG},
    "number": {"yea": 12},
}


def test_a_malformed_plan_is_an_error_before_any_call(runner: PlaybookRunner) -> None:
    fleet(runner)
    plays = [
        play(role(ignore_errors=True), name=name, vars={"rps_expect_plan": value}) for name, value in MALFORMED.items()
    ]

    run = runner.run(plays)

    refused = {
        name: event.kind == "failed" and "rps_expect_plan" in str(event.result["msg"])
        for name, event in zip(MALFORMED, run.bulk, strict=True)
    }
    assert refused == dict.fromkeys(MALFORMED, True)
    assert run.calls == []


def test_a_plan_is_refused_before_any_call_where_the_play_has_batches_also_if_a_host_failed(
    runner: PlaybookRunner,
) -> None:
    fleet(runner)
    fail = {"name": "Fail", "ansible.builtin.fail": {}, "when": "inventory_hostname == 'b'"}
    plays = [
        play(role(ignore_errors=True), name="Batches", serial=2),
        play(fail, role(), name="A host fails", serial=2),
    ]

    run = runner.run(plays, extra={"rps_expect_plan": {"yea": WRONG}})

    assert run.calls == []
    assert run.rc != 0
    assert {name: "serial" in said for name, said in run.messages_by_play.items()} == {
        "Batches": True,
        "A host fails": True,
    }


def test_a_batch_that_is_the_whole_play_takes_a_plan(runner: PlaybookRunner) -> None:
    fleet(runner)
    dry = runner.run("voip.rps.provision", "--check")

    assert runner.run(play(serial="100%"), extra={"rps_expect_plan": dry.plans}).rc == 0
