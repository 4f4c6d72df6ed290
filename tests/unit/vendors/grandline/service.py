# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grandline, a service that does not exist: what a vendor's module under plugins/module_utils/_vendors/ looks like.

A phone is bound to a URL and to the name of a profile, which the service stores with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.voip.rps.plugins.module_utils._client.limits import MAX_LIST_BYTES
from ansible_collections.voip.rps.plugins.module_utils._model import (
    DEREGISTER,
    REGISTERED,
    UNREGISTERED,
    CurrentDevice,
    PlannedChange,
    Refusal,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import (
    DOCUMENTED,
    INVALID_MAC,
    NO_SERVERS,
    NOT_REGISTERED,
    OTHER_ACCOUNT,
    SERVER_INVALID,
    URL_ONLY,
    AccountListing,
    Capabilities,
    NameRule,
    declared_url,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.pair_answers import (
    Phrases,
    read_write_answer,
    refusal_of,
    split_pair,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.parts import (
    UnexpectedResponseError,
    read_macs,
    text_of,
    url_of,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.xmlrpc_service import Call, XmlRpcService

REGISTER_PHONE = "zt.registerPhone"
GET_PHONE = "zt.getPhone"
DELETE_PHONE = "zt.deletePhone"
LIST_PHONES = "zt.listPhones"

_PHRASES: Phrases = [
    (OTHER_ACCOUNT, re.compile("phone belongs to another customer")),
    (NOT_REGISTERED, re.compile("phone not found")),
    (INVALID_MAC, re.compile("bad MAC")),
    (SERVER_INVALID, re.compile("bad URL|bad profile name")),
]


def read_phone(mac: str, value: Any) -> CurrentDevice | Refusal:
    """The meaning of getPhone: ``[true, url, profile]`` or a refusal. Raises UnexpectedResponseError."""
    accepted, parts = split_pair(value)
    if not accepted:
        return refusal_of(_PHRASES, text_of(parts[0]))
    if len(parts) != 2:
        raise UnexpectedResponseError("it does not have the shape of a URL and a profile")
    url = url_of(parts[0])
    return CurrentDevice(mac, UNREGISTERED if url is None else REGISTERED, url, server=text_of(parts[1]) or None)


class GrandlineService(XmlRpcService):
    """One account at Grandline."""

    capabilities = Capabilities(
        name="grandline",
        title="Grandline",
        api_url="https://zerotouch.grandline.example/rpc",
        binds_to=URL_ONLY,
        stores_name=True,
        override=False,
        servers=NO_SERVERS,
        server_names=NameRule(r"[\w ()-]+", "letters, digits, _ - ( ) and blanks"),
        mac_prefixes=("02a1b2",),
    )
    calls: ClassVar[Mapping[Call, str]] = {
        (REGISTER_PHONE, 3): DOCUMENTED,
        (GET_PHONE, 1): DOCUMENTED,
        (DELETE_PHONE, 1): DOCUMENTED,
        (LIST_PHONES, 0): DOCUMENTED,
    }

    def read_device(self, mac: str) -> CurrentDevice:
        """By getPhone."""
        found = self.call(GET_PHONE, [mac], lambda value: read_phone(mac, value), idempotent=True)
        return self.device_of_refusal(mac, found) if isinstance(found, Refusal) else found

    def list_account(self) -> AccountListing:
        """listPhones: all MACs, in a bare array."""
        return AccountListing(self.call(LIST_PHONES, [], read_macs, idempotent=True, max_bytes=MAX_LIST_BYTES))

    def write(self, change: PlannedChange) -> Refusal | None:
        """registerPhone, which also moves one's own phone, or deletePhone."""
        if change.action == DEREGISTER:
            return self._send(DELETE_PHONE, change.mac)
        return self._send(REGISTER_PHONE, change.mac, declared_url(change), change.desired.server or "")

    def _send(self, method: str, *params: str) -> Refusal | None:
        return self.call(method, params, lambda value: read_write_answer(_PHRASES, value), idempotent=False)
