# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as the reports show them, and what makes a text inert in all of them. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import STATUS_WORDS
from ansible_collections.voip.rps.plugins.module_utils._model import REGISTERED
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

from .data import Device
from .wording import say

UNMANAGED = "unmanaged"  # not an outcome of a declared phone, but a kind of device that every report shows

# Phones that are known to differ from the inventory, and phones of which this run cannot say whether they do.
DRIFTED: tuple[str, ...] = ("conflict", "would_change")
UNCOMPARED: tuple[str, ...] = ("failed", "unknown", "not_attempted")

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
    """``to_printable``, at no cost for the many texts that need nothing."""
    if text.isprintable() and "  " not in text and text.strip() == text:
        return str(text)
    return to_printable(text)


def shorten(text: str, limit: int) -> str:
    """A text at a length that a person can read; ``drift.json`` has all of it."""
    return text if len(text) <= limit else say("shortened", text=text[:limit], characters=number(len(text)))


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


def status_words(status: str | None) -> str:
    """A status as people say it; None is that of a device that was listed and not read."""
    return say("listed_only") if status is None else STATUS_WORDS[status].label


def current_words(before: Device | None) -> str:
    """What the service reports of a phone; its URL apart."""
    return say("unreadable") if before is None else status_words(before["status"])


def contact_words(status: str | None, last_contact: str | None, reported: bool) -> str:
    """When a phone last asked its service, for a service that reports it; else nothing."""
    if last_contact is not None:
        return say("last_contact", moment=moment(last_contact))
    return say("no_contact") if reported and status == REGISTERED else ""


def moment(text: str) -> str:
    """A time of ISO 8601 for people, in UTC: 2026-11-02 06:15 UTC. A text that is no such time is returned as it is."""
    found = parse_time(text)
    return text if found is None else found.strftime("%Y-%m-%d %H:%M UTC")


def parse_time(text: str) -> datetime | None:
    """A time of ISO 8601, in UTC; without a zone it is one of UTC. None if the text is no such time."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
