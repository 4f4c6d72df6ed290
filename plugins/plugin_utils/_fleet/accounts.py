# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts of a play: ``rps_accounts``, or the logins of a job's environment. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem, problem
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._text import closest, shown_value
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    connection_identity,
    incomplete_credentials,
    parse_connection,
    parse_name,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

DEFAULT = "default"
# All that an entry of rps_accounts takes from the environment: one vendor's login must not reach another.
_FROM_ENVIRONMENT = {"validate_certs": "RPS_VALIDATE_CERTS", "ca_path": "RPS_CA_PATH", "timeout": "RPS_TIMEOUT"}
_KEYS = ("api_username", "api_password", "api_url")


@dataclass(frozen=True)
class Login:
    """One account. ``options`` name where its user name and its password come from, for messages; ``variables`` are
    those of the environment, by the option that each of them gives."""

    connection: Connection
    options: tuple[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Which account this is, whatever its name: service, address, user name."""
        return connection_identity(self.connection)


@dataclass(frozen=True)
class Logins:
    """All accounts: ``by_name`` those that can be used, ``names`` all that are defined, in order.

    ``from_environment`` is whether rps_accounts is not set; ``warnings`` are about logins that make no account.
    """

    by_name: Mapping[str, Login] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    from_environment: bool = False
    warnings: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether there are accounts, and all of them can be used. If not, a name may be that of an account which could
        not be read, and what follows from that is no problem of its own."""
        return bool(self.names) and len(self.by_name) == len(self.names)

    def unknown(self, name: str, option: str, subject: str = "") -> Problem:
        """The problem of an option that names no account of these."""
        code = "account_unknown"
        if self.from_environment:
            code = "account_unknown.vendor" if name in VENDORS else "account_unknown.environment"
        params = {"value": shown_value(name), "meant": closest(name, self.names)}
        return problem(option, code, subject, variables=f"RPS_{name.upper()}", **params)


def parse_logins(raw: Any, environ: Mapping[str, str], deadline: float | None, problems: Problems) -> Logins:
    """``rps_accounts``, or the logins of the environment if it is empty. Notes everything that is wrong.

    ``deadline`` is in seconds, for each account.
    """
    if raw in (None, "", {}):
        logins = _environment_logins(environ, deadline, problems)
    elif isinstance(raw, Mapping):
        logins = _declared_logins(raw, environ, deadline, problems)
    else:
        problems.add("accounts", "accounts_not_a_dictionary")
        logins = Logins()
    _check_identities(logins, problems)
    return logins


def _declared_logins(
    raw: Mapping[Any, Any], environ: Mapping[str, str], deadline: float | None, problems: Problems
) -> Logins:
    names: list[str] = []
    found: dict[str, Login] = {}
    for key, options in raw.items():
        option = f"accounts: the name {shown_value(key)}"
        name = parse_name(key, option, problems, "accounts", "account_without_name")
        if name is None:
            continue
        names.append(name)
        subject = f"accounts.{shown_value(name)}"
        if not isinstance(options, Mapping):
            problems.add(subject, "account_not_a_dictionary")
            continue
        given = {key: value for key, value in options.items() if value is not None and value != ""}
        shared = {key: variable for key, variable in _FROM_ENVIRONMENT.items() if key not in given}
        variables = {key: variable for key, variable in shared.items() if environ.get(variable)}
        given.update({key: environ[variable] for key, variable in variables.items()})
        connection = _connection({**given, "deadline": deadline}, subject, variables, problems)
        if connection is not None:
            found[name] = Login(connection, ("api_username", f"api_password in rps_{subject}"), variables)
    return Logins(found, tuple(names))


def _connection(
    options: Mapping[str, Any], subject: str, variables: Mapping[str, str], problems: Problems
) -> Connection | None:
    """One connection, or None if its problems were noted. ``variables`` are the environment's, by the option that each
    of them gives: they are what a problem of this option is about."""
    try:
        return parse_connection(options, subject=subject, strict_keys=True)
    except InputError as error:
        blamed = {f"{subject}: {key}": variable for key, variable in variables.items()}
        for one in error.problems:
            variable = blamed.get(one.option)
            problems.found.append(one if variable is None else replace(one, option=variable))
    return None


def _environment_logins(environ: Mapping[str, str], deadline: float | None, problems: Problems) -> Logins:
    """One account for each login: ``default`` for RPS_API_*, and one with the name of each vendor."""
    found: dict[str, Login] = {}
    names: list[str] = []
    for name, vendor, variables in _environment_sets(environ):
        names.append(name)
        given = {key: environ[variable] for key, variable in variables.items() if environ.get(variable)}
        shared = {key: variable for key, variable in _FROM_ENVIRONMENT.items() if environ.get(variable)}
        given.update({key: environ[variable] for key, variable in shared.items()})
        blamed = {**variables, **shared, **({"vendor": "RPS_VENDOR"} if name == DEFAULT else {})}
        options = {**given, "vendor": vendor, "deadline": deadline}
        connection = _connection(options, name, blamed, problems)
        if connection is not None:
            found[name] = Login(connection, (variables["api_username"], variables["api_password"]), blamed)
    warnings = incomplete_credentials(environ)
    if not names:
        if environ.get("RPS_API_USERNAME") and environ.get("RPS_API_PASSWORD"):
            problems.add("", "environment_without_vendor", choices=tuple(sorted(VENDORS)))
        else:
            first, *others = VENDORS
            none = problem("accounts", "accounts_required", variables=f"RPS_{first.upper()}", names=tuple(others))
            problems.found.extend(warnings or [none])
    return Logins(found, tuple(names), True, warnings)


def _environment_sets(environ: Mapping[str, str]) -> list[tuple[str, str, dict[str, str]]]:
    """(account, vendor, variable by option) of every login that is complete."""
    sets = [(DEFAULT, environ.get("RPS_VENDOR", "").strip(), ("RPS_API_USERNAME", "RPS_API_PASSWORD", "RPS_API_URL"))]
    for name in sorted(VENDORS):
        prefix = f"RPS_{name.upper()}"
        sets.append((name, name, (f"{prefix}_USERNAME", f"{prefix}_PASSWORD", f"{prefix}_API_URL")))
    return [
        (name, vendor, dict(zip(_KEYS, variables)))
        for name, vendor, variables in sets
        if vendor and environ.get(variables[0]) and environ.get(variables[1])
    ]


def _check_identities(logins: Logins, problems: Problems) -> None:
    """Two names for one account are refused: purge for one would deregister the phones of the other."""
    names: dict[str, list[str]] = {}
    for name, login in logins.by_name.items():
        names.setdefault(login.identity, []).append(name)
    for same in names.values():
        if len(same) < 2:
            continue
        if logins.from_environment:
            users = tuple(logins.by_name[name].options[0] for name in same)
            problems.add("", "same_login.environment", names=users)
        else:
            problems.add("accounts", "same_login", count=len(same), names=tuple(same))
