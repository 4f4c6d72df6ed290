# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's page in a real browser."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import write_reports
from support.hostile_report import HOSTILE, hostile
from support.report_fleets import account, desired, fleet, mac_of, phone, report, unmanaged
from support.report_pages import CONTRAST, ReportPage

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

ORDER = ("conflict", "failed", "unknown", "not_attempted", "would_change", "changed", "unverifiable", "in_sync")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def mixed(folder: Path) -> Report:
    """400 phones, of which 67 need attention; more devices than are shown at first."""
    accounts = fleet(400, htek_away=True)
    accounts[0]["unmanaged"] = unmanaged(*(mac_of(0x900000 + index) for index in range(300)))
    data = report(accounts, fleet_size=400)
    write_reports(str(folder / "mixed"), data)
    return data


@pytest.fixture(scope="session")
def large(folder: Path) -> Report:
    """10,000 phones, of which 7,000 need attention."""
    rows = [
        phone(f"desk-{index}", mac_of(index), "would_change" if index < 7000 else "in_sync") for index in range(10_000)
    ]
    data = report([account(rows=rows)], fleet_size=10_000)
    write_reports(str(folder / "large"), data)
    return data


@pytest.fixture
def page(chrome: Chrome, folder: Path, mixed: Report) -> ReportPage:
    assert mixed["phones"]
    return ReportPage(chrome, folder / "mixed" / "drift.html")


def hosts(data: Report, *outcomes: str, account: str = "") -> list[str]:
    """Hosts as the page lists them: by outcome, then by account and name."""
    rows = sorted(data["phones"], key=lambda row: ORDER.index(row["outcome"]))
    wanted = outcomes or ORDER[:-1]
    return [str(row["host"]) for row in rows if row["outcome"] in wanted and account in ("", row["account"])]


def is_open(page: ReportPage, name: str) -> bool:
    return bool(page.ask("return document.getElementById(arguments[0]).open", name))


def test_it_loads_with_an_empty_console_and_asks_for_nothing(page: ReportPage, mixed: Report) -> None:
    page.find("lyon")
    page.choose("f-outcome", "conflict")
    assert page.problems() == []
    assert {url for url in page.requests() if not url.startswith("data:")} == {page.url}
    assert page.driver.title == "44 of 400 phones could not be compared; 19 have drifted - drift report"
    assert len(mixed["phones"]) == 400


def test_what_needs_attention_is_shown_and_the_rest_is_folded_away(page: ReportPage, mixed: Report) -> None:
    assert page.shown() == hosts(mixed)
    assert not is_open(page, "in-sync")
    assert page.status() == "400 in all."
    summary = page.driver.find_element("css selector", "#in-sync summary")
    assert summary.text.split() == ["In", "sync", "333"]
    summary.click()
    assert page.driver.find_element("css selector", "#list-in_sync .h").is_displayed()


def test_a_text_filters_by_host_mac_url_and_message(page: ReportPage, mixed: Report) -> None:
    page.find("OSLO desk-9")
    assert page.shown() == [host for host in hosts(mixed) if host.startswith("oslo-desk-9")]
    assert page.shown("in_sync") == [host for host in hosts(mixed, "in_sync") if host.startswith("oslo-desk-9")]
    for text in ("805ec0000003", "80:5e:c0:00:00:03", "80-5E-C0-00-00-03"):
        page.find(text)
        assert page.shown() == ["berlin-desk-4"]
        assert page.status() == "1 of 400 phones match."
    page.find("old-pbx.example.net")
    assert page.shown() == [row["host"] for row in mixed["phones"] if row["action"] == "move"]
    page.find("internal error")
    assert page.shown() == hosts(mixed, "failed")
    page.find("no such phone")
    assert page.shown() == []
    assert page.status() == "0 of 400 phones match."
    page.click("button[type=reset]")
    assert page.shown() == hosts(mixed)


def test_phones_in_sync_are_unfolded_when_somebody_looks_for_one(page: ReportPage, mixed: Report) -> None:
    host = hosts(mixed, "in_sync")[0]
    page.find(host)
    assert is_open(page, "in-sync")
    assert host in page.shown("in_sync")
    page.find("internal error")
    assert not is_open(page, "in-sync")
    page.choose("f-outcome", "")
    page.find("")
    assert not is_open(page, "in-sync")


def test_outcome_and_account_filter_together(page: ReportPage, mixed: Report) -> None:
    page.choose("f-outcome", "conflict")
    assert page.shown() == hosts(mixed, "conflict")
    page.choose("f-account", "0")
    assert page.shown() == []
    page.choose("f-outcome", "failed unknown not_attempted")
    assert page.shown() == hosts(mixed, "not_attempted", account="htek")
    page.choose("f-account", "")
    assert page.shown() == hosts(mixed, "failed", "not_attempted")


@pytest.mark.parametrize(
    ("link", "outcomes"),
    [
        (".tiles .drifted a", ("conflict", "would_change")),
        (".tiles .uncompared a", ("failed", "not_attempted")),
        (".tiles .unverifiable a", ("unverifiable",)),
        (".tiles .all a", ORDER[:-1]),
        (".legend li:nth-child(4) a", ("would_change",)),
    ],
)
def test_a_number_of_the_overview_shows_its_phones(
    page: ReportPage, mixed: Report, link: str, outcomes: tuple[str, ...]
) -> None:
    page.find("something else")
    page.click(link)
    assert page.shown() == hosts(mixed, *outcomes)


def test_the_number_that_filters_is_marked(page: ReportPage) -> None:
    page.click(".tiles .drifted a")
    marked = "return [...document.querySelectorAll('[aria-current]')].map(e => e.dataset.filter)"
    assert page.ask(marked) == ["conflict would_change"]
    page.click("button[type=reset]")
    assert page.ask(marked) == []


def test_columns_sort_both_ways_and_say_so(page: ReportPage, mixed: Report) -> None:
    page.choose("f-outcome", "would_change")
    ascending = sorted(
        hosts(mixed, "would_change"), key=lambda host: (host.rsplit("-", 1)[0], int(host.split("-")[-1]))
    )
    button = "#list-attention th:nth-child(1) button"
    page.click(button)
    assert page.shown() == ascending
    state = "return [...document.querySelectorAll('#list-attention thead th')].map(e => e.getAttribute('aria-sort'))"
    assert page.ask(state) == ["ascending", None, None, None, None, None]
    page.click(button)
    assert page.shown() == ascending[::-1]
    assert page.ask(state)[0] == "descending"
    page.choose("f-outcome", "")
    page.click("#list-attention th:nth-child(3) button")
    rows = page.ask("return [...document.querySelectorAll('#list-attention tbody tr')].map(e => e.className)")
    assert [ORDER.index(name) for name in rows] == sorted(ORDER.index(name) for name in rows)
    assert page.ask(state) == [None, None, "ascending", None, None, None]


def test_the_rest_is_shown_on_demand(page: ReportPage) -> None:
    count = "return document.querySelectorAll('#list-devices tbody tr').length"
    assert page.ask(count) == 250
    page.driver.find_element("css selector", "#unmanaged summary").click()
    assert page.driver.find_element("css selector", "#unmanaged .more .some").text == "Show 50 more"
    page.click("#unmanaged .more .some")
    assert page.ask(count) == 300
    assert not page.driver.find_element("css selector", "#unmanaged .more").is_displayed()


def test_a_command_can_be_copied(page: ReportPage, mixed: Report) -> None:
    commands = [step["command"] for step in mixed["next"] if step["command"]]
    buttons = page.driver.find_elements("css selector", ".command .copy")
    assert len(buttons) == len(commands) == 3
    allowed = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", allowed)
    copied = page.driver.execute_async_script(
        "const [button, done] = arguments; new MutationObserver(async () =>"
        "done([button.textContent, await navigator.clipboard.readText()])).observe(button, {childList: true});"
        "button.click();",
        buttons[1],
    )
    assert copied == ["Copied", commands[1]]


def test_a_command_is_selected_if_the_browser_does_not_let_it_be_copied(page: ReportPage, mixed: Report) -> None:
    page.ask("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.driver.find_elements("css selector", ".command .copy")[0].click()
    (command, *_others) = [step["command"] for step in mixed["next"] if step["command"]]
    assert page.ask("return getSelection().toString()") == command


def test_without_its_script_every_phone_is_there(chrome: Chrome, folder: Path, mixed: Report) -> None:
    page = ReportPage(chrome, folder / "mixed" / "drift.html", scripts=False)
    try:
        shown = [element.text for element in chrome.find_elements("css selector", "#list-attention .h")]
        assert shown == hosts(mixed)
        assert len(chrome.find_elements("css selector", "#list-in_sync tbody tr")) == 333
        assert len(chrome.find_elements("css selector", "#list-devices tbody tr")) == 300
        assert not chrome.find_element("id", "filter").is_displayed()
        assert not chrome.find_elements("css selector", "button.copy, thead button")
        chrome.find_element("css selector", "#in-sync summary").click()
        assert chrome.find_element("css selector", "#list-in_sync .h").is_displayed()
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert page.problems() == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_of_the_data_runs_or_is_fetched(text: str, chrome: Chrome, folder: Path) -> None:
    write_reports(str(folder / "hostile"), hostile(text))
    page = ReportPage(chrome, folder / "hostile" / "drift.html")
    page.find("alert")
    page.click("#list-attention th:nth-child(1) button", "alert")
    assert page.problems() == []
    assert {url for url in page.requests() if not url.startswith("data:")} == {page.url}
    assert page.ask("return document.querySelectorAll('script, style').length") == 2
    assert page.ask("return document.querySelectorAll('img, iframe, [onload], [onerror], [onmouseover]').length") == 0
    page.resize(390)
    assert page.ask("return document.documentElement.scrollWidth") <= 390


def test_the_policy_stops_a_script_that_got_in_all_the_same(chrome: Chrome, folder: Path, mixed: Report) -> None:
    assert mixed["phones"]
    text = (folder / "mixed" / "drift.html").read_text(encoding="utf-8")
    path = folder / "broken.html"
    path.write_text(
        text.replace("<main>", "<main><script>window.ran = 1</script><img src='x.png' onerror='window.ran = 1'>"),
        encoding="utf-8",
    )
    page = ReportPage(chrome, path)
    assert page.ask("return window.ran") is None
    assert any("Content Security Policy" in text for text in page.problems())


def test_a_page_of_ten_thousand_phones_opens_with_few_rows_and_finds_all(
    chrome: Chrome, folder: Path, large: Report
) -> None:
    page = ReportPage(chrome, folder / "large" / "drift.html")
    rows = "return document.querySelectorAll('tbody tr').length"
    assert page.ask(rows) < 600
    assert page.ask("return document.querySelectorAll('*').length") < 12_000
    page.find("desk-6999")
    assert page.shown() == ["desk-6999"]
    page.choose("f-outcome", "in_sync")
    page.find("")
    assert page.status() == "3,000 of 10,000 phones match."
    assert page.ask(rows) < 600
    page.click("button[type=reset]")
    page.click("#list-attention + .more .all")
    assert page.shown() == hosts(large)
    assert page.problems() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_every_text_has_contrast_and_nothing_is_wider_than_the_screen(page: ReportPage, width: int, dark: bool) -> None:
    page.resize(width, dark)
    page.ask("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    seen, bad = page.ask(CONTRAST)
    assert seen > 1000
    assert bad == []
    assert page.ask("return document.documentElement.scrollWidth") <= width


def test_marks_and_notes_have_contrast_too(chrome: Chrome, folder: Path) -> None:
    rows = [phone(f"d{index}", mac_of(index), outcome) for index, outcome in enumerate(ORDER)]
    rows.append(phone("x", mac_of(20), "unverifiable", desired=desired("berlim"), server_declared=False))
    guard = {"name": "rps_purge_limit", "text": "Guard rps_purge_limit blocks it."}
    write_reports(str(folder / "marks"), report([account(rows=rows, guard=guard)], warnings=["A warning."]))
    page = ReportPage(chrome, folder / "marks" / "drift.html")
    for dark in (False, True):
        page.resize(1400, dark)
        assert page.driver.find_element("css selector", ".mark").is_displayed()
        assert page.ask(CONTRAST)[1] == []


@pytest.mark.parametrize("width", [1400, 390])
def test_a_screen_reader_is_reported_of_tables(page: ReportPage, width: int) -> None:
    page.resize(width)
    page.choose("f-outcome", "conflict")
    page.click("#list-attention th:nth-child(1) button")
    nodes = page.tree()
    roles = Counter(node["role"]["value"] for node in nodes)
    names: dict[str, list[str]] = {node["role"]["value"]: [] for node in nodes}
    for node in nodes:
        names[node["role"]["value"]].append(node.get("name", {}).get("value", ""))
    assert roles["table"] == 2  # the folded ones are not read out
    assert "Phones that need attention" in names["table"]
    assert roles["columnheader"] == 6 + 7
    assert roles["rowheader"] == len(page.shown()) + 2
    assert roles["row"] == roles["rowheader"] + 2
    assert sorted(names["combobox"]) == ["Account", "Outcome"]
    assert names["searchbox"] == ["Text"]
    assert names["heading"][0].startswith("44 of 400")
    assert "Filter phones" in names["search"]
    assert all(names["image"])
    assert names["status"]
    assert page.ask("return document.documentElement.lang") == "en"


def test_headings_and_ids_are_in_order(page: ReportPage) -> None:
    levels = page.ask("return [...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.ask("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    headings = page.ask("return [...document.querySelectorAll('h2')].map(e => e.textContent)")
    assert headings == ["Overview", "Next steps", "Phones", "Unmanaged devices", "Accounts and plans", "Scope"]


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: ReportPage) -> None:
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

    page.ask("document.body.focus()")
    reached = []
    for _step in range(50):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        tag, name, outline = page.ask(
            "const e = document.activeElement; return [e.tagName, e.id || e.textContent.trim().slice(0, 20), "
            "getComputedStyle(e).outlineStyle]"
        )
        reached.append((name, tag == "BODY" or outline != "none"))  # the body is where it begins and comes back to
    names = [name for name, _marked in reached]
    for name in (
        "Skip to the phones",
        "f-text",
        "f-outcome",
        "f-account",
        "Clear",
        "Copy",
        "Phone",
        "Message",
        "In sync 333",
    ):
        assert name in names
    assert [name for name, marked in reached if not marked] == []
    page.driver.find_element("css selector", "#list-attention thead button").send_keys(Keys.ENTER)
    assert page.ask("return document.querySelector('#list-attention th').getAttribute('aria-sort')") == "ascending"


def test_print_has_all_that_match_and_of_folded_parts_nothing(chrome: Chrome, folder: Path) -> None:
    rows = [phone(f"desk-{index}", mac_of(index), "conflict" if index < 300 else "in_sync") for index in range(600)]
    data = report([account(rows=rows)])
    write_reports(str(folder / "print"), data)
    page = ReportPage(chrome, folder / "print" / "drift.html")
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.shown() == hosts(data)
    assert len(page.shown("in_sync")) == 250
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.shown()) == 250
    page.choose("f-outcome", "in_sync")
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.shown("in_sync") == hosts(data, "in_sync")
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.shown("in_sync")) == 250


def test_screenshots_are_taken_to_be_looked_at(page: ReportPage, shots: Path) -> None:
    for name, width, dark in (
        ("desktop", 1400, False),
        ("narrow", 390, False),
        ("dark", 1400, True),
        ("narrow-dark", 390, True),
    ):
        page.resize(width, dark)
        page.shoot(shots / f"{name}.png")
    page.print(shots / "print.pdf")
    print(f"\nscreenshots: {shots}")
    for name in ("desktop.png", "narrow.png", "dark.png", "narrow-dark.png", "print.pdf"):
        assert (shots / name).stat().st_size > 10_000
