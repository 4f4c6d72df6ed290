# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import threading
import time
from typing import Any, Callable

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.voip.rps.plugins.module_utils._fleet import Fleet, parse_fleet, shortened
from ansible_collections.voip.rps.plugins.module_utils._fleet_run import (
    DRIFT,
    PROVISION,
    RELEASE,
    FleetRun,
    Scope,
    run_fleet,
)
from ansible_collections.voip.rps.plugins.plugin_utils._store import write_results
from ansible_collections.voip.rps.plugins.plugin_utils._variables import FleetVariables

_EVERY = 5.0  # seconds between two lines of progress


class ActionModule(ActionBase):
    """The role's bulk step: once per play batch it reads all hosts' variables and reconciles every account."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        values = dict(task_vars or {})
        mode = str(self._task.args.get("mode", PROVISION))
        if mode not in (PROVISION, DRIFT, RELEASE):
            raise AnsibleActionFail(f"mode must be provision, drift or release, not '{mode}'.")
        try:
            variables = FleetVariables(self._task, self._loader, values)
            variables.read()
            fleet = parse_fleet(variables.phones, variables.fleet, os.environ, mode == RELEASE)
            scope = self._scope(mode, values, len(variables.phones))
            _check_batches(fleet, scope)
            told = run_fleet(fleet, scope, self._progress())
        except InputError as error:
            problems = shortened(error.problems)
            text = problems[0] if len(problems) == 1 else f"{len(error.problems)} problems: " + " | ".join(problems)
            raise AnsibleActionFail(f"Nothing was sent. {text}") from None
        except MissingLibraryError as error:
            raise AnsibleActionFail(
                f"{error} Install it for the Python that runs Ansible: pip install {error.library}"
            ) from None
        result["drift"] = mode == DRIFT
        return self._show(result, fleet, told)

    def _scope(self, mode: str, values: dict[str, Any], phones: int) -> Scope:
        batch, everybody = values.get("ansible_play_batch") or [], values.get("ansible_play_hosts_all") or []
        alive = values.get("ansible_play_hosts") or []
        why: str | None = None
        if values.get("ansible_limit"):
            why = "the run is limited (--limit)"
        elif len(alive) < len(everybody):
            why = f"{len(everybody) - len(alive)} hosts of the play failed or are unreachable"
        elif len(batch) < len(alive):
            why = f"the play runs in batches (serial), of which this one holds {len(batch)} of {len(alive)} hosts"
        elif phones < len(batch):
            why = f"{len(batch) - phones} hosts of the play are left out by a condition"
        return Scope(mode, bool(self._task.check_mode), phones, why)

    def _progress(self) -> Callable[[str, str, int, int], None]:
        """Lines for people while a long run goes on. On stderr, so that a callback that prints JSON stays parseable."""
        lock = threading.Lock()
        last = [time.monotonic()]
        display = self._display

        def tell(account: str, what: str, done: int, whole: int) -> None:
            with lock:
                now = time.monotonic()
                if now - last[0] < _EVERY:
                    return
                last[0] = now
            display.display(f"voip.rps: {account}: {done} of {whole} phones {what}", stderr=True)

        return tell

    def _show(self, result: dict[str, Any], fleet: Fleet, told: FleetRun) -> dict[str, Any]:
        accounts: dict[str, Any] = {}
        results: dict[str, dict[str, Any]] = {}
        for run in told.runs:
            results.update(run.hosts)
            accounts[run.account.name] = {
                "summary": run.result["summary"],
                "plan": run.result["plan"],
                "calls": run.result["calls"],
                "unmanaged": run.result["unmanaged"][:50],
                "servers": {done.server.name: done.status for done in run.report.servers},
            }
        errors = list(told.errors)
        failed: list[str] = [host for host, entry in results.items() if entry["failed"]]
        result.update(
            changed=False,
            accounts=accounts,
            errors=shortened(errors),
            store=write_results(constants.DEFAULT_LOCAL_TMP, results) if fleet.host_results else "",
            msg=[*told.messages, *shortened(errors)],
        )
        if told.warnings:
            result["warnings"] = shortened(told.warnings)
        if self._task.diff:
            before = {item["mac"]: item["before"] for run in told.runs for item in run.purged if item["changed"]}
            after = {item["mac"]: item["after"] for run in told.runs for item in run.purged if item["changed"]}
            if before:
                result["diff"] = {"before": before, "after": after}
        if not fleet.host_results and (failed or errors):
            first = [results[host]["msg"] for host in failed[:3]]
            result["failed"] = True
            result["msg"] = " ".join([*shortened(errors), f"{len(failed)} of {len(results)} phones failed.", *first])
        return result


def _check_batches(fleet: Fleet, scope: Scope) -> None:
    """An approved plan is one of the whole play: a batch can only ever be a part of it."""
    expected = [account.name for account in fleet.accounts if account.expect_plan is not None]
    if expected and scope.why_partial is not None and "(serial)" in scope.why_partial:
        raise InputError(
            [
                "rps_expect_plan was given, but "
                + scope.why_partial
                + "; remove serial, since a plan is one of the whole play."
            ]
        )
