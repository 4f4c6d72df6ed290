# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration servers: what is to be done for those that the user defines, and doing it. Every failure is a value.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from .._errors import AbsentCallError, CallError
from .._model import (
    CREATED,
    DEREGISTER,
    EDITED,
    EXISTS,
    NO_CALL,
    SERVER_FAILED,
    SERVER_UNKNOWN,
    WOULD_CREATE,
    WOULD_EDIT,
    WRONG_URL,
    CurrentServer,
    PlannedChange,
    Reason,
    Refusal,
    Server,
    ServerResult,
    reason,
)
from .._urls import same_url
from .._vendors.base import CREATE_ONLY, MANAGED, SERVER_NAME_USED, Service
from .plan import Show
from .workers import WorkerPool


@dataclass(frozen=True)
class PlannedServer:
    """What is to be done for one defined server, or what came of it.

    ``result`` is what check mode predicts, and after the writes the result; ``current`` is the server as it was read
    last, or None.
    """

    server: Server
    result: ServerResult
    current: CurrentServer | None = None

    @property
    def writes(self) -> bool:
        """Whether something is to be done."""
        return self.result.status in (WOULD_CREATE, WOULD_EDIT)


def plan_servers(service: Service, servers: Sequence[Server], force: bool) -> tuple[PlannedServer, ...]:
    """What is to be done for these servers. If the service shows its servers, they are read, in one listing.

    ``force`` edits a server whose URL differs. Raises CallError.
    """
    if not servers:
        return ()
    if service.capabilities.servers != MANAGED:
        kind = WOULD_CREATE if service.capabilities.servers == CREATE_ONLY else NO_CALL
        return tuple(PlannedServer(server, ServerResult(server, kind)) for server in servers)
    current = service.list_servers()
    return tuple(plan_server(service, server, current, force) for server in servers)


def plan_server(service: Service, server: Server, current: Sequence[CurrentServer], force: bool) -> PlannedServer:
    """What is to be done for one server of a service that shows its servers."""
    same_name = [one for one in current if one.name == server.name]
    if len(same_name) > 1:
        why = reason("server_ambiguous", server=server.name, count=len(same_name))
        return PlannedServer(server, ServerResult(server, SERVER_FAILED, why))
    if not same_name:
        return PlannedServer(server, ServerResult(server, WOULD_CREATE))
    if same_url(same_name[0].url, server.url):
        return PlannedServer(server, ServerResult(server, EXISTS), same_name[0])
    if force:
        return PlannedServer(server, ServerResult(server, WOULD_EDIT), same_name[0])
    show = service.masker.url
    why = reason("server_differs", server=server.name, current=show(same_name[0].url), desired=show(server.url))
    return PlannedServer(server, ServerResult(server, WRONG_URL, why), same_name[0])


def blocked_by_servers(
    planned: Sequence[PlannedServer], changes: Sequence[PlannedChange], show: Show
) -> dict[str, Reason]:
    """By MAC, why a phone is not written: its server is known to have another URL than defined."""
    blocked: dict[str, Reason] = {}
    for one in planned:
        current, status = one.current, one.result.status
        if current is None or status in (WOULD_CREATE, WOULD_EDIT) or same_url(current.url, one.server.url):
            continue
        urls = {"current": show(current.url, False), "desired": show(one.server.url, False)}
        variant = "managed" if status == WRONG_URL else "kept"
        why = reason("server_wrong_url", variant, server=one.server.name, **urls)
        for change in changes:
            if _binds_to_server(change) and change.desired.server == one.server.name:
                blocked[change.mac] = why
    return blocked


def blocked_by_lookup(service: Service, changes: Sequence[PlannedChange], defined: Container[str]) -> dict[str, Reason]:
    """By MAC, why a phone is not written: its server is not defined and does not exist.

    Only where the service shows its servers, and only if a phone is to be bound to one that is not among ``defined``:
    one list then shows before the first write, and in check mode, what the write would come to. Raises CallError.
    """
    if service.capabilities.servers != MANAGED:
        return {}
    binds = [change for change in changes if _binds_to_server(change) and change.desired.server not in defined]
    existing = {server.name for server in service.list_servers()} if binds else set()
    return {
        change.mac: reason("server_unknown", "missing", server=change.desired.server or "")
        for change in binds
        if change.desired.server not in existing
    }


def _binds_to_server(change: PlannedChange) -> bool:
    return change.writes and change.action != DEREGISTER and change.desired.unique_url is None


@dataclass(frozen=True)
class _Answer:
    """How a call that writes a server ended: accepted, or with a refusal or an error."""

    refusal: Refusal | None = None
    error: CallError | None = None

    @property
    def certain(self) -> bool:
        """Whether nothing was executed and no read can add to that. A refusal in words is read back all the same."""
        error = self.error
        return error is not None and (isinstance(error, AbsentCallError) or error.executed is False)


@dataclass(frozen=True)
class _ServersRead:
    """The servers as they were read after the writes; ``cause`` is why they could not be read, or ""."""

    servers: tuple[CurrentServer, ...] = ()
    cause: str = ""

    def named(self, name: str) -> list[CurrentServer]:
        """The servers of this name."""
        return [one for one in self.servers if one.name == name]


def apply_servers(service: Service, planned: Sequence[PlannedServer], workers: WorkerPool) -> tuple[PlannedServer, ...]:
    """Create and edit servers -> each with its result.

    If the service shows its servers, the result is what one list shows after all the writes, whatever the service
    answered. If not, the answer counts.
    """
    answers = workers.map(lambda one: _send(service, one) if one.writes else None, planned)
    managed = service.capabilities.servers == MANAGED
    doubtful = managed and any(answer is not None and not answer.certain for answer in answers)
    after = _read_servers(service) if doubtful else None
    results = []
    for one, answer in zip(planned, answers):
        if answer is None:
            results.append(one)
        elif after is None or answer.certain:
            results.append(replace(one, result=_by_answer(service, one, answer)))
        else:
            results.append(_by_list(service, one, answer, after))
    return tuple(results)


def _send(service: Service, planned: PlannedServer) -> _Answer:
    server, current = planned.server, planned.current
    try:
        if planned.result.status == WOULD_EDIT and current is not None:
            return _Answer(service.edit_server(current, server.url))
        return _Answer(service.create_server(server))
    except CallError as error:
        return _Answer(error=error)


def _read_servers(service: Service) -> _ServersRead:
    try:
        return _ServersRead(tuple(service.list_servers()))
    except CallError as error:
        return _ServersRead(cause=str(error))


def _done(planned: PlannedServer) -> str:
    return EDITED if planned.result.status == WOULD_EDIT else CREATED


def _by_answer(service: Service, planned: PlannedServer, answer: _Answer) -> ServerResult:
    """The result of a write of which only the answer is known."""
    server, refusal, error = planned.server, answer.refusal, answer.error
    if error is not None:
        values = {"server": server.name, "cause": str(error), "fix": error.fix}
        if isinstance(error, AbsentCallError):
            return ServerResult(server, NO_CALL, reason("server_no_call", **values))
        if error.executed is False:
            return ServerResult(server, SERVER_FAILED, reason("server_failed", **values))
        return ServerResult(server, SERVER_UNKNOWN, reason("server_lost", **values))
    if refusal is None:
        return ServerResult(server, _done(planned))
    if refusal.kind == SERVER_NAME_USED and service.capabilities.servers != MANAGED:
        return ServerResult(server, EXISTS, reason("server_exists", server=server.name))
    text = service.masker.text(refusal.text)
    code = "server_edit_refused" if _done(planned) == EDITED else "server_refused"
    return ServerResult(server, SERVER_FAILED, reason(code, server=server.name, text=text))


def _by_list(service: Service, planned: PlannedServer, answer: _Answer, after: _ServersRead) -> PlannedServer:
    """The result of a write after which the servers were read."""
    server = planned.server
    accepted = answer.refusal is None and answer.error is None
    if after.cause:
        result = _by_answer(service, planned, answer)
        if accepted:
            why = reason("server_lost", "unread", server=server.name, cause=after.cause)
            result = ServerResult(server, SERVER_UNKNOWN, why)
        return replace(planned, result=result)
    named = after.named(server.name)
    reached = next((one for one in named if same_url(one.url, server.url)), None)
    current = reached or (named[0] if named else None)
    if len(named) > 1:
        why = reason("server_ambiguous", server=server.name, count=len(named))
        result = ServerResult(server, SERVER_FAILED, why)
    elif reached is not None:
        # A name that is in use already was not given by this call.
        by_others = answer.refusal is not None and answer.refusal.kind == SERVER_NAME_USED
        result = ServerResult(server, EXISTS if by_others else _done(planned))
    elif accepted:
        result = ServerResult(server, SERVER_FAILED, _not_applied(service, server, current))
    else:
        result = _by_answer(service, planned, answer)
    return replace(planned, result=result, current=current)


def _not_applied(service: Service, server: Server, current: CurrentServer | None) -> Reason:
    """Why a server is not done that the service accepted."""
    show = service.masker.url
    if current is None:
        return reason("server_lost", "missing", server=server.name)
    return reason("server_lost", "other", server=server.name, current=show(current.url), desired=show(server.url))


def delete_server(service: Service, server: CurrentServer) -> tuple[Reason | None, list[CurrentServer] | None]:
    """Delete a server -> (why that failed or None, the servers of this name by now or None if that is not known)."""
    answer = _send_delete(service, server)
    if answer.error is not None and answer.certain:
        why = reason("server_failed", server=server.name, cause=str(answer.error), fix=answer.error.fix)
        return why, [server]
    after = _read_servers(service)
    named = None if after.cause else after.named(server.name)
    if named == []:
        return None, named
    if answer.refusal is not None:
        text = service.masker.text(answer.refusal.text)
        return reason("server_delete_refused", server=server.name, text=text), named
    if answer.error is not None:
        return reason("server_lost", server=server.name, cause=str(answer.error)), named
    if after.cause:
        return reason("server_lost", "deletion", server=server.name, cause=after.cause), named
    return reason("server_lost", "kept", server=server.name), named


def _send_delete(service: Service, server: CurrentServer) -> _Answer:
    try:
        return _Answer(service.delete_server(server))
    except CallError as error:
        return _Answer(error=error)
