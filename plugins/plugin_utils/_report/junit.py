# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JUnit XML: a suite for each account, a test case for each phone. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import ACTION_WORDS, OUTCOME_WORDS
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT

from .data import Account, Phone, Report
from .text import DRIFTED, UNCOMPARED, current_words, line
from .wording import say

# A failure is a phone that differs, an error a phone of which this is not known.
_ELEMENT: dict[str, str] = {
    **dict.fromkeys(DRIFTED, "failure"),
    **dict.fromkeys(UNCOMPARED, "error"),
    "unverifiable": "skipped",
}


def render_junit(report: Report) -> str:
    """``in_sync`` and ``changed`` pass; ``unverifiable`` is skipped with its reason."""
    root = ET.Element("testsuites", _totals(say("junit.suite"), report["counts"]))
    phones: dict[str, list[Phone]] = {}
    for phone in report["phones"]:
        phones.setdefault(phone["account"], []).append(phone)
    for account in report["accounts"]:
        _add_suite(root, report, account, phones.get(account["name"], []))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _totals(name: str, counts: Mapping[str, int | None]) -> dict[str, str]:
    def total(outcomes: Iterable[str]) -> str:
        return str(sum(counts[outcome] or 0 for outcome in outcomes))

    return {
        "name": line(name),
        "tests": total(OUTCOME_WORDS),
        "failures": total(DRIFTED),
        "errors": total(UNCOMPARED),
        "skipped": total(("unverifiable",)),
        "time": "0",
    }


def _add_suite(root: ET.Element, report: Report, account: Account, phones: Iterable[Phone]) -> None:
    suite = ET.SubElement(root, "testsuite", _totals(account["name"], account["summary"]))
    suite.set("timestamp", line(report["generated"]))
    scope, unmanaged = report["scope"], account["unmanaged"]
    properties = {
        "schema": report["schema"],
        "vendor": account["vendor"],
        "reached": str(account["reached"]).lower(),
        "plan": account["plan"] or "",
        "play": account["play"],
        "limit": scope["limit"] or "",
        "partial": scope["partial"] or "",
        "unmanaged": "" if unmanaged is None else str(len(unmanaged)),
    }
    group = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        ET.SubElement(group, "property", name=name, value=line(value))
    for phone in phones:
        _add_case(suite, phone)
    if unmanaged:
        ET.SubElement(suite, "system-out").text = (
            say("junit.unmanaged")
            + "\n"
            + "\n".join(line(f"{format_mac(device['mac'], 'colon')} {device['url'] or ''}") for device in unmanaged)
        )
    if account["error"]:
        ET.SubElement(suite, "system-err").text = line(account["error"])


def _add_case(suite: ET.Element, phone: Phone) -> None:
    mac = format_mac(phone["mac"], "colon")
    host = phone["host"]
    name = say("junit.case_unmanaged", mac=mac) if host is None else say("junit.case", host=host, mac=mac)
    group = ".".join(filter(None, (phone["account"], phone["desired"]["server"])))
    case = ET.SubElement(suite, "testcase", classname=line(group), name=line(name), time="0")
    kind = _ELEMENT.get(phone["outcome"])
    if kind is None:
        return
    summary = _summary(phone)
    result = ET.SubElement(case, kind, message=line(phone["msg"] or summary))
    if kind != "skipped":
        result.set("type", phone["outcome"])
        result.text = line(summary)


def _summary(phone: Phone) -> str:
    before, desired = phone["before"], phone["desired"]
    current = " ".join(filter(None, (current_words(before), before and before["url"])))
    goal = " ".join(filter(None, (desired["server"] and say("junit.server", server=desired["server"]), desired["url"])))
    action = ACTION_WORDS[phone["action"]].label
    goal = say("row.absent") if desired["state"] == ABSENT else goal or say("row.present")
    return say("junit.summary_action" if action else "junit.summary", current=current, desired=goal, action=action)
