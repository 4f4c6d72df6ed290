# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged HTTP: whole answers with their heads, mutated at random. Whatever a call makes of one, the next call of the
client gets its own answer. `RPS_FUZZ` and `RPS_SEED` are as for the other mutations."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import XmlRpcClient
from ansible_collections.voip.rps.plugins.module_utils._errors import CallError, LostAnswerError, StoppedError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from support.fault_cases import seed
from support.scripted_server import PATIENCE_S, ScriptedServer, http, read_request

from .test_mutations import COUNT, PARTS, mutated

EXAMPLES = COUNT // 50  # each has connections of its own
SHORT_S = 0.05  # many damaged answers leave the client waiting for more


def answer(word: str) -> bytes:
    """The body of an answer with this word."""
    start = (
        "<?xml version='1.0'?><methodResponse><params><param><value><array><data><value><boolean>1</boolean></value>"
    )
    return f"{start}<value>{word}</value></data></array></value></param></params></methodResponse>".encode()


def chunked(body: bytes, head: bytes = b"") -> bytes:
    """An answer in two chunks."""
    parts = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:50], body[50:]))
    return b"HTTP/1.1 200 OK\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n"


SEEDS = (
    http(answer("first")),
    http(answer("first")) + http(answer("first")),
    http(answer("first"), "500 Fault"),
    http(b"", "204 No Content"),
    http(answer("first"), "200 OK", "Connection: close"),
    http(answer("first")).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    http(gzip.compress(answer("first"), mtime=0), "200 OK", "Content-Encoding: gzip"),
    chunked(answer("first")),
    chunked(gzip.compress(answer("first"), mtime=0), b"Content-Encoding: gzip\r\n"),
    b"HTTP/1.1 100 Continue\r\n\r\n" + http(answer("first")),
)
TOKENS = (
    *(b"\r\n", b"\r\n\r\n", b"\n", b" ", b"\0", b":", b"0\r\n\r\n", b"-1\r\n", b"5;a=b\r\n", b"ffffffffffffffff\r\n"),
    *(b"Content-Length: 0\r\n", b"Content-Length: 5\r\n", b"Content-Length: -5\r\n", b"Content-Length: 5, 6\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Content-Encoding: gzip\r\n"),
    *(b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"X: " + b"y" * 70_000 + b"\r\n", b"A: b\r\n" * 120),
    *(b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/0.9"),
    *(b"204", b"101", b"999", http(answer("first")), chunked(answer("first"))),
)


class Peer(ScriptedServer):
    """Sends ``damaged`` on one connection, and says on which connection another request arrives."""

    def __init__(self) -> None:
        self.damaged: bytes | None = None
        super().__init__(self._answer)

    def _answer(self, connection: Any, _request: bytes) -> None:
        damaged, self.damaged = self.damaged, None
        if damaged is None:
            connection.sendall(http(answer("fresh")))
            return
        connection.sendall(damaged)
        if read_request(connection):
            connection.sendall(http(answer("second")))


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_call_after_a_damaged_answer_gets_its_own_answer(peer: Peer, part: int) -> None:
    words, said = set(), ""
    for index in range(part, EXAMPLES, PARTS):
        dice = random.Random(f"http {seed()} {index}")  # noqa: S311 - no secret
        damaged = peer.damaged = mutated(dice, dice.choice(SEEDS), TOKENS)
        connection = Connection("yealink", peer.url, "me", "s3cret", timeout=SHORT_S, retries=0, concurrency=1)
        client = XmlRpcClient(connection, Masker("yealink", "me", "s3cret", rounds=1))
        expected = {"second", "fresh"}
        try:
            client.call("redirect.checkDevice", ["001565000001"], idempotent=False)
        except CallError as error:
            said += str(error)
            if isinstance(error, LostAnswerError):
                expected = {"fresh"}  # the rest of what was lost may still arrive
        client.connection = replace(connection, timeout=PATIENCE_S)
        try:
            _done, word = client.call("redirect.checkDevice", ["001565000001"], idempotent=False)
        except StoppedError:
            continue  # the first was taken for a refused login
        finally:
            client.close()
        assert word in expected, damaged
        words.add(word)
    assert words
    assert "s3cret" not in said
