# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outcomes -> the dictionaries that users, diffs and reports see, with every secret masked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
)
from .._redaction import Masker
from .._text import as_sentence, pluralize
from .verify import RunResult

_KEPT = frozenset({IN_SYNC, UNVERIFIABLE})
_REACHED = frozenset({IN_SYNC, UNVERIFIABLE, CHANGED, WOULD_CHANGE})


def device_dict(
    found: CurrentDevice | None, server: str | None, masker: Masker, hide_path: bool
) -> dict[str, Any] | None:
    """A device as results show it: ``{mac, status, server, url}``; None where nothing is known of it."""
    if found is None:
        return None
    return {"mac": found.mac, "status": found.status, "server": server, "url": masker.url(found.url, hide_path)}


def entry(result: DeviceResult, masker: Masker) -> dict[str, Any]:
    """One phone of a run: ``mac, action, outcome, changed, failed, verified, before, after, msg``.

    ``server`` in ``before`` and ``after`` is the declared one, and only where the phone is held to be bound to it.
    """
    declared, before, after = result.step.declared, result.step.found, result.after
    hide = declared.unique_url is not None

    def server(found: CurrentDevice | None, outcomes: Iterable[str]) -> str | None:
        bound = found is not None and found.status == REGISTERED and declared.state != ABSENT
        return declared.server if bound and result.outcome in outcomes else None

    # A write that was forced on a phone and changed nothing leaves it where it was.
    same = not result.step.writes or (result.step.forced and result.outcome == UNVERIFIABLE)
    kept = _KEPT if same else ()
    return {
        "mac": result.mac,
        "action": result.step.action,
        "outcome": result.outcome,
        "changed": result.changed,
        "failed": result.failed,
        "verified": result.verified,
        "before": device_dict(before, server(before, kept), masker, hide),
        "after": device_dict(after, server(after, _REACHED), masker, hide),
        "msg": result.msg,
    }


def summary(entries: Sequence[dict[str, Any]], declared: int, unmanaged: int) -> dict[str, int]:
    """Count per outcome, zeros too, plus ``declared`` and ``unmanaged``."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for item in entries:
        counts[item["outcome"]] += 1
    counts["declared"] = declared
    counts["unmanaged"] = unmanaged
    return counts


def diff(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What ``--diff`` shows: the devices that are or would be changed, before and after, by MAC."""
    changed = [item for item in entries if item["changed"]]
    return {
        "before": {item["mac"]: _without_mac(item["before"]) for item in changed},
        "after": {item["mac"]: _without_mac(item["after"]) for item in changed},
    }


def bulk_result(report: RunResult, declared: int, masker: Masker) -> tuple[dict[str, Any], str | None]:
    """A report -> (what rps_devices returns, why the run failed or None)."""
    entries = [entry(result, masker) for result in report.results]
    counts = summary(entries, declared, len(report.unmanaged))
    result = {
        "devices": entries,
        "summary": counts,
        "unmanaged": list(report.unmanaged),
        "plan": report.plan.digest if report.plan is not None else None,
        "calls": report.calls,
        "changed": any(item["changed"] for item in entries),
        "diff": diff(entries),
        "msg": sentence(entries, counts),
    }
    return result, failure(entries, report.error)


def _without_mac(device: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if device is None else {key: value for key, value in device.items() if key != "mac"}


def sentence(entries: Sequence[dict[str, Any]], counts: dict[str, int]) -> str:
    """A run in one sentence for people."""
    parts = [f"{counts[outcome]} {outcome.replace('_', ' ')}" for outcome in OUTCOMES if counts[outcome]]
    purged = entries[counts["declared"] :]
    text = pluralize(len(entries) - len(purged), "phone")
    if purged:
        text += f" and {pluralize(len(purged), 'undeclared device')}"
    text += ": " + ", ".join(parts) if parts else ""
    # A device whose purge failed is still unmanaged, and among the entries already.
    more = counts["unmanaged"] - sum(1 for item in purged if item["failed"])
    if more:
        text += f"; {more} more on the account, not declared here"
    return text + "."


def failure(entries: Sequence[dict[str, Any]], error: str | None) -> str | None:
    """Why a run failed, for people: what stopped it, else the first phones that failed; None where nothing did."""
    failed: list[dict[str, Any]] = [item for item in entries if item["failed"]]
    if error is not None:
        left = sum(1 for item in failed if item["outcome"] == NOT_ATTEMPTED)
        return (
            as_sentence(error)
            if not left
            else f"{as_sentence(error)} {left} of {pluralize(len(entries), 'phone')} not attempted."
        )
    if not failed:
        return None
    if len(entries) == 1:
        return str(failed[0]["msg"])
    # Those that the service refused tell more than those that were not reached.
    told = sorted(failed, key=lambda item: item["outcome"] != FAILED)[:3]
    text = f"{len(failed)} of {len(entries)} phones failed: " + " ".join(item["msg"] for item in told)
    if len(failed) > len(told):
        text += " The other failures are in devices."
    return text
