# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that stop a plan, each on both sides of its border, and which servers are worth a call."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, PlannedChange, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    Plan,
    build_plan,
    decide,
    digest_guard,
    plan_digest,
    purge_guard,
    purge_steps,
    servers_to_add,
    unreadable,
    unreadable_guard,
)
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit

MACS = [f"0015650000{number:02x}" for number in range(1, 12)]
URL, OTHER = "https://office.example.com/", "https://other.example.com/"


def show(url: str | None, _hide_path: bool) -> str | None:
    return url


def seen(mac: str, status: str = "registered", url: str | None = URL) -> PlannedChange:
    return decide(DesiredDevice(mac, server="office", server_url=URL), CurrentDevice(mac, status, url))


def purge(count: int, listed: int) -> Plan:
    """A plan that purges so many of what is listed."""
    steps = purge_steps({mac: CurrentDevice(mac, "registered", URL) for mac in MACS[:count]}, None)
    return build_plan(steps, MACS[:listed], (), show)


# -- purge that sees nothing, or two things at once


def test_purge_is_refused_while_a_device_could_not_be_read_and_the_first_is_named() -> None:
    steps = [
        seen(MACS[0]),
        unreadable(DesiredDevice(MACS[1]), "no answer", False),
        unreadable(DesiredDevice(MACS[2]), "no", False),
    ]
    guard = unreadable_guard(MACS[:3], steps, "rps_")
    assert guard is not None
    assert guard.name == "unread_devices"
    assert f"2 devices could not be read ({MACS[1]} first)" in guard.text
    assert "set rps_purge: false" in guard.text


def test_purge_is_refused_where_the_list_and_a_device_contradict_each_other() -> None:
    guard = unreadable_guard(MACS[:1], [seen(MACS[0]), seen(MACS[1])])
    assert guard is not None
    assert guard.name == "list_contradiction"
    assert MACS[1] in guard.text


def test_purge_goes_on_where_everything_was_read_and_agrees() -> None:
    assert unreadable_guard(MACS[:2], [seen(MACS[0]), seen(MACS[1]), seen(MACS[2], "unknown", None)]) is None
    assert unreadable_guard(MACS[:1], [seen(MACS[0]), seen(MACS[3], "unregistered", None)]) is None


# -- how much may be purged


@pytest.mark.parametrize(
    ("count", "listed", "limit", "refused"),
    [
        (0, 10, "10%", False),
        (1, 10, "10%", False),
        (2, 10, "10%", True),
        (1, 9, "10%", True),
        (2, 10, "3", False),
        (3, 10, "3", False),
        (4, 10, "3", True),
        (1, 10, "0", True),
        (10, 10, "100%", False),
    ],
)
def test_purge_stays_within_its_limit(count: int, listed: int, limit: str, refused: bool) -> None:
    assert (purge_guard(purge(count, listed), parse_limit(limit)) is not None) is refused


def test_the_refusal_says_what_was_counted_and_what_lifts_it() -> None:
    share, number = purge_guard(purge(2, 10), parse_limit("10%")), purge_guard(purge(2, 10), parse_limit("1"), "rps_")
    assert share is not None
    assert number is not None
    assert "would deregister 2 devices (001565000001, 001565000002), and the limit is 1 (10% of 10" in share.text
    assert "set purge_limit: 2 to" in share.text
    assert "the limit is 1 (a count)" in number.text
    assert number.name == "rps_purge_limit"
    one = purge_guard(purge(1, 1), parse_limit("10%"))
    assert one is not None
    assert "would deregister 1 device (001565000001), and the limit is 0 (10% of 1 device listed)" in one.text


# -- an approved plan


@pytest.mark.parametrize("expected", ["sha256:" + digit * 64 for digit in "0f"])
def test_any_other_digest_is_refused_and_the_new_one_is_told(expected: str) -> None:
    plan = build_plan([seen(MACS[0], "unknown", None)], (), (), show)
    assert plan.digest != expected
    guard = digest_guard(plan, expected, "rps_expect_plan: {main: {}}")
    assert guard is not None
    assert guard.name == "rps_expect_plan"
    assert f"set rps_expect_plan: {{main: {plan.digest}}} to" in guard.text
    assert digest_guard(plan, plan.digest) is None
    assert digest_guard(plan, None) is None


def test_the_digest_changes_with_everything_that_is_written() -> None:
    base = decide(DesiredDevice(MACS[0], server="office", server_url=URL), CurrentDevice(MACS[0], "registered", OTHER))
    absent = decide(DesiredDevice(MACS[0], "absent"), CurrentDevice(MACS[0], "registered", OTHER))
    declared = base.declared
    others = [
        absent,
        dataclasses.replace(absent, declared=dataclasses.replace(absent.declared, purged=True)),
        dataclasses.replace(base, declared=dataclasses.replace(declared, server="branch")),
        dataclasses.replace(base, declared=dataclasses.replace(declared, server_url="https://third.example.com/")),
        dataclasses.replace(base, found=CurrentDevice(MACS[0], "registered", "https://fourth.example.com/")),
        dataclasses.replace(base, forced=True),
        dataclasses.replace(
            base, declared=dataclasses.replace(declared, mac=MACS[1]), found=CurrentDevice(MACS[1], "registered", OTHER)
        ),
    ]
    digests = {plan_digest([step], show) for step in [base, *others]}
    assert len(digests) == len(others) + 1


def test_the_server_of_a_phone_to_be_removed_is_not_part_of_the_digest() -> None:
    found = CurrentDevice(MACS[0], "registered", URL)
    plain, named = DesiredDevice(MACS[0], "absent"), DesiredDevice(MACS[0], "absent", server="office", server_url=URL)
    assert plan_digest([decide(plain, found)], show) == plan_digest([decide(named, found)], show)


# -- servers

OFFICE = Server("office", URL)


@pytest.mark.parametrize(
    ("steps", "whole", "added"),
    [
        ([], True, True),
        ([], False, False),
        ([seen(MACS[0], "unknown", None)], False, True),
        ([seen(MACS[0])], True, False),
        ([seen(MACS[0], url=OTHER)], True, True),
        # somebody else's write, a removal, and a phone of another server say nothing of this one
        (
            [decide(DesiredDevice(MACS[0], server="zeta", server_url=OTHER), CurrentDevice(MACS[0], "unknown"))],
            False,
            False,
        ),
        (
            [decide(DesiredDevice(MACS[0], server="alpha", server_url=OTHER), CurrentDevice(MACS[0], "unknown"))],
            False,
            False,
        ),
        (
            [decide(DesiredDevice(MACS[0], "absent", server="office"), CurrentDevice(MACS[0], "registered", OTHER))],
            False,
            False,
        ),
        ([decide(DesiredDevice(MACS[0], server="zeta"), CurrentDevice(MACS[0], "registered"))], True, True),
        ([decide(DesiredDevice(MACS[0], server="office"), CurrentDevice(MACS[0], "registered"))], True, False),
        (
            [decide(DesiredDevice(MACS[0], server="zeta", server_url=URL), CurrentDevice(MACS[0], "registered", URL))],
            True,
            False,
        ),
        ([unreadable(DesiredDevice(MACS[0], server="office"), "no answer", False)], True, True),
    ],
)
def test_a_server_is_worth_a_call_where_a_write_needs_it_or_nothing_shows_it(
    steps: list[PlannedChange], whole: bool, added: bool
) -> None:
    plan = build_plan(steps, (), (), show)
    assert servers_to_add([OFFICE], plan, whole) == ([OFFICE] if added else [])
