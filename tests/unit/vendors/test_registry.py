# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services' data against the contract, the vendors' documents and the page about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS, vendor_of_mac
from ansible_collections.voip.rps.plugins.module_utils._vendors.htek import HtekService
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import open_service, service_class
from ansible_collections.voip.rps.plugins.module_utils._vendors.xmlrpc_service import XmlRpcService
from ansible_collections.voip.rps.plugins.module_utils._vendors.yealink import YealinkService
from simulator import DIALECTS
from support.documents import SAMPLES, sections

XMLRPC = [service for service in map(service_class, VENDORS) if issubclass(service, XmlRpcService)]
ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")

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


def test_a_service_has_the_name_that_its_capabilities_have() -> None:
    assert all(name == vendor.name == service_class(name).capabilities.name for name, vendor in VENDORS.items())


def test_only_a_service_that_binds_to_urls_stores_names() -> None:
    """Where servers have names, the name and its URL are the server's, and not kept with each phone."""
    assert all(vendor.binds_to == "url" for vendor in VENDORS.values() if vendor.stores_name)


def test_ymcs_takes_a_hundred_devices_in_a_call() -> None:
    assert VENDORS["ymcs"].max_batch == 100


@pytest.mark.parametrize("name", VENDORS)
def test_the_simulator_which_shares_no_code_has_the_same_capabilities(name: str) -> None:
    ours, theirs = VENDORS[name], DIALECTS[name].capabilities
    servers = {"none": "none", "create": "create", "manage": "edit"}
    assert ours.binds_to == theirs.target
    assert ours.lists_account is (theirs.lists == "account")
    assert ours.reads_url is theirs.url_readable
    assert ours.shows_foreign is (theirs.ownership == "read")
    assert ours.override is theirs.override
    assert servers[ours.servers] == theirs.servers
    assert ours.needs_serial is theirs.serial
    assert ours.last_contact is theirs.last_contact
    assert ours.stores_name is theirs.stores_name
    assert ours.unique_urls is theirs.unique_urls


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        ("001565000001", "yealink"),
        ("805ec0000001", "yealink"),
        ("805e0c000001", "yealink"),
        ("249ad8000001", "yealink"),
        ("44dbd2000001", "yealink"),
        ("c4fc22000001", "yealink"),
        ("001fc1000001", "htek"),
        ("000413000001", "snom"),
        ("00087b000001", "snom"),
        ("589ec6000001", "snom"),
        ("00acdc000001", "snom"),
        ("0080f0000001", None),
        ("020000000001", None),
    ],
)
def test_a_prefix_belongs_to_a_vendor(mac: str, vendor: str | None) -> None:
    assert vendor_of_mac(mac) == vendor


# Calls, and the documents.


def test_yealink_has_every_call_of_its_document_but_the_withdrawn_ones() -> None:
    assert dict(YealinkService.calls) == dict.fromkeys(YEALINK_SECTIONS, "documented")
    assert sections("yealink") == YEALINK_SECTIONS | YEALINK_WITHDRAWN
    assert set(YealinkService.withdrawn) == set(YEALINK_WITHDRAWN)


def test_htek_has_every_call_of_its_document_and_those_whose_titles_are_known() -> None:
    assert {call for call, why in HtekService.calls.items() if why == "documented"} == set(HTEK_SECTIONS)
    assert {call for call, why in HtekService.calls.items() if why == "assumed"} == HTEK_TITLES_ONLY
    assert HTEK_SECTIONS.items() >= sections("htek").items()


@pytest.mark.parametrize("service", XMLRPC)
def test_a_withdrawn_call_is_nobodys_call(service: type[XmlRpcService]) -> None:
    assert not set(service.calls) & set(YEALINK_WITHDRAWN)
    marked = {(sample["method"], int(sample["call"].rpartition("/")[2])) for sample in SAMPLES if sample["withdrawn"]}
    assert marked == set(YEALINK_WITHDRAWN)


@pytest.mark.parametrize("service", XMLRPC)
def test_every_call_exists_in_the_simulator_with_its_number_of_parameters(service: type[XmlRpcService]) -> None:
    dialect = DIALECTS[service.capabilities.name]
    takes = {(dialect.prefix + one.name, count) for one in dialect.operations for count in one.takes}
    assert set(service.calls) <= takes


@pytest.mark.parametrize("service", XMLRPC)
def test_the_page_about_vendors_has_every_call(service: type[XmlRpcService]) -> None:
    names = {method.rpartition(".")[2] for method, _count in service.calls}
    assert {name for name in names if name not in PAGE} == set()
    assert service.capabilities.api_url is not None
    assert service.capabilities.api_url in PAGE


# Opening a service.


@pytest.mark.parametrize("name", VENDORS)
def test_a_service_is_opened_by_its_name(name: str) -> None:
    url = VENDORS[name].api_url or "https://eu-api.ymcs.yealink.com"
    service = open_service(Connection(name, url, "me", "s3cret"))
    assert service.__class__ is service_class(name)
    assert service.client.connection.api_url == url
    assert "s3cret" in service.masker.secrets()
    service.client.close()


def test_a_bundle_that_does_not_exist_is_an_input_error() -> None:
    connection = Connection("yealink", "https://h/xmlrpc", "me", "s3cret", ca_path="/does/not/exist.pem")
    with pytest.raises(InputError) as caught:
        open_service(connection)
    assert [problem.option for problem in caught.value.problems] == ["ca_path"]
