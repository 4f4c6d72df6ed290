# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finished run -> what the reconcile task returns. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._text import pluralize

from .config import shortened
from .options import ALL, CHANGED, NONE
from .results import AccountRun
from .summary import FleetRun
from .wording import say

MAX_UNMANAGED = 50  # the event of a job can have only so much; reports have every device


def fleet_result(done: FleetRun, host_results: str) -> dict[str, Any]:
    """What the reconcile task registers: a summary of every account, and what belongs to no host of the play.

    ``fails`` says that the run has to fail for ``errors``: where a phone failed, its host fails already.
    """
    results = {host: entry for run in done.runs for host, entry in run.hosts.items()}
    failed = [host for host, entry in results.items() if entry["failed"]]
    errors = shortened(done.errors)
    result: dict[str, Any] = {
        # Where hosts show their own results, theirs are the changes; else this step has those of all.
        "changed": host_results == NONE and any(entry["changed"] for entry in results.values()),
        "accounts": {run.account.name: account_data(run) for run in done.runs},
        "errors": errors,
        "fails": bool(errors) and not failed,
        "host_results": host_results,
        "shared": [
            {"account": one.account, "before": dict(one.before), "after": dict(one.after)} for one in done.changes
        ],
        "msg": [*done.messages, *errors],
    }
    if done.warnings:
        result["warnings"] = shortened(done.warnings)
    if host_results == NONE and (failed or errors):
        first = [results[host]["msg"] for host in failed[:3]]
        result["failed"] = True
        result["msg"] = " ".join(
            [
                *errors,
                *shortened(done.reasons),
                say("failed", failed=len(failed), phones=pluralize(len(results), "phone")),
                *first,
                *(change.text for change in done.changes),
            ]
        )
    return result


def account_data(run: AccountRun) -> dict[str, Any]:
    """What belongs to an account and to no phone of it."""
    return {
        "summary": run.counts,
        "plan": run.plan,
        "calls": dict(run.result.calls),
        "unmanaged": None if run.unmanaged is None else [device["mac"] for device in run.unmanaged[:MAX_UNMANAGED]],
        "servers": {done.server.name: done.status for done in run.result.servers},
    }


def hosts_to_show(results: Mapping[str, Mapping[str, Any]], host_results: str, hosts: Sequence[str]) -> list[str]:
    """The hosts for which a play of results is, in the order of the play.

    Ansible ends a run in which all hosts of a play have failed. So that hosts which are not shown can go on, one of
    them joins those that are, where all of these fail.
    """
    if host_results == ALL:
        return list(hosts)
    if host_results != CHANGED:
        return []
    shown = [host for host in hosts if results[host]["changed"] or results[host]["failed"]]
    healthy = next((host for host in hosts if not results[host]["failed"]), None)
    if shown and healthy is not None and all(results[host]["failed"] for host in shown):
        shown.append(healthy)
    return shown
