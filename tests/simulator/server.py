# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`Simulator`: the state of all services, and the thread that serves them on loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from .core import seeds
from .core.calls import Call, CutShort, Ledger, Refusal, Violation
from .core.certificates import Certificates
from .core.control import Control
from .core.dialect import Dialect, Service
from .core.dispatch import Dispatcher, Hook
from .core.faults import FaultPlan
from .core.http import Connection
from .core.messages import Reply, Request
from .core.options import Options, bare
from .core.world import World
from .dialects import DIALECTS


class Simulator:
    """All services at once, on one port, each with a world of its own.

    A context manager; `start` and `stop` do the same, and a stopped simulator started again has its state and its
    ports back. Plain HTTP listens on 127.0.0.1; with `tls` HTTPS does too, on a second port. `clock` gives the time in
    seconds since the epoch. Keyword arguments beyond the named ones are options (see `core.options`). Without `start`
    the simulator answers in memory: `exchange`.
    """

    dialects: Mapping[str, Dialect] = DIALECTS

    def __init__(
        self,
        tls: bool = False,
        port: int = 0,
        tls_port: int = 0,
        tls_identities: Sequence[str] = ("localhost", "127.0.0.1"),
        clock: Callable[[], float] = time.time,
        **options: Any,
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.clock = clock
        self.options = Options(
            {name: (*dialect.protocol.switches, *dialect.switches) for name, dialect in self.dialects.items()}
        )
        self.options.update(options)
        self.faults = FaultPlan(self.lock)
        self.hooks: list[Hook] = []
        self.ledger = Ledger()
        self._services = {
            name: Service(dialect, World(name, self.lock), self.options.view(name))
            for name, dialect in self.dialects.items()
        }
        self._dispatcher = Dispatcher(
            self, self._services, self.options, self.faults, self.hooks, self.ledger, Control(self)
        )
        self._certificates = Certificates(tls_identities) if tls else None
        self._ports = {False: port, True: tls_port}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()

    @property
    def vendors(self) -> tuple[str, ...]:
        """The names of the services."""
        return tuple(self.dialects)

    # -- life

    def start(self) -> Simulator:
        """Listen; returns when both ports answer."""
        if self._thread is not None:
            raise RuntimeError("the simulator is running")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rps-simulator", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(30)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Close the ports and every connection, also those that wait for an answer."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
        self._loop = self._thread = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if self._certificates is not None:
            self._certificates.close()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        for tls in (False, True):
            if tls and self._certificates is None:
                continue
            context = self._certificates.context if tls and self._certificates is not None else None
            server = await loop.create_server(
                lambda tls=tls: Connection(self, tls, self._connections),
                "127.0.0.1",
                self._ports[tls],
                ssl=context,
                backlog=512,
            )
            self._servers.append(server)
            self._ports[tls] = server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        loop = asyncio.get_running_loop()
        for server in self._servers:  # accept no more, but close only once those that are accepted have begun
            for listening in server.sockets:
                loop.remove_reader(listening.fileno())
        for _turn in range(3):
            await asyncio.sleep(0)
        accepting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in accepting:
            task.cancel()
        await asyncio.gather(*accepting, return_exceptions=True)
        for server in self._servers:
            server.close()
        self._servers.clear()
        while self._connections:
            for connection in list(self._connections):
                connection.abort()
            await asyncio.sleep(0.001)
        for _turn in range(3):  # closed transports say so one turn later, and those of TLS two
            await asyncio.sleep(0)

    # -- addresses

    def base_url(self, tls: bool = False) -> str:
        """Scheme, host and port."""
        if tls and self._certificates is None:
            raise RuntimeError("this simulator was made without tls=True")
        return f"https://localhost:{self._ports[True]}" if tls else f"http://127.0.0.1:{self._ports[False]}"

    def url(self, vendor: str, tls: bool = False) -> str:
        """Return the address of one service, as its clients are given it."""
        return self.base_url(tls) + self.dialects[vendor].base

    def path(self, vendor: str) -> str:
        """Return the path of one service's address."""
        return self.dialects[vendor].base

    @property
    def ca_path(self) -> str:
        """The PEM file of the authority behind the HTTPS certificate."""
        if self._certificates is None:
            raise RuntimeError("this simulator was made without tls=True")
        return self._certificates.ca_path

    # -- requests

    def answer(self, request: Request, now: float | None = None) -> tuple[Reply, Any]:
        """Return the reply to a request that arrives at `now`, else by the clock, and the switches for sending it."""
        with self.lock:
            reply = self._dispatcher.handle(request, self.clock() if now is None else now)
            service = self._dispatcher.service_at(request.path)
            return reply, self.options if service is None else service.options

    def exchange(
        self, verb: str, path: str, headers: Mapping[str, str], body: bytes = b"", now: float | None = None
    ) -> Reply:
        """Answer one request in memory. `path` may be a whole address; header names are in any case."""
        if "://" in path:
            path = "/" + path.partition("://")[2].partition("/")[2]
        lower = {name.lower(): value for name, value in headers.items()}
        return self.answer(Request(verb, path.split("?")[0], lower, body), now)[0]

    def settle(self, now: float | None = None) -> None:
        """Execute the calls that a fault has put off until now."""
        with self.lock:
            self._dispatcher.settle(self.clock() if now is None else now)

    def execute_late(self) -> None:
        """Execute all calls that a fault has put off, whatever they wait for."""
        with self.lock:
            self._dispatcher.execute_late(self.clock())

    # -- state

    def world(self, vendor: str) -> World:
        """Return the state of one service, with everything executed that is due by now."""
        self.settle()
        return self._services[vendor].world

    def clear(self) -> None:
        """Remove accounts, servers, devices and faults, and begin a new log; the options stay."""
        with self.lock:
            for service in self._services.values():
                service.world.clear()
            self.faults.clear()
            self._dispatcher.forget_late()
            self.reset_log()

    def add_account(self, vendor: str, username: str, password: str) -> None:
        """Add an account, or give an existing one another password."""
        self.world(vendor).add_account(username, password)

    def load(self, seed: dict[str, Any]) -> None:
        """Load a seed; its shape is that of `seeds.load`."""
        seeds.load(self, seed)

    # -- records

    def calls(self, *methods: str) -> list[Call]:
        """Return the calls since the log was reset, of these methods or of all, in the order of their arrival."""
        with self.lock:
            self.settle()
            names = {bare(method) for method in methods}
            return [call for call in self.ledger.calls if not names or call.method in names]

    def writes(self) -> list[Call]:
        """Return the calls that write, executed or not."""
        return [call for call in self.calls() if call.write]

    def count(self) -> dict[str, int]:
        """Count the calls per method, executed or not."""
        with self.lock:
            return self.ledger.count()

    def refusals(self) -> list[Refusal]:
        """Return the requests that were no calls: bad login, wrong path, unreadable."""
        with self.lock:
            return list(self.ledger.refusals)

    @property
    def violations(self) -> list[Violation]:
        """Writes in read-only mode and errors inside the simulator or a hook."""
        with self.lock:
            return list(self.ledger.violations)

    def assert_clean(self) -> None:
        """Raise an AssertionError that lists the violations, where there are any."""
        found = self.violations
        if found:
            lines = [f"{v.what}: {v.vendor} {v.method} by {v.account!r} with {v.params!r}" for v in found]
            raise AssertionError("the simulator saw violations:\n" + "\n".join(lines))

    def cut_short(self) -> list[CutShort]:
        """Return the exchanges that ended before their whole answer was sent."""
        with self.lock:
            return list(self.ledger.cut_short)

    def wait_for(self, predicate: Callable[[], bool], watchdog: float = 30.0) -> bool:
        """Wait until something is true of this simulator; False after `watchdog` seconds.

        It is asked whenever a connection, a request or a piece of an answer has come, gone or been sent.
        """
        with self.changed:
            return self.changed.wait_for(predicate, watchdog)

    def reset_log(self) -> None:
        """Forget calls, refusals and counters; violations and the history of bindings stay."""
        with self.lock:
            self.ledger.reset()

    def stats(self) -> dict[str, Any]:
        """Counters since the log was reset; `cpu_seconds` is of the whole process since it started."""
        ledger = self.ledger
        with self.lock:
            return {
                "calls": ledger.count(),
                "total_calls": len(ledger.calls),
                "writes": sum(call.write for call in ledger.calls),
                "requests": ledger.requests,
                "refusals": len(ledger.refusals),
                "violations": len(ledger.violations),
                "connections": {
                    "opened": ledger.connections_opened,
                    "opened_tls": ledger.tls_connections_opened,
                    "open": ledger.connections_open,
                },
                "in_flight": ledger.in_flight,
                "max_in_flight": ledger.max_in_flight,
                "cpu_seconds": time.process_time(),
            }
