# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of a report: what a fleet run hands over, and what every format shows. Plain data. Pure.

PRIVATE to the collection: may change without notice.

A fleet run hands over one ``RunPart`` for each play batch. ``build_report`` makes one ``Report`` of all parts of a
run; ``docs/drift-report.schema.json`` describes it. All values are those of JSON: between batches a part is kept as
JSON.
"""

from __future__ import annotations

from typing import TypedDict

SCHEMA = "voip.rps/drift/2"
# In the order in which they are written: the page last, since it names the others.
FILE_NAMES = ("drift.json", "drift.csv", "drift.xml", "drift.prom", "drift.html")


class Device(TypedDict):
    """A device as results show it. ``mac`` is 12 lower-case hex digits; secrets in ``url`` are fingerprints already.

    ``last_contact`` is ISO 8601 in UTC; None if the phone has not asked yet or the service does not report it.
    """

    mac: str
    status: str
    server: str | None
    url: str | None
    last_contact: str | None


class UnmanagedDevice(TypedDict):
    """A device on an account that the play does not declare. Its status and URL are None if they were not read."""

    mac: str
    status: str | None
    url: str | None
    last_contact: str | None


class Desired(TypedDict):
    """What the inventory declares for a phone. All of it is None or False for ``state: absent``, flags apart."""

    state: str
    server: str | None
    url: str | None
    unique_url: bool
    override: bool
    force: bool


class PhoneResult(TypedDict):
    """One declared phone, or one device that purge removes (``host`` is None), at the end of a run.

    ``outcome``, ``reason`` and ``action`` are the stable words of the results. ``before`` is None if the phone could
    not be read, ``after`` is None if it is not known. ``server_declared`` is False if rps_servers has no such server.
    """

    mac: str
    host: str | None
    outcome: str
    reason: str | None
    action: str
    verified: bool
    before: Device | None
    after: Device | None
    desired: Desired
    server_declared: bool
    msg: str


class ServerState(TypedDict):
    """A server of rps_servers; ``status`` says what became of the call that adds it, None if it was not called."""

    name: str
    url: str
    status: str | None


class Guard(TypedDict):
    """A guard that blocks the writes of this plan, and its sentence, which names the fix."""

    name: str
    text: str


class AccountPart(TypedDict):
    """One account's part of a run.

    ``name`` is the key in rps_accounts. ``identity`` is any text that is equal for equal logins; no report shows it.
    ``reached`` is whether the account could be read; ``error`` says why not, or what stopped its run.
    ``guard`` is what would block a run that writes this plan. ``unmanaged`` is None if the service cannot list
    an account. ``rows`` are the declared phones, ``purged`` the devices that purge removes.
    ``reports_last_contact`` and ``takes_override`` are capabilities of the service.
    """

    name: str
    identity: str
    vendor: str
    vendor_title: str
    reports_last_contact: bool
    takes_override: bool
    reached: bool
    error: str | None
    guard: Guard | None
    plan: str | None
    calls: dict[str, int]
    servers: list[ServerState]
    unmanaged: list[UnmanagedDevice] | None
    rows: list[PhoneResult]
    purged: list[PhoneResult]


class RunFacts(TypedDict):
    """What a play knows besides its phones.

    ``play_id`` is any text that is equal for the batches of one play and differs between plays, whose names may be
    equal: a playbook can be imported twice. No report shows it. ``hosts`` counts the hosts of the play in all its
    batches. ``limit`` is the text of --limit, ``selection`` that of rps_hosts. ``partial`` says why this part is not
    the whole play, or is None. ``inventory`` lists the run's inventory sources, if they are known.
    """

    mode: str
    check_mode: bool
    play: str
    play_id: str
    hosts: int
    fleet_size: int | None
    limit: str | None
    selection: str | None
    partial: str | None
    purge: bool
    inventory: list[str]


class RunPart(TypedDict):
    """Everything that one batch of a play hands over. ``generated`` is ISO 8601; ``errors`` belong to no phone."""

    generated: str
    run: RunFacts
    accounts: list[AccountPart]
    warnings: list[str]
    errors: list[str]


class Step(TypedDict):
    """What to do next. ``command`` is for a shell; ``note`` says what would block the command, and what lifts it."""

    title: str
    text: str
    command: str | None
    note: str | None


class Phone(PhoneResult):
    """A phone in a report: ``account`` is the name of an entry of ``accounts``."""

    account: str
    vendor: str


class Server(TypedDict):
    """A server that phones are declared for, or that rps_servers defines. ``phones`` counts the former."""

    name: str
    url: str | None
    declared: bool
    phones: int
    status: str | None


class Account(TypedDict):
    """An account in a report. ``name`` is unique; ``key`` is the key in rps_accounts, which two plays can share."""

    name: str
    key: str
    play: str
    vendor: str
    vendor_title: str
    reports_last_contact: bool
    takes_override: bool
    reached: bool
    error: str | None
    guard: Guard | None
    plan: str | None
    batches: int
    calls: dict[str, int]
    summary: dict[str, int | None]
    servers: list[Server]
    unmanaged: list[UnmanagedDevice] | None


class Scope(TypedDict):
    """How much of the fleet a report covers. ``complete`` is whether nothing suggests that phones are missing."""

    mode: str
    check_mode: bool
    play: str
    hosts: int
    phones: int
    fleet_size: int | None
    limit: str | None
    selection: str | None
    partial: str | None
    purge: bool
    complete: bool
    inventory: list[str]


class Report(TypedDict):
    """Everything that the formats show, in the order in which programs get it."""

    schema: str
    generated: str
    scope: Scope
    counts: dict[str, int]
    accounts: list[Account]
    phones: list[Phone]
    warnings: list[str]
    errors: list[str]
    next: list[Step]


class Artifact(TypedDict):
    """``rps_drift``, which a job passes on with set_stats."""

    schema: str
    counts: dict[str, int]
    plans: dict[str, str]
    drifted: list[str]
    truncated: bool
