# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong: the table of faults, and the plan that says which calls they hit."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from . import mac as macs
from .messages import Gate
from .options import bare

KINDS = {
    "refuse": "the connection cannot be opened; on a socket, which is open already, it is reset",
    "close": "the connection is closed without an answer",
    "reset": "the connection is reset (RST) without an answer",
    "half": "the head and half of the body, then the connection is closed",
    "hang": "no answer until the client goes or the simulator stops",
    "status": "an HTTP status (500 unless given), headers and a body",
    "html": "status 200 (unless given) with a page of HTML",
    "cut": "status 200 and a complete body that ends in the middle of the document",
    "body": "the given bytes",
    "bad_gzip": "bytes that claim to be gzip and are not",
    "dribble": "the answer in small pieces",
    "redirect": "an HTTP redirect (307 unless given) to `location`",
    "delay": "the true answer, only later",
    "pass": "the true answer; for faults that change what is executed or listed",
    "wrong_shape": "a valid document of the protocol that is none of the documented answers",
    "fault": "an error in the form of the protocol: `code`, `text`, `status`",
    "text": "the service's own yes or no (`ok`) with `text`",
    "absent": "the answer of a service that has no such call",
    "forbidden": "HTTP 403, in the form of the protocol",
    "login": "the answer to a bad login",
    "expire": "every token of the service ends, and the call gets the answer for an expired token",
    "nonce": "the answer to a nonce that was used before",
}
PHASES = ("before", "after", "late")
_ALIASES = {"cut_xml": "cut"}
INVOKE = "Failed to invoke method {method} in class com.example.RedirectHandler: could not execute statement"


@dataclass
class Fault:
    """One planned fault. It hits the calls that match every one of the filters that are given.

    Filters: `index` (0-based over all calls since the log was reset), `method` (with or without its prefix), `nth`
    (1-based over the calls that match the other filters since the fault was planned), `vendor`, `account`, `mac`
    (any notation; alone or in a list), `writes` (True: writes only, False: reads only), `times` (hits at most; None is
    no bound).

    `phase` says when the call is executed: `before` means never, `after` before the answer, `late` `late_seconds`
    after its arrival or, with `late_reads`, once so many further reads of the service have been answered. With
    `only_first` only the first so many entries of its list are executed, and the answer is that of the whole call.
    With `undo` nothing is executed and the answer is as if it had been. With `other_url` the phones (or the server) of
    the call get that URL instead of the one that was sent. `listed` and `shift` change what a list call sees;
    `items` are phones that a bulk call refuses with `code` and `text` while it executes the others.

    `delay`, `interval` and `late_seconds` are seconds. `dribble` sends `chunk` bytes per interval, of the body or, with
    `whole`, of the head too. `{method}` in `text` is the name of the call. With `gate` the answer is kept back until a
    test opens it.
    """

    kind: str
    index: int | None = None
    method: str | None = None
    nth: int | None = None
    vendor: str | None = None
    account: str | None = None
    mac: str | None = None
    writes: bool | None = None
    times: int | None = None
    phase: str = "before"
    only_first: int | None = None
    undo: bool = False
    other_url: str | None = None
    late_seconds: float = 0.0
    late_reads: int | None = None
    listed: int | None = None
    shift: int = 0
    items: Sequence[str] = ()
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | str = b""
    content_type: str = ""  # the protocol's own unless given
    location: str = ""
    code: int = 0
    text: str = ""
    ok: bool = False
    shape: str = "string"
    delay: float = 0.0
    interval: float = 0.5
    chunk: int = 1
    whole: bool = False
    gate: Gate | None = None
    name: str | None = None  # in the table of faults
    payload: bytes = field(default=b"", init=False)  # the body as bytes
    seen: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.kind = _ALIASES.get(self.kind, self.kind)
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.phase not in PHASES:
            raise ValueError(f"phase is one of {', '.join(PHASES)}, not {self.phase!r}")
        if self.nth is not None and self.nth < 1:
            raise ValueError("nth counts from 1")
        if self.chunk < 1:
            raise ValueError("chunk is at least 1 byte")
        self.payload = self.body.encode("utf-8") if isinstance(self.body, str) else self.body
        if self.method is not None:
            self.method = bare(self.method)
        if self.mac is not None:
            self.mac = _mac(self.mac)
        self.items = tuple(_mac(item) for item in self.items)
        if self.phase == "before" and (self.kind in ("delay", "pass") or self.undo):
            self.phase = "after"

    @property
    def executes(self) -> bool:
        """Whether a call that it hits is executed, at some time and at least in part."""
        return self.phase != "before" and not self.undo

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Fault:
        """Build a fault from JSON: its fields, or a `name` of the table and fields; `body_base64` is a binary body."""
        values = dict(values)
        if "body_base64" in values:
            values["body"] = base64.b64decode(values.pop("body_base64"))
        unknown = set(values) - {item.name for item in fields(cls) if item.init and item.name != "gate"}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        return fault(**values) if values.get("name") is not None and "kind" not in values else cls(**values)

    def matches(self, index: int, call: Named) -> bool:
        """Whether this call is hit; counts the call for `nth`."""
        if self.method is not None and self.method != call.method:
            return False
        if self.vendor is not None and self.vendor != call.vendor:
            return False
        if self.account is not None and self.account != call.account:
            return False
        if self.mac is not None and self.mac not in call.phones:
            return False
        if self.writes is not None and self.writes != call.write:
            return False
        self.seen += 1
        if self.nth is not None and self.seen != self.nth:
            return False
        if self.index is not None and self.index != index:
            return False
        return self.times is None or self.hits < self.times


class Named(NamedTuple):
    """What the filters look at."""

    vendor: str
    account: str
    method: str
    phones: Sequence[str]
    write: bool


class FaultKind(NamedTuple):
    """A row of the table: a fault by name. `executed`: `no`, `yes`, `first` (a part), `late`, `other` (not as sent)."""

    name: str
    executed: str
    does: str
    fields: Mapping[str, Any]
    protocols: tuple[str, ...] = ()  # by name; none means all


def _row(name: str, executed: str, does: str, *protocols: str, **given: Any) -> FaultKind:
    phases = {"no": "before", "late": "late"}
    return FaultKind(name, executed, does, {"phase": phases.get(executed, "after"), **given}, protocols)


_BUSY = {"Retry-After": "1"}
_ROWS = (
    # before the call is executed
    _row("refused", "no", "the connection cannot be opened", kind="refuse"),
    _row("dropped", "no", "the connection is closed without an answer", kind="close"),
    _row("reset", "no", "the connection is reset without an answer", kind="reset"),
    _row("hangs", "no", "the call never gets an answer", kind="hang"),
    _row("http_500", "no", "HTTP 500", kind="status", status=500),
    _row("http_502", "no", "HTTP 502 with a page of HTML", kind="html", status=502),
    _row("http_503", "no", "HTTP 503 with Retry-After", kind="status", status=503, headers=_BUSY),
    _row("http_429", "no", "HTTP 429 with Retry-After", kind="status", status=429, headers=_BUSY),
    _row("http_413", "no", "HTTP 413", kind="status", status=413),
    _row("redirected", "no", "HTTP 307", kind="redirect", location="https://elsewhere.example.net/"),
    _row("garbage", "no", "bytes that are no document", kind="body", body=b"\x00\xff\x13garbage"),
    _row("empty", "no", "HTTP 200 without a body", kind="body", body=b""),
    _row("html", "no", "HTTP 200 with a page of HTML", kind="html"),
    _row("bad_gzip", "no", "HTTP 200 that claims to be gzip and is not", kind="bad_gzip"),
    _row("dribbles", "no", "HTTP 503 at one byte every half second", kind="dribble", status=503),
    _row("refused_in_words", "no", "the service says no in words nobody documented", kind="text", text="Please wait"),
    _row("invoke_failed", "no", "an error inside the method, which had done nothing", "xmlrpc", kind="fault",
         text=INVOKE),
    _row("absent", "no", "the service has no such call", kind="absent"),
    _row("forbidden", "no", "HTTP 403 on this call", kind="forbidden"),
    _row("login_refused", "no", "the answer to a bad login, in the middle of a run", kind="login"),
    _row("token_expired", "no", "401/900401: the token is no longer good", "rest", kind="expire"),
    _row("nonce_used", "no", "403/500403: the nonce was used before", "rest", kind="nonce"),
    _row("rate_limited", "no", "429/900429 with Retry-After", "rest", kind="fault", status=429, code=900429,
         text="Too many requests", headers=_BUSY),
    # after it
    _row("after_500", "yes", "executed, then HTTP 500", kind="status", status=500),
    _row("after_503", "yes", "executed, then HTTP 503", kind="status", status=503, headers=_BUSY),
    _row("after_429", "yes", "executed, then HTTP 429", kind="status", status=429, headers=_BUSY),
    _row("after_504", "yes", "executed, then HTTP 504 with a page of HTML", kind="html", status=504),
    _row("after_dropped", "yes", "executed, then closed without an answer", kind="close"),
    _row("after_reset", "yes", "executed, then reset", kind="reset"),
    _row("after_half", "yes", "executed, then half of the answer", kind="half"),
    _row("after_hangs", "yes", "executed, and the answer never comes", kind="hang"),
    _row("after_dribbles", "yes", "executed, and the answer comes at one byte every half second", kind="dribble"),
    _row("after_cut", "yes", "executed, and the document ends in its middle", kind="cut"),
    _row("after_garbage", "yes", "executed, then bytes that are no document", kind="body", body=b"\x00\xff\x13garbage"),
    _row("after_empty", "yes", "executed, then HTTP 200 without a body", kind="body", body=b""),
    _row("after_bad_gzip", "yes", "executed, then bytes that are no gzip", kind="bad_gzip"),
    _row("after_redirected", "yes", "executed, then HTTP 307", kind="redirect",
         location="https://elsewhere.example.net/"),
    _row("after_refused_in_words", "yes", "executed, and yet the service says no", kind="text", text="Please wait"),
    _row("after_invoke_failed", "yes", "executed, then an error inside the method", "xmlrpc", kind="fault",
         text=INVOKE),
    # later than its answer
    _row("late", "late", "the answer never comes, and the call is executed 60 seconds later", kind="hang",
         late_seconds=60.0),
    _row("late_after_read", "late", "the answer never comes; executed once one more read is answered", kind="hang",
         late_reads=1),
    _row("late_503", "late", "HTTP 503; executed once one more read is answered", kind="status", status=503,
         headers=_BUSY, late_reads=1),
    # answers that are not true
    _row("not_applied", "no", "accepted but not executed", kind="pass", undo=True),
    _row("other_url", "other", "accepted, with another URL", kind="pass", other_url="https://wrong.example.net/"),
    _row("half_then_ok", "first", "the first entry of a list is done, and the answer is OK", kind="pass",
         only_first=1),
    _row("half_then_dropped", "first", "the first entry of a list is done, then closed", kind="close", only_first=1),
    _row("half_then_503", "first", "the first entry of a list is done, then HTTP 503", kind="status", status=503,
         only_first=1),
    _row("partial_list", "yes", "a list that lacks everything but its first entry", kind="pass", listed=1),
    _row("shifted_list", "yes", "a list whose first entry has moved to its end: pages shift", kind="pass", shift=1),
    _row("item_errors", "first", "a bulk call refuses the phones in `items`, with HTTP 200", "rest", kind="pass",
         code=900500, text="Internal error"),
)  # fmt: skip
FAULTS: Mapping[str, FaultKind] = {row.name: row for row in _ROWS}


def fault(name: str, **given: Any) -> Fault:
    """Return the fault of this name in the table, with filters and whatever else differs from its row."""
    if name not in FAULTS:
        raise ValueError(f"a fault is one of {', '.join(FAULTS)}, not {name!r}")
    return Fault(name=name, **{**FAULTS[name].fields, **given})


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

    def pick(self, index: int, call: Named) -> Fault | None:
        """Return the fault that hits a call, if any. Every planned fault counts the call."""
        if not self._faults:
            return None
        hitting = [each for each in self._faults if each.matches(index, call)]
        if not hitting:
            return None
        hitting[0].hits += 1
        return hitting[0]


def _mac(text: str) -> str:
    found = macs.normalize(text)
    if found is None:
        raise ValueError(f"{text!r} is no MAC address")
    return found
