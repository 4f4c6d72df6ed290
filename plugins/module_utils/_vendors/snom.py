# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snom's XML-RPC redirection, by the vendor's page "XML-RPC API", its own console and public clients.

PRIVATE to the collection: may change without notice.

A phone is bound to a URL; there are no servers and no override. Registering one's own phone again moves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .._catalog.calls import failure
from .._client.xmlrpc import Param
from .._errors import AbsentCallError
from .._model import (
    BIND,
    DEREGISTER,
    MOVE,
    REGISTER,
    REGISTERED,
    UNREGISTERED,
    CurrentDevice,
    PlannedChange,
    Refusal,
)
from .base import (
    ASSUMED,
    DOCUMENTED,
    INVALID_MAC,
    NOT_REGISTERED,
    OTHER_ACCOUNT,
    SERVER_INVALID,
    AccountListing,
    BatchAnswer,
    declared_url,
)
from .capabilities import VENDORS
from .pair_answers import read_write_answer, refusal_of, split_pair
from .parts import UnexpectedResponseError, text_of, url_of
from .xmlrpc_service import Call, XmlRpcService

REGISTER_PHONE = "redirect.registerPhone"
DEREGISTER_PHONE = "redirect.deregisterPhone"
CHECK_PHONE = "redirect.checkPhone"
GET_PHONE_REDIRECTION = "redirect.getPhoneRedirection"
REGISTER_PHONE_LIST = "redirect.registerPhoneList"
DEREGISTER_PHONE_LIST = "redirect.deregisterPhoneList"

# The prefix is part of the patterns because its case does not matter here, as that of the words.
_PHRASES = [
    (kind, re.compile(rf"(?:error ?: ?)?{words}", re.IGNORECASE))
    for kind, words in (
        (OTHER_ACCOUNT, "owned_by_other_user"),
        (SERVER_INVALID, "malformed_url"),
        (INVALID_MAC, "malformed_mac"),
        (NOT_REGISTERED, "no_such_mac"),
    )
]
_ERROR = re.compile(r"error ?:", re.IGNORECASE)


def read_check(value: Any) -> Refusal | None:
    """The meaning of checkPhone: None if the phone is on this account. Raises UnexpectedResponseError."""
    return read_write_answer(_PHRASES, value)


def read_redirection(value: Any) -> tuple[Refusal | None, str | None]:
    """(refusal or None, URL or None if the phone is not redirected) of getPhoneRedirection.

    Raises UnexpectedResponseError for another shape, or if the answer contradicts itself.
    """
    accepted, parts = split_pair(value)
    if not accepted:
        return refusal_of(_PHRASES, text_of(parts[0])), None
    if len(parts) != 2:
        raise UnexpectedResponseError("it does not have the shape of a boolean, a company and a URL")
    company = "" if parts[0] is None else text_of(parts[0])
    if _ERROR.match(company):
        raise UnexpectedResponseError(f"it contradicts itself: true, with the text '{company[:200]}'")
    return None, url_of(parts[1])


def read_bulk_answer(value: Any) -> Refusal | None:
    """The meaning of a bulk write. Only the boolean in front is known, so a text after it may be absent.

    Raises UnexpectedResponseError for everything else, such as more booleans: reading the phones settles those.
    """
    if isinstance(value, list) and len(value) == 1 and value[0] is True:
        return None
    return read_write_answer(_PHRASES, value)


class SnomService(XmlRpcService):
    """One account at Snom's XML-RPC service."""

    capabilities = VENDORS["snom"]
    calls: ClassVar[Mapping[Call, str]] = {
        (REGISTER_PHONE, 2): DOCUMENTED,
        (DEREGISTER_PHONE, 1): DOCUMENTED,
        (CHECK_PHONE, 1): DOCUMENTED,
        (GET_PHONE_REDIRECTION, 1): DOCUMENTED,
        # Known from a test page of 2013 and one client; what one bad MAC does to the others is not known.
        (REGISTER_PHONE_LIST, 2): ASSUMED,
        (DEREGISTER_PHONE_LIST, 1): ASSUMED,
    }

    @property
    def reads_url(self) -> bool:
        """Whether the account can use getPhoneRedirection, as far as known by now."""
        return self.has(GET_PHONE_REDIRECTION, 1)

    # Reading.

    def read_device(self, mac: str) -> CurrentDevice:
        """getPhoneRedirection, or checkPhone if the account cannot use that."""
        return self.read_with_fallback(
            (GET_PHONE_REDIRECTION, 1), lambda: self._redirection(mac), lambda: self._check(mac)
        )

    def _redirection(self, mac: str) -> CurrentDevice:
        refusal, url = self.call(GET_PHONE_REDIRECTION, [mac], read_redirection, idempotent=True, optional=True)
        if refusal is not None:
            return self.device_of_refusal(mac, refusal)
        return CurrentDevice(mac, UNREGISTERED if url is None else REGISTERED, url)

    def _check(self, mac: str) -> CurrentDevice:
        refusal = self.call(CHECK_PHONE, [mac], read_check, idempotent=True)
        return CurrentDevice(mac, REGISTERED) if refusal is None else self.device_of_refusal(mac, refusal)

    def list_account(self) -> AccountListing:
        """Snom's listPhones lists the phones of one phone type, never an account."""
        raise AbsentCallError(**failure("no_list", service=self.capabilities.title), call="listPhones")

    # Writing.

    def write(self, change: PlannedChange) -> Refusal | None:
        """registerPhone, which also binds and moves one's own phone, or deregisterPhone."""
        if change.action == DEREGISTER:
            return self._send(DEREGISTER_PHONE, change.mac)
        return self._send(REGISTER_PHONE, change.mac, declared_url(change))

    def _send(self, method: str, *params: str) -> Refusal | None:
        return self.call(method, params, lambda value: read_write_answer(_PHRASES, value), idempotent=False)

    def can_batch(self, action: str) -> bool:
        """Whether the account can use the bulk call for this action, as far as known by now."""
        if action == DEREGISTER:
            return self.has(DEREGISTER_PHONE_LIST, 1)
        return action in (REGISTER, BIND, MOVE) and self.has(REGISTER_PHONE_LIST, 2)

    def write_batch(self, changes: Sequence[PlannedChange]) -> BatchAnswer:
        """Carry out changes of one action and one URL by registerPhoneList or deregisterPhoneList."""
        macs = [change.mac for change in changes]
        if changes[0].action == DEREGISTER:
            return self._send_batch(DEREGISTER_PHONE_LIST, macs)
        return self._send_batch(REGISTER_PHONE_LIST, macs, declared_url(changes[0]))

    def _send_batch(self, method: str, *params: Param) -> BatchAnswer:
        return BatchAnswer(self.call_list(method, params, read_bulk_answer))
