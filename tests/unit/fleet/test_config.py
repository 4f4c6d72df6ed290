# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a play -> a checked fleet, or every problem of it at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, input_message
from ansible_collections.voip.rps.plugins.module_utils._model import CONNECTION_OPTIONS
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import FLEET_VARS, PHONE_VARS, shortened
from hypothesis import given
from hypothesis import strategies as st
from support.phones import BRANCH, OFFICE, mac
from unit.fleet.plays import DIGEST, SERVER, blamed, fleet, login, message, phone, phones, problems

TWO = {"main": login(), "second": login("htek")}
SERVERS_OF_TWO = [{**SERVER, "account": name} for name in TWO]


def test_a_fleet_is_its_accounts_with_their_phones_and_servers_and_the_defaults_of_the_role() -> None:
    result = fleet()
    (account,) = result.accounts
    assert (account.name, account.hosts) == ("main", ("desk-1", "desk-2"))
    assert [(device.mac, device.server, device.server_url) for device in account.declared] == [
        (mac(1), "office", OFFICE),
        (mac(2), "office", OFFICE),
    ]
    assert (account.expect_plan, account.unapproved, account.purge, account.purge_servers) == (None, False, False, None)
    assert (result.purge, result.purge_limit.text, result.removal_limit) == (False, "10%", None)
    assert (result.fleet_size, result.batch_size, result.ignore, result.has_plans) == (None, 100, (), False)
    assert (result.host_results, result.report_dir, result.fail_on_drift) == ("all", "./rps-reports", False)
    assert (result.force_servers, result.warnings) == (False, ())


def test_text_from_a_survey_or_the_command_line_counts_as_what_it_says() -> None:
    result = fleet(
        rps_purge="true",
        rps_purge_limit="5",
        rps_removal_limit="20%",
        rps_fleet_size=" 2 ",
        rps_batch_size="50",
        rps_ignore="00:15:65:aa, 001565bb",
        rps_host_results="no",
        rps_purge_servers="office",
        rps_force_servers="yes",
        rps_report_dir="elsewhere",
        rps_deadline="60",
    )
    assert (result.purge, result.purge_limit.count, result.fleet_size, result.batch_size) == (True, 5, 2, 50)
    assert result.removal_limit is not None
    assert (result.removal_limit.of(10), result.force_servers) == (2, True)
    assert (result.ignore, result.host_results) == (("001565aa", "001565bb"), "none")
    assert (result.report_dir, result.accounts[0].connection.deadline) == ("elsewhere", 60)
    assert result.accounts[0].purge_servers == {"office": OFFICE}


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("all", "all"),
        (True, "all"),
        ("Yes", "all"),
        (None, "all"),
        ("", "all"),
        ("changed", "changed"),
        (" None ", "none"),
        (False, "none"),
        ("false", "none"),
        (0, "none"),
    ],
)
def test_host_results_may_be_a_boolean_too(value: Any, meant: str) -> None:
    assert fleet(rps_host_results=value).host_results == meant


# Typed text: what YAML or INI took for something else has changed already.
NOT_TEXT = [10, 1.5, True, False, date(2026, 1, 2), float("inf")]


@pytest.mark.parametrize("value", NOT_TEXT)
@pytest.mark.parametrize("name", ["rps_mac", "rps_server", "rps_serial", "rps_account"])
def test_text_of_a_phone_refuses_what_is_no_text_and_names_the_host(name: str, value: Any) -> None:
    found = blamed(phones(1, **{name: value}))
    assert [option for option, _subject in found] == [name.removeprefix("rps_")]
    assert all(subject.startswith("desk-1") for _option, subject in found)


@pytest.mark.parametrize("value", NOT_TEXT)
@pytest.mark.parametrize(
    ("variables", "option"),
    [
        ({"rps_servers": [{**SERVER, "name": "?"}]}, "servers[0]: name"),
        ({"rps_servers": [{**SERVER, "account": "?"}]}, "servers[0]: account"),
        ({"rps_purge_servers": ["?"]}, "purge_servers[0]"),
        ({"rps_ignore": ["?"]}, "ignore[0]"),
        ({"rps_accounts": {"main": login(api_username="?")}}, "accounts.main: api_username"),
        ({"rps_accounts": {"main": login(api_password="?")}}, "accounts.main: api_password"),
    ],
)
def test_text_of_the_fleet_refuses_what_is_no_text(variables: dict[str, Any], option: str, value: Any) -> None:
    def put(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: put(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [put(inner) for inner in item]
        return value if item == "?" else item

    assert option in {one for one, _subject in blamed(**put(variables))}


def test_names_of_accounts_refuse_numbers() -> None:
    assert any("10" in one.option for one in problems(rps_accounts={10: login()}))
    assert any("10" in one.option for one in problems(rps_expect_plan={10: DIGEST}))


@pytest.mark.parametrize("value", [False, True, 0, 1, "no", "gone", ["absent"], "Absent"])
def test_a_state_is_present_or_absent_and_nothing_else_is_taken_for_a_default(value: Any) -> None:
    assert blamed(phones(1, rps_state=value)) == {("state", "desk-1")}


@pytest.mark.parametrize(("value", "state"), [("present", "present"), ("absent", "absent"), ("", "present")])
def test_a_state_that_is_empty_is_the_default(value: str, state: str) -> None:
    assert [device.state for device in fleet(phones(1, rps_state=value)).accounts[0].declared] == [state]


@pytest.mark.parametrize(
    ("variables", "option"),
    [
        ({"rps_servers": {"office": OFFICE}}, "servers"),
        ({"rps_servers": ["office"]}, "servers[0]"),
        ({"rps_servers": [{"name": "office"}]}, "servers[0]: url"),
        ({"rps_servers": [SERVER, SERVER]}, "servers[1]"),
        ({"rps_servers": [{**SERVER, "acount": "main"}]}, "servers[0]"),
        ({"rps_servers": [{**SERVER, "url": "https://h:99999/"}]}, "servers[0]: url"),
        ({"rps_servers": [SERVER, {"name": "other", "url": BRANCH, "account": "mian"}]}, "servers[1]: account"),
        ({"rps_purge": "perhaps"}, "purge"),
        ({"rps_undeclared_servers": "perhaps"}, "undeclared_servers"),
        ({"rps_force_servers": 2}, "force_servers"),
        ({"rps_purge_limit": "many"}, "purge_limit"),
        ({"rps_removal_limit": "101%"}, "removal_limit"),
        ({"rps_fleet_size": "all"}, "fleet_size"),
        ({"rps_fleet_size": True}, "fleet_size"),
        ({"rps_fleet_size": 2.0}, "fleet_size"),
        ({"rps_fleet_size": -1}, "fleet_size"),
        ({"rps_fleet_size": "{{ groups['phones'] | length }}"}, "fleet_size"),
        ({"rps_batch_size": 0}, "batch_size"),
        ({"rps_ignore": {"a": 1}}, "ignore"),
        ({"rps_ignore": [mac(1)]}, "ignore"),
        ({"rps_host_results": "perhaps"}, "host_results"),
        ({"rps_fail_on_drift": "perhaps"}, "fail_on_drift"),
        ({"rps_deadline": "soon"}, "deadline"),
        ({"rps_report_dir": ["reports"]}, "report_dir"),
        ({"rps_expect_plan": DIGEST}, "expect_plan"),
        ({"rps_expect_plan": {"mian": DIGEST}}, "expect_plan"),
        ({"rps_expect_plan": {"": DIGEST}}, "expect_plan"),
        ({"rps_expect_plan": {"main": "sha256:0"}}, "expect_plan.main"),
        ({"rps_expect_plan": {"main": None}}, "expect_plan.main"),
        ({"rps_purge_servers": {"office": 1}}, "purge_servers"),
        ({"rps_purge_servers": ["ofice"]}, "purge_servers"),
        ({"rps_purge_servers": [""]}, "purge_servers"),
    ],
)
def test_a_wrong_variable_of_the_fleet_is_named(variables: dict[str, Any], option: str) -> None:
    assert blamed(**variables) == {(option, "")}


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize(
    "name", ["rps_expect_plan", "rps_purge_servers", "rps_purge_limit", "rps_removal_limit", "rps_ignore"]
)
def test_a_guard_that_is_given_but_empty_is_an_error(name: str, nothing: Any) -> None:
    assert blamed(**{name: nothing}) == {(name.removeprefix("rps_"), "")}


def test_an_empty_list_ignores_nothing_and_purges_nothing() -> None:
    result = fleet(rps_ignore=[], rps_purge_servers=[], rps_purge=True)
    assert (result.ignore, result.accounts[0].purge_servers) == ((), {})


def test_a_plan_that_is_empty_is_no_approval_of_everything() -> None:
    assert blamed(rps_expect_plan={}) == {("expect_plan", "")}


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_fleet_size_that_is_empty_permits_nothing(nothing: Any) -> None:
    assert fleet(rps_fleet_size=nothing).fleet_size is None


@pytest.mark.parametrize(
    ("variables", "option"),
    [
        ({"rps_mac": "reception"}, "mac"),
        ({"rps_server": None}, "server"),
        ({"rps_server": "a/b"}, "server"),
        ({"rps_override": "perhaps"}, "override"),
        ({"rps_force": "perhaps"}, "force"),
        ({"rps_unique_url": "gopher://x/"}, "unique_url"),
        ({"rps_account": ["main"]}, "account"),
        ({"rps_account": "mian"}, "account"),
    ],
)
def test_a_wrong_variable_of_a_phone_names_its_host(variables: dict[str, Any], option: str) -> None:
    found = problems(phones(1, **variables), rps_undeclared_servers=True)
    assert {(one.option, one.subject.partition(" ")[0]) for one in found} == {(option, "desk-1")}


def test_a_host_that_is_no_phone_is_named_once() -> None:
    hosts = {**phones(1), "pbx": {}, "gate": {"rps_mac": None}, "door": {"rps_mac": " "}}
    assert blamed(hosts) == {("mac", "pbx"), ("mac", "gate"), ("mac", "door")}
    assert message(hosts).startswith("rps_mac is required on 3 hosts: pbx, gate and door. ")


def test_all_problems_are_grouped_and_counted() -> None:
    hosts = {f"desk-{number}": {"rps_mac": mac(number)} for number in range(1, 301)}
    assert message(hosts) == "rps_server is required on 300 hosts: desk-1, desk-2 and 298 more. Nothing was sent."


def test_a_long_list_of_sentences_is_cut_and_counted() -> None:
    assert shortened(["one", "two"]) == ["one", "two"]
    many = shortened([str(number) for number in range(300)])
    assert (len(many), many[24]) == (26, "24")
    assert "275" in many[25]


def test_if_there_are_two_accounts_phones_and_servers_name_theirs() -> None:
    assert blamed(phones(1), rps_accounts=TWO) == {("account", "desk-1"), ("servers[0]: account", "")}
    hosts = {**phones(1, rps_account="main"), "hall": phone(9, "htek", rps_account="second")}
    result = fleet(hosts, rps_accounts=TWO, rps_servers=SERVERS_OF_TWO)
    assert {account.name: account.hosts for account in result.accounts} == {"main": ("desk-1",), "second": ("hall",)}


def test_an_account_with_neither_phones_nor_servers_here_is_left_out() -> None:
    result = fleet(phones(1, rps_account="main"), rps_accounts=TWO, rps_servers=SERVERS_OF_TWO[:1])
    assert [account.name for account in result.accounts] == ["main"]


@pytest.mark.parametrize("accounts", [("main", "main"), ("main", "second"), ("second", "main")])
def test_one_mac_of_several_hosts_is_one_problem_whatever_their_accounts(accounts: tuple[str, str]) -> None:
    colons = "00:15:65:00:00:01"
    hosts = {
        name: {"rps_mac": written, "rps_server": "office", "rps_account": account}
        for name, written, account in zip(("a", "b"), (mac(1), colons), accounts, strict=True)
    }
    (one,) = problems(hosts, rps_accounts=TWO, rps_servers=SERVERS_OF_TWO)
    assert (one.params["phone"], one.params["hosts"]) == (colons, ("a", "b"))


def test_a_released_phone_is_absent_whatever_its_other_variables_say_and_purge_is_off() -> None:
    hosts = phones(1, rps_state="present", rps_server=10, rps_override="perhaps")
    result = fleet(hosts, released=True, rps_purge=True)
    assert [(device.state, device.server) for device in result.accounts[0].declared] == [("absent", None)]
    assert (result.purge, result.accounts[0].purge) == (False, False)


def test_an_approved_plan_marks_the_accounts_that_have_none() -> None:
    hosts = {**phones(1, rps_account="main"), "hall": phone(9, "htek", rps_account="second")}
    result = fleet(hosts, rps_accounts=TWO, rps_servers=SERVERS_OF_TWO, rps_expect_plan={"main": DIGEST})
    assert {account.name: (account.expect_plan, account.unapproved) for account in result.accounts} == {
        "main": (DIGEST, False),
        "second": (None, True),
    }
    assert result.has_plans


# What a service cannot do is an input error, and what it does not need is ignored.


def test_a_serial_number_is_ignored_unless_the_service_needs_it() -> None:
    assert [device.serial for device in fleet(phones(1, rps_serial="0012")).accounts[0].declared] == ["0012"]
    snom = fleet(phones(1, "snom", rps_serial="0012"), rps_accounts={"main": login("snom")})
    assert [device.server_url for device in snom.accounts[0].declared] == [OFFICE]


@pytest.mark.parametrize("vendor", ["snom", "panasonic", "ymcs"])
def test_what_has_no_override_refuses_it(vendor: str) -> None:
    account = login(vendor, api_url="https://rps.example.com/")
    found = blamed(phones(1, vendor, rps_override=True), rps_accounts={"main": account})
    assert found == {("override", "desk-1")}


def test_purge_is_refused_if_the_service_cannot_list_an_account() -> None:
    assert blamed(phones(1, "snom"), rps_accounts={"main": login("snom")}, rps_purge=True) == {("purge", "")}
    accounts = {"main": login(), "second": login("snom")}
    servers = [{**SERVER, "account": name} for name in accounts]
    result = fleet(phones(1, rps_account="main"), rps_accounts=accounts, rps_servers=servers, rps_purge=True)
    assert [account.purge for account in result.accounts] == [True, False]


def test_purge_is_for_accounts_that_have_phones_in_the_play() -> None:
    result = fleet(
        phones(1, rps_account="main"), rps_accounts=TWO, rps_servers=SERVERS_OF_TWO, rps_purge=True, rps_fleet_size=1
    )
    assert {account.name: account.purge for account in result.accounts} == {"main": True, "second": False}


def test_purge_can_be_narrowed_to_servers_only_if_redirect_urls_can_be_read() -> None:
    htek = {"rps_accounts": {"main": login("htek")}, "rps_purge": True}
    assert ("purge_servers", "") in blamed(phones(1, "htek"), rps_purge_servers=["office"], **htek)
    servers = [{**SERVER, "account": "main"}, {"name": "branch", "url": BRANCH, "account": "second"}]
    found = problems(phones(1, rps_account="main"), rps_accounts=TWO, rps_servers=servers, rps_purge_servers=["branch"])
    assert [one.option for one in found] == ["purge_servers"]


def test_each_account_is_purged_by_its_own_of_the_named_servers() -> None:
    accounts = {"main": login(), "second": login(api_username="you")}
    servers = [{**SERVER, "account": "main"}, {"name": "branch", "url": BRANCH, "account": "second"}]
    hosts = {**phones(1, rps_account="main"), "x": phone(9, rps_server="branch", rps_account="second")}
    result = fleet(hosts, rps_accounts=accounts, rps_servers=servers, rps_purge_servers=["office"])
    assert {account.name: account.purge_servers for account in result.accounts} == {
        "main": {"office": OFFICE},
        "second": {},
    }


def test_a_phone_with_the_prefix_of_another_vendor_is_a_warning() -> None:
    (warning,) = fleet(phones(2, "htek")).warnings
    assert warning.startswith("main: 2 phones ")


def test_a_long_name_of_a_server_is_a_warning_if_the_service_has_servers() -> None:
    long = {"name": "a" * 21, "url": BRANCH}
    (warning,) = fleet(rps_servers=[SERVER, long]).warnings
    assert "21 characters" in warning
    snom = fleet(phones(1, "snom"), rps_accounts={"main": login("snom")}, rps_servers=[SERVER, long])
    assert snom.warnings == ()


# Whatever the variables are, they are taken or refused in sentences.

TEXTS = st.text(max_size=8) | st.sampled_from(["main", "office", "10%", "absent", "yealink", "snom", OFFICE, DIGEST])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.integers(), inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.dictionaries(st.sampled_from([*CONNECTION_OPTIONS, "name", "url", "account"]), VALUES, max_size=4)


def _said(variables: dict[str, Any], one_phone: dict[str, Any]) -> str:
    hosts = phones(2)
    hosts["desk-1"].update(one_phone)
    try:
        fleet(hosts, **variables)
    except InputError as error:
        return input_message(error, ROLE)
    return ""


@given(
    st.dictionaries(st.sampled_from(FLEET_VARS), VALUES | st.lists(ENTRIES, max_size=2), max_size=4),
    st.dictionaries(st.sampled_from([*PHONE_VARS]), VALUES, max_size=4),
)
def test_any_value_of_a_variable_is_taken_or_refused_in_sentences(
    variables: dict[str, Any], one_phone: dict[str, Any]
) -> None:
    text = _said(variables, one_phone)
    assert text == "" or (text.isprintable() and text.endswith("Nothing was sent."))


@given(ENTRIES)
def test_any_value_in_an_account_is_taken_or_refused_in_sentences(entry: dict[str, Any]) -> None:
    text = _said({"rps_accounts": {"main": {**login(), **entry}}}, {})
    assert text == "" or (text.isprintable() and text.endswith("Nothing was sent."))


# Several problems that do not depend on each other.

BAD_ACCOUNTS: dict[str, Any] = {
    "none": {},
    "no dictionary": "acme",
    "no password": {"main": {key: value for key, value in login().items() if key != "api_password"}},
    "no such vendor": {"main": login(vendor="yealnik")},
    "entry is no dictionary": {"main": None},
}


@pytest.mark.parametrize("accounts", BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS.keys())
def test_problems_of_phones_and_options_are_listed_with_those_of_the_accounts(accounts: Any) -> None:
    hosts = {
        "desk-1": phone(1, rps_mac="00:15"),
        "desk-2": phone(2, rps_state="gone", rps_unique_url="example"),
        "desk-3": phone(3, rps_force="perhaps"),
        "desk-4": phone(3),
    }
    values = {"rps_accounts": accounts, "rps_servers": [{"name": "office", "url": "no URL"}], "rps_purge_limit": "x"}
    found = {(option.partition(".")[0], subject) for option, subject in blamed(hosts, **values)}
    assert found >= {
        ("accounts", ""),
        ("mac", "desk-1"),
        ("state", "desk-2"),
        ("unique_url", "desk-2"),
        ("force", "desk-3"),
        ("servers[0]: url", ""),
        ("purge_limit", ""),
    }
    assert "desk-3 and desk-4" in message(hosts, **values)


@pytest.mark.parametrize("accounts", BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS.keys())
def test_what_only_follows_from_a_bad_account_is_no_problem_of_its_own(accounts: Any) -> None:
    hosts = {"desk-1": phone(1, rps_account="main"), "desk-2": phone(2, rps_override=True, rps_server="elsewhere")}
    servers = [{"name": "office", "url": OFFICE, "account": "main"}, {"name": "branch", "url": BRANCH}]
    given = {"rps_servers": servers, "rps_purge_servers": ["office"], "rps_expect_plan": {"main": DIGEST}}
    found = blamed(hosts, rps_accounts=accounts, **given)
    assert {option.partition(".")[0].partition(":")[0] for option, _subject in found} <= {"accounts", ""}
    assert len(found) == 1
