# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a run: limits, digests, prefixes to ignore, servers that purge is narrowed to, deadlines, batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_LIMIT,
    parse_batch_size,
    parse_deadline,
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_purge_servers,
)
from hypothesis import given
from hypothesis import strategies as st

MAC = "001565000001"
DECLARED = DesiredDevice(MAC, server="main", server_url="http://h/")
DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("limit", "listed", "allowed"),
    [
        ("10%", 0, 0),
        ("10%", 1, 0),
        ("10%", 9, 0),
        ("10%", 10, 1),
        ("10%", 19, 1),
        ("10%", 20, 2),
        (" 10 % ", 100, 10),
        ("0%", 1000, 0),
        ("100%", 7, 7),
        ("99.9999%", 7, 6),
        ("33.3%", 3, 0),
        ("33.4%", 3, 1),
        ("0.1%", 999, 0),
        ("0.1%", 1000, 1),
        ("29%", 100, 29),
        ("57%", 100, 57),
        ("0", 100, 0),
        (0, 100, 0),
        (5, 3, 5),
        ("5", 1000, 5),
    ],
)
def test_a_limit_is_a_count_or_a_share_rounded_down(limit: Any, listed: int, allowed: int) -> None:
    assert parse_limit(limit).of(listed) == allowed


@given(st.integers(0, 100), st.integers(0, 200_000))
def test_a_share_never_allows_more_than_its_part(percent: int, listed: int) -> None:
    assert parse_limit(f"{percent}%").of(listed) == listed * percent // 100


def test_a_guard_names_what_a_percentage_is_of() -> None:
    assert parse_limit("10%").basis("listed", 1200) == {"limit": "10%", "listed": 1200}
    assert parse_limit(5).basis("listed", 1200) == {"limit": "5"}
    assert parse_limit(DEFAULT_LIMIT.text) == DEFAULT_LIMIT


@pytest.mark.parametrize(
    "bad", ["%", "-1", "-5%", "101%", "100.1%", "1.5", 1.5, 5.0, "ten", True, False, "5%%", "1e2", []]
)
def test_anything_else_is_no_limit(bad: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse_limit(bad, "removal_limit")
    assert [one.option for one in caught.value.problems] == ["removal_limit"]


GUARDS: dict[str, Callable[[Any], Any]] = {
    "purge_limit": parse_limit,
    "expect_plan": parse_digest,
    "ignore": lambda value: parse_prefixes(value, ()),
    "purge_servers": lambda value: parse_purge_servers(value, (DECLARED,), "yealink"),
}


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("option", GUARDS)
def test_a_guard_that_is_given_but_empty_is_never_no_guard(option: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        GUARDS[option](value)
    assert [one.option for one in caught.value.problems] == [option]


def test_a_digest_is_taken_or_refused() -> None:
    assert parse_digest(f" {DIGEST}\n") == DIGEST
    bad: Any
    for bad in ("0a" * 32, DIGEST[:-1], DIGEST + "0", DIGEST.replace("a", "g"), DIGEST.upper(), 5, {}):
        with pytest.raises(InputError):
            parse_digest(bad)


def test_prefixes_are_understood_in_any_notation() -> None:
    prefixes = ["00-15-65", "00:1F", "80 5e", "001565", "001565000001"]
    assert parse_prefixes(prefixes, ()) == ("001565", "001565000001", "001f", "805e")
    assert parse_prefixes("00-15-65, 805e", ()) == ("001565", "805e")


def test_an_empty_list_ignores_nothing_and_purges_nothing() -> None:
    assert parse_prefixes([], (DECLARED,)) == ()
    assert parse_purge_servers([], (DECLARED,), "yealink") == {}


@pytest.mark.parametrize("bad", ["", " ", "-", "00x", "0015650000011", "*", "00156500000?", None, 885, True])
def test_a_bad_prefix_is_a_problem(bad: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse_prefixes(["00", bad], ())
    assert [one.option.partition("[")[0] for one in caught.value.problems] == ["ignore"]


def test_a_phone_that_is_declared_and_ignored_is_a_problem_beside_the_others() -> None:
    declared = (DECLARED, DesiredDevice("805e00000001"))
    with pytest.raises(InputError) as caught:
        parse_prefixes(["0015", "zz"], declared)
    _bad, both = caught.value.problems
    assert both.params["few"] == ("00:15:65:00:00:01",)


def test_purge_is_narrowed_to_servers_whose_url_is_declared() -> None:
    declared = (DECLARED, DesiredDevice("001565000002", server="bare"))
    assert parse_purge_servers(["main"], declared, "yealink") == {"main": "http://h/"}
    assert parse_purge_servers("main", declared, "panasonic") == {"main": "http://h/"}
    with pytest.raises(InputError, match=r"unsupported\.no_urls"):
        parse_purge_servers(["main"], declared, "htek")
    with pytest.raises(InputError) as caught:
        parse_purge_servers(["bare", "nowhere", 12, "", "main"], declared, "yealink")
    assert len(caught.value.problems) == 4


def test_a_deadline_is_a_number_of_seconds_or_nothing() -> None:
    assert [parse_deadline(value) for value in (None, "", 5, "0.5")] == [None, None, 5.0, 0.5]
    for bad in (0, -1, True, "soon", float("inf")):
        with pytest.raises(InputError):
            parse_deadline(bad)


def test_a_batch_has_at_least_one_phone() -> None:
    assert [parse_batch_size(value) for value in (None, 1, "50")] == [DEFAULT_BATCH_SIZE, 1, 50]
    for bad in (0, -1, 1.5, True, "many", ""):
        with pytest.raises(InputError):
            parse_batch_size(bad)
