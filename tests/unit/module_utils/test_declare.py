# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations and options: everything that can be wrong with them is told at once, by name, and without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    name_problem,
    name_warning,
    parse_devices,
    parse_server,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import HTEK, YEALINK

MAC = "001565000001"
GOOD: dict[str, Any] = {"mac": MAC, "server": "main"}
LOGIN: dict[str, Any] = {"vendor": "yealink", "api_username": "me", "api_password": "t0ps3cret"}


def _devices(*entries: dict[str, Any], vendor: str = "yealink") -> tuple[DesiredDevice, ...]:
    return parse_devices(entries, [f"devices[{number}]" for number in range(len(entries))], vendor)


def _problems(*entries: dict[str, Any], vendor: str = "yealink") -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        _devices(*entries, vendor=vendor)
    return caught.value.problems


def test_an_entry_is_normalised() -> None:
    entry = {
        "mac": "00-15-65-00-00-0A",
        "server": " main ",
        "server_url": " http://h/ ",
        "unique_url": "",
        "override": True,
        "force": None,
    }
    assert _devices(entry) == (DesiredDevice("00156500000a", "present", "main", "http://h/", None, True, False),)
    assert _devices({"mac": MAC, "state": "absent"}) == (DesiredDevice(MAC, "absent"),)


def test_entries_stay_in_the_order_given() -> None:
    macs = ["001565000003", "001565000001", "001565000002"]
    assert [item.mac for item in _devices(*({"mac": mac, "server": "main"} for mac in macs))] == macs


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"mac": None}, "no MAC address is given"),
        ({"mac": ""}, "no MAC address is given"),
        ({"mac": "phone-7"}, "'phone-7' is not a MAC address"),
        ({"mac": "00:1f:c1:00:00:00:01"}, "is not a MAC address"),
        ({"mac": "00:15-65:00-00:01"}, "is not a MAC address"),
        ({"mac": "00156500001"}, "is not a MAC address"),
        ({"mac": 1565000001}, "quotes"),
        ({"mac": "00:00:00:00:00:00"}, "all-zero"),
        ({"mac": "FF-FF-FF-FF-FF-FF"}, "broadcast"),
        ({"mac": "01 00 5e 00 00 01"}, "multicast"),
        ({"server": None}, "server is required"),
        ({"server": ""}, "server is required"),
        ({"server": " "}, "must not be empty"),
        ({"server": "a/b"}, "'a/b' holds something else"),
        ({"server": "B\u00fcro"}, "server name"),
        ({"server": "a\nb"}, "server name"),
        ({"server": "a,b", "state": "absent"}, "server name"),
        ({"server": [7]}, "the server name must be text"),
        ({"server": True}, "the server name must be text"),
        ({"state": "gone"}, "'gone'"),
        ({"state": ["present"]}, "state must be present or absent"),
        ({"server_url": "h/cfg"}, "server_url must begin with"),
        ({"server_url": "sip://h/"}, "server_url must begin with"),
        ({"server_url": "http://"}, "server_url names no host"),
        ({"server_url": "http://h:70000/"}, "server_url names no usable host or port"),
        ({"server_url": "http://h..example.com/"}, "server_url names no usable host or port"),
        ({"server_url": 7}, "server_url must be text"),
        ({"unique_url": "ssh://h/"}, "unique_url must begin with"),
        ({"unique_url": "http://h/ x"}, "unique_url holds white space"),
    ],
)
@pytest.mark.parametrize("vendor", ["yealink", "htek"])
def test_a_bad_entry_is_named_with_its_reason(change: dict[str, Any], why: str, vendor: str) -> None:
    problems = _problems(GOOD | {"mac": "001565000009"}, GOOD | change, vendor=vendor)
    assert all(text.startswith("devices[1]: ") and text.endswith(".") for text in problems)
    assert any(why in text for text in problems)


def test_a_unique_url_is_an_error_where_the_vendor_has_none() -> None:
    entry = GOOD | {"unique_url": "http://h/t0ps3cret"}
    assert _devices(entry)[0].unique_url == "http://h/t0ps3cret"
    (problem,) = _problems(entry, vendor="htek")
    assert "devices[0]: unique_url is not supported by Htek" in problem
    assert "t0ps3cret" not in problem


def test_the_problems_of_all_entries_are_told_at_once() -> None:
    bad = {"mac": "x", "server": "a/b", "server_url": "h", "unique_url": "http://h", "state": "gone"}
    problems = _problems({"mac": ""}, GOOD, bad, GOOD | {"mac": "00:15:65:00:00:01"}, vendor="htek")
    assert [text.partition(":")[0] for text in problems[:-1]] == ["devices[0]"] * 2 + ["devices[2]"] * 5
    assert problems[-1] == f"{MAC} is declared 2 times (devices[1], devices[3]); declare it once."
    assert str(InputError(problems)).startswith("8 problems, and nothing was sent: ")


def test_one_mac_in_four_notations_is_declared_four_times() -> None:
    notations = ["001565ABCDEF", "00-15-65-ab-cd-ef", "00 15 65 AB CD EF", "00:15:65:ab:cd:ef"]
    (problem,) = _problems(*(GOOD | {"mac": mac} for mac in notations))
    assert "001565abcdef" in problem
    assert all(f"devices[{number}]" in problem for number in range(4))


@pytest.mark.parametrize("key", ["server_url", "unique_url"])
def test_a_bad_url_is_refused_without_printing_its_secrets(key: str) -> None:
    for url in ("ssh://joe:t0ps3cret@h/", "http://joe:t0ps3cret@h/a b", "joe:t0ps3cret@h", "http://joe:t0ps3cret@/"):
        assert "t0ps3cret" not in " ".join(_problems(GOOD | {key: url}))


@pytest.mark.parametrize("name", ["main", "A-z 0-9 - _ .", "x" * 100, "0"])
def test_a_server_name_of_documented_characters_is_good(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", " ", None, 5, "a/b", "a\tb", "a\n", "caf\u00e9", "a,b", "<b>", "a'b", "\uff41"])
def test_any_other_server_name_is_a_problem(name: Any) -> None:
    assert name_problem(name)


def test_a_long_server_name_is_warned_of_where_a_limit_is_known() -> None:
    assert name_warning("x" * 20, YEALINK) is None
    assert "21 characters" in (name_warning("x" * 21, YEALINK) or "")
    assert name_warning("x" * 200, HTEK) is None


def test_a_server_is_checked_whole() -> None:
    assert parse_server(" main ", " https://h/ ", "rps_servers[0]") == Server("main", "https://h/")
    with pytest.raises(InputError) as caught:
        parse_server("a/b", "gopher://joe:t0ps3cret@h", "rps_servers[0]")
    assert len(caught.value.problems) == 2
    assert all(text.startswith("rps_servers[0]: ") for text in caught.value.problems)
    assert "t0ps3cret" not in str(caught.value)


@pytest.mark.parametrize(("name", "url"), [("", "http://h"), (None, "http://h"), ("a", ""), ("a", None), ("a", 5)])
def test_a_server_without_a_name_or_a_url_is_refused(name: Any, url: Any) -> None:
    with pytest.raises(InputError, match="empty"):
        parse_server(name, url, "server")
