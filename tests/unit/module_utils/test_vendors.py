# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendors' data against the sections of their documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import HTEK, VENDORS, WITHDRAWN, YEALINK

DOCUMENTS = Path(__file__).resolve().parents[1] / "fixtures" / "documents"
SAMPLES: list[dict[str, Any]] = json.loads((DOCUMENTS / "manifest.json").read_text(encoding="utf-8"))

# Method and number of parameters -> section that has its signature.
YEALINK_SECTIONS = {
    ("redirect.registerDevice", 2): "4.1",
    ("redirect.registerDevice", 3): "4.2",
    ("redirect.deRegisterDevice", 1): "4.3",
    ("redirect.listDevices", 0): "4.4",
    ("redirect.checkDevice", 1): "4.5",
    ("redirect.registerDevices", 2): "4.6",
    ("redirect.registerDevices", 3): "4.7",
    ("redirect.deRegisterDevices", 1): "4.8",
    ("redirect.addServer", 2): "4.9",
    ("redirect.editDevice", 2): "4.10",
    ("redirect.registerDeviceWithUniqueUrl", 3): "4.12",
    ("redirect.editDeviceWithUniqueUrl", 3): "4.13",
    ("redirect.checkDeviceExt", 1): "4.14",
    ("redirect.registerDeviceWithUniqueUrl", 4): "4.15",
}
YEALINK_WITHDRAWN = {("redirect.editDevice", 3): "4.11", ("redirect.editDeviceWithUniqueUrl", 4): "4.16"}
HTEK_SECTIONS = {
    ("redirect.registerDevice", 2): "1",
    ("redirect.registerDevice", 3): "2",
    ("redirect.deRegisterDevice", 1): "3",
    ("redirect.listDevices", 0): "4",
    ("redirect.checkDevice", 1): "5",
    ("redirect.registerDevices", 2): "6",  # without samples
}
HTEK_TITLES_ONLY = {
    ("redirect.registerDevices", 3),
    ("redirect.deRegisterDevices", 1),
    ("redirect.addServer", 2),
    ("redirect.editDevice", 2),
}


def _sampled(vendor: str) -> dict[tuple[str, int], str]:
    found = {}
    for sample in SAMPLES:
        if sample["vendor"] == vendor:
            name, count = sample["call"].split("/")
            section = ".".join(sample["section"].split(".")[: 2 if vendor == "yealink" else 1])
            found["redirect." + name, int(count)] = section
    return found


def test_yealink_has_every_call_of_its_document_but_the_withdrawn_ones() -> None:
    assert dict(YEALINK.calls) == dict.fromkeys(YEALINK_SECTIONS, "documented")
    assert _sampled("yealink") == YEALINK_SECTIONS | YEALINK_WITHDRAWN


def test_htek_has_every_call_of_its_document_and_those_whose_titles_are_known() -> None:
    assert {call for call, why in HTEK.calls.items() if why == "documented"} == set(HTEK_SECTIONS)
    assert {call for call, why in HTEK.calls.items() if why == "assumed"} == HTEK_TITLES_ONLY
    assert len(HTEK.calls) == len(HTEK_SECTIONS) + len(HTEK_TITLES_ONLY)
    assert HTEK_SECTIONS.items() >= _sampled("htek").items()


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_withdrawn_call_is_nobodys_call(vendor: str) -> None:
    assert set(WITHDRAWN) == set(YEALINK_WITHDRAWN)
    for method, params in WITHDRAWN:
        assert not VENDORS[vendor].has(method, params)
    assert {tuple(sample["call"].split("/")) for sample in SAMPLES if sample["withdrawn"]} == {
        (method.removeprefix("redirect."), str(params)) for method, params in WITHDRAWN
    }


def test_a_call_is_known_by_its_name_and_its_number_of_parameters() -> None:
    assert YEALINK.has("redirect.registerDevice", 3)
    assert not YEALINK.has("redirect.registerDevice", 4)
    assert not YEALINK.has("registerDevice", 3)
    assert not any("UniqueId" in method for method, _params in YEALINK.calls)


def test_only_yealink_shows_urls_and_has_unique_ones() -> None:
    assert (YEALINK.shows_url, YEALINK.unique_urls) == (True, True)
    assert (HTEK.shows_url, HTEK.unique_urls) == (False, False)


def test_the_services_are_where_the_documents_say() -> None:
    assert YEALINK.api_url == "https://api-dm.yealink.com:8443/xmlrpc"
    assert HTEK.api_url == "https://rps.htek.com/index.php/xmlrpc"


def test_each_vendor_is_found_by_its_name() -> None:
    assert sorted(VENDORS) == ["htek", "yealink"]
    assert all(name == vendor.name for name, vendor in VENDORS.items())


def test_only_yealinks_server_names_are_known_to_be_short() -> None:
    assert (YEALINK.name_limit, HTEK.name_limit) == (20, None)
