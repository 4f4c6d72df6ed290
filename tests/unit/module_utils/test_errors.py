# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of exceptions: what each kind of failure proves about the call, and whether another try makes sense."""

from __future__ import annotations

import inspect

import pytest
from ansible_collections.voip.rps.plugins.module_utils import _errors
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    FaultError,
    InputError,
    LoginError,
    LostAnswerError,
    MissingLibraryError,
    NotSentError,
    Problem,
    RateLimitError,
    RefusedReadError,
    RpsError,
    StoppedError,
    TooLargeError,
)

# Error: executed (False: certainly not), transient, fatal.
PROVES: list[tuple[CallError, bool | None, bool, bool]] = [
    (NotSentError("x"), False, True, False),
    (StoppedError("x", "deadline"), False, False, True),
    (LoginError("x"), False, False, True),
    (AbsentCallError("x", "editDevice"), False, False, False),
    (TooLargeError("x"), False, False, False),
    (RateLimitError("x", 3.0), False, True, False),
    (BusyError("x", None), None, True, False),
    (LostAnswerError("x"), None, True, False),
    (BadAnswerError("x"), None, False, False),
    (FaultError("x", 1, "y"), None, False, False),
    (RefusedReadError("x", "y"), False, False, False),
]


@pytest.mark.parametrize(("error", "executed", "transient", "fatal"), PROVES, ids=lambda value: type(value).__name__)
def test_each_error_says_what_it_proves(error: CallError, executed: bool | None, transient: bool, fatal: bool) -> None:
    assert (error.executed, error.transient, error.fatal, error.timed_out) == (executed, transient, fatal, False)
    assert (str(error), getattr(error, "fix", "")) == ("x", "")


def test_every_error_of_the_wire_is_in_the_table() -> None:
    kinds = {
        kind
        for _name, kind in inspect.getmembers(_errors, inspect.isclass)
        if issubclass(kind, CallError) and kind is not CallError
    }
    assert kinds == {type(row[0]) for row in PROVES}


def test_what_an_error_carries_besides() -> None:
    assert LostAnswerError("x", timed_out=True, fix="Wait.").timed_out
    assert LostAnswerError("x", timed_out=True, fix="Wait.").fix == "Wait."
    assert StoppedError("x", "interrupted", fix="Again.").code == "interrupted"
    assert RateLimitError("x", 3.0).retry_after == 3.0
    assert BusyError("x", 4.0).retry_after == 4.0
    assert (FaultError("x", 7, "words").code, FaultError("x", 7, "words").text) == (7, "words")
    assert RefusedReadError("x", "words").text == "words"
    absent = AbsentCallError("x", "editDevice", closed=True)
    assert (absent.call, absent.closed, AbsentCallError("x", "y").closed) == ("editDevice", True, False)
    assert not NotSentError("x", transient=False).transient
    assert BadAnswerError("x", transient=True).transient


def test_input_errors_have_all_problems_in_order() -> None:
    problems = [Problem("server", "required", "desk-1"), Problem("", "half_login")]
    error = InputError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error) == "desk-1 server required; half_login"


def test_a_missing_library_names_itself_and_keeps_the_traceback() -> None:
    error = MissingLibraryError("requests", "Traceback ...")
    assert (error.library, error.detail) == ("requests", "Traceback ...")
    assert "requests" in str(error)
    assert isinstance(error, RpsError)
