# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulator remembers: calls, refused requests, violations and the history of every binding."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(eq=False)
class Call:
    """One RPC call that passed login and decoding, whether it was executed or not."""

    index: int  # 0-based, from the start or the last reset of the log
    serial: int  # 0-based, never reset
    vendor: str
    account: str
    method: str  # without `redirect.`
    params: list[Any]  # as sent
    executed: bool
    phase: str | None  # of the fault: `before`, `after`; None where no fault was planned
    fault: str | None  # kind of the fault
    ok: bool | None  # the service's boolean; None where nothing was executed or the answer was an XML-RPC fault
    text: str  # the service's text; `N device(s)` for a list; `fault CODE: TEXT` for a fault
    url: str | None  # third element of checkDeviceExt
    connection: int  # 0-based number of the connection
    tls: bool

    def as_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return dict(vars(self))


class Binding(NamedTuple):
    """One entry of the history: what a device was bound to from this moment on."""

    vendor: str
    mac: str
    account: str | None
    server: str | None
    url: str | None  # the unique URL, else the server's
    event: str  # `bound` or `removed`
    call: int | None  # serial of the call that did it; None for what a test or a seed set up


class Refusal(NamedTuple):
    """A request that never became a call: bad login, wrong path, wrong method, not XML-RPC."""

    status: int
    reason: str
    path: str
    connection: int


class Violation(NamedTuple):
    """Something that must not have happened: a write in read-only mode, or an error inside the simulator."""

    what: str
    vendor: str
    account: str
    method: str
    params: list[Any]


class Ledger:
    """All records of one simulator and its counters; append-only but for `reset`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refusals: list[Refusal] = []
        self.violations: list[Violation] = []
        self.serial = 0
        self.next_connection = 0
        self.connections_opened = 0
        self.connections_open = 0
        self.tls_connections_opened = 0
        self.requests = 0
        self.in_flight = 0
        self.max_in_flight = 0

    def count(self) -> dict[str, int]:
        """Count calls per method, without `redirect.`, executed or not."""
        return dict(Counter(call.method for call in self.calls))

    def reset(self) -> None:
        """Forget calls, refusals and counters; violations, the serial and the bindings' history stay."""
        self.calls = []
        self.refusals = []
        self.connections_opened = 0
        self.tls_connections_opened = 0
        self.requests = 0
        self.max_in_flight = self.in_flight
