# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One clock for each try of a call.

A timeout for each read does not bound a call: an answer dribbled byte by byte outlives any of them. Here every read and
write of a socket gets just the time that the try has left. A try also notes the moment its request leaves, so "not
sent" is a fact and no guess from an exception's type.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import contextlib
import io
import math
import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

_LOOK_S = 0.1  # between two looks whether a wait is to end


class Clock:
    """The time that a client lives by. Tests give it a virtual one, which makes waiting free."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def wait(self, stopped: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``stopped``, at most so many seconds; whether it is.

        It takes no lock, because the signal handler that stops the run may interrupt it anywhere.
        """
        until = time.monotonic() + seconds
        while not stopped():
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, _LOOK_S))
        return True


class OpenSockets:
    """The sockets of one client, so that another thread can cut off the calls in flight."""

    def __init__(self) -> None:
        self.cut = False
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.RLock()  # a signal handler may cut off a thread that has it

    def add(self, found: Any) -> None:
        """Remember a socket. Raises OSError after the cut."""
        with self._lock:
            if self.cut:
                raise OSError("the calls of this client are cut off")
            self._sockets.add(found)

    def cut_off(self) -> None:
        """End every operation on every socket, now and later."""
        with self._lock:
            self.cut = True
            sockets = list(self._sockets)
        for one in sockets:
            # The plain call: that of a TLS socket would take its state from the thread that reads.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class Deadline(threading.local):
    """The try that this thread is making: when it must be over (monotonic seconds), whether its request has left."""

    clock = Clock()
    until = 0.0
    seconds = 0.0  # that the try was given
    sent = False
    sockets = OpenSockets()

    def start(self, clock: Clock, until: float, sockets: OpenSockets) -> None:
        """Begin a try that must be over at ``until`` (of this clock), and whose connections are among ``sockets``."""
        self.clock = clock
        self.until = until
        self.seconds = until - clock.monotonic()
        self.sent = False
        self.sockets = sockets

    @property
    def expired(self) -> bool:
        """Whether the time of the try is over."""
        return self.clock.monotonic() >= self.until

    def remaining(self) -> float:
        """Seconds left. Raises socket.timeout if there are none."""
        left = self.until - self.clock.monotonic()
        if left <= 0:
            raise socket.timeout("the time for this call is over")
        return left


deadline = Deadline()
_PRECISION_S = 0.01  # to which an operation keeps to the time that is left


class DeadlineSocket:
    """A socket whose every operation gets only the time that the try has left, in the shape that http.client uses."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._timeout = math.inf  # that the system knows of
        self._answers = 0  # that are read through it: it stays open until the last of them is closed
        self._closed = False
        self._left_over = False
        if isinstance(inner, socket.socket):
            deadline.sockets.add(inner)

    def connect(self, address: Any) -> None:
        """Connect within the time that is left."""
        self._limit()
        self._inner.connect(address)

    def secure(self, tls: ssl.SSLContext, host: str) -> DeadlineSocket:
        """The socket that speaks TLS over this one, which may do so already; ``host`` is who must answer.

        Raises OSError, and closes this one then.
        """
        self._limit()
        inner = self._inner
        try:
            if isinstance(inner, ssl.SSLSocket):
                from urllib3.util.ssltransport import SSLTransport  # noqa: PLC0415 - few proxies need it

                return DeadlineSocket(SSLTransport(self, tls, host))  # type: ignore[arg-type]
            inner = tls.wrap_socket(inner, server_hostname=host, do_handshake_on_connect=False)
            secured = DeadlineSocket(inner)  # ahead of the handshake, so that this can be cut off too
            secured._limit()
            inner.do_handshake()
        except BaseException:
            inner.close()
            raise
        return secured

    def has_unasked(self) -> bool:
        """Whether something has arrived since the last answer: bytes that no request asked for, or the end."""
        if self._left_over:
            return True
        inner = self._inner
        if isinstance(inner, ssl.SSLSocket):
            if inner.pending():
                return True
        elif not isinstance(inner, socket.socket):  # urllib3's SSLTransport
            return bool(inner.incoming.pending or inner.sslobj.pending() or inner.socket.has_unasked())
        poll = select.poll()
        poll.register(inner, select.POLLIN)
        return bool(poll.poll(0))

    def _limit(self) -> None:
        """Let the next operation take what is left, and ask the system for it only where that makes a difference: it
        is a system call, at which threads wait for each other."""
        left = deadline.remaining()
        if abs(self._timeout - left) > _PRECISION_S:
            self._timeout = left
            self._inner.settimeout(left)

    def settimeout(self, _seconds: float | None) -> None:
        """Ignored: the deadline rules."""

    def setsockopt(self, *option: Any) -> None:
        """As a socket has it."""
        self._inner.setsockopt(*option)

    def fileno(self) -> int:
        """As a socket has it."""
        number: int = self._inner.fileno()
        return number

    def recv(self, size: int) -> bytes:
        """Receive within the time that is left."""
        self._limit()
        received: bytes = self._inner.recv(size)
        return received

    def recv_into(self, buffer: Any) -> int:
        """Receive within the time that is left."""
        self._limit()
        received: int = self._inner.recv_into(buffer)
        return received

    def sendall(self, data: bytes) -> None:
        """Send within the time that is left."""
        self._limit()
        self._inner.sendall(data)

    def makefile(self, _mode: str = "rb") -> io.BufferedReader:
        """What http.client reads one answer through."""
        self._answers += 1
        return _AnswerReader(_Received(self))

    def close(self) -> None:
        """Close, at the latest with the last answer."""
        self._closed = True
        if self._answers == 0:
            self._inner.close()

    def answer_closed(self, left_over: bool) -> None:
        """One answer less is read; ``left_over`` says that more had arrived than it had."""
        self._left_over = self._left_over or left_over
        self._answers -= 1
        if self._closed:
            self.close()


class _Received(io.RawIOBase):
    """The bytes that a socket receives, until ``over`` says that no more are wanted."""

    def __init__(self, source: DeadlineSocket) -> None:
        self.source = source
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return 0 if self.over else self.source.recv_into(buffer)

    def readall(self) -> bytes:
        raise ValueError("a size below zero")  # of a chunk: nothing else asks for all there is


class _AnswerReader(io.BufferedReader):
    """One answer. It reads ahead, so at its end it knows whether there was more than it."""

    raw: Any

    def close(self) -> None:
        if not self.closed:
            self.raw.over = True  # so that this looks at what was read ahead, and waits for nothing
            left_over = bool(self.peek(1))
            super().close()
            self.raw.source.answer_closed(left_over)


def connected_socket(family: int, kind: int, protocol: int, address: Any) -> DeadlineSocket:
    """A socket that is connected within the time that is left. Raises OSError."""
    plain = socket.socket(family, kind, protocol)
    try:
        found = DeadlineSocket(plain)
        found.connect(address)
    except BaseException:
        plain.close()
        raise
    return found
