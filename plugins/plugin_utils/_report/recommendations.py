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

from .data import Account, Phone, Report, Step
from .text import DRIFTED, UNCOMPARED, count, listed, number

NO_INVENTORY = "INVENTORY"  # in a command, if a report does not know the run's inventory
_VERIFY_TEXTS: dict[str | None, str] = {
    "url_not_readable": "{service} does not report their redirect URLs. To rewrite a binding, set rps_force: true on "
    "its host.",
    "url_not_declared": "The inventory declares no redirect URL for them. Define their servers in rps_servers, or set "
    "rps_unique_url.",
    "rewritten_same": "They were written again and still have the same redirect URL. Define their servers in "
    "rps_servers to compare it.",
}


def verdict(report: Report) -> tuple[str, str]:
    """A report in one line: (``ok``, ``drift`` or ``incomplete``, the headline without a full stop)."""
    counts = report["counts"]
    phones, drifted = counts["declared"], phones_with(report, DRIFTED)
    uncompared, purges = phones_with(report, UNCOMPARED), _pending_purges(report)
    if uncompared:
        more = f"; {number(drifted)} {_have(drifted)} drifted" if drifted else ""
        return "incomplete", f"{number(uncompared)} of {count(phones, 'phone')} could not be compared{more}"
    if drifted:
        text = f"{number(drifted)} of {count(phones, 'phone')} {_have(drifted)} drifted"
        return ("drift" if _is_complete(report) else "incomplete"), text
    if not _is_complete(report):
        return "incomplete", "The comparison is incomplete"
    if purges:
        return "drift", f"No phone has drifted; purge would remove {count(purges, 'device')}"
    unverifiable = phones_with(report, ("unverifiable",))
    if unverifiable:
        return "ok", f"No drift found; {number(unverifiable)} of {count(phones, 'phone')} cannot be verified"
    if not phones:
        return "ok", "The play declares no phones"
    return "ok", f"All {number(phones)} phones match the inventory" if phones > 1 else "The phone matches the inventory"


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
    text = "Every phone of this play matches the inventory, and no device is unmanaged."
    if report["errors"]:
        return [_step("Fix the problems", "See the problems in the overview, then run drift again.", "drift", report)]
    return [_step("Nothing to do", text)]


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
    if extra:
        words.append("-e " + shlex.quote(json.dumps(extra, sort_keys=True)))
    return " ".join(words)


def _have(phones: int) -> str:
    return "has" if phones == 1 else "have"


def _is_complete(report: Report) -> bool:
    counts = report["counts"]
    return counts["accounts_reached"] == counts["accounts"] and not report["errors"]


def _pending_purges(report: Report) -> int:
    return sum(1 for phone in report["phones"] if phone["host"] is None and phone["outcome"] in DRIFTED)


def _unreached(report: Report) -> list[Account]:
    return [account for account in report["accounts"] if not account["reached"]]


def _fix_access(report: Report) -> list[Step]:
    away = [account["name"] for account in _unreached(report)]
    if not away:
        return []
    names = listed(away, 5)
    text = (
        f"{'Account' if len(away) == 1 else 'Accounts'} {names} could not be read; the overview shows why. "
        "Fix the access, then run drift again."
    )
    return [_step("Fix account access", text, "drift", report)]


def _run_again(report: Report) -> list[Step]:
    left = report["counts"]["not_attempted"]
    if not left or _unreached(report):
        return []
    text = f"{count(left, 'phone')} could not be compared; the Message column shows why."
    return [_step("Run drift again", text, "drift", report)]


def _review_refusals(report: Report) -> list[Step]:
    failed, unknown = report["counts"]["failed"], report["counts"]["unknown"]
    if not failed + unknown:
        return []
    parts = [f"{count(failed, 'phone')} failed"] if failed else []
    if unknown:
        parts.append(f"the outcome of {count(unknown, 'phone')} is unknown")
    text = f"{' and '.join(parts)}; the Message column quotes the service and names the fix."
    return [_step("Review refusals", text[0].upper() + text[1:])]


def _apply_plan(report: Report) -> list[Step]:
    pending = [phone for phone in report["phones"] if phone["outcome"] == "would_change"]
    if not pending:
        return []
    purges = sum(1 for phone in pending if phone["host"] is None)
    parts = [count(len(pending) - purges, "phone")] if len(pending) > purges else []
    if purges:
        parts.append(f"{count(purges, 'device')} to purge")
    what = " and ".join(parts)
    note = _guard_note(report, purges)
    obstacle = _no_single_plan(report)
    if obstacle:
        return [_step("Apply the plan", f"This writes {what}. {obstacle}", "provision", report, note=note)]
    plans = {account["key"]: account["plan"] for account in report["accounts"] if account["plan"] is not None}
    extra: dict[str, Any] = {"rps_expect_plan": plans}
    if report["scope"]["fleet_size"] is not None:
        extra["rps_fleet_size"] = report["scope"]["fleet_size"]
    text = f"This writes exactly the plan of this report ({what}). If anything has changed since, it writes nothing."
    return [_step("Apply the plan", text, "provision", report, extra, note)]


def _no_single_plan(report: Report) -> str | None:
    """Why a command cannot approve the plan of this report, or None."""
    if any(account["batches"] > 1 for account in report["accounts"]):
        return "Drift ran in batches (serial), so there is no plan to approve: remove serial and run drift again."
    return shared_name(report)


def shared_name(report: Report) -> str | None:
    """That plays share the name of an account, so that no digest can approve the plan of each; None if none do."""
    keys = Counter(account["key"] for account in report["accounts"])
    shared = [key for key, plays in keys.items() if plays > 1]
    if not shared:
        return None
    return (
        f"Two plays use the account name {shared[0]}, so rps_expect_plan cannot approve both plans: compare all phones "
        "of the account in one play, or run each play by itself."
    )


def _guard_note(report: Report, purges: int) -> str | None:
    """Which guard would block the command that applies the plan, and what lifts it; None if none is known."""
    scope = report["scope"]
    notes = [account["guard"]["text"] for account in report["accounts"] if account["guard"] is not None]
    if not notes and purges:
        notes = _size_note(scope["phones"], scope["fleet_size"], scope["limit"], scope["partial"])
    away = [account["key"] for account in _unreached(report)]
    if away:
        notes.append(
            f"Guard rps_expect_plan will block this command if phones of {listed(away, 5)} need changes by then: this "
            "report has no plan for them. Fix the access and run drift again first."
        )
    return " ".join(dict.fromkeys(notes)) or None


def _size_note(phones: int, size: int | None, limit: str | None, partial: str | None) -> list[str]:
    prefix = "Guard rps_fleet_size will block this command: "
    if limit or partial:
        why = "the run is limited" if limit else "this is not the whole play"
        return [f"{prefix}purge needs the whole fleet, and {why}. Run drift for the whole fleet, then apply its plan."]
    if size is None:
        return [
            f"{prefix}purge needs the number of phones of the whole fleet. If these {number(phones)} phones are the "
            f"whole fleet, add -e rps_fleet_size={phones}."
        ]
    if size != phones:
        return [
            f"{prefix}the play has {number(phones)} of {count(size, 'phone')}. Complete the inventory, then run drift "
            "again."
        ]
    return []


def _resolve_conflicts(report: Report) -> list[Step]:
    bad = [phone for phone in report["phones"] if phone["outcome"] == "conflict"]
    if not bad:
        return []
    takes = {account["name"] for account in report["accounts"] if account["takes_override"]}
    text = f"{count(len(bad), 'phone')} {'is' if len(bad) == 1 else 'are'} registered to another account. "
    text += "Check the MAC addresses."
    if any(phone["account"] in takes for phone in bad):
        text += " If a phone is yours, set rps_override: true on its host."
    if any(phone["account"] not in takes for phone in bad):
        text += " If its service has no override, ask the owner of the other account to release the phone."
    return [_step("Resolve conflicts", text)]


def _verify(report: Report) -> list[Step]:
    titles = {account["name"]: account["vendor_title"] for account in report["accounts"]}
    by_service: dict[str, list[Phone]] = {}
    for phone in report["phones"]:
        if phone["outcome"] == "unverifiable":
            by_service.setdefault(titles[phone["account"]], []).append(phone)
    return [
        _step(f"Verify {count(len(phones), f'{title} phone')}", _verify_text(title, phones))
        for title, phones in sorted(by_service.items())
    ]


def _verify_text(title: str, phones: list[Phone]) -> str:
    reasons = dict.fromkeys(phone["reason"] for phone in phones)
    texts = [_VERIFY_TEXTS[reason].format(service=title) for reason in reasons if reason in _VERIFY_TEXTS]
    return " ".join(texts) or "Their redirect URLs could not be checked; the Message column shows why."


def _review_unmanaged(report: Report) -> list[Step]:
    extra = report["counts"]["unmanaged"]
    if not extra:
        return []
    title = f"Review {count(extra, 'unmanaged device')}"
    scope, one = report["scope"], extra == 1
    them, prefix = (
        "it" if one else "them",
        f"{'It is' if one else 'They are'} on an account but not declared in this play. ",
    )
    if not scope["complete"]:
        text = "This run does not cover the whole fleet, so phones outside it also count as unmanaged."
        return [_step(title, f"{prefix}{text}")]
    text = f"{prefix}Declare {them} or add {them} to rps_ignore."
    if scope["purge"]:
        return [_step(title, f"{text} This run's purge leaves {them} alone.")]
    unlisted = [
        account["name"] for account in report["accounts"] if account["reached"] and account["unmanaged"] is None
    ]
    if unlisted:
        # A run with purge refuses accounts that cannot be listed, so no command over the whole play is right.
        text += " To see what purge would remove, run drift with rps_purge: true and, in rps_hosts, the phones of all "
        return [_step(title, f"{text}accounts but {listed(unlisted, 5)}, which cannot be listed.")]
    return [
        _step(title, f"{text} To see what purge would remove, run drift with it:", "drift", report, {"rps_purge": True})
    ]
