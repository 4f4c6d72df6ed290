# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a report: what it says of a run, and in which order."""

from __future__ import annotations

import json
import random
from typing import get_type_hints

import jsonschema
import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.words import (
    ACTION_WORDS,
    OUTCOME_MEANINGS,
    OUTCOME_WORDS,
    STATUS_WORDS,
)
from ansible_collections.voip.rps.plugins.module_utils._model import ACTIONS, OUTCOMES, STATUSES
from ansible_collections.voip.rps.plugins.plugin_utils._report.build import build_report, drift_artifact, has_drift
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import Phone, PhoneResult, Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.text import contact_words, moment, natural
from support.report_fleets import MAIN, account, desired, fleet, mac_of, part, phone, purged, report, unmanaged


def calm(count: int = 3) -> list[PhoneResult]:
    return [phone(f"desk-{index}", mac_of(index)) for index in range(1, count + 1)]


def test_a_report_is_what_its_schema_says(mixed: Report, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(json.dumps(mixed)))


def test_a_report_of_nothing_is_what_its_schema_says(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(report([]))
    validator.validate(report([account("htek", vendor="htek")]))
    validator.validate(report([account("snom", vendor="snom", unmanaged=None, plan=None)]))
    validator.validate(report([account(guard={"name": "rps_purge_limit", "text": "It blocks."})]))


def test_the_schema_would_notice_an_undescribed_key(mixed: Report, validator: jsonschema.Draft202012Validator) -> None:
    assert not validator.is_valid({**mixed, "more": 1})
    assert not validator.is_valid({**mixed, "phones": [{**mixed["phones"][0], "more": 1}]})


def test_the_words_of_reports_are_those_of_results() -> None:
    assert set(OUTCOME_WORDS) == set(OUTCOME_MEANINGS) == set(OUTCOMES)
    assert set(ACTION_WORDS) == set(ACTIONS)
    assert set(STATUS_WORDS) == set(STATUSES)
    assert not [word for word in OUTCOME_WORDS.values() if "_" in word]


def test_a_phone_of_a_report_has_every_value_that_a_run_hands_over(mixed: Report) -> None:
    assert set(mixed["phones"][0]) == set(get_type_hints(Phone))
    handed = part(fleet(400, htek_away=True))["accounts"]
    rows = {row["mac"]: row for one in handed for row in one["rows"]}
    for shown in mixed["phones"]:
        assert {**shown, **rows[shown["mac"]]} == shown


def test_the_order_is_that_of_accounts_then_hosts_as_people_count() -> None:
    names = ["desk-10", "desk-9", "Desk-1", "attic"]
    rows = [phone(name, mac_of(index)) for index, name in enumerate(names)]
    data = report([account("z", rows[2:]), account("a", rows[:2])])
    assert [(row["account"], row["host"]) for row in data["phones"]] == [
        ("a", "desk-9"),
        ("a", "desk-10"),
        ("z", "attic"),
        ("z", "Desk-1"),
    ]


def test_the_order_in_which_a_run_hands_over_is_irrelevant() -> None:
    mixer = random.Random(7)  # noqa: S311 - an order, no secret
    shuffled = [{**one, "rows": mixer.sample(one["rows"], len(one["rows"]))} for one in reversed(fleet(200))]
    assert json.dumps(report(shuffled)) == json.dumps(report(fleet(200)))  # type: ignore[arg-type]


def test_only_the_time_differs_between_two_reports_of_one_state() -> None:
    one, other = report(fleet(100), generated="2026-01-01T00:00:00+00:00"), report(fleet(100))
    assert json.dumps(one).replace(one["generated"], "T") == json.dumps(other).replace(other["generated"], "T")


def test_natural_order_bears_any_digits() -> None:
    texts = ["a" + "9" * 5000, "a10", "a9", "a09", "b", "", "a²", "A10"]
    assert sorted(texts, key=natural) == ["", "a09", "a9", "A10", "a10", "a" + "9" * 5000, "a²", "b"]


def test_counts_have_every_outcome_and_add_up(mixed: Report) -> None:
    counts = mixed["counts"]
    assert counts["declared"] == len(mixed["phones"]) == 400
    assert counts["not_attempted"] == 40
    assert (counts["accounts"], counts["accounts_reached"]) == (2, 1)
    assert sum(counts[name] for name in OUTCOMES) == 400
    for name in (*OUTCOMES, "declared", "unmanaged"):
        assert sum(one["summary"][name] or 0 for one in mixed["accounts"]) == counts[name]


def test_no_identity_of_a_login_is_in_a_report() -> None:
    assert "a-user" not in json.dumps(report([account(identity="yealink https://x a-user")]))


def test_purged_devices_are_rows_without_a_host_after_the_phones() -> None:
    data = report([account(rows=calm(2), purged=[purged(mac_of(9)), purged(mac_of(8))])], purge=True, fleet_size=2)
    assert [(row["host"], row["mac"], row["action"]) for row in data["phones"]] == [
        ("desk-1", mac_of(1), "none"),
        ("desk-2", mac_of(2), "none"),
        (None, mac_of(8), "deregister"),
        (None, mac_of(9), "deregister"),
    ]
    assert (data["counts"]["purged"], data["counts"]["declared"], data["counts"]["unmanaged"]) == (2, 2, 0)
    assert data["counts"]["would_change"] == 2


def test_every_unmanaged_device_is_named_with_where_it_points() -> None:
    devices = unmanaged(*(mac_of(0x1000 + index) for index in range(300)))
    assert report([account(unmanaged=devices[::-1])])["accounts"][0]["unmanaged"] == devices


def test_unmanaged_devices_are_not_known_if_the_service_cannot_list_them() -> None:
    data = report([account("snom", vendor="snom", unmanaged=None), account(unmanaged=unmanaged(mac_of(1)))])
    assert data["accounts"][0]["unmanaged"] is None
    assert data["accounts"][0]["summary"]["unmanaged"] is None
    assert data["counts"]["unmanaged"] == 1


def test_a_server_that_rps_servers_lacks_is_listed_as_such() -> None:
    odd = phone("b", mac_of(2), "unverifiable", desired=desired("berlim", url=None), server_declared=False)
    (one,) = report([account(rows=[phone("a", mac_of(1)), odd])])["accounts"]
    assert [(server["name"], server["url"], server["declared"], server["phones"]) for server in one["servers"]] == [
        ("berlim", None, False, 1),
        ("main", MAIN, True, 1),
        ("spare", "https://spare.example.net/cfg/", True, 0),
    ]


def test_a_play_is_the_whole_fleet_only_if_nothing_suggests_otherwise() -> None:
    rows = calm(3)
    assert report([account(rows=rows)])["scope"]["complete"]
    assert report([account(rows=rows)], fleet_size=3)["scope"]["complete"]
    assert not report([account(rows=rows)], fleet_size=4)["scope"]["complete"]
    assert not report([account(rows=rows)], partial="the run is limited (--limit)")["scope"]["complete"]


def test_drift_is_what_differs_and_not_what_could_not_be_compared() -> None:
    assert not has_drift(report([account(rows=calm())]))
    for outcome, drifts in (("would_change", True), ("conflict", True), ("failed", False), ("unverifiable", False)):
        assert has_drift(report([account(rows=[phone("a", mac_of(1), outcome)])])) == drifts


def test_the_artifact_is_small_and_guards_every_account(
    mixed: Report, artifact_validator: jsonschema.Draft202012Validator
) -> None:
    artifact = drift_artifact(mixed)
    artifact_validator.validate(artifact)
    assert artifact["plans"] == {one["key"]: one["plan"] for one in mixed["accounts"]}
    assert artifact["counts"] == mixed["counts"]
    assert (len(artifact["drifted"]), artifact["truncated"]) == (19, False)
    many = drift_artifact(report(fleet(3000)))
    artifact_validator.validate(many)
    assert (len(many["drifted"]), many["truncated"]) == (50, True)
    assert many["drifted"] == sorted(many["drifted"])
    assert len(json.dumps(many)) < 3000


def test_a_phone_of_two_accounts_is_one_drifted_phone() -> None:
    row = phone("a", mac_of(1), "would_change")
    data = report([account("one", [row]), account("two", [row])])
    assert drift_artifact(data)["drifted"] == [mac_of(1)]


def test_the_time_of_a_report_is_that_of_its_last_part() -> None:
    times = ["2026-11-02T06:15:00+00:00", "2026-11-02T06:15:05+00:00"]
    assert build_report([part([account()], generated=time) for time in times])["generated"] == times[1]


@pytest.mark.parametrize(
    ("status", "contact", "reported", "words"),
    [
        ("registered", None, True, "registered, but has never asked"),
        ("registered", None, False, ""),
        ("unregistered", None, True, ""),
        ("registered", "2026-10-01T08:30:00Z", True, "last asked 2026-10-01 08:30 UTC"),
        ("registered", "2026-10-01T10:30:00+02:00", False, "last asked 2026-10-01 08:30 UTC"),
        ("registered", "2026-10-01T08:30:00", True, "last asked 2026-10-01 08:30 UTC"),
        ("registered", "yesterday", True, "last asked yesterday"),
    ],
)
def test_a_phone_that_never_asked_is_distinguished_from_a_service_that_does_not_say(
    status: str, contact: str | None, reported: bool, words: str
) -> None:
    assert contact_words(status, contact, reported) == words


def test_a_time_beyond_the_calendar_is_shown_as_it_is() -> None:
    assert moment("0001-01-01T00:00:00+14:00") == "0001-01-01T00:00:00+14:00"
