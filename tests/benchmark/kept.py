# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, a JSON file per part, so that a part can be measured again and the page written from all."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .options import Options


@dataclass(frozen=True)
class Kept:
    """One part as it was measured. ``figures`` are the part's own, raw; the rest says how, where and when."""

    part: str
    command: str
    date: str
    machine: str
    load: float
    runs: int
    figures: dict[str, Any]

    @property
    def source(self) -> str:
        """The line below each table of this part."""
        return f"`{self.command}`, {self.date}, load average at the start {self.load:.1f}"


def begin(part: str, options: Options) -> Kept:
    """A part about to be measured."""
    today = date.today().isoformat()  # noqa: DTZ011  # the user's own date
    return Kept(part, options.command(part), today, machine(), os.getloadavg()[0], options.runs, {})


def save(folder: Path, kept: Kept) -> None:
    """Keep a part, in place of what was kept of it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kept.part}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(kept), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def load(folder: Path, part: str) -> Kept | None:
    """What was kept of a part, or None."""
    path = folder / f"{part}.json"
    return Kept(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def machine() -> str:
    """Cores, processor and versions."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (
        f"{os.cpu_count()} cores ({models[0] if models else platform.machine()}), {platform.system()}, "
        f"Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    )
