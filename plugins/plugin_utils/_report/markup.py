# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text -> HTML that is only ever text. Pure."""

from __future__ import annotations

import html
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac

from .text import OUTCOME_WORDS, UNMANAGED, cut, line

_NAME = 240  # characters of a name or URL that the page shows; the files for programs have all of it
_TEXT = 1500  # the same of a sentence


def esc(value: Any) -> str:
    """A text for an element or an attribute: no markup, no direction marks, nothing unprintable."""
    return html.escape(line(str(value)), quote=True)


def sentence(value: Any) -> str:
    """A message from outside."""
    return _apart(value, "", _TEXT)


def own(value: Any, name: str = "") -> str:
    """A name or URL from outside, with a class of the style."""
    return _apart(value, name, _NAME)


def _apart(value: Any, name: str, limit: int) -> str:
    """Set apart, so that a text's direction of writing cannot reorder what stands around it."""
    shown = html.escape(cut(line(str(value)), limit), quote=True)
    return f'<bdi class="{name}">{shown}</bdi>' if name else f"<bdi>{shown}</bdi>"


def mac(value: str) -> str:
    """A MAC with colons, as it is printed on the phone."""
    return f'<span class="m">{esc(format_mac(value, "colon"))}</span>'


def outcome(name: str) -> str:
    """The mark of an outcome: a colour, and always the word."""
    word = "unmanaged" if name == UNMANAGED else OUTCOME_WORDS.get(name, name)
    return f'<span class="o {esc(name)}">{esc(word)}</span>'
