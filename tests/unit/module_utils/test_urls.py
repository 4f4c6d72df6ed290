# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs: when two are the same, which can be declared, and how they are shown without their secrets."""

from __future__ import annotations

import base64
import re
from functools import cache
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url, split_url, url_problem
from hypothesis import given
from hypothesis import strategies as st

PASSWORD = "p&ss w/rd+\u00e9"
OFFICE = Masker("yealink", "office", PASSWORD)
SAME_LOGIN = Masker("yealink", "office", PASSWORD)
OTHERS = [
    Masker("htek", "office", PASSWORD),
    Masker("yealink", "branch", PASSWORD),
    Masker("yealink", "office", PASSWORD + "!"),
]
SECRET = "http://joe:t0ps3cret@h/p/val1dation?key=qu3ry#fr4gment"
PRINT = "~[0-9a-f]{12}"


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
def test_what_a_phone_can_be_sent_to_is_no_problem(url: str) -> None:
    assert url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "must begin with"),
        ("h/cfg", "must begin with"),
        ("htp://h/", "must begin with"),
        ("sip://h/", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("javascript:alert(1)", "must begin with"),
        ("http:/h/", "must begin with"),
        ("http//h/", "must begin with"),
        ("xhttp://h/", "must begin with"),
        ("http://", "names no host"),
        ("http:///cfg", "names no host"),
        ("http://:80/cfg", "names no host"),
        ("http://joe:pw@/cfg", "names no host"),
        ("http://h/a b", "white space"),
        ("http://h/a\tb", "white space"),
        ("http://h/a\nb", "white space"),
        ("http://h/a\x00b", "control"),
        ("http://h/\u202egpj.exe", "control"),
    ],
)
def test_what_no_phone_can_be_sent_to_is_told(url: str, why: str) -> None:
    assert why in (url_problem(url) or "")


@pytest.mark.parametrize("url", ["joe:t0ps3cret@h", "ssh://joe:t0ps3cret@h/", "http://joe:t0ps3cret@h/ x?key=qu3ry"])
def test_a_url_problem_does_not_quote_the_url(url: str) -> None:
    assert not re.search("t0ps3cret|qu3ry", url_problem(url) or "")


def test_a_plain_url_is_shown_whole() -> None:
    assert OFFICE.url("http://h:8080/cfg/{mac}.cfg") == "http://h:8080/cfg/{mac}.cfg"
    assert OFFICE.url("HTTP://H") == "http://h/"
    assert OFFICE.url(None) is None


@pytest.mark.parametrize("hide_path", [False, True])
def test_user_info_query_and_fragment_are_never_shown(hide_path: bool) -> None:
    shown = OFFICE.url(SECRET, hide_path) or ""
    assert not re.search("joe|t0ps3cret|key|qu3ry|fr4gment", shown)
    assert ("val1dation" in shown) is not hide_path
    path = f"/{PRINT}" if hide_path else "/p/val1dation"
    assert re.fullmatch(rf"http://{PRINT}@h{path}\?{PRINT}#{PRINT}", shown)


def test_an_empty_path_is_nothing_to_hide() -> None:
    assert OFFICE.url("http://h", True) == "http://h/"


def test_text_that_is_no_url_is_shown_as_a_fingerprint_only() -> None:
    assert re.fullmatch(PRINT, OFFICE.url("joe:t0ps3cret@h/x") or "")
    assert re.fullmatch(PRINT, OFFICE.url("t0ps3cret") or "")


@given(
    st.from_regex(r"[a-z0-9:%._~-]{6,12}", fullmatch=True),
    st.from_regex(r"[a-z0-9=&%._~-]{6,12}", fullmatch=True),
    st.from_regex(r"[a-z0-9%._~-]{6,12}", fullmatch=True),
)
def test_no_secret_part_of_any_url_is_shown(user: str, query: str, fragment: str) -> None:
    shown = OFFICE.url(f"https://{user}@host.example/PATH?{query}#{fragment}") or ""
    assert re.fullmatch(rf"https://{PRINT}@host\.example/PATH\?{PRINT}#{PRINT}", shown)


def test_fingerprints_are_stable_within_an_account_and_differ_between_accounts_and_passwords() -> None:
    mine = OFFICE.url(SECRET, True)
    assert SAME_LOGIN.url(SECRET, True) == mine
    everywhere = [mine, *(other.url(SECRET, True) for other in OTHERS)]
    prints = [found for shown in everywhere for found in re.findall(PRINT, shown or "")]
    assert len(prints) == 16
    assert len(set(prints)) == 16


def test_a_change_of_a_secret_is_visible() -> None:
    for old, new in (("t0ps3cret", "t0ps3creu"), ("qu3ry", "qu3rz"), ("fr4gment", "fr4gmenu")):
        assert OFFICE.url(SECRET) != OFFICE.url(SECRET.replace(old, new))
    assert OFFICE.url(SECRET, True) != OFFICE.url(SECRET.replace("val1dation", "val2dation"), True)


def test_a_shown_url_is_one_bounded_printable_line() -> None:
    long = OFFICE.url("http://h/" + "x" * 100_000) or ""
    assert len(long) < 1000
    assert long != OFFICE.url("http://h/" + "x" * 99_999 + "y")
    assert (OFFICE.url("http://h/\x1b[2J\u202e") or "").isprintable()


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        quote(PASSWORD),
        quote(PASSWORD, safe=""),
        quote_plus(PASSWORD),
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.b64encode(f"office:{PASSWORD}".encode()).decode(),
    ],
)
def test_a_text_shows_the_password_in_no_form(form: str) -> None:
    assert OFFICE.text(f"bad login '{form}', sorry") == "bad login '****', sorry"


@pytest.mark.parametrize("password", ["two  blanks", "a\ttab", " blank at the ends ", "line\nbreak", "esc\x1bape"])
def test_a_password_is_hidden_too_where_showing_a_text_folds_it(password: str) -> None:
    shown = Masker("yealink", "office", password).text(f"login '{password}' refused; I said {password}")
    assert to_printable(password) not in shown
    assert shown.count("****") == 2


def test_other_secrets_are_hidden_in_a_text_once_they_are_known() -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    masker.hide_url(SECRET, path=True)
    masker.hide("s/p are")
    masker.hide("")
    masker.hide(None)
    shown = masker.text("joe:t0ps3cret | key=qu3ry | fr4gment | p/val1dation | s/p are | s%2Fp%20are | s%2Fp+are")
    assert shown == " | ".join(["****"] * 7)


def test_the_path_of_a_plain_server_is_not_a_secret_of_a_text() -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    masker.hide_url("http://h/configs", path=False)
    assert masker.text("no file in configs") == "no file in configs"


def test_a_url_in_a_text_shows_its_host_only() -> None:
    shown = OFFICE.text(f"cannot fetch '{SECRET}', ask http://h2")
    assert re.fullmatch(rf"cannot fetch 'http://{PRINT}@h/{PRINT}\?{PRINT}#{PRINT}', ask http://h2", shown)


def test_a_declared_url_in_a_text_looks_as_it_does_elsewhere() -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    plain, token, other = "https://h/configs", "https://u:p@h/configs?key=0123456789", "https://v:q@h/x?key=987654321"
    masker.hide_url(plain, path=False)
    masker.hide_url(token, path=False)
    masker.hide_url(other, path=True)
    shown = masker.text(f"not {plain}. Nor '{token}'\nnor {other}, nor https://h/.")
    assert shown == f"not {plain}. Nor '{masker.url(token)}' nor {masker.url(other, True)}, nor https://h/."
    assert masker.url(token) != masker.url(token.replace("0123", "3210"))


@pytest.mark.parametrize("ending", [".", "!", "?)", ":;,", ").!"])
@pytest.mark.parametrize("declared", [False, True])
def test_a_secret_that_ends_like_a_sentence_is_hidden_whole(ending: str, declared: bool) -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    url = f"https://h/?k=0123456789{ending}"
    if declared:
        masker.hide_url(url, path=False)
    assert masker.text(f"bad URL {url}") == f"bad URL {masker.url(url)}"


def test_a_declared_url_at_the_beginning_of_a_secret_one_does_not_uncover_it() -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    masker.hide_url("https://h/", path=False)
    for secret in ("https://h/val1dation", "https://h/?val1dation", "https://h/#val1dation", "https://h/.val1dation"):
        shown = masker.text(f"bad URL {secret}.")
        assert "val1dation" not in shown
        assert shown.startswith("bad URL https://h/")


@given(st.text(max_size=2000))
def test_a_text_is_one_bounded_printable_line(words: str) -> None:
    shown = OFFICE.text(words)
    assert shown.isprintable()
    assert len(shown) <= 400


@cache
def masker_of(password: str) -> Masker:
    masker = Masker("yealink", "office", password)
    masker.hide_url(SECRET, path=True)
    masker.hide_url("https://h/configs", path=False)
    return masker


@given(st.text(max_size=200), st.sampled_from(["1", "0", "a", "~", "\U000f0000", "https"]))
def test_declared_urls_and_short_passwords_do_not_damage_a_text_further(words: str, password: str) -> None:
    shown = masker_of(password).text(f"{SECRET} {words} https://h/configs")
    assert shown.isprintable()
    assert "t0ps3cret" not in shown
    assert "val1dation" not in shown


def test_a_text_is_shown_quickly_for_a_large_fleet_with_urls_of_its_own() -> None:
    masker = Masker("yealink", "office", "pw-of-office")
    for number in range(5000):
        masker.hide_url(f"https://h/t0ken-{number}", path=True)
    masker.text("sorted once")
    order = next(iter(masker._orders.values()))
    for number in range(50):
        assert "t0ken" not in masker.text(f"bad https://h/t0ken-{number}, or t0ken-{number}")
    assert next(iter(masker._orders.values())) is order


def test_a_very_long_text_is_cut() -> None:
    assert len(OFFICE.text("no " * 1_000_000)) <= 400


def test_what_is_hidden_can_be_told_to_others_that_must_not_print_it() -> None:
    assert {PASSWORD, quote_plus(PASSWORD)} <= set(OFFICE.secrets())
    assert "" not in OFFICE.secrets()
