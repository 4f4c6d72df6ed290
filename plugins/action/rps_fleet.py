# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, MissingLibraryError, RpsError
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import Fleet, parse_fleet, shortened
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run import (
    DRIFT,
    PROVISION,
    RELEASE,
    FleetRun,
    Scope,
    run_fleet,
)
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run_state import read_tally, write_results, write_tally
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.variables import FleetVariables
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import drift_artifact, has_drift, report_data
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import gather, write_reports
from ansible_collections.voip.rps.plugins.plugin_utils._report.recommendations import verdict

_EVERY = 5.0  # seconds between two lines of progress
_DIFFS = 100  # purged devices that the bulk step's diff shows


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
        # A refusal is returned and not raised, since ansible-core before 2.19 would add a traceback to it.
        if mode not in (PROVISION, DRIFT, RELEASE):
            return {**result, "failed": True, "msg": f"mode must be provision, drift or release, not '{mode}'."}
        if mode == RELEASE and values.get("__rps_release_by_choice") and not self._chosen(values):
            text = "Say which phones to release, with --limit or -e rps_hosts=...; nothing was sent."
            return {**result, "failed": True, "msg": text}
        try:
            variables = FleetVariables(self._task, self._loader, values)
            variables.read()
            fleet = parse_fleet(variables.phones, variables.fleet, self._environment(), mode == RELEASE)
            scope = self._scope(mode, values, len(variables.phones))
            _check_batches(fleet, scope)
            told = run_fleet(fleet, scope, self._progress())
        except InputError as error:
            problems = shortened(error.problems)
            text = problems[0] if len(problems) == 1 else f"{len(error.problems)} problems: " + " | ".join(problems)
            return {**result, "failed": True, "msg": f"Nothing was sent. {text}"}
        except MissingLibraryError as error:
            text = f"{error} Install it for the Python that runs Ansible: pip install {error.library}"
            return {**result, "failed": True, "msg": text}
        tally = dict(scope.removed)
        for run in told.runs:
            earlier, listed = tally.get(run.account.name, (0, len(run.listed)))
            tally[run.account.name] = (earlier + run.removed, listed)
        write_tally(constants.DEFAULT_LOCAL_TMP, tally)
        result["drift"] = mode == DRIFT
        if mode == DRIFT:
            result["ansible_stats"] = self._report(fleet, scope, told, values)
        return self._show(result, fleet, told, [text for text in variables.misspelt.values() if text])

    def _chosen(self, values: Mapping[str, Any]) -> bool:
        """Whether somebody named the hosts of this run.

        ``rps_hosts`` counts where the play's ``hosts`` can see it. In the inventory it cannot, and there it would be an
        old choice that the play has not followed.
        """
        seen = {**self._task.get_play().get_vars(), **values["hostvars"]._variable_manager.extra_vars}
        return bool(str(seen.get("rps_hosts") or "").strip()) or _limits(str(values.get("ansible_limit") or ""))

    def _environment(self) -> dict[str, str]:
        """The environment of Ansible's own process, and over it what the play's ``environment`` says."""
        whole = dict(os.environ)
        for given in self._task.environment or []:
            values = self._templar.template(given) if given else {}
            if isinstance(values, Mapping):
                whole.update({str(key): str(value) for key, value in values.items() if value is not None})
        return whole

    def _scope(self, mode: str, values: dict[str, Any], phones: int) -> Scope:
        batch, everybody = values.get("ansible_play_batch") or [], values.get("ansible_play_hosts_all") or []
        alive = values.get("ansible_play_hosts") or []
        why: str | None = None
        if values.get("ansible_limit"):
            why = "the run is limited (--limit)"
        elif len(alive) < len(everybody):
            why = f"{pluralize(len(everybody) - len(alive), 'host')} of the play failed or cannot be reached"
        elif len(batch) < len(alive):
            why = f"the play runs in batches (serial), of which this one holds {len(batch)} of {len(alive)} hosts"
        elif phones < len(batch):
            why = f"a condition leaves out {pluralize(len(batch) - phones, 'host')} of the play"
        return Scope(
            mode,
            bool(self._task.check_mode),
            phones,
            why,
            len(batch) < len(alive),
            read_tally(constants.DEFAULT_LOCAL_TMP),
        )

    def _report(self, fleet: Fleet, scope: Scope, told: FleetRun, values: dict[str, Any]) -> dict[str, Any]:
        """Write the reports, all batches of the run in one, and return the job artifact as set_stats does."""
        data = report_data(
            fleet,
            scope,
            told,
            when=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            play=str(values.get("ansible_play_name") or ""),
            hosts=len(values.get("ansible_play_hosts_all") or []),
            limited=values.get("ansible_limit") or None,
        )
        try:
            # Ansible's own temporary folder lives as long as the run, and its batches share it.
            data = gather(constants.DEFAULT_LOCAL_TMP, fleet.report_dir, data)
            told.changes.append("Reports: " + ", ".join(write_reports(fleet.report_dir, data)))
            told.messages.append(told.changes[-1])
        except RpsError as error:
            told.errors.append(str(error))
        told.messages.append(verdict(data)[1] + ".")
        # Failing in one batch would stop those that follow, and their part of the report with them.
        last = not scope.batches or data["scope"]["phones"] >= len(values.get("ansible_play_hosts") or [])
        if fleet.fail_on_drift and last and has_drift(data):
            told.errors.append(f"Drift was found, and rps_fail_on_drift is set: {verdict(data)[1]}.")
        return {"data": {"rps_drift": drift_artifact(data)}, "per_host": False, "aggregate": False}

    def _progress(self) -> Callable[[str, str, int, int], None]:
        """Lines for people while a long run goes on. On stderr, so that a callback that prints JSON stays parseable."""
        lock = threading.Lock()
        last = [monotonic()]
        display = self._display

        def tell(account: str, what: str, done: int, whole: int) -> None:
            with lock:
                now = monotonic()
                if now - last[0] < _EVERY:
                    return
                last[0] = now
            display.display(f"voip.rps: {account}: {done} of {whole} phones {what}", stderr=True)

        return tell

    def _show(self, result: dict[str, Any], fleet: Fleet, told: FleetRun, slips: list[str]) -> dict[str, Any]:
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
            # Where hosts show their own results, theirs are the changes; else this step stands for all.
            changed=not fleet.host_results and any(run.result["changed"] for run in told.runs),
            accounts=accounts,
            errors=shortened(errors),
            fails=bool(errors) and not failed,
            store=write_results(constants.DEFAULT_LOCAL_TMP, results) if fleet.host_results else "",
            msg=[*told.messages, *shortened(errors)],
        )
        warnings = [*told.warnings, *slips]
        if failed or errors:
            # The task that sums up tells of errors alone, and where enough hosts fail it is not reached any more.
            warnings.extend(told.changes)
        if failed:
            # The run fails by the hosts that failed: none that is well has to fail for what belongs to no phone.
            warnings.extend(errors)
        if warnings:
            result["warnings"] = shortened(warnings)
        if self._task.diff:
            # The event of a job holds only so much; every device is in the reports.
            purged = [item for run in told.runs for item in run.purged if item["changed"]][:_DIFFS]
            if purged:
                result["diff"] = {key: {item["mac"]: item[key] for item in purged} for key in ("before", "after")}
        if not fleet.host_results and (failed or errors):
            first = [results[host]["msg"] for host in failed[:3]]
            result["failed"] = True
            result["msg"] = " ".join(
                [*shortened([*errors, *told.reasons]), f"{len(failed)} of {len(results)} phones failed.", *first]
            )
        return result


def _limits(limit: str) -> bool:
    """Whether a limit holds a pattern, be it in a file. Ansible takes one that holds none for no limit at all."""
    for pattern in re.split(r"[\s,;]+", limit):
        if not pattern.startswith("@"):
            if pattern:
                return True
            continue
        try:
            text = Path(pattern[1:]).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            return True
    return False


def _check_batches(fleet: Fleet, scope: Scope) -> None:
    """An approved plan is one of the whole play: a batch can only ever be a part of it."""
    if scope.batches and any(account.expect_plan is not None for account in fleet.accounts):
        raise InputError(
            [
                "rps_expect_plan was given, but the play runs in batches; remove serial, since a "
                "plan is one of a whole play."
            ]
        )
