# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing: one device with its read-back, or a batch with its bad devices isolated. Every failure becomes a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

from .._errors import CallError, LoginError
from .._model import (
    BIND,
    DEREGISTER,
    DONE,
    HELD_BACK,
    LOST,
    MOVE,
    REFUSED,
    REGISTERED,
    TAKE_OVER,
    UNKNOWN_STATUS,
    CurrentDevice,
    PlannedChange,
    WriteResult,
)
from .._vendors.registry import DEREGISTER_DEVICES, REGISTER_DEVICES
from .._vendors.responses import INVALID_MAC, MAC_UNKNOWN, SERVER_LEVEL, Refusal
from .._vendors.service import AbsentCallError, Service
from .plan import decide, wanted_url


@dataclass(frozen=True)
class Attempt:
    """What became of one phone's write. ``settled`` says that ``after`` was read after it (None: unreadable);
    without it the confirmation of the whole run still has to find out."""

    step: PlannedChange
    written: WriteResult
    after: CurrentDevice | None = None
    settled: bool = False


class Writer:
    """Makes the writes of a plan. ``listed`` is what the account held before, for telling a batch's effect by
    a list.
    """

    def __init__(self, service: Service, listed: Sequence[str]) -> None:
        self.service = service
        self._listed: frozenset[str] = frozenset(listed)
        self._retries = service.transport.connection.retries

    def read(self, mac: str) -> CurrentDevice | None:
        """The device as it is now, or None where that cannot be found out."""
        try:
            return self.service.read_device(mac)
        except CallError:
            return None

    def one(self, step: PlannedChange) -> Attempt:
        """Write one device and read it back. A lost write is sent again only after a read shows that it did
        not happen.
        """
        left = self._retries
        while True:
            written = self._guarded(lambda: self._send(step))
            if written.kind == HELD_BACK:
                return Attempt(step, written, step.found, True)
            after = self.read(step.mac)
            if written.kind != LOST or left <= 0 or not _untouched(step, after):
                return Attempt(step, written, after, True)
            left -= 1

    def batch(self, steps: Sequence[PlannedChange]) -> list[Attempt]:
        """Write steps of one action, and one server, with bulk calls; every step comes back in one Attempt."""
        attempts: dict[str, Attempt] = {}
        self._batch(list(steps), attempts, self._retries)
        return [attempts[step.mac] for step in steps]

    # One device.

    def _send(self, step: PlannedChange) -> Refusal | None:
        if step.action == DEREGISTER:
            return self.service.deregister_device(step.mac)
        if step.action == MOVE:
            return self._edit(step)
        if step.action == BIND:
            return self._bind(step)
        return self._register(step, step.action == TAKE_OVER)

    def _edit(self, step: PlannedChange) -> Refusal | None:
        server, unique = step.declared.server or "", step.declared.unique_url
        if unique is not None:
            return self.service.edit_unique(step.mac, server, unique)
        return self.service.edit_device(step.mac, server)

    def _register(self, step: PlannedChange, override: bool) -> Refusal | None:
        server, unique = step.declared.server or "", step.declared.unique_url
        if unique is not None:
            return self.service.register_unique(step.mac, server, unique, override)
        return self.service.register_device(step.mac, server, override)

    def _bind(self, step: PlannedChange) -> Refusal | None:
        """Bind a device that has no server. Editing is the documented call for it (4.10: "change or specify");
        where the service lacks that call, or holds the device for nobody's, registering without override does it too.
        """
        try:
            refusal = self._edit(step)
        except AbsentCallError as absent:
            refusal = self._register(step, False)
            if refusal is not None and refusal.kind not in SERVER_LEVEL:
                quoted = self.service.masker.text(refusal.text)
                raise AbsentCallError(f"{absent} Registering it instead was refused too: '{quoted}'") from None
            return refusal
        if refusal is not None and refusal.kind in (INVALID_MAC, MAC_UNKNOWN):
            return self._register(step, False)
        return refusal

    def _guarded(self, send: Callable[[], Refusal | None]) -> WriteResult:
        try:
            refusal = send()
        except (AbsentCallError, LoginError) as error:
            return WriteResult(REFUSED, str(error))
        except CallError as error:
            return WriteResult(LOST if error.sent else HELD_BACK, str(error))
        return WriteResult(DONE) if refusal is None else self._refused(refusal)

    def _refused(self, refusal: Refusal) -> WriteResult:
        return WriteResult(REFUSED, self.service.masker.text(refusal.text), refusal.kind in SERVER_LEVEL)

    # Many devices.

    def _has_bulk(self, step: PlannedChange) -> bool:
        if step.action == DEREGISTER:
            return self.service.has(DEREGISTER_DEVICES, 1)
        return self.service.has(REGISTER_DEVICES, 3 if step.action == TAKE_OVER else 2)

    def _send_bulk(self, steps: Sequence[PlannedChange]) -> Refusal | None:
        macs = [step.mac for step in steps]
        if steps[0].action == DEREGISTER:
            return self.service.deregister_devices(macs)
        return self.service.register_devices(macs, steps[0].declared.server or "", steps[0].action == TAKE_OVER)

    def _batch(self, steps: list[PlannedChange], attempts: dict[str, Attempt], retries: int) -> None:
        if len(steps) == 1 or not self._has_bulk(steps[0]):
            for step in steps:
                attempts[step.mac] = self.one(step)
            return
        refusal: Refusal | None = None
        try:
            refusal = self._send_bulk(steps)
            written = WriteResult(DONE) if refusal is None else self._refused(refusal)
        except AbsentCallError:
            self._batch(steps, attempts, retries)  # now known to be absent: one by one
            return
        except LoginError as error:
            written = WriteResult(REFUSED, str(error))
        except CallError as error:
            written = WriteResult(LOST if error.sent else HELD_BACK, str(error))
        if written.kind == DONE or (written.kind == REFUSED and refusal is None):
            self._note(steps, written, attempts)
            return
        if written.kind == HELD_BACK:
            for step in steps:
                attempts[step.mac] = Attempt(step, written, step.found, True)
            return
        # Refused or lost: all, some or none of it may have been done. Find out before anything is sent again.
        try:
            done = self._done(steps)
        except CallError:
            self._note(steps, WriteResult(LOST, written.text), attempts)
            return
        # What has happened may still be somebody else's doing: each such phone is read by itself, and one that the
        # refusal names was not written by this call for certain.
        named = frozenset(refusal.macs) if refusal is not None else frozenset()
        self._note([step for step in steps if step.mac in done - named], WriteResult(LOST, written.text), attempts)
        self._note([step for step in steps if step.mac in done & named], written, attempts)
        rest = [step for step in steps if step.mac not in done]
        if refusal is None:
            self._again(rest, written, attempts, retries)
        elif rest:
            self._isolate(rest, refusal, written, attempts, retries)

    def _again(
        self, rest: list[PlannedChange], written: WriteResult, attempts: dict[str, Attempt], retries: int
    ) -> None:
        if not rest:
            return
        if retries > 0 and not self.service.transport.stopped:
            self._batch(rest, attempts, retries - 1)
        else:
            self._note(rest, written, attempts)

    def _isolate(
        self,
        rest: list[PlannedChange],
        refusal: Refusal,
        written: WriteResult,
        attempts: dict[str, Attempt],
        retries: int,
    ) -> None:
        """Separate the devices that a refused batch was refused for: those named, else by halves."""
        named = [step for step in rest if step.mac in refusal.macs]
        if written.server_level or len(rest) == 1 or len(named) == len(rest):
            self._note(rest, written, attempts)
            return
        if named:
            self._note(named, written, attempts)
            self._batch([step for step in rest if step.mac not in refusal.macs], attempts, retries)
            return
        middle = (len(rest) + 1) // 2
        self._batch(rest[:middle], attempts, retries)
        self._batch(rest[middle:], attempts, retries)

    def _note(self, steps: Sequence[PlannedChange], written: WriteResult, attempts: dict[str, Attempt]) -> None:
        for step in steps:
            attempts[step.mac] = Attempt(step, written)

    def _done(self, steps: Sequence[PlannedChange]) -> frozenset[str]:
        """Which of these writes have happened, by one list. Where a list cannot tell, by a look at the device.

        Raises CallError where it cannot be found out.
        """
        listing = frozenset(self.service.list_devices())
        done = set()
        for step in steps:
            before, now = step.mac in self._listed, step.mac in listing
            removes = step.action == DEREGISTER
            if now == removes and before == removes:
                happened = False  # still on the list, or still not
            elif now and not before:
                happened = True  # newly on the list of this account
            else:
                # Gone from the list may mean taken by another account, and a list may leave out what has no server.
                status = self.service.check_device(step.mac).status
                happened = status == (UNKNOWN_STATUS if removes else REGISTERED)
            if happened:
                done.add(step.mac)
        return frozenset(done)


def _untouched(step: PlannedChange, after: CurrentDevice | None) -> bool:
    """Whether reading proves that the write did not happen: it would have been seen, and nothing is different."""
    if after is None or after != step.found:
        return False
    if step.action == MOVE and (after.url is None or wanted_url(step.declared) is None):
        return False
    return decide(step.declared, after).action == step.action
