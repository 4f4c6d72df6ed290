# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract's table against every service: what is current and declared, what is done, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import MANAGED
from simulator import DIALECTS
from support.client import ServiceEnv
from support.phones import BRANCH, OFFICE, OTHER_USER, THEIRS, USER, WRONG, mac, own_url
from support.scenarios import SERVICES, Service

OWN = own_url(1)


class Row(NamedTuple):
    """One line of the table; ``url`` is where the phone is redirected at the end, None if it is not ours."""

    name: str
    before: dict[str, Any] | None
    fields: dict[str, Any]
    action: str
    outcome: str
    reason: str | None = None
    verified: bool = False
    url: str | None = None


UNBOUND: dict[str, Any] = {}
AT_OFFICE, AT_BRANCH = {"server": "office"}, {"server": "branch"}
AT_OWN = {"server": "office", "url": OWN}
FOREIGN = {"server": "theirs", "owner": OTHER_USER}
ABSENT = {"state": "absent"}
FORCE, OVERRIDE, UNIQUE = {"force": True}, {"override": True}, {"unique_url": OWN}

ALWAYS = [
    Row("registered, absent", AT_OFFICE, ABSENT, "deregister", "changed", None, True),
    Row("unregistered, absent", UNBOUND, ABSENT, "deregister", "changed", None, True),
    Row("unknown, absent", None, ABSENT, "none", "in_sync", None, True),
    Row("elsewhere, absent", FOREIGN, ABSENT, "none", "in_sync", None, True),
]
READABLE = [
    Row("unknown", None, {}, "register", "changed", None, True, OFFICE),
    Row("unknown, force", None, FORCE, "register", "changed", None, True, OFFICE),
    Row("unregistered", UNBOUND, {}, "bind", "changed", None, True, OFFICE),
    Row("equal", AT_OFFICE, {}, "none", "in_sync", None, True, OFFICE),
    Row("equal, force", AT_OFFICE, FORCE, "none", "in_sync", None, True, OFFICE),
    Row(
        "equal in case", AT_OFFICE, {"server_url": "HTTPS://OFFICE.example.com"}, "none", "in_sync", None, True, OFFICE
    ),
    Row("at another", AT_BRANCH, {}, "move", "changed", None, True, OFFICE),
    Row("unknown, unique", None, UNIQUE, "register", "changed", None, True, OWN),
    Row("unregistered, unique", UNBOUND, UNIQUE, "bind", "changed", None, True, OWN),
    Row("at another, unique", AT_OFFICE, UNIQUE, "move", "changed", None, True, OWN),
    Row("unique to plain", AT_OWN, {}, "move", "changed", None, True, OFFICE),
]
NAMED_AND_READABLE = [
    Row(
        "nothing to compare", AT_BRANCH, {"server_url": None}, "none", "unverifiable", "url_not_declared", False, BRANCH
    ),
    Row("unknown, no URL", None, {"server_url": None}, "register", "changed", None, False, OFFICE),
    Row("forced and other", AT_BRANCH, {"server_url": None, **FORCE}, "move", "changed", None, False, OFFICE),
    Row(
        "forced and same",
        AT_OFFICE,
        {"server_url": None, **FORCE},
        "move",
        "unverifiable",
        "rewritten_same",
        False,
        OFFICE,
    ),
    Row("wrong URL", AT_BRANCH, {"server_url": WRONG}, "move", "failed", "wrong_url", False, OFFICE),
    Row("new, wrong URL", None, {"server_url": WRONG}, "register", "failed", "wrong_url", False, OFFICE),
    Row("no such server", None, {"server": "nowhere"}, "register", "failed", "server_unknown"),
]
UNREADABLE = [
    Row("unknown", None, {}, "register", "changed", None, False, OFFICE),
    Row("unregistered", UNBOUND, {}, "bind", "changed", None, False, OFFICE),
    Row("at another", AT_BRANCH, {}, "none", "unverifiable", "url_not_readable", False, BRANCH),
    Row("same", AT_OFFICE, {}, "none", "unverifiable", "url_not_readable", False, OFFICE),
    Row("forced", AT_BRANCH, FORCE, "move", "changed", None, False, OFFICE),
    Row("forced and same", AT_OFFICE, FORCE, "move", "changed", None, False, OFFICE),
    Row("no such server", None, {"server": "nowhere"}, "register", "failed", "server_unknown"),
]
SEEN_FOREIGN = [
    Row("elsewhere", FOREIGN, {}, "none", "conflict", "owned_elsewhere"),
    Row("elsewhere, force", FOREIGN, FORCE, "none", "conflict", "owned_elsewhere"),
]
UNSEEN_FOREIGN = [Row("elsewhere", FOREIGN, {}, "register", "conflict", "owned_elsewhere")]
SERIALS = [
    Row("unknown, no serial", None, {"serial": None}, "register", "failed", "serial_missing"),
    Row("moved, no serial", AT_BRANCH, {"serial": None}, "move", "changed", None, True, OFFICE),
]


def _takes_over(service: Service) -> bool:
    """Whether the service lets its override take another account's phone unless it is switched off."""
    return any(one.name == "take_over_allowed" and one.default for one in DIALECTS[service.vendor].switches)


def rows(service: Service) -> Iterator[Row]:
    vendor = service.capabilities
    yield from ALWAYS
    yield from READABLE if service.reads_url else UNREADABLE
    yield from NAMED_AND_READABLE if service.reads_url and vendor.binds_to == "server" else ()
    yield from SEEN_FOREIGN if vendor.shows_foreign else UNSEEN_FOREIGN
    yield from SERIALS if vendor.needs_serial else ()
    if vendor.override:
        taken = OFFICE if dict(service.options).get("take_over_allowed", _takes_over(service)) else None
        outcome, why = ("changed", None) if taken else ("failed", "refused")
        yield Row(
            "elsewhere, override",
            FOREIGN,
            OVERRIDE,
            "take_over",
            outcome,
            why,
            service.reads_url and taken is not None,
            taken,
        )


# A service without the bulk calls has nothing of its own here.
CASES = [
    pytest.param(service, row, id=f"{service.title}-{row.name}")
    for service in (*SERVICES, Service("yealink", (), "yealink_giving", (("take_over_allowed", True),)))
    for row in rows(service)
    if not service.lacks or "checkDeviceExt" in service.lacks
]


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
@pytest.mark.parametrize(("service", "row"), CASES)
def test_the_table_of_the_contract(service: Service, row: Row, bulk: bool) -> None:
    env = service.env()
    phone = mac(1, env.vendor)
    if row.before is not None:
        env.place(phone, **row.before)
    absent = row.fields.get("state") == "absent"
    device = DesiredDevice(phone, **row.fields) if absent else env.wants(phone, **row.fields)
    before = env.state()

    env.sim.options.read_only = True
    (check,) = env.run([device], bulk=bulk, check_mode=True).results
    env.sim.assert_clean()
    assert env.state() == before
    assert check.change.action == row.action
    # A service that shows its servers lacks one before anything is written.
    foreseen = {"serial_missing"} | ({"server_unknown"} if service.capabilities.servers == MANAGED else set())
    writes = row.action != "none" and row.reason not in foreseen
    assert check.outcome == ("would_change" if writes else row.outcome)
    assert (check.changed, check.verified) == (writes, not writes and row.verified)

    env.sim.options.read_only = False
    (result,) = env.run([device], bulk=bulk).results
    code = result.reason.code if result.reason is not None else None
    assert (result.change.action, result.outcome, code, result.verified) == row[3:7]
    owner, url = env.state().get(phone, (None, None))
    assert (url if owner == USER else None) == row.url
    assert result.changed is (env.state() != before or (row.name == "forced and same" and not service.reads_url))
    # A service that shows its servers is not asked for one that it does not have.
    known_missing = row.reason == "server_unknown" and service.capabilities.servers == "manage"
    assert bool(env.writes()) is (writes and not known_missing)
    assert not env.sim.violations


# What is special to a service.


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "single"])
@pytest.mark.parametrize("shown", ["missing", "empty", "nil", "ex_nil"])
def test_a_registered_yealink_device_without_url_counts_as_not_readable(
    yealink: ServiceEnv, bulk: bool, shown: str
) -> None:
    yealink.sim.options.ext_url = shown
    phone = mac(1)
    yealink.place(phone, "branch")
    (result,) = yealink.run([yealink.wants(phone)], bulk=bulk).results
    assert result.reason is not None
    assert (result.outcome, result.reason.code, result.reason.variant) == ("unverifiable", "url_not_readable", "hidden")
    assert yealink.writes() == []
    (result,) = yealink.run([yealink.wants(phone, force=True)], bulk=bulk).results
    assert (result.change.action, result.outcome, result.changed) == ("move", "changed", True)
    assert yealink.state()[phone] == (USER, OFFICE)


def test_a_device_that_was_added_by_nobody_is_bound(yealink: ServiceEnv) -> None:
    yealink.place(mac(1), None, None)
    (result,) = yealink.run([yealink.wants(mac(1))]).results
    assert (result.change.action, result.outcome) == ("bind", "changed")


@pytest.mark.parametrize("meaning", ["not_registered", "malformed"])
def test_both_readings_of_panasonics_fault_201_find_a_new_phone(panasonic: ServiceEnv, meaning: str) -> None:
    panasonic.sim.options.fault_201 = meaning
    phones = [mac(number, "panasonic") for number in (1, 2)]
    panasonic.place(phones[1], "branch")
    results = panasonic.run([panasonic.wants(phone) for phone in phones]).results
    # With the other reading a phone that is not registered has another owner: it must not be taken.
    expected = {"not_registered": ["changed", "changed"], "malformed": ["conflict", "changed"]}
    assert [result.outcome for result in results] == expected[meaning]


def test_last_contact_is_shown_where_the_service_has_it(env: ServiceEnv) -> None:
    phone, asked = mac(1, env.vendor), "2026-01-02T03:04:05Z"
    env.place(phone, "office", last_contact=asked)
    (result,) = env.run([env.wants(phone)]).results
    assert result.after is not None
    assert result.after.last_contact == (asked if env.capabilities.last_contact else None)


def test_another_organizations_phone_in_a_bulk_call_leaves_the_others_done(ymcs: ServiceEnv) -> None:
    phones = [mac(number, "ymcs") for number in range(1, 6)]
    ymcs.place(phones[2], "theirs", OTHER_USER)
    results = ymcs.run([ymcs.wants(phone) for phone in phones]).results
    assert [result.outcome for result in results] == ["changed", "changed", "conflict", "changed", "changed"]
    assert results[2].after is not None
    assert results[2].after.status == "registered_elsewhere"
    assert ymcs.state()[phones[2]] == (OTHER_USER, THEIRS)
    assert ymcs.writes() == ["addDevices"]


def test_without_override_another_accounts_phone_is_never_written(env: ServiceEnv) -> None:
    phone = mac(1, env.vendor)
    env.place(phone, "theirs", OTHER_USER)
    (result,) = env.run([env.wants(phone, force=True)]).results
    assert result.outcome == "conflict"
    assert env.state()[phone] == (OTHER_USER, THEIRS)
    overrides = [call for call in env.sim.writes() if "1" in call.params[1:]]
    assert overrides == []
