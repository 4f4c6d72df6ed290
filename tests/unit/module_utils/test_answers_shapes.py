# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that say yes, and answers that contradict themselves or have another shape."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors.responses import (
    UnexpectedResponseError,
    fault_means_absent,
    list_answer,
    status_answer,
    write_answer,
)

VENDORS = ["htek", "yealink"]
MAC, OTHER_MAC = "001565000001", "001565000002"
STATUSES = {
    "Registered": "registered",
    "Unregistered": "unregistered",
    "Registered Elsewhere": "registered_elsewhere",
    "Unknown": "unknown",
}


def _styles(text: str) -> list[str]:
    """The text as services send it, as samples pad it, and over several lines."""
    return [text, f"\n            {text}\n          ", text.replace(" ", "\n"), text.replace(" ", " \r\n\t ")]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("text", ["OK", "\n  OK\n  "])
def test_ok_is_ok_with_and_without_a_third_part(vendor: str, text: str) -> None:
    assert write_answer(vendor, [True, text]) is None
    assert write_answer(vendor, [True, text, "http://h/"]) is None


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("text", "status"), sorted(STATUSES.items()))
def test_a_status_is_known_in_every_style_and_only_a_registered_one_has_a_url(
    vendor: str, text: str, status: str
) -> None:
    for styled in _styles(text):
        assert status_answer(vendor, [True, styled]) == (None, status, None)
        assert status_answer(vendor, [True, styled, "\n "]) == (None, status, None)
        url = "http://www.test.com" if status == "registered" else None
        assert status_answer(vendor, [True, styled, "\n  http://www.test.com\n "]) == (None, status, url)


def test_a_list_is_read_in_any_notation_in_order_and_each_once() -> None:
    listed: list[Any] = ["\n 00-15-65-00-00-02 ", "00:15:65:00:00:01", "00 15 65 00 00 02", "1A6F654D839B"]
    for vendor in VENDORS:
        assert list_answer(vendor, [True, listed]) == (None, (OTHER_MAC, MAC, "1a6f654d839b"))


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("listed", [[], [""], [MAC, ""], [MAC, "..."], [MAC, "00156500000"], [[MAC]], [True], {}, "OK"])
def test_a_list_that_is_not_wholly_understood_is_no_list(vendor: str, listed: Any) -> None:
    with pytest.raises(UnexpectedResponseError):
        list_answer(vendor, [True, listed])


@pytest.mark.parametrize("reader", [write_answer, status_answer, list_answer])
@pytest.mark.parametrize("text", ["OK", " OK\n", "", " \n"])
def test_false_with_ok_or_nothing_contradicts_itself(reader: Any, text: str) -> None:
    for vendor in VENDORS:
        with pytest.raises(UnexpectedResponseError):
            reader(vendor, [False, text])


def test_a_refusal_without_a_word_is_told_from_one_that_says_ok() -> None:
    with pytest.raises(UnexpectedResponseError, match="it refused in silence"):
        write_answer("yealink", [False, ""])
    with pytest.raises(UnexpectedResponseError, match="false, with the text OK"):
        write_answer("yealink", [False, "OK"])


def test_false_with_a_status_contradicts_itself() -> None:
    for text in STATUSES:
        with pytest.raises(UnexpectedResponseError):
            status_answer("yealink", [False, text])


@pytest.mark.parametrize("text", ["", "Maintenance until 6 pm", "OK?", "Error:", "Error:OK"])
def test_an_unknown_text_with_true_is_never_ok_or_a_status(text: str) -> None:
    for reader in (write_answer, status_answer, list_answer):
        with pytest.raises(UnexpectedResponseError):
            reader("htek", [True, text])


@pytest.mark.parametrize("reader", [write_answer, status_answer, list_answer])
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "OK",
        "",
        0,
        {},
        {"faultCode": 1},
        [],
        [True],
        ["OK"],
        ["OK", True],
        [1, "OK"],
        ["1", "OK"],
        [True, None],
        [True, 1],
        [True, True],
        [True, {"a": "OK"}],
        [False, ["Error:Invalid server"]],
        [False, 0],
        [True, "OK", "http://h/", "more"],
        [True, "Registered", 7],
        [True, "Registered", ["http://h/"]],
        [True, ["OK"]],
        [[True, "OK"]],
    ],
)
def test_an_answer_of_another_shape_is_an_error(reader: Any, value: Any) -> None:
    for vendor in VENDORS:
        with pytest.raises(UnexpectedResponseError):
            reader(vendor, value)


@pytest.mark.parametrize(
    ("code", "text", "absent"),
    [
        (-32601, "", True),
        (-32602, "", False),
        (-32700, "parse error", False),
        (0, "No such handler: redirect.editDevice", True),
        (0, "unknown method", True),
        (1, "Method redirect.addServer not defined", True),
        (-32601, "server error. requested method not found", True),
        (0, "internal error", False),
        (-32500, "database is down", False),
        (0, "not allowed", False),
        (0, "", False),
    ],
)
def test_a_fault_that_means_no_such_method_is_told_from_others(code: int, text: str, absent: bool) -> None:
    assert fault_means_absent(code, text) is absent
