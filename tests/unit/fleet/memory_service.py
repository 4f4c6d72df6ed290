# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redirection services in memory: accounts as data, every vendor's capabilities, failures on request.

Nothing is sent: the client of such a service only counts calls and says when the run is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._client.transport import Client
from ansible_collections.voip.rps.plugins.module_utils._errors import CallError, InputError, LoginError, StoppedError
from ansible_collections.voip.rps.plugins.module_utils._model import (
    DEREGISTER,
    ELSEWHERE,
    REGISTERED,
    UNKNOWN_STATUS,
    UNREGISTERED,
    Connection,
    CurrentDevice,
    CurrentServer,
    PlannedChange,
    Refusal,
    Server,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import (
    OTHER,
    OTHER_ACCOUNT,
    SERVER_NAME_USED,
    SERVER_UNKNOWN,
    URL_ONLY,
    AccountListing,
    BatchAnswer,
    Service,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS


@dataclass
class World:
    """One account as its service has it.

    ``devices``: the URL by MAC, None for a device without a server. ``servers``: the URL by name. ``foreign``: MACs of
    other accounts. ``failures``: by call (``list``, ``read <mac>``, ``<action> <mac>``, ``server <name>``), the error
    that it raises or the text of its refusal. ``calls`` are those that were made; ``before`` is called ahead of each.
    """

    devices: dict[str, str | None] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    failures: dict[str, CallError | str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _call: None

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("list", "read"))]


class MemoryService(Service):
    """One account at a service that is a World."""

    def __init__(self, client: Client, world: World) -> None:
        super().__init__(client)
        self.world = world
        self._lock = threading.Lock()

    @classmethod
    def connect(cls, connection: Connection, masker: Masker, **seams: Any) -> MemoryService:
        """A service with nothing in it."""
        return cls(Client(connection, masker, **seams), World())

    def _call(self, call: str) -> Refusal | None:
        """Make a call. Raises its error; returns its refusal."""
        if self.client.stopped is not None:
            raise self.client.stopped
        with self._lock:
            self.world.calls.append(call)
            name = call.partition(" ")[0]
            self.client.calls[name] = self.client.calls.get(name, 0) + 1
        self.world.before(call)
        failure = self.world.failures.get(call)
        if isinstance(failure, LoginError):
            self.client.stop(StoppedError(str(failure), "login_refused", fix=failure.fix))
        if isinstance(failure, CallError):
            raise failure
        return None if failure is None else Refusal(OTHER, failure)

    def _status(self, mac: str) -> CurrentDevice:
        if mac in self.world.foreign and self.capabilities.shows_foreign:
            return CurrentDevice(mac, ELSEWHERE)
        if mac not in self.world.devices:
            return CurrentDevice(mac, UNKNOWN_STATUS)
        url = self.world.devices[mac]
        return CurrentDevice(mac, UNREGISTERED if url is None else REGISTERED, url if self.reads_url else None)

    def read_device(self, mac: str) -> CurrentDevice:
        self._call(f"read {mac}")
        return self._status(mac)

    def list_account(self) -> AccountListing:
        self._call("list")
        devices = {mac: self._status(mac) for mac in self.world.devices}
        return AccountListing(frozenset(devices), devices if self.capabilities.list_shows_devices else None)

    def write(self, change: PlannedChange) -> Refusal | None:
        refusal = self._call(f"{change.action} {change.mac}")
        if refusal is not None:
            return refusal
        if change.action == DEREGISTER:
            del self.world.devices[change.mac]
            return None
        if change.mac in self.world.foreign and not change.desired.override:
            return Refusal(OTHER_ACCOUNT, "it belongs to another account")
        url = change.desired.unique_url or change.desired.server_url
        if self.capabilities.binds_to != URL_ONLY and change.desired.unique_url is None:
            url = self.world.servers.get(change.desired.server or "")
            if url is None:
                return Refusal(SERVER_UNKNOWN, "Invalid server")
        self.world.foreign.discard(change.mac)
        self.world.devices[change.mac] = url
        return None

    def can_batch(self, action: str) -> bool:
        return False

    def write_batch(self, changes: Sequence[PlannedChange]) -> BatchAnswer:
        raise NotImplementedError

    def create_server(self, server: Server) -> Refusal | None:
        refusal = self._call(f"server {server.name}")
        if refusal is None and server.name in self.world.servers:
            return Refusal(SERVER_NAME_USED, "the name is in use")
        if refusal is None:
            self.world.servers[server.name] = server.url
        return refusal

    def list_servers(self) -> Sequence[CurrentServer]:
        self._call("list_servers")
        return [CurrentServer(name, url, name) for name, url in self.world.servers.items()]

    def edit_server(self, server: CurrentServer, url: str) -> Refusal | None:
        refusal = self._call(f"edit {server.name}")
        if refusal is None:
            self.world.devices = {
                mac: url if old == self.world.servers[server.name] else old for mac, old in self.world.devices.items()
            }
            self.world.servers[server.name] = url
        return refusal


class Worlds:
    """The accounts of a test by user name, and ``connect`` for ``run_fleet``.

    ``refusal`` is what ``connect`` raises.
    """

    def __init__(self, worlds: Mapping[str, World]) -> None:
        self.worlds = dict(worlds)
        self.opened: list[MemoryService] = []
        self.refusal: InputError | None = None

    def connect(self, connection: Connection) -> Service:
        if self.refusal is not None:
            raise self.refusal
        masker = Masker(connection.vendor, connection.username, connection.password, rounds=1)
        vendor = connection.vendor
        kind: type[MemoryService] = type(f"Memory_{vendor}", (MemoryService,), {"capabilities": VENDORS[vendor]})
        service = kind(Client(connection, masker), self.worlds[connection.username])
        self.opened.append(service)
        return service
