# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an answer, or a fault, to the bytes on the wire and the way in which they are sent."""

from __future__ import annotations

import gzip
import http
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from . import codec
from .faults import Fault
from .options import Options
from .service import Answer

_REASONS = {int(status): status.phrase for status in http.HTTPStatus}
_HTML = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>Be right back</h1></body></html>\n"


class Request(NamedTuple):
    """One HTTP request. Header names are in lower case."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool
    connection: int
    tls: bool


@dataclass
class Reply:
    """What a connection does about a request.

    `action` is `send`, `close`, `reset`, `hang` or `dribble`; `close` closes after sending. Times are seconds. A
    dribble sends `data[:start]` at once and then `chunk` bytes per `interval`.
    """

    data: bytes = b""
    action: str = "send"
    close: bool = False
    delay: float = 0.0
    start: int = 0
    chunk: int = 1
    interval: float = 0.0


def response(
    request: Request,
    options: Options,
    status: int,
    body: bytes,
    content_type: str = "text/xml;charset=UTF-8",
    headers: Mapping[str, str] | None = None,
    plain: bool = False,
) -> tuple[bytes, bytes, bool]:
    """Return head and body as sent, and whether the connection ends. `plain` keeps the body from being compressed."""
    close = not request.keep_alive or not options.keep_alive
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}", "Server: rps-simulator"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    if options.gzip and not plain and b"gzip" in request.headers.get(b"accept-encoding", b""):
        body = gzip.compress(body, 1)
        lines.append("Content-Encoding: gzip")
    if headers:
        lines.extend(f"{name}: {value}" for name, value in headers.items())
    if options.chunked:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif not headers or "content-length" not in (name.lower() for name in headers):
        lines.append(f"Content-Length: {len(body)}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"), body, close


def plain_reply(
    request: Request,
    options: Options,
    status: int,
    body: bytes,
    content_type: str = "text/xml;charset=UTF-8",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return an answer without any fault; head and body are one piece, so that they leave in one packet."""
    head, sent, close = response(request, options, status, body, content_type, headers)
    return Reply(head + sent, close=close)


def faulty_reply(request: Request, options: Options, fault: Fault, answer: bytes) -> Reply:
    """Apply a fault to an answer; `answer` is the XML that would have been sent."""
    reply = _render(request, options, fault, answer)
    reply.delay += fault.delay
    return reply


def _render(request: Request, options: Options, fault: Fault, answer: bytes) -> Reply:
    kind = fault.kind
    if kind in ("close", "reset", "hang"):
        return Reply(action=kind)
    status = fault.status or {"status": 500, "redirect": 307}.get(kind, 200)
    if kind in ("half", "dribble"):
        head, body, close = response(request, options, status, answer, headers=fault.headers)
        if kind == "half":
            return Reply(head + body[: len(body) // 2], close=True)
        start = 0 if fault.whole else len(head)
        return Reply(head + body, "dribble", close, start=start, chunk=fault.chunk, interval=fault.interval)
    content_type, headers = "text/xml;charset=UTF-8", dict(fault.headers)
    made_up = _made_up(options, fault, answer)
    body, plain = (fault.payload, True) if made_up is None else (made_up, False)
    if plain:
        content_type = fault.content_type
    if kind in ("html", "redirect"):
        content_type = "text/html"
        if kind == "redirect":
            headers = {"Location": fault.location, **headers}
    head, body, close = response(request, options, status, body, content_type, headers, plain)
    return Reply(head + body, close=close)


def _made_up(options: Options, fault: Fault, answer: bytes) -> bytes | None:
    """Return the body of the kinds that make one up, None for those that send the fault's own bytes."""
    makers: dict[str, Callable[[], bytes]] = {
        "delay": lambda: answer,
        "cut_xml": lambda: answer[: len(answer) * 2 // 3],
        "wrong_shape": lambda: codec.encode_shape(fault.shape),
        "fault": lambda: codec.encode_fault(fault.code, fault.text),
        "text": lambda: codec.encode(Answer(fault.ok, fault.text), options.style),
        "html": lambda: fault.payload or _HTML,
    }
    maker = makers.get(fault.kind)
    return None if maker is None else maker()
