# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rps
short_description: The phones that an RPS account holds, as hosts
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Reads all devices of an account from the vendor's Redirection and Provisioning Service (RPS), O(concurrency) at
    once, and makes a host of each, named by its MAC address.
  - Each host has C(rps_mac), C(rps_status), C(rps_url) and C(rps_vendor), and C(rps_server) where its URL is that of
    one of O(servers).
  - User info, query and fragment of a URL are shown as fingerprints. Its path is shown, since it is what was asked for.
    The path of a URL that is unique to a phone is a secret, so treat the inventory as one.
  - Its file must end in C(rps.yml) or C(rps.yaml).
  - Where the account cannot be read, Ansible warns and goes on with what other sources give. To make it an error, set
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) in the environment.
extends_documentation_fragment:
  - voip.rps.connection.plugin
  - constructed
  - inventory_cache
options:
  plugin:
    description:
      - Names this plugin.
    type: str
    required: true
    choices: [voip.rps.rps]
  hostname:
    description:
      - A template for the host's name, over its variables. Without it, the MAC address as 12 lower-case hex digits.
    type: str
  servers:
    description:
      - The configuration servers, so that hosts get C(rps_server). Yealink only, since Htek shows no URLs.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The server's name.
        type: str
        required: true
      url:
        description:
          - Its URL.
        type: str
        required: true
  urls:
    description:
      - Whether hosts have C(rps_url). Set V(false) where the output is kept as a static inventory. There Ansible would
        take a C({{) in a URL of the service for a template, and the path of a unique URL is a secret.
    type: bool
    default: true
  statuses:
    description:
      - Take only devices with one of these statuses. Without it, all.
    type: list
    elements: str
    choices: [registered, unregistered, registered_elsewhere, unknown]
    default: []
  mac_prefixes:
    description:
      - Take only devices whose MAC address begins with one of these, in any notation.
    type: list
    elements: str
    default: []
seealso:
  - module: voip.rps.rps_device_info
"""

EXAMPLES = r"""
# phones.rps.yml: all phones of the account whose login is in RPS_API_USERNAME and RPS_API_PASSWORD
plugin: voip.rps.rps
vendor: yealink
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
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.voip.rps.plugins.module_utils._client.transport import Transport
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, MissingLibraryError, RpsError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, Server
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import read_account
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._text import as_sentence, to_printable
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    CONNECTION_OPTIONS,
    parse_connection,
    parse_prefixes,
    parse_server,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service

_REQUIRED = ("vendor", "api_username", "api_password")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The devices of one account as hosts."""

    NAME = "voip.rps.rps"

    def verify_file(self, path: str) -> bool:
        """Whether this file is meant for this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("rps.yml", "rps.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            written = self._read_config_data(path)
        except AnsibleError as error:
            missing = [key for key in _REQUIRED if "equired" in str(error) and key in str(error)]
            if not missing:
                raise
            hint = f"{missing[0]} is missing; set it or its environment variable RPS_{missing[0].upper()}"
            raise AnsibleParserError(f"{to_printable(path)}: {hint}.") from None
        try:
            connection = parse_connection({key: self._option(key, written) for key in CONNECTION_OPTIONS})
            servers = _servers(self.get_option("servers"))
            prefixes = parse_prefixes(self.get_option("mac_prefixes"), (), "mac_prefixes")
            masker = Masker(connection.vendor, connection.username, connection.password)
            devices = self._cached(path, connection, masker, cache)
        except MissingLibraryError as error:
            raise AnsibleParserError(f"{error} Install it for the Python that runs Ansible.") from None
        except InputError as error:
            raise AnsibleParserError(f"{to_printable(path)}: {error}") from None
        except RpsError as error:
            raise AnsibleParserError(
                f"The devices of the account could not be read: {as_sentence(str(error))}"
            ) from None
        shown = [(server.name, masker.url(server.url)) for server in servers]
        statuses = set(self.get_option("statuses"))
        for device in devices:
            if (not statuses or device["status"] in statuses) and (not prefixes or device["mac"].startswith(prefixes)):
                name = next((name for name, url in shown if same_url(url, device["url"])), None)
                self._add(device, connection.vendor, name)

    def _option(self, key: str, written: Mapping[str, Any]) -> Any:
        """A connection option, which may be a template, for instance a lookup of a password.

        Ansible makes False of every text that is no boolean, and other digits of a number, so there what was
        ``written`` counts.
        """
        value = self.get_option(key)
        if key == "validate_certs":
            value = written.get(key)
            value = os.environ.get("RPS_VALIDATE_CERTS") or None if value is None else value
        elif isinstance(written.get(key), (int, float)):
            value = written[key]
        if isinstance(value, str) and self.templar.is_template(value):
            return self.templar.template(value)
        return str(value) if value is not None and not isinstance(value, (bool, int, float)) else value

    def _cached(self, path: str, connection: Connection, masker: Masker, cache: bool) -> list[dict[str, Any]]:
        """The devices from Ansible's inventory cache where it is on and fresh, else from the service.

        What is cached is what is shown: no URL's user info, query or fragment.
        """
        # The file may take vendor, address and login from the environment: one account's devices are not another's.
        account = masker.fingerprint(f"{connection.vendor} {connection.api_url}") if self.get_option("cache") else ""
        key = f"{self.get_cache_key(path)}_{account}"
        use = bool(self.get_option("cache")) and cache
        if use:
            try:
                kept = self._cache[key]
            except KeyError:
                kept = None
            if _are_devices(kept):
                return list(kept)
        service = Service(Transport(connection, masker))
        try:
            found = read_account(service, None)
        finally:
            service.transport.close()
        devices = [{"mac": item.mac, "status": item.status, "url": masker.url(item.url)} for item in found]
        if self.get_option("cache"):
            self._cache[key] = devices
        return devices

    def _add(self, device: dict[str, Any], vendor: str, server: str | None) -> None:
        values = {
            "rps_mac": device["mac"],
            "rps_status": device["status"],
            # From the service: never to be taken for a template.
            "rps_url": None if device["url"] is None else wrap_var(device["url"]),
            "rps_vendor": vendor,
        }
        if server is not None:
            values["rps_server"] = server
        strict = self.get_option("strict")
        name = device["mac"]
        template = self.get_option("hostname")
        if template:
            self.templar.available_variables = values
            try:
                name = str(self.templar.template(template)).strip()
            except AnsibleError as error:
                raise AnsibleParserError(
                    f"hostname cannot be used for {device['mac']}: {to_printable(str(error))[:300]}"
                ) from None
            if not name or name in self.inventory.hosts:
                reason = f"gives '{name}', which another device has already" if name else "gives an empty name"
                raise AnsibleParserError(
                    f"hostname {reason}, for {device['mac']}; write a template that differs for each device, such as "
                    "phone-{{ rps_mac }}."
                )
        self.inventory.add_host(name)
        for key, value in values.items():
            if key != "rps_url" or self.get_option("urls"):
                self.inventory.set_variable(name, key, value)
        self._set_composite_vars(self.get_option("compose"), values, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), values, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), values, name, strict=strict)


def _servers(items: Sequence[Any]) -> list[Server]:
    """The option ``servers``. Raises InputError."""
    found: dict[str, Server] = {}
    for index, item in enumerate(items):
        label = f"servers[{index}]"
        if not isinstance(item, Mapping):
            raise InputError([f"{label} must be a dictionary with name and url."])
        server = parse_server(item.get("name"), item.get("url"), label)
        if server.name in found:
            raise InputError([f"{label}: server '{server.name}' is declared twice; declare it once."])
        found[server.name] = server
    return list(found.values())


def _are_devices(kept: Any) -> bool:
    """Whether this is what was put into the cache, which may be a file that others can write."""
    return isinstance(kept, list) and all(
        isinstance(item, Mapping) and set(item) == {"mac", "status", "url"} and isinstance(item["mac"], str)
        for item in kept
    )
