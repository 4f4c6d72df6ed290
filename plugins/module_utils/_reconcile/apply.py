# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes of a plan, in order: servers, one verified first write for each target, the other additions, removals,
confirmation.

PRIVATE to the collection: may change without notice.

Phones that are bound to the same target (a named server, or a URL) share its fate: until a phone shows where the target
redirects, one write at a time goes out to it, so a wrong URL harms one batch and not a fleet.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .._errors import CallError
from .._mac import format_mac
from .._model import (
    BIND,
    DEREGISTER,
    DONE,
    EDITED,
    MOVE,
    NOT_SENT,
    OPEN,
    REFUSED,
    REGISTERED,
    UNKNOWN_STATUS,
    CurrentDevice,
    PlannedChange,
    Reason,
    ServerResult,
    WriteResult,
    reason,
)
from .._vendors.base import URL_ONLY, AccountListing, Service, target
from .binding import differs_in_name, same_binding, shows_binding
from .plan import Plan, decide
from .read import read_account
from .servers import PlannedServer, apply_servers, blocked_by_servers
from .workers import Progress, WorkerPool
from .write import Attempt, Writer

Batch = tuple[PlannedChange, ...]


class Applier:
    """Carries out a plan. Every write of it comes back as an Attempt that has been read back.

    ``bulk`` allows bulk calls and confirmation by a list of the account.
    """

    def __init__(
        self, service: Service, workers: WorkerPool, plan: Plan, batch_size: int, progress: Progress, *, bulk: bool
    ) -> None:
        self._service = service
        self._vendor = service.capabilities
        self._workers = workers
        self._plan = plan
        self._bulk = bulk
        self._lists = bulk and self._vendor.lists_account
        self._batch_size = min(batch_size, self._vendor.max_batch)
        self._listed = frozenset(plan.listed or ())
        self._writer = Writer(service, self._listed)
        self._progress = progress
        self._attempts: dict[str, Attempt] = {}
        self._shown: dict[str, CurrentDevice] = {}  # by target: a device that shows where it redirects
        self._lock = threading.Lock()
        self._total = len(plan.writes)

    def skip(self, blocked: Mapping[str, Reason]) -> None:
        """Do not attempt these phones' writes, for the Reason of each MAC."""
        for change in self._plan.writes:
            if change.mac in blocked:
                write = WriteResult(NOT_SENT, blocked[change.mac])
                self._attempts[change.mac] = Attempt(change, write, change.current, True)

    def servers(self, planned: Sequence[PlannedServer]) -> tuple[ServerResult, ...]:
        """Create and edit servers. Phones of a server that has another URL than defined are not attempted."""
        done = apply_servers(self._service, planned, self._workers)
        self.skip(blocked_by_servers(done, self._plan.writes, self._service.masker.url))
        edited = {one.server.name for one in done if one.result.status == EDITED}
        if edited:
            self._settle_edited(edited)
        return tuple(one.result for one in done)

    def apply(self) -> Mapping[str, Attempt]:
        """Make all writes of the plan -> Attempts by MAC, all settled."""
        writes = [change for change in self._plan.writes if change.mac not in self._attempts]
        removals = [change for change in writes if change.action == DEREGISTER]
        queues: dict[str, list[PlannedChange]] = {}
        for change in writes:
            if change.action != DEREGISTER:
                queues.setdefault(target(self._vendor, change), []).append(change)
        remaining = self._workers.map(self._write_canaries, [self._batches(queue) for queue in queues.values()])
        self._workers.map(self._write_batch, self._merged([batch for batches in remaining for batch in batches]))
        self._workers.map(self._write_batch, self._batches(removals))
        self._confirm()
        return self._attempts

    # Servers.

    def _settle_edited(self, names: set[str]) -> None:
        """An edited server has moved its phones: those that are where they should be need no write of their own."""
        moves = [change for change in self._plan.writes if change.action == MOVE and change.desired.server in names]
        listing = self._list(moves) if moves else None
        if listing is None or listing.devices is None:
            return
        for change in moves:
            after = listing.devices.get(change.mac)
            if after is not None and shows_binding(change.desired, after, self._vendor):
                self._attempts[change.mac] = Attempt(change, WriteResult(DONE), after, True)

    # Batches.

    def _batches(self, changes: Sequence[PlannedChange]) -> list[Batch]:
        """Changes to one target, or removals -> what goes out in one call each: lists by action, then single ones."""
        lists: dict[str, list[PlannedChange]] = {}
        singles: list[Batch] = []
        for change in changes:
            if self._fits_a_list(change):
                lists.setdefault(change.action, []).append(change)
            else:
                singles.append((change,))
        size = self._batch_size
        batches = [tuple(items[i : i + size]) for items in lists.values() for i in range(0, len(items), size)]
        return batches + singles

    def _fits_a_list(self, change: PlannedChange) -> bool:
        # Where one call names one server for all of its phones, a URL of a phone's own does not fit.
        own_url = change.desired.unique_url is not None and change.action != DEREGISTER
        fits = self._vendor.mixed_batches or self._vendor.binds_to == URL_ONLY or not own_url
        return self._bulk and fits and self._service.can_batch(change.action)

    def _merged(self, batches: list[Batch]) -> list[Batch]:
        """Batches of several targets in as few calls as possible, if one call can have phones of several targets."""
        if not self._vendor.mixed_batches:
            return batches
        return self._batches([change for batch in batches for change in batch])

    def _write_canaries(self, batches: list[Batch]) -> list[Batch]:
        """Write batches to one target one after the other until a phone shows where it redirects -> those left."""
        if not batches or not self._service.reads_url:
            return batches
        compared = any(change.desired.url is not None for batch in batches for change in batch)
        if not compared or sum(len(batch) for batch in batches) == 1:
            return batches
        key = target(self._vendor, batches[0][0])
        for count, batch in enumerate(batches, start=1):
            self._write_batch(batch)
            refused = self._refused_server(batch)
            if refused is not None:
                self._skip(batches[count:], refused)
                return []
            self._find_redirect(key, batch)
            if key in self._shown:
                return self._skip_mismatches(key, batches[count:])
        return []

    def _refused_server(self, batch: Batch) -> WriteResult | None:
        """The refusal of a batch that blames the server, so that nothing else needs to be sent to it."""
        for change in batch:
            write = self._attempts[change.mac].write
            certain = write.kind == REFUSED and not write.maybe_earlier
            if certain and write.reason is not None and write.reason.code == "server_unknown":
                return write
        return None

    def _skip(self, batches: Sequence[Batch], write: WriteResult) -> None:
        for batch in batches:
            for change in batch:
                self._attempts[change.mac] = Attempt(change, write, change.current, True)

    def _find_redirect(self, key: str, batch: Batch) -> None:
        """Find out where a target redirects, from a device of the batch whose write shows itself."""
        for change in batch:
            attempt = self._attempts[change.mac]
            if attempt.write.kind == NOT_SENT:
                continue
            if not attempt.settled:
                attempt = replace(attempt, after=self._writer.read(change.mac), settled=True)
                self._attempts[change.mac] = attempt
            after = attempt.after
            before = change.current
            shows = after is not None and after.status == REGISTERED and after.url is not None
            # Whatever the service answered: a binding that was not there before comes from this write.
            if shows and after is not None and (before is None or not same_binding(before, after)):
                self._shown[key] = after
                return
            if attempt.write.kind == DONE and shows and after is not None:
                self._shown[key] = after
                return

    def _skip_mismatches(self, key: str, batches: Sequence[Batch]) -> list[Batch]:
        """Take out every change whose declared binding is not the one that the target turned out to have."""
        seen = self._shown[key]
        left: list[Batch] = []
        for batch in batches:
            good = tuple(
                change
                for change in batch
                if change.desired.url is None or shows_binding(change.desired, seen, self._vendor)
            )
            for change in batch:
                if change not in good:
                    self._attempts[change.mac] = Attempt(
                        change, WriteResult(NOT_SENT, self._mismatch(change, seen)), change.current, True
                    )
            if good:
                left.append(good)
        return left

    def _mismatch(self, change: PlannedChange, seen: CurrentDevice) -> Reason:
        server = change.desired.server or self._service.masker.url(change.desired.server_url) or ""
        variant = "name" if differs_in_name(change.desired, seen, self._vendor) else ""
        return reason("server_wrong_url", variant, server=server, witness=format_mac(seen.mac, "colon"))

    def _write_batch(self, batch: Batch) -> None:
        attempts = [self._one(batch[0])] if len(batch) == 1 else self._writer.batch(batch)
        with self._lock:
            for attempt in attempts:
                self._attempts[attempt.change.mac] = attempt
            done = len(self._attempts)
        self._progress("written", done, self._total)

    def _one(self, change: PlannedChange) -> Attempt:
        # A list that shows every device reads back all accepted writes at once.
        return self._writer.one(change, read_back=not (self._lists and self._vendor.list_shows_devices))

    # Confirmation.

    def _list(self, changes: Iterable[PlannedChange]) -> AccountListing | None:
        """The account's list as it settles these changes; None if there is none."""
        if not self._lists:
            return None
        try:
            return read_account(self._service, [change.mac for change in changes])
        except CallError:
            return None

    def _confirm(self) -> None:
        """One list and one URL read for each target confirm what lists of devices did; if they disagree, each device
        is read."""
        pending = [attempt for attempt in self._attempts.values() if not attempt.settled]
        if not pending:
            return
        listing = self._list(attempt.change for attempt in pending)
        if self._service.reads_url and listing is not None and listing.devices is None:
            self._workers.map(self._sample, self._samples(pending))
        doubtful: list[Attempt] = []
        for attempt in pending:
            after = None if listing is None else self._confirmed_state(attempt, listing)
            if after is None:
                doubtful.append(attempt)
            else:
                self._attempts[attempt.change.mac] = replace(attempt, after=after, settled=True)

        def settle(attempt: Attempt) -> None:
            after = self._writer.read(attempt.change.mac)
            self._attempts[attempt.change.mac] = replace(attempt, after=after, settled=True)

        self._workers.map(settle, doubtful)

    def _samples(self, pending: Iterable[Attempt]) -> list[tuple[str, str]]:
        """One (target, MAC) for each target of these writes whose URL was not seen yet."""
        samples: dict[str, str] = {}
        for attempt in pending:
            key = target(self._vendor, attempt.change)
            if attempt.write.kind == DONE and attempt.change.action != DEREGISTER and key not in self._shown:
                samples.setdefault(key, attempt.change.mac)
        return list(samples.items())

    def _sample(self, sample: tuple[str, str]) -> None:
        key, mac = sample
        current = self._writer.read(mac)
        if current is not None and current.status == REGISTERED:
            self._shown[key] = current

    def _confirmed_state(self, attempt: Attempt, listing: AccountListing) -> CurrentDevice | None:
        """What the device looks like, if the list (and the target's sample) says that the write happened."""
        change = attempt.change
        before, now = change.mac in self._listed, change.mac in listing.macs
        if listing.devices is not None:
            after = listing.devices.get(change.mac, CurrentDevice(change.mac, UNKNOWN_STATUS))
            reached = decide(replace(change.desired, force=False), after, self._vendor)
            return after if not reached.writes and attempt.write.kind in (DONE, OPEN) else None
        if attempt.write.kind != DONE:
            return None
        if change.action == DEREGISTER:
            return CurrentDevice(change.mac, UNKNOWN_STATUS) if before and not now else None
        if before or not now or change.action in (BIND, MOVE):
            return None
        if not self._service.reads_url:
            return CurrentDevice(change.mac, REGISTERED)
        sample = self._shown.get(target(self._vendor, change))
        if sample is None:
            return None
        if change.desired.url is not None and not shows_binding(change.desired, sample, self._vendor):
            return None
        return CurrentDevice(change.mac, REGISTERED, sample.url, server=sample.server)
