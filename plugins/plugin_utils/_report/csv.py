# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as CSV (RFC 4180) for spreadsheets: a row for each phone, then those that nobody declared. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac

from .text import UNMANAGED, line

HEADER = (
    "account",
    "vendor",
    "host",
    "mac",
    "outcome",
    "action",
    "wanted_state",
    "wanted_server",
    "wanted_url",
    "found_status",
    "found_server",
    "found_url",
    "after_status",
    "after_url",
    "verified",
    "message",
)
# What spreadsheets take for the beginning of a formula, also in the wide forms of East Asian keyboards.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render_csv(data: dict[str, Any]) -> str:
    """With a byte order mark, without which the most common spreadsheet reads another encoding."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in _rows(data):
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


def _rows(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in data["phones"]:
        before, after, wanted = row["before"] or {}, row["after"] or {}, row["wanted"]
        yield {
            **{key: row[key] for key in ("account", "vendor", "host", "outcome", "action", "verified")},
            "mac": _mac(row["mac"]),
            "wanted_state": wanted["state"],
            "wanted_server": wanted["server"],
            "wanted_url": wanted["url"],
            "found_status": before.get("status"),
            "found_server": before.get("server"),
            "found_url": before.get("url"),
            "after_status": after.get("status"),
            "after_url": after.get("url"),
            "message": row["msg"],
        }
    for account in data["accounts"]:
        for mac in account["unmanaged"]:
            yield {
                "account": account["name"],
                "vendor": account["vendor"],
                "mac": _mac(mac),
                "outcome": UNMANAGED,
            }


def _mac(mac: str) -> str:
    """With colons: a spreadsheet takes 12 digits for a number, and drops the zeros that it begins with."""
    return format_mac(mac, "colon")
