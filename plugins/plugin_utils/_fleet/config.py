# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of a play -> accounts, each with its connection, servers and phones. Pure.

PRIVATE to the collection: may change without notice.

Everything is checked before any call, and every problem of the whole fleet is reported at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, Speaker, problem_sentences
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, DesiredDevice, Server
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    DEFAULT_LIMIT,
    Limit,
    Problems,
    mac_prefix_notices,
    parse_bool,
    parse_deadline,
    parse_limit,
    parse_prefixes,
    server_name_notice,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import NAMED_SERVER, Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

from .accounts import Login, parse_logins
from .options import parse_fleet_size, parse_host_results, parse_plans, parse_report_dir, parse_size_of_batches
from .phones import PHONE_VARS, PhoneParser, Phones
from .servers import Servers, ServerUse, parse_purge_servers, parse_servers
from .spelling import Spelling
from .wording import say

# Variables that are one for the whole fleet, as Ansible knows them; those of each phone are PHONE_VARS.
FLEET_VARS = (
    "rps_accounts",
    "rps_servers",
    "rps_undeclared_servers",
    "rps_force_servers",
    "rps_purge",
    "rps_purge_limit",
    "rps_purge_servers",
    "rps_removal_limit",
    "rps_fleet_size",
    "rps_expect_plan",
    "rps_batch_size",
    "rps_ignore",
    "rps_deadline",
    "rps_host_results",
    "rps_report_dir",
    "rps_fail_on_drift",
)
__all__ = ["FLEET_VARS", "PHONE_VARS", "Account", "Fleet", "parse_fleet", "shortened"]
_MAX_SHOWN = 25  # sentences in one message


@dataclass(frozen=True)
class Account:
    """One login with all that the play declares for it. ``hosts`` are the hosts of ``declared``, in the same order.

    ``identity`` is equal for equal accounts, whatever a play calls them. ``login_options`` name what gives user name
    and password. ``unapproved``: plans were approved, and none of them is this account's. ``purge_servers`` (name: URL)
    narrows purge; None if it is not narrowed. ``variables`` are those of the environment, by the connection option that
    each of them gives.
    """

    name: str
    identity: str
    connection: Connection
    login_options: tuple[str, str]
    servers: tuple[Server, ...]
    hosts: tuple[str, ...]
    declared: tuple[DesiredDevice, ...]
    expect_plan: str | None = None
    unapproved: bool = False
    purge: bool = False
    purge_servers: Mapping[str, str] | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        """What the account's service can do."""
        return VENDORS[self.connection.vendor]


@dataclass(frozen=True)
class Fleet:
    """Everything that a play declares, checked.

    ``removal_limit`` is None if it is not set; ``host_results`` is ``all``, ``changed`` or ``none``; ``has_plans``:
    rps_expect_plan is set.
    """

    accounts: tuple[Account, ...]
    purge: bool
    purge_limit: Limit
    removal_limit: Limit | None
    fleet_size: int | None
    batch_size: int
    ignore: tuple[str, ...]
    force_servers: bool
    has_plans: bool
    host_results: str
    report_dir: str
    fail_on_drift: bool
    warnings: tuple[str, ...] = ()


def parse_fleet(phones: Phones, fleet: Mapping[str, Any], environ: Mapping[str, str], released: bool = False) -> Fleet:
    """Check everything that a play declares.

    ``phones``: by host, its PHONE_VARS, and under ``_unknown`` the names of its other variables that begin with rps_;
    ``fleet``: the FLEET_VARS. A variable that is not defined is missing. ``released`` takes every phone for
    ``rps_state: absent``, whatever its variables say. Raises InputError with every problem of the whole fleet.
    """
    return _FleetParser(phones, fleet, environ, released).parse()


def shortened(sentences: Sequence[str]) -> list[str]:
    """The sentences that one message can have, and how many more there are."""
    if len(sentences) <= _MAX_SHOWN:
        return list(sentences)
    return [*sentences[:_MAX_SHOWN], say("more", count=len(sentences) - _MAX_SHOWN)]


@dataclass(frozen=True)
class _Shared:
    """What all accounts are parsed with: variables of the fleet, parsed."""

    servers: Servers
    servers_complete: bool
    plans: Mapping[str, str]
    purge: bool
    purge_servers: Sequence[str] | None
    undeclared_servers: bool


class _FleetParser:
    """Parses one play; every problem goes into ``problems``."""

    def __init__(self, phones: Phones, fleet: Mapping[str, Any], environ: Mapping[str, str], released: bool) -> None:
        self._fleet = fleet
        self._released = released
        self._spelling = Spelling(phones, (*PHONE_VARS, *FLEET_VARS))
        self.problems = Problems()
        self._phones = PhoneParser(phones, self._spelling, self.problems, released)
        deadline = self._value("deadline", lambda value: parse_deadline(value, "deadline"), None)
        self._logins = parse_logins(fleet.get("rps_accounts"), environ, deadline, self.problems)
        self._vendors = {name: VENDORS[login.connection.vendor] for name, login in self._logins.by_name.items()}

    def _value(self, option: str, parse: Callable[[Any], Any], default: Any) -> Any:
        """A variable of the fleet; ``default`` if it is not defined or its problems were noted."""
        name = f"rps_{option}"
        if name not in self._fleet:
            return default
        return self.problems.attempt(lambda: parse(self._fleet[name]), default)

    def _flag(self, option: str) -> bool:
        return bool(self._value(option, lambda value: parse_bool(value, option), False))

    def parse(self) -> Fleet:
        """The fleet. Raises InputError."""
        logins, problems = self._logins, self.problems
        hosts = self._phones.hosts_by_account(logins)
        if not logins.names:
            misspelt = self._spelling.anywhere("rps_accounts")
            if misspelt:
                problems.add("accounts", "required", **misspelt)
        shared = self._shared()
        accounts = [
            self._account(name, login, hosts.get(name, ()), shared) for name, login in sorted(logins.by_name.items())
        ]
        # Of the others only what no service accepts is known to be wrong.
        self._phones.check_others({host for name in logins.by_name for host in hosts.get(name, ())})
        self._phones.check_macs()
        fleet = self._build(accounts, shared)
        if problems.found:
            raise InputError([*logins.warnings, *problems.found])
        return fleet

    def _shared(self) -> _Shared:
        logins, vendors, problems = self._logins, self._vendors, self.problems
        noted = len(problems.found)
        servers = parse_servers(self._fleet.get("rps_servers"), logins, problems)
        complete = len(problems.found) == noted and logins.complete
        usable = {name: own for name, own in servers.items() if name in logins.by_name}
        return _Shared(
            servers=usable,
            servers_complete=complete,
            plans=self._value("expect_plan", lambda value: parse_plans(value, logins), {}),
            purge=self._flag("purge") and not self._released,
            purge_servers=self._value(
                "purge_servers", lambda value: parse_purge_servers(value, usable, vendors, problems, complete), None
            ),
            undeclared_servers=self._flag("undeclared_servers"),
        )

    def _account(self, name: str, login: Login, hosts: Sequence[str], shared: _Shared) -> Account:
        own, narrowed, vendor = shared.servers.get(name, {}), shared.purge_servers, self._vendors[name]
        purge = shared.purge and bool(hosts)  # an account for which the play declares nothing would be emptied
        if purge:
            self._check_purge(name, vendor, narrowed is not None)
        use = ServerUse(name, vendor, shared.servers, shared.servers_complete)
        return Account(
            name=name,
            identity=login.identity,
            connection=login.connection,
            login_options=login.options,
            variables=login.variables,
            servers=tuple(own.values()),
            hosts=tuple(hosts),
            declared=self._phones.devices(hosts, vendor, use, shared.undeclared_servers),
            expect_plan=shared.plans.get(name),
            unapproved=bool(shared.plans) and name not in shared.plans,
            purge=purge,
            purge_servers=None if narrowed is None else {key: one.url for key, one in own.items() if key in narrowed},
        )

    def _check_purge(self, name: str, vendor: Capabilities, narrowed: bool) -> None:
        if not vendor.lists_account:
            self.problems.add("purge", "purge_no_list", service=vendor.title, account=name)
        elif narrowed and not vendor.reads_url:
            self.problems.add("purge_servers", "purge_no_urls", service=vendor.title, account=name)

    def _build(self, accounts: Sequence[Account], shared: _Shared) -> Fleet:
        declared = tuple(device for account in accounts for device in account.declared)
        return Fleet(
            accounts=tuple(account for account in accounts if account.hosts or account.servers),
            purge=shared.purge,
            purge_limit=self._value("purge_limit", lambda value: parse_limit(value, "purge_limit"), DEFAULT_LIMIT),
            removal_limit=self._value("removal_limit", lambda value: parse_limit(value, "removal_limit"), None),
            fleet_size=self._value("fleet_size", parse_fleet_size, None),
            batch_size=self._value("batch_size", parse_size_of_batches, parse_size_of_batches(None)),
            ignore=self._value("ignore", lambda value: parse_prefixes(value, declared, "ignore"), ()),
            force_servers=self._flag("force_servers"),
            has_plans=bool(shared.plans),
            host_results=self._value("host_results", parse_host_results, parse_host_results(None)),
            report_dir=self._value("report_dir", parse_report_dir, parse_report_dir(None)),
            fail_on_drift=self._flag("fail_on_drift"),
            warnings=(
                *problem_sentences([*self._logins.warnings, *self._spelling.problems()], ROLE),
                *_warnings(accounts),
            ),
        )


def _warnings(accounts: Sequence[Account]) -> list[str]:
    sentences: list[str] = []
    for account in accounts:
        vendor, speaker = account.connection.vendor, Speaker(ROLE, account.capabilities.title)
        found = mac_prefix_notices([device.mac for device in account.declared], vendor)
        if account.capabilities.binds_to == NAMED_SERVER:
            named = (server_name_notice(server.name, vendor) for server in account.servers)
            found.extend(notice for notice in named if notice is not None)
        sentences.extend(say("account", account=account.name, text=speaker.notice(notice)) for notice in found)
    return sentences
