# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Yealink YMCS v2, the part for redirection: the vendor's current interface, with AccessKeys.

PRIVATE to the collection: may change without notice.

A phone is bound to a server of the account, or to a URL of its own, which wins. A phone of another organization shows
only in the answer of a write. Every fact here was observed in public clients; none is documented to us.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import quote

from .._catalog.calls import clause, failure
from .._client.api_refusal import ApiRefusal
from .._client.limits import MAX_ANSWER_BYTES
from .._errors import (
    AbsentCallError,
    BadAnswerError,
    CallError,
    LoginError,
    NotSentError,
    RateLimitError,
    RefusedReadError,
    StoppedError,
)
from .._mac import macs_in_text
from .._model import (
    BIND,
    DEREGISTER,
    MOVE,
    REGISTER,
    UNKNOWN_STATUS,
    Connection,
    CurrentDevice,
    CurrentServer,
    DesiredDevice,
    PlannedChange,
    Refusal,
    Server,
    reason,
)
from .._redaction import Masker
from .base import (
    NOT_REGISTERED,
    OTHER,
    SERVER_INVALID,
    SERVER_UNKNOWN,
    AccountListing,
    BatchAnswer,
    Meaning,
    Service,
)
from .capabilities import VENDORS
from .parts import UnexpectedResponseError
from .ymcs_lists import Entry, Reading, read_pages
from .ymcs_responses import (
    Explain,
    Page,
    kind_of,
    kind_of_server_refusal,
    read_batch,
    read_bulk,
    read_created,
    read_device,
    read_edited,
    read_page,
    read_server,
)

LIST_DEVICES = "listDevices"
ADD_DEVICE = "addDevice"
ADD_DEVICES = "addDevices"
EDIT_DEVICE = "editDevice"
DELETE_DEVICES = "delDevices"
LIST_SERVERS = "listServers"
ADD_SERVER = "addServer"
EDIT_SERVER = "editServer"
DELETE_SERVERS = "delServers"

_RPS = "/v2/rps"
_PAGE = 500  # the most entries that the service gives at once
_MAX_PAGE_BYTES = 4 << 20
_MAX_ENTRIES = 1_000_000  # of a list; more are nonsense
_READINGS = 2  # of a list of several pages, before what it does not show counts as not there

if TYPE_CHECKING:
    from .._client.rest_client import RestClient


class YmcsService(Service):
    """One account at Yealink YMCS."""

    client: RestClient
    capabilities = VENDORS["ymcs"]

    def __init__(self, client: RestClient) -> None:
        super().__init__(client)
        self._servers: tuple[CurrentServer, ...] | None = None
        self._servers_lock = threading.Lock()

    @classmethod
    def connect(cls, connection: Connection, masker: Masker, **seams: Any) -> YmcsService:
        """A service with a client of its own; ``seams`` are those of the client."""
        from .._client.rest_client import RestClient  # noqa: PLC0415 - requests is loaded only to connect

        return cls(RestClient(connection, masker, **seams))

    # Calls.

    def _call(
        self,
        name: str,
        verb: str,
        path: str,
        body: Any,
        meaning: Callable[[Any], Meaning],
        *,
        idempotent: bool = False,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Meaning:
        """Make one call and return what ``meaning`` makes of the value. Raises CallError, an ApiRefusal included."""
        if name in self._unusable:
            raise AbsentCallError(self._unusable[name], name)
        try:
            value = self.client.call(name, verb, _RPS + path, body, idempotent=idempotent, max_bytes=max_bytes)
        except AbsentCallError as error:
            self.mark_unusable(name, str(error))
            raise
        return self.interpret(name, value, meaning)

    @contextmanager
    def _before(self, name: str) -> Iterator[None]:
        """What must be known before the write ``name``: if it fails, the write was certainly not sent."""
        try:
            yield
        except (StoppedError, LoginError, RateLimitError):
            raise
        except CallError as error:
            message = clause("not_sent", call=name, cause=error)
            raise NotSentError(message, transient=error.transient, fix=error.fix) from None

    # Reading.

    def list_account(self) -> AccountListing:
        """One call for every 500 devices (listDevices)."""
        reading = self._list(LIST_DEVICES, {}, read_device)
        return AccountListing(frozenset(reading.entries), reading.entries, reading.certain)

    def read_device(self, mac: str) -> CurrentDevice:
        """One call with a filter, which finds also what only resembles the address (listDevices)."""
        for _reading in range(_READINGS):
            reading = self._list(LIST_DEVICES, {"mac": mac}, read_device)
            if mac in reading.entries or reading.certain:
                break
        return reading.entries.get(mac) or CurrentDevice(mac, UNKNOWN_STATUS)

    def _list(self, name: str, wanted: dict[str, str], read: Callable[[Any], Entry]) -> Reading[Entry]:
        """The whole list.

        Pages shift while others add and remove, so entries may come twice or not at all. Too few entries, one that
        comes twice and a changing total show it; then the list is read once more. If as many are added as removed,
        nothing shows it.
        """

        def ask(skip: int, size: int) -> tuple[Page, list[Entry]]:
            def meaning(value: Any) -> tuple[Page, list[Entry]]:
                page = read_page(value)
                if page.records and skip + len(page.records) > page.total:
                    raise UnexpectedResponseError("its total is less than what it lists")
                if page.total > _MAX_ENTRIES:
                    raise UnexpectedResponseError(f"its total is over {_MAX_ENTRIES:,}")
                return page, [read(record) for record in page.records]

            return self._read(name, {"skip": skip, "limit": size, "autoCount": True, "filter": wanted}, meaning)

        reading = read_pages(ask, _PAGE)
        if reading.flaw or reading.moved:
            reading = read_pages(ask, _PAGE)
        if reading.flaw:
            why = failure("answer_list", service=self.capabilities.title, call=name, why=reading.flaw)
            raise BadAnswerError(**why, transient=True)
        return reading

    def _read(self, name: str, body: Any, meaning: Callable[[Any], Meaning]) -> Meaning:
        try:
            return self._call(name, "POST", f"/{name}", body, meaning, idempotent=True, max_bytes=_MAX_PAGE_BYTES)
        except ApiRefusal as error:
            raise RefusedReadError(str(error), self.masker.text(error.words)) from None

    # Writing.

    def write(self, change: PlannedChange) -> Refusal | None:
        """Adding, editing (bind and move) or removing one device."""
        if change.action == DEREGISTER:
            answer = self._delete([change.mac])  # a single device is never left unclear
            return answer.refusal or answer.refused.get(change.mac)
        name = EDIT_DEVICE if change.action in (BIND, MOVE) else ADD_DEVICE
        binding = self._binding(name, change.desired)
        if isinstance(binding, Refusal):
            return binding
        explain = self._explain(binding)
        try:
            if name == EDIT_DEVICE:
                return self._edit(change, binding)
            self._call(ADD_DEVICE, "POST", "/devices", _entry(change.desired, binding), read_created)
        except ApiRefusal as error:
            return self._refusal(error, explain)
        return None

    def _edit(self, change: PlannedChange, binding: dict[str, str]) -> Refusal | None:
        """Change what a device is bound to. An empty unique URL removes the one that it may have."""
        ref = change.current.ref if change.current is not None else None
        if ref is None:
            with self._before(EDIT_DEVICE):
                ref = self.read_device(change.mac).ref
        if ref is None:
            return Refusal(NOT_REGISTERED, clause("no_device"), (change.mac,))
        body = {"uniqueServerUrl": "", **binding}
        self._call(EDIT_DEVICE, "PATCH", f"/devices/{quote(ref, safe='')}", body, read_edited)
        return None

    def can_batch(self, action: str) -> bool:
        """Adding and removing have bulk calls."""
        name = {REGISTER: ADD_DEVICES, DEREGISTER: DELETE_DEVICES}.get(action)
        return name is not None and name not in self._unusable

    def write_batch(self, changes: Sequence[PlannedChange]) -> BatchAnswer:
        """One call that reports every device that failed (addDevices, delDevices)."""
        if changes[0].action == DEREGISTER:
            return self._delete([change.mac for change in changes])
        bindings = {change.mac: self._binding(ADD_DEVICES, change.desired) for change in changes}
        refused = {mac: binding for mac, binding in bindings.items() if isinstance(binding, Refusal)}
        sent = {mac: binding for mac, binding in bindings.items() if not isinstance(binding, Refusal)}
        if not sent:
            return BatchAnswer(refused=refused)
        entries = [_entry(change.desired, sent[change.mac]) for change in changes if change.mac in sent]
        explain = self._explain(*sent.values())
        try:
            answer = self._call(
                ADD_DEVICES, "POST", "/addDevices", entries, lambda value: read_batch(value, list(sent), explain)
            )
        except ApiRefusal as error:
            return BatchAnswer(self._refusal(error, explain), refused)
        except AbsentCallError as error:
            # A single device has a call of its own.
            self.note(reason("one_by_one", cause=str(error)))
            raise
        return BatchAnswer(None, {**refused, **answer.refused}, answer.unclear)

    def _delete(self, macs: list[str]) -> BatchAnswer:
        body = {"deviceIdType": "mac", "deviceIds": macs}
        try:
            return self._call(
                DELETE_DEVICES, "POST", "/delDevices", body, lambda value: read_batch(value, macs, _is_gone)
            )
        except ApiRefusal as error:
            return BatchAnswer(self._refusal(error, _is_gone if len(macs) == 1 else _is_other))

    def _refusal(self, error: ApiRefusal, explain: Explain) -> Refusal:
        kind = kind_of(error.code, error.words, [field for field, _message in error.details], explain)
        if kind == SERVER_UNKNOWN:
            self._forget_servers()
        return Refusal(kind, f"{error.code}: {error.words}", macs_in_text(error.words))

    def _explain(self, *bindings: dict[str, str]) -> Explain:
        """What a bad parameter means that the service does not name: look whether the server is still there, once."""
        refs = {binding["serverId"] for binding in bindings if "serverId" in binding}

        @lru_cache(maxsize=1)
        def explain() -> str:
            self._forget_servers()
            try:
                known = {server.ref for server in self.list_servers()} if refs else set()
            except CallError:
                return OTHER
            return SERVER_UNKNOWN if refs - known else OTHER

        return explain

    def _binding(self, name: str, desired: DesiredDevice) -> dict[str, str] | Refusal:
        """What the call ``name`` binds a device to, in the service's words; a Refusal if there is no such server."""
        binding: dict[str, str] = {}
        if desired.unique_url is not None:
            binding["uniqueServerUrl"] = desired.unique_url
        if desired.server is None:
            return binding
        with self._before(name):
            named = [server.ref for server in self.list_servers() if server.name == desired.server]
        if not named:
            return Refusal(SERVER_UNKNOWN, clause("no_server", server=desired.server))
        if len(named) > 1:
            text = clause("several_servers", count=len(named), server=desired.server)
            return Refusal(SERVER_INVALID, text)
        binding["serverId"] = named[0]
        return binding

    # Servers.

    def list_servers(self) -> Sequence[CurrentServer]:
        """All servers; read once in a run, and anew after each call that may have changed them.

        A list of several pages is read twice, so that none is left out and added again.
        """
        with self._servers_lock:
            if self._servers is None:
                servers: dict[str, CurrentServer] = {}
                for _reading in range(_READINGS):
                    reading = self._list(LIST_SERVERS, {}, read_server)
                    servers = {**({} if reading.certain else servers), **reading.entries}
                    if reading.certain:
                        break
                self._servers = tuple(servers.values())
            return self._servers

    def _forget_servers(self) -> None:
        with self._servers_lock:
            self._servers = None

    def create_server(self, server: Server) -> Refusal | None:
        """Add a server. Whether the service refuses a second one of the same name is not known."""
        body = {"serverName": server.name, "url": server.url}
        return self._change_server(ADD_SERVER, "POST", "/servers", body, read_created)

    def edit_server(self, server: CurrentServer, url: str) -> Refusal | None:
        """Give a server another URL. The service wants name and URL, even if only one changes."""
        body = {"serverName": server.name, "url": url}
        return self._change_server(EDIT_SERVER, "PATCH", f"/servers/{quote(server.ref, safe='')}", body, read_edited)

    def delete_server(self, server: CurrentServer) -> Refusal | None:
        """Remove a server; there is a bulk call for it and no other."""
        body = {"serverIds": [server.ref]}

        def meaning(value: Any) -> Refusal | None:
            result = read_bulk(value, 1) if value is not None else None
            if result is None or result.failures == 0:
                return None
            return Refusal(OTHER, "; ".join(error.words for error in result.errors) or "it gives no reason")

        return self._change_server(DELETE_SERVERS, "POST", "/delServers", body, meaning)

    def _change_server(
        self, name: str, verb: str, path: str, body: Any, meaning: Callable[[Any], Refusal | None]
    ) -> Refusal | None:
        try:
            return self._call(name, verb, path, body, meaning)
        except ApiRefusal as error:
            return Refusal(kind_of_server_refusal(error.code), f"{error.code}: {error.words}")
        finally:
            self._forget_servers()


def _is_gone() -> str:
    return NOT_REGISTERED


def _is_other() -> str:
    return OTHER


def _entry(desired: DesiredDevice, binding: dict[str, str]) -> dict[str, str]:
    """A device as it is added. The serial number is text: leading zeros count."""
    return {"mac": desired.mac, "sn": desired.serial or "", **binding}
