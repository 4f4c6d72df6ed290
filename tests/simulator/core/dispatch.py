# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request through the simulator: service, login, decoding, fault, execution, record, answer.

`Dispatcher.handle` takes a request and a time and returns a reply. It touches nothing but the state of the simulator:
no socket and no clock, so that a test may carry requests in memory and let the time pass as it likes.
"""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .calls import Call, Ledger, Refusal, Violation
from .dialect import CallError, Context, HttpError, Incoming, Refused, Rejected, Service, Summary, first_list, phones_of
from .effects import faulty_reply
from .faults import Fault, FaultPlan, Named
from .messages import Reply, Request, plain
from .options import Options

CONTROL = "/_sim/"

Hook = Callable[[Any, str, str, "list[Any]"], None]


@dataclass
class _Late:
    """A call that is executed after its answer: at a time, or after so many reads of its service."""

    service: Service
    call: Call
    incoming: Incoming
    fault: Fault
    due: float
    reads_left: int | None


class Dispatcher:
    """Answers requests on the state of one simulator. Whoever calls `handle` has the simulator's lock."""

    def __init__(
        self,
        owner: Any,
        services: Mapping[str, Service],
        options: Options,
        faults: FaultPlan,
        hooks: list[Hook],
        ledger: Ledger,
        control: Callable[[Request], tuple[int, bytes]],
    ) -> None:
        self.owner = owner
        self.services = services
        self.options = options
        self.faults = faults
        self.hooks = hooks
        self.ledger = ledger
        self.control = control
        self._late: list[_Late] = []
        self._exact: dict[str, Service] = {}
        self._below: list[tuple[str, Service]] = []
        for service in services.values():
            for path in (service.dialect.path, *service.dialect.also_paths):
                if path.endswith("*"):
                    self._below.append((path[:-1], service))
                else:
                    self._exact[path] = service

    # -- requests

    def handle(self, request: Request, now: float) -> Reply:
        """Decide about one request that arrives at `now`, in seconds since the epoch."""
        if request.path.startswith(CONTROL) and not request.tls:
            status, body = self.control(request)
            return Reply(status, (("Content-Type", "application/json"),), body)
        self.ledger.requests += 1
        self.settle(now)
        service = self.service_at(request.path)
        if service is None:
            reply = plain(404, "no service at this path")
            self._refuse(request, reply, "no service at this path")
            return self._finish(request, reply, self.options)
        service.world.now = now
        return self._finish(request, self._answer(service, request, now), service.options)

    def service_at(self, path: str) -> Service | None:
        """Return the service that answers at a path."""
        found = self._exact.get(path)
        return found or next((service for start, service in self._below if path.startswith(start)), None)

    def _finish(self, request: Request, reply: Reply, options: Any) -> Reply:
        headers, body = reply.headers, reply.body
        if options.gzip and body and not reply.raw and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            headers = (*headers, ("Content-Encoding", "gzip"))
        close = reply.close or not request.keep_alive or not options.keep_alive
        if body is reply.body and not close and not options.latency:
            return reply
        delay = reply.delay + float(options.latency)
        return dataclasses.replace(reply, headers=headers, body=body, close=close, delay=delay)

    def _refuse(self, request: Request, reply: Reply, reason: str) -> None:
        self.ledger.refusals.append(Refusal(reply.status, reason, request.path, request.connection))

    def _answer(self, service: Service, request: Request, now: float) -> Reply:
        protocol = service.dialect.protocol
        try:
            incoming = protocol.receive(service, request, now)
        except Rejected as rejected:
            self._refuse(request, rejected.reply, rejected.reason)
            return rejected.reply
        try:
            return self._call(service, request, incoming, now)
        except Exception as error:  # noqa: BLE001  (a hook, or the simulator itself: the test has to hear of it)
            what = f"{type(error).__name__}: {error}"
            self.ledger.violations.append(Violation(what, service.name, incoming.account, incoming.name, incoming.args))
            return plain(500, f"error inside the simulator: {what}")

    # -- calls

    def _call(self, service: Service, request: Request, incoming: Incoming, now: float) -> Reply:
        call = self._record(service, request, incoming, now)
        if service.options.read_only and call.write:
            return self._violate(call)
        if self._is_forbidden(service, incoming):
            reply = service.dialect.protocol.made_up(service, Fault("forbidden"), incoming) or plain(403, "forbidden")
            call.status, call.text = reply.status, "forbidden"
            return reply
        named = Named(service.name, incoming.account, incoming.name, call.phones, call.write)
        fault = self.faults.pick(call.index, named)
        context = Context(service, incoming.account, now, fault)
        if fault is None or fault.phase != "before":
            for hook in self.hooks:
                hook(self.owner, incoming.account, incoming.name, incoming.args)
        if fault is None:
            reply = self._execute(context, incoming, call)
        else:
            call.phase, call.fault, call.fault_name = fault.phase, fault.kind, fault.name
            reply = self._hit(context, fault, incoming, call)
        call.status = reply.status
        if not call.write and incoming.operation is not None and incoming.operation.login == "account":
            self._count_read(service, now)
        return dataclasses.replace(reply, executed=call.executed)

    def _record(self, service: Service, request: Request, incoming: Incoming, now: float) -> Call:
        operation = incoming.operation
        call = Call(
            index=len(self.ledger.calls),
            serial=self.ledger.serial,
            vendor=service.name,
            account=incoming.account,
            method=incoming.name,
            params=incoming.args,
            write=operation is not None and operation.write,
            phones=phones_of(operation, service.world, incoming.args),
            executed=False,
            phase=None,
            fault=None,
            fault_name=None,
            ok=None,
            text="",
            url=None,
            status=200,
            at=now,
            connection=request.connection,
            tls=request.tls,
        )
        self.ledger.serial += 1
        self.ledger.calls.append(call)
        return call

    def _violate(self, call: Call) -> Reply:
        what = "a write in read-only mode"
        self.ledger.violations.append(Violation(what, call.vendor, call.account, call.method, call.params))
        call.status, call.text = 500, "refused: read-only"
        return plain(500, f"READ-ONLY SIMULATOR: {call.method} was sent by {call.account!r} with {call.params!r}")

    def _is_forbidden(self, service: Service, incoming: Incoming) -> bool:
        return self.options.lists("forbidden_methods", service.name, incoming.name, len(incoming.args))

    def _hit(self, context: Context, fault: Fault, incoming: Incoming, call: Call) -> Reply:
        """Execute a call as far as its fault lets it, and return what the fault makes of the answer."""
        service = context.service
        if fault.phase == "before":
            answer = service.dialect.protocol.write(service, service.dialect.say(service, True, "OK", 0), None)
        elif fault.phase == "late":
            reads = fault.late_reads
            self._late.append(_Late(service, call, incoming, fault, context.now + fault.late_seconds, reads))
            answer = self._as_if(context, incoming, call)
        elif fault.undo or fault.only_first is not None:
            answer = self._as_if(context, incoming, call)
            if not fault.undo:
                self._execute_part(context, fault, incoming, call)
        else:
            answer = self._execute(context, incoming, call)
            self._divert(context, fault, call)
        return faulty_reply(service, fault, incoming, answer)

    def _execute(self, context: Context, incoming: Incoming, call: Call) -> Reply:
        service, protocol = context.service, context.service.dialect.protocol
        service.world.current_call = call.serial
        call.executed = False
        try:
            reply, summary = self._run(context, incoming)
            call.executed = True
        except CallError as error:
            reply = protocol.write_error(service, error, incoming)
            call.executed = error.kind == "error"  # the handler itself said no
            summary = Summary(False if call.executed else None, f"fault {error.code}: {error.text}")
        except HttpError as error:
            reply, summary = plain(error.status, error.text), Summary(None, error.text)
        finally:
            service.world.current_call = None
        call.ok, call.text, call.url = summary
        return reply

    def _run(self, context: Context, incoming: Incoming) -> tuple[Reply, Summary]:
        """Call the handler; raises CallError and HttpError."""
        service, operation, args = context.service, incoming.operation, incoming.args
        dialect, protocol = service.dialect, service.dialect.protocol
        if operation is None or self.options.lists("disabled_methods", service.name, incoming.name, len(args)):
            raise CallError(0, f"method not found: {dialect.prefix}{incoming.name}", kind="absent")
        if len(args) not in operation.takes:
            text = f"{dialect.prefix}{incoming.name} does not take {len(args)} parameter(s)"
            raise CallError(0, text, kind="arguments")
        if len(args) in operation.retired and getattr(service.options, "retired_calls", "fault") == "fault":
            text = f"{dialect.prefix}{incoming.name} with {len(args)} parameters is no longer available"
            raise CallError(0, text, kind="absent")
        try:
            value = operation.handler(context, *args)
        except Refused as refused:
            try:
                value = dialect.say(service, False, refused.text, refused.code)
            except CallError as error:
                error.status = error.status if refused.status == 200 else refused.status
                reply = protocol.write_error(service, error, incoming)
                return reply, Summary(False, f"fault {error.code}: {error.text}")
        return protocol.write(service, value, operation), protocol.summary(value)

    # -- calls that are not executed as they were sent

    def _as_if(self, context: Context, incoming: Incoming, call: Call) -> Reply:
        """Return the answer of a call without executing it."""
        world = context.world
        saved = world.snapshot()
        try:
            return self._execute(context, incoming, call)
        finally:
            world.restore(saved)
            call.executed = False

    def _execute_part(self, context: Context, fault: Fault, incoming: Incoming, call: Call) -> None:
        said = call.ok, call.text, call.url
        count = fault.only_first if fault.only_first is not None else 0
        shorten = incoming.operation.shorten if incoming.operation is not None else first_list
        part = incoming._replace(args=shorten(incoming.args, count))
        self._execute(context, part, call)
        call.ok, call.text, call.url = said

    def _divert(self, context: Context, fault: Fault, call: Call) -> None:
        if fault.other_url is None or call.ok is not True:
            return
        world = context.world
        for mac in call.phones:
            device = world.find(mac)
            if device is not None and device.account == call.account:
                world.bind(mac, device.account, device.server, fault.other_url, device.server_id)
        if not call.phones:
            for server in list(world.server_objects(call.account).values())[-1:]:
                server.url = fault.other_url

    def settle(self, now: float) -> None:
        """Execute what is due by now."""
        if self._late:
            self._run_late([late for late in self._late if late.reads_left is None and late.due <= now], now)

    def execute_late(self, now: float) -> None:
        """Execute everything that is still to be executed, whatever it waits for."""
        self._run_late(list(self._late), now)

    def _count_read(self, service: Service, now: float) -> None:
        for late in self._late:
            if late.service is service and late.reads_left is not None:
                late.reads_left -= 1
        if self._late:
            self._run_late([late for late in self._late if late.reads_left is not None and late.reads_left <= 0], now)

    def _run_late(self, due: list[_Late], now: float) -> None:
        for late in due:
            self._late.remove(late)
            context = Context(late.service, late.incoming.account, now)
            late.service.world.now = now
            self._execute(context, late.incoming, late.call)

    def forget_late(self) -> None:
        """Never execute what is still to be executed."""
        self._late.clear()
