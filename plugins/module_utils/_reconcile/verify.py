# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write and what was read after it -> the truth about the phone. Pure; the other half of ``_plan.decide``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Callable, Optional

from .._model import (
    ABSENT,
    CHANGED,
    CONFLICT,
    DONE,
    ELSEWHERE,
    FAILED,
    HELD_BACK,
    IN_SYNC,
    LOST,
    MOVE,
    NOT_ATTEMPTED,
    REFUSED,
    REGISTERED,
    UNKNOWN,
    UNVERIFIABLE,
    WOULD_CHANGE,
    CurrentDevice,
    DeviceResult,
    PlannedChange,
    ServerResult,
    WriteResult,
)
from .._urls import same_url
from .plan import Plan, decide, prediction, wanted_url

Show = Callable[[Optional[str], bool], Optional[str]]


@dataclass
class RunResult:
    """The truth about a run, also of one that failed. ``error`` is what stopped it as a whole, or None."""

    results: tuple[DeviceResult, ...] = ()
    plan: Plan | None = None
    unmanaged: tuple[str, ...] = ()
    servers: tuple[ServerResult, ...] = ()
    calls: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    error: str | None = None


def _say(step: PlannedChange, text: str) -> str:
    text = text.rstrip()
    return f"{step.mac} {text}" if text.endswith((".", "'", "?")) else f"{step.mac} {text}."


def predicted_result(step: PlannedChange, shows_url: bool) -> DeviceResult:
    """The result of check mode, and of a phone for which nothing is written."""
    if step.writes:
        return DeviceResult(step, WOULD_CHANGE, True, False, prediction(step, shows_url))
    msg = _say(step, step.reason) if step.reason else ""
    return DeviceResult(step, step.outcome, False, step.outcome == IN_SYNC, step.found, msg)


def skipped_result(step: PlannedChange, why: str) -> DeviceResult:
    """The result of a planned write that was not made."""
    return DeviceResult(step, NOT_ATTEMPTED, False, False, step.found, _say(step, f"was not written: {why}"))


def verify_write(step: PlannedChange, written: WriteResult, after: CurrentDevice | None, show: Show) -> DeviceResult:
    """The truth about one phone from its write and the read after it (None: it could not be read).

    The rule: whatever the service answered, what was read counts. A write that was refused or lost is a change only
    where the reading shows the declared state; a write that was accepted is none where it does not.
    """
    if written.kind == HELD_BACK:
        return skipped_result(step, written.text)
    if after is None:
        return _unread(step, written)
    # `force` asks for a write, it does not change what counts as reached.
    now = decide(replace(step.declared, force=False), after)
    if after.status == ELSEWHERE and step.declared.state != ABSENT:
        return _taken(step, written, after)
    if now.outcome == IN_SYNC:
        # Somebody else may have written it in the meantime: a refused write of ours changed nothing.
        changed = written.kind != REFUSED
        return DeviceResult(step, CHANGED if changed else IN_SYNC, changed, True, after)
    if step.forced and written.kind != REFUSED:
        return _forced(step, written, after, now, show)
    if now.outcome == UNVERIFIABLE and step.action != MOVE:
        if written.kind == REFUSED:
            return DeviceResult(step, UNVERIFIABLE, False, False, after, _say(step, now.reason))
        return DeviceResult(step, CHANGED, True, False, after)
    return _not_reached(step, written, after, show)


def _taken(step: PlannedChange, written: WriteResult, after: CurrentDevice) -> DeviceResult:
    text = "is registered by another account"
    if written.kind == DONE:
        text += ", although the service accepted the write"
    elif written.text:
        text += f"; the service said: '{written.text}'"
    if step.declared.override:
        text += "; ask the other account or the vendor to release it, and run again"
        return DeviceResult(step, FAILED, False, False, after, _say(step, text))
    text += "; check the MAC, and set override: true only if the phone is yours"
    return DeviceResult(step, CONFLICT, False, False, after, _say(step, text))


def _unread(step: PlannedChange, written: WriteResult) -> DeviceResult:
    if written.kind == REFUSED:
        return DeviceResult(step, FAILED, False, False, None, _refused(step, written))
    if written.kind == DONE:
        text = "was accepted by the service but could not be read back; run again to see where it points"
    else:
        text = f"may or may not have been written ({written.text}) and could not be read back; run again to settle it"
    return DeviceResult(step, UNKNOWN, written.kind == DONE, False, None, _say(step, text))


def _forced(
    step: PlannedChange, written: WriteResult, after: CurrentDevice, now: PlannedChange, show: Show
) -> DeviceResult:
    """A binding that was written although nothing could be compared before."""
    if now.outcome != UNVERIFIABLE and written.kind == DONE:
        return _not_reached(step, written, after, show)
    before = step.found.url if step.found else None
    readable = before is not None and after.url is not None
    if now.outcome == UNVERIFIABLE and readable and not same_url(before, after.url):
        return DeviceResult(step, CHANGED, True, False, after)
    if written.kind == LOST:
        text = f"may or may not have been bound to '{step.declared.server}' ({written.text}), and reading cannot tell"
        return DeviceResult(
            step, UNKNOWN, False, False, after, _say(step, text + "; run again with force: true to settle it")
        )
    if before is not None and after.url is None:
        return _not_reached(step, written, after, show)
    if readable:
        text = "was written again and points where it did; declare server_url to have it verified"
        return DeviceResult(step, UNVERIFIABLE, False, False, after, _say(step, text))
    return DeviceResult(step, CHANGED, True, False, after)


def _not_reached(step: PlannedChange, written: WriteResult, after: CurrentDevice, show: Show) -> DeviceResult:
    if written.kind == REFUSED:
        return DeviceResult(step, FAILED, False, False, after, _refused(step, written))
    if written.kind == LOST:
        if after == step.found:
            text = f"was not changed: {written.text}; reading back shows that the write did not happen; run again"
            return DeviceResult(step, FAILED, False, False, after, _say(step, text))
        text = f"may or may not have been written ({written.text}), and has changed otherwise meanwhile; run again"
        return DeviceResult(step, UNKNOWN, False, False, after, _say(step, text))
    moved = after != step.found
    if after.status == REGISTERED and after.url is None and step.declared.state != ABSENT:
        text = "was accepted by the service, but no longer shows where it points; run again"
        return DeviceResult(step, UNKNOWN, False, False, after, _say(step, text))
    if after.status == REGISTERED and step.declared.state != ABSENT:
        hide = step.declared.unique_url is not None
        wanted, found = show(wanted_url(step.declared), hide), show(after.url, hide)
        if step.declared.unique_url is not None:
            text = (
                f"points to {found} instead of {wanted} although the service accepted its "
                "unique_url; RPS has no call to "
                "edit a server, so run again or correct it in the vendor's portal"
            )
        else:
            text = (
                f"is bound to server '{step.declared.server}', which the service redirects to {found} and not to the "
                f"declared {wanted}; RPS has no call to edit a server, so correct its URL in the vendor's portal or "
                "declare the URL that it has"
            )
        return DeviceResult(step, FAILED, moved, False, after, _say(step, text))
    text = f"is still {after.status}, although the service accepted the write; run again"
    return DeviceResult(step, FAILED, moved, False, after, _say(step, text))


def _refused(step: PlannedChange, written: WriteResult) -> str:
    text = f"was refused: '{written.text}'"
    if written.server_level:
        text += (
            f" (server '{step.declared.server}'); add this server by the module rps_server, by rps_servers of the role "
        )
        text += "or in the vendor's portal, and run again"
    return _say(step, text)
