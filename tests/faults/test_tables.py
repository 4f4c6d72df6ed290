# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of faults, cell by cell. A seeded share of the cells is played unless `RPS_FAULTS=all` asks for all.

`RPS_FAULTS=N` plays N cells of each table and fleet, `RPS_FAULTS_SEED` chooses others, and `RPS_FAULTS_CELL` plays a
single one by the name that a failure shows.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from faults.cells import CLASSES, HANG, KINDS, Reference, Stage, Trouble, play, reference
from faults.others import CHANGES, play_two, play_writer
from faults.scenes import BY_PATH, SCENES, Scene

Problems = list[str]
Cell = tuple[str, Callable[[], Problems]]  # its name, and what plays it
Table = Callable[[Stage, Scene, Reference], Iterator[list[Cell]]]

ASKED = os.environ.get("RPS_FAULTS", "")
SEED = os.environ.get("RPS_FAULTS_SEED", "1")
ONE = os.environ.get("RPS_FAULTS_CELL", "")
INTERLEAVINGS = 100  # for each fleet and each kind of two runs, where all cells are played


def _cell(name: str, work: Callable[..., Problems], *args: Any) -> Cell:
    return name, lambda: work(*args)


def _play(stage: Stage, scene: Scene, clean: Reference, trouble: Trouble) -> Problems:
    return play(stage, scene, clean, trouble)[0]


def single(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """One fault at every call, with further tries and without any."""
    for index in range(clean.tries):
        yield [
            _cell(f"{index}/{kind}/{retries}", _play, stage, scene, clean, Trouble(((index, kind),), retries=retries))
            for kind in KINDS
            for retries in (3, 0)
        ]


def pairs(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """Two faults, the second one at every call that still follows the first."""
    for index in range(clean.tries):
        for kind in CLASSES:
            yield list(_seconds(stage, scene, clean, (index, kind)))


def outages(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """The service fails from a call on and for the rest of the run, in one way."""
    kinds = [kind for kind in KINDS if kind != HANG and not kind.startswith("first")]

    def play_outage(index: int, kind: str, retries: int) -> Problems:
        faults = tuple((number, kind) for number in range(index, index + 120))
        found = _play(stage, scene, clean, Trouble(faults, retries=retries))
        return [text for text in found if text != "the fault was not met"]

    for index in range(clean.tries):
        yield [
            _cell(f"{index}/{kind}/{retries}", play_outage, index, kind, retries)
            for kind in kinds
            for retries in (1, 0)
        ]


def kills(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """The process is gone right before a call, or once the service has executed it."""
    for index in range(clean.tries):
        yield [
            _cell(f"{index}/{sent}", _play, stage, scene, clean, Trouble(kill=(index, sent == "executed")))
            for sent in ("not sent", "executed")
        ]


def writers(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """Somebody else changes any phone before any call."""
    for index in range(clean.tries):
        yield [
            _cell(f"{index}/{mac}/{change}", play_writer, stage, scene, index, mac, change)
            for mac in sorted({device.mac for device in scene.declared})
            for change in CHANGES
        ]


MODES = tuple((mode, names) for mode in ("atomic", "partial", "best_effort") for names in (True, False))


def bulk_modes(stage: Stage, scene: Scene, clean: Reference) -> Iterator[list[Cell]]:
    """As writers, on services that execute bulk calls with bad entries in whole, in part or not at all; and with the
    answer of one call lost besides."""
    if scene.name != "bulk":
        return

    def play_mode(index: int, mac: str, change: str, lost: int | None, mode: tuple[str, bool]) -> Problems:
        stage.sim.options.update({"bulk_mode": mode[0], "bulk_names": mode[1]})
        try:
            return play_writer(stage, scene, index, mac, change, lost)
        finally:
            stage.sim.options.update({"bulk_mode": "atomic", "bulk_names": True})

    reads = 1 + len(scene.declared)
    for lost in (None, *range(reads, clean.tries)):
        for index in range(reads, clean.tries):
            yield [
                _cell(
                    f"{index}/{mac}/{change}/{lost}/{mode}/{named}", play_mode, index, mac, change, lost, (mode, named)
                )
                for mac in sorted({device.mac for device in scene.declared})
                for change in CHANGES
                for mode, named in MODES
            ]


def two_runs(stage: Stage, scene: Scene, _clean: Reference) -> Iterator[list[Cell]]:
    """Two runs whose calls interleave at random: with one declaration, and with two that contradict each other."""
    for seed in range(INTERLEAVINGS):
        yield [
            _cell(f"{seed}/{word}", play_two, stage, scene, seed, word == "same") for word in ("same", "contradicting")
        ]


# Table, cells that a share has of each fleet, parts that all of it is split into.
TABLES: dict[str, tuple[Table, int, int]] = {
    "single": (single, 24, 2),
    "pairs": (pairs, 12, 8),
    "outages": (outages, 6, 2),
    "kills": (kills, 4, 1),
    "writers": (writers, 12, 2),
    "bulk_modes": (bulk_modes, 40, 4),
    "two_runs": (two_runs, 6, 2),
}


def _parts() -> Iterator[Any]:
    for name, (_table, _share, split) in TABLES.items():
        for scene in SCENES:
            if name == "bulk_modes" and scene.name != "bulk":
                continue
            parts = split if ASKED == "all" or ONE else 1
            for part in range(parts):
                tail = f"-{part + 1}of{parts}" if parts > 1 else ""
                yield pytest.param(name, scene.path, part, parts, id=f"{name}-{scene.path.replace('/', '-')}{tail}")


def _chosen(
    table: Table, share: int, name: str, where: tuple[Stage, Scene, Reference], part: tuple[int, int]
) -> Iterator[Cell]:
    groups = table(*where)
    if ASKED == "all" or ONE:
        for number, group in enumerate(groups):
            if number % part[1] == part[0]:
                yield from group
        return
    dice = random.Random(f"{SEED}/{name}/{where[1].path}")  # noqa: S311
    wanted = int(ASKED or share)
    if table is pairs:  # to list all of them is to play a cell for each first fault
        firsts = [(index, kind) for index in range(where[2].tries) for kind in CLASSES]
        for first in dice.sample(firsts, min(len(firsts), max(1, wanted // 4))):
            yield from _some(dice, list(_seconds(*where, first)), 4)
        return
    yield from _some(dice, [cell for group in groups for cell in group], wanted)


def _some(dice: random.Random, cells: list[Cell], count: int) -> list[Cell]:
    return dice.sample(cells, min(len(cells), count))


def _seconds(stage: Stage, scene: Scene, clean: Reference, first: tuple[int, str]) -> Iterator[Cell]:
    tries = play(stage, scene, clean, Trouble((first,)))[1]
    for second in range(first[0] + 1, tries):
        for other in CLASSES:
            name = f"{first[0]}/{first[1]}/{second}/{other}"
            yield _cell(name, _play, stage, scene, clean, Trouble((first, (second, other))))


@pytest.mark.parametrize(("name", "path", "part", "parts"), list(_parts()))
def test_every_cell_of_the_table_holds(
    stage: Stage, name: str, path: str, part: int, parts: int, record_property: Callable[[str, object], None]
) -> None:
    table, share, _split = TABLES[name]
    scene = BY_PATH[path]
    played, broken = 0, []
    for label, work in _chosen(table, share, name, (stage, scene, reference(stage, scene)), (part, parts)):
        cell = f"{name}/{path}/{label}"
        if ONE and cell != ONE:
            continue
        problems = work()
        played += 1
        if problems:
            broken.append(f"{cell}: {'; '.join(problems)}")
    record_property("cells", (name, played, len(broken)))
    assert not broken, f"{len(broken)} of {played} cells are broken:\n" + "\n".join(broken[:20])
