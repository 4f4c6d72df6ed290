# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Found + declared -> plan, its digest, and the guards that stop it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional

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
    Server,
)
from .._text import first_few, pluralize
from .._urls import same_url
from .._validation import Limit

Show = Callable[[Optional[str], bool], Optional[str]]


def wanted_url(declared: DesiredDevice) -> str | None:
    """The URL that the phone should be redirected to, where one was declared: unique_url wins over server_url."""
    return declared.unique_url or declared.server_url


def decide(declared: DesiredDevice, found: CurrentDevice) -> PlannedChange:
    """What is to be done for one phone: the table of the contract, and nothing else."""
    if declared.state == ABSENT:
        if found.status in (REGISTERED, UNREGISTERED):
            return PlannedChange(declared, found, DEREGISTER, WOULD_CHANGE)
        return PlannedChange(declared, found, NONE, IN_SYNC)
    if found.status == UNKNOWN_STATUS:
        return PlannedChange(declared, found, REGISTER, WOULD_CHANGE)
    if found.status == UNREGISTERED:
        return PlannedChange(declared, found, BIND, WOULD_CHANGE)
    if found.status == ELSEWHERE:
        if declared.override:
            return PlannedChange(declared, found, TAKE_OVER, WOULD_CHANGE)
        return PlannedChange(
            declared,
            found,
            NONE,
            CONFLICT,
            "is registered by another account; check the MAC, and set override: true only if the phone is yours",
        )
    url = wanted_url(declared)
    if found.url is not None and url is not None:
        if same_url(found.url, url):
            return PlannedChange(declared, found, NONE, IN_SYNC)
        return PlannedChange(declared, found, MOVE, WOULD_CHANGE)
    if declared.force:
        return PlannedChange(declared, found, MOVE, WOULD_CHANGE, forced=True)
    if found.url is None:
        reason = (
            "is registered, but the service does not say where it points; set force: true to write the binding again"
        )
    else:
        reason = "is registered, but neither server_url nor unique_url is declared to compare with; declare one"
    return PlannedChange(declared, found, NONE, UNVERIFIABLE, reason)


def unreadable(declared: DesiredDevice, reason: str, refused: bool) -> PlannedChange:
    """The step of a phone whose status could not be read: nothing is written for it."""
    return PlannedChange(declared, None, NONE, FAILED if refused else NOT_ATTEMPTED, reason)


@dataclass(frozen=True)
class Plan:
    """Steps sorted by MAC (purged devices among them), what the account holds, and what nobody declared."""

    steps: tuple[PlannedChange, ...]
    listed: tuple[str, ...] | None
    unmanaged: tuple[str, ...]
    digest: str

    @property
    def writes(self) -> tuple[PlannedChange, ...]:
        return tuple(step for step in self.steps if step.writes)


def build_plan(
    steps: Iterable[PlannedChange], listed: Sequence[str] | None, unmanaged: Iterable[str], show: Show
) -> Plan:
    """Order the steps and compute the digest. ``show(url, hide_path)`` gives a URL as people see it."""
    ordered = tuple(sorted(steps, key=lambda step: step.mac))
    return Plan(
        ordered,
        None if listed is None else tuple(sorted(listed)),
        tuple(sorted(unmanaged)),
        plan_digest(ordered, show),
    )


def plan_digest(steps: Iterable[PlannedChange], show: Show) -> str:
    """``sha256:`` over the writes: phone, what is found, what is done, and where it goes.

    URLs count as they are shown, secrets as their keyed fingerprints, so the digest tells no more than the plan does.
    """
    rows: list[list[Any]] = []
    for step in steps:
        if not step.writes or step.found is None:
            continue
        hide = step.declared.unique_url is not None
        rows.append(
            [
                step.mac,
                step.action,
                step.declared.server if step.action != DEREGISTER else None,
                show(wanted_url(step.declared), hide) if step.action != DEREGISTER else None,
                hide and step.action != DEREGISTER,  # a URL of its own may read as a server's does
                step.found.status,
                show(step.found.url, hide),
                step.forced,
                step.declared.purged,
            ]
        )
    text = json.dumps(["voip.rps plan 1", rows], separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def find_unmanaged(listed: Sequence[str], declared: Iterable[DesiredDevice], ignore: Sequence[str]) -> tuple[str, ...]:
    """MACs that the account holds, nobody declared, and no ignored prefix covers."""
    known = {device.mac for device in declared}
    return tuple(sorted(mac for mac in set(listed) if mac not in known and not mac.startswith(tuple(ignore) or ("-",))))


def purge_steps(
    candidates: Mapping[str, CurrentDevice], servers: Mapping[str, str] | None
) -> tuple[PlannedChange, ...]:
    """Unmanaged devices as read -> the steps that purge them.

    ``servers`` (name: URL) narrows purge to devices that the service shows pointing at one of these URLs.
    """
    return tuple(
        decide(DesiredDevice(mac, ABSENT, purged=True), found)
        for mac, found in sorted(candidates.items())
        if servers is None or any(same_url(found.url, url) for url in servers.values())
    )


def list_contradiction(listed: Sequence[str], found: Iterable[CurrentDevice]) -> str | None:
    """The first device for which listDevices and checkDevice disagree on who holds it, or None.

    Unregistered devices may be listed or not: the documents do not say.
    """
    held = set(listed)
    for device in sorted(found, key=lambda item: item.mac):
        if device.status == REGISTERED and device.mac not in held:
            return device.mac
        if device.status in (ELSEWHERE, UNKNOWN_STATUS) and device.mac in held:
            return device.mac
    return None


class GuardViolation(NamedTuple):
    """A refusal to write a plan: the guard's name, and for people what it saw and which option and value lift it."""

    name: str
    text: str


def unreadable_guard(listed: Sequence[str], steps: Sequence[PlannedChange], prefix: str = "") -> GuardViolation | None:
    """Why purge may not trust what it sees, or None."""
    blind = [step.mac for step in steps if step.found is None]
    if blind:
        return GuardViolation(
            "unread_devices",
            f"Refused by the guard unread_devices: {pluralize(len(blind))} could not be read "
            f"({blind[0]} first), so purge "
            f"cannot know what it removes. Nothing was written. Run again, or set {prefix}purge: false.",
        )
    mac = list_contradiction(listed, [step.found for step in steps if step.found is not None])
    if mac is not None:
        return GuardViolation(
            "list_contradiction",
            f"Refused by the guard list_contradiction: the service's list of devices and its word on {mac} contradict "
            f"each other, so purge cannot trust the list. Nothing was written. Run again, or set {prefix}purge: false.",
        )
    return None


def purge_guard(plan: Plan, limit: Limit, prefix: str = "") -> GuardViolation | None:
    """Why this plan's purge is refused, or None: more devices than the limit allows. ``prefix`` is that of options."""
    purged = [step.mac for step in plan.steps if step.declared.purged and step.writes]
    count = len(purged)
    allowed = limit.of(len(plan.listed or ()))
    if count <= allowed:
        return None
    share = f"{limit.text} of {pluralize(len(plan.listed or ()))} listed" if limit.count is None else "a count"
    name = f"{prefix}purge_limit"
    return GuardViolation(
        name,
        f"Refused by the guard {name}: purge would deregister {pluralize(count)} ({first_few(purged)}), and the limit is "
        f"{allowed} ({share}). Nothing was written. Check the plan, then set {name}: {count} to allow exactly this.",
    )


def digest_guard(plan: Plan, expected: str | None, value: str = "expect_plan: {}") -> GuardViolation | None:
    """Why this plan may not be written, or None: it is not the plan that was approved.

    ``value`` shows how the option is set, with ``{}`` where the digest stands.
    """
    if expected is None or plan.digest == expected:
        return None
    name = value.partition(":")[0]
    return GuardViolation(
        name,
        f"Refused by the guard {name}: the plan is now {plan.digest}, and {expected} was expected. Nothing was "
        f"written. Look at the new plan in check mode, then set {value.replace('{}', plan.digest)} "
        "to allow exactly this.",
    )


def prediction(step: PlannedChange, shows_url: bool) -> CurrentDevice | None:
    """What the phone will look like after its step, as far as can be known before.

    ``shows_url`` says whether the vendor tells where a device is redirected to.
    """
    if not step.writes:
        return step.found
    if step.action == DEREGISTER:
        return CurrentDevice(step.mac, UNKNOWN_STATUS)
    readable = shows_url and (step.action != MOVE or (step.found is not None and step.found.url is not None))
    return CurrentDevice(step.mac, REGISTERED, wanted_url(step.declared) if readable else None)


def servers_to_add(servers: Iterable[Server], plan: Plan, whole: bool = True) -> list[Server]:
    """The servers for which addServer is worth a call: a write binds a phone to them, or no phone shows that
    they exist.

    A phone shows it where the service redirects it to the server's URL, or where it is registered, is declared for
    this server, and nothing speaks against it. Where the play is not ``whole``, the phones that would show it may be
    elsewhere, so only a write is a reason.
    """

    def needed(server: Server) -> bool:
        shown = not whole
        for step in plan.steps:
            mine = step.declared.server == server.name
            if mine and step.writes and step.action != DEREGISTER:
                return True
            if step.found is not None and step.found.status == REGISTERED:
                shown = shown or same_url(step.found.url, server.url)
                shown = shown or (mine and step.outcome in (IN_SYNC, UNVERIFIABLE))
        return not shown

    return [server for server in servers if needed(server)]


def by_server(steps: Iterable[PlannedChange]) -> dict[str, list[PlannedChange]]:
    """Steps grouped by the server that they bind to, in order."""
    groups: dict[str, list[PlannedChange]] = {}
    for step in steps:
        groups.setdefault(step.declared.server or "", []).append(step)
    return groups
