# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of the page's tables, ready to print. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import ACTION_WORDS, OUTCOME_WORDS
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize
from markupsafe import Markup, escape

from .data import Account, Phone, Report, Server
from .text import (
    contact_words,
    current_words,
    number,
    shorten,
    status_words,
)
from .wording import say

MAX_NAME = 240  # characters of a name or URL that the page shows; the files for programs have all of it
MAX_SENTENCE = 1500
MAX_SERVERS = 8  # of one account
_URL_PARTS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*/*|[^/]*/+|[^/]+")
_MAC_IN_FRONT = re.compile(r"(?:[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})")


class PhoneRow(NamedTuple):
    """A line of the table of phones."""

    place: int
    outcome: str
    word: str
    action: str
    host: str
    mac: str
    account_place: int
    account: str
    service: str
    status: str
    server: str
    url: Markup
    contact: str
    state: str
    desired_server: str
    desired_url: Markup
    undeclared: bool
    flags: str
    message: str


class DeviceRow(NamedTuple):
    """A line of the table of unmanaged devices. ``purge`` is the outcome if purge removes it, else empty."""

    mac: str
    account: str
    service: str
    status: str
    url: Markup
    contact: str
    purge: str
    purge_word: str
    message: str


class ServerLine(NamedTuple):
    """A server of an account."""

    name: str
    url: Markup
    phones: str
    undeclared: bool


class AccountRow(NamedTuple):
    """A line of the table of accounts."""

    name: str
    service: str
    reached: bool
    phones: str
    unmanaged: str
    calls: str
    servers: tuple[ServerLine, ...]
    more_servers: int
    plan: str
    plan_note: str


def phone_rows(report: Report, phones: Iterable[Phone]) -> Iterator[PhoneRow]:
    """A line for each of these phones of the report, in their order."""
    places = {account["name"]: (index, account) for index, account in enumerate(report["accounts"])}
    for place, phone in enumerate(phones):
        account_place, account = places[phone["account"]]
        before, desired = phone["before"], phone["desired"]
        status = before and before["status"]
        yield PhoneRow(
            place=place,
            outcome=phone["outcome"],
            word=OUTCOME_WORDS[phone["outcome"]],
            action=ACTION_WORDS[phone["action"]].label,
            host=short_name(phone["host"]),
            mac=format_mac(phone["mac"], "colon"),
            account_place=account_place,
            account=short_name(account["name"]),
            service=short_name(account["vendor_title"]),
            status=current_words(before),
            server=short_name(before and before["server"]),
            url=breakable(before and before["url"]),
            contact=short_name(
                contact_words(status, before and before["last_contact"], account["reports_last_contact"])
            ),
            state=say("row.absent" if desired["state"] == ABSENT else "row.present"),
            desired_server=short_name(desired["server"]),
            desired_url=breakable(desired["url"]),
            undeclared=not phone["server_declared"],
            flags=", ".join(f"rps_{flag}" for flag, set_ in _flags(phone) if set_),
            message=_message(phone),
        )


def _flags(phone: Phone) -> tuple[tuple[str, bool], ...]:
    return ("override", phone["desired"]["override"]), ("force", phone["desired"]["force"])


def _message(phone: Phone) -> str:
    """A phone's message without the name that it begins with, which is in the same line."""
    text = phone["msg"]
    found = _MAC_IN_FRONT.match(text)
    if found and found.group().replace(":", "") == phone["mac"]:
        text = text[found.end() :].removeprefix(f" ({phone['host']})").lstrip(": ")
        text = text.removeprefix("is ").removeprefix("was ")
        text = text[:1].upper() + text[1:]
    return shorten(text, MAX_SENTENCE)


def device_rows(report: Report) -> Iterator[DeviceRow]:
    """Devices that the play does not declare, those that purge removes first in each account."""
    purged: dict[str, list[Phone]] = {}
    for phone in report["phones"]:
        if phone["host"] is None:
            purged.setdefault(phone["account"], []).append(phone)
    for account in report["accounts"]:
        reported, title = account["reports_last_contact"], short_name(account["vendor_title"])
        for phone in purged.get(account["name"], ()):
            before = phone["before"]
            yield DeviceRow(
                mac=format_mac(phone["mac"], "colon"),
                account=short_name(account["name"]),
                service=title,
                status=current_words(before),
                url=breakable(before and before["url"]),
                contact=short_name(
                    contact_words(before and before["status"], before and before["last_contact"], reported)
                ),
                purge=phone["outcome"],
                purge_word=OUTCOME_WORDS[phone["outcome"]],
                message=_message(phone),
            )
        for device in account["unmanaged"] or ():
            yield DeviceRow(
                mac=format_mac(device["mac"], "colon"),
                account=short_name(account["name"]),
                service=title,
                status=status_words(device["status"]),
                url=breakable(device["url"]),
                contact=short_name(contact_words(device["status"], device["last_contact"], reported)),
                purge="",
                purge_word="",
                message="",
            )


def account_row(account: Account, purges: int) -> AccountRow:
    """The line of one account, of which purge removes so many devices."""
    summary, servers = account["summary"], account["servers"]
    unmanaged = summary["unmanaged"]
    note = ""
    if account["batches"] > 1:
        note = say("row.batches", account["batches"])
    elif account["guard"] is not None:
        note = say("row.guard", name=short_name(account["guard"]["name"]))
    others = say("row.unknown") if unmanaged is None or not account["reached"] else number(unmanaged)
    # Servers that are not declared are what people look for.
    shown = sorted(servers, key=lambda server: server["declared"])[:MAX_SERVERS]
    return AccountRow(
        name=short_name(account["name"]),
        service=short_name(account["vendor_title"]),
        reached=account["reached"],
        phones=number(summary["declared"] or 0),
        unmanaged=say("row.purges", part=others, purges=number(purges)) if purges else others,
        calls=number(sum(account["calls"].values())),
        servers=tuple(_server_line(server) for server in shown),
        more_servers=len(servers) - len(shown),
        plan=account["plan"] or "",
        plan_note=note,
    )


def _server_line(server: Server) -> ServerLine:
    return ServerLine(
        short_name(server["name"]),
        breakable(server["url"]),
        pluralize(server["phones"], "phone"),
        not server["declared"],
    )


def short_name(text: str | None) -> str:
    """A name at a length that the page shows."""
    return "" if text is None else shorten(text, MAX_NAME)


@lru_cache(maxsize=4096)
def breakable(url: str | None) -> Markup:
    """A URL in which a line can break after each slash, those behind the scheme apart."""
    if not url:
        return Markup("")
    return Markup("<wbr>").join(escape(part) for part in _URL_PARTS.findall(shorten(url, MAX_NAME)))
