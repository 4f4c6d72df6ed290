# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs: split, compare, check, and show without their secrets. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Schemes that phones are redirected to. Services that name theirs name these four.
SCHEMES = ("http", "https", "ftp", "tftp")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^/?#]*)@)?(?P<host>[^/?#@]*)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
# Labels have at most 63 characters and are not empty, but for one at the very end.
_HOST = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\s.:/\[\]*]{1,63}(?:\.[^\s.:/\[\]*]{1,63})*\.?)(?::(?P<port>[0-9]{0,5}))?"
)


class Url(NamedTuple):
    """The parts of a URL as text; None where a part is absent, "" where it is there and empty."""

    scheme: str
    user: str | None
    host: str
    path: str
    query: str | None
    fragment: str | None


def split_url(text: str) -> Url | None:
    """Split a trimmed URL into its parts, or None where it has no ``scheme://``."""
    match = _URL.fullmatch(text.strip())
    if not match:
        return None
    return Url(
        match["scheme"].lower(),
        match["user"],
        match["host"].lower(),
        match["path"] or "/",
        match["query"],
        match["fragment"],
    )


def is_host(text: str) -> bool:
    """Whether this is a name or an address as URLs write them, with or without a port that there is."""
    match = _HOST.fullmatch(text)
    return match is not None and len(match["name"]) < 256 and 0 < int(match["port"] or 1) < 65536


def same_url(one: str | None, other: str | None) -> bool:
    """Equal as text after trimming, scheme and host in any case, an empty path as ``/``."""
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    return (split_url(one) or one.strip()) == (split_url(other) or other.strip())


def normal_url(text: str | None) -> str | None:
    """The one spelling of all URLs that ``same_url`` takes for equal."""
    parts = split_url(text) if text is not None else None
    if text is None or parts is None:
        return text if text is None else text.strip()
    user = "" if parts.user is None else f"{parts.user}@"
    query = "" if parts.query is None else f"?{parts.query}"
    fragment = "" if parts.fragment is None else f"#{parts.fragment}"
    return f"{parts.scheme}://{user}{parts.host}{parts.path}{query}{fragment}"


def url_problem(text: str) -> str | None:
    """Why a phone could not be redirected to this URL, as the code of a problem, or None."""
    parts = split_url(text)
    if parts is None or parts.scheme not in SCHEMES:
        return "url_scheme"
    if not parts.host.rpartition("]")[2].partition(":")[0] and not parts.host.startswith("["):
        return "url_no_host"
    if any(char.isspace() or not char.isprintable() for char in text.strip()):
        return "url_unprintable"
    if not is_host(parts.host):
        return "url_host"
    return None
