# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call over a list of addresses does when some of them are bad. No document says; a switch decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import mac as macs
from . import texts
from .options import Options


class Verdict(NamedTuple):
    """One entry of the list: its address (bare, or as sent where it is invalid) and its problem, if any."""

    mac: str
    problem: str | None


class Outcome(NamedTuple):
    """What to execute, and what to refuse: a problem and the addresses to name. `problem` None is plain success."""

    execute: list[str]
    problem: str | None
    named: list[str]


def judge_one(sent: str, judge: Callable[[str], str | None]) -> Verdict:
    """Judge one address: its notation first, then whatever `judge` says of the bare one."""
    bare = macs.normalize(sent)
    if bare is None:
        return Verdict(sent.strip(), texts.INVALID)
    return Verdict(bare, judge(bare))


def judge_all(sent: Sequence[str], judge: Callable[[str], str | None]) -> list[Verdict]:
    """Judge a list; the second and later appearances of one address, in any notation, are repeated."""
    verdicts: list[Verdict] = []
    seen: set[str] = set()
    for item in sent:
        verdict = judge_one(item, judge)
        if verdict.problem != texts.INVALID:
            if verdict.mac in seen:
                verdict = Verdict(verdict.mac, texts.REPEATED)
            seen.add(verdict.mac)
        verdicts.append(verdict)
    return verdicts


def decide(verdicts: Sequence[Verdict], options: Options) -> Outcome:
    """Apply `bulk_mode`. A refusal has one sentence, so it names the addresses of one problem only.

    That problem is the first of `texts.PROBLEMS` that occurs, but in `partial` mode the one at which the service
    stopped, and then that address alone.
    """
    good = [verdict.mac for verdict in verdicts if verdict.problem is None]
    if len(good) == len(verdicts):
        return Outcome(good, None, [])
    if options.bulk_mode == "partial":
        for number, verdict in enumerate(verdicts):
            if verdict.problem is not None:
                return Outcome([v.mac for v in verdicts[:number]], verdict.problem, [verdict.mac])
    problem = min((v.problem for v in verdicts if v.problem is not None), key=texts.PROBLEMS.index)
    named = list(dict.fromkeys(v.mac for v in verdicts if v.problem == problem))
    return Outcome(good if options.bulk_mode == "best_effort" else [], problem, named)
