# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The headline of a report and its next steps: right numbers, and commands that work as printed."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.build import build_report
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import PhoneResult, Report, Step
from ansible_collections.voip.rps.plugins.plugin_utils._report.recommendations import verdict
from support.report_fleets import account, fleet, mac_of, part, phone, purged, report, unmanaged


def rows(*outcomes: str, **changes: Any) -> list[PhoneResult]:
    return [phone(f"desk-{index}", mac_of(index), outcome, **changes) for index, outcome in enumerate(outcomes, 1)]


def titles(data: Report) -> list[str]:
    return [step["title"] for step in data["next"]]


def step(data: Report, title: str) -> Step:
    (found,) = [step for step in data["next"] if step["title"] == title]
    return found


def extra(found: Step) -> dict[str, Any]:
    words = shlex.split(found["command"] or "")
    return dict(json.loads(words[words.index("-e") + 1]))


@pytest.mark.parametrize(
    ("outcomes", "level", "headline"),
    [
        (["in_sync"] * 3, "ok", "All 3 phones match the inventory"),
        (["in_sync"], "ok", "The phone matches the inventory"),
        ([], "ok", "The play declares no phones"),
        (["unverifiable", "in_sync"], "ok", "No drift found; 1 of 2 phones cannot be verified"),
        (["would_change"] * 2 + ["conflict"] + ["in_sync"] * 37, "drift", "3 of 40 phones have drifted"),
        (["would_change", "in_sync"], "drift", "1 of 2 phones has drifted"),
        (["failed", "in_sync"], "incomplete", "1 of 2 phones could not be compared"),
        (["unknown", "not_attempted", "conflict"], "incomplete", "2 of 3 phones could not be compared; 1 has drifted"),
        (["changed"], "ok", "The phone matches the inventory"),
    ],
)
def test_the_headline_has_the_number_that_matters(outcomes: list[str], level: str, headline: str) -> None:
    assert verdict(report([account(rows=rows(*outcomes))])) == (level, headline)


def test_the_headline_is_about_phones_and_not_about_devices_to_purge() -> None:
    data = report([account(rows=rows("in_sync"), purged=[purged(mac_of(8)), purged(mac_of(9))])])
    assert verdict(data) == ("drift", "No phone has drifted; purge would remove 2 devices")
    data = report([account(rows=rows("would_change", "in_sync"), purged=[purged(mac_of(8))])])
    assert verdict(data) == ("drift", "1 of 2 phones has drifted")


def test_a_run_with_errors_is_incomplete() -> None:
    assert verdict(report([account(rows=rows("in_sync"))], errors=["a server was refused"]))[0] == "incomplete"
    assert verdict(report([account(reached=False, error="it is away")]))[0] == "incomplete"
    assert verdict(report([account(rows=rows("would_change")), account("b", reached=False)]))[0] == "incomplete"


def test_a_calm_fleet_needs_nothing() -> None:
    assert titles(report([account(rows=rows("in_sync"))])) == ["Nothing to do"]


def test_errors_without_a_phone_are_no_calm() -> None:
    assert titles(report([account(rows=rows("in_sync"))], errors=["a server was refused"])) == ["Fix the problems"]


def test_steps_come_the_most_pressing_first() -> None:
    assert titles(report(fleet(400, htek_away=True))) == [
        "Fix account access",
        "Review refusals",
        "Apply the plan",
        "Resolve conflicts",
        "Verify 4 Yealink phones",
        "Review 3 unmanaged devices",
    ]


def test_a_phone_that_could_not_be_read_is_compared_again() -> None:
    assert titles(report([account(rows=rows("not_attempted"))])) == ["Run drift again"]


def test_refusals_name_failed_and_unknown_phones() -> None:
    text = step(report([account(rows=rows("failed", "failed", "unknown"))]), "Review refusals")["text"]
    assert text.startswith("2 phones failed and the outcome of 1 phone is unknown; ")


def test_the_command_that_applies_the_plan_has_the_plan_the_limit_and_the_inventory() -> None:
    limit, sources = "site_a:&o'neil $(x)", ["inventory/my hosts.yml", "a,b"]
    data = report([account(rows=rows("would_change"))], limit=limit, partial="limited", inventory=sources)
    words = shlex.split(step(data, "Apply the plan")["command"] or "")
    assert words[:7] == [
        "ansible-playbook",
        *("-i", sources[0]),
        *("-i", sources[1]),
        "voip.rps.provision",
        "--limit",
    ]
    assert words[7] == limit
    assert json.loads(words[9]) == {"rps_expect_plan": {"yealink": data["accounts"][0]["plan"]}}
    assert step(data, "Apply the plan")["note"] is None


def test_a_command_is_for_the_hosts_that_the_run_was_for() -> None:
    data = report([account(rows=rows("would_change", "not_attempted"))], selection="site_a")
    assert extra(step(data, "Apply the plan"))["rps_hosts"] == "site_a"
    assert extra(step(data, "Run drift again")) == {"rps_hosts": "site_a"}


def test_an_unknown_inventory_is_named_as_such() -> None:
    assert shlex.split(step(report([account(rows=rows("would_change"))]), "Apply the plan")["command"] or "")[1:3] == [
        "-i",
        "INVENTORY",
    ]


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({}, "add -e rps_fleet_size=1."),
        ({"fleet_size": 2}, "the play has 1 of 2 phones."),
        ({"fleet_size": 1, "limit": "a", "partial": "limited"}, "the run is limited."),
        ({"fleet_size": 1, "partial": "1 host failed"}, "this is not the whole play."),
    ],
)
def test_a_plan_that_purges_says_which_guard_blocks_it_and_what_lifts_it(facts: dict[str, Any], note: str) -> None:
    data = report([account(rows=rows("in_sync"), purged=[purged(mac_of(9))])], purge=True, **facts)
    found = step(data, "Apply the plan")
    assert (found["note"] or "").startswith("Guard rps_fleet_size will block this command: ")
    assert note in (found["note"] or "")
    assert "(1 device to purge)" in found["text"]


def test_a_plan_that_purges_the_right_fleet_carries_purge_and_the_size() -> None:
    data = report([account(rows=rows("in_sync"), purged=[purged(mac_of(9))])], purge=True, fleet_size=1)
    given = extra(step(data, "Apply the plan"))
    assert (given["rps_fleet_size"], given["rps_purge"], given["rps_purge_limit"]) == (1, True, 1)
    assert step(data, "Apply the plan")["note"] is None


def test_the_guard_of_an_account_is_quoted() -> None:
    guard = {"name": "rps_purge_limit", "text": "Guard rps_purge_limit blocks it. Set rps_purge_limit: 31."}
    one = account(rows=rows("in_sync"), purged=[purged(mac_of(9))], guard=guard)
    found = step(report([one], purge=True), "Apply the plan")
    assert found["note"] == guard["text"]
    assert "rps_purge_limit" not in extra(found)


def test_an_account_without_a_plan_is_named_where_a_plan_is_approved() -> None:
    away = account("htek", rows("not_attempted"), "htek", reached=False, error="it is away", plan=None)
    data = report([account(rows=rows("would_change")), away])
    assert "Guard rps_expect_plan will block this command if phones of htek" in (
        step(data, "Apply the plan")["note"] or ""
    )
    assert list(extra(step(data, "Apply the plan"))["rps_expect_plan"]) == ["yealink"]


def test_batches_have_no_plan_to_approve() -> None:
    one, two = rows("would_change", "would_change")
    data = build_report([part([account(rows=[row])], hosts=2, partial="serial") for row in (one, two)])
    assert "-e" not in shlex.split(step(data, "Apply the plan")["command"] or "")
    assert "serial" in step(data, "Apply the plan")["text"]


def test_two_logins_of_one_account_name_have_no_plan_to_approve() -> None:
    parts = [
        part([account("main", rows("would_change"), identity=play)], play=play) for play in ("Customer A", "Customer B")
    ]
    found = step(build_report(parts), "Apply the plan")
    assert "-e" not in shlex.split(found["command"] or "")
    assert "Two plays use the account name main" in found["text"]


def test_an_override_is_advised_only_if_the_service_has_one() -> None:
    bad = rows("conflict")
    assert "rps_override" in step(report([account(rows=bad)]), "Resolve conflicts")["text"]
    alone = step(report([account("snom", bad, "snom")]), "Resolve conflicts")["text"]
    assert "rps_override" not in alone
    assert "ask the owner" in alone
    both = step(report([account("snom", bad, "snom"), account(rows=bad)]), "Resolve conflicts")["text"]
    assert "rps_override" in both
    assert "ask the owner" in both


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("url_not_readable", "Htek does not report their redirect URLs."),
        ("url_not_declared", "The inventory declares no redirect URL for them."),
        ("rewritten_same", "They were written again"),
        ("something_new", "the Message column shows why"),
        (None, "the Message column shows why"),
    ],
)
def test_unverifiable_phones_get_the_advice_of_their_reason(reason: str | None, text: str) -> None:
    data = report([account("htek", rows(*["unverifiable"] * 8, reason=reason), "htek")])
    assert text in step(data, "Verify 8 Htek phones")["text"]


def test_purge_is_advised_only_if_the_whole_fleet_was_compared() -> None:
    one = account(rows=rows("in_sync"), unmanaged=unmanaged(mac_of(9)))
    whole = step(report([one]), "Review 1 unmanaged device")
    assert extra(whole) == {"rps_purge": True}
    assert "voip.rps.drift" in shlex.split(whole["command"] or "")
    for facts in ({"partial": "limited"}, {"fleet_size": 2}, {"purge": True}):
        assert step(report([one], **facts), "Review 1 unmanaged device")["command"] is None


def test_no_command_with_purge_is_advised_for_a_play_with_accounts_that_cannot_be_listed() -> None:
    one = account(rows=rows("in_sync"), unmanaged=unmanaged(mac_of(9)))
    snom = account("snom", rows("in_sync"), "snom", unmanaged=None)
    found = step(report([one, snom]), "Review 1 unmanaged device")
    assert found["command"] is None
    assert "leave out the phones of snom" in found["text"]
