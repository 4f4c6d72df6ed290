# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snom's service: URLs, foreign phones, empty redirections, lists."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from simulator.clients import Memory

A, B, C = "000413000001", "000413000002", "000413000003"
URL, OTHER = "https://one.example.com/{mac}", "https://two.example.com/"


def refused(text: str) -> list[Any]:
    return [False, f"Error:{text}"]


def test_a_phone_from_first_to_last(memory: Memory) -> None:
    snom = memory.caller("snom")
    assert snom("getPhoneRedirection", A) == refused("no_such_mac")
    assert snom("checkPhone", A) == refused("no_such_mac")
    assert snom("registerPhone", "00-04-13-00-00-01", URL) == [True, "Ok"]
    assert snom("getPhoneRedirection", A.upper()) == [True, "me", URL]
    assert snom("registerPhone", A, OTHER) == [True, "Ok"]
    assert memory.sim.world("snom").url(A) == OTHER
    assert snom("deregisterPhone", A) == [True, "Ok"]
    assert snom("deregisterPhone", A) == refused("no_such_mac")


def test_another_account_s_phone(memory: Memory) -> None:
    snom = memory.caller("snom")
    memory.sim.world("snom").add_device(B, "other", url=OTHER)
    for name, *more in (("registerPhone", URL), ("deregisterPhone",), ("checkPhone",), ("getPhoneRedirection",)):
        assert snom(name, B, *more) == refused("owned_by_other_user")
    assert memory.sim.world("snom").url(B) == OTHER


def test_bad_addresses_and_urls(memory: Memory) -> None:
    snom = memory.caller("snom")
    assert snom("registerPhone", "00041300000", URL) == refused("malformed_mac")
    assert snom("registerPhone", A, "one.example.com") == refused("malformed_url")
    for name in ("deregisterPhone", "checkPhone", "getPhoneRedirection"):
        assert snom(name, "x") == refused("malformed_mac")


@pytest.mark.parametrize(("shown", "tail"), [("empty", [""]), ("missing", []), ("nil", [None])])
def test_a_phone_that_is_not_redirected(memory: Memory, shown: str, tail: list[Any]) -> None:
    memory.sim.world("snom").add_device(A, "me")
    memory.sim.options.empty_url = shown
    snom = memory.caller("snom")
    assert snom("getPhoneRedirection", A) == [True, "me", *tail]
    assert snom("checkPhone", A) == [True, "Ok"]


@pytest.mark.parametrize("word", ["Ok", "ok", "OK"])
def test_success_in_any_case(memory: Memory, word: str) -> None:
    memory.sim.options.ok_case = word
    assert memory.caller("snom")("registerPhone", A, URL) == [True, word]


def test_listing_needs_a_type(memory: Memory) -> None:
    snom, world = memory.caller("snom"), memory.sim.world("snom")
    world.add_device(A, "me", url=URL, model="snomD785")
    world.add_device(B, "me", url=URL)
    world.add_device(C, "other", url=URL, model="snomD785")
    assert snom("listPhones") == refused("missing_type")
    assert snom("listPhones", "") == refused("missing_type")
    assert snom("listPhones", "snomD785") == [A]
    assert snom("listPhones", "snomD785", None) == [A]
    assert snom("listPhones", "snomM700") == []


@pytest.mark.parametrize(("mode", "done"), [("atomic", []), ("partial", [A]), ("best_effort", [A, C])])
def test_what_one_bad_phone_does_in_a_list(memory: Memory, mode: str, done: list[str]) -> None:
    memory.sim.options.bulk_mode = mode
    snom, world = memory.caller("snom"), memory.sim.world("snom")
    world.add_device(B, "other", url=OTHER)
    assert snom("registerPhoneList", [A, B, C], URL) == refused("owned_by_other_user")
    assert [device.mac for device in world.devices("me")] == done
    for mac in (A, C):
        world.add_device(mac, "me", url=URL)
    assert snom("deregisterPhoneList", [A, "x", C]) == refused("malformed_mac")
    assert [device.mac for device in world.devices("me")] == [mac for mac in (A, C) if mac not in done]
    assert snom("registerPhoneList", [A, A], URL)[0] is False


def test_the_slash_at_the_end_is_required(memory: Memory) -> None:
    caller = memory.caller("snom")
    given = {"Authorization": caller.basic, "Content-Type": "text/xml"}
    assert memory.sim.path("snom").endswith("/xmlrpc/")
    assert memory.wire.send("POST", memory.sim.path("snom").rstrip("/"), given, b"").status == 404


def test_answers_declare_no_extensions(memory: Memory) -> None:
    body = memory.caller("snom").reply("checkPhone", A).body
    assert b"xmlns" not in body
    assert ET.fromstring(body).tag == "methodResponse"
