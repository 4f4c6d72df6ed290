# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of phones and its filters. Pure."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

from .markup import esc, mac, outcome, own, sentence
from .text import ACTION_WORDS, OUTCOME_WORDS, cut, found_words, number

# The roles say again what the elements are: on a narrow screen the style takes the table's layout away, and with it
# some browsers take its meaning.
_COLUMNS = (
    ("phone", "Phone"),
    ("account", "Account"),
    ("outcome", "Outcome"),
    ("found", "Found"),
    ("wanted", "Wanted"),
    ("note", "Note"),
)


def phones_table(data: dict[str, Any]) -> str:
    """A row for every phone, in the page whether its script runs or not; the script filters and sorts them."""
    rows = data["phones"]
    if not rows:
        return "<p>This play declares no phones.</p>"
    accounts = {account["name"]: index for index, account in enumerate(data["accounts"])}
    heads = "".join(f'<th scope="col" role="columnheader" data-key="{key}">{title}</th>' for key, title in _COLUMNS)
    body = "\n".join(_row(row, accounts[row["account"]], index) for index, row in enumerate(rows))
    return (
        f"{_filters(data)}"
        '<p id="shown" role="status">'
        f"{number(len(rows))} in all.</p>"
        '<table id="list" role="table"><caption>Phones: what the services say, and what is declared</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">\n{body}\n</tbody></table>'
        '<p id="more" hidden><button type="button" id="more-some">Show more</button> '
        '<button type="button" id="more-all">Show all</button></p>'
        '<p id="left-out" hidden></p>'
    )


def _filters(data: dict[str, Any]) -> str:
    present: dict[str, int] = {}
    for row in data["phones"]:
        present[row["outcome"]] = present.get(row["outcome"], 0) + 1
    others = sum(value for name, value in present.items() if name != "in_sync")
    outcomes = [f'<option value="">any ({number(len(data["phones"]))})</option>']
    if others:
        outcomes.append(f'<option value="!in_sync">all but in sync ({number(others)})</option>')
    outcomes.extend(
        f'<option value="{esc(name)}">{esc(word)} ({number(present[name])})</option>'
        for name, word in OUTCOME_WORDS.items()
        if name in present
    )
    accounts = ['<option value="">any</option>']
    accounts.extend(
        f'<option value="{index}">{esc(cut(account["name"], 40))}</option>'
        for index, account in enumerate(data["accounts"])
    )
    return (
        '<form id="filter" role="search" aria-label="Filter phones" hidden>'
        '<label class="wide">Text <input id="f-text" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="host, MAC, server, URL or note"></label>'
        f'<label>Outcome <select id="f-outcome">{"".join(outcomes)}</select></label>'
        f'<label>Account <select id="f-account">{"".join(accounts)}</select></label>'
        '<button type="reset">Clear</button></form>'
    )


def _row(row: dict[str, Any], account: int, index: int) -> str:
    name = own(row["host"], "h") if row["host"] is not None else '<span class="q">not declared</span>'
    known = VENDORS.get(row["vendor"])
    action = ACTION_WORDS.get(row["action"], row["action"])
    cells = (
        f"{own(row['account'])}<small>{esc(known.title if known else row['vendor'])}</small>",
        outcome(row["outcome"]) + (f"<small>{esc(action)}</small>" if action else ""),
        _found(row),
        _wanted(row["wanted"]),
        sentence(_note(row)) if row["msg"] else "",
    )
    return (
        f'<tr role="row" class="{esc(row["outcome"])}" data-a="{account}" data-i="{index}">'
        f'<th scope="row" role="rowheader">{name}{mac(row["mac"])}</th>'
        + "".join(f'<td role="cell">{cell}</td>' for cell in cells)
        + "</tr>"
    )


def _note(row: dict[str, Any]) -> str:
    """The message without the MAC that it begins with: it stands in the same row."""
    text: str = row["msg"]
    return text[len(row["mac"]) + 1 :] if text.startswith(row["mac"] + " ") else text


def _found(row: dict[str, Any]) -> str:
    before = row["before"] or {}
    return esc(found_words(row)) + _place(before.get("server"), before.get("url"))


def _wanted(wanted: dict[str, Any]) -> str:
    if wanted["state"] == "absent":
        return "absent"
    extra = [word for key, word in (("override", "override"), ("force", "force")) if wanted[key]]
    return (
        "registered"
        + _place(wanted["server"], wanted["url"])
        + (f"<small>{esc(', '.join(extra))}</small>" if extra else "")
    )


def _place(server: str | None, url: str | None) -> str:
    text = f" on {own(server)}" if server else ""
    return text + (own(url, "u") if url else "")
