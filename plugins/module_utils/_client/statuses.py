# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an HTTP status proves, for every protocol. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping

from .._catalog.calls import CallFailure, failure, said
from .._errors import AbsentCallError, BadAnswerError, BusyError, CallError, LoginError, TooLargeError

_PASSING = frozenset({429, 500, 502, 503, 504})


def status_error(
    name: str, origin: str, status: int, headers: Mapping[str, str], now: float, *, forbidden_is_closed: bool
) -> CallError:
    """The error that a status other than success means for the call ``name``; ``now`` in seconds since the epoch.

    401 refuses the login. 403 does too, unless the account is known to be accepted (``forbidden_is_closed``): then this
    one call is closed to it.
    """

    def why(code: str) -> CallFailure:
        return failure(code, origin=origin, call=name, said=said("status", status=status))

    if status == 401 or (status == 403 and not forbidden_is_closed):
        return LoginError(**why("login_refused"))
    if status == 403:
        return AbsentCallError(**why("call_closed"), call=name, closed=True)
    if status == 413:
        return TooLargeError(**why("too_large"))
    if status in _PASSING:
        return BusyError(**why(busy(status)), retry_after=retry_after(headers.get("Retry-After"), now))
    if 300 <= status < 400:
        return BadAnswerError(**why("status_redirect"))
    return BadAnswerError(**why("status_client" if status < 500 else "status_busy"), transient=status >= 500)


def busy(status: int) -> str:
    """The code of a failure of a busy service: too many calls at once may be the cause, or not."""
    return "status_busy.often" if status in (429, 503) else "status_busy"


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for (seconds or HTTP date), None if it is absent or nonsense.

    Never negative; the caller bounds it. ``now`` is in seconds since the epoch.
    """
    text = (value or "").strip()
    if not text:
        return None
    if re.fullmatch("[0-9]+", text):
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        return None
