# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outcomes -> the dictionaries that users, diffs and reports see, with every secret masked. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._catalog.outcomes import RUN
from .._catalog.words import OUTCOME_WORDS
from .._messages import Speaker
from .._model import (
    ABSENT,
    CHANGED,
    FAILED,
    IN_SYNC,
    NOT_ATTEMPTED,
    OUTCOMES,
    REGISTERED,
    UNVERIFIABLE,
    WOULD_CHANGE,
    CurrentDevice,
    DeviceResult,
    GuardViolation,
    Reason,
    ServerResult,
)
from .._redaction import Masker
from .._text import as_sentence, pluralize
from .plan import Plan

_UNCHANGED = frozenset({IN_SYNC, UNVERIFIABLE})
_BOUND = frozenset({IN_SYNC, UNVERIFIABLE, CHANGED, WOULD_CHANGE})
_NEVER: frozenset[str] = frozenset()
_QUOTED_FAILURES = 3


@dataclass(frozen=True)
class RunResult:
    """The result of a run on one account, also of one that failed.

    ``unmanaged`` are the devices that are listed and not declared, None if the service cannot list; those that were
    read have their status and URL. ``account_error`` says why the account could not be read, ``violation`` which guard
    blocked the writes, ``stopped`` why the run made no further calls.
    """

    results: tuple[DeviceResult, ...] = ()
    plan: Plan | None = None
    unmanaged: tuple[CurrentDevice, ...] | None = ()
    servers: tuple[ServerResult, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Reason, ...] = ()
    account_error: Reason | None = None
    violation: GuardViolation | None = None
    stopped: Reason | None = None

    @property
    def was_read(self) -> bool:
        """Whether the account could be read. One phone that could not be read is that phone's own affair."""
        if self.plan is None or self.account_error is not None:
            return False
        read = any(change.current is not None for change in self.plan.changes)
        return self.plan.listed is not None or read or not self.plan.changes


@dataclass(frozen=True)
class Presenter:
    """How results are shown: whose words, which secrets. ``hosts`` is host by MAC, in the role."""

    speaker: Speaker
    masker: Masker
    hosts: Mapping[str, str] = field(default_factory=dict)

    def device(self, current: CurrentDevice | None, server: str | None, hide_path: bool) -> dict[str, Any] | None:
        """A device as results show it (contract); None if nothing is known of it.

        ``server`` is the declared one or None; what the service itself stores and shows is shown before it.
        """
        if current is None:
            return None
        return {
            "mac": current.mac,
            "status": current.status,
            "server": server if current.server is None else current.server,
            "url": self.masker.url(current.url, hide_path),
            "last_contact": current.last_contact,
        }

    def entry(self, result: DeviceResult) -> dict[str, Any]:
        """One phone of a run (contract: ``devices`` of rps_devices).

        ``server`` in ``before`` and ``after`` is the declared one, and only if the phone counts as bound to it.
        """
        change = result.change
        hide = change.desired.unique_url is not None
        # A write that was forced on a phone and changed nothing leaves it where it was.
        same = not change.writes or (change.forced and result.outcome == UNVERIFIABLE)
        before = self.device(change.current, self._server(result, change.current, _UNCHANGED if same else _NEVER), hide)
        server = self._server(result, result.after, _BOUND)
        if before is not None and result.after is change.current and server == before["server"]:
            after: dict[str, Any] | None = before  # one value: what was read before is what is there
        else:
            after = self.device(result.after, server, hide)
        return {
            "mac": result.mac,
            "action": change.action,
            "outcome": result.outcome,
            "reason": result.reason.code if result.reason is not None else None,
            "changed": result.changed,
            "failed": result.failed,
            "verified": result.verified,
            "before": before,
            "after": after,
            "msg": self.sentence(result),
        }

    def sentence(self, result: DeviceResult) -> str:
        """Why the outcome is what it is, for people; "" if there is nothing to say."""
        if result.reason is None:
            return ""
        return self.speaker.sentence(result.reason, result.mac, self.hosts.get(result.mac))

    def _server(self, result: DeviceResult, current: CurrentDevice | None, outcomes: frozenset[str]) -> str | None:
        desired = result.change.desired
        bound = current is not None and current.status == REGISTERED and desired.state != ABSENT
        return desired.server if bound and result.outcome in outcomes else None


class Entries(Sequence[dict[str, Any]]):
    """The entries of many phones, each made when it is asked for.

    Ansible copies a module's result before it prints it. If the result had the entries themselves, those of a large
    fleet would be in memory twice.
    """

    def __init__(self, results: Sequence[DeviceResult], presenter: Presenter) -> None:
        self._results = results
        self._presenter = presenter

    def __len__(self) -> int:
        return len(self._results)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self._presenter.entry, self._results)

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Entries(self._results[place], self._presenter)
        return self._presenter.entry(self._results[place])


def summarize(outcomes: Iterable[str], declared: int, unmanaged: int | None) -> dict[str, int | None]:
    """Count per outcome, zeros too, plus ``declared`` and ``unmanaged`` (None if the service cannot list)."""
    counts = Counter(outcomes)
    return {**{outcome: counts[outcome] for outcome in OUTCOMES}, "declared": declared, "unmanaged": unmanaged}


def diff_of(entries: Iterable[Mapping[str, Any]], name: str = "devices") -> dict[str, Any]:
    """What ``--diff`` shows: the devices that are or would be changed, before and after, by MAC."""
    changed = [entry for entry in entries if entry["changed"]]
    return {
        "before_header": name,
        "after_header": name,
        "before": {entry["mac"]: _without_mac(entry["before"]) for entry in changed},
        "after": {entry["mac"]: _without_mac(entry["after"]) for entry in changed},
    }


def _without_mac(device: Mapping[str, Any]) -> dict[str, Any]:
    # What is changed, or would be, was read before and has a state after: neither is None.
    return {key: value for key, value in device.items() if key != "mac"}


def bulk_result(
    run: RunResult, declared: int, presenter: Presenter, diff: bool = True
) -> tuple[dict[str, Any], str | None]:
    """A run -> (what rps_devices returns, why the run failed or None). ``diff``: whether a diff is asked for."""
    entries = Entries(run.results, presenter)
    changed = [result for result in run.results if result.changed]
    unmanaged = None if run.unmanaged is None else [device.mac for device in run.unmanaged]
    outcomes = (result.outcome for result in run.results)
    counts = summarize(outcomes, declared, None if unmanaged is None else len(unmanaged))
    result = {
        "devices": entries,
        "summary": counts,
        "unmanaged": unmanaged,
        "plan": run.plan.digest if run.plan is not None else None,
        "calls": dict(run.calls),
        "changed": bool(changed),
        "msg": run_sentence(entries, counts),
    }
    if diff:
        result["diff"] = diff_of(Entries(changed, presenter))
    return result, failure_message(run, presenter)


def run_sentence(entries: Sequence[Mapping[str, Any]], counts: Mapping[str, int | None]) -> str:
    """A run in one sentence, such as ``24 phones: 14 changed, 10 in sync; 1 unmanaged device``, and its full stop."""
    purged = entries[counts["declared"] or 0 :]
    phones, devices = pluralize(len(entries) - len(purged), "phone"), pluralize(len(purged), "unmanaged device")
    text = RUN["phones.purged" if purged else "phones"].format(phones=phones, devices=devices)
    parts = [f"{counts[outcome]:,} {OUTCOME_WORDS[outcome]}" for outcome in OUTCOMES if counts[outcome]]
    if parts:
        text = RUN["counts"].format(text=text, counts=", ".join(parts))
    # A device whose purge failed is still unmanaged, and among the entries already.
    unmanaged = counts["unmanaged"]
    more = 0 if unmanaged is None else unmanaged - sum(1 for entry in purged if entry["failed"])
    if more:
        text = RUN["unmanaged"].format(text=text, devices=pluralize(more, "unmanaged device"))
    return as_sentence(text)


def run_error(run: RunResult, presenter: Presenter) -> str | None:
    """What stopped a run as a whole, as a sentence, or None."""
    if run.violation is not None:
        return presenter.speaker.guard(run.violation)
    why = run.account_error or run.stopped
    if why is None:
        return None
    left = sum(1 for result in run.results if result.outcome == NOT_ATTEMPTED)
    cause, fix = str(why.params.get("cause", why.code)), str(why.params.get("fix", ""))
    return presenter.speaker.stopped(cause, fix, was_read=run.was_read, left=left)


def failure_message(run: RunResult, presenter: Presenter) -> str | None:
    """Why a run failed, for people: what stopped it as a whole, else the first phones that failed; None if none did."""
    failed = [result for result in run.results if result.failed]
    error = run_error(run, presenter)
    if error is not None and (failed or run.violation is not None or run.account_error is not None):
        return error
    if not failed:
        return None
    if len(run.results) == 1:
        return presenter.sentence(failed[0])
    # Those that the service refused say more than those that were not attempted. What many phones share is said once.
    quoted: dict[Reason | None, str] = {}
    for result in sorted(failed, key=lambda result: result.outcome != FAILED):
        if result.reason not in quoted:
            quoted[result.reason] = presenter.sentence(result)
    first = list(quoted.values())[:_QUOTED_FAILURES]
    text = RUN["failed.more" if len(failed) > len(first) else "failed"]
    return text.format(failed=len(failed), phones=pluralize(len(run.results), "phone"), sentences=" ".join(first))
