# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write and what was read after it -> the outcome of the phone. Pure; the other half of ``plan.decide``.

PRIVATE to the collection: may change without notice.

The rule: whatever the service answered, what was read counts. A refusal is certain and changed nothing, so a state that
is reached after it has another cause, unless an earlier try may have been executed. An open write is settled
only by a state that shows it: the old state proves no more than "not yet".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._catalog.calls import clause
from .._errors import StoppedError
from .._model import (
    ABSENT,
    CHANGED,
    CONFLICT,
    DONE,
    ELSEWHERE,
    FAILED,
    IN_SYNC,
    NOT_ATTEMPTED,
    NOT_SENT,
    OPEN,
    REFUSED,
    REGISTERED,
    UNKNOWN,
    UNVERIFIABLE,
    WOULD_CHANGE,
    CurrentDevice,
    DeviceResult,
    PlannedChange,
    Reason,
    WriteResult,
    reason,
)
from .._vendors.base import MANAGED, URL_ONLY, Capabilities
from .binding import differs, differs_in_name, same_binding
from .plan import Show, decide, predict


def stop_reason(error: StoppedError) -> Reason:
    """Why a run makes no further calls, as the reason of the phones that are left."""
    variant = "account" if error.code == "login_refused" else ""
    return reason(error.code, variant, cause=str(error), fix=error.fix)


def predicted_result(change: PlannedChange, reads_url: bool) -> DeviceResult:
    """The result of check mode, and of a phone for which nothing is written."""
    if change.writes:
        return DeviceResult(change, WOULD_CHANGE, True, False, predict(change, reads_url))
    return DeviceResult(change, change.outcome, False, change.outcome == IN_SYNC, change.current, change.reason)


def skipped_result(change: PlannedChange, why: Reason) -> DeviceResult:
    """The result of a planned write that was not made."""
    outcome = FAILED if why.is_own_failure else NOT_ATTEMPTED
    return DeviceResult(change, outcome, False, False, change.current, why)


def verify_write(
    change: PlannedChange, write: WriteResult, after: CurrentDevice | None, vendor: Capabilities, show: Show
) -> DeviceResult:
    """The outcome of one phone from its write and the read after it (None: it could not be read)."""
    if write.kind == NOT_SENT and not write.maybe_earlier:
        return skipped_result(change, write.reason or reason("interrupted", cause=write.cause))
    return _Verifier(change, write, vendor, show).verify(after)


class _Verifier:
    """One write whose outcome is to be found; every method returns the result of the phone."""

    def __init__(self, change: PlannedChange, write: WriteResult, vendor: Capabilities, show: Show) -> None:
        self.change = change
        self.write = write
        self.vendor = vendor
        self.show = show
        # Whether this write, in this try or an earlier one, may be what a reached state comes from.
        self.may_be_ours = write.kind != REFUSED or write.maybe_earlier
        # Whether it is settled only by a state that shows it.
        self.is_open = write.kind in (OPEN, NOT_SENT) or (write.kind == REFUSED and write.maybe_earlier)

    def verify(self, after: CurrentDevice | None) -> DeviceResult:
        change, write = self.change, self.write
        if after is None:
            return self._unreadable()
        foreign = write.reason is not None and write.reason.code == "owned_elsewhere"
        if change.desired.state != ABSENT and (after.status == ELSEWHERE or (foreign and not self._reached(after))):
            return self._owned_elsewhere(after)
        # `force` asks for a write, it does not change what counts as reached.
        now = decide(replace(change.desired, force=False), after, self.vendor)
        if now.outcome == IN_SYNC:
            outcome = CHANGED if self.may_be_ours else IN_SYNC
            return DeviceResult(change, outcome, self.may_be_ours, True, after)
        if change.forced:
            return self._forced(after, now) if self.may_be_ours else self._not_reached(after)
        # Without a URL, only a reading that differs from the one before shows that the phone was bound.
        if now.outcome == UNVERIFIABLE and differs(change.current, after, self.vendor):
            if not self.may_be_ours:
                return DeviceResult(change, UNVERIFIABLE, False, False, after, now.reason)
            return DeviceResult(change, CHANGED, True, False, after)
        return self._not_reached(after)

    def _reached(self, after: CurrentDevice) -> bool:
        return after.status == REGISTERED

    def _result(self, outcome: str, after: CurrentDevice | None, why: Reason, changed: bool = False) -> DeviceResult:
        return DeviceResult(self.change, outcome, changed, False, after, why)

    def _reason(self, code: str, variant: str = "", **params: Any) -> Reason:
        desired = self.change.desired
        base = {"action": self.change.action, "server": desired.server or "", "cause": self.write.cause}
        return Reason(code, variant, {**base, **params})

    def _unreadable(self) -> DeviceResult:
        if self.write.kind == REFUSED and not self.write.maybe_earlier:
            return self._result(FAILED, None, self._refused())
        if self.write.kind == DONE:
            # The acceptance shows nothing: only what was read, or what no call can read, counts as changed.
            return self._result(UNKNOWN, None, self._reason("unreadable_after", "accepted"))
        return self._result(UNKNOWN, None, self._reason("unreadable_after", cause=self._cause()))

    def _refused(self) -> Reason:
        why = self.write.reason or reason("refused", text="")
        return Reason(why.code, why.variant, {**self._reason("").params, **why.params})

    def _cause(self) -> str:
        return self.write.cause or clause("lost")

    def _owned_elsewhere(self, after: CurrentDevice) -> DeviceResult:
        after = after if after.status == ELSEWHERE else replace(after, status=ELSEWHERE)
        if self.change.desired.override and self.vendor.override:
            if self.write.kind == REFUSED and not self.write.maybe_earlier:
                why = self._refused()
                return self._result(FAILED, after, Reason(why.code, "override", why.params))
            if self.write.kind == DONE:
                moved = differs(self.change.current, after, self.vendor)
                why = self._reason("not_applied", "taken" if moved else "elsewhere", status=after.status)
                return self._result(FAILED, after, why, changed=moved)
            return self._result(UNKNOWN, after, self._lost())
        if self.write.kind == DONE:
            return self._result(CONFLICT, after, self._reason("owned_elsewhere", "accepted"))
        return self._result(CONFLICT, after, reason("owned_elsewhere", "" if self.vendor.override else "no_override"))

    def _forced(self, after: CurrentDevice, now: PlannedChange) -> DeviceResult:
        """A binding that was written although nothing could be compared before."""
        write, current = self.write, self.change.current
        before = current.url if current is not None else None
        if now.outcome != UNVERIFIABLE and write.kind == DONE:
            return self._not_reached(after)
        readable = before is not None and after.url is not None
        if now.outcome == UNVERIFIABLE and readable and current is not None and not same_binding(current, after):
            return DeviceResult(self.change, CHANGED, True, False, after)
        if self.is_open:
            hidden = after.status == REGISTERED and after.url is None
            return self._result(UNKNOWN, after, self._lost("unreadable_url" if hidden else ""))
        if before is not None and after.url is None:
            return self._not_reached(after)
        if readable:
            return self._result(UNVERIFIABLE, after, self._reason("rewritten_same"))
        return DeviceResult(self.change, CHANGED, True, False, after)

    def _lost(self, variant: str = "") -> Reason:
        if self.write.kind == REFUSED:
            text = (self.write.reason.params.get("text") if self.write.reason else "") or self.write.cause
            return self._reason("answer_lost", "refused", text=text)
        return self._reason("answer_lost", variant, cause=self._cause())

    def _not_reached(self, after: CurrentDevice) -> DeviceResult:
        if self.is_open:
            return self._result(UNKNOWN, after, self._lost())
        if self.write.kind == REFUSED:
            return self._result(FAILED, after, self._refused())
        moved = differs(self.change.current, after, self.vendor)
        if after.status == REGISTERED and self.change.desired.state != ABSENT:
            if after.url is None:
                return self._result(UNKNOWN, after, self._reason("answer_lost", "hidden"))
            return self._result(FAILED, after, self._other_binding(after), changed=moved)
        why = self._reason("not_applied", "other" if moved else "", status=after.status)
        return self._result(FAILED, after, why, changed=moved)

    def _other_binding(self, after: CurrentDevice) -> Reason:
        """An accepted write after which the phone has another binding than desired: the old one, or a third one. If no
        URL was read before, nothing shows that it is the old one."""
        desired, before = self.change.desired, self.change.current
        unique = desired.unique_url is not None
        if differs_in_name(desired, after, self.vendor):
            # The URL is right, be it the old one or not, so "wrong URL" would be untrue.
            return self._reason("not_applied", "name", status=after.status, name=after.server or "")
        variant = "managed" if self.vendor.servers == MANAGED else ""
        if unique or self.vendor.binds_to == URL_ONLY:
            variant = "unique" if self.vendor.binds_to != URL_ONLY else "url"
        shown = {"current": self.show(after.url, unique), "desired": self.show(desired.url, unique)}
        if before is not None and before.status == after.status and same_binding(before, after):
            return self._reason("not_applied", variant or "move", status=after.status, **shown)
        return self._reason("wrong_url", variant, **shown)
