# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/vendors.md and README say what the code of each service does, and where the vendor documents it."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import service_class
from ansible_collections.voip.rps.plugins.module_utils._vendors.xmlrpc_service import XmlRpcService
from support.documents import SAMPLES, sections
from support.pages import bare, section, tables, text_of

PAGE = "docs/vendors.md"
CALLS = tables(section(PAGE, "Every call"))[0][1:]
(FACTS, ADDRESSES, *_OTHERS) = tables(section(PAGE, "What each service can do"))
XMLRPC = {name: service for name in VENDORS for service in [service_class(name)] if issubclass(service, XmlRpcService)}
EVERY_VENDOR = pytest.mark.parametrize("name", sorted(VENDORS))

# How a value of Capabilities is written.
WORDS: dict[Any, tuple[str, ...]] = {
    True: ("yes",),
    False: ("no",),
    None: ("not known",),
    Capabilities("", "", None).max_batch: ("not known", "no bulk calls"),
}


def _rows(vendor: str) -> list[list[str]]:
    return [[bare(cell) for cell in row] for row in CALLS if row[0] == vendor]


def test_all_vendors_and_no_others_have_calls_and_columns() -> None:
    assert {row[0] for row in CALLS} == set(VENDORS)
    assert {bare(cell) for cell in FACTS[0][2:]} == set(VENDORS)
    assert {bare(row[0]) for row in ADDRESSES[1:]} == set(VENDORS)
    assert {bare(row[0]) for row in tables(section(PAGE, "Which account fits which value"))[0][1:]} == set(VENDORS)
    assert {bare(row[0]) for row in tables(section("README.md", "Services"))[0][1:]} == set(VENDORS)


@EVERY_VENDOR
def test_what_a_service_can_do_is_what_its_capabilities_say(name: str) -> None:
    column = [bare(cell) for cell in FACTS[0]].index(name)
    for row in FACTS[1:]:
        value = getattr(VENDORS[name], bare(row[1]))
        words = WORDS.get(value, (str(value), str(value).upper()))
        assert row[column] in words, row[0]


def test_every_capability_has_its_row() -> None:
    fields = set(Capabilities.__dataclass_fields__) - {"name", "title", "api_url", "mac_prefixes"}
    assert {bare(row[1]) for row in FACTS[1:]} == fields


@EVERY_VENDOR
def test_address_and_prefixes_are_those_of_the_code(name: str) -> None:
    (row,) = [row for row in ADDRESSES[1:] if bare(row[0]) == name]
    vendor = VENDORS[name]
    assert bare(row[1]) == (vendor.api_url or "none")
    assert row[2] == (", ".join(vendor.mac_prefixes) or "not known")


@pytest.mark.parametrize("name", sorted(XMLRPC))
def test_the_calls_of_an_xml_rpc_service_are_those_of_its_table(name: str) -> None:
    service = XMLRPC[name]
    expected = {(call, str(params)): state for (call, params), state in service.calls.items()}
    expected |= {(call, str(params)): "withdrawn" for call, params in getattr(service, "withdrawn", ())}
    assert {(row[1], row[2]): row[4] for row in _rows(name)} == expected


def test_the_calls_of_ymcs_are_those_of_its_module() -> None:
    names = set()
    for file in ("_vendors/ymcs.py", "_client/rest_client.py"):
        for node in ast.parse(text_of(f"plugins/module_utils/{file}")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                    if name.isupper() and not name.startswith("_"):
                        names.add(text)
    rows = _rows("ymcs")
    assert {row[1] for row in rows} == names
    assert {row[4] for row in rows} == {"observed"}


@pytest.mark.parametrize("name", sorted({sample["vendor"] for sample in SAMPLES}))
def test_documented_calls_name_the_section_that_documents_them(name: str) -> None:
    where = sections(name)
    if name == "htek":
        where["redirect.registerDevices", 2] = "6"  # described there, and the only one without samples
    for row in _rows(name):
        if row[4] != "assumed":
            assert row[5] == f"section {where[row[1], int(row[2])]}", row


def test_the_regions_of_ymcs_are_named_where_an_address_is_required() -> None:
    assert VENDORS["ymcs"].api_url is None
    assert len(set(re.findall(r"https://[a-z]+-api\.ymcs\.yealink\.com", text_of(PAGE)))) == 3
