# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that wants to be more than text: inert in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import junitparser
import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice, Server
from ansible_collections.voip.rps.plugins.plugin_utils._report.csv import cell, render_csv
from ansible_collections.voip.rps.plugins.plugin_utils._report.html import render_html
from ansible_collections.voip.rps.plugins.plugin_utils._report.json import render_json
from ansible_collections.voip.rps.plugins.plugin_utils._report.junit import render_junit
from hypothesis import given
from hypothesis import strategies as st
from report_fleets import Home, Phone, Play, mac_of, report
from test_report_formats import Page

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


def hostile(text: str) -> dict[str, Any]:
    """A report in which this text stands wherever a text of others can."""
    mac = mac_of(1)
    server = Server(text or "s", "https://h.example/" + text)
    found = CurrentDevice(mac, "registered", "https://h.example/" + text)
    phones = (
        Phone(text or "h", DesiredDevice(mac, server=server.name, server_url=server.url), found),
        Phone("b" + text, DesiredDevice(mac_of(2), server=text), CurrentDevice(mac_of(2), "registered", text)),
        Phone("c" + text, DesiredDevice(mac_of(3), server=text), text),
        Phone("d" + text, DesiredDevice(mac_of(4), server=text), CurrentDevice(mac_of(4), "registered_elsewhere")),
    )
    play = Play(name=text, limit=text or None, partial=text or None, warnings=[text], errors=[text])
    away = Home("z" + text, "htek", (server,), phones[2:3], away=text)
    return report([Home(text or "a", "yealink", (server,), (*phones[:2], phones[3]), (mac_of(9),)), away], play)


def unprintable(text: str) -> str:
    return "".join(char for char in text if char not in "\r\n" and not char.isprintable())


def check(text: str) -> None:
    data = hostile(text)
    as_json, as_csv, as_xml, page = render_json(data), render_csv(data), render_junit(data), render_html(data)
    for whole in (as_json, as_csv[1:], as_xml, page):
        assert not unprintable(whole)
        whole.encode("utf-8")
    assert json.loads(as_json) == data
    assert as_json.isascii()
    assert "<" not in as_json
    rows = list(csv.reader(io.StringIO(as_csv[1:], newline=""), strict=True))
    assert len(rows) == 6
    assert {len(row) for row in rows} == {16}
    assert not [field for row in rows for field in row if re.match("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]", field)]
    suites = junitparser.JUnitXml.fromstring(as_xml.encode("utf-8"))
    assert sum(1 for suite in suites for _case in suite) == 4
    plain = Page(render_html(hostile("plain")))
    elements = Page(page).elements
    # Not one element or attribute more than for a plain text, the optional ones apart.
    assert {tag for tag, _values in elements} <= {tag for tag, _values in plain.elements}
    known = {(tag, name) for tag, attributes in plain.elements for name in attributes}
    assert {(tag, name) for tag, attributes in elements for name in attributes} <= known
    assert page.count("<script") == page.count("</script") == 2
    assert page.count("<style") == page.count("</style") == 1
    assert re.findall("<bdi[^>]*>[^<]*[<>][^<]*</bdi>", page) == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_inert_in_every_format(text: str) -> None:
    check(text)


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(HOSTILE[:-5]), max_size=4).map("".join)))
def test_any_text_is_inert_in_every_format(text: str) -> None:
    check(text)


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


def test_a_plain_cell_is_left_as_it_is() -> None:
    assert [cell(value) for value in ("a-b", None, True, False, "a=b", "x@y")] == ["a-b", "", "yes", "no", "a=b", "x@y"]


def test_a_very_long_text_is_cut_in_the_page_and_whole_for_programs() -> None:
    data = hostile("x" * 100_000)
    page = render_html(data)
    assert "(100,000 characters)" in page
    assert len(page) < 200_000
    assert "x" * 100_000 in render_json(data)
