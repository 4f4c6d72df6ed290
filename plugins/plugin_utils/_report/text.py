# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the reports, and what makes a text inert in all of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import (
    BIND,
    CHANGED,
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
    UNKNOWN,
    UNKNOWN_STATUS,
    UNREGISTERED,
    UNVERIFIABLE,
    WOULD_CHANGE,
)
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

UNMANAGED = "unmanaged"  # no outcome of a declared phone, but a kind of device that every report tells

# In the order in which people should look at them; also that of bars, legends and of sorting by outcome.
OUTCOME_WORDS: dict[str, str] = {
    FAILED: "failed",
    CONFLICT: "conflict",
    UNKNOWN: "unknown",
    NOT_ATTEMPTED: "not attempted",
    WOULD_CHANGE: "would change",
    CHANGED: "changed",
    UNVERIFIABLE: "unverifiable",
    IN_SYNC: "in sync",
}
OUTCOME_MEANINGS: dict[str, str] = {
    FAILED: "the service refused to tell or to do it",
    CONFLICT: "registered by another account",
    UNKNOWN: "a write whose result could not be settled",
    NOT_ATTEMPTED: "not looked at, or not written",
    WOULD_CHANGE: "differs from what is declared",
    CHANGED: "was changed by this run",
    UNVERIFIABLE: "registered, and nothing tells where it points",
    IN_SYNC: "as declared",
    UNMANAGED: "held by the account, declared by nobody in this play",
}
ACTION_WORDS: dict[str, str] = {
    NONE: "",
    REGISTER: "register",
    BIND: "bind to its server",
    MOVE: "move",
    TAKE_OVER: "take over",
    DEREGISTER: "deregister",
}
STATUS_WORDS: dict[str, str] = {
    REGISTERED: "registered",
    UNREGISTERED: "added, bound to no server",
    ELSEWHERE: "registered by another account",
    UNKNOWN_STATUS: "not known to the service",
}
# Phones that are known to differ from what is declared, as far as no run has put them right.
DRIFTED: tuple[str, ...] = (WOULD_CHANGE, CONFLICT)
# Phones of which this run cannot say whether they differ.
UNSETTLED: tuple[str, ...] = (FAILED, UNKNOWN, NOT_ATTEMPTED)

_DIGITS = re.compile("([0-9]+)")


def clean(value: Any) -> Any:
    """Plain data with every string, keys too, as one printable line: no control characters, escapes, direction marks.

    It also turns Ansible's own kinds of strings into plain ones.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return line(str(value))


def line(text: str) -> str:
    """``printable``, at no cost for the many texts that need nothing."""
    if text.isprintable() and "  " not in text and text.strip() == text:
        return str(text)
    return to_printable(text)


def cut(text: str, limit: int) -> str:
    """A text as a person can take it in; the whole of it is in ``drift.json``."""
    return text if len(text) <= limit else f"{text[:limit]}… ({number(len(text))} characters)"


def natural(text: str) -> tuple[tuple[str, int, str], ...]:
    """A sort key by which ``phone-9`` comes before ``phone-10``. No int: it refuses very long rows of digits."""
    parts = _DIGITS.split(text)
    key: list[tuple[str, int, str]] = []
    for index in range(0, len(parts), 2):
        digits = parts[index + 1].lstrip("0") if index + 1 < len(parts) else ""
        key.append((parts[index].lower(), len(digits), digits))
    return (*key, ("", 0, text))


def number(value: int) -> str:
    """A count for people: 10,000."""
    return f"{value:,}"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: 1 phone, 2 phones."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def found_words(row: Mapping[str, Any]) -> str:
    """What the service says of a phone, in words; its URL apart."""
    before = row["before"]
    return STATUS_WORDS.get(before["status"], before["status"]) if before else "could not be read"
