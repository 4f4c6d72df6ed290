# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport over real sockets: bounds, errors by kind, what is tried again and what never is."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.transport import ANSWER_CAP, GIVE_UP_AFTER, retry_after
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    BadAnswerError,
    BusyError,
    CallError,
    FaultError,
    LoginError,
    LostAnswerError,
    NotSentError,
    StoppedError,
)
from simulator import Fault

MAC = "001565000001"
LIST, CHECK, REGISTER = "redirect.listDevices", "redirect.checkDevice", "redirect.registerDevice"
WRITE = (REGISTER, [MAC, "office"], False)
READ = (CHECK, [MAC], True)
ANSWER = (
    b"<?xml version='1.0'?><methodResponse><params><param><value><array><data><value><boolean>1</boolean></value>"
    b"<value>Unknown</value></data></array></value></param></params></methodResponse>"
)


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/xml", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def waits_of(transport: Any) -> list[float]:
    """Replace the waiting between tries: the list gets what would have been waited, in seconds."""
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    transport._stop.wait = wait
    return waits


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# Connections.


def test_all_calls_of_a_run_share_one_connection(yealink: Any) -> None:
    transport = yealink.transport()
    for _index in range(20):
        transport.call(*READ)
    assert yealink.sim.stats()["connections"]["opened"] == 1


def test_a_connection_also_stays_open_over_tls_and_compressed_answers(yealink: Any) -> None:
    yealink.sim.options.gzip = True
    yealink.sim.options.chunked = True
    transport = yealink.transport()
    for _index in range(5):
        assert transport.call(*READ) == [True, "Unknown"]
    assert yealink.sim.stats()["connections"]["opened"] == 1


def test_no_more_connections_than_concurrency_are_open(yealink: Any) -> None:
    yealink.sim.options.latency = 0.01
    transport = yealink.transport(concurrency=3)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _index: transport.call(*READ), range(36)))
    stats = yealink.sim.stats()
    assert stats["connections"]["opened"] <= 3
    assert 2 <= stats["max_in_flight"] <= 3
    assert transport.calls == {"checkDevice": 36}


def test_a_refused_status_does_not_spoil_the_next_call(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("status", index=0, status=500, body="x" * 100_000))
    assert yealink.transport().call(*READ) == [True, "Unknown"]


def test_a_kept_connection_that_the_service_closed_in_silence_costs_a_read_nothing(yealink: Any) -> None:
    yealink.sim.options.close_after = 1
    transport = yealink.transport()
    for _index in range(4):
        assert transport.call(*READ) == [True, "Unknown"]


def test_a_closed_kept_connection_is_a_lost_answer_or_a_new_connection_but_never_a_second_write(yealink: Any) -> None:
    yealink.sim.options.close_after = 1
    transport = yealink.transport()
    transport.call(*READ)
    time.sleep(0.05)
    with contextlib.suppress(LostAnswerError):
        transport.call(*WRITE)
    assert len(yealink.sim.writes()) <= 1


# Login.


def test_the_login_is_sent_as_utf8(yealink: Any) -> None:
    yealink.sim.add_account("yealink", "jürgen", "pässwörd-€")
    assert yealink.transport(username="jürgen", password="pässwörd-€").call(*READ) == [True, "Unknown"]


def test_a_netrc_does_not_replace_the_declared_login(
    yealink: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password theirs\ndefault login other password theirs\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    transport = yealink.transport()
    transport._session.trust_env = True  # as it is with https
    assert transport.call(*READ) == [True, "Unknown"]
    assert yealink.sim.calls()[0].account == "me"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_login_is_not_tried_again_and_stops_the_run(yealink: Any, status: int) -> None:
    yealink.sim.faults.add(Fault("status", status=status))
    transport = yealink.transport()
    with pytest.raises(LoginError, match=f"HTTP {status}.*api_username"):
        transport.call(*READ)
    with pytest.raises(StoppedError, match="does not accept the login"):
        transport.call(*READ)
    assert len(yealink.sim.calls()) == 1


def test_a_wrong_password_is_a_login_error_that_does_not_hold_it(yealink: Any) -> None:
    with pytest.raises(LoginError) as caught:
        yealink.transport(password="not-the-Password").call(*READ)
    assert "not-the-Password" not in str(caught.value)


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [READ, WRITE], ids=["read", "write"])
def test_a_redirect_is_refused_and_the_second_server_sees_nothing(
    yealink: Any, raw: Any, status: int, call: Any
) -> None:
    second = raw(lambda connection, _request: connection.sendall(http(ANSWER)))
    yealink.sim.faults.add(Fault("redirect", status=status, location=second.url))
    with pytest.raises(BadAnswerError, match=f"redirect \\(HTTP {status}\\)"):
        yealink.transport().call(*call)
    assert second.accepted == 0
    assert len(yealink.sim.calls()) == 1


# Time.


def took(transport: Any, call: Any = WRITE) -> tuple[float, CallError]:
    start = time.monotonic()
    with pytest.raises(CallError) as caught:
        transport.call(*call)
    return time.monotonic() - start, caught.value


@pytest.mark.parametrize("whole", [True, False], ids=["headers", "body"])
def test_a_dribbled_answer_does_not_outlive_the_timeout(yealink: Any, whole: bool) -> None:
    yealink.sim.faults.add(Fault("dribble", whole=whole, interval=0.02, chunk=1))
    seconds, error = took(yealink.transport(timeout=0.3))
    assert seconds < 1
    assert isinstance(error, LostAnswerError)
    assert "within 0.3 s" in str(error)


def test_endless_headers_and_chunks_end_with_the_timeout(yealink: Any, raw: Any) -> None:
    def chunks(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        server.dribble(connection, b"1\r\nx\r\n" * 1000, 0.01)

    server = raw(chunks)
    seconds, error = took(yealink.transport(api_url=server.url, timeout=0.3))
    assert seconds < 1
    assert isinstance(error, LostAnswerError)


def test_an_answer_that_hangs_ends_with_the_timeout(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("hang"))
    seconds, error = took(yealink.transport(timeout=0.2))
    assert 0.15 < seconds < 1
    assert isinstance(error, LostAnswerError)


def test_a_slow_answer_within_the_timeout_is_taken(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("dribble", phase="after", interval=0.005, chunk=50, whole=True))
    assert yealink.transport(timeout=5).call(*READ) == [True, "Unknown"]


def test_the_time_for_connecting_counts_for_all_addresses_together(
    yealink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with several addresses of which none answers must not cost the timeout several times."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _index in range(4)]
        for filler in fillers:  # the queue of the listener is full: further attempts get no answer
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        one = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: [one] * 5)
        transport = yealink.transport(api_url=f"http://localhost:{port}/xmlrpc", timeout=0.4, retries=0)
        seconds, error = took(transport)
        for filler in fillers:
            filler.close()
    assert isinstance(error, NotSentError)
    assert not error.sent
    assert seconds < 1.2


def test_a_proxy_that_dribbles_its_answer_does_not_outlive_the_timeout(
    yealink: Any, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy: Any = raw(
        lambda connection, _request: proxy.dribble(connection, b"HTTP/1.1 200 OK\r\nA: " + b"b" * 40, 0.05)
    )
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    seconds, error = took(yealink.transport(api_url="https://rps.example.com/xmlrpc", timeout=0.4, retries=0))
    assert seconds < 1.4
    assert not error.sent


def test_the_deadline_bounds_a_call_and_all_its_tries(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("hang"))
    transport = yealink.transport(timeout=30, deadline=0.4)
    seconds, _error = took(transport, READ)
    assert seconds < 1.5
    with pytest.raises(StoppedError, match="deadline"):
        transport.call(*READ)


def test_no_wait_is_begun_that_the_deadline_would_cut(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "20"}))
    transport = yealink.transport(deadline=5)
    waits = waits_of(transport)
    with pytest.raises(BusyError):
        transport.call(*READ)
    assert waits == []


def test_stop_ends_further_calls_with_the_reason_given_first(yealink: Any) -> None:
    transport = yealink.transport()
    transport.stop("Enough.")
    transport.stop("Too late.")
    with pytest.raises(StoppedError, match=r"^Enough\.$") as caught:
        transport.call(*READ)
    assert not caught.value.sent
    assert yealink.sim.calls() == []


def test_stop_interrupts_a_wait_between_tries(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("status", status=503, headers={"Retry-After": "50"}))
    transport = yealink.transport()
    timer = threading.Timer(0.2, transport.stop, ["Enough."])
    timer.start()
    seconds, _error = took(transport, READ)
    timer.join()
    assert seconds < 3


# Size.


def test_an_answer_over_the_cap_is_refused(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("body", body=b"<" + b"x" * (ANSWER_CAP + 1)))
    with pytest.raises(BadAnswerError, match="larger than"):
        yealink.transport().call(*READ)
    assert len(yealink.sim.calls()) == 1


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_refused_quickly_and_in_little_memory(yealink: Any, layers: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    bomb = b"".join(packer.compress(block) for _index in range(300)) + packer.flush()
    encoding = "gzip"
    if layers == 2:
        bomb, encoding = gzip.compress(bomb), "gzip, gzip"
    yealink.sim.faults.add(Fault("body", body=bomb, headers={"Content-Encoding": encoding}))
    transport = yealink.transport()
    del packer, block, bomb
    tracemalloc.start()
    try:
        seconds, error = took(transport)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, BadAnswerError)
    assert peak < 16 << 20
    assert seconds < 2


def test_a_body_that_never_ends_is_cut_off_at_the_cap(yealink: Any, raw: Any) -> None:
    def endless(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"<value>" * 10_000)

    seconds, error = took(yealink.transport(api_url=raw(endless).url))
    assert isinstance(error, BadAnswerError)
    assert seconds < 3


@pytest.mark.parametrize("encoding", ["br", "zstd", "nonsense"])
def test_an_encoding_that_nobody_asked_for_is_refused(yealink: Any, encoding: str) -> None:
    yealink.sim.faults.add(Fault("body", body=ANSWER, headers={"Content-Encoding": encoding}))
    with pytest.raises(BadAnswerError, match="cannot be unpacked"):
        yealink.transport().call(*READ)


def test_broken_gzip_is_refused(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("body", body=gzip.compress(ANSWER)[:-12], headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BadAnswerError, match="cannot be unpacked"):
        yealink.transport().call(*WRITE)


# Failures by kind: which are tried again, and what is known of the call.


@pytest.mark.parametrize("kind", ["close", "reset", "half", "hang"])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_write_whose_answer_is_lost_is_sent_once(yealink: Any, kind: str, phase: str) -> None:
    yealink.sim.faults.add(Fault(kind, phase=phase))
    with pytest.raises(LostAnswerError) as caught:
        yealink.transport(timeout=0.3).call(*WRITE)
    assert caught.value.sent
    assert len(yealink.sim.writes()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "html"},
        {"kind": "cut_xml"},
        {"kind": "body", "body": b""},
        {"kind": "fault", "code": 7, "text": "a deadlock"},
        {"kind": "status", "status": 404},
    ],
    ids=["500", "502", "html", "cut", "empty", "fault", "404"],
)
def test_a_write_with_an_unusable_answer_is_sent_once(yealink: Any, fault: dict[str, Any]) -> None:
    yealink.sim.faults.add(Fault(**fault, phase="after"))
    with pytest.raises(CallError) as caught:
        yealink.transport().call(*WRITE)
    assert caught.value.sent
    assert len(yealink.sim.writes()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "close"},
        {"kind": "reset"},
        {"kind": "half"},
        {"kind": "hang"},
        {"kind": "cut_xml"},
        {"kind": "body", "body": b""},
        {"kind": "html"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429},
    ],
    ids=["close", "reset", "half", "hang", "cut", "empty", "html", "500", "502", "503", "429"],
)
def test_a_read_is_tried_again_after_a_passing_failure(yealink: Any, fault: dict[str, Any]) -> None:
    yealink.sim.faults.add(Fault(**fault, times=3))
    assert yealink.transport(timeout=0.2).call(*READ) == [True, "Unknown"]
    assert len(yealink.sim.calls()) == 4


def test_a_read_is_given_up_after_its_retries(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("close"))
    with pytest.raises(LostAnswerError):
        yealink.transport(retries=2).call(*READ)
    assert len(yealink.sim.calls()) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_write_that_is_refused_for_now_is_sent_again(yealink: Any, status: int) -> None:
    yealink.sim.faults.add(Fault("status", status=status, times=2))
    assert yealink.transport().call(*WRITE) == [True, "OK"]
    assert [call.executed for call in yealink.sim.writes()] == [False, False, True]


def test_not_found_names_the_address_as_the_thing_to_check(yealink: Any) -> None:
    with pytest.raises(BadAnswerError, match="HTTP 404; check that api_url") as caught:
        yealink.transport(api_url=yealink.sim.base_url() + "/elsewhere").call(*READ)
    assert not caught.value.transient


def test_a_web_page_is_told_apart_from_a_broken_answer(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("html"))
    with pytest.raises(BadAnswerError, match="web page"):
        yealink.transport(retries=0).call(*READ)


def test_a_fault_is_told_with_code_and_text_and_no_login(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("fault", code=12, text="no room for s3cret-Pass-w0rd at https://u:p@x.example/t?k=v"))
    with pytest.raises(FaultError) as caught:
        yealink.transport().call(*READ)
    assert (caught.value.code, caught.value.absent) == (12, False)
    for secret in ("s3cret-Pass-w0rd", "u:p@", "k=v"):
        assert secret not in str(caught.value) + caught.value.text


@pytest.mark.parametrize(
    ("code", "text"), [(-32601, "x"), (1, "No such method"), (0, "method not found: redirect.x"), (2, "unknown method")]
)
def test_a_fault_for_a_missing_method_is_recognised(yealink: Any, code: int, text: str) -> None:
    yealink.sim.faults.add(Fault("fault", code=code, text=text))
    with pytest.raises(FaultError) as caught:
        yealink.transport().call(*READ)
    assert caught.value.absent


def test_a_service_that_is_not_there_is_certainly_not_sent_and_tried_again(yealink: Any) -> None:
    transport = yealink.transport(api_url=f"http://127.0.0.1:{refused_port()}/xmlrpc")
    waits = waits_of(transport)
    with pytest.raises(NotSentError, match="refused") as caught:
        transport.call(*WRITE)
    assert not caught.value.sent
    assert caught.value.transient
    assert len(waits) == 3


def test_a_name_that_cannot_be_resolved_is_said_so(yealink: Any) -> None:
    with pytest.raises(NotSentError, match="cannot be resolved"):
        yealink.transport(api_url="https://rps.invalid/xmlrpc", retries=0).call(*READ)


# Waiting.


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0, 1),
        ("-5", 0, 1),
        ("soon", 0, 1),
        ("", 0, 1),
        ("1.5", 0, 2),
        ("999999999999999999999", 60, 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60, 60),
        ("Fri, 99 Foo 0000 99:99:99 GMT", 0, 1),
        ("\u00b2", 0, 1),
    ],
)
def test_retry_after_is_obeyed_within_bounds(yealink: Any, raw: Any, header: str, low: float, high: float) -> None:
    def script(connection: Any, _request: bytes) -> None:
        busy = len(server.requests) == 1
        connection.sendall(http(b"", "503 Busy", f"Retry-After: {header}") if busy else http(ANSWER))

    server = raw(script)
    transport = yealink.transport(api_url=server.url)
    waits = waits_of(transport)
    assert transport.call(*READ) == [True, "Unknown"]
    (seconds,) = waits
    assert low <= seconds <= high


def test_retry_after_as_a_date_counts_from_now() -> None:
    now = 1_700_000_000.0
    assert retry_after(email.utils.formatdate(now + 30, usegmt=True), now) == pytest.approx(30, abs=1)
    assert retry_after(email.utils.formatdate(now - 30, usegmt=True), now) == 0
    assert retry_after(None, now) is None


def test_waits_grow_and_differ(yealink: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.voip.rps.plugins.module_utils._client.transport._FIRST_WAIT", 0.25)
    yealink.sim.faults.add(Fault("close"))
    transport = yealink.transport(retries=8)
    waits = waits_of(transport)
    with pytest.raises(LostAnswerError):
        transport.call(*READ)
    assert len(waits) == 8
    for number, seconds in enumerate(waits):
        most = min(0.25 * 2**number, 8)
        assert most / 2 <= seconds <= most
    assert len(set(waits)) == 8


# Giving up.


def test_after_a_number_of_failed_calls_in_a_row_no_more_are_made(yealink: Any) -> None:
    yealink.sim.faults.add(Fault("close"))
    transport = yealink.transport(retries=0)
    for _index in range(GIVE_UP_AFTER):
        with pytest.raises(LostAnswerError):
            transport.call(*READ)
    with pytest.raises(StoppedError, match=f"last {GIVE_UP_AFTER} calls"):
        transport.call(*READ)
    assert len(yealink.sim.calls()) == GIVE_UP_AFTER


def test_a_success_in_between_begins_the_count_anew(yealink: Any) -> None:
    transport = yealink.transport(retries=0)
    for number in range(3 * GIVE_UP_AFTER):
        good = number % (GIVE_UP_AFTER - 1) == 0
        yealink.sim.faults.clear()
        if good:
            transport.call(*READ)
            continue
        yealink.sim.faults.add(Fault("close"))
        with pytest.raises(LostAnswerError):
            transport.call(*READ)


def test_the_text_of_a_stopped_run_holds_no_password(yealink: Any) -> None:
    transport = yealink.transport(api_url=f"http://127.0.0.1:{refused_port()}/s3cret-Pass-w0rd?x=1", retries=0)
    texts: list[str] = []
    for _index in range(GIVE_UP_AFTER + 1):
        with pytest.raises(CallError) as caught:
            transport.call(*READ)
        texts.append(str(caught.value))
    assert "s3cret-Pass-w0rd" not in " ".join(texts)
