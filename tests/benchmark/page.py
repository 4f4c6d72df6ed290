# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/performance.md, written from the figures that are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .kept import Kept
from .options import USED

TEMPLATE = Path(__file__).with_name("performance.md.in")
_MARK = re.compile(r"@([A-Z]+)@")
Tables = Callable[[dict[str, Any]], dict[str, str]]


def texts(kept: Sequence[Kept], tables: Mapping[str, Tables]) -> dict[str, str]:
    """Every placeholder and its text. Each table names the command that measured it."""
    found: dict[str, str] = {
        "MACHINE": "; ".join(dict.fromkeys(part.machine for part in kept)),
        "DATE": _span([part.date for part in kept]),
        "RUNS": _span(sorted({part.runs for part in kept if "runs" in USED[part.part]})),
    }
    for part in kept:
        for mark, text in tables[part.part](part.figures).items():
            found[mark] = f"{text}\n\n{part.source}."
    return found


def _span(values: Sequence[Any]) -> str:
    first, last = min(values), max(values)
    return str(first) if first == last else f"{first} to {last}"


def render(kept: Sequence[Kept], tables: Mapping[str, Tables], template: str) -> str:
    """The page. Raises ValueError if the template and the tables do not fit each other."""
    found = texts(kept, tables)
    wanted = set(_MARK.findall(template))
    if wanted - found.keys():
        raise ValueError(f"nothing was measured for {', '.join(sorted(wanted - found.keys()))}")
    if found.keys() - wanted:
        raise ValueError(f"the template has no place for {', '.join(sorted(found.keys() - wanted))}")
    return _MARK.sub(lambda mark: found[mark[1]], template)
