# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`Simulator`: the state of both vendors' services and the thread that serves it on loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from . import seeds
from .certificates import Certificates
from .control import Control
from .dispatch import PATHS, Dispatcher, Hook
from .faults import FaultPlan
from .options import Options
from .protocol import Connection
from .records import Call, Ledger, Refusal, Violation
from .service import WRITE_METHODS
from .world import World


class Simulator:
    """Both services at once: Yealink's at `/xmlrpc`, Htek's at `/index.php/xmlrpc`, each with a world of its own.

    A context manager; `start` and `stop` do the same, and a stopped simulator started again has its state and its
    ports back. Plain HTTP listens on 127.0.0.1; with `tls` HTTPS does too, on a second port. Keyword arguments beyond
    the named ones are options (see `Options`).
    """

    vendors = ("yealink", "htek")

    def __init__(
        self,
        tls: bool = False,
        port: int = 0,
        tls_port: int = 0,
        tls_identities: Sequence[str] = ("localhost", "127.0.0.1"),
        **options: Any,
    ) -> None:
        self.lock = threading.RLock()
        self.options = Options()
        self.options.update(options)
        self.faults = FaultPlan(self.lock)
        self.hooks: list[Hook] = []
        self._worlds = {vendor: World(vendor, self.lock) for vendor in self.vendors}
        self._ledger = Ledger()
        self._dispatcher = Dispatcher(
            self, self._worlds, self.options, self.faults, self.hooks, self._ledger, Control(self)
        )
        self._certificates = Certificates(tls_identities) if tls else None
        self._ports = {False: port, True: tls_port}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._servers: list[asyncio.AbstractServer] = []
        self._connections: set[Connection] = set()

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
                lambda tls=tls: Connection(self._dispatcher, self.lock, tls, self._connections),
                "127.0.0.1",
                self._ports[tls],
                ssl=context,
                backlog=512,
            )
            self._servers.append(server)
            self._ports[tls] = server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        # Connections that are just being accepted.
        accepting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in accepting:
            task.cancel()
        await asyncio.gather(*accepting, return_exceptions=True)
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
        """Return the address of one vendor's service."""
        return self.base_url(tls) + {name: path for path, name in PATHS.items()}[vendor]

    @property
    def ca_path(self) -> str:
        """The PEM file of the authority behind the HTTPS certificate."""
        if self._certificates is None:
            raise RuntimeError("this simulator was made without tls=True")
        return self._certificates.ca_path

    # -- state

    def world(self, vendor: str) -> World:
        """Return the state of one vendor's service."""
        return self._worlds[vendor]

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
            names = {method.replace("redirect.", "") for method in methods}
            return [call for call in self._ledger.calls if not names or call.method in names]

    def writes(self) -> list[Call]:
        """Return the calls that write, executed or not."""
        return [call for call in self.calls() if call.method in WRITE_METHODS]

    def count(self) -> dict[str, int]:
        """Count the calls per method, without `redirect.`."""
        with self.lock:
            return self._ledger.count()

    def refusals(self) -> list[Refusal]:
        """Return the requests that were no calls: bad login, wrong path, not XML-RPC."""
        with self.lock:
            return list(self._ledger.refusals)

    @property
    def violations(self) -> list[Violation]:
        """Writes in read-only mode and errors inside the simulator or a hook."""
        with self.lock:
            return list(self._ledger.violations)

    def assert_clean(self) -> None:
        """Raise an AssertionError that lists the violations, where there are any."""
        found = self.violations
        if found:
            lines = [f"{v.what}: {v.vendor} redirect.{v.method} by {v.account!r} with {v.params!r}" for v in found]
            raise AssertionError("the simulator saw violations:\n" + "\n".join(lines))

    def reset_log(self) -> None:
        """Forget calls, refusals and counters; violations and the history of bindings stay."""
        with self.lock:
            self._ledger.reset()

    def stats(self) -> dict[str, Any]:
        """Counters since the log was reset; `cpu_seconds` is of the whole process since it started."""
        ledger = self._ledger
        with self.lock:
            return {
                "calls": ledger.count(),
                "total_calls": len(ledger.calls),
                "writes": sum(call.method in WRITE_METHODS for call in ledger.calls),
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
