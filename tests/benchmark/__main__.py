# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: measures parts, keeps their figures below .build/bench, and writes docs/performance.md from them.

``python tests/benchmark`` measures all parts, ``python tests/benchmark PART...`` some of them anew, and
``python tests/benchmark page`` only writes the page. ``--size 3`` tries everything out and writes no page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

if not __package__:
    # Run by folder path: Python put the folder itself on the path, but the packages need its parent there.
    _here = Path(__file__).resolve().parent
    sys.path[:] = [str(_here.parent), *(entry for entry in sys.path if Path(entry).resolve() != _here)]

from benchmark import calls, growth, kept, page, rivals, role, slices, start, work, ymcs
from benchmark.options import ROOT, Options, parse

Measure = Callable[[Options], dict[str, Any]]
PARTS: dict[str, tuple[Measure, page.Tables]] = {
    "rivals": (rivals.measure, rivals.tables),
    "calls": (calls.measure, calls.tables),
    "ymcs": (ymcs.measure, ymcs.tables),
    "work": (work.measure, work.tables),
    "start": (start.measure, start.tables),
    "growth": (growth.measure, growth.tables),
    "role": (role.measure, role.tables),
    "slices": (slices.measure, slices.tables),
}


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments, tuple(PARTS))
    for name in options.parts or tuple(PARTS):
        if name == "page":
            continue
        print(f"== {name}: {options.command(name)}", flush=True)
        begun = kept.begin(name, options)
        done = replace(begun, figures=PARTS[name][0](options))
        kept.save(options.kept, done)
        for text in PARTS[name][1](done.figures).values():
            print(f"\n{text}\n", flush=True)
    return write_page(options)


def write_page(options: Options) -> int:
    """Write the page if all parts are kept; 0 also if some are missing, since they can be measured later."""
    if options.size is not None and options.output is None:
        return 0
    found = [kept.load(options.kept, name) for name in PARTS]
    missing = [name for name, one in zip(PARTS, found, strict=True) if one is None]
    if missing:
        print(f"The page is not written: {', '.join(missing)} not measured yet.")
        return 0
    tables = {name: functions[1] for name, functions in PARTS.items()}
    text = page.render([one for one in found if one], tables, page.TEMPLATE.read_text(encoding="utf-8"))
    output = options.output or ROOT / "docs/performance.md"
    output.write_text(text, encoding="utf-8")
    print(f"Written: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
