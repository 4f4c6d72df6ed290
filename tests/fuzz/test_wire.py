# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that break HTTP itself, byte for byte: left in time, refused in little memory, as no known result."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock
from ansible_collections.voip.rps.plugins.module_utils._errors import CallError
from ansible_collections.voip.rps.plugins.module_utils._model import (
    REGISTER,
    WOULD_CHANGE,
    Connection,
    DesiredDevice,
    PlannedChange,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import service_class
from support.scripted_server import PATIENCE_S, ScriptedServer

TIMEOUT = 10.0
OK = (
    b"<?xml version='1.0' encoding='UTF-8'?><methodResponse><params><param><value><array><data><value><boolean>1"
    b"</boolean></value><value>OK</value></data></array></value></param></params></methodResponse>"
)
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
CHUNKED = PLAIN + b"Transfer-Encoding: chunked\r\n\r\n"


class SteppingClock(Clock):
    """Time that passes whenever somebody looks at it, so that no test waits for a timeout."""

    now = 1000.0

    def monotonic(self) -> float:
        self.now += 0.25
        return self.now


def _sized(body: bytes, size: object, more: bytes = b"") -> bytes:
    return PLAIN + more + f"Content-Length: {size}\r\n\r\n".encode() + body


def _deflated(size: int, bits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return b"".join(packer.compress(bytes(1 << 20)) for _part in range(size)) + packer.flush()


def _cut(data: bytes) -> bytes:
    return data[: len(data) - 12]


# Name: what is sent, and what then: close, hang, or the same bytes again and again.
HOSTILE: dict[str, tuple[bytes, bytes | None]] = {
    "a length that is too long, then closed": (_sized(OK, len(OK) + 9), None),
    "a length that is too long, then nothing": (_sized(OK, len(OK) + 9), b""),
    "a length that is too short": (_sized(OK, len(OK) - 9), None),
    "a length of nothing": (_sized(OK, 0), None),
    "a huge length": (_sized(OK, 10**18), b""),
    "chunks that are cut off": (CHUNKED + f"{len(OK):x}\r\n".encode() + OK, None),
    "chunks without an end": (CHUNKED + f"{len(OK):x}\r\n".encode() + OK + b"\r\n", b""),
    "a chunk of a size that is no number": (CHUNKED + b"zz\r\n" + OK + b"\r\n0\r\n\r\n", None),
    "a chunk of a negative size": (CHUNKED + b"-5\r\n" + OK + b"\r\n0\r\n\r\n", None),
    "a chunk of a huge size": (CHUNKED + b"ffffffffffffffff\r\n" + OK, b""),
    "a chunk shorter than it says": (CHUNKED + f"{len(OK) + 30:x}\r\n".encode() + OK + b"\r\n0\r\n\r\n", None),
    "endless digits of a chunk's size": (CHUNKED, b"0" * 8192),
    "endless chunks": (CHUNKED, b"400\r\n" + b" " * 1024 + b"\r\n"),
    "endless interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless header lines": (PLAIN, b"X-More: yes\r\n"),
    "one endless header line": (PLAIN + b"X-More: ", b"x" * 8192),
    "an endless status line": (b"HTTP/1.1 200 ", b"O" * 8192),
    "no HTTP at all": (OK, None),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", None),
    "NULs": (bytes(4096), None),
    "endless NULs": (b"", bytes(8192)),
    "a status that is no number": (b"HTTP/1.1 two hundred\r\n\r\n" + OK, None),
    "a status of one digit": (b"HTTP/1.1 2 OK\r\n\r\n" + OK, None),
    "gzip that is cut off": (_sized(_cut(gzip.compress(OK)), "8000", b"Content-Encoding: gzip\r\n"), None),
    "gzip that is cut off, with its length": (
        _sized(_cut(gzip.compress(OK)), len(gzip.compress(OK)) - 12, b"Content-Encoding: gzip\r\n"),
        None,
    ),
    "gzip in name only": (_sized(OK, len(OK), b"Content-Encoding: gzip\r\n"), None),
    "deflate that unpacks to 150 MB": (
        PLAIN + b"Content-Encoding: deflate\r\n\r\n" + _deflated(150, zlib.MAX_WBITS),
        None,
    ),
    "endless gzip": (PLAIN + b"Content-Encoding: gzip\r\n\r\n" + _cut(_deflated(1, zlib.MAX_WBITS | 16)), bytes(8192)),
    "no body": (PLAIN + b"\r\n", None),
    "a body without meaning": (_sized(b" \r\n" * 30_000, 90_000), None),
    "UTF-16": (_sized(OK.decode().encode("utf-16"), len(OK.decode().encode("utf-16"))), None),
    "a NUL after the answer": (_sized(OK + b"\0", len(OK) + 1), None),
    "two answers in one body": (_sized(OK + OK, len(OK) * 2), None),
    "a byte now and then": (_sized(b"", len(OK)), b"slow"),
}


class Peer(ScriptedServer):
    """Sends what a case says, whoever asks and how often."""

    def __init__(self, first: bytes, then: bytes | None) -> None:
        self.first, self.then = first, then
        super().__init__(self._answer)

    def _answer(self, connection: Any, _request: bytes) -> None:
        connection.sendall(self.first)
        if self.then == b"":
            self.hold(connection)
        elif self.then == b"slow":
            self.drip(connection, OK, 0.001)
        elif self.then is not None:
            self.flood(connection, self.then)


@pytest.fixture
def peer() -> Iterator[Callable[[str], Peer]]:
    made: list[Peer] = []

    def make(name: str) -> Peer:
        made.append(Peer(*HOSTILE[name]))
        return made[-1]

    yield make
    for one in made:
        one.close()


# The cases in which the peer says nothing more: only a real timeout ends them.
SILENT = {name for name, (_first, then) in HOSTILE.items() if then == b""}


@pytest.mark.parametrize("read", [False, True], ids=["write", "list"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_an_error_in_little_memory_and_is_left_in_time(
    peer: Callable[[str], Peer], name: str, read: bool
) -> None:
    there = peer(name)
    timeout = 0.2 if name in SILENT else TIMEOUT
    connection = Connection("yealink", there.url, "me", "s3cret", timeout=timeout, retries=0, concurrency=1)
    clock = Clock() if name in SILENT else SteppingClock()
    service = service_class("yealink").connect(connection, Masker("yealink", "me", "s3cret", rounds=1), clock=clock)
    change = PlannedChange(DesiredDevice("001565000001", server="office"), None, REGISTER, WOULD_CHANGE)
    tracemalloc.start()
    try:
        with pytest.raises(CallError) as caught:
            service.list_account() if read else service.write(change)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        service.client.close()
    assert caught.value.executed is None, "the service may have executed it"
    assert there.then is None or there.left.wait(PATIENCE_S), "the client left while the peer still sent"
    assert peak < 64 << 20
    assert str(caught.value).isprintable()
    assert "s3cret" not in str(caught.value)
    assert len(there.requests) == 1
