# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MAC addresses: parse, normalize, format. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from typing import Any

from ._catalog.problems import MACS
from ._text import to_printable

# The four notations of both documents (4.1.4 note 1, 1.4 note). Htek prints the fourth with seven octets: a slip.
_NOTATIONS = re.compile(
    r"(?:[0-9a-f]{12}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{2}(?: [0-9a-f]{2}){5}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})"
)
# What other systems write besides: switches in groups of four, some of them in halves, a list in pairs with dots.
_ELSEWHERE = re.compile(
    r"[0-9a-f]{2}(?:\.[0-9a-f]{2}){5}|[0-9a-f]{4}([-.: ])[0-9a-f]{4}\1[0-9a-f]{4}|[0-9a-f]{6}[-.: ][0-9a-f]{6}"
)
_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?:([- :])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4})(?![0-9A-Za-z])"
)
SEPARATORS: dict[str, str] = {"bare": "", "hyphen": "-", "space": " ", "colon": ":"}


def parse_mac(value: Any) -> str:
    """Return ``value`` as 12 lower-case hex digits.

    Raises ValueError with a clause that quotes the value: not one of the four documented notations (mixed separators
    and seven octets included), all zero, all F, or a multicast address, which no phone can have.
    """
    # Twelve decimal digits that YAML or INI took for a number are still the address that was written.
    number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value).strip().lower() if number or isinstance(value, str) else ""
    if _ELSEWHERE.fullmatch(text):
        plain = format_mac(re.sub("[^0-9a-f]", "", text), "colon")
        raise ValueError(MACS["not_a_mac.other"].format(value=text, mac=plain))
    if not _NOTATIONS.fullmatch(text):
        shown = to_printable(re.sub(r"[^\S ]", "?", str(value)[:40]))  # a tab is not the blank that it looks like
        number = text.isdigit() or isinstance(value, float)
        raise ValueError(MACS["not_a_mac.number" if number else "not_a_mac"].format(value=shown))
    mac = re.sub("[^0-9a-f]", "", text)
    if mac == "0" * 12:
        raise ValueError(MACS["all_zero"].format(value=text))
    if mac == "f" * 12:
        raise ValueError(MACS["broadcast"].format(value=text))
    if int(mac[:2], 16) & 1:
        raise ValueError(MACS["multicast"].format(value=text))
    return mac


def parse_any_mac(value: Any) -> str:
    """As parse_mac, and also the notations of switches, CSV exports and inventories: ``0015.6500.0001``,
    ``001565-000001`` and the like. Raises ValueError."""
    text = str(value).strip().lower() if isinstance(value, str) else ""
    return parse_mac(re.sub("[^0-9a-f]", "", text) if _ELSEWHERE.fullmatch(text) else value)


def format_mac(mac: str, notation: str = "bare", upper: bool = False) -> str:
    """Show a normalised MAC as ``bare``, ``hyphen``, ``space`` or ``colon``. Raises ValueError on others."""
    if not isinstance(notation, str) or notation not in SEPARATORS:
        shown = to_printable(str(notation)[:40])
        raise ValueError(MACS["notation"].format(value=shown, choices=", ".join(SEPARATORS)))
    written = SEPARATORS[notation].join(mac[i : i + 2] for i in range(0, 12, 2))
    return written.upper() if upper else written


def macs_in_text(text: str) -> tuple[str, ...]:
    """All addresses in a text of the service, normalised, in order, each once."""
    found: dict[str, None] = {}
    for match in _IN_TEXT.finditer(text):
        found[re.sub("[^0-9a-f]", "", match.group(0).lower())] = None
    return tuple(found)
