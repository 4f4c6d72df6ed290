# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of fault, before and after the state changes, and which calls a fault hits."""

from __future__ import annotations

import gzip
import http.client
import threading
import xmlrpc.client
import zlib
from typing import Any

import pytest
from simulator import Call, Fault, Simulator, fault
from simulator.clients import Memory
from simulator.core.memory import duration
from support.plain_client import Clients

A, B, C = "001565000001", "001565000002", "001565000003"
PHASES = pytest.mark.parametrize("phase", ["before", "after"])
WATCHDOG = 30  # seconds after which a test that waits for an event has failed


def _executed(memory: Memory) -> bool:
    return memory.sim.world("yealink").device(A) is not None


def _state(call: Call) -> tuple[bool, str | None, str | None]:
    return call.executed, call.phase, call.fault


@PHASES
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refuse", ConnectionRefusedError),
        ("close", ConnectionResetError),
        ("reset", ConnectionResetError),
        ("half", ConnectionResetError),
        ("hang", TimeoutError),
    ],
)
def test_without_a_whole_answer(memory: Memory, kind: str, error: type[Exception], phase: str) -> None:
    memory.sim.faults.add(Fault(kind, index=0, phase=phase))
    rpc = memory.caller("yealink")
    with pytest.raises(error):
        rpc.reply("registerDevice", A, "main")
    assert _executed(memory) is (phase == "after")
    (call,) = memory.sim.calls()
    assert _state(call) == (phase == "after", phase, kind)
    assert (call.ok, call.text) == ((True, "OK") if phase == "after" else (None, ""))
    assert rpc("checkDevice", A) == [True, "Registered" if phase == "after" else "Unknown"]


@PHASES
@pytest.mark.parametrize(
    ("kind", "error"),
    [("close", http.client.RemoteDisconnected), ("reset", ConnectionResetError), ("half", http.client.IncompleteRead)],
)
def test_without_a_whole_answer_on_a_socket(
    sim: Simulator, client: Clients, kind: str, error: type[Exception], phase: str
) -> None:
    sim.faults.add(Fault(kind, index=0, phase=phase))
    rpc = client()
    with pytest.raises(error):
        rpc.raw("registerDevice", A, "main")
    rpc.close()
    assert rpc("checkDevice", A) == [True, "Registered" if phase == "after" else "Unknown"]


@PHASES
@pytest.mark.parametrize(
    ("given", "status", "text"),
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
def test_other_answers(memory: Memory, given: dict[str, Any], status: int, text: bytes, phase: str) -> None:
    memory.sim.faults.add(Fault(phase=phase, method="redirect.registerDevice", nth=1, **given))
    reply = memory.caller("yealink").reply("registerDevice", A, "main")
    assert reply.status == status
    assert text in reply.body
    for name, value in given.get("headers", {}).items():
        assert reply.header(name) == value
    assert reply.header("Location") == given.get("location")
    assert reply.header("Content-Type") == given.get("content_type", reply.header("Content-Type"))
    assert (given["kind"] == "cut_xml") is (text == b"<methodResponse" and b"</methodResponse>" not in reply.body)
    assert _executed(memory) is (phase == "after")
    assert reply.executed is (phase == "after")
    assert memory.caller("yealink")("checkDevice", A)[0] is True


@PHASES
def test_answers_of_the_protocol(memory: Memory, phase: str) -> None:
    memory.sim.faults.add(Fault("fault", index=0, phase=phase, code=7, text="a < b in {method}"))
    memory.sim.faults.add(Fault("text", index=1, phase="before", ok=True, text="Fine"))
    rpc = memory.caller("yealink")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        rpc("registerDevice", A, "main")
    assert (caught.value.faultCode, caught.value.faultString) == (7, "a < b in registerDevice")
    assert _executed(memory) is (phase == "after")
    assert rpc("checkDevice", A) == [True, "Fine"]


def test_an_exception_inside_the_method(memory: Memory) -> None:
    memory.sim.faults.add(fault("invoke_failed", nth=1), fault("after_invoke_failed", nth=2))
    rpc = memory.caller("yealink")
    for executed in (False, True):
        with pytest.raises(xmlrpc.client.Fault, match="Failed to invoke method registerDevice in class "):
            rpc("registerDevice", A, "main")
        assert _executed(memory) is executed


def test_bytes_that_are_no_gzip(memory: Memory) -> None:
    memory.sim.options.gzip = True
    memory.sim.faults.add(fault("bad_gzip", nth=1), fault("empty", nth=2), fault("garbage", nth=3))
    rpc = memory.caller("yealink")
    reply = rpc.reply("checkDevice", A, Accept_Encoding="gzip")
    assert reply.header("Content-Encoding") == "gzip"
    with pytest.raises(zlib.error):
        gzip.decompress(reply.body)
    replies = [rpc.reply("checkDevice", A, Accept_Encoding="gzip") for _index in range(2)]
    assert [(each.status, each.body[:2], each.header("Content-Encoding")) for each in replies] == [
        (200, b"", None),
        (200, b"\x00\xff", None),
    ]


def test_slow_answers(memory: Memory) -> None:
    memory.sim.faults.add(
        Fault("dribble", index=0, interval=0.1, phase="after"),
        Fault("dribble", index=1, interval=0.1, whole=True, chunk=7, phase="after"),
        Fault("delay", index=2, delay=1.5),
    )
    rpc = memory.caller("yealink")
    rpc.timeout = 1000
    replies = [rpc.reply("checkDevice", A) for _index in range(3)]
    size = len(replies[0].body)
    assert duration(replies[0]) == pytest.approx((size - 1) * 0.1)
    assert size / 7 * 0.1 < duration(replies[1]) < (size + 400) / 7 * 0.1
    assert duration(replies[2]) == 1.5
    assert [call.executed for call in memory.sim.calls()] == [True, True, True]


def test_slow_answers_arrive_whole_on_a_socket(sim: Simulator, client: Clients) -> None:
    sim.faults.add(Fault("dribble", index=0, interval=0.0, chunk=50, phase="after"))
    sim.faults.add(Fault("dribble", index=1, interval=0.0, whole=True, chunk=50, phase="after"))
    sim.faults.add(Fault("delay", index=2, delay=0.001))
    rpc = client()
    assert [rpc("checkDevice", A) for _index in range(3)] == [[True, "Unknown"]] * 3


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
def test_shapes_are_valid_xml_rpc(memory: Memory, shape: str) -> None:
    memory.sim.faults.add(Fault("wrong_shape", shape=shape))
    memory.caller("yealink")("checkDevice", A)


def test_which_call_is_hit(memory: Memory) -> None:
    rpc = memory.caller("yealink")
    hit: dict[str, Any] = {"kind": "text", "text": "hit"}
    memory.sim.faults.add(
        Fault(method="checkDevice", nth=2, **hit),
        Fault(mac="00-15-65-00-00-03", times=1, **hit),
        Fault(account="other", **hit),
        Fault(vendor="htek", **hit),
    )

    def is_hit(caller: Any, *arguments: Any) -> bool:
        return bool(caller(*arguments) == [False, "hit"])

    assert [is_hit(rpc, "checkDevice", A) for _index in range(3)] == [False, True, False]
    assert [is_hit(rpc, "registerDevices", [B, C], "main") for _index in range(2)] == [True, False]
    assert is_hit(memory.caller("yealink", "other"), "listDevices")
    assert is_hit(memory.caller("htek"), "listDevices")
    memory.sim.faults.clear()
    memory.sim.reset_log()
    memory.sim.faults.append(Fault(index=1, **hit))
    assert [is_hit(rpc, "checkDevice", A) for _index in range(3)] == [False, True, False]


def test_a_bulk_call_that_stops_in_the_middle(memory: Memory) -> None:
    memory.sim.faults.add(fault("half_then_dropped", nth=1), fault("half_then_ok", nth=2))
    rpc, world = memory.caller("yealink"), memory.sim.world("yealink")
    with pytest.raises(ConnectionResetError):
        rpc.reply("registerDevices", [A, B], "main")
    assert [device.mac for device in world.devices()] == [A]
    world.remove_device(A)
    assert rpc("registerDevices", [A, B], "main") == [True, "OK"]
    assert [device.mac for device in world.devices()] == [A]
    assert [entry.call for entry in world.history(A) if entry.call is not None] == [0, 1]


def test_what_is_accepted_and_not_done(memory: Memory) -> None:
    world, rpc = memory.sim.world("yealink"), memory.caller("yealink")
    world.add_device(A, "me", "main")
    memory.sim.faults.add(fault("not_applied", nth=1), fault("other_url", nth=2))
    assert rpc("editDevice", A, "spare") == [True, "OK"]
    assert (world.url(A), len(world.history(A))) == ("https://main.example.com/", 1)
    assert rpc("editDevice", A, "spare") == [True, "OK"]
    assert world.url(A) == "https://wrong.example.net/"
    assert rpc("editDevice", A, "spare") == [True, "OK"]
    assert world.url(A) == "https://spare.example.com/"
    memory.sim.faults.add(fault("other_url", method="addServer"))
    assert rpc("addServer", "third", "https://third.example.com/") == [True, "OK"]
    assert world.servers("me")["third"] == "https://wrong.example.net/"


def test_a_refused_call_is_refused_also_where_it_would_not_be_done(memory: Memory) -> None:
    memory.sim.faults.add(fault("not_applied", nth=1))
    assert memory.caller("yealink")("editDevice", A, "spare") == [False, "Error:The MAC is unknown"]


def test_late_execution_by_the_clock(memory: Memory) -> None:
    memory.sim.faults.add(fault("late", method="registerDevice", late_seconds=45.0))
    rpc = memory.caller("yealink")
    with pytest.raises(TimeoutError):
        rpc("registerDevice", A, "main")
    (call,) = memory.sim.calls()
    assert (call.executed, call.ok) == (False, True)
    memory.clock.advance(14.9)
    assert rpc("checkDevice", A) == [True, "Unknown"]
    memory.clock.advance(0.2)
    assert rpc("checkDevice", A) == [True, "Registered"]
    assert memory.sim.calls()[0].executed is True


@pytest.mark.parametrize("reads", [1, 2])
def test_late_execution_after_reads(memory: Memory, reads: int) -> None:
    memory.sim.faults.add(fault("late_503", method="registerDevice", late_reads=reads))
    rpc = memory.caller("yealink")
    assert rpc.reply("registerDevice", A, "main").status == 503
    memory.caller("htek")("checkDevice", A)  # another service's reads do not count
    for _index in range(reads):
        assert rpc("checkDevice", A) == [True, "Unknown"]
    assert rpc("checkDevice", A) == [True, "Registered"]


def test_what_waits_for_a_read_or_the_clock_can_be_executed_at_once(memory: Memory) -> None:
    memory.sim.faults.add(fault("late_503", method="registerDevice", late_reads=9))
    memory.sim.faults.add(fault("late", method="deRegisterDevice", late_seconds=9e9))
    rpc = memory.caller("yealink")
    rpc.reply("registerDevice", A, "main")
    memory.sim.execute_late()
    assert rpc("checkDevice", A) == [True, "Registered"]
    with pytest.raises(TimeoutError):
        rpc("deRegisterDevice", A)
    memory.sim.execute_late()
    assert rpc("checkDevice", A) == [True, "Unknown"]


def test_a_late_call_can_come_too_late(memory: Memory) -> None:
    """The state counts in which it is executed: by then the phone is somebody else's."""
    memory.sim.faults.add(fault("late_503", method="registerDevice"))
    rpc = memory.caller("yealink")
    rpc.reply("registerDevice", A, "main")
    memory.sim.world("yealink").add_device(A, "other", "theirs")
    rpc("checkDevice", A)
    (call,) = memory.sim.calls("registerDevice")
    assert (call.executed, call.ok) == (True, False)
    device = memory.sim.world("yealink").device(A)
    assert device is not None
    assert device.account == "other"


def test_hanging_calls_end_with_the_simulator() -> None:
    arrived = threading.Event()
    with Simulator() as sim:
        sim.add_account("yealink", "me", "secret")
        sim.faults.add(Fault("hang", phase="after"))
        sim.hooks.append(lambda *_call: arrived.set())
        address = sim.base_url().removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=WATCHDOG)
        body = xmlrpc.client.dumps((), "redirect.listDevices")
        connection.request("POST", "/xmlrpc", body, {"Content-Type": "text/xml", "Authorization": "Basic bWU6c2VjcmV0"})
        assert arrived.wait(WATCHDOG)
        assert sim.stats()["in_flight"] == 1
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "bang"},
        {"kind": "close", "phase": "during"},
        {"kind": "close", "mac": "x"},
        {"kind": "close", "no": 1},
        {"name": "bang"},
    ],
)
def test_faults_that_make_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"bang|during|'x'|no"):
        Fault.from_dict(values)


def test_faults_from_json() -> None:
    planned = Fault.from_dict({"name": "after_503", "method": "redirect.editDevice", "nth": 2})
    assert (planned.kind, planned.status, planned.phase, planned.method) == ("status", 503, "after", "editDevice")
    assert Fault.from_dict({"kind": "body", "body_base64": "AP8="}).payload == b"\x00\xff"
