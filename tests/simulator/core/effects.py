# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a fault and the answer that would have been sent to the reply that is."""

from __future__ import annotations

import dataclasses

from .dialect import Incoming, Service
from .faults import Fault
from .messages import Dribble, Reply

_HTML = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>Be right back</h1></body></html>\n"
_NOT_GZIP = b"\x1f\x8b\x08\x00this is no gzip"


def faulty_reply(service: Service, fault: Fault, incoming: Incoming, answer: Reply) -> Reply:
    """Apply a fault to an answer."""
    made_up = service.dialect.protocol.made_up(service, fault, incoming)
    reply = made_up if made_up is not None else _reply(fault, answer)
    extra = tuple(fault.headers.items())
    return dataclasses.replace(
        reply, headers=(*reply.headers, *extra), delay=reply.delay + fault.delay, gate=fault.gate
    )


def _reply(fault: Fault, answer: Reply) -> Reply:
    kind = fault.kind
    if kind in ("close", "reset", "hang", "refuse"):
        return Reply(drop=kind)
    if kind in ("pass", "delay", "half", "dribble", "cut"):
        return _distorted(fault, answer)
    status = fault.status or {"status": 500, "redirect": 307}.get(kind, 200)
    content_type, body = fault.content_type or answer.header("content-type") or "", fault.payload
    headers: tuple[tuple[str, str], ...] = ()
    if kind in ("html", "redirect"):
        content_type = "text/html"
        body = fault.payload or (_HTML if kind == "html" else b"")
        headers = (("Location", fault.location),) if kind == "redirect" else ()
    elif kind == "bad_gzip":
        body, headers = _NOT_GZIP, (("Content-Encoding", "gzip"),)
    return Reply(status, (("Content-Type", content_type), *headers), body, raw=kind not in ("html", "redirect"))


def _distorted(fault: Fault, answer: Reply) -> Reply:
    answer = dataclasses.replace(answer, status=fault.status or answer.status)
    if fault.kind == "half":
        return dataclasses.replace(answer, drop="half")
    if fault.kind == "dribble":
        return dataclasses.replace(answer, dribble=Dribble(fault.chunk, fault.interval, fault.whole))
    if fault.kind == "cut":
        return dataclasses.replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
    return answer
