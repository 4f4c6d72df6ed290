# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options and logins of the environment: defaults, bounds, identity, one set and never two mixed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, input_message
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    connection_identity,
    connection_with_environment,
    incomplete_credentials,
    login_from_environment,
    parse_connection,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

LOGIN: dict[str, Any] = {"vendor": "yealink", "api_username": "me", "api_password": "t0ps3cret"}
GENERIC = {"RPS_API_USERNAME": "generic", "RPS_API_PASSWORD": "pw", "RPS_API_URL": "https://generic.example/"}
OWN = {"RPS_YEALINK_USERNAME": "own", "RPS_YEALINK_PASSWORD": "pw", "RPS_YEALINK_API_URL": "https://own.example/"}


def problems_of(change: dict[str, Any], **options: Any) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse_connection(LOGIN | change, **options)
    return caught.value.problems


def test_a_connection_has_the_contracts_defaults() -> None:
    assert parse_connection(LOGIN | {"timeout": None, "validate_certs": None, "retries": ""}) == Connection(
        vendor="yealink",
        api_url="https://api-dm.yealink.com:8443/xmlrpc",
        username="me",
        password="t0ps3cret",
        validate_certs=True,
        ca_path=None,
        timeout=30.0,
        retries=3,
        concurrency=8,
    )


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_each_service_has_its_documented_address_or_needs_one(vendor: str) -> None:
    address = VENDORS[vendor].api_url
    if address is None:
        assert [one.option for one in problems_of({"vendor": vendor})] == ["api_url"]
    else:
        assert parse_connection(LOGIN | {"vendor": vendor}).api_url == address


def test_a_connection_takes_what_is_given() -> None:
    options = {"validate_certs": False, "ca_path": "/ca.pem", "timeout": 0.5, "retries": 0, "concurrency": 64}
    connection = parse_connection(LOGIN | options | {"api_url": " https://h:1/x ", "deadline": 7})
    assert {key: getattr(connection, key) for key in options} == options
    assert (connection.api_url, connection.deadline) == ("https://h:1/x", 7.0)
    assert parse_connection(LOGIN | {"api_password": " blanks count "}).password == " blanks count "


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"vendor": None}, "vendor"),
        ({"vendor": "cisco"}, "vendor"),
        ({"vendor": "Yealink"}, "vendor"),
        ({"vendor": ["yealink"]}, "vendor"),
        ({"api_username": None}, "api_username"),
        ({"api_username": ""}, "api_username"),
        ({"api_username": "a:b"}, "api_username"),
        ({"api_username": 5}, "api_username"),
        ({"api_username": "\udce4"}, "api_username"),
        ({"api_password": None}, "api_password"),
        ({"api_password": ""}, "api_password"),
        ({"api_password": 8015}, "api_password"),
        ({"api_password": True}, "api_password"),
        ({"api_url": "h/xmlrpc"}, "api_url"),
        ({"api_url": "ftp://h/xmlrpc"}, "api_url"),
        ({"api_url": "https://"}, "api_url"),
        ({"api_url": "https://h/ x"}, "api_url"),
        ({"api_url": "https://127.0.0.1:99999/"}, "api_url"),
        ({"api_url": 5}, "api_url"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"retries": -1}, "retries"),
        ({"retries": 1.5}, "retries"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 65}, "concurrency"),
        ({"concurrency": []}, "concurrency"),
        ({"validate_certs": "maybe"}, "validate_certs"),
        ({"ca_path": 5}, "ca_path"),
        ({"deadline": 0}, "deadline"),
    ],
)
def test_a_bad_connection_option_is_named(change: dict[str, Any], option: str) -> None:
    assert [one.option for one in problems_of(change)] == [option]
    (problem,) = problems_of(change, subject="accounts.office")
    assert problem.option == f"accounts.office: {option}"
    message = input_message(InputError([problem]), MODULE)
    assert "t0ps3cret" not in message
    assert "8015" not in message


def test_all_bad_connection_options_are_found_at_once() -> None:
    bad = {"vendor": "x", "api_username": "", "api_password": "", "api_url": "x", "timeout": 0, "retries": -1}
    text = input_message(InputError(problems_of(bad | {"concurrency": 0})), MODULE)
    assert all(option in text for option in [*bad, "concurrency"])


def test_a_misspelt_option_of_an_account_is_named_if_that_is_asked_for() -> None:
    assert parse_connection(LOGIN | {"username": "x"})
    (problem,) = problems_of({"username": "x"}, subject="accounts.office", strict_keys=True)
    assert problem.option == "accounts.office"
    assert problem.params["meant"] == "api_username"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://LOCALHOST:8080/x",
        "http://127.0.0.1:1",
        "http://127.255.3.4/",
        "http://[::1]/",
        "http://[::1]:8080/x",
    ],
)
def test_http_is_for_loopback(url: str) -> None:
    assert parse_connection(LOGIN | {"api_url": url}).api_url == url


@pytest.mark.parametrize(
    "host",
    [
        "rps.example",
        "128.0.0.1",
        "127.0.0.1.example",
        "localhost.example",
        "xlocalhost",
        "126.127.0.0.1",
        "[::2]",
        "[::ffff:10.0.0.1]",
        "10.0.0.1:127",
        "127.1x",
        "0.0.0.0",
    ],
)
def test_http_is_for_nothing_else(host: str) -> None:
    (problem,) = problems_of({"api_url": f"http://{host}/xmlrpc"})
    assert problem.code == "api_url_plain"
    assert parse_connection(LOGIN | {"api_url": f"https://{host}/xmlrpc"})


@pytest.mark.parametrize("scheme", ["https", "http", "ftp"])
@pytest.mark.parametrize("user", ["joe:h1dden", "h1dden", ":h1dden", "joe:h1dden@x", "joe%3Ah1dden"])
def test_a_login_in_the_address_is_refused_without_printing_it(scheme: str, user: str) -> None:
    for host in ("rps.example", "localhost"):
        message = input_message(InputError(problems_of({"api_url": f"{scheme}://{user}@{host}/xmlrpc"})), MODULE)
        assert "h1dden" not in message


# Identity.


def identity(**change: Any) -> str:
    return connection_identity(parse_connection(LOGIN | {"api_url": "https://rps.example/xmlrpc"} | change))


@pytest.mark.parametrize(
    "change",
    [
        {"api_url": "https://rps.example:443/xmlrpc"},
        {"api_url": "HTTPS://RPS.example/xmlrpc/"},
        {"api_url": "https://rps.example.:0443/xmlrpc/"},
        {"api_password": "another"},
        {"timeout": 5},
    ],
)
def test_one_account_in_other_words_is_the_same_account(change: dict[str, Any]) -> None:
    assert identity(**change) == identity()


@pytest.mark.parametrize(
    "change",
    [
        {"vendor": "htek"},
        {"api_username": "you"},
        {"api_url": "https://rps.example:8443/xmlrpc"},
        {"api_url": "https://other.example/xmlrpc"},
        {"api_url": "https://rps.example/XMLRPC"},
        {"api_url": "https://rps.example/"},
    ],
)
def test_another_service_address_or_user_is_another_account(change: dict[str, Any]) -> None:
    assert identity(**change) != identity()


def test_plain_http_is_another_account_and_the_password_is_no_part_of_it() -> None:
    assert identity(api_url="http://localhost/x") != identity(api_url="https://localhost/x")
    assert identity(api_url="http://localhost:80/x") == identity(api_url="http://localhost/x/")
    assert identity(api_url="http://[::1]:80/x") == identity(api_url="http://[::1]/x")
    assert "t0ps3cret" not in identity()


# The environment.


def test_a_vendors_own_login_wins_as_one_set() -> None:
    assert login_from_environment({**GENERIC, **OWN}, "yealink") == {
        "api_username": "own",
        "api_password": "pw",
        "api_url": "https://own.example/",
    }


@pytest.mark.parametrize("missing", ["RPS_YEALINK_PASSWORD", "RPS_YEALINK_API_URL"])
@pytest.mark.parametrize("empty", [True, False])
def test_nothing_of_another_set_fills_a_gap(missing: str, empty: bool) -> None:
    own = {key: value for key, value in OWN.items() if key != missing}
    found = login_from_environment({**GENERIC, **own, **({missing: ""} if empty else {})}, "yealink")
    assert found["api_username"] == "own"
    assert "generic" not in str(found)
    assert len(found) == 2


@pytest.mark.parametrize("own", [{}, {"RPS_YEALINK_USERNAME": ""}, {"RPS_YEALINK_PASSWORD": "pw"}])
@pytest.mark.parametrize("vendor", [{}, {"RPS_VENDOR": ""}, {"RPS_VENDOR": "yealink"}])
def test_the_general_login_counts_if_the_vendor_has_none_of_its_own(
    own: dict[str, str], vendor: dict[str, str]
) -> None:
    found = login_from_environment({**GENERIC, **own, **vendor}, "yealink")
    assert (found["api_username"], found["api_url"]) == ("generic", "https://generic.example/")


def test_a_login_that_is_reserved_for_one_vendor_never_reaches_another() -> None:
    assert login_from_environment({**GENERIC, "RPS_VENDOR": "htek"}, "yealink") == {}
    assert login_from_environment({**OWN, "RPS_VENDOR": "htek"}, "yealink")["api_username"] == "own"
    assert login_from_environment(OWN, "htek") == {}


def test_the_vendor_falls_back_to_the_environment() -> None:
    assert login_from_environment({**GENERIC, "RPS_VENDOR": "htek"}, None)["vendor"] == "htek"
    assert login_from_environment(GENERIC, None) == {}
    assert "vendor" not in login_from_environment({**GENERIC, "RPS_VENDOR": "htek"}, "htek")


def test_an_address_or_password_alone_is_no_login() -> None:
    for key in ("RPS_API_PASSWORD", "RPS_API_URL"):
        assert login_from_environment({key: "x"}, "yealink") == {}


def test_half_a_login_is_named() -> None:
    environ = {"RPS_SNOM_USERNAME": "x", "RPS_API_PASSWORD": "t0ps3cret", **OWN, "RPS_HTEK_PASSWORD": ""}
    api, snom = incomplete_credentials(environ)
    assert api.params["missing"] == "RPS_API_USERNAME"
    assert snom.params["missing"] == "RPS_SNOM_PASSWORD"
    assert "t0ps3cret" not in str(api)


# Options and environment together, as modules and the inventory plugin use them.


def test_a_login_that_is_given_takes_no_address_from_the_environment() -> None:
    connection = connection_with_environment(LOGIN, {**GENERIC, **OWN})
    assert (connection.username, connection.api_url) == ("me", VENDORS["yealink"].api_url)


def test_an_address_that_is_given_wins_over_that_of_the_environments_login() -> None:
    connection = connection_with_environment({"vendor": "yealink", "api_url": "https://mine.example/"}, GENERIC)
    assert (connection.username, connection.api_url) == ("generic", "https://mine.example/")


@pytest.mark.parametrize("given", ["api_username", "api_password"])
def test_half_a_login_is_not_completed_from_the_environment(given: str) -> None:
    with pytest.raises(InputError):
        connection_with_environment({"vendor": "yealink", given: "me"}, GENERIC)


def test_the_other_options_come_from_the_environment_one_by_one() -> None:
    environ = {"RPS_VENDOR": "yealink", "RPS_TIMEOUT": "9.5", "RPS_VALIDATE_CERTS": "no", "RPS_CA_PATH": "ca.pem"}
    connection = connection_with_environment({**LOGIN, "vendor": None}, environ)
    assert (connection.timeout, connection.validate_certs, connection.ca_path) == (9.5, False, "ca.pem")
    given = connection_with_environment({**LOGIN, "timeout": 5, "validate_certs": True}, environ)
    assert (given.timeout, given.validate_certs) == (5.0, True)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"RPS_YEALINK_USERNAME": "own"}, "RPS_YEALINK_PASSWORD"),
        ({"RPS_API_PASSWORD": "pw"}, "RPS_API_USERNAME"),
        ({**GENERIC, "RPS_VENDOR": "htek"}, "RPS_VENDOR is htek"),
    ],
)
def test_why_the_environment_gives_no_login_is_part_of_the_message(environ: dict[str, str], name: str) -> None:
    with pytest.raises(InputError) as caught:
        connection_with_environment({"vendor": "yealink"}, environ)
    assert name in input_message(caught.value, MODULE)
