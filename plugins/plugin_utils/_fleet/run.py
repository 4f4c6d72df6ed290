# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run over a fleet: every account looked at, then written, side by side -> results by host and what
belongs to none.

No Ansible in here: the role's action hands in what it read and shows what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._client.transport import Transport
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CONFLICT,
    CREATED,
    DEREGISTER,
    NO_CALL,
    PRESENT,
    SERVER_FAILED,
    SERVER_UNKNOWN,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import GuardViolation, Plan
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, Reconciliation
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import bulk_result
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import RunResult
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._text import as_sentence, first_few, pluralize
from ansible_collections.voip.rps.plugins.module_utils._validation import name_warning
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service

from .config import Account, Fleet

PROVISION = "provision"
DRIFT = "drift"
RELEASE = "release"


@dataclass(frozen=True)
class Scope:
    """How much of the fleet a play holds. ``why_partial`` is the reason why it is not all of it, or None.

    ``removed`` is, by account, what earlier batches of the run deregistered by host vars, and how many devices the
    account listed before them: the limit is one of the run.
    """

    mode: str
    check_mode: bool
    phones: int
    why_partial: str | None
    batches: bool = False  # whether the play has more than one
    removed: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass
class AccountRun:
    """One account's part of a run. ``result`` is what rps_devices would return for it."""

    account: Account
    service: Service
    reconciliation: Reconciliation
    report: RunResult = field(default_factory=RunResult)
    result: dict[str, Any] = field(default_factory=dict)
    failed: str | None = None

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """Entries by host."""
        return dict(zip(self.account.hosts, self.result["devices"]))

    @property
    def listed(self) -> tuple[str, ...]:
        """What the account held before the run."""
        return (self.report.plan.listed if self.report.plan is not None else None) or ()

    @property
    def removed(self) -> int:
        """How many phones host vars deregistered, or would."""
        return sum(1 for item in self.hosts.values() if item["action"] == DEREGISTER and item["changed"])

    @property
    def purged(self) -> list[dict[str, Any]]:
        """Entries of devices that nobody declared."""
        return list(self.result["devices"][len(self.account.hosts) :])


@dataclass
class FleetRun:
    """A whole run. ``errors`` belong to no phone: accounts that could not be worked on, servers, purged devices.
    ``reasons`` are why phones failed that an account or a guard kept from being written; they are warnings too.
    ``changes`` are those messages that tell of something done which belongs to no phone of the play."""

    runs: list[AccountRun]
    messages: list[str]
    warnings: list[str]
    errors: list[str]
    reasons: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


_SIZE = "rps_fleet_size"


def size_guard(fleet: Fleet, scope: Scope, what: str, other: str = "") -> GuardViolation | None:
    """Why a play may not remove so many devices, or None.

    It must hold exactly the fleet that was declared outside the inventory, since a part of an inventory looks like a
    whole one. ``what`` is refused; ``other`` names another way to allow it.
    """
    front = f"Refused by the guard {_SIZE}: {what} needs the whole fleet in one play, and"
    if scope.why_partial is not None:
        text = f"{scope.why_partial}. Nothing was written. Run it over the whole fleet{other}."
    elif fleet.fleet_size is None:
        text = (
            f"nobody said outside the inventory how many phones the fleet has. Nothing was written. If the "
            f"{scope.phones} of this play are all, set {_SIZE}: {scope.phones} as an extra variable{other}."
        )
    elif fleet.fleet_size != scope.phones:
        text = (
            f"the play holds {scope.phones} of {pluralize(fleet.fleet_size, 'phone')}. Nothing was written. "
            "Restore the inventory, or if "
            f"{scope.phones} is right, set {_SIZE}: {scope.phones}{other}."
        )
    else:
        return None
    return GuardViolation(_SIZE, f"{front} {text}")


def _guards(account: Account, fleet: Fleet, scope: Scope) -> tuple[Callable[[Plan], GuardViolation | None], ...]:
    def purge(_plan: Plan) -> GuardViolation | None:
        return size_guard(fleet, scope, "purge") if fleet.purge else None

    def removal(plan: Plan) -> GuardViolation | None:
        earlier, listed = scope.removed.get(account.name, (0, len(plan.listed or ())))
        now = sum(1 for step in plan.steps if step.action == DEREGISTER and not step.declared.purged)
        count, allowed = earlier + now, fleet.purge_limit.of(listed)
        if scope.mode == RELEASE or count <= allowed or not now:
            return None
        limit = f"rps_purge_limit allows ({fleet.purge_limit.text}, here {allowed})"
        what = f"deregistering {pluralize(count, 'phone')}, more than {limit},"
        return size_guard(fleet, scope, what, f", or set rps_purge_limit: {count}")

    def approval(plan: Plan) -> GuardViolation | None:
        if not account.unapproved or not plan.writes:
            return None
        return GuardViolation(
            "rps_expect_plan",
            "Refused by the guard rps_expect_plan: it holds no plan for the account "
            f"{account.name}, and {pluralize(len(plan.writes), 'phone')} "
            "of it would be written. Nothing was written. Look at its plan in check mode, "
            f"then add {account.name}: "
            f"{plan.digest} to rps_expect_plan.",
        )

    return (purge, removal, approval)


def run_fleet(fleet: Fleet, scope: Scope, progress: Callable[[str, str, int, int], None]) -> FleetRun:
    """Reconcile every account -> the truth about all of them. Raises MissingLibraryError.

    A guard of one account stops the writes of all; an account that cannot be reached does not stop the others.
    """
    whole = scope.why_partial is None and scope.mode != RELEASE
    accounts = [account for account in fleet.accounts if account.hosts or whole]
    runs = [_prepare(account, fleet, scope, progress) for account in accounts]
    if not runs:
        return FleetRun([], [], list(fleet.warnings), [])
    with ThreadPoolExecutor(len(runs)) as pool:
        try:
            list(pool.map(lambda run: run.reconciliation.look(), runs))
            refused = None if scope.mode == DRIFT else _refusal(runs)
            list(pool.map(lambda run: _finish(run, scope, refused), runs))
        finally:
            for run in runs:
                run.service.transport.stop("The run was interrupted.")
                run.service.transport.close()
    for run in runs:
        _in_role_words(run, scope.mode == DRIFT)
    told = _told(runs, scope, fleet.purge)
    told.warnings[:0] = fleet.warnings
    return told


def _prepare(
    account: Account, fleet: Fleet, scope: Scope, progress: Callable[[str, str, int, int], None]
) -> AccountRun:
    connection = account.connection
    masker = Masker(connection.vendor, connection.username, connection.password)
    service = Service(Transport(connection, masker))
    for device in account.declared:
        masker.hide_url(device.unique_url, True)
        masker.hide_url(device.server_url, False)
    for server in account.servers:
        masker.hide_url(server.url, False)
    options = Options(
        check_mode=scope.check_mode or scope.mode == DRIFT,
        # An account for which nothing is declared here would be emptied.
        purge=fleet.purge and bool(account.declared),
        purge_limit=fleet.purge_limit,
        purge_servers=account.purge_servers,
        ignore=fleet.ignore,
        expect_plan=account.expect_plan,
        batch_size=fleet.batch_size,
        servers=account.servers if scope.mode != RELEASE else (),
        guards=_guards(account, fleet, scope),
        whole=scope.why_partial is None,
        prefix="rps_",
        expect_option=f"rps_expect_plan: {{{account.name}: {{}}}}",
    )

    def tell(what: str, done: int, whole: int) -> None:
        progress(account.name, what, done, whole)

    return AccountRun(account, service, Reconciliation(service, account.declared, options, tell))


def _refusal(runs: list[AccountRun]) -> GuardViolation | None:
    """The first guard that refuses, with the names of the accounts that it speaks of. It stops the writes of all."""
    refused = [(run.account.name, run.reconciliation.guard) for run in runs if run.reconciliation.guard is not None]
    if not refused:
        return None
    guard = refused[0][1]
    names = [name for name, other in refused if other == guard]
    return GuardViolation(
        guard.name, f"{'Account' if len(names) == 1 else 'Accounts'} {', '.join(names)}: {guard.text}"
    )


def _finish(run: AccountRun, scope: Scope, refused: GuardViolation | None) -> None:
    if scope.mode == DRIFT and run.reconciliation.guard is not None:
        # A drift run writes nothing anyway: it shows the plan, and the guard that would stop it as a warning.
        run.report.warnings.append(run.reconciliation.guard.text)
        run.reconciliation.guard = None
    warnings = run.report.warnings
    run.report = run.reconciliation.finish(refused)
    run.report.warnings.extend(warnings)
    run.result, run.failed = bulk_result(run.report, len(run.account.declared), run.service.masker)


_ROLE_WORDS = (
    ("set override: true", "set rps_override: true"),
    ("set force: true", "set rps_force: true"),
    ("with force: true", "with rps_force: true"),
    (
        "neither server_url nor unique_url is declared to compare with; declare one",
        "no URL is declared to compare with; add its server to rps_servers, or set rps_unique_url",
    ),
    ("declare server_url to have it verified", "add its server to rps_servers to have it verified"),
    ("add this server by the module rps_server, by rps_servers of the role or", "add this server to rps_servers or"),
    ("accepted its unique_url;", "accepted its rps_unique_url;"),
)


def _in_role_words(run: AccountRun, drift: bool) -> None:
    """Make what the modules say fit the role: its variables' names, and that drift is no failure of the run that found
    it."""
    for item in run.result["devices"]:
        for words, fitting in _ROLE_WORDS:
            item["msg"] = item["msg"].replace(words, fitting)
        if drift and item["outcome"] == CONFLICT:
            item["failed"] = False


def _told(runs: list[AccountRun], scope: Scope, purge: bool) -> FleetRun:
    told = FleetRun(runs, [], [], [])
    said: set[str] = set()
    for run in runs:
        name, vendor = run.account.name, VENDORS[run.account.connection.vendor]
        told.messages.append(f"{name}: {run.result['msg']}")
        if purge and not run.account.declared:
            told.warnings.append(f"{name}: not purged, since the play declares no phone of this account.")
        told.warnings.extend(f"{name}: {text}" for text in run.report.warnings)
        wanted = {device.server for device in run.account.declared if device.state == PRESENT and device.server}
        absent = sorted(wanted - {server.name for server in run.account.servers})
        if absent and run.account.servers and scope.mode != RELEASE:
            told.warnings.append(
                f"{name}: rps_servers does not hold {', '.join(absent[:5])}, which phones name; check the spelling, or "
                "declare it, so that they can be compared."
            )
        for server in run.account.servers:
            text = name_warning(server.name, vendor)
            if text:
                told.warnings.append(f"{name}: {text}")
        for done in run.report.servers:
            if done.status == CREATED:
                told.changes.append(f"{name}: server '{done.server.name}' was added.")
                told.messages.append(told.changes[-1])
            elif done.status in (NO_CALL, SERVER_UNKNOWN):
                told.warnings.append(f"{name}: {done.msg}")
            elif done.status == SERVER_FAILED:
                told.errors.append(f"{name}: {done.msg}")
        _tell_purged(told, run, scope)
        error = run.report.error
        if error is not None and error not in said:
            said.add(error)
            text = as_sentence(error if error.startswith("Account") else f"Account {name}: {error}")
            # Where a phone fails for it, the phone's own host fails; else the run would stay green.
            same = [other for other in runs if other.report.error == error]
            if any(entry["failed"] for other in same for entry in other.hosts.values()):
                told.warnings.append(text)
                told.messages.append(text)
                told.reasons.append(text)
            else:
                told.errors.append(text)
    return told


def _tell_purged(told: FleetRun, run: AccountRun, scope: Scope) -> None:
    name = run.account.name
    changed = [item["mac"] for item in run.purged if item["changed"]]
    if changed:
        predicted = scope.check_mode or scope.mode == DRIFT
        text = f"{name}: {'would be purged' if predicted else 'purged'}: {first_few(changed, 10)}."
        told.messages.append(text)
        if not predicted:
            told.changes.append(text)
    if run.report.error is None:
        told.errors.extend(f"{name}: {item['msg']}" for item in run.purged if item["failed"])
