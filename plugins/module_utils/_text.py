# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for people: one printable line, sentences, counts, lists. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Sequence


def to_printable(text: str) -> str:
    """``text`` with white space folded to blanks and everything that a terminal may act on replaced by ``?``.

    Control characters, ANSI escapes, right-to-left marks and unassigned characters all are "not printable".
    """
    folded = " ".join(text.split())
    return "".join(char if char.isprintable() else "?" for char in folded)


def as_sentence(text: str) -> str:
    """A sentence with its full stop, so that another one can follow."""
    text = text.rstrip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def first_few(names: Sequence[str], shown: int = 5) -> str:
    """The first of many names, and how many more there are."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def pluralize(count: int, noun: str = "device") -> str:
    """A number of things in words: ``1 device``, ``2 devices``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
