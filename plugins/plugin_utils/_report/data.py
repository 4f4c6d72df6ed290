# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run over a fleet -> the one data structure that every format of the report shows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.voip.rps.plugins.module_utils._model import ABSENT, OUTCOMES, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import wanted_url

from .recommendations import next_steps
from .text import DRIFTED, clean, natural

if TYPE_CHECKING:  # it needs requests, and a report does not
    from ansible_collections.voip.rps.plugins.module_utils._urls import Masker

    from .._fleet.config import Fleet
    from .._fleet.run import AccountRun, FleetRun, Scope

SCHEMA = "voip.rps/drift/1"
_ARTIFACT_MACS = 50


def report_data(
    fleet: Fleet, scope: Scope, told: FleetRun, *, when: str, play: str, hosts: int, limited: str | None
) -> dict[str, Any]:
    """Everything that is known after a run, as ``docs/drift-report.schema.json`` describes it.

    ``when`` is a time as ISO 8601, and the only thing that differs between two reports of one state. ``hosts`` is the
    number of hosts that the play has in all its batches, ``limited`` the text of ``--limit`` or None.
    """
    phones: list[dict[str, Any]] = []
    accounts: list[dict[str, Any]] = []
    for run in told.runs:
        phones.extend(_rows(run))
        accounts.append(_account(run))
    return assemble(
        when,
        {
            "mode": scope.mode,
            "check_mode": scope.check_mode,
            "play": play,
            "hosts": hosts,
            "fleet_size": fleet.fleet_size,
            "limit": limited,
            "partial": scope.why_partial,
            "purge": fleet.purge,
        },
        accounts,
        phones,
        told.warnings,
        told.errors,
    )


def assemble(
    when: str,
    scope: dict[str, Any],
    accounts: Iterable[dict[str, Any]],
    phones: Iterable[dict[str, Any]],
    warnings: Iterable[str],
    errors: Iterable[str],
) -> dict[str, Any]:
    """The parts of a report in their order, cleaned, with everything that follows from them."""
    rows = sorted((clean(row) for row in phones), key=_order)
    told = [clean(account) for account in accounts]
    told.sort(key=lambda account: natural(account["name"]))
    by_account: dict[str, list[dict[str, Any]]] = {account["name"]: [] for account in told}
    for row in rows:
        by_account[row["account"]].append(row)
    for account in told:
        mine = by_account[account["name"]]
        account["summary"] = _counts(mine, len(account["unmanaged"]))
        wanted = Counter(row["wanted"]["server"] for row in mine if row["host"] is not None)
        for server in account["servers"]:
            server["phones"] = wanted[server["name"]]
    in_play = sum(1 for row in rows if row["host"] is not None)
    size = scope["fleet_size"]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "generated": clean(when),
        "scope": clean(
            {
                **{key: scope[key] for key in ("mode", "check_mode", "play", "hosts")},
                "phones": in_play,
                **{key: scope[key] for key in ("fleet_size", "limit", "partial", "purge")},
                "complete": scope["partial"] is None and size in (None, in_play),
            }
        ),
        "counts": {
            **_counts(rows, sum(len(account["unmanaged"]) for account in told)),
            "purged": len(rows) - in_play,
            "accounts": len(told),
            "accounts_reached": sum(1 for account in told if account["reached"]),
        },
        "accounts": told,
        "phones": rows,
        "warnings": list(dict.fromkeys(clean(text) for text in warnings)),
        "errors": list(dict.fromkeys(clean(text) for text in errors)),
    }
    data["next"] = next_steps(data)
    return data


def drift_artifact(data: dict[str, Any]) -> dict[str, Any]:
    """What a job passes on (``set_stats``, ``rps_drift``): small whatever the fleet's size.

    Every account has a plan in it: one that is missing would be an account that ``rps_expect_plan`` does not guard.
    """
    drifted = sorted(row["mac"] for row in data["phones"] if row["outcome"] in DRIFTED)
    return {
        "schema": data["schema"],
        "counts": dict(data["counts"]),
        "plans": {account["name"]: account["plan"] for account in data["accounts"] if account["plan"] is not None},
        "drifted": drifted[:_ARTIFACT_MACS],
        "truncated": len(drifted) > _ARTIFACT_MACS,
    }


def has_drift(data: dict[str, Any]) -> bool:
    """Whether ``rps_fail_on_drift`` has a reason to fail: drift or conflicts."""
    return any(data["counts"][outcome] for outcome in DRIFTED)


def _account(run: AccountRun) -> dict[str, Any]:
    masker = run.service.masker
    status = {done.server.name: done.status for done in run.report.servers}
    return {
        "name": run.account.name,
        "vendor": run.account.connection.vendor,
        # Without the account's list nothing of it is known; one phone that cannot be read is that phone's own affair.
        "reached": run.report.plan is not None and run.report.plan.listed is not None,
        "error": run.report.error,
        "plan": run.result["plan"],
        "batches": 1,
        "calls": dict(sorted(run.result["calls"].items())),
        "summary": {},
        "servers": [
            {"name": server.name, "url": masker.url(server.url), "phones": 0, "status": status.get(server.name)}
            for server in sorted(run.account.servers, key=lambda item: natural(item.name))
        ],
        "unmanaged": sorted(run.result["unmanaged"]),
    }


def _rows(run: AccountRun) -> list[dict[str, Any]]:
    account, masker = run.account, run.service.masker
    rows = [
        _row(run, host, entry, _wanted(declared, masker))
        for host, declared, entry in zip(account.hosts, account.declared, run.result["devices"])
    ]
    rows.extend(_row(run, None, entry, _wanted(DesiredDevice(entry["mac"], ABSENT), masker)) for entry in run.purged)
    return rows


def _found(before: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was found, with a server only where the service showed a URL that the declared one has: a report is read by
    people who take it for what the service says."""
    return {**before, "server": None} if before is not None and before["url"] is None else before


def _row(run: AccountRun, host: str | None, entry: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        "mac": entry["mac"],
        "host": host,
        "account": run.account.name,
        "vendor": run.account.connection.vendor,
        "outcome": entry["outcome"],
        "action": entry["action"],
        "verified": entry["verified"],
        "before": _found(entry["before"]),
        "after": entry["after"],
        "wanted": wanted,
        "msg": entry["msg"],
    }


def _wanted(declared: DesiredDevice, masker: Masker) -> dict[str, Any]:
    present = declared.state != ABSENT
    unique = declared.unique_url is not None
    return {
        "state": declared.state,
        "server": declared.server if present else None,
        "url": masker.url(wanted_url(declared), unique) if present else None,
        "unique_url": unique and present,
        "override": declared.override,
        "force": declared.force,
    }


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    """Accounts in order; in each its hosts as people count them, then the devices that have no host, by MAC."""
    host = row["host"]
    return (natural(row["account"]), host is None, natural(host or ""), row["mac"])


def _counts(rows: Sequence[dict[str, Any]], unmanaged: int) -> dict[str, int]:
    counts = dict.fromkeys(OUTCOMES, 0)
    for row in rows:
        counts[row["outcome"]] += 1
    counts["declared"] = sum(1 for row in rows if row["host"] is not None)
    counts["unmanaged"] = unmanaged
    return counts
