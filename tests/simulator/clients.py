# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small clients for tests of the simulator, in memory and on a virtual clock: the standard library's codecs only.

`Memory` is a simulator with such clients::

    memory = Memory.seeded()
    memory.caller("yealink")("checkDevice", "001565000001")  # -> [True, "Unknown"]
"""

from __future__ import annotations

import base64
import itertools
import json
import xmlrpc.client
from collections.abc import Sequence
from typing import Any

from .core.dialect import Dialect, Operation
from .core.memory import VirtualClock, Wire
from .core.messages import Reply
from .server import Simulator

_NONCES = itertools.count(1)


class RestError(Exception):
    """An error object of a REST service."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{status}: {answer}")
        self.status = status
        self.code = answer["code"]
        self.answer = answer


class Caller:
    """Calls one service with one login; `timeout` is in seconds of the virtual clock."""

    def __init__(self, wire: Wire, dialect: Dialect, username: str, password: str) -> None:
        self.wire = wire
        self.dialect = dialect
        self.basic = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
        self.timeout = 30.0

    def reply(self, name: str, *args: Any, **headers: str) -> Reply:
        """Make a call and return the whole reply."""
        raise NotImplementedError

    def __call__(self, name: str, *args: Any) -> Any:
        """Make a call and return what its answer means; raises xmlrpc.client.Fault or RestError."""
        raise NotImplementedError


class XmlRpcCaller(Caller):
    """Calls by XML-RPC."""

    def reply(self, name: str, *args: Any, **headers: str) -> Reply:
        """Make a call and return the whole reply."""
        return self.post(xmlrpc.client.dumps(args, f"{self.dialect.prefix}{name}", allow_none=True).encode(), **headers)

    def post(self, body: bytes, **headers: str) -> Reply:
        """Send a body and return the whole reply."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.wire.send(
            "POST",
            self.dialect.base,
            {"Authorization": self.basic, "Content-Type": "text/xml", **given},
            body,
            self.timeout,
        )

    def __call__(self, name: str, *args: Any) -> Any:
        """Make a call and return the decoded answer; texts are trimmed, since samples are padded."""
        reply = self.reply(name, *args)
        assert reply.status == 200, reply
        return trimmed(xmlrpc.client.loads(reply.body.decode("utf-8-sig").lstrip())[0][0])


class RestCaller(Caller):
    """Calls a REST interface; gets its token when it needs one and keeps it."""

    def __init__(self, wire: Wire, dialect: Dialect, username: str, password: str) -> None:
        super().__init__(wire, dialect, username, password)
        self.token = ""

    def send(self, verb: str, path: str, authorization: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request with a new nonce and the time; headers with an empty value are left out."""
        given = {
            "Authorization": authorization,
            "Content-Type": "application/json",
            "timestamp": str(int(self.wire.clock() * 1000)),
            "nonce": f"{next(_NONCES):032d}",
            **headers,
        }
        sent = {name: value for name, value in given.items() if value}
        return self.wire.send(verb, path, sent, body, self.timeout)

    def reply(self, name: str, *args: Any, **headers: str) -> Reply:
        """Make a call and return the whole reply."""
        operation = self.dialect.operation(name)
        assert operation is not None, name
        verb, path = operation.route
        rest = list(args)
        while "{}" in path:
            path = path.replace("{}", rest.pop(0), 1)
        body = json.dumps(rest[0]).encode() if rest else b""
        if operation.login == "basic":
            return self.send(verb, path, self.basic, body, **headers)
        if not self.token:
            self.log_in()
        return self.send(verb, path, f"Bearer {self.token}", body, **headers)

    def log_in(self) -> None:
        """Get a new token."""
        self.token = str(self("token", {"grant_type": "client_credentials"})["access_token"])

    def __call__(self, name: str, *args: Any) -> Any:
        """Make a call and return the decoded answer, None where it has no body."""
        reply = self.reply(name, *args)
        answer: Any = json.loads(reply.body) if reply.body else None
        if reply.status >= 400:
            raise RestError(reply.status, answer)
        return answer


class Memory:
    """A simulator in memory, its clock and its wire."""

    def __init__(self, **options: Any) -> None:
        self.sim = Simulator(**options)
        self.clock = VirtualClock()
        self.wire = Wire(self.sim, self.clock)

    @classmethod
    def seeded(cls, **options: Any) -> Memory:
        """Return one with the accounts `me` (servers main and spare) and `other` (server theirs) at every service."""
        memory = cls(**options)
        seed(memory.sim)
        return memory

    def caller(self, vendor: str, username: str = "me", password: str = "secret") -> Any:
        """Return a client of one service."""
        dialect = self.sim.dialects[vendor]
        kind = {"xmlrpc": XmlRpcCaller, "rest": RestCaller}[dialect.protocol.name]
        return kind(self.wire, dialect, username, password)


def seed(sim: Simulator) -> None:
    """Add two accounts to every service: `me` with the servers main and spare, `other` with theirs."""
    for vendor in sim.vendors:
        sim.add_account(vendor, "me", "secret")
        sim.add_account(vendor, "other", "secret")
        world = sim.world(vendor)
        world.add_server("me", "main", "https://main.example.com/")
        world.add_server("me", "spare", "https://spare.example.com/")
        world.add_server("other", "theirs", "https://theirs.example.com/")


def example(operation: Operation, values: dict[str, str]) -> Sequence[Any]:
    """Return an operation's example parameters with the words in braces filled in."""
    filled: Sequence[Any] = _fill(list(operation.example), values)
    return filled


def _fill(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return values.get(value, value)
    if isinstance(value, dict):
        return {key: _fill(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    return value


def trimmed(value: Any) -> Any:
    """Return a value with white space taken off every text in it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    if isinstance(value, dict):
        return {key: trimmed(item) for key, item in value.items()}
    return value
