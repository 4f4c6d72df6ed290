# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of a play -> accounts, each with its connection, servers and phones. Pure; used by the role's actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._mac import parse_mac
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, Connection, DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Limit,
    int_as_text,
    parse_deadline,
    parse_devices,
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_server,
    to_bool,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

from .accounts import half_logins, parse_accounts

# Variables that each phone has, and those that are one for the whole fleet, as Ansible knows them.
PHONE_VARS = ("rps_mac", "rps_server", "rps_unique_url", "rps_state", "rps_override", "rps_force", "rps_account")
FLEET_VARS = (
    "rps_accounts",
    "rps_servers",
    "rps_purge",
    "rps_purge_limit",
    "rps_purge_servers",
    "rps_fleet_size",
    "rps_expect_plan",
    "rps_batch_size",
    "rps_ignore",
    "rps_deadline",
    "rps_host_results",
    "rps_report_dir",
    "rps_fail_on_drift",
)
_SHOWN = 25  # problems that one message lists


@dataclass(frozen=True)
class Account:
    """One login with all that the play declares for it. ``hosts`` are the names of ``declared``, in the same order."""

    name: str
    connection: Connection
    servers: tuple[Server, ...]
    hosts: tuple[str, ...]
    declared: tuple[DesiredDevice, ...]
    expect_plan: str | None
    purge_servers: dict[str, str] | None
    unapproved: bool = False  # plans were approved, and none of them is this account's


@dataclass(frozen=True)
class Fleet:
    """Everything that a play declares, checked."""

    accounts: tuple[Account, ...]
    purge: bool
    purge_limit: Limit
    fleet_size: int | None
    batch_size: int
    ignore: tuple[str, ...]
    host_results: bool
    report_dir: str
    fail_on_drift: bool
    warnings: tuple[str, ...] = ()


class _Problems(list[str]):
    def taken(self, error: InputError) -> None:
        self.extend(error.problems)


def parse_fleet(
    phones: Mapping[str, Mapping[str, Any]],
    fleet: Mapping[str, Any],
    environ: Mapping[str, str],
    released: bool = False,
) -> Fleet:
    """Check everything that a play declares.

    ``phones``: by host, its PHONE_VARS; ``fleet``: the FLEET_VARS; a variable that is not defined is missing or None.
    ``released`` takes every phone for ``rps_state: absent``, whatever its variables say.
    Raises InputError with every problem of the whole fleet, so that one bad host stops all before any call.
    """
    problems = _Problems()

    def tried(parse: Any, otherwise: Any) -> Any:
        try:
            return parse()
        except InputError as error:
            problems.taken(error)
            return otherwise

    deadline = tried(lambda: parse_deadline(fleet.get("rps_deadline"), "rps_deadline"), None)
    connections = tried(lambda: parse_accounts(fleet.get("rps_accounts"), environ, deadline), {})
    if not connections:
        raise InputError(problems)
    servers = tried(lambda: _servers(fleet.get("rps_servers"), sorted(connections)), {})
    hosts = _hosts_by_account(phones, connections, problems)
    purge = tried(lambda: to_bool(fleet.get("rps_purge"), "rps_purge"), False) and not released
    plans = tried(lambda: _plans(fleet.get("rps_expect_plan"), sorted(connections)), {})
    readable = {name: servers.get(name, {}) for name, login in connections.items() if VENDORS[login.vendor].shows_url}
    accounts: list[Account] = []
    for name, connection in sorted(connections.items()):
        mine = {host: phones[host] for host in hosts.get(name, ())}
        own = servers.get(name, {})
        declared = tried(lambda: _devices(mine, own, connection.vendor, released), ())  # noqa: B023
        purge_servers = tried(
            lambda: (
                _purge_servers(fleet.get("rps_purge_servers"), readable, name, connection.vendor, purge)  # noqa: B023
                if mine  # noqa: B023
                else None
            ),  # nothing is declared for it here, so it is not purged
            None,
        )
        accounts.append(
            Account(
                name,
                connection,
                tuple(own.values()),
                tuple(mine),
                declared,
                plans.get(name),
                purge_servers,
                bool(plans) and name not in plans,
            )
        )
    for mac, text in _same_mac(phones).items():
        # One sentence tells of all its hosts.
        problems[:] = [other for other in problems if not other.startswith(f"{mac} is declared ")]
        problems.append(text)
    everything = tuple(device for account in accounts for device in account.declared)
    result = Fleet(
        accounts=tuple(account for account in accounts if account.hosts or account.servers),
        purge=purge,
        purge_limit=tried(lambda: parse_limit(_or(fleet.get("rps_purge_limit"), "10%"), "rps_purge_limit"), None),
        fleet_size=tried(lambda: _count(fleet.get("rps_fleet_size"), "rps_fleet_size", 0), None),
        batch_size=tried(lambda: _count(_or(fleet.get("rps_batch_size"), 100), "rps_batch_size", 1), 100),
        ignore=tried(lambda: parse_prefixes(_list(fleet, "rps_ignore"), everything, "rps_ignore"), ()),
        host_results=tried(lambda: to_bool(_or(fleet.get("rps_host_results"), True), "rps_host_results"), True),
        report_dir=tried(lambda: _folder(fleet.get("rps_report_dir")), ""),
        fail_on_drift=tried(lambda: to_bool(fleet.get("rps_fail_on_drift"), "rps_fail_on_drift"), False),
        warnings=() if fleet.get("rps_accounts") else half_logins(environ),
    )
    if problems:
        problems[:0] = result.warnings  # what else is wrong may come from there
        raise InputError(shortened(problems))
    return result


def shortened(problems: Sequence[str]) -> list[str]:
    """The problems that one message can hold, and how many more there are."""
    if len(problems) <= _SHOWN:
        return list(problems)
    return [*problems[:_SHOWN], f"And {len(problems) - _SHOWN} more."]


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None or value == "" else value


def _list(fleet: Mapping[str, Any], name: str) -> list[Any]:
    value = fleet.get(name)
    if value in (None, ""):
        return []
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    if isinstance(value, (list, tuple)):
        return list(value)
    raise InputError([f"{name} must be a list."])


def _folder(value: Any) -> str:
    value = _or(value, "./rps-reports")
    if not isinstance(value, str):
        raise InputError(["rps_report_dir must be the path of a folder."])
    return value


def _count(value: Any, name: str, least: int) -> int | None:
    if value is None or value == "":
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdigit() or int(text) < least:
        raise InputError([f"{name} must be a whole number of {least} or more, not '{to_printable(text)[:40]}'."])
    return int(text)


def _servers(raw: Any, accounts: Sequence[str]) -> dict[str, dict[str, Server]]:
    """``rps_servers`` -> by account, by name. Raises InputError."""
    if raw in (None, ""):
        return {}
    if not isinstance(raw, (list, tuple)):
        raise InputError(["rps_servers must be a list of {name, url, account}."])
    problems = _Problems()
    servers: dict[str, dict[str, Server]] = {}
    for index, item in enumerate(raw):
        label = f"rps_servers[{index}]"
        if not isinstance(item, Mapping):
            problems.append(f"{label} must be a dictionary with name, url and account.")
            continue
        unknown = sorted(str(key) for key in item if key not in ("name", "url", "account"))
        if unknown:
            problems.append(f"{label}: there is no option {', '.join(to_printable(key)[:40] for key in unknown)}.")
        account = int_as_text(item.get("account"))
        if account in (None, ""):
            if len(accounts) > 1:
                problems.append(f"{label}: account is missing; it is one of {', '.join(accounts)}.")
                continue
            account = accounts[0]
        if account not in accounts:
            problems.append(f"{label}: there is no account '{to_printable(str(account))[:60]}' in rps_accounts.")
            continue
        try:
            server = parse_server(item.get("name"), item.get("url"), label)
        except InputError as error:
            problems.taken(error)
            continue
        mine = servers.setdefault(account, {})
        if server.name in mine:
            problems.append(f"{label}: server '{server.name}' of account {account} is declared twice; declare it once.")
        mine[server.name] = server
    if problems:
        raise InputError(problems)
    return servers


def _hosts_by_account(
    phones: Mapping[str, Mapping[str, Any]], connections: Mapping[str, Connection], problems: list[str]
) -> dict[str, list[str]]:
    hosts: dict[str, list[str]] = {}
    names = ", ".join(sorted(connections))
    for host, values in phones.items():
        account = int_as_text(values.get("rps_account"))
        if account in (None, ""):
            if len(connections) > 1:
                if values.get("rps_mac") in (None, ""):
                    problems.append(f"{host}: no MAC address is given; set rps_mac, and rps_account to one of {names}.")
                else:
                    problems.append(f"{host}: rps_account is missing; it is one of {names}.")
                continue
            account = next(iter(connections))
        if not isinstance(account, str) or account not in connections:
            problems.append(
                f"{host}: there is no account '{to_printable(str(account))[:60]}' in rps_accounts ({names})."
            )
            continue
        hosts.setdefault(str(account), []).append(host)
    return hosts


def _devices(
    phones: Mapping[str, Mapping[str, Any]], servers: Mapping[str, Server], vendor: str, released: bool
) -> tuple[DesiredDevice, ...]:
    problems = _Problems()
    entries: list[dict[str, Any]] = []
    for host, values in phones.items():
        server = int_as_text(values.get("rps_server"))
        found = servers.get(server.strip()) if isinstance(server, str) else None
        entry = {
            "mac": values.get("rps_mac"),
            "state": ABSENT if released else values.get("rps_state"),
            "server": server,
            "server_url": found.url if found is not None else None,
            "unique_url": values.get("rps_unique_url"),
        }
        for key in ("override", "force"):
            try:
                entry[key] = to_bool(values.get(f"rps_{key}"), f"{host}: rps_{key}")
            except InputError as error:
                problems.taken(error)
        entries.append(entry)
    try:
        declared = parse_devices(entries, list(phones), vendor)
    except InputError as error:
        problems.extend(_in_role_words(text) for text in error.problems)
    if problems:
        raise InputError(problems)
    return declared


def _in_role_words(text: str) -> str:
    for option, variable in (
        ("no MAC address is given", "no MAC address is given; set rps_mac"),
        (": unique_url ", ": rps_unique_url "),
        ("remove it and use server", "remove it and use rps_server"),
        ("a server is required with state present", "rps_server is missing, and rps_state is present"),
    ):
        text = text.replace(option, variable)
    return text


def _same_mac(phones: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """By MAC, what to tell of hosts in different accounts that have it; within one account it was found already."""
    seen: dict[str, dict[str, str]] = {}
    for host, values in phones.items():
        try:
            mac = parse_mac(values.get("rps_mac"))
        except ValueError:
            continue
        seen.setdefault(mac, {})[host] = str(_or(values.get("rps_account"), ""))
    return {
        mac: f"{mac} is the MAC of hosts in different accounts ({', '.join(hosts)}); declare it once."
        for mac, hosts in seen.items()
        if len(set(hosts.values())) > 1
    }


def _plans(raw: Any, accounts: Sequence[str]) -> dict[str, str | None]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or not raw:
        raise InputError(
            ["rps_expect_plan must be a dictionary of account: digest, as the artifact rps_drift.plans is."]
        )
    problems = _Problems()
    plans: dict[str, str | None] = {}
    for key, digest in raw.items():
        name = int_as_text(key)
        if name not in accounts:
            problems.append(f"rps_expect_plan: there is no account '{to_printable(str(name))[:60]}' in rps_accounts.")
            continue
        try:
            plans[name] = parse_digest("" if digest is None else digest, f"rps_expect_plan.{name}")
        except InputError as error:
            problems.taken(error)
    if problems:
        raise InputError(problems)
    return plans


def _purge_servers(
    raw: Any, servers: Mapping[str, Mapping[str, Server]], account: str, vendor: str, purge: bool
) -> dict[str, str] | None:
    """The servers of this account that purge is narrowed to, name: URL.

    ``servers`` are those of all accounts whose vendor shows URLs; a name may be that of another account's.
    """
    if raw in (None, ""):
        return None
    if not isinstance(raw, (list, tuple)):
        raise InputError(["rps_purge_servers must be a list of names of servers in rps_servers."])
    raw = [str(int_as_text(name)) for name in raw]
    if not VENDORS[vendor].shows_url:
        if not purge:
            return None  # it stands in the inventory for the other accounts
        title = VENDORS[vendor].title
        raise InputError(
            [
                f"rps_purge_servers is not supported by {title} (account {account}): it shows no URLs. Purge the "
                "phones of other accounts in a run of their own, with rps_hosts."
            ]
        )
    unknown = [name for name in raw if not any(name in others for others in servers.values())]
    if unknown:
        names = ", ".join(to_printable(name)[:60] for name in unknown)
        raise InputError([f"rps_purge_servers: rps_servers holds no {names} of a vendor that shows URLs."])
    return {name: server.url for name, server in servers.get(account, {}).items() if name in raw}
