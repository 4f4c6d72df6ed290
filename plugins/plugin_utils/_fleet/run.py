# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run over a fleet: every account is read, one decision is made about all guards, then every account is written.

PRIVATE to the collection: may change without notice.

Accounts are handled side by side. Between the two halves are frozen values (``Prepared``), and nothing that belongs to
one account reaches another, but for the guards: a guard of one account blocks the writes of all. No Ansible in here:
the role's action hands in what it read, and shows the FleetRun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Callable

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._messages import ROLE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, GuardViolation
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, Prepared, execute, prepare
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import Presenter
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import WorkerPool
from ansible_collections.voip.rps.plugins.module_utils._validation import Problems
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import NO_SERVERS, Service
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import open_service

from .config import Account, Fleet
from .ending import Ending
from .guards import blocked_accounts, role_guards, same_account_guards
from .results import AccountRun, make_entries
from .scope import DRIFT, PROVISION, RELEASE, Scope
from .summary import FleetRun, summarize_runs

__all__ = ["DRIFT", "PROVISION", "RELEASE", "AccountRun", "FleetRun", "Scope", "run_fleet"]

# (account, what was done: "read" or "written", how many, of how many)
Progress = Callable[[str, str, int, int], None]
Connect = Callable[[Connection], Service]


@dataclass(frozen=True)
class _Session:
    """An account and its open service."""

    account: Account
    service: Service
    options: Options
    progress: Progress

    def report(self, what: str, done: int, total: int) -> None:
        self.progress(self.account.name, what, done, total)

    def prepare(self) -> Prepared:
        return prepare(self.service, self.account.declared, self.options, self.report)


def run_fleet(
    fleet: Fleet, scope: Scope, progress: Progress, connect: Connect = open_service, ending: Ending | None = None
) -> FleetRun:
    """Reconcile every account.

    ``connect`` opens the service of an account. Raises InputError, before any call, and MissingLibraryError. What the
    services do is never raised: an account that cannot be reached does not stop the others. ``ending`` interrupts all
    accounts; whatever else is raised meanwhile does so too: at most the calls in flight are finished.
    """
    check_scope(fleet, scope)
    complete = scope.why_partial is None and scope.mode != RELEASE
    accounts = [account for account in fleet.accounts if account.hosts or complete]
    sessions: list[_Session] = []

    def interrupt() -> None:
        for session in sessions:
            session.service.client.interrupt()

    def abort() -> None:
        for session in sessions:
            session.service.client.abort()

    try:
        _open(sessions, accounts, fleet, scope, progress, connect)
        with (ending or Ending()).by(interrupt, abort):
            runs = _reconcile(sessions, scope, WorkerPool(max(1, len(sessions)), interrupt))
    except BaseException:
        interrupt()
        raise
    finally:
        for session in sessions:
            session.service.client.close()
    return summarize_runs(runs, fleet, scope)


def check_scope(fleet: Fleet, scope: Scope) -> None:
    """Raise InputError if approved plans were given for a play that runs in batches: a plan is one of a whole play."""
    if scope.batches and fleet.has_plans:
        problems = Problems()
        problems.add("expect_plan", "plan_in_batches")
        problems.raise_if_any()


def _open(
    sessions: list[_Session],
    accounts: Sequence[Account],
    fleet: Fleet,
    scope: Scope,
    progress: Progress,
    connect: Connect,
) -> None:
    """Open the services of all accounts, each added to ``sessions`` at once so that it is closed. Sends nothing."""
    problems = Problems()
    for account in accounts:
        try:
            service = connect(account.connection)
        except InputError as error:
            for one in error.problems:
                given = account.variables.get(one.option, f"accounts.{account.name}: {one.option}")
                found = replace(one, option=given if one.option else "")
                if found not in problems.found:  # all accounts take it from the environment
                    problems.found.append(found)
            continue
        _hide_urls(account, service)
        sessions.append(_Session(account, service, _options(account, fleet, scope), progress))
    problems.raise_if_any()


def _hide_urls(account: Account, service: Service) -> None:
    """Whatever of these URLs is secret must be masked wherever the service quotes it, so before the first call."""
    for device in account.declared:
        service.masker.hide_url(device.unique_url, True)
        service.masker.hide_url(device.server_url, False)
    for server in account.servers:
        service.masker.hide_url(server.url, False)


def _options(account: Account, fleet: Fleet, scope: Scope) -> Options:
    vendor = account.capabilities
    complete = scope.why_partial is None
    defines = vendor.servers != NO_SERVERS and scope.mode != RELEASE
    return Options(
        check_mode=scope.predicts,
        purge=account.purge,
        purge_limit=fleet.purge_limit,
        purge_servers=account.purge_servers,
        ignore=fleet.ignore,
        declared_elsewhere=scope.declared_outside,
        expect_plan=account.expect_plan,
        batch_size=fleet.batch_size,
        servers=account.servers if defines else (),
        force_servers=fleet.force_servers,
        guards=role_guards(account, fleet, scope),
        whole_fleet=complete,
        # Each costs a call, so only if those that are declared elsewhere are not among them.
        read_unmanaged=scope.mode == DRIFT and scope.names_unmanaged and bool(account.hosts) and vendor.reads_url,
        account=account.name,
    )


def _reconcile(sessions: Sequence[_Session], scope: Scope, pool: WorkerPool) -> list[AccountRun]:
    plans = pool.map(lambda session: session.prepare(), sessions)
    same = same_account_guards(
        [(session.account, plan.declared, plan.purged) for session, plan in zip(sessions, plans)]
    )
    plans = [
        replace(plan, violation=plan.violation or same.get(session.account.name))
        for session, plan in zip(sessions, plans)
    ]
    found = {session.account.name: plan.violation for session, plan in zip(sessions, plans)}
    # A drift run writes nothing anyway: it shows the plan, and the guards as warnings.
    blocked = {} if scope.mode == DRIFT else blocked_accounts(found)

    def finish(half: tuple[_Session, Prepared]) -> AccountRun:
        return _finish(half[0], half[1], blocked.get(half[0].account.name), scope)

    return pool.map(finish, list(zip(sessions, plans)))


def _finish(session: _Session, prepared: Prepared, violation: GuardViolation | None, scope: Scope) -> AccountRun:
    account, service = session.account, session.service
    plan = replace(prepared, violation=violation)
    result = execute(service, plan, session.options, violation, session.report)
    hosts = {device.mac: host for device, host in zip(account.declared, account.hosts)}
    login = " and ".join(account.login_options)
    speaker = Speaker(ROLE, service.capabilities.title, account.name, login)
    presenter = Presenter(speaker, service.masker, hosts)
    entries = make_entries(result, presenter, scope)
    found = (one.current for one in prepared.servers if one.current is not None)
    urls = {server.name: service.masker.url(server.url) for server in found}
    return AccountRun(account, result, presenter, entries, scope, prepared.violation, urls)
