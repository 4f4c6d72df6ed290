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
import re
import threading
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, quote_plus

from ._text import to_printable
from ._urls import Url, split_url

DERIVATION_ROUNDS = 600_000  # about 0.2 s, once a run and only if there is something to fingerprint
MASK = "****"
_FINGERPRINT_DIGITS = 12
_QUOTE_LIMIT = 300  # characters of a quoted text
_URL_LIMIT = 500  # characters of a URL that is shown
# A service may quote a secret in part: whatever shares so many characters in a row with a secret is masked.
_WINDOW = 8
_SHORTEST = 4  # shorter secrets are masked only exactly as they are, or they would damage every text
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")
# A URL that goes on here is another one.
_URL_ENDS = r"(?=[.,;:!?)]*(?:[\s'\"<>]|$))"
_PLACEHOLDERS = 0xF0000  # characters of a private area, of which to_printable has left none


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
        self._windows: set[str] = set()
        self._middle: dict[str, None] = {}  # secrets of 4 to 7 characters
        self._short: list[str] = []
        self._indexed = 0  # how many of the secrets are in the three above
        self._urls: dict[str, bool] = {}  # declared URLs, and whether their path is a secret
        self._unique_paths: set[str] = set()
        self.hide(password)
        for spelled in (password.encode("utf-8").hex(), "".join(f"%{byte:02X}" for byte in password.encode("utf-8"))):
            self.hide(spelled)
        self.hide("".join(f"\\u{ord(char):04x}" for char in password))
        self.hide(base64.b64encode(f"{username}:{password}".encode()).decode())

    def hide(self, secret: str | None) -> None:
        """Also mask this text, raw, URL-encoded or in base64, wherever it is in the service's words."""
        if not secret or secret in self._secrets:
            return
        with self._lock:
            self._hide(secret)

    def _hide(self, secret: str) -> None:
        self._secrets[secret] = None
        # Texts are made printable before they are masked, and the secret with them.
        encoded = {to_printable(secret), quote(secret), quote(secret, safe=""), quote_plus(secret)} - {secret, ""}
        for form in (*sorted(encoded), base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()):
            self._secrets[form] = None

    def hide_url(self, text: str | None, path: bool) -> None:
        """Mask the secret parts of a declared URL, and its path if ``path`` (a unique URL)."""
        known = self._urls.get(text) if text else None
        if not text or (known is not None and (known or not path)):
            return  # hidden already, as well as asked
        self._urls[text] = path
        parts = split_url(text)
        if path and parts is not None:
            self._unique_paths.add(parts.path)
        for secret in (text,) if parts is None else _secret_parts(parts, path):
            self.hide(secret)

    def url(self, text: str | None, hide_path: bool = False) -> str | None:
        """The URL as it may be shown: user info, query, fragment and, if asked, path as fingerprints."""
        if text is None:
            return None
        parts = split_url(text)
        if parts is None:
            return self.fingerprint(text)
        # The path of a declared unique URL is a secret wherever it is found.
        hide_path = hide_path or (parts.path != "/" and parts.path in self._unique_paths)
        shown = [parts.scheme, "://"]
        if parts.user is not None:
            shown.append(self.fingerprint(parts.user) + "@")
        shown.append(parts.host)
        shown.append("/" + self.fingerprint(parts.path) if hide_path and parts.path != "/" else parts.path)
        if parts.query is not None:
            shown.append("?" + self.fingerprint(parts.query))
        if parts.fragment is not None:
            shown.append("#" + self.fingerprint(parts.fragment))
        # "As the service wrote it": without a secret nothing is changed, not even the case of the host.
        plain = self._is_plain(parts) and not hide_path
        whole = to_printable(text.strip() if plain else "".join(shown))
        if len(whole) > _URL_LIMIT:
            whole = whole[:_URL_LIMIT] + self.fingerprint(text)
        return whole

    def text(self, words: str) -> str:
        """The service's words as they may be quoted: no secret, no URL's path, one printable line, bounded.

        Everything is masked before anything is cut.
        """
        shown = to_printable(words)
        # Declared URLs are put aside first, so that what follows neither masks their plain parts nor cuts them.
        known = [url for url in self._urls if to_printable(url) in shown] if "://" in shown else []
        places: dict[str, str] = {}
        for index, url in enumerate(sorted(known, key=len, reverse=True)):
            places[chr(_PLACEHOLDERS + index)] = url
            shown = re.sub(re.escape(to_printable(url)) + _URL_ENDS, chr(_PLACEHOLDERS + index), shown)
        shown = self._mask_secrets(shown)
        shown = _URL_IN_TEXT.sub(lambda match: self._found_url(match.group(0)), shown)
        for place, url in places.items():
            shown = shown.replace(place, self.url(url, self._urls[url]) or "")
        return shown if len(shown) <= _QUOTE_LIMIT else shown[:_QUOTE_LIMIT] + "..."

    def secrets(self) -> list[str]:
        """All forms that are masked, for whoever else must not print them."""
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

    def _index(self) -> None:
        """Take the secrets that came since the last text into the windows and the list of middle-sized ones."""
        with self._lock:
            if self._indexed == len(self._secrets):
                return
            fresh = list(self._secrets)[self._indexed :]
            for secret in fresh:
                compact = "".join(secret.split()).casefold()
                if len(compact) >= _WINDOW:
                    self._windows.update(compact[i : i + _WINDOW] for i in range(len(compact) - _WINDOW + 1))
                elif len(compact) >= _SHORTEST:
                    self._middle[compact] = None
            self._indexed += len(fresh)
            self._short = [secret for secret in self._secrets if len(secret) < _SHORTEST]

    def _mask_secrets(self, text: str) -> str:
        """Mask every secret, or a long part of one, in any case and however it is folded over lines."""
        self._index()
        for secret in self._short:
            text = text.replace(secret, MASK)
        places = [index for index, char in enumerate(text) if not char.isspace()]
        compact = "".join(text[index] for index in places).casefold()
        if len(compact) != len(places):  # a character that folds into two: compare as it is
            compact = "".join(text[index] for index in places)
        hidden = bytearray(len(text) + 1)
        for start, end in self._matches(compact):
            for index in range(places[start], places[end - 1] + 1):
                hidden[index] = 1
        if not any(hidden):
            return text
        return re.sub("\x01+", MASK, "".join("\x01" if hidden[i] else char for i, char in enumerate(text)))

    def _matches(self, compact: str) -> Iterator[tuple[int, int]]:
        for start in range(len(compact) - _WINDOW + 1):
            if compact[start : start + _WINDOW] in self._windows:
                yield start, start + _WINDOW
        for secret in list(self._middle):
            start = compact.find(secret)
            while start >= 0:
                yield start, start + len(secret)
                start = compact.find(secret, start + 1)


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
