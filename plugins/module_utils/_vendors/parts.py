# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of answers that several services have: texts, URLs, lists of MACs. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .._mac import parse_mac


class UnexpectedResponseError(ValueError):
    """The value is no answer of this protocol, or it contradicts itself. The text completes "gave no usable answer"."""


def fold(text: str) -> str:
    """The text on one line with single blanks."""
    return " ".join(text.split())


def text_of(part: Any) -> str:
    """A part that must be a text, folded. Raises UnexpectedResponseError."""
    if not isinstance(part, str):
        raise UnexpectedResponseError("a part of it that should be text is not")
    return fold(part)


def url_of(part: Any) -> str | None:
    """A part that may be a URL: trimmed, None if it is empty or nil. Raises UnexpectedResponseError."""
    if part is None:
        return None
    if not isinstance(part, str):
        raise UnexpectedResponseError("a part of it that should be a URL is not")
    return _one_text(part.strip()) or None


@lru_cache(maxsize=64)
def _one_text(text: str) -> str:
    """The same object for equal texts: many phones share one URL."""
    return text


def read_macs(items: Any) -> frozenset[str]:
    """A list of MACs, normalized. Raises UnexpectedResponseError for an entry that is none: a list that is only partly
    understood is no list."""
    if not isinstance(items, list):
        raise UnexpectedResponseError("it has no list of devices")
    try:
        return frozenset(parse_mac(item) for item in items)
    except ValueError:
        raise UnexpectedResponseError("its list of devices has an entry that is not a MAC address") from None
