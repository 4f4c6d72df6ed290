# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, parsing in this process against a simulated service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.voip.rps.plugins.inventory import rps
from ansible_collections.voip.rps.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.voip.rps.plugins.module_utils._model import CONNECTION_OPTIONS
from ansible_collections.voip.rps.plugins.module_utils._validation import connection_with_environment
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from simulator import Fault, Simulator
from support.runs import vendors

USER, PASSWORD, OFFICE = "me", "s3cret-Pass-w0rd", "https://office.example.com/"
BRANCH = "https://branch.example.com/%7B%7B/"
Read = Callable[..., InventoryData]


class Plugin(rps.InventoryModule):
    """The plugin with its options from the file and from its documentation's defaults, as Ansible gives them."""

    trust: Callable[[Any], Any]

    def _read_config_data(self, path: str) -> dict[str, Any]:
        data = dict(self.trust(yaml.safe_load(Path(path).read_text(encoding="utf-8"))))
        defaults: dict[str, Any] = {
            "hostname": None,
            "servers": [],
            "statuses": [],
            "mac_prefixes": [],
            "account": None,
            "urls": True,
            "strict": False,
            "compose": {},
            "groups": {},
            "keyed_groups": [],
            "use_extra_vars": False,
            "leading_separator": True,
            "cache": False,
            **dict.fromkeys(CONNECTION_OPTIONS),
        }
        self.known, self.stored = defaults, {**defaults, **data}
        return data

    def get_options(self, hostvars: Any = None) -> dict[str, Any]:
        return {name: self.stored[name] for name in self.known}

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        return self.stored[option]


@pytest.fixture
def kept() -> dict[str, Any]:
    """The inventory cache."""
    return {}


@pytest.fixture
def read(sim: Simulator, tmp_path: Path, trust: Callable[[Any], Any], kept: dict[str, Any]) -> Read:
    def make(
        refresh: bool = False,
        path: str = "phones.rps.yml",
        inventory: InventoryData | None = None,
        bare: bool = False,
        **values: Any,
    ) -> InventoryData:
        """Read the account into an inventory; ``bare`` leaves out everything that is not in ``values``."""
        file = tmp_path / path
        login = {"vendor": "yealink", "api_username": USER, "api_password": PASSWORD}
        address = {"api_url": sim.url(values.get("vendor", "yealink"))}
        whole = {"plugin": "voip.rps.rps", **({} if bare else {**address, **login}), **values}
        file.write_text(yaml.safe_dump(whole), encoding="utf-8")
        plugin = Plugin()
        plugin.trust = trust
        plugin._cache = kept  # noqa: SLF001
        found = inventory if inventory is not None else InventoryData()
        loader = DataLoader()
        plugin.templar = Templar(loader=loader)
        plugin.parse(found, loader, str(file), not refresh)
        return found

    return make


def hold(sim: Simulator) -> None:
    sim.world("yealink").add_server(USER, "branch", BRANCH)
    sim.world("yealink").add_device("001565000001", USER, "office")
    sim.world("yealink").add_device("001565000002", USER, "branch")
    sim.world("yealink").add_device("805ec0000003", USER)


def shown(inventory: InventoryData) -> dict[str, dict[str, Any]]:
    hide = ("inventory_file", "inventory_dir")
    return {
        name: {key: value for key, value in host.vars.items() if key not in hide}
        for name, host in inventory.hosts.items()
    }


def test_every_device_of_the_account_is_a_host(sim: Simulator, read: Read) -> None:
    hold(sim)
    hosts = shown(read(servers=[{"name": "office", "url": "HTTPS://Office.example.com"}]))
    assert hosts == {
        "001565000001": {
            "rps_mac": "001565000001",
            "rps_status": "registered",
            "rps_url": OFFICE,
            "rps_vendor": "yealink",
            "rps_server": "office",
        },
        "001565000002": {
            "rps_mac": "001565000002",
            "rps_status": "registered",
            "rps_url": BRANCH,
            "rps_vendor": "yealink",
        },
        "805ec0000003": {
            "rps_mac": "805ec0000003",
            "rps_status": "unregistered",
            "rps_url": None,
            "rps_vendor": "yealink",
        },
    }
    assert sim.writes() == []


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"statuses": ["unregistered"]}, ["805ec0000003"]),
        ({"mac_prefixes": ["00:15:65"]}, ["001565000001", "001565000002"]),
        ({"mac_prefixes": ["80-5E"], "statuses": ["registered"]}, []),
    ],
)
def test_filters_choose_by_status_and_mac(sim: Simulator, read: Read, values: dict[str, Any], names: list[str]) -> None:
    hold(sim)
    assert sorted(read(**values).hosts) == names


def test_hosts_are_named_grouped_and_composed_as_asked(sim: Simulator, read: Read) -> None:
    hold(sim)
    inventory = read(
        hostname="phone-{{ rps_mac[6:] }}",
        compose={"tail": "rps_mac[-2:]"},
        groups={"bound": "rps_url is not none"},
        keyed_groups=[{"key": "rps_status", "prefix": "is"}],
    )
    assert sorted(inventory.hosts) == ["phone-000001", "phone-000002", "phone-000003"]
    assert inventory.hosts["phone-000002"].vars["tail"] == "02"
    groups = inventory.get_groups_dict()
    assert groups["bound"] == ["phone-000001", "phone-000002"]
    assert groups["is_unregistered"] == ["phone-000003"]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("rps_mac", "hostname gives 'rps_mac' to 00:15:65:00:00:02 and to another device"),
        ("{{ rps_mac[:6] }}", "hostname gives '001565' to 00:15:65:00:00:02"),
        ("{{ '' }}", "hostname gives no name to 00:15:65:00:00:01"),
        ("{{ nobody_knows_it }}", "hostname cannot be used for 00:15:65:00:00:01"),
    ],
)
def test_a_hostname_that_names_no_single_device_adds_no_host(
    sim: Simulator, read: Read, template: str, text: str
) -> None:
    hold(sim)
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError, match=text):
        read(inventory=inventory, hostname=template)
    assert inventory.hosts == {}


def test_a_host_that_another_source_has_is_merged(sim: Simulator, read: Read) -> None:
    hold(sim)
    inventory = InventoryData()
    inventory.add_host("001565000001")
    inventory.set_variable("001565000001", "desk", "12")
    read(inventory=inventory)
    assert len(inventory.hosts) == 3
    assert inventory.hosts["001565000001"].vars["desk"] == "12"
    assert inventory.hosts["001565000001"].vars["rps_url"] == OFFICE


def test_each_host_gets_the_account_of_the_role(sim: Simulator, read: Read) -> None:
    hold(sim)
    hosts = shown(read(account="main"))
    assert {values["rps_account"] for values in hosts.values()} == {"main"}


@pytest.mark.parametrize("vendor", vendors(lambda vendor: vendor.last_contact and vendor.lists_account))
def test_the_last_contact_is_a_variable_if_the_service_reports_it(sim: Simulator, read: Read, vendor: str) -> None:
    world = sim.world(vendor)
    for address in ("001565000001", "001565000002"):
        if VENDORS[vendor].binds_to == "server":
            world.add_device(address, USER, "office", serial="1")
        else:
            world.add_device(address, USER, url=OFFICE)
    world.touch("001565000001", "2026-03-04T05:06:07Z")
    hosts = shown(read(vendor=vendor, servers=[{"name": "office", "url": OFFICE}]))
    assert [values["rps_last_contact"] for values in hosts.values()] == ["2026-03-04T05:06:07Z", None]
    assert {values["rps_server"] for values in hosts.values()} == {"office"}
    assert {values["rps_vendor"] for values in hosts.values()} == {vendor}


def test_snom_is_refused_with_the_reason(sim: Simulator, read: Read) -> None:
    with pytest.raises(AnsibleParserError, match="Snom cannot list an account"):
        read(vendor="snom")
    assert sim.calls() == []


def test_login_and_address_come_from_the_environment_as_one_set(
    sim: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(sim)
    monkeypatch.setenv("RPS_YEALINK_USERNAME", USER)
    monkeypatch.setenv("RPS_YEALINK_PASSWORD", PASSWORD)
    monkeypatch.setenv("RPS_YEALINK_API_URL", sim.url("yealink"))
    monkeypatch.setenv("RPS_API_USERNAME", "x")
    monkeypatch.setenv("RPS_API_URL", "https://nowhere.invalid/")
    assert len(read(bare=True, vendor="yealink").hosts) == 3
    with pytest.raises(AnsibleParserError, match="RPS_API_PASSWORD is not"):
        read(bare=True, vendor="htek")


def test_a_login_that_is_reserved_for_another_vendor_is_not_used(
    sim: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RPS_VENDOR", "htek")
    monkeypatch.setenv("RPS_API_USERNAME", USER)
    monkeypatch.setenv("RPS_API_PASSWORD", PASSWORD)
    with pytest.raises(AnsibleParserError, match="RPS_VENDOR is htek"):
        read(bare=True, vendor="yealink")
    assert sim.calls() == []


def test_a_relative_ca_path_is_relative_to_the_working_directory(
    sim: Simulator, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "ca.pem").write_text("", encoding="utf-8")
    with pytest.raises(AnsibleParserError, match="ca_path"):
        read(ca_path="ca.pem")
    monkeypatch.chdir(elsewhere)
    assert read(ca_path="ca.pem").hosts == {}


def test_a_template_in_a_url_of_the_service_stays_text(sim: Simulator, read: Read, trust: Callable[[Any], Any]) -> None:
    sim.world("yealink").add_server(USER, "evil", "https://evil.example.com/{{ 7 * 6 }}")
    sim.world("yealink").add_device("001565000001", USER, "evil")
    inventory = read(compose={"copy": "rps_url"})
    assert inventory.hosts["001565000001"].vars["copy"] == "https://evil.example.com/{{ 7 * 6 }}"
    templar = Templar(loader=DataLoader(), variables=inventory.hosts["001565000001"].vars)
    assert templar.template(trust("{{ rps_url }}")) == "https://evil.example.com/{{ 7 * 6 }}"


def test_user_info_and_query_of_a_url_are_masked_and_its_server_is_still_found(sim: Simulator, read: Read) -> None:
    secret = "https://me:a-token@office.example.com/?key=another-token"
    sim.world("yealink").add_server(USER, "secret", secret)
    sim.world("yealink").add_device("001565000001", USER, "secret")
    ((_name, values),) = shown(read(servers=[{"name": "secret", "url": secret}])).items()
    assert values["rps_server"] == "secret"
    assert "token" not in str(values)


def test_an_empty_account_is_an_inventory_without_hosts(sim: Simulator, read: Read) -> None:
    assert read().hosts == {}


def test_options_may_be_templates(sim: Simulator, read: Read) -> None:
    hold(sim)
    assert len(read(api_password="{{ 's3cret-' ~ 'Pass-w0rd' }}").hosts) == 3


def test_the_cache_is_used_while_it_is_fresh_and_not_when_it_shall_be_refreshed(sim: Simulator, read: Read) -> None:
    hold(sim)
    first = shown(read(cache=True))
    sim.reset_log()
    assert shown(read(cache=True)) == first
    assert sim.calls() == []
    assert shown(read(cache=True, refresh=True)) == first
    assert sim.calls() != []


def test_what_was_cached_is_not_asked_for_again(sim: Simulator, tmp_path: Path, trust: Callable[[Any], Any]) -> None:
    hold(sim)
    file = tmp_path / "phones.rps.yml"
    login = {"vendor": "yealink", "api_username": USER, "api_password": PASSWORD, "cache": True}
    file.write_text(yaml.safe_dump({"plugin": "voip.rps.rps", "api_url": sim.url("yealink"), **login}))
    kept: dict[str, Any] = {}
    seen = []
    for cache in (True, True, False):
        sim.reset_log()
        plugin = Plugin()
        plugin.trust = trust
        plugin._cache = kept  # noqa: SLF001
        plugin.templar = Templar(loader=DataLoader())
        inventory = InventoryData()
        plugin.parse(inventory, DataLoader(), str(file), cache)
        seen.append((len(inventory.hosts), len(sim.calls())))
    assert seen == [(3, 4), (3, 0), (3, 4)]


def test_another_accounts_devices_are_not_taken_from_the_cache(sim: Simulator, read: Read) -> None:
    hold(sim)
    assert len(read(cache=True).hosts) == 3
    sim.add_account("yealink", "other", "their-passw0rd")
    assert read(cache=True, api_username="other", api_password="their-passw0rd").hosts == {}
    sim.add_account("htek", USER, PASSWORD)
    assert read(cache=True, vendor="htek").hosts == {}


DEVICE: dict[str, Any] = {
    "mac": "001565000001",
    "status": "registered",
    "url": None,
    "last_contact": None,
    "server": None,
}


@pytest.mark.parametrize(
    "damage",
    [
        None,
        "text",
        [1],
        [{}],
        {"devices": []},
        [{key: DEVICE[key] for key in ("mac", "status", "url")}],
        [{**DEVICE, "more": 1}],
        [{**DEVICE, "mac": 1}],
        [{**DEVICE, "mac": "phone"}],
        [{**DEVICE, "mac": "00:15:65:00:00:01"}],
        [{**DEVICE, "status": "fine"}],
        [{**DEVICE, "url": ["x"]}],
        [{**DEVICE, "last_contact": 5}],
        [DEVICE, DEVICE],
    ],
)
def test_a_damaged_cache_is_read_anew(sim: Simulator, read: Read, kept: dict[str, Any], damage: Any) -> None:
    hold(sim)
    first = shown(read(cache=True))
    ((key, _devices),) = kept.items()
    assert PASSWORD not in key
    kept[key] = damage
    sim.reset_log()
    assert shown(read(cache=True)) == first
    assert sim.calls() != []


@pytest.mark.parametrize(("written", "environment"), [("maybe", None), ("ja", "true"), (None, "maybe"), (2, None)])
def test_a_typing_mistake_does_not_switch_the_verification_of_certificates_off(
    sim: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch, written: Any, environment: str | None
) -> None:
    if environment is not None:
        monkeypatch.setenv("RPS_VALIDATE_CERTS", environment)
    values = {} if written is None else {"validate_certs": written}
    with pytest.raises(AnsibleParserError, match="validate_certs must be true or false"):
        read(**values)
    assert sim.calls() == []


@pytest.mark.parametrize(
    ("written", "environment", "verified"),
    [(None, None, True), (None, "", True), (None, "no", False), ("yes", "no", True), (False, "yes", False)],
)
def test_the_file_and_then_the_environment_say_whether_certificates_are_verified(
    sim: Simulator,
    read: Read,
    monkeypatch: pytest.MonkeyPatch,
    written: Any,
    environment: str | None,
    verified: bool,
) -> None:
    if environment is not None:
        monkeypatch.setenv("RPS_VALIDATE_CERTS", environment)
    seen: list[bool] = []

    def parse(options: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
        connection = connection_with_environment(options, environ)
        seen.append(connection.validate_certs)
        return connection

    monkeypatch.setattr(rps, "connection_with_environment", parse)
    read(**({} if written is None else {"validate_certs": written}))
    assert seen == [verified]


def test_hosts_have_no_url_where_the_output_is_to_be_kept(sim: Simulator, read: Read) -> None:
    hold(sim)
    hosts = shown(read(urls=False, servers=[{"name": "office", "url": OFFICE}]))
    assert {name: values.get("rps_server") for name, values in hosts.items()} == {
        "001565000001": "office",
        "001565000002": None,
        "805ec0000003": None,
    }
    assert not any("rps_url" in values for values in hosts.values())


FAILURES: dict[str, tuple[Mapping[str, Any], str]] = {
    "a wrong option": ({"concurrency": 99}, r"phones\.rps\.yml: concurrency must be"),
    "a password that YAML takes for a number": ({"api_password": 12345}, "api_password must be text"),
    "a user name that YAML takes for a number": ({"api_username": 12345}, "api_username must be text"),
    "an account that YAML takes for a number": ({"account": 12}, "account must be text"),
    "a prefix that YAML takes for a number": ({"mac_prefixes": [885]}, r"mac_prefixes\[0\] must be text"),
    "a server that YAML takes for a number": ({"servers": [{"name": 12, "url": OFFICE}]}, "name must be text"),
    "an address with an impossible port": ({"api_url": "https://127.0.0.1:99999/"}, "api_url is not a usable address"),
    "an address that ends too early": ({"api_url": "https://[::1/"}, "api_url is not a usable address"),
    "a server twice": (
        {"servers": [{"name": "office", "url": OFFICE}, {"name": "office", "url": BRANCH}]},
        r"servers\[1\] defines server 'office' again",
    ),
    "a server that is none": ({"servers": ["office"]}, r"servers\[0\] must be a dictionary"),
    "a misspelt key of a server": ({"servers": [{"name": "a", "urll": OFFICE}]}, "did you mean 'url'?"),
    "an option that does not exist": ({"statusses": ["registered"]}, "no option 'statusses'; did you mean 'statuses'?"),
    "a wrong prefix": ({"mac_prefixes": ["xyz"]}, r"phones\.rps\.yml: mac_prefixes"),
    "a wrong server": ({"servers": [{"name": "a/b", "url": OFFICE}]}, r"servers\[0\]: name"),
    "a wrong status": ({"statuses": ["registred"]}, "did you mean 'registered'?"),
    "no service there": (
        {"api_url": "http://127.0.0.1:9/", "retries": 0},
        "^The devices of the account could not be read: ",
    ),
    "a wrong login": ({"api_password": "no"}, "^The devices of the account could not be read: .*api_password"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_what_is_wrong_is_one_clear_error(sim: Simulator, read: Read, case: str) -> None:
    values, text = FAILURES[case]
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError, match=text) as caught:
        read(inventory=inventory, **values)
    assert PASSWORD not in str(caught.value)
    assert inventory.hosts == {}


def test_all_problems_are_named_at_once(sim: Simulator, read: Read) -> None:
    with pytest.raises(AnsibleParserError) as caught:
        read(concurrency=99, account=12, servers=["x"], mac_prefixes=["xyz"], statuses=["x"], retries=-1)
    for word in ("6 problems", "concurrency", "account", "servers[0]", "mac_prefixes", "statuses", "No host was added"):
        assert word in str(caught.value)
    assert sim.calls() == []


def test_a_device_that_cannot_be_read_is_named(sim: Simulator, read: Read) -> None:
    hold(sim)
    sim.faults.add(Fault("status", status=503, method="checkDeviceExt", mac="001565000002"))
    with pytest.raises(AnsibleParserError, match="could not be read: 00:15:65:00:00:02"):
        read(retries=0)


def test_a_missing_library_is_named(sim: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise MissingLibraryError("requests", "no such module")

    monkeypatch.setattr(rps, "open_service", fail)
    with pytest.raises(AnsibleParserError, match="Install it for the Python that runs Ansible"):
        read()


def test_its_file_is_known_by_its_name(tmp_path: Path) -> None:
    for name, taken in (("phones.rps.yml", True), ("rps.yaml", True), ("phones.yml", False)):
        (tmp_path / name).write_text("plugin: voip.rps.rps\n", encoding="utf-8")
        assert rps.InventoryModule().verify_file(str(tmp_path / name)) is taken
    assert rps.InventoryModule().verify_file(str(tmp_path / "missing.rps.yml")) is False
