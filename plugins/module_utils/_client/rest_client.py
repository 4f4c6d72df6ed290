# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON calls over the bounded HTTP client: a token that is renewed, a nonce for every try, error objects.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import email.utils
import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._catalog.calls import CallFailure, clause, failure, said
from .._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    LoginError,
    NotSentError,
    RateLimitError,
    StoppedError,
    TooLargeError,
)
from .._model import Connection
from .._redaction import Masker
from .._text import to_printable
from .api_refusal import ApiRefusal
from .connections import HttpRequest
from .limits import MAX_ANSWER_BYTES
from .statuses import busy, retry_after, status_error
from .transport import Client, HttpResponse

TOKEN = "token"  # noqa: S105 - the name of the call
_TOKEN_PATH = "/v2/token"  # noqa: S105
_TOKEN_FORM = re.compile(r"[\x21-\x7e]{1,8192}")
_LONGEST_MARGIN_S = 60.0  # before its end, from which on a token is renewed
_CLOCK_TOLERANCE_S = 60.0
_MAX_DETAILS = 5  # of an error object, that are quoted
_CODE = re.compile("[0-9]{6}")
_SECONDS = re.compile(r"(?<![0-9.])([0-9]{1,6}(?:\.[0-9]+)?) ?(?:s|secs?|seconds?)\b", re.IGNORECASE)

_RATE_LIMIT = "900429"
_NONCE_USED = "500403"
_UNAUTHORIZED = frozenset({"900401", "500401"})
_NOT_ALLOWED = "900403"
_SERVICE = "9005"  # what codes about the service itself begin with
_BUSINESS = "800"  # and those about devices and servers


class RepeatedNonceError(CallError):
    """The service has seen this nonce before.

    Ours never repeat, so something on the way sent the request twice, and the first copy may have been executed.
    """

    transient = True


class _TokenRefusedError(CallError):
    """HTTP 401 for a token that was accepted until now: the service did not execute the call."""

    executed = False


@dataclass(frozen=True)
class ErrorObject:
    """What an error object says. ``code`` is "" if the answer has none; ``words`` and ``details`` are as in ApiRefusal.

    ``seconds`` is the wait that it asks for, or None.
    """

    code: str = ""
    words: str = ""
    details: tuple[tuple[str, str], ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class _Token:
    text: str
    until: float  # monotonic seconds, from which on it is renewed


@dataclass(frozen=True)
class _Call:
    """One call. ``final``: a 401 is the service's last word, since the token is as new as it can be."""

    name: str
    verb: str
    path: str
    body: Any
    idempotent: bool
    max_bytes: int
    final: bool


class RestClient(Client):
    """A REST service behind a token (OAuth 2.0 client credentials); user name and password are the AccessKey's."""

    def __init__(self, connection: Connection, masker: Masker, **seams: Any) -> None:
        super().__init__(connection, masker, **seams)
        self._base = connection.api_url.strip().rstrip("/")
        self._token: _Token | None = None
        self._token_lock = threading.Lock()

    def call(
        self,
        name: str,
        verb: str,
        path: str,
        body: Any = None,
        *,
        idempotent: bool,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Any:
        """Make one call and return the JSON value of its answer, None if that has no body.

        ``body`` None sends none. Raises CallError, an ApiRefusal if the service refused with an error object.
        """
        token = self._valid_token(name)
        try:
            return self._send(_Call(name, verb, path, body, idempotent, max_bytes, False), f"Bearer {token}")
        except _TokenRefusedError:
            token = self._valid_token(name, refused=token)
        return self._send(_Call(name, verb, path, body, idempotent, max_bytes, True), f"Bearer {token}")

    # The token.

    def _valid_token(self, name: str, refused: str | None = None) -> str:
        """The token for the call ``name``: one for all threads, and never the ``refused`` one."""
        with self._token_lock:
            token = self._token
            if token is None or token.text == refused or self.clock.monotonic() >= token.until:
                self._token = None
                self._token = token = self._fetch_token(name)
            return token.text

    def _fetch_token(self, name: str) -> _Token:
        """A new token. Raises CallError, which always proves that the call ``name`` was not sent."""
        started = self.clock.monotonic()
        body = {"grant_type": "client_credentials"}
        call = _Call(TOKEN, "POST", _TOKEN_PATH, body, True, MAX_ANSWER_BYTES, True)
        try:
            text, lifetime = self._send(call, self.basic_authorization)
        except (StoppedError, LoginError, RateLimitError, NotSentError):
            raise
        except CallError as error:
            message = clause("not_sent.token", call=name, cause=error)
            raise NotSentError(message, transient=error.transient, fix=error.fix) from None
        return _Token(text, started + lifetime - min(_LONGEST_MARGIN_S, lifetime / 10))

    def _read_token(self, value: Any) -> tuple[str, float]:
        """(token, seconds for which it is good). Raises BadAnswerError."""
        token = value.get("access_token") if isinstance(value, dict) else None
        if not isinstance(token, str) or not _TOKEN_FORM.fullmatch(token):
            raise BadAnswerError(**failure("answer_token", origin=self.origin, call=TOKEN))
        self.masker.hide(token)
        lifetime = value.get("expires_in")
        if isinstance(lifetime, bool) or not isinstance(lifetime, (int, float)) or not 0 < lifetime < 1e9:
            raise BadAnswerError(**failure("answer_lifetime", origin=self.origin, call=TOKEN))
        return token, float(lifetime)

    # One call.

    def _send(self, call: _Call, authorization: str) -> Any:
        data = None if call.body is None else json.dumps(call.body, separators=(",", ":")).encode("ascii")
        headers = {
            "Authorization": authorization,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "voip.rps",
        }
        if data is not None:
            headers["Content-Type"] = "application/json"
        nonce = ""

        def build() -> HttpRequest:
            nonlocal nonce
            nonce = secrets.token_hex(16)
            stamp = str(int(self.clock.time() * 1000))
            return HttpRequest(call.verb, self._base + call.path, data, {**headers, "timestamp": stamp, "nonce": nonce})

        def read(response: HttpResponse) -> Any:
            if not 200 <= response.status < 300:
                raise self._error(call, response, nonce)
            value = self._value(call.name, response)
            return self._read_token(value) if call.name == TOKEN else value

        return self.exchange(call.name, build, read, idempotent=call.idempotent, max_bytes=call.max_bytes)

    def _value(self, name: str, response: HttpResponse) -> Any:
        if not response.body.strip():
            return None
        if response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise BadAnswerError(**failure("answer_page.json", origin=self.origin, call=name), transient=True)
        try:
            return read_json(response.body)
        except ValueError:
            raise BadAnswerError(**failure("answer_unusable.json", origin=self.origin, call=name)) from None

    # What is not a success.

    def _error(self, call: _Call, response: HttpResponse, nonce: str) -> CallError:
        """The error that an answer means. The order counts: a code says more than the status."""
        name, status, origin = call.name, response.status, self.origin
        found = _error_object(response.body, nonce)
        text = said("status", status=status)
        if found.code:
            text = said("code", status=status, code=found.code, text=self.masker.text(found.words))

        def why(code: str) -> CallFailure:
            return failure(code, origin=origin, call=name, said=text)

        asked = retry_after(response.headers.get("Retry-After"), self.clock.time())
        if found.code == _RATE_LIMIT:
            asked = found.seconds if asked is None else asked
            return RateLimitError(**why("rate_limit"), retry_after=asked)
        if found.code == _NONCE_USED:
            return RepeatedNonceError(**why("nonce"))
        if status == 401 or found.code in _UNAUTHORIZED:
            if call.final:
                return self._login_error(text, response.headers)
            return _TokenRefusedError(**why("token_refused"))
        if status == 413:
            return TooLargeError(**why("too_large"))
        if status >= 500 or status == 429 or found.code.startswith(_SERVICE):
            return BusyError(**why(busy(status)), retry_after=asked)
        if found.code == _NOT_ALLOWED or (status == 403 and not found.code.startswith(_BUSINESS)):
            return self._forbidden(name, text, response.headers)
        if found.code and status >= 400:
            return self._refused(name, status, text, found, response.headers)
        return status_error(name, origin, status, response.headers, self.clock.time(), forbidden_is_closed=True)

    def _forbidden(self, name: str, text: str, headers: Mapping[str, str]) -> CallError:
        if name == TOKEN:
            return self._login_error(text, headers)
        # There is a token, so the service accepts the login.
        why = failure("call_closed.key", origin=self.origin, call=name, said=text)
        return AbsentCallError(**why, call=name, closed=True)

    def _refused(self, name: str, status: int, text: str, found: ErrorObject, headers: Mapping[str, str]) -> CallError:
        # An unknown ID is 400, so these two are about the path.
        if status in (404, 405):
            why = failure("call_absent.documented", origin=self.origin, call=name, said=text)
            return AbsentCallError(**why, call=name)
        if name == TOKEN:
            return self._login_error(text, headers)
        message = clause("refused", origin=self.origin, call=name, said=text)
        return ApiRefusal(message, found.code, found.words, found.details)

    def _login_error(self, text: str, headers: Mapping[str, str]) -> LoginError:
        """A refused login, with everything that it can be; the clock first if the service's own differs."""
        code, offset = "login_refused.key", _clock_offset(headers.get("Date"), self.clock.time())
        if abs(offset) > _CLOCK_TOLERANCE_S:
            code = "login_refused.clock_ahead" if offset > 0 else "login_refused.clock_behind"
        minutes = max(1, round(abs(offset) / 60))
        return LoginError(**failure(code, origin=self.origin, said=text, minutes=minutes))


def _clock_offset(date: str | None, now: float) -> float:
    """Seconds by which ``now`` is ahead of a Date header, 0.0 if that is absent or nonsense."""
    try:
        return now - email.utils.parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        return 0.0


def _error_object(body: bytes, nonce: str) -> ErrorObject:
    """What an answer that is no success says. The nonce, which it may quote, is taken out."""
    try:
        value = read_json(body)
    except ValueError:
        return ErrorObject()
    code = str(value.get("code")) if isinstance(value, dict) else ""
    if not _CODE.fullmatch(code):
        return ErrorObject()
    listed = value.get("details")
    details = tuple(
        (_words(item.get("field"), nonce), _words(item.get("message"), nonce))
        for item in (listed if isinstance(listed, list) else [])[:_MAX_DETAILS]
        if isinstance(item, dict)
    )
    words = _words(value.get("message"), nonce)
    if details:
        words += f" ({'; '.join(f'{field}: {message}' for field, message in details)})"
    return ErrorObject(code, words.strip() or "no message", details, _seconds_asked(words, details))


def _words(value: Any, nonce: str) -> str:
    text = str(value) if isinstance(value, (str, int)) else ""
    return to_printable(text.replace(nonce, "****") if nonce else text)


def _seconds_asked(words: str, details: tuple[tuple[str, str], ...]) -> float | None:
    """The wait that an error object asks for, in seconds, or None."""
    for field, message in details:
        if re.search(r"retry.?after", field, re.IGNORECASE) and re.fullmatch("[0-9]{1,6}", message):
            return float(message)
    found = _SECONDS.search(words)
    return float(found[1]) if found else None


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises ValueError for everything else, endless nesting and NaN included."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_int=_bounded_int)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _bounded_int(digits: str) -> int:
    # Older Pythons take quadratic time for long ones.
    if len(digits) > 20:
        raise ValueError("it has a number that is too long")
    return int(digits)
