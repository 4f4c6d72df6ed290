# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MAC addresses: the four notations that both documents allow, and the ways a list may show them."""

from __future__ import annotations

import re

_ALLOWED = re.compile(r"[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?P<sep>[-: ])[0-9A-Fa-f]{2}(?:(?P=sep)[0-9A-Fa-f]{2}){4}")
_SEPARATORS = {"bare": "", "dash": "-", "colon": ":", "space": " "}
NOTATIONS = tuple(_SEPARATORS)


def normalize(text: str) -> str | None:
    """Return 12 lower-case hex digits, or None where the text is in none of the four notations.

    White space around the address is ignored: Yealink's own request sample in 4.3.4 has some inside ``<string>``.
    """
    text = text.strip()
    if not _ALLOWED.fullmatch(text):
        return None
    return re.sub(r"[-: ]", "", text).lower()


def show(mac: str, notation: str = "dash", upper: bool = False) -> str:
    """Write 12 hex digits in a notation of `NOTATIONS`."""
    separator = _SEPARATORS[notation]
    if separator:
        mac = separator.join((mac[0:2], mac[2:4], mac[4:6], mac[6:8], mac[8:10], mac[10:12]))
    return mac.upper() if upper else mac
