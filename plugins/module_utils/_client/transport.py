# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only I/O: HTTPS POSTs with bounds, and further tries of what is safe to repeat.

A try is bounded as a whole, from connecting to the last byte (see ``_clock``).
"""

from __future__ import annotations

import email.utils
import random
import re
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .._errors import (
    BadAnswerError,
    BusyError,
    CallError,
    FaultError,
    InputError,
    LoginError,
    LostAnswerError,
    MissingLibraryError,
    NotSentError,
    StoppedError,
)
from .._model import Connection
from .._redaction import Masker
from .._text import to_printable
from .._urls import split_url
from .._vendors.responses import fault_means_absent
from .deadline import MISSING, Adapter, clock, errors, http
from .xmlrpc import CodecError, Fault, Param, decode, encode

ANSWER_CAP = 1 << 20  # bytes of an answer after unpacking; what a write or check answers fits many times over
LIST_CAP = 12 << 20  # bytes of a list of devices: some 100,000 of them in the padded form of the samples
GIVE_UP_AFTER = 5  # consecutive calls that failed with all their tries
_CHUNK = 1 << 16
_LONGEST_WAIT = 60.0  # seconds that a Retry-After can ask for at most
_FIRST_WAIT = 0.25  # seconds; doubled from try to try up to _LONGEST_BACKOFF
_LONGEST_BACKOFF = 8.0


class Transport:
    """One service, one login, one kept-open session; safe to use from ``concurrency`` threads at once."""

    def __init__(self, connection: Connection, masker: Masker) -> None:
        if MISSING is not None:
            raise MissingLibraryError("requests", MISSING)
        ca_path = None if connection.ca_path is None else str(Path(connection.ca_path).expanduser())
        if ca_path is not None and not Path(ca_path).exists():
            raise InputError([f"ca_path: there is no file {to_printable(ca_path)[:200]}; correct the path."])
        self.connection = connection
        self.masker = masker
        self.calls: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._why = ""
        self._failures = 0
        self._until = None if connection.deadline is None else time.monotonic() + connection.deadline
        parts = split_url(connection.api_url)
        self._where = f"{parts.scheme}://{parts.host}" if parts else "the service"
        self._session = http.Session()
        self._session.auth = (connection.username.encode("utf-8"), connection.password.encode("utf-8"))
        # The loopback is never reached through a proxy: the password would leave the machine in the clear.
        self._session.trust_env = connection.api_url.lower().startswith("https://")
        verify: Any = ca_path or True if connection.validate_certs else False
        self._settings = self._session.merge_environment_settings(connection.api_url, {}, True, verify, None)
        self._adapter = Adapter(pool_connections=1, pool_maxsize=connection.concurrency, pool_block=True)
        headers = {"Content-Type": "text/xml", "User-Agent": "voip.rps", "Accept-Encoding": "gzip"}
        request = http.Request("POST", connection.api_url, headers=headers)
        self._request = self._session.prepare_request(request)

    def close(self) -> None:
        self._adapter.close()
        self._session.close()

    def stop(self, why: str) -> None:
        """Make no further call; one in flight is finished. ``why`` is the sentence for the phones left over."""
        with self._lock:
            self._why = self._why or why
        self._stop.set()

    @property
    def stopped(self) -> str | None:
        """Why no further call is made, or None."""
        if self._until is not None and time.monotonic() >= self._until:
            self.stop("The deadline of the run is over; run again with a longer deadline to do the rest.")
        return self._why or None

    def call(self, method: str, params: Sequence[Param], safe: bool, cap: int = ANSWER_CAP) -> Any:
        """Make one call and return the answer's value (see ``_xmlrpc.decode``).

        ``safe`` calls are tried again after every passing failure, others only where the service certainly did not
        execute them. Raises CallError; ``sent`` and ``transient`` of the error are those of the last try.
        """
        try:
            body = encode(method, params)
        except ValueError as error:
            raise BadAnswerError(f"{_short(method)} cannot be sent to {self._where}: {error}") from None
        tries = 0
        while True:
            if self.stopped:
                raise StoppedError(self.stopped)
            try:
                value = self._try(method, body, cap)
            except CallError as error:
                tries += 1
                again = error.transient and (safe or not error.sent) and tries <= self.connection.retries
                if again and self._wait(tries, error):
                    continue
                self._failed(error)
                raise
            self._failures = 0
            return value

    def _wait(self, tries: int, error: CallError) -> bool:
        """Wait before the next try: what the service asked for, else backoff with jitter. False: no time is left."""
        seconds = min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_BACKOFF) * random.uniform(0.5, 1.0)  # noqa: S311
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            seconds = max(seconds, min(asked, _LONGEST_WAIT))
        if self._until is not None and time.monotonic() + seconds >= self._until:
            return False
        return not self._stop.wait(seconds)

    def _failed(self, error: CallError) -> None:
        if isinstance(error, LoginError):
            self.stop(str(error))
        if not (error.transient or isinstance(error, NotSentError)):
            self._failures = 0
            return
        with self._lock:
            self._failures += 1
            enough = self._failures >= GIVE_UP_AFTER
        if enough:
            self.stop(
                f"The last {GIVE_UP_AFTER} calls to {self._where} failed, so no more were made; the last: {error}"
            )

    def _try(self, method: str, body: bytes, cap: int) -> Any:
        name = _short(method)
        with self._lock:
            self.calls[name] = self.calls.get(name, 0) + 1
        until = time.monotonic() + self.connection.timeout
        clock.start(until if self._until is None else min(until, self._until))
        try:
            status, headers, data = self._post(body, cap)
        # http.client lets a ValueError through for a chunk's size that is none.
        except (*errors, OSError, ValueError, zlib.error) as error:
            raise self._network_error(name, error) from None
        self._check_status(name, status, headers)
        return self._value(name, data, headers)

    def _post(self, body: bytes, cap: int) -> tuple[int, Any, bytes]:
        request = self._request.copy()
        request.body = body
        request.headers["Content-Length"] = str(len(body))
        # The adapter and not Session.send: that one reads the whole body of a redirect before anyone can refuse it.
        response = self._adapter.send(
            request,
            stream=True,
            timeout=clock.left(),
            verify=self._settings["verify"],
            cert=self._settings["cert"],
            proxies=self._settings["proxies"],
        )
        try:
            if response.status_code != 200:
                return response.status_code, response.headers, b""
            return 200, response.headers, _read(response, cap)
        finally:
            if response.raw is not None and not getattr(response.raw, "_rps_whole", False):
                response.close()

    def _network_error(self, name: str, error: BaseException) -> CallError:
        text = f"{name}: {self._where}"
        if isinstance(error, _TooLargeError):
            return BadAnswerError(f"{text} sent an answer larger than {error.cap} bytes, which is refused")
        if isinstance(error, (zlib.error, _EncodingError)):
            return BadAnswerError(f"{text} sent an answer in an encoding that cannot be unpacked")
        over = clock.over
        if not clock.sent:
            return self._connect_error(name, error, over)
        seconds = f"{round(clock.seconds, 1):g}"
        if over:
            return LostAnswerError(f"{text} sent no whole answer within {seconds} s; raise the timeout if it is slow")
        return LostAnswerError(f"{text} closed the connection before its answer was complete")

    def _connect_error(self, name: str, error: BaseException, over: bool) -> CallError:
        text = str(error).lower()
        where = self._where
        if "certificate" in text or isinstance(error, http.exceptions.SSLError):
            reason = "its certificate could not be verified" if "certificate" in text else "the TLS handshake failed"
            hint = "set ca_path to the CA bundle of a private CA, or correct api_url"
            passing = False
        elif isinstance(error, http.exceptions.ProxyError):
            reason, hint, passing = "the proxy did not connect", "check HTTPS_PROXY and NO_PROXY", True
        elif "name or service not known" in text or "resol" in text or "getaddrinfo" in text:
            reason, hint, passing = "its name cannot be resolved", "check api_url and the name service", True
        elif over:
            seconds = f"{round(clock.seconds, 1):g}"
            reason, hint, passing = f"no connection within {seconds} s", "check api_url, network and firewall", True
        else:
            reason, hint, passing = "the connection was refused", "check api_url, network and firewall", True
        return NotSentError(f"{name} was not sent to {where}: {reason}; {hint}.", transient=passing)

    def _check_status(self, name: str, status: int, headers: Any) -> None:
        where = self._where
        if status == 200:
            return
        if status in (401, 403):
            raise LoginError(
                f"{where} does not accept the login (HTTP {status}); check api_username and "
                "api_password of the account."
            )
        if status in (429, 503):
            raise BusyError(
                f"{name}: {where} is too busy (HTTP {status}); lower concurrency or run again later.",
                retry_after(headers.get("Retry-After"), time.time()),
            )
        if 300 <= status < 400:
            raise BadAnswerError(
                f"{name}: {where} answered with a redirect (HTTP {status}), which is never followed; "
                "set api_url to the address that answers itself."
            )
        if status >= 500:
            raise BadAnswerError(f"{name}: {where} failed (HTTP {status}); run again later.", transient=True)
        raise BadAnswerError(
            f"{name}: {where} answered HTTP {status}; check that api_url is the address of its XML-RPC."
        )

    def _value(self, name: str, data: bytes, headers: Any) -> Any:
        where = self._where
        if _looks_like_html(data, headers):
            raise BadAnswerError(
                f"{name}: {where} answered with a web page instead of XML-RPC; check api_url, and whether a proxy "
                "or login page stands in between.",
                transient=True,
            )
        try:
            return decode(data)
        except Fault as fault:
            text = self.masker.text(fault.text)
            absent = fault_means_absent(fault.code, fault.text)
            raise FaultError(
                f"{name}: {where} answered with fault {fault.code}: '{text}'.", fault.code, text, absent
            ) from None
        except CodecError as error:
            raise BadAnswerError(f"{name}: {where} gave no usable answer: {error}.", transient=error.cut) from None


class _TooLargeError(OSError):
    def __init__(self, cap: int) -> None:
        super().__init__("the answer is too large")
        self.cap = cap


class _EncodingError(OSError):
    pass


def _read(response: Any, cap: int) -> bytes:
    """The body after unpacking, never holding more than ``cap`` bytes of it; marks the connection as reusable."""
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    unpack: Any | None = None
    if encoding in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    elif encoding not in ("identity", ""):
        raise _EncodingError(encoding)
    body = bytearray()
    while True:
        chunk = response.raw.read(_CHUNK, decode_content=False)
        if not chunk:
            break
        body += chunk if unpack is None else unpack.decompress(chunk, cap + 1 - len(body))
        if len(body) > cap or (unpack is not None and unpack.unconsumed_tail):
            raise _TooLargeError(cap)
    if unpack is not None and not unpack.eof:
        raise _EncodingError(encoding)
    response.raw._rps_whole = True
    response.raw.release_conn()
    return bytes(body)


def _looks_like_html(data: bytes, headers: Any) -> bool:
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or (
        "html" in (headers.get("Content-Type") or "").lower() and not start.startswith((b"<?xml", b"<methodresponse"))
    )


def _short(method: str) -> str:
    return method.rpartition(".")[2]


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for (seconds or HTTP date), None where it is absent or nonsense.

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
