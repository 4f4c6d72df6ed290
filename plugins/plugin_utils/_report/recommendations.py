# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report -> its headline, and what to do next: sentences for people, with a command if there is one. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._text import first_few, pluralize

from .data import Account, Phone, Report, Step
from .text import DRIFTED, UNCOMPARED, number
from .wording import say

NO_INVENTORY = "INVENTORY"  # in a command, if a report does not know the run's inventory
_VERIFY_REASONS = ("url_not_readable", "url_not_declared", "rewritten_same")


def verdict(report: Report) -> tuple[str, str]:
    """A report in one line: (``ok``, ``drift`` or ``incomplete``, the headline without a full stop)."""
    counts = report["counts"]
    phones, drifted = counts["declared"], phones_with(report, DRIFTED)
    uncompared, purges = phones_with(report, UNCOMPARED), _pending_purges(report)
    all_phones = pluralize(phones, "phone")
    if uncompared:
        key, part = f"headline.uncompared{'_drifted' if drifted else ''}", number(uncompared)
        counted = drifted or phones
        return "incomplete", say(key, counted, part=part, phones=all_phones, drifted=number(drifted))
    if drifted:
        text = say("headline.drifted", drifted, part=number(drifted), phones=all_phones)
        return ("drift" if _is_complete(report) else "incomplete"), text
    if not _is_complete(report):
        return "incomplete", say("headline.incomplete")
    if purges:
        return "drift", say("headline.purges", devices=pluralize(purges, "device"))
    unverifiable = phones_with(report, ("unverifiable",))
    if unverifiable:
        return "ok", say("headline.unverifiable", part=number(unverifiable), phones=all_phones)
    return "ok", say("headline.in_sync", phones, phones=all_phones) if phones else say("headline.nothing")


def phones_with(report: Report, outcomes: tuple[str, ...]) -> int:
    """How many declared phones have one of these outcomes; devices that purge removes are not counted."""
    return sum(1 for phone in report["phones"] if phone["host"] is not None and phone["outcome"] in outcomes)


def next_steps(report: Report) -> list[Step]:
    """What to do, the most pressing first."""
    steps = [
        *_fix_access(report),
        *_run_again(report),
        *_review_refusals(report),
        *_apply_plan(report),
        *_resolve_conflicts(report),
        *_verify(report),
        *_review_unmanaged(report),
    ]
    if steps:
        return steps
    if report["errors"]:
        return [_step(say("problems.title"), say("problems"), "drift", report)]
    return [_step(say("nothing.title"), say("nothing"))]


def _step(
    title: str,
    text: str,
    playbook: str | None = None,
    report: Report | None = None,
    extra: dict[str, Any] | None = None,
    note: str | None = None,
) -> Step:
    command = None if playbook is None or report is None else _command(playbook, report, extra)
    return Step(title=title, text=text, command=command, note=note)


def _command(playbook: str, report: Report, extra: dict[str, Any] | None) -> str:
    words = ["ansible-playbook"]
    for source in report["scope"]["inventory"] or [NO_INVENTORY]:
        words.append("-i " + shlex.quote(source))
    words.append(f"voip.rps.{playbook}")
    if report["scope"]["limit"]:
        words.append("--limit " + shlex.quote(report["scope"]["limit"]))
    extra = dict(extra or {})
    if report["scope"]["selection"]:
        extra["rps_hosts"] = report["scope"]["selection"]
    if extra:
        words.append("-e " + shlex.quote(json.dumps(extra, sort_keys=True)))
    return " ".join(words)


def _is_complete(report: Report) -> bool:
    counts = report["counts"]
    return counts["accounts_reached"] == counts["accounts"] and not report["errors"]


def _pending_purges(report: Report) -> int:
    return sum(1 for phone in report["phones"] if phone["host"] is None and phone["outcome"] in DRIFTED)


def cannot_list(report: Report) -> list[Account]:
    """The accounts that were read and have no list, because their service cannot list an account."""
    return [account for account in report["accounts"] if account["reached"] and account["unmanaged"] is None]


def _unreached(report: Report) -> list[Account]:
    return [account for account in report["accounts"] if not account["reached"]]


def _fix_access(report: Report) -> list[Step]:
    away = [account["name"] for account in _unreached(report)]
    if not away:
        return []
    return [_step(say("access.title"), say("access", len(away), names=first_few(away)), "drift", report)]


def _run_again(report: Report) -> list[Step]:
    left = report["counts"]["not_attempted"]
    if not left or _unreached(report):
        return []
    return [_step(say("again.title"), say("again", phones=pluralize(left, "phone")), "drift", report)]


def _review_refusals(report: Report) -> list[Step]:
    failed, unknown = report["counts"]["failed"], report["counts"]["unknown"]
    if not failed + unknown:
        return []
    key = "refusals.both" if failed and unknown else "refusals.unknown" if unknown else "refusals"
    text = say(key, phones=pluralize(failed, "phone"), unknown=pluralize(unknown, "phone"))
    return [_step(say("refusals.title"), text)]


def _apply_plan(report: Report) -> list[Step]:
    pending = [phone for phone in report["phones"] if phone["outcome"] == "would_change"]
    if not pending:
        return []
    purges = sum(1 for phone in pending if phone["host"] is None)
    own = len(pending) - purges
    key = "apply.what_both" if own and purges else "apply.what_purges" if purges else "apply.what"
    what = say(key, phones=pluralize(own, "phone"), devices=pluralize(purges, "device"))
    note = _guard_note(report, purges)
    why = _no_single_plan(report)
    if why:
        return [_step(say("apply.title"), say("apply.unapproved", what=what, why=why), "provision", report, note=note)]
    plans = {account["key"]: account["plan"] for account in report["accounts"] if account["plan"] is not None}
    extra: dict[str, Any] = {"rps_expect_plan": plans}
    if purges:
        extra["rps_purge"] = True  # the plans are those of a run with purge
        if not any(account["guard"] is not None for account in report["accounts"]):
            # Nothing blocked this run, whatever its limit was; the command need not allow more than what it lists.
            counts = Counter(phone["account"] for phone in pending if phone["host"] is None)
            extra["rps_purge_limit"] = max(counts.values())
    if report["scope"]["fleet_size"] is not None:
        extra["rps_fleet_size"] = report["scope"]["fleet_size"]
    return [_step(say("apply.title"), say("apply", what=what), "provision", report, extra, note)]


def _no_single_plan(report: Report) -> str | None:
    """Why a command cannot approve the plan of this report, or None."""
    if any(account["batches"] > 1 for account in report["accounts"]):
        return say("apply.batches")
    return shared_name(report)


def shared_name(report: Report) -> str | None:
    """That plays share the name of an account, so that no digest can approve the plan of each; None if none do."""
    keys = Counter(account["key"] for account in report["accounts"])
    shared = [key for key, plays in keys.items() if plays > 1]
    return say("apply.shared_name", name=shared[0]) if shared else None


def _guard_note(report: Report, purges: int) -> str | None:
    """Which guard would block the command that applies the plan, and what lifts it; None if none is known."""
    scope = report["scope"]
    notes = [account["guard"]["text"] for account in report["accounts"] if account["guard"] is not None]
    if not notes and purges:
        notes = _size_note(scope["phones"], scope["fleet_size"], scope["limit"], scope["partial"])
    away = [account["key"] for account in _unreached(report)]
    if away:
        notes.append(say("guard.unread", names=first_few(away)))
    return " ".join(dict.fromkeys(notes)) or None


def _size_note(phones: int, size: int | None, limit: str | None, partial: str | None) -> list[str]:
    if limit or partial:
        return [say("guard.limited" if limit else "guard.partial")]
    if size is None:
        return [say("guard.size", phones, phones=pluralize(phones, "phone"))]
    if size != phones:
        return [say("guard.other_size", part=number(phones), phones=pluralize(size, "phone"))]
    return []


def _resolve_conflicts(report: Report) -> list[Step]:
    bad = [phone for phone in report["phones"] if phone["outcome"] == "conflict"]
    if not bad:
        return []
    takes = {account["name"] for account in report["accounts"] if account["takes_override"]}
    texts = [say("conflicts", len(bad), phones=pluralize(len(bad), "phone"))]
    if any(phone["account"] in takes for phone in bad):
        texts.append(say("conflicts.override"))
    if any(phone["account"] not in takes for phone in bad):
        texts.append(say("conflicts.no_override"))
    return [_step(say("conflicts.title"), " ".join(texts))]


def _verify(report: Report) -> list[Step]:
    titles = {account["name"]: account["vendor_title"] for account in report["accounts"]}
    by_service: dict[str, list[Phone]] = {}
    for phone in report["phones"]:
        if phone["outcome"] == "unverifiable":
            by_service.setdefault(titles[phone["account"]], []).append(phone)
    return [
        _step(say("verify.title", phones=pluralize(len(phones), f"{title} phone")), _verify_text(title, phones))
        for title, phones in sorted(by_service.items())
    ]


def _verify_text(title: str, phones: list[Phone]) -> str:
    reasons = dict.fromkeys(phone["reason"] for phone in phones)
    texts = [say(f"verify.{reason}", service=title) for reason in reasons if reason in _VERIFY_REASONS]
    return " ".join(texts) or say("verify")


def _review_unmanaged(report: Report) -> list[Step]:
    extra = report["counts"]["unmanaged"]
    if not extra:
        return []
    title, scope = say("unmanaged.title", devices=pluralize(extra, "unmanaged device")), report["scope"]
    text = say("unmanaged", extra)
    if not scope["complete"]:
        return [_step(title, f"{text} {say('unmanaged.partial')}")]
    text = f"{text} {say('unmanaged.declare', extra)}"
    if scope["purge"]:
        return [_step(title, f"{text} {say('unmanaged.purged', extra)}")]
    unlisted = [account["name"] for account in cannot_list(report)]
    if unlisted:
        # A run with purge refuses accounts that cannot be listed, so no command over the whole play is right.
        return [_step(title, f"{text} {say('unmanaged.unlisted', names=first_few(unlisted))}")]
    return [_step(title, f"{text} {say('unmanaged.purge')}", "drift", report, {"rps_purge": True})]
