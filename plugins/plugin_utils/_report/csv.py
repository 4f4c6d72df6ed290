# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as CSV (RFC 4180) for spreadsheets: a row for each phone, then one for each unmanaged device. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac

from .data import Report
from .text import UNMANAGED, line

HEADER = (
    "account",
    "vendor",
    "host",
    "mac",
    "outcome",
    "reason",
    "action",
    "desired_state",
    "desired_server",
    "server_declared",
    "desired_url",
    "current_status",
    "current_server",
    "current_url",
    "last_contact",
    "after_status",
    "after_url",
    "verified",
    "message",
)
# What spreadsheets take for the beginning of a formula, also in the wide forms of East Asian keyboards.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render_csv(report: Report) -> str:
    """With a byte order mark, without which the most common spreadsheet reads another encoding."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in _rows(report):
        writer.writerow([cell(row.get(name)) for name in HEADER])
    return "\ufeff" + out.getvalue()


def cell(value: Any) -> str:
    """A text that no spreadsheet runs: one line, and an apostrophe before what could be a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    shown = line(text)
    return "'" + shown if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    for phone in report["phones"]:
        before, after, desired = phone["before"], phone["after"], phone["desired"]
        yield {
            **phone,
            # With colons: a spreadsheet takes 12 digits for a number, and drops the zeros that it begins with.
            "mac": format_mac(phone["mac"], "colon"),
            "desired_state": desired["state"],
            "desired_server": desired["server"],
            "server_declared": None if desired["server"] is None else phone["server_declared"],
            "desired_url": desired["url"],
            "current_status": before and before["status"],
            "current_server": before and before["server"],
            "current_url": before and before["url"],
            "last_contact": before and before["last_contact"],
            "after_status": after and after["status"],
            "after_url": after and after["url"],
            "message": phone["msg"],
        }
    for account in report["accounts"]:
        for device in account["unmanaged"] or ():
            yield {
                "account": account["name"],
                "vendor": account["vendor"],
                "mac": format_mac(device["mac"], "colon"),
                "outcome": UNMANAGED,
                "current_status": device["status"],
                "current_url": device["url"],
                "last_contact": device["last_contact"],
            }
