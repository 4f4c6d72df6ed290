# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays as data: the variables that hosts and fleets have, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, input_message
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import Fleet, parse_fleet
from support.phones import OFFICE, PASSWORD, USER, mac

Hosts = Mapping[str, Mapping[str, Any]]
SERVER = {"name": "office", "url": OFFICE}
DIGEST = "sha256:" + "0" * 64


def login(vendor: str = "yealink", **more: Any) -> dict[str, Any]:
    return {"vendor": vendor, "api_username": USER, "api_password": PASSWORD, **more}


def phone(number: int, vendor: str = "yealink", **more: Any) -> dict[str, Any]:
    return {"rps_mac": mac(number, vendor), "rps_server": "office", **more}


def phones(count: int = 2, vendor: str = "yealink", **more: Any) -> dict[str, dict[str, Any]]:
    return {f"desk-{number}": phone(number, vendor, **more) for number in range(1, count + 1)}


def fleet(
    hosts: Hosts | None = None, *, environ: Mapping[str, str] | None = None, released: bool = False, **variables: Any
) -> Fleet:
    """The fleet of a play with one Yealink account ``main`` and one server ``office``, unless ``variables`` differ."""
    given = {"rps_accounts": {"main": login()}, "rps_servers": [SERVER], **variables}
    return parse_fleet(phones() if hosts is None else hosts, given, environ or {}, released)


def problems(hosts: Hosts | None = None, **variables: Any) -> list[Problem]:
    """What is wrong with a play."""
    with pytest.raises(InputError) as caught:
        fleet(hosts, **variables)
    return list(caught.value.problems)


def blamed(hosts: Hosts | None = None, **variables: Any) -> set[tuple[str, str]]:
    """(option, host) of everything that is wrong with a play."""
    return {(one.option, one.subject) for one in problems(hosts, **variables)}


def message(hosts: Hosts | None = None, **variables: Any) -> str:
    """What the user reads of it."""
    return input_message(InputError(problems(hosts, **variables)), ROLE)
