# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet run's own objects -> the plain data of a report. The only part of the reports that knows those objects. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, UNVERIFIABLE, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import wanted_url
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

from .data import AccountPart, Desired, Device, PhoneResult, RunFacts, RunPart, ServerState

if TYPE_CHECKING:  # it needs requests, and a report does not
    from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker

    from .._fleet.config import Fleet
    from .._fleet.run import AccountRun, FleetRun, Scope


def run_part(
    fleet: Fleet,
    scope: Scope,
    result: FleetRun,
    *,
    when: str,
    play: str,
    hosts: int,
    limit: str | None,
    inventory: list[str] | None = None,
) -> RunPart:
    """What one batch of a play hands over. ``when`` is ISO 8601 in UTC; ``hosts`` counts those of the whole play;
    ``limit`` is the text of --limit; ``inventory`` lists the run's inventory sources."""
    return RunPart(
        generated=when,
        run=RunFacts(
            mode=scope.mode,
            check_mode=scope.check_mode,
            play=play,
            hosts=hosts,
            fleet_size=fleet.fleet_size,
            limit=limit,
            partial=scope.why_partial,
            purge=fleet.purge,
            inventory=list(inventory or ()),
        ),
        accounts=[_account(run) for run in result.runs],
        warnings=list(result.warnings),
        errors=list(result.errors),
    )


def _account(run: AccountRun) -> AccountPart:
    connection, masker = run.account.connection, run.service.masker
    vendor = VENDORS[connection.vendor]
    status = {done.server.name: done.status for done in run.report.servers}
    phones = zip(run.account.hosts, run.account.declared, run.result["devices"])
    return AccountPart(
        name=run.account.name,
        identity=f"{vendor.name} {connection.api_url} {connection.username}",
        vendor=vendor.name,
        vendor_title=vendor.title,
        reports_last_contact=False,
        takes_override=True,
        # Without the account's list nothing of it is known; one phone that cannot be read is that phone's own affair.
        reached=run.report.plan is not None and run.report.plan.listed is not None,
        error=run.report.error,
        guard=None,
        plan=run.result["plan"],
        calls=dict(run.result["calls"]),
        servers=[
            ServerState(name=server.name, url=masker.url(server.url) or "", status=status.get(server.name))
            for server in run.account.servers
        ],
        unmanaged=[{"mac": mac, "status": None, "url": None, "last_contact": None} for mac in run.result["unmanaged"]],
        rows=[_phone(run, host, declared, entry) for host, declared, entry in phones],
        purged=[_phone(run, None, DesiredDevice(entry["mac"], ABSENT), entry) for entry in run.purged],
    )


def _phone(run: AccountRun, host: str | None, declared: DesiredDevice, entry: dict[str, Any]) -> PhoneResult:
    vendor = VENDORS[run.account.connection.vendor]
    unverifiable = "url_not_declared" if vendor.shows_url else "url_not_readable"
    return PhoneResult(
        mac=entry["mac"],
        host=host,
        outcome=entry["outcome"],
        reason=unverifiable if entry["outcome"] == UNVERIFIABLE else None,
        action=entry["action"],
        verified=entry["verified"],
        before=_device(entry["before"], found=True),
        after=_device(entry["after"]),
        desired=_desired(declared, run.service.masker),
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
        last_contact=None,
    )


def _desired(declared: DesiredDevice, masker: Masker) -> Desired:
    present = declared.state != ABSENT
    unique = present and declared.unique_url is not None
    return Desired(
        state=declared.state,
        server=declared.server if present else None,
        url=masker.url(wanted_url(declared), unique) if present else None,
        unique_url=unique,
        override=declared.override,
        force=declared.force,
    )
