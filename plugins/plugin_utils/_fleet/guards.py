# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guards that only the role has, and the one decision about the guards of all accounts. Pure.

PRIVATE to the collection: may change without notice.

They come before those that every reconciliation has (``_reconcile.guards``). Their sentences are in
``_catalog.outcomes.GUARDS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import (
    DEREGISTER,
    REGISTERED,
    UNREGISTERED,
    GuardViolation,
    PlannedChange,
    Reason,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.guards import Guard, GuardInput
from ansible_collections.voip.rps.plugins.module_utils._validation import DEFAULT_LIMIT

from .scope import RELEASE, Scope

if TYPE_CHECKING:
    from .config import Account, Fleet

# Without rps_removal_limit, host vars may always deregister so many phones of an account.
REMOVAL_FLOOR = 3


def role_guards(account: Account, fleet: Fleet, scope: Scope) -> tuple[Guard, ...]:
    """The role's guards of one account, in order."""
    return (
        lambda seen: purge_guard(seen, account, fleet, scope),
        lambda seen: removal_guard(seen, account, fleet, scope),
        lambda seen: approval_guard(seen, account),
    )


def missing_fleet(fleet: Fleet, scope: Scope) -> Reason | None:
    """Why the play is not known to have every phone of the fleet (a key of ``PARTIAL``); None if it is.

    The number has to come from outside the inventory, because a part of an inventory looks like a whole one.
    """
    if scope.why_partial is not None:
        return scope.why_partial
    if fleet.fleet_size is None:
        return reason("size_not_set")
    if fleet.fleet_size != scope.phones:
        return reason("size_differs", count=scope.phones, size=fleet.fleet_size)
    return None


def purge_guard(seen: GuardInput, account: Account, fleet: Fleet, scope: Scope) -> GuardViolation | None:
    """Purge needs the whole fleet: what the play lacks would look unmanaged."""
    missing = missing_fleet(fleet, scope) if account.purge else None
    if missing is None:
        return None
    variant = {"size_not_set": "not_set", "size_differs": "differs"}.get(missing.code, "")
    return GuardViolation("fleet_size", variant, {"missing": missing, "count": scope.phones})


def removal_guard(seen: GuardInput, account: Account, fleet: Fleet, scope: Scope) -> GuardViolation | None:
    """Host vars may deregister no more phones in a whole run than the limit allows, unless the fleet is complete."""
    now = sum(1 for change in seen.plan.changes if change.action == DEREGISTER and not change.desired.purged)
    if scope.mode == RELEASE or not now:
        return None
    earlier, base = scope.removed.get(account.identity, (0, 0))
    base = max(base, len(account.declared) if seen.plan.listed is None else len(seen.plan.listed))
    limit = fleet.removal_limit or DEFAULT_LIMIT
    allowed = limit.of(base) if fleet.removal_limit else max(limit.of(base), REMOVAL_FLOOR)
    missing = missing_fleet(fleet, scope)
    if earlier + now <= allowed or missing is None:
        return None
    params = {
        "count": earlier + now,
        "earlier": earlier,
        "allowed": allowed,
        **limit.basis("declared" if seen.plan.listed is None else "listed", base),
        "floor": None if fleet.removal_limit else REMOVAL_FLOOR,
        "unlifted": None if fleet.fleet_size is None else missing,
    }
    return GuardViolation("removal_limit", params=params)


def approval_guard(seen: GuardInput, account: Account) -> GuardViolation | None:
    """If plans were approved, an account without an approved plan is not written."""
    writes = len(seen.plan.writes)
    if not account.unapproved or not writes:
        return None
    return GuardViolation("expect_plan", "missing", {"count": writes, "plan": seen.plan.digest})


def same_account_guards(
    accounts: Sequence[tuple[Account, Sequence[PlannedChange], Sequence[PlannedChange]]],
) -> dict[str, GuardViolation]:
    """By name, the accounts whose purge would remove phones that the play declares for another account.

    ``accounts``: each with the changes of its declared phones and of purged devices. One service shows a phone as its
    own on one account only, so such two accounts are one login, however differently it is written.
    """
    violations: dict[str, GuardViolation] = {}
    for account, _declared, purged in accounts:
        removed = {change.mac for change in purged if change.writes}
        for other, declared, _purged in accounts:
            if other is account or other.capabilities.name != account.capabilities.name:
                continue
            same = sorted(change.mac for change in declared if change.mac in removed and _is_ours(change))
            if same:
                params = {"other": other.name, "first": format_mac(same[0], "colon"), "count": len(same)}
                violations.setdefault(account.name, GuardViolation("same_account", params=params))
    return violations


def _is_ours(change: PlannedChange) -> bool:
    return change.current is not None and change.current.status in (REGISTERED, UNREGISTERED)


def blocked_accounts(violations: Mapping[str, GuardViolation | None]) -> dict[str, GuardViolation]:
    """The violation that blocks each account, by name: a guard of one account blocks the writes of all.

    ``violations`` are what each account's own guards found, in the order of the accounts.
    """
    first = next((violation for violation in violations.values() if violation is not None), None)
    if first is None:
        return {}
    return {name: violation or first for name, violation in violations.items()}
