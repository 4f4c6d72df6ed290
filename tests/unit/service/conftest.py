# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator, a client for each of its services, and servers that misbehave in ways the simulator does not."""

from __future__ import annotations

import pathlib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

_TESTS = str(pathlib.Path(__file__).resolve().parents[2])
if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)

from ansible_collections.voip.rps.plugins.module_utils import _redaction  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._client import transport as _transport  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._client.transport import Transport  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, DesiredDevice  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, RunResult, reconcile  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service  # noqa: E402
from simulator import Simulator  # noqa: E402

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
_ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "NETRC", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _quick_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting of consequence, a quick key for fingerprints, and nothing from the environment of whoever tests."""
    monkeypatch.setattr(_transport, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(_redaction, "_ROUNDS", 1)
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Bench:
    """One vendor's service in a simulator, one account there, and clients for it."""

    def __init__(self, sim: Any, vendor: str) -> None:
        self.sim = sim
        self.vendor = vendor
        self.world = sim.world(vendor)
        self.made: list[Transport] = []

    def transport(self, **changes: Any) -> Transport:
        """A client; keywords change its Connection."""
        given = Connection(self.vendor, self.sim.url(self.vendor), USER, PASSWORD, timeout=5, concurrency=4)
        connection = replace(given, **changes)
        transport = Transport(connection, Masker(connection.vendor, connection.username, connection.password))
        self.made.append(transport)
        return transport

    def service(self, **changes: Any) -> Service:
        return Service(self.transport(**changes))

    def run(
        self, declared: Sequence[DesiredDevice], connection: Mapping[str, Any] | None = None, **options: Any
    ) -> RunResult:
        """Reconcile with a client of its own; the log of calls begins anew."""
        self.sim.reset_log()
        service = self.service(**(connection or {}))
        try:
            return reconcile(service, declared, Options(**options))
        finally:
            service.transport.close()

    def state(self) -> dict[str, tuple[str | None, str | None]]:
        """Owner and URL of every device, by MAC."""
        return {device.mac: (device.account, self.world.url(device.mac)) for device in self.world.devices()}

    def close(self) -> None:
        for transport in self.made:
            transport.close()


def _bench(vendor: str) -> Iterator[Bench]:
    with Simulator() as sim:
        for name in sim.vendors:
            sim.add_account(name, USER, PASSWORD)
            sim.add_account(name, "other", "theirs")
            sim.world(name).add_server(USER, "office", OFFICE)
            sim.world(name).add_server(USER, "branch", BRANCH)
            sim.world(name).add_server("other", "theirs", "https://theirs.example.net/")
        bench = Bench(sim, vendor)
        yield bench
        bench.close()
        sim.assert_clean()


@pytest.fixture
def yealink() -> Iterator[Bench]:
    yield from _bench("yealink")


@pytest.fixture
def htek() -> Iterator[Bench]:
    yield from _bench("htek")


@pytest.fixture(params=["yealink", "htek"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each vendor in turn."""
    yield from _bench(request.param)


class RawServer:
    """Accepts connections on loopback and hands each to ``script(connection, request)``, once a whole request came.

    ``requests`` holds what came. With ``early`` the script gets the connection at once.
    """

    def __init__(self, script: Callable[[Any, bytes], None], context: ssl.SSLContext | None, early: bool) -> None:
        self.script, self.context, self.early = script, context, early
        self.requests: list[bytes] = []
        self.accepted = 0
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/xmlrpc"

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: Any) -> None:
        try:
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            request = b"" if self.early else self.read(connection)
            if request or self.early:
                self.requests.append(request)
                self.script(connection, request)
        except OSError:
            pass
        finally:
            connection.close()

    def read(self, connection: Any) -> bytes:
        """One whole request, head and body."""
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return data
            data += chunk
        head, _rest, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def dribble(self, connection: Any, data: bytes, interval: float = 0.05) -> None:
        """Send byte by byte until the test ends or the peer has gone."""
        for index in range(len(data)):
            if self.over.is_set():
                return
            connection.sendall(data[index : index + 1])
            time.sleep(interval)

    def close(self) -> None:
        self.over.set()
        self.listener.close()


@pytest.fixture
def raw() -> Iterator[Callable[..., RawServer]]:
    """Make servers that do what a script says: ``raw(script, context=None, early=False)``."""
    made: list[RawServer] = []

    def make(
        script: Callable[[Any, bytes], None], context: ssl.SSLContext | None = None, early: bool = False
    ) -> RawServer:
        made.append(RawServer(script, context, early))
        return made[-1]

    yield make
    for server in made:
        server.close()


def _names(params: Sequence[Any]) -> list[str]:
    """The addresses of a call, bare."""
    first = params[0] if params else []
    macs = first if isinstance(first, list) else [first]
    return ["".join(char for char in mac.lower() if char not in "-: ") for mac in macs]


class Judge:
    """What must hold after every run, whatever went wrong in it."""

    def no_blind_repetition(self, bench: Bench, busy: int = 0) -> None:
        """No write goes out a second time for a device that nobody looked at in between.

        The first ``busy`` writes were refused for now, with 429 or 503; the transport repeats those by itself.
        """
        open_writes: set[str] = set()
        for call in bench.sim.calls():
            if call.method == "listDevices":
                open_writes.clear()
            elif call.method in ("checkDevice", "checkDeviceExt"):
                open_writes.difference_update(_names(call.params))
            elif call.method != "addServer":
                macs = _names(call.params)
                twice = open_writes.intersection(macs)
                assert not twice, f"{call.method} was sent for {sorted(twice)} without a read since the last write"
                passing = call.fault == "status" and busy > 0
                busy -= passing
                refused = call.ok is False and call.fault is None and not isinstance(call.params[0], list)
                if not passing and not refused and not call.text.startswith("fault -32601"):
                    open_writes.update(macs)

    def true_outcomes(self, bench: Bench, report: RunResult) -> None:
        """Every result says what the service's own state says."""
        for result in report.results:
            device, declared = bench.world.device(result.mac), result.step.declared
            if result.after is not None and result.outcome not in ("would_change", "not_attempted"):
                words = {"Registered Elsewhere": "registered_elsewhere"}
                status = bench.world.status(USER, result.mac)
                assert result.after.status == words.get(status, status.lower()), result
                if result.after.url is not None:
                    assert result.after.url == bench.world.url(result.mac), result
            if result.outcome not in ("changed", "in_sync"):
                continue
            if declared.state == "absent":
                assert device is None or device.account != USER, result
                continue
            assert device is not None, result
            assert device.account == USER, result
            if declared.unique_url is not None:
                assert device.unique_url == declared.unique_url, result
            else:
                assert bench.world.url(result.mac) == bench.world.servers(USER)[declared.server or ""], result

    def no_wrong_binding(self, bench: Bench, declared: Sequence[DesiredDevice], before: Mapping[str, Any]) -> None:
        """Every device is as it was or as it was declared, and nothing else."""
        wanted = {device.mac: device for device in declared}
        for mac, (account, url) in bench.state().items():
            if before.get(mac) == (account, url):
                continue
            assert mac in wanted, f"{mac} was touched and nobody declared it"
            servers = bench.world.servers(USER)
            assert (account, url) == (USER, wanted[mac].unique_url or servers[wanted[mac].server or ""])
        for mac in set(before) - set(bench.state()):
            assert wanted[mac].state == "absent"


@pytest.fixture
def verify_write() -> Judge:
    return Judge()


@pytest.fixture
def make_bench() -> type[Bench]:
    return Bench
