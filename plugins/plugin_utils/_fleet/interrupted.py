# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interrupted run says of itself: lines for people, and all results as data. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import OUTCOME_WORDS
from ansible_collections.voip.rps.plugins.module_utils._model import CHANGED, CONFLICT, FAILED, UNKNOWN
from ansible_collections.voip.rps.plugins.module_utils._text import first_few

from .outcome import account_data
from .summary import FleetRun
from .wording import say

SCHEMA = 1
_SHOWN_HOSTS = 10


def interrupted_lines(done: FleetRun) -> list[str]:
    """What was done, in lines. The phones that were or may have been written are named: their results may be seen
    nowhere else."""
    lines = [say("interrupted"), *done.messages, *done.errors]
    for run in done.runs:
        for outcome in (CHANGED, UNKNOWN, FAILED, CONFLICT):
            hosts = [host for host, entry in run.hosts.items() if entry["outcome"] == outcome]
            if hosts:
                shown = first_few(hosts, _SHOWN_HOSTS)
                words = OUTCOME_WORDS[outcome]
                lines.append(say("interrupted.phones", account=run.account.name, outcome=words, hosts=shown))
    return lines


def interrupted_data(done: FleetRun, when: str, play: str) -> dict[str, Any]:
    """All results of a run: by account what the reconcile task returns, and ``devices`` as rps_devices, each with its
    host (None for purged devices)."""
    accounts: dict[str, Any] = {}
    for run in done.runs:
        hosts = [*run.account.hosts, *([None] * len(run.purged))]
        devices = [{"host": host, **entry} for host, entry in zip(hosts, run.entries)]
        accounts[run.account.name] = {**account_data(run), "devices": devices}
    return {
        "schema": SCHEMA,
        "when": when,
        "play": play,
        "messages": list(done.messages),
        "errors": list(done.errors),
        "accounts": accounts,
    }
