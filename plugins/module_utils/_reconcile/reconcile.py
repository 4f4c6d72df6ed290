# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read, plan, write, read back -> outcomes: the order of things. What they mean is decided in ``plan`` and ``verify``.

PRIVATE to the collection: may change without notice.

``prepare`` reads an account and makes its plan; ``execute`` writes the plan, or predicts it in check mode. Between the
two are frozen values, so that several accounts can be read before any of them is written. Neither raises for what
the service or the network does: it is in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._catalog.calls import RUN_AGAIN
from .._errors import CallError, LoginError, NotSentError, RefusedReadError, StoppedError
from .._model import (
    ABSENT,
    NONE,
    SHOWN,
    UNKNOWN_STATUS,
    CurrentDevice,
    DesiredDevice,
    DeviceResult,
    GuardViolation,
    PlannedChange,
    Reason,
    Server,
    ServerResult,
    reason,
)
from .._validation import DEFAULT_LIMIT, Limit
from .._vendors.base import AccountListing, Service
from .guards import GUARDS, Guard, GuardInput, first_violation, guard_reason
from .plan import Plan, build_plan, decide, find_unmanaged, purge_changes, servers_needed, unreadable
from .read import read_account
from .results import RunResult
from .servers import PlannedServer, blocked_by_lookup, blocked_by_servers, plan_servers
from .verify import predicted_result, skipped_result, stop_reason, verify_write
from .workers import Progress, WorkerPool, worker_pool


def no_progress(_what: str, _done: int, _all: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Options:
    """How a reconciliation is done.

    ``bulk`` lists the account and writes lists; without it the devices are read and written one by one and nothing else
    is read. ``purge_servers`` is name: URL. ``guards`` come before those that every reconciliation has.
    ``declared_elsewhere`` gives MACs that are not unmanaged although they are not declared here; it is called if the
    account has devices that are not. ``whole_fleet``: all phones of the account are declared here, as far as known.
    ``read_unmanaged`` also reads where unmanaged devices are redirected. ``account`` is the account's name for
    messages, or "".
    """

    bulk: bool = True
    check_mode: bool = False
    purge: bool = False
    purge_limit: Limit = DEFAULT_LIMIT
    purge_servers: Mapping[str, str] | None = None
    ignore: tuple[str, ...] = ()
    declared_elsewhere: Callable[[], Collection[str]] = frozenset
    expect_plan: str | None = None
    batch_size: int = 100
    servers: tuple[Server, ...] = ()
    force_servers: bool = False
    guards: tuple[Guard, ...] = ()
    whole_fleet: bool = True
    read_unmanaged: bool = False
    account: str = ""


@dataclass(frozen=True)
class Prepared:
    """An account as it was read, and what is to be done. ``declared`` are in the order given, ``purged`` by MAC.

    ``plan`` is None if the account could not be read, which ``account_error`` explains; ``violation`` is the guard that
    blocks the writes, or None. ``unwritable`` has, by MAC, why single phones are not written.
    """

    declared: tuple[PlannedChange, ...]
    purged: tuple[PlannedChange, ...] = ()
    plan: Plan | None = None
    unmanaged: tuple[CurrentDevice, ...] | None = None
    servers: tuple[PlannedServer, ...] = ()
    shown_servers: tuple[Server, ...] = ()
    account_error: Reason | None = None
    violation: GuardViolation | None = None
    unwritable: Mapping[str, Reason] = field(default_factory=dict)


def prepare(
    service: Service, desired: Sequence[DesiredDevice], options: Options, progress: Progress = no_progress
) -> Prepared:
    """Read the account, make the plan, ask the guards."""
    listing: AccountListing | None = None
    lists = options.bulk and service.capabilities.lists_account
    try:
        # Purge needs every device; without it only those that are declared matter.
        asked = None if options.purge else [device.mac for device in desired]
        listing = read_account(service, asked) if lists else None
    except CallError as error:
        # Without the list it is not known what the account has: nothing is written.
        why = account_reason(error)
        return Prepared(tuple(unreadable(device, why) for device in desired), account_error=why)
    return _Reader(service, worker_pool(service), options, progress).prepare(desired, listing)


class _Reader:
    """Reads one account and makes its plan."""

    def __init__(self, service: Service, workers: WorkerPool, options: Options, progress: Progress) -> None:
        self._service = service
        self._workers = workers
        self._options = options
        self._progress = progress

    def prepare(self, desired: Sequence[DesiredDevice], listing: AccountListing | None) -> Prepared:
        service, options = self._service, self._options
        vendor = service.capabilities
        declared_macs = {device.mac for device in desired}
        unmanaged = () if listing is None else find_unmanaged(listing.macs, declared_macs, options.ignore)
        if unmanaged:
            unmanaged = find_unmanaged(unmanaged, options.declared_elsewhere(), ())
        candidates = unmanaged if options.purge or options.read_unmanaged else ()
        wanted = [*desired, *(DesiredDevice(mac, ABSENT, purged=True) for mac in candidates)]
        changes = self._read(wanted, listing)
        declared, others = tuple(changes[: len(desired)]), changes[len(desired) :]
        current = {change.mac: change.current for change in others if change.current is not None}
        purged = purge_changes(current, options.purge_servers, vendor) if options.purge else ()
        # A candidate that could not be read is part of the plan that the guards see.
        unread = [change for change in others if change.current is None] if options.purge else []
        listed = None if listing is None else listing.macs
        plan = build_plan([*declared, *purged], listed, unmanaged, service.masker.url)
        seen = GuardInput(
            Plan((*plan.changes, *unread), plan.listed, plan.unmanaged, plan.digest),
            options.purge_limit if options.purge and listing is not None else None,
            options.expect_plan,
            options.account,
        )
        violation = first_violation((*options.guards, *GUARDS), seen)
        devices = tuple(current.get(mac, CurrentDevice(mac, "")) for mac in unmanaged)
        prepared = Prepared(declared, purged, plan, None if listing is None else devices, violation=violation)
        return self._with_servers(prepared, plan)

    def _with_servers(self, prepared: Prepared, plan: Plan) -> Prepared:
        defined = self._options.servers
        needed = servers_needed(defined, plan, self._options.whole_fleet)
        prepared = replace(prepared, shown_servers=tuple(server for server in defined if server not in needed))
        try:
            servers = plan_servers(self._service, needed, self._options.force_servers)
            unwritable = blocked_by_lookup(self._service, plan.writes, {server.name for server in defined})
        except CallError as error:
            return replace(prepared, account_error=account_reason(error))
        return replace(prepared, servers=servers, unwritable=unwritable)

    def _read(self, wanted: Sequence[DesiredDevice], listing: AccountListing | None) -> list[PlannedChange]:
        """Read every device, ``concurrency`` at once -> a change each, in order."""
        vendor = self._service.capabilities
        if listing is not None and listing.devices is not None:
            return [
                decide(device, listing.devices.get(device.mac) or CurrentDevice(device.mac, UNKNOWN_STATUS), vendor)
                for device in wanted
            ]
        count = 0

        def read(device: DesiredDevice) -> PlannedChange:
            nonlocal count
            change = self._read_one(device)
            count += 1
            self._progress("read", count, len(wanted))
            return change

        return self._workers.map(read, wanted)

    def _read_one(self, device: DesiredDevice) -> PlannedChange:
        try:
            current = self._service.read_device(device.mac)
        except RefusedReadError as error:
            return unreadable(device, reason("refused", action=NONE, text=error.text))
        except (NotSentError, StoppedError, LoginError) as error:
            bulk = self._options.bulk and isinstance(error, NotSentError)
            return unreadable(device, _unreadable_reason(error) if bulk else account_reason(error))
        except CallError as error:
            return unreadable(device, _unreadable_reason(error))
        return decide(device, current, self._service.capabilities)


def _unreadable_reason(error: CallError) -> Reason:
    return reason("unreadable", cause=str(error), fix=error.fix or RUN_AGAIN)


def account_reason(error: CallError) -> Reason:
    """Why an account, and with it every phone, could not be read."""
    if isinstance(error, StoppedError):
        return stop_reason(error)
    if isinstance(error, LoginError):
        return reason("login_refused", "account", cause=str(error), fix=error.fix)
    return reason("account_unreachable", cause=str(error), fix=error.fix or RUN_AGAIN)


def execute(
    service: Service,
    prepared: Prepared,
    options: Options,
    violation: GuardViolation | None = None,
    progress: Progress = no_progress,
) -> RunResult:
    """Write the plan, or predict it in check mode -> the result of every phone, declared ones first and in order.

    ``violation`` is a guard that blocks the writes of several accounts, this one among them.
    """
    blocked = violation or prepared.violation
    changes = [*prepared.declared, *prepared.purged]
    servers: tuple[ServerResult, ...] = tuple(one.result for one in prepared.servers)
    why = guard_reason(blocked) if blocked is not None else prepared.account_error
    if why is not None:
        results = [
            skipped_result(change, why) if change.writes else predicted_result(change, service.reads_url)
            for change in changes
        ]
    elif prepared.plan is None or options.check_mode or not (prepared.plan.writes or prepared.servers):
        blocked_phones = blocked_by_servers(prepared.servers, changes, service.masker.url)
        unwritable = {**prepared.unwritable, **blocked_phones}
        results = [
            skipped_result(change, unwritable[change.mac])
            if change.mac in unwritable
            else predicted_result(change, service.reads_url)
            for change in changes
        ]
    else:
        results, servers = _write(service, prepared, prepared.plan, options, progress)
    return _run_result(service, prepared, blocked, results, servers)


def _write(
    service: Service, prepared: Prepared, plan: Plan, options: Options, progress: Progress
) -> tuple[list[DeviceResult], tuple[ServerResult, ...]]:
    from .apply import Applier  # noqa: PLC0415 - most runs write nothing, and every start pays for what it imports

    applier = Applier(service, worker_pool(service), plan, options.batch_size, progress, bulk=options.bulk)
    applier.skip(prepared.unwritable)
    servers = applier.servers(prepared.servers)
    attempts = applier.apply()
    results: list[DeviceResult] = []
    for change in (*prepared.declared, *prepared.purged):
        if change.writes:
            attempt = attempts[change.mac]
            vendor, show = service.capabilities, service.masker.url
            results.append(verify_write(change, attempt.write, attempt.after, vendor, show))
        else:
            results.append(predicted_result(change, service.reads_url))
    return results, servers


def _run_result(
    service: Service,
    prepared: Prepared,
    violation: GuardViolation | None,
    results: Sequence[DeviceResult],
    servers: tuple[ServerResult, ...],
) -> RunResult:
    gone = {result.mac for result in results if result.change.desired.purged and not result.failed}
    unmanaged = prepared.unmanaged
    if unmanaged is not None:
        unmanaged = tuple(device for device in unmanaged if device.mac not in gone)
    stopped = service.client.stopped if any(result.failed for result in results) else None
    shown = tuple(ServerResult(server, SHOWN) for server in prepared.shown_servers)
    return RunResult(
        results=tuple(results),
        plan=prepared.plan,
        unmanaged=unmanaged,
        servers=tuple(sorted((*servers, *shown), key=lambda item: item.server.name)),
        calls=dict(sorted(service.client.calls.items())),
        notices=tuple(service.notices),
        account_error=prepared.account_error,
        violation=violation,
        stopped=stop_reason(stopped) if stopped is not None else None,
    )


def reconcile(
    service: Service, desired: Sequence[DesiredDevice], options: Options, progress: Progress = no_progress
) -> RunResult:
    """Make the account's devices what is desired, or in check mode predict what would be done."""
    return execute(service, prepare(service, desired, options, progress), options, progress=progress)
