# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that can go wrong, as one tree of exceptions. Pure.

PRIVATE to the collection: may change without notice.

Input problems are values (``Problem``); ``_messages`` turns them into sentences with the option names of the
speaker. Errors of the wire carry a short clause (``no answer within 30 s``) that completes such a sentence. No text in
here may contain a password, user info or a token of a URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class RpsError(Exception):
    """Root of the tree; ``str(error)`` may be shown to anybody."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what the user declared.

    ``option`` is the neutral name of the option (``server``; the vocabulary makes ``rps_server`` of it in the role), or
    "" if no option is to blame. ``code`` is a key of ``_catalog.problems.PROBLEMS``, whose text ``params`` complete.
    ``subject`` is whose option it is (a host, ``devices[3]``), or "". Problems that differ only in their subject are
    reported as one.
    """

    option: str
    code: str
    subject: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def problem(option: str, code: str, subject: str = "", **params: Any) -> Problem:
    """Short for Problem with its parameters as keywords."""
    return Problem(option, code, subject, params)


class InputError(RpsError):
    """What the user declared cannot be used. Raised before any call; ``problems`` has all of them, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(f"{one.subject} {one.option} {one.code}".strip() for one in self.problems))


class MissingLibraryError(RpsError):
    """The Python library ``requests`` cannot be imported; ``detail`` is the traceback for Ansible's own report."""

    def __init__(self, library: str, detail: str) -> None:
        super().__init__(library)
        self.library = library
        self.detail = detail


class CallError(RpsError):
    """A call that gave no usable answer; ``str(error)`` is a clause without a full stop.

    ``executed`` is False only where it is certain that the service did not and will not execute the call.
    ``transient``: the same call may well succeed a moment later. ``fatal``: no other call of this run can do better.
    ``timed_out``: the client gave up waiting, so the service may still execute the call.
    ``fix`` is the next step as a sentence, or "".
    """

    executed: bool | None = None
    transient = False
    fatal = False
    timed_out = False

    def __init__(self, message: str, *, transient: bool | None = None, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix
        if transient is not None:
            self.transient = transient


class NotSentError(CallError):
    """No connection was made: refused, name not found, no route, TLS handshake failed."""

    executed = False
    transient = True


# Why a run makes no further calls. The words are those that results carry as ``reason``.
DEADLINE = "deadline"
INTERRUPTED = "interrupted"
TOO_MANY_FAILURES = "too_many_failures"
LOGIN_REFUSED = "login_refused"


class StoppedError(CallError):
    """The run is being ended, so the call was not made; ``code`` is one of the words above."""

    executed = False
    fatal = True

    def __init__(self, message: str, code: str, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.code = code


class LoginError(CallError):
    """The service does not accept the login, so it refused the call."""

    executed = False
    fatal = True


class AbsentCallError(CallError):
    """The service does not have this call, or it is closed to this account. Certainly not executed.

    ``closed`` says that the call exists and this account may not use it.
    """

    executed = False

    def __init__(self, message: str, call: str, *, closed: bool = False, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.call = call
        self.closed = closed


class TooLargeError(CallError):
    """HTTP 413: the request is too large for the service, which refused it unread."""

    executed = False


class RateLimitError(CallError):
    """The service refused the call because of its rate limit; ``retry_after`` is in seconds, or None."""

    executed = False
    transient = True

    def __init__(self, message: str, retry_after: float | None = None, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class BusyError(CallError):
    """HTTP 429, 500, 502, 503 or 504. A gateway sends these also after it has forwarded the request.

    ``retry_after`` is in seconds, or None where the service named none.
    """

    transient = True

    def __init__(self, message: str, retry_after: float | None = None, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class LostAnswerError(CallError):
    """The call was sent and no whole answer came back, so it may have been executed or not."""

    transient = True

    def __init__(self, message: str, *, timed_out: bool = False, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.timed_out = timed_out


class BadAnswerError(CallError):
    """An answer came that is not one of this protocol; whether the call was executed is not known."""


class FaultError(CallError):
    """The service answered with a fault (XML-RPC) or an error object (REST) that is no refusal it documents.

    An exception inside the service looks like this too, after which the call may have been executed.
    """

    def __init__(self, message: str, code: int, text: str) -> None:
        super().__init__(message)
        self.code = code
        self.text = text


class RefusedReadError(CallError):
    """The service answered a reading call with a refusal, quoted in ``text`` (masked)."""

    executed = False

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text
