# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs: when two are the same, and which can be declared."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._urls import (
    is_host,
    normal_url,
    same_url,
    split_url,
    url_problem,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://h/cfg", "http://h/cfg"),
        (" http://h/cfg\n", "http://h/cfg"),
        ("HTTP://H.example/cfg", "http://h.EXAMPLE/cfg"),
        ("https://h", "https://h/"),
        ("https://h:8443", "HTTPS://h:8443/"),
        ("https://h?a=b", "https://h/?a=b"),
        ("ftp://Joe:Pw@h/x", "FTP://Joe:Pw@H/x"),
        (None, None),
        ("no url", " no url "),
    ],
)
def test_urls_that_differ_only_in_spelling_are_the_same(left: str | None, right: str | None) -> None:
    assert same_url(left, right)
    assert same_url(right, left)
    assert normal_url(left) == normal_url(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://h/cfg", "https://h/cfg"),
        ("http://h/cfg", "http://h/CFG"),
        ("http://h/cfg", "http://h/cfg/"),
        ("http://h/cfg", "http://h2/cfg"),
        ("http://h/cfg", "http://h:80/cfg"),
        ("http://h/?a=B", "http://h/?a=b"),
        ("http://h/", "http://h/?"),
        ("http://h/", "http://h/#"),
        ("http://h/#a", "http://h/#b"),
        ("http://joe@h/", "http://Joe@h/"),
        ("http://h/", "http://@h/"),
        ("http://h/a%2fb", "http://h/a/b"),
        ("http://h/", None),
        (None, ""),
        ("h/cfg", "http://h/cfg"),
    ],
)
def test_urls_that_differ_in_text_are_not_the_same(left: str | None, right: str | None) -> None:
    assert not same_url(left, right)
    assert not same_url(right, left)
    assert normal_url(left) != normal_url(right)


def test_a_url_is_split_into_what_is_there() -> None:
    assert split_url(" HTTPS://a:b@H:1?q#f ") == ("https", "a:b", "h:1", "/", "q", "f")
    assert split_url("http://h/x") == ("http", None, "h", "/x", None, None)
    assert split_url("http://h?#") == ("http", None, "h", "/", "", "")
    assert split_url("http://a@b@h/") == ("http", "a@b", "h", "/", None, None)
    assert split_url("mailto:x") is None


@pytest.mark.parametrize(
    "url",
    ["http://h", "https://h:8443/a?b=c#d", "FTP://h/x", "tftp://10.0.0.1", "http://[::1]:80/", " http://joe:pw@h/ "],
)
def test_what_a_phone_can_be_redirected_to_is_no_problem(url: str) -> None:
    assert url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "url_scheme"),
        ("h/cfg", "url_scheme"),
        ("htp://h/", "url_scheme"),
        ("sip://h/", "url_scheme"),
        ("file:///etc/passwd", "url_scheme"),
        ("javascript:alert(1)", "url_scheme"),
        ("http:/h/", "url_scheme"),
        ("http//h/", "url_scheme"),
        ("xhttp://h/", "url_scheme"),
        ("http://", "url_no_host"),
        ("http:///cfg", "url_no_host"),
        ("http://:80/cfg", "url_no_host"),
        ("http://joe:pw@/cfg", "url_no_host"),
        ("http://h/a b", "url_unprintable"),
        ("http://h/a\tb", "url_unprintable"),
        ("http://h/a\nb", "url_unprintable"),
        ("http://h/a\x00b", "url_unprintable"),
        ("http://h/\u202egpj.exe", "url_unprintable"),
    ],
)
def test_what_no_phone_can_be_redirected_to_has_a_reason(url: str, why: str) -> None:
    assert url_problem(url) == why


@pytest.mark.parametrize(
    "host", ["h", "a.b.example", "a.b.example.", "10.0.0.1:80", "[::1]", "[fe80::1]:8443", "b\u00fcro.example", "h:"]
)
def test_what_names_a_host_is_a_host(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "a..b",
        ".a",
        "a:b",
        "a:0",
        "a:65536",
        "a:123456",
        "*.example",
        "a/b",
        "[::1",
        "::1",
        "x" * 64,
        "a." * 130,
    ],
)
def test_what_names_no_host_is_none(host: str) -> None:
    assert not is_host(host)
