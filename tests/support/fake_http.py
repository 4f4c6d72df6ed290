# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the network and the time in tests of a client: an adapter with a handler, and a virtual clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._client.connections import HttpRequest
from ansible_collections.voip.rps.plugins.module_utils._client.deadline import Clock, deadline

from .received import Received

EPOCH_S = 1_790_000_000.25


class VirtualClock(Clock):
    """A clock that only moves when somebody waits or a test moves it; ``waits`` are the seconds that were waited."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return EPOCH_S + self.now - 1000.0

    def wait(self, stopped: Callable[[], bool], seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return stopped()


@dataclass(frozen=True)
class Sent:
    """A request as it left; header names are in lower case."""

    verb: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def path(self) -> str:
        return "/" + self.url.split("/", 3)[3]

    @property
    def json(self) -> Any:
        return None if self.body is None else json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer; ``body`` that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class FakeHttp:
    """An adapter over a handler: ``handle(sent)`` returns a Reply or raises what the network raises.

    ``sent`` has every request in order. A handler that raises does so after the request left, unless it is wrapped in
    ``Unsent``.
    """

    def __init__(self, handle: Callable[[Sent], Reply]) -> None:
        self.handle = handle
        self.sent: list[Sent] = []
        self._lock = threading.Lock()

    def send(self, asked: HttpRequest) -> Received:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        request = Sent(asked.method, asked.url, headers, asked.body)
        with self._lock:
            self.sent.append(request)
        try:
            reply = self.handle(request)
        except Unsent as error:
            raise error.cause from None
        except BaseException:
            deadline.sent = True
            raise
        deadline.sent = True
        return Received(reply.status, reply.headers, reply.data())

    def close(self) -> None:
        pass


class Unsent(Exception):
    """The request never left; ``cause`` is what the network said."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause
