# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and replies as data, so that a socket or a test in memory can carry them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

DROPS = ("", "close", "reset", "hang", "half", "refuse")


class Request(NamedTuple):
    """One HTTP request. Header names are in lower case; the path has no query."""

    verb: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    keep_alive: bool = True
    connection: int = 0
    tls: bool = False


class Dribble(NamedTuple):
    """How a slow answer leaves: `chunk` bytes every `interval` seconds, of the body or, with `whole`, of all of it."""

    chunk: int = 1
    interval: float = 0.5
    whole: bool = False


class Gate:
    """Keeps answers back until a test opens it: `fault("after_...", gate=gate)` or `Fault("pass", gate=gate)`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrived = threading.Semaphore(0)
        self._waiting: list[Callable[[], None]] = []
        self.is_open = False

    def wait(self, calls: int = 1, watchdog: float = 30.0) -> bool:
        """Wait until so many more calls have arrived; False after `watchdog` seconds without one."""
        return all(self._arrived.acquire(timeout=watchdog) for _call in range(calls))

    def open(self) -> None:
        """Let every answer out, also those that are still to come."""
        with self._lock:
            self.is_open, waiting, self._waiting = True, self._waiting, []
        for send in waiting:
            send()

    def enter(self, send: Callable[[], None]) -> None:
        """Call `send` once the gate is open."""
        with self._lock:
            is_open = self.is_open
            if not is_open:
                self._waiting.append(send)
        self._arrived.release()
        if is_open:
            send()


@dataclass(frozen=True)
class Reply:
    """What the service does about one request.

    `delay` is in seconds, from the last byte of the request to the first byte of the answer. `drop` says how the
    exchange ends without a whole answer: `close` and `reset` send nothing and end the connection, `hang` sends nothing
    and keeps it open, `half` sends half of the body and closes, `refuse` means that the connection could not even be
    opened (on a socket, which is open already, it is a reset). `executed` says whether the call has changed or read
    the state by the time of the reply; it is always False for what was no call.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    drop: str = ""
    dribble: Dribble | None = None
    executed: bool = False
    close: bool = False
    raw: bool = False  # the body is sent as it is, never compressed
    gate: Gate | None = None  # keeps the answer back

    def header(self, name: str) -> str | None:
        """Return the value of a header, in whatever case its name is given."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def plain(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    """Return an answer of plain text."""
    return Reply(status, (("Content-Type", "text/plain;charset=UTF-8"), *headers), f"{text}\n".encode())
