# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every plan: order, digest, purge, and that a plan that is done leaves nothing to do."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._mac import SEPARATORS, format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, PlannedChange
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    Plan,
    build_plan,
    decide,
    find_unmanaged,
    prediction,
    purge_steps,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_devices
from hypothesis import assume, given
from hypothesis import strategies as st

MACS = [f"0015650000{number:02x}" for number in range(12)]
MASKER = Masker("yealink", "me", "pw-of-me")
PLAIN = ["http://h/", "http://old/", "https://h/cfg"]
SECRET = ["http://h/one", "http://h/two", "https://u:p@h/?t=1", "https://u:q@h/?t=1", "https://u:p@h/?t=2"]
URLS = st.sampled_from([None, *PLAIN, *SECRET])
FOUND = st.one_of(
    st.builds(lambda url: ("registered", url), URLS),
    st.sampled_from([("unknown", None), ("unregistered", None), ("registered_elsewhere", None)]),
)
SERVER_NAMES = st.sampled_from(["main", "branch"])
FIELDS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "present", "absent"]),
        "server": SERVER_NAMES,
        "server_url": URLS,
        "unique_url": URLS,
        "override": st.booleans(),
        "force": st.booleans(),
    }
)
FLEETS = st.dictionaries(st.sampled_from(MACS), st.tuples(FIELDS, FOUND), max_size=len(MACS))
Fleet = dict[str, tuple[dict[str, Any], tuple[str, str | None]]]


def _steps(fleet: Fleet) -> list[PlannedChange]:
    return [
        decide(DesiredDevice(mac=mac, **fields), CurrentDevice(mac, status, url))
        for mac, (fields, (status, url)) in fleet.items()
    ]


def _plan(steps: list[PlannedChange], show: Any = MASKER.url) -> Plan:
    return build_plan(steps, MACS, (), show)


@given(FLEETS, st.randoms())
def test_the_order_of_the_input_is_irrelevant(fleet: Fleet, shuffler: random.Random) -> None:
    steps = _steps(fleet)
    shuffled = steps.copy()
    shuffler.shuffle(shuffled)
    listed, unmanaged = MACS.copy(), MACS[:3]
    shuffler.shuffle(listed)
    plan = build_plan(shuffled, listed, reversed(unmanaged), MASKER.url)
    assert plan == build_plan(steps, MACS, unmanaged, MASKER.url)
    assert [step.mac for step in plan.steps] == sorted(fleet)
    assert plan.digest.startswith("sha256:")


@given(FLEETS, st.sampled_from(sorted(SEPARATORS)), st.booleans(), st.sampled_from(["", " ", "\n"]))
def test_the_digest_is_independent_of_notation(fleet: Fleet, notation: str, upper: bool, space: str) -> None:
    def plan(entries: list[dict[str, Any]]) -> Plan:
        declared = parse_devices(entries, [""] * len(entries), "yealink")
        return _plan([decide(device, CurrentDevice(device.mac, *fleet[device.mac][1])) for device in declared])

    def spelled(url: str | None) -> str | None:
        return url and space + url.replace("http", "HTTP").replace("h/", "H/") + space

    plain = [{"mac": mac, **fields} for mac, (fields, _found) in fleet.items()]
    other = [
        entry
        | {
            "mac": format_mac(entry["mac"], notation, upper),
            "server": space + entry["server"] + space,
            "server_url": spelled(entry["server_url"]),
            "unique_url": spelled(entry["unique_url"]),
        }
        for entry in plain
    ]
    if space == "\n":
        other = [entry | {"server": entry["server"].strip()} for entry in other]
    assert plan(plain).digest == plan(other).digest


def _observable(step: PlannedChange) -> Any:
    """What the digest stands for: the phone, what was found and what is to be written."""
    url = step.declared.unique_url or step.declared.server_url
    target = None if step.action == "deregister" else (step.declared.server, url, step.declared.unique_url is not None)
    return step.mac, step.action, target, step.found, step.forced


@given(FLEETS, FLEETS)
def test_two_plans_have_one_digest_only_if_they_do_the_same_from_the_same(one: Fleet, other: Fleet) -> None:
    plans = _plan(_steps(one)), _plan(_steps(other))
    same = [_observable(step) for step in plans[0].writes] == [_observable(step) for step in plans[1].writes]
    if not same:
        assert plans[0].digest != plans[1].digest


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
    "deregister, found without a URL": (replace(BASE, state="absent"), CurrentDevice(OLD.mac, "registered")),
    "deregister, found unregistered": (replace(BASE, state="absent"), CurrentDevice(OLD.mac, "unregistered")),
    "found with another path": (BASE, replace(OLD, url="http://old/b?k=1")),
    "found with another query": (BASE, replace(OLD, url="http://old/a?k=2")),
    "found unknown": (BASE, CurrentDevice(OLD.mac, "unknown")),
    "found unregistered": (BASE, CurrentDevice(OLD.mac, "unregistered")),
    "found elsewhere": (replace(BASE, override=True), CurrentDevice(OLD.mac, "registered_elsewhere")),
    "found without a URL": (replace(BASE, force=True), CurrentDevice(OLD.mac, "registered")),
}


@pytest.mark.parametrize("name", CASES)
def test_the_digest_changes_with_everything_that_is_written_or_found(name: str) -> None:
    plans = {other: _plan([decide(*case)]) for other, case in CASES.items()}
    assert plans[name].writes
    assert [other for other, plan in plans.items() if plan.digest == plans[name].digest] == [name]


def test_the_digest_stays_where_only_what_is_not_written_changes() -> None:
    extra = decide(DesiredDevice("001565000009", server="main"), CurrentDevice("001565000009", "registered_elsewhere"))
    writes = decide(BASE, OLD)
    assert _plan([writes]).digest == _plan([writes, extra]).digest
    assert build_plan([writes], None, (), MASKER.url).digest == build_plan([writes], MACS, MACS, MASKER.url).digest


def test_the_digest_differs_between_accounts_only_where_secrets_are_written() -> None:
    other = Masker("yealink", "me", "another password")
    for declared, same in ((BASE, True), (UNIQUE, False)):
        steps = [decide(declared, CurrentDevice(OLD.mac, "unknown"))]
        assert (_plan(steps).digest == _plan(steps, other.url).digest) is same


@given(FLEETS, st.sets(st.sampled_from(MACS)), st.sets(st.sampled_from(["0015650000", "00156500000a", "8"])))
def test_without_purge_nothing_undeclared_is_in_the_plan(fleet: Fleet, listed: set[str], ignored: set[str]) -> None:
    steps = _steps(fleet)
    unmanaged = find_unmanaged(sorted(listed), [step.declared for step in steps], sorted(ignored))
    plan = build_plan(steps, sorted(listed), unmanaged, MASKER.url)
    assert {step.mac for step in plan.steps} == set(fleet)
    assert not set(plan.unmanaged) & set(fleet)
    assert set(plan.unmanaged) <= listed


@given(FLEETS, st.dictionaries(st.sampled_from(MACS), FOUND))
def test_purge_writes_nothing_but_deregistrations_of_undeclared_devices(
    fleet: Fleet, held: dict[str, tuple[str, str | None]]
) -> None:
    own = _steps(fleet)
    unmanaged = find_unmanaged(sorted(held), [step.declared for step in own], ())
    purged = purge_steps({mac: CurrentDevice(mac, *held[mac]) for mac in unmanaged}, None)
    assert {step.mac for step in purged} == set(held) - set(fleet)
    assert {step.action for step in purged} <= {"deregister", "none"}
    assert all(step.found and step.found.status in ("registered", "unregistered") for step in purged if step.writes)


@given(FLEETS, st.booleans())
def test_a_plan_that_came_true_leaves_no_writes_but_forced_ones(fleet: Fleet, shows_url: bool) -> None:
    if not shows_url:
        fleet = {mac: (fields, (found[0], None)) for mac, (fields, found) in fleet.items()}
    again = []
    for step in _steps(fleet):
        after = prediction(step, shows_url)
        assert after is not None
        again.append(decide(step.declared, after))
    left = _plan(again).writes
    assert all(step.forced and step.declared.force for step in left)


@given(FLEETS)
def test_no_plan_takes_another_accounts_device_without_override(fleet: Fleet) -> None:
    assume(any(found[0] == "registered_elsewhere" for _fields, found in fleet.values()))
    for step in _steps(fleet):
        if step.found is not None and step.found.status == "registered_elsewhere" and step.writes:
            assert step.action == "take_over"
            assert step.declared.override
