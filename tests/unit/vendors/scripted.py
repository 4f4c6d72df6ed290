# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service on scripted HTTP answers: what it says is a list, and what it was asked is one too."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.voip.rps.plugins.module_utils._client.connections import HttpRequest
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock, deadline
from ansible_collections.voip.rps.plugins.module_utils._model import (
    ABSENT,
    DEREGISTER,
    PRESENT,
    WOULD_CHANGE,
    Connection,
    DesiredDevice,
    PlannedChange,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.xmlrpc_service import XmlRpcService
from support.received import Received

USERNAME, PASSWORD = "scripted-user", "scripted-secret"
AnyService = TypeVar("AnyService", bound=XmlRpcService)


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lost:
    """The request leaves, and the connection ends before the answer."""


def value(content: Any) -> Reply:
    """An XML-RPC answer with this one value; None is sent as nil."""
    return Reply(xmlrpc.client.dumps((content,), methodresponse=True, allow_none=True).encode())


def fault(code: int, text: str, status: int = 200) -> Reply:
    """An XML-RPC fault."""
    return Reply(xmlrpc.client.dumps(xmlrpc.client.Fault(code, text)).encode(), status)


class VirtualClock(Clock):
    """A clock on which waiting costs no time."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def wait(self, stopped: Callable[[], bool], seconds: float) -> bool:
        self.now += seconds
        return stopped()


class ScriptedAdapter:
    """Answers in the order given; one request too many is an AssertionError."""

    def __init__(self, *answers: Reply | Lost) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []

    @property
    def requests(self) -> list[tuple[Any, ...]]:
        """(method, parameter, ...) of every request so far."""
        decoded = [xmlrpc.client.loads(body) for body in self.bodies]
        return [(method, *params) for params, method in decoded]

    def send(self, request: HttpRequest) -> Received:
        self.bodies.append(request.body or b"")
        assert self.answers, f"no answer is left for {request.body!r}"
        answer = self.answers.pop(0)
        deadline.sent = True
        if isinstance(answer, Lost):
            raise ConnectionResetError("the connection was closed")
        return Received(answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """Nothing is open."""


def scripted(service: type[AnyService], *answers: Reply | Lost, retries: int = 0) -> tuple[AnyService, ScriptedAdapter]:
    """A service that gets these answers, and the adapter that records what it asks."""
    adapter = ScriptedAdapter(*answers)
    vendor = service.capabilities
    connection = Connection(vendor.name, vendor.api_url or "", USERNAME, PASSWORD, retries=retries)
    masker = Masker(vendor.name, USERNAME, PASSWORD)
    made = service.connect(connection, masker, adapter=adapter, clock=VirtualClock())
    assert isinstance(made, service)
    return made, adapter


def change(action: str, mac: str, **desired: Any) -> PlannedChange:
    """A planned write of one phone, as decisions make them."""
    state = ABSENT if action == DEREGISTER else PRESENT
    return PlannedChange(DesiredDevice(mac, state, **desired), None, action, WOULD_CHANGE)
