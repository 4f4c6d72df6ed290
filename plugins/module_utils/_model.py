# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that every room speaks of. Frozen data, no behaviour beyond what each value is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

# Status of a device as checkDevice names it (Yealink 4.5.3, Htek 5.3).
REGISTERED = "registered"
UNREGISTERED = "unregistered"
ELSEWHERE = "registered_elsewhere"
UNKNOWN_STATUS = "unknown"
STATUSES: tuple[str, ...] = (REGISTERED, UNREGISTERED, ELSEWHERE, UNKNOWN_STATUS)

# What is done to a device.
NONE = "none"
REGISTER = "register"
BIND = "bind"
MOVE = "move"
TAKE_OVER = "take_over"
DEREGISTER = "deregister"
ACTIONS: tuple[str, ...] = (NONE, REGISTER, BIND, MOVE, TAKE_OVER, DEREGISTER)

# What became of it.
IN_SYNC = "in_sync"
WOULD_CHANGE = "would_change"
CHANGED = "changed"
UNVERIFIABLE = "unverifiable"
CONFLICT = "conflict"
FAILED = "failed"
UNKNOWN = "unknown"
NOT_ATTEMPTED = "not_attempted"
OUTCOMES: tuple[str, ...] = (
    IN_SYNC,
    WOULD_CHANGE,
    CHANGED,
    UNVERIFIABLE,
    CONFLICT,
    FAILED,
    UNKNOWN,
    NOT_ATTEMPTED,
)
FAILING = frozenset({CONFLICT, FAILED, UNKNOWN, NOT_ATTEMPTED})

PRESENT = "present"
ABSENT = "absent"


@dataclass(frozen=True)
class Connection:
    """Where a service is and how it is spoken to; the connection options of the contract, checked. ``deadline`` is in
    seconds for the whole run, from the moment the Transport is made."""

    vendor: str
    api_url: str
    username: str
    password: str = field(repr=False)
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 30.0
    retries: int = 3
    concurrency: int = 8
    deadline: float | None = None


@dataclass(frozen=True)
class Server:
    """A configuration server as declared: the name that RPS knows and its URL."""

    name: str
    url: str


@dataclass(frozen=True)
class DesiredDevice:
    """What is wanted for one phone. ``mac`` is normalised; the URLs are trimmed and otherwise as given."""

    mac: str
    state: str = PRESENT
    server: str | None = None
    server_url: str | None = None
    unique_url: str | None = None
    override: bool = False
    force: bool = False
    purged: bool = False  # nobody declared it: it stands here because purge removes it


@dataclass(frozen=True)
class CurrentDevice:
    """What the service says of one phone. ``url`` is raw and only ever set where the service showed one."""

    mac: str
    status: str
    url: str | None = None


@dataclass(frozen=True)
class PlannedChange:
    """One phone in a plan: what is wanted, what was found, what is to be done.

    ``outcome`` is what the decision alone says: ``in_sync``, ``unverifiable``, ``conflict``, ``would_change``,
    or, for a phone that could not be read, ``failed`` or ``not_attempted`` with ``found`` None.
    """

    declared: DesiredDevice
    found: CurrentDevice | None
    action: str
    outcome: str
    reason: str = ""
    forced: bool = False  # the write happens only because of `force`

    @property
    def mac(self) -> str:
        return self.declared.mac

    @property
    def writes(self) -> bool:
        return self.action != NONE


# What became of a write.
DONE = "done"  # the service said OK
REFUSED = "refused"  # the service said no, and why
LOST = "lost"  # no usable answer: executed or not
HELD_BACK = "held_back"  # certainly not sent


@dataclass(frozen=True)
class WriteResult:
    """The result of one phone's write. ``text`` is the reason in the service's or the client's words."""

    kind: str
    text: str = ""
    server_level: bool = False  # refused because of the server's name, not because of the phone


@dataclass(frozen=True)
class DeviceResult:
    """The truth about one phone at the end of a run. ``after`` is None where it is not known."""

    step: PlannedChange
    outcome: str
    changed: bool
    verified: bool
    after: CurrentDevice | None
    msg: str = ""

    @property
    def mac(self) -> str:
        return self.step.mac

    @property
    def failed(self) -> bool:
        return self.outcome in FAILING


# What became of a server.
CREATED = "created"
EXISTS = "exists"
SHOWN = "shown"  # a phone shows that it exists: nothing was sent
NO_CALL = "no_call"
SERVER_FAILED = "failed"
SERVER_UNKNOWN = "unknown"


@dataclass(frozen=True)
class ServerResult:
    """What became of a declared server."""

    server: Server
    status: str
    msg: str = ""
