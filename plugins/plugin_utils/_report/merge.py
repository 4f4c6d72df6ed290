# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a run, one for each play batch -> accounts and facts of all of them. Pure.

PRIVATE to the collection: may change without notice.

Accounts are distinguished by login and play: two plays can use one key of rps_accounts for two logins. The batches of a
play share their accounts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.voip.rps.plugins.module_utils._text import pluralize

from .data import AccountPart, PhoneResult, RunFacts, RunPart, ServerState, UnmanagedDevice
from .wording import say

_DEFAULT_HOSTS = "phones"  # of the shipped playbooks


@dataclass(frozen=True)
class MergedAccount:
    """One login in one play, after ``batches`` batches that had phones of it."""

    play: str
    play_id: str
    part: AccountPart
    batches: int = 1

    @property
    def rows(self) -> list[PhoneResult]:
        """The declared phones."""
        return self.part["rows"]

    @property
    def purged(self) -> list[PhoneResult]:
        """The devices that purge removes."""
        return self.part["purged"]


@dataclass(frozen=True)
class Merged:
    """Everything that the parts of a run hand over, each thing once."""

    run: RunFacts
    accounts: tuple[MergedAccount, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]


def merge(parts: Sequence[RunPart]) -> Merged:
    """All parts of a run, in the order in which they ran; there is at least one.

    If two parts have the same phone of the same account and play, the later one counts. A device is unmanaged if it is
    on the account and no part declares it: each batch on its own takes the phones of the others for unmanaged.
    """
    accounts: dict[tuple[str, str, str], MergedAccount] = {}
    for part in parts:
        run = part["run"]
        for account in part["accounts"]:
            key = (account["identity"], run["play_id"], account["name"])
            new = MergedAccount(run["play"], run["play_id"], account)
            accounts[key] = _join(accounts[key], new) if key in accounts else new
    plays: dict[str, RunFacts] = {}
    for part in parts:
        run = part["run"]
        play = run["play_id"]
        phones = sum(len(one.rows) for one in accounts.values() if one.play_id == play)
        plays[play] = _join_batches(plays[play], run, phones) if play in plays else run
    return Merged(
        run=_join_plays(list(plays.values())),
        accounts=tuple(_without_siblings(list(accounts.values()))),
        warnings=tuple(text for part in parts for text in part["warnings"]),
        errors=tuple(text for part in parts for text in part["errors"]),
    )


def combined_digest(old: str | None, new: str | None) -> str:
    """A digest over two plans. It is no plan that a run can have, so a run that expects it refuses to write; if the
    digest were missing, the account would have no guard."""
    text = f"voip.rps batches 1\n{old}\n{new}"
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def _join(old: MergedAccount, new: MergedAccount) -> MergedAccount:
    before, now = _macs(old.rows), _macs(new.rows)
    reached, error = old.part["reached"] and new.part["reached"], new.part["error"] or old.part["error"]
    if before <= now:  # all of it was compared again; what an account that is away has was listed before
        unmanaged = new.part["unmanaged"] if new.part["reached"] else _unmanaged(old.part, new.part, now)
        joined = replace(new, part={**new.part, "unmanaged": unmanaged})
    elif not now:
        unmanaged = old.part["unmanaged"] if old.part["reached"] else _unmanaged(old.part, new.part, before)
        joined = replace(old, part={**old.part, "reached": reached, "error": error, "unmanaged": unmanaged})
    else:
        phones = {row["mac"]: row for row in (*old.rows, *new.rows)}
        part: AccountPart = {
            **new.part,
            "reached": reached,
            "error": error,
            "guard": new.part["guard"] or old.part["guard"],
            "plan": combined_digest(old.part["plan"], new.part["plan"]),
            "servers": _servers(old.part["servers"], new.part["servers"]),
            "unmanaged": _unmanaged(old.part, new.part, set(phones)),
            "rows": list(phones.values()),
            "purged": _purged(old.part, new.part, set(phones)),
        }
        joined = MergedAccount(new.play, new.play_id, part, old.batches + new.batches)
    calls = Counter(old.part["calls"])
    calls.update(new.part["calls"])
    return replace(joined, part={**joined.part, "calls": dict(calls)})


def _macs(rows: Iterable[PhoneResult]) -> set[str]:
    return {row["mac"] for row in rows}


def _servers(old: Sequence[ServerState], new: Sequence[ServerState]) -> list[ServerState]:
    """Servers by name; a later batch that did not have to add a server keeps what an earlier one did."""
    servers = {server["name"]: server for server in old}
    for server in new:
        known = servers.get(server["name"])
        status = server["status"] or (known["status"] if known else None)
        servers[server["name"]] = {**server, "status": status}
    return list(servers.values())


def _purged(old: AccountPart, new: AccountPart, declared: set[str]) -> list[PhoneResult]:
    first, second = ({row["mac"]: row for row in part["purged"]} for part in (old, new))
    both = old["reached"] and new["reached"]
    macs = first.keys() & second.keys() if both else first.keys() | second.keys()
    rows = {**first, **second}
    return [rows[mac] for mac in sorted(macs - declared)]


def _unmanaged(old: AccountPart, new: AccountPart, declared: set[str]) -> list[UnmanagedDevice] | None:
    """The devices of the last list that could be read, without those that any batch declares."""
    lists = [part["unmanaged"] for part in (new, old) if part["reached"] and part["unmanaged"] is not None]
    if not lists:
        return None if old["unmanaged"] is None and new["unmanaged"] is None else []
    return [device for device in lists[0] if device["mac"] not in declared]


def _without_siblings(accounts: Sequence[MergedAccount]) -> list[MergedAccount]:
    """The same, where two plays share a login: what one of them declares is not unmanaged, and a device that neither
    declares is shown once, at the first."""
    declared: dict[str, set[str]] = {}
    for one in accounts:
        declared.setdefault(one.part["identity"], set()).update(_macs(one.rows))
    shown: dict[str, set[str]] = {identity: set(macs) for identity, macs in declared.items()}
    result: list[MergedAccount] = []
    for one in accounts:
        devices, known = one.part["unmanaged"], shown[one.part["identity"]]
        if devices is not None:
            devices = [device for device in devices if device["mac"] not in known]
            known.update(device["mac"] for device in devices)
        result.append(replace(one, part={**one.part, "unmanaged": devices}))
    return result


def _join_batches(old: RunFacts, new: RunFacts, phones: int) -> RunFacts:
    """Two batches of a play of which ``phones`` phones are in the report."""
    limit, partial = new["limit"] or old["limit"], new["partial"] or old["partial"]
    hosts = max(old["hosts"], new["hosts"])
    if partial is not None and limit is None:
        left = hosts - phones
        partial = say("missing_hosts", left, hosts=pluralize(left, "host")) if left > 0 else None
    return {**new, "hosts": hosts, "purge": old["purge"] or new["purge"], "limit": limit, "partial": partial}


def _join_selections(selections: Sequence[str | None]) -> str | None:
    """``rps_hosts`` for a command over the hosts of several plays; None if no play had it."""
    if not any(selections):
        return None
    return ",".join(dict.fromkeys(one or _DEFAULT_HOSTS for one in selections))


def _join_plays(plays: Sequence[RunFacts]) -> RunFacts:
    run = plays[-1]
    return {
        **run,
        "play": ", ".join(dict.fromkeys(one["play"] for one in plays)),
        "hosts": sum(one["hosts"] for one in plays),
        "fleet_size": next((one["fleet_size"] for one in reversed(plays) if one["fleet_size"] is not None), None),
        "limit": next((one["limit"] for one in reversed(plays) if one["limit"]), None),
        "selection": _join_selections([one["selection"] for one in plays]),
        "partial": next((one["partial"] for one in reversed(plays) if one["partial"]), None),
        "purge": any(one["purge"] for one in plays),
        "check_mode": all(one["check_mode"] for one in plays),
    }
