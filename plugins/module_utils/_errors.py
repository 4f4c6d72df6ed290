# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that can go wrong, as one tree. Raised low with a cause, mapped to a task failure in one place.

Every message is one sentence or two that may be shown to anybody: no password, no user info, no token of a URL.
"""

from __future__ import annotations

from collections.abc import Sequence


class RpsError(Exception):
    """Root of the tree; ``str(error)`` is the sentence for the user."""


class InputError(RpsError):
    """What the user declared cannot be used. Raised before any call; ``problems`` lists all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            text = self.problems[0]
        else:
            text = f"{len(self.problems)} problems, and nothing was sent: " + " | ".join(self.problems)
        super().__init__(text)


class MissingLibraryError(RpsError):
    """The Python library ``requests`` cannot be imported; ``detail`` is the traceback for Ansible's own report."""

    def __init__(self, library: str, detail: str) -> None:
        super().__init__(f"The Python library {library} is missing.")
        self.library = library
        self.detail = detail


class CallError(RpsError):
    """A call that gave no usable answer.

    ``sent`` is False only where it is certain that the service never saw the call. ``transient`` says that the same
    call may well succeed a moment later. ``fatal`` says that no other call of this run can do better.
    """

    sent = True
    transient = False
    fatal = False

    def __init__(self, message: str, transient: bool | None = None) -> None:
        super().__init__(message)
        if transient is not None:
            self.transient = transient


class NotSentError(CallError):
    """No connection was made: refused, name not found, no route, TLS handshake failed."""

    sent = False
    transient = True


class StoppedError(CallError):
    """The run is being ended (deadline, signal, service given up), so the call was not made."""

    sent = False
    fatal = True


class LoginError(CallError):
    """HTTP 401 or 403: the service does not accept the login."""

    fatal = True


class BusyError(CallError):
    """HTTP 429 or 503: refused for now. ``retry_after`` is in seconds, or None where the service named none."""

    sent = False
    transient = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class LostAnswerError(CallError):
    """The call was sent and no whole answer came back, so it may have been executed or not."""

    transient = True


class BadAnswerError(CallError):
    """An answer came that is not one of this protocol; whether the call was executed is not known."""


class FaultError(CallError):
    """An XML-RPC fault. ``absent`` says that it means "there is no such method"."""

    def __init__(self, message: str, code: int, text: str, absent: bool) -> None:
        super().__init__(message)
        self.code = code
        self.text = text
        self.absent = absent
