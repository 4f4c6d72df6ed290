# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP requests with bounds: deadlines, size caps, no redirects, further tries of what is safe to repeat.

PRIVATE to the collection: may change without notice.

A try is bounded as a whole, from connecting to the last byte (see ``deadline``). The protocols, ``xmlrpc_client`` and
``rest_client``, build on the Client in here.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import random
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .._catalog.calls import CallFailure, failure
from .._errors import (
    DEADLINE,
    INTERRUPTED,
    LOGIN_REFUSED,
    TOO_MANY_FAILURES,
    BadAnswerError,
    CallError,
    InputError,
    LoginError,
    LostAnswerError,
    MissingLibraryError,
    NotSentError,
    StoppedError,
    problem,
)
from .._model import Connection
from .._redaction import Masker
from .._text import to_printable
from .._urls import split_url
from .connections import HTTP_ERRORS, Adapter, HttpRequest, ProxyError, SocksProxyError
from .deadline import Clock, OpenSockets, deadline
from .environment import REQUESTS_IMPORT_ERROR, find_route, target_of, tls_context, trusted_bundle
from .limits import MAX_ANSWER_BYTES, MAX_ERROR_BYTES

MAX_CONSECUTIVE_FAILURES = 5  # calls that failed with all their tries
_CHUNK = 1 << 16
_LONGEST_WAIT_S = 60.0  # that a Retry-After can ask for at most
_FIRST_WAIT_S = 0.25  # doubled from try to try up to _LONGEST_BACKOFF_S
_LONGEST_BACKOFF_S = 8.0

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class HttpResponse:
    """One whole response; ``headers`` are matched in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One account at one service over connections kept open; safe to use from ``concurrency`` threads at once.

    ``adapter`` and ``clock`` are the seams for tests: what carries a request, with the methods of ``Adapter``, and the
    time. ``abandoned`` says whether the process that waits for this run is gone: then nothing more may be
    written.
    """

    def __init__(
        self,
        connection: Connection,
        masker: Masker,
        *,
        adapter: Any = None,
        clock: Clock | None = None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        self.connection = connection
        self.masker = masker
        self.clock = clock or Clock()
        self.calls: dict[str, int] = {}
        self.answered = False  # whether the service has accepted the login of any call
        self._abandoned = abandoned
        self._lock = threading.RLock()  # a signal handler may interrupt a thread that has it
        self._reason_to_stop: StoppedError | None = None
        self._failures = 0
        self._sockets = OpenSockets()
        self._until = None if connection.deadline is None else self.clock.monotonic() + connection.deadline
        parts = split_url(connection.api_url)
        self.origin = f"{parts.scheme}://{parts.host}" if parts else "the service"
        self._adapter = adapter or _adapter(connection)

    @property
    def basic_authorization(self) -> str:
        """The value of the header with user name and password, in UTF-8."""
        login = f"{self.connection.username}:{self.connection.password}".encode()
        return "Basic " + base64.b64encode(login).decode("ascii")

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def stop(self, why: StoppedError) -> None:
        """Make no further call; calls in flight are finished. The first reason given stays."""
        with self._lock:
            self._reason_to_stop = self._reason_to_stop or why

    def interrupt(self) -> None:
        """Stop because the run was asked to end."""
        self.stop(_interruption())

    def abort(self) -> None:
        """Interrupt, and cut off the calls in flight: whether they were executed is then not known."""
        self.interrupt()
        self._sockets.cut_off()

    @property
    def stopped(self) -> StoppedError | None:
        """Why no further call is made, or None."""
        if self._until is not None and self.clock.monotonic() >= self._until:
            self.stop(StoppedError(**failure("deadline"), code=DEADLINE))
        elif self._abandoned():
            self.interrupt()
        return self._reason_to_stop

    def exchange(
        self,
        name: str,
        build: Callable[[], HttpRequest],
        read: Callable[[HttpResponse], Answer],
        *,
        idempotent: bool,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Make one call, named ``name`` in counts and messages, and return what ``read`` makes of the response.

        ``build`` is asked anew for each try. ``idempotent`` calls are tried again after every passing failure, others
        only if it is certain that the service did not execute them. Raises CallError; what it proves is that of the
        last try.
        """
        tries = 0
        while True:
            stopped = self.stopped
            if stopped is not None:
                raise stopped
            try:
                answer = self._send_once(name, build, read, max_bytes)
            except CallError as error:
                tries += 1
                repeatable = error.transient and (idempotent or error.executed is False)
                if repeatable and tries <= self.connection.retries and self.wait(tries, error):
                    continue
                self._failed(error, idempotent)
                past_deadline = self._until is not None and self.clock.monotonic() >= self._until
                stopped = self.stopped if idempotent and past_deadline else None
                if stopped is not None and not error.fatal:
                    raise stopped from None  # the deadline ended this read, not the service
                raise
            self._failures = 0
            self.answered = True
            return answer

    def wait(self, tries: int, error: CallError) -> bool:
        """Wait before the next try: what the service asked for, else backoff with jitter. False: no time is left."""
        seconds = min(_FIRST_WAIT_S * 2 ** (tries - 1), _LONGEST_BACKOFF_S) * random.uniform(0.5, 1.0)  # noqa: S311
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            seconds = max(seconds, min(asked, _LONGEST_WAIT_S))
        if self._until is not None and self.clock.monotonic() + seconds >= self._until:
            return False
        return not self.clock.wait(lambda: self._reason_to_stop is not None, seconds)

    def _failed(self, error: CallError, idempotent: bool) -> None:
        """Give up on a service that no longer answers.

        A write that may have been executed is no sign of that: the read that settles it must still be made, and shows
        whether the service answers.
        """
        if isinstance(error, LoginError):
            self.stop(StoppedError(str(error), LOGIN_REFUSED, fix=error.fix))
        if not idempotent and error.executed is None:
            return
        if not (error.transient or isinstance(error, NotSentError)):
            self._failures = 0
            return
        with self._lock:
            self._failures += 1
            enough = self._failures >= MAX_CONSECUTIVE_FAILURES
        if enough:
            why = failure("too_many_failures", count=MAX_CONSECUTIVE_FAILURES, cause=error)
            self.stop(StoppedError(why["message"], TOO_MANY_FAILURES, fix=error.fix or why["fix"]))

    def _send_once(
        self, name: str, build: Callable[[], HttpRequest], read: Callable[[HttpResponse], Answer], max_bytes: int
    ) -> Answer:
        with self._lock:
            self.calls[name] = self.calls.get(name, 0) + 1
        until = self.clock.monotonic() + self.connection.timeout
        deadline.start(self.clock, until if self._until is None else min(until, self._until), self._sockets)
        try:
            response = self._carry(build(), max_bytes)
        except (*HTTP_ERRORS, zlib.error) as error:
            raise self._network_error(name, error) from None
        return read(response)

    def _carry(self, request: HttpRequest, max_bytes: int) -> HttpResponse:
        answer = self._adapter.send(request)
        try:
            body = b""
            if answer.status < 300:
                body = _read(answer, max_bytes, whole=True)
            elif answer.status >= 400:
                with contextlib.suppress(*HTTP_ERRORS, zlib.error):  # the status says enough
                    body = _read(answer, MAX_ERROR_BYTES, whole=False)
            return HttpResponse(answer.status, answer.headers, body)
        finally:
            answer.release()

    def _network_error(self, name: str, error: BaseException) -> CallError:
        def why(code: str, **values: Any) -> CallFailure:
            return failure(code, origin=self.origin, call=name, **values)

        if isinstance(error, _OversizeError):
            return BadAnswerError(**why("answer_large", bytes=error.max_bytes))
        if isinstance(error, (zlib.error, _EncodingError)):
            return BadAnswerError(**why("answer_encoding"))
        if self._sockets.cut:
            return LostAnswerError(**why("answer_interrupted")) if deadline.sent else _interruption()
        expired = deadline.expired
        if not deadline.sent:
            code = _no_connection(error, expired)
            return NotSentError(**why(code, seconds=_seconds()), transient=code not in _PERMANENT)
        if expired:
            return LostAnswerError(**why("answer_late", seconds=_seconds()), timed_out=True)
        return LostAnswerError(**why("answer_cut"))


# Another try would meet the same.
_PERMANENT = frozenset(
    {"no_connection.legacy_tls", "no_connection.certificate", "no_connection.tls", "no_connection.socks"}
)


# TLS whose other end has gone, which is no verdict on it.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


def _no_connection(error: BaseException, expired: bool) -> str:
    """The code of a failure before anything was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "no_connection.certificate"
    if isinstance(error, ssl.SSLError) and not isinstance(error, _ENDED):
        legacy = "legacy renegotiation" in str(error)  # older Pythons have no reason for it
        return "no_connection.legacy_tls" if legacy else "no_connection.tls"
    if isinstance(error, ProxyError):
        return "no_connection.socks" if isinstance(error, SocksProxyError) else "no_connection.proxy"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "no_connection.name"
    return "no_connection.time" if expired else "no_connection"


def _interruption() -> StoppedError:
    return StoppedError(**failure("interrupted"), code=INTERRUPTED)


def _ca_bundle(connection: Connection) -> str | None:
    """The path of the CA bundle. Raises InputError if there is no such file."""
    if connection.ca_path is None:
        return None
    path = Path(connection.ca_path).expanduser()
    if not path.exists():
        raise InputError([problem("ca_path", "ca_path_missing", path=to_printable(str(path))[:200])])
    return str(path)


def _adapter(connection: Connection) -> Adapter:
    """What carries the requests of an account. Raises InputError for a bundle of CA certificates that is none."""
    url, tls = connection.api_url, None
    bundle = _ca_bundle(connection) if connection.validate_certs else None
    if url.lower().startswith("https://"):
        verify = trusted_bundle(url, bundle or connection.validate_certs)
        try:
            tls = tls_context(verify)
        except OSError:
            named = to_printable(verify)[:200] if isinstance(verify, str) else "the one that comes with requests"
            if bundle is None:
                raise InputError([problem("", "ca_bundle_unusable", path=named)]) from None
            raise InputError([problem("ca_path", "ca_path_unusable", path=named)]) from None
    return Adapter(functools.cache(lambda: find_route(url, tls)), target_of)


def _seconds() -> float:
    return round(deadline.seconds, 1)


class _OversizeError(OSError):
    def __init__(self, max_bytes: int) -> None:
        super().__init__("the answer is too large")
        self.max_bytes = max_bytes


class _EncodingError(OSError):
    pass


def _read(answer: Any, max_bytes: int, whole: bool) -> bytes:
    """The body after unpacking, never holding more than ``max_bytes`` of it, nor reading more.

    Of an answer that need not be ``whole`` the beginning is enough.
    """
    encoding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    unpack: Any | None = None
    if encoding in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    elif encoding not in ("identity", ""):
        raise _EncodingError(encoding)
    body = bytearray()
    received = 0
    while True:
        chunk = answer.read(_CHUNK)
        if not chunk:
            break
        received += len(chunk)
        if unpack is None:
            body += chunk
        elif not unpack.eof:  # what follows is nobody's
            body += unpack.decompress(chunk, max_bytes + 1 - len(body))
        if max(received, len(body)) > max_bytes or (unpack is not None and unpack.unconsumed_tail):
            if not whole:
                return bytes(body[:max_bytes])
            raise _OversizeError(max_bytes)
    if unpack is not None and not unpack.eof:
        raise _EncodingError(encoding)
    return bytes(body)
