# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of Yealink YMCS, read page by page: when it is whole, and what shows that it is not. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Callable, Generic, TypeVar

from .._mac import format_mac
from .._model import CurrentDevice, CurrentServer
from .ymcs_responses import Page

Entry = TypeVar("Entry", CurrentDevice, CurrentServer)
Ask = Callable[[int, int], tuple[Page, Sequence[Entry]]]


@dataclass(frozen=True)
class Reading(Generic[Entry]):
    """One reading of a list: entries by MAC (devices) or ID (servers).

    ``flaw`` completes "a list that has …", if this is not the list: it ended early, or names something twice.
    ``moved``: its total changed meanwhile.
    """

    entries: Mapping[str, Entry]
    pages: int
    flaw: str = ""
    moved: bool = False

    @property
    def certain(self) -> bool:
        """Whether it came in one page, so that nothing can have shifted and been left out."""
        return self.pages == 1


def read_pages(ask: Ask[Entry], size: int) -> Reading[Entry]:
    """Read a list once; ``ask`` gives (page, entries) for (how many to skip, how many at the most).

    Every page but the last must be full and every entry new, so a list of n entries takes n/size calls and no more,
    whatever its total says.
    """
    entries: dict[str, Entry] = {}
    keys: dict[str, str] = {}
    totals: list[int] = []
    while True:
        page, found = ask(len(entries), size)
        totals.append(page.total)
        for entry in found:
            flaw = _twice(entry, entries, keys)
            if flaw:
                return Reading(entries, len(totals), flaw)
            entries[_key(entry)] = entry
            if entry.ref is not None:
                keys[entry.ref] = _key(entry)
        moved = len(set(totals)) > 1
        if len(entries) >= page.total:
            return Reading(entries, len(totals), moved=moved)
        if len(found) < size:
            return Reading(entries, len(totals), f"{len(entries):,} of {page.total:,} entries", moved)


def _key(entry: CurrentDevice | CurrentServer) -> str:
    return entry.mac if isinstance(entry, CurrentDevice) else entry.ref


def _name(entry: CurrentDevice | CurrentServer) -> str:
    return format_mac(entry.mac, "colon") if isinstance(entry, CurrentDevice) else f"server '{entry.name}'"


def _twice(
    entry: CurrentDevice | CurrentServer, entries: Mapping[str, CurrentDevice | CurrentServer], keys: Mapping[str, str]
) -> str:
    """What is said of an entry whose key or ID the list has already; "" if both are new."""
    other = entries.get(_key(entry))
    if other is not None and other.ref == entry.ref and _name(other) == _name(entry):
        return f"{_name(entry)} twice"
    if other is not None and isinstance(entry, CurrentDevice):
        return f"{_name(entry)} twice, with different IDs"
    holder = keys.get(entry.ref) if entry.ref is not None else None
    if holder is None:
        return ""
    return f"one ID for {_name(entries[holder])} and {_name(entry)}"
