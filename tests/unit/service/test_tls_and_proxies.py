# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are verified before anything is sent, and proxies carry what they should and nothing else."""

from __future__ import annotations

import datetime
import pathlib
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import trustme
from ansible_collections.voip.rps.plugins.module_utils._client.transport import Transport
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, LostAnswerError, NotSentError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from simulator import Fault, Simulator

MAC = "001565000001"
READ = ("redirect.checkDevice", [MAC], True)
WRITE = ("redirect.registerDevice", [MAC, "office"], False)


class Clients:
    """Transports for one address, closed at the end."""

    def __init__(self) -> None:
        self.made: list[Transport] = []

    def __call__(self, url: str, **changes: Any) -> Transport:
        connection = replace(Connection("yealink", url, "me", "s3cret-Pass-w0rd", timeout=5, retries=0), **changes)
        self.made.append(Transport(connection, Masker("yealink", "me", "s3cret-Pass-w0rd")))
        return self.made[-1]


@pytest.fixture
def client() -> Iterator[Clients]:
    clients = Clients()
    yield clients
    for transport in clients.made:
        transport.close()


@pytest.fixture
def secure() -> Iterator[Any]:
    with Simulator(tls=True) as sim:
        sim.add_account("yealink", "me", "s3cret-Pass-w0rd")
        sim.world("yealink").add_server("me", "office", "https://office.example.com/")
        yield sim


def test_a_private_authority_is_trusted_by_ca_path(secure: Any, client: Clients) -> None:
    transport = client(secure.url("yealink", tls=True), ca_path=secure.ca_path)
    for _index in range(10):
        assert transport.call(*READ) == [True, "Unknown"]
    stats = secure.stats()["connections"]
    assert (stats["opened"], stats["opened_tls"]) == (1, 1)


def test_the_home_folder_may_stand_in_ca_path(
    secure: Any, client: Clients, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_bytes(pathlib.Path(secure.ca_path).read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert client(secure.url("yealink", tls=True), ca_path="~/ca.pem").call(*READ) == [True, "Unknown"]


def test_a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent(secure: Any, client: Clients) -> None:
    with pytest.raises(NotSentError, match="certificate could not be verified; set ca_path") as caught:
        client(secure.url("yealink", tls=True), retries=3).call(*READ)
    assert not caught.value.transient
    assert not caught.value.sent
    assert secure.stats()["requests"] == 0


def test_without_validation_any_certificate_will_do(secure: Any, client: Clients) -> None:
    assert client(secure.url("yealink", tls=True), validate_certs=False).call(*READ) == [True, "Unknown"]


def test_a_certificate_for_another_name_is_refused(client: Clients) -> None:
    with Simulator(tls=True, tls_identities=("rps.example.com",)) as sim:
        sim.add_account("yealink", "me", "s3cret-Pass-w0rd")
        with pytest.raises(NotSentError, match="certificate could not be verified"):
            client(sim.url("yealink", tls=True), ca_path=sim.ca_path).call(*READ)
        assert sim.stats()["requests"] == 0


def _context(authority: trustme.CA, **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", **options).configure_cert(context)
    return context


def test_an_expired_certificate_is_refused(raw: Any, client: Clients, tmp_path: Any) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    server = raw(lambda _connection, _request: None, _context(authority, not_after=past))
    with pytest.raises(NotSentError, match="certificate could not be verified"):
        client(server.url, ca_path=str(bundle)).call(*READ)
    assert server.requests == []


def test_an_old_protocol_is_refused(raw: Any, client: Clients, tmp_path: Any) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = _context(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    server = raw(lambda _connection, _request: None, context)
    with pytest.raises(NotSentError, match="TLS handshake failed"):
        client(server.url, ca_path=str(bundle)).call(*READ)
    assert server.requests == []


def test_a_service_that_does_not_speak_tls_is_not_sent_anything(raw: Any, client: Clients) -> None:
    server = raw(lambda connection, _request: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), early=True)
    with pytest.raises(NotSentError):
        client(server.url.replace("http:", "https:")).call(*WRITE)


def test_a_bundle_that_does_not_exist_is_an_error_that_says_so(secure: Any, client: Clients) -> None:
    with pytest.raises(InputError, match="ca_path: there is no file"):
        client(secure.url("yealink", tls=True), ca_path="/does/not/exist.pem").call(*READ)


@pytest.mark.parametrize("kind", ["close", "reset", "half", "hang"])
def test_lost_answers_over_tls_are_lost_and_not_unsent(secure: Any, client: Clients, kind: str) -> None:
    secure.faults.add(Fault(kind, phase="after"))
    with pytest.raises(LostAnswerError):
        client(secure.url("yealink", tls=True), ca_path=secure.ca_path, timeout=0.5).call(*WRITE)
    assert len(secure.writes()) == 1


def test_a_bundle_of_the_environment_is_used_where_no_ca_path_is_set(
    secure: Any, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", secure.ca_path)
    assert client(secure.url("yealink", tls=True)).call(*READ) == [True, "Unknown"]


# Proxies.


def _tunnel(connection: Any, request: bytes) -> None:
    """What a proxy does for CONNECT."""
    host, _rest, port = request.split()[1].decode().rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as onward:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")

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
    secure: Any, raw: Any, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = raw(_tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pr0xyPass@127.0.0.1:{proxy.port}")
    assert client(secure.url("yealink", tls=True), ca_path=secure.ca_path).call(*READ) == [True, "Unknown"]
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT localhost:")
    assert b"Proxy-Authorization: Basic" in request
    assert b"\r\nAuthorization:" not in request


def test_no_proxy_is_honoured(secure: Any, raw: Any, client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = raw(_tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert client(secure.url("yealink", tls=True), ca_path=secure.ca_path).call(*READ) == [True, "Unknown"]
    assert proxy.accepted == 0


def test_plain_http_to_the_loopback_never_goes_through_a_proxy(
    secure: Any, raw: Any, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = raw(_tunnel)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert client(secure.url("yealink")).call(*READ) == [True, "Unknown"]
    assert proxy.accepted == 0


def test_a_proxy_that_refuses_is_named_without_its_login(
    raw: Any, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = raw(lambda connection, _request: connection.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pr0xyPass@127.0.0.1:{proxy.port}")
    with pytest.raises(NotSentError, match="proxy") as caught:
        client("https://rps.example.com/xmlrpc").call(*WRITE)
    assert "pr0xyPass" not in str(caught.value)
    assert "s3cret-Pass-w0rd" not in str(caught.value)


def test_a_certificate_is_verified_through_a_proxy_too(
    secure: Any, raw: Any, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{raw(_tunnel).port}")
    with pytest.raises(NotSentError, match="certificate could not be verified"):
        client(secure.url("yealink", tls=True)).call(*WRITE)
    assert secure.stats()["requests"] == 0
