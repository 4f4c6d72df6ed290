# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JUnit XML: a suite for each account, a test case for each phone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CONFLICT,
    FAILED,
    NOT_ATTEMPTED,
    UNKNOWN,
    UNVERIFIABLE,
    WOULD_CHANGE,
)

from .text import ACTION_WORDS, DRIFTED, OUTCOME_MEANINGS, UNSETTLED, found_words, line

# What a test case is where it did not pass: a failure is a phone that differs, an error one of which it is not known.
_ELEMENT: dict[str, str] = {
    WOULD_CHANGE: "failure",
    CONFLICT: "failure",
    FAILED: "error",
    UNKNOWN: "error",
    NOT_ATTEMPTED: "error",
    UNVERIFIABLE: "skipped",
}


def render_junit(data: dict[str, Any]) -> str:
    """``in_sync`` and ``changed`` pass; ``unverifiable`` is skipped with its reason."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_totals('voip.rps drift', data['counts'])}>"]
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in data["phones"]:
        rows.setdefault(row["account"], []).append(row)
    for account in data["accounts"]:
        lines.extend(_suite(data, account, rows.get(account["name"], [])))
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def xml(value: Any) -> str:
    """A text inside an attribute or an element: one printable line, so nothing of it is beyond what XML allows."""
    text = line(str(value))
    for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")):
        text = text.replace(char, f"&{name};")
    return text


def _totals(name: str, counts: dict[str, int]) -> str:
    numbers = {
        "tests": sum(counts[outcome] for outcome in OUTCOME_MEANINGS if outcome in counts and outcome != "unmanaged"),
        "failures": sum(counts[outcome] for outcome in DRIFTED),
        "errors": sum(counts[outcome] for outcome in UNSETTLED),
        "skipped": counts[UNVERIFIABLE],
    }
    return f' name="{xml(name)}"' + "".join(f' {key}="{value}"' for key, value in numbers.items()) + ' time="0"'


def _suite(data: dict[str, Any], account: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f'  <testsuite{_totals(account["name"], account["summary"])} timestamp="{xml(data["generated"])}">'
    scope = data["scope"]
    properties = {
        "schema": data["schema"],
        "vendor": account["vendor"],
        "reached": str(account["reached"]).lower(),
        "plan": account["plan"] or "",
        "play": scope["play"],
        "limit": scope["limit"] or "",
        "partial": scope["partial"] or "",
        "unmanaged": len(account["unmanaged"]),
    }
    yield "    <properties>"
    for name, value in properties.items():
        yield f'      <property name="{name}" value="{xml(value)}"/>'
    yield "    </properties>"
    for row in rows:
        yield from _case(row)
    if account["unmanaged"]:
        yield f"    <system-out>Nobody declared: {xml(' '.join(account['unmanaged']))}</system-out>"
    if account["error"]:
        yield f"    <system-err>{xml(account['error'])}</system-err>"
    yield "  </testsuite>"


def _case(row: dict[str, Any]) -> Iterator[str]:
    mac = format_mac(row["mac"], "colon")
    name = f"{row['host']} ({mac})" if row["host"] is not None else f"{mac} (not declared)"
    group = ".".join(filter(None, (row["account"], row["wanted"]["server"])))
    head = f'    <testcase classname="{xml(group)}" name="{xml(name)}" time="0"'
    kind = _ELEMENT.get(row["outcome"])
    if kind is None:
        yield head + "/>"
        return
    message = row["msg"] or _said(row)
    yield head + ">"
    if kind == "skipped":
        yield f'      <skipped message="{xml(message)}"/>'
    else:
        yield f'      <{kind} type="{xml(row["outcome"])}" message="{xml(message)}">{xml(_said(row))}</{kind}>'
    yield "    </testcase>"


def _said(row: dict[str, Any]) -> str:
    before, wanted = row["before"] or {}, row["wanted"]
    found = " ".join(filter(None, (found_words(row), before.get("url"))))
    if wanted["state"] == "absent":
        goal = "absent"
    else:
        goal = " ".join(filter(None, (f"on server {wanted['server']}", wanted["url"])))
    action = ACTION_WORDS.get(row["action"], row["action"])
    return f"Found: {found}. Wanted: {goal}." + (f" Would: {action}." if action else "")
