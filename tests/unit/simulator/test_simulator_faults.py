# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault, before and after the state changes, and which calls a fault hits."""

from __future__ import annotations

import http.client
import socket
import time
import xmlrpc.client
from typing import Any

import pytest
from simulator import Fault, Simulator

A, B, C = "001565000001", "001565000002", "001565000003"
PHASES = pytest.mark.parametrize("phase", ["before", "after"])


def _executed(sim: Any) -> bool:
    return sim.world("yealink").device(A) is not None


def _settles(sim: Any) -> bool:
    """Wait for the simulator to notice that a client went away."""
    for _index in range(200):
        if sim.stats()["in_flight"] == 0:
            return True
        time.sleep(0.005)
    return False


@PHASES
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("close", http.client.RemoteDisconnected),
        ("reset", ConnectionResetError),
        ("half", http.client.IncompleteRead),
        ("hang", TimeoutError),
    ],
)
def test_without_a_whole_answer(sim: Any, client: Any, kind: str, error: type[Exception], phase: str) -> None:
    sim.faults.add(Fault(kind, index=0, phase=phase))
    rpc = client()
    rpc.connection.timeout = 0.2
    with pytest.raises((error, socket.timeout)):
        rpc.raw("registerDevice", A, "main")
    assert _executed(sim) is (phase == "after")
    (call,) = sim.calls()
    assert (call.executed, call.phase, call.fault) == (phase == "after", phase, kind)
    assert (call.ok, call.text) == ((True, "OK") if phase == "after" else (None, ""))
    rpc.close()
    assert rpc("checkDevice", A) == [True, "Registered" if phase == "after" else "Unknown"]
    assert _settles(sim)


@PHASES
@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"kind": "status"}, 500, b""),
        ({"kind": "status", "status": 503, "headers": {"Retry-After": "2"}, "body": "later"}, 503, b"later"),
        ({"kind": "html"}, 200, b"<html>"),
        ({"kind": "html", "status": 502}, 502, b"<html>"),
        ({"kind": "redirect", "location": "http://127.0.0.1:1/"}, 307, b""),
        ({"kind": "redirect", "location": "http://127.0.0.1:1/", "status": 302}, 302, b""),
        ({"kind": "body", "body": b"\x00\xff", "content_type": "image/png"}, 200, b"\x00\xff"),
        ({"kind": "cut_xml"}, 200, b"<methodResponse"),
        ({"kind": "wrong_shape", "shape": "struct"}, 200, b"<struct>"),
    ],
)
def test_other_answers(sim: Any, client: Any, fault: dict[str, Any], status: int, text: bytes, phase: str) -> None:
    sim.faults.add(Fault(phase=phase, method="redirect.registerDevice", nth=1, **fault))
    rpc = client()
    got, headers, body = rpc.raw("registerDevice", A, "main")
    assert got == status
    assert text in body
    for name, value in fault.get("headers", {}).items():
        assert headers[name] == value
    if "location" in fault:
        assert headers["Location"] == fault["location"]
    if "content_type" in fault:
        assert headers["Content-Type"] == fault["content_type"]
    if fault["kind"] == "cut_xml":
        assert b"</methodResponse>" not in body
    assert _executed(sim) is (phase == "after")
    assert rpc("checkDevice", A)[0] is True  # on the same connection
    assert sim.stats()["connections"]["opened"] == 1


@PHASES
def test_xml_rpc_faults_and_texts(sim: Any, client: Any, phase: str) -> None:
    sim.faults.add(Fault("fault", index=0, phase=phase, code=7, text="a < b"))
    sim.faults.add(Fault("text", index=1, phase="before", ok=True, text="Fine"))
    rpc = client()
    with pytest.raises(xmlrpc.client.Fault) as caught:
        rpc("registerDevice", A, "main")
    assert (caught.value.faultCode, caught.value.faultString) == (7, "a < b")
    assert _executed(sim) is (phase == "after")
    assert rpc("checkDevice", A) == [True, "Fine"]


def test_dribble_and_delay(sim: Any, client: Any) -> None:
    sim.faults.add(Fault("dribble", index=0, interval=0.001, phase="after"))
    sim.faults.add(Fault("dribble", index=1, interval=0.001, whole=True, chunk=7, phase="after"))
    sim.faults.add(Fault("delay", index=2, delay=0.15))
    rpc = client()
    for shortest in (0.2, 0.03, 0.15):
        started = time.monotonic()
        assert rpc("checkDevice", A) == [True, "Unknown"]
        assert time.monotonic() - started >= shortest
    assert [call.executed for call in sim.calls()] == [True, True, True]


@pytest.mark.parametrize(
    "shape",
    [
        "string",
        "boolean",
        "one",
        "int_first",
        "text_first",
        "boolean_second",
        "four",
        "empty_array",
        "struct",
        "nested",
    ],
)
def test_shapes_are_valid_xml_rpc(sim: Any, client: Any, shape: str) -> None:
    sim.faults.add(Fault("wrong_shape", shape=shape))
    client()("checkDevice", A)


def test_which_call_is_hit(sim: Any, client: Any) -> None:
    rpc = client()
    hit: dict[str, Any] = {"kind": "text", "text": "hit"}
    sim.faults.add(
        Fault(method="checkDevice", nth=2, **hit),
        Fault(mac="00-15-65-00-00-03", times=1, **hit),
        Fault(account="other", **hit),
        Fault(vendor="htek", **hit),
    )

    def is_hit(caller: Any, *arguments: Any) -> bool:
        return bool(caller(*arguments) == [False, "hit"])

    assert [is_hit(rpc, "checkDevice", A) for _index in range(3)] == [False, True, False]
    assert [is_hit(rpc, "registerDevices", [B, C], "main") for _index in range(2)] == [True, False]
    assert is_hit(client("yealink", "other"), "listDevices")
    assert is_hit(client("htek"), "listDevices")
    sim.faults.clear()
    sim.reset_log()
    sim.faults.append(Fault(index=1, **hit))
    assert [is_hit(rpc, "checkDevice", A) for _index in range(3)] == [False, True, False]


def test_a_bulk_call_that_stops_in_the_middle(sim: Any, client: Any) -> None:
    sim.faults.add(Fault("close", phase="after", only_first=1))
    with pytest.raises(http.client.RemoteDisconnected):
        client().raw("registerDevices", [A, B], "main")
    assert [device.mac for device in sim.world("yealink").devices()] == [A]


def test_hanging_calls_end_with_the_simulator() -> None:
    with Simulator() as sim:
        sim.add_account("yealink", "me", "secret")
        sim.faults.add(Fault("hang"))
        url = sim.url("yealink").replace("http://", "")
        connection = http.client.HTTPConnection(url.split("/")[0], timeout=5)
        body = xmlrpc.client.dumps((), "redirect.listDevices")
        connection.request("POST", "/xmlrpc", body, {"Content-Type": "text/xml", "Authorization": "Basic bWU6c2VjcmV0"})
        while not sim.calls():
            time.sleep(0.005)
        assert sim.stats()["in_flight"] == 1
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(
    "values",
    [{"kind": "bang"}, {"kind": "close", "phase": "during"}, {"kind": "close", "mac": "x"}, {"kind": "close", "no": 1}],
)
def test_faults_that_make_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"bang|during|'x'|no"):
        Fault.from_dict(values)
