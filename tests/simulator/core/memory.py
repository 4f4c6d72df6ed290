# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that a test moves, and the exchange of one request in memory with the time that it would have taken."""

from __future__ import annotations

import threading
from typing import Any

from .http import serialize
from .messages import Reply

START = 1_800_000_000.0  # in January 2027, for clocks that begin somewhere


class VirtualClock:
    """Seconds since the epoch that pass only when somebody says so. Calling it gives the time."""

    def __init__(self, now: float = START) -> None:
        self.now = now
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.now += seconds


def duration(reply: Reply, chunked: bool = False) -> float:
    """Return the seconds from the last byte of the request to the last byte of the answer; infinite where it hangs."""
    if reply.drop == "hang" or (reply.gate is not None and not reply.gate.is_open):
        return float("inf")
    if reply.dribble is None:
        return reply.delay
    head, body = serialize(reply, chunked)
    size = len(body) + (len(head) if reply.dribble.whole else 0)
    pieces = -(-size // reply.dribble.chunk)
    return reply.delay + max(pieces - 1, 0) * reply.dribble.interval


class Wire:
    """Carries requests to a simulator in memory: what a socket would do, on the simulator's own virtual clock."""

    def __init__(self, sim: Any, clock: VirtualClock) -> None:
        self._sim = sim
        self.clock = clock
        sim.clock = clock

    def send(self, verb: str, path: str, headers: dict[str, str], body: bytes = b"", timeout: float = 30.0) -> Reply:
        """Return the reply once its time has passed.

        Raises TimeoutError where that is more than `timeout` seconds (exactly so many have passed then),
        ConnectionRefusedError where the connection cannot be opened, ConnectionResetError where it ends early.
        """
        reply = self._sim.exchange(verb, path, headers, body)
        took = duration(reply)
        self.clock.advance(min(took, timeout))
        if took > timeout:
            raise TimeoutError(f"no whole answer after {timeout:g} seconds")
        if reply.drop == "refuse":
            raise ConnectionRefusedError("the connection was refused")
        if reply.drop:
            raise ConnectionResetError("the connection ended before the whole answer")
        answer: Reply = reply
        return answer
