# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts of a play: ``rps_accounts``, or the logins that a job's environment holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable
from ansible_collections.voip.rps.plugins.module_utils._validation import CONNECTION_OPTIONS, parse_connection
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS


def environment_accounts(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The accounts that job templates inject as environment variables: ``default`` and one for each vendor."""
    accounts: dict[str, dict[str, Any]] = {}
    logins = [("default", "RPS_API_", "RPS_API_URL", environ.get("RPS_VENDOR"))]
    logins.extend((name, f"RPS_{name.upper()}_", f"RPS_{name.upper()}_API_URL", name) for name in sorted(VENDORS))
    for name, front, url, vendor in logins:
        if environ.get(front + "USERNAME") and environ.get(front + "PASSWORD"):
            accounts[name] = {
                "vendor": vendor,
                "api_url": environ.get(url) or None,
                "api_username": environ[front + "USERNAME"],
                "api_password": environ[front + "PASSWORD"],
            }
    return accounts


def half_logins(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What to tell of vendors' logins in the environment of which one half is missing."""
    told: list[str] = []
    for front in (f"RPS_{name.upper()}_" for name in sorted(VENDORS)):
        given = [key for key in (front + "USERNAME", front + "PASSWORD") if environ.get(key)]
        if len(given) == 1:
            told.append(f"{given[0]} is set alone and makes no account; set {front}USERNAME and {front}PASSWORD.")
    return tuple(told)


def parse_accounts(raw: Any, environ: Mapping[str, str], deadline: float | None) -> dict[str, Connection]:
    """``rps_accounts``, or the logins of the environment where it is empty -> connections by name.

    An entry takes RPS_VALIDATE_CERTS, RPS_CA_PATH and RPS_TIMEOUT from the environment where it says nothing itself,
    and nothing else: one vendor's login must not reach the other. Raises InputError.
    """
    if raw in (None, "", {}):
        raw = environment_accounts(environ)
        if "default" in raw and not environ.get("RPS_VENDOR"):
            del raw["default"]  # without a vendor it is no account
            if not raw:
                raise InputError(
                    ["RPS_API_USERNAME and RPS_API_PASSWORD are set, but not RPS_VENDOR; set it to yealink or htek."]
                )
        if not raw:
            raise InputError(
                [
                    "No account is declared: set rps_accounts, or RPS_API_USERNAME, "
                    "RPS_API_PASSWORD and RPS_VENDOR (or "
                    "RPS_YEALINK_USERNAME and _PASSWORD, RPS_HTEK_USERNAME and _PASSWORD) in the environment."
                ]
            )
    if not isinstance(raw, Mapping):
        raise InputError(
            ["rps_accounts must be a dictionary of accounts, each with vendor, api_username, api_password."]
        )
    problems: list[str] = []
    accounts: dict[str, Connection] = {}
    for name, options in raw.items():
        label = f"rps_accounts.{to_printable(str(name))[:60]}"
        if not isinstance(options, Mapping):
            problems.append(f"{label} must be a dictionary with vendor, api_username and api_password.")
            continue
        unknown = sorted(str(key) for key in options if key not in CONNECTION_OPTIONS)
        if unknown:
            problems.append(f"{label}: there is no option {', '.join(to_printable(key)[:40] for key in unknown)}.")
        whole = {key: (None if value == "" else value) for key, value in options.items()}
        for key in ("validate_certs", "ca_path", "timeout"):
            if whole.get(key) is None:
                whole[key] = environ.get(f"RPS_{key.upper()}") or None
        whole["deadline"] = deadline
        try:
            accounts[str(name)] = parse_connection(whole, label)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return accounts
