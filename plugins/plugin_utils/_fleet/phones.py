# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of hosts -> phones by account. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac, parse_mac
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, PRESENT, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    is_blank,
    parse_devices,
    parse_state,
    parse_text,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import NAMED_SERVER, URL_ONLY, Capabilities

from .accounts import Logins
from .servers import ServerUse
from .spelling import Spelling

# Variables that each phone has, as Ansible knows them.
PHONE_VARS = (
    "rps_mac",
    "rps_server",
    "rps_unique_url",
    "rps_state",
    "rps_override",
    "rps_force",
    "rps_serial",
    "rps_account",
)
Phones = Mapping[str, Mapping[str, Any]]


class PhoneParser:
    """Parses the variables of all hosts; every problem goes into ``problems``.

    ``released`` takes every phone for ``rps_state: absent``, whatever its other variables say.
    """

    def __init__(self, phones: Phones, spelling: Spelling, problems: Problems, released: bool) -> None:
        self._phones = phones
        self._spelling = spelling
        self._problems = problems
        self._released = released
        self._hosts_by_mac: dict[str, list[str]] = {}
        for host, values in phones.items():
            mac = _normalized(values.get("rps_mac"))
            if mac is not None:
                self._hosts_by_mac.setdefault(mac, []).append(host)
        self._repeated = {host for hosts in self._hosts_by_mac.values() for host in hosts[1:]}

    def hosts_by_account(self, logins: Logins) -> dict[str, list[str]]:
        """Hosts by account. A host that cannot be counted to one is noted and left out."""
        hosts: dict[str, list[str]] = {}
        for host, values in self._phones.items():
            if is_blank(values.get("rps_mac")):
                self._required("mac", host, "mac_variable_required")
                continue
            account = self._account(host, values, logins)
            if account is not None:
                hosts.setdefault(account, []).append(host)
        return hosts

    def _account(self, host: str, values: Mapping[str, Any], logins: Logins) -> str | None:
        noted = len(self._problems.found)
        name = parse_text(values.get("rps_account"), "account", self._problems, host)
        if name is None:
            if len(logins.names) == 1:
                return logins.names[0]
            if logins.names and len(self._problems.found) == noted:
                self._required("account", host, "account_required", choices=logins.names)
            return None
        if logins.names and name not in logins.names:
            self._problems.found.append(logins.unknown(name, "account", host))
            return None
        return name

    def _required(self, option: str, host: str, code: str = "required", **params: Any) -> None:
        """Note a variable that a host lacks; if it is misspelt there, that is the next step."""
        misspelt = self._spelling.on_host(host, self._phones[host], f"rps_{option}")
        self._problems.add(option, "required" if misspelt else code, host, **params, **misspelt)

    def devices(
        self, hosts: Sequence[str], vendor: Capabilities, use: ServerUse, undeclared_allowed: bool
    ) -> tuple[DesiredDevice, ...]:
        """The phones of one account, one for each host in order; fewer if problems were noted."""
        entries = {host: self._entry(self._phones[host], use) for host in hosts}
        unbound = set() if self._released else {host for host in hosts if not self._has_target(host, vendor, use)}
        use.check(undeclared_allowed, self._problems)
        return self._parse(entries, vendor.name, unbound)

    def check_others(self, checked: Container[str]) -> None:
        """Note what is wrong with phones whose account cannot be used, as far as it depends on no account."""
        others = [
            host for host, values in self._phones.items() if host not in checked and not is_blank(values.get("rps_mac"))
        ]
        self._parse({host: self._entry(self._phones[host], None) for host in others}, "", set())

    def _parse(
        self, entries: Mapping[str, Mapping[str, Any]], vendor: str, unbound: Container[str]
    ) -> tuple[DesiredDevice, ...]:
        """Entries by host -> the phones without problems; ``unbound`` are hosts whose missing server was noted."""
        found: dict[str, DesiredDevice] = {}
        # No two of a group have the same MAC: ``check_macs`` notes those, also if their accounts differ.
        first = [host for host in entries if host not in self._repeated]
        for group in (first, *([host] for host in entries if host in self._repeated)):
            try:
                devices = parse_devices([entries[host] for host in group], group, vendor, serial_is_ignored=True)
                found.update(zip(group, devices))
            except InputError as error:
                # What a phone is bound to was checked here, with the role's own variables.
                self._problems.found.extend(
                    one
                    for one in error.problems
                    if one.option != "server_url" and (one.option != "server" or one.subject not in unbound)
                )
        return tuple(found[host] for host in entries if host in found)

    def _entry(self, values: Mapping[str, Any], use: ServerUse | None) -> dict[str, Any]:
        if self._released:
            return {"mac": values["rps_mac"], "state": ABSENT}
        entry = {name[len("rps_") :]: values[name] for name in PHONE_VARS if name in values and name != "rps_account"}
        return {**entry, "server_url": use.url(entry.get("server")) if use is not None else None}

    def _has_target(self, host: str, vendor: Capabilities, use: ServerUse) -> bool:
        """Whether a phone is bound to something or need not be; if it lacks that, this is noted."""
        values, probe = self._phones[host], Problems()
        server, unique = values.get("rps_server"), values.get("rps_unique_url")
        if parse_state(values.get("rps_state"), "state", probe) != PRESENT or probe.found:
            return True
        if vendor.binds_to == URL_ONLY and not vendor.stores_name and not is_blank(unique):
            return True
        if not is_blank(server):
            if isinstance(server, str) and is_blank(unique):
                use.add(host, server.strip())
            return True
        if vendor.binds_to == NAMED_SERVER or vendor.stores_name:
            self._required("server", host)
        else:
            misspelt = self._spelling.on_host(host, values, "rps_server")
            self._problems.add("server", "url_required", host, service=vendor.title, **misspelt)
        return False

    def check_macs(self) -> None:
        """Note each MAC that several hosts have, be it on one account or on several."""
        for mac, same in self._hosts_by_mac.items():
            if len(same) > 1:
                phone = format_mac(mac, "colon")
                self._problems.add("", "mac_twice", phone=phone, count=len(same), hosts=tuple(same))


def _normalized(value: Any) -> str | None:
    try:
        return parse_mac(value) if isinstance(value, str) else None
    except ValueError:
        return None
