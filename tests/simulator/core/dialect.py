# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service is made of, as the core sees it: a dialect is data and handlers, a protocol reads and writes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from . import mac as macs
from .faults import Fault
from .messages import Reply, Request
from .options import Switch, View
from .world import Device, World


class Refused(Exception):
    """Leaves a handler with the service's "no": its words and, where the service has them, its code."""

    def __init__(self, text: str, code: int = 0, status: int = 200) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.status = status  # of HTTP, where the protocol shows a refusal that way


class CallError(Exception):
    """The call itself is wrong, or the service failed: an error in the form of the protocol."""

    def __init__(
        self, code: int, text: str, status: int = 200, kind: str = "error", details: Sequence[Any] = ()
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status  # of HTTP; 200 leaves it to the protocol
        self.details = details
        self.kind = kind  # `error`, `absent`, `arguments`: what a protocol may word in its own way


class HttpError(Exception):
    """The web server in front of the service answers instead of it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Rejected(Exception):
    """A request that never becomes a call: the reply, and what the log says of it."""

    def __init__(self, reply: Reply, reason: str) -> None:
        super().__init__(reason)
        self.reply = reply
        self.reason = reason


class Capabilities(NamedTuple):
    """What a service can do at all, for whoever writes tests over every service."""

    target: str  # `server`: a phone is bound to a named server; `url`: to a URL
    lists: str  # `account`, `type` (one model at a time)
    url_readable: bool
    ownership: str  # when another account's phone shows: on `read`, or on `write` only
    override: bool  # whether there is a parameter that takes a phone
    servers: str  # `none`, `create`, `edit`
    bulk: bool
    serial: bool  # needed to add a phone
    last_contact: bool
    unique_urls: bool = True  # a phone can be bound to a URL of its own
    stores_name: bool = False  # a name is kept with the phone beside its URL
    refusal_is_status: bool = False  # a refusal made up by a fault, whatever its words, says that a phone is not there


def first_argument(_world: World, args: Sequence[Any]) -> list[str]:
    """Return the phones of a call whose first parameter is an address, or a list of them."""
    first = args[0] if args else None
    found = first if isinstance(first, list) else [first]
    return [item for item in found if isinstance(item, str)]


def all_arguments(_world: World, args: Sequence[Any]) -> list[str]:
    """Return the phones of a call whose every parameter is an address or a list of them."""
    flat = [item for arg in args for item in (arg if isinstance(arg, list) else [arg])]
    return [item for item in flat if isinstance(item, str)]


def no_phones(_world: World, _args: Sequence[Any]) -> list[str]:
    """Return the phones of a call that names none."""
    return []


def first_list(args: Sequence[Any], count: int) -> list[Any]:
    """Return the parameters of a call with its list, the first parameter, cut after `count` entries."""
    if not args or not isinstance(args[0], list):
        return list(args)
    return [args[0][:count], *args[1:]]


# `read` reads most of one phone, `list` the account; the others write one phone, or a list of them.
ROLES = ("read", "list", "add", "move", "remove", "add_many", "move_many", "remove_many")


@dataclass(frozen=True)
class Operation:
    """One call of a service.

    `handler` takes the context and the parameters. `takes` are the numbers of parameters that it accepts. `route` is
    verb and path where the protocol has them. `example` are parameters that succeed; the words in braces are filled
    in by the contract test: `{new}` an unknown phone, `{mine}`, `{mine_id}`, `{server}`, `{server_id}`, `{url}`.
    """

    name: str
    write: bool
    handler: Callable[..., Any]
    section: str  # where the vendor's page describes it
    takes: tuple[int, ...] = (0,)
    example: tuple[Any, ...] = ()
    phones: Callable[[World, Sequence[Any]], list[str]] = first_argument
    shorten: Callable[[Sequence[Any], int], list[Any]] = first_list
    route: tuple[str, str] = ("", "")
    status: int = 200  # of HTTP, for success
    login: str = "account"  # or `basic`: the call that gives a token
    roles: tuple[str, ...] = ()  # of ROLES: what the tests over all services make this call for
    retired: tuple[int, ...] = ()  # numbers of parameters that are no longer available


@dataclass(frozen=True)
class Dialect:
    """One service: everything that differs from the others."""

    name: str
    title: str
    path: str  # where it answers; a path that ends in * takes everything below it
    base: str  # what follows host and port in the address that a client is given
    protocol: WireProtocol
    operations: tuple[Operation, ...]
    capabilities: Capabilities
    say: Callable[[Service, bool, str, int], Any]  # a yes or no with words, as this service writes it
    switches: tuple[Switch, ...] = ()
    prefix: str = ""  # of the method names
    also_paths: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)  # for the protocol
    demo: Mapping[str, Any] = field(default_factory=dict)

    def operation(self, name: str) -> Operation | None:
        """Return the operation of this name, without prefix."""
        return self._by_name.get(name)

    def call_for(self, role: str) -> str | None:
        """Return the name of the call for a role (see ROLES); None where the service has none."""
        return next((each.name for each in self.operations if role in each.roles), None)

    @functools.cached_property
    def _by_name(self) -> dict[str, Operation]:
        return {each.name: each for each in self.operations}


@dataclass
class Service:
    """A dialect at work: its state and its switches."""

    dialect: Dialect
    world: World
    options: View

    @property
    def name(self) -> str:
        """Return the service's name."""
        return self.dialect.name


@dataclass
class Context:
    """What a handler works with. `now` is in seconds since the epoch."""

    service: Service
    account: str
    now: float
    fault: Fault | None = None

    @property
    def world(self) -> World:
        """Return the state."""
        return self.service.world

    @property
    def options(self) -> View:
        """Return the switches."""
        return self.service.options

    def owned(self) -> list[Device]:
        """Return the account's devices as a list call sees them: in part, or shifted, where a fault says so."""
        devices = self.world.owned(self.account)
        if self.fault is not None and self.fault.listed is not None:
            devices = devices[: self.fault.listed]
        if self.fault is not None and self.fault.shift:
            devices = devices[self.fault.shift :] + devices[: self.fault.shift]
        return devices

    def item_refused(self, mac: str | None) -> tuple[int, str] | None:
        """Return code and words where a fault refuses this entry of a bulk call."""
        if self.fault is None or mac is None or mac not in self.fault.items:
            return None
        return self.fault.code, self.fault.text


class Incoming(NamedTuple):
    """A request that is a call: who sent it and what it asks for."""

    account: str
    name: str  # without prefix
    operation: Operation | None  # None: the service has no such call
    args: list[Any]


class Summary(NamedTuple):
    """What the log says of an answer."""

    ok: bool | None
    text: str
    url: str | None = None


class WireProtocol(Protocol):
    """How calls arrive and answers leave."""

    name: str
    switches: tuple[Switch, ...]

    def receive(self, service: Service, request: Request, now: float) -> Incoming:
        """Check the login and read the call; raises Rejected."""

    def write(self, service: Service, value: Any, operation: Operation | None) -> Reply:
        """Write what a handler or `Dialect.say` gave."""

    def write_error(self, service: Service, error: CallError, incoming: Incoming | None) -> Reply:
        """Write an error of the protocol."""

    def made_up(self, service: Service, fault: Fault, incoming: Incoming) -> Reply | None:
        """Write the answer of a fault that only the protocol can word; None where it is none of those."""

    def summary(self, value: Any) -> Summary:
        """Say for the log what an answer means."""


def phones_of(operation: Operation | None, world: World, args: Sequence[Any]) -> list[str]:
    """Return the phones that a call names, bare where they are addresses."""
    found = (operation.phones if operation is not None else first_argument)(world, args)
    return [macs.normalize(item) or item.strip() for item in found]
