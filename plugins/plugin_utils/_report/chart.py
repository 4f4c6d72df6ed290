# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of the fleet: bars of inline SVG, one for the whole, then one for each account's servers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import IN_SYNC

from .markup import esc, own
from .text import OUTCOME_WORDS, UNMANAGED, count, natural, number

_ORDER = (IN_SYNC, *(name for name in reversed(OUTCOME_WORDS) if name != IN_SYNC), UNMANAGED)
_LEAST = 0.7  # percent of a bar that even one phone of many thousands gets, so that it is seen
_MOST_SERVERS = 12  # bars of one account; what is beyond them shares one


def picture(data: dict[str, Any]) -> str:
    """Bars with their numbers in words: nothing is told by colour or width alone."""
    parts = ['<div class="chart">']
    parts.append(_bar("All accounts", data["counts"], 22))
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in data["phones"]:
        rows.setdefault(row["account"], []).append(row)
    for account in data["accounts"]:
        state = "" if account["reached"] else ' <span class="o failed">not reached</span>'
        parts.append(f"<h3>{own(account['name'])}{state}</h3>")
        for label, counts in _groups(account, rows.get(account["name"], [])):
            parts.append(_bar(label, counts))
    parts.append("</div>")
    return "".join(parts)


def _groups(account: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[tuple[str, Mapping[str, int]]]:
    servers: dict[str, Counter[str]] = {}
    absent: Counter[str] = Counter()
    purged: Counter[str] = Counter()
    for row in rows:
        server = row["wanted"]["server"]
        if row["host"] is None:
            purged[row["outcome"]] += 1
        elif server is None:
            absent[row["outcome"]] += 1
        else:
            servers.setdefault(server, Counter())[row["outcome"]] += 1
    names = sorted(servers, key=lambda name: (-sum(servers[name].values()), natural(name)))
    shown, others = names[:_MOST_SERVERS], names[_MOST_SERVERS:]
    for name in sorted(shown, key=natural):
        yield own(name), servers[name]
    if others:
        yield f"{number(len(others))} other servers", sum((servers[name] for name in others), Counter())
    if absent:
        yield "to be absent", absent
    if purged:
        yield "to be purged", purged
    if account["unmanaged"]:
        yield "declared by nobody", {UNMANAGED: len(account["unmanaged"])}


def _bar(label: str, counts: Mapping[str, int], height: int = 14) -> str:
    present = [(name, counts[name]) for name in _ORDER if counts.get(name)]
    whole = sum(value for _name, value in present)
    phones = whole - counts.get(UNMANAGED, 0) or whole
    words = ", ".join(f"{number(value)} {OUTCOME_WORDS.get(name, name)}" for name, value in present) or "no phones"
    return (
        f'<div class="row"><div class="lab">{label} <span class="n">{number(phones)}</span></div>'
        f'<svg class="bar" role="img" aria-label="{esc(words)}" width="100%" height="{height}">'
        f"{_segments(present, whole)}</svg>"
        f'<div class="num">{esc(words)}</div></div>'
    )


def _segments(present: list[tuple[str, int]], whole: int) -> str:
    if not whole:
        return '<rect class="s none" x="0" y="0" width="100%" height="100%"/>'
    shares = [max(100.0 * value / whole, _LEAST) for _name, value in present]
    scale = 100.0 / sum(shares)
    parts: list[str] = []
    left = 0.0
    for (name, value), share in zip(present, shares):
        width = share * scale
        title = f"{number(value)} {OUTCOME_WORDS.get(name, name)} of {count(whole, 'device')}"
        parts.append(
            f'<rect class="s {esc(name)}" x="{left:.3f}%" y="0" width="{width:.3f}%" height="100%">'
            f"<title>{esc(title)}</title></rect>"
        )
        left += width
    return "".join(parts)
