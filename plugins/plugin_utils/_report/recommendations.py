# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says should be done now: sentences for people, with the command where there is one. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import (
    CONFLICT,
    FAILED,
    NOT_ATTEMPTED,
    UNKNOWN,
    UNVERIFIABLE,
    WOULD_CHANGE,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

from .text import DRIFTED, UNSETTLED, count, number

_INVENTORY = "-i INVENTORY"  # the run's own inventory and other options, which a report does not know


def verdict(data: dict[str, Any]) -> tuple[str, str]:
    """A report in one line: (``ok``, ``drift`` or ``incomplete``, the sentence)."""
    counts = data["counts"]
    phones = counts["declared"]
    drifted = sum(counts[outcome] for outcome in DRIFTED) - _purges(data)
    unsettled = sum(counts[outcome] for outcome in UNSETTLED)
    if unsettled or counts["accounts_reached"] < counts["accounts"] or data["errors"]:
        if not unsettled:
            return "incomplete", "Not everything could be compared"
        text = f"{number(unsettled)} of {count(phones, 'phone')} could not be compared"
        return "incomplete", f"{text}, {number(drifted)} {_differ(drifted)}" if drifted else text
    if drifted:
        return "drift", f"{number(drifted)} of {count(phones, 'phone')} {_differ(drifted)} from what is declared"
    if purges := _purges(data):
        return "drift", f"No phone differs from what is declared; {count(purges, 'device')} would be purged"
    if counts[UNVERIFIABLE]:
        return "ok", f"No drift found; {number(counts[UNVERIFIABLE])} of {count(phones, 'phone')} cannot be verified"
    return (
        ("ok", f"All {count(phones, 'phone')} are as declared") if phones != 1 else ("ok", "The phone is as declared")
    )


def next_steps(data: dict[str, Any]) -> list[dict[str, Any]]:
    """What to do, the most pressing first: ``{what, why, command}``, command None where it is not for a shell."""
    steps = [
        *_unreached(data),
        *_refused(data),
        *_provision(data),
        *_conflicts(data),
        *_unverifiable(data),
        *_unmanaged(data),
    ]
    if not steps:
        steps.append(
            _step("Nothing", "Every phone of this play is as declared, and nobody holds more than that.", None)
        )
    return steps


def _step(what: str, why: str, command: str | None) -> dict[str, Any]:
    return {"what": what, "why": why, "command": command}


def _command(playbook: str, data: dict[str, Any], extra: dict[str, Any] | None = None) -> str:
    words = ["ansible-playbook", _INVENTORY, f"voip.rps.{playbook}"]
    if data["scope"]["limit"]:
        words.append("--limit " + shlex.quote(data["scope"]["limit"]))
    if extra:
        words.append("-e " + shlex.quote(json.dumps(extra, sort_keys=True)))
    return " ".join(words)


def _differ(phones: int) -> str:
    return "differs" if phones == 1 else "differ"


def _purges(data: dict[str, Any]) -> int:
    return sum(1 for row in data["phones"] if row["host"] is None and row["outcome"] in DRIFTED)


def _unreached(data: dict[str, Any]) -> list[dict[str, Any]]:
    away = [account for account in data["accounts"] if not account["reached"]]
    if not away:
        left = data["counts"][NOT_ATTEMPTED]
        if not left:
            return []
        why = f"{count(left, 'phone')} could not be looked at; each one's note says why."
        return [_step("Compare again", why, _command("drift", data))]
    names = ", ".join(account["name"] for account in away)
    why = f"Nothing is known of the phones of {names}: see the reason at the account, put it right, and compare again."
    return [_step("Reach every account", why, _command("drift", data))]


def _refused(data: dict[str, Any]) -> list[dict[str, Any]]:
    bad = data["counts"][FAILED] + data["counts"][UNKNOWN]
    if not bad:
        return []
    why = f"For {count(bad, 'phone')} the service gave no usable answer; each one's note quotes it."
    return [_step("Look at what the service refused", why, None)]


def _provision(data: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [row for row in data["phones"] if row["outcome"] == WOULD_CHANGE]
    if not rows:
        return []
    purged = sum(1 for row in rows if row["host"] is None)
    parts = [count(len(rows) - purged, "phone")] if len(rows) > purged else []
    if purged:
        parts.append(f"{count(purged, 'device')} to be purged")
    told = " and ".join(parts)
    if any(account["batches"] > 1 for account in data["accounts"]):
        why = (
            f"This puts right {told}. The comparison ran in batches (serial), so it has no plan to approve: remove "
            "serial and compare again to get one."
        )
        return [_step("Put the drift right", why, _command("provision", data))]
    plans = {account["name"]: account["plan"] for account in data["accounts"] if account["plan"] is not None}
    why = f"This writes exactly what this report shows ({told}), and nothing at all if anything has changed since."
    return [_step("Put the drift right", why, _command("provision", data, {"rps_expect_plan": plans}))]


def _conflicts(data: dict[str, Any]) -> list[dict[str, Any]]:
    bad = data["counts"][CONFLICT]
    if not bad:
        return []
    why = (
        f"{count(bad, 'phone')} {'is' if bad == 1 else 'are'} registered by another account. Check the MAC addresses; "
        "only for a phone that is certainly yours, set rps_override: true on its host."
    )
    return [_step("Settle the conflicts", why, None)]


def _unverifiable(data: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [row for row in data["phones"] if row["outcome"] == UNVERIFIABLE]
    steps: list[dict[str, Any]] = []
    for vendor in sorted({row["vendor"] for row in rows}):
        mine = sum(1 for row in rows if row["vendor"] == vendor)
        known = VENDORS.get(vendor)
        title = known.title if known else vendor
        if known is None or not known.shows_url:
            text = f"{title} never says where a phone points. rps_force: true on a host has its binding written again."
        else:
            text = "Declare the URL of their servers in rps_servers, so that there is something to compare with."
        steps.append(_step(f"Know more about {count(mine, 'phone')} of {title}", text, None))
    return steps


def _unmanaged(data: dict[str, Any]) -> list[dict[str, Any]]:
    extra = data["counts"]["unmanaged"]
    if not extra:
        return []
    one = extra == 1
    them = "it" if one else "them"
    why = f"{count(extra, 'device')} {'is' if one else 'are'} on the accounts and not declared in this play. "
    if data["scope"]["complete"]:
        why += (
            f"Declare {them}, or name {them} in rps_ignore. Or have {them} removed with rps_purge: true and "
            "rps_fleet_size, the number of phones of your whole fleet."
        )
    else:
        why += (
            "This play does not hold the whole fleet, so the rest of it is among them: compare the whole fleet first."
        )
    return [_step("Decide about devices that nobody declared", why, None)]


def listed(texts: Sequence[str], most: int) -> str:
    """The first few of many, and how many more there are."""
    shown = ", ".join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {number(len(texts) - most)} more"
