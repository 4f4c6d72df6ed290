# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``rps_servers`` -> the servers of each account, and the phones that are declared for none of them. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import Server
from ansible_collections.voip.rps.plugins.module_utils._text import closest, shown_value
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    parse_list,
    parse_name,
    parse_server,
    parse_text,
    unknown_keys,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import URL_ONLY, Capabilities

from .accounts import Logins

# Servers by account and name.
Servers = Mapping[str, Mapping[str, Server]]


def parse_servers(raw: Any, logins: Logins, problems: Problems) -> dict[str, dict[str, Server]]:
    """``rps_servers`` -> Servers. Notes everything that is wrong."""
    servers: dict[str, dict[str, Server]] = {}
    if raw is None or raw == "":
        return servers
    if not isinstance(raw, (list, tuple)):
        problems.add("servers", "servers_not_a_list")
        return servers
    for index, item in enumerate(raw):
        subject = f"servers[{index}]"
        if not isinstance(item, Mapping):
            problems.add(subject, "server_not_a_dictionary")
            continue
        unknown_keys(item, ("name", "url", "account"), subject, problems)
        account = _account(item.get("account"), f"{subject}: account", logins, problems)
        login = logins.by_name.get(account or "")
        try:
            vendor = login.connection.vendor if login is not None else ""
            server = parse_server(item.get("name"), item.get("url"), subject, vendor)
        except InputError as error:
            problems.take(error)
            continue
        if account is None:
            continue
        own = servers.setdefault(account, {})
        if server.name in own:
            problems.add(subject, "server_twice.account", server=server.name, account=account)
        own[server.name] = server
    return servers


def _account(value: Any, option: str, logins: Logins, problems: Problems) -> str | None:
    noted = len(problems.found)
    name = parse_text(value, option, problems)
    if not logins.names:
        return None
    if name is None:
        if len(logins.names) == 1:
            return logins.names[0]
        if len(problems.found) == noted:
            problems.add(option, "account_required.server", choices=logins.names, count=len(logins.names))
        return None
    if name not in logins.names:
        problems.found.append(logins.unknown(name, option))
        return None
    return name


class ServerUse:
    """The phones that are present on one account, by the server that they are declared for.

    A server that rps_servers does not define gives no URL to compare with, so a misspelt name would go unnoticed.
    ``complete`` is whether every entry of rps_servers could be used; if not, a server may be in one that could not.
    """

    def __init__(self, account: str, vendor: Capabilities, servers: Servers, complete: bool = True) -> None:
        self._account = account
        self._vendor = vendor
        self._servers = servers
        self._own = servers.get(account, {})
        self._complete = complete
        self._missing: dict[str, list[str]] = {}

    def url(self, server: Any) -> str | None:
        """The URL of a server, or None if it is not defined."""
        found = self._own.get(server.strip()) if isinstance(server, str) else None
        return None if found is None else found.url

    def add(self, host: str, server: str) -> None:
        """A phone that is present, has no URL of its own, and is declared for a server."""
        if server not in self._own:
            self._missing.setdefault(server, []).append(host)

    def check(self, allowed: bool, problems: Problems) -> None:
        """Note each server that is not defined, once. ``allowed``: rps_undeclared_servers is set."""
        if not self._complete or (allowed and self._vendor.binds_to != URL_ONLY):
            return
        for server, hosts in self._missing.items():
            code = "server_undefined" if self._vendor.binds_to != URL_ONLY else "server_undefined.url"
            params = {"server": shown_value(server), "meant": closest(server, self._own)}
            if self._servers.keys() - {self._account}:
                code += "_of_account"
            problems.add("", code, count=len(hosts), hosts=tuple(hosts), account=self._account, **params)


def parse_purge_servers(
    raw: Any, servers: Servers, vendors: Mapping[str, Capabilities], problems: Problems, complete: bool = True
) -> tuple[str, ...]:
    """``rps_purge_servers`` -> names of servers that some account defines whose service reports redirect URLs.

    ``vendors`` are the services by account. Notes everything that is wrong; an empty list is none of it. If not every
    server is known (``complete``), an unknown name is not either.
    """
    entries: list[Any] = problems.attempt(lambda: parse_list(raw, "purge_servers"), [])
    known = {name for account, own in servers.items() if vendors[account].reads_url for name in own}
    names: list[str] = []
    for index, value in enumerate(entries):
        name = parse_name(value, f"purge_servers[{index}]", problems, "purge_servers")
        if name is None:
            continue
        if name not in known and complete:
            defined = any(name in own for own in servers.values())
            code = "purge_server_undefined.no_urls" if defined else "purge_server_undefined"
            problems.add("purge_servers", code, value=shown_value(name), meant=closest(name, known))
        names.append(name)
    return tuple(names)
