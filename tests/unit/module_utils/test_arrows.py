# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: pure rooms stay pure, arrows run one way, and nothing relies on assert."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
UTILS = PLUGINS / "module_utils"
PREFIX = "ansible_collections.voip.rps.plugins.module_utils"
GROUND = {"_mac", "_model", "_errors", "_urls", "_vendors", "_xmlrpc", "_answers"}
WITH_IO = {"_clock", "_transport", "_crew", "_service", "_write", "_apply", "_reconcile", "_module"}
HTTP = {"requests", "urllib3"}
OUTSIDE = HTTP | {
    "ansible",
    "asyncio",
    "ftplib",
    "http",
    "multiprocessing",
    "os",
    "pathlib",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "time",
    "urllib.request",
    "xmlrpc",
}
ROOMS = sorted(path.stem for path in UTILS.glob("*.py") if path.stem != "__init__")
NAMED_PURE = [
    "_mac",
    "_model",
    "_errors",
    "_urls",
    "_vendors",
    "_xmlrpc",
    "_answers",
    "_declare",
    "_plan",
    "_judge",
    "_results",
]
FILES = sorted(PLUGINS.rglob("*.py"))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _calls_itself_pure(room: str) -> bool:
    return "Pure" in (ast.get_docstring(_tree(UTILS / f"{room}.py")) or "")


PURE = sorted({*NAMED_PURE, *filter(_calls_itself_pure, ROOMS)})


def _imports(path: Path) -> set[str]:
    """Absolute names of all that a file imports at run time, wherever in the file; other rooms as ``_name``."""
    tree = _tree(path)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level or module == PREFIX or module.startswith(PREFIX + "."):
                room = module.removeprefix(PREFIX).strip(".").split(".")[0]
                found.update([room] if room else [alias.name for alias in node.names])
            else:
                found.update([module, *(f"{module}.{alias.name}" for alias in node.names)])
    return found


def _hits(path: Path, packages: set[str]) -> set[str]:
    return {name for name in _imports(path) for package in packages if f"{name}.".startswith(f"{package}.")}


def _rooms(room: str) -> set[str]:
    return _imports(UTILS / f"{room}.py") & set(ROOMS)


def _reached(room: str) -> set[str]:
    """All rooms that a room imports, directly or not."""
    found: set[str] = set()
    left = [room]
    while left:
        for other in _rooms(left.pop()) - found:
            found.add(other)
            left.append(other)
    return found


def test_the_rooms_are_there() -> None:
    assert {*PURE, "_clock", "_transport", "_service", "_reconcile", "_module"} <= set(ROOMS)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_nothing_that_does_input_or_output(room: str) -> None:
    assert not _hits(UTILS / f"{room}.py", OUTSIDE)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_reaches_no_room_that_does_input_or_output(room: str) -> None:
    assert not {other for other in _reached(room) if other in WITH_IO or _hits(UTILS / f"{other}.py", OUTSIDE)}


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_opens_and_prints_nothing(room: str) -> None:
    called = {
        node.func.id
        for node in ast.walk(_tree(UTILS / f"{room}.py"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "print", "input", "eval", "exec", "__import__"}


@pytest.mark.parametrize("room", sorted(GROUND))
def test_the_ground_floor_rests_on_itself(room: str) -> None:
    assert not _rooms(room) - GROUND


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PLUGINS).as_posix())
def test_only_the_clock_and_the_transport_know_the_http_library(path: Path) -> None:
    assert not _hits(path, HTTP) or (path.parent == UTILS and path.stem in ("_clock", "_transport"))


@pytest.mark.parametrize("room", ROOMS)
def test_only_one_room_knows_ansible(room: str) -> None:
    assert not _hits(UTILS / f"{room}.py", {"ansible"}) or room == "_module"


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_knows_the_plugins_that_use_it(room: str) -> None:
    others = _hits(UTILS / f"{room}.py", {"ansible_collections"})
    assert not {name for name in others if not name.startswith(PREFIX)}


@pytest.mark.parametrize("room", ROOMS)
def test_the_arrows_have_no_cycle(room: str) -> None:
    assert room not in _reached(room)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PLUGINS).as_posix())
def test_nothing_relies_on_assert(path: Path) -> None:
    assert not [node.lineno for node in ast.walk(_tree(path)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PLUGINS).as_posix())
def test_every_file_postpones_its_annotations(path: Path) -> None:
    names = [node.module for node in _tree(path).body if isinstance(node, ast.ImportFrom)]
    assert "__future__" in names or not _tree(path).body


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_not_two_rooms(room: str) -> None:
    assert len((UTILS / f"{room}.py").read_text(encoding="utf-8").splitlines()) <= 420
