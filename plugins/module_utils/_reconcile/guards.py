# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guards: checks of a whole plan that block every write of a run. Pure.

PRIVATE to the collection: may change without notice.

A guard checks a GuardInput and returns a GuardViolation or None. ``GUARDS`` is the one ordered list of those that
every reconciliation has; the role adds its own in front (``_fleet.guards``). To add a guard, write the function, put it
into the list, and add its sentence to ``_catalog.outcomes.GUARDS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, Optional

from .._mac import format_mac
from .._model import GuardViolation, Reason, reason
from .._validation import Limit
from .plan import Plan, list_contradiction


@dataclass(frozen=True)
class GuardInput:
    """What guards decide on. ``purge_limit`` is None if nothing is purged; ``expect_plan`` None if none was given;
    ``account`` is the account's name, or ""."""

    plan: Plan
    purge_limit: Limit | None = None
    expect_plan: str | None = None
    account: str = ""


Guard = Callable[[GuardInput], Optional[GuardViolation]]


def unread_devices(seen: GuardInput) -> GuardViolation | None:
    """Purge must have read every device, or it does not know what it removes."""
    if seen.purge_limit is None:
        return None
    unread = [change.mac for change in seen.plan.changes if change.current is None]
    if not unread:
        return None
    params = {"count": len(unread), "first": format_mac(unread[0], "colon")}
    return GuardViolation("unread_devices", params=params)


def contradicting_list(seen: GuardInput) -> GuardViolation | None:
    """Purge must be able to trust the service's list of devices."""
    if seen.purge_limit is None:
        return None
    current = [change.current for change in seen.plan.changes if change.current is not None]
    mac = list_contradiction(seen.plan.listed or (), current)
    if mac is None:
        return None
    return GuardViolation("list_contradiction", params={"first": format_mac(mac, "colon")})


def purge_limit(seen: GuardInput) -> GuardViolation | None:
    """Purge may not remove more devices than the limit allows."""
    if seen.purge_limit is None:
        return None
    purged = [change.mac for change in seen.plan.changes if change.desired.purged and change.writes]
    allowed = seen.purge_limit.of(len(seen.plan.listed or ()))
    if len(purged) <= allowed:
        return None
    return GuardViolation(
        "purge_limit",
        params={
            "count": len(purged),
            "few": tuple(format_mac(mac, "colon") for mac in purged),
            "allowed": allowed,
            **seen.purge_limit.basis("listed", len(seen.plan.listed or ())),
        },
    )


def expected_plan(seen: GuardInput) -> GuardViolation | None:
    """The plan must be the one that was approved."""
    if seen.expect_plan is None or seen.plan.digest == seen.expect_plan:
        return None
    params = {"plan": seen.plan.digest, "expected": seen.expect_plan}
    return GuardViolation("expect_plan", "" if seen.plan.writes else "used", params)


GUARDS: tuple[Guard, ...] = (unread_devices, contradicting_list, purge_limit, expected_plan)


def guard_reason(violation: GuardViolation) -> Reason:
    """The Reason of a phone that was not written because of this guard."""
    return reason(f"guard_{violation.name}")


def first_violation(guards: Sequence[Guard], seen: GuardInput) -> GuardViolation | None:
    """The first guard in order that blocks the plan, or None."""
    return next((found for found in (guard(seen) for guard in guards) if found is not None), None)
