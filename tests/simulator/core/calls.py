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
    """One call that passed login and decoding, whether it was executed or not."""

    index: int  # 0-based, from the start or the last reset of the log
    serial: int  # 0-based, never reset
    vendor: str
    account: str
    method: str  # without the prefix of its name space
    params: list[Any]  # as sent; for REST the ID in the path, then the body
    write: bool
    phones: list[str]  # the phones that it names, as 12 lower-case digits, or as sent where that is no address
    executed: bool  # by now: a call that is executed late becomes true then
    phase: str | None  # of the fault: `before`, `after`, `late`; None where no fault was planned
    fault: str | None  # kind of the fault
    fault_name: str | None  # its name in the table of faults
    ok: bool | None  # the service's yes or no; None where nothing was executed or the call itself was wrong
    text: str  # the service's text; `N device(s)` for a list; `fault CODE: TEXT` for an error of the protocol
    url: str | None  # where the answer says that the phone is redirected to
    status: int  # of HTTP
    at: float  # seconds since the epoch, by the simulator's clock
    connection: int  # 0-based number of the connection
    tls: bool

    def as_dict(self) -> dict[str, Any]:
        """Return all fields by name."""
        return dict(vars(self))


class Binding(NamedTuple):
    """One entry of the history: what a device was bound to from this moment on."""

    vendor: str
    mac: str
    account: str | None
    server: str | None
    url: str | None  # the device's own URL, else the server's
    event: str  # `bound` or `removed`
    call: int | None  # serial of the call that did it; None for what a test or a seed set up


class Refusal(NamedTuple):
    """A request that never became a call: bad login, wrong path, wrong verb, unreadable."""

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


class CutShort(NamedTuple):
    """An exchange that ended before its whole answer was sent, whoever ended it."""

    connection: int
    sent: int  # bytes of the answer, its head included, that had been sent by then


class Ledger:
    """All records of one simulator and its counters; append-only but for `reset`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refusals: list[Refusal] = []
        self.violations: list[Violation] = []
        self.cut_short: list[CutShort] = []
        self.serial = 0
        self.next_connection = 0
        self.connections_opened = 0
        self.connections_open = 0
        self.tls_connections_opened = 0
        self.requests = 0
        self.in_flight = 0
        self.max_in_flight = 0
        self.reads_answered: Counter[str] = Counter()  # by service, for what is executed after so many reads

    def count(self) -> dict[str, int]:
        """Count calls per method, executed or not."""
        return dict(Counter(call.method for call in self.calls))

    def reset(self) -> None:
        """Forget calls, refusals and counters; violations, the serial and the bindings' history stay."""
        self.calls = []
        self.refusals = []
        self.cut_short = []
        self.connections_opened = 0
        self.tls_connections_opened = 0
        self.requests = 0
        self.max_in_flight = self.in_flight
