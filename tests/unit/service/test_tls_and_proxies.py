# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are verified before anything is sent, and proxies carry what they should and nothing else."""

from __future__ import annotations

import datetime
import io
import pathlib
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import XmlRpcClient
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    CallError,
    InputError,
    LostAnswerError,
    NotSentError,
    StoppedError,
)
from simulator import Fault, Simulator
from support.phones import OFFICE, PASSWORD, USER, mac
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


def unsent(call: Callable[[XmlRpcClient], Any], client: XmlRpcClient) -> CallError:
    """The error of a call that certainly did not leave."""
    with pytest.raises(NotSentError) as caught:
        call(client)
    assert caught.value.executed is False
    assert PASSWORD not in str(caught.value)
    return caught.value


@pytest.fixture
def secure() -> Iterator[Simulator]:
    with Simulator(tls=True) as sim:
        sim.add_account("yealink", USER, PASSWORD)
        sim.world("yealink").add_server(USER, "office", OFFICE)
        yield sim


def test_a_private_authority_is_trusted_by_ca_path(secure: Simulator, client: Clients) -> None:
    made = client(secure.url("yealink", tls=True), ca_path=secure.ca_path)
    for _index in range(10):
        assert read(made) == UNKNOWN
    stats = secure.stats()["connections"]
    assert (stats["opened"], stats["opened_tls"]) == (1, 1)


def test_a_call_in_flight_over_tls_is_cut_off_from_another_thread(secure: Simulator, client: Clients) -> None:
    made = client(secure.url("yealink", tls=True), ca_path=secure.ca_path, timeout=PATIENCE_S, retries=3)
    secure.hooks.append(lambda *_call: made.abort())
    secure.faults.add(Fault("hang", phase="after"))
    with pytest.raises(LostAnswerError, match="the run was interrupted"):
        write(made)
    assert len(secure.calls()) == 1


def test_a_handshake_is_cut_off_from_another_thread(scripted: Scripted, client: Clients) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.recv(1)
        made.abort()
        while connection.recv(65536):
            pass
        left.set()

    left = threading.Event()
    server: ScriptedServer = scripted(script, early=True)
    made = client(server.url.replace("http:", "https:"), timeout=10 * PATIENCE_S, retries=3)
    with pytest.raises(StoppedError) as caught:
        write(made)
    assert (caught.value.code, caught.value.executed) == ("interrupted", False)
    assert left.wait(PATIENCE_S)


def test_a_service_that_closes_in_the_handshake_is_asked_again(scripted: Scripted, client: Clients) -> None:
    server: ScriptedServer = scripted(lambda connection, _request: connection.recv(1), early=True)
    error = unsent(write, client(server.url.replace("http:", "https:")))
    assert error.transient
    assert "closed" in str(error)


def test_bytes_in_the_record_of_an_answer_are_not_the_next_answer(
    scripted: Scripted, client: Clients, tmp_path: pathlib.Path
) -> None:
    """The answer ends where http.client's buffer does. TLS has decrypted the rest, so the socket shows nothing."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    head = b"HTTP/1.1 200 OK\r\nA: "
    rest = b"\r\n" + http(ANSWER).partition(b"\r\n")[2]
    answer = head + b"a" * (io.DEFAULT_BUFFER_SIZE - len(head) - len(rest)) + rest

    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(answer + http(ANSWER.replace(b"Unknown", b"Never asked")))
        server.hold(connection)

    server: ScriptedServer = scripted(script, context=_context(authority))
    made = client(server.url, ca_path=str(tmp_path / "ca.pem"))
    assert [read(made), read(made)] == [UNKNOWN, UNKNOWN]
    assert server.accepted == 2


def test_the_home_folder_may_stand_in_ca_path(
    secure: Simulator, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_bytes(pathlib.Path(secure.ca_path).read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(client(secure.url("yealink", tls=True), ca_path="~/ca.pem")) == UNKNOWN


def test_a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent(
    secure: Simulator, client: Clients
) -> None:
    error = unsent(read, client(secure.url("yealink", tls=True), retries=3))
    assert "certificate" in str(error)
    assert "ca_path" in error.fix
    assert not error.transient
    assert secure.stats()["requests"] == 0


def test_without_validation_any_certificate_will_do(secure: Simulator, client: Clients) -> None:
    assert read(client(secure.url("yealink", tls=True), validate_certs=False)) == UNKNOWN


def test_a_certificate_for_another_name_is_refused(client: Clients) -> None:
    with Simulator(tls=True, tls_identities=("rps.example.com",)) as sim:
        sim.add_account("yealink", "me", "s3cret-Pass-w0rd")
        error = unsent(read, client(sim.url("yealink", tls=True), ca_path=sim.ca_path))
        assert "certificate" in str(error)
        assert not error.transient
        assert sim.stats()["requests"] == 0


def _context(authority: trustme.CA, **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", **options).configure_cert(context)
    return context


def test_an_expired_certificate_is_refused(scripted: Scripted, client: Clients, tmp_path: pathlib.Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    server = scripted(lambda _connection, _request: None, context=_context(authority, not_after=past))
    error = unsent(read, client(server.url, ca_path=str(bundle)))
    assert "certificate" in str(error)
    assert not error.transient
    assert server.requests == []


def test_an_old_protocol_is_refused(scripted: Scripted, client: Clients, tmp_path: pathlib.Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = _context(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    server = scripted(lambda _connection, _request: None, context=context)
    error = unsent(read, client(server.url, ca_path=str(bundle)))
    assert "TLS handshake failed" in str(error)
    assert not error.transient
    assert server.requests == []


def test_a_service_that_does_not_speak_tls_is_not_sent_anything(scripted: Scripted, client: Clients) -> None:
    server = scripted(lambda connection, _request: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), early=True)
    unsent(write, client(server.url.replace("http:", "https:")))


@pytest.mark.parametrize("kind", ["close", "reset", "half"])
def test_lost_answers_over_tls_are_lost_and_not_unsent(secure: Simulator, client: Clients, kind: str) -> None:
    secure.faults.add(Fault(kind, phase="after"))
    with pytest.raises(LostAnswerError):
        write(client(secure.url("yealink", tls=True), ca_path=secure.ca_path))
    assert len(secure.writes()) == 1


def test_a_bundle_of_the_environment_is_used_where_no_ca_path_is_set(
    secure: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", secure.ca_path)
    assert read(client(secure.url("yealink", tls=True))) == UNKNOWN


def test_a_folder_of_authorities_is_a_bundle_too(secure: Simulator, client: Clients, tmp_path: pathlib.Path) -> None:
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)
    error = unsent(read, client(secure.url("yealink", tls=True), ca_path=str(tmp_path)))
    assert "certificate" in str(error)
    (tmp_path / "ca.pem").write_bytes(pathlib.Path(secure.ca_path).read_bytes())
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)
    assert read(client(secure.url("yealink", tls=True), ca_path=str(tmp_path))) == UNKNOWN


def test_a_file_that_is_no_bundle_is_refused_before_any_call(
    secure: Simulator, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate", encoding="ascii")
    own = refused_code(lambda: client(secure.url("yealink", tls=True), ca_path=str(tmp_path / "ca.pem")))
    assert own == ("ca_path", "ca_path_unusable")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
        assert refused_code(lambda: client(secure.url("yealink", tls=True))) == ("", "ca_bundle_unusable")
    # Neither verifies anything, so neither reads it.
    assert read(client(secure.url("yealink", tls=True), validate_certs=False)) == UNKNOWN
    assert read(client(secure.url("yealink"))) == UNKNOWN


def refused_code(connect: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        connect()
    (problem,) = caught.value.problems
    return problem.option, problem.code


def test_authorities_are_read_once_for_all_connections(
    scripted: Scripted, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    read_from: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def count(self: ssl.SSLContext, **paths: Any) -> None:
        read_from.append(paths)
        load(self, **paths)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", count)
    server = scripted(lambda _connection, _request: None, context=_context(authority))
    made = client(server.url, ca_path=str(tmp_path / "ca.pem"))
    for number in range(1, 4):  # the server closes each connection without an answer
        with pytest.raises(LostAnswerError):
            write(made)
        assert server.accepted == number
    assert read_from == [{"cafile": str(tmp_path / "ca.pem")}]


def test_a_request_leaves_in_one_piece(scripted: Scripted, client: Clients, tmp_path: pathlib.Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    pieces: list[bytes] = []

    def one_record(connection: Any, _request: bytes) -> None:
        pieces.append(connection.recv(65536))  # of TLS this is never more than one record

    server = scripted(one_record, context=_context(authority), early=True)
    with pytest.raises(LostAnswerError):
        write(client(server.url, ca_path=str(tmp_path / "ca.pem")))
    assert pieces[0].startswith(b"POST /xmlrpc HTTP/1.1\r\n")
    assert pieces[0].endswith(b"</methodCall>")


# Proxies.


def _tunnel(connection: Any, request: bytes, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
    """What a proxy does for CONNECT."""
    host, _rest, port = request.split()[1].decode().rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as onward:
        connection.sendall(answer)

        def copy(source: Any, target: Any) -> None:
            try:
                while data := source.recv(65536):
                    target.sendall(data)
            except OSError:
                pass

        back = threading.Thread(target=copy, args=(onward, connection), daemon=True)
        back.start()
        copy(connection, onward)


def test_https_goes_through_the_proxy_of_the_environment(
    secure: Simulator, scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(_tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pr0xyPass@127.0.0.1:{proxy.port}")
    assert read(client(secure.url("yealink", tls=True), ca_path=secure.ca_path)) == UNKNOWN
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT localhost:")
    assert b"Proxy-Authorization: Basic" in request
    assert b"\r\nAuthorization:" not in request


def test_a_proxy_that_wants_tls_itself_carries_tls_within_it(
    secure: Simulator, scripted: Scripted, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    bundle.write_bytes(pathlib.Path(secure.ca_path).read_bytes() + authority.cert_pem.bytes())
    proxy = scripted(_tunnel, context=_context(authority))
    monkeypatch.setenv("HTTPS_PROXY", f"https://joe:pr0xyPass@127.0.0.1:{proxy.port}")
    made = client(secure.url("yealink", tls=True), ca_path=str(bundle))
    for _index in range(3):
        assert read(made) == UNKNOWN
    assert (proxy.accepted, len(proxy.requests)) == (1, 1)
    assert b"\r\nAuthorization:" not in proxy.requests[0]
    error = unsent(write, client(secure.url("yealink", tls=True), ca_path=secure.ca_path))
    assert "certificate" in str(error)


def test_a_call_within_the_tls_of_a_proxy_is_cut_off_too(
    secure: Simulator, scripted: Scripted, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    bundle.write_bytes(pathlib.Path(secure.ca_path).read_bytes() + authority.cert_pem.bytes())
    proxy = scripted(_tunnel, context=_context(authority))
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    made = client(secure.url("yealink", tls=True), ca_path=str(bundle), timeout=PATIENCE_S, retries=3)
    secure.hooks.append(lambda *_call: made.abort())
    secure.faults.add(Fault("hang", phase="after"))
    with pytest.raises(LostAnswerError, match="the run was interrupted"):
        write(made)
    assert len(secure.calls()) == 1


def test_a_proxy_of_http_1_0_will_do(
    secure: Simulator, scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(lambda connection, request: _tunnel(connection, request, b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    made = client(secure.url("yealink", tls=True), ca_path=secure.ca_path)
    assert [read(made), read(made)] == [UNKNOWN, UNKNOWN]
    assert proxy.accepted == 1


def test_a_proxy_that_is_not_there_is_blamed_and_not_the_service(
    client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    error = unsent(write, client("https://rps.example.com/xmlrpc"))
    assert "proxy" in str(error)
    assert "HTTPS_PROXY" in error.fix


def test_no_proxy_is_honoured(
    secure: Simulator, scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(_tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert read(client(secure.url("yealink", tls=True), ca_path=secure.ca_path)) == UNKNOWN
    assert proxy.accepted == 0


def test_plain_http_to_the_loopback_never_goes_through_a_proxy(
    secure: Simulator, scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(_tunnel)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert read(client(secure.url("yealink"))) == UNKNOWN
    assert proxy.accepted == 0


def test_a_socks_proxy_is_refused_and_not_passed_by(
    secure: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://joe:pr0xyPass@127.0.0.1:1080")
    error = unsent(write, client(secure.url("yealink", tls=True), ca_path=secure.ca_path, retries=3))
    assert "SOCKS" in str(error)
    assert "HTTPS_PROXY" in error.fix
    assert "pr0xyPass" not in str(error) + error.fix
    assert not error.transient
    assert secure.stats()["requests"] == 0


@pytest.mark.parametrize(
    "proxy",
    [
        "http://:8080",
        "http://joe:pr0xyPass@",
        "http://joe:pr0xyPass@:8080",
        "joe@",
        "ftp://proxy.example.com",
        "http://h:x",
    ],
)
def test_a_proxy_that_is_none_is_refused(
    secure: Simulator, client: Clients, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    error = unsent(write, client(secure.url("yealink", tls=True), ca_path=secure.ca_path))
    assert "HTTPS_PROXY" in error.fix
    assert "pr0xyPass" not in str(error) + error.fix
    assert secure.stats()["requests"] == 0


def test_a_login_that_no_header_can_have_is_the_proxys_problem(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pr0xy\u20ac@127.0.0.1:{scripted(_tunnel).port}")
    error = unsent(write, client("https://rps.example.com/xmlrpc"))
    assert "HTTPS_PROXY" in error.fix


def test_an_ipv6_address_is_asked_of_a_proxy_in_brackets(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(lambda connection, _request: connection.sendall(b"HTTP/1.1 403 No\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    unsent(write, client("https://[2001:db8::1]/xmlrpc"))
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT [2001:db8::1]:443 ")
    assert request.count(b"Host: [2001:db8::1]:443\r\n") == request.count(b"Host:") == 1


def test_time_that_runs_out_behind_a_proxy_is_not_the_proxys_fault(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(connection: Any, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        proxy.hold(connection)

    proxy: ScriptedServer = scripted(script)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    error = unsent(write, client("https://rps.example.com/xmlrpc", timeout=0.2))
    assert "no connection within 0.2 s" in str(error)


def test_bytes_within_the_tls_of_a_proxy_are_not_the_next_answer(
    secure: Simulator, scripted: Scripted, client: Clients, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))

    def twice(connection: Any, _request: bytes) -> None:
        connection.sendall(http(ANSWER))
        connection.sendall(http(ANSWER.replace(b"Unknown", b"Never asked")))
        server.hold(connection)

    server: ScriptedServer = scripted(twice, context=_context(authority))
    proxy = scripted(_tunnel, context=_context(authority))
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    made = client(server.url.replace("127.0.0.1", "localhost"), ca_path=str(bundle))
    assert [read(made), read(made)] == [UNKNOWN, UNKNOWN]
    assert server.accepted == 2


def test_a_proxy_that_refuses_is_named_without_its_login(
    scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = scripted(lambda connection, _request: connection.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pr0xyPass@127.0.0.1:{proxy.port}")
    error = unsent(write, client("https://rps.example.com/xmlrpc"))
    assert "proxy" in str(error)
    assert "pr0xyPass" not in str(error) + error.fix


def test_a_certificate_is_verified_through_a_proxy_too(
    secure: Simulator, scripted: Scripted, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{scripted(_tunnel).port}")
    error = unsent(write, client(secure.url("yealink", tls=True)))
    assert "certificate" in str(error)
    assert not error.transient
    assert secure.stats()["requests"] == 0


def test_a_handshake_refused_for_legacy_renegotiation_says_what_can_be_done(
    client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise ssl.SSLError(1, "[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation disabled")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refuse)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = unsent(write, client(f"https://127.0.0.1:{listener.getsockname()[1]}/xmlrpc", retries=3))
    assert "legacy renegotiation" in str(error)
    assert "openssl" in error.fix
    assert not error.transient
