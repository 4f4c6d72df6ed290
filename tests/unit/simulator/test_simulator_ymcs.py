# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YMCS: tokens, nonces, pages, bulk results, servers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from simulator import fault
from simulator.clients import Memory, RestCaller, RestError

A, B, C, D = "44dbd2000001", "44dbd2000002", "44dbd2000003", "44dbd2000004"
GRANT = {"grant_type": "client_credentials"}


def code(call: Any, *arguments: Any, **headers: str) -> tuple[int, str | int]:
    """Return status and code of the error that a call ends with."""
    reply = call.reply(*arguments, **headers)
    answer = json.loads(reply.body)
    assert set(answer) == {"code", "message", "requestId", "details"}
    return reply.status, answer["code"]


def server_id(memory: Memory, name: str = "main") -> str:
    return next(each.id for each in memory.sim.world("ymcs").server_objects("me").values() if each.name == name)


def listed(ymcs: RestCaller, **more: Any) -> Any:
    return ymcs("listDevices", {"skip": 0, "limit": 500, "autoCount": True, **more})


# -- login


def test_a_token_is_good_for_its_time(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    answer = ymcs("token", GRANT)
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    ymcs.token = answer["access_token"]
    memory.clock.advance(3599)
    assert listed(ymcs)["total"] == 0
    memory.clock.advance(1)
    assert code(ymcs, "listDevices", {}) == (401, "900401")
    ymcs.log_in()
    assert listed(ymcs)["total"] == 0
    memory.sim.options.token_lifetime = 86400
    assert ymcs("token", GRANT)["expires_in"] == 86400
    assert code(ymcs, "token", {"grant_type": "password"}) == (400, "900400")


def test_every_request_needs_a_nonce_of_its_own_and_a_timestamp(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    assert code(ymcs, "token", GRANT, nonce="") == (401, "500401")
    assert code(ymcs, "token", GRANT, timestamp="") == (401, "500401")
    assert code(ymcs, "token", GRANT, nonce="short") == (401, "500401")
    nonce = "n" * 32
    assert ymcs.reply("token", GRANT, nonce=nonce).status == 200
    ymcs.log_in()
    assert code(ymcs, "listDevices", {}, nonce=nonce) == (403, "500403")
    memory.sim.options.clock_skew = 300
    assert code(ymcs, "listDevices", {}, timestamp="1000") == (401, "500401")
    assert listed(ymcs)["total"] == 0


def test_planned_trouble_with_tokens_and_limits(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    ymcs.log_in()
    memory.sim.faults.add(
        fault("token_expired", method="listDevices", nth=1),
        fault("nonce_used", method="listDevices", nth=3),
        fault("rate_limited", method="listDevices", nth=4, headers={"Retry-After": "7"}),
    )
    assert code(ymcs, "listDevices", {}) == (401, "900401")
    assert ymcs.reply("listServers", {}).status == 401  # the token is really gone
    ymcs.log_in()
    assert listed(ymcs)["total"] == 0
    assert code(ymcs, "listDevices", {}) == (403, "500403")
    reply = ymcs.reply("listDevices", {})
    assert (reply.status, reply.header("Retry-After")) == (429, "7")
    assert json.loads(reply.body)["code"] == "900429"


def test_codes_as_numbers(memory: Memory) -> None:
    memory.sim.options.code_type = "number"
    ymcs = memory.caller("ymcs")
    assert code(ymcs, "getDevice", "nobody") == (400, 900400)


# -- lists


def test_pages(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    assert listed(ymcs)["data"] is None
    for number in range(1203):
        world.add_device(f"44dbd2{number:06x}", "me", serial=str(number))
    world.add_device("44dbd2ffffff", "other", serial="x")
    pages = [ymcs("listDevices", {"skip": skip, "limit": 500, "autoCount": True}) for skip in (0, 500, 1000, 1500)]
    assert [len(each["data"] or []) for each in pages] == [500, 500, 203, 0]
    assert [(each["skip"], each["limit"], each["total"]) for each in pages[:2]] == [(0, 500, 1203), (500, 500, 1203)]
    macs = [record["mac"] for each in pages[:3] for record in each["data"]]
    assert macs == [f"44dbd2{number:06x}" for number in range(1203)]
    assert code(ymcs, "listDevices", {"limit": 501}) == (400, "900400")
    assert code(ymcs, "listDevices", {"skip": -1}) == (400, "900400")
    assert listed(ymcs, autoCount=False)["total"] == 0
    memory.sim.options.empty_data = "list"
    assert listed(ymcs, skip=5000)["data"] == []


def test_pages_that_shift(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    for mac in (A, B, C, D):
        world.add_device(mac, "me", serial="1")
    memory.sim.faults.add(fault("shifted_list", method="listDevices", nth=2))
    found = [ymcs("listDevices", {"skip": skip, "limit": 2})["data"] for skip in (0, 2)]
    assert [[record["mac"] for record in each] for each in found] == [[A, B], [D, A]]
    memory.sim.faults.add(fault("partial_list", method="listDevices"))
    assert [record["mac"] for record in listed(ymcs)["data"]] == [A]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [("single", [[A], [C], []]), ("first", [[A, B], [A, B], [A, B]]), ("same_id", [[A, B], [C, D], []])],
)
def test_pages_that_are_no_list(memory: Memory, pages: str, expected: list[list[str]]) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    for mac in (A, B, C, D):
        world.add_device(mac, "me", serial="1")
    memory.sim.options.pages = pages
    answers = [ymcs("listDevices", {"skip": skip, "limit": 2, "autoCount": True}) for skip in (0, 2, 4)]
    assert [[record["mac"] for record in each["data"] or []] for each in answers] == expected
    assert {each["total"] for each in answers} == {4}
    ids = {record["id"] for record in answers[0]["data"]}
    assert (ids == {"7"}) == (pages == "same_id")


def test_the_filter_is_fuzzy(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    for mac in (A, "d2000001000a"):
        world.add_device(mac, "me", serial="1")
    world.add_device("44dbd20000a1", "other", serial="1")
    assert [each["mac"] for each in listed(ymcs, filter={"mac": "D2:00:00:01"})["data"]] == [A, "d2000001000a"]
    assert [each["mac"] for each in listed(ymcs, filter={"mac": A})["data"]] == [A]
    assert memory.sim.calls()[-1].phones == [A]
    assert listed(ymcs, filter={"mac": "ff"})["data"] is None


def test_a_record(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    device = world.add_device(A, "me", "main", serial="0012", last_contact="2026-01-02T03:04:05Z", registered_at=1.0)
    world.add_device(B, "me", "main", "https://own.example.com/")
    record = ymcs("getDevice", device.id)
    assert record == {
        "id": device.id,
        "mac": A,
        "sn": "0012",
        "serverId": server_id(memory),
        "serverName": "main",
        "serverUrl": "https://main.example.com/",
        "uniqueServerUrl": None,
        "authName": "",
        "ipAddress": None,
        "remark": "",
        "dateRegistered": 1000,
        "lastConnected": 1767323045000,
    }
    assert world.url(B) == "https://own.example.com/"
    for form, shown in (("text", "1767323045000"), ("iso", "2026-01-02T03:04:05.000Z")):
        memory.sim.options.last_contact_form = form
        assert ymcs("getDevice", device.id)["lastConnected"] == shown
    world.touch(A, None)
    for form, never in (("null", None), ("empty", ""), ("zero", 0)):
        memory.sim.options.set("never_asked", form, "ymcs")
        assert ymcs("getDevice", device.id)["lastConnected"] == never
    memory.sim.options.set("never_asked", "missing", "ymcs")
    assert "lastConnected" not in ymcs("getDevice", device.id)
    assert code(ymcs, "getDevice", "nobody") == (400, "900400")


# -- writes


def test_adding_in_bulk(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    world.add_device(B, "me", serial="1")
    world.add_device(C, "other", serial="1")
    main = server_id(memory)
    entries = [
        {"mac": A.upper(), "sn": "001", "serverId": main, "remark": "desk"},
        {"mac": B, "sn": "1"},
        {"mac": C, "sn": "1"},
        {"mac": "x", "sn": "1"},
        {"mac": D},
        {"mac": "44dbd2000005", "sn": "1", "serverId": "nowhere"},
        {"mac": "44dbd2000006", "sn": "1", "remark": 7},
    ]
    result = ymcs("addDevices", entries)
    assert (result["total"], result["successCount"], result["failureCount"]) == (7, 1, 6)
    assert [(each["mac"], each["errorInfo"][:6]) for each in result["errors"]] == [
        (B, "800003"), (C, "800004"), ("x", "800001"), (D, "800002"), ("44dbd2000005", "900400"),
        ("44dbd2000006", "900400"),
    ]  # fmt: skip
    assert [device.mac for device in world.devices("me")] == [B, A]
    added = world.device(A)
    assert added is not None
    assert (added.serial, added.server, added.note) == ("001", "main", "desk")
    call = memory.sim.calls("addDevices")[0]
    assert (call.ok, call.text, call.status, call.phones[:2]) == (False, "1 of 7", 200, [A, B])
    memory.sim.options.update({"error_key": "field", "error_text": "msg"})
    assert set(ymcs("addDevices", [{"mac": B, "sn": "1"}])["errors"][0]) == {"field", "msg"}


def test_bulk_calls_have_a_limit_and_a_form(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    many = [{"mac": f"44dbd2{number:06x}", "sn": "1"} for number in range(101)]
    assert code(ymcs, "addDevices", many) == (400, "800006")
    assert code(ymcs, "delDevices", {"deviceIdType": "mac", "deviceIds": [each["mac"] for each in many]})[1] == "800006"
    assert memory.sim.world("ymcs").devices() == []
    assert ymcs("addDevices", many[:100])["successCount"] == 100
    assert code(ymcs, "addDevices", {"devices": many[:1]})[0] == 412
    reply = ymcs.send("POST", "/v2/rps/addDevices", f"Bearer {ymcs.token}")
    assert (reply.status, json.loads(reply.body)["code"]) == (412, "900444")


def test_adding_by_mac_must_be_enabled(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    assert code(ymcs, "addDevicesByMac", [{"mac": A}]) == (403, "900403")
    memory.sim.options.add_by_mac = True
    assert ymcs("addDevicesByMac", [{"mac": A}])["successCount"] == 1


def test_one_phone(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    reply = ymcs.reply("addDevice", {"mac": A, "sn": "0012"})
    record = json.loads(reply.body)
    assert (reply.status, record["mac"], record["sn"], record["serverId"]) == (201, A, "0012", None)
    assert code(ymcs, "addDevice", {"mac": A, "sn": "1"}) == (400, "800003")
    assert code(ymcs, "addDevice", {"mac": B}) == (400, "800002")


def test_a_unique_url_wins_and_is_cleared_by_an_empty_one(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    device = world.add_device(A, "me", "main", serial="1")
    reply = ymcs.reply("editDevice", device.id, {"uniqueServerUrl": "https://own.example.com/"})
    assert (reply.status, reply.body) == (204, b"")
    assert world.url(A) == "https://own.example.com/"
    ymcs("editDevice", device.id, {"serverId": server_id(memory, "spare")})
    assert world.url(A) == "https://own.example.com/"
    ymcs("editDevice", device.id, {"uniqueServerUrl": ""})
    assert world.url(A) == "https://spare.example.com/"
    ymcs("editDevice", device.id, {"serverId": ""})
    assert world.url(A) is None
    assert world.device(A) is not None
    assert code(ymcs, "editDevice", device.id, {"uniqueServerUrl": "x"}) == (400, "900400")
    assert code(ymcs, "editDevice", device.id, {"serverId": "x"}) == (400, "900400")
    assert memory.sim.calls("editDevice")[0].phones == [A]


def test_removing_by_mac_or_id(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    first = world.add_device(A, "me", serial="1")
    world.add_device(B, "me", serial="1")
    foreign = world.add_device(C, "other", serial="1")
    result = ymcs("delDevices", {"deviceIdType": "mac", "deviceIds": [B, C, D]})
    assert (result["successCount"], [each["mac"] for each in result["errors"]]) == (1, [C, D])
    result = ymcs("delDevices", {"deviceIdType": "id", "deviceIds": [first.id, foreign.id]})
    assert (result["successCount"], result["failureCount"]) == (1, 1)
    assert [device.mac for device in world.devices()] == [C]
    assert memory.sim.calls()[-1].phones == [A, C]
    assert code(ymcs, "delDevices", {"deviceIds": []}) == (400, "900400")


def test_item_errors_are_planned_by_phone(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    memory.sim.faults.add(fault("item_errors", method="addDevices", items=[B]))
    result = ymcs("addDevices", [{"mac": A, "sn": "1"}, {"mac": B, "sn": "1"}])
    assert (result["successCount"], result["errors"][0]["mac"]) == (1, B)
    assert [device.mac for device in memory.sim.world("ymcs").devices()] == [A]


def test_a_post_that_was_executed_and_whose_answer_was_lost(memory: Memory) -> None:
    ymcs = memory.caller("ymcs")
    memory.sim.faults.add(fault("after_dropped", method="addDevices", times=1))
    with pytest.raises(ConnectionResetError):
        ymcs("addDevices", [{"mac": A, "sn": "1"}])
    assert ymcs("addDevices", [{"mac": A, "sn": "1"}])["errors"][0]["errorInfo"].startswith("800003")


# -- servers


def test_servers(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    made = ymcs("addServer", {"serverName": "third", "url": "https://third.example.com/"})
    assert ymcs("getServer", made["id"]) == made
    assert code(ymcs, "addServer", {"serverName": "third", "url": "https://x.example.com/"}) == (400, "900400")
    assert code(ymcs, "addServer", {"serverName": "fourth"}) == (400, "900400")
    assert [each["serverName"] for each in ymcs("listServers", {"limit": 500})["data"]] == ["main", "spare", "third"]
    world.add_device(A, "me", "third", serial="1")
    assert code(ymcs, "editServer", made["id"], {"url": "https://x.example.com/"}) == (400, "900400")
    reply = ymcs.reply("editServer", made["id"], {"serverName": "3", "url": "https://moved.example.com/"})
    assert reply.status == 204
    device = world.device(A)
    assert device is not None
    assert (device.server, world.url(A)) == ("3", "https://moved.example.com/")
    assert ymcs("delServers", {"serverIds": [made["id"]]})["failureCount"] == 1
    memory.sim.options.delete_used_servers = True
    assert ymcs("delServers", {"serverIds": [made["id"], "nobody"]})["successCount"] == 1
    assert world.servers("me").keys() == {"main", "spare"}
    reply = ymcs.send("DELETE", f"/v2/rps/servers/{server_id(memory)}", f"Bearer {ymcs.token}")
    assert (reply.status, reply.header("Allow")) == (405, "GET, PATCH")


def test_names_need_not_be_unique_everywhere(memory: Memory) -> None:
    memory.sim.options.unique_server_names = False
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    twin = ymcs("addServer", {"serverName": "main", "url": "https://twin.example.com/"})
    assert ymcs("addDevices", [{"mac": A, "sn": "1", "serverId": twin["id"]}])["successCount"] == 1
    assert world.url(A) == "https://twin.example.com/"
    assert [each["serverName"] for each in ymcs("listServers", {"limit": 500})["data"]].count("main") == 2


def test_another_account_s_objects_are_unknown(memory: Memory) -> None:
    world, ymcs = memory.sim.world("ymcs"), memory.caller("ymcs")
    foreign = world.add_device(A, "other", "theirs", serial="1")
    with pytest.raises(RestError, match="900400"):
        ymcs("getDevice", foreign.id)
    with pytest.raises(RestError, match="900400"):
        ymcs("editDevice", foreign.id, {"remark": "mine"})
    theirs = next(iter(world.server_objects("other")))
    with pytest.raises(RestError, match="900400"):
        ymcs("getServer", theirs)
    assert listed(ymcs)["total"] == 0
