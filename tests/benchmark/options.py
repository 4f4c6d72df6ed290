# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a benchmark run: how large, how often, against what."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

COLLECTION = Path(__file__).resolve().parents[2]
# From a checkout the staged tree is below it; from the staged tree the checkout is above it.
STAGED = COLLECTION.parts[-3:] == ("ansible_collections", "voip", "rps")
BUILD = COLLECTION.parents[2] if STAGED else COLLECTION / ".build"
ROOT = BUILD.parent if (BUILD.parent / "galaxy.yml").exists() else COLLECTION


@dataclass(frozen=True)
class Options:
    """Sizes and repetitions of all parts. Numbers of phones and hosts; milliseconds of latency."""

    parts: tuple[str, ...] = ()
    runs: int = 5
    latency: int = 50
    phones: int = 1000  # beside the rivals, and for counting calls
    uri_phones: int = 100  # tasks of uri take so long that their time is multiplied from fewer
    threads: int = 32  # of the rivals, and the module's concurrency beside them
    ymcs: tuple[int, ...] = (1000, 10000, 50000)
    devices: int = 10000  # for the module's own work
    start_hosts: int = 10000  # for the start of the role
    growth: tuple[int, ...] = (10000, 50000, 200000)
    inventory: int = 10000
    role_runs: int = 3  # of the role, which take minutes
    hosts: int = 2000  # for the role's cost and memory
    large_hosts: int = 10000
    fleet: int = 10000  # for the choice of slices and concurrency
    slices: int = 8
    slice_phones: int = 50000  # in each slice of the large run
    before: Path | None = None  # a folder with another ansible_collections/voip/rps to measure beside this one
    kept: Path = BUILD / "bench"
    output: Path | None = None
    size: int | None = None

    def command(self, part: str) -> str:
        """The command that measures a part as these options do."""
        words = ["python", "tests/benchmark", part]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "before" or field.name not in USED[part] or value == field.default:
                continue
            if self.size is not None and field.name in SIZES:
                continue
            shown = map(str, value) if isinstance(value, tuple) else [str(value)]
            words += [f"--{field.name.replace('_', '-')}", *shown]
        if self.size is not None:
            words += ["--size", str(self.size)]
        if self.before is not None and "before" in USED[part]:
            words += ["--before", "FOLDER"]
        return shlex.join(words)


# The options that a part depends on, for the command that the page shows.
USED: dict[str, tuple[str, ...]] = {
    "rivals": ("runs", "latency", "phones", "uri_phones", "threads", "before"),
    "calls": ("phones",),
    "ymcs": ("latency", "ymcs"),
    "work": ("runs", "devices"),
    "start": ("runs", "start_hosts", "before"),
    "growth": ("growth", "inventory", "before"),
    "role": ("role_runs", "hosts", "large_hosts", "before"),
    "slices": ("latency", "fleet", "slices", "slice_phones"),
}
SIZES = (
    *("phones", "uri_phones", "ymcs", "devices", "start_hosts", "growth", "inventory", "hosts", "large_hosts"),
    *("fleet", "slice_phones"),
)


def parse(arguments: Sequence[str] | None, parts: Sequence[str]) -> Options:
    """Options from the command line; ends the process for those that do not exist."""
    parser = argparse.ArgumentParser(
        prog="python tests/benchmark",
        description="Measure parts, keep their figures, and write the page from all that is kept.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(parts)}, or `page` to measure nothing")
    for field in fields(Options):
        if field.name in ("parts", "before", "kept", "output", "size"):
            continue
        several = isinstance(field.default, tuple)
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=int, nargs="+" if several else None, default=field.default)
    parser.add_argument("--size", type=int, help="one small size for everything, to try the benchmark")
    parser.add_argument("--before", type=Path, help="a folder with another ansible_collections/voip/rps to measure too")
    parser.add_argument("--kept", type=Path, help="where figures are kept; default: .build/bench")
    parser.add_argument("--output", type=Path, help="the page to write; default: docs/performance.md")
    given = vars(parser.parse_args(arguments))
    unknown = set(given["parts"]) - {*parts, "page"}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)} and page")
    return _options(given)


def _options(given: dict[str, object]) -> Options:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    size = values["size"]
    if isinstance(size, int):
        values |= {name: (size,) if isinstance(getattr(Options, name), tuple) else size for name in SIZES}
    kept = values["kept"] or BUILD / "bench"
    if isinstance(kept, Path) and size is not None and not given["kept"]:
        kept /= f"size-{size}"  # never mixed with figures that count
    return Options(**{**values, "kept": kept})  # type: ignore[arg-type]
