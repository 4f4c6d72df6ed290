# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as one page for people: self-contained, and nothing of it ever asks anybody for anything. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

from .chart import picture
from .markup import esc, mac, own, sentence
from .recommendations import listed, verdict
from .script import FIRST, SCRIPT
from .style import STYLE
from .table import phones_table
from .text import OUTCOME_MEANINGS, OUTCOME_WORDS, UNMANAGED, count, number


def render_html(data: dict[str, Any]) -> str:
    """The whole page. Its policy lets exactly its own script and style run, so that no text of the data ever could."""
    level, told = verdict(data)
    policy = (
        f"default-src 'none'; script-src '{_hash(FIRST)}' '{_hash(SCRIPT)}'; style-src "
        f"'{_hash(STYLE)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{esc(policy)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n',
            f"<title>{esc(told)} - drift report</title>\n",
            # Without an icon of its own a browser would ask the server for one.
            f'<link rel="icon" href="data:,">\n<script>{FIRST}</script>\n<style>{STYLE}</style>\n</head>\n<body>\n',
            '<a class="skip" href="#phones">Skip to the phones</a>\n',
            _head(data, level, told),
            "<main>\n",
            _problems(data),
            _tiles(data),
            '<div class="two">\n',
            _section("picture", "The fleet", picture(data)),
            _section("next", "What to run next", _next(data)),
            "</div>\n",
            _section("phones", "Phones", phones_table(data)),
            _section("unmanaged", "Devices that nobody declared", _unmanaged(data)),
            _section("accounts", "Accounts and plans", _accounts(data)),
            _section("scope", "What was compared", _scope(data)),
            "</main>\n",
            f"<footer>Report format {esc(data['schema'])}. The same is in drift.json, drift.csv and drift.xml beside "
            "this file. Parts of a URL that begin with ~ are fingerprints of secrets.</footer>\n",
            f"<script>{SCRIPT}</script>\n</body>\n</html>\n",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _section(name: str, title: str, body: str) -> str:
    return f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{title}</h2>{body}</section>\n'


def _head(data: dict[str, Any], level: str, told: str) -> str:
    scope, counts = data["scope"], data["counts"]
    part = (
        f"limited to {own(scope['limit'])}" if scope["limit"] else ("" if scope["partial"] is None else "a part of it")
    )
    whole = f"{count(scope['phones'], 'phone')} of the play &ldquo;{own(scope['play'])}&rdquo;" + (
        f" ({part})" if part else ""
    )
    reached = f"{number(counts['accounts_reached'])} of {count(counts['accounts'], 'account')} reached"
    return (
        f'<header class="{level}"><p class="kind">Drift report</p><h1>{esc(told)}</h1>'
        f"<p>{whole} &middot; {reached} &middot; {_time(data['generated'])} &middot; nothing was written</p></header>\n"
        if scope["mode"] == "drift" or scope["check_mode"]
        else f'<header class="{level}"><p class="kind">Run report</p><h1>{esc(told)}</h1>'
        f"<p>{whole} &middot; {reached} &middot; {_time(data['generated'])}</p></header>\n"
    )


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return esc(text)
    zone = moment.strftime("%Z") or "local time"
    return f'<time datetime="{esc(text)}">{moment.strftime("%Y-%m-%d %H:%M")} {esc(zone)}</time>'


def _problems(data: dict[str, Any]) -> str:
    texts = list(data["errors"])
    for account in data["accounts"]:
        if account["error"] and not any(account["error"] in text for text in texts):
            texts.append(f"{account['name']}: {account['error']}")
    parts = [_box("bad", "Problems", texts)] if texts else []
    if data["warnings"]:
        parts.append(_box("warn", "Warnings", data["warnings"]))
    return "".join(parts)


def _box(name: str, title: str, texts: Iterable[str]) -> str:
    items = "".join(f"<li>{sentence(text)}</li>" for text in texts)
    return f'<section class="box {name}" aria-label="{title}"><h2>{title}</h2><ul>{items}</ul></section>\n'


def _tiles(data: dict[str, Any]) -> str:
    names = [name for name in OUTCOME_WORDS if data["counts"][name] or name == "in_sync"]
    tiles = [_tile(name, OUTCOME_WORDS[name], data["counts"][name], "phones") for name in names]
    tiles.append(_tile(UNMANAGED, "unmanaged", data["counts"]["unmanaged"], "unmanaged"))
    return f'<nav class="tiles" aria-label="Phones by outcome"><ul>{"".join(tiles)}</ul></nav>\n'


def _tile(name: str, word: str, value: int, target: str) -> str:
    return (
        f'<li><a href="#{target}" data-outcome="{name}" class="{name}"><b>{number(value)}</b> '
        f'<span class="o {name}">{word}</span><small>{esc(OUTCOME_MEANINGS[name])}</small></a></li>'
    )


def _next(data: dict[str, Any]) -> str:
    items = []
    for step in data["next"]:
        code = f'<pre tabindex="0"><code>{esc(step["command"])}</code></pre>' if step["command"] else ""
        items.append(f"<li><h3>{esc(step['what'])}</h3><p>{sentence(step['why'])}</p>{code}</li>")
    note = (
        '<p class="q">INVENTORY stands for this run\'s inventory; give its other options too.</p>'
        if any(step["command"] for step in data["next"])
        else ""
    )
    return f"<ol>{''.join(items)}</ol>{note}"


def _unmanaged(data: dict[str, Any]) -> str:
    parts = [
        "<p>These are on the accounts, and no host of this play declares them."
        + (
            ""
            if data["scope"]["complete"]
            else " The play does not hold the whole fleet: phones of the rest are among them."
        )
        + "</p>"
    ]
    if not data["counts"]["unmanaged"]:
        away = any(not account["reached"] for account in data["accounts"])
        return "<p>None" + (", as far as accounts were reached.</p>" if away else ".</p>")
    for account in data["accounts"]:
        macs = account["unmanaged"]
        if macs:
            items = "".join(f"<li>{mac(value)}</li>" for value in macs)
            opened = " open" if len(macs) <= 60 else ""
            parts.append(
                f"<details{opened}><summary>{own(account['name'])}: {count(len(macs), 'device')}</summary>"
                f'<ul class="macs">{items}</ul></details>'
            )
    return "".join(parts)


def _accounts(data: dict[str, Any]) -> str:
    rows = []
    for account in data["accounts"]:
        known = VENDORS.get(account["vendor"])
        summary = account["summary"]
        servers = [f"{server['name']} ({server['url']})" for server in account["servers"]]
        plan = account["plan"] or "none"
        if account["batches"] > 1:
            plan += f" (of {account['batches']} batches; approves nothing)"
        calls = sum(account["calls"].values())
        rows.append(
            f'<tr role="row"><th scope="row" role="rowheader">{own(account["name"])}'
            f"<small>{esc(known.title if known else account['vendor'])}</small></th>"
            f'<td role="cell">{"yes" if account["reached"] else "no"}</td>'
            f'<td role="cell">{number(summary["declared"])}</td><td role="cell">{number(summary["unmanaged"])}</td>'
            f'<td role="cell">{number(calls)}</td>'
            f'<td role="cell">{sentence(listed(servers, 8)) if servers else "none declared"}</td>'
            f'<td role="cell"><code class="plan">{esc(plan)}</code></td></tr>'
        )
    heads = ("Account", "Reached", "Phones", "Unmanaged", "Calls", "Servers declared", "Plan")
    head = "".join(f'<th scope="col" role="columnheader">{title}</th>' for title in heads)
    return (
        '<table id="plans" role="table">'
        "<caption>Each account with the digest of its plan, for rps_expect_plan</caption>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )


def _scope(data: dict[str, Any]) -> str:
    scope = data["scope"]
    counts, size = data["counts"], scope["fleet_size"]
    if scope["partial"]:
        whole = f"no: {sentence(scope['partial'])}"
    elif not scope["complete"]:
        whole = "no: the play holds another number of phones than the fleet was declared to have"
    else:
        whole = "yes" if size is not None else "yes, if the play's hosts are all there are"
    pairs = [
        ("Play", own(scope["play"])),
        ("When", _time(data["generated"])),
        ("Mode", esc(scope["mode"]) + (", check mode" if scope["check_mode"] else "")),
        ("Phones", f"{number(scope['phones'])}, of {count(scope['hosts'], 'host')} of the play"),
        ("Accounts reached", f"{number(counts['accounts_reached'])} of {number(counts['accounts'])}"),
        ("Fleet size declared", "not declared (rps_fleet_size)" if size is None else number(size)),
        ("Limit", own(scope["limit"]) if scope["limit"] else "none"),
        ("The whole fleet", whole),
        ("Purge", "asked for (rps_purge)" if scope["purge"] else "not asked for"),
    ]
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs) + "</dl>"
