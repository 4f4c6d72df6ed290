# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP/1.1 connection. Parsing and sending are kept lean: benchmarks share the processor with the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import http
import socket
import struct
from typing import Any, Protocol

from .calls import CutShort, Ledger
from .dispatch import CONTROL
from .messages import Dribble, Reply, Request

_MAX_HEAD, _MAX_BODY = 65536, 64 * 1024 * 1024
_REASONS = {int(status): status.phrase for status in http.HTTPStatus}
_BODILESS = (204, 304)


class Answerer(Protocol):
    """What a connection needs of the simulator."""

    ledger: Ledger
    lock: Any
    changed: Any  # the condition, on the lock, that something has happened

    def answer(self, request: Request) -> tuple[Reply, Any]:
        """Return the reply and the switches that say how it is sent; called with the lock."""


class _BadRequestError(Exception):
    """A request that cannot be read; carries the status line."""


def serialize(reply: Reply, chunked: bool = False) -> tuple[bytes, bytes]:
    """Return head and body as they are on the wire."""
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}", "Server: rps-simulator"]
    lines += [f"{name}: {value}" for name, value in reply.headers if value or name.lower() != "content-type"]
    body = reply.body
    if reply.status in _BODILESS:
        body = b""
    elif chunked:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif reply.header("content-length") is None:
        lines.append(f"Content-Length: {len(body)}")
    if reply.close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"), body


def _parse_head(head: bytes) -> tuple[list[str], dict[str, str]]:
    """Return the three words of the request line, and the headers with their names in lower case."""
    lines = head.decode("latin-1").split("\r\n")
    start = lines[0].split(" ")
    if len(start) != 3 or start[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise _BadRequestError("400 Bad Request")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise _BadRequestError("400 Bad Request")
        headers[name.lower()] = value.strip()
    return start, headers


class Connection(asyncio.Protocol):
    """Answers the requests of one connection, one after the other, also when they come pipelined."""

    def __init__(self, service: Answerer, tls: bool, open_connections: set[Connection]) -> None:
        self._service = service
        self._tls = tls
        self._connections = open_connections
        self._buffer = b""
        self._busy = False
        self._controls = False  # came for the control API, so it is no connection of a service
        self._answered = 0
        self._number = 0
        self._sent = 0  # bytes of the answer that is being sent
        self._close_after: int | None = None
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
        ledger = self._service.ledger
        with self._service.lock:
            self._number = ledger.next_connection
            ledger.next_connection += 1
            ledger.connections_opened += 1
            ledger.connections_open += 1
            ledger.tls_connections_opened += self._tls
            self._service.changed.notify_all()
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop whatever was still to be sent."""
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        with self._service.lock:
            self._service.ledger.connections_open -= not self._controls
            if self._busy:
                self._service.ledger.in_flight -= not self._controls
                self._service.ledger.cut_short.append(CutShort(self._number, self._sent))
            self._service.changed.notify_all()
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
        ledger = self._service.ledger
        with self._service.lock:
            if not self._answered and request.path.startswith(CONTROL):
                self._controls = True
                ledger.connections_open -= 1
                ledger.connections_opened -= 1
            ledger.in_flight += not self._controls
            ledger.max_in_flight = max(ledger.max_in_flight, ledger.in_flight)
            reply, options = self._service.answer(request)
            self._service.changed.notify_all()
        self._close_after, self._sent = options.close_after, 0
        if reply.gate is not None:
            loop = asyncio.get_running_loop()
            reply.gate.enter(lambda: self._send_soon(loop, reply, options.chunked))
        else:
            self._send(reply, options.chunked)

    def _take(self) -> Request | None:
        """Cut one whole request off the buffer; None where there is none yet."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise _BadRequestError("431 Request Header Fields Too Large")
            return None
        start, headers = _parse_head(self._buffer[:end])
        if "transfer-encoding" in headers:
            raise _BadRequestError("411 Length Required")
        given = headers.get("content-length", "0")
        if not (given.isascii() and given.isdigit()):
            raise _BadRequestError("400 Bad Request")
        length = int(given)
        if length > _MAX_BODY:
            raise _BadRequestError("413 Content Too Large")
        stop = end + 4 + length
        if len(self._buffer) < stop:
            waiting = headers.get("expect", "").lower() == "100-continue" and len(self._buffer) == end + 4
            if waiting and self._transport is not None:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body = self._buffer[end + 4 : stop]
        self._buffer = self._buffer[stop:]
        wish = headers.get("connection", "").lower()
        keep_alive = wish != "close" if start[2] == "HTTP/1.1" else wish == "keep-alive"
        return Request(start[0], start[1].split("?")[0], headers, body, keep_alive, self._number, self._tls)

    # -- answers

    def _send_soon(self, loop: asyncio.AbstractEventLoop, reply: Reply, chunked: bool) -> None:
        """Send from any thread."""
        with contextlib.suppress(RuntimeError):  # the simulator has stopped
            loop.call_soon_threadsafe(self._send, reply, chunked)

    def _send(self, reply: Reply, chunked: bool) -> None:
        if reply.delay > 0:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(reply.delay, self._deliver, reply, chunked)
        else:
            self._deliver(reply, chunked)

    def _deliver(self, reply: Reply, chunked: bool) -> None:
        self._timer = None
        transport = self._transport
        if transport is None or reply.drop == "hang":
            return
        if reply.drop == "close":
            self._done(True)  # the whole of what there is to send
        elif reply.drop in ("reset", "refuse"):
            sock = transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            head, body = serialize(reply, chunked)
            if reply.drop == "half":
                self._done(True, head + body[: len(body) // 2])
            elif reply.dribble is not None:
                start = 0 if reply.dribble.whole else len(head)
                if start:
                    self._write(head)
                self._dribble(head + body, reply.dribble, start, reply.close)
            else:
                self._done(reply.close, head + body)  # one piece, so that it leaves in one packet

    def _dribble(self, data: bytes, how: Dribble, position: int, close: bool) -> None:
        if self._transport is None:
            return
        piece = data[position : position + how.chunk]
        if position + how.chunk >= len(data):
            self._done(close, piece)
            return
        self._write(piece)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(how.interval, self._dribble, data, how, position + how.chunk, close)

    def _write(self, piece: bytes) -> None:
        if self._transport is not None:
            self._transport.write(piece)
        with self._service.lock:
            self._sent += len(piece)
            self._service.changed.notify_all()

    def _done(self, close: bool, last: bytes = b"") -> None:
        """End one exchange with its last bytes: close the connection, or look for the next request in the buffer.

        The counters come first: whoever has the whole answer must see them settled.
        """
        self._busy = False
        self._answered += 1
        with self._service.lock:
            self._service.ledger.in_flight -= not self._controls
            self._service.changed.notify_all()
        if last and self._transport is not None:
            self._transport.write(last)
        if close or (self._close_after is not None and self._answered >= self._close_after):
            if self._transport is not None:
                self._transport.close()
        elif self._buffer:
            self._next()
