# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on loopback that answers with given bytes, in ways that no simulator of a service would."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

Script = Callable[[Any, bytes], None]
PATIENCE_S = 30.0  # a watchdog: what hangs longer fails


class ScriptedServer:
    """Accepts connections and hands each to ``script(connection, request)``, once a whole request came.

    ``requests`` has what came. With ``early`` the script gets the connection at once. ``left`` is set once a peer has
    gone while a script was still sending.
    """

    def __init__(self, script: Script, context: ssl.SSLContext | None = None, early: bool = False) -> None:
        self.script, self.context, self.early = script, context, early
        self.requests: list[bytes] = []
        self.accepted = 0
        self.over = threading.Event()
        self.left = threading.Event()
        self.sent = 0  # bytes that `drip` and `flood` have sent
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of a service on it."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/xmlrpc"

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: Any) -> None:
        try:
            connection.settimeout(PATIENCE_S)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            request = b"" if self.early else read_request(connection)
            if request or self.early:
                self.requests.append(request)
                self.script(connection, request)
        except OSError:
            self.left.set()
        finally:
            connection.close()

    def drip(self, connection: Any, data: bytes, interval_s: float) -> None:
        """Send byte by byte, again and again, until the peer has gone or the test ends."""
        while not self.over.is_set():
            for byte in data:
                connection.sendall(bytes([byte]))
                self.sent += 1
                if self.over.wait(interval_s):
                    return

    def flood(self, connection: Any, data: bytes) -> None:
        """Send the same bytes as fast as they go, until the peer has gone or the test ends."""
        while not self.over.is_set():
            connection.sendall(data)
            self.sent += len(data)

    def hold(self, connection: Any) -> None:
        """Send nothing, until the peer has gone or the test ends."""
        with contextlib.suppress(OSError):
            while not self.over.is_set() and connection.recv(65536):
                pass
        self.left.set()

    def close(self) -> None:
        """Stop accepting, and end what is still being sent."""
        self.over.set()
        self.listener.close()


def read_request(connection: Any) -> bytes:
    """One whole request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _rest, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/xml", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
