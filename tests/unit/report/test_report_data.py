# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a report: what it says of a run, in which order, and what it advises."""

from __future__ import annotations

import json
import random
import shlex
from dataclasses import replace
from typing import Any

import jsonschema
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, REGISTERED, CurrentDevice, DesiredDevice
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import drift_artifact, has_drift
from ansible_collections.voip.rps.plugins.plugin_utils._report.recommendations import verdict
from ansible_collections.voip.rps.plugins.plugin_utils._report.text import natural
from report_fleets import HTEK, MAIN, Home, Phone, Play, homes, mac_of, report


def calm(count: int = 3, extra: tuple[str, ...] = ()) -> Home:
    """An account whose phones are all as declared."""
    phones = tuple(
        Phone(
            f"desk-{index}",
            DesiredDevice(mac, server="main", server_url=MAIN.url),
            CurrentDevice(mac, REGISTERED, MAIN.url),
        )
        for index, mac in enumerate(map(mac_of, range(1, count + 1)), 1)
    )
    return Home("yealink", "yealink", (MAIN,), phones, extra)


def lost(home: Home) -> Home:
    """The same with its first phone pointing elsewhere."""
    first = home.phones[0]
    wrong = CurrentDevice(first.declared.mac, REGISTERED, "https://old.example.net/")
    return replace(home, phones=(replace(first, found=wrong), *home.phones[1:]))


def steps(data: dict[str, Any]) -> list[str]:
    return [step["what"] for step in data["next"]]


def test_a_report_is_what_its_schema_says(mixed: dict[str, Any], validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(json.dumps(mixed)))


def test_a_report_of_nothing_is_what_its_schema_says(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(report([]))
    validator.validate(report([Home("htek", "htek", (HTEK,), ())]))


def test_the_schema_would_notice_an_undescribed_key(
    mixed: dict[str, Any], validator: jsonschema.Draft202012Validator
) -> None:
    assert not validator.is_valid({**mixed, "more": 1})
    assert not validator.is_valid({**mixed, "phones": [{**mixed["phones"][0], "more": 1}]})


def test_the_order_is_that_of_accounts_then_hosts_as_people_count() -> None:
    names = ["desk-10", "desk-9", "Desk-1", "attic"]
    phones = tuple(
        Phone(name, DesiredDevice(mac, server="main"), CurrentDevice(mac, REGISTERED))
        for name, mac in zip(names, map(mac_of, range(4)), strict=True)
    )
    data = report([Home("z", "yealink", (MAIN,), phones[2:]), Home("a", "yealink", (MAIN,), phones[:2])])
    assert [(row["account"], row["host"]) for row in data["phones"]] == [
        ("a", "desk-9"),
        ("a", "desk-10"),
        ("z", "attic"),
        ("z", "Desk-1"),
    ]


def test_the_order_of_the_inventory_is_irrelevant() -> None:
    first = homes(200)
    mixer = random.Random(7)  # noqa: S311 - an order, no secret
    shuffled = [replace(home, phones=tuple(mixer.sample(home.phones, len(home.phones)))) for home in reversed(first)]
    assert json.dumps(report(shuffled)) == json.dumps(report(first))


def test_only_the_time_differs_between_two_reports_of_one_state() -> None:
    one, other = report(homes(100), Play(when="2026-01-01T00:00:00+00:00")), report(homes(100))
    assert json.dumps(one).replace(one["generated"], "T") == json.dumps(other).replace(other["generated"], "T")


def test_natural_order_bears_any_digits() -> None:
    texts = ["a" + "9" * 5000, "a10", "a9", "a09", "b", "", "a²", "A10"]
    assert sorted(texts, key=natural) == ["", "a09", "a9", "A10", "a10", "a" + "9" * 5000, "a²", "b"]


def test_counts_hold_every_outcome_and_add_up(mixed: dict[str, Any]) -> None:
    counts = mixed["counts"]
    assert counts["declared"] == len(mixed["phones"]) == 400
    assert counts["not_attempted"] == 40
    assert counts["accounts"], counts["accounts_reached"] == (2, 1)
    outcomes = ("in_sync", "would_change", "changed", "unverifiable", "conflict", "failed", "unknown", "not_attempted")
    assert sum(counts[name] for name in outcomes) == 400
    for name in (*outcomes, "declared", "unmanaged"):
        assert sum(account["summary"][name] for account in mixed["accounts"]) == counts[name]


def test_no_secret_is_in_a_report(mixed: dict[str, Any]) -> None:
    text = json.dumps(mixed)
    for secret in ("a-password", "a-token", "user:", "secret66", "secret67", "/u/"):
        assert secret not in text
    assert "north.example.net" in text


def test_a_phone_tells_what_is_found_and_what_is_wanted() -> None:
    mac = mac_of(1)
    declared = DesiredDevice(mac, server="main", unique_url="https://u.example.net/token", override=True)
    gone = DesiredDevice(mac_of(2), ABSENT, server="main", server_url=MAIN.url)
    phones = (
        Phone("one", declared, CurrentDevice(mac, REGISTERED, MAIN.url)),
        Phone("two", gone, CurrentDevice(mac_of(2), REGISTERED, MAIN.url)),
    )
    one, two = report([Home("yealink", "yealink", (MAIN,), phones)])["phones"]
    assert (one["action"], one["outcome"], one["verified"]) == ("move", "would_change", False)
    assert one["before"]["url"].startswith("https://prov.example.net/~")
    assert one["wanted"]["url"].startswith("https://u.example.net/~")
    assert one["wanted"]["unique_url"]
    assert one["wanted"]["override"]
    assert one["after"]["url"] == one["wanted"]["url"]
    assert two["wanted"] == {
        "state": "absent",
        "server": None,
        "url": None,
        "unique_url": False,
        "override": False,
        "force": False,
    }


def test_purged_devices_are_rows_without_a_host_after_the_phones() -> None:
    data = report([calm(2, (mac_of(9), mac_of(8)))], Play(purge=True, fleet_size=2))
    assert [(row["host"], row["mac"], row["action"]) for row in data["phones"]] == [
        ("desk-1", mac_of(1), "none"),
        ("desk-2", mac_of(2), "none"),
        (None, mac_of(8), "deregister"),
        (None, mac_of(9), "deregister"),
    ]
    assert (data["counts"]["purged"], data["counts"]["declared"], data["counts"]["unmanaged"]) == (2, 2, 0)
    assert verdict(data) == ("drift", "No phone differs from what is declared; 2 devices would be purged")


def test_every_unmanaged_device_is_named() -> None:
    extra = tuple(mac_of(0x1000 + index) for index in range(300))
    assert report([calm(1, extra)])["accounts"][0]["unmanaged"] == list(extra)


def test_a_play_is_the_whole_fleet_only_where_nothing_speaks_against_it() -> None:
    assert report([calm(3)])["scope"]["complete"]
    assert report([calm(3)], Play(fleet_size=3))["scope"]["complete"]
    assert not report([calm(3)], Play(fleet_size=4))["scope"]["complete"]
    assert not report([calm(3)], Play(partial="the run is limited (--limit)"))["scope"]["complete"]


def test_the_verdict_says_the_worst_first(mixed: dict[str, Any]) -> None:
    assert verdict(report([calm()])) == ("ok", "All 3 phones are as declared")
    assert verdict(report([calm(1)])) == ("ok", "The phone is as declared")
    assert verdict(report([lost(calm())])) == ("drift", "1 of 3 phones differs from what is declared")
    assert verdict(mixed) == ("incomplete", "44 of 400 phones could not be compared, 27 differ")
    assert verdict(report([calm()], Play(errors=["a server was refused"])))[0] == "incomplete"
    assert verdict(report([replace(calm(), phones=(), away="it is away")]))[0] == "incomplete"
    silent = Home(
        "htek",
        "htek",
        (HTEK,),
        (Phone("a", DesiredDevice(mac_of(1), server="pbx"), CurrentDevice(mac_of(1), REGISTERED)),),
    )
    assert verdict(report([silent])) == ("ok", "No drift found; 1 of 1 phone cannot be verified")


def test_no_server_is_told_as_found_where_the_service_shows_no_url() -> None:
    wanted = DesiredDevice(mac_of(1), server="pbx")
    data = report([Home("htek", "htek", (HTEK,), (Phone("a", wanted, CurrentDevice(mac_of(1), REGISTERED)),))])
    (row,) = data["phones"]
    assert row["before"] == {"mac": mac_of(1), "status": "registered", "server": None, "url": None}
    assert row["wanted"]["server"] == "pbx"


def test_a_calm_fleet_needs_nothing() -> None:
    data = report([calm()])
    assert steps(data) == ["Nothing"]
    assert not has_drift(data)


def test_the_command_that_puts_drift_right_carries_the_plan_and_the_limit() -> None:
    data = report([lost(calm())], Play(limit="site_a:&o'neil $(x)", partial="the run is limited (--limit)"))
    assert has_drift(data)
    (command,) = [step["command"] for step in data["next"] if step["command"]]
    words = shlex.split(command)
    assert words[:4] == ["ansible-playbook", "-i", "INVENTORY", "voip.rps.provision"]
    assert words[words.index("--limit") + 1] == "site_a:&o'neil $(x)"
    plan = data["accounts"][0]["plan"]
    assert json.loads(words[words.index("-e") + 1]) == {"rps_expect_plan": {"yealink": plan}}


def test_an_account_that_was_not_reached_comes_first(mixed: dict[str, Any]) -> None:
    assert steps(mixed) == [
        "Reach every account",
        "Look at what the service refused",
        "Put the drift right",
        "Settle the conflicts",
        "Decide about devices that nobody declared",
    ]


def test_purge_is_advised_only_where_the_whole_fleet_was_compared() -> None:
    whole, part = report([calm(2, (mac_of(9),))]), report([calm(2, (mac_of(9),))], Play(partial="limited"))
    assert "rps_fleet_size, the number of phones of your whole fleet" in whole["next"][0]["why"]
    assert "rps_purge" not in part["next"][0]["why"]


def test_the_artifact_is_small_and_guards_every_account(
    mixed: dict[str, Any], artifact_validator: jsonschema.Draft202012Validator
) -> None:
    artifact = drift_artifact(mixed)
    artifact_validator.validate(artifact)
    assert set(artifact["plans"]) == {"htek", "yealink"}
    assert (len(artifact["drifted"]), artifact["truncated"]) == (27, False)
    many = drift_artifact(report(homes(3000)))
    artifact_validator.validate(many)
    assert (len(many["drifted"]), many["truncated"]) == (50, True)
    assert many["drifted"] == sorted(many["drifted"])
    assert len(json.dumps(many)) < 3000
