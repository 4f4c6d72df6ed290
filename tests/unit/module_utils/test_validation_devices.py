# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared phones and servers: everything that is wrong with them is found at once, by name, and without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem
from ansible_collections.voip.rps.plugins.module_utils._messages import (
    MODULE,
    ROLE,
    input_message,
    problem_sentences,
)
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    mac_prefix_notices,
    parse_devices,
    parse_server,
    parse_state,
    server_name_notice,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

MAC = "001565000001"
GOOD: dict[str, Any] = {"mac": MAC, "server": "main", "server_url": "http://h/"}
vendors = pytest.mark.parametrize("vendor", sorted(VENDORS))


def parse(*entries: Any, vendor: str = "yealink", **options: bool) -> tuple[DesiredDevice, ...]:
    return parse_devices(entries, [f"devices[{number}]" for number in range(len(entries))], vendor, **options)


def problems_of(*entries: Any, vendor: str = "yealink", **options: bool) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse(*entries, vendor=vendor, **options)
    return caught.value.problems


def test_an_entry_is_normalized() -> None:
    entry = {
        "mac": "00-15-65-00-00-0A",
        "server": " main ",
        "server_url": " http://h/ ",
        "unique_url": "",
        "override": "yes",
        "force": None,
    }
    assert parse(entry) == (DesiredDevice("00156500000a", "present", "main", "http://h/", None, True, False),)
    assert parse({"mac": MAC, "state": "absent"}) == (DesiredDevice(MAC, "absent"),)


def test_entries_stay_in_the_order_given() -> None:
    macs = ["001565000003", "001565000001", "001565000002"]
    assert [item.mac for item in parse(*({"mac": mac, "server": "main"} for mac in macs))] == macs


@pytest.mark.parametrize(
    ("change", "option", "words"),
    [
        ({"mac": None}, "mac", "is required"),
        ({"mac": ""}, "mac", "is required"),
        ({"mac": "phone-7"}, "mac", "'phone-7'"),
        ({"mac": "00:1f:c1:00:00:00:01"}, "mac", "00:1f:c1:00:00:00:01"),
        ({"mac": "00:15-65:00-00:01"}, "mac", "00:15-65:00-00:01"),
        ({"mac": 1565000001}, "mac", "a number"),
        ({"mac": "00:00:00:00:00:00"}, "mac", "all-zero"),
        ({"mac": "FF-FF-FF-FF-FF-FF"}, "mac", "broadcast"),
        ({"mac": "01 00 5e 00 00 01"}, "mac", "multicast"),
        ({"server": None}, "server", "is required"),
        ({"server": " "}, "server", "is required"),
        ({"server": "a/b"}, "server", "'a/b'"),
        ({"server": "B\u00fcro"}, "server", "can only contain"),
        ({"server": "a\nb"}, "server", "can only contain"),
        ({"server": "a,b", "state": "absent"}, "server", "can only contain"),
        ({"server": [7]}, "server", "a list"),
        ({"server": 12}, "server", "a number"),
        ({"server": True}, "server", "a boolean"),
        ({"state": "gone"}, "state", "'gone'"),
        ({"state": False}, "state", "a boolean"),
        ({"state": ["present"]}, "state", "present or absent"),
        ({"server_url": "h/cfg"}, "server_url", "must begin with"),
        ({"server_url": "sip://h/"}, "server_url", "must begin with"),
        ({"server_url": "http://"}, "server_url", "host"),
        ({"server_url": "http://h:70000/"}, "server_url", "port"),
        ({"server_url": 7}, "server_url", "a number"),
        ({"override": "maybe"}, "override", "true or false"),
        ({"force": 2}, "force", "true or false"),
    ],
)
def test_a_bad_entry_is_named_with_its_reason(change: dict[str, Any], option: str, words: str) -> None:
    (problem,) = problems_of(GOOD | {"mac": "001565000009"}, GOOD | change)
    assert problem.option == option
    assert words in problem_sentences([problem], MODULE)[0]
    assert problem.subject.startswith("devices[1]")


def test_what_is_no_entry_and_what_an_entry_does_not_have_is_named() -> None:
    problems = problems_of("phone", GOOD | {"serve": "x"}, None)
    assert [one.subject for one in problems] == ["devices[0]", "devices[1]", "devices[2]"]
    assert (problems[1].params["value"], problems[1].params["meant"]) == ("serve", "server")


@pytest.mark.parametrize(
    ("vendor", "change", "option"),
    [
        ("htek", {"unique_url": "http://h/t0ps3cret"}, "unique_url"),
        ("snom", {"override": True}, "override"),
        ("panasonic", {"override": True}, "override"),
        ("ymcs", {"override": True}, "override"),
        ("yealink", {"serial": "0012"}, "serial"),
        ("htek", {"serial": "0012"}, "serial"),
        ("snom", {"serial": "0012"}, "serial"),
        ("panasonic", {"serial": "0012"}, "serial"),
        ("snom", {"server_url": None}, "server_url"),
        ("panasonic", {"server_url": ""}, "server_url"),
        ("ymcs", {"server": None}, "server"),
        ("ymcs", {"server": None, "unique_url": "http://h/t0ps3cret"}, "server"),
    ],
)
def test_what_a_service_cannot_do_is_a_problem_that_names_the_service(
    vendor: str, change: dict[str, Any], option: str
) -> None:
    (problem,) = problems_of(GOOD | change, vendor=vendor)
    assert problem.option == option
    assert "t0ps3cret" not in str(problem)
    assert problem.code == "required" or problem.params["service"] == VENDORS[vendor].title


@pytest.mark.parametrize(
    ("vendor", "change"),
    [
        ("yealink", {"override": True, "unique_url": "http://h/x"}),
        ("htek", {"override": True}),
        ("snom", {"server": None}),
        ("snom", {"server": None, "server_url": None, "unique_url": "http://h/x"}),
        ("panasonic", {"server": None}),
        ("ymcs", {"serial": "0012"}),
        ("ymcs", {"unique_url": "http://h/x"}),
    ],
)
def test_what_a_service_can_do_is_accepted(vendor: str, change: dict[str, Any]) -> None:
    (device,) = parse(GOOD | change, vendor=vendor)
    assert {key: getattr(device, key) for key in change} == change


@vendors
def test_an_absent_phone_needs_nothing_but_its_mac(vendor: str) -> None:
    assert parse({"mac": MAC, "state": "absent"}, vendor=vendor) == (DesiredDevice(MAC, "absent"),)


@vendors
def test_a_serial_number_is_text_everywhere_and_ignored_where_that_is_asked_for(vendor: str) -> None:
    (device,) = parse(GOOD | {"serial": "0012"}, vendor=vendor, serial_is_ignored=True)
    assert device.serial == "0012"
    (problem,) = problems_of(GOOD | {"serial": 12}, vendor=vendor, serial_is_ignored=True)
    assert problem.option == "serial"


def test_without_a_known_vendor_only_what_no_service_accepts_is_a_problem() -> None:
    assert len(parse({"mac": MAC}, GOOD | {"mac": "001565000002", "serial": "1"}, vendor="")) == 2
    (problem,) = problems_of({"mac": "x"}, vendor="cisco")
    assert problem.option == "mac"


def test_the_problems_of_all_entries_are_found_at_once() -> None:
    bad = {"mac": "x", "server": "a/b", "server_url": "h", "unique_url": "http://h", "state": "gone"}
    problems = problems_of({"mac": ""}, GOOD, bad, GOOD | {"mac": "00:15:65:00:00:01"}, vendor="htek")
    assert [(one.option, one.subject) for one in problems] == [
        ("mac", "devices[0]"),
        ("server", "devices[0]"),
        ("mac", "devices[2]"),
        ("state", "devices[2]"),
        ("server", "devices[2]"),
        ("server_url", "devices[2]"),
        ("unique_url", "devices[2]"),
        ("", ""),
    ]
    assert problems[-1].params["where"] == ("devices[1]", "devices[3]")
    assert problems[-1].params["phone"] == "00:15:65:00:00:01"
    assert input_message(InputError(problems), MODULE).startswith("8 problems: ")


def test_one_mac_in_four_notations_is_one_phone_declared_four_times() -> None:
    notations = ["001565ABCDEF", "00-15-65-ab-cd-ef", "00 15 65 AB CD EF", "00:15:65:ab:cd:ef"]
    (problem,) = problems_of(*(GOOD | {"mac": mac} for mac in notations))
    assert problem.params["where"] == tuple(f"devices[{number}]" for number in range(4))


def test_equal_problems_of_many_phones_are_one_sentence_of_the_role() -> None:
    entries = [{"mac": f"0015650000{number:02}"} for number in range(8)]
    with pytest.raises(InputError) as caught:
        parse_devices(entries, [f"desk-{number}" for number in range(1, 9)], "yealink")
    assert "rps_server is required on 8 hosts: desk-1, desk-2 and 6 more." in input_message(caught.value, ROLE)


@pytest.mark.parametrize("key", ["server_url", "unique_url"])
def test_a_bad_url_is_refused_without_printing_its_secrets(key: str) -> None:
    for url in ("ssh://joe:t0ps3cret@h/", "http://joe:t0ps3cret@h/a b", "joe:t0ps3cret@h", "http://joe:t0ps3cret@/"):
        assert "t0ps3cret" not in input_message(InputError(problems_of(GOOD | {key: url})), MODULE)


@pytest.mark.parametrize("name", ["main", "A-z 0-9 - _ .", "x" * 100, "0012"])
def test_a_server_name_of_documented_characters_is_good(name: str) -> None:
    assert parse_server(name, "https://h/") == Server(name, "https://h/")


@pytest.mark.parametrize("name", ["", " ", None, 5, "a/b", "a\tb", "caf\u00e9", "a,b", "<b>", "a'b", "\uff41"])
def test_any_other_server_name_is_a_problem(name: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse_server(name, "https://h/", "servers[0]")
    assert [one.option for one in caught.value.problems] == ["servers[0]: name"]


def test_a_server_is_checked_whole() -> None:
    assert parse_server(" main ", " https://h/ ", "servers[0]") == Server("main", "https://h/")
    with pytest.raises(InputError) as caught:
        parse_server("a/b", "gopher://joe:t0ps3cret@h", "servers[0]")
    assert [one.option for one in caught.value.problems] == ["servers[0]: name", "servers[0]: url"]
    message = input_message(caught.value, ROLE)
    assert "rps_servers[0]: name" in message
    assert "t0ps3cret" not in message


@pytest.mark.parametrize("url", ["", None, 5, [], "h", "https://"])
def test_a_server_without_a_usable_url_is_refused(url: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse_server("main", url)
    assert [one.option for one in caught.value.problems] == ["url"]


def test_a_state_is_present_unless_it_is_absent() -> None:
    problems = Problems()
    assert [parse_state(value, "state", problems) for value in (None, "", "present", " present ")] == ["present"] * 4
    assert [parse_state(value, "state", problems) for value in ("absent", " absent")] == ["absent"] * 2
    assert problems.found == []


@vendors
def test_a_long_server_name_is_warned_of_if_a_limit_is_known(vendor: str) -> None:
    limit = VENDORS[vendor].server_name_limit
    assert server_name_notice("x" * (limit or 20), vendor) is None
    assert (server_name_notice("x" * 21, vendor) is None) is (limit is None)


def test_phones_of_other_vendors_are_warned_of_in_one_sentence_for_each_vendor() -> None:
    macs = ["001565000001", "001fc1000001", "001fc1000002", "000413000001", "021565000001"]
    htek, snom = mac_prefix_notices(macs, "yealink")
    assert [(one.params["other"], one.params["count"]) for one in (htek, snom)] == [("Htek", 2), ("Snom", 1)]
    assert htek.params["few"] == ("00:1f:c1:00:00:01", "00:1f:c1:00:00:02")


@vendors
def test_a_vendors_own_phones_are_not_warned_of(vendor: str) -> None:
    macs = [f"{prefix}000001" for prefix in VENDORS[vendor].mac_prefixes]
    assert mac_prefix_notices(macs, vendor) == []


def test_yealinks_phones_are_at_home_on_both_of_its_services() -> None:
    assert mac_prefix_notices(["001565000001"], "ymcs") == []
