# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes of a plan, in order: servers, one first write for each server, the other additions, removals,
confirmation.

The first write to a server is read back before the others go out, so a wrong URL harms one batch and not a fleet.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Callable

from .._errors import CallError
from .._model import (
    BIND,
    CREATED,
    DEREGISTER,
    DONE,
    EXISTS,
    HELD_BACK,
    MOVE,
    NO_CALL,
    REGISTERED,
    SERVER_FAILED,
    SERVER_UNKNOWN,
    SHOWN,
    UNKNOWN_STATUS,
    CurrentDevice,
    PlannedChange,
    Server,
    ServerResult,
    WriteResult,
)
from .._text import as_sentence
from .._urls import same_url
from .._vendors.responses import SERVER_NAME_USED
from .._vendors.service import AbsentCallError, Service
from .plan import Plan, by_server, servers_to_add
from .workers import WorkerPool
from .write import Attempt, Writer

_HEADS = 3  # units tried one after the other until one of them shows what URL the server has

Unit = tuple[PlannedChange, ...]


def add_server(service: Service, server: Server) -> ServerResult:
    """Create one server (Yealink 4.9); every failure becomes a value."""
    try:
        refusal = service.add_server(server.name, server.url)
    except CallError as error:
        why = as_sentence(str(error))
        if isinstance(error, AbsentCallError):
            return ServerResult(server, NO_CALL, f"Server '{server.name}' was not created: {why} Add it in the portal.")
        if error.sent:
            text = f"Server '{server.name}' may or may not have been created: {why} Run again to settle it."
            return ServerResult(server, SERVER_UNKNOWN, text)
        return ServerResult(server, SERVER_FAILED, f"Server '{server.name}' was not created: {why}")
    if refusal is None:
        return ServerResult(server, CREATED)
    if refusal.kind == SERVER_NAME_USED:
        return ServerResult(
            server,
            EXISTS,
            f"Server '{server.name}' exists already; RPS has no call to read its URL, so it is not verified.",
        )
    text = service.masker.text(refusal.text)
    return ServerResult(
        server,
        SERVER_FAILED,
        f"Server '{server.name}' was refused: '{text}'; correct its name or URL and run again.",
    )


class Applier:
    """Carries out a plan. Every write of it comes back as an Attempt that has been read back."""

    def __init__(
        self,
        service: Service,
        crew: WorkerPool,
        batch_size: int,
        listed: Sequence[str] | None,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._service = service
        self._crew = crew
        self._bulk = listed is not None
        self._batch_size = batch_size
        self._listed = frozenset(listed or ())
        self._writer = Writer(service, listed or ())
        self._progress = progress
        self._attempts: dict[str, Attempt] = {}
        self._urls: dict[str, CurrentDevice] = {}  # by server: a device that was just bound to it
        self._lock = threading.Lock()
        self._total = 0

    def servers(self, servers: Sequence[Server], plan: Plan, whole: bool) -> tuple[ServerResult, ...]:
        """Create the servers that a write needs, or that nothing shows to exist."""
        needed = servers_to_add(servers, plan, whole)
        done = self._crew.map(lambda server: add_server(self._service, server), needed)
        shown = [ServerResult(server, SHOWN) for server in servers if server not in needed]
        return tuple(sorted([*done, *shown], key=lambda item: item.server.name))

    def apply(self, plan: Plan) -> dict[str, Attempt]:
        """Make all writes of the plan -> Attempts by MAC, all settled."""
        writes = plan.writes
        self._total = len(writes)
        removals = [step for step in writes if step.action == DEREGISTER]
        additions = [step for step in writes if step.action != DEREGISTER]
        plain = by_server(step for step in additions if step.declared.unique_url is None)
        lanes = [self._units(steps) for steps in plain.values()]
        rests = self._crew.map(self._head, lanes)
        units: list[Unit] = [(step,) for step in additions if step.declared.unique_url is not None]
        for rest in rests:
            units.extend(rest)
        self._crew.map(self._unit, units)
        self._crew.map(self._unit, self._units(removals))
        self._confirm()
        return self._attempts

    def _units(self, steps: Sequence[PlannedChange]) -> list[Unit]:
        """Steps to one server (or removals) -> what goes out in one call each: batches by action, then single
        devices.
        """
        units: list[Unit] = []
        singles: list[Unit] = []
        groups: dict[str, list[PlannedChange]] = {}
        for step in steps:
            if step.action in (BIND, MOVE) or not self._bulk:
                singles.append((step,))
            else:
                groups.setdefault(step.action, []).append(step)
        for group in groups.values():
            units.extend(
                tuple(group[start : start + self._batch_size]) for start in range(0, len(group), self._batch_size)
            )
        return units + singles

    def _head(self, units: list[Unit]) -> list[Unit]:
        """Write the first unit of a server alone and look where it points -> the units that are left to write."""
        compared = any(step.declared.server_url is not None for unit in units for step in unit)
        if not (self._service.vendor.shows_url and compared) or not units:
            return units
        server = units[0][0].declared.server or ""
        for count in range(1, min(_HEADS, len(units)) + 1):
            self._unit(units[count - 1])
            self._look(server, units[count - 1])
            if server in self._urls:
                return self._hold_back(server, units[count:])
        return units[_HEADS:]

    def _look(self, server: str, unit: Unit) -> None:
        """Find out the server's URL from a device of the unit that is bound to it for certain."""
        for step in unit:
            attempt = self._attempts[step.mac]
            if attempt.written.kind != DONE:
                continue
            if not attempt.settled:
                attempt = replace(attempt, after=self._writer.read(step.mac), settled=True)
                self._attempts[step.mac] = attempt
            after = attempt.after
            if after is not None and after.status == REGISTERED and after.url is not None:
                self._urls[server] = after
            return

    def _hold_back(self, server: str, units: Sequence[Unit]) -> list[Unit]:
        """Take out every step whose declared URL is not the one that the server turned out to have."""
        seen = self._urls[server]
        left: list[Unit] = []
        for unit in units:
            good = tuple(
                step
                for step in unit
                if step.declared.server_url is None or same_url(step.declared.server_url, seen.url)
            )
            for step in unit:
                if step not in good:
                    why = f"server '{server}' has another URL than declared, as {seen.mac} shows; see its message"
                    self._attempts[step.mac] = Attempt(step, WriteResult(HELD_BACK, why), step.found, True)
            if good:
                left.append(good)
        return left

    def _unit(self, unit: Unit) -> None:
        attempts = [self._writer.one(unit[0])] if len(unit) == 1 else self._writer.batch(unit)
        with self._lock:
            for attempt in attempts:
                self._attempts[attempt.step.mac] = attempt
            done = len(self._attempts)
        self._progress("written", done, self._total)

    def _confirm(self) -> None:
        """One list and one URL read for each server confirm what batches did; where they disagree, each device
        is read.
        """
        pending = [attempt for attempt in self._attempts.values() if not attempt.settled]
        if not pending:
            return
        try:
            listing: frozenset[str] | None = frozenset(self._service.list_devices())
        except CallError:
            listing = None
        if self._service.vendor.shows_url and listing is not None:
            self._crew.map(self._sample, self._samples(pending))
        doubtful: list[Attempt] = []
        for attempt in pending:
            after = None if listing is None else self._agreed(attempt, listing)
            if after is None:
                doubtful.append(attempt)
            else:
                self._attempts[attempt.step.mac] = replace(attempt, after=after, settled=True)

        def settle(attempt: Attempt) -> None:
            after = self._writer.read(attempt.step.mac)
            self._attempts[attempt.step.mac] = replace(attempt, after=after, settled=True)

        self._crew.map(settle, doubtful)

    def _samples(self, pending: Sequence[Attempt]) -> list[tuple[str, str]]:
        """One (server, MAC) for each server of these writes whose URL was not seen yet."""
        samples: dict[str, str] = {}
        for attempt in pending:
            server = attempt.step.declared.server or ""
            if attempt.written.kind == DONE and attempt.step.action != DEREGISTER and server not in self._urls:
                samples.setdefault(server, attempt.step.mac)
        return list(samples.items())

    def _sample(self, sample: tuple[str, str]) -> None:
        server, mac = sample
        found = self._writer.read(mac)
        if found is not None and found.status == REGISTERED:
            self._urls[server] = found

    def _agreed(self, attempt: Attempt, listing: frozenset[str]) -> CurrentDevice | None:
        """What the device looks like, where the list and the server's sample both say that the write happened."""
        step = attempt.step
        before, now = step.mac in self._listed, step.mac in listing
        if attempt.written.kind != DONE:
            return None
        if step.action == DEREGISTER:
            return CurrentDevice(step.mac, UNKNOWN_STATUS) if before and not now else None
        if before or not now:
            return None
        if not self._service.vendor.shows_url:
            return CurrentDevice(step.mac, REGISTERED)
        sample = self._urls.get(step.declared.server or "")
        declared = step.declared.server_url
        if sample is None or (declared is not None and not same_url(declared, sample.url)):
            return None
        return CurrentDevice(step.mac, REGISTERED, sample.url)
