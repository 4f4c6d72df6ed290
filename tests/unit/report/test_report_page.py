# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page shows: attention first, numbers that add up, each problem once."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.html import render_html
from ansible_collections.voip.rps.plugins.plugin_utils._report.page import Page as View
from ansible_collections.voip.rps.plugins.plugin_utils._report.page import prepare_page
from ansible_collections.voip.rps.plugins.plugin_utils._report.rows import breakable
from support.page_reader import Page
from support.report_fleets import OLD, account, colons, desired, device, fleet, mac_of, phone, purged, report, unmanaged

ORDER = ["conflict", "failed", "unknown", "not_attempted", "would_change", "changed", "unverifiable", "in_sync"]


def view(*rows: Any, **facts: Any) -> View:
    return prepare_page(report([account(rows=rows)], **facts))


def test_what_needs_attention_comes_first_and_the_rest_is_folded_away(mixed: Report) -> None:
    page = Page(render_html(mixed))
    shown = page.rows["list-attention"][1:] + page.rows["list-in_sync"][1:]
    rows = sorted(
        mixed["phones"], key=lambda row: ORDER.index(row["outcome"])
    )  # stable: accounts and hosts stay sorted
    for text, row in zip(shown, rows, strict=True):
        assert str(row["host"]) in text
        assert colons(row["mac"]) in text
    assert page.closed == ["list-in_sync"]
    assert len(page.rows["list-in_sync"]) == mixed["counts"]["in_sync"] + 1


def test_every_outcome_has_its_place() -> None:
    rows = [phone(f"desk-{index}", mac_of(index), outcome) for index, outcome in enumerate(reversed(ORDER))]
    page = view(*rows)
    assert [row.outcome for row in (*page.attention, *page.in_sync)] == ORDER
    assert [entry.outcome for entry in page.legend] == ORDER
    assert [segment.outcome for segment in page.bars[0].segments] == ORDER


def test_numbers_add_up_and_unmanaged_devices_are_no_phones() -> None:
    rows = [phone(f"desk-{index}", mac_of(index), outcome) for index, outcome in enumerate(ORDER * 3)]
    one = account(rows=rows, unmanaged=unmanaged(mac_of(99)), purged=[purged(mac_of(97)), purged(mac_of(98))])
    page = prepare_page(report([one], purge=True))
    tiles = {tile.label: int(tile.value) for tile in page.tiles}
    assert tiles == {
        "phones": 24,
        "drifted": 6,
        "not compared": 9,
        "changed": 3,
        "unverifiable": 3,
        "in sync": 3,
        "unmanaged device": 1,
        "to purge": 2,
    }
    assert sum(int(entry.value) for entry in page.legend) == 24
    assert page.bars[0].total == "24 phones"
    assert page.devices_count == "3 devices, 2 to purge"
    assert page.accounts[0].unmanaged == "1, 2 to purge"


def test_the_number_of_the_headline_is_that_of_a_tile() -> None:
    page = view(*[phone(f"d{index}", mac_of(index), "would_change" if index < 3 else "in_sync") for index in range(40)])
    assert page.headline == "3 of 40 phones have drifted"
    assert {tile.label: tile.value for tile in page.tiles}["drifted"] == "3"


def test_a_bar_shows_one_phone_of_many_and_is_full() -> None:
    rows = [phone(f"d{index}", mac_of(index), "conflict" if index == 7 else "in_sync") for index in range(3000)]
    segments = view(*rows).bars[0].segments
    assert float(segments[0].width) > 0.5
    assert float(segments[-1].left) + float(segments[-1].width) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("vendor", ["yealink", "snom"])
def test_what_no_account_shows_is_not_called_none(vendor: str) -> None:
    read = vendor == "snom"
    error = None if read else "Account main could not be read: the connection was refused."
    page = prepare_page(report([account(vendor=vendor, reached=read, error=error, unmanaged=None)]))
    tile = next(tile for tile in page.tiles if tile.kind == "unmanaged")
    assert (tile.value, tile.text, page.devices_none) == ("\u2013", "not known", "Not known.")
    assert ("cannot list" in page.devices_note) is read


def test_each_problem_is_there_once() -> None:
    error = "Account htek could not be read: Htek refused the login (HTTP 401). Check api_username and api_password."
    guard = {"name": "rps_purge_limit", "text": "Guard rps_purge_limit blocked the run: purge would remove 31 devices."}
    row = phone(
        "a",
        mac_of(1),
        "not_attempted",
        msg=f"{colons(mac_of(1))} (a) was not attempted: the login of account htek was refused.",
    )
    away = account("htek", [row], "htek", reached=False, error=error, unmanaged=[])
    other = account(rows=[phone("b", mac_of(2), "would_change")], guard=guard)
    data = report([away, other], errors=[error], warnings=[guard["text"], error, "one more"])
    text = Page(render_html(data)).text
    assert text.count("refused the login") == 1
    assert text.count("purge would remove 31 devices") == 1
    assert prepare_page(data).warnings == ("one more",)


@pytest.mark.parametrize(
    ("msg", "shown"),
    [
        ("80:5e:c0:00:00:01 (a): Yealink refused it.", "Yealink refused it."),
        ("80:5e:c0:00:00:01 (a) is registered.", "Registered."),
        ("80:5e:c0:00:00:01: the answer was lost.", "The answer was lost."),
        ("805ec0000001 was not read.", "Not read."),
        ("80:5e:c0:00:00:02 (a): of another.", "80:5e:c0:00:00:02 (a): of another."),
        ("", ""),
    ],
)
def test_a_message_does_not_repeat_the_phone_of_its_row(msg: str, shown: str) -> None:
    (row,) = view(phone("a", mac_of(1), "failed", msg=msg)).attention
    assert row.message == shown


def test_a_server_that_is_not_declared_is_marked() -> None:
    odd = phone("b", mac_of(2), "unverifiable", desired=desired("berlim", url=None), server_declared=False)
    page = Page(render_html(report([account(rows=[phone("a", mac_of(1)), odd])])))
    assert [text.count("not in rps_servers") for text in page.rows["list-attention"]] == [0, 1]
    assert page.rows["list-in_sync"][1].count("not in rps_servers") == 0
    assert page.rows["accounts"][1].count("not in rps_servers") == 1


def test_only_some_servers_of_an_account_are_shown_undeclared_ones_first() -> None:
    servers = [{"name": f"s{index}", "url": f"https://s{index}.example.net/", "status": None} for index in range(20)]
    odd = phone("b", mac_of(2), desired=desired("zzz", url=None), server_declared=False)
    (row,) = prepare_page(report([account(rows=[odd], servers=servers)])).accounts
    assert [server.name for server in row.servers][:2] == ["zzz", "s0"]
    assert row.more_servers == 13


def test_unmanaged_devices_are_shown_with_where_they_point_and_when_they_asked() -> None:
    devices = unmanaged(mac_of(9, "panasonic"), url=OLD) + unmanaged(
        mac_of(8, "panasonic"), last_contact="2026-10-01T08:30:00Z"
    )
    page = Page(render_html(report([account("panasonic", vendor="panasonic", unmanaged=devices)])))
    asked, never = page.rows["list-devices"][1:]
    assert "last asked 2026-10-01 08:30 UTC" in asked
    assert "registered, but has never asked" in never
    assert "provisioning/" in never
    page = Page(render_html(report([account(unmanaged=unmanaged(mac_of(1), status=None, url=None))])))
    assert "on the account" in page.rows["list-devices"][1]
    assert "asked" not in page.rows["list-devices"][1]


def test_many_unmanaged_devices_are_folded_away() -> None:
    page = Page(render_html(report([account(unmanaged=unmanaged(*map(mac_of, range(61))))])))
    assert page.closed == ["list-devices"]


def test_the_page_says_what_is_not_known_of_unmanaged_devices() -> None:
    snom = account("snom", vendor="snom", unmanaged=None)
    away = account("htek", vendor="htek", reached=False, error="away")
    page = prepare_page(report([snom, away, account(unmanaged=unmanaged(mac_of(1)))], partial="limited"))
    assert "make sure that no other inventory declares it" in page.devices_note
    assert "could not be read may have more" in page.devices_note
    assert "Unmanaged devices of snom are not known, because the service cannot list an account." in page.devices_note
    assert [row.unmanaged for row in page.accounts] == ["not known", "not known", "1"]


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://prov.example.net/cfg/a.xml", "https://prov.example.net/|cfg/|a.xml"),
        ("prov.example.net", "prov.example.net"),
        ("a//b", "a//|b"),
        ("https://x", "https://x"),
        (None, ""),
        ("<b>/", "&lt;b&gt;/"),
    ],
)
def test_urls_break_after_slashes(url: str | None, parts: str) -> None:
    assert breakable(url).replace("<wbr>", "|") == parts


def test_a_row_shows_current_and_desired_state() -> None:
    mac = mac_of(1)
    row = phone(
        "a",
        mac,
        "would_change",
        before=device(mac, url="https://prov.example.net/cfg/"),
        desired=desired("spare", override=True, force=True, unique_url=True),
    )
    absent = phone("b", mac_of(2), "would_change", action="deregister", desired=desired(None))
    first, second = view(row, absent).attention
    assert (first.status, first.server, first.state, first.desired_server) == (
        "registered",
        "main",
        "registered",
        "spare",
    )
    assert first.flags == "rps_override, rps_force"
    assert (second.state, second.desired_server, second.action) == ("absent", "", "deregister")


def test_statuses_are_said_as_people_say_them() -> None:
    statuses = ("registered", "unregistered", "registered_elsewhere", "unknown")
    rows = [
        phone(f"d{index}", mac_of(index), "would_change", before=device(mac_of(index), status))
        for index, status in enumerate(statuses)
    ]
    rows.append(phone("d9", mac_of(9), "failed"))
    assert {row.status for row in view(*rows).attention} == {
        "registered",
        "no server",
        "other account",
        "not found",
        "could not be read",
    }


@pytest.mark.parametrize(
    ("facts", "whole", "subtitle"),
    [
        ({}, "Yes, if the play includes all your phones", "nothing was written"),
        ({"fleet_size": 1}, "Yes", "nothing was written"),
        ({"fleet_size": 2}, "No: the play has 1 of 2 phones", "nothing was written"),
        ({"partial": "1 host failed"}, "No: 1 host failed", "part of the play"),
        ({"partial": "the run is limited", "limit": "site_a"}, "No: the run is limited", "limited to site_a"),
        ({"mode": "provision", "check_mode": True}, "Yes, if the play includes all your phones", "nothing was written"),
    ],
)
def test_the_scope_says_what_was_compared(facts: dict[str, Any], whole: str, subtitle: str) -> None:
    page = view(phone("a", mac_of(1)), **facts)
    assert dict(page.facts)["Whole fleet"] == whole
    assert subtitle in page.subtitle


def test_a_run_that_writes_does_not_claim_that_nothing_was_written() -> None:
    page = view(phone("a", mac_of(1), "changed"), mode="provision")
    assert (page.kind, "nothing was written" in page.subtitle) == ("Run report", False)


def test_a_plan_that_approves_nothing_says_so() -> None:
    guard = {"name": "rps_purge_limit", "text": "It blocks."}
    (row,) = prepare_page(report([account(guard=guard)])).accounts
    assert row.plan_note == "Guard rps_purge_limit would block it."
    (row,) = prepare_page(report([account(plan=None)])).accounts
    assert (row.plan, row.plan_note) == ("", "")


def test_filters_offer_what_is_there(mixed: Report) -> None:
    choices = {choice.text: choice.value for choice in prepare_page(mixed).outcome_choices}
    assert choices["any (400)"] == ""
    assert choices["drifted (19)"] == "conflict would_change"
    assert choices["not compared (44)"] == "failed unknown not_attempted"
    assert choices["need attention (67)"] == " ".join(ORDER[:-1])
    assert "changed (0)" not in choices


@pytest.mark.parametrize("accounts", [[], [account()]])
def test_a_page_of_nothing_is_a_page(accounts: list[Any]) -> None:
    text = Page(render_html(report(accounts))).text
    assert "The play declares no phones." in text


def test_the_page_names_nothing_that_a_browser_could_fetch(mixed: Report) -> None:
    elements = Page(render_html(mixed)).elements
    tags = {tag for tag, _attributes in elements}
    assert not tags & {"img", "iframe", "object", "embed", "base", "audio", "video"}
    for _tag, attributes in elements:
        assert not attributes.keys() & {
            "src",
            "srcset",
            "action",
            "formaction",
            "data",
            "poster",
            "background",
            "style",
        }
        assert str(attributes.get("href") or "#").startswith(("#", "data:,"))
        assert not any(name.startswith("on") for name in attributes)


def test_the_policy_names_the_very_bytes_of_script_and_style(mixed: Report) -> None:
    text = render_html(mixed)
    (policy,) = [str(a["content"]) for _tag, a in Page(text).elements if a.get("http-equiv")]
    for tag in ("script", "style"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_plans_and_commands_are_in_the_page(mixed: Report) -> None:
    text = Page(render_html(mixed)).text
    for each in mixed["accounts"]:
        assert str(each["plan"]) in text
    for step in mixed["next"]:
        assert (step["command"] or "") in text


def template_work(data: Report) -> Counter[str]:
    """How often the functions of the templates are entered while a page is rendered: a template itself, which is a
    generator, once for each piece of text; a macro once for each call."""
    entered: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code.co_filename.endswith(".j2"):
            entered[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        render_html(data)
    finally:
        sys.setprofile(None)
    return entered


@pytest.mark.no_cover
def test_ten_thousand_phones_are_one_pass_of_the_template_without_a_macro_per_row() -> None:
    # The first page of a process compiles the templates.
    _first, few, many = (template_work(report(fleet(count))) for count in (1, 100, 10_000))
    assert many["macro"] == few["macro"] == 3  # a bar for the fleet and one for each account
    assert set(many) == set(few) == {"root", "macro"}
    assert few["root"] > 100  # it did count
    assert (many["root"] - few["root"]) / 9_900 < 50  # pieces of text of one row


def test_commands_come_with_a_reminder_of_the_other_options_of_the_run() -> None:
    reminder = "If this run had other options"
    assert reminder in render_html(report([account(rows=[phone("a", mac_of(1), "would_change")])]))
    assert reminder not in render_html(report([account(rows=[phone("a", mac_of(1))])]))
