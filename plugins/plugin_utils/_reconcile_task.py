# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reconcile task of the role: variables -> a run over all accounts -> results. It is imported where it runs, since
every worker that Ansible forks after an import costs more.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from time import monotonic
from typing import Any

from ansible import constants
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, MissingLibraryError, RpsError
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, input_message, library_message
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import open_service

from ._fleet.arrival import (
    PASS,
    RECORD,
    Arrivals,
    arrived,
    declared_outside,
    read_hostvars,
    unusable,
)
from ._fleet.choice import (
    as_pattern,
    hosts_were_selected,
    partial_reason,
    releases_everything,
)
from ._fleet.compat import write_lines
from ._fleet.config import FLEET_VARS, Fleet, parse_fleet
from ._fleet.interrupted import interrupted_data, interrupted_lines
from ._fleet.options import NONE
from ._fleet.outcome import fleet_result, hosts_to_show
from ._fleet.process import (
    ends_with_the_run,
    environment,
    merged_environment,
)
from ._fleet.run import (
    DRIFT,
    PROVISION,
    RELEASE,
    FleetRun,
    Scope,
    run_fleet,
)
from ._fleet.run_state import (
    add_removed,
    read_removed,
    write_hosts_to_show,
    write_results,
)
from ._fleet.scope import Once
from ._fleet.variables import (
    HostVariables,
    extra_variables,
    given_fleet_size,
)
from ._fleet.wording import say
from ._report.build import build_report, drift_artifact, has_drift
from ._report.files import gather, write_interrupted, write_reports
from ._report.from_run import Play, run_part
from ._report.recommendations import shared_name, verdict

PROGRESS_INTERVAL_S = 5.0
_MODES = (PROVISION, DRIFT, RELEASE)
# What is the same for all hosts of a play, and not among the variables that hostvars has.
_SHARED = (
    "hostvars",
    "omit",
    "ansible_play_name",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_batch",
    "play_hosts",
    "ansible_limit",
    "ansible_check_mode",
    "ansible_diff_mode",
    "ansible_run_tags",
    "ansible_skip_tags",
    "playbook_dir",
)


class RefusedError(Exception):
    """A run that is refused before any call, with its sentence."""


@dataclass(frozen=True)
class _Pass:
    """What a pass declares: its phones by host, and the fleet's variables."""

    token: str
    arrivals: Arrivals
    fleet_variables: dict[str, Any]
    extra: dict[str, Any]


class ReconcileTask:
    """The role's reconcile task, for an action's task: once for each play batch it reconciles every account for the
    hosts that arrived."""

    def __init__(self, task: Any, loader: Any, templar: Any, display: Any, stderr: int | None = None) -> None:
        self._stderr = stderr
        self._task = task
        self._loader = loader
        self._templar = templar
        self._display = display

    def run(self, result: dict[str, Any], values: dict[str, Any], started: float) -> dict[str, Any]:
        """What the action returns, over ``result``. ``values``: variables of the task; ``started``: when it began, by
        the monotonic clock."""
        # A refusal is returned and not raised, since ansible-core before 2.19 would add a traceback to it.
        try:
            mode = self._mode()
            this = self._read(values)
            if mode == RELEASE and self._task.args.get("playbook"):
                self._check_choice(values, this)
            self._bound_by_timeout(this, started)
            return self._reconcile(result, mode, this, values)
        except InputError as error:
            return {**result, "failed": True, "msg": input_message(error, ROLE)}
        except RefusedError as error:
            return {**result, "failed": True, "msg": str(error)}
        except MissingLibraryError as error:
            return {**result, "failed": True, "msg": library_message(error)}

    def _mode(self) -> str:
        mode = str(self._task.args.get("mode", PROVISION))
        if mode not in _MODES:
            raise RefusedError(say("mode", choices=_MODES, mode=mode))
        return mode

    # -- what is declared

    def _read(self, values: dict[str, Any]) -> _Pass:
        """The hosts that arrived, and the fleet's variables. Raises InputError and RefusedError."""
        started = values.get(PASS)
        if not isinstance(started, Mapping) or "run" not in started:
            raise RefusedError(say("not_begun"))
        own_record = values.get(RECORD)
        refusal = started["refusal"]
        if started["collect"] and isinstance(own_record, Mapping):
            refusal = refusal or own_record.get("refusal")
        if refusal:
            raise RefusedError(say("refused", why=refusal))
        extra = extra_variables(self._loader)
        arrivals = self._arrivals(values, started)
        self._templar.available_variables = values
        own = HostVariables(values, self._templar)
        fleet = own.read(FLEET_VARS)
        fleet["rps_fleet_size"] = given_fleet_size(extra)
        arrivals.problems[:0] = [unusable(name, text) for name, text in own.problems.items()]
        arrivals.check()
        return _Pass(str(started["run"]), arrivals, fleet, extra)

    def _arrivals(self, values: dict[str, Any], started: Mapping[str, Any]) -> Arrivals:
        batch = values.get("ansible_play_batch") or []
        if started["collect"]:
            return arrived(values["hostvars"], batch, started)
        shared = {name: values[name] for name in _SHARED if name in values}
        shared.update(self._task.get_play().get_vars())
        host = str(values["inventory_hostname"])
        return read_hostvars(values["hostvars"], batch, shared, self._templar, host)

    def _check_choice(self, values: Mapping[str, Any], this: _Pass) -> None:
        """Refuse a release of hosts that were not selected, and of the whole inventory."""
        if not hosts_were_selected(self._rps_hosts(this), str(values.get("ansible_limit") or "")):
            raise RefusedError(say("nothing_chosen"))
        hostvars = values["hostvars"]
        own = set(this.arrivals.phones)
        phones = [
            host
            for host in values.get("groups", {}).get("all", [])
            if host in own or hostvars.raw_get(host).get("rps_mac") not in (None, "")
        ]
        count = releases_everything(list(own), phones, this.fleet_variables["rps_fleet_size"])
        if count is not None:
            raise RefusedError(say("everything_chosen", phones=pluralize(count, "phone"), count=count))

    def _rps_hosts(self, this: _Pass) -> Any:
        """``rps_hosts`` where the play's ``hosts`` can see it. In the inventory it cannot, and there it would be an old
        choice that the play has not followed."""
        return {**self._task.get_play().get_vars(), **this.extra}.get("rps_hosts")

    def _bound_by_timeout(self, this: _Pass, started: float) -> None:
        """Let the keyword ``timeout`` end the run in order: Ansible would end it in the middle, and what was written by
        then would be in no result."""
        timeout = self._task.timeout
        if not timeout:
            return
        left = timeout - (monotonic() - started) - max(1.0, timeout / 10)
        if left <= 0:
            raise RefusedError(say("timeout", timeout=timeout))
        given = this.fleet_variables.get("rps_deadline")
        if given in (None, "") or (isinstance(given, (int, float)) and given > left):
            this.fleet_variables["rps_deadline"] = left

    # -- the run

    def _reconcile(self, result: dict[str, Any], mode: str, this: _Pass, values: dict[str, Any]) -> dict[str, Any]:
        phones = this.arrivals.phones
        given = self._play_environment()
        fleet = parse_fleet(phones, this.fleet_variables, merged_environment(given), mode == RELEASE)
        scope = self._scope(mode, values, phones)
        if fleet.purge or scope.names_unmanaged:
            scope = replace(scope, declared_outside=Once(lambda: declared_outside(values, phones)))
        if self._task.timeout:
            signal.alarm(0)  # the deadline is in its place
        with ends_with_the_run() as ending:
            with environment(given):
                done = run_fleet(
                    fleet, scope, self._progress(), partial(open_service, abandoned=ending.is_near), ending
                )
            if ending.requested and scope.predicts:
                raise RefusedError(say("interrupted.read"))
            try:
                return self._results(result, fleet, scope, done, this, values)
            finally:
                if ending.requested:
                    self._report_interrupted(fleet, done, values)

    def _report_interrupted(self, fleet: Fleet, done: FleetRun, values: dict[str, Any]) -> None:
        """Report what an interrupted run did on stderr and in a file: Ansible may end without reading the result."""
        when = datetime.now(timezone.utc).isoformat(timespec="seconds")
        data = interrupted_data(done, when, str(values.get("ansible_play_name") or ""))
        lines = interrupted_lines(done)
        try:
            path = write_interrupted(fleet.report_dir, json.dumps(data, indent=1))
            lines.append(say("interrupted.report", path=path))
        except RpsError as error:
            lines.append(str(error))
        write_lines(self._stderr, [f"voip.rps: {line}" for line in lines])

    def _results(
        self,
        result: dict[str, Any],
        fleet: Fleet,
        scope: Scope,
        done: FleetRun,
        this: _Pass,
        values: dict[str, Any],
    ) -> dict[str, Any]:
        """What the action returns of a finished run, and what later steps of the play need of it."""
        mode, phones = scope.mode, this.arrivals.phones
        folder = constants.DEFAULT_LOCAL_TMP
        add_removed(folder, ((run.account.identity, run.removed, run.base) for run in done.runs))
        result["drift"] = mode == DRIFT
        if mode == DRIFT:
            done, result["ansible_stats"] = self._report(fleet, scope, done, this, values)
        result.update(fleet_result(done, fleet.host_results), run=this.token)
        results = {host: entry for run in done.runs for host, entry in run.hosts.items()}
        if fleet.host_results != NONE:
            write_results(folder, this.token, results)
        shown = hosts_to_show(results, fleet.host_results, list(phones))
        result["shown"] = len(shown)
        if self._task.args.get("playbook"):
            write_hosts_to_show(folder, shown)
        return result

    def _play_environment(self) -> dict[str, str]:
        """What the keyword ``environment`` of play, role and task says."""
        whole: dict[str, str] = {}
        for given in self._task.environment or []:
            values = self._templar.template(given) if given else {}
            if isinstance(values, Mapping):
                whole.update({str(key): str(value) for key, value in values.items() if value is not None})
        return whole

    def _scope(self, mode: str, values: Mapping[str, Any], phones: Mapping[str, Any]) -> Scope:
        batch: Sequence[str] = values.get("ansible_play_batch") or []
        everybody: Sequence[str] = values.get("ansible_play_hosts_all") or []
        alive: Sequence[str] = values.get("ansible_play_hosts") or []
        return Scope(
            mode,
            bool(self._task.check_mode),
            len(phones),
            partial_reason(bool(values.get("ansible_limit")), everybody, alive, batch, phones),
            len(batch) < len(alive),
            read_removed(constants.DEFAULT_LOCAL_TMP),
        )

    def _report(
        self, fleet: Fleet, scope: Scope, done: FleetRun, this: _Pass, values: dict[str, Any]
    ) -> tuple[FleetRun, dict[str, Any]]:
        """Write the reports, all batches of the run in one -> the run with what there is to say of them, and the job
        artifact as set_stats makes it."""
        play = Play(
            when=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            name=str(values.get("ansible_play_name") or ""),
            hosts=values.get("ansible_play_hosts_all") or [],
            limit=values.get("ansible_limit") or None,
            selection=as_pattern(self._rps_hosts(this)),
            inventory=tuple(str(source) for source in values.get("ansible_inventory_sources") or ()),
        )
        part = run_part(fleet, scope, done, play)
        report = build_report([part])  # if the run's other parts cannot be read
        messages, errors, warnings = list(done.messages), list(done.errors), list(done.warnings)
        try:
            # Ansible's own temporary folder lives as long as the run, and its batches share it.
            report = gather(constants.DEFAULT_LOCAL_TMP, fleet.report_dir, part)
            messages.append(say("reports", paths=", ".join(write_reports(fleet.report_dir, report))))
        except RpsError as error:
            errors.append(str(error))
        messages.append(verdict(report)[1] + ".")
        no_plan = shared_name(report)
        if no_plan is not None and report["counts"]["would_change"]:
            warnings.append(no_plan)
        # Failing in one batch would stop those that follow, and their part of the report with them.
        last = not scope.batches or report["scope"]["phones"] >= len(values.get("ansible_play_hosts") or [])
        if fleet.fail_on_drift and last and has_drift(report):
            errors.append(say("fail_on_drift", verdict=verdict(report)[1]))
        stats = {"data": {"rps_drift": dict(drift_artifact(report))}, "per_host": False, "aggregate": False}
        return replace(done, messages=tuple(messages), warnings=tuple(warnings), errors=tuple(errors)), stats

    def _progress(self) -> Callable[[str, str, int, int], None]:
        """Lines for people while a long run goes on. On stderr, so that a callback that prints JSON stays parseable."""
        lock = threading.Lock()
        last = [monotonic()]
        display = self._display

        def show(account: str, what: str, done: int, whole: int) -> None:
            with lock:
                now = monotonic()
                if now - last[0] < PROGRESS_INTERVAL_S:
                    return
                last[0] = now
            phones = pluralize(whole, "phone")
            display.display(say("progress", account=account, done=done, phones=phones, what=what), stderr=True)

        return show
