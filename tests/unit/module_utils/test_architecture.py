# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which module may import which: layers point downward only, pure modules do no I/O, files and functions stay small."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
PREFIX = "ansible_collections.voip.rps.plugins."
HTTP = {"requests", "urllib3"}
IO = HTTP | {
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
# From the bottom up. A module may import modules of its own layer and of the layers below it.
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "module_utils._text",
        "module_utils._mac",
        "module_utils._urls",
        "module_utils._errors",
        "module_utils._model",
        "module_utils._catalog",
    ),
    ("module_utils._messages", "module_utils._redaction"),
    ("module_utils._client",),
    ("module_utils._vendors",),
    ("module_utils._validation",),
    ("module_utils._reconcile",),
    ("module_utils._argspec", "module_utils._abandonment", "plugin_utils._fleet"),
    ("module_utils._module", "plugin_utils._report"),
    ("plugin_utils._local_action", "plugin_utils._reconcile_task", "plugin_utils._role_step"),
    ("action", "modules", "inventory", "lookup", "filter", "test", "doc_fragments"),
)
# The only modules of the shared code that import Ansible, and the only ones that import the HTTP library.
ANSIBLE_ALLOWED = (
    "module_utils._argspec",
    "module_utils._module",
    "plugin_utils._local_action",
    "plugin_utils._reconcile_task",
    "plugin_utils._role_step",
    "plugin_utils._fleet.",
)
HTTP_ALLOWED = ("module_utils._client.",)
MAX_FILE_LINES = 420
MAX_FUNCTION_LINES = 42


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PLUGINS).with_suffix("").parts)


FILES = {_name(path): path for path in sorted(PLUGINS.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in FILES.items()}
SHARED = [name for name in FILES if name.startswith(("module_utils.", "plugin_utils."))]
PURE = [name for name in SHARED if re.search(r"\bPure\b", ast.get_docstring(TREES[name]) or "")]


@cache
def _imports(name: str) -> set[str]:
    """The absolute names that a module imports at run time; the collection's own begin at ``plugins``."""
    tree = TREES[name]
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types or id(node) in lazy:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name.removeprefix(PREFIX) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").removeprefix(PREFIX)
            if node.level:
                package = name.split(".")[: -node.level]
                module = ".".join([*package, *([module] if module else [])])
            found.add(module)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def _own(name: str) -> set[str]:
    return _imports(name) & set(FILES)


@cache
def _reached(name: str) -> set[str]:
    found: set[str] = set()
    left = [name]
    while left:
        for other in _own(left.pop()) - found:
            found.add(other)
            left.append(other)
    return found


def _hits(name: str, packages: set[str]) -> set[str]:
    return {one for one in _imports(name) for package in packages if f"{one}.".startswith(f"{package}.")}


def _layer(name: str) -> int:
    def has(layer: tuple[str, ...]) -> bool:
        return any(name == one or name.startswith((f"{one}.", f"{one}_")) for one in layer)

    return next(index for index, layer in enumerate(LAYERS) if has(layer))


@pytest.mark.parametrize("name", FILES)
def test_every_module_has_a_layer_and_imports_only_from_its_own_or_below(name: str) -> None:
    assert not {other for other in _own(name) if _layer(other) > _layer(name)}


@pytest.mark.parametrize("name", FILES)
def test_the_arrows_have_no_cycle(name: str) -> None:
    assert name not in _reached(name)


def test_there_are_pure_modules() -> None:
    assert {"module_utils._mac", "module_utils._urls", "module_utils._reconcile.plan"} <= set(PURE)


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_does_no_input_or_output(name: str) -> None:
    assert not _hits(name, IO)
    assert not {other for other in _reached(name) if _hits(other, IO)}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_opens_and_prints_nothing(name: str) -> None:
    called = {
        node.func.id for node in ast.walk(TREES[name]) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "print", "input", "eval", "exec", "__import__"}


@pytest.mark.parametrize("name", FILES)
def test_only_the_client_knows_the_http_library(name: str) -> None:
    assert not _hits(name, HTTP) or name.startswith(HTTP_ALLOWED)


@pytest.mark.parametrize("name", SHARED)
def test_only_the_edges_of_the_shared_code_know_ansible(name: str) -> None:
    assert not _hits(name, {"ansible"}) or name.startswith(ANSIBLE_ALLOWED)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("module_utils.")])
def test_what_modules_ship_never_needs_the_controller_only_code(name: str) -> None:
    assert not {other for other in _reached(name) if not other.startswith("module_utils.")}


@pytest.mark.parametrize("name", FILES)
def test_nothing_relies_on_assert(name: str) -> None:
    assert not [node.lineno for node in ast.walk(TREES[name]) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("name", FILES)
def test_every_file_postpones_its_annotations(name: str) -> None:
    modules = [node.module for node in TREES[name].body if isinstance(node, ast.ImportFrom)]
    assert "__future__" in modules or not TREES[name].body


@pytest.mark.parametrize("name", SHARED)
def test_a_file_has_one_subject(name: str) -> None:
    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("name", SHARED)
def test_functions_stay_readable(name: str) -> None:
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(TREES[name])
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert not long
