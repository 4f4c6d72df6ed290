# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that wants to be more than text, and a report that is full of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip.rps.plugins.plugin_utils._report.data import Report

from .report_fleets import account, desired, device, mac_of, phone, purged, report, unmanaged

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "a|b|c",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07",
    "\u202egnp.exe",
    "\u2066\u200f\ufeff",
    "nul\0byte",
    "]]>",
    "<![CDATA[ <!-- --> ]]>",
    "&lt;&amp;&#0;",
    '=HYPERLINK("https://evil.example")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r\n=1",
    "a\r\nb\u2028c\x85d",
    "\ud800",
    "\uffff\ufffe",
    "{{ lookup('pipe', 'id') }}",
    "$(id) `id` ; rm -rf /",
    "javascript:alert(1)",
    "x" * 100_000,
    "ж中🎉",
    "",
    " ",
]


def hostile(text: str) -> Report:
    """A report that has this text wherever a text of others can be."""
    url = "https://h.example/" + text
    server = {"name": text or "s", "url": url, "status": text}
    state: dict[str, Any] = {"url": url, "last_contact": text, "server": text}
    aim = desired(text, url=url)
    rows = [
        phone(text or "h", mac_of(1), "would_change", before=device(mac_of(1), **state), desired=aim),
        phone("b" + text, mac_of(2), "unverifiable", desired=desired(text, url=text), server_declared=False, msg=text),
        phone("d" + text, mac_of(4), "conflict", msg=text),
        phone("e" + text, mac_of(5), desired=aim),
    ]
    guard = {"name": text, "text": text}
    known: dict[str, Any] = {"servers": [server], "vendor_title": text or "V", "calls": {text: 1}, "guard": guard}
    others: dict[str, Any] = {
        "unmanaged": unmanaged(mac_of(9), url=url, last_contact=text),
        "purged": [purged(mac_of(8), msg=text)],
    }
    lost = phone("c" + text, mac_of(3), "not_attempted", msg=text)
    return report(
        [
            account(text or "a", rows, identity=text, **others, **known),
            account("z" + text, [lost], identity="z" + text, reached=False, error=text, **known),
        ],
        play=text,
        limit=text or None,
        partial=text or None,
        warnings=[text],
        errors=[text],
        inventory=[text],
        generated="2026-11-02T06:15:00+00:00" + text,
        purge=True,
    )
