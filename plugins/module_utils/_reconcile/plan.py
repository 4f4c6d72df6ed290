# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Current + desired -> what is to be done for each phone, the plan of an account, and the plan's digest. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .._model import (
    ABSENT,
    BIND,
    CONFLICT,
    DEREGISTER,
    ELSEWHERE,
    FAILED,
    IN_SYNC,
    MOVE,
    NONE,
    NOT_ATTEMPTED,
    REGISTER,
    REGISTERED,
    TAKE_OVER,
    UNKNOWN_STATUS,
    UNREGISTERED,
    UNVERIFIABLE,
    WOULD_CHANGE,
    CurrentDevice,
    DesiredDevice,
    PlannedChange,
    Reason,
    Server,
    reason,
)
from .._urls import normal_url, same_url
from .._vendors.base import Capabilities
from .binding import is_bound_to, is_comparable, shows_binding

# A URL as people see it; the flag says whether its path is a secret too.
Show = Callable[[Optional[str], bool], Optional[str]]


def decide(desired: DesiredDevice, current: CurrentDevice, vendor: Capabilities) -> PlannedChange:
    """What is to be done for one phone: the table of the contract, and nothing else."""
    if desired.state == ABSENT:
        if current.status in (REGISTERED, UNREGISTERED):
            return PlannedChange(desired, current, DEREGISTER, WOULD_CHANGE)
        return PlannedChange(desired, current, NONE, IN_SYNC)
    if current.status == UNKNOWN_STATUS:
        if vendor.needs_serial and not desired.serial:
            return PlannedChange(desired, current, REGISTER, FAILED, reason("serial_missing"))
        return PlannedChange(desired, current, REGISTER, WOULD_CHANGE)
    if current.status == UNREGISTERED:
        return PlannedChange(desired, current, BIND, WOULD_CHANGE)
    if current.status == ELSEWHERE:
        if desired.override:
            return PlannedChange(desired, current, TAKE_OVER, WOULD_CHANGE)
        return PlannedChange(desired, current, NONE, CONFLICT, owned_elsewhere(vendor))
    return _decide_registered(desired, current, vendor)


def _decide_registered(desired: DesiredDevice, current: CurrentDevice, vendor: Capabilities) -> PlannedChange:
    if is_comparable(desired, current):
        if shows_binding(desired, current, vendor):
            return PlannedChange(desired, current, NONE, IN_SYNC)
        return PlannedChange(desired, current, MOVE, WOULD_CHANGE)
    if desired.force:
        return PlannedChange(desired, current, MOVE, WOULD_CHANGE, forced=True)
    if current.url is None:
        why = reason("url_not_readable", "hidden" if vendor.reads_url else "")
    else:
        why = reason("url_not_declared")
    return PlannedChange(desired, current, NONE, UNVERIFIABLE, why)


def owned_elsewhere(vendor: Capabilities) -> Reason:
    """Why a phone of another account is left alone."""
    return reason("owned_elsewhere", "" if vendor.override else "no_override")


def unreadable(desired: DesiredDevice, why: Reason) -> PlannedChange:
    """The entry of a phone whose status could not be read: nothing is written for it."""
    return PlannedChange(desired, None, NONE, FAILED if why.is_own_failure else NOT_ATTEMPTED, why)


@dataclass(frozen=True)
class Plan:
    """What is to be done on one account. ``changes`` are sorted by MAC, purged devices among them; ``listed`` is what
    the account had, None if the service cannot list; ``unmanaged`` are the listed devices that are not declared."""

    changes: tuple[PlannedChange, ...]
    listed: tuple[str, ...] | None
    unmanaged: tuple[str, ...]
    digest: str

    @property
    def writes(self) -> tuple[PlannedChange, ...]:
        """The changes that write."""
        return tuple(change for change in self.changes if change.writes)


def build_plan(
    changes: Iterable[PlannedChange], listed: Iterable[str] | None, unmanaged: Iterable[str], show: Show
) -> Plan:
    """Order the changes and compute the digest."""
    ordered = tuple(sorted(changes, key=lambda change: change.mac))
    return Plan(
        ordered,
        None if listed is None else tuple(sorted(listed)),
        tuple(sorted(unmanaged)),
        plan_digest(ordered, show),
    )


def plan_digest(changes: Iterable[PlannedChange], show: Show) -> str:
    """``sha256:`` over the writes: phone, what is current, what is done, and where it goes.

    URLs count as they are shown, in whatever spelling, and secrets as their keyed fingerprints, so the digest shows no
    more than the plan does.
    """
    rows: list[list[Any]] = []
    for change in changes:
        if not change.writes or change.current is None:
            continue
        unique = change.desired.unique_url is not None
        adds = change.action != DEREGISTER
        rows.append(
            [
                change.mac,
                change.action,
                change.desired.server if adds else None,
                show(normal_url(change.desired.url), unique) if adds else None,
                unique and adds,  # a URL of the phone's own may read as a server's does
                change.current.status,
                show(normal_url(change.current.url), unique),
                change.forced,
                change.desired.purged,
                *([] if change.current.server is None else [change.current.server]),
            ]
        )
    text = json.dumps(["voip.rps plan 1", rows], separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def find_unmanaged(listed: Iterable[str], declared: Collection[str], ignore: Sequence[str]) -> tuple[str, ...]:
    """MACs that are on the account, not declared, and not covered by an ignored prefix."""
    prefixes = tuple(ignore) or ("-",)
    return tuple(sorted(mac for mac in set(listed) if mac not in declared and not mac.startswith(prefixes)))


def purge_changes(
    candidates: Mapping[str, CurrentDevice], servers: Mapping[str, str] | None, vendor: Capabilities
) -> tuple[PlannedChange, ...]:
    """Unmanaged devices as read -> the changes that purge them.

    ``servers`` (name: URL) narrows purge to devices that the service redirects to one of these URLs, and under its name
    if it stores names: two profiles may share a URL.
    """
    return tuple(
        decide(DesiredDevice(mac, ABSENT, purged=True), current, vendor)
        for mac, current in sorted(candidates.items())
        if servers is None or any(is_bound_to(current, name, url, vendor) for name, url in servers.items())
    )


def list_contradiction(listed: Iterable[str], current: Iterable[CurrentDevice]) -> str | None:
    """The first device whose status contradicts the list of the account, or None.

    Unregistered devices may be listed or not: the documents do not say.
    """
    on_list = set(listed)
    for device in sorted(current, key=lambda item: item.mac):
        if device.status == REGISTERED and device.mac not in on_list:
            return device.mac
        if device.status in (ELSEWHERE, UNKNOWN_STATUS) and device.mac in on_list:
            return device.mac
    return None


def predict(change: PlannedChange, reads_url: bool) -> CurrentDevice | None:
    """What the phone will look like after its change, as far as can be known before.

    A name that the service will store is not in it: results show the declared one for every phone that will be bound.
    """
    if not change.writes:
        return change.current
    if change.action == DEREGISTER:
        return CurrentDevice(change.mac, UNKNOWN_STATUS)
    current = change.current
    readable = reads_url and (change.action != MOVE or (current is not None and current.url is not None))
    contact = current.last_contact if current is not None else None
    return CurrentDevice(change.mac, REGISTERED, change.desired.url if readable else None, contact)


def servers_needed(servers: Iterable[Server], plan: Plan, whole_fleet: bool) -> list[Server]:
    """The servers that are worth a call: a write binds a phone to them, or no phone shows that they exist.

    A phone shows it if the service redirects it to the server's URL, or if it is registered, is declared for this
    server, and nothing speaks against it. If the play is not the ``whole_fleet``, the phones that would show it may be
    elsewhere, so only a write is a reason.
    """

    def needed(server: Server) -> bool:
        shown = not whole_fleet
        for change in plan.changes:
            same = change.desired.server == server.name
            if same and change.writes and change.action != DEREGISTER:
                return True
            if change.current is not None and change.current.status == REGISTERED:
                shown = shown or same_url(change.current.url, server.url)
                shown = shown or (same and change.outcome in (IN_SYNC, UNVERIFIABLE))
        return not shown

    return [server for server in servers if needed(server)]
