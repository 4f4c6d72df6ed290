# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MAC addresses in the four documented notations, and everything that is none."""

from __future__ import annotations

import re

import pytest
from ansible_collections.voip.rps.plugins.module_utils._mac import (
    SEPARATORS,
    format_mac,
    macs_in_text,
    parse_any_mac,
    parse_mac,
)
from hypothesis import given
from hypothesis import strategies as st

MAC = "001565000001"
UNICAST = st.integers(1, 2**48 - 2).map(lambda number: f"{number & ~(1 << 40):012x}").filter(lambda mac: int(mac, 16))


@pytest.mark.parametrize(
    "text",
    [
        "001565000001",
        "00-15-65-00-00-01",
        "00 15 65 00 00 01",
        "00:15:65:00:00:01",
        "  00:15:65:00:00:01\n",
    ],
)
def test_each_documented_notation_is_the_same_address(text: str) -> None:
    assert parse_mac(text) == MAC


@given(UNICAST, st.sampled_from(sorted(SEPARATORS)), st.booleans())
def test_an_address_survives_every_notation_and_case(mac: str, notation: str, upper: bool) -> None:
    assert parse_mac(format_mac(mac, notation, upper)) == mac


@pytest.mark.parametrize(
    ("notation", "upper", "shown"),
    [
        ("bare", False, "1a6f654d839b"),
        ("hyphen", True, "1A-6F-65-4D-83-9B"),
        ("space", False, "1a 6f 65 4d 83 9b"),
        ("colon", False, "1a:6f:65:4d:83:9b"),
    ],
)
def test_an_address_is_shown_as_asked(notation: str, upper: bool, shown: str) -> None:
    assert format_mac("1a6f654d839b", notation, upper) == shown


@pytest.mark.parametrize(
    "text",
    [
        "00:15:65:00:AB:01",
        "0015.6500.ab01",
        "0015-6500-AB01",
        "0015:6500:ab01",
        "0015 6500 ab01",
        "001565-00ab01",
        "001565.00ab01",
        "00.15.65.00.ab.01",
        " 0015.6500.AB01 ",
    ],
)
def test_what_other_systems_write_is_the_same_address(text: str) -> None:
    assert parse_any_mac(text) == "00156500ab01"


@pytest.mark.parametrize(
    "bad",
    ["0015.6500-ab01", "00.15-65.00.ab.01", "0015.6500.ab0g", "0015.6500.ab0", "001565--00ab01", "0100.5e00.0001", ""],
)
def test_what_is_no_address_anywhere_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="address"):
        parse_any_mac(bad)


@pytest.mark.parametrize("text", ["0015.6500.ab01", "001565-00ab01", "00.15.65.00.ab.01"])
def test_the_modules_take_the_documented_notations_only(text: str) -> None:
    with pytest.raises(ValueError, match="is in a notation that no service documents; write 00:15:65:00:ab:01"):
        parse_mac(text)


def test_an_address_is_shown_bare_and_in_lower_case_unless_asked_otherwise() -> None:
    assert format_mac("1a6f654d839b") == "1a6f654d839b"


def test_something_that_only_looks_like_an_address_as_text_is_refused() -> None:
    class Alike:
        def __str__(self) -> str:
            return MAC

    with pytest.raises(ValueError, match="is not a MAC address"):
        parse_mac(Alike())


def test_an_unknown_notation_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'dotted' is not a MAC notation"):
        format_mac(MAC, "dotted")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        None,
        True,
        [MAC],
        {"mac": MAC},
        b"001565000001",
        "00156500001",
        "0015650000011",
        "00s1122334400",
        "00g565000001",
        "00:1f:c1:00:00:00:01",
        "00-1f-c1-00-00-00-01",
        "00:15-65:00-00:01",
        "00-15-65-00-00 01",
        "00_15_65_00_00_01",
        "0:15:65:0:0:1",
        "00:15:65:00:00:01:",
        ":00:15:65:00:00:01",
        "00  15  65  00  00  01",
        "00\t15\t65\t00\t00\t01",
        "00\u00a015\u00a065\u00a000\u00a000\u00a001",
        "\uff10\uff10\uff11\uff15\uff16\uff15\uff10\uff10\uff10\uff10\uff10\uff11",
        "001565000001 001565000002",
    ],
)
def test_anything_else_is_no_address(bad: object) -> None:
    with pytest.raises(ValueError, match="is not a MAC address"):
        parse_mac(bad)


@pytest.mark.parametrize("notation", sorted(SEPARATORS))
@pytest.mark.parametrize(
    ("mac", "why"),
    [
        ("000000000000", "all-zero"),
        ("ffffffffffff", "broadcast"),
        ("010000000000", "multicast"),
        ("01005e000001", "multicast"),
        ("ff1565000001", "multicast"),
        ("fffffffffffe", "multicast"),
    ],
)
def test_an_address_that_no_phone_has_is_refused_with_the_reason(mac: str, why: str, notation: str) -> None:
    for upper in (False, True):
        with pytest.raises(ValueError, match=why):
            parse_mac(format_mac(mac, notation, upper))


@pytest.mark.parametrize("good", ["000000000001", "fe1565000001", "02ffffffffff", "1A-6F-65-4D-83-9B"])
def test_the_neighbours_of_the_refused_addresses_are_accepted(good: str) -> None:
    assert re.fullmatch("[0-9a-f]{12}", parse_mac(good))


@pytest.mark.parametrize("number", [1565000001, 15650000010, 12345.0, "1565000001"])
def test_a_number_gets_the_hint_to_quote_it(number: object) -> None:
    with pytest.raises(ValueError, match="quotes"):
        parse_mac(number)


def test_the_error_quotes_the_value_in_one_bounded_printable_line() -> None:
    with pytest.raises(ValueError, match="phone-7") as caught:
        parse_mac("phone-7\n\x1b[31m" + "x" * 10_000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "macs"),
    [
        ("Invalid MAC(s):001565000001", [MAC]),
        ("Invalid MAC(s):00-15-65-00-00-01, 00:15:65:00:00:02, ...", [MAC, "001565000002"]),
        ("001565000001(MAC address) Please", [MAC]),
        ("1A-6F-65-4D-83-9B", ["1a6f654d839b"]),
        ("001565000002;001565000001;00 15 65 00 00 02", ["001565000002", MAC]),
        ("Invalid MAC(s):00s1122334400", []),
        ("Invalid MAC(s):00156500001", []),
        ("0015650000011", []),
        ("00:15-65:00-00:01", []),
        ("", []),
    ],
)
def test_addresses_are_found_in_a_text_in_order_and_once(text: str, macs: list[str]) -> None:
    assert list(macs_in_text(text)) == macs
