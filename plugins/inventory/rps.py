# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rps
short_description: Devices of an RPS account as hosts
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Reads all devices of one account from a redirection service, O(concurrency) at the same time, and adds a host for
    each, named by its MAC address or by O(hostname).
  - Each host has C(rps_mac), C(rps_status), C(rps_url) and C(rps_vendor). It has C(rps_server) if its redirect URL is
    that of one of O(servers), C(rps_account) if O(account) is set, and C(rps_last_contact) with Panasonic and Yealink
    YMCS.
  - The user info, query and fragment of a URL are shown as fingerprints. The path is shown, because reading it is the
    purpose of the plugin. If the path of a unique URL is a secret, treat the inventory as a secret too.
  - The name of the file must end in C(rps.yml) or C(rps.yaml).
  - Snom cannot list the devices of an account, so O(vendor=snom) is invalid.
  - If another inventory source already has a host of the same name, their variables are merged. If O(hostname) gives
    two devices the same name, no host is added.
  - If the account cannot be read, Ansible warns and uses the other inventory sources. To make this an error, set
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) in the environment.
  - The plugin runs before any play, so it uses the environment of the Ansible process and not C(environment) of a play.
extends_documentation_fragment:
  - voip.rps.connection.plugin
  - constructed
  - inventory_cache
options:
  plugin:
    description:
      - The name of this plugin.
    type: str
    required: true
    choices: [voip.rps.rps]
  account:
    description:
      - Name of the account in the variable C(rps_accounts) of the role. Each host gets it as C(rps_account).
    type: str
  hostname:
    description:
      - A template for the name of a host, which can use the variables of the host. The default is the MAC address as
        12 lower-case hex digits.
    type: str
  servers:
    description:
      - The configuration servers, so that hosts get C(rps_server). It has no effect on Htek, which does not report
        redirect URLs.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the server.
        type: str
        required: true
      url:
        description:
          - URL of the server.
        type: str
        required: true
  urls:
    description:
      - Whether hosts have C(rps_url). Set V(false) if you save the output as a static inventory. Otherwise, Ansible
        would read C({{) in a saved URL as a template, and the file would contain the secret paths of unique URLs.
    type: bool
    default: true
  statuses:
    description:
      - Add only devices with one of these statuses. If it is empty, the status does not matter.
    type: list
    elements: str
    choices: [registered, unregistered, registered_elsewhere, unknown]
    default: []
  mac_prefixes:
    description:
      - Add only devices whose MAC address begins with one of these, with or without hyphens, colons or spaces. Put them
        in quotes. If it is empty, the MAC address does not matter.
    type: list
    elements: str
    default: []
seealso:
  - module: voip.rps.rps_device_info
"""

EXAMPLES = r"""
# phones.rps.yml: all devices of the account whose login is in RPS_API_USERNAME and RPS_API_PASSWORD
plugin: voip.rps.rps
vendor: yealink
account: main
servers:
  - name: office
    url: https://prov.example.com/yealink
keyed_groups:
  - key: rps_server | default('no_server')
    prefix: server
hostname: phone-{{ rps_mac }}
compose:
  label: rps_mac | voip.rps.mac('colon', upper=true)
cache: false
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ansible.template
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    CallError,
    InputError,
    MissingLibraryError,
    problem,
)
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac, parse_mac
from ansible_collections.voip.rps.plugins.module_utils._messages import (
    INVENTORY,
    Speaker,
    input_message,
    library_message,
)
from ansible_collections.voip.rps.plugins.module_utils._model import CONNECTION_OPTIONS, STATUSES, Connection, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.read import read_devices
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._text import shown_value, to_printable
from ansible_collections.voip.rps.plugins.module_utils._urls import Url, split_url
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    connection_identity,
    connection_with_environment,
    parse_choice,
    parse_list,
    parse_prefixes,
    parse_server,
    parse_text,
    unknown_keys,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import open_service

if hasattr(ansible.template, "trust_as_template"):

    def untrusted(value: Any) -> Any:
        """A value that is never taken for a template: since ansible-core 2.19 that is any that was not trusted."""
        return value

else:
    from ansible.utils.unsafe_proxy import wrap_var as untrusted  # type: ignore[no-redef]

# What YAML makes of a value. Others, such as vaulted ones, are text.
_YAML_TYPES = (bool, int, float, date, list, tuple, Mapping, str)
_CACHED = frozenset({"mac", "status", "url", "last_contact", "server"})
Device = dict[str, Any]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The devices of one account as hosts."""

    NAME = "voip.rps.rps"

    def verify_file(self, path: str) -> bool:
        """Whether this file is meant for this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("rps.yml", "rps.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the account and add its devices, or none of them."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            problems = Problems()
            # Ansible ignores what it does not know: a misspelt filter would let every device in.
            unknown_keys(config, ("plugin", *self.get_options()), "", problems)
            request = Request(self._values(config), os.environ, problems)
            masker = Masker(request.connection.vendor, request.connection.username, request.connection.password)
            devices = self._devices(path, request.connection, masker, cache)
            hosts = self._name_hosts(request.rows(devices, masker))
        except MissingLibraryError as error:
            raise AnsibleParserError(library_message(error)) from None
        except InputError as error:
            raise AnsibleParserError(f"{to_printable(path)}: {input_message(error, INVENTORY)}") from None
        except CallError as error:
            text = Speaker(INVENTORY, "").stopped(str(error), error.fix, was_read=False)
            raise AnsibleParserError(f"{text} {INVENTORY.nothing_done}") from None
        self._add_hosts(hosts)

    def _values(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The options that are judged here, as they are in the file: Ansible's own conversion turns ``0012`` into "10"
        and a typing mistake in validate_certs into false. Connection options and account may be templates."""
        values = {key: config.get(key) for key in ("servers", "statuses", "mac_prefixes")}
        for key in (*CONNECTION_OPTIONS, "account"):
            value = config.get(key)
            if value is not None and not isinstance(value, _YAML_TYPES):
                value = str(value)
            elif isinstance(value, str) and self.templar.is_template(value):
                value = self.templar.template(value)
            values[key] = value
        return values

    def _devices(self, path: str, connection: Connection, masker: Masker, cache: bool) -> list[Device]:
        """The devices from Ansible's inventory cache if it is on and fresh, else from the service.

        What is cached is what is shown: no URL's user info, query or fragment.
        """
        caching = bool(self.get_option("cache"))
        # The file may take vendor, address and login from the environment: one account's devices are not another's.
        account = masker.fingerprint(connection_identity(connection)) if caching else ""
        key = f"{self.get_cache_key(path)}_{account}"
        if caching and cache:
            try:
                cached = self._cache[key]
            except KeyError:
                cached = None
            if are_devices(cached):
                return list(cached)
        devices = fetch(connection, masker)
        if caching:
            self._cache[key] = devices
        return devices

    def _name_hosts(self, rows: Sequence[Device]) -> dict[str, Device]:
        """Variables by the name of their host. Raises InputError if two devices have the same name."""
        template = self.get_option("hostname")
        hosts: dict[str, Device] = {}
        for values in rows:
            name = self._name(template, values) if template else values["rps_mac"]
            if not name or name in hosts:
                phone = format_mac(values["rps_mac"], "colon")
                code = "hostname_same" if name else "hostname_empty"
                raise InputError([problem("hostname", code, phone=phone, value=shown_value(name))])
            hosts[name] = values
        return hosts

    def _name(self, template: str, values: Device) -> str:
        self.templar.available_variables = values
        try:
            return str(self.templar.template(template)).strip()
        except AnsibleError as error:
            phone, why = format_mac(values["rps_mac"], "colon"), to_printable(str(error))[:300]
            raise InputError([problem("hostname", "hostname_unusable", phone=phone, why=why)]) from None

    def _add_hosts(self, hosts: Mapping[str, Device]) -> None:
        strict, urls = self.get_option("strict"), self.get_option("urls")
        compose, groups = self.get_option("compose"), self.get_option("groups")
        keyed_groups = self.get_option("keyed_groups")
        add, set_variable = self.inventory.add_host, self.inventory.set_variable
        for name, values in hosts.items():
            add(name)
            for key, value in values.items():
                if urls or key != "rps_url":
                    set_variable(name, key, value)
            if compose:
                self._set_composite_vars(compose, values, name, strict=strict)
            if groups:
                self._add_host_to_composed_groups(groups, values, name, strict=strict)
            if keyed_groups:
                self._add_host_to_keyed_groups(keyed_groups, values, name, strict=strict)


class Request:
    """The options, checked. Raises InputError with all problems, those that are known already first."""

    def __init__(self, values: Mapping[str, Any], environ: Mapping[str, str], problems: Problems) -> None:
        self.account = parse_text(values.get("account"), "account", problems)
        vendor = values.get("vendor") or environ.get("RPS_VENDOR")
        self.servers = _servers(values.get("servers"), str(vendor), problems)
        nothing: list[str] = []
        self.statuses = frozenset(problems.attempt(lambda: _statuses(values.get("statuses")), nothing))
        prefixes = values.get("mac_prefixes")
        self.prefixes: tuple[str, ...] = ()
        if prefixes is not None:
            self.prefixes = problems.attempt(lambda: parse_prefixes(prefixes, (), "mac_prefixes"), ())
        connection = problems.attempt(lambda: _connection(values, environ), None)
        if connection is None or problems.found:
            raise InputError(problems.found)
        self.connection: Connection = connection

    def rows(self, devices: Sequence[Device], masker: Masker) -> list[Device]:
        """The variables of each device that passes the filters."""
        vendor = VENDORS[self.connection.vendor]
        # Where the service stores the name, two servers may have one URL.
        stores = vendor.stores_name
        names = {
            (_comparable(masker.url(server.url)), server.name if stores else None): server.name
            for server in reversed(self.servers)
        }
        rows: list[Device] = []
        for device in devices:
            mac, url = device["mac"], device["url"]
            if self.statuses and device["status"] not in self.statuses:
                continue
            if self.prefixes and not mac.startswith(self.prefixes):
                continue
            # The URL is from the service: it must never be taken for a template.
            row = {
                "rps_mac": mac,
                "rps_status": device["status"],
                "rps_url": None if url is None else untrusted(url),
                "rps_vendor": vendor.name,
            }
            if vendor.last_contact:
                row["rps_last_contact"] = untrusted(device["last_contact"])
            if self.account is not None:
                row["rps_account"] = self.account
            server = names.get((_comparable(url), device["server"])) if url is not None else None
            if server is not None:
                row["rps_server"] = server
            rows.append(row)
        return rows


def _comparable(url: str | None) -> Url | str:
    """Equal for URLs that are the same (``same_url``)."""
    return split_url(url or "") or (url or "").strip()


def _connection(values: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    options = dict(values)
    path = options.get("ca_path")
    if isinstance(path, str):
        options["ca_path"] = os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111  # as for modules
    connection = connection_with_environment(options, environ)
    vendor = VENDORS[connection.vendor]
    if not vendor.lists_account:
        raise InputError([problem("vendor", "inventory_no_list", value=vendor.name, service=vendor.title)])
    return connection


def _statuses(values: Any) -> list[str]:
    if values is None:
        return []
    return [parse_choice(value, "statuses", STATUSES) for value in parse_list(values, "statuses")]


def _servers(items: Any, vendor: str, problems: Problems) -> list[Server]:
    """The option ``servers``; ``vendor`` as it is written, since it is checked elsewhere."""
    nothing: list[Any] = []
    servers: dict[str, Server] = {}
    for index, item in enumerate(nothing if items is None else problems.attempt(lambda: _list(items), nothing)):
        entry = f"servers[{index}]"
        if not isinstance(item, Mapping):
            problems.add(entry, "not_a_server")
            continue
        unknown_keys(item, ("name", "url"), entry, problems)
        server = problems.attempt(_parser(item, entry, vendor), None)
        if server is None:
            continue
        if server.name in servers:
            problems.add(entry, "server_twice", server=server.name)
        servers[server.name] = server
    return list(servers.values())


def _list(items: Any) -> list[Any]:
    return items if items == [] else parse_list(items, "servers")


def _parser(item: Mapping[str, Any], entry: str, vendor: str) -> Callable[[], Server | None]:
    return lambda: parse_server(item.get("name"), item.get("url"), entry, vendor)


def fetch(connection: Connection, masker: Masker) -> list[Device]:
    """All devices of the account as they are cached and shown. Raises CallError, also if one cannot be read."""
    service = open_service(connection)
    try:
        reading = read_devices(service, None)
    finally:
        service.client.close()
    if reading.unreadable:
        mac, why = reading.unreadable[0]
        raise CallError(Speaker(INVENTORY, VENDORS[connection.vendor].title).sentence(why, mac).rstrip("."))
    shown = {url: masker.url(url) for url in {device.url for device in reading.devices}}  # many devices share one
    return [
        {
            "mac": device.mac,
            "status": device.status,
            "url": shown[device.url],
            "last_contact": device.last_contact,
            "server": device.server,
        }
        for device in reading.devices
    ]


def are_devices(cached: Any) -> bool:
    """Whether this is what was put into the cache, which may be a file that others can write."""
    if not isinstance(cached, list) or not all(_is_device(item) for item in cached):
        return False
    return len({item["mac"] for item in cached}) == len(cached)


def _is_device(item: Any) -> bool:
    if not isinstance(item, Mapping) or set(item) != _CACHED or item["status"] not in STATUSES:
        return False
    if not all(item[key] is None or isinstance(item[key], str) for key in ("url", "last_contact", "server")):
        return False
    try:
        return isinstance(item["mac"], str) and parse_mac(item["mac"]) == item["mac"]
    except ValueError:
        return False
