# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up phones, logins and URLs that all tests share."""

from __future__ import annotations

from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OTHER_USER, OTHER_PASSWORD = "somebody-else", "their-Pass-w0rd"
OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
THEIRS, WRONG = "https://theirs.example.net/", "https://wrong.example.com/"
SERVERS = {"office": OFFICE, "branch": BRANCH}
# A service whose vendor's prefixes are not known gets one that nobody has: locally administered.
OTHER_PREFIX = "020000"


def mac(number: int, vendor: str = "yealink") -> str:
    """The MAC of a vendor's phone with this number, 12 digits."""
    prefixes = VENDORS[vendor].mac_prefixes
    return f"{prefixes[0] if prefixes else OTHER_PREFIX}{number:06x}"


def macs(count: int, vendor: str = "yealink", first: int = 1) -> list[str]:
    """So many phones of a vendor."""
    return [mac(number, vendor) for number in range(first, first + count)]


def serial(number: int) -> str:
    """The serial number of a phone; it begins with a zero, which counts."""
    return f"0{number:09d}"


def own_url(number: int) -> str:
    """A URL of a phone's own, with a validation string in its path."""
    return f"https://own.example.com/t0ken{number:04d}x"
