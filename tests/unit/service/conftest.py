# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services in memory, by vendor; and for the tests of sockets a simulator that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import XmlRpcClient
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from simulator import Simulator
from support.client import ServiceEnv
from support.phones import OFFICE, PASSWORD, USER
from support.scripted_server import Script, ScriptedServer

_ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "NETRC", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from the environment of whoever tests."""
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def _memory(vendor: str) -> Iterator[ServiceEnv]:
    env = ServiceEnv(vendor)
    yield env
    env.sim.assert_clean()


@pytest.fixture
def yealink() -> Iterator[ServiceEnv]:
    yield from _memory("yealink")


@pytest.fixture
def htek() -> Iterator[ServiceEnv]:
    yield from _memory("htek")


@pytest.fixture
def snom() -> Iterator[ServiceEnv]:
    yield from _memory("snom")


@pytest.fixture
def panasonic() -> Iterator[ServiceEnv]:
    yield from _memory("panasonic")


@pytest.fixture
def ymcs() -> Iterator[ServiceEnv]:
    yield from _memory("ymcs")


@pytest.fixture(params=VENDORS)
def env(request: pytest.FixtureRequest) -> Iterator[ServiceEnv]:
    """Each service in turn."""
    yield from _memory(request.param)


@pytest.fixture(params=["yealink", "htek"])
def rps(request: pytest.FixtureRequest) -> Iterator[ServiceEnv]:
    """Yealink's and Htek's services, which share a protocol."""
    yield from _memory(request.param)


@pytest.fixture
def scripted() -> Iterator[Callable[..., ScriptedServer]]:
    """Make servers that do what a script says: ``scripted(script, context=None, early=False)``."""
    made: list[ScriptedServer] = []

    def make(script: Script, **more: object) -> ScriptedServer:
        made.append(ScriptedServer(script, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.close()


class Clients:
    """Clients over real sockets, closed at the end of the test."""

    def __init__(self) -> None:
        self.made: list[XmlRpcClient] = []

    def __call__(self, url: str, clock: Clock | None = None, **changes: Any) -> XmlRpcClient:
        connection = replace(Connection("yealink", url, USER, PASSWORD, timeout=20.0, retries=0), **changes)
        self.made.append(XmlRpcClient(connection, Masker("yealink", USER, PASSWORD, rounds=1), clock=clock))
        return self.made[-1]


@pytest.fixture
def client() -> Iterator[Clients]:
    clients = Clients()
    yield clients
    for made in clients.made:
        made.close()


@pytest.fixture
def listening() -> Iterator[Simulator]:
    """A simulator that listens on loopback, with our account at Yealink."""
    with Simulator() as sim:
        sim.add_account("yealink", USER, PASSWORD)
        sim.world("yealink").add_server(USER, "office", OFFICE)
        yield sim
        sim.assert_clean()
