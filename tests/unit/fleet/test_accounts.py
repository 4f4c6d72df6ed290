# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: rps_accounts or the environment, two names for one login, what is named if something is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from support.phones import PASSWORD, USER
from unit.fleet.plays import SERVER, blamed, fleet, login, message, phones, problems

YEALINK = {"RPS_YEALINK_USERNAME": USER, "RPS_YEALINK_PASSWORD": PASSWORD}
HTEK = {"RPS_HTEK_USERNAME": USER, "RPS_HTEK_PASSWORD": PASSWORD}
API = {"RPS_API_USERNAME": "you", "RPS_API_PASSWORD": PASSWORD}
NONE: dict[str, Any] = {"rps_accounts": None, "rps_servers": None, "rps_undeclared_servers": True}


def names(environ: dict[str, str], **variables: Any) -> dict[str, str]:
    """The accounts of a play with a phone on each of these, by name: their vendors."""
    hosts = phones(1, **variables)
    result = fleet(hosts, environ=environ, **NONE)
    return {account.name: account.connection.vendor for account in result.accounts}


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_without_declared_accounts_those_of_the_environment_count(nothing: Any) -> None:
    result = fleet(phones(1), environ=YEALINK, rps_accounts=nothing)
    assert [(account.name, account.connection.username) for account in result.accounts] == [("yealink", USER)]


@pytest.mark.parametrize(
    ("environ", "account", "vendor"),
    [
        (YEALINK, "yealink", "yealink"),
        ({**API, "RPS_VENDOR": "htek"}, "default", "htek"),
        ({**YEALINK, **HTEK}, "htek", "htek"),
        ({**YEALINK, **API}, "yealink", "yealink"),
        ({**YEALINK, "RPS_HTEK_USERNAME": "", "RPS_HTEK_PASSWORD": ""}, "yealink", "yealink"),
        ({"RPS_SNOM_USERNAME": USER, "RPS_SNOM_PASSWORD": PASSWORD}, "snom", "snom"),
    ],
)
def test_each_complete_login_of_the_environment_is_an_account(
    environ: dict[str, str], account: str, vendor: str
) -> None:
    more = {"rps_unique_url": "https://u.example.com/a"} if vendor == "snom" else {}
    assert names(environ, rps_account=account, **more) == {account: vendor}


def test_nothing_is_mixed_between_logins_of_the_environment() -> None:
    environ = {**YEALINK, **API, "RPS_VENDOR": "htek", "RPS_API_URL": "https://other.example.com/"}
    yealink, default = (
        fleet(phones(1, rps_account=name), environ=environ, **NONE).accounts[0].connection
        for name in ("yealink", "default")
    )
    assert (yealink.username, yealink.api_url) == (USER, "https://api-dm.yealink.com:8443/xmlrpc")
    assert (default.username, default.api_url) == ("you", "https://other.example.com/")


def test_half_a_login_makes_no_account_and_is_named() -> None:
    environ = {**YEALINK, "RPS_HTEK_USERNAME": "three"}
    result = fleet(phones(1), environ=environ, **NONE)
    assert [account.name for account in result.accounts] == ["yealink"]
    assert [("RPS_HTEK_PASSWORD" in text) for text in result.warnings] == [True]
    assert fleet(phones(1), environ=environ).warnings == ()
    found = problems(phones(1, rps_account="htek"), environ=environ, **NONE)
    assert found[0].params["missing"] == "RPS_HTEK_PASSWORD"
    assert (found[1].option, found[1].subject) == ("account", "desk-1")


@pytest.mark.parametrize(
    ("name", "fix"),
    [("htek", "Set RPS_HTEK_USERNAME and RPS_HTEK_PASSWORD."), ("branch", "Define it in rps_accounts.")],
)
def test_an_account_that_the_environment_lacks_comes_with_what_defines_it(name: str, fix: str) -> None:
    assert fix in message(phones(1, rps_account=name), environ=YEALINK, **NONE)


def test_the_environment_is_named_if_it_is_at_fault() -> None:
    environ = {**YEALINK, "RPS_YEALINK_API_URL": "http://rps.example.com/", "RPS_TIMEOUT": "soon"}
    options = [one.option for one in problems(phones(1), environ=environ, **NONE)]
    assert options == ["RPS_YEALINK_API_URL", "RPS_TIMEOUT"]
    declared = problems(phones(1), environ={"RPS_TIMEOUT": "soon"})
    assert [one.option for one in declared] == ["RPS_TIMEOUT"]
    vendor = problems(phones(1), environ={**API, "RPS_VENDOR": "yealnk"}, **NONE)
    assert (vendor[0].option, vendor[0].params["meant"]) == ("RPS_VENDOR", "yealink")
    assert "RPS_VENDOR must be " in message(phones(1), environ={**API, "RPS_VENDOR": "yealnk"}, **NONE)


@pytest.mark.parametrize("environ", [{}, API])
def test_without_any_account_the_message_names_what_to_set(environ: dict[str, str]) -> None:
    text = message(phones(1), environ=environ, **NONE)
    assert "RPS_VENDOR" in text


def test_half_a_login_is_the_only_problem_of_an_environment_without_accounts() -> None:
    text = message(phones(1), environ={"RPS_YEALINK_USERNAME": USER}, **NONE)
    assert text == "RPS_YEALINK_USERNAME is set, but RPS_YEALINK_PASSWORD is not; set both. Nothing was sent."


def test_a_misspelt_rps_accounts_is_named() -> None:
    hosts = phones(1, _unknown=("rps_acounts",))
    assert "rps_acounts is set: did you mean rps_accounts?" in message(hosts, **NONE)


def test_a_declared_account_takes_certificates_and_time_from_the_environment_and_nothing_else() -> None:
    environ = {
        **API,
        "RPS_VENDOR": "htek",
        "RPS_API_URL": "https://elsewhere.example.com/",
        "RPS_TIMEOUT": "7",
        "RPS_CA_PATH": "ca.pem",
        "RPS_VALIDATE_CERTS": "no",
    }
    mine = fleet(environ=environ, rps_deadline=60).accounts[0].connection
    assert (mine.vendor, mine.username, mine.password) == ("yealink", USER, PASSWORD)
    assert "elsewhere" not in mine.api_url
    assert (mine.timeout, mine.ca_path, mine.validate_certs, mine.deadline) == (7.0, "ca.pem", False, 60)
    own = login(timeout=3, ca_path="own.pem", validate_certs=True)
    mine = fleet(environ=environ, rps_accounts={"main": own}).accounts[0].connection
    assert (mine.timeout, mine.ca_path, mine.validate_certs) == (3.0, "own.pem", True)


@pytest.mark.parametrize(
    ("accounts", "option"),
    [
        ([login()], "accounts"),
        ({"main": "me:secret"}, "accounts.main"),
        ({"main": login(password="x")}, "accounts.main"),
        ({"main": login("yealnk")}, "accounts.main: vendor"),
        ({"main": login(validate_certs="perhaps")}, "accounts.main: validate_certs"),
        ({"main": login(timeout=-1)}, "accounts.main: timeout"),
        ({"main": login(api_password=["secret"])}, "accounts.main: api_password"),
        ({"main": login(api_password="")}, "accounts.main: api_password"),
        ({"main": login("ymcs")}, "accounts.main: api_url"),
        ({"": login()}, "accounts"),
    ],
)
def test_a_wrong_account_is_named(accounts: Any, option: str) -> None:
    assert (option, "") in blamed(rps_accounts=accounts)


def test_a_misspelt_key_of_an_account_is_named() -> None:
    account = {"vendor": "yealink", "username": USER, "api_password": PASSWORD}
    text = message(rps_accounts={"main": account})
    assert "rps_accounts.main has no option 'username'; did you mean 'api_username'?" in text
    assert PASSWORD not in text


# Identity: service, scheme, host, port, path without a final slash, user name.
ADDRESS = "https://rps.example.com/xmlrpc"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"api_password": "another"}),
        ({}, {"api_url": "https://API-DM.yealink.com:8443/xmlrpc/"}),
        ({"api_url": ADDRESS}, {"api_url": "https://rps.example.com:443/xmlrpc/"}),
        ({"api_url": ADDRESS}, {"api_url": "https://rps.example.com/./xmlrpc"}),
        ({"api_url": ADDRESS}, {"api_url": "https://rps.example.com/a/../xmlrpc"}),
        ({"api_url": ADDRESS}, {"api_url": "https://rps.example.com/%78mlrpc"}),
    ],
)
def test_two_names_for_one_account_are_refused(one: dict[str, Any], other: dict[str, Any]) -> None:
    accounts = {"main": login(**one), "office": login(**other)}
    servers = [{**SERVER, "account": "main"}]
    (found,) = problems(phones(1, rps_account="main"), rps_accounts=accounts, rps_servers=servers)
    assert found.option == "accounts"
    assert found.params["names"] == ("main", "office")


@pytest.mark.parametrize(
    "other",
    [
        {"api_username": "You"},
        {"api_url": "https://rps.example.com:8443/xmlrpc"},
        {"api_url": f"{ADDRESS}/b"},
        {"api_url": f"{ADDRESS}%2F"},
        {"vendor": "htek"},
    ],
)
def test_two_accounts_that_differ_in_anything_are_two(other: dict[str, Any]) -> None:
    accounts = {"main": login(api_url=ADDRESS), "office": {**login(api_url=ADDRESS), **other}}
    servers = [{**SERVER, "account": name} for name in accounts]
    result = fleet(phones(1, rps_account="main"), rps_accounts=accounts, rps_servers=servers)
    assert len({account.identity for account in result.accounts}) == 2
    assert not [account for account in result.accounts if PASSWORD in account.identity]


def test_two_logins_of_the_environment_for_one_account_are_refused_by_their_variables() -> None:
    environ = {**YEALINK, "RPS_VENDOR": "yealink", "RPS_API_USERNAME": USER, "RPS_API_PASSWORD": PASSWORD}
    found = problems(phones(1, rps_account="yealink"), environ=environ, **NONE)
    assert [one.params["names"] for one in found] == [("RPS_API_USERNAME", "RPS_YEALINK_USERNAME")]
