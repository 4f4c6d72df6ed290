# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a play -> a checked fleet, or every problem of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._validation import CONNECTION_OPTIONS
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.accounts import environment_accounts, parse_accounts
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import (
    FLEET_VARS,
    PHONE_VARS,
    Fleet,
    parse_fleet,
    shortened,
    to_bool,
)
from hypothesis import given
from hypothesis import strategies as st

LOGIN = {"api_username": "me", "api_password": "s3cret-Pass-w0rd"}
YEALINK = {"vendor": "yealink", **LOGIN}
HTEK = {"vendor": "htek", **LOGIN}
OFFICE = {"name": "office", "url": "https://office.example.com/"}
DIGEST = "sha256:" + "0" * 64
ENVIRON: dict[str, str] = {}


def mac(number: int) -> str:
    return f"00:15:65:00:00:{number:02x}"


def phones(count: int = 2, **more: Any) -> dict[str, dict[str, Any]]:
    return {
        f"desk-{number}": {"rps_mac": mac(number), "rps_server": "office", **more} for number in range(1, count + 1)
    }


def fleet(hosts: Mapping[str, Mapping[str, Any]] | None = None, released: bool = False, **values: Any) -> Fleet:
    whole = {"rps_accounts": {"main": YEALINK}, "rps_servers": [OFFICE], **values}
    return parse_fleet(phones() if hosts is None else hosts, whole, ENVIRON, released)


def problems(hosts: Mapping[str, Mapping[str, Any]] | None = None, **values: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        fleet(hosts, **values)
    return list(caught.value.problems)


def test_a_fleet_is_its_accounts_with_their_phones_and_servers_and_the_defaults_of_the_role() -> None:
    result = fleet()
    (account,) = result.accounts
    assert (account.name, account.hosts) == ("main", ("desk-1", "desk-2"))
    assert [(device.mac, device.server, device.server_url) for device in account.declared] == [
        ("001565000001", "office", "https://office.example.com/"),
        ("001565000002", "office", "https://office.example.com/"),
    ]
    assert (account.expect_plan, account.purge_servers, account.unapproved) == (None, None, False)
    assert (result.purge, result.purge_limit.text, result.fleet_size, result.batch_size) == (False, "10%", None, 100)
    assert (result.ignore, result.host_results, result.report_dir) == ((), True, "./rps-reports")
    assert result.fail_on_drift is False


@pytest.mark.parametrize(
    ("value", "meant"),
    [(True, True), (False, False), (None, False), ("yes", True), (" On ", True), ("0", False), (1, True), ("f", False)],
)
def test_a_boolean_is_what_users_of_ansible_write(value: Any, meant: bool) -> None:
    assert to_bool(value, "rps_force") is meant


@pytest.mark.parametrize("value", ["maybe", "", 2, [], "tru"])
def test_what_is_no_boolean_is_refused_by_name(value: Any) -> None:
    with pytest.raises(InputError, match="rps_force must be true or false"):
        to_bool(value, "rps_force")


def test_the_environment_makes_one_account_of_each_whole_login() -> None:
    environ = {
        "RPS_VENDOR": "htek",
        "RPS_API_USERNAME": "one",
        "RPS_API_PASSWORD": "first",
        "RPS_API_URL": "",
        "RPS_YEALINK_USERNAME": "two",
        "RPS_YEALINK_PASSWORD": "second",
        "RPS_YEALINK_API_URL": "https://rps.example.com/",
        "RPS_HTEK_USERNAME": "three",
    }
    assert environment_accounts(environ) == {
        "default": {"vendor": "htek", "api_url": None, "api_username": "one", "api_password": "first"},
        "yealink": {
            "vendor": "yealink",
            "api_url": "https://rps.example.com/",
            "api_username": "two",
            "api_password": "second",
        },
    }


def test_half_a_login_in_the_environment_makes_no_account_and_that_is_said() -> None:
    environ = {
        "RPS_HTEK_USERNAME": "three",
        "RPS_HTEK_PASSWORD": "",
        "RPS_YEALINK_USERNAME": "two",
        "RPS_YEALINK_PASSWORD": "second",
    }
    result = parse_fleet(phones(), {}, environ)
    assert [account.name for account in result.accounts] == ["yealink"]
    assert result.warnings == (
        "RPS_HTEK_USERNAME is set alone and makes no account; set RPS_HTEK_USERNAME and RPS_HTEK_PASSWORD.",
    )
    assert parse_fleet(phones(), {"rps_accounts": {"main": YEALINK}}, environ).warnings == ()
    with pytest.raises(InputError) as caught:
        parse_fleet(phones(1, rps_account="htek"), {}, environ)
    assert caught.value.problems[0].startswith("RPS_HTEK_USERNAME is set alone")
    assert caught.value.problems[1].startswith("desk-1: there is no account 'htek'")
    other = {**environ, "RPS_YEALINK_USERNAME": "", "RPS_HTEK_PASSWORD": "third"}
    (text,) = parse_fleet(phones(), {}, other).warnings
    assert text.startswith("RPS_YEALINK_PASSWORD is set alone")


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_without_declared_accounts_those_of_the_environment_count(nothing: Any) -> None:
    environ = {"RPS_YEALINK_USERNAME": "me", "RPS_YEALINK_PASSWORD": "secret"}
    assert list(parse_accounts(nothing, environ, None)) == ["yealink"]
    without_vendor = {"RPS_API_USERNAME": "one", "RPS_API_PASSWORD": "first"}
    assert list(parse_accounts(nothing, {**environ, **without_vendor}, None)) == ["yealink"]
    assert list(parse_accounts(nothing, {**environ, **without_vendor, "RPS_VENDOR": "htek"}, None)) == [
        "default",
        "yealink",
    ]
    with pytest.raises(InputError, match="No account is declared"):
        parse_accounts(nothing, {}, None)
    with pytest.raises(InputError, match="but not RPS_VENDOR"):
        parse_accounts(nothing, {"RPS_API_USERNAME": "me", "RPS_API_PASSWORD": "secret"}, None)


def test_a_declared_account_takes_certificates_and_time_from_the_environment_and_nothing_else() -> None:
    environ = {
        "RPS_VENDOR": "htek",
        "RPS_API_URL": "https://elsewhere.example.com/",
        "RPS_API_USERNAME": "somebody",
        "RPS_API_PASSWORD": "else",
        "RPS_TIMEOUT": "7",
        "RPS_CA_PATH": "ca.pem",
        "RPS_VALIDATE_CERTS": "no",
    }
    mine = parse_accounts({"main": YEALINK}, environ, 60)["main"]
    assert (mine.vendor, mine.username, mine.password) == ("yealink", "me", "s3cret-Pass-w0rd")
    assert "elsewhere" not in mine.api_url
    assert (mine.timeout, mine.ca_path, mine.validate_certs, mine.deadline) == (7.0, "ca.pem", False, 60)
    said = {**YEALINK, "timeout": 3, "ca_path": "own.pem", "validate_certs": True}
    mine = parse_accounts({"main": said}, environ, None)["main"]
    assert (mine.timeout, mine.ca_path, mine.validate_certs) == (3.0, "own.pem", True)


@pytest.mark.parametrize(
    ("accounts", "text"),
    [
        ([YEALINK], "rps_accounts must be a dictionary of accounts"),
        ({"main": "me:secret"}, "rps_accounts.main must be a dictionary"),
        ({"main": {**YEALINK, "password": "x"}}, "rps_accounts.main: there is no option password"),
        ({"main": {**YEALINK, "vendor": "snom"}}, "rps_accounts.main: vendor must be one of"),
        ({"main": {**YEALINK, "validate_certs": "perhaps"}}, "rps_accounts.main: validate_certs must be true or false"),
        ({"main": {**YEALINK, "api_password": 12345}}, "rps_accounts.main: api_password was read as a number"),
        ({"main": {**YEALINK, "api_password": ["secret"]}}, "rps_accounts.main: api_password must be text."),
        ({"main": {**YEALINK, "validate_certs": "ja", "timeout": -1}}, "rps_accounts.main: timeout must be a number"),
        ({"main": {**YEALINK, "validate_certs": "ja", "timeout": -1}}, "rps_accounts.main: validate_certs must be"),
        ({"main": {**YEALINK, "api_password": ""}}, "rps_accounts.main: api_password is missing"),
    ],
)
def test_a_wrong_account_is_named(accounts: Any, text: str) -> None:
    assert any(item.startswith(text) for item in problems(rps_accounts=accounts))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"rps_servers": {"office": "https://office.example.com/"}}, "rps_servers must be a list"),
        ({"rps_servers": ["office"]}, "rps_servers[0] must be a dictionary"),
        ({"rps_servers": [{**OFFICE, "account": "second"}]}, "rps_servers[0]: there is no account 'second'"),
        ({"rps_servers": [{"name": "office"}]}, "rps_servers[0]: the URL must not be empty"),
        ({"rps_servers": [OFFICE, OFFICE]}, "rps_servers[1]: server 'office' of account main is declared twice"),
        ({"rps_purge": "perhaps"}, "rps_purge must be true or false"),
        ({"rps_purge_limit": "many"}, "rps_purge_limit"),
        ({"rps_fleet_size": "all"}, "rps_fleet_size must be a whole number"),
        ({"rps_fleet_size": True}, "rps_fleet_size must be a whole number"),
        ({"rps_batch_size": 0}, "rps_batch_size must be a whole number of 1 or more"),
        ({"rps_ignore": {"a": 1}}, "rps_ignore must be a list"),
        ({"rps_ignore": ["00:15:65:00:00:01"]}, "001565000001 is declared and in rps_ignore"),
        ({"rps_host_results": "perhaps"}, "rps_host_results must be true or false"),
        ({"rps_fail_on_drift": "perhaps"}, "rps_fail_on_drift must be true or false"),
        ({"rps_deadline": "soon"}, "rps_deadline must be a number of seconds"),
        ({"rps_deadline": 0}, "rps_deadline must be a number of seconds from 0.001 to 31536000, not '0'"),
        ({"rps_servers": [{**OFFICE, "acount": "main"}]}, "rps_servers[0]: there is no option acount."),
        ({"rps_servers": [{**OFFICE, "name": ["a"]}]}, "rps_servers[0]: the server name must be text."),
        ({"rps_servers": [{**OFFICE, "url": "https://h:99999/"}]}, "rps_servers[0]: the URL names no usable host"),
        ({"rps_report_dir": ["reports"]}, "rps_report_dir must be the path of a folder"),
        ({"rps_expect_plan": {}}, "rps_expect_plan must be a dictionary"),
        ({"rps_expect_plan": DIGEST}, "rps_expect_plan must be a dictionary"),
        ({"rps_expect_plan": {"second": DIGEST}}, "rps_expect_plan: there is no account 'second'"),
        ({"rps_expect_plan": {"main": "sha256:0"}}, "rps_expect_plan.main"),
        ({"rps_expect_plan": {"main": None}}, "rps_expect_plan.main"),
        ({"rps_purge_servers": "office"}, "rps_purge_servers must be a list"),
        (
            {"rps_purge_servers": ["branch"]},
            "rps_purge_servers: rps_servers holds no branch of a vendor that shows URLs.",
        ),
    ],
)
def test_a_wrong_variable_of_the_fleet_is_named(values: dict[str, Any], text: str) -> None:
    assert any(item.startswith(text) for item in problems(**values)), problems(**values)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"rps_mac": None}, "desk-1: no MAC address is given; set rps_mac"),
        ({"rps_mac": "reception"}, "desk-1: 'reception' is not a MAC address"),
        ({"rps_server": None}, "desk-1: rps_server is missing, and rps_state is present"),
        ({"rps_state": "gone"}, "desk-1: the state must be present or absent"),
        ({"rps_override": "perhaps"}, "desk-1: rps_override must be true or false"),
        ({"rps_unique_url": "gopher://x/"}, "desk-1: rps_unique_url "),
        ({"rps_account": ["main"]}, "desk-1: there is no account '['main']' in rps_accounts (main)"),
        ({"rps_server": ["office"]}, "desk-1: the server name must be text"),
        ({"rps_account": "second"}, "desk-1: there is no account 'second' in rps_accounts (main)"),
    ],
)
def test_a_wrong_variable_of_a_phone_names_its_host(values: dict[str, Any], text: str) -> None:
    assert any(item.startswith(text) for item in problems(phones(1, **values)))


def test_all_problems_are_told_at_once_and_a_long_list_is_cut() -> None:
    many = problems({f"desk-{number}": {"rps_mac": "no", "rps_server": "a/b"} for number in range(30)})
    assert len(many) == 26
    assert many[-1] == "And 35 more."
    assert shortened(["one", "two"]) == ["one", "two"]


def test_where_there_are_two_accounts_phones_and_servers_name_theirs() -> None:
    accounts = {"main": YEALINK, "second": HTEK}
    told = problems(phones(1), rps_accounts=accounts)
    assert "desk-1: rps_account is missing; it is one of main, second." in told
    assert "rps_servers[0]: account is missing; it is one of main, second." in told
    hosts = {
        **phones(1, rps_account="main"),
        "hall": {"rps_mac": mac(9), "rps_server": "office", "rps_account": "second"},
    }
    servers = [{**OFFICE, "account": name} for name in accounts]
    result = fleet(hosts, rps_accounts=accounts, rps_servers=servers)
    assert {account.name: account.hosts for account in result.accounts} == {"main": ("desk-1",), "second": ("hall",)}


def test_an_account_with_neither_phones_nor_servers_here_is_left_out() -> None:
    result = fleet(phones(1, rps_account="main"), rps_accounts={"main": YEALINK, "second": HTEK}, rps_servers=[])
    assert [account.name for account in result.accounts] == ["main"]


def test_one_mac_in_two_accounts_is_an_error_that_names_both_hosts() -> None:
    hosts = {
        **phones(1, rps_account="main"),
        "hall": {"rps_mac": "001565000001", "rps_server": "office", "rps_account": "second"},
    }
    servers = [{**OFFICE, "account": name} for name in ("main", "second")]
    told = problems(hosts, rps_accounts={"main": YEALINK, "second": HTEK}, rps_servers=servers)
    assert told == ["001565000001 is the MAC of hosts in different accounts (desk-1, hall); declare it once."]
    hosts["desk-2"] = {**hosts["desk-1"]}
    told = problems(hosts, rps_accounts={"main": YEALINK, "second": HTEK}, rps_servers=servers)
    assert told == ["001565000001 is the MAC of hosts in different accounts (desk-1, hall, desk-2); declare it once."]


def test_a_released_phone_is_absent_whatever_its_variables_say_and_purge_is_off() -> None:
    result = fleet(phones(1, rps_state="present", rps_server=None), released=True, rps_purge=True)
    assert [device.state for device in result.accounts[0].declared] == ["absent"]
    assert result.purge is False


def test_an_approved_plan_marks_the_accounts_that_have_none() -> None:
    hosts = {
        **phones(1, rps_account="main"),
        "hall": {"rps_mac": mac(9), "rps_server": "office", "rps_account": "second"},
    }
    accounts = {"main": YEALINK, "second": YEALINK}
    servers = [{**OFFICE, "account": name} for name in accounts]
    result = fleet(hosts, rps_accounts=accounts, rps_servers=servers, rps_expect_plan={"main": DIGEST})
    assert {account.name: (account.expect_plan, account.unapproved) for account in result.accounts} == {
        "main": (DIGEST, False),
        "second": (None, True),
    }


def test_text_from_a_survey_or_the_command_line_counts_as_what_it_says() -> None:
    result = fleet(
        rps_purge="true",
        rps_purge_limit="5",
        rps_fleet_size="2",
        rps_batch_size="50",
        rps_ignore="00:15:65:aa, 001565bb",
        rps_host_results="no",
        rps_purge_servers=["office"],
        rps_report_dir="elsewhere",
    )
    assert (result.purge, result.purge_limit.count, result.fleet_size, result.batch_size) == (True, 5, 2, 50)
    assert (result.ignore, result.host_results, result.report_dir) == (("001565aa", "001565bb"), False, "elsewhere")
    assert result.accounts[0].purge_servers == {"office": "https://office.example.com/"}


def test_each_account_is_purged_by_its_own_of_the_named_servers() -> None:
    accounts = {"main": YEALINK, "second": YEALINK, "third": HTEK}
    servers = [{**OFFICE, "account": "main"}, {"name": "branch", "url": "https://b.example.com/", "account": "second"}]
    hosts = {**phones(1, rps_account="main"), "x": {"rps_mac": mac(9), "rps_server": "branch", "rps_account": "second"}}
    result = fleet(hosts, rps_accounts=accounts, rps_servers=servers, rps_purge_servers=["office"])
    assert {account.name: account.purge_servers for account in result.accounts} == {
        "main": {"office": "https://office.example.com/"},
        "second": {},
    }


def test_a_server_of_a_vendor_that_shows_no_urls_cannot_narrow_purge() -> None:
    servers = [OFFICE | {"account": "main"}, {"name": "desk", "url": "https://d.example.com/", "account": "second"}]
    told = problems(
        phones(1, rps_account="main"),
        rps_accounts={"main": YEALINK, "second": HTEK},
        rps_servers=servers,
        rps_purge_servers=["desk"],
    )
    assert told == ["rps_purge_servers: rps_servers holds no desk of a vendor that shows URLs."]


def test_purge_servers_are_refused_where_the_vendor_shows_no_urls() -> None:
    told = problems(rps_accounts={"main": HTEK}, rps_purge_servers=["office"], rps_purge=True)
    assert told == [
        "rps_purge_servers is not supported by Htek (account main): it shows no URLs. Purge the phones of other "
        "accounts in a run of their own, with rps_hosts."
    ]


def test_purge_servers_in_the_inventory_stop_no_run_that_does_not_purge() -> None:
    accounts = {"main": YEALINK, "second": HTEK}
    servers = [{**OFFICE, "account": name} for name in accounts]
    hosts = {
        **phones(1, rps_account="main"),
        "hall": {"rps_mac": mac(9), "rps_server": "office", "rps_account": "second"},
    }
    result = fleet(hosts, rps_accounts=accounts, rps_servers=servers, rps_purge_servers=["office"])
    assert [account.purge_servers for account in result.accounts] == [{"office": OFFICE["url"]}, None]


NAMES_ONLY = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES_ONLY | st.sampled_from(["main", "office", "10%"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES_ONLY, inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.dictionaries(st.sampled_from([*CONNECTION_OPTIONS, "name", "url", "account"]), VALUES, max_size=4)


@given(
    st.dictionaries(st.sampled_from(FLEET_VARS), VALUES | st.lists(ENTRIES, max_size=2), max_size=4),
    st.dictionaries(st.sampled_from(PHONE_VARS), VALUES, max_size=4),
)
def test_any_value_of_a_variable_is_taken_or_refused_in_one_sentence(
    values: dict[str, Any], phone: dict[str, Any]
) -> None:
    hosts = phones(1)
    hosts["desk-1"].update(phone)
    try:
        fleet(hosts, **values)
    except InputError as error:
        told = error.problems
    else:
        told = ()
    assert all(text.isprintable() and len(text) < 1000 for text in told)


@given(ENTRIES)
def test_any_value_in_an_account_is_taken_or_refused_in_one_sentence(entry: dict[str, Any]) -> None:
    try:
        fleet(rps_accounts={"main": {**YEALINK, **entry}})
    except InputError as error:
        told = error.problems
    else:
        told = ()
    assert all(text.isprintable() and len(text) < 1000 for text in told)


def test_a_name_that_yaml_took_for_a_number_is_still_the_name_that_was_written() -> None:
    result = fleet(phones(1, rps_server=2024), rps_servers=[{**OFFICE, "name": 2024}])
    assert result.accounts[0].servers[0].name == "2024"
    assert result.accounts[0].declared[0].server_url == OFFICE["url"]
    assert result.accounts[0].declared[0].server == "2024"
    accounts = {7: YEALINK, "other": HTEK}
    servers = [{**OFFICE, "account": 7}]
    result = fleet(phones(1, rps_account=7), rps_accounts=accounts, rps_servers=servers, rps_expect_plan={7: DIGEST})
    assert [(account.name, account.hosts) for account in result.accounts] == [("7", ("desk-1",))]
    assert result.accounts[0].expect_plan == DIGEST
