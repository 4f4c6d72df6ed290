# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finished run -> what the summarizing task shows: messages, warnings, errors, changes that belong to no host. Pure.

PRIVATE to the collection: may change without notice.

One cause is given once: what stopped an account or a guard is a sentence of the run, and its phones only refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CREATED,
    EDITED,
    NO_CALL,
    SERVER_FAILED,
    SERVER_UNKNOWN,
    WOULD_CREATE,
    WOULD_EDIT,
    WRONG_URL,
    ServerResult,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import diff_of, run_sentence
from ansible_collections.voip.rps.plugins.module_utils._text import first_few, pluralize
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import MANAGED

from .config import Fleet
from .results import AccountRun, shares
from .scope import DRIFT, RELEASE, Scope
from .wording import say

MAX_DIFF_DEVICES = 100  # the event of a job can have only so much; reports have every device
_SHOWN_MACS = 10
_SHOWN_FAILURES = 5


@dataclass(frozen=True)
class SharedChange:
    """Something that changed on an account, or would, and belongs to no host: servers, purged devices.

    ``before`` and ``after`` are for the diff: purged devices by MAC (the first MAX_DIFF_DEVICES of them), the URL of a
    server by ``server <name>``.
    """

    account: str
    text: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class FleetRun:
    """A whole run.

    ``messages`` are for the summary, in order. ``errors`` belong to no phone, and the run has to fail for them.
    ``reasons`` are why phones failed together: they are among the messages, and the phones' own hosts fail.
    ``warnings`` are in none of the others. ``changes`` have their texts among the messages.
    """

    runs: tuple[AccountRun, ...] = ()
    messages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    changes: tuple[SharedChange, ...] = ()


def summarize_runs(runs: Sequence[AccountRun], fleet: Fleet, scope: Scope) -> FleetRun:
    """All that is to be shown of a run besides the hosts' own results."""
    summary = _Summary(scope)
    summary.warnings.extend(fleet.warnings)
    for run in runs:
        summary.add(run, fleet)
    summary.add_guards(runs)
    return FleetRun(
        tuple(runs),
        tuple(summary.messages),
        tuple(dict.fromkeys(summary.warnings)),
        tuple(dict.fromkeys(summary.errors)),
        tuple(dict.fromkeys(summary.reasons)),
        tuple(summary.changes),
    )


@dataclass
class _Summary:
    """Collects the sentences of a run, account by account."""

    scope: Scope
    messages: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    changes: list[SharedChange] = field(default_factory=list)

    def add(self, run: AccountRun, fleet: Fleet) -> None:
        """Everything about one account but its guards."""
        name = run.account.name
        self.messages.append(say("account", account=name, text=self._counts(run)))
        if fleet.purge and not run.account.hosts:
            self.warnings.append(say("not_purged", account=name))
        notices = (run.presenter.speaker.notice(notice) for notice in run.result.notices)
        self.warnings.extend(say("account", account=name, text=notice) for notice in notices)
        kept = self._declared_outside(run) if run.account.purge else ()
        if kept:
            self.warnings.append(say("kept", account=name, count=len(kept)))
        for server in run.result.servers:
            self._server(run, server)
        self._purged(run)
        if run.error is not None:
            # If a phone fails for it, the host of the phone fails; if none does, the run would stay green.
            shared = any(shares(result, run.cause) for result in run.result.results)
            self._cause(run.error, shared)

    def add_guards(self, runs: Sequence[AccountRun]) -> None:
        """The guards, each sentence once, whatever the number of accounts that they block."""
        blocked = any(run.blocked for run in runs)
        for sentence in dict.fromkeys(run.guard for run in runs if run.guard is not None):
            if self.scope.mode == DRIFT:
                self.warnings.append(sentence)
            else:
                self._cause(sentence, blocked)

    def _cause(self, sentence: str, shared: bool) -> None:
        if not shared:
            self.errors.append(sentence)
        elif sentence not in self.reasons:
            self.reasons.append(sentence)
            self.messages.append(sentence)

    def _declared_outside(self, run: AccountRun) -> frozenset[str]:
        """Devices of the account that hosts outside the play declare, as far as that was looked up."""
        listed = run.result.plan.listed if run.result.plan is not None else None
        others = frozenset(listed or ()).difference(device.mac for device in run.account.declared)
        return others & self.scope.declared_outside() if others else others

    def _counts(self, run: AccountRun) -> str:
        """The counts of an account as a sentence.

        If hosts are missing from the play, it is not known which of the other devices are unmanaged.
        """
        counts = run.counts
        why = self.scope.why_partial
        if self.scope.names_unmanaged:
            return run_sentence(run.entries, counts)
        text = run_sentence(run.entries, {**counts, "unmanaged": None})
        if self.scope.mode == RELEASE or why is None:
            return text
        others = (counts["unmanaged"] or 0) + len(self._declared_outside(run))
        if not others:
            return text
        shown = pluralize(others, "other device")
        return f"{text} {say('others.partial', others=shown, count=others, why=why)}"

    # Servers.

    def _server(self, run: AccountRun, done: ServerResult) -> None:
        status = done.status
        if status in (NO_CALL, SERVER_UNKNOWN, SERVER_FAILED, WRONG_URL):
            if done.reason is None:
                return
            text = say("account", account=run.account.name, text=run.presenter.speaker.sentence(done.reason))
            # A wrong URL is a finding of a drift run. Where the phones do not show what became of a lost write, the run
            # must not end as if it was done.
            lost = status == SERVER_UNKNOWN and run.account.capabilities.servers == MANAGED
            fails = lost or status == SERVER_FAILED or (status == WRONG_URL and self.scope.mode != DRIFT)
            (self.errors if fails else self.warnings).append(text)
            return
        keys = {CREATED: "server.created", EDITED: "server.edited", WOULD_EDIT: "server.would_edit"}
        key = keys.get(status)
        certain = run.account.capabilities.servers == MANAGED
        if status == WOULD_CREATE:
            key = "server.would_create" if certain else "server.may_create"
        if key is None or run.result.violation is not None:
            return
        url = run.masker.url(done.server.url)
        text = say(key, account=run.account.name, server=done.server.name, url=url)
        self.messages.append(text)
        if status != WOULD_CREATE or certain:  # what may exist already is no predicted change
            key, before = f"server {done.server.name}", run.server_urls.get(done.server.name)
            self.changes.append(SharedChange(run.account.name, text, {key: before} if before else {}, {key: url}))

    # Purge.

    def _purged(self, run: AccountRun) -> None:
        name = run.account.name
        changed = [entry for entry in run.purged if entry["changed"]]
        if changed:
            macs = first_few([format_mac(entry["mac"], "colon") for entry in changed], _SHOWN_MACS)
            key = "purged.predicted" if self.scope.predicts else "purged"
            text = say(key, account=name, count=pluralize(len(changed)), macs=macs)
            self.messages.append(text)
            diff = diff_of(changed[:MAX_DIFF_DEVICES])
            self.changes.append(SharedChange(name, text, diff["before"], diff["after"]))
        failed = [entry["msg"] for entry in _own_failures(run)]
        self.errors.extend(say("account", account=name, text=text) for text in failed[:_SHOWN_FAILURES])
        if len(failed) > _SHOWN_FAILURES:
            count = pluralize(len(failed) - _SHOWN_FAILURES)
            self.errors.append(say("purge_failed.more", account=name, count=count))


def _own_failures(run: AccountRun) -> list[dict[str, Any]]:
    """Purged devices that failed for a reason of their own, and not for a guard or for what stopped the account."""
    results = run.result.results[len(run.account.hosts) :]
    blocked = run.result.violation is not None
    return [
        entry
        for result, entry in zip(results, run.purged)
        if entry["failed"] and not blocked and not shares(result, run.cause)
    ]
