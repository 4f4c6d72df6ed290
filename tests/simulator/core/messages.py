# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and replies as data, so that a socket or a test in memory can carry them."""

from __future__ import annotations

from collections.abc import Mapping
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

    def header(self, name: str) -> str | None:
        """Return the value of a header, in whatever case its name is given."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def plain(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    """Return an answer of plain text."""
    return Reply(status, (("Content-Type", "text/plain;charset=UTF-8"), *headers), f"{text}\n".encode())
