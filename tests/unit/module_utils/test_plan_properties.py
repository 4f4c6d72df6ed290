# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of every plan: order, digest, purge, and that a plan that is done leaves nothing to do."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._mac import SEPARATORS, format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, PlannedChange
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    Plan,
    Show,
    build_plan,
    decide,
    find_unmanaged,
    plan_digest,
    predict,
    purge_changes,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_devices
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from hypothesis import given, settings
from hypothesis import strategies as st

YEALINK = VENDORS["yealink"]
MACS = [f"0015650000{number:02x}" for number in range(12)]
MASKER = Masker("yealink", "me", "pw-of-me", rounds=1)
PLAIN = ["http://h/", "http://old/", "https://h/cfg"]
SECRET = ["http://h/one", "http://h/two", "https://u:p@h/?t=1", "https://u:q@h/?t=1", "https://u:p@h/?t=2"]
URLS = st.sampled_from([None, *PLAIN, *SECRET])
CURRENT = st.one_of(
    st.builds(lambda url: ("registered", url), URLS),
    st.sampled_from([("unknown", None), ("unregistered", None), ("registered_elsewhere", None)]),
)
FIELDS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "present", "absent"]),
        "server": st.sampled_from(["main", "branch"]),
        "server_url": URLS,
        "unique_url": URLS,
        "override": st.booleans(),
        "force": st.booleans(),
    }
)
FLEETS = st.dictionaries(st.sampled_from(MACS), st.tuples(FIELDS, CURRENT), max_size=len(MACS))
few = settings(max_examples=40)
Fleet = dict[str, tuple[dict[str, Any], tuple[str, str | None]]]


def changes_of(fleet: Fleet) -> list[PlannedChange]:
    return [
        decide(DesiredDevice(mac=mac, **fields), CurrentDevice(mac, status, url), YEALINK)
        for mac, (fields, (status, url)) in fleet.items()
    ]


def plan_of(changes: Iterable[PlannedChange], show: Show = MASKER.url) -> Plan:
    return build_plan(changes, MACS, (), show)


@few
@given(FLEETS, st.randoms())
def test_the_order_of_the_input_is_irrelevant(fleet: Fleet, shuffler: random.Random) -> None:
    changes = changes_of(fleet)
    shuffled = changes.copy()
    shuffler.shuffle(shuffled)
    listed, unmanaged = MACS.copy(), MACS[:3]
    shuffler.shuffle(listed)
    plan = build_plan(shuffled, listed, reversed(unmanaged), MASKER.url)
    assert plan == build_plan(changes, MACS, unmanaged, MASKER.url)
    assert [change.mac for change in plan.changes] == sorted(fleet)
    assert plan.digest.startswith("sha256:")


@few
@given(FLEETS, st.sampled_from(sorted(SEPARATORS)), st.booleans(), st.sampled_from(["", " ", "\n"]))
def test_the_digest_is_independent_of_notation(fleet: Fleet, notation: str, upper: bool, space: str) -> None:
    def digest(entries: list[dict[str, Any]]) -> str:
        found = parse_devices(entries, [""] * len(entries), "yealink")
        return plan_of(decide(one, CurrentDevice(one.mac, *fleet[one.mac][1]), YEALINK) for one in found).digest

    def spelled(url: str | None) -> str | None:
        return url and space + url.replace("http", "HTTP").replace("h/", "H/") + space

    plain = [{"mac": mac, **fields} for mac, (fields, _current) in fleet.items()]
    other = [
        entry
        | {
            "mac": format_mac(entry["mac"], notation, upper),
            "server_url": spelled(entry["server_url"]),
            "unique_url": spelled(entry["unique_url"]),
        }
        for entry in plain
    ]
    assert digest(plain) == digest(other)


def observable(change: PlannedChange) -> object:
    """What the digest is a digest of: the phone, what is current and what is to be written."""
    one = change.desired
    target = None if change.action == "deregister" else (one.server, one.url, one.unique_url is not None)
    return change.mac, change.action, target, change.current, change.forced


@few
@given(FLEETS, FLEETS)
def test_two_plans_have_one_digest_only_if_they_do_the_same_from_the_same(one: Fleet, other: Fleet) -> None:
    plans = plan_of(changes_of(one)), plan_of(changes_of(other))
    done = [[observable(change) for change in plan.writes] for plan in plans]
    assert (plans[0].digest == plans[1].digest) <= (done[0] == done[1])


BASE = DesiredDevice("001565000001", server="main", server_url="http://h/")
UNIQUE = replace(BASE, unique_url="http://h/one")
OLD = CurrentDevice("001565000001", "registered", "http://old/a?k=1")
CASES = {
    "the plan itself": (BASE, OLD),
    "another phone": (replace(BASE, mac="001565000002"), replace(OLD, mac="001565000002")),
    "another server": (replace(BASE, server="branch"), OLD),
    "another URL": (replace(BASE, server_url="http://h/x"), OLD),
    "user info in the URL": (replace(BASE, server_url="http://u:p@h/"), OLD),
    "another password in the URL": (replace(BASE, server_url="http://u:q@h/"), OLD),
    "a query in the URL": (replace(BASE, server_url="http://h/?k=1"), OLD),
    "a unique URL": (UNIQUE, OLD),
    "a unique URL that reads as the server's": (replace(BASE, server_url=None, unique_url="http://h/"), OLD),
    "another unique URL": (replace(UNIQUE, unique_url="http://h/two"), OLD),
    "deregister": (replace(BASE, state="absent"), OLD),
    "purge": (replace(BASE, state="absent", purged=True), OLD),
    "deregister, current without a URL": (replace(BASE, state="absent"), CurrentDevice(OLD.mac, "registered")),
    "deregister, current unregistered": (replace(BASE, state="absent"), CurrentDevice(OLD.mac, "unregistered")),
    "current with another path": (BASE, replace(OLD, url="http://old/b?k=1")),
    "current with another query": (BASE, replace(OLD, url="http://old/a?k=2")),
    "current unknown": (BASE, CurrentDevice(OLD.mac, "unknown")),
    "current unregistered": (BASE, CurrentDevice(OLD.mac, "unregistered")),
    "current elsewhere": (replace(BASE, override=True), CurrentDevice(OLD.mac, "registered_elsewhere")),
    "current without a URL": (replace(BASE, force=True), CurrentDevice(OLD.mac, "registered")),
}


@pytest.mark.parametrize("name", CASES)
def test_the_digest_changes_with_everything_that_is_written_or_current(name: str) -> None:
    plans = {other: plan_of([decide(*case, YEALINK)]) for other, case in CASES.items()}
    assert plans[name].writes
    assert [other for other, plan in plans.items() if plan.digest == plans[name].digest] == [name]


@pytest.mark.parametrize(
    ("device", "current", "digest"),
    [
        (replace(BASE, server="b\u00fcro"), OLD, "976f19ac9563f28f"),
        (UNIQUE, OLD, "05a022042153cc50"),
        (replace(UNIQUE, state="absent"), OLD, "cc4fb974170703aa"),
        (replace(BASE, state="absent", purged=True), replace(OLD, server="old"), "5e9d6792df1e29d1"),
    ],
)
def test_a_plan_that_was_approved_keeps_its_digest_in_later_versions(
    device: DesiredDevice, current: CurrentDevice, digest: str
) -> None:
    change = decide(device, current, YEALINK)
    assert plan_digest([change], lambda url, _hide: url).removeprefix("sha256:")[:16] == digest


def test_a_forced_write_is_another_plan_than_one_that_is_not() -> None:
    change = decide(BASE, OLD, YEALINK)
    assert plan_digest([change], MASKER.url) != plan_digest([replace(change, forced=True)], MASKER.url)


def test_the_digest_stays_if_only_what_is_not_written_changes() -> None:
    conflict = decide(DesiredDevice(MACS[9], server="main"), CurrentDevice(MACS[9], "registered_elsewhere"), YEALINK)
    write = decide(BASE, OLD, YEALINK)
    assert plan_of([write]).digest == plan_of([write, conflict]).digest
    assert build_plan([write], None, (), MASKER.url).digest == build_plan([write], MACS, MACS, MASKER.url).digest
    assert build_plan([write], None, (), MASKER.url).listed is None


def test_the_server_of_a_phone_to_be_removed_is_not_part_of_the_digest() -> None:
    plain, named = DesiredDevice(OLD.mac, "absent"), replace(BASE, state="absent")
    digests = {plan_digest([decide(one, OLD, YEALINK)], MASKER.url) for one in (plain, named)}
    assert len(digests) == 1


def test_the_digest_differs_between_accounts_only_if_secrets_are_written() -> None:
    other = Masker("yealink", "me", "another password", rounds=1)
    for device, same in ((BASE, True), (UNIQUE, False)):
        changes = [decide(device, CurrentDevice(OLD.mac, "unknown"), YEALINK)]
        assert (plan_of(changes).digest == plan_of(changes, other.url).digest) is same


@few
@given(FLEETS, st.sets(st.sampled_from(MACS)), st.sets(st.sampled_from(["0015650000", "00156500000a", "8"])))
def test_without_purge_nothing_undeclared_is_in_the_plan(fleet: Fleet, listed: set[str], ignored: set[str]) -> None:
    changes = changes_of(fleet)
    unmanaged = find_unmanaged(sorted(listed), [change.mac for change in changes], sorted(ignored))
    plan = build_plan(changes, sorted(listed), unmanaged, MASKER.url)
    assert {change.mac for change in plan.changes} == set(fleet)
    assert not set(plan.unmanaged) & set(fleet)
    assert set(plan.unmanaged) <= listed


@few
@given(FLEETS, st.dictionaries(st.sampled_from(MACS), CURRENT))
def test_purge_writes_nothing_but_deregistrations_of_undeclared_devices(
    fleet: Fleet, account: dict[str, tuple[str, str | None]]
) -> None:
    unmanaged = find_unmanaged(sorted(account), set(fleet), ())
    purged = purge_changes({mac: CurrentDevice(mac, *account[mac]) for mac in unmanaged}, None, YEALINK)
    assert {change.mac for change in purged} == set(account) - set(fleet)
    assert {change.action for change in purged} <= {"deregister", "none"}
    written = [change.current for change in purged if change.writes]
    assert {one.status for one in written if one is not None} <= {"registered", "unregistered"}


@few
@given(FLEETS, st.booleans())
def test_a_plan_that_came_true_leaves_no_writes_but_forced_ones(fleet: Fleet, reads_url: bool) -> None:
    visible = {mac: (fields, found if reads_url else (found[0], None)) for mac, (fields, found) in fleet.items()}
    changes = changes_of(visible)
    after = [predict(change, reads_url) for change in changes]
    again = [decide(change.desired, now, YEALINK) for change, now in zip(changes, after, strict=True) if now]
    assert len(again) == len(changes)
    left = plan_of(again).writes
    assert all(change.forced and change.desired.force for change in left)


@few
@given(FLEETS)
def test_no_plan_takes_another_accounts_device_without_override(fleet: Fleet) -> None:
    foreign: Fleet = {mac: (fields, ("registered_elsewhere", None)) for mac, (fields, _current) in fleet.items()}
    written = [change for change in changes_of(foreign) if change.writes]
    assert {change.action for change in written} <= {"take_over"}
    assert all(change.desired.override for change in written)
