# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same content in each format, read back by somebody else's reader."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from pathlib import Path
from typing import Any, cast

import junitparser
import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import RpsError
from ansible_collections.voip.rps.plugins.plugin_utils._report.csv import HEADER, render_csv
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import gather, write_reports
from ansible_collections.voip.rps.plugins.plugin_utils._report.html import render_html
from ansible_collections.voip.rps.plugins.plugin_utils._report.json import render_json
from ansible_collections.voip.rps.plugins.plugin_utils._report.junit import render_junit
from report_fleets import Play, homes, report

RENDERERS = [render_json, render_csv, render_junit, render_html]


class Page(html.parser.HTMLParser):
    """The elements of a page and the texts of its rows."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[str] = []
        self._row: list[str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr" and "data-i" in dict(attrs):
            self._row = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._row is not None:
            self.rows.append(" ".join(self._row))
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._row is not None:
            self._row.append(data)


def colons(mac: str) -> str:
    return ":".join(mac[index : index + 2] for index in range(0, 12, 2))


def test_json_read_back_is_the_data_with_a_line_for_each_phone(mixed: dict[str, Any]) -> None:
    text = render_json(mixed)
    assert json.loads(text) == mixed
    assert text.isascii()
    assert list(json.loads(text)) == list(mixed)
    for row in mixed["phones"]:
        assert sum(1 for line in text.splitlines() if f'"host": "{row["host"]}"' in line) == 1


def test_csv_read_back_holds_every_phone_and_every_unmanaged_device_in_order(mixed: dict[str, Any]) -> None:
    text = render_csv(mixed)
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == text.count("\n") == len(mixed["phones"]) + mixed["counts"]["unmanaged"] + 1
    rows = list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))
    assert tuple(rows[0]) == HEADER
    phones, others = rows[: len(mixed["phones"])], rows[len(mixed["phones"]) :]
    for mine, row in zip(phones, mixed["phones"], strict=True):
        assert (mine["host"], mine["mac"], mine["outcome"]) == (row["host"], colons(row["mac"]), row["outcome"])
        assert mine["wanted_url"] == (row["wanted"]["url"] or "")
        assert mine["found_url"] == ((row["before"] or {}).get("url") or "")
        assert mine["message"] == row["msg"]
    assert [row["mac"] for row in others] == [colons(mac) for one in mixed["accounts"] for mac in one["unmanaged"]]
    assert {row["outcome"] for row in others} == {"unmanaged"}


def test_junit_read_back_has_a_test_case_for_each_phone(mixed: dict[str, Any]) -> None:
    suites = junitparser.JUnitXml.fromstring(render_junit(mixed).encode())
    counts = mixed["counts"]
    assert suites.tests == 400
    assert suites.failures == counts["would_change"] + counts["conflict"]
    assert suites.errors == counts["failed"] + counts["unknown"] + counts["not_attempted"]
    assert suites.skipped == counts["unverifiable"]
    cases = [case for suite in suites for case in suite]
    kinds: dict[str, Any] = {"would_change": junitparser.Failure, "conflict": junitparser.Failure}
    kinds |= dict.fromkeys(("failed", "unknown", "not_attempted"), junitparser.Error)
    for case, row in zip(cases, mixed["phones"], strict=True):
        assert case.name == f"{row['host']} ({colons(row['mac'])})"
        kind = kinds.get(row["outcome"])
        assert [type(result) for result in case.result] == ([kind] if kind else [])
        assert all(result.type == row["outcome"] and result.message for result in case.result)
    for suite in suites:  # the totals are what the cases say, not only what the suite claims
        claimed = (suite.tests, suite.failures, suite.errors, suite.skipped)
        cast(Any, suite).update_statistics()  # it has no annotations
        assert claimed == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_an_unverifiable_phone_is_skipped_with_its_reason() -> None:
    suites = junitparser.JUnitXml.fromstring(render_junit(report(homes(30))).encode())
    skipped = [result for suite in suites for case in suite for result in case.result]
    messages = [result.message for result in skipped if isinstance(result, junitparser.Skipped)]
    assert messages
    assert all("does not say where it points" in message for message in messages)


def test_the_page_holds_every_phone_in_order_without_its_script(mixed: dict[str, Any]) -> None:
    page = Page(render_html(mixed))
    for shown, row in zip(page.rows, mixed["phones"], strict=True):
        assert str(row["host"]) in shown
        assert colons(row["mac"]) in shown


def test_the_page_names_nothing_that_a_browser_could_fetch(mixed: dict[str, Any]) -> None:
    for tag, attributes in Page(render_html(mixed)).elements:
        assert tag not in ("img", "iframe", "object", "embed", "base", "audio", "video", "form") or tag == "form"
        for name in ("src", "srcset", "action", "formaction", "data", "poster", "background", "style"):
            assert name not in attributes
        assert str(attributes.get("href") or "#").startswith(("#", "data:,"))
        assert not any(name.startswith("on") for name in attributes)


def test_plans_and_unmanaged_devices_and_commands_are_in_the_page(mixed: dict[str, Any]) -> None:
    text = render_html(mixed)
    for account in mixed["accounts"]:
        assert account["plan"] in text
        for mac in account["unmanaged"]:
            assert colons(mac) in text
    assert "voip.rps.provision" in text


@pytest.mark.parametrize("render", RENDERERS)
def test_only_the_time_differs_between_two_files_of_one_state(render: Any) -> None:
    first = report(homes(60), Play(when="2026-01-01T01:01:00+00:00"))
    second = report(homes(60), Play(when="2027-02-03T04:05:00+00:00"))
    one = render(first).replace(first["generated"], "T").replace("2026-01-01 01:01", "T")
    other = render(second).replace(second["generated"], "T").replace("2027-02-03 04:05", "T")
    assert one == other


def test_four_files_are_written_and_replaced_and_nothing_else_is_left(tmp_path: Path, mixed: dict[str, Any]) -> None:
    folder = tmp_path / "new" / "reports"
    paths = write_reports(str(folder), report(homes(10)))
    assert write_reports(str(folder), mixed) == paths
    assert sorted(path.name for path in folder.iterdir()) == ["drift.csv", "drift.html", "drift.json", "drift.xml"]
    assert sorted(paths) == sorted(str(path) for path in folder.iterdir())
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o644
    assert (folder / "drift.json").read_bytes() == render_json(mixed).encode()
    assert (folder / "drift.csv").read_bytes() == render_csv(mixed).encode()


def test_a_folder_that_cannot_be_written_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RpsError, match=r"could not be written to '.*file/x': Not a directory\. Set rps_report_dir"):
        write_reports(str(tmp_path / "file" / "x"), report([]))


def test_a_report_that_cannot_be_replaced_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "drift.csv").mkdir()
    with pytest.raises(RpsError, match="Is a directory"):
        write_reports(str(tmp_path), report([]))
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_batches_of_one_run_are_gathered_for_each_folder_apart(tmp_path: Path) -> None:
    first, second = homes(60)
    keep = str(tmp_path)
    assert gather(keep, "a", report([first]))["counts"]["accounts"] == 1
    assert gather(keep, "b", report([first]))["counts"]["accounts"] == 1
    assert gather(keep, "./a", report([second]))["counts"]["accounts"] == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


def test_a_report_that_cannot_be_kept_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(RpsError, match="ANSIBLE_LOCAL_TEMP"):
        gather(str(tmp_path / "nowhere"), "a", report([]))
