# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all XML-RPC services share: a table of calls, absent and closed calls, answers that make no sense.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, ClassVar

from .._catalog.calls import clause
from .._client.limits import MAX_ANSWER_BYTES
from .._client.xmlrpc import Param
from .._errors import AbsentCallError, FaultError, RefusedReadError
from .._model import ELSEWHERE, UNKNOWN_STATUS, Connection, CurrentDevice, Refusal, reason
from .._redaction import Masker
from .base import DOCUMENTED, NOT_REGISTERED, OTHER_ACCOUNT, Meaning, Service

if TYPE_CHECKING:
    from .._client.xmlrpc_client import XmlRpcClient

Call = tuple[str, int]  # method, number of parameters

_FAULTS_UNTIL_UNUSABLE = 3  # of a call that never worked on this account
_STATUS_OF_REFUSAL: dict[str, str] = {OTHER_ACCOUNT: ELSEWHERE, NOT_REGISTERED: UNKNOWN_STATUS}


class XmlRpcService(Service):
    """An XML-RPC service. ``calls`` maps (method, number of parameters) to ``documented`` or ``assumed``; a call that
    is not in it does not exist for this vendor."""

    client: XmlRpcClient
    calls: ClassVar[Mapping[Call, str]]

    def __init__(self, client: XmlRpcClient) -> None:
        super().__init__(client)
        self._url_was_read = False
        self._faults = 0  # of the call that reads URLs

    @classmethod
    def connect(cls, connection: Connection, masker: Masker, **seams: Any) -> XmlRpcService:
        """A service with a client of its own; ``seams`` are those of the client."""
        from .._client.xmlrpc_client import XmlRpcClient  # noqa: PLC0415 - requests is loaded only to connect

        return cls(XmlRpcClient(connection, masker, **seams))

    def has(self, method: str, params: int) -> bool:
        """Whether the service has this call, as far as its document and this run's answers show."""
        return (method, params) in self.calls and (method, params) not in self._unusable

    def call(
        self,
        method: str,
        params: Sequence[Param],
        meaning: Callable[[Any], Meaning],
        *,
        idempotent: bool,
        optional: bool = False,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Meaning:
        """Make one call and return what ``meaning`` makes of the value. Raises CallError.

        ``optional``: another call can do the same, so HTTP 403 closes this call alone.
        """
        key = (method, len(params))
        name = method.rpartition(".")[2]
        if not self.has(*key):
            raise AbsentCallError(clause("call_unusable", service=self.capabilities.title, call=name), name)
        documented = self.calls[key] == DOCUMENTED
        try:
            value = self.client.call(
                method, params, idempotent=idempotent, documented=documented, optional=optional, max_bytes=max_bytes
            )
        except AbsentCallError as error:
            self.mark_unusable(key, str(error))
            raise
        return self.interpret(name, value, meaning)

    def refused_read(self, refusal: Refusal, code: str = "refused_read") -> RefusedReadError:
        """The error of a read that the service refused in words."""
        text = self.masker.text(refusal.text)
        return RefusedReadError(clause(code, service=self.capabilities.title, text=text), text)

    def device_of_refusal(self, mac: str, refusal: Refusal) -> CurrentDevice:
        """The device that a refused read shows, for services that report a status by refusing.

        Raises RefusedReadError if the refusal names no status.
        """
        status = _STATUS_OF_REFUSAL.get(refusal.kind)
        if status is None:
            raise self.refused_read(refusal)
        return CurrentDevice(mac, status)

    def read_with_fallback(
        self, key: Call, with_url: Callable[[], CurrentDevice], status_only: Callable[[], CurrentDevice]
    ) -> CurrentDevice:
        """Read a device by the call ``key``, which shows its URL, or without the URL if the account cannot use that.

        A call that is absent, closed, or has answered nothing but faults is not made again in this run.
        """
        if not self.has(*key):
            return status_only()
        try:
            device = with_url()
        except AbsentCallError as error:
            self._give_up_on_urls(key, error)
        except FaultError as error:
            if self._url_was_read:
                raise  # this account can use the call, so the fault is about this device
            with self._lock:
                self._faults += 1
                enough = self._faults >= _FAULTS_UNTIL_UNUSABLE
            if enough:
                self._give_up_on_urls(key, error)
        else:
            self._url_was_read = True
            return device
        return status_only()

    def _give_up_on_urls(self, key: Call, error: Exception) -> None:
        self.mark_unusable(key, str(error))
        self.note(reason("urls_unreadable", cause=str(error)))

    def call_list(self, method: str, params: Sequence[Param], meaning: Callable[[Any], Meaning]) -> Meaning:
        """Make one bulk write. If the account cannot use it, that is noted before AbsentCallError is raised."""
        try:
            return self.call(method, params, meaning, idempotent=False, optional=True)
        except AbsentCallError as error:
            self.mark_unusable((method, len(params)), str(error))
            self.note(reason("one_by_one", cause=str(error)))
            raise
