# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A REST interface with JSON: tokens that expire, nonces, error objects, routes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..core.dialect import CallError, Incoming, Operation, Rejected, Service, Summary
from ..core.faults import Fault
from ..core.messages import Reply, Request
from ..core.options import Switch

BAD_PARAMETER, BAD_TOKEN, NOT_ALLOWED, NOT_FOUND = 900400, 900401, 900403, 900404
WRONG_VERB, NO_BODY, RATE_LIMIT, NO_HEADERS, NONCE_USED = 900405, 900444, 900429, 500401, 500403
_STATUS = {
    BAD_TOKEN: 401,
    NO_HEADERS: 401,
    NOT_ALLOWED: 403,
    NONCE_USED: 403,
    NOT_FOUND: 404,
    WRONG_VERB: 405,
    NO_BODY: 412,
    RATE_LIMIT: 429,
}
SWITCHES = (
    Switch("token_lifetime", 3600, "seconds for which a token is good"),
    Switch("check_headers", True, "refuse requests without timestamp and nonce, and a nonce that was used before"),
    Switch("clock_skew", None, "largest difference between a request's timestamp and the clock, in seconds"),
    Switch("bad_login", "401", "HTTP status of a bad login", ("401", "403")),
    Switch("code_type", "text", "whether the code of an error is a text or a number", ("text", "number")),
)
SHAPES: dict[str, Any] = {
    "string": "OK",
    "boolean": True,
    "empty_array": [],
    "struct": {},
    "number": 1,
    "null": None,
    "nested": {"data": {"data": []}},
    "wrong_types": {"total": "x", "data": "x", "successCount": "x", "access_token": 1},
}


class Tokens:
    """The tokens and nonces of one service."""

    def __init__(self) -> None:
        self._good: dict[str, tuple[str, float]] = {}  # account and end, by token
        self._nonces: set[str] = set()
        self._issued = 0

    def issue(self, account: str, now: float, lifetime: float) -> str:
        """Return a new token."""
        self._issued += 1
        token = f"token-{self._issued:06d}"
        self._good[token] = (account, now + lifetime)
        return token

    def account(self, token: str, now: float) -> str | None:
        """Return whose token it is; None where it is unknown or has expired."""
        account, end = self._good.get(token, (None, 0.0))
        return account if now < end else None

    def expire(self) -> None:
        """End every token."""
        self._good.clear()

    def is_new(self, nonce: str) -> bool:
        """Note a nonce; False where it was used before."""
        if nonce in self._nonces:
            return False
        self._nonces.add(nonce)
        return True


def tokens(service: Service) -> Tokens:
    """Return the tokens of a service."""
    found = service.world.extra.setdefault("tokens", Tokens())
    assert isinstance(found, Tokens)
    return found


def page(items: list[Any], body: dict[str, Any], limit_max: int, default: int = 20) -> tuple[list[Any], int, int]:
    """Return the part of a list that `skip` and `limit` ask for, and both numbers."""
    skip, limit = body.get("skip", 0), body.get("limit", default)
    for name, value, lowest, highest in (("skip", skip, 0, None), ("limit", limit, 1, limit_max)):
        if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
            raise wrong(name, "is no number in the allowed range")
        if highest is not None and value > highest:
            raise wrong(name, f"is over {highest}")
    return items[skip : skip + limit], skip, limit


def wrong(field: str, message: str) -> CallError:
    """Return the error for a bad parameter."""
    return CallError(BAD_PARAMETER, "Invalid parameter", details=({"field": field, "message": message},))


class ItemError(Exception):
    """An entry of a bulk call that is refused."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def bulk_result(
    entries: list[Any], do: Callable[[Any], Any], name: Callable[[Any], str], error_key: str, error_text: str
) -> dict[str, Any]:
    """Do every entry that can be done; a refused one gets `{error_key: its name, error_text: "code: words"}`."""
    errors = []
    for entry in entries:
        try:
            do(entry)
        except (ItemError, CallError) as refused:
            errors.append({error_key: name(entry), error_text: f"{refused.code}: {refused.text}"})
    count = len(entries)
    return {"total": count, "successCount": count - len(errors), "failureCount": len(errors), "errors": errors}


def as_object(body: Any, *required: str) -> dict[str, Any]:
    """Return a body that must be an object with these members."""
    if not isinstance(body, dict):
        raise CallError(BAD_PARAMETER, "The body is no object")
    for name in required:
        if name not in body:
            raise wrong(name, "is required")
    return body


def text_of(entry: dict[str, Any], name: str) -> str:
    """Return a member that must be a text, empty where it is missing or null."""
    value = entry.get(name)
    if value is not None and not isinstance(value, str):
        raise wrong(name, "is no text")
    return value or ""


class Rest:
    """The protocol. An operation's route is its verb and its path, where `{}` takes one part of the path."""

    name = "rest"
    switches: tuple[Switch, ...] = SWITCHES

    def receive(self, service: Service, request: Request, now: float) -> Incoming:
        """Check headers and login, find the operation and decode the body."""
        self._check_headers(service, request, now)
        operation, parts, others = _route(service, request)
        account = self._login(service, request, operation, now)
        if operation is None and others:
            raise self._rejected(service, CallError(WRONG_VERB, "Method not allowed"), ("Allow", ", ".join(others)))
        args: list[Any] = list(parts)
        if request.verb in ("POST", "PATCH", "PUT"):
            args.append(self._body(service, request))
        name = operation.name if operation is not None else f"{request.verb} {request.path}"
        return Incoming(account, name, operation, args)

    def _rejected(self, service: Service, error: CallError, *headers: tuple[str, str]) -> Rejected:
        reply = self.write_error(service, error, None)
        reply = Reply(reply.status, (*reply.headers, *headers), reply.body)
        return Rejected(reply, error.text)

    def _check_headers(self, service: Service, request: Request, now: float) -> None:
        options = service.options
        if not options.check_headers:
            return
        stamp, nonce = request.headers.get("timestamp", ""), request.headers.get("nonce", "")
        if not (stamp.isascii() and stamp.isdigit()) or len(nonce) != 32:
            raise self._rejected(service, CallError(NO_HEADERS, "The headers timestamp and nonce are required"))
        if options.clock_skew is not None and abs(int(stamp) / 1000 - now) > options.clock_skew:
            raise self._rejected(service, CallError(NO_HEADERS, "The timestamp is out of range"))
        if not tokens(service).is_new(nonce):
            raise self._rejected(service, self._nonce_used())

    @staticmethod
    def _nonce_used() -> CallError:
        return CallError(NONCE_USED, "The nonce has been used")

    def _login(self, service: Service, request: Request, operation: Operation | None, now: float) -> str:
        header = request.headers.get("authorization", "")
        if operation is not None and operation.login == "basic":
            account = service.world.login(header)
        else:
            scheme, _blank, token = header.partition(" ")
            account = tokens(service).account(token.strip(), now) if scheme.lower() == "bearer" else None
        if account is None:
            raise Rejected(self._bad_login(service), "bad login")
        return account

    def _bad_login(self, service: Service) -> Reply:
        return self.write_error(service, CallError(BAD_TOKEN, "Unauthorized", int(service.options.bad_login)), None)

    def _body(self, service: Service, request: Request) -> Any:
        if not request.body.strip():
            raise self._rejected(service, CallError(NO_BODY, "The request has no body"))
        try:
            return json.loads(request.body.decode("utf-8"))
        except ValueError:
            raise self._rejected(service, CallError(BAD_PARAMETER, "The body is no JSON")) from None

    def write(self, service: Service, value: Any, operation: Operation | None) -> Reply:
        """Write an answer; None is an answer without a body."""
        if value is None:
            return Reply(204)
        return _json(200 if operation is None else operation.status, value)

    def write_error(self, service: Service, error: CallError, _incoming: Incoming | None) -> Reply:
        """Write an error object."""
        if error.kind == "absent":
            error.code = NOT_FOUND
        elif error.kind == "arguments":
            error.code = BAD_PARAMETER
        status = error.status
        if status == 200:
            status = _STATUS.get(error.code, 500 if error.code // 100 == 9005 else 400)
        extra = service.world.extra
        extra["requests"] = extra.get("requests", 0) + 1
        answer = {
            "code": error.code if service.options.code_type == "number" else str(error.code),
            "message": error.text,
            "requestId": f"{extra['requests']:016x}",
            "details": list(error.details),
        }
        return _json(status, answer)

    def made_up(self, service: Service, fault: Fault, incoming: Incoming) -> Reply | None:
        """Write the answer of a fault that needs JSON."""
        maker: Callable[[], Reply] | None = {
            "wrong_shape": lambda: _json(200, SHAPES[fault.shape]),
            "fault": lambda: self._error(service, fault, incoming),
            "text": lambda: self._words(service, fault, incoming),
            "absent": lambda: self.write_error(service, CallError(0, "Not found", kind="absent"), incoming),
            "forbidden": lambda: self.write_error(service, CallError(NOT_ALLOWED, "Forbidden"), incoming),
            "login": lambda: self._bad_login(service),
            "expire": lambda: self._expire(service),
            "nonce": lambda: self.write_error(service, self._nonce_used(), incoming),
        }.get(fault.kind)
        return None if maker is None else maker()

    def _error(self, service: Service, fault: Fault, incoming: Incoming) -> Reply:
        text = fault.text.replace("{method}", incoming.name)
        return self.write_error(service, CallError(fault.code, text, fault.status or 200), incoming)

    def _words(self, service: Service, fault: Fault, incoming: Incoming) -> Reply:
        try:
            return self.write(service, service.dialect.say(service, fault.ok, fault.text, fault.code), None)
        except CallError as error:
            return self.write_error(service, error, incoming)

    def _expire(self, service: Service) -> Reply:
        tokens(service).expire()
        return self.write_error(service, CallError(BAD_TOKEN, "The token has expired"), None)

    def summary(self, value: Any) -> Summary:
        """Say for the log what an answer means: a bulk result, a page, or a record."""
        if isinstance(value, dict) and "failureCount" in value:
            return Summary(value["failureCount"] == 0, f"{value['successCount']} of {value['total']}")
        if isinstance(value, dict) and "data" in value:
            return Summary(True, f"{len(value['data'] or ())} device(s)")
        return Summary(True, "", value.get("uniqueServerUrl") or value.get("serverUrl") if value else None)


def _route(service: Service, request: Request) -> tuple[Operation | None, list[str], list[str]]:
    """Return the operation, the parts of its path that vary, and the other verbs that the path has."""
    others = []
    parts = request.path.split("/")
    for operation in service.dialect.operations:
        verb, path = operation.route
        pattern = path.split("/")
        if len(pattern) == len(parts) and all(want in ("{}", part) for want, part in zip(pattern, parts, strict=True)):
            if verb == request.verb:
                return operation, [part for want, part in zip(pattern, parts, strict=True) if want == "{}"], []
            others.append(verb)
    return None, [], others


def _json(status: int, value: Any) -> Reply:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, (("Content-Type", "application/json;charset=UTF-8"),), body)


PROTOCOL = Rest()
