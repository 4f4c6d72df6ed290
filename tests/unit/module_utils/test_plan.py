# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done for a phone, as the contract's table, and the guards that stop a plan."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, PlannedChange, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    Plan,
    build_plan,
    by_server,
    decide,
    digest_guard,
    find_unmanaged,
    list_contradiction,
    prediction,
    purge_guard,
    purge_steps,
    servers_to_add,
    unreadable,
    wanted_url,
)
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit

MAC, SECOND, THIRD = "001565000001", "001565000002", "001565000003"
URL, OTHER_URL, UNIQUE = "http://h/", "http://old/", "http://h/t0ken"


def _wanted(**fields: Any) -> DesiredDevice:
    return DesiredDevice(**{"mac": MAC, "server": "main", **fields})


def _found(status: str, url: str | None = None) -> CurrentDevice:
    return CurrentDevice(MAC, status, url)


def _show(url: str | None, _hide_path: bool) -> str | None:
    return url


def _plan(*steps: PlannedChange, listed: tuple[str, ...] = ()) -> Plan:
    return build_plan(steps, listed, (), _show)


ABSENT = {"state": "absent"}
BOTH = {"unique_url": UNIQUE, "server_url": URL}
# what it is, found, declared, action, outcome
TABLE: list[tuple[str, CurrentDevice, dict[str, Any], str, str]] = [
    ("unknown", _found("unknown"), {}, "register", "would_change"),
    ("unknown, overridden", _found("unknown"), {"override": True}, "register", "would_change"),
    ("unknown, forced", _found("unknown"), {"force": True}, "register", "would_change"),
    ("unregistered", _found("unregistered"), {}, "bind", "would_change"),
    ("unregistered, unique_url", _found("unregistered"), {"unique_url": UNIQUE}, "bind", "would_change"),
    ("server_url equal", _found("registered", URL), {"server_url": URL}, "none", "in_sync"),
    ("server_url spelled otherwise", _found("registered", " HTTP://H"), {"server_url": URL}, "none", "in_sync"),
    ("server_url differs", _found("registered", OTHER_URL), {"server_url": URL}, "move", "would_change"),
    ("unique_url equal", _found("registered", UNIQUE), {"unique_url": UNIQUE}, "none", "in_sync"),
    ("unique_url differs", _found("registered", URL), {"unique_url": UNIQUE}, "move", "would_change"),
    ("unique_url equal, server_url not", _found("registered", UNIQUE), BOTH, "none", "in_sync"),
    ("server_url equal, unique_url not", _found("registered", URL), BOTH, "move", "would_change"),
    ("nothing to compare with", _found("registered", URL), {}, "none", "unverifiable"),
    ("URL not readable", _found("registered"), {}, "none", "unverifiable"),
    ("URL not readable, server_url", _found("registered"), {"server_url": URL}, "none", "unverifiable"),
    ("URL not readable, unique_url", _found("registered"), {"unique_url": UNIQUE}, "none", "unverifiable"),
    ("URL not readable, overridden", _found("registered"), {"override": True}, "none", "unverifiable"),
    ("elsewhere", _found("registered_elsewhere"), {}, "none", "conflict"),
    ("elsewhere, forced", _found("registered_elsewhere"), {"force": True}, "none", "conflict"),
    ("elsewhere, overridden", _found("registered_elsewhere"), {"override": True}, "take_over", "would_change"),
    ("registered, absent", _found("registered", URL), ABSENT, "deregister", "would_change"),
    ("registered unreadable, absent", _found("registered"), ABSENT, "deregister", "would_change"),
    ("unregistered, absent", _found("unregistered"), ABSENT, "deregister", "would_change"),
    ("unknown, absent", _found("unknown"), ABSENT, "none", "in_sync"),
    ("elsewhere, absent", _found("registered_elsewhere"), ABSENT, "none", "in_sync"),
    ("elsewhere, absent, overridden", _found("registered_elsewhere"), {**ABSENT, "override": True}, "none", "in_sync"),
]
IDS = [row[0] for row in TABLE]


@pytest.mark.parametrize(("found", "fields", "action", "outcome"), [row[1:] for row in TABLE], ids=IDS)
def test_the_decision_is_the_contracts_table(
    found: CurrentDevice, fields: dict[str, Any], action: str, outcome: str
) -> None:
    declared = _wanted(**fields)
    step = decide(declared, found)
    assert (step.action, step.outcome, step.forced) == (action, outcome, False)
    assert (step.declared, step.found) == (declared, found)
    assert step.writes is (action != "none")
    assert bool(step.reason) is (outcome in ("unverifiable", "conflict"))


@pytest.mark.parametrize(("found", "fields", "action", "outcome"), [row[1:] for row in TABLE], ids=IDS)
def test_force_turns_what_cannot_be_verified_into_a_forced_move_and_nothing_else(
    found: CurrentDevice, fields: dict[str, Any], action: str, outcome: str
) -> None:
    step = decide(_wanted(**{**fields, "force": True}), found)
    expected = ("move", "would_change", True) if outcome == "unverifiable" else (action, outcome, False)
    assert (step.action, step.outcome, step.forced) == expected


def test_the_table_has_every_status_and_every_action() -> None:
    assert {row[1].status for row in TABLE} == {"unknown", "unregistered", "registered", "registered_elsewhere"}
    assert {row[3] for row in TABLE} == {"none", "register", "bind", "move", "take_over", "deregister"}


def test_a_reason_names_the_next_step() -> None:
    assert "override: true" in decide(_wanted(), _found("registered_elsewhere")).reason
    assert "force: true" in decide(_wanted(), _found("registered")).reason
    assert "server_url" in decide(_wanted(), _found("registered", URL)).reason


def test_the_unique_url_wins_over_the_servers() -> None:
    assert wanted_url(_wanted(unique_url=UNIQUE, server_url=URL)) == UNIQUE
    assert wanted_url(_wanted(server_url=URL)) == URL
    assert wanted_url(_wanted()) is None


@pytest.mark.parametrize(("refused", "outcome"), [(True, "failed"), (False, "not_attempted")])
def test_nothing_is_written_for_a_phone_that_could_not_be_read(refused: bool, outcome: str) -> None:
    step = unreadable(_wanted(force=True), "was not looked at", refused)
    assert (step.action, step.outcome, step.found) == ("none", outcome, None)


@pytest.mark.parametrize(
    ("found", "fields", "shows_url", "after"),
    [
        (_found("unknown"), {"server_url": URL}, True, _found("registered", URL)),
        (_found("unknown"), {"unique_url": UNIQUE, "server_url": URL}, True, _found("registered", UNIQUE)),
        (_found("unknown"), {}, True, _found("registered")),
        (_found("unknown"), {"server_url": URL}, False, _found("registered")),
        (_found("unregistered"), {"server_url": URL}, True, _found("registered", URL)),
        (_found("registered", OTHER_URL), {"server_url": URL}, True, _found("registered", URL)),
        (_found("registered"), {"force": True, "server_url": URL}, False, _found("registered")),
        (_found("registered_elsewhere"), {"override": True, "server_url": URL}, True, _found("registered", URL)),
        (_found("registered", URL), {"state": "absent"}, True, _found("unknown")),
        (_found("registered", URL), {"server_url": URL}, True, _found("registered", URL)),
        (_found("registered_elsewhere"), {}, True, _found("registered_elsewhere")),
    ],
)
def test_a_prediction_claims_what_can_be_known(
    found: CurrentDevice, fields: dict[str, Any], shows_url: bool, after: CurrentDevice
) -> None:
    assert prediction(decide(_wanted(**fields), found), shows_url) == after


def test_unmanaged_is_what_is_listed_and_neither_declared_nor_ignored() -> None:
    listed = ("805e00000001", THIRD, MAC, SECOND, SECOND)
    assert find_unmanaged(listed, [_wanted()], ()) == (SECOND, THIRD, "805e00000001")
    assert find_unmanaged(listed, [_wanted()], ("805e", "001f")) == (SECOND, THIRD)
    assert find_unmanaged(listed, [_wanted()], (THIRD,)) == (SECOND, "805e00000001")
    assert find_unmanaged((), [_wanted()], ()) == ()


def test_purge_deregisters_what_the_account_holds() -> None:
    candidates = {
        THIRD: CurrentDevice(THIRD, "registered", URL),
        SECOND: CurrentDevice(SECOND, "unregistered"),
        MAC: CurrentDevice(MAC, "registered_elsewhere"),
    }
    steps = purge_steps(candidates, None)
    assert [(step.mac, step.action) for step in steps] == [(MAC, "none"), (SECOND, "deregister"), (THIRD, "deregister")]
    assert all(step.declared.purged for step in steps)


def test_purge_narrowed_to_servers_leaves_every_device_that_is_not_shown_there() -> None:
    candidates = {
        MAC: CurrentDevice(MAC, "registered", "HTTP://H"),
        SECOND: CurrentDevice(SECOND, "registered", OTHER_URL),
        THIRD: CurrentDevice(THIRD, "registered"),
    }
    assert [step.mac for step in purge_steps(candidates, {"main": URL})] == [MAC]
    assert purge_steps(candidates, {}) == ()


def _purged(count: int) -> list[PlannedChange]:
    macs = [f"0015650001{number:02x}" for number in range(count)]
    return list(purge_steps({mac: CurrentDevice(mac, "registered") for mac in macs}, None))


@pytest.mark.parametrize(
    ("count", "listed", "limit", "refused"),
    [
        (0, 0, "10%", False),
        (1, 9, "10%", True),
        (1, 10, "10%", False),
        (2, 19, "10%", True),
        (2, 20, "10%", False),
        (1, 1, "100%", False),
        (3, 100, 2, True),
        (2, 2, 2, False),
        (1, 100, "0", True),
    ],
)
def test_the_guard_of_purge_counts_purged_devices_against_the_limit(
    count: int, listed: int, limit: Any, refused: bool
) -> None:
    own = decide(_wanted(state="absent"), _found("registered"))  # declared absent: not purged
    plan = _plan(own, *_purged(count), listed=tuple(f"{number:012x}" for number in range(listed)))
    guard = purge_guard(plan, parse_limit(limit))
    assert (guard is not None) is refused
    if guard is not None:
        assert guard.name == "purge_limit"
        assert f"{count} device" in guard.text
        assert f" purge_limit: {count}" in guard.text
        assert "Nothing was written" in guard.text
        assert f"rps_purge_limit: {count}" in str(purge_guard(plan, parse_limit(limit), "rps_"))


def test_the_guard_of_the_digest_lets_only_the_approved_plan_pass() -> None:
    plan = _plan(decide(_wanted(), _found("unknown")))
    assert digest_guard(plan, None) is None
    assert digest_guard(plan, plan.digest) is None
    other = _plan(decide(_wanted(server="other"), _found("unknown"))).digest
    guard = digest_guard(plan, other)
    assert guard is not None
    assert f"set expect_plan: {plan.digest} " in guard.text
    assert other in guard.text
    assert f"set rps_expect_plan: {{main: {plan.digest}}} " in str(
        digest_guard(plan, other, "rps_expect_plan: {main: {}}")
    )


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
def test_a_list_contradicts_a_device_that_it_should_hold_or_not(status: str, listed: bool, contradicts: bool) -> None:
    others = [CurrentDevice(SECOND, "registered")]
    found = list_contradiction((SECOND, MAC) if listed else (SECOND,), [*others, _found(status)])
    assert found == (MAC if contradicts else None)


MAIN = Server("main", URL)


@pytest.mark.parametrize(
    ("found", "fields", "needed"),
    [
        pytest.param(_found("unknown"), {}, True, id="a write binds to it"),
        pytest.param(_found("registered", URL), {"server_url": URL}, False, id="a phone points there"),
        pytest.param(_found("registered", URL), {"server": "other"}, False, id="another server's phone points there"),
        pytest.param(_found("registered"), {}, False, id="a registered phone is declared for it"),
        pytest.param(_found("registered"), {"server": "other"}, True, id="a registered phone of another server"),
        pytest.param(_found("registered_elsewhere"), {}, True, id="only another account's phone"),
        pytest.param(_found("unknown"), {"state": "absent"}, True, id="nothing shows that it exists"),
        pytest.param(_found("registered", OTHER_URL), {"server": "x"}, True, id="a phone points elsewhere"),
        pytest.param(_found("registered", URL), {"state": "absent"}, False, id="a phone to remove points there"),
    ],
)
def test_a_server_is_added_where_a_write_needs_it_or_nothing_shows_it(
    found: CurrentDevice, fields: dict[str, Any], needed: bool
) -> None:
    assert servers_to_add([MAIN], _plan(decide(_wanted(**fields), found))) == ([MAIN] if needed else [])


def test_steps_are_grouped_by_the_server_that_they_bind_to() -> None:
    wanted = {MAC: "a", SECOND: "b", THIRD: "a"}
    steps = [decide(DesiredDevice(mac, server=name), CurrentDevice(mac, "unknown")) for mac, name in wanted.items()]
    groups = {name: [step.mac for step in group] for name, group in by_server(steps).items()}
    assert groups == {"a": [MAC, THIRD], "b": [SECOND]}
