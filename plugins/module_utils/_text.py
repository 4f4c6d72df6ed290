# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for people: one printable line, sentences, counts, lists. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u02ff]")


def to_printable(text: str) -> str:
    """``text`` with white space folded to blanks and everything that a terminal may act on replaced by ``?``.

    Control characters, ANSI escapes, right-to-left marks and unassigned characters all are "not printable".
    """
    folded = " ".join(text.split())
    # The expression finds the few characters that need a check at all; most texts have none.
    return _UNPRINTABLE.sub(lambda match: match[0] if match[0].isprintable() else "?", folded)


def as_sentence(text: str) -> str:
    """A sentence with its full stop, so that another one can follow."""
    text = text.rstrip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def capitalized(text: str) -> str:
    """``text`` with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


def first_few(names: Sequence[str], shown: int = 5) -> str:
    """The first of many names, and how many more there are: ``a, b and 6 more``; a few as ``a, b and c``."""
    if len(names) > shown:
        return f"{', '.join(names[:shown])} and {len(names) - shown:,} more"
    return join_names(names)


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Names as a list for people: ``a``, ``a and b``, ``a, b and c``."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def pluralize(count: int, noun: str = "device") -> str:
    """A number of things in words: ``1 device``, ``2,000 devices``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that is close to this one and may have been meant, or ""."""
    return next(iter(get_close_matches(word, list(known), 1, 0.7)), "")


def shown_value(value: object) -> str:
    """A value as an error message may quote it: one printable line of at most 40 characters."""
    return to_printable(str(value)[:200])[:40]
