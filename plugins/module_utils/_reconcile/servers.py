# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration servers: what is to be done for those that the user defines, and doing it. Every failure is a value.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

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


@dataclass(frozen=True)
class PlannedServer:
    """What is to be done for one defined server; ``result`` is what check mode predicts and, if nothing is to be done,
    the result."""

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
        if one.result.status != WRONG_URL or one.current is None:
            continue
        urls = {"current": show(one.current.url, False), "desired": show(one.server.url, False)}
        why = reason("server_wrong_url", "managed", server=one.server.name, **urls)
        for change in changes:
            desired = change.desired
            binds = change.writes and change.action != DEREGISTER and desired.unique_url is None
            if binds and desired.server == one.server.name:
                blocked[change.mac] = why
    return blocked


def apply_server(service: Service, planned: PlannedServer) -> ServerResult:
    """Create or edit one server."""
    if not planned.writes:
        return planned.result
    server, current = planned.server, planned.current
    if planned.result.status == WOULD_EDIT and current is not None:
        return _settled(service, server, EDITED, lambda: service.edit_server(current, server.url))
    return create_server(service, server)


def create_server(service: Service, server: Server) -> ServerResult:
    """Add one server."""
    return _settled(service, server, CREATED, lambda: service.create_server(server))


def _settled(service: Service, server: Server, done: str, send: Callable[[], Refusal | None]) -> ServerResult:
    try:
        refusal = send()
    except CallError as error:
        return _failed(service, server, done, error)
    if refusal is None:
        return ServerResult(server, done)
    if refusal.kind == SERVER_NAME_USED:
        return ServerResult(server, EXISTS, reason("server_exists", server=server.name))
    text = service.masker.text(refusal.text)
    code = "server_edit_refused" if done == EDITED else "server_refused"
    return ServerResult(server, SERVER_FAILED, reason(code, server=server.name, text=text))


def _failed(service: Service, server: Server, done: str, error: CallError) -> ServerResult:
    values = {"server": server.name, "cause": str(error), "fix": error.fix}
    if isinstance(error, AbsentCallError):
        return ServerResult(server, NO_CALL, reason("server_no_call", **values))
    if error.executed is False:
        return ServerResult(server, SERVER_FAILED, reason("server_failed", **values))
    if service.capabilities.servers == MANAGED:
        settled = _read_back(service, server)
        if settled is not None:
            return ServerResult(server, done)
    return ServerResult(server, SERVER_UNKNOWN, reason("server_lost", **values))


def _read_back(service: Service, server: Server) -> CurrentServer | None:
    """The server, if the service shows it as it is defined by now."""
    try:
        current = service.list_servers()
    except CallError:
        return None
    return next((one for one in current if one.name == server.name and same_url(one.url, server.url)), None)
