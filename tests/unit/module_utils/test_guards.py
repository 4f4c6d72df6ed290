# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that block a plan, each on both sides of its border."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, ROLE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CurrentDevice,
    DesiredDevice,
    GuardViolation,
    PlannedChange,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.guards import (
    GUARDS,
    GuardInput,
    contradicting_list,
    expected_plan,
    first_violation,
    guard_reason,
    purge_limit,
    unread_devices,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    Plan,
    build_plan,
    decide,
    purge_changes,
    unreadable,
)
from ansible_collections.voip.rps.plugins.module_utils._validation import Limit, parse_limit
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

YEALINK = VENDORS["yealink"]
MACS = [f"0015650000{number:02x}" for number in range(1, 120)]
URL = "https://office.example.com/"
TENTH = parse_limit("10%")
PURGES = parse_limit("100%")


def plan_of(changes: Iterable[PlannedChange], listed: Iterable[str] | None = ()) -> Plan:
    return build_plan(changes, listed, (), lambda url, _hide: url)


def change(mac: str, status: str = "registered", url: str | None = URL, **fields: str) -> PlannedChange:
    desired: dict[str, Any] = {"server": "office", "server_url": URL, **fields}
    return decide(DesiredDevice(mac, **desired), CurrentDevice(mac, status, url), YEALINK)


def purge(count: int, listed: int) -> Plan:
    """A plan that purges so many of what is listed, beside a removal that was declared."""
    changes = purge_changes({mac: CurrentDevice(mac, "registered", URL) for mac in MACS[:count]}, None, YEALINK)
    return plan_of([*changes, change(MACS[-1], state="absent")], MACS[:listed])


# Purge that sees nothing, or two things at once.


def test_purge_is_blocked_while_a_device_could_not_be_read() -> None:
    unread = [unreadable(DesiredDevice(mac), reason("unreadable")) for mac in (MACS[2], MACS[1])]
    plan = plan_of([change(MACS[0]), *unread], MACS[:3])
    violation = unread_devices(GuardInput(plan, PURGES))
    assert violation is not None
    assert violation.name == "unread_devices"
    assert violation.params == {"count": 2, "first": "00:15:65:00:00:02"}
    assert unread_devices(GuardInput(plan)) is None
    assert unread_devices(GuardInput(plan_of([change(MACS[0])], MACS[:1]), PURGES)) is None


def test_purge_is_blocked_if_the_list_and_a_device_contradict_each_other() -> None:
    plan = plan_of([change(MACS[0]), change(MACS[1])], [MACS[0]])
    violation = contradicting_list(GuardInput(plan, PURGES))
    assert violation is not None
    assert (violation.name, violation.params) == ("list_contradiction", {"first": "00:15:65:00:00:02"})
    assert contradicting_list(GuardInput(plan)) is None
    agreeing = plan_of(
        [change(MACS[0]), change(MACS[2], "unknown", None), change(MACS[3], "unregistered", None)], MACS[:1]
    )
    assert contradicting_list(GuardInput(agreeing, PURGES)) is None


# How much may be purged.


@pytest.mark.parametrize(
    ("count", "listed", "limit", "blocked"),
    [
        (0, 0, "10%", False),
        (1, 9, "10%", True),
        (1, 10, "10%", False),
        (2, 10, "10%", True),
        (2, 19, "10%", True),
        (2, 20, "10%", False),
        (1, 1, "100%", False),
        (10, 10, "100%", False),
        (2, 2, "2", False),
        (3, 100, "2", True),
        (3, 10, "3", False),
        (4, 10, "3", True),
        (1, 100, "0", True),
    ],
)
def test_purge_stays_within_its_limit_of_purged_devices(count: int, listed: int, limit: str, blocked: bool) -> None:
    violation = purge_limit(GuardInput(purge(count, listed), parse_limit(limit)))
    assert (violation is not None) is blocked


@pytest.mark.parametrize(
    ("limit", "params"),
    [
        (TENTH, {"allowed": 1, "limit": "10%", "listed": 11}),
        (parse_limit("2"), {"allowed": 2, "limit": "2"}),
    ],
)
def test_the_violation_of_the_limit_says_what_was_counted_and_what_lifts_it(
    limit: Limit, params: dict[str, object]
) -> None:
    violation = purge_limit(GuardInput(purge(4, 11), limit))
    assert violation is not None
    counted = {"count": 4, "few": tuple(format_mac(mac, "colon") for mac in MACS[:4])}
    assert (violation.name, violation.params) == ("purge_limit", {**counted, **params})


@pytest.mark.parametrize("guard", [purge_limit, unread_devices, contradicting_list])
def test_without_purge_no_guard_of_it_looks(guard: object) -> None:
    assert callable(guard)
    assert guard(GuardInput(purge(9, 10))) is None


def test_a_limit_of_a_service_that_lists_nothing_allows_nothing() -> None:
    plan = plan_of(purge_changes({MACS[0]: CurrentDevice(MACS[0], "registered", URL)}, None, YEALINK), None)
    assert purge_limit(GuardInput(plan, TENTH)) is not None


# An approved plan.


@pytest.mark.parametrize("expected", ["sha256:" + digit * 64 for digit in "0f"])
@pytest.mark.parametrize(("account", "approval"), [("", "expect_plan: {}"), ("main", "main: {} in rps_expect_plan")])
def test_any_other_digest_is_blocked_and_the_new_one_is_named(expected: str, account: str, approval: str) -> None:
    plan = plan_of([change(MACS[0], "unknown", None)])
    violation = expected_plan(GuardInput(plan, None, expected, account))
    assert violation is not None
    assert (violation.name, violation.variant) == ("expect_plan", "")
    assert violation.params == {"plan": plan.digest, "expected": expected}
    speaker = Speaker(ROLE if account else MODULE, "Yealink", account)
    assert f"then set {approval.format(plan.digest)}." in speaker.guard(violation)


def test_the_expected_digest_passes_and_so_does_every_one_if_none_is_expected() -> None:
    plan = plan_of([change(MACS[0], "unknown", None)])
    assert expected_plan(GuardInput(plan, None, plan.digest)) is None
    assert expected_plan(GuardInput(plan)) is None


def test_an_approval_that_is_used_up_is_said_to_be() -> None:
    violation = expected_plan(GuardInput(plan_of([change(MACS[0])]), None, "sha256:" + "0" * 64))
    assert violation is not None
    assert (violation.name, violation.variant) == ("expect_plan", "used")


# Their order.


def test_the_first_guard_that_blocks_is_the_one_that_is_reported() -> None:
    first, second = GuardViolation("first"), GuardViolation("second")
    seen = GuardInput(plan_of([]))
    assert first_violation((lambda _seen: None, lambda _seen: first, lambda _seen: second), seen) == first
    assert first_violation((lambda _seen: None,), seen) is None


def test_what_cannot_be_trusted_comes_before_what_is_too_much_and_the_approval_comes_last() -> None:
    assert (unread_devices, contradicting_list, purge_limit, expected_plan) == GUARDS
    plan = plan_of([*purge(9, 10).changes, unreadable(DesiredDevice(MACS[50]), reason("unreadable"))], MACS[:10])
    found = first_violation(GUARDS, GuardInput(plan, TENTH, "sha256:" + "0" * 64))
    assert found is not None
    assert found.name == "unread_devices"


def test_the_reason_of_a_blocked_phone_is_its_guard() -> None:
    assert guard_reason(GuardViolation("purge_limit", "x")) == reason("guard_purge_limit")
