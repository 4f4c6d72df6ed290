# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending writes: one device with its read-back, or a batch with its bad devices isolated. Every failure is a value.

PRIVATE to the collection: may change without notice.

What an attempt proves decides what may follow. A refusal and "never left" are certain. Everything else leaves the write
open, and nothing is sent again for a phone before a read shows the old state; after a timeout nothing at all, since the
service may still execute it. That an earlier try may have been executed stays with the phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .._catalog.calls import clause
from .._errors import (
    AbsentCallError,
    CallError,
    FaultError,
    LoginError,
    RateLimitError,
    StoppedError,
    TooLargeError,
)
from .._model import (
    DEREGISTER,
    DONE,
    MOVE,
    NOT_SENT,
    OPEN,
    REFUSED,
    REGISTERED,
    UNKNOWN_STATUS,
    CurrentDevice,
    PlannedChange,
    Refusal,
    WriteResult,
    reason,
)
from .._vendors.base import (
    INVALID_MAC,
    NO_CALL,
    OTHER_ACCOUNT,
    SERIAL,
    SERVER_INVALID,
    SERVER_LEVEL,
    SERVER_UNKNOWN,
    URL_ONLY,
    Service,
)
from .plan import decide
from .read import read_account
from .verify import stop_reason

_VARIANTS = {INVALID_MAC: "invalid_mac", SERIAL: "serial", SERVER_INVALID: "server"}


@dataclass(frozen=True)
class Attempt:
    """What came of one phone's write. ``settled`` says that ``after`` was read after it (None: unreadable)."""

    change: PlannedChange
    write: WriteResult
    after: CurrentDevice | None = None
    settled: bool = False


def refused(refusal: Refusal, service: Service) -> WriteResult:
    """The result of a write that the service refused."""
    if refusal.kind == NO_CALL:  # its text is a sentence of ours
        return WriteResult(REFUSED, reason("call_absent", cause=refusal.text), refusal.text)
    text = service.masker.text(refusal.text)
    if refusal.kind == SERVER_UNKNOWN:
        return WriteResult(REFUSED, reason("server_unknown", text=text))
    if refusal.kind == OTHER_ACCOUNT and not service.capabilities.shows_foreign:
        return WriteResult(REFUSED, reason("owned_elsewhere", text=text))
    variant = _VARIANTS.get(refusal.kind, "")
    if variant == "server" and service.capabilities.binds_to == URL_ONLY and not service.capabilities.stores_name:
        variant = "url"  # there is no server whose name could be wrong
    return WriteResult(REFUSED, reason("refused", variant, text=text))


def failed_call(error: CallError) -> WriteResult:
    """The result of a write that got no usable answer."""
    cause = str(error)
    if isinstance(error, LoginError):
        return WriteResult(REFUSED, reason("login_refused", cause=cause, fix=error.fix), cause)
    if isinstance(error, AbsentCallError):
        return WriteResult(REFUSED, reason("call_absent", cause=cause, fix=error.fix), cause)
    if isinstance(error, (RateLimitError, TooLargeError)):
        return WriteResult(REFUSED, reason("refused", text=cause), cause)
    if isinstance(error, StoppedError):
        return WriteResult(NOT_SENT, stop_reason(error), cause)
    if error.executed is False:
        return WriteResult(NOT_SENT, reason("account_unreachable", "write", cause=cause, fix=error.fix), cause)
    return WriteResult(OPEN, None, cause, error.timed_out)


def _never_executed(write: WriteResult, error: CallError | None) -> bool:
    """Whether nothing was executed and no read can add to that.

    A refusal in the service's own words is read back all the same.
    """
    return write.kind == NOT_SENT or (write.kind == REFUSED and isinstance(error, (AbsentCallError, LoginError)))


class Writer:
    """Makes the writes of a plan. ``listed`` is what the account had before, for finding out a batch's effect by a
    list."""

    def __init__(self, service: Service, listed: Iterable[str]) -> None:
        self.service = service
        self._listed = frozenset(listed)
        self._retries = service.client.connection.retries
        self._largest: dict[str, int] = {}  # by action: the most devices of a call, after the service choked on more
        self._accepts_lists: set[str] = set()  # actions of which a bulk call was answered
        self._one_by_one: set[str] = set()  # actions whose bulk call the service cannot execute

    def read(self, mac: str) -> CurrentDevice | None:
        """The device as it is now, or None if that cannot be found out."""
        try:
            return self.service.read_device(mac)
        except CallError:
            return None

    def one(self, change: PlannedChange, *, maybe_earlier: bool = False, read_back: bool = True) -> Attempt:
        """Write one device and read it back. An open write is sent again only after a read shows the old state.

        Without ``read_back`` an accepted write is left to be confirmed by a list.
        """
        tries = 0
        while True:
            write, error = self._send(change)
            write = replace(write, maybe_earlier=maybe_earlier)
            if _never_executed(write, error) and not maybe_earlier:
                return Attempt(change, write, change.current, True)
            if write.kind == DONE and not read_back:
                return Attempt(change, write)
            after = self.read(change.mac)
            tries += 1
            again = error is not None and error.transient and write.kind == OPEN and not write.timed_out
            if not again or tries > self._retries or not self._shows_old_state(change, after):
                return Attempt(change, write, after, True)
            if error is None or not self.service.client.wait(tries, error):
                return Attempt(change, write, after, True)
            maybe_earlier = True

    def batch(self, changes: Sequence[PlannedChange]) -> list[Attempt]:
        """Write changes of one action and one target with bulk calls; every change comes back in one Attempt."""
        attempts: dict[str, Attempt] = {}
        self._batch(list(changes), attempts, frozenset(), self._retries)
        return [attempts[change.mac] for change in changes]

    def _send(self, change: PlannedChange) -> tuple[WriteResult, CallError | None]:
        try:
            refusal = self.service.write(change)
        except CallError as error:
            return failed_call(error), error
        return (WriteResult(DONE) if refusal is None else refused(refusal, self.service)), None

    def _shows_old_state(self, change: PlannedChange, after: CurrentDevice | None) -> bool:
        """Whether the write would have been seen, and nothing is different."""
        if after is None or after != change.current:
            return False
        if change.action == MOVE and (after.url is None or change.desired.url is None):
            return False
        return decide(change.desired, after, self.service.capabilities).action == change.action

    # Many devices.

    def _batch(
        self, changes: list[PlannedChange], attempts: dict[str, Attempt], earlier: frozenset[str], retries: int
    ) -> None:
        """Write the changes; ``earlier`` are the MACs whose earlier try may have been executed."""
        if not changes:
            return
        action = changes[0].action
        if len(changes) == 1 or action in self._one_by_one or not self.service.can_batch(action):
            for change in changes:
                attempts[change.mac] = self.one(change, maybe_earlier=change.mac in earlier)
            return
        largest = self._largest.get(action, len(changes))
        if len(changes) > largest:
            for start in range(0, len(changes), largest):
                self._batch(changes[start : start + largest], attempts, earlier, retries)
            return
        try:
            answer = self.service.write_batch(changes)
        except CallError as error:
            self._failed_batch(changes, error, attempts, earlier, retries)
            return
        self._accepts_lists.add(action)
        if answer.refusal is not None:
            self._refused_batch(changes, answer.refusal, attempts, earlier, retries)
            return
        for change in changes:
            refusal = answer.refused.get(change.mac)
            write = WriteResult(DONE) if refusal is None else refused(refusal, self.service)
            if change.mac in answer.unclear:
                write = WriteResult(OPEN, None, clause("unattributed"))
            self._record([change], write, attempts, earlier)

    def _failed_batch(
        self,
        changes: list[PlannedChange],
        error: CallError,
        attempts: dict[str, Attempt],
        earlier: frozenset[str],
        retries: int,
    ) -> None:
        if isinstance(error, AbsentCallError):
            self._batch(changes, attempts, earlier, retries)  # can_batch knows by now: one by one
            return
        if isinstance(error, TooLargeError):
            # A list that was sent at the same time may have shown already that this half is too long.
            half = max(1, min(self._largest.get(changes[0].action, len(changes)), len(changes) // 2))
            self._largest[changes[0].action] = half
            self.service.note(reason("list_too_long", count=len(changes), half=half))
            for start in range(0, len(changes), half):
                self._batch(changes[start : start + half], attempts, earlier, retries)
            return
        write = failed_call(error)
        if write.kind != OPEN or write.timed_out:
            self._record(changes, write, attempts, earlier, settled=_never_executed(write, error))
            return
        left = self._left_after_open(changes, write, attempts, earlier)
        again = earlier | {change.mac for change in left}
        if not left or self.service.client.stopped:
            self._record(left, write, attempts, earlier)
        elif isinstance(error, FaultError):
            self._shorten(changes[0].action, len(changes), error)
            self._batch(left, attempts, again, retries)
        elif error.transient and retries > 0 and self.service.client.wait(self._retries - retries + 1, error):
            self._batch(left, attempts, again, retries - 1)
        else:
            self._record(left, write, attempts, earlier)

    def _shorten(self, action: str, count: int, error: FaultError) -> None:
        """A list was answered with a fault, perhaps because of its length: try half of it, then single calls."""
        if count > 2 and self._largest.get(action) != count:
            self._largest[action] = count // 2
            return
        self._largest[action] = 1
        if action not in self._accepts_lists:
            self._one_by_one.add(action)
            self.service.note(reason("one_by_one", cause=str(error)))

    def _left_after_open(
        self,
        changes: list[PlannedChange],
        write: WriteResult,
        attempts: dict[str, Attempt],
        earlier: frozenset[str],
    ) -> list[PlannedChange]:
        """Record what an open bulk call has done by now -> what the account shows in its old state.

        Whatever cannot be found out is recorded as open and read device by device later.
        """
        try:
            applied = self._find_applied(changes)
        except CallError:
            self._record(changes, write, attempts, earlier)
            return []
        self._record([change for change in changes if change.mac in applied], write, attempts, earlier)
        return [change for change in changes if change.mac not in applied]

    def _refused_batch(
        self,
        changes: list[PlannedChange],
        refusal: Refusal,
        attempts: dict[str, Attempt],
        earlier: frozenset[str],
        retries: int,
    ) -> None:
        """A list that was refused as a whole: all, some or none of it may have been done."""
        write = refused(refusal, self.service)
        named = frozenset(refusal.macs)
        try:
            applied = self._find_applied(changes)
        except CallError as error:
            cause = clause("list_refused.unread", cause=error)
            self._record(changes, WriteResult(OPEN, None, cause), attempts, earlier)
            return
        # What has happened may still have another cause: each such phone is read by itself, and one that the
        # refusal names was certainly not written by this call.
        shown = [change for change in changes if change.mac in applied - named]
        self._record(shown, WriteResult(OPEN, None, clause("list_refused")), attempts, earlier)
        self._record([change for change in changes if change.mac in applied & named], write, attempts, earlier)
        self._bisect(
            [change for change in changes if change.mac not in applied], refusal, write, attempts, earlier, retries
        )

    def _bisect(
        self,
        left: list[PlannedChange],
        refusal: Refusal,
        write: WriteResult,
        attempts: dict[str, Attempt],
        earlier: frozenset[str],
        retries: int,
    ) -> None:
        """Separate the devices that a refused list was refused for: those named, else by halves."""
        if not left:
            return
        named = [change for change in left if change.mac in refusal.macs]
        if refusal.kind in SERVER_LEVEL or len(left) == 1 or len(named) == len(left):
            self._record(left, write, attempts, earlier)
            return
        if named:
            self._record(named, write, attempts, earlier)
            self._batch([change for change in left if change.mac not in refusal.macs], attempts, earlier, retries)
            return
        middle = (len(left) + 1) // 2
        self._batch(left[:middle], attempts, earlier, retries)
        self._batch(left[middle:], attempts, earlier, retries)

    def _record(
        self,
        changes: Iterable[PlannedChange],
        write: WriteResult,
        attempts: dict[str, Attempt],
        earlier: frozenset[str],
        *,
        settled: bool = False,
    ) -> None:
        for change in changes:
            maybe = change.mac in earlier
            known = settled and not maybe
            after = change.current if known else None
            attempts[change.mac] = Attempt(change, replace(write, maybe_earlier=maybe), after, known)

    def _find_applied(self, changes: Sequence[PlannedChange]) -> frozenset[str]:
        """Which of these writes the account shows by now: by one list, and by the device if a list cannot show it.

        Raises CallError if it cannot be found out.
        """
        if not self.service.capabilities.lists_account:
            return frozenset(change.mac for change in changes if self._is_applied(change))
        listing = read_account(self.service, [change.mac for change in changes])
        applied = set()
        for change in changes:
            before, now = change.mac in self._listed, change.mac in listing.macs
            removes = change.action == DEREGISTER
            if now == removes and before == removes:
                shown = False  # still on the list, or still not
            elif now and not before and listing.devices is None:
                shown = True  # newly on the list of this account
            else:
                # Gone from the list may mean taken by another account, and a list may leave out what has no server.
                shown = self._is_applied(change)
            if shown:
                applied.add(change.mac)
        return frozenset(applied)

    def _is_applied(self, change: PlannedChange) -> bool:
        status = self.service.read_device(change.mac).status
        return status == (UNKNOWN_STATUS if change.action == DEREGISTER else REGISTERED)
