# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up fleets for the tests of reports: real decisions and results, without a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ansible_collections.voip.rps.plugins.module_utils._model import (
    ABSENT,
    ELSEWHERE,
    REGISTERED,
    UNKNOWN_STATUS,
    UNREGISTERED,
    Connection,
    CurrentDevice,
    DesiredDevice,
    PlannedChange,
    Server,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import (
    build_plan,
    decide,
    find_unmanaged,
    purge_steps,
    unreadable,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import bulk_result
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import RunResult, predicted_result
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._validation import Limit
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS
from ansible_collections.voip.rps.plugins.plugin_utils._fleet import run as fleet_run
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import Account, Fleet
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import report_data

WHEN = "2026-11-02T06:15:00+00:00"


@dataclass(frozen=True)
class Phone:
    """One host: what it declares, and what the service says of it (a text: why it could not be read)."""

    host: str
    declared: DesiredDevice
    found: CurrentDevice | str


@dataclass(frozen=True)
class Home:
    """One account with its phones and what else it holds."""

    name: str
    vendor: str
    servers: tuple[Server, ...]
    phones: tuple[Phone, ...]
    extra: tuple[str, ...] = ()
    away: str | None = None  # why the account could not be reached


@dataclass
class _Known:
    masker: Masker


@dataclass
class Play:
    """What a play knows besides its phones."""

    name: str = "Report how phones differ from what is declared"
    hosts: int | None = None
    limit: str | None = None
    partial: str | None = None
    purge: bool = False
    fleet_size: int | None = None
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    when: str = WHEN


def report(homes: Sequence[Home], play: Play | None = None) -> dict[str, Any]:
    """The report of a drift run over these accounts."""
    play = play or Play()
    runs = [_run(home, play.purge) for home in homes]
    phones = sum(len(home.phones) for home in homes)
    fleet = Fleet(
        accounts=tuple(run.account for run in runs),
        purge=play.purge,
        purge_limit=Limit("10%", share=100_000),
        fleet_size=play.fleet_size,
        batch_size=100,
        ignore=(),
        host_results=True,
        report_dir="./rps-reports",
        fail_on_drift=False,
    )
    scope = fleet_run.Scope(fleet_run.DRIFT, False, phones, play.partial)
    told = fleet_run.FleetRun(runs, [], play.warnings, play.errors)
    return report_data(
        fleet, scope, told, when=play.when, play=play.name, hosts=play.hosts or phones, limited=play.limit
    )


def _run(home: Home, purge: bool) -> fleet_run.AccountRun:
    connection = Connection(home.vendor, VENDORS[home.vendor].api_url, f"user-of-{home.vendor}", "a-password")
    masker = Masker(home.vendor, connection.username, connection.password)
    steps = [_step(phone, home.away) for phone in home.phones]
    declared = tuple(phone.declared for phone in home.phones)
    account = Account(home.name, connection, home.servers, tuple(p.host for p in home.phones), declared, None, None)
    listed: tuple[str, ...] | None = None
    purged: tuple[PlannedChange, ...] = ()
    unmanaged: tuple[str, ...] = ()
    if home.away is None:
        held = [step.mac for step in steps if step.found and step.found.status in (REGISTERED, UNREGISTERED)]
        listed = tuple(sorted({*held, *home.extra}))
        unmanaged = find_unmanaged(listed, declared, ())
        if purge:
            purged = purge_steps({mac: CurrentDevice(mac, REGISTERED) for mac in unmanaged}, None)
    plan = build_plan([*steps, *purged], listed, unmanaged, masker.url)
    shows = VENDORS[home.vendor].shows_url
    told = RunResult(
        results=tuple(predicted_result(step, shows) for step in (*steps, *purged)),
        plan=plan,
        unmanaged=() if purged else unmanaged,
        calls={"listDevices": 1, "checkDevice": len(steps)} if listed is not None else {"listDevices": 4},
        error=home.away,
    )
    result, failed = bulk_result(told, len(declared), masker)
    return fleet_run.AccountRun(
        account, cast(Any, _Known(masker)), cast(Any, None), report=told, result=result, failed=failed
    )


def _step(phone: Phone, away: str | None) -> PlannedChange:
    if away is not None:
        return unreadable(phone.declared, f"was not looked at: {away}", False)
    if isinstance(phone.found, str):
        return unreadable(phone.declared, f"could not be read: {phone.found}", True)
    return decide(phone.declared, phone.found)


def mac_of(number: int, vendor: str = "yealink") -> str:
    return {"yealink": "805ec0", "htek": "001fc1"}[vendor] + f"{number:06x}"


MAIN = Server("main", "https://prov.example.net/cfg/")
SPARE = Server("spare", "https://spare.example.net/cfg/")
NORTH = Server("branch-north", "https://user:a-password@north.example.net/cfg?token=a-token")
HTEK = Server("pbx", "https://pbx.example.net/htek/")


def yealink_phone(index: int) -> Phone:
    """Most phones are as declared; the others show everything that may be found."""
    mac = mac_of(index)
    server = (MAIN, MAIN, SPARE, NORTH)[index % 4]
    declared = DesiredDevice(mac, server=server.name, server_url=server.url)
    found: CurrentDevice | str = CurrentDevice(mac, REGISTERED, server.url)
    kind = index % 97
    if kind == 3:
        found = CurrentDevice(mac, REGISTERED, "https://old-pbx.example.net/provisioning/")
    elif kind == 11:
        found = CurrentDevice(mac, UNKNOWN_STATUS)
    elif kind == 17:
        found = CurrentDevice(mac, UNREGISTERED)
    elif kind == 29:
        found = CurrentDevice(mac, ELSEWHERE)
    elif kind == 41:
        found = "the service said: 'Error: Internal error, please try again later.'"
    elif kind == 53:
        declared = DesiredDevice(mac, ABSENT)
    elif kind == 67:
        declared = replace(declared, unique_url=f"https://prov.example.net/u/secret{index}", server_url=None)
    elif kind == 71:
        declared = replace(declared, override=True)
        found = CurrentDevice(mac, ELSEWHERE)
    site = ("berlin", "lyon", "oslo", "porto")[index // 4 % 4]
    return Phone(f"{site}-desk-{index + 1}", declared, found)


def htek_phone(index: int) -> Phone:
    mac = mac_of(index, "htek")
    found: CurrentDevice | str = CurrentDevice(mac, REGISTERED)
    if index % 23 == 5:
        found = CurrentDevice(mac, UNKNOWN_STATUS)
    return Phone(f"lobby-{index + 1}", DesiredDevice(mac, server=HTEK.name, server_url=HTEK.url), found)


def homes(phones: int, htek_away: bool = False) -> list[Home]:
    """Two accounts: nine of ten phones on Yealink's, the rest on Htek's."""
    few = phones // 10
    extra = tuple(mac_of(0x900000 + index) for index in range(max(3, phones // 150)))
    away = "The service answered HTTP 503 to listDevices four times; try again later." if htek_away else None
    return [
        Home("yealink", "yealink", (MAIN, SPARE, NORTH), tuple(map(yealink_phone, range(phones - few))), extra),
        Home("htek", "htek", (HTEK,), tuple(map(htek_phone, range(few))), (mac_of(0x900000, "htek"),), away),
    ]
