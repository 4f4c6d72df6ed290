# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of one run, batches and plays: the last report has all of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.build import build_report, drift_artifact
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import AccountPart, Report, RunPart, UnmanagedDevice
from ansible_collections.voip.rps.plugins.plugin_utils._report.recommendations import shared_name
from support.report_fleets import account, fleet, mac_of, part, phone, purged, report, unmanaged

SERIAL = "the play runs in batches (serial); this batch has 30 of 120 hosts"


def macs(devices: list[UnmanagedDevice] | None) -> list[str]:
    return [device["mac"] for device in devices or []]


def batches(count: int, parts: int) -> list[RunPart]:
    """The parts of a play in batches, each of which takes the phones of the others for unmanaged."""
    size, handed = -(-count // parts), []
    places = [(index, row) for index, one in enumerate(fleet(count)) for row in one["rows"]]
    for start in range(0, count, size):
        accounts: list[AccountPart] = []
        for index, one in enumerate(fleet(count)):
            rows = [row for place, row in places[start : start + size] if place == index]
            others = [row["mac"] for row in one["rows"] if row not in rows]
            devices = [*(one["unmanaged"] or []), *unmanaged(*others)]
            accounts.append(account(one["name"], rows, one["vendor"], unmanaged=devices))
        handed.append(part(accounts, hosts=count, partial=SERIAL, warnings=["one warning"]))
    return handed


@pytest.mark.parametrize("parts", [2, 3, 7])
def test_all_batches_together_say_what_the_whole_play_says(
    parts: int, validator: jsonschema.Draft202012Validator
) -> None:
    whole: dict[str, Any] = {**report(fleet(120), warnings=["one warning"])}
    data: dict[str, Any] = {**build_report(batches(120, parts))}
    validator.validate(data)
    for key in ("phones", "counts", "scope", "warnings", "errors", "generated"):
        assert data[key] == whole[key], key
    for own, other in zip(data["accounts"], whole["accounts"], strict=True):
        for key in ("name", "key", "play", "vendor", "reached", "error", "summary", "servers", "unmanaged"):
            assert own[key] == other[key], key


def test_devices_to_purge_are_those_that_every_batch_would_purge() -> None:
    rows = [phone("a", mac_of(1)), phone("b", mac_of(2))]
    first = account(rows=rows[:1], purged=[purged(mac_of(2)), purged(mac_of(9))])
    second = account(rows=rows[1:], purged=[purged(mac_of(1)), purged(mac_of(9))])
    data = build_report([part([one], hosts=2, purge=True) for one in (first, second)])
    assert [(row["host"], row["mac"]) for row in data["phones"]] == [
        ("a", mac_of(1)),
        ("b", mac_of(2)),
        (None, mac_of(9)),
    ]
    away = account(rows=rows[1:], reached=False)
    data = build_report([part([one], hosts=2, purge=True) for one in (first, away)])
    assert [row["mac"] for row in data["phones"] if row["host"] is None] == [mac_of(9)]


def test_a_plan_of_batches_approves_nothing_and_is_missing_nowhere() -> None:
    handed = batches(120, 3)
    data = build_report(handed)
    htek, yealink = data["accounts"]
    assert htek["plan"] == handed[-1]["accounts"][1]["plan"]  # its phones are all in the last batch
    assert (htek["batches"], yealink["batches"]) == (1, 3)
    known = {one["plan"] for one in [*fleet(120), *(one for part in handed for one in part["accounts"])]}
    assert (yealink["plan"] or "").startswith("sha256:")
    assert yealink["plan"] not in known


@pytest.mark.parametrize("order", [1, -1])
def test_a_batch_without_phones_of_an_account_leaves_what_is_known_of_it(order: int) -> None:
    whole = fleet(60)[0]
    empty = account("yealink", unmanaged=unmanaged(*(row["mac"] for row in whole["rows"][:5])))
    data = build_report([part([one]) for one in [whole, empty][::order]])
    (one,), (known,) = data["accounts"], report([whole])["accounts"]
    assert {**one, "calls": {}} == {**known, "calls": {}}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("declared_first", "kept"), [(True, [8, 9]), (False, [9])])
def test_what_an_account_had_when_it_was_read_is_kept_if_it_is_away_in_another_batch(
    declared_first: bool, kept: list[int], order: int
) -> None:
    rows = [phone("a", mac_of(1))]
    both = [rows, []] if declared_first else [[], rows]
    others = unmanaged(mac_of(9), mac_of(8) if declared_first else mac_of(1))
    listed = account(rows=both[0], unmanaged=others)
    away = account(rows=both[1], reached=False, error="it is away")
    (one,) = build_report([part([one]) for one in [listed, away][::order]])["accounts"]
    assert macs(one["unmanaged"]) == [mac_of(number) for number in kept]
    assert one["summary"]["declared"] == 1


def test_unmanaged_devices_are_those_of_the_last_list() -> None:
    first = account(rows=[phone("a", mac_of(1))], unmanaged=unmanaged(mac_of(2), mac_of(8), mac_of(9)))
    second = account(rows=[phone("b", mac_of(2))], unmanaged=unmanaged(mac_of(1), mac_of(7), mac_of(9)))
    (one,) = build_report([part([one], hosts=2) for one in (first, second)])["accounts"]
    assert macs(one["unmanaged"]) == [mac_of(7), mac_of(9)]


def test_calls_of_batches_add_up() -> None:
    handed = batches(120, 2)
    calls = sum(sum(one["calls"].values()) for part in handed for one in part["accounts"])
    assert sum(sum(one["calls"].values()) for one in build_report(handed)["accounts"]) == calls


def test_a_server_that_one_batch_added_stays_added() -> None:
    servers = [{"name": "main", "url": "https://m.example.net/", "status": status} for status in ("created", None)]
    accounts = [
        account(rows=[phone(host, mac)], servers=[server])
        for host, mac, server in zip("ab", (mac_of(1), mac_of(2)), servers, strict=True)
    ]
    (one,) = build_report([part([one], hosts=2) for one in accounts])["accounts"]
    assert [server["status"] for server in one["servers"]] == ["created"]


def test_the_first_batches_alone_say_that_they_are_a_part() -> None:
    data = build_report(batches(120, 3)[:2])
    assert data["scope"]["partial"] == "40 hosts of the play are not in this report"
    assert not data["scope"]["complete"]


def test_the_reason_of_a_limited_run_stays() -> None:
    handed = [part([one], limit="site_a", partial="the run is limited (--limit)", hosts=60) for one in fleet(60)]
    assert build_report(handed)["scope"]["partial"] == "the run is limited (--limit)"


def test_a_second_run_over_the_same_phones_replaces_the_first() -> None:
    later = [
        {**one, "rows": [{**row, "outcome": "failed", "msg": "away"} for row in one["rows"]], "unmanaged": []}
        for one in fleet(60)
    ]
    second = part(later, generated="2026-11-02T07:00:00+00:00")  # type: ignore[arg-type]
    data = build_report([part(fleet(60)), second])
    for one in data["accounts"]:
        assert one["batches"] == 1
    assert data["phones"] == build_report([second])["phones"]
    assert data["counts"] == build_report([second])["counts"]


def test_an_account_that_one_batch_did_not_reach_is_not_reached_but_keeps_what_is_known() -> None:
    yealink = fleet(60)[0]
    one = account(rows=yealink["rows"][:20], unmanaged=unmanaged(mac_of(0x900000), mac_of(30)))
    two = account(rows=yealink["rows"][20:], reached=False, error="it is away")
    data = build_report([part([one]), part([two])])
    (merged,) = data["accounts"]
    assert (merged["reached"], merged["error"]) == (False, "it is away")
    assert macs(merged["unmanaged"]) == [mac_of(0x900000)]


def test_an_account_that_cannot_be_listed_stays_unknown_over_batches() -> None:
    accounts = [
        account("snom", [phone(host, mac_of(index, "snom"))], "snom", unmanaged=None) for index, host in enumerate("ab")
    ]
    (one,) = build_report([part([one], hosts=2) for one in accounts])["accounts"]
    assert one["unmanaged"] is None
    away = {**accounts[1], "reached": False}
    (one,) = build_report([part([accounts[0]]), part([away])])["accounts"]  # type: ignore[list-item]
    assert one["unmanaged"] is None


def two_plays(names: tuple[str, str] = ("main", "main"), identities: tuple[str, str] = ("one", "two")) -> list[RunPart]:
    """Two plays, each with a phone, a device of its own, and one that both list."""
    return [
        part(
            [
                account(
                    names[index],
                    [phone(f"desk-{index}", mac_of(index), "would_change")],
                    identity=identities[index],
                    unmanaged=unmanaged(mac_of(1 - index), mac_of(10 + index), mac_of(99)),
                )
            ],
            play=play,
        )
        for index, play in enumerate(("Customer A", "Customer B"))
    ]


def names(data: Report) -> list[str]:
    return [one["name"] for one in data["accounts"]]


def test_two_logins_of_one_name_stay_two_accounts_with_all_their_devices(
    validator: jsonschema.Draft202012Validator, artifact_validator: jsonschema.Draft202012Validator
) -> None:
    parts = two_plays()
    data = build_report(parts)
    validator.validate(data)
    assert names(data) == ["main (Customer A)", "main (Customer B)"]
    assert [one["key"] for one in data["accounts"]] == ["main", "main"]
    assert [row["account"] for row in data["phones"]] == names(data)
    assert [macs(one["unmanaged"]) for one in data["accounts"]] == [
        [mac_of(1), mac_of(10), mac_of(99)],
        [mac_of(0), mac_of(11), mac_of(99)],
    ]
    assert (data["scope"]["play"], data["scope"]["hosts"], data["scope"]["phones"]) == ("Customer A, Customer B", 2, 2)
    artifact = drift_artifact(data)
    artifact_validator.validate(artifact)
    assert artifact["plans"].keys() == {"main"}
    assert artifact["plans"]["main"] not in {one["plan"] for part in parts for one in part["accounts"]}


def test_two_plays_of_one_name_with_two_logins_stay_two_accounts() -> None:
    parts = [{**part, "run": {**part["run"], "play": "Report drift"}} for part in two_plays()]
    data = build_report(parts)  # type: ignore[arg-type]
    assert names(data) == ["main (Report drift)", "main (Report drift) [2]"]
    assert data["counts"]["unmanaged"] == 6


def test_two_plays_of_one_name_and_one_login_are_no_batches_of_one() -> None:
    parts = two_plays(identities=("same", "same"))
    for one in parts:
        one["run"]["play"] = "Report drift"
    data = build_report(parts)
    assert names(data) == ["main (Report drift)", "main (Report drift) [2]"]
    assert [one["batches"] for one in data["accounts"]] == [1, 1]
    assert [one["plan"] for one in data["accounts"]] == [one["plan"] for part in parts for one in part["accounts"]]
    scope = data["scope"]
    assert (scope["play"], scope["hosts"], scope["phones"], scope["partial"]) == ("Report drift", 2, 2, None)
    assert "Two plays use the account name main" in (shared_name(data) or "")


def test_one_login_in_two_plays_shows_each_device_once_and_no_declared_phone_among_them() -> None:
    data = build_report(two_plays(("a", "b"), ("same", "same")))
    assert names(data) == ["a", "b"]
    assert [macs(one["unmanaged"]) for one in data["accounts"]] == [[mac_of(10), mac_of(99)], [mac_of(11)]]
    assert drift_artifact(data)["plans"] == {one["key"]: one["plan"] for one in data["accounts"]}


def test_accounts_of_two_plays_keep_their_names_if_they_differ() -> None:
    data = build_report([part([one], play=play) for one, play in zip(fleet(60), ("One", "Two"), strict=True)])
    assert names(data) == ["htek", "yealink"]
    assert [one["play"] for one in data["accounts"]] == ["Two", "One"]
    assert data["scope"]["partial"] is None


def test_facts_of_two_plays_are_those_of_both() -> None:
    parts = [
        part([fleet(60)[0]], play="One", purge=True, fleet_size=54, check_mode=True),
        part([fleet(60)[1]], play="Two", partial="1 host failed"),
    ]
    scope = build_report(parts)["scope"]
    assert (scope["purge"], scope["fleet_size"], scope["partial"], scope["check_mode"]) == (
        True,
        54,
        "1 host failed",
        False,
    )


@pytest.mark.parametrize(
    ("selections", "joined"),
    [
        ((None, None), None),
        (("site_a", "site_a"), "site_a"),
        (("site_a", "b,c"), "site_a,b,c"),
        (("x", None), "x,phones"),
    ],
)
def test_a_command_over_several_plays_is_for_the_hosts_of_all(
    selections: tuple[str | None, str | None], joined: str | None
) -> None:
    plays = zip(fleet(60), ("One", "Two"), selections, strict=True)
    data = build_report([part([one], play=play, selection=selection) for one, play, selection in plays])
    assert data["scope"]["selection"] == joined


def test_no_name_of_an_account_can_take_that_of_another() -> None:
    parts = two_plays()
    parts.append(part([account("main (Customer A)", [phone("x", mac_of(7))], identity="three")], play="Third"))
    assert len(set(names(build_report(parts)))) == 3


def test_parts_survive_being_kept_as_json() -> None:
    handed = batches(60, 3)
    assert build_report(json.loads(json.dumps(handed))) == build_report(handed)
