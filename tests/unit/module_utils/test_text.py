# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text for people: one printable line, sentences, counts, lists, suggestions."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._text import (
    as_sentence,
    capitalized,
    closest,
    first_few,
    join_names,
    pluralize,
    shown_value,
    to_printable,
)
from hypothesis import given
from hypothesis import strategies as st


@given(st.text())
def test_what_is_shown_is_one_printable_line(text: str) -> None:
    shown = to_printable(text)
    assert shown.isprintable()
    assert shown == " ".join(shown.split())


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_what_is_printable_is_shown_as_it_is(text: str) -> None:
    assert to_printable(text) == text


@pytest.mark.parametrize(
    "char",
    [
        "\x00",
        "\x1b",
        "\x7f",
        "\x9b",
        "\xad",
        "\u200b",
        "\u200f",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\ud800",
        "\ue000",
        "\u0378",
    ],
)
def test_what_a_terminal_may_act_on_is_replaced(char: str) -> None:
    assert to_printable(f"a{char}b") == "a?b"


@pytest.mark.parametrize("space", [" ", "\n", "\t ", "\u2028", "\u00a0", "\u3000", "\x85", "\x1c"])
def test_white_space_is_folded(space: str) -> None:
    assert to_printable(f"{space}a{space}{space}b{space}") == "a b"


@pytest.mark.parametrize("text", ["B\u00fcro", "\u65e5\u672c", "\U0001f4de", "\u0436", "a'b\"c"])
def test_other_scripts_are_text(text: str) -> None:
    assert to_printable(text) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Run again", "Run again."),
        ("Run again. ", "Run again."),
        ("Really?", "Really?"),
        ("No!", "No!"),
        ("'a'", "'a'."),
    ],
)
def test_a_sentence_ends_once(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence


@pytest.mark.parametrize(("text", "expected"), [("the rest", "The rest"), ("", ""), ("aBC", "ABC")])
def test_only_the_first_letter_is_capitalized(text: str, expected: str) -> None:
    assert capitalized(text) == expected


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 devices"), (1, "1 device"), (2, "2 devices"), (1_234_567, "1,234,567 devices")]
)
def test_things_are_counted_in_words(count: int, text: str) -> None:
    assert pluralize(count) == text
    assert pluralize(count, "phone") == text.replace("device", "phone")


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_a_list_for_people(names: list[str], text: str) -> None:
    assert join_names(names) == text
    assert join_names(names, "or") == text.replace("and", "or")


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "n0"), (2, "n0 and n1"), (3, "n0, n1 and 1 more"), (2000, "n0, n1 and 1,998 more")],
)
def test_of_many_names_the_first_are_shown_and_the_others_counted(count: int, text: str) -> None:
    assert first_few([f"n{number}" for number in range(count)], 2) == text


def test_five_names_are_shown_by_default() -> None:
    assert first_few(list("abcde")) == "a, b, c, d and e"
    assert first_few(list("abcdef")) == "a, b, c, d, e and 1 more"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("berlim", "berlin"),
        ("username", "api_username"),
        ("paris", ""),
        ("", ""),
    ],
)
def test_a_word_that_is_close_is_suggested(word: str, meant: str) -> None:
    assert closest(word, iter(["berlin", "api_username"])) == meant


def test_a_quoted_value_is_one_short_printable_line() -> None:
    assert shown_value("a\n\x1bb") == "a ?b"
    assert shown_value(["x"]) == "['x']"
    assert len(shown_value("x" * 10_000)) == 40
