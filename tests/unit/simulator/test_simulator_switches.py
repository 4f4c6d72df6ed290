# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of Yealink's and Htek's services, and those of how XML-RPC is written."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
import xmlrpc.client
from typing import Any

import pytest
from simulator.clients import Memory

A, B, C = "001565000001", "001565000002", "001565000003"
URL = "https://main.example.com/token"
SURE = "Are you sure you want to override MAC addresses."


def foreign(memory: Memory, vendor: str = "yealink") -> Any:
    memory.sim.world(vendor).add_device(C, "other", "theirs")
    return memory.caller(vendor)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("registerDevice", (C, "main", "1")),
        ("registerDevices", ([C], "main", "1")),
        ("registerDeviceWithUniqueUrl", (C, "main", URL, "1")),
    ],
)
def test_override_takes_no_other_enterprise_s_phone(memory: Memory, name: str, arguments: tuple[Any, ...]) -> None:
    yealink = foreign(memory)
    ok, text = yealink(name, *arguments)
    assert ok is False
    assert text.startswith(f"Error:{C}\nPlease check the MAC address you entered\n")
    device = memory.sim.world("yealink").device(C)
    assert device is not None
    assert device.account == "other"
    memory.sim.options.set("take_over_allowed", True, "yealink")
    assert yealink(name, *arguments) == [True, "OK"]


def test_override_takes_another_user_s_phone_at_htek(memory: Memory) -> None:
    htek = foreign(memory, "htek")
    assert htek("registerDevice", C, "main") == [False, f"Error:{SURE[:-1]}"]
    assert htek("registerDevice", C, "main", "1") == [True, "OK"]
    memory.sim.world("htek").add_device(C, "other", "theirs")
    memory.sim.options.set("take_over_allowed", False, "htek")
    assert htek("registerDevice", C, "main", "1") == [False, "Error:MAC address(es) overriding failed"]
    assert memory.sim.options.take_over_allowed is None  # the services' values differ


def test_whose_phone_the_question_of_4_6_and_4_12_is_about(memory: Memory) -> None:
    yealink = foreign(memory)
    calls = (("registerDevices", [C], "main"), ("registerDeviceWithUniqueUrl", C, "main", URL))
    for call in calls:
        assert yealink(*call)[1].startswith(f"Error:{C}\n")
    memory.sim.options.sure_means = "other_user"
    for call in calls:
        assert yealink(*call) == [False, f"Error:{SURE}"]
    assert yealink("registerDevice", C, "main")[1].startswith(f"Error:{C}\n")  # 4.1 says otherwise
    assert yealink("registerDevices", [C], "main", "0")[1].startswith(f"Error:{C}\n")


def test_words_of_checking(memory: Memory) -> None:
    memory.sim.world("yealink").add_device(A, "me", "main")
    yealink = memory.caller("yealink")
    memory.sim.options.check_invalid = "singular"
    assert yealink("checkDevice", "x") == [False, "Error:Invalid MAC"]
    memory.sim.options.status_case = "lower"
    assert yealink("checkDevice", A) == [True, "registered"]
    assert yealink("checkDeviceExt", A) == [True, "registered", "https://main.example.com/"]
    memory.sim.options.status_case = "upper"
    assert foreign(memory)("checkDevice", C) == [True, "REGISTERED ELSEWHERE"]


@pytest.mark.parametrize(("shown", "written"), [("nil", b"<nil/>"), ("ex_nil", b"<ex:nil/>"), ("empty", b"")])
def test_a_url_that_is_not_there(memory: Memory, shown: str, written: bytes) -> None:
    memory.sim.world("yealink").add_device(A, "me", "main")
    memory.sim.options.ext_url = shown
    body = memory.caller("yealink").reply("checkDeviceExt", A).body
    assert b"<value>Registered</value><value>" + written + b"</value></data>" in body
    assert len(list(ET.fromstring(body).iterfind(".//data/value"))) == 3


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        ("utf-8", '<?xml version="1.0" encoding="UTF-8"?>'),
        ("us-ascii", '<?xml version="1.0" encoding="us-ascii"?>'),
        ("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        ("undeclared", '<?xml version="1.0"?>'),
        ("no_declaration", "<methodResponse"),
    ],
)
@pytest.mark.parametrize("style", ["compact", "padded", "cdata"])
def test_encodings(memory: Memory, encoding: str, start: str, style: str) -> None:
    memory.sim.options.update({"encoding": encoding, "style": style})
    url = "https://main.example.com/ä?a=<1>&b"
    memory.sim.world("yealink").add_device(A, "me", "main", url)
    body = memory.caller("yealink").reply("checkDeviceExt", A).body
    assert body.startswith(start.encode())
    assert body.isascii() is (encoding != "utf-8")
    assert [each.strip() for each in ET.fromstring(body).itertext()].count(url) == 1


@pytest.mark.parametrize(
    ("leading", "start"), [("space", b"  <?xml"), ("newline", b"\r\n \n<?xml"), ("bom", b"\xef\xbb\xbf<?xml")]
)
def test_what_stands_before_the_document(memory: Memory, leading: str, start: bytes) -> None:
    memory.sim.options.leading = leading
    yealink = memory.caller("yealink")
    assert yealink.reply("checkDevice", A).body.startswith(start)
    assert yealink("checkDevice", A) == [True, "Unknown"]


@pytest.mark.parametrize("style", ["compact", "padded", "typed", "padded_typed", "cdata"])
def test_styles_of_texts(memory: Memory, style: str) -> None:
    memory.sim.options.style = style
    body = memory.caller("yealink").reply("checkDevice", A).body
    assert (b"\n" in body, b"<string>Unknown</string>" in body) == ("padded" in style, "typed" in style)


def test_faults_in_every_form(memory: Memory) -> None:
    yealink = memory.caller("yealink")
    memory.sim.options.update({"int_tag": "i8", "fault_status": 500})
    reply = yealink.reply("noSuchThing")
    assert reply.status == 500
    assert b"<i8>-32601</i8>" in reply.body
    memory.sim.options.update({"int_tag": "i4", "fault_status": 200})
    assert b"<i4>-32601</i4>" in yealink.reply("noSuchThing").body
    memory.sim.options.fault_code = "text"
    assert b"<name>faultCode</name><value>-32601</value>" in yealink.reply("noSuchThing").body
    memory.sim.options.reset()
    memory.sim.options.absent_calls = "apache"
    for call, text in (
        (("noSuchThing",), "No such handler: redirect.noSuchThing"),
        (("checkDevice",), "No method matching arguments: "),
        (("checkDevice", 1), "No method matching arguments: java.lang.Integer"),
        (("registerDevices", [A], True, {}, 1.5), "java.lang.Boolean, java.util.HashMap, java.lang.Double"),
    ):
        with pytest.raises(xmlrpc.client.Fault) as caught:
            yealink(*call)
        assert caught.value.faultCode == 0
        assert text in caught.value.faultString
    assert not any(call.executed for call in memory.sim.calls())


def test_a_bad_login_as_a_fault(memory: Memory) -> None:
    memory.sim.options.bad_login = "fault"
    reply = memory.caller("yealink", "me", "wrong").reply("listDevices")
    assert reply.status == 200
    with pytest.raises(xmlrpc.client.Fault, match="Not authorized"):
        xmlrpc.client.loads(reply.body)
    assert [refusal.reason for refusal in memory.sim.refusals()] == ["bad login"]


def test_gzip(memory: Memory) -> None:
    memory.sim.options.gzip = True
    yealink = memory.caller("yealink")
    reply = yealink.reply("checkDevice", A, Accept_Encoding="gzip, deflate")
    assert reply.header("Content-Encoding") == "gzip"
    assert xmlrpc.client.loads(gzip.decompress(reply.body))[0][0] == [True, "Unknown"]
    assert yealink.reply("checkDevice", A).header("Content-Encoding") is None


@pytest.mark.parametrize(("how", "status"), [("413", 413), ("fault", 200), ("refusal", 200)])
def test_a_list_that_is_too_long(memory: Memory, how: str, status: int) -> None:
    memory.sim.options.update({"yealink:max_bulk": 1, "max_bulk_answer": how})
    reply = memory.caller("yealink").reply("registerDevices", [A, B], "main")
    assert reply.status == status
    assert (b"<fault>" in reply.body, b"Error:The number" in reply.body) == (how == "fault", how == "refusal")
    assert memory.sim.world("yealink").devices() == []
    assert memory.caller("yealink")("registerDevices", [A], "main") == [True, "OK"]


def test_both_spellings_of_the_path(memory: Memory) -> None:
    caller = memory.caller("yealink")
    given = {"Authorization": caller.basic, "Content-Type": "text/xml"}
    body = xmlrpc.client.dumps((A,), "redirect.checkDevice").encode()
    for path in ("/xmlrpc", "/xmlrpc/", "/index.php/xmlrpc/"):
        assert memory.wire.send("POST", path, given, body).status == 200


def test_a_whole_account_of_50000_phones_is_one_answer(memory: Memory) -> None:
    for number in range(50000):
        memory.sim.world("yealink").add_device(f"001565{number:06x}", "me")
    ok, listed = memory.caller("yealink")("listDevices")
    assert (ok, len(listed), len(set(listed))) == (True, 50000, 50000)
