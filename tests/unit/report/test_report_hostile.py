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
from ansible_collections.voip.rps.plugins.plugin_utils._report.csv import cell, render_csv
from ansible_collections.voip.rps.plugins.plugin_utils._report.html import render_html
from ansible_collections.voip.rps.plugins.plugin_utils._report.json import render_json
from ansible_collections.voip.rps.plugins.plugin_utils._report.junit import render_junit
from ansible_collections.voip.rps.plugins.plugin_utils._report.prometheus import render_prometheus
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from support.hostile_report import HOSTILE, hostile
from support.page_reader import Page


def unprintable(text: str) -> str:
    return "".join(char for char in text if char not in "\r\n" and not char.isprintable())


def check(text: str) -> None:
    data = hostile(text)
    as_json, as_csv, as_xml, as_prom, page = (
        render(data) for render in (render_json, render_csv, render_junit, render_prometheus, render_html)
    )
    for whole in (as_json, as_csv[1:], as_xml, as_prom, page):
        assert not unprintable(whole)
        whole.encode("utf-8")
    assert json.loads(as_json) == data
    assert as_json.isascii()
    assert "<" not in as_json
    rows = list(csv.reader(io.StringIO(as_csv[1:], newline=""), strict=True))
    assert len(rows) == 8
    assert {len(row) for row in rows} == {19}
    assert not [field for row in rows for field in row if re.match("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]", field)]
    suites = junitparser.JUnitXml.fromstring(as_xml.encode("utf-8"))
    assert sum(1 for suite in suites for _case in suite) == 6
    metrics = {family.name: family.samples for family in text_string_to_metric_families(as_prom)}
    assert [sample.labels["account"] for sample in metrics["rps_account_reached"]] == [
        one["name"] for one in data["accounts"]
    ]
    assert len(metrics["rps_phones"]) == 16
    check_page(page)


@cache
def plain_page() -> Page:
    return Page(render_html(hostile("plain")))


def check_page(page: str) -> None:
    plain = plain_page()
    elements = Page(page).elements
    # Not one element or attribute more than for a plain text, the optional ones apart.
    assert {tag for tag, _values in elements} <= {tag for tag, _values in plain.elements}
    known = {(tag, name) for tag, attributes in plain.elements for name in attributes}
    assert {(tag, name) for tag, attributes in elements for name in attributes} <= known
    for tag in ("script", "style"):
        assert page.count(f"<{tag}") == page.count(f"</{tag}") == 1
    assert re.findall("<bdi[^>]*>[^<]*[<>][^<]*</bdi>", page.replace("<wbr>", "")) == []


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
