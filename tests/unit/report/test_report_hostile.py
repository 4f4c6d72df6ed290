# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that wants to be more than text: inert in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache

import junitparser
import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.csv import cell
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import FILE_NAMES, Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import FORMATS
from ansible_collections.voip.rps.plugins.plugin_utils._report.html import render_html
from ansible_collections.voip.rps.plugins.plugin_utils._report.json import render_json
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from support.hostile_report import HOSTILE, hostile
from support.page_reader import Page


def unprintable(text: str) -> str:
    return "".join(char for char in text if char not in "\r\n" and not char.isprintable())


def check_json(text: str, data: Report) -> None:
    assert json.loads(text) == data
    assert text.isascii()
    assert "<" not in text


def check_csv(text: str, _data: Report) -> None:
    rows = list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))
    assert len(rows) == 8
    assert {len(row) for row in rows} == {19}
    assert not [field for row in rows for field in row if re.match("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]", field)]


def check_junit(text: str, _data: Report) -> None:
    suites = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    assert sum(1 for suite in suites for _case in suite) == 6


def check_prometheus(text: str, data: Report) -> None:
    metrics = {family.name: family.samples for family in text_string_to_metric_families(text)}
    assert [sample.labels["account"] for sample in metrics["rps_account_reached"]] == [
        one["name"] for one in data["accounts"]
    ]
    assert len(metrics["rps_phones"]) == 16


def check_page(page: str, _data: Report) -> None:
    plain = plain_page()
    elements = Page(page).elements
    # Not one element or attribute more than for a plain text, the optional ones apart.
    assert {tag for tag, _values in elements} <= {tag for tag, _values in plain.elements}
    known = {(tag, name) for tag, attributes in plain.elements for name in attributes}
    assert {(tag, name) for tag, attributes in elements for name in attributes} <= known
    for tag in ("script", "style"):
        assert page.count(f"<{tag}") == page.count(f"</{tag}") == 1
    assert re.findall("<bdi[^>]*>[^<]*[<>][^<]*</bdi>", page.replace("<wbr>", "")) == []


# A text is inert if these hold, by file.
CHECKS = {
    "drift.json": check_json,
    "drift.csv": check_csv,
    "drift.xml": check_junit,
    "drift.prom": check_prometheus,
    "drift.html": check_page,
}


def check(text: str) -> None:
    data = hostile(text)
    for name, render in FORMATS.items():
        rendered = render(data)
        assert not unprintable(rendered.removeprefix("\ufeff"))
        rendered.encode("utf-8")
        CHECKS[name](rendered, data)


def test_every_format_has_its_check() -> None:
    assert set(CHECKS) == set(FORMATS) == set(FILE_NAMES)


@cache
def plain_page() -> Page:
    return Page(render_html(hostile("plain")))


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
