# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's own guards, each as a table, and the one decision over all accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import (
    ABSENT,
    REGISTERED,
    CurrentDevice,
    DesiredDevice,
    GuardViolation,
    Reason,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.guards import GuardInput, first_violation
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import build_plan, decide
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import Account, Fleet
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.guards import (
    blocked_accounts,
    missing_fleet,
    role_guards,
    same_account_guards,
)
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.scope import DRIFT, PROVISION, RELEASE, Scope
from support.phones import OFFICE, macs
from unit.fleet.plays import DIGEST, fleet, login, phones

PARTIAL = reason("limited")
SPEAKER = Speaker(ROLE, "Yealink", "main")


def seen(absent: int = 0, purged: int = 0, listed: int | None = 20, added: int = 0) -> GuardInput:
    """A plan that deregisters so many phones by host vars and so many by purge, of an account that lists so many."""
    vendor = VENDORS["yealink"]
    names = macs(absent + purged + added)
    desired: Iterable[DesiredDevice] = [
        *(DesiredDevice(mac, ABSENT) for mac in names[:absent]),
        *(DesiredDevice(mac, ABSENT, purged=True) for mac in names[absent : absent + purged]),
    ]
    changes = [decide(one, CurrentDevice(one.mac, REGISTERED, OFFICE), vendor) for one in desired]
    new = (DesiredDevice(mac, server="office", server_url=OFFICE) for mac in names[absent + purged :])
    changes += [decide(one, CurrentDevice(one.mac, "unknown"), vendor) for one in new]
    on_account = None if listed is None else macs(listed)
    return GuardInput(build_plan(changes, on_account, (), lambda url, _path: url), account="main")


def violation(
    what: GuardInput, scope: Scope, vendor: str = "yealink", count: int = 20, **variables: Any
) -> GuardViolation | None:
    play = fleet(phones(count, vendor), rps_accounts={"main": login(vendor)}, **variables)
    return first_violation(role_guards(play.accounts[0], play, scope), what)


@pytest.mark.parametrize(
    ("size", "phones_in_play", "partial", "is_complete"),
    [
        (None, 2, None, False),
        (3, 2, None, False),
        (1, 2, None, False),
        (2, 2, None, True),
        (2, 2, PARTIAL, False),
        (None, 2, PARTIAL, False),
    ],
)
def test_a_play_is_the_whole_fleet_if_its_number_is_known_and_nothing_is_left_out(
    size: int | None, phones_in_play: int, partial: Reason | None, is_complete: bool
) -> None:
    missing = missing_fleet(fleet(rps_fleet_size=size), Scope(PROVISION, False, phones_in_play, partial))
    assert (missing is None) is is_complete
    if missing is not None and partial is not None:
        assert missing == partial


@pytest.mark.parametrize(
    ("variables", "partial", "name"),
    [
        ({}, None, "fleet_size"),
        ({"rps_fleet_size": 19}, None, "fleet_size"),
        ({"rps_fleet_size": 20}, None, None),
        ({"rps_fleet_size": 20}, PARTIAL, "fleet_size"),
    ],
)
def test_purge_needs_the_whole_fleet(variables: dict[str, Any], partial: Reason | None, name: str | None) -> None:
    scope = Scope(PROVISION, False, 20, partial)
    found = violation(seen(purged=1), scope, rps_purge=True, **variables)
    assert (found.name if found else None) == name
    assert violation(seen(purged=1), scope, **variables) is None


# absent phones, variables, earlier in the run (by identity: phones, listed), blocked
REMOVALS: list[tuple[int, dict[str, Any], tuple[int, int] | None, bool]] = [
    (3, {}, None, False),  # 10% of 20 is 2, and the floor is 3
    (4, {}, None, True),
    (2, {"rps_removal_limit": "10%"}, None, False),
    (3, {"rps_removal_limit": "10%"}, None, True),  # the floor is the default's
    (4, {"rps_removal_limit": 4}, None, False),
    (1, {"rps_removal_limit": 0}, None, True),
    (4, {"rps_purge_limit": 20}, None, True),  # a limit of its own
    (20, {"rps_fleet_size": 20}, None, False),
    (4, {"rps_fleet_size": 21}, None, True),
    (2, {}, (2, 20), True),
    (1, {}, (2, 20), False),
    (0, {}, (9, 20), False),
    (3, {}, (2, 50), False),  # 10% of what the account had before the first removal
]


@pytest.mark.parametrize(("absent", "variables", "earlier", "blocked"), REMOVALS)
def test_host_vars_deregister_no_more_than_the_limit_in_a_whole_run(
    absent: int, variables: dict[str, Any], earlier: tuple[int, int] | None, blocked: bool
) -> None:
    identity = fleet().accounts[0].identity
    scope = Scope(PROVISION, False, 20, removed={} if earlier is None else {identity: earlier})
    found = violation(seen(absent), scope, **variables)
    assert (found is not None) is blocked
    if found is not None:
        assert (found.name, found.params["count"]) == ("removal_limit", absent + (earlier or (0, 0))[0])


def test_what_another_account_removed_does_not_count_whatever_its_name() -> None:
    scope = Scope(PROVISION, False, 20, removed={"main": (20, 20), "yealink https://x:443/ me": (20, 20)})
    assert violation(seen(3), scope) is None


@pytest.mark.parametrize(("mode", "blocked"), [(PROVISION, True), (DRIFT, True), (RELEASE, False)])
def test_a_release_is_no_removal_by_host_vars(mode: str, blocked: bool) -> None:
    assert (violation(seen(4), Scope(mode, False, 20)) is not None) is blocked


@pytest.mark.parametrize(("absent", "count", "blocked"), [(4, 40, False), (5, 40, True), (3, 4, False), (4, 4, True)])
def test_without_a_list_a_percentage_is_of_the_declared_phones(absent: int, count: int, blocked: bool) -> None:
    found = violation(seen(absent, listed=None), Scope(PROVISION, False, count), "snom", count)
    assert (found is not None) is blocked


def test_the_message_of_the_removal_limit_names_the_way_to_retire_phones() -> None:
    found = violation(seen(4), Scope(PROVISION, False, 20))
    assert found is not None
    text = SPEAKER.guard(found)
    assert "voip.rps.release --limit" in text
    assert "rps_removal_limit: 4" in text
    other = violation(seen(4), Scope(PROVISION, False, 20), rps_fleet_size=21)
    assert other is not None
    assert "rps_fleet_size is 21" in SPEAKER.guard(other)


def test_an_account_with_writes_and_no_approved_plan_is_guarded() -> None:
    scope = Scope(PROVISION, False, 1)
    approved = fleet(phones(1), rps_expect_plan={"main": DIGEST})
    unapproved = replace(approved.accounts[0], expect_plan=None, unapproved=True)

    def check(account: Account, play: Fleet, what: GuardInput) -> GuardViolation | None:
        return first_violation(role_guards(account, play, scope), what)

    found = check(unapproved, approved, seen(added=1))
    assert found is not None
    assert (found.name, found.variant) == ("expect_plan", "missing")
    assert f"main: {seen(added=1).plan.digest}" in SPEAKER.guard(found)
    assert check(unapproved, approved, seen()) is None
    assert check(approved.accounts[0], approved, seen(added=1)) is None


def test_a_guard_of_one_account_blocks_all_and_each_keeps_its_own() -> None:
    first, second = GuardViolation("purge_limit"), GuardViolation("expect_plan")
    assert blocked_accounts({"a": None, "b": None}) == {}
    assert blocked_accounts({"a": None, "b": first, "c": second}) == {"a": first, "b": first, "c": second}


# -- one login under two names


def _two_accounts(second_vendor: str = "yealink") -> list[tuple[Account, list[Any], list[Any]]]:
    """Two accounts, each with one phone of its own that it purges from the other."""
    found = fleet(
        {
            "one": {"rps_mac": macs(1)[0], "rps_server": "office", "rps_account": "one"},
            "two": {"rps_mac": macs(1, second_vendor, 2)[0], "rps_server": "office", "rps_account": "two"},
        },
        rps_accounts={
            "one": login(api_url="https://rps.example.com/xmlrpc"),
            "two": login(second_vendor, api_url="https://RPS-alias.example.com/xmlrpc"),
        },
        rps_servers=[
            {"name": "office", "url": OFFICE, "account": "one"},
            {"name": "office", "url": OFFICE, "account": "two"},
        ],
    )
    vendor = VENDORS["yealink"]
    one, two = found.accounts

    def changes(device: DesiredDevice) -> list[Any]:
        return [decide(device, CurrentDevice(device.mac, REGISTERED, OFFICE), vendor)]

    purged = {
        name: DesiredDevice(other.declared[0].mac, ABSENT, purged=True) for name, other in (("1", two), ("2", one))
    }
    return [
        (one, changes(one.declared[0]), changes(purged["1"])),
        (two, changes(two.declared[0]), changes(purged["2"])),
    ]


def test_purge_never_removes_what_the_play_declares_for_another_name_of_the_same_login() -> None:
    violations = same_account_guards(_two_accounts())
    assert {name: violation.name for name, violation in violations.items()} == {
        "one": "same_account",
        "two": "same_account",
    }
    assert violations["one"].params["other"] == "two"


def test_the_same_mac_at_two_services_is_no_sign_of_one_login() -> None:
    assert same_account_guards(_two_accounts("htek")) == {}
