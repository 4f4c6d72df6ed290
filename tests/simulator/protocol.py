# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP/1.1 connection. Parsing and sending are kept lean: benchmarks share the processor with the simulator."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from .delivery import Reply, Request
from .dispatch import CONTROL, Dispatcher

_MAX_HEAD, _MAX_BODY = 65536, 64 * 1024 * 1024


class _BadRequestError(Exception):
    """A request that cannot be read; carries the status line."""


def _parse_head(head: bytes) -> tuple[list[bytes], dict[bytes, bytes]]:
    """Return the three words of the request line, and the headers with their names in lower case."""
    lines = head.split(b"\r\n")
    start = lines[0].split(b" ")
    if len(start) != 3 or start[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise _BadRequestError("400 Bad Request")
    headers: dict[bytes, bytes] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or name != name.strip():
            raise _BadRequestError("400 Bad Request")
        headers[name.lower()] = value.strip()
    return start, headers


class Connection(asyncio.Protocol):
    """Answers the requests of one connection, one after the other, also when they come pipelined."""

    def __init__(self, dispatcher: Dispatcher, lock: Any, tls: bool, open_connections: set[Connection]) -> None:
        self._dispatcher = dispatcher
        self._lock = lock
        self._tls = tls
        self._connections = open_connections
        self._buffer = b""
        self._busy = False
        self._controls = False  # came for the control API, so it is no connection of the service
        self._answered = 0
        self._number = 0
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    # -- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection and switch Nagle's algorithm off."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ledger = self._dispatcher.ledger
        with self._lock:
            self._number = ledger.next_connection
            ledger.next_connection += 1
            ledger.connections_opened += 1
            ledger.connections_open += 1
            ledger.tls_connections_opened += self._tls
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop whatever was still to be sent."""
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._dispatcher.ledger.connections_open -= not self._controls
            if self._busy:
                self._dispatcher.ledger.in_flight -= not self._controls
        self._busy = False
        if self._transport is not None:
            self._transport.close()  # no more to close, but older Pythons complain of a TLS transport that was not
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Collect a request and answer it."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy:
            self._next()

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # -- requests

    def _next(self) -> None:
        try:
            request = self._take()
        except _BadRequestError as error:
            if self._transport is not None:
                head = f"HTTP/1.1 {error}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                self._transport.write(head.encode())
                self._transport.close()
            return
        if request is None:
            return
        self._busy = True
        ledger = self._dispatcher.ledger
        with self._lock:
            if not self._answered and request.path.startswith(CONTROL):
                self._controls = True
                ledger.connections_open -= 1
                ledger.connections_opened -= 1
            ledger.in_flight += not self._controls
            ledger.max_in_flight = max(ledger.max_in_flight, ledger.in_flight)
            reply = self._dispatcher.handle(request)
        if reply.delay > 0:
            self._timer = asyncio.get_running_loop().call_later(reply.delay, self._deliver, reply)
        else:
            self._deliver(reply)

    def _take(self) -> Request | None:
        """Cut one whole request off the buffer; None where there is none yet."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise _BadRequestError("431 Request Header Fields Too Large")
            return None
        start, headers = _parse_head(self._buffer[:end])
        if b"transfer-encoding" in headers:
            raise _BadRequestError("411 Length Required")
        given = headers.get(b"content-length", b"0")
        if not given.isdigit():
            raise _BadRequestError("400 Bad Request")
        length = int(given)
        if length > _MAX_BODY:
            raise _BadRequestError("413 Content Too Large")
        stop = end + 4 + length
        if len(self._buffer) < stop:
            waiting = headers.get(b"expect", b"").lower() == b"100-continue" and len(self._buffer) == end + 4
            if waiting and self._transport is not None:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body = self._buffer[end + 4 : stop]
        self._buffer = self._buffer[stop:]
        wish = headers.get(b"connection", b"").lower()
        keep_alive = wish != b"close" if start[2] == b"HTTP/1.1" else wish == b"keep-alive"
        path = start[1].split(b"?")[0].decode("latin-1")
        return Request(start[0].decode("latin-1"), path, headers, body, keep_alive, self._number, self._tls)

    # -- answers

    def _deliver(self, reply: Reply) -> None:
        self._timer = None
        transport = self._transport
        if transport is None or reply.action == "hang":
            return
        if reply.action == "send":
            self._done(reply.close, reply.data)
        elif reply.action == "dribble":
            if reply.start:
                transport.write(reply.data[: reply.start])
            self._dribble(reply, reply.start)
        elif reply.action == "close":
            self._done(True)
        elif reply.action == "reset":
            sock = transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()

    def _dribble(self, reply: Reply, position: int) -> None:
        if self._transport is None:
            return
        piece = reply.data[position : position + reply.chunk]
        if position + reply.chunk >= len(reply.data):
            self._done(reply.close, piece)
            return
        self._transport.write(piece)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(reply.interval, self._dribble, reply, position + reply.chunk)

    def _done(self, close: bool, last: bytes = b"") -> None:
        """End one exchange with its last bytes: close the connection, or look for the next request in the buffer.

        The counters come first: whoever has the whole answer must see them settled.
        """
        self._busy = False
        self._answered += 1
        with self._lock:
            self._dispatcher.ledger.in_flight -= not self._controls
        if last and self._transport is not None:
            self._transport.write(last)
        limit = self._dispatcher.options.close_after
        if close or (limit is not None and self._answered >= limit):
            if self._transport is not None:
                self._transport.close()
        elif self._buffer:
            self._next()
