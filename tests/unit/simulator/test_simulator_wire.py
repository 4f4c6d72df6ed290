# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP and XML: styles, logins, kept connections, malformed requests, HTTPS."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import gzip
import http.client
import itertools
import json
import socket
import ssl
import threading
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
import xmlrpc.client
from typing import Any

import pytest
from simulator import DIALECTS, Fault, Gate, Simulator
from simulator.clients import Memory
from simulator.core.http import Connection, serialize
from support.plain_client import Clients

A = "001565000001"
WATCHDOG = 30  # seconds after which a test that waits for an event has failed
CALL = "<methodCall><methodName>redirect.{}</methodName>{}</methodCall>"
ONE = "<params><param><value>{}</value></param></params>"


@pytest.mark.parametrize("style", ["compact", "padded", "typed", "cdata"])
def test_styles(sim: Simulator, client: Clients, style: str) -> None:
    sim.options.style = style
    sim.world("yealink").add_server("me", "amp", "https://x.example.com/?a=1&b=<2>]]>")
    sim.world("yealink").add_device(A, account="me", server="amp")
    _status, headers, body = client().raw("checkDeviceExt", A)
    assert headers["Content-Type"].startswith("text/xml")
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert (b"\n" in body, b"<string>" in body, b"<![CDATA[" in body) == (
        style == "padded",
        style == "typed",
        style == "cdata",
    )
    root = ET.fromstring(body)
    found = root.findall("params/param/value/array/data/value")
    values = [("".join(value.itertext())).strip() for value in found]
    assert values == ["1", "Registered", "https://x.example.com/?a=1&b=<2>]]>"]
    listed: Any = xmlrpc.client.loads(client().raw("listDevices")[2])[0][0]
    assert [listed[0], [item.strip() for item in listed[1]]] == [True, ["00-15-65-00-00-01"]]


class Pipe(asyncio.Transport):
    """A transport that keeps what a connection does with it: its writes one by one, and whether it ended."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.ended = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"


def connected(sim: Simulator) -> tuple[Connection, Pipe]:
    pipe = Pipe()
    connection = Connection(sim, False, set())
    connection.connection_made(pipe)
    return connection, pipe


def request(sim: Simulator, vendor: str = "yealink", body: bytes = CALL.format("listDevices", "").encode()) -> bytes:
    lines = [
        f"POST {sim.path(vendor)} HTTP/1.1",
        "Content-Type: text/xml",
        "Authorization: Basic " + base64.b64encode(b"me:secret").decode(),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("options", [{}, {"chunked": True}, {"gzip": True}, {"style": "padded"}])
def test_each_answer_leaves_in_one_write(memory: Memory, options: dict[str, Any]) -> None:
    memory.sim.options.update(options)
    for number in range(2000):
        memory.sim.world("yealink").add_device(f"001565{number:06x}", "me")
    connection, pipe = connected(memory.sim)
    for _index in range(3):
        connection.data_received(request(memory.sim))
    assert len(pipe.writes) == 3
    assert len(set(pipe.writes)) == 1
    assert pipe.ended == ""


def test_one_connection_for_many_calls(sim: Simulator, client: Clients) -> None:
    rpc = client()
    for _index in range(200):
        rpc("checkDevice", A)
    stats = sim.stats()
    assert stats["connections"] == {"opened": 1, "opened_tls": 0, "open": 1}
    assert sim.count() == {"checkDevice": 200}
    assert {call.connection for call in sim.calls()} == {0}


@pytest.mark.parametrize(("option", "value"), [("keep_alive", False), ("close_after", 1)])
def test_connections_that_end(memory: Memory, option: str, value: Any) -> None:
    memory.sim.options.set(option, value)
    connection, pipe = connected(memory.sim)
    connection.data_received(request(memory.sim))
    assert (b"Connection: close" in pipe.writes[0]) is (option == "keep_alive")
    assert pipe.ended == "closed"
    connection.connection_lost(None)
    assert memory.sim.stats()["connections"]["open"] == 0


def test_logins(sim: Simulator, client: Clients) -> None:
    sim.add_account("yealink", "jürgen", "pä:ß wörd")
    assert client("yealink", "jürgen", "pä:ß wörd")("listDevices")[0] is False
    for username, password in (("me", "wrong"), ("nobody", "secret"), ("", "")):
        status, headers, _body = client("yealink", username, password).raw("listDevices")
        assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="RPS"')
    sim.add_account("htek", "jürgen", "other")
    assert client("htek", "jürgen", "pä:ß wörd").raw("listDevices")[0] == 401
    sim.add_account("yealink", "jürgen", "new")
    assert client("yealink", "jürgen", "pä:ß wörd").raw("listDevices")[0] == 401
    assert [refusal.status for refusal in sim.refusals()] == [401] * 5
    assert len(sim.calls()) == 1


def test_wrong_requests(sim: Simulator, client: Clients) -> None:
    rpc = client()
    assert rpc.raw("listDevices", Content_Type="application/json")[0] == 415
    rpc.connection.request("GET", "/xmlrpc", headers=rpc.headers)
    response = rpc.connection.getresponse()
    response.read()
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    rpc.path = "/elsewhere"
    assert rpc.raw("listDevices")[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "listDevices",
        "<methodCall></methodCall>",
        "<methodCall><methodName>redirect.listDevices</methodName>",
        "<!DOCTYPE x>" + CALL.format("listDevices", ""),
        "<?xml version='1.0' encoding='ISO-8859-1'?>" + CALL.format("listDevices", ""),
        CALL.format("checkDevice", "<params><value>001565000001</value></params>"),
        CALL.format("checkDevice", ONE.format("a<string>b</string>")),
        CALL.format("checkDevice", ONE.format("<boolean>yes</boolean>")),
        CALL.format("checkDevice", ONE.format("<int>1.5</int>")),
        CALL.format("checkDevice", ONE.format("<array><value>x</value></array>")),
        CALL.format("checkDevice", ONE.format("<nil/>")),
        CALL.format("checkDevice", "<params/><params/>"),
        "<methodCall><methodName>listDevices</methodName></methodCall>",
    ],
)
def test_requests_that_are_not_xml_rpc(sim: Simulator, client: Clients, body: str) -> None:
    status, _headers, answer = client().post(body)
    assert status == 200
    with pytest.raises(xmlrpc.client.Fault):
        xmlrpc.client.loads(answer)
    assert (len(sim.refusals()), sim.calls()) == (1, [])


@pytest.mark.parametrize(
    "value",
    ["001565000001", "<string><![CDATA[001565000001]]></string>", " <string> <![CDATA[001565000001]]> </string> "],
)
def test_requests_as_the_documents_write_them(client: Clients, value: str) -> None:
    body = "\ufeff<?xml version='1.0' encoding='UTF-8'?>\n" + CALL.format("checkDevice", ONE.format(value))
    answer = client().post(body.encode())[2]
    assert xmlrpc.client.loads(answer)[0][0] == [True, "Unknown"]


def test_gzip_and_chunks(sim: Simulator, client: Clients) -> None:
    sim.options.gzip = sim.options.chunked = True
    rpc = client()
    _status, headers, body = rpc.raw("checkDevice", A, Accept_Encoding="gzip, deflate")
    assert (headers["Content-Encoding"], headers["Transfer-Encoding"]) == ("gzip", "chunked")
    assert xmlrpc.client.loads(gzip.decompress(body))[0][0] == [True, "Unknown"]
    assert rpc("checkDevice", A) == [True, "Unknown"]


def test_calls_in_flight_are_counted(sim: Simulator, client: Clients) -> None:
    """Eight calls are kept back until all have arrived."""
    gate = Gate()
    sim.faults.add(Fault("pass", gate=gate))
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(client()("checkDevice", A))) for _index in range(8)]
    for thread in threads:
        thread.start()
    assert gate.wait(8, WATCHDOG)
    stats = sim.stats()
    assert (stats["max_in_flight"], stats["in_flight"], stats["connections"]["opened"]) == (8, 8, 8)
    assert answers == []
    gate.open()
    for thread in threads:
        thread.join(WATCHDOG)
    assert answers == [[True, "Unknown"]] * 8
    assert (sim.stats()["max_in_flight"], sim.stats()["in_flight"]) == (8, 0)


def test_what_was_sent_when_the_client_left(sim: Simulator) -> None:
    """The answer comes at seven bytes an hour."""
    sim.faults.add(Fault("dribble", interval=3600.0, chunk=7, whole=True, phase="after"))
    parts = urllib.parse.urlsplit(sim.url("yealink"))
    with socket.create_connection((parts.hostname, parts.port), WATCHDOG) as sock:
        sock.sendall(request(sim))
        assert sock.recv(65536) == b"HTTP/1."
        assert sim.cut_short() == []
    assert sim.wait_for(lambda: bool(sim.cut_short()), WATCHDOG)
    assert [each.sent for each in sim.cut_short()] == [7]
    assert sim.stats()["in_flight"] == 0


def test_a_rest_service_on_one_kept_connection(sim: Simulator) -> None:
    device = sim.world("ymcs").add_device(A, "me", serial="1")
    connection = http.client.HTTPConnection(sim.base_url().removeprefix("http://"), timeout=WATCHDOG)
    nonces = itertools.count(1)

    def send(verb: str, path: str, login: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": login, "timestamp": "1", "nonce": f"{next(nonces):032d}"}
        connection.request(verb, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    basic = "Basic " + base64.b64encode(b"me:secret").decode()
    status, answer = send("POST", "/v2/token", basic, {"grant_type": "client_credentials"})
    bearer = f"Bearer {answer['access_token']}"
    assert status == 200
    assert send("PATCH", f"/v2/rps/devices/{device.id}", bearer, {"remark": "desk"}) == (204, None)
    status, answer = send("GET", f"/v2/rps/devices/{device.id}", bearer)
    assert (status, answer["remark"]) == (200, "desk")
    assert send("DELETE", f"/v2/rps/devices/{device.id}", bearer)[0] == 405
    assert sim.stats()["connections"] == {"opened": 1, "opened_tls": 0, "open": 1}
    connection.close()


def test_stopping_while_clients_connect() -> None:
    for _index in range(20):
        with Simulator() as sim, contextlib.ExitStack() as stack:
            address = urllib.parse.urlsplit(sim.base_url())
            for _client in range(5):
                stack.enter_context(socket.create_connection((address.hostname, address.port), WATCHDOG))
            sim.stop()
            gc.collect()
            sim.start()


def test_an_answer_that_is_kept_back_in_memory(memory: Memory) -> None:
    gate = Gate()
    memory.sim.faults.add(Fault("pass", gate=gate))
    yealink = memory.caller("yealink")
    with pytest.raises(TimeoutError):
        yealink("checkDevice", A)
    gate.open()
    assert yealink("checkDevice", A) == [True, "Unknown"]


def test_an_exchange_that_ends_in_its_middle(memory: Memory) -> None:
    memory.sim.faults.add(Fault("hang", phase="after"))
    connection, pipe = connected(memory.sim)
    connection.data_received(request(memory.sim))
    assert (pipe.writes, memory.sim.stats()["in_flight"]) == ([], 1)
    connection.connection_lost(None)
    assert [each.sent for each in memory.sim.cut_short()] == [0]
    assert memory.sim.stats()["in_flight"] == 0


def test_latency_is_part_of_the_reply(memory: Memory) -> None:
    memory.sim.options.latency = 0.3
    memory.sim.options.set("latency", 1.0, "htek")
    assert memory.caller("yealink").reply("checkDevice", A).delay == 0.3
    assert memory.caller("htek").reply("checkDevice", A).delay == 1.0


def test_pipelined_and_split_requests(memory: Memory) -> None:
    connection, pipe = connected(memory.sim)
    both = request(memory.sim) * 2
    for start in range(0, len(both), 100):
        connection.data_received(both[start : start + 100])
    assert [piece.count(b"</methodResponse>") for piece in pipe.writes] == [1, 1]
    connection.data_received(both)
    assert len(pipe.writes) == 4
    connection.data_received(b"nonsense\r\n\r\n")
    assert pipe.writes[-1].startswith(b"HTTP/1.1 400 ")
    assert pipe.ended == "closed"
    assert memory.sim.count() == {"listDevices": 4}


def test_an_answer_without_a_body(memory: Memory) -> None:
    device = memory.sim.world("ymcs").add_device(A, "me", serial="1")
    reply = memory.caller("ymcs").reply("editDevice", device.id, {"remark": "x"})
    head, body = serialize(reply, chunked=True)
    assert head.startswith(b"HTTP/1.1 204 ")
    assert b"Content-Length" not in head
    assert b"Transfer-Encoding" not in head
    assert body == b""


@pytest.mark.parametrize("vendor", DIALECTS)
def test_every_service_on_one_port(sim: Simulator, vendor: str) -> None:
    parts = urllib.parse.urlsplit(sim.url(vendor))
    assert parts.netloc == urllib.parse.urlsplit(sim.base_url()).netloc
    connection = http.client.HTTPConnection(parts.netloc, timeout=WATCHDOG)
    connection.request("POST", parts.path or "/v2/token", b"")
    assert connection.getresponse().status == 401
    connection.close()


def test_https_and_http_at_once() -> None:
    with Simulator(tls=True) as sim:
        sim.add_account("yealink", "me", "secret")
        context = ssl.create_default_context(cafile=sim.ca_path)
        for host in ("localhost", "127.0.0.1"):
            url = sim.url("yealink", tls=True).replace("https://localhost", f"https://me:secret@{host}")
            with xmlrpc.client.ServerProxy(url, context=context) as proxy:
                assert proxy.redirect.checkDevice(A) == [True, "Unknown"]
        url = sim.url("yealink").replace("http://", "http://me:secret@")
        with xmlrpc.client.ServerProxy(url) as proxy:
            assert proxy.redirect.checkDevice(A) == [True, "Unknown"]
        assert [call.tls for call in sim.calls()] == [True, True, False]
        with pytest.raises(ssl.SSLError), xmlrpc.client.ServerProxy(sim.url("yealink", tls=True)) as proxy:
            proxy.redirect.checkDevice(A)
        with pytest.raises(urllib.request.HTTPError):
            urllib.request.urlopen(f"{sim.base_url(tls=True)}/_sim/state", context=context)  # noqa: S310  (loopback)


def test_stopping_and_starting_again(sim: Simulator, client: Clients) -> None:
    url = sim.url("yealink")
    rpc = client()
    assert rpc("registerDevice", A, "main") == [True, "OK"]
    sim.stop()
    with pytest.raises(OSError):  # noqa: PT011
        client().raw("listDevices")
    sim.start()
    assert sim.url("yealink") == url
    assert client()("listDevices") == [True, ["00-15-65-00-00-01"]]
