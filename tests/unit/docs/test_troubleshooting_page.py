# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/troubleshooting.md explains the catalogue of messages, and quotes only what the code can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.outcomes import CATALOG, GUARDS
from ansible_collections.voip.rps.plugins.module_utils._model import OUTCOMES
from support.pages import ROOT, bare, section, tables
from support.reasons import REASONS, WORDS

PAGE = "docs/troubleshooting.md"


def _entries(title: str) -> dict[str, str]:
    """The entries of a section: by word, the text."""
    parts = re.split(r"^### `(\w+)`$", section(PAGE, title), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _words(keys: Iterator[str]) -> set[str]:
    return {key.partition(".")[0] for key in keys}


def test_every_reason_has_an_entry_and_every_entry_a_reason() -> None:
    assert set(_entries("Reasons")) == WORDS
    # The others are about servers, or never reach a user by themselves: a guard's reason has the guard's name, and a
    # write that was not sent has a reason of its own.
    others = _words(iter(CATALOG)) - WORDS - {"guard"}
    assert set(_entries("Servers")) == {word for word in others if word.startswith("server_")}
    assert all(word.startswith("server_") for word in others)


def test_every_guard_has_an_entry_here_and_a_row_in_the_guide() -> None:
    assert set(_entries("Guards")) == _words(iter(GUARDS))
    rows = tables(section("docs/guide.md", "Guards"))[0][1:]
    assert {bare(row[0]).removeprefix("rps_") for row in rows} == _words(iter(GUARDS))


@pytest.mark.parametrize("word", sorted(WORDS))
def test_an_entry_names_its_outcomes_meaning_and_next_step(word: str) -> None:
    entry = _entries("Reasons")[word]
    (line,) = re.findall(r"^- \*\*Outcome:\*\* (.*(?:\n  .*)*)", entry, re.MULTILINE)
    expected = {outcome for outcome, words in REASONS.items() if word in words}
    assert {name for name in re.findall(r"`(\w+)`", line) if name in OUTCOMES} == expected
    assert "**Meaning:**" in entry
    assert "**Next step:**" in entry


def test_the_guide_explains_every_outcome() -> None:
    assert [bare(row[0]) for row in tables(section("docs/guide.md", "Results and reasons"))[0][1:]] == list(OUTCOMES)


def test_reasons_in_other_pages_exist() -> None:
    table = tables(section("docs/reliability.md", "Outcomes of a write"))[0]
    named = {word for row in table[1:] for word in re.findall(r"`(\w+)`", row[3])}
    assert named
    assert named <= WORDS


# What the page quotes.


# The only places with sentences for people.
WORDING = ("module_utils/_catalog/*.py", "plugin_utils/_fleet/wording.py", "plugin_utils/_report/wording.py")
# Fields of templates whose values are words of the catalogue too.
FIELDS = {"said": "HTTP \0", "n_phones": "\0 phones", "opt_unique_url": "unique_url"}


def _said(tree: ast.AST) -> Iterator[str]:
    """Every string of a module, with a mark where a value is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{(\w+)[^{}]*\}", lambda field: FIELDS.get(field[1], "\0"), node.value)


def _everything_said() -> str:
    paths = [path for pattern in WORDING for path in (ROOT / "plugins").glob(pattern)]
    texts = [text for path in paths for text in _said(ast.parse(path.read_text(encoding="utf-8")))]
    files = [*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").rglob("tasks/*.yml")]
    texts += [path.read_text(encoding="utf-8") for path in files]
    return "\n".join(" ".join(text.split()) for text in texts).lower()


# Ansible's own words.
FOREIGN = ("bypasses the host loop", "skipping: no hosts matched")


def _quotes() -> Iterator[str]:
    for title in ("Accounts", "Invalid input", "The play", "Warnings", "Inventory plugin"):
        for row in tables(section(PAGE, title))[0][1:]:
            for quote in re.findall(r"`([^`]+)`", row[0]):
                if " " in quote and not quote.startswith(FOREIGN):
                    yield quote


def test_every_message_that_the_page_quotes_is_one_of_the_code() -> None:
    said = _everything_said()
    unknown = []
    for quote in _quotes():
        parts = [part.strip(" .;:") for part in re.split("\u2026|\\.\\.\\.", quote)]
        wrong = [part for part in parts if len(part.split()) > 1 and part.lower() not in said]
        if wrong:
            unknown.append((quote, wrong))
    assert unknown == []
