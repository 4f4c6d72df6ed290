# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's client on a simulator in memory, under a virtual clock: hangs and deadlines cost nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.voip.rps.plugins.module_utils._client.connections import HttpRequest
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock, deadline
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities, Service
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import service_class
from simulator import DIALECTS, Call, Fault, Simulator, VirtualClock, Wire, fault

from .phones import OTHER_PASSWORD, OTHER_USER, PASSWORD, SERVERS, THEIRS, USER, serial
from .received import Received

State = dict[str, tuple[str | None, str | None]]  # by MAC: owner and redirect URL
Hook = Callable[[Any, str, str, list[Any]], None]


class ClientClock(Clock):
    """The client's time on a virtual clock: waiting lets the time pass and costs none.

    ``waited`` has the seconds of each wait; ``on_wait`` is called in the middle of each.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.waited: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.clock.now

    def time(self) -> float:
        return self.clock.now

    def wait(self, stopped: Callable[[], bool], seconds: float) -> bool:
        self.waited.append(seconds)
        self.on_wait()
        if not stopped():
            self.clock.advance(seconds)
        return stopped()


class MemoryAdapter:
    """Carries requests to a simulator in memory, in place of the client's own adapter.

    ``before`` and ``after`` are called around every request with its number, from 0; what they raise goes through.
    """

    def __init__(self, env: ServiceEnv) -> None:
        self._env = env
        self._lock = threading.Lock()
        self.sent = 0
        self.before: Callable[[int], None] = lambda _number: None
        self.after: Callable[[int], None] = lambda _number: None

    def send(self, request: HttpRequest) -> Received:
        with self._lock:
            number = self.sent
            self.sent += 1
        self.before(number)
        with self._lock:
            response = self._carry(request)
        self.after(number)
        return response

    def _carry(self, request: HttpRequest) -> Received:
        path = urlsplit(request.url).path
        timeout = deadline.remaining()
        deadline.sent = True
        try:
            reply = self._env.wire.send(request.method, path, dict(request.headers), request.body or b"", timeout)
        except ConnectionRefusedError:
            deadline.sent = False
            raise
        except TimeoutError:
            self._env.timed_out.extend(call.serial for call in self._env.sim.ledger.calls[-1:])
            raise
        return Received(reply.status, reply.headers, reply.body)

    def close(self) -> None:
        """Nothing to close."""


class ServiceEnv:
    """One vendor's service in memory with two accounts, servers of both, and clients for ours."""

    def __init__(self, vendor: str, lacks: Iterable[str] = (), **options: Any) -> None:
        self.vendor = vendor
        self.sim = Simulator(**options)
        self.clock = VirtualClock()
        self.wire = Wire(self.sim, self.clock)
        self.world = self.sim.world(vendor)
        self.timed_out: list[int] = []  # serials of the calls that the client gave up on
        self.sim.options.disabled_methods = {f"{vendor}:{call}" for call in lacks}
        self._fill()

    @property
    def capabilities(self) -> Capabilities:
        return VENDORS[self.vendor]

    def clear(self) -> None:
        """As new, but for the options, the history and the time."""
        self.sim.clear()
        self.sim.hooks.clear()
        self.timed_out.clear()
        self._fill()

    def _fill(self) -> None:
        self.sim.add_account(self.vendor, USER, PASSWORD)
        self.sim.add_account(self.vendor, OTHER_USER, OTHER_PASSWORD)
        if self.capabilities.binds_to == "server" or self.capabilities.stores_name:
            for name, url in SERVERS.items():
                self.world.add_server(USER, name, url)
            self.world.add_server(OTHER_USER, "theirs", THEIRS)

    # -- what the service has

    def place(
        self, mac: str, server: str | None = None, owner: str | None = USER, url: str | None = None, **more: Any
    ) -> None:
        """Put a phone on an account, bound to a server of it or to a URL, as this service binds."""
        if self.capabilities.binds_to == "url":
            known = {**SERVERS, "theirs": THEIRS}
            name = server if self.capabilities.stores_name else None
            self.world.add_device(mac, owner, name, url or known.get(server or ""), **more)
        else:
            self.world.add_device(mac, owner, server, url, **more)

    def wants(self, mac: str, server: str = "office", **fields: Any) -> DesiredDevice:
        """A declared phone with what this service needs: the server's URL, and a serial number to be added."""
        known = {"server_url": SERVERS.get(server)} if "unique_url" not in fields else {}
        needed = {"serial": serial(int(mac[6:], 16))} if self.capabilities.needs_serial else {}
        return DesiredDevice(mac, server=server, **{**known, **needed, **fields})

    def state(self) -> State:
        """Owner and redirect URL of every device."""
        return {device.mac: (device.account, self.world.url(device.mac)) for device in self.world.devices()}

    def name_of(self, mac: str) -> str | None:
        """The name that the service stores with a phone; None if it stores none."""
        device = self.world.device(mac)
        return device.server if device is not None and self.capabilities.stores_name else None

    def call_for(self, role: str) -> str:
        """The name of the call that the service has for a role of the simulator's ROLES."""
        name = DIALECTS[self.vendor].call_for(role)
        assert name is not None, f"{self.vendor} has no call to {role}"
        return name

    def fail(self, name: str, method: str | None = None, **more: Any) -> Fault:
        """Plan a fault of the table."""
        planned = fault(name, method=method, **more)
        self.sim.faults.add(planned)
        return planned

    def writes(self) -> list[str]:
        """The writing calls since the log began, by name."""
        return [call.method for call in self.sim.writes()]

    def once(self, method: str, act: Callable[[], object], nth: int = 1) -> None:
        """Do something right before the n-th call whose name begins with ``method`` is executed."""
        seen = 0

        def hook(_sim: Any, _account: str, name: str, _params: list[Any]) -> None:
            nonlocal seen
            if name.startswith(method):
                seen += 1
                if seen == nth:
                    act()

        self.sim.hooks.append(hook)

    # -- clients

    def connection(self, **changes: Any) -> Connection:
        """The connection options of the account; keywords change them."""
        url = f"http://127.0.0.1:1{self.sim.path(self.vendor)}"
        return replace(Connection(self.vendor, url, USER, PASSWORD, concurrency=1), **changes)

    def service(self, adapter: Any = None, clock: Clock | None = None, **changes: Any) -> Service:
        """A service of its own; keywords change its connection, or are seams of the client (``abandoned``)."""
        seams = {"abandoned": changes.pop("abandoned")} if "abandoned" in changes else {}
        connection = self.connection(**changes)
        masker = Masker(connection.vendor, connection.username, connection.password, rounds=1)
        return service_class(self.vendor).connect(
            connection,
            masker,
            adapter=adapter or MemoryAdapter(self),
            clock=clock or ClientClock(self.clock),
            **seams,
        )

    def run(
        self, desired: Sequence[DesiredDevice], connection: Mapping[str, Any] | None = None, **options: Any
    ) -> RunResult:
        """Reconcile with a client of its own; the log of calls begins anew."""
        self.sim.reset_log()
        return reconcile(self.service(**(connection or {})), desired, Options(**options))


def writes_of(calls: Iterable[Call]) -> list[tuple[str, int]]:
    """Writing calls as their name and the number of phones in each."""
    return [(call.method, len(call.phones)) for call in calls if call.write]
