# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same content in each format, read back by somebody else's reader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import junitparser
import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import RpsError
from ansible_collections.voip.rps.plugins.plugin_utils._report.csv import HEADER, render_csv
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import FILE_NAMES, Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import FORMATS, gather, write_reports
from ansible_collections.voip.rps.plugins.plugin_utils._report.json import render_json
from ansible_collections.voip.rps.plugins.plugin_utils._report.junit import render_junit
from ansible_collections.voip.rps.plugins.plugin_utils._report.prometheus import render_prometheus
from prometheus_client.parser import text_string_to_metric_families
from support.report_fleets import (
    account,
    colons,
    desired,
    device,
    fleet,
    mac_of,
    part,
    phone,
    purged,
    report,
    unmanaged,
)

Samples = dict[str, dict[tuple[str, ...], float]]


def test_json_read_back_is_the_data_with_a_line_for_each_phone(mixed: Report) -> None:
    text = render_json(mixed)
    assert json.loads(text) == mixed
    assert text.isascii()
    assert list(json.loads(text)) == list(mixed)
    for row in mixed["phones"]:
        assert sum(1 for line in text.splitlines() if f'"host": "{row["host"]}"' in line) == 1


def csv_rows(data: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(data)[1:], newline=""), strict=True))


def test_csv_read_back_has_every_phone_and_every_unmanaged_device_in_order(mixed: Report) -> None:
    text = render_csv(mixed)
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == text.count("\n") == len(mixed["phones"]) + mixed["counts"]["unmanaged"] + 1
    rows = csv_rows(mixed)
    assert tuple(rows[0]) == HEADER
    phones, others = rows[: len(mixed["phones"])], rows[len(mixed["phones"]) :]
    for own, row in zip(phones, mixed["phones"], strict=True):
        before: dict[str, Any] = {**row["before"]} if row["before"] else {}
        assert (own["host"], own["mac"], own["outcome"]) == (row["host"], colons(row["mac"]), row["outcome"])
        assert own["reason"] == (row["reason"] or "")
        assert own["desired_url"] == (row["desired"]["url"] or "")
        assert own["current_url"] == (before.get("url") or "")
        assert own["message"] == row["msg"]
    devices = [(colons(one["mac"]), one["url"]) for each in mixed["accounts"] for one in each["unmanaged"] or []]
    assert [(row["mac"], row["current_url"]) for row in others] == devices
    assert {row["outcome"] for row in others} == {"unmanaged"}


def test_csv_marks_servers_and_says_when_phones_last_asked() -> None:
    asked = "2026-10-01T08:30:00Z"
    rows = [
        phone("a", mac_of(1), before=device(mac_of(1), last_contact=asked)),
        phone("b", mac_of(2), desired=desired("berlim"), server_declared=False),
        phone("c", mac_of(3), desired=desired(None)),
    ]
    read = csv_rows(report([account(rows=rows, unmanaged=unmanaged(mac_of(9), last_contact=asked))]))
    assert [row["server_declared"] for row in read] == ["yes", "no", "", ""]
    assert [row["last_contact"] for row in read] == [asked, "", "", asked]


def test_junit_read_back_has_a_test_case_for_each_phone(mixed: Report) -> None:
    suites = junitparser.JUnitXml.fromstring(render_junit(mixed).encode())
    counts = mixed["counts"]
    assert suites.tests == 400
    assert suites.failures == counts["would_change"] + counts["conflict"]
    assert suites.errors == counts["failed"] + counts["unknown"] + counts["not_attempted"]
    assert suites.skipped == counts["unverifiable"]
    cases = [case for suite in suites for case in suite]
    kinds: dict[str, Any] = {"would_change": junitparser.Failure, "conflict": junitparser.Failure}
    kinds |= dict.fromkeys(("failed", "unknown", "not_attempted"), junitparser.Error)
    kinds["unverifiable"] = junitparser.Skipped
    for case, row in zip(cases, mixed["phones"], strict=True):
        assert case.name == f"{row['host']} ({colons(row['mac'])})"
        kind = kinds.get(row["outcome"])
        assert [type(result) for result in case.result] == ([kind] if kind else [])
        assert all(result.message == row["msg"] for result in case.result)
    for suite in suites:  # the totals are what the cases say, not only what the suite claims
        claimed = (suite.tests, suite.failures, suite.errors, suite.skipped)
        cast(Any, suite).update_statistics()  # it has no annotations
        assert claimed == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_junit_names_the_error_of_an_account_and_its_unmanaged_devices(mixed: Report) -> None:
    text = render_junit(mixed)
    assert text.count("<system-err>") == 1
    for each in mixed["accounts"]:
        for one in each["unmanaged"] or []:
            assert f"{colons(one['mac'])} {one['url']}" in text


def test_junit_describes_a_phone_that_has_no_message() -> None:
    gone = phone("a", mac_of(1), "would_change", action="deregister", desired=desired(None), msg="")
    plain = phone("b", mac_of(2), "would_change", desired=desired("main", url=None), msg="")
    bare = phone("c", mac_of(3), "failed", desired={**desired(), "server": None, "url": None}, msg="")
    messages = [
        result.message
        for suite in junitparser.JUnitXml.fromstring(render_junit(report([account(rows=[gone, plain, bare])])).encode())
        for case in suite
        for result in case.result
    ]
    found = "Current: registered https://old-pbx.example.net/provisioning/. Desired: "
    assert messages == [
        f"{found}absent. Action: deregister.",
        f"{found}server main. Action: move.",
        "Current: could not be read. Desired: registered.",
    ]


def samples(text: str) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_prometheus_reads_every_outcome_of_every_account_zeros_too(mixed: Report) -> None:
    found = samples(render_prometheus(mixed))
    outcomes = ("in_sync", "would_change", "changed", "unverifiable", "conflict", "failed", "unknown", "not_attempted")
    assert found["rps_phones"] == {
        (each["name"], outcome): each["summary"][outcome] for each in mixed["accounts"] for outcome in outcomes
    }
    assert sum(found["rps_phones"].values()) == 400
    assert found["rps_account_reached"] == {("htek",): 0, ("yealink",): 1}
    assert found["rps_unmanaged_devices"] == {("htek",): 0, ("yealink",): 3}
    assert found["rps_last_run_timestamp_seconds"] == {(): 1793600100}


def test_prometheus_has_no_number_that_is_not_known() -> None:
    found = samples(render_prometheus(report([account("snom", vendor="snom", unmanaged=None)], generated="soon")))
    assert "rps_unmanaged_devices" not in found
    assert "rps_last_run_timestamp_seconds" not in found
    assert found["rps_account_reached"] == {("snom",): 1}


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\\", 'a\\"', "a\nb", "{}", 'x",outcome="y'])
def test_a_name_of_an_account_stays_one_label(name: str) -> None:
    found = samples(render_prometheus(report([account(name)])))
    assert list(found["rps_account_reached"]) == [(name.replace("\n", " "),)]


@pytest.mark.parametrize("render", FORMATS.values())
def test_only_the_time_differs_between_two_files_of_one_state(render: Callable[[Report], str]) -> None:
    def one(generated: str, *ways: str) -> str:
        text = render(report(fleet(60), generated=generated))
        for way in (generated, *ways):
            text = text.replace(way, "T")
        return text

    assert one("2026-01-01T01:01:00+00:00", "2026-01-01 01:01", "1767229260") == one(
        "2027-02-03T04:05:00+00:00", "2027-02-03 04:05", "1801627500"
    )


def test_every_format_is_written_and_replaced_and_nothing_else_is_left(tmp_path: Path, mixed: Report) -> None:
    folder = tmp_path / "new" / "reports"
    paths = write_reports(str(folder), report(fleet(10)))
    assert write_reports(str(folder), mixed) == paths
    assert {path.name for path in folder.iterdir()} == set(FILE_NAMES)
    assert sorted(paths) == sorted(str(path) for path in folder.iterdir())
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o644
    for name, render in FORMATS.items():
        assert (folder / name).read_bytes() == render(mixed).encode()


def test_a_folder_that_cannot_be_written_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RpsError, match=r"file/x': Not a directory\. Set rps_report_dir"):
        write_reports(str(tmp_path / "file" / "x"), report([]))


def test_a_report_that_cannot_be_replaced_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "drift.csv").mkdir()
    with pytest.raises(RpsError, match="Is a directory"):
        write_reports(str(tmp_path), report([]))
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_parts_of_one_run_are_gathered_for_each_folder_apart(tmp_path: Path) -> None:
    first, second = fleet(60)
    keep = str(tmp_path)
    assert gather(keep, "a", part([first]))["counts"]["accounts"] == 1
    assert gather(keep, "b", part([first]))["counts"]["accounts"] == 1
    assert gather(keep, "./a", part([second]))["counts"]["accounts"] == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


def test_a_part_that_cannot_be_kept_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(RpsError, match="ANSIBLE_LOCAL_TEMP"):
        gather(str(tmp_path / "nowhere"), "a", part([]))


def test_a_device_to_purge_is_in_every_format_of_programs() -> None:
    data = report([account(purged=[purged(mac_of(9))])], purge=True)
    assert f"{colons(mac_of(9))} (unmanaged)" in render_junit(data)
    assert [(row["host"], row["mac"], row["action"]) for row in csv_rows(data)] == [
        ("", colons(mac_of(9)), "deregister")
    ]
    assert samples(render_prometheus(data))["rps_phones"]["yealink", "would_change"] == 1
