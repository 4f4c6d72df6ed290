# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call and its failures by kind: what each proves, what is tried again and what never is, how long is waited."""

from __future__ import annotations

import email.utils
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.calls import LOGIN
from ansible_collections.voip.rps.plugins.module_utils._client.statuses import retry_after, status_error
from ansible_collections.voip.rps.plugins.module_utils._client.transport import (
    MAX_CONSECUTIVE_FAILURES,
)
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    FaultError,
    LoginError,
    LostAnswerError,
    NotSentError,
    StoppedError,
    TooLargeError,
)
from simulator import Fault
from support.calls import READ, UNKNOWN, WRITE, Client
from support.client import ServiceEnv
from support.phones import PASSWORD

# What a status means. The table.


@pytest.mark.parametrize(
    ("status", "known", "kind", "executed", "transient"),
    [
        (401, False, LoginError, False, False),
        (401, True, LoginError, False, False),
        (403, False, LoginError, False, False),
        (403, True, AbsentCallError, False, False),
        (413, False, TooLargeError, False, False),
        (429, False, BusyError, None, True),
        (500, False, BusyError, None, True),
        (502, False, BusyError, None, True),
        (503, False, BusyError, None, True),
        (504, False, BusyError, None, True),
        (505, False, BadAnswerError, None, True),
        (599, False, BadAnswerError, None, True),
        (301, False, BadAnswerError, None, False),
        (307, True, BadAnswerError, None, False),
        (304, False, BadAnswerError, None, False),
        (400, False, BadAnswerError, None, False),
        (404, True, BadAnswerError, None, False),
        (418, False, BadAnswerError, None, False),
        (204, False, BadAnswerError, None, False),
        (100, False, BadAnswerError, None, False),
    ],
)
def test_what_a_status_proves(
    status: int, known: bool, kind: type[CallError], executed: bool | None, transient: bool
) -> None:
    error = status_error("checkDevice", "https://h", status, {}, 0.0, forbidden_is_closed=known)
    assert error.__class__ is kind
    assert (error.executed, error.transient) == (executed, transient)
    assert f"HTTP {status}" in str(error)
    assert "https://h" in str(error)
    assert error.fix.endswith(".") or kind is AbsentCallError


def test_a_closed_call_says_which_one_it_is() -> None:
    error = status_error("checkDeviceExt", "https://h", 403, {}, 0.0, forbidden_is_closed=True)
    assert isinstance(error, AbsentCallError)
    assert (error.call, error.closed) == ("checkDeviceExt", True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_says_when_to_come_back(status: int) -> None:
    error = status_error("x", "https://h", status, {"Retry-After": "7"}, 0.0, forbidden_is_closed=False)
    assert isinstance(error, BusyError)
    assert error.retry_after == 7.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("1.5", None),
        ("-5", None),
        ("soon", None),
        ("\u00b2", None),
        ("9" * 400, 999_999_999.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 99 Foo 0000 99:99:99 GMT", None),
        (email.utils.formatdate(1_700_000_030.0, usegmt=True), 30.0),
        (email.utils.formatdate(1_699_999_970.0, usegmt=True), 0.0),
    ],
)
def test_retry_after_in_all_its_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, 1_700_000_000.0) == seconds


# Login.


def test_the_login_is_sent_as_utf_8(yealink: ServiceEnv) -> None:
    yealink.sim.add_account("yealink", "j\u00fcrgen", "p\u00e4ssw\u00f6rd-\u20ac")
    assert Client(yealink, username="j\u00fcrgen", password="p\u00e4ssw\u00f6rd-\u20ac")() == UNKNOWN


def test_a_netrc_does_not_replace_the_declared_login(
    yealink: ServiceEnv, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine rps.example.com login other password theirs\ndefault login other password theirs\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert Client(yealink, api_url="https://rps.example.com/xmlrpc")() == UNKNOWN


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 401}, {"kind": "status", "status": 403}])
def test_a_refused_login_is_not_tried_again_and_stops_the_run(yealink: ServiceEnv, fault: dict[str, Any]) -> None:
    yealink.sim.faults.add(Fault(**fault))
    client = Client(yealink)
    error = client.fails(LoginError)
    assert LOGIN in error.fix
    stopped = client.fails(StoppedError)
    assert (stopped.code, stopped.fix, stopped.executed) == ("login_refused", error.fix, False)
    assert len(yealink.sim.calls()) == 1


def test_a_wrong_password_is_a_login_error_that_does_not_show_it(yealink: ServiceEnv) -> None:
    client = Client(yealink, password="wr0ng-Pass-w0rd")
    assert "wr0ng" not in str(client.fails(LoginError))
    assert len(yealink.sim.refusals()) == 1


@pytest.mark.parametrize("text", ["Not authorized", "Not authorized: me", " Not  authorized\n"])
def test_a_refused_login_may_come_as_a_fault(yealink: ServiceEnv, text: str) -> None:
    yealink.sim.faults.add(Fault("fault", text=text))
    client = Client(yealink)
    client.fails(LoginError)
    assert client.fails(StoppedError).code == "login_refused"


def test_a_fault_that_only_begins_like_a_refused_login_leaves_the_write_open(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("fault", text="Not authorized to view result", method="registerDevice"))
    error = Client(yealink).fails(FaultError, WRITE)
    assert error.executed is None


def test_403_closes_a_call_once_another_was_answered_and_an_optional_one_at_once(yealink: ServiceEnv) -> None:
    closed = Fault("status", status=403, method="registerDevice")
    yealink.sim.faults.add(closed)
    Client(yealink).fails(LoginError, WRITE)
    Client(yealink).fails(AbsentCallError, WRITE, optional=True)
    client = Client(yealink)
    client(READ)
    error = client.fails(AbsentCallError, WRITE)
    assert (error.call, error.closed, error.executed) == ("registerDevice", True, False)
    assert client(READ) == UNKNOWN


def test_a_fault_of_a_method_shows_that_the_login_was_accepted(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("fault", text="Failed to invoke method x", method="checkDevice"))
    yealink.sim.faults.add(Fault("status", status=403, method="registerDevice"))
    client = Client(yealink)
    client.fails(FaultError)
    client.fails(AbsentCallError, WRITE)


# Which failures are tried again.

PASSING = [
    "dropped",
    "reset",
    "hangs",
    "after_half",
    "after_cut",
    "empty",
    "html",
    "http_500",
    "http_502",
    "http_503",
    "http_429",
    "after_504",
    "refused",
]
FINAL = ["garbage", "bad_gzip", "redirected", "http_413", "absent", "invoke_failed", "login_refused"]


@pytest.mark.parametrize("kind", PASSING)
def test_a_read_is_tried_again_after_a_passing_failure(yealink: ServiceEnv, kind: str) -> None:
    yealink.fail(kind, times=3)
    client = Client(yealink)
    assert client() == UNKNOWN
    assert len(yealink.sim.calls()) == 4
    assert client.client.calls == {"checkDevice": 4}


@pytest.mark.parametrize("kind", FINAL)
def test_a_read_is_not_tried_again_after_a_final_one(yealink: ServiceEnv, kind: str) -> None:
    yealink.fail(kind)
    Client(yealink).fails(CallError)
    assert len(yealink.sim.calls()) == 1


@pytest.mark.parametrize("retries", [0, 2])
def test_a_read_is_given_up_after_its_retries(yealink: ServiceEnv, retries: int) -> None:
    yealink.fail("dropped")
    Client(yealink, retries=retries).fails(LostAnswerError)
    assert len(yealink.sim.calls()) == retries + 1


@pytest.mark.parametrize("kind", sorted({*PASSING, *FINAL, "after_hangs", "after_dropped", "late_503"} - {"refused"}))
def test_a_write_that_left_is_sent_once(yealink: ServiceEnv, kind: str) -> None:
    yealink.fail(kind)
    Client(yealink).fails(CallError, WRITE)
    assert len(yealink.sim.writes()) == 1


CERTAIN = {"http_413", "absent", "login_refused", "refused"}


@pytest.mark.parametrize("kind", sorted({*PASSING, *FINAL}))
def test_only_a_certain_answer_proves_that_a_write_was_not_executed(yealink: ServiceEnv, kind: str) -> None:
    yealink.fail(kind)
    error = Client(yealink, retries=0).fails(CallError, WRITE)
    assert (error.executed is False) is (kind in CERTAIN)
    assert error.timed_out is (kind == "hangs")


def test_a_write_that_could_not_be_sent_is_tried_again(yealink: ServiceEnv) -> None:
    yealink.fail("refused", times=3)
    assert Client(yealink)(WRITE) == [True, "OK"]
    yealink.sim.faults.clear()
    yealink.fail("refused")
    error = Client(yealink).fails(NotSentError, WRITE)
    assert error.fix


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_redirect_is_never_followed(yealink: ServiceEnv, status: int, call: Any) -> None:
    yealink.sim.faults.add(Fault("redirect", status=status, location="https://elsewhere.example.net/xmlrpc"))
    client = Client(yealink)
    error = client.fails(BadAnswerError, call)
    assert "api_url" in error.fix
    assert client.adapter.sent == 1


# Waiting.


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0.125, 0.25),
        ("-5", 0.125, 0.25),
        ("soon", 0.125, 0.25),
        ("", 0.125, 0.25),
        ("999999999999999999999", 60, 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.125, 0.25),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60, 60),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_within_bounds(
    yealink: ServiceEnv, header: str, low: float, high: float, status: int
) -> None:
    yealink.sim.faults.add(Fault("status", status=status, headers={"Retry-After": header}, times=1))
    client = Client(yealink)
    assert client() == UNKNOWN
    (seconds,) = client.clock.waited
    assert low <= seconds <= high


def test_waits_grow_up_to_a_bound_and_differ(yealink: ServiceEnv) -> None:
    yealink.fail("dropped")
    client = Client(yealink, retries=8)
    client.fails(LostAnswerError)
    assert len(client.clock.waited) == 8
    for number, seconds in enumerate(client.clock.waited):
        most = min(0.25 * 2**number, 8)
        assert most / 2 <= seconds <= most
    assert len(set(client.clock.waited)) == 8


# Giving up.


@pytest.mark.parametrize("kind", ["dropped", "http_503", "refused"])
def test_after_a_number_of_failed_calls_in_a_row_no_more_are_made(yealink: ServiceEnv, kind: str) -> None:
    yealink.fail(kind)
    client = Client(yealink, retries=0)
    for _number in range(MAX_CONSECUTIVE_FAILURES):
        client.fails(CallError)
    error = client.fails(StoppedError)
    assert (error.code, error.executed) == ("too_many_failures", False)
    assert error.fix
    assert len(yealink.sim.calls()) == MAX_CONSECUTIVE_FAILURES


@pytest.mark.parametrize("answer", ["invoke_failed", "garbage"])
def test_an_answer_in_between_begins_the_count_anew(yealink: ServiceEnv, answer: str) -> None:
    client = Client(yealink, retries=0)
    for _round in range(3):
        yealink.fail("dropped", times=MAX_CONSECUTIVE_FAILURES - 1)
        for _number in range(MAX_CONSECUTIVE_FAILURES - 1):
            client.fails(LostAnswerError)
        assert client() == UNKNOWN
        yealink.fail("dropped", times=MAX_CONSECUTIVE_FAILURES - 1)
        for _number in range(MAX_CONSECUTIVE_FAILURES - 1):
            client.fails(LostAnswerError)
        yealink.fail(answer, times=1)
        client.fails(CallError)
    assert client.client.stopped is None


@pytest.mark.parametrize("kind", ["dropped", "http_503", "hangs"])
def test_writes_that_may_have_been_executed_are_no_reason_to_give_up(yealink: ServiceEnv, kind: str) -> None:
    """The reads that settle them must still be made, and show whether the service answers."""
    yealink.fail(kind, method="registerDevice")
    client = Client(yealink, retries=0)
    for _number in range(MAX_CONSECUTIVE_FAILURES + 1):
        client.fails(CallError, WRITE)
    assert client() == UNKNOWN


def test_writes_that_could_not_be_sent_are(yealink: ServiceEnv) -> None:
    yealink.fail("refused", method="registerDevice")
    client = Client(yealink, retries=0)
    for _number in range(MAX_CONSECUTIVE_FAILURES):
        client.fails(NotSentError, WRITE)
    assert client.fails(StoppedError).code == "too_many_failures"


def test_the_text_of_a_stopped_run_shows_no_password(yealink: ServiceEnv) -> None:
    yealink.fail("refused")
    client = Client(yealink, retries=0, api_url=f"http://127.0.0.1:1/{PASSWORD}?x=1")
    texts = [str(client.fails(CallError)) for _number in range(MAX_CONSECUTIVE_FAILURES + 1)]
    assert PASSWORD not in " ".join(texts)
