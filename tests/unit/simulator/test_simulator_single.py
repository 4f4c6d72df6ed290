# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for one device and for servers, in both dialects."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import pytest
from simulator import Simulator
from support.plain_client import Clients

A, B, C = "001565000001", "001565000002", "001565000003"
BOTH = pytest.mark.parametrize("vendor", ["yealink", "htek"])
TICKET = "\nPlease check the MAC address you entered\n"


def _fault(call: Any, *arguments: Any) -> int:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        call(*arguments)
    return int(caught.value.faultCode)


@BOTH
@pytest.mark.parametrize(
    "mac", ["001565000001", "00-15-65-00-00-01", "00 15 65 00 00 01", "00:15:65:00:00:01", " 00:15:65:00:00:01 "]
)
def test_the_four_notations(sim: Simulator, client: Clients, vendor: str, mac: str) -> None:
    rpc = client(vendor)
    assert rpc("registerDevice", mac.upper(), "main") == [True, "OK"]
    assert rpc("checkDevice", mac) == [True, "Registered"]
    assert rpc("listDevices") == [True, ["00-15-65-00-00-01"]]
    assert rpc("deRegisterDevice", mac) == [True, "OK"]
    assert sim.world(vendor).device(A) is None


@BOTH
@pytest.mark.parametrize("mac", ["", "00156500000", "0015650000011", "00-15:65-00-00-01", "00s565000001", "00.15.65"])
def test_other_notations_are_refused(client: Clients, vendor: str, mac: str) -> None:
    rpc = client(vendor)
    assert rpc("registerDevice", mac, "main") == [False, f"Error:Invalid MAC(s):{mac}"]
    assert rpc("registerDevice", mac, "main", "1") == [False, f"Error:Invalid MAC(s):{mac}"]
    assert rpc("deRegisterDevice", mac) == [False, f"Error:Invalid MAC(s):{mac}"]
    assert rpc("editDevice", mac, "main") == [False, f"Error:Invalid MAC(s):{mac}"]
    assert rpc("checkDevice", mac) == [False, "Error:Invalid MAC(s)"]


@BOTH
def test_statuses(sim: Simulator, client: Clients, vendor: str) -> None:
    world = sim.world(vendor)
    world.add_device(A, account="me", server="main")
    world.add_device(B, account="me")
    world.add_device(C, account="other", server="theirs")
    rpc = client(vendor)
    answers = [rpc("checkDevice", mac)[1] for mac in (A, B, C, "001565000009")]
    assert answers == ["Registered", "Unregistered", "Registered Elsewhere", "Unknown"]
    assert [world.status("other", mac) for mac in (A, C)] == ["Registered Elsewhere", "Registered"]


@BOTH
def test_listing(sim: Simulator, client: Clients, vendor: str) -> None:
    world, rpc = sim.world(vendor), client(vendor)
    assert rpc("listDevices") == [False, "No device(s) exists"]
    world.add_device(A, account="me", server="main")
    world.add_device("00156500000a", account="me")
    world.add_device(C, account="other", server="theirs")
    assert rpc("listDevices") == [True, ["00-15-65-00-00-01", "00-15-65-00-00-0a"]]
    sim.options.mac_notation, sim.options.mac_upper = "bare", True
    assert rpc("listDevices") == [True, ["001565000001", "00156500000A"]]
    sim.options.mac_notation, sim.options.list_unregistered = "colon", False
    assert rpc("listDevices") == [True, ["00:15:65:00:00:01"]]


def test_checking_with_url(sim: Simulator, client: Clients) -> None:
    world, rpc = sim.world("yealink"), client()
    world.add_device(A, account="me", server="main")
    world.add_device(B, account="me", server="main", unique_url="https://main.example.com/token")
    world.add_device(C, account="other", server="theirs")
    assert rpc("checkDeviceExt", A) == [True, "Registered", "https://main.example.com/"]
    assert rpc("checkDeviceExt", B) == [True, "Registered", "https://main.example.com/token"]
    assert rpc("checkDeviceExt", C) == [True, "Registered Elsewhere"]
    assert rpc("checkDeviceExt", "001565000009") == [True, "Unknown"]
    assert rpc("checkDeviceExt", "x") == [False, "Error:Invalid MAC(s)"]
    sim.options.ext_url = "missing"
    assert rpc("checkDeviceExt", A) == [True, "Registered"]
    sim.options.ext_url = "empty"
    assert rpc("checkDeviceExt", A) == [True, "Registered", ""]


def test_registering_what_is_taken_yealink(sim: Simulator, client: Clients) -> None:
    rpc = client()
    sim.world("yealink").add_device(A, account="me", server="main")
    sim.world("yealink").add_device(C, account="other", server="theirs")
    sure = [False, "Error:Are you sure you want to override MAC addresses."]
    failed = [False, "Error:MAC address(es) overriding failed"]
    assert rpc("registerDevice", A, "spare") == sure
    assert rpc("registerDevice", A, "spare", "0") == failed
    assert sim.world("yealink").known_device(A).server == "main"
    assert rpc("registerDevice", A, "spare", "1") == [True, "OK"]
    assert sim.world("yealink").known_device(A).server == "spare"
    for more in ([], ["0"]):
        ok, text = rpc("registerDevice", C, "main", *more)
        assert ok is False
        assert text.startswith(f"Error:{C}{TICKET}")
        assert text.endswith("(4)Login Account")
    sim.options.take_over_allowed = False
    assert rpc("registerDevice", C, "main", "1")[1].startswith(f"Error:{C}{TICKET}")
    assert sim.world("yealink").known_device(C).account == "other"
    sim.options.take_over_allowed = True
    assert rpc("registerDevice", C, "main", "1") == [True, "OK"]
    assert sim.world("yealink").known_device(C).account == "me"


def test_registering_what_is_taken_htek(sim: Simulator, client: Clients) -> None:
    rpc, world = client("htek"), sim.world("htek")
    world.add_device(A, account="me", server="main")
    world.add_device(C, account="other", server="theirs")
    assert rpc("registerDevice", A, "spare") == [False, f"Error:Existing MAC(s):{A}"]
    assert rpc("registerDevice", A, "spare", "0") == [False, f"Error:Existing MAC(s):{A}"]
    assert rpc("registerDevice", A, "spare", "1") == [True, "OK"]
    sim.options.own_override_allowed = False
    assert rpc("registerDevice", A, "main", "1") == [False, f"Error:Existing MAC(s):{A}"]
    assert rpc("registerDevice", C, "main") == [False, "Error:Are you sure you want to override MAC addresses"]
    assert rpc("registerDevice", C, "main", "0") == [False, "Error:MAC address(es) overriding failed"]
    sim.options.take_over_allowed = False
    assert rpc("registerDevice", C, "main", "1") == [False, "Error:MAC address(es) overriding failed"]
    sim.options.take_over_allowed = True
    assert rpc("registerDevice", C, "main", "1") == [True, "OK"]
    assert (world.known_device(A).server, world.known_device(C).account) == ("spare", "me")


@BOTH
@pytest.mark.parametrize("value", [1, 0, True, False, "2", "", "yes", " 1"])
def test_override_is_the_string_one_or_zero(sim: Simulator, client: Clients, vendor: str, value: Any) -> None:
    refusal = [False, "Error:Only 0 or 1 can be used:1 to override, 0 to cancel"]
    rpc = client(vendor)
    assert rpc("registerDevice", A, "main", value) == refusal
    assert rpc("registerDevices", [A], "main", value) == refusal
    assert sim.world(vendor).devices() == []


@BOTH
def test_servers_that_do_not_exist(client: Clients, vendor: str) -> None:
    rpc = client(vendor)
    assert rpc("registerDevice", A, "nowhere") == [False, "Error:Invalid server"]
    assert rpc("registerDevice", A, "theirs") == [False, "Error:Invalid server"]
    assert rpc("registerDevice", A, "a/b") == [
        False,
        "Error:The server name can only contain 'A-z 0-9 - _ . '(include space)",
    ]


@BOTH
def test_own_device_without_a_server(sim: Simulator, client: Clients, vendor: str) -> None:
    world, rpc = sim.world(vendor), client(vendor)
    world.add_device(A, account="me")
    assert rpc("registerDevice", A, "main")[0] is False
    sim.options.register_unregistered = "bind"
    assert rpc("registerDevice", A, "main") == [True, "OK"]
    world.add_device(B, account="me")
    assert rpc("editDevice", B, "main") == [True, "OK"]
    assert world.url(B) == "https://main.example.com/"
    world.add_device(C)
    assert rpc("checkDevice", C) == [True, "Unregistered"]
    assert rpc("editDevice", C, "main") == [False, f"Error:Invalid MAC(s):{C}"]
    assert rpc("deRegisterDevice", C) == [False, f"Error:Invalid MAC(s):{C}"]
    assert rpc("registerDevice", C, "main") == [True, "OK"]


@BOTH
def test_deregistering(sim: Simulator, client: Clients, vendor: str) -> None:
    sim.world(vendor).add_device(C, account="other", server="theirs")
    rpc = client(vendor)
    assert rpc("deRegisterDevice", C) == [False, f"Error:Invalid MAC(s):{C}"]
    assert rpc("deRegisterDevice", A) == [False, f"Error:Invalid MAC(s):{A}"]
    assert client(vendor, "other")("deRegisterDevice", C) == [True, "OK"]


@BOTH
def test_editing(sim: Simulator, client: Clients, vendor: str) -> None:
    world, rpc = sim.world(vendor), client(vendor)
    world.add_device(A, account="me", server="main", unique_url="https://main.example.com/token")
    world.add_device(C, account="other", server="theirs")
    assert rpc("editDevice", B, "main") == [False, "Error:The MAC is unknown"]
    assert rpc("editDevice", C, "main") == [False, f"Error:Invalid MAC(s):{C}"]
    assert rpc("editDevice", A, "nowhere") == [False, "Error:Invalid server"]
    sim.options.edit_clears_unique_url = False
    assert rpc("editDevice", A, "spare") == [True, "OK"]
    assert world.url(A) == "https://main.example.com/token"
    sim.options.edit_clears_unique_url = True
    assert rpc("editDevice", A, "spare") == [True, "OK"]
    assert world.url(A) == "https://spare.example.com/"
    assert _fault(rpc, "editDevice", A, "main", "1") == -32601
    sim.options.retired_calls = "accept"
    assert rpc("editDevice", A, "main", "7")[0] is False
    assert rpc("editDevice", A, "main", "0") == [True, "OK"]


def test_unique_urls(sim: Simulator, client: Clients) -> None:
    world, rpc = sim.world("yealink"), client()
    url = "https://main.example.com/token"
    register, edit = "registerDeviceWithUniqueUrl", "editDeviceWithUniqueUrl"
    assert rpc(register, A, "main", "gopher://x") == [False, "Error:Invalid server url"]
    sim.options.url_refusal = "practice"
    assert rpc(register, A, "main", "gopher://x")[1].startswith("Error:The url can only begin with 'http://' or")
    assert rpc(register, A, "nowhere", url) == [False, "Error:Invalid server"]
    assert rpc(register, A, "main", url) == [True, "OK"]
    assert rpc(register, A, "main", url)[1] == "Error:Are you sure you want to override MAC addresses."
    assert rpc(register, A, "main", url + "2", "1") == [True, "OK"]
    assert world.url(A) == url + "2"
    assert rpc(register, A, "main", url, True)[1].startswith("Error:Only 0 or 1")
    assert rpc(edit, A, "spare", url + "3") == [True, "OK"]
    assert rpc("checkDeviceExt", A) == [True, "Registered", url + "3"]
    assert rpc(edit, B, "main", url) == [False, "Error:The MAC is unknown"]
    assert rpc(edit, "b", "main", url) == [False, "Error:Invalid MAC(s):b"]
    assert _fault(rpc, edit, A, "main", url, "1") == -32601


@BOTH
def test_adding_servers(sim: Simulator, client: Clients, vendor: str) -> None:
    rpc = client(vendor)
    url = "http://new.example.com/"
    assert rpc("addServer", "new one_1.a-b", url) == [True, "OK"]
    assert rpc("addServer", "new one_1.a-b", url) == [False, "Error:The server name has been used"]
    assert rpc("addServer", "theirs", "TFTP://x") == [True, "OK"]
    assert rpc("addServer", "", url) == [False, "Error:The server name can not be empty."]
    assert rpc("addServer", "x", "") == [False, "Error:The server url can not be empty"]
    assert rpc("addServer", "a/b", url)[1].startswith("Error:The server name can only contain")
    assert rpc("addServer", "x", "x.example.com") == [
        False,
        "Error:The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'",
    ]
    assert sim.world(vendor).servers("me")["new one_1.a-b"] == url


def test_what_htek_does_not_have(sim: Simulator, client: Clients) -> None:
    rpc = client("htek")
    assert _fault(rpc, "checkDeviceExt", A) == -32601
    assert _fault(rpc, "registerDeviceWithUniqueUrl", A, "main", "http://x") == -32601
    assert _fault(rpc, "editDeviceWithUniqueUrl", A, "main", "http://x") == -32601


def test_methods_can_be_switched_off(sim: Simulator, client: Clients) -> None:
    sim.options.disabled_methods = {"redirect.editDevice", "htek:addServer", "registerDevices/3"}
    rpc = client("htek")
    assert _fault(rpc, "editDevice", A, "main") == -32601
    assert _fault(rpc, "addServer", "x", "http://x") == -32601
    assert _fault(rpc, "registerDevices", [A], "main", "0") == -32601
    assert rpc("registerDevices", [A], "main") == [True, "OK"]
    assert client("yealink")("addServer", "x", "http://x") == [True, "OK"]


@BOTH
def test_calls_that_do_not_exist(client: Clients, vendor: str) -> None:
    rpc = client(vendor)
    assert _fault(rpc, "noSuchThing") == -32601
    assert _fault(rpc, "registerDevice", A) == -32602
    assert _fault(rpc, "checkDevice", 1565000001) == -32602
    assert _fault(rpc, "registerDevices", A, "main") == -32602


@pytest.mark.parametrize(("style", "prefix"), [("error", "Error:"), ("error_space", "Error: "), ("error_none", "")])
def test_error_styles(sim: Simulator, client: Clients, style: str, prefix: str) -> None:
    sim.options.error_style = style
    rpc = client()
    assert rpc("registerDevice", A, "nowhere") == [False, prefix + "Invalid server"]
    assert rpc("listDevices") == [False, "No device(s) exists"]
