# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of one play: the last report holds all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.merge import merge
from report_fleets import Home, Play, homes, mac_of, report

SERIAL = "the play runs in batches (serial), of which this one holds 30 of 120 hosts"


def batches(
    count: int, parts: int, purge: bool = False, extra: tuple[str, ...] = ()
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The report of a whole play, and those of its batches, each of which takes the others' phones for unmanaged."""
    whole = [replace(home, extra=(*home.extra, *extra)) for home in homes(count)]
    held = {home.name: tuple(row["mac"] for row in report([home])["phones"] if _held(row)) for home in whole}
    size = -(-count // parts)
    order = [(index, phone) for index, home in enumerate(whole) for phone in home.phones]
    reports = []
    for start in range(0, count, size):
        mine = order[start : start + size]
        part = [
            replace(
                home,
                phones=tuple(phone for owner, phone in mine if owner == index),
                extra=(*home.extra, *held[home.name]),
            )
            for index, home in enumerate(whole)
        ]
        reports.append(report(part, Play(hosts=count, partial=SERIAL, purge=purge, warnings=["one warning"])))
    return report(whole, Play(purge=purge, warnings=["one warning"])), reports


def _held(row: dict[str, Any]) -> bool:
    return bool(row["before"]) and row["before"]["status"] in ("registered", "unregistered")


def merged(reports: list[dict[str, Any]]) -> dict[str, Any]:
    data = json.loads(json.dumps(reports[0]))  # as it is kept between two batches
    for other in reports[1:]:
        data = json.loads(json.dumps(merge(data, other)))
    return dict(data)


@pytest.mark.parametrize("parts", [2, 3, 7])
@pytest.mark.parametrize("purge", [False, True])
def test_all_batches_together_say_what_the_whole_play_says(
    parts: int, purge: bool, validator: jsonschema.Draft202012Validator
) -> None:
    whole, reports = batches(120, parts, purge)
    data = merged(reports)
    validator.validate(data)
    for key in ("phones", "counts", "scope", "warnings", "errors", "generated"):
        assert data[key] == whole[key], key
    for mine, other in zip(data["accounts"], whole["accounts"], strict=True):
        for key in ("name", "vendor", "reached", "error", "summary", "servers", "unmanaged"):
            assert mine[key] == other[key], key


def test_a_plan_of_batches_approves_nothing_and_is_missing_nowhere() -> None:
    whole, reports = batches(120, 3)
    data = merged(reports)
    htek, yealink = (account["plan"] for account in data["accounts"])
    assert htek == whole["accounts"][0]["plan"]  # its phones are all in the last batch
    known = {account["plan"] for part in [whole, *reports] for account in part["accounts"]}
    assert yealink.startswith("sha256:")
    assert yealink not in known
    (step,) = [step for step in data["next"] if step["what"] == "Put the drift right"]
    assert "serial" in step["why"]
    assert "rps_expect_plan" not in step["command"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_batch_without_phones_of_an_account_leaves_what_is_known_of_it(order: int) -> None:
    whole, _htek = homes(60)
    empty = replace(whole, phones=(), extra=tuple(phone.declared.mac for phone in whole.phones[:5]))
    data = merge(*[report([whole]), report([empty])][::order])
    (account,), (known,) = data["accounts"], report([whole])["accounts"]
    assert {**account, "calls": {}} == {**known, "calls": {}}


def test_calls_of_batches_add_up() -> None:
    _whole, reports = batches(120, 2)
    calls = sum(sum(account["calls"].values()) for part in reports for account in part["accounts"])
    assert sum(sum(account["calls"].values()) for account in merged(reports)["accounts"]) == calls


def test_the_first_batches_alone_say_that_they_are_a_part() -> None:
    _whole, reports = batches(120, 3)
    data = merged(reports[:2])
    assert data["scope"]["partial"] == "it lacks 40 hosts of the play"
    assert not data["scope"]["complete"]


def test_a_second_look_at_the_same_phones_replaces_the_first() -> None:
    first = report(homes(60))
    calm = [
        replace(
            home,
            phones=tuple(replace(phone, found="the service was away for a while") for phone in home.phones),
            extra=(),
        )
        for home in homes(60)
    ]
    second = report(calm, Play(when="2026-11-02T07:00:00+00:00"))
    data = merge(first, second)
    for account in data["accounts"]:
        assert account["batches"] == 1
    for key in ("phones", "counts", "next", "generated"):
        assert data[key] == second[key]


def test_an_account_that_one_batch_did_not_reach_is_not_reached_but_keeps_what_is_known() -> None:
    yealink = homes(60)[0]
    one = replace(yealink, phones=yealink.phones[:20], extra=(mac_of(0x900000), mac_of(30)))
    two: Home = replace(yealink, phones=yealink.phones[20:], away="it is away")
    data = merge(report([one]), report([two]))
    (account,) = data["accounts"]
    assert (account["reached"], account["error"]) == (False, "it is away")
    assert account["unmanaged"] == [mac_of(0x900000)]
    assert data["counts"]["not_attempted"] == 34


def test_two_plays_into_one_folder_make_one_report() -> None:
    first, second = homes(60)
    data = merge(report([first], Play(name="One")), report([second], Play(name="Two")))
    assert (data["scope"]["play"], data["scope"]["hosts"], data["scope"]["phones"]) == ("One, Two", 60, 60)
    assert [account["name"] for account in data["accounts"]] == ["htek", "yealink"]
    assert data["scope"]["partial"] is None
