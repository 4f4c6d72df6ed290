# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets replaced by fingerprints: the only place that masks. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

from ._text import to_printable
from ._urls import split_url

_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")
# A URL that goes on here is another one.
_URL_ENDS = r"(?=[.,;:!?)]*(?:[\s'\"<>]|$))"
_PLACES = 0xF0000
_DIGEST_LENGTH = 12
_QUOTE_LIMIT = 300
_SHOWN_LIMIT = 500
# The slow derivation: about 0.2 s, once a run and only where there is something to mask.
_ROUNDS = 600_000


class Masker:
    """Shows URLs and the service's words without secrets, for one account.

    A secret part is replaced by ``~`` and 12 hex digits of an HMAC. Its key is derived from the login by PBKDF2
    (SHA-256, 600,000 rounds), so equal parts look equal within the account, a change is visible, and neither password
    nor token can be guessed quickly from a report.
    """

    def __init__(self, vendor: str, username: str, password: str) -> None:
        self._login = (vendor, username, password)
        self._key: bytes | None = None
        self._lock = threading.Lock()
        self._words: dict[str, None] = {}
        self._orders: dict[int, tuple[int, list[str]]] = {}
        self._known: dict[str, bool] = {}  # declared URLs, and whether their path is a secret
        self.hide(password)
        self.hide(base64.b64encode(f"{username}:{password}".encode()).decode())

    def hide(self, secret: str | None) -> None:
        """Also replace this text, raw, URL-encoded or in base64, wherever it stands in the service's words."""
        if not secret:
            return
        for form in (
            secret,
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
            base64.b64encode(secret.encode("utf-8")).decode(),
        ):
            self._words[form] = None
            self._words[re.sub("%[0-9A-F]{2}", lambda match: match.group(0).lower(), form)] = None
            if to_printable(form):
                self._words[to_printable(form)] = None  # as it stands in a text that is shown

    def hide_url(self, text: str | None, path: bool) -> None:
        """Hide the secret parts of a declared URL, and its path where ``path`` (a unique URL)."""
        parts = split_url(text) if text else None
        if text and parts is None:
            self.hide(text)
        elif text and parts:
            known = to_printable(text)
            self._known[known] = path or self._known.get(known, False)
            for part in (parts.user, parts.query, parts.fragment, parts.path.strip("/") if path else None):
                self.hide(part)

    def url(self, text: str | None, hide_path: bool = False) -> str | None:
        """The URL as it may be shown: user info, query, fragment and, where asked, path as fingerprints."""
        if text is None:
            return None
        parts = split_url(text)
        if parts is None:
            return self.fingerprint(text)
        shown = [parts.scheme, "://"]
        if parts.user is not None:
            shown.append(self.fingerprint(parts.user) + "@")
        shown.append(parts.host)
        shown.append("/" + self.fingerprint(parts.path) if hide_path and parts.path != "/" else parts.path)
        if parts.query is not None:
            shown.append("?" + self.fingerprint(parts.query))
        if parts.fragment is not None:
            shown.append("#" + self.fingerprint(parts.fragment))
        whole = to_printable("".join(shown))
        if len(whole) > _SHOWN_LIMIT:
            whole = whole[:_SHOWN_LIMIT] + self.fingerprint(text)
        return whole

    def text(self, words: str) -> str:
        """The service's words as they may be quoted: no secret, no URL's path, one printable line, bounded."""
        hidden = to_printable(words)
        # Declared URLs first, and put aside, so that what follows neither cuts nor masks them once more. Their places
        # are held by characters of a private area, of which printable() has left none.
        known = {chr(_PLACES + index): url for index, url in enumerate(self._in_order(self._known, hidden))}
        for place, url in known.items():
            hidden = re.sub(re.escape(url) + _URL_ENDS, place, hidden)
        for word in self._in_order(self._words, hidden):
            hidden = hidden.replace(word, "****")
        hidden = _URL_IN_TEXT.sub(lambda match: self._found(match.group(0)), hidden)
        for place, url in known.items():
            hidden = hidden.replace(place, self.url(url, self._known[url]) or "")
        return hidden if len(hidden) <= _QUOTE_LIMIT else hidden[:_QUOTE_LIMIT] + "..."

    def _in_order(self, secrets: Mapping[str, object], text: str) -> list[str]:
        """Those that stand in the text, the longest first. There may be some for each phone of a fleet, and a text for
        each, so they are not put in order again for every text."""
        size, order = self._orders.get(id(secrets), (0, []))
        if size != len(secrets):
            order = sorted(secrets, key=len, reverse=True)
            self._orders[id(secrets)] = (len(order), order)
        return [secret for secret in order if secret in text]

    def _found(self, url: str) -> str:
        """A URL that stands in a text: as it is where it holds no secret, else as it may be shown.

        What looks like the end of the sentence may be the end of a secret, so then it is masked with it.
        """
        parts = split_url(url.rstrip(".,;:!?)"))
        if parts is not None and parts[3:] == ("/", None, None) and parts.user is None:
            return url
        return self.url(url, hide_path=True) or ""

    def secrets(self) -> list[str]:
        """All forms that are hidden, for whoever else must not print them."""
        return list(self._words)

    def fingerprint(self, secret: str) -> str:
        """What stands for a text that is not shown: the same one for the same text, within the account only."""
        with self._lock:
            if self._key is None:
                vendor, username, password = self._login
                salt = f"voip.rps\0{vendor}\0{username}".encode()
                self._key = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, _ROUNDS)
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return "~" + digest[:_DIGEST_LENGTH]
