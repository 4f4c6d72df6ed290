# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's page in a real browser."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import write_reports
from report_fleets import Play, homes, report
from report_pages import CONTRAST, Opened
from test_report_hostile import HOSTILE, hostile


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def mixed() -> dict[str, Any]:
    return report(homes(400, htek_away=True), Play(fleet_size=400))


@pytest.fixture(scope="session")
def large(folder: Path) -> Path:
    write_reports(str(folder / "large"), report(homes(10_000), Play(fleet_size=10_000)))
    return folder / "large" / "drift.html"


@pytest.fixture
def page(chrome: Any, folder: Path, mixed: dict[str, Any]) -> Opened:
    write_reports(str(folder / "mixed"), mixed)
    return Opened(chrome, folder / "mixed" / "drift.html")


def hosts(data: dict[str, Any], **wanted: str) -> list[str]:
    return [row["host"] for row in data["phones"] if all(row[key] == value for key, value in wanted.items())]


def test_it_loads_with_an_empty_console_and_asks_for_nothing(page: Opened, mixed: dict[str, Any]) -> None:
    page.type("lyon")
    page.choose("f-outcome", "conflict")
    assert page.problems() == []
    assert {url for url in page.requests() if not url.startswith("data:")} == {page.url}
    assert page.driver.title.startswith("44 of 400 phones could not be compared")
    assert len(mixed["phones"]) == 400


def test_a_text_filters_by_host_mac_server_url_and_note(page: Opened, mixed: dict[str, Any]) -> None:
    whole = hosts(mixed)
    assert page.shown() == whole[:250]
    assert page.status() == "400 in all; the first 250 are shown."
    page.type("OSLO desk-9")
    assert page.shown() == [host for host in whole if host.startswith("oslo-desk-9")]
    for text in ("805ec0000003", "80:5e:c0:00:00:03", "80-5E-C0-00-00-03"):
        page.type(text)
        assert page.shown() == ["berlin-desk-4"]
        assert page.status() == "1 of 400 match."
    page.type("old-pbx.example.net")
    assert 0 < len(page.shown()) < 10
    page.type("internal error")
    assert page.shown() == hosts(mixed, outcome="failed")
    page.type("no such phone")
    assert page.shown() == []
    assert page.status() == "0 of 400 match."
    page.driver.find_element("css selector", "button[type=reset]").click()
    page.ask("return new Promise(done => setTimeout(done, 50))")
    assert page.shown() == whole[:250]


def test_outcome_and_account_filter_together(page: Opened, mixed: dict[str, Any]) -> None:
    page.choose("f-outcome", "conflict")
    assert page.shown() == hosts(mixed, outcome="conflict")
    page.choose("f-account", "0")
    assert page.shown() == []
    page.choose("f-outcome", "!in_sync")
    assert page.shown() == hosts(mixed, account="htek")
    page.choose("f-account", "")
    assert page.shown() == [row["host"] for row in mixed["phones"] if row["outcome"] != "in_sync"]


def test_a_count_at_the_top_shows_its_phones(page: Opened, mixed: dict[str, Any]) -> None:
    page.driver.find_element("css selector", ".tiles a.would_change").click()
    assert page.shown() == hosts(mixed, outcome="would_change")
    assert page.ask("return document.querySelector('.tiles [aria-current]').dataset.outcome") == "would_change"


def test_columns_sort_both_ways_and_say_so(page: Opened, mixed: dict[str, Any]) -> None:
    page.choose("f-outcome", "would_change")
    wanted = hosts(mixed, outcome="would_change")
    button = page.driver.find_elements("css selector", "#list thead button")[0]
    button.click()
    assert page.shown() == sorted(wanted, key=lambda host: (host.split("-")[0], int(host.split("-")[2])))
    state = "return [...document.querySelectorAll('#list thead th')].map(e => e.getAttribute('aria-sort'))"
    assert page.ask(state) == ["ascending", None, None, None, None, None]
    button.click()
    assert page.shown() == sorted(wanted, key=lambda host: (host.split("-")[0], int(host.split("-")[2])))[::-1]
    assert page.ask(state)[0] == "descending"
    page.choose("f-outcome", "")
    page.driver.find_elements("css selector", "#list thead button")[2].click()
    order = ["failed", "conflict", "not_attempted", "would_change", "in_sync"]
    rows = page.ask("return [...document.querySelectorAll('#list tbody tr')].map(e => e.className)")
    assert [order.index(name) for name in rows] == sorted(order.index(name) for name in rows)
    assert page.ask(state) == [None, None, "ascending", None, None, None]


def test_the_rest_is_shown_on_demand(page: Opened, mixed: dict[str, Any]) -> None:
    page.driver.find_element("id", "more-some").click()
    assert page.shown() == hosts(mixed)
    assert not page.driver.find_element("id", "more").is_displayed()


def test_without_its_script_every_phone_is_there(chrome: Any, folder: Path, mixed: dict[str, Any]) -> None:
    write_reports(str(folder / "mixed"), mixed)
    page = Opened(chrome, folder / "mixed" / "drift.html")
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chrome.refresh()
        assert len(chrome.find_elements("css selector", "#list tbody tr")) == 400
        assert not chrome.find_element("id", "filter").is_displayed()
        assert not chrome.find_elements("css selector", "#list thead button")
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert page.seconds < 5


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_of_the_data_runs_or_is_fetched(text: str, chrome: Any, folder: Path) -> None:
    write_reports(str(folder / "hostile"), hostile(text))
    page = Opened(chrome, folder / "hostile" / "drift.html")
    page.type("alert")
    page.driver.find_elements("css selector", "#list thead button")[0].click()
    assert page.problems() == []
    assert {url for url in page.requests() if not url.startswith("data:")} == {page.url}
    assert page.ask("return document.querySelectorAll('script, style').length") == 3
    assert page.ask("return document.querySelectorAll('img, iframe, [onload], [onerror], [onmouseover]').length") == 0
    page.look(390)
    assert page.ask("return document.documentElement.scrollWidth") <= 390


def test_the_policy_stops_a_script_that_got_in_all_the_same(chrome: Any, folder: Path, mixed: dict[str, Any]) -> None:
    write_reports(str(folder / "broken"), mixed)
    path = folder / "broken" / "drift.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("<main>", "<main><script>window.ran = 1</script><img src='x.png' onerror='window.ran = 1'>"),
        encoding="utf-8",
    )
    page = Opened(chrome, path)
    assert page.ask("return window.ran") is None
    assert any("Content Security Policy" in text for text in page.problems())


def test_ten_thousand_phones_open_in_three_seconds_and_answer_at_once(chrome: Any, large: Path) -> None:
    page = Opened(chrome, large)
    page.type("lyon")
    timed = (
        "const t = performance.now(); const e = document.getElementById(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('change')); document.body.offsetHeight; return performance.now() - t"
    )
    filtering = page.ask(timed, "f-outcome", "in_sync")
    page.driver.find_element("css selector", "button[type=reset]").click()
    sorting = page.ask(
        "const t = performance.now(); document.querySelectorAll('#list thead button')[0].click();"
        "document.body.offsetHeight; return performance.now() - t"
    )
    everything = page.ask(
        "const t = performance.now(); document.getElementById('more-all').click();"
        "document.body.offsetHeight; return performance.now() - t"
    )
    size = large.stat().st_size / 1e6
    print(
        f"\n10,000 phones: {size:.1f} MB, open {page.seconds:.2f} s, filter {filtering:.0f} ms, sort {sorting:.0f} ms, "
        f"show all {everything:.0f} ms"
    )
    assert page.problems() == []
    assert page.seconds < 3
    assert max(filtering, sorting) < 1500
    assert len(page.shown()) == 10_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_every_text_has_contrast_and_nothing_is_wider_than_the_screen(page: Opened, width: int, dark: bool) -> None:
    page.look(width, dark)
    seen, bad = page.ask(CONTRAST)
    assert seen > 1000
    assert bad == []
    assert page.ask("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1400, 390])
def test_a_screen_reader_is_told_of_a_table(page: Opened, width: int) -> None:
    page.look(width)
    page.choose("f-outcome", "conflict")
    page.driver.find_elements("css selector", "#list thead button")[0].click()
    nodes = page.tree()
    roles = Counter(node["role"]["value"] for node in nodes)
    names = {node["role"]["value"]: [] for node in nodes}  # type: dict[str, list[str]]
    for node in nodes:
        names[node["role"]["value"]].append(node.get("name", {}).get("value", ""))
    assert roles["table"] == 2
    assert "Phones: what the services say, and what is declared" in names["table"]
    assert roles["columnheader"] == 6 + 7
    assert roles["rowheader"] == len(page.shown()) + 2
    assert roles["row"] == roles["rowheader"] + 2
    assert sorted(names["combobox"]) == ["Account", "Outcome"]
    assert names["searchbox"] == ["Text"]
    assert names["heading"][0].startswith("44 of 400")
    assert "Filter phones" in names["search"]
    assert all(names["image"])
    assert names["status"] is not None
    assert page.ask("return document.documentElement.lang") == "en"
    levels = page.ask("return [...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.ask("const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.length") == page.ask(
        "return new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
    )


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Opened) -> None:
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

    page.ask("document.body.focus()")
    reached = []
    for _step in range(40):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        tag, name, outline = page.ask(
            "const e = document.activeElement; return [e.tagName, e.id || e.textContent.trim().slice(0, 20), "
            "getComputedStyle(e).outlineStyle]"
        )
        if tag != "BODY":  # where it begins, and comes back to after the last
            assert outline != "none", name
            reached.append(name)
    for name in ("Skip to the phones", "f-text", "f-outcome", "f-account", "Clear", "Phone", "Note"):
        assert name in reached
    heads = page.driver.find_elements("css selector", "#list thead button")
    heads[0].send_keys(Keys.ENTER)
    assert page.ask("return document.querySelector('#list thead th').getAttribute('aria-sort')") == "ascending"


def test_print_holds_all_that_match_and_of_a_large_fleet_what_needs_a_look(page: Opened, mixed: dict[str, Any]) -> None:
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.shown() == hosts(mixed)
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.shown()) == 250


def test_print_of_a_large_fleet_says_what_is_left_out(chrome: Any, large: Path) -> None:
    page = Opened(chrome, large)
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    rows = page.ask("return [...document.querySelectorAll('#list tbody tr')].map(e => e.className)")
    assert rows
    assert "in_sync" not in rows
    assert "8,256 phones that are in sync are left out" in page.ask(
        "return document.getElementById('left-out').innerText"
    )
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.shown()) == 250
    assert not page.driver.find_element("id", "left-out").is_displayed()


def test_screenshots_are_taken_to_be_looked_at(page: Opened, shots: Path) -> None:
    for name, width, dark in (("desktop", 1400, False), ("narrow", 390, False), ("dark", 1400, True)):
        page.look(width, dark)
        page.shoot(shots / f"{name}.png")
    page.look(390, True)
    page.shoot(shots / "narrow-dark.png")
    page.choose("f-outcome", "would_change")
    page.print(shots / "print.pdf")
    print(f"\nscreenshots: {shots}")
    assert all(path.stat().st_size > 10_000 for path in shots.iterdir())
