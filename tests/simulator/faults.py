# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of what goes wrong: which call, before or after it is executed, and how."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from . import mac as macs
from .codec import SHAPES

KINDS = (
    "close",  # the connection is closed without an answer
    "reset",  # the connection is reset (RST) without an answer
    "half",  # the head and half of the answer's body, then the connection is closed
    "hang",  # no answer until the client goes or the simulator stops
    "status",  # an HTTP status (500 unless given) and headers
    "html",  # status 200 (unless given) with a page of HTML
    "cut_xml",  # status 200, a complete body that ends in the middle of the XML
    "wrong_shape",  # valid XML-RPC that is none of the documented answers
    "fault",  # an XML-RPC fault
    "dribble",  # the answer in small pieces
    "redirect",  # an HTTP redirect (307 unless given) to `location`
    "body",  # the given bytes
    "text",  # the given boolean and text as the answer
    "delay",  # the true answer, only later: always executed
)


@dataclass
class Fault:
    """One planned fault. It hits the calls that match every one of the filters that are given.

    Filters: `index` (0-based over all calls since the log was reset), `method` (with or without `redirect.`), `nth`
    (1-based over the calls that match the other filters since the fault was planned), `vendor`, `account`, `mac`
    (any notation; alone or in a list among the parameters), `times` (hits at most; None is no bound).

    `phase` is `before` (the call is not executed) or `after` (executed, then the fault). With `only_first` a bulk call
    in phase `after` executes the first so many addresses of its list only.

    `delay` and `interval` are seconds. `dribble` sends `chunk` bytes per interval, of the body or, with `whole`, of
    the head too.
    """

    kind: str
    index: int | None = None
    method: str | None = None
    nth: int | None = None
    vendor: str | None = None
    account: str | None = None
    mac: str | None = None
    times: int | None = None
    phase: str = "before"
    only_first: int | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | str = b""
    content_type: str = "text/xml"
    location: str = ""
    code: int = 0
    text: str = ""
    ok: bool = False
    shape: str = "string"
    delay: float = 0.0
    interval: float = 0.5
    chunk: int = 1
    whole: bool = False
    payload: bytes = field(default=b"", init=False)  # the body as bytes
    seen: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.phase not in ("before", "after"):
            raise ValueError(f"phase is before or after, not {self.phase!r}")
        if self.shape not in SHAPES:
            raise ValueError(f"shape is one of {', '.join(SHAPES)}, not {self.shape!r}")
        if self.nth is not None and self.nth < 1:
            raise ValueError("nth counts from 1")
        if self.chunk < 1:
            raise ValueError("chunk is at least 1 byte")
        self.payload = self.body.encode("utf-8") if isinstance(self.body, str) else self.body
        if self.method is not None:
            self.method = self.method.replace("redirect.", "")
        if self.mac is not None:
            bare = macs.normalize(self.mac)
            if bare is None:
                raise ValueError(f"{self.mac!r} is no MAC address")
            self.mac = bare
        if self.kind == "delay":
            self.phase = "after"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Fault:
        """Build a fault from JSON: the fields by name; `body_base64` stands for a body that is not text."""
        values = dict(values)
        if "body_base64" in values:
            values["body"] = base64.b64decode(values.pop("body_base64"))
        unknown = set(values) - {item.name for item in fields(cls) if item.init}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        return cls(**values)

    def matches(self, index: int, vendor: str, account: str, method: str, params: list[Any]) -> bool:
        """Whether this call is hit; counts the call for `nth`."""
        if self.method is not None and self.method != method:
            return False
        if self.vendor is not None and self.vendor != vendor:
            return False
        if self.account is not None and self.account != account:
            return False
        if self.mac is not None and not _names(params, self.mac):
            return False
        self.seen += 1
        if self.nth is not None and self.seen != self.nth:
            return False
        if self.index is not None and self.index != index:
            return False
        return self.times is None or self.hits < self.times


def _names(params: list[Any], mac: str) -> bool:
    if not params:
        return False
    first = params[0] if isinstance(params[0], list) else params[:1]
    return any(isinstance(item, str) and macs.normalize(item) == mac for item in first)


class FaultPlan:
    """The planned faults; of those that match a call the first one planned hits it."""

    def __init__(self, lock: Any = None) -> None:
        self._lock = lock if lock is not None else threading.RLock()
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Plan more faults."""
        with self._lock:
            self._faults.extend(faults)

    def append(self, fault: Fault) -> None:
        """Plan one more fault."""
        self.add(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Plan more faults."""
        self.add(*faults)

    def clear(self) -> None:
        """Plan none."""
        with self._lock:
            self._faults.clear()

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    def pick(self, index: int, vendor: str, account: str, method: str, params: list[Any]) -> Fault | None:
        """Return the fault that hits a call, if any. Every planned fault counts the call."""
        if not self._faults:
            return None
        hitting = [fault for fault in self._faults if fault.matches(index, vendor, account, method, params)]
        if not hitting:
            return None
        hitting[0].hits += 1
        return hitting[0]
