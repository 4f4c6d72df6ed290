# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call over a list of phones does when some of them are bad. No page says; the switch `bulk_mode` decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import mac as macs
from .dialect import CallError, HttpError, Refused
from .options import Switch

# What can be wrong with one address of a call, in the order in which it is reported.
INVALID, REPEATED, ELSEWHERE, OWN = "invalid", "repeated", "elsewhere", "own"
PROBLEMS = (INVALID, REPEATED, ELSEWHERE, OWN)

SWITCHES = (
    Switch(
        "bulk_mode",
        "atomic",
        "what a call over a list with bad entries executes: nothing, the good ones before the first bad one, or all "
        "good ones",
        ("atomic", "partial", "best_effort"),
    ),
    Switch("max_bulk", None, "longest list of a bulk call"),
    Switch("max_bulk_text", "The number of MAC(s) is over the limit", "the refusal of a longer one"),
    Switch(
        "max_bulk_answer",
        "refusal",
        "how a longer list is answered: the service's no, HTTP 413, or an error of the protocol",
        ("refusal", "413", "fault"),
    ),
)


class Verdict(NamedTuple):
    """One entry of the list: its address (bare, or as sent where it is invalid) and its problem, if any."""

    mac: str
    problem: str | None


class Outcome(NamedTuple):
    """What to execute, and what to refuse: a problem and the addresses to name. `problem` None is plain success."""

    execute: list[str]
    problem: str | None
    named: list[str]


def judge_all(sent: Sequence[str], judge: Callable[[str], str | None]) -> list[Verdict]:
    """Judge a list; the second and later appearances of one address, in any notation, are repeated."""
    verdicts: list[Verdict] = []
    seen: set[str] = set()
    for item in sent:
        bare = macs.normalize(item)
        if bare is None:
            verdicts.append(Verdict(item.strip(), INVALID))
        else:
            verdicts.append(Verdict(bare, REPEATED if bare in seen else judge(bare)))
            seen.add(bare)
    return verdicts


def decide(verdicts: Sequence[Verdict], mode: str) -> Outcome:
    """Apply `bulk_mode`. A refusal has one sentence, so it names the addresses of one problem only.

    That problem is the first of `PROBLEMS` that occurs (problems of a dialect's own come after them, in the order of
    the list), but in `partial` mode the one at which the service stopped, and then that address alone.
    """
    good = [verdict.mac for verdict in verdicts if verdict.problem is None]
    if len(good) == len(verdicts):
        return Outcome(good, None, [])
    if mode == "partial":
        for number, verdict in enumerate(verdicts):
            if verdict.problem is not None:
                return Outcome([v.mac for v in verdicts[:number]], verdict.problem, [verdict.mac])
    found = list(dict.fromkeys(v.problem for v in verdicts if v.problem is not None))
    problem = min(found, key=lambda each: PROBLEMS.index(each) if each in PROBLEMS else len(PROBLEMS))
    named = list(dict.fromkeys(v.mac for v in verdicts if v.problem == problem))
    return Outcome(good if mode == "best_effort" else [], problem, named)


def check_length(items: Sequence[Any], options: Any, code: int = 0) -> None:
    """Refuse a list that is too long for the service."""
    if options.max_bulk is None or len(items) <= options.max_bulk:
        return
    if options.max_bulk_answer == "413":
        raise HttpError(413, "Request Entity Too Large")
    if options.max_bulk_answer == "fault":
        raise CallError(code, str(options.max_bulk_text))
    raise Refused(str(options.max_bulk_text), code)
