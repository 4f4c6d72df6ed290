# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request through the simulator: path, login, decoding, fault, execution, record, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import codec, delivery
from .delivery import Reply, Request
from .faults import Fault, FaultPlan
from .options import Options
from .records import Call, Ledger, Refusal, Violation
from .service import METHOD_NOT_FOUND, WRITE_METHODS, Answer, RpcFaultError, Service
from .world import World

PATHS = {"/xmlrpc": "yealink", "/index.php/xmlrpc": "htek"}  # section 2 of Yealink's document, "Service Port" of Htek's
CONTROL = "/_sim/"
PARSE_ERROR = -32700
_PREFIX = "redirect."
_OK = codec.encode(Answer(True, "OK"), "compact")

Hook = Callable[[Any, str, str, "list[Any]"], None]


class Dispatcher:
    """Answers requests on the state of one simulator. The connection holds the lock while it calls `handle`."""

    def __init__(
        self,
        owner: Any,
        worlds: dict[str, World],
        options: Options,
        faults: FaultPlan,
        hooks: list[Hook],
        ledger: Ledger,
        control: Callable[[Request], tuple[int, bytes]],
    ) -> None:
        self.owner = owner
        self.options = options
        self.faults = faults
        self.hooks = hooks
        self.ledger = ledger
        self.control = control
        self.services = {vendor: Service(world, options) for vendor, world in worlds.items()}

    def handle(self, request: Request) -> Reply:
        """Decide about one request; an error inside the simulator becomes a violation and HTTP 500."""
        if request.path.startswith(CONTROL) and not request.tls:
            status, body = self.control(request)
            return delivery.plain_reply(request, self.options, status, body, "application/json")
        self.ledger.requests += 1
        reply = self._answer(request)
        reply.delay += self.options.latency
        return reply

    def _answer(self, request: Request) -> Reply:
        vendor = PATHS.get(request.path)
        if vendor is None:
            return self._refuse(request, 404, "no service at this path")
        if request.method != "POST":
            return self._refuse(request, 405, "the service takes POST only", {"Allow": "POST"})
        service = self.services[vendor]
        account = service.world.login(request.headers.get(b"authorization", b""))
        if account is None:
            return self._refuse(request, 401, "bad login", {"WWW-Authenticate": 'Basic realm="RPS"'})
        content_type = request.headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if self.options.require_content_type and content_type != b"text/xml":
            return self._refuse(request, 415, "the content type is not text/xml")
        try:
            name, params = codec.decode(request.body)
        except codec.DecodeError as error:
            return self._refuse_rpc(request, PARSE_ERROR, str(error))
        if not name.startswith(_PREFIX):
            return self._refuse_rpc(request, METHOD_NOT_FOUND, f"method not found: {name}")
        try:
            return self._call(request, service, account, name[len(_PREFIX) :], params)
        except Exception as error:  # noqa: BLE001  (a hook, or the simulator itself: the test has to hear of it)
            what = f"{type(error).__name__}: {error}"
            self.ledger.violations.append(Violation(what, vendor, account, name, params))
            text = f"error inside the simulator: {what}\n"
            return delivery.plain_reply(request, self.options, 500, text.encode(), "text/plain;charset=UTF-8")

    def _refuse(self, request: Request, status: int, reason: str, headers: dict[str, str] | None = None) -> Reply:
        self.ledger.refusals.append(Refusal(status, reason, request.path, request.connection))
        return delivery.plain_reply(request, self.options, status, f"{reason}\n".encode(), "text/plain", headers)

    def _refuse_rpc(self, request: Request, code: int, text: str) -> Reply:
        self.ledger.refusals.append(Refusal(200, text, request.path, request.connection))
        return delivery.plain_reply(request, self.options, 200, codec.encode_fault(code, text))

    def _call(self, request: Request, service: Service, account: str, method: str, params: list[Any]) -> Reply:
        ledger, options, vendor = self.ledger, self.options, service.world.vendor
        index, serial = len(ledger.calls), ledger.serial
        ledger.serial += 1
        if options.read_only and method in WRITE_METHODS:
            return self._violate(request, service, account, method, params)
        fault = self.faults.pick(index, vendor, account, method, params)
        execute = fault is None or fault.phase == "after"
        ok: bool | None = None
        text, url, body = "", None, _OK
        if execute:
            for hook in self.hooks:
                hook(self.owner, account, method, params)
            service.world.current_call = serial
            try:
                answer = service.call(account, method, _shortened(params, fault))
            except RpcFaultError as raised:
                text, body = f"fault {raised.code}: {raised.text}", codec.encode_fault(raised.code, raised.text)
            else:
                ok, url = answer.ok, answer.url
                text = answer.value if isinstance(answer.value, str) else f"{len(answer.value)} device(s)"
                body = codec.encode(answer, options.style)
            finally:
                service.world.current_call = None
        phase, kind = (fault.phase, fault.kind) if fault is not None else (None, None)
        ledger.calls.append(
            Call(
                index, serial, vendor, account, method, params, execute, phase, kind, ok, text, url,
                request.connection, request.tls,
            )
        )  # fmt: skip
        if fault is not None:
            return delivery.faulty_reply(request, options, fault, body)
        return delivery.plain_reply(request, options, 200, body)

    def _violate(self, request: Request, service: Service, account: str, method: str, params: list[Any]) -> Reply:
        ledger, vendor = self.ledger, service.world.vendor
        what = "a write in read-only mode"
        ledger.violations.append(Violation(what, vendor, account, method, params))
        ledger.calls.append(
            Call(
                len(ledger.calls), ledger.serial - 1, vendor, account, method, params, False, None, None, None,
                "refused: read-only", None, request.connection, request.tls,
            )
        )  # fmt: skip
        text = f"READ-ONLY SIMULATOR: redirect.{method} was sent by {account!r} with {params!r}\n"
        return delivery.plain_reply(request, self.options, 500, text.encode(), "text/plain;charset=UTF-8")


def _shortened(params: list[Any], fault: Fault | None) -> list[Any]:
    if fault is None or fault.only_first is None or not params or not isinstance(params[0], list):
        return params
    return [params[0][: fault.only_first], *params[1:]]
