# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet run's own objects -> the plain data of a report. The only part of the reports that knows those objects. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.voip.rps.plugins.module_utils._messages import partial_clause
from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, DesiredDevice

from .data import (
    AccountPart,
    Desired,
    Device,
    Guard,
    PhoneResult,
    RunFacts,
    RunPart,
    ServerState,
    UnmanagedDevice,
)

if TYPE_CHECKING:  # it needs requests, and a report does not
    from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker

    from .._fleet.config import Fleet
    from .._fleet.results import AccountRun
    from .._fleet.scope import Scope
    from .._fleet.summary import FleetRun


@dataclass(frozen=True)
class Play:
    """The play of a run. ``when`` is ISO 8601 in UTC; ``hosts`` are those of the whole play; ``limit`` is the text of
    --limit, ``selection`` that of rps_hosts; ``inventory`` lists the run's inventory sources."""

    when: str
    name: str
    hosts: Sequence[str]
    limit: str | None = None
    selection: str | None = None
    inventory: tuple[str, ...] = ()


def run_part(fleet: Fleet, scope: Scope, result: FleetRun, play: Play) -> RunPart:
    """What one batch of a play hands over."""
    # The hosts of a play are the same in all its batches.
    play_id = hashlib.sha256(json.dumps([play.name, list(play.hosts)]).encode("ascii")).hexdigest()[:16]
    return RunPart(
        generated=play.when,
        run=RunFacts(
            mode=scope.mode,
            check_mode=scope.check_mode,
            play=play.name,
            play_id=play_id,
            hosts=len(play.hosts),
            fleet_size=fleet.fleet_size,
            limit=play.limit,
            selection=play.selection,
            partial=partial_clause(scope.why_partial) if scope.why_partial is not None else None,
            purge=fleet.purge,
            inventory=list(play.inventory),
        ),
        accounts=[_account(run) for run in result.runs],
        warnings=list(result.warnings),
        errors=list(result.errors),
    )


def _account(run: AccountRun) -> AccountPart:
    account, vendor = run.account, run.account.capabilities
    status = {done.server.name: done.status for done in run.result.servers}
    phones = zip(account.hosts, account.declared, run.entries)
    guard = None
    if run.violation is not None and run.guard is not None:
        guard = Guard(name=f"rps_{run.violation.name}", text=run.guard)
    return AccountPart(
        name=account.name,
        identity=account.identity,
        vendor=vendor.name,
        vendor_title=vendor.title,
        reports_last_contact=vendor.last_contact,
        takes_override=vendor.override,
        reached=run.reached,
        error=run.error,
        guard=guard,
        plan=run.plan,
        calls=dict(run.result.calls),
        servers=[
            ServerState(name=server.name, url=run.masker.url(server.url) or "", status=status.get(server.name))
            for server in account.servers
        ],
        unmanaged=_unmanaged(run),
        rows=[_phone(run, host, declared, entry) for host, declared, entry in phones],
        purged=[_phone(run, None, DesiredDevice(entry["mac"], ABSENT), entry) for entry in run.purged],
    )


def _unmanaged(run: AccountRun) -> list[UnmanagedDevice] | None:
    if run.unmanaged is None:
        return None
    return [
        UnmanagedDevice(
            mac=device["mac"], status=device["status"], url=device["url"], last_contact=device["last_contact"]
        )
        for device in run.unmanaged
    ]


def _phone(run: AccountRun, host: str | None, declared: DesiredDevice, entry: dict[str, Any]) -> PhoneResult:
    return PhoneResult(
        mac=entry["mac"],
        host=host,
        outcome=entry["outcome"],
        reason=entry["reason"],
        action=entry["action"],
        verified=entry["verified"],
        before=_device(entry["before"], found=True),
        after=_device(entry["after"]),
        desired=_desired(declared, run.masker),
        server_declared=declared.server is None or declared.server in {server.name for server in run.account.servers},
        msg=entry["msg"],
    )


def _device(device: dict[str, Any] | None, found: bool = False) -> Device | None:
    """A device of a result. If it was ``found``, its server is named only if the service showed a URL: readers take
    it for what the service says."""
    if device is None:
        return None
    return Device(
        mac=device["mac"],
        status=device["status"],
        server=None if found and device["url"] is None else device["server"],
        url=device["url"],
        last_contact=device["last_contact"],
    )


def _desired(declared: DesiredDevice, masker: Masker) -> Desired:
    present = declared.state != ABSENT
    unique = present and declared.unique_url is not None
    return Desired(
        state=declared.state,
        server=declared.server if present else None,
        url=masker.url(declared.url, unique) if present else None,
        unique_url=unique,
        override=declared.override,
        force=declared.force,
    )
