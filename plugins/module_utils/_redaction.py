# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets replaced by fingerprints or asterisks: the only module that masks. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import posixpath
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple
from urllib.parse import parse_qsl

from ._text import to_printable
from ._urls import SCHEMES, Url, split_url

DERIVATION_ROUNDS = 600_000  # about 0.2 s, once a run and only if there is something to fingerprint
MASK = "****"
_FINGERPRINT_DIGITS = 12
_QUOTE_LIMIT = 300  # characters of a quoted text
_URL_LIMIT = 500  # characters of a URL that is shown
_MASKED_LIMIT = 50_000  # characters of a text that are searched; a longer URL is none
# A service may quote a secret in part: whatever shares so many characters in a row with a secret is masked.
_WINDOW = 8
_SHORTEST = 4  # shorter secrets are masked only exactly as they are, or they would damage every text
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s'\"<>]+")
# A URL that goes on here is another one.
_URL_ENDS = r"(?=[.,;:!?)]*(?:[\s'\"<>]|$))"
_PLACEHOLDERS = 0xF0000  # characters of a private area, of which a text keeps none of its own
_PRIVATE = re.compile("[\U000f0000-\U0010ffff]")
_NOT_PRIVATE = re.compile("[^\U000f0000-\U0010ffff]+")
# What is left out where texts are compared, with all that is not printable: these show nothing either.
_LEFT_OUT = " \u115f\u1160\u2800"
_DECODINGS = 4  # a text may be encoded so many times over
_B = "%[89ab][0-9a-f]"
_ROWS = re.compile(b"\1+|\0+")
# One character as URLs, HTML, JSON or domain names write it, in a text that is folded already.
_ESCAPED = re.compile(
    f"%f[0-7](?:{_B}){{3}}|%e[0-9a-f](?:{_B}){{2}}|%[cd][0-9a-f]{_B}|%[0-9a-f]{{2}}"
    r"|&#x0{0,9}[0-9a-f]{1,6};?|&#[0-9]{1,9};?|&[a-z][a-z0-9]{1,31};"
    r"|\\ud[89ab][0-9a-f]{2}\\{1,9}ud[c-f][0-9a-f]{2}|[\\%]u[0-9a-f]{4}|\\x[0-9a-f]{2}"
    r"|xn--[a-z0-9-]{1,59}"
)
_ENTITIES = {name.lower(): meant for name, meant in html5.items()}  # for those that only begin with a capital


class Masker:
    """Shows URLs and the service's words without secrets, for one account.

    A secret part of a URL is replaced by ``~`` and 12 hex digits of an HMAC. Its key is derived from the login by
    PBKDF2 (SHA-256), so equal parts look equal within the account, a change is visible, and neither password nor token
    can be guessed quickly from a report. ``rounds`` is the seam for tests, which need no slow key.
    """

    def __init__(self, vendor: str, username: str, password: str, *, rounds: int | None = None) -> None:
        self._login = (vendor, username, password)
        self._rounds = rounds or DERIVATION_ROUNDS
        self._key: bytes | None = None
        self._lock = threading.Lock()
        self._secrets: dict[str, None] = {}
        self._windows: dict[int, set[str]] = {}  # parts of secrets by their length; shorter secrets are there whole
        self._short: list[str] = []
        self._indexed = 0  # how many of the secrets are in the two above
        self._urls: dict[str, bool] = {}  # declared URLs, and whether their path is a secret
        self._folded: dict[str, str] = {}  # the same, by how a text shows them
        self._declared: set[Url] = set()
        self._unique_paths: set[str] = set()
        self.hide(password)
        for login in _base64(f"{username}:{password}"):
            self.hide(login)
        for before in ("\0", "\0\0"):  # base64 of a text somewhere in which the password is
            for encoded in _base64(before + password):
                inside = encoded[len(before) + 1 :].rstrip("=")[:-1]
                self.hide(inside if len(inside) >= _WINDOW else None)

    def hide(self, secret: str | None) -> None:
        """Also mask this text wherever it is in the service's words or URLs, in any of its spellings."""
        if secret and secret not in self._secrets:
            with self._lock:
                self._secrets[secret] = None

    def hide_url(self, text: str | None, path: bool) -> None:
        """Mask the secret parts of a declared URL, and its path if ``path`` (a unique URL)."""
        known = self._urls.get(text) if text else None
        if not text or (known is not None and (known or not path)):
            return  # hidden already, as well as asked
        self._urls[text] = path
        self._folded[" ".join(text.split())] = text
        parts = split_url(text)
        if parts is not None:
            self._declared.add(parts)
            if path:
                self._unique_paths |= {_comparable_path(parts.path)} - {""}
        for secret in (text,) if parts is None else _secret_parts(parts, path):
            self.hide(secret)

    def url(self, text: str | None, hide_path: bool = False) -> str | None:
        """The URL as it may be shown: user info, query, fragment and, if asked, path as fingerprints."""
        if text is None:
            return None
        parts = split_url(text)
        if parts is None or len(text) > _MASKED_LIMIT:
            return self.fingerprint(text)
        # The path of a declared unique URL is a secret wherever it is found, and however it is spelled.
        hide_path = hide_path or (parts.path != "/" and self._is_unique(parts.path))
        covered = None if parts in self._declared else self._covered(text.strip(), parts, hide_path)
        if covered is not None:
            scheme, host, path = covered
        else:  # a declared URL stays as it is, however weak the password
            scheme, host, path = parts.scheme, parts.host, parts.path
        shown = [scheme, "://"]
        if parts.user is not None:
            shown.append(self.fingerprint(parts.user) + "@")
        shown.append(host)
        shown.append("/" + self.fingerprint(parts.path) if hide_path and parts.path != "/" else path)
        if parts.query is not None:
            shown.append("?" + self.fingerprint(parts.query))
        if parts.fragment is not None:
            shown.append("#" + self.fingerprint(parts.fragment))
        # "As the service wrote it": without a secret nothing is changed, not even the case of the host.
        plain = self._is_plain(parts) and not hide_path and covered is None
        whole = to_printable(text.strip() if plain else "".join(shown))
        if len(whole) > _URL_LIMIT:
            whole = whole[:_URL_LIMIT] + self.fingerprint(text)
        return whole

    def text(self, words: str) -> str:
        """The service's words as they may be quoted: no secret, no URL's path, one printable line, bounded.

        Everything is masked before anything is cut.
        """
        shown = _PRIVATE.sub("\0", " ".join(words[:_MASKED_LIMIT].split()))
        # Declared URLs are put aside first, so that what follows neither masks their plain parts nor cuts them.
        known = [url for url in self._folded if url in shown] if "://" in shown else []
        places: dict[str, str] = {}
        for index, url in enumerate(sorted(known, key=len, reverse=True)):
            places[chr(_PLACEHOLDERS + index)] = self._folded[url]
            shown = re.sub(re.escape(url) + _URL_ENDS, chr(_PLACEHOLDERS + index), shown)
        shown = _NOT_PRIVATE.sub(lambda match: self._mask_secrets(match[0]), shown)
        shown = _URL_IN_TEXT.sub(lambda match: self._found_url(match.group(0)), shown)
        for place, url in places.items():
            shown = shown.replace(place, self.url(url, self._urls[url]) or "")
        shown = to_printable(shown)
        if len(words) > _MASKED_LIMIT and len(shown) < 4 * _QUOTE_LIMIT:
            return f"{MASK}..."  # nearly all was masked: what is left may be the beginning of a secret
        return shown if len(shown) <= _QUOTE_LIMIT else shown[:_QUOTE_LIMIT] + "..."

    def secrets(self) -> list[str]:
        """All secrets, for others that must not print them."""
        return list(self._secrets)

    def fingerprint(self, secret: str) -> str:
        """What replaces a text that is not shown: the same one for the same text, within the account only."""
        with self._lock:
            if self._key is None:
                vendor, username, password = self._login
                salt = f"voip.rps\0{vendor}\0{username}".encode()
                self._key = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, self._rounds)
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return "~" + digest[:_FINGERPRINT_DIGITS]

    def _covered(self, url: str, parts: Url, hide_path: bool) -> tuple[str, str, str] | None:
        """Scheme, host and path with known secrets as fingerprints; None without one in those that are shown."""
        hidden = self._hidden(url)
        if hidden is None:
            return None
        begin = len(parts.scheme)
        host = begin + 3 + (0 if parts.user is None else len(parts.user) + 1)
        end = next((index for index in range(host, len(url)) if url[index] in "?#"), len(url))
        slash = url.find("/", host, end) if "/" in url[host:end] else end
        if parts.scheme in SCHEMES:
            hidden[:begin] = bytes(begin)
        hidden[begin:host] = bytes(host - begin)
        for index in range(slash, end):  # the host and each piece of the path keep their ends
            hidden[index] &= url[index] != "/"
        if not any(hidden[: slash if hide_path else end]):
            return None
        scheme, name, path = (
            _replace(url, hidden, first, last, self.fingerprint)
            for first, last in ((0, begin), (host, slash), (slash, end))
        )
        return scheme.lower(), name if any(hidden[host:slash]) else parts.host, path or "/"

    @staticmethod
    def _is_plain(parts: Url) -> bool:
        return parts.user is None and parts.query is None and parts.fragment is None

    def _found_url(self, url: str) -> str:
        """A URL in a text: as it is if it has no secret, else as it may be shown.

        What looks like the end of the sentence may be the end of a secret, so then it is masked with it.
        """
        parts = split_url(url.rstrip(".,;:!?)"))
        if parts is not None and parts.path == "/" and self._is_plain(parts):
            return url
        return self.url(url, hide_path=True) or ""

    def _is_unique(self, path: str) -> bool:
        return bool(self._unique_paths) and _comparable_path(path) in self._unique_paths

    def _index(self) -> None:
        """Take the secrets that came since the last text into the windows and the list of short ones."""
        with self._lock:
            if self._indexed == len(self._secrets):
                return
            fresh = list(self._secrets)[self._indexed :]
            for secret in fresh:
                views = {view.text for form in set(_forms(secret)) for view in _views(form)}
                for view in views:
                    size = min(len(view), _WINDOW)
                    if size >= _SHORTEST:
                        known = self._windows.setdefault(size, set())
                        known.update(view[i : i + size] for i in range(len(view) - size + 1))
                if min(map(len, views)) < _SHORTEST:
                    self._short.append(secret)
            self._indexed += len(fresh)

    def _mask_secrets(self, text: str) -> str:
        """Mask every secret, or a long part of one, in any spelling and however it is folded over lines."""
        hidden = self._hidden(text)
        if hidden is not None:
            text = _replace(text, hidden, 0, len(text), lambda _secret: MASK)
        for secret in self._short:
            for form in {" ".join(secret.split()), to_printable(secret)} - {""}:
                text = text.replace(form, MASK)
        return text

    def _hidden(self, text: str) -> bytearray | None:
        """Mark with 1 each character that has to do with a secret in some view of the text; None without any."""
        self._index()
        hidden: bytearray | None = None
        shortest = 2 * min(self._windows, default=_WINDOW)
        for view in _all_views(text, shortest):
            matches = list(self._matches(view.text))
            if matches:
                hidden = hidden or bytearray(len(text))
                starts, ends = view.places()
                for start, end in matches:
                    first, last = starts[start], ends[end - 1]
                    hidden[first:last] = b"\1" * (last - first)
        return hidden

    def _matches(self, view: str) -> Iterator[tuple[int, int]]:
        for size, known in tuple(self._windows.items()):
            parts = [view[start : start + size] for start in range(len(view) - size + 1)]
            if not known.isdisjoint(parts):
                yield from ((start, start + size) for start, part in enumerate(parts) if part in known)


def _replace(text: str, hidden: bytearray, begin: int, end: int, cover: Callable[[str], str]) -> str:
    """The text between two places, with every row of hidden characters replaced."""
    rows = (match.span() for match in _ROWS.finditer(hidden, begin, end))
    return "".join(cover(text[first:last]) if hidden[first] else text[first:last] for first, last in rows)


_Folded = list[tuple[str, int, int]]  # a character as it is compared, and where it begins and ends in the original


class _View(NamedTuple):
    """A text as it is compared, and where each of its characters is in the original."""

    text: str
    original: str
    spans: tuple[list[int], list[int]] | None = None  # None: not counted yet, since only blanks are left out

    def places(self) -> tuple[list[int], list[int]]:
        """Where each character begins in the original, and where it ends."""
        if self.spans is not None:
            return self.spans
        starts = [index for index, char in enumerate(self.original) if char != " "]
        return starts, [index + 1 for index in starts]


def _views(text: str) -> Iterator[_View]:
    """The text as it is compared: folded, and decoded as often as something in it is encoded."""
    if text.isascii() and text.isprintable():
        plain = text.replace(" ", "").lower()
        if not ("%" in plain or "&" in plain or "\\" in plain or "+" in plain or "xn--" in plain):
            yield _View(plain, text)
            return
    folded: _Folded = []
    for index, char in enumerate(text):
        folded.extend((one, index, index + 1) for one in _fold(char))
    for _round in range(_DECODINGS):
        yield from _searched(folded, text)
        encoded, folded = folded, _decode(folded)
        if folded == encoded:
            return
    yield from _searched(folded, text)


def _searched(folded: _Folded, text: str) -> Iterator[_View]:
    """A folded text; without the backslashes of a quote; without every ``+``, which may be a blank."""
    for left_out in ("", "\\", "+"):
        kept = [one for one in folded if one[0] != left_out]
        if len(kept) < len(folded) or not left_out:
            folded = kept
            yield _View("".join(one[0] for one in kept), text, ([one[1] for one in kept], [one[2] for one in kept]))


def _decode(folded: _Folded) -> _Folded:
    """Decode once whatever is encoded in a folded text."""
    decoded: _Folded = []
    done = 0
    for match in _ESCAPED.finditer("".join(one[0] for one in folded)):
        meant = _meant(match[0])
        if meant is not None:
            decoded += folded[done : match.start()]
            done = match.end()
            place = folded[match.start()][1], folded[done - 1][2]
            decoded.extend((one, *place) for char in meant for one in _fold(char))
    return [*decoded, *folded[done:]]


def _meant(escape: str) -> str | None:
    """What an escape means, or None if it only looks like one."""
    try:
        if escape.startswith("&"):
            meant = html.unescape(escape)
            return meant if meant != escape else _ENTITIES.get(escape[1:])
        if escape.startswith("xn--"):
            return escape[4:].encode().decode("punycode")
    except ValueError:
        return None
    raw = bytes.fromhex("".join(re.findall("[0-9a-f]+", escape.replace("x", "00"))))
    if "u" in escape or "x" in escape:
        return raw.decode("utf-16-be", "surrogatepass")
    try:
        return raw.decode()
    except ValueError:
        return raw.decode("latin-1")


def _all_views(text: str, digits: int) -> Iterator[_View]:
    """All views of the text, and of those what its rows of so many hexadecimal digits mean."""
    row = re.compile(f"[0-9a-f]{{{digits},}}")
    for view in _views(text):
        yield view
        for match in row.finditer(view.text):
            # Its first character may begin with any digit.
            yield from _from_hex(view, match.start(), match.end())
            yield from _from_hex(view, match.start() + 1, match.end())


def _from_hex(view: _View, first: int, end: int) -> Iterator[_View]:
    starts, ends = view.places()
    found: _Folded = []
    raw = bytes.fromhex(view.text[first : end - (end - first) % 2])
    for char in raw.decode("utf-8", "surrogateescape"):
        last = first + 2 * len(char.encode("utf-8", "surrogateescape"))
        found.extend((one, starts[first], ends[last - 1]) for one in _fold(char))
        first = last
    return _searched(found, view.original)


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """A character as it is compared: without case, accents and compatibility forms; nothing for what shows nothing."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).upper().casefold())
    return "".join(
        one
        for one in folded
        if one not in _LEFT_OUT and one.isprintable() and unicodedata.category(one) not in {"Mn", "Me"}
    )


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, as texts show it, and in both kinds of base64."""
    yield secret
    if not secret.isprintable():
        yield to_printable(secret)
    for encoded in _base64(secret):
        yield encoded
        if _SHORTEST < len(encoded.rstrip("=")) < _WINDOW:
            yield encoded.rstrip("=")


def _base64(text: str) -> set[str]:
    """Both kinds of base64, for texts and for URLs, which often are the same."""
    encoded = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    return {encoded, encoded.replace("+", "-").replace("/", "_")}


def _comparable_path(path: str) -> str:
    """The one spelling of all paths that may lead to the same place."""
    *_others, last = _views(path)
    return posixpath.normpath(f"/{last.text}").strip("/")


def _secret_parts(parts: Url, path: bool) -> Iterator[str]:
    """The secret parts of a URL, as a whole and piece by piece, since a service may quote just one of them."""
    if parts.user:
        yield parts.user
        yield from _long(parts.user.split(":", 1))
    if parts.query:
        yield parts.query
        yield from _long(value for _name, value in parse_qsl(parts.query))
    if parts.fragment:
        yield parts.fragment
    if path:
        yield parts.path.strip("/")
        yield from _long(parts.path.split("/"))


def _long(pieces: Iterable[str]) -> Iterator[str]:
    return (piece for piece in pieces if len(piece) >= _SHORTEST)
