# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that every module of the shared code uses. Frozen data, no behavior beyond what each value is. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Union

# For the values of which a large fleet has hundreds of thousands: with slots they need a third less memory.
SLOTS: dict[str, bool] = {"slots": True} if "slots" in signature(dataclass).parameters else {}

# Status of a device, in the words of the contract (checkDevice: Yealink 4.5.3, Htek 5.3).
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

# Outcome of a device.
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

# The connection options of the contract, by their names.
CONNECTION_OPTIONS = (
    "vendor",
    "api_url",
    "api_username",
    "api_password",
    "validate_certs",
    "ca_path",
    "timeout",
    "retries",
    "concurrency",
)

PRESENT = "present"
ABSENT = "absent"

Param = Union[str, int, bool, tuple[str, ...], None]

# The reasons of a phone that failed by itself. A refused login can also be what stopped the whole account.
OWN_FAILURES = frozenset({"refused", "server_unknown", "serial_missing", "wrong_url", "not_applied", "call_absent"})


@dataclass(frozen=True)
class Reason:
    """Why something is as it is: a stable word (contract: ``reason``) and what its sentence needs.

    ``variant`` picks one of several sentences for the same word. ``params`` have text that may be shown: secrets in
    them are masked already. ``_messages`` renders a Reason.
    """

    code: str
    variant: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def is_own_failure(self) -> bool:
        """Whether a phone with this reason failed by itself, as opposed to one that was not attempted."""
        return self.code in OWN_FAILURES

    def __hash__(self) -> int:
        return hash((self.code, self.variant, tuple(sorted(self.params.items(), key=lambda item: item[0]))))


def reason(code: str, variant: str = "", **params: Param) -> Reason:
    """Short for Reason with its parameters as keywords."""
    return Reason(code, variant, params)


@dataclass(frozen=True)
class Connection:
    """Where a service is and how to use it: the connection options of the contract, checked.

    ``timeout`` is in seconds for one try of a call, ``deadline`` in seconds for the whole run of this account, from the
    moment its client is made.
    """

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
    """A configuration server as defined by the user: the name that the service knows and its URL."""

    name: str
    url: str


@dataclass(frozen=True)
class CurrentServer:
    """A server as the service shows it; ``ref`` is the service's own ID of it."""

    name: str
    url: str
    ref: str = ""


@dataclass(frozen=True, **SLOTS)
class DesiredDevice:
    """What is desired for one phone. ``mac`` is normalized; the URLs are trimmed and otherwise as given."""

    mac: str
    state: str = PRESENT
    server: str | None = None
    server_url: str | None = None
    unique_url: str | None = None
    override: bool = False
    force: bool = False
    serial: str | None = None
    purged: bool = False  # not declared: it is here because purge removes it

    @property
    def url(self) -> str | None:
        """The redirect URL that the phone should have, if one was declared; unique_url wins over server_url."""
        return self.unique_url or self.server_url


@dataclass(frozen=True, **SLOTS)
class CurrentDevice:
    """What the service reports of one device. Two are equal if status, URL and stored name are.

    ``url`` is raw and only set if the service showed one. ``last_contact`` is when the phone last asked, ISO 8601 in
    UTC. ``ref`` is the service's own ID of the device, ``server_ref`` that of the server it is bound to. ``server`` is
    the name that the service stores with the phone; None if it stores none (``Capabilities.stores_name``).
    """

    mac: str
    status: str
    url: str | None = None
    last_contact: str | None = field(default=None, compare=False)
    ref: str | None = field(default=None, compare=False)
    server_ref: str | None = field(default=None, compare=False)
    server: str | None = None


@dataclass(frozen=True, **SLOTS)
class PlannedChange:
    """One phone in a plan: what is desired, what is current, what is to be done.

    ``action`` is what the phone needs, ``outcome`` what the decision alone says: ``in_sync``, ``unverifiable``,
    ``conflict``, ``would_change``, or ``failed`` if what the phone needs cannot be done; for a phone that could not be
    read (``current`` is None) ``failed`` or ``not_attempted``.
    """

    desired: DesiredDevice
    current: CurrentDevice | None
    action: str
    outcome: str
    reason: Reason | None = None
    forced: bool = False  # the write happens only because of `force`

    @property
    def mac(self) -> str:
        return self.desired.mac

    @property
    def writes(self) -> bool:
        return self.outcome == WOULD_CHANGE


@dataclass(frozen=True)
class Refusal:
    """A call that the service refused: why (a kind, see ``_vendors.base``), its words with white space folded, and the
    MACs that it named."""

    kind: str
    text: str
    macs: tuple[str, ...] = ()


# What came of sending a write.
DONE = "done"  # the service accepted it
REFUSED = "refused"  # the service answered with a refusal: certainly not executed
OPEN = "open"  # no answer that settles it: executed or not, perhaps later
NOT_SENT = "not_sent"  # certainly never left


@dataclass(frozen=True)
class WriteResult:
    """What came of one phone's write.

    ``reason`` says why it was refused or not sent (a code of the contract); for an open one, ``cause`` is the clause of
    the error. ``maybe_earlier``: an earlier try of this write may have been executed, whatever this one says.
    """

    kind: str
    reason: Reason | None = None
    cause: str = ""
    timed_out: bool = False
    maybe_earlier: bool = False


@dataclass(frozen=True, **SLOTS)
class DeviceResult:
    """The result of one phone at the end of a run. ``after`` is None if it is not known."""

    change: PlannedChange
    outcome: str
    changed: bool
    verified: bool
    after: CurrentDevice | None
    reason: Reason | None = None

    @property
    def mac(self) -> str:
        return self.change.mac

    @property
    def failed(self) -> bool:
        return self.outcome in FAILING


# Status of a server after a run.
CREATED = "created"
EDITED = "edited"
EXISTS = "exists"  # and its URL could not be read, or is the defined one
SHOWN = "shown"  # a phone shows that it exists: nothing was sent
WRONG_URL = "wrong_url"  # it exists with another URL
NO_CALL = "no_call"
SERVER_FAILED = "failed"
SERVER_UNKNOWN = "unknown"
WOULD_CREATE = "would_create"
WOULD_EDIT = "would_edit"


@dataclass(frozen=True)
class ServerResult:
    """What came of a defined server. ``reason`` is None if there is nothing to report."""

    server: Server
    status: str
    reason: Reason | None = None


@dataclass(frozen=True)
class GuardViolation:
    """A guard that blocks all writes of a run: its neutral name (``purge_limit``), and what its message needs."""

    name: str
    variant: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
