# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulator remembers, read-only mode, hooks, options and the control API."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from simulator import DIALECTS, FAULTS, Simulator, read_methods, write_methods
from simulator.core.seeds import demo
from support.plain_client import Clients

A, B = "001565000001", "001565000002"


def _control(sim: Simulator, name: str, given: Any = None) -> Any:
    data = None if given is None else json.dumps(given).encode()
    with urllib.request.urlopen(f"{sim.base_url()}/_sim/{name}", data, timeout=5) as response:  # noqa: S310  (loopback)
        return json.load(response)


def test_the_log(sim: Simulator, client: Clients) -> None:
    rpc = client()
    rpc("registerDevice", A, "main", "0")
    rpc("registerDevices", [B], "nowhere")
    client("htek", "other")("listDevices")
    first, second, third = sim.calls()
    assert (first.index, first.vendor, first.account, first.method) == (0, "yealink", "me", "registerDevice")
    assert (first.params, first.ok, first.text, first.executed) == ([A, "main", "0"], True, "OK", True)
    assert (second.params, second.ok, second.text) == ([[B], "nowhere"], False, "Error:Invalid server")
    assert (third.vendor, third.account, third.connection) == ("htek", "other", 1)
    assert sim.writes() == [first, second]
    assert sim.calls("redirect.listDevices") == [third]
    sim.reset_log()
    rpc("listDevices")
    assert [(call.index, call.serial) for call in sim.calls()] == [(0, 3)]
    assert not read_methods() & write_methods()


def test_the_history_of_bindings(sim: Simulator, client: Clients) -> None:
    sim.options.take_over_allowed = True
    sim.world("yealink").add_device(A, account="other", server="theirs")
    rpc = client()
    rpc("registerDevice", A, "main", "1")
    rpc("editDevice", A, "spare")
    sim.reset_log()
    rpc("deRegisterDevice", A)
    entries = sim.world("yealink").history(A)
    assert [(e.account, e.server, e.url, e.event, e.call) for e in entries] == [
        ("other", "theirs", "https://theirs.example.com/", "bound", None),
        ("me", "main", "https://main.example.com/", "bound", 0),
        ("me", "spare", "https://spare.example.com/", "bound", 1),
        ("me", None, None, "removed", 2),
    ]
    assert sim.world("htek").history() == []


def test_read_only(sim: Simulator, client: Clients) -> None:
    sim.world("yealink").add_device(A, account="me", server="main")
    sim.options.read_only = True
    rpc = client()
    assert rpc("checkDevice", A) == [True, "Registered"]
    sim.assert_clean()
    writes = sorted(op.name for op in DIALECTS["yealink"].operations if op.write)
    for method in writes:
        status, _headers, body = rpc.raw(method, A, "main")
        assert status == 500
        assert b"READ-ONLY" in body
    assert len(sim.violations) == len(sim.writes()) == len(writes)
    assert not any(call.executed for call in sim.writes())
    with pytest.raises(AssertionError, match=r"yealink deRegisterDevice by 'me'"):
        sim.assert_clean()
    assert len(sim.world("yealink").history()) == 1


def test_hooks_run_between_read_and_write(sim: Simulator, client: Clients) -> None:
    def steal(simulator: Any, account: str, method: str, params: list[Any]) -> None:
        if method == "registerDevice":
            simulator.world("yealink").add_device(params[0], account="other", server="theirs")

    sim.hooks.append(steal)
    rpc = client()
    assert rpc("checkDevice", A) == [True, "Unknown"]
    assert rpc("registerDevice", A, "main")[1].startswith(f"Error:{A}\n")


def test_a_hook_that_fails_is_heard_of(sim: Simulator, client: Clients) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("in the hook")

    sim.hooks.append(fail)
    assert client().raw("listDevices")[0] == 500
    with pytest.raises(AssertionError, match="in the hook"):
        sim.assert_clean()


def test_options_are_checked(sim: Simulator) -> None:
    with pytest.raises(AttributeError):
        sim.options.sytle = "padded"
    with pytest.raises(ValueError, match="style"):
        sim.options.style = "loose"


def test_seeding_mistakes_are_errors(sim: Simulator) -> None:
    world = sim.world("yealink")
    for arguments in ({"account": "nobody"}, {"account": "me", "server": "nowhere"}, {"server": "main"}):
        with pytest.raises(ValueError, match=r"no account|no server|nobody owns"):
            world.add_device(A, **arguments)
    with pytest.raises(ValueError, match="no MAC"):
        world.add_device("x")
    assert world.devices() == []


def test_the_control_api(sim: Simulator, client: Clients) -> None:
    seed = {
        "reset": True,
        "accounts": [{"vendor": "htek", "username": "me", "password": "secret"}],
        "servers": [{"vendor": "htek", "account": "me", "name": "main", "url": "http://x.example.com/"}],
        "devices": [{"vendor": "htek", "mac": "00-15-65-00-00-01", "account": "me", "server": "main"}],
        "options": {"style": "typed", "disabled_methods": ["addServer"]},
    }
    assert _control(sim, "load", seed) == {"ok": True}
    world = _control(sim, "state")["worlds"]["htek"]
    assert world["servers"] == {"me": {"main": "http://x.example.com/"}}
    assert world["devices"] == [
        {
            "mac": A,
            "account": "me",
            "server": "main",
            "unique_url": None,
            "url": "http://x.example.com/",
            "serial": None,
            "last_contact": None,
        }
    ]
    assert _control(sim, "options", {"latency": 0.001})["disabled_methods"] == ["addServer"]
    assert _control(sim, "faults", [{"kind": "status", "status": 502, "index": 0}])["planned"] == 1
    rpc = client("htek")
    assert rpc.raw("listDevices")[0] == 502
    assert rpc("checkDevice", A) == [True, "Registered"]
    calls = _control(sim, "calls")["calls"]
    assert [(call["method"], call["fault"]) for call in calls] == [("listDevices", "status"), ("checkDevice", None)]
    stats = _control(sim, "stats")
    assert (stats["calls"], stats["connections"]["opened"]) == ({"listDevices": 1, "checkDevice": 1}, 1)
    assert _control(sim, "history")["history"][0]["mac"] == A
    _control(sim, "reset-log", {})
    assert _control(sim, "stats")["total_calls"] == 0
    for name, given, status in (("options", {"sytle": 1}, 400), ("load", {"device": []}, 400), ("nothing", None, 404)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            _control(sim, name, given)
        assert caught.value.code == status
        caught.value.close()


def test_the_control_api_describes_the_services(sim: Simulator) -> None:
    services = _control(sim, "services")
    assert list(services) == list(sim.vendors)
    for vendor, service in services.items():
        assert service["url"] == sim.url(vendor)
        assert service["calls"] == {op.name: op.write for op in DIALECTS[vendor].operations}
        assert {"latency", *(switch.name for switch in DIALECTS[vendor].switches)} <= set(service["switches"])
        assert all(service["switches"].values())
    assert _control(sim, "fault-kinds")["late"] == {
        "executed": "late",
        "does": FAULTS["late"].does,
        "protocols": [],
    }


def test_options_of_one_service(sim: Simulator, client: Clients) -> None:
    assert _control(sim, "options", {"htek:empty_text": "No devices found"})["htek:empty_text"] == "No devices found"
    assert client("htek")("listDevices") == [False, "No devices found"]
    assert client("yealink")("listDevices") == [False, "No device(s) exists"]
    sim.options.empty_text = "Nothing"  # for all, also for the one that was set apart
    assert client("htek")("listDevices") == [False, "Nothing"]
    sim.options.reset("empty_text")
    assert client("htek")("listDevices") == [False, "No device(s) exists"]
    with pytest.raises(AttributeError, match="for htek"):
        sim.options.set("ok_case", "ok", "htek")
    with pytest.raises(AttributeError):
        sim.options.update({"latency": 0.1, "htek:ok_case": "ok"})
    assert sim.options.latency == 0.0


def test_a_seed_for_every_service(sim: Simulator) -> None:
    seed = {
        "reset": True,
        "accounts": [{"vendor": vendor, "username": "u", "password": "p"} for vendor in sim.vendors],
        "devices": [
            {
                "vendor": "snom",
                "mac": "000413000001",
                "account": "u",
                "url": "https://x.example.com/",
                "model": "snomD785",
            },
            {"vendor": "panasonic", "mac": A, "account": "u", "url": "https://x.example.com/", "last_contact": 1.5},
            {"vendor": "ymcs", "mac": B, "account": "u", "serial": "0012", "last_contact": "1970-01-01T00:00:02Z"},
        ],
        "faults": [{"name": "late", "method": "redirect.registerDevice"}],
    }
    sim.load(seed)
    found = _control(sim, "state")["worlds"]
    assert [device["url"] for device in found["snom"]["devices"]] == ["https://x.example.com/"]
    assert [device["last_contact"] for device in found["panasonic"]["devices"]] == [1.5]
    assert [(device["serial"], device["last_contact"]) for device in found["ymcs"]["devices"]] == [("0012", 2.0)]
    assert [fault.name for fault in sim.faults] == ["late"]
    with pytest.raises(ValueError, match="a device has no colour"):
        sim.load({"devices": [{"vendor": "snom", "mac": A, "colour": "red"}]})


def test_the_demo_seed_has_devices_at_every_service(sim: Simulator) -> None:
    sim.load({"reset": True, **demo(sim.dialects)})
    for vendor in sim.vendors:
        assert sim.world(vendor).accounts() == {"demo": "demo-secret", "neighbour": "neighbour-secret"}
        assert sim.world(vendor).devices("demo")
