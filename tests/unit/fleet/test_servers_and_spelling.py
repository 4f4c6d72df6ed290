# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that phones name and nobody defines, and variables that are misspelt."""

from __future__ import annotations

from typing import Any

import pytest
from support.phones import BRANCH, OFFICE, mac
from unit.fleet.plays import SERVER, blamed, fleet, login, message, phone, phones, problems

BERLIN = {"name": "berlin", "url": OFFICE}


def test_a_server_that_is_not_defined_is_one_problem_for_all_its_phones() -> None:
    text = message(phones(5, rps_server="berlim"), rps_servers=[BERLIN])
    assert "Server 'berlim' is used by 5 phones but not defined in rps_servers; did you mean 'berlin'?" in text
    assert "desk-1, desk-2, desk-3, desk-4 and desk-5" in text


@pytest.mark.parametrize("servers", [None, "", []])
def test_without_any_server_the_phones_need_one(servers: Any) -> None:
    (found,) = problems(phones(300), rps_servers=servers)
    assert (found.code, len(found.params["hosts"])) == ("server_undefined", 300)


@pytest.mark.parametrize(
    "variables",
    [
        {"rps_state": "absent"},
        {"rps_state": "absent", "rps_server": None},
        {"rps_unique_url": "https://u.example.com/a"},
    ],
)
def test_a_phone_that_needs_no_server_url_may_name_any_server(variables: dict[str, Any]) -> None:
    assert len(fleet(phones(2, **{"rps_server": "berlim", **variables})).accounts[0].declared) == 2


def test_undeclared_servers_can_be_allowed_and_give_no_url() -> None:
    result = fleet(phones(1, rps_server="berlim"), rps_undeclared_servers=True)
    assert [(one.server, one.server_url) for one in result.accounts[0].declared] == [("berlim", None)]


@pytest.mark.parametrize("vendor", ["snom", "panasonic"])
def test_a_service_without_servers_needs_the_url_whatever_is_allowed(vendor: str) -> None:
    accounts = {"main": login(vendor)}
    (found,) = problems(phones(2, vendor, rps_server="berlim"), rps_accounts=accounts, rps_undeclared_servers=True)
    assert (found.code, found.params["count"]) == ("server_undefined.url", 2)
    nothing = {"desk": {"rps_mac": mac(1, vendor)}}
    assert blamed(nothing, rps_accounts=accounts) == {("server", "desk")}
    unique = {"desk": {"rps_mac": mac(1, vendor), "rps_unique_url": BRANCH}}
    assert [one.url for one in fleet(unique, rps_accounts=accounts).accounts[0].declared] == [BRANCH]


def test_a_server_of_another_account_is_not_this_account_s() -> None:
    accounts = {"main": login(), "second": login("htek")}
    servers = [{**SERVER, "account": "main"}]
    hosts = {**phones(1, rps_account="main"), "hall": phone(9, "htek", rps_account="second")}
    (found,) = problems(hosts, rps_accounts=accounts, rps_servers=servers)
    assert (found.code, found.params["account"]) == ("server_undefined_of_account", "second")


# Variables of the playbooks, of results, of the inventory plugin, and of users.
OTHERS = ("rps_hosts", "rps_result", "rps_drift", "rps_status", "rps_url", "rps_vendor", "rps_last_contact", "rps_site")

# Misspelt variables: ``_unknown`` are the names of a host's other variables that begin with rps_.


def unknown(count: int, *names: str, **more: Any) -> dict[str, dict[str, Any]]:
    hosts = phones(count, _unknown=names, **more)
    for values in hosts.values():
        values.pop("rps_server")
    return hosts


def test_a_misspelt_variable_is_named_where_the_right_one_is_needed() -> None:
    text = message(unknown(8, "rps_sever"))
    assert text == (
        "rps_server is required on 8 hosts: desk-1, desk-2 and 6 more; "
        "rps_sever is set there: did you mean rps_server? Nothing was sent."
    )


def test_only_hosts_that_have_the_misspelt_variable_are_named_with_it() -> None:
    hosts = {**unknown(2, "rps_sever"), "hall": {"rps_mac": mac(9)}}
    found = problems(hosts)
    misspelt = {one.subject: one.params.get("misspelt_there") for one in found}
    assert misspelt == {"desk-1": "rps_sever", "desk-2": "rps_sever", "hall": None}


def test_a_misspelt_mac_and_account_are_named_too() -> None:
    assert "rps_macc is set there: did you mean rps_mac?" in message({"a": {"_unknown": ("rps_macc",)}})
    accounts = {"main": login(), "second": login("htek")}
    hosts = phones(1, _unknown=("rps_acount",))
    text = message(hosts, rps_accounts=accounts, rps_servers=[{**SERVER, "account": "main"}])
    assert "rps_acount is set there: did you mean rps_account?" in text


def test_a_misspelt_variable_that_is_not_required_is_a_warning() -> None:
    hosts = phones(2, _unknown=("rps_sate", *OTHERS))
    (warning,) = fleet(hosts).warnings
    assert warning.startswith("rps_sate ")
    assert "desk-1 and desk-2" in warning
    assert "did you mean rps_state?" in warning
