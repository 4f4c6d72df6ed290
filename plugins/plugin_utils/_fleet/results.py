# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One account's part of a finished run, as hosts, the summary and reports use it. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._catalog.calls import clause
from ansible_collections.voip.rps.plugins.module_utils._messages import phone_label
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CHANGED,
    CONFLICT,
    DEREGISTER,
    NOT_ATTEMPTED,
    DeviceResult,
    GuardViolation,
    Reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import Presenter, RunResult, summarize
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker

from . import wording
from .config import Account
from .scope import DRIFT, PROVISION, Scope


@dataclass(frozen=True)
class AccountRun:
    """One account's part of a run.

    ``entries`` are what rps_devices would return as ``devices``: the declared phones in the order of ``account.hosts``,
    then the purged devices. ``violation`` is what this account's own guards found; in a drift run it blocks nothing.
    ``server_urls`` are those that servers had before the run, by name, as far as the service shows them.
    """

    account: Account
    result: RunResult
    presenter: Presenter
    entries: tuple[dict[str, Any], ...]
    scope: Scope
    violation: GuardViolation | None = None
    server_urls: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def masker(self) -> Masker:
        """What masks this account's secrets."""
        return self.presenter.masker

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """Entries by host."""
        return dict(zip(self.account.hosts, self.entries))

    @property
    def purged(self) -> tuple[dict[str, Any], ...]:
        """Entries of devices that purge removes."""
        return self.entries[len(self.account.hosts) :]

    @property
    def counts(self) -> dict[str, int | None]:
        """``summary`` of rps_devices: a count per outcome, plus declared and unmanaged."""
        unmanaged = self.result.unmanaged
        outcomes = (result.outcome for result in self.result.results)
        return summarize(outcomes, len(self.account.hosts), None if unmanaged is None else len(unmanaged))

    @property
    def plan(self) -> str | None:
        """The digest of the plan, or None if the account could not be read."""
        return self.result.plan.digest if self.result.plan is not None else None

    @property
    def base(self) -> int:
        """What a percentage of rps_removal_limit is of: the devices that the account had before this run."""
        listed = self.result.plan.listed if self.result.plan is not None else None
        return len(self.account.declared) if listed is None else len(listed)

    @property
    def removed(self) -> int:
        """How many phones host vars really deregistered."""
        if self.scope.mode != PROVISION or self.scope.predicts:
            return 0
        own = self.result.results[: len(self.account.hosts)]
        return sum(1 for item in own if item.change.action == DEREGISTER and item.outcome == CHANGED)

    @property
    def unmanaged(self) -> list[dict[str, Any]] | None:
        """Unmanaged devices as results show them, with where they are redirected if that was read; None if the service
        cannot list. ``status`` is None if the device was only listed."""
        if self.result.unmanaged is None:
            return None
        shown = [self.presenter.device(device, None, False) or {} for device in self.result.unmanaged]
        return [{**device, "status": device["status"] or None} for device in shown]

    @property
    def cause(self) -> Reason | None:
        """What stopped the account as a whole, guards aside, or None."""
        return self.result.account_error or self.result.stopped

    @property
    def reached(self) -> bool:
        """Whether the account could be read. One phone that could not be read is that phone's own affair."""
        return self.result.was_read

    @property
    def blocked(self) -> bool:
        """Whether a guard, of this account or of another, kept phones of the play from being written."""
        own = self.result.results[: len(self.account.hosts)]
        return self.result.violation is not None and any(result.change.writes for result in own)

    @property
    def guard(self) -> str | None:
        """The sentence of this account's own guard, or None."""
        if self.violation is None:
            return None
        return self.presenter.speaker.guard(self.violation, blocked=self.scope.mode != DRIFT)

    @property
    def error(self) -> str | None:
        """What stopped the account as a whole, guards aside, as a sentence with the next step; None if nothing did."""
        cause = self.cause
        if cause is None:
            return None
        text, fix = str(cause.params.get("cause") or clause("ended")), str(cause.params.get("fix") or "")
        left = sum(1 for result in self.result.results if shares(result, cause))
        return self.presenter.speaker.stopped(text, fix, was_read=self.reached, left=left)


def shares(result: DeviceResult, cause: Reason | None) -> bool:
    """Whether this phone was not attempted because of ``cause``."""
    if cause is None or result.reason is None or result.outcome != NOT_ATTEMPTED:
        return False
    return result.reason.code == cause.code and cause.code in wording.NOT_ATTEMPTED


def make_entries(result: RunResult, presenter: Presenter, scope: Scope) -> tuple[dict[str, Any], ...]:
    """The entry of every phone. Phones that share the cause of their account only refer to it; in a drift run a
    conflict is a finding and not a failure."""
    cause = result.account_error or result.stopped
    account = presenter.speaker.account
    entries: list[dict[str, Any]] = []
    for item in result.results:
        entry = presenter.entry(item)
        if cause is not None and shares(item, cause):
            phone = phone_label(item.mac, presenter.hosts.get(item.mac))
            entry["msg"] = wording.say_not_attempted(cause.code, phone, account)
        if scope.mode == DRIFT and item.outcome == CONFLICT:
            entry["failed"] = False
        entries.append(entry)
    return tuple(entries)
