# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all XML-RPC services share: a table of calls, absent and closed calls, answers that make no sense.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

from .._client.limits import MAX_ANSWER_BYTES
from .._client.xmlrpc import Param
from .._errors import AbsentCallError, BadAnswerError, FaultError
from .._model import CurrentDevice, reason
from .base import DOCUMENTED, Service
from .pair_answers import UnexpectedResponseError

if TYPE_CHECKING:
    from .._client.xmlrpc_client import XmlRpcClient

Call = tuple[str, int]  # method, number of parameters
Meaning = TypeVar("Meaning")

_FAULTS_UNTIL_UNUSABLE = 3  # of a call that never worked on this account


class XmlRpcService(Service):
    """An XML-RPC service. ``calls`` maps (method, number of parameters) to ``documented`` or ``assumed``; a call that
    is not in it does not exist for this vendor."""

    client: XmlRpcClient
    calls: ClassVar[Mapping[Call, str]]

    def __init__(self, client: XmlRpcClient) -> None:
        super().__init__(client)
        self._unusable: set[Call] = set()
        self._url_was_read = False
        self._faults = 0  # of the call that reads URLs
        self._lock = threading.Lock()

    @classmethod
    def connect(cls, connection: Any, masker: Any, **seams: Any) -> XmlRpcService:
        """A service with a client of its own; ``seams`` are those of the client."""
        from .._client.xmlrpc_client import XmlRpcClient  # noqa: PLC0415 - requests is loaded only to connect

        return cls(XmlRpcClient(connection, masker, **seams))

    def has(self, method: str, params: int) -> bool:
        """Whether the service has this call, as far as its document and this run's answers show."""
        return (method, params) in self.calls and (method, params) not in self._unusable

    def mark_unusable(self, call: Call) -> None:
        """Do not make this call again in this run."""
        with self._lock:
            self._unusable.add(call)

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
            raise AbsentCallError(f"{self.capabilities.title} has no call {name} that this account can use", name)
        documented = self.calls[key] == DOCUMENTED
        try:
            value = self.client.call(
                method, params, idempotent=idempotent, documented=documented, optional=optional, max_bytes=max_bytes
            )
        except AbsentCallError:
            self.mark_unusable(key)
            raise
        try:
            return meaning(value)
        except UnexpectedResponseError as error:
            text = self.masker.text(str(error))
            raise BadAnswerError(f"{self.capabilities.title} gave no usable answer to {name}: {text}") from None

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
        self.mark_unusable(key)
        self.note(reason("urls_unreadable", cause=str(error)))

    def call_list(self, method: str, params: Sequence[Param], meaning: Callable[[Any], Meaning]) -> Meaning:
        """Make one bulk write. If the account cannot use it, that is noted before AbsentCallError is raised."""
        try:
            return self.call(method, params, meaning, idempotent=False, optional=True)
        except AbsentCallError as error:
            self.mark_unusable((method, len(params)))
            self.note(reason("one_by_one", cause=str(error)))
            raise
