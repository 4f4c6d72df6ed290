# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done for a phone, as the contract's table; unmanaged devices, purge, predictions, servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, PlannedChange, Server
from ansible_collections.voip.rps.plugins.module_utils._model import reason as reason_of
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    build_plan,
    decide,
    find_unmanaged,
    list_contradiction,
    predict,
    purge_changes,
    servers_needed,
    unreadable,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

MAC, SECOND, THIRD = "001565000001", "001565000002", "001565000003"
URL, OTHER_URL, UNIQUE = "http://h/", "http://old/", "http://h/t0ken"
YEALINK = VENDORS["yealink"]
NO_URLS = replace(YEALINK, reads_url=False)
NO_OVERRIDE = replace(YEALINK, override=False)
SERIALS = replace(YEALINK, needs_serial=True)


def desired(**fields: Any) -> DesiredDevice:
    return DesiredDevice(**{"mac": MAC, "server": "main", **fields})


def current(status: str, url: str | None = None) -> CurrentDevice:
    return CurrentDevice(MAC, status, url)


def decided(found: CurrentDevice, vendor: Capabilities = YEALINK, **fields: Any) -> PlannedChange:
    return decide(desired(**fields), found, vendor)


def code(change: PlannedChange) -> tuple[str, str] | None:
    return None if change.reason is None else (change.reason.code, change.reason.variant)


ABSENT = {"state": "absent"}
BOTH = {"unique_url": UNIQUE, "server_url": URL}
# what it is, current, desired, action, outcome, reason
TABLE: list[tuple[str, CurrentDevice, dict[str, Any], str, str, str | None]] = [
    ("unknown", current("unknown"), {}, "register", "would_change", None),
    ("unknown, overridden", current("unknown"), {"override": True}, "register", "would_change", None),
    ("unknown, forced", current("unknown"), {"force": True}, "register", "would_change", None),
    ("unregistered", current("unregistered"), {}, "bind", "would_change", None),
    ("unregistered, unique_url", current("unregistered"), {"unique_url": UNIQUE}, "bind", "would_change", None),
    ("server_url equal", current("registered", URL), {"server_url": URL}, "none", "in_sync", None),
    ("server_url spelled otherwise", current("registered", " HTTP://H"), {"server_url": URL}, "none", "in_sync", None),
    ("server_url differs", current("registered", OTHER_URL), {"server_url": URL}, "move", "would_change", None),
    ("unique_url equal", current("registered", UNIQUE), {"unique_url": UNIQUE}, "none", "in_sync", None),
    ("unique_url differs", current("registered", URL), {"unique_url": UNIQUE}, "move", "would_change", None),
    ("unique_url equal, server_url not", current("registered", UNIQUE), BOTH, "none", "in_sync", None),
    ("server_url equal, unique_url not", current("registered", URL), BOTH, "move", "would_change", None),
    ("nothing to compare with", current("registered", URL), {}, "none", "unverifiable", "url_not_declared"),
    ("URL hidden", current("registered"), {}, "none", "unverifiable", "url_not_readable"),
    ("URL hidden, server_url", current("registered"), {"server_url": URL}, "none", "unverifiable", "url_not_readable"),
    ("URL hidden, unique", current("registered"), {"unique_url": UNIQUE}, "none", "unverifiable", "url_not_readable"),
    ("URL hidden, overridden", current("registered"), {"override": True}, "none", "unverifiable", "url_not_readable"),
    ("elsewhere", current("registered_elsewhere"), {}, "none", "conflict", "owned_elsewhere"),
    ("elsewhere, forced", current("registered_elsewhere"), {"force": True}, "none", "conflict", "owned_elsewhere"),
    ("elsewhere, override", current("registered_elsewhere"), {"override": True}, "take_over", "would_change", None),
    ("registered, absent", current("registered", URL), ABSENT, "deregister", "would_change", None),
    ("registered unreadable, absent", current("registered"), ABSENT, "deregister", "would_change", None),
    ("unregistered, absent", current("unregistered"), ABSENT, "deregister", "would_change", None),
    ("unknown, absent", current("unknown"), ABSENT, "none", "in_sync", None),
    ("elsewhere, absent", current("registered_elsewhere"), ABSENT, "none", "in_sync", None),
    ("elsewhere, gone", current("registered_elsewhere"), {**ABSENT, "override": True}, "none", "in_sync", None),
]
IDS = [row[0] for row in TABLE]


@pytest.mark.parametrize(("found", "fields", "action", "outcome", "why"), [row[1:] for row in TABLE], ids=IDS)
def test_the_decision_is_the_contracts_table(
    found: CurrentDevice, fields: dict[str, Any], action: str, outcome: str, why: str | None
) -> None:
    change = decided(found, **fields)
    assert (change.action, change.outcome, change.forced) == (action, outcome, False)
    assert (change.desired, change.current) == (desired(**fields), found)
    assert change.writes is (action != "none")
    assert (change.reason.code if change.reason else None) == why


@pytest.mark.parametrize(("found", "fields", "action", "outcome", "_why"), [row[1:] for row in TABLE], ids=IDS)
def test_force_turns_what_cannot_be_verified_into_a_forced_move_and_nothing_else(
    found: CurrentDevice, fields: dict[str, Any], action: str, outcome: str, _why: str | None
) -> None:
    change = decided(found, **{**fields, "force": True})
    expected = ("move", "would_change", True) if outcome == "unverifiable" else (action, outcome, False)
    assert (change.action, change.outcome, change.forced) == expected


def test_the_table_has_every_status_and_every_action() -> None:
    assert {row[1].status for row in TABLE} == {"unknown", "unregistered", "registered", "registered_elsewhere"}
    assert {row[3] for row in TABLE} == {"none", "register", "bind", "move", "take_over", "deregister"}


@pytest.mark.parametrize(
    ("vendor", "found", "expected"),
    [
        (YEALINK, current("registered"), ("url_not_readable", "hidden")),
        (NO_URLS, current("registered"), ("url_not_readable", "")),
        (YEALINK, current("registered", URL), ("url_not_declared", "")),
        (YEALINK, current("registered_elsewhere"), ("owned_elsewhere", "")),
        (NO_OVERRIDE, current("registered_elsewhere"), ("owned_elsewhere", "no_override")),
    ],
)
def test_the_reason_says_what_this_service_can_do_about_it(
    vendor: Capabilities, found: CurrentDevice, expected: tuple[str, str]
) -> None:
    assert code(decided(found, vendor)) == expected


@pytest.mark.parametrize("serial", [None, ""])
def test_a_phone_that_cannot_be_added_without_its_serial_is_failed_before_any_write(serial: str | None) -> None:
    change = decided(current("unknown"), SERIALS, serial=serial)
    assert (change.action, change.outcome, code(change)) == ("register", "failed", ("serial_missing", ""))
    assert not change.writes


@pytest.mark.parametrize(
    ("found", "fields", "action"),
    [
        (current("unknown"), {"serial": "0012"}, "register"),
        (current("unregistered"), {}, "bind"),
        (current("registered", OTHER_URL), {"server_url": URL}, "move"),
        (current("registered", OTHER_URL), {"state": "absent"}, "deregister"),
        (current("unknown"), {"state": "absent"}, "none"),
    ],
)
def test_a_serial_is_needed_only_to_add_a_phone(found: CurrentDevice, fields: dict[str, Any], action: str) -> None:
    change = decided(found, SERIALS, **fields)
    assert (change.action, change.reason) == (action, None)


def test_the_unique_url_wins_over_the_servers() -> None:
    assert desired(unique_url=UNIQUE, server_url=URL).url == UNIQUE
    assert desired(server_url=URL).url == URL
    assert desired().url is None


@pytest.mark.parametrize(("why", "outcome"), [("refused", "failed"), ("unreadable", "not_attempted")])
def test_nothing_is_written_for_a_phone_that_could_not_be_read(why: str, outcome: str) -> None:
    change = unreadable(desired(force=True), reason_of(why))
    assert (change.action, change.outcome, change.current, code(change)) == ("none", outcome, None, (why, ""))


# Predictions.


@pytest.mark.parametrize(
    ("found", "fields", "reads_url", "after"),
    [
        (current("unknown"), {"server_url": URL}, True, current("registered", URL)),
        (current("unknown"), {"unique_url": UNIQUE, "server_url": URL}, True, current("registered", UNIQUE)),
        (current("unknown"), {}, True, current("registered")),
        (current("unknown"), {"server_url": URL}, False, current("registered")),
        (current("unregistered"), {"server_url": URL}, True, current("registered", URL)),
        (current("registered", OTHER_URL), {"server_url": URL}, True, current("registered", URL)),
        (current("registered"), {"force": True, "server_url": URL}, True, current("registered")),
        (current("registered"), {"force": True, "server_url": URL}, False, current("registered")),
        (current("registered_elsewhere"), {"override": True, "server_url": URL}, True, current("registered", URL)),
        (current("registered", URL), {"state": "absent"}, True, current("unknown")),
        (current("registered", URL), {"server_url": URL}, True, current("registered", URL)),
        (current("registered_elsewhere"), {}, True, current("registered_elsewhere")),
    ],
)
def test_a_prediction_claims_what_can_be_known(
    found: CurrentDevice, fields: dict[str, Any], reads_url: bool, after: CurrentDevice
) -> None:
    assert predict(decided(found, **fields), reads_url) == after


def test_a_prediction_keeps_the_last_contact_and_knows_nothing_of_what_was_not_read() -> None:
    found = CurrentDevice(MAC, "registered", OTHER_URL, last_contact="2026-01-02T03:04:05Z")
    after = predict(decided(found, server_url=URL), True)
    assert after is not None
    assert after.last_contact == "2026-01-02T03:04:05Z"
    assert predict(unreadable(desired(), reason_of("unreadable")), True) is None


# Unmanaged devices and purge.


def test_unmanaged_is_what_is_listed_and_neither_declared_nor_ignored() -> None:
    listed = ("805e00000001", THIRD, MAC, SECOND, SECOND)
    assert find_unmanaged(listed, [desired().mac], ()) == (SECOND, THIRD, "805e00000001")
    assert find_unmanaged(listed, [desired().mac], ("805e", "001f")) == (SECOND, THIRD)
    assert find_unmanaged(listed, [desired().mac], (THIRD,)) == (SECOND, "805e00000001")
    assert find_unmanaged((), [desired().mac], ()) == ()


def test_purge_deregisters_what_the_account_has() -> None:
    candidates = {
        THIRD: CurrentDevice(THIRD, "registered", URL),
        SECOND: CurrentDevice(SECOND, "unregistered"),
        MAC: CurrentDevice(MAC, "registered_elsewhere"),
    }
    changes = purge_changes(candidates, None, YEALINK)
    assert [(one.mac, one.action) for one in changes] == [(MAC, "none"), (SECOND, "deregister"), (THIRD, "deregister")]
    assert all(one.desired.purged and one.desired.state == "absent" for one in changes)


def test_purge_narrowed_to_servers_leaves_every_device_that_is_not_shown_there() -> None:
    candidates = {
        MAC: CurrentDevice(MAC, "registered", "HTTP://H"),
        SECOND: CurrentDevice(SECOND, "registered", OTHER_URL),
        THIRD: CurrentDevice(THIRD, "registered"),
    }
    assert [one.mac for one in purge_changes(candidates, {"main": URL}, YEALINK)] == [MAC]
    assert purge_changes(candidates, {}, YEALINK) == ()


@pytest.mark.parametrize(
    ("status", "listed", "contradicts"),
    [
        ("registered", True, False),
        ("registered", False, True),
        ("unregistered", True, False),
        ("unregistered", False, False),
        ("registered_elsewhere", True, True),
        ("registered_elsewhere", False, False),
        ("unknown", True, True),
        ("unknown", False, False),
    ],
)
def test_a_list_contradicts_a_device_that_it_should_have_or_not(status: str, listed: bool, contradicts: bool) -> None:
    others = [CurrentDevice(SECOND, "registered")]
    found = list_contradiction((SECOND, MAC) if listed else (SECOND,), [*others, current(status)])
    assert found == (MAC if contradicts else None)


def test_of_several_contradictions_the_first_by_mac_is_named() -> None:
    assert list_contradiction((), [CurrentDevice(mac, "registered") for mac in (THIRD, MAC, SECOND)]) == MAC


# Servers.

MAIN = Server("main", URL)


@pytest.mark.parametrize(
    ("changes", "whole", "needed"),
    [
        pytest.param([], True, True, id="nothing shows that it exists"),
        pytest.param([], False, False, id="the phones that would show it may be elsewhere"),
        pytest.param([decided(current("unknown"))], True, True, id="a write binds to it"),
        pytest.param([decided(current("unknown"))], False, True, id="a write binds to it, in a part of the fleet"),
        pytest.param([decided(current("registered", URL), server_url=URL)], True, False, id="a phone is there"),
        pytest.param(
            [decided(current("registered", URL), server="other", server_url=URL)], True, False, id="another's phone is"
        ),
        pytest.param([decided(current("registered"))], True, False, id="a registered phone is declared for it"),
        pytest.param([decided(current("registered"), server="x")], True, True, id="a registered phone of another"),
        pytest.param([decided(current("unknown"), server="".join(MAIN.name))], False, True, id="a write of its name"),
        pytest.param([decided(current("registered_elsewhere"))], True, True, id="only another account's phone"),
        pytest.param([decided(current("unknown"), state="absent")], True, True, id="only an absent phone"),
        pytest.param([decided(current("registered", OTHER_URL), server="x")], True, True, id="a phone is elsewhere"),
        pytest.param([decided(current("registered", URL), state="absent")], True, False, id="a phone to remove is"),
        pytest.param([decided(current("registered", OTHER_URL), state="absent")], False, False, id="only a removal"),
        pytest.param([decided(current("unknown"), server="zeta")], False, False, id="another server's write"),
        pytest.param([decided(current("unknown"), server="alpha")], False, False, id="a write of a server before it"),
        pytest.param([unreadable(desired(), reason_of("unreadable"))], True, True, id="an unread phone shows nothing"),
    ],
)
def test_a_server_is_worth_a_call_if_a_write_needs_it_or_nothing_shows_it(
    changes: list[PlannedChange], whole: bool, needed: bool
) -> None:
    plan = build_plan(changes, (), (), lambda url, _hide: url)
    assert servers_needed([MAIN], plan, whole) == ([MAIN] if needed else [])
