# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a run: limits, digests, prefixes, and the servers that purge is narrowed to."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_purge_servers,
)
from hypothesis import given
from hypothesis import strategies as st

MAC = "001565000001"
DECLARED = DesiredDevice(MAC, server="main", server_url="http://h/")


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
        (5, 3, 5),
        ("5", 1000, 5),
    ],
)
def test_a_limit_is_a_count_or_a_share_rounded_down(limit: Any, listed: int, allowed: int) -> None:
    assert parse_limit(limit).of(listed) == allowed


@given(st.integers(0, 100), st.integers(0, 200_000))
def test_a_share_never_allows_more_than_its_part(percent: int, listed: int) -> None:
    assert parse_limit(f"{percent}%").of(listed) == listed * percent // 100


@pytest.mark.parametrize(
    "bad", [None, "", "%", "-1", "-5%", "101%", "100.1%", "1.5", 1.5, "ten", True, "5%%", "1e2", []]
)
def test_anything_else_is_no_limit(bad: Any) -> None:
    with pytest.raises(InputError, match="rps_purge_limit must be"):
        parse_limit(bad, "rps_purge_limit")


def test_a_digest_is_taken_as_it_stands_or_refused() -> None:
    digest = "sha256:" + "0a" * 32
    assert parse_digest(None) is None
    assert parse_digest(f" {digest}\n") == digest
    bad: Any
    for bad in ("", "0a" * 32, digest[:-1], digest + "0", digest.replace("a", "g"), digest.upper(), 5, {}):
        with pytest.raises(InputError, match="rps_expect_plan must be"):
            parse_digest(bad, "rps_expect_plan")


def test_prefixes_are_understood_in_any_notation() -> None:
    given_prefixes = ["00-15-65", "00:1F", "80 5e", "001565", "001565000001"]
    assert parse_prefixes(given_prefixes, ()) == ("001565", "001565000001", "001f", "805e")
    assert parse_prefixes([], (DECLARED,)) == ()


@pytest.mark.parametrize("bad", ["", " ", "-", "00x", "0015650000011", "*", "00156500000?", None])
def test_a_bad_prefix_is_named(bad: Any) -> None:
    with pytest.raises(InputError, match=r"rps_ignore: .* is neither a MAC address"):
        parse_prefixes(["00", bad], (), "rps_ignore")


def test_a_prefix_that_yaml_read_as_a_number_is_refused_since_its_digits_are_others() -> None:
    with pytest.raises(InputError, match="ignore: 885 was read as a number; put the MAC address in quotes"):
        parse_prefixes([0o001565], ())


def test_a_phone_that_is_declared_and_ignored_is_an_error_beside_the_others() -> None:
    declared = (DECLARED, DesiredDevice("805e00000001"))
    with pytest.raises(InputError) as caught:
        parse_prefixes(["0015", "zz"], declared)
    assert len(caught.value.problems) == 2
    assert any(text.startswith(f"{MAC} is declared and in ignore") for text in caught.value.problems)


def test_purge_is_narrowed_to_servers_whose_url_is_declared() -> None:
    declared = (DECLARED, DesiredDevice("001565000002", server="bare"))
    assert parse_purge_servers(None, declared, "htek") is None
    assert parse_purge_servers(["main"], declared, "yealink") == {"main": "http://h/"}
    with pytest.raises(InputError, match="not supported by Htek"):
        parse_purge_servers(["main"], declared, "htek")
    with pytest.raises(InputError) as caught:
        parse_purge_servers(["bare", "nowhere", "main"], declared, "yealink")
    assert len(caught.value.problems) == 2
