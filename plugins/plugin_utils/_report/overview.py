# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers of the page's overview: tiles, bars, legend, and what went wrong. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import OUTCOME_MEANINGS, OUTCOME_WORDS
from ansible_collections.voip.rps.plugins.module_utils._model import CHANGED, IN_SYNC, UNVERIFIABLE
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize

from .data import Phone, Report
from .recommendations import phones_with
from .rows import short_name
from .text import DRIFTED, UNCOMPARED, number
from .wording import say

MIN_SEGMENT_PERCENT = 0.7  # of a bar: even one phone of many thousands is seen


class Tile(NamedTuple):
    """A number of the overview. ``filter`` lists the outcomes that it counts, or is empty."""

    value: str
    label: str
    text: str
    kind: str
    filter: str
    target: str


class Segment(NamedTuple):
    """A part of a bar, in percent of its width."""

    outcome: str
    left: str
    width: str
    title: str


class Bar(NamedTuple):
    """A stacked bar, and its numbers in words: nothing is shown by color or width alone."""

    label: str
    total: str
    words: str
    note: str
    segments: tuple[Segment, ...]


class LegendEntry(NamedTuple):
    """An outcome of the bar with its number and meaning."""

    outcome: str
    value: str
    word: str
    meaning: str


def tiles(report: Report, phones: int) -> Iterator[Tile]:
    """Numbers of phones that add up to the first one; then the devices that are not phones of the play."""
    yield Tile(number(phones), say("tile.phones", phones), say("tile.phones.text"), "all", "", "phones")
    groups = (
        ("drifted", say("tile.drifted"), say("tile.drifted.text"), DRIFTED),
        ("uncompared", say("tile.uncompared"), say("tile.uncompared.text"), UNCOMPARED),
        (CHANGED, OUTCOME_WORDS[CHANGED], OUTCOME_MEANINGS[CHANGED], (CHANGED,)),
        (UNVERIFIABLE, OUTCOME_WORDS[UNVERIFIABLE], OUTCOME_MEANINGS[UNVERIFIABLE], (UNVERIFIABLE,)),
        (IN_SYNC, OUTCOME_WORDS[IN_SYNC], say("tile.in_sync.text"), (IN_SYNC,)),
    )
    for kind, label, text, outcomes in groups:
        value = phones_with(report, outcomes)
        if value or kind in ("drifted", "in_sync"):
            yield Tile(number(value), label, text, kind if value else "none", " ".join(outcomes), "phones")
    extra, purges = report["counts"]["unmanaged"], report["counts"]["purged"]
    known = knows_unmanaged(report)
    text = say("tile.unmanaged.text" if known else "tile.unmanaged.unknown")
    yield Tile(number(extra) if known else "\u2013", say("tile.unmanaged", extra), text, "unmanaged", "", "unmanaged")
    if purges:
        yield Tile(number(purges), say("tile.purges"), say("tile.purges.text"), "unmanaged", "", "unmanaged")


def knows_unmanaged(report: Report) -> bool:
    """Whether any account could be listed. If none could, the number of unmanaged devices is no number."""
    return any(account["unmanaged"] is not None for account in report["accounts"])


def legend(present: Counter[str]) -> Iterator[LegendEntry]:
    """The outcomes of the bar, in its order."""
    for outcome, word in OUTCOME_WORDS.items():
        if present[outcome]:
            yield LegendEntry(outcome, number(present[outcome]), word, OUTCOME_MEANINGS[outcome])


def bars(report: Report, phones: Iterable[Phone]) -> Iterator[Bar]:
    """One of all phones, then one of each account if there are several."""
    by_account: dict[str, Counter[str]] = {account["name"]: Counter() for account in report["accounts"]}
    for phone in phones:
        by_account[phone["account"]][phone["outcome"]] += 1
    yield _bar(say("bar.all"), sum(by_account.values(), Counter()), "")
    if len(by_account) > 1:
        for account in report["accounts"]:
            note = "" if account["reached"] else say("bar.unread")
            yield _bar(short_name(account["name"]), by_account[account["name"]], note)


def _bar(label: str, counts: Counter[str], note: str) -> Bar:
    present = [(outcome, counts[outcome]) for outcome in OUTCOME_WORDS if counts[outcome]]
    whole = sum(value for _outcome, value in present)
    words = ", ".join(f"{number(value)} {OUTCOME_WORDS[outcome]}" for outcome, value in present) or say("bar.nothing")
    shares = [max(100.0 * value / whole, MIN_SEGMENT_PERCENT) for _outcome, value in present]
    segments: list[Segment] = []
    left = 0.0
    for (outcome, value), share in zip(present, shares):
        width = share * 100.0 / sum(shares)
        title = say("bar.part", part=number(value), phones=pluralize(whole, "phone"), word=OUTCOME_WORDS[outcome])
        segments.append(Segment(outcome, f"{left:.3f}", f"{width:.3f}", title))
        left += width
    return Bar(label, pluralize(whole, "phone"), words, note, tuple(segments))


def problems(report: Report) -> list[str]:
    """Every problem once: an account's error is often among the errors of the run already."""
    of_accounts = [account["error"] for account in report["accounts"] if account["error"]]
    return list(dict.fromkeys([*report["errors"], *of_accounts]))


def warnings(report: Report) -> list[str]:
    """What is no problem, and what no problem or next step says already."""
    guards = (account["guard"]["text"] for account in report["accounts"] if account["guard"])
    said = {*problems(report), *guards}
    return [text for text in report["warnings"] if text not in said]
