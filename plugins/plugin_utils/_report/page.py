# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report -> everything that the page's template prints, ready to print. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import OUTCOME_WORDS
from ansible_collections.voip.rps.plugins.module_utils._text import first_few, join_names, pluralize

from .data import FILE_NAMES, Report, Step
from .overview import Bar, LegendEntry, Tile, bars, knows_unmanaged, legend, problems, tiles, warnings
from .recommendations import NO_INVENTORY, cannot_list, verdict
from .rows import MAX_SENTENCE, AccountRow, DeviceRow, PhoneRow, account_row, device_rows, phone_rows, short_name
from .text import DRIFTED, UNCOMPARED, moment, number, shorten
from .wording import say

MAX_COMMAND = 10_000  # characters; a plan of a hundred accounts fits
MAX_OPEN_DEVICES = 60  # a longer list of unmanaged devices is folded away


class Choice(NamedTuple):
    """A choice of a filter."""

    value: str
    text: str


@dataclass(frozen=True)
class Page:
    """What the template prints, in its order."""

    level: str
    headline: str
    kind: str
    subtitle: tuple[str, ...]
    generated: str
    generated_words: str
    tiles: tuple[Tile, ...]
    bars: tuple[Bar, ...]
    legend: tuple[LegendEntry, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    steps: tuple[Step, ...]
    placeholder: str
    phones: int
    attention: tuple[PhoneRow, ...]
    in_sync: tuple[PhoneRow, ...]
    outcome_choices: tuple[Choice, ...]
    account_choices: tuple[Choice, ...]
    devices: tuple[DeviceRow, ...]
    purged: bool
    devices_open: bool
    devices_count: str
    devices_none: str
    devices_note: str
    accounts: tuple[AccountRow, ...]
    facts: tuple[tuple[str, str], ...]
    files: str  # the other files, as a list for people
    schema: str


def prepare_page(report: Report) -> Page:
    """Everything once, in one pass over the phones."""
    level, headline = verdict(report)
    phones = [phone for phone in report["phones"] if phone["host"] is not None]
    rows = tuple(phone_rows(report, phones))
    rank = {outcome: place for place, outcome in enumerate(OUTCOME_WORDS)}
    present = Counter(row.outcome for row in rows)
    devices = tuple(device_rows(report))
    purges = Counter(phone["account"] for phone in report["phones"] if phone["host"] is None)
    scope = report["scope"]
    read_only = scope["mode"] == "drift" or scope["check_mode"]
    return Page(
        level=level,
        headline=headline,
        kind=say("kind.drift" if read_only else "kind.run"),
        subtitle=_subtitle(report, read_only),
        generated=short_name(report["generated"]),
        generated_words=short_name(moment(report["generated"])),
        tiles=tuple(tiles(report, len(rows))),
        bars=tuple(bars(report, phones)),
        legend=tuple(legend(present)),
        problems=tuple(shorten(text, MAX_SENTENCE) for text in problems(report)),
        warnings=tuple(shorten(text, MAX_SENTENCE) for text in warnings(report)),
        steps=tuple(_shown_step(step) for step in report["next"]),
        placeholder=NO_INVENTORY if any(step["command"] for step in report["next"]) and not scope["inventory"] else "",
        phones=len(rows),
        attention=tuple(sorted((row for row in rows if row.outcome != "in_sync"), key=lambda row: rank[row.outcome])),
        in_sync=tuple(row for row in rows if row.outcome == "in_sync"),
        outcome_choices=tuple(_outcome_choices(present)),
        account_choices=tuple(_account_choices(report)),
        devices=devices,
        purged=any(device.purge for device in devices),
        devices_open=len(devices) <= MAX_OPEN_DEVICES,
        devices_count=_devices_count(len(devices), report["counts"]["purged"]),
        devices_none=say("devices.none" if knows_unmanaged(report) else "devices.unknown"),
        devices_note=_devices_note(report),
        accounts=tuple(account_row(account, purges[account["name"]]) for account in report["accounts"]),
        facts=tuple(_facts(report)),
        files=join_names(FILE_NAMES[:-1]),
        schema=report["schema"],
    )


def _shown_step(step: Step) -> Step:
    """A step at a length that the page shows. A command is never cut: half of it would do something else."""
    command, note = step["command"], step["note"]
    if command is not None and len(command) > MAX_COMMAND:
        command, note = None, say("long_command")
    return Step(
        title=short_name(step["title"]),
        text=shorten(step["text"], MAX_SENTENCE),
        command=command,
        note=note and shorten(note, MAX_SENTENCE),
    )


def _subtitle(report: Report, read_only: bool) -> tuple[str, ...]:
    scope, counts = report["scope"], report["counts"]
    texts = [say("subtitle.play", play=short_name(scope["play"]))] if scope["play"] else []
    if scope["limit"]:
        texts.append(say("subtitle.limit", limit=short_name(scope["limit"])))
    elif scope["partial"]:
        texts.append(say("subtitle.partial"))
    reached, accounts = number(counts["accounts_reached"]), pluralize(counts["accounts"], "account")
    texts.append(say("subtitle.accounts", part=reached, accounts=accounts))
    if read_only:
        texts.append(say("subtitle.read_only"))
    return tuple(texts)


def _outcome_choices(present: Counter[str]) -> Iterator[Choice]:
    whole = sum(present.values())
    yield Choice("", say("filter.any", all=number(whole)))
    groups = (
        (say("filter.attention"), tuple(outcome for outcome in OUTCOME_WORDS if outcome != "in_sync")),
        (say("tile.drifted"), DRIFTED),
        (say("tile.uncompared"), UNCOMPARED),
    )
    for word, outcomes in groups:
        if sum(1 for outcome in outcomes if present[outcome]) > 1:
            part = number(sum(present[outcome] for outcome in outcomes))
            yield Choice(" ".join(outcomes), say("filter.choice", word=word, part=part))
    for outcome, word in OUTCOME_WORDS.items():
        if present[outcome]:
            yield Choice(outcome, say("filter.choice", word=word, part=number(present[outcome])))


def _account_choices(report: Report) -> Iterator[Choice]:
    for place, account in enumerate(report["accounts"]):
        yield Choice(str(place), shorten(account["name"], 40))


def _devices_count(devices: int, purges: int) -> str:
    text = pluralize(devices, "device")
    return say("row.purges", part=text, purges=number(purges)) if purges else text


def _devices_note(report: Report) -> str:
    unlisted = [short_name(account["name"]) for account in cannot_list(report)]
    away = any(not account["reached"] for account in report["accounts"])
    texts = []
    if report["counts"]["unmanaged"] and not report["scope"]["complete"]:
        texts.append(say("unmanaged.partial"))
    if away:
        texts.append(say("devices.unread"))
    if unlisted:
        texts.append(say("devices.unlisted", names=first_few(unlisted)))
    return " ".join(texts)


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    scope, counts = report["scope"], report["counts"]
    size = scope["fleet_size"]
    if scope["partial"]:
        whole = say("fact.whole.partial", why=shorten(scope["partial"], MAX_SENTENCE))
    elif not scope["complete"]:
        whole = say("fact.whole.size", part=number(scope["phones"]), phones=pluralize(size or 0, "phone"))
    else:
        whole = say("fact.whole.yes" if size is not None else "fact.whole.maybe")
    reached, accounts = number(counts["accounts_reached"]), number(counts["accounts"])
    yield say("fact.play"), short_name(scope["play"])
    yield say("fact.mode"), say("fact.check_mode", mode=scope["mode"]) if scope["check_mode"] else scope["mode"]
    hosts = pluralize(scope["hosts"], "host")
    yield say("fact.phones"), say("fact.phones.text", phones=number(scope["phones"]), hosts=hosts)
    yield say("fact.accounts"), say("fact.accounts.text", part=reached, all=accounts)
    yield say("fact.whole"), whole
    yield say("fact.size"), say("fact.size.none") if size is None else number(size)
    yield say("fact.limit"), short_name(scope["limit"]) or say("fact.limit.none")
    yield say("fact.purge"), say("fact.yes" if scope["purge"] else "fact.no")
