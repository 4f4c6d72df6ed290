# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Panasonic's service: refusals are faults, dates, and both meanings of fault 201."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import xmlrpc.client
from typing import Any

import pytest
from simulator.clients import Memory

A, B, C = "0080f000000a", "0080f000000b", "0080f000000c"
URL, OTHER = "https://one.example.com/{MAC}", "https://two.example.com/"


def fault(call: Any, *arguments: Any) -> tuple[int, str]:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        call(*arguments)
    return caught.value.faultCode, caught.value.faultString


def test_a_phone_from_first_to_last(memory: Memory) -> None:
    panasonic = memory.caller("panasonic")
    assert panasonic("listPhones") == []
    assert panasonic("registerPhone", A.upper(), URL) is True
    assert panasonic("listPhones") == [A.upper()]
    assert panasonic("getPhone", A)["url"] == URL
    assert panasonic("registerPhone", A, OTHER) is True
    assert memory.sim.world("panasonic").url(A) == OTHER
    assert panasonic("unregisterPhone", A) is True
    assert fault(panasonic, "unregisterPhone", A) == (201, f"{A.upper()}:Invalid MAC address")


def test_refusals_are_faults_with_status_200(memory: Memory) -> None:
    panasonic = memory.caller("panasonic")
    memory.sim.world("panasonic").add_device(B, "other", url=OTHER)
    assert fault(panasonic, "registerPhone", B, URL)[0] == 202
    assert fault(panasonic, "unregisterPhone", B) == (203, f"{B.upper()}: You are not owner of the phone.")
    assert fault(panasonic, "getPhone", B)[0] == 203
    assert fault(panasonic, "registerPhone", A, "one.example.com")[0] == 100
    assert fault(panasonic, "registerPhone", "x", URL)[0] == 200
    assert fault(panasonic, "getPhone", A)[0] == 201
    assert {call.ok for call in memory.sim.calls()} == {False}
    assert {call.status for call in memory.sim.calls()} == {200}
    with pytest.raises(xmlrpc.client.Fault, match="Invalid XML format"):
        xmlrpc.client.loads(panasonic.post(b"<x>").body)


def test_the_other_meaning_of_201(memory: Memory) -> None:
    memory.sim.options.fault_201 = "malformed"
    panasonic = memory.caller("panasonic")
    assert fault(panasonic, "getPhone", "x") == (201, "x:Invalid MAC address")
    assert fault(panasonic, "getPhone", A)[0] == 203
    assert fault(panasonic, "unregisterPhone", A)[0] == 203


def test_dates(memory: Memory) -> None:
    memory.sim.world("panasonic").add_device(A, "me", url=URL, last_contact="2018-01-31T12:34:56Z", registered_at=0.0)
    panasonic = memory.caller("panasonic")
    found = panasonic("getPhone", A)
    assert isinstance(found["access_date"], xmlrpc.client.DateTime)
    assert (str(found["access_date"]), str(found["register_date"])) == ("20180131T12:34:56", "19700101T00:00:00")
    memory.sim.options.date_form = "extended"
    assert str(panasonic("getPhone", A)["access_date"]) == "2018-01-31T12:34:56"
    memory.sim.world("panasonic").touch(A, "2018-01-31T12:35:00Z")
    assert str(panasonic("getPhone", A)["access_date"]) == "2018-01-31T12:35:00"


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("empty", b"<name>access_date</name><value></value>"),
        ("empty_date", b"<value><dateTime.iso8601></dateTime.iso8601></value>"),
        ("nil", b"<name>access_date</name><value><nil/></value>"),
        ("ex_nil", b"<name>access_date</name><value><ex:nil/></value>"),
    ],
)
def test_a_phone_that_never_asked(memory: Memory, form: str, written: bytes) -> None:
    memory.sim.world("panasonic").add_device(A, "me", url=URL)
    memory.sim.options.set("never_asked", form, "panasonic")
    body = memory.caller("panasonic").reply("getPhone", A).body
    assert written in body
    assert ET.fromstring(body).tag == "methodResponse"


def test_a_phone_that_never_asked_has_no_member(memory: Memory) -> None:
    memory.sim.world("panasonic").add_device(A, "me", url=URL)
    memory.sim.options.set("never_asked", "missing", "panasonic")
    assert set(memory.caller("panasonic")("getPhone", A)) == {
        "mac", "url", "register_date", "note", "model", "version", "profile",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("meaning", "codes"), [("not_registered", [0, 201, 202, 200]), ("malformed", [0, 203, 202, 201])]
)
def test_checking_phones(memory: Memory, meaning: str, codes: list[int]) -> None:
    memory.sim.options.fault_201 = meaning
    memory.sim.world("panasonic").add_device(A, "me", url=URL)
    memory.sim.world("panasonic").add_device(C, "other", url=URL)
    panasonic = memory.caller("panasonic")
    found = [panasonic("checkPhones", mac)[0]["faultCode"] for mac in (A, B, C, "x")]
    assert found == codes
    assert [each["faultCode"] for each in panasonic("checkPhones", A, B)] == codes[:2]
    assert memory.sim.calls()[-1].phones == [A, B]


def test_the_list_has_no_params_element(memory: Memory) -> None:
    memory.sim.world("panasonic").add_device(A, "me", url=URL)
    body = b"<methodCall><methodName>ipredirect.listPhones</methodName></methodCall>"
    assert xmlrpc.client.loads(memory.caller("panasonic").post(body).body)[0][0] == [A.upper()]
