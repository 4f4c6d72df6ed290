# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of the batches of one run -> one report that holds all of them. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._text import pluralize

from .data import assemble


def merge(existing: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The report of what a run has told so far and of what it tells now.

    A phone that both hold is as the new one says. What both accounts hold and neither batch declared is unmanaged:
    each batch on its own takes the other's phones for such. The plan of an account whose phones are all in one batch
    stays what it is.
    """
    whole = {account["name"]: account for account in existing["accounts"]}
    rows = {name: _of(existing, name) for name in whole}
    for account in new["accounts"]:
        name, mine = account["name"], _of(new, account["name"])
        old = whole.get(name)
        if old is None:
            whole[name], rows[name] = account, mine
            continue
        before, now = _declared(rows[name]), _declared(mine)
        if before <= now:
            rows[name], made = mine, dict(account)  # all of it was looked at again
        elif not now:
            made = {**old, "reached": old["reached"] and account["reached"], "error": account["error"] or old["error"]}
        else:
            rows[name] = _rows(old, rows[name], account, mine)
            made = _account(old, account, before | now)
        made["calls"] = dict(sorted((Counter(old["calls"]) + Counter(account["calls"])).items()))
        whole[name] = made
    phones = [row for name in whole for row in rows[name]]
    return assemble(
        max(existing["generated"], new["generated"]),
        _scope(existing["scope"], new["scope"], sum(1 for row in phones if row["host"] is not None)),
        whole.values(),
        phones,
        [*existing["warnings"], *new["warnings"]],
        [*existing["errors"], *new["errors"]],
    )


def _of(data: dict[str, Any], account: str) -> list[dict[str, Any]]:
    return [row for row in data["phones"] if row["account"] == account]


def _declared(rows: list[dict[str, Any]]) -> set[str]:
    return {row["mac"] for row in rows if row["host"] is not None}


def _rows(
    old: dict[str, Any], old_rows: list[dict[str, Any]], new: dict[str, Any], new_rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    phones = {row["mac"]: row for row in [*old_rows, *new_rows] if row["host"] is not None}
    purges = [{row["mac"]: row for row in rows if row["host"] is None} for rows in (old_rows, new_rows)]
    both = old["reached"] and new["reached"]
    macs = set(purges[0]) & set(purges[1]) if both else set(purges[0]) | set(purges[1])
    purged = {**purges[0], **purges[1]}
    return [*phones.values(), *(purged[mac] for mac in sorted(macs - set(phones)))]


def _account(old: dict[str, Any], new: dict[str, Any], declared: set[str]) -> dict[str, Any]:
    seen = [set(account["unmanaged"]) for account in (old, new) if account["reached"]]
    unmanaged = set.intersection(*seen) if seen else set()
    servers = {server["name"]: server for server in [*old["servers"], *new["servers"]]}
    return {
        **new,
        "reached": old["reached"] and new["reached"],
        "error": new["error"] or old["error"],
        "plan": _plan(old["plan"], new["plan"]),
        "batches": old["batches"] + new["batches"],
        "servers": list(servers.values()),
        "unmanaged": sorted(unmanaged - declared),
    }


def _plan(old: str | None, new: str | None) -> str:
    """A digest over the batches' digests. It is no plan that a run could have, so whoever takes it for one is refused,
    where a missing one would leave the account without a guard."""
    text = f"voip.rps batches 1\n{old}\n{new}"
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def _scope(old: dict[str, Any], new: dict[str, Any], phones: int) -> dict[str, Any]:
    scope = dict(new)
    if old["play"] != new["play"]:
        names = [*old["play"].split(", "), *new["play"].split(", ")]
        scope["play"] = ", ".join(dict.fromkeys(names))
        scope["hosts"] = max(old["hosts"] + new["hosts"], phones)
    scope["purge"] = old["purge"] or new["purge"]
    scope["limit"] = new["limit"] or old["limit"]
    partial = new["partial"] or old["partial"]
    if partial is not None and scope["limit"] is None:
        partial = (
            None if phones >= scope["hosts"] else f"it lacks {pluralize(scope['hosts'] - phones, 'host')} of the play"
        )
    scope["partial"] = partial
    return scope
