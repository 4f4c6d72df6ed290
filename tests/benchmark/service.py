# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated services in a process of their own, so that their work is not counted as anybody's."""

from __future__ import annotations

import base64
import hashlib
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from simulator import Simulator
from support.phones import PASSWORD, SERVERS, USER, mac, serial

_LIST = b"<?xml version='1.0'?><methodCall><methodName>redirect.listDevices</methodName></methodCall>"


class _Served:
    """What the process of the simulator does when asked; every public method is a request."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def fill(self, vendor: str, count: int, server: str | None) -> None:
        """One account with two servers; phones 1 to ``count`` bound to one of them, or none without ``server``."""
        sim, world = self._sim, self._sim.world(vendor)
        world.clear(history=True)
        sim.reset_log()
        sim.add_account(vendor, USER, PASSWORD)
        capabilities = sim.dialects[vendor].capabilities
        servers = capabilities.target == "server"
        named = servers or capabilities.stores_name
        for name, url in SERVERS.items():
            if named:
                world.add_server(USER, name, url)
        for number in range(1, count + 1 if server else 1):
            own = None if servers else SERVERS[server or ""]
            world.add_device(mac(number, vendor), USER, server if named else None, own, serial=serial(number))

    def options(self, values: dict[str, Any]) -> None:
        self._sim.options.update(values)

    def reset_log(self) -> None:
        self._sim.reset_log()

    def stats(self) -> dict[str, Any]:
        return self._sim.stats()

    def state(self, vendor: str) -> dict[str, Any]:
        """``devices``, how many are ``right`` (bound to the first server), and a digest of MACs and URLs."""
        world = self._sim.world(vendor)
        urls = sorted((device.mac, world.url_of(device)) for device in world.owned(USER))
        digest = hashlib.sha256(repr(urls).encode()).hexdigest()[:12]
        return {"devices": len(urls), "right": sum(url == SERVERS["office"] for _mac, url in urls), "digest": digest}

    def list_bytes(self) -> int:
        """The size of Yealink's answer to listDevices as it is now."""
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "text/xml"}
        return len(self._sim.exchange("POST", self._sim.path("yealink"), headers, _LIST).body)


def _serve(pipe: Connection, tls: bool, values: dict[str, Any]) -> None:
    with Simulator(tls=tls, **values) as sim:
        served = _Served(sim)
        addresses = {
            (vendor, secure): sim.url(vendor, tls=secure)
            for vendor in sim.vendors
            for secure in ((False, True) if tls else (False,))
        }
        pipe.send((addresses, sim.ca_path if tls else None))
        while True:
            try:
                request = pipe.recv()
            except EOFError:
                return
            if request is None:
                return
            name, arguments = request
            method: Callable[..., Any] = getattr(served, name)
            try:
                pipe.send((True, method(*arguments)))
            except Exception as error:  # noqa: BLE001  # it is raised on the other side
                pipe.send((False, f"{type(error).__name__}: {error}"))


class Service:
    """A context: simulated services with ``latency`` milliseconds before each answer."""

    def __init__(self, latency: int = 0, tls: bool = False, **values: Any) -> None:
        self._pipe, self._there = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(self._there, tls, {"latency": latency / 1000, **values}), daemon=True
        )

    def __enter__(self) -> Service:
        self._process.start()
        self._there.close()
        self._addresses, self.ca_path = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._pipe.send(None)
        self._process.join()

    def url(self, vendor: str, tls: bool = False) -> str:
        """The address for clients."""
        return str(self._addresses[vendor, tls])

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a method of `_Served`."""
        self._pipe.send((name, arguments))
        good, answer = self._pipe.recv()
        if not good:
            raise RuntimeError(answer)
        return answer
