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

from .._errors import AbsentCallError, BadAnswerError, BusyError, CallError, LoginError, TooLargeError

LOGIN_FIX = "Check api_username and api_password, or the environment variables that they come from."
_PASSING = frozenset({429, 500, 502, 503, 504})


def status_error(
    name: str, origin: str, status: int, headers: Mapping[str, str], now: float, *, forbidden_is_closed: bool
) -> CallError:
    """The error that a status other than success means for the call ``name``; ``now`` in seconds since the epoch.

    401 refuses the login. 403 does too, unless the account is known to be accepted (``forbidden_is_closed``): then this
    one call is closed to it.
    """
    if status == 401 or (status == 403 and not forbidden_is_closed):
        return LoginError(f"{origin} refused the login (HTTP {status})", fix=LOGIN_FIX)
    if status == 403:
        return AbsentCallError(f"{origin} does not let this account use {name} (HTTP 403)", name, closed=True)
    if status == 413:
        return TooLargeError(f"{origin} refused {name} because it is too large (HTTP 413)", fix="Lower batch_size.")
    if status in _PASSING:
        fix = "Lower concurrency, or run again later." if status in (429, 503) else "Run again later."
        after = retry_after(headers.get("Retry-After"), now)
        return BusyError(f"{origin} answered {name} with HTTP {status}", after, fix=fix)
    if 300 <= status < 400:
        return BadAnswerError(
            f"{origin} answered {name} with a redirect (HTTP {status}), which is never followed",
            fix="Set api_url to the address that answers itself.",
        )
    return BadAnswerError(
        f"{origin} answered {name} with HTTP {status}",
        transient=status >= 500,
        fix="Check api_url, the address of the service." if status < 500 else "Run again later.",
    )


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for (seconds or HTTP date), None if it is absent or nonsense.

    Never negative; whoever waits bounds it. ``now`` is in seconds since the epoch.
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
