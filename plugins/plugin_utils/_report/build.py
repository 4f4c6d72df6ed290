# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a run -> the one report that every format shows, and the small artifact of a job. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import OUTCOME_WORDS

from .data import (
    SCHEMA,
    Account,
    AccountPart,
    Artifact,
    Phone,
    PhoneResult,
    Report,
    RunFacts,
    RunPart,
    Scope,
    Server,
    ServerState,
    UnmanagedDevice,
)
from .merge import MergedAccount, combined_digest, merge
from .recommendations import next_steps
from .text import DRIFTED, clean, natural

_ARTIFACT_MACS = 50


def build_report(parts: Sequence[RunPart]) -> Report:
    """The report of all parts of a run, in the order in which they ran; there is at least one.

    Accounts and phones come by account and host in natural order, purged devices after the phones of their account.
    Two reports of one state differ in ``generated`` alone.
    """
    merged = merge(parts)
    run = cast(RunFacts, clean(merged.run))
    accounts, phones = _ordered(merged.accounts)
    in_play = sum(1 for phone in phones if phone["host"] is not None)
    report = Report(
        schema=SCHEMA,
        generated=clean(max(part["generated"] for part in parts)),
        scope=_scope(run, in_play),
        counts={
            **_outcomes(phones),
            "declared": in_play,
            "unmanaged": sum(len(account["unmanaged"] or ()) for account in accounts),
            "purged": len(phones) - in_play,
            "accounts": len(accounts),
            "accounts_reached": sum(1 for account in accounts if account["reached"]),
        },
        accounts=accounts,
        phones=phones,
        warnings=list(dict.fromkeys(map(clean, merged.warnings))),
        errors=list(dict.fromkeys(map(clean, merged.errors))),
        next=[],
    )
    report["next"] = next_steps(report)
    return report


def _scope(run: RunFacts, phones: int) -> Scope:
    return Scope(
        mode=run["mode"],
        check_mode=run["check_mode"],
        play=run["play"],
        hosts=run["hosts"],
        phones=phones,
        fleet_size=run["fleet_size"],
        limit=run["limit"],
        selection=run["selection"],
        partial=run["partial"],
        purge=run["purge"],
        complete=run["partial"] is None and run["fleet_size"] in (None, phones),
        inventory=run["inventory"],
    )


def drift_artifact(report: Report) -> Artifact:
    """What a job passes on (``set_stats``, ``rps_drift``): small whatever the fleet's size.

    ``plans`` is by the keys of rps_accounts, for ``rps_expect_plan``. It names every account that has a plan: a missing
    account would have no guard. Two accounts of one key get a digest that no run has.
    """
    plans: dict[str, str] = {}
    for account in report["accounts"]:
        key, plan = account["key"], account["plan"]
        if plan is not None:
            plans[key] = combined_digest(plans[key], plan) if key in plans else plan
    drifted = sorted({phone["mac"] for phone in report["phones"] if phone["outcome"] in DRIFTED})
    return Artifact(
        schema=report["schema"],
        counts=dict(report["counts"]),
        plans=plans,
        drifted=drifted[:_ARTIFACT_MACS],
        truncated=len(drifted) > _ARTIFACT_MACS,
    )


def has_drift(report: Report) -> bool:
    """Whether ``rps_fail_on_drift`` has a reason to fail: drift or conflicts."""
    return any(report["counts"][outcome] for outcome in DRIFTED)


def _ordered(merged: Sequence[MergedAccount]) -> tuple[list[Account], list[Phone]]:
    cleaned = [replace(one, play=clean(one.play), part=cast(AccountPart, clean(one.part))) for one in merged]
    accounts: list[Account] = []
    phones: list[Phone] = []
    for name, one in sorted(zip(_names(cleaned), cleaned), key=lambda pair: natural(pair[0])):
        own = sorted(one.rows, key=_row_order) + sorted(one.purged, key=_row_order)
        accounts.append(_account(name, one, own))
        phones.extend(cast(Phone, {"account": name, "vendor": one.part["vendor"], **row}) for row in own)
    return accounts, phones


def _names(merged: Sequence[MergedAccount]) -> list[str]:
    """A name for each account: its key, and if two logins share a key, the play too, and a number if need be."""
    keys = Counter(one.part["name"] for one in merged)
    names: list[str] = []
    for one in merged:
        key = one.part["name"]
        name = candidate = key if keys[key] == 1 else f"{key} ({one.play})"
        number = 1
        while candidate in names:
            number += 1
            candidate = f"{name} [{number}]"
        names.append(candidate)
    return names


def _row_order(row: PhoneResult) -> tuple[Any, ...]:
    return (natural(row["host"] or ""), row["mac"])


def _account(name: str, one: MergedAccount, rows: Sequence[PhoneResult]) -> Account:
    part, unmanaged = one.part, one.part["unmanaged"]
    summary: dict[str, int | None] = dict(_outcomes(rows))
    summary["declared"] = len(one.rows)
    summary["unmanaged"] = None if unmanaged is None else len(unmanaged)
    return Account(
        name=name,
        key=part["name"],
        play=one.play,
        vendor=part["vendor"],
        vendor_title=part["vendor_title"],
        reports_last_contact=part["reports_last_contact"],
        takes_override=part["takes_override"],
        reached=part["reached"],
        error=part["error"],
        guard=part["guard"],
        plan=part["plan"],
        batches=one.batches,
        calls=dict(sorted(part["calls"].items())),
        summary=summary,
        servers=_servers(part["servers"], one.rows),
        unmanaged=None if unmanaged is None else sorted(unmanaged, key=_mac),
    )


def _mac(device: UnmanagedDevice) -> str:
    return device["mac"]


def _servers(defined: Sequence[ServerState], rows: Iterable[PhoneResult]) -> list[Server]:
    """Servers of rps_servers, and those that phones are declared for although rps_servers lacks them."""
    phones: Counter[str] = Counter()
    lacking: set[str] = set()
    for row in rows:
        server = row["desired"]["server"]
        if server is not None:
            phones[server] += 1
            if not row["server_declared"]:
                lacking.add(server)
    found = [
        Server(name=one["name"], url=one["url"], declared=True, phones=phones[one["name"]], status=one["status"])
        for one in defined
    ]
    names = {one["name"] for one in defined}
    found.extend(
        Server(name=name, url=None, declared=False, phones=phones[name], status=None) for name in lacking - names
    )
    return sorted(found, key=lambda server: natural(server["name"]))


def _outcomes(rows: Iterable[PhoneResult]) -> dict[str, int]:
    counts = dict.fromkeys(OUTCOME_WORDS, 0)
    for row in rows:
        counts[row["outcome"]] += 1
    return counts
