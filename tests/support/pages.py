# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for people as data: sections, tables, code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "roles/rps/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Block:
    """A block of code: its language and its text without the indentation of the block."""

    page: Path
    language: str
    body: str


def text_of(name: str) -> str:
    """The text of a file, named from the root of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path) -> Iterator[Block]:
    for indent, language, body in _BLOCK.findall(page.read_text(encoding="utf-8")):
        yield Block(page, language, "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True)))


def anchors(page: Path) -> set[str]:
    """The anchors that the usual viewers of Markdown make of the headings."""
    found = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


def section(name: str, title: str) -> str:
    """The text below a heading of any level, up to the next one of the same or a higher level."""
    found: list[str] = []
    depth, in_code = 0, False
    for line in text_of(name).splitlines():
        in_code ^= line.lstrip().startswith("```")
        heading = None if in_code else re.match(r"(#+) (.*)", line)
        if depth and heading and len(heading[1]) <= depth:
            break
        if depth:
            found.append(line)
        elif heading and heading[2] == title:
            depth = len(heading[1])
    assert depth, f"{name} has no section {title}"
    return "\n".join(found)


def tables(text: str) -> list[list[list[str]]]:
    """All tables of a text: rows of cells without backticks, the heading row first."""
    found: list[list[list[str]]] = []
    previous = ""
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in _CELL.split(line)[1:-1]]
            if not previous.startswith("|"):
                found.append([])
            if not all(re.fullmatch("-+", cell) for cell in cells):
                found[-1].append(cells)
        previous = line
    return found


def bare(cell: str) -> str:
    """A cell without the marks of code."""
    return cell.replace("`", "")
