# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: shown as fingerprints in URLs and as asterisks in texts, whole, in part and in every spelling."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import unicodedata
from functools import cache
from urllib.parse import quote, quote_plus, unquote

import pytest
from ansible_collections.voip.rps.plugins.module_utils import _redaction
from ansible_collections.voip.rps.plugins.module_utils._redaction import DERIVATION_ROUNDS, MASK, Masker
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable
from ansible_collections.voip.rps.plugins.module_utils._urls import split_url
from hypothesis import given, settings
from hypothesis import strategies as st

PASSWORD = "p&ss w/rd+\u00e9"
SECRET = "http://joe:t0ps3cret@h/p/val1dation?key=qu3ry#fr4gment"
PRINT = "~[0-9a-f]{12}"


def masker_for(password: str = PASSWORD, vendor: str = "yealink", user: str = "office") -> Masker:
    return Masker(vendor, user, password, rounds=1)


OFFICE = masker_for()
OTHERS = [masker_for(vendor="htek"), masker_for(user="branch"), masker_for(PASSWORD + "!")]


# URLs.


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h:8080/cfg/{mac}.cfg", "http://h:8080/cfg/{mac}.cfg"),
        ("HTTP://H", "HTTP://H"),  # as the service wrote it
        (" https://Host.example/A \n", "https://Host.example/A"),
        (None, None),
    ],
)
def test_a_url_without_secrets_is_shown_as_it_is_written(url: str | None, shown: str | None) -> None:
    assert OFFICE.url(url) == shown


@pytest.mark.parametrize("hide_path", [False, True])
def test_user_info_query_and_fragment_are_never_shown(hide_path: bool) -> None:
    shown = OFFICE.url(SECRET, hide_path) or ""
    assert not re.search("joe|t0ps3cret|key|qu3ry|fr4gment", shown)
    assert ("val1dation" in shown) is not hide_path
    path = f"/{PRINT}" if hide_path else "/p/val1dation"
    assert re.fullmatch(rf"http://{PRINT}@h{path}\?{PRINT}#{PRINT}", shown)


UNIQUE = "https://h/c/Val1dation-0123"


def knowing(password: str = "correct-horse", *urls: str) -> Masker:
    """A masker of this password that knows a unique URL and plain ones."""
    masker = masker_for(password)
    masker.hide_url(UNIQUE, path=True)
    for url in urls:
        masker.hide_url(url, path=False)
    return masker


@pytest.mark.parametrize(
    "secret",
    [
        "correct-horse",
        base64.b64encode(b"office:correct-horse").decode(),
        b"correct-horse".hex(),
        "c%6frrect-ho%72se",
        "Correct&#45;Horse",
        "cor\u200brect-horse",
        "corr\u00e9ct-horse",
        "Val1dation-0123",
        "qu3ry-t0ken",
    ],
)
@pytest.mark.parametrize(
    "url", ["https://h/{}", "https://h/a/{}/b.cfg", "https://{}/", "https://a.{}.example:8080/x", "{}://h/"]
)
def test_a_known_secret_in_any_part_of_a_url_that_nobody_declared_is_a_fingerprint(url: str, secret: str) -> None:
    masker = knowing("correct-horse", "https://h/?k=qu3ry-t0ken")
    shown = masker.url(url.format(secret)) or ""
    assert re.search(PRINT, shown)
    assert not re.search("horse|val1dation|qu3ry|cnJlY3|6f7272", shown, re.IGNORECASE)
    if "{}" in url.partition("://")[2]:
        before, _blank, after = url.partition("{}")
        assert shown.startswith(before)
        assert shown.count("/") == url.format("").count("/") or "#" in secret
        assert shown.endswith(after) or "#" in secret


def test_different_secrets_in_urls_look_different_and_equal_ones_alike() -> None:
    masker = knowing()
    shown = [
        masker.url(f"https://h/{path}")
        for path in ("correct-horse", "correct-horse/x", "correct-hors", "correct-horse")
    ]
    assert len(set(shown)) == 3
    assert shown[0] == shown[3]


@pytest.mark.parametrize("password", ["office", "example", "http", "https", "configs", "https://office.example.com/"])
def test_a_weak_password_damages_no_declared_url(password: str) -> None:
    url = "https://office.example.com/configs"
    masker = knowing(password, url, "https://office.example.com/")
    assert masker.url(url) == url
    assert masker.url("HTTPS://Office.example.com") == "HTTPS://Office.example.com"  # it is the same
    assert masker.text(f"see {url}") == f"see {url}"
    assert str(masker.url("https://h.test/x")) == "https://h.test/x"
    assert password not in str(masker.url("ftp://office.example.com/configs"))


@pytest.mark.parametrize("password", ["e", "htt", "/"])
def test_a_very_short_password_damages_no_url(password: str) -> None:
    assert masker_for(password).url("https://here/e") == "https://here/e"


@pytest.mark.parametrize(
    "path",
    [
        "/c/x",
        "/c/x/",
        "//c//x",
        "/C/X",
        "/%63/%78",
        "/%2563/x",
        "/c%2Fx",
        "/./c/y/../x",
        "/c/%26%23120%3B",
        "/c/\u200bx",
        "/c/\uff58",
    ],
)
def test_the_path_of_a_unique_url_is_a_secret_in_every_spelling(path: str) -> None:
    masker = masker_for("pw-of-office")
    masker.hide_url("https://h/c/x", path=True)
    for declared in (False, True):
        assert re.fullmatch(f"https://other/{PRINT}", masker.url(f"https://other{path}") or "")
        if declared:
            masker.hide_url(f"https://other{path}", path=False)
    assert masker.url("https://other/c/z") == "https://other/c/z"
    assert masker.url("https://other/") == "https://other/"


def test_a_unique_url_without_a_path_makes_no_path_a_secret() -> None:
    masker = masker_for("pw-of-office")
    masker.hide_url("https://h/", path=True)
    assert masker.url("https://h") == "https://h"
    assert masker.url("https://h//") == "https://h//"


def test_a_url_that_is_far_too_long_is_a_fingerprint() -> None:
    assert re.fullmatch(PRINT, OFFICE.url("https://h/" + "\u00e9" * 60_000) or "")


def test_an_empty_path_is_nothing_to_hide() -> None:
    assert OFFICE.url("http://h", True) == "http://h/"


def test_text_that_is_no_url_is_shown_as_a_fingerprint_only() -> None:
    assert re.fullmatch(PRINT, OFFICE.url("joe:t0ps3cret@h/x") or "")
    assert re.fullmatch(PRINT, OFFICE.url("t0ps3cret") or "")


@settings(max_examples=40)
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
    assert masker_for().url(SECRET, True) == mine
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


# The key of the fingerprints.


def test_the_key_is_derived_slowly_once_and_only_if_something_is_to_be_fingerprinted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds: list[int] = []

    def derive(_name: str, password: bytes, _salt: bytes, count: int) -> bytes:
        rounds.append(count)
        return password

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", derive)
    masker = Masker("yealink", "office", PASSWORD)
    masker.hide_url(SECRET, path=True)
    masker.url("https://h/configs")
    masker.text(f"bad {PASSWORD}")
    assert rounds == []
    masker.url(SECRET)
    masker.url(SECRET + "2")
    assert rounds == [DERIVATION_ROUNDS]
    assert DERIVATION_ROUNDS >= 600_000


def test_hiding_the_same_url_again_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    splits: list[str] = []

    def split(text: str) -> object:
        splits.append(text)
        return split_url(text)

    monkeypatch.setattr(_redaction, "split_url", split)
    masker = masker_for()
    for _phone in range(1000):
        masker.hide_url("https://h/configs?key=value", path=False)
    assert len(splits) == 1
    masker.hide_url("https://h/configs?key=value", path=True)  # now its path is a secret too
    masker.hide_url("https://h/configs?key=value", path=False)
    assert len(splits) == 2
    assert "configs" in masker.secrets()


# Texts.


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        quote(PASSWORD),
        quote(PASSWORD, safe=""),
        quote_plus(PASSWORD),
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.b64encode(f"office:{PASSWORD}".encode()).decode(),
        PASSWORD.upper(),
        quote(PASSWORD, safe="").lower(),
        PASSWORD[:9],
        PASSWORD[2:],
        "p&ss\n w/\r\nrd+\u00e9",
        " ".join(PASSWORD),
    ],
)
def test_a_text_shows_the_password_in_no_form(form: str) -> None:
    shown = OFFICE.text(f"bad login '{form}', sorry")
    assert shown == f"bad login '{MASK}', sorry"


@pytest.mark.parametrize("password", ["two  blanks", "a\ttab", " blank at the ends ", "line\nbreak", "esc\x1bape-key"])
def test_a_password_is_hidden_too_if_showing_a_text_folds_it(password: str) -> None:
    shown = masker_for(password).text(f"login '{password}' refused; I said {password}")
    assert to_printable(password) not in shown
    assert shown.count(MASK) == 2


@settings(max_examples=40)
@given(st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), min_size=12, max_size=40), st.data())
def test_no_long_part_of_a_secret_is_left_whatever_stands_around_it(password: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(password) - 9))
    part = password[at : at + 9]
    shown = masker_for(password).text(f"\u00ab{part.swapcase()}\u00bb")
    assert part.casefold() not in shown.casefold()


@pytest.mark.parametrize("password", ["pw", "abc"])
def test_a_very_short_password_is_masked_only_as_it_is(password: str) -> None:
    shown = masker_for(password).text(f"x{password}x {password.upper()}")
    assert shown == f"x{MASK}x {password.upper()}"


@pytest.mark.parametrize("password", ["four", "seven77"])
def test_a_short_password_is_masked_in_any_case_but_only_whole(password: str) -> None:
    shown = masker_for(password).text(f"{password.upper()} {password[:3]} {password}")
    assert shown == f"{MASK} {password[:3]} {MASK}"


def test_everything_is_masked_before_anything_is_cut() -> None:
    password = "correct-horse-battery"
    for distance in range(280, 305):
        shown = masker_for(password).text("x" * distance + password)
        assert not any(password[:length] in shown for length in range(4, len(password)))


def test_other_secrets_are_hidden_in_a_text_once_they_are_known() -> None:
    masker = masker_for("pw-of-office")
    masker.text("nothing is known yet")
    masker.hide_url(SECRET, path=True)
    masker.hide("s/p are")
    masker.hide("")
    masker.hide(None)
    shown = masker.text("joe:t0ps3cret | key=qu3ry | fr4gment | p/val1dation | s/p are | s%2Fp%20are | s%2Fp+are")
    assert shown == " | ".join([MASK] * 7)
    assert masker.text("t0ps3cret, qu3ry, val1dation") == ", ".join([MASK] * 3)


def test_the_path_of_a_plain_server_is_not_a_secret_of_a_text() -> None:
    masker = masker_for("pw-of-office")
    masker.hide_url("http://h/configs", path=False)
    assert masker.text("no file in configs") == "no file in configs"


def test_a_character_that_folds_into_two_does_not_shift_the_mask() -> None:
    shown = masker_for("battery-staple").text("Stra\u00dfe \u0130 battery-staple!")
    assert shown == f"Stra\u00dfe \u0130 {MASK}!"


def test_a_url_in_a_text_shows_its_host_only() -> None:
    shown = OFFICE.text(f"cannot fetch '{SECRET}', ask http://h2")
    assert re.fullmatch(rf"cannot fetch 'http://{PRINT}@h/{PRINT}\?{PRINT}#{PRINT}', ask http://h2", shown)


def test_a_declared_url_in_a_text_looks_as_it_does_elsewhere() -> None:
    masker = masker_for("pw-of-office")
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
    masker = masker_for("pw-of-office")
    url = f"https://h/?k=0123456789{ending}"
    if declared:
        masker.hide_url(url, path=False)
    assert masker.text(f"bad URL {url}") == f"bad URL {masker.url(url)}"


def test_a_declared_url_at_the_beginning_of_a_secret_one_does_not_uncover_it() -> None:
    masker = masker_for("pw-of-office")
    masker.hide_url("https://h/", path=False)
    for secret in ("https://h/val1dation", "https://h/?val1dation", "https://h/#val1dation", "https://h/.val1dation"):
        shown = masker.text(f"bad URL {secret}.")
        assert "val1dation" not in shown
        assert shown.startswith("bad URL https://h/")


@settings(max_examples=40)
@given(st.text(max_size=2000))
def test_a_text_is_one_bounded_printable_line(words: str) -> None:
    shown = OFFICE.text(words)
    assert shown.isprintable()
    assert len(shown) <= 400


def test_a_very_long_text_is_cut_and_says_so() -> None:
    shown = OFFICE.text("no " * 1_000_000)
    assert len(shown) <= 400
    assert shown.endswith("...")


def pairs(char: str) -> list[bytes]:
    wide = char.encode("utf-16-be")
    return [wide[index : index + 2] for index in range(0, len(wide), 2)]


# Spellings of a character, of which a secret may have another one at every place.
SPELLINGS = [
    lambda char: char,
    lambda char: quote(char, safe="") if quote(char, safe="") != char else f"%{ord(char):02x}",
    lambda char: "".join(f"%{byte:02X}" for byte in char.encode()),
    lambda char: quote("".join(f"%{byte:02x}" for byte in char.encode())),
    lambda char: f"&#{ord(char)};",
    lambda char: f"&#x{ord(char):X};",
    html.escape,
    lambda char: "".join(f"\\u{int.from_bytes(pair, 'big'):04x}" for pair in pairs(char)),
    lambda char: f"\u200b{char}\ufe0f",
    lambda char: f"{char}\r\n ",
    lambda char: char.upper(),
    lambda char: unicodedata.normalize("NFD", char),
]
ANY_SECRET = st.text(
    st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="%&\\+\u2800\u3164\uffa0\u115f\u1160"),
    min_size=8,
    max_size=30,
)
# An escape that begins before the secret would take its first characters away.
AROUND = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%&\\")) | st.just("Stra\u00dfe ")


def squeezed(text: str) -> str:
    """What a reader makes of a text: decoded, without case and blanks."""
    for _round in range(3):
        text = html.unescape(unquote(re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)))
    return "".join(text.replace("?", "").split()).casefold()


@settings(max_examples=300)
@given(ANY_SECRET, AROUND, AROUND, st.data())
def test_no_mix_of_spellings_shows_a_secret_whatever_stands_around_it(
    secret: str, before: str, after: str, data: st.DataObject
) -> None:
    spelled = "".join(data.draw(st.sampled_from(SPELLINGS))(char) for char in secret)
    as_password, as_token = masker_for(secret), masker_for("pw-of-office")
    as_token.hide(secret)
    for masker in (as_password, as_token):
        for shown in (masker.text(f"{before[:100]}{spelled}{after}"), masker.url(f"https://h/{spelled}/x") or ""):
            assert "****" in shown or re.search(PRINT, shown)
            assert squeezed(secret) not in squeezed(shown) or squeezed(secret) in squeezed(before + "****" + after)


@settings(max_examples=100)
@given(st.text(min_size=8, max_size=30), AROUND, st.sampled_from(["utf-8", "base64", "login", "hex", "urlsafe"]))
def test_no_secret_at_all_is_shown_as_it_is_or_encoded_as_a_whole(secret: str, around: str, encoding: str) -> None:
    if len("".join(char for char in secret if char.isprintable() and unicodedata.category(char)[0] not in "MZ")) < 8:
        secret += "and-m0re-of-it"
    raw = secret.encode("utf-8", "replace")
    forms = {
        "utf-8": raw.decode(),
        "base64": base64.b64encode(raw).decode(),
        "login": base64.b64encode(b"office:" + raw).decode(),
        "hex": raw.hex(),
        "urlsafe": base64.urlsafe_b64encode(raw).decode(),
    }
    form = forms[encoding]
    for shown in (
        masker_for(raw.decode()).text(f"{around} {form} {around}"),
        masker_for(raw.decode()).url(f"ftp://h/{form}"),
    ):
        assert to_printable(form) not in str(shown).replace(to_printable(around) or "\0", "")


@pytest.mark.parametrize(
    ("password", "form"),
    [
        ("Stra\u00dfe-Geheim", "Stra\u00dfe-Geheim"),
        ("Stra\u00dfe-Geheim", "STRASSE-GEHEIM"),
        ("\u0130stanbul-34", "\u0130STANBUL-34"),
        ("m\u00fcnchen-geheim", "xn--mnchen-geheim-zob"),
        ("S3cretPassW0rd", "\uff33\uff13cretPassW0rd"),
        ("S3cretPassW0rd", "S3cret\\\nPass\\\nW0rd"),
        ("S3cretPassW0rd", "S3cret\\\\u0050assW0rd"),
        ("S3cretPassW0rd", "S3cret\\x50assW0rd"),
        ("S3cretPassW0rd", "S3cret%u0050assW0rd"),
        ("S3cret^PassW0rd", "S3cret&Hat;PassW0rd"),
        ("S3cret/PassW0rd", "S3cret\\/PassW0rd"),
        ("100%25-%41bc", "100%25-%41bc"),
        ("100%25-%41bc", quote("100%25-%41bc", safe="")),
        ("caf\u00e9-secret", quote("caf\u00e9-secret", encoding="latin-1")),
        ("S3cretPassW0rd", "ab" + b"S3cretPassW0rd".hex() + "c"),
        ("S3cretPassW0rd", "a" + b"S3cretPassW0rd".hex().upper()),
        ("four", b"four".hex()),
        ("S3cretPassW0rd", quote(base64.b64encode(b"office:S3cretPassW0rd").decode(), safe="")),
        ("++++++++", quote("++++++++")),
        ("a+b c+d e", "a+b+c+d+e"),
        ("secret+/+/+/", base64.urlsafe_b64encode(b"secret+/+/+/").decode()),
        ("secret~~~???", base64.urlsafe_b64encode(b"office:secret~~~???").decode()),
        ("\\a\\b\\c\\d\\e\\f\\g", "\\b\\c\\d\\e"),
        ("\\a\\b\\c\\d\\e\\f\\g", "\\\\a\\\\b\\\\c\\\\d\\\\e\\\\f\\\\g"),
    ],
)
def test_a_secret_is_found_in_spite_of_its_spelling(password: str, form: str) -> None:
    for words in (form, f"Stra\u00dfe {form}", f"100% & more: {form}"):
        shown = masker_for(password).text(f"{words}.")
        assert shown.endswith((f"{MASK}.", f"{MASK}c."))
        assert len(shown) <= len(words) - len(form) + 9
        assert form not in shown


def test_base64_of_a_text_with_the_password_in_it_is_masked_but_for_its_ends() -> None:
    for before in ("", "1", "12", "user ", "the password is "):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            inside = encode(f"{before}S3cret~~~???PassW0rd, so".encode()).decode()
            shown = masker_for("S3cret~~~???PassW0rd").text(inside)
            assert MASK in shown
            assert len(shown) <= len(inside) - 20
            assert b"Pass" not in base64.b64decode(shown.partition(MASK)[0] + "===")


def test_what_only_looks_encoded_stays_as_it_is() -> None:
    words = r"100% of &c; &nosuch; xn--\x \u12 %zz %e9%e9 xn--99999999 a\b &#xffffffff; 001565000001 0123456789abcdef0"
    assert OFFICE.text(words) == words


@pytest.mark.no_cover
@pytest.mark.parametrize("filler", ["\\", "%25", "&amp;", "\\u005c", "\u00df", "ab", "xn--", "&#", "+"])
def test_a_hostile_text_costs_little(filler: str) -> None:
    assert len(OFFICE.text(filler * 500_000)) <= 400


@pytest.mark.parametrize("length", [49_980, 49_990, 49_995, 50_000])
def test_a_text_of_secrets_only_is_masked_before_it_is_cut(length: int) -> None:
    password = "correct-horse-battery"
    shown = masker_for(password).text(" " * (length - 50_000 % len(password)) + password * 5000)
    assert shown.replace("*", "").replace(".", "") == ""


@cache
def masker_of(password: str) -> Masker:
    masker = masker_for(password)
    masker.hide_url(SECRET, path=True)
    masker.hide_url("https://h/configs", path=False)
    return masker


@settings(max_examples=40)
@given(st.text(max_size=200), st.sampled_from(["1", "0", "a", "~", "\U000f0000", "https"]))
def test_declared_urls_and_short_passwords_do_not_damage_a_text_further(words: str, password: str) -> None:
    shown = masker_of(password).text(f"{SECRET} {words} https://h/configs")
    assert shown.isprintable()
    assert "t0ps3cret" not in shown
    assert "val1dation" not in shown


@pytest.mark.no_cover
def test_a_large_fleet_with_urls_of_its_own_hides_all_of_them() -> None:
    masker = masker_for("pw-of-office")
    for number in range(2000):
        masker.hide_url(f"https://h/t0ken-{number:05d}", path=True)
    for number in range(0, 2000, 400):
        assert "t0ken" not in masker.text(f"bad https://h/t0ken-{number:05d}, or t0ken-{number:05d}")


def test_what_is_hidden_can_be_given_to_others_that_must_not_print_it() -> None:
    masker = masker_for()
    masker.hide_url(SECRET, path=True)
    assert {PASSWORD, "t0ps3cret", "qu3ry", "val1dation"} <= set(masker.secrets())
    assert "" not in masker.secrets()
