# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages for people say is true: links, YAML, the vendor table, the list of messages, the rooms."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible_collections.voip.rps.plugins.module_utils._vendors import registry as _vendors
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import ASSUMED, DOCUMENTED, VENDORS, WITHDRAWN

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        ROOT / "roles/rps/README.md",
        *(ROOT / "docs").glob("*.md"),
    ]
)
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


# -- links


def anchors(page: Path) -> set[str]:
    """The anchors that the usual viewers of Markdown make of the headlines."""
    found = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _rest, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            missing.append(target)
    assert missing == []


# -- YAML


def yaml_blocks() -> Iterator[Any]:
    for page in PAGES:
        for number, (indent, language, body) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if language in ("yaml", "yml"):
                example = "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))
                yield pytest.param(example, id=f"{page.relative_to(ROOT).as_posix()}-{number}")


def is_playbook(content: Any) -> bool:
    return isinstance(content, list) and any("hosts" in item or "import_playbook" in item for item in content)


def ansible(tmp_path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs on this collection, with nothing of the user's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "RPS_"))}
    env |= {
        "HOME": str(tmp_path),
        "ANSIBLE_COLLECTIONS_PATH": str(Path(_vendors.__file__).parents[5]),
        "ANSIBLE_NOCOLOR": "1",
    }
    program = [sys.executable, "-m", f"ansible.cli.{command[0]}"]
    return subprocess.run(
        [*program, *command[1:]], check=False, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("body", list(yaml_blocks()))
def test_every_yaml_example_parses_and_playbooks_pass_the_syntax_check(body: str, tmp_path: Path) -> None:
    content = yaml.safe_load(body)
    assert content
    if not is_playbook(content):
        return
    playbook = tmp_path / "example.yml"
    playbook.write_text(body, encoding="utf-8")
    done = ansible(tmp_path, "playbook", "--syntax-check", "-i", "localhost,", str(playbook))
    assert done.returncode == 0, done.stdout + done.stderr


def test_variables_of_the_role_in_the_pages_exist() -> None:
    specs = yaml.safe_load(text_of("roles/rps/meta/argument_specs.yml"))["argument_specs"]
    known = set(specs["main"]["options"])
    # Not the role's: the playbooks' host pattern, results, an artifact, modules, helpers, an example's vault variables.
    others = {"rps_hosts", "rps_result", "rps_drift", "rps_status", "rps_url", "rps_vendor"}
    others |= {path.stem for path in (ROOT / "plugins").rglob("rps_*.*")}
    found = {
        name for page in PAGES for name in re.findall(r"(?<![\w./-])rps_[a-z_]+[a-z]", page.read_text(encoding="utf-8"))
    }
    assert sorted(found - known - others) == []


def test_settings_of_ansible_in_the_pages_exist() -> None:
    known = {
        entry["name"]
        for setting in constants.config.get_configuration_definitions().values()
        for entry in setting.get("env") or []
    }
    known |= {"ANSIBLE_PLAYBOOK_DIR", "ANSIBLE_COLLECTIONS_PATHS"}
    pages = [*PAGES, *(ROOT / "plugins").rglob("*.py")]
    found = {name for page in pages for name in re.findall(r"\bANSIBLE_[A-Z_]+\b", page.read_text(encoding="utf-8"))}
    assert "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED" in found
    assert sorted(found - known) == []


# -- vendors.md

ROW = re.compile(r"^\| `(redirect\.\w+)` \| (\d)[^|]*\|[^|]*\| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)


def table() -> dict[tuple[str, int], tuple[str, str]]:
    return {(row[0], int(row[1])): (row[2], row[3]) for row in ROW.findall(text_of("docs/vendors.md"))}


def sections() -> dict[tuple[str, str, int], str]:
    """By vendor and call, the section of the vendor's document that its samples come from."""
    found = {}
    for sample in json.loads(text_of("tests/unit/fixtures/documents/manifest.json")):
        method, params = sample["call"].split("/")
        depth = 2 if sample["vendor"] == "yealink" else 1
        found[sample["vendor"], f"redirect.{method}", int(params)] = ".".join(sample["section"].split(".")[:depth])
    found["htek", "redirect.registerDevices", 2] = "6"  # described there, and the only one without samples
    return found


def test_the_vendor_table_has_every_call_and_no_other() -> None:
    known = set(WITHDRAWN).union(*(vendor.calls for vendor in VENDORS.values()))
    assert set(table()) == known
    assert len(ROW.findall(text_of("docs/vendors.md"))) == len(known)


@pytest.mark.parametrize(("column", "name"), [(0, "yealink"), (1, "htek")])
def test_the_vendor_table_says_what_the_code_does_and_where_it_is_documented(column: int, name: str) -> None:
    where = sections()
    for call, cells in table().items():
        state = VENDORS[name].calls.get(call)
        if state == DOCUMENTED:
            expected = f"documented, {where[(name, *call)]}"
        elif state == ASSUMED:
            expected = "assumed"
        elif name == "yealink" and call in WITHDRAWN:
            expected = f"never called, {where[(name, *call)]}"
        else:
            expected = "absent"
        assert cells[column] == expected, call


@pytest.mark.parametrize("page", ["README.md", "docs/vendors.md"])
def test_addresses_of_the_services_are_those_of_the_code(page: str) -> None:
    for vendor in VENDORS.values():
        assert f"`{vendor.api_url}`" in text_of(page)


# -- architecture.md


def test_the_architecture_names_every_room_and_no_other() -> None:
    named = re.findall(r"^\| `(_[\w*]+\.py)` \|", text_of("docs/architecture.md"), re.MULTILINE)
    rooms = [path.name for path in (ROOT / "plugins/module_utils").glob("_*.py")]
    assert [room for room in rooms if not any(fnmatch.fnmatch(room, name) for name in named)] == []
    assert [name for name in named if not fnmatch.filter(rooms, name)] == []


# -- CONTRIBUTING.md


def test_every_dependency_has_its_reason() -> None:
    told = text_of("CONTRIBUTING.md")
    for file in sorted((ROOT / "tools").glob("requirements-*.txt")):
        assert f"tools/{file.name}" in told
        for line in file.read_text(encoding="utf-8").splitlines():
            name = re.match(r"[A-Za-z][\w-]*", line)
            assert not name or f"`{name[0]}`" in told, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_in_the_pages_exists(page: Path) -> None:
    targets = set(
        re.findall(
            r"^([a-z]+)(?= |:)", re.sub(r"^\.PHONY.*$", "", text_of("Makefile"), flags=re.MULTILINE), re.MULTILINE
        )
    )
    told = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert {one or other for one, other in told} <= targets


# -- troubleshooting.md

# Rooms whose sentences are no messages: texts inside the reports, SQL.
SILENT = ("_report_[!f]*.py", "_store.py")
PATTERN = re.compile(r"\\[.(b]|\?:")  # a phrase of a service, as a regular expression


def parts(node: ast.AST) -> list[str | None] | None:
    """The constant parts of a string, None where a value is filled in; None for what is no string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [
            value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
            for value in node.values
        ]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        one, other = parts(node.left), parts(node.right)
        return None if one is None or other is None else one + other
    return None


def strings(tree: ast.AST) -> Iterator[list[str | None]]:
    """All strings of a module but docstrings and the constants in capitals (documentation, patterns)."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Name) and target.id.isupper() for target in targets):
                continue
        if isinstance(node, ast.Compare):
            continue  # what is looked for in somebody else's words
        found = parts(node)
        if found is not None:
            yield found
            continue
        todo.extend(ast.iter_child_nodes(node))


def messages() -> Iterator[Any]:
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        if any(fnmatch.fnmatch(path.name, name) for name in SILENT) or "doc_fragments" in path.parts:
            continue
        for found in strings(ast.parse(path.read_text(encoding="utf-8"))):
            whole = "\u2026".join("" if part is None else part for part in found)
            foreign = PATTERN.search(whole) or whole.startswith("<") or "voip.rps plan" in whole
            if words_in(whole) >= 3 and not foreign:
                yield pytest.param(found, id=f"{path.name}-{whole[:60]}")


def words_in(text: str) -> int:
    return sum(1 for word in text.split() if re.search("[A-Za-z]{2}", word))


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("message", list(messages()))
def test_every_message_is_explained(message: list[str | None]) -> None:
    told = folded(text_of("docs/troubleshooting.md"))
    for part in message:
        if part is not None and words_in(part) >= 3:
            assert folded(part).strip(" ;,.|:") in told


def test_messages_of_role_and_playbooks_are_explained() -> None:
    told = folded(text_of("docs/troubleshooting.md"))
    files = [*(ROOT / "playbooks").glob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")]
    plain = re.compile(r"^ *(?:fail_msg|msg): *([^{}\n]+)$", re.MULTILINE)
    texts = [text for file in files for text in plain.findall(file.read_text(encoding="utf-8"))]
    assert [text for text in texts if folded(text).strip("'. ") not in told] == []
