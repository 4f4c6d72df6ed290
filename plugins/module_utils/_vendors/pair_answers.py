# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the form ``[boolean, text, ...]``: their shape, and refusals by table. Pure.

PRIVATE to the collection: may change without notice.

A service's module gives the phrases. Every phrase is matched whole after folding white space and dropping an ``Error:``
in front, so that a text that is off by one character is never taken for a known one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Pattern
from typing import Any

from .._mac import macs_in_text
from .._model import Refusal
from .base import OTHER
from .parts import UnexpectedResponseError, fold, text_of

Phrases = Sequence[tuple[str, Pattern[str]]]

_ERROR_PREFIX = re.compile(r"Error ?: ?")


def without_error(text: str) -> str:
    """A folded text without the ``Error:`` that some answers have in front."""
    found = _ERROR_PREFIX.match(text)
    return text[found.end() :] if found else text


def split_pair(value: Any, most: int = 3) -> tuple[bool, list[Any]]:
    """``[bool, ...]`` with 2 to ``most`` parts -> (the boolean, the other parts). Raises UnexpectedResponseError."""
    if not isinstance(value, list) or not 2 <= len(value) <= most or not isinstance(value[0], bool):
        raise UnexpectedResponseError("it does not have the shape of a boolean and a text")
    return value[0], value[1:]


def classify_refusal(phrases: Phrases, text: str) -> Refusal:
    """What a refusal's text means; the kind ``other`` if it is not a known one."""
    folded = fold(text)
    core = without_error(folded)
    for kind, pattern in phrases:
        if pattern.fullmatch(core):
            return Refusal(kind, folded, macs_in_text(core))
    return Refusal(OTHER, folded, macs_in_text(core))


def refusal_of(phrases: Phrases, text: str) -> Refusal:
    """The refusal in an answer whose boolean is false. Raises UnexpectedResponseError if it contradicts itself."""
    if not text:
        raise UnexpectedResponseError("it refuses without a text")
    if text.upper() == "OK":
        raise UnexpectedResponseError("it contradicts itself: false, with the text OK")
    return classify_refusal(phrases, text)


def read_write_answer(phrases: Phrases, value: Any) -> Refusal | None:
    """None if the service said OK, else the refusal. Raises UnexpectedResponseError for anything else."""
    accepted, parts = split_pair(value)
    text = text_of(parts[0])
    if not accepted:
        return refusal_of(phrases, text)
    if text.upper() != "OK":
        raise UnexpectedResponseError(f"it contradicts itself: true, with the text '{text}'")
    return None
