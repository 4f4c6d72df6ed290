# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up fleets for the tests of reports: plain data, as a fleet run hands it over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, cast

from ansible_collections.voip.rps.plugins.plugin_utils._report.build import build_report
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import (
    AccountPart,
    Desired,
    Device,
    PhoneResult,
    Report,
    RunPart,
    ServerState,
    UnmanagedDevice,
)

WHEN = "2026-11-02T06:15:00+00:00"
PLAY = "Report drift"
MAIN = "https://prov.example.net/cfg/"
SPARE = "https://spare.example.net/cfg/"
OLD = "https://old-pbx.example.net/provisioning/"
SERVERS = {"main": MAIN, "spare": SPARE}
PREFIXES = {"yealink": "805ec0", "htek": "001fc1", "panasonic": "080023", "snom": "000413"}
TITLES = {"yealink": "Yealink", "htek": "Htek", "panasonic": "Panasonic", "snom": "Snom"}


def mac_of(number: int, vendor: str = "yealink") -> str:
    return f"{PREFIXES[vendor]}{number:06x}"


def device(mac: str, status: str = "registered", url: str | None = None, **changes: Any) -> Device:
    server = next((name for name, its in SERVERS.items() if its == url), None)
    return cast(Device, {"mac": mac, "status": status, "server": server, "url": url, "last_contact": None, **changes})


def desired(server: str | None = "main", **changes: Any) -> Desired:
    """What the inventory declares; without a server, that the phone is absent."""
    plain = {
        "state": "present" if server else "absent",
        "server": server,
        "url": SERVERS.get(server or ""),
        "unique_url": False,
        "override": False,
        "force": False,
    }
    return cast(Desired, {**plain, **changes})


def phone(host: str | None, mac: str, outcome: str = "in_sync", **changes: Any) -> PhoneResult:
    """A phone as a run reports it; what its outcome suggests is filled in."""
    url = changes["desired"]["url"] if "desired" in changes else MAIN
    before: dict[str, Any] = {
        "in_sync": device(mac, url=url),
        "would_change": device(mac, url=OLD),
        "conflict": device(mac, "registered_elsewhere"),
        "unverifiable": device(mac),
    }
    plain = {
        "mac": mac,
        "host": host,
        "outcome": outcome,
        "reason": {"conflict": "owned_elsewhere", "failed": "refused", "not_attempted": "unreadable"}.get(outcome),
        "action": "move" if outcome == "would_change" else "none",
        "verified": outcome == "in_sync",
        "before": before.get(outcome),
        "after": before.get(outcome),
        "desired": desired(),
        "server_declared": True,
        "msg": "" if outcome == "in_sync" else f"{colons(mac)} ({host}): something about {outcome}.",
    }
    return cast(PhoneResult, {**plain, **changes})


def purged(mac: str, **changes: Any) -> PhoneResult:
    """A device that purge would remove."""
    plain = {"action": "deregister", "before": device(mac, url=OLD), "desired": desired(None)}
    return phone(None, mac, "would_change", **{**plain, "after": device(mac, "unknown"), **changes})


def unmanaged(*macs: str, **changes: Any) -> list[UnmanagedDevice]:
    plain = {"status": "registered", "url": OLD, "last_contact": None}
    return [cast(UnmanagedDevice, {"mac": mac, **plain, **changes}) for mac in macs]


def account(
    name: str = "yealink", rows: Sequence[PhoneResult] = (), vendor: str = "yealink", **changes: Any
) -> AccountPart:
    """An account that was read; its plan is a digest of what would be written."""
    writes = sorted(row["mac"] for row in [*rows, *changes.get("purged", ())] if row["action"] != "none")
    servers = [ServerState(name=server, url=url, status=None) for server, url in SERVERS.items()]
    plain = {
        "name": name,
        "identity": f"{vendor} https://{name}.example.net user",
        "vendor": vendor,
        "vendor_title": TITLES[vendor],
        "reports_last_contact": vendor == "panasonic",
        "takes_override": vendor in ("yealink", "htek"),
        "reached": True,
        "error": None,
        "guard": None,
        "plan": "sha256:" + hashlib.sha256(repr((name, writes)).encode()).hexdigest(),
        "calls": {"listDevices": 1, "checkDevice": len(rows)},
        "servers": servers,
        "unmanaged": [],
        "rows": list(rows),
        "purged": [],
    }
    return cast(AccountPart, {**plain, **changes})


def part(accounts: Iterable[AccountPart], **changes: Any) -> RunPart:
    """What one batch of a play hands over; ``changes`` are facts of the run, warnings, errors or the time."""
    given = list(accounts)
    run = {
        "mode": "drift",
        "check_mode": False,
        "play": PLAY,
        "play_id": changes.get("play", PLAY),
        "hosts": sum(len(one["rows"]) for one in given),
        "fleet_size": None,
        "limit": None,
        "selection": None,
        "partial": None,
        "purge": False,
        "inventory": [],
    }
    run |= {key: value for key, value in changes.items() if key in run}
    rest = {"generated": WHEN, "warnings": [], "errors": []}
    rest |= {key: value for key, value in changes.items() if key in rest}
    assert not changes.keys() - run.keys() - rest.keys()
    return cast(RunPart, {"run": run, "accounts": given, **rest})


def report(accounts: Iterable[AccountPart], **changes: Any) -> Report:
    return build_report([part(accounts, **changes)])


def colons(mac: str) -> str:
    return ":".join(mac[index : index + 2] for index in range(0, 12, 2))


def yealink_phone(index: int) -> PhoneResult:
    """Most phones match the inventory; the others show everything that a drift run can find."""
    mac = mac_of(index)
    host = f"{('berlin', 'lyon', 'oslo', 'porto')[index // 4 % 4]}-desk-{index + 1}"
    server = ("main", "main", "spare", "main")[index % 4]
    kind = index % 97
    outcome = {3: "would_change", 11: "would_change", 17: "would_change", 29: "conflict", 41: "failed", 71: "conflict"}
    changes: dict[str, Any] = {"desired": desired(server)}
    if kind == 11:
        changes |= {"action": "register", "before": device(mac, "unknown")}
    elif kind == 17:
        changes |= {"action": "bind", "before": device(mac, "unregistered")}
    elif kind == 41:
        changes["msg"] = (
            f"{colons(mac)} ({host}): Yealink refused to read the phone: 'Internal error, please try again later.'. "
            "Run again."
        )
    elif kind == 53:
        changes |= {"desired": desired(None), "before": device(mac, "unknown")}
    elif kind == 59:
        changes |= {"desired": desired("berlim"), "server_declared": False, "reason": "url_not_declared"}
    if outcome.get(kind) == "conflict":
        changes["msg"] = (
            f"{colons(mac)} ({host}) is registered to another account. Check the MAC address; if the phone is yours, "
            "set rps_override: true."
        )
    elif outcome.get(kind) == "would_change":
        changes["msg"] = f"{colons(mac)} ({host}) would get the redirect URL of server '{server}'."
    return phone(host, mac, "unverifiable" if kind == 59 else outcome.get(kind, "in_sync"), **changes)


def htek_phone(index: int, away: str | None) -> PhoneResult:
    mac, host = mac_of(index, "htek"), f"lobby-{index + 1}"
    if away is not None:
        text = f"{colons(mac)} ({host}) was not read: account htek could not be read."
        return phone(host, mac, "not_attempted", reason="account_unreachable", msg=text)
    if index % 23 == 5:
        return phone(host, mac, "would_change", action="register", before=device(mac, "unknown"))
    text = (
        f"{colons(mac)} ({host}) is registered, but Htek does not report redirect URLs. To rewrite the binding, set "
        "rps_force: true."
    )
    return phone(host, mac, "unverifiable", reason="url_not_readable", msg=text)


def fleet(phones: int, htek_away: bool = False) -> list[AccountPart]:
    """Two accounts: nine of ten phones on Yealink's, the rest on Htek's."""
    few = phones // 10
    away = "Account htek could not be read: the service answered HTTP 503 four times. Try again later."
    extra = unmanaged(*(mac_of(0x900000 + index) for index in range(max(3, phones // 150))))
    stray = unmanaged(mac_of(0x900000, "htek"), url=None)
    lobby = [htek_phone(index, away if htek_away else None) for index in range(few)]
    return [
        account("yealink", [yealink_phone(index) for index in range(phones - few)], unmanaged=extra),
        account(
            "htek",
            lobby,
            "htek",
            reached=not htek_away,
            error=away if htek_away else None,
            unmanaged=[] if htek_away else stray,
        ),
    ]
