# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of options: text that was read as something else, booleans, numbers, lists, and collected problems."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, ROLE, input_message
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    parse_bool,
    parse_choice,
    parse_list,
    parse_mac_option,
    parse_number,
    parse_text,
    unknown_keys,
)

NOT_TEXT: list[Any] = [10, 0, 1.5, float("inf"), True, False, datetime.date(2026, 1, 2), [], ["x"], {}, {"a": 1}]


def test_text_is_trimmed_and_nothing_is_none() -> None:
    problems = Problems()
    assert parse_text(" main\n", "server", problems) == "main"
    assert [parse_text(value, "server", problems) for value in (None, "", "  ")] == [None, None, None]
    assert problems.found == []


@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_what_is_not_text_is_never_converted(value: Any) -> None:
    problems = Problems()
    assert parse_text(value, "server", problems, "desk-1") is None
    (problem,) = problems.found
    assert (problem.option, problem.subject) == ("server", "desk-1")


@pytest.mark.parametrize("value", [10, 1.5, True, datetime.date(2026, 1, 2)], ids=repr)
def test_the_message_helps_in_each_place_and_does_not_quote_what_may_be_a_password(value: Any) -> None:
    problems = Problems()
    parse_text(value, "api_password", problems)
    message = input_message(InputError(problems.found), MODULE)
    assert '"0012"' in message
    assert "'\"0012\"'" in message
    assert "[group:vars]" in message
    assert str(value) not in message.replace("0012", "")


def test_the_phone_is_named_by_its_mac_and_the_option_by_the_speakers_word() -> None:
    problems = Problems()
    parse_text(10, "server", problems, "desk-1", "001565000001")
    parse_text(10, "serial", problems, mac="001565000001")
    message = input_message(InputError(problems.found), ROLE)
    assert "rps_server must be text" in message
    assert "desk-1 (00:15:65:00:00:01)" in message
    assert "rps_serial must be text" in message


@pytest.mark.parametrize("value", [1565000001, 805500000001, float("inf"), True, ["001565000001"]], ids=repr)
def test_a_mac_that_was_read_as_something_else_is_refused(value: Any) -> None:
    problems = Problems()
    assert parse_mac_option(value, "mac", problems) is None
    assert len(problems.found) == 1


def test_a_mac_of_digits_can_be_written_with_colons() -> None:
    problems = Problems()
    parse_mac_option(805500000001, "mac", problems, "desk-1")
    assert problems.found[0].code == "not_text.mac"


@pytest.mark.parametrize(("value", "mac"), [("00:15:65:AB:CD:EF", "001565abcdef"), (" 805500000001 ", "805500000001")])
def test_a_mac_is_normalized(value: str, mac: str) -> None:
    problems = Problems()
    assert parse_mac_option(value, "mac", problems) == mac
    assert problems.found == []


@pytest.mark.parametrize("value", [None, "", " ", "phone-7", "00:00:00:00:00:00"])
def test_a_missing_or_impossible_mac_is_one_problem(value: Any) -> None:
    problems = Problems()
    assert parse_mac_option(value, "mac", problems, "devices[0]") is None
    assert [(one.option, one.subject) for one in problems.found] == [("mac", "devices[0]")]


@pytest.mark.parametrize("value", [True, "yes", "Yes", " on ", "1", 1, "TRUE", "t", "y"])
def test_what_ansible_users_write_for_true_is_true(value: Any) -> None:
    assert parse_bool(value, "force") is True


@pytest.mark.parametrize("value", [None, False, "no", "Off", "0", 0, "false", "f", "n"])
def test_what_they_write_for_false_is_false(value: Any) -> None:
    assert parse_bool(value, "force") is False


@pytest.mark.parametrize("value", ["maybe", "", "ja", 2, [], "{{ x }}"])
def test_anything_else_is_no_boolean(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse_bool(value, "force", "desk-1")
    assert [(one.option, one.subject) for one in caught.value.problems] == [("force", "desk-1")]


@pytest.mark.parametrize("value", [1, 5, "5", 9.0, "9"])
def test_a_number_may_be_text(value: Any) -> None:
    assert parse_number(value, "retries", 1, 9, whole=True) == float(value)


@pytest.mark.parametrize("value", [0, 10, 1.5, "x", "", None, True, float("nan"), float("inf"), [], 10**400])
def test_anything_else_is_not_a_number_in_its_bounds(value: Any) -> None:
    with pytest.raises(InputError):
        parse_number(value, "retries", 1, 9, whole=True)


def test_a_list_may_be_text_with_commas() -> None:
    assert parse_list(["a", 1], "ignore") == ["a", 1]
    assert parse_list("a, b", "ignore") == ["a", "b"]
    assert parse_list([], "ignore") == []


@pytest.mark.parametrize("value", [None, "", " ", 5, {"a": 1}, True])
def test_nothing_is_no_list(value: Any) -> None:
    with pytest.raises(InputError):
        parse_list(value, "ignore")


def test_a_choice_that_is_nearly_right_is_suggested() -> None:
    assert parse_choice(" fail ", "on_device_error", ("fail", "report")) == "fail"
    with pytest.raises(InputError) as caught:
        parse_choice("registred", "statuses", ("registered", "unregistered", "unknown"))
    assert caught.value.problems[0].params["meant"] == "registered"
    for value in (None, "", 5, False):
        with pytest.raises(InputError):
            parse_choice(value, "statuses", ("registered", "unknown"))


def test_a_misspelt_key_is_named_with_what_may_have_been_meant() -> None:
    problems = Problems()
    unknown_keys({"username": 1, "timeout": 2, "zzz": 3}, ("api_username", "timeout"), "accounts.office", problems)
    assert [(one.option, one.params["value"], one.params["meant"]) for one in problems.found] == [
        ("accounts.office", "username", "api_username"),
        ("accounts.office", "zzz", ""),
    ]
    assert "rps_accounts.office has no option 'username'" in input_message(InputError(problems.found), ROLE)


def test_problems_are_collected_in_order_and_raised_once() -> None:
    problems = Problems()
    problems.raise_if_any()
    problems.add("mac", "required", "desk-1")
    assert problems.attempt(lambda: parse_bool("maybe", "force"), True) is True
    assert problems.attempt(lambda: parse_bool("no", "force"), True) is False
    problems.take(InputError([Problem("state", "required")]))
    with pytest.raises(InputError) as caught:
        problems.raise_if_any()
    assert [one.option for one in caught.value.problems] == ["mac", "force", "state"]
