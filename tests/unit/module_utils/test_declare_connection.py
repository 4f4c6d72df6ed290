# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: defaults, bounds, plain HTTP on loopback only, no login in an address."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_connection

LOGIN: dict[str, Any] = {"vendor": "yealink", "api_username": "me", "api_password": "t0ps3cret"}


def test_a_connection_has_the_contracts_defaults() -> None:
    assert parse_connection(LOGIN | {"timeout": None, "validate_certs": None}) == Connection(
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
    assert parse_connection(LOGIN | {"vendor": "htek"}).api_url == "https://rps.htek.com/index.php/xmlrpc"


def test_a_connection_takes_what_is_given() -> None:
    given_options = {"validate_certs": False, "ca_path": "/ca.pem", "timeout": 0.5, "retries": 0, "concurrency": 64}
    connection = parse_connection(LOGIN | given_options | {"api_url": " https://h:1/x "})
    assert {key: getattr(connection, key) for key in given_options} == given_options
    assert connection.api_url == "https://h:1/x"


def _connection_error(change: dict[str, Any], label: str = "") -> str:
    with pytest.raises(InputError) as caught:
        parse_connection(LOGIN | change, label)
    return str(caught.value)


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
        ({"api_password": None}, "api_password"),
        ({"api_password": ""}, "api_password"),
        ({"api_url": "h/xmlrpc"}, "api_url"),
        ({"api_url": "ftp://h/xmlrpc"}, "api_url"),
        ({"api_url": "https://"}, "api_url"),
        ({"api_url": "https://h/ x"}, "api_url"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"retries": -1}, "retries"),
        ({"retries": 1.5}, "retries"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 65}, "concurrency"),
        ({"concurrency": []}, "concurrency"),
        ({"deadline": 0}, "deadline"),
    ],
)
def test_a_bad_connection_option_is_named(change: dict[str, Any], option: str) -> None:
    assert _connection_error(change).startswith(f"{option} ")
    assert _connection_error(change, "rps_accounts.office").startswith(f"rps_accounts.office: {option} ")
    assert "t0ps3cret" not in _connection_error(change)


def test_all_bad_connection_options_are_told_at_once() -> None:
    bad = {"vendor": "x", "api_username": "", "api_password": "", "api_url": "x", "timeout": 0, "retries": -1}
    text = _connection_error(bad | {"concurrency": 0})
    assert all(option in text for option in [*bad, "concurrency"])


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
def test_http_is_for_nobody_else(host: str) -> None:
    assert "unencrypted" in _connection_error({"api_url": f"http://{host}/xmlrpc"})
    assert parse_connection(LOGIN | {"api_url": f"https://{host}/xmlrpc"})


@pytest.mark.parametrize("scheme", ["https", "http", "ftp"])
@pytest.mark.parametrize("user", ["joe:h1dden", "h1dden", ":h1dden", "joe:h1dden@x", "joe%3Ah1dden"])
def test_a_login_in_the_api_url_is_refused_without_printing_it(scheme: str, user: str) -> None:
    for host in ("rps.example", "localhost"):
        assert "h1dden" not in _connection_error({"api_url": f"{scheme}://{user}@{host}/xmlrpc"})
