# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up phones, logins and URLs that all tests share."""

from __future__ import annotations

from simulator import DIALECTS

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OTHER_USER, OTHER_PASSWORD = "somebody-else", "their-Pass-w0rd"
OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
THEIRS, WRONG = "https://theirs.example.net/", "https://wrong.example.com/"
SERVERS = {"office": OFFICE, "branch": BRANCH}


def mac(number: int, vendor: str = "yealink") -> str:
    """The MAC of a vendor's phone with this number, 12 digits. It has the prefix of the simulator's demo."""
    return f"{DIALECTS[vendor].demo['devices'][0]['mac'][:6]}{number:06x}"


def macs(count: int, vendor: str = "yealink", first: int = 1) -> list[str]:
    """So many phones of a vendor."""
    return [mac(number, vendor) for number in range(first, first + count)]


def serial(number: int) -> str:
    """The serial number of a phone; it begins with a zero, which counts."""
    return f"0{number:09d}"


def own_url(number: int) -> str:
    """A URL of a phone's own, with a validation string in its path."""
    return f"https://own.example.com/t0ken{number:04d}x"
