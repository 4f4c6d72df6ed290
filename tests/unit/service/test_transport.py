# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP over real sockets: kept-open connections, deadlines that nothing outlives, bodies that never end."""

from __future__ import annotations

import gzip
import http.client as http_client
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client import transport
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock
from ansible_collections.voip.rps.plugins.module_utils._client.environment import find_route
from ansible_collections.voip.rps.plugins.module_utils._client.limits import MAX_ANSWER_BYTES
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import XmlRpcClient
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    BadAnswerError,
    BusyError,
    CallError,
    LoginError,
    LostAnswerError,
    NotSentError,
    StoppedError,
    TooLargeError,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import WorkerPool
from simulator import Fault, Simulator
from support.phones import mac
from support.scripted_server import PATIENCE_S, ScriptedServer, http

MAC = mac(1)
UNKNOWN = [True, "Unknown"]
ANSWER = (
    b"<?xml version='1.0'?><methodResponse><params><param><value><array><data><value><boolean>1</boolean></value>"
    b"<value>Unknown</value></data></array></value></param></params></methodResponse>"
)
Scripted = Callable[..., ScriptedServer]
Clients = Callable[..., XmlRpcClient]


def read(client: XmlRpcClient) -> Any:
    return client.call("redirect.checkDevice", [MAC], idempotent=True)


def write(client: XmlRpcClient) -> Any:
    return client.call("redirect.registerDevice", [MAC, "office"], idempotent=False)


def failing(call: Callable[[XmlRpcClient], Any], client: XmlRpcClient) -> CallError:
    with pytest.raises(CallError) as caught:
        call(client)
    return caught.value


class SteppingClock(Clock):
    """Time that passes by a step whenever somebody looks at it, and not otherwise: no test waits for it."""

    def __init__(self, step_s: float) -> None:
        self.now = 1000.0
        self.step_s = step_s

    def monotonic(self) -> float:
        self.now += self.step_s
        return self.now


# Connections.


def test_all_calls_of_a_run_share_one_connection(listening: Simulator, client: Clients) -> None:
    made = client(listening.url("yealink"))
    for _number in range(20):
        read(made)
    assert listening.stats()["connections"]["opened"] == 1


def test_a_connection_stays_open_over_compressed_and_chunked_answers(listening: Simulator, client: Clients) -> None:
    listening.options.gzip = True
    listening.options.chunked = True
    made = client(listening.url("yealink"))
    for _number in range(5):
        assert read(made) == UNKNOWN
    assert listening.stats()["connections"]["opened"] == 1


def test_each_thread_has_a_connection_at_most(listening: Simulator, client: Clients) -> None:
    made = client(listening.url("yealink"), concurrency=3)
    WorkerPool(3, made.interrupt).map(lambda _number: read(made), range(36))
    stats = listening.stats()
    assert stats["connections"]["opened"] <= 3
    assert stats["max_in_flight"] <= 3
    assert made.calls == {"checkDevice": 36}


def test_a_refused_status_does_not_spoil_the_next_call(listening: Simulator, client: Clients) -> None:
    listening.faults.add(Fault("status", index=0, status=500, body="x" * 100_000))
    made = client(listening.url("yealink"), retries=1)
    assert read(made) == UNKNOWN


def test_an_error_with_an_endless_body_is_not_read_to_its_end(scripted: Scripted, client: Clients) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 503 Busy\r\n\r\n")
        server.flood(connection, b"x" * 65536)

    server: ScriptedServer = scripted(script)
    assert "HTTP 503" in str(failing(read, client(server.url)))
    assert server.left.wait(PATIENCE_S)


def test_a_kept_connection_that_the_service_closed_in_silence_costs_a_read_nothing(
    listening: Simulator, client: Clients
) -> None:
    listening.options.close_after = 1
    made = client(listening.url("yealink"), retries=3)
    for _number in range(4):
        assert read(made) == UNKNOWN


def test_the_way_to_a_service_is_found_once_for_all_connections(
    listening: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening.options.close_after = 1
    asked: list[str] = []

    def find(url: str, tls: Any) -> Any:
        asked.append(url)
        return find_route(url, tls)

    monkeypatch.setattr(transport, "find_route", find)
    made = client(listening.url("yealink"), retries=3)
    for _number in range(3):
        assert read(made) == UNKNOWN
    assert listening.stats()["connections"]["opened"] >= 3
    assert asked == [listening.url("yealink")]


def test_a_write_on_a_kept_connection_that_was_closed_goes_out_once_at_most(
    listening: Simulator, client: Clients
) -> None:
    listening.options.close_after = 1
    made = client(listening.url("yealink"), retries=3)
    read(made)
    outcomes = {True: [True, "OK"], False: None}
    try:
        answer = write(made)
    except LostAnswerError:
        answer = None
    assert answer in outcomes.values()
    assert len(listening.writes()) <= 1


@pytest.mark.parametrize("status", [b"101 Switching Protocols", b"102 Processing", b"103 Early Hints"])
def test_an_interim_answer_is_no_answer_and_leaves_none_for_the_next_call(
    scripted: Scripted, client: Clients, status: bytes
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        if server.accepted == 1:
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nLink: a\r\n\r\n")
            server.hold(connection)
        else:
            connection.sendall(http(ANSWER))

    server: ScriptedServer = scripted(script)
    made = client(server.url)
    error = failing(write, made)
    assert isinstance(error, LostAnswerError)
    assert error.executed is None
    assert read(made) == UNKNOWN
    assert server.accepted == 2


NEVER_ASKED = ANSWER.replace(b"Unknown", b"Never asked")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-" + b"F" * 28 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n12345",
    ],
    ids=["no_size", "empty_size", "size_below_zero", "size_far_below_zero", "two_lengths"],
)
def test_after_an_answer_that_cannot_be_read_the_next_call_has_a_connection_of_its_own(
    scripted: Scripted, client: Clients, answer: bytes
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        if server.accepted == 1:
            connection.sendall(answer)
            sent.wait(PATIENCE_S)
            connection.sendall(http(NEVER_ASKED))
        else:
            connection.sendall(http(ANSWER))

    sent = threading.Event()
    server: ScriptedServer = scripted(script)
    made = client(server.url)
    error = failing(write, made)
    assert isinstance(error, LostAnswerError)
    assert error.executed is None
    sent.set()
    assert read(made) == UNKNOWN
    assert server.accepted == 2


@pytest.mark.parametrize("rest", [http(NEVER_ASKED), http(NEVER_ASKED)[:20], b"\r\n"], ids=["whole", "half", "blank"])
def test_what_comes_after_an_answer_is_not_the_next_one(scripted: Scripted, client: Clients, rest: bytes) -> None:
    """Also where it was read together with the answer, so that the socket has nothing left to show."""

    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(http(ANSWER) + rest)
        server.hold(connection)

    server: ScriptedServer = scripted(script)
    made = client(server.url)
    assert [read(made), read(made), read(made)] == [UNKNOWN] * 3
    assert server.accepted == 3


def test_a_request_to_go_on_is_passed_over(scripted: Scripted, client: Clients) -> None:
    server = scripted(lambda connection, _request: connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + http(ANSWER)))
    assert read(client(server.url)) == UNKNOWN


def test_closing_ends_connections_in_use_with_their_answer(scripted: Scripted, client: Clients) -> None:
    left = threading.Event()

    def script(connection: Any, _request: bytes) -> None:
        made.close()
        connection.sendall(http(ANSWER))
        server.hold(connection)
        left.set()

    server: ScriptedServer = scripted(script)
    made = client(server.url)
    assert read(made) == UNKNOWN
    assert left.wait(PATIENCE_S)


@pytest.mark.parametrize("head", [b"Content-Encoding: gzip", b"Content-Encoding: br", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize(
    ("status", "kind"), [(b"401 No", LoginError), (b"503 Busy", BusyError), (b"413 No", TooLargeError)]
)
def test_a_status_counts_whatever_its_body_is(
    scripted: Scripted, client: Clients, status: bytes, kind: type[CallError], head: bytes
) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\nConnection: close\r\n\r\nnonsense"
    server = scripted(lambda connection, _request: connection.sendall(answer))
    assert isinstance(failing(write, client(server.url)), kind)


def test_a_call_that_was_interrupted_leaves_nothing_to_the_next(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = scripted(lambda connection, _request: connection.sendall(http(ANSWER)))
    made = client(server.url)
    putheader = http_client.HTTPConnection.putheader

    def interrupt(self: Any, name: str, *values: str) -> None:
        putheader(self, name, *values)
        if name == "Content-Length":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(http_client.HTTPConnection, "putheader", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write(made)
    assert read(made) == UNKNOWN
    assert [request.count(b"POST ") for request in server.requests] == [1]


def test_a_wait_between_tries_ends_when_a_signal_handler_stops_the_client(
    client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = client("http://127.0.0.1:1/xmlrpc")

    def handle_signals(_seconds: float) -> None:
        made.interrupt()
        made.abort()

    monkeypatch.setattr(time, "sleep", handle_signals)
    assert not made.wait(3, LostAnswerError("lost"))


def test_closing_ends_every_connection(scripted: Scripted, client: Clients) -> None:
    ended = threading.Event()

    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(http(ANSWER))
        server.hold(connection)
        ended.set()

    server: ScriptedServer = scripted(script)
    made = client(server.url)
    assert read(made) == UNKNOWN
    made.close()
    assert ended.wait(PATIENCE_S)


# Time. The client leaves while the server still sends.


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-More: ",
        b"",
    ],
    ids=["body", "chunks", "header", "status"],
)
def test_an_answer_that_only_drips_does_not_outlive_the_timeout(
    scripted: Scripted, client: Clients, head: bytes, call: Any
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(head)
        server.drip(connection, b"1\r\nx\r\n" if b"chunked" in head else b"H", 0.001)

    server: ScriptedServer = scripted(script)
    error = failing(call, client(server.url, SteppingClock(0.5)))
    assert isinstance(error, LostAnswerError)
    assert error.timed_out
    assert error.executed is None
    assert "within 20 s" in str(error) or "within 19.5 s" in str(error)
    assert server.left.wait(PATIENCE_S)
    assert server.sent < 100_000


def test_every_wait_for_the_socket_gets_only_what_is_left_of_the_try(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts: list[float | None] = []
    settimeout = socket.socket.settimeout

    class Recording(socket.socket):
        def settimeout(self, seconds: float | None) -> None:
            timeouts.append(seconds)
            settimeout(self, seconds)

    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        server.drip(connection, b"x", 0.001)

    server: ScriptedServer = scripted(script)
    monkeypatch.setattr(socket, "socket", Recording)
    failing(read, client(server.url, SteppingClock(0.25), timeout=10.0))
    assert len(timeouts) > 5
    assert None not in timeouts
    own = [seconds for seconds in timeouts if seconds is not None and seconds <= 10.0]
    assert own == sorted(own, reverse=True)
    assert own[-1] < 1


def test_an_answer_that_never_comes_ends_with_the_timeout(scripted: Scripted, client: Clients) -> None:
    server: ScriptedServer = scripted(lambda connection, _request: server.hold(connection))
    error = failing(write, client(server.url, timeout=0.2))
    assert isinstance(error, LostAnswerError)
    assert error.timed_out
    assert "within 0.2 s" in str(error)
    assert server.left.wait(PATIENCE_S)
    assert len(server.requests) == 1


def test_a_slow_answer_within_the_timeout_is_taken(listening: Simulator, client: Clients) -> None:
    listening.faults.add(Fault("dribble", phase="after", interval=0.001, chunk=50, whole=True))
    assert read(client(listening.url("yealink"))) == UNKNOWN


def test_the_time_for_connecting_counts_for_all_addresses_together(
    client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with several addresses of which none answers must not cost the timeout several times."""
    given: list[float] = []
    clock = SteppingClock(0.0)

    class Deaf(socket.socket):
        def settimeout(self, seconds: float | None) -> None:
            given.append(seconds or 0.0)

        def connect(self, _address: object) -> None:
            clock.now += 4.0
            raise TimeoutError("no answer")

    one = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [one] * 5)
    monkeypatch.setattr(socket, "socket", Deaf)
    error = failing(read, client("https://rps.example.com/xmlrpc", clock, timeout=10.0))
    assert isinstance(error, NotSentError)
    assert "within 10 s" in str(error)
    assert given == [10.0, 6.0, 2.0]


def test_a_second_address_is_tried_if_the_system_does_not_know_the_kind_of_the_first(
    listening: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(listening.base_url().rpartition(":")[2])
    found = [(family, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for family in (-7, socket.AF_INET)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    assert read(client(listening.url("yealink"))) == UNKNOWN


def test_a_second_address_is_tried_if_the_first_refuses(
    listening: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(listening.base_url().rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (refused_port(), port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    assert read(client(listening.url("yealink"))) == UNKNOWN


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_proxy_that_drips_its_answer_does_not_outlive_the_timeout(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nA: ")
        proxy.drip(connection, b"b", 0.001)

    proxy: ScriptedServer = scripted(script)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    error = failing(write, client("https://rps.example.com/xmlrpc", SteppingClock(0.5)))
    assert error.executed is False
    assert proxy.left.wait(PATIENCE_S)


def test_the_deadline_of_the_run_bounds_a_call(scripted: Scripted, client: Clients) -> None:
    server: ScriptedServer = scripted(lambda connection, _request: server.drip(connection, b"H", 0.001))
    made = client(server.url, SteppingClock(0.5), timeout=1000.0, deadline=15.0, retries=3)
    assert isinstance(failing(read, made), CallError)
    assert server.left.wait(PATIENCE_S)
    stopped = failing(read, made)
    assert isinstance(stopped, StoppedError)
    assert stopped.code == "deadline"


# Size.


@pytest.mark.no_cover
@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_refused_in_little_memory(listening: Simulator, client: Clients, layers: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    bomb = b"".join(packer.compress(block) for _index in range(100)) + packer.flush()
    encoding = "gzip"
    if layers == 2:
        bomb, encoding = gzip.compress(bomb), "gzip, gzip"
    listening.faults.add(Fault("body", body=bomb, headers={"Content-Encoding": encoding}))
    made = client(listening.url("yealink"))
    del packer, block, bomb
    tracemalloc.start()
    try:
        error = failing(write, made)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, BadAnswerError)
    assert peak < 16 << 20


@pytest.mark.no_cover
@pytest.mark.parametrize("status", [b"200 OK", b"503 Busy"])
def test_what_follows_the_end_of_a_compressed_answer_is_bounded_too(
    scripted: Scripted, client: Clients, status: bytes
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(ANSWER))
        server.flood(connection, b"x" * 65536)

    server: ScriptedServer = scripted(script)
    made = client(server.url)
    tracemalloc.start()
    try:
        failing(write, made)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert server.left.wait(PATIENCE_S)
    assert peak < 16 << 20


def test_a_few_bytes_after_a_compressed_answer_do_no_harm(scripted: Scripted, client: Clients) -> None:
    body = gzip.compress(ANSWER) + b"\0\0\0"
    server = scripted(lambda connection, _request: connection.sendall(http(body, "200 OK", "Content-Encoding: gzip")))
    assert read(client(server.url)) == UNKNOWN


def test_a_body_that_never_ends_is_left_at_the_cap(scripted: Scripted, client: Clients) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        server.flood(connection, b"<value>" * 10_000)

    server: ScriptedServer = scripted(script)
    error = failing(write, client(server.url))
    assert isinstance(error, BadAnswerError)
    assert server.left.wait(PATIENCE_S)
    assert server.sent < MAX_ANSWER_BYTES * 20


# What left and what did not.


@pytest.mark.parametrize("kind", ["close", "reset", "half"])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_write_whose_answer_is_lost_is_sent_once(
    listening: Simulator, client: Clients, kind: str, phase: str
) -> None:
    listening.faults.add(Fault(kind, phase=phase))
    error = failing(write, client(listening.url("yealink"), retries=3))
    assert isinstance(error, LostAnswerError)
    assert not error.timed_out
    assert len(listening.writes()) == 1


def test_a_refusal_that_comes_before_the_whole_request_has_left_is_read(scripted: Scripted, client: Clients) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_RD)
        server.hold(connection)

    server: ScriptedServer = scripted(script, early=True)
    made = client(server.url)
    many = [mac(number) for number in range(1, 60_000)]
    with pytest.raises(TooLargeError):
        made.call("redirect.registerDevices", [many, "office"], idempotent=False)


def test_a_service_that_is_not_there_was_certainly_not_sent_anything(client: Clients) -> None:
    error = failing(write, client(f"http://127.0.0.1:{refused_port()}/xmlrpc"))
    assert isinstance(error, NotSentError)
    assert "refused" in str(error)
    assert error.transient


def test_a_name_that_cannot_be_resolved_is_said_so(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_args: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failing(read, client("https://rps.invalid/xmlrpc"))
    assert isinstance(error, NotSentError)
    assert "resolved" in str(error)


def test_a_name_without_any_address_was_not_sent_anything(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [])
    assert isinstance(failing(read, client("https://rps.invalid/xmlrpc")), NotSentError)


# Calls that are cut off.


def cut_during(sim: Simulator, client: XmlRpcClient) -> None:
    """Abort the client from outside while the service has its call and keeps the answer back."""
    sim.hooks.append(lambda *_call: client.abort())
    sim.faults.add(Fault("hang", phase="after"))


@pytest.mark.parametrize("call", [read, write])
def test_a_call_in_flight_is_cut_off_and_proves_nothing(
    listening: Simulator, client: Clients, call: Callable[[XmlRpcClient], Any]
) -> None:
    made = client(listening.url("yealink"), timeout=PATIENCE_S, retries=3)
    cut_during(listening, made)
    error = failing(call, made)
    assert isinstance(error, LostAnswerError)
    assert (error.executed, error.timed_out) == (None, False)
    assert "the run was interrupted before the answer to" in str(error)
    assert len(listening.calls()) == 1


def test_after_the_cut_no_connection_is_opened_and_none_is_used_again(listening: Simulator, client: Clients) -> None:
    made = client(listening.url("yealink"))
    read(made)
    made.abort()
    error = failing(read, made)
    assert isinstance(error, StoppedError)
    assert (error.code, error.executed) == ("interrupted", False)
    assert len(listening.calls()) == 1


def test_a_call_that_was_let_through_before_the_cut_opens_no_connection(listening: Simulator, client: Clients) -> None:
    made = client(listening.url("yealink"))
    made._sockets.cut_off()  # noqa: SLF001 - as if the cut came between the last look and the connection
    error = failing(write, made)
    assert isinstance(error, StoppedError)
    assert (error.code, error.executed) == ("interrupted", False)
    assert listening.calls() == []
