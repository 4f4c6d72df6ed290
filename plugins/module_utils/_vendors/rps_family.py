# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol that Yealink's and Htek's services share: calls, their answers, and what replaces a call that is absent.

PRIVATE to the collection: may change without notice.

Sections are those of Yealink's document; Htek's in brackets. What differs between the two is data in their modules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Pattern
from typing import Any, ClassVar

from .._catalog.calls import clause
from .._client.limits import MAX_LIST_BYTES
from .._client.xmlrpc import Param
from .._errors import AbsentCallError
from .._model import (
    BIND,
    DEREGISTER,
    ELSEWHERE,
    MOVE,
    REGISTERED,
    TAKE_OVER,
    UNKNOWN_STATUS,
    UNREGISTERED,
    CurrentDevice,
    PlannedChange,
    Refusal,
    Server,
)
from .base import (
    INVALID_MAC,
    NO_CALL,
    NOT_REGISTERED,
    OTHER,
    OTHER_ACCOUNT,
    OWN_DEVICE,
    SERVER_INVALID,
    SERVER_NAME_USED,
    SERVER_UNKNOWN,
    AccountListing,
    BatchAnswer,
)
from .pair_answers import Phrases, read_write_answer, refusal_of, split_pair, without_error
from .parts import UnexpectedResponseError, fold, read_macs, text_of, url_of
from .xmlrpc_service import XmlRpcService

REGISTER_DEVICE = "redirect.registerDevice"
DEREGISTER_DEVICE = "redirect.deRegisterDevice"
LIST_DEVICES = "redirect.listDevices"
CHECK_DEVICE = "redirect.checkDevice"
REGISTER_DEVICES = "redirect.registerDevices"
DEREGISTER_DEVICES = "redirect.deRegisterDevices"
ADD_SERVER = "redirect.addServer"
EDIT_DEVICE = "redirect.editDevice"
REGISTER_UNIQUE = "redirect.registerDeviceWithUniqueUrl"
EDIT_UNIQUE = "redirect.editDeviceWithUniqueUrl"
CHECK_DEVICE_EXT = "redirect.checkDeviceExt"

# isOverride is the string "1" or "0" (4.2.2), never an XML-RPC boolean or int.
OVERRIDE = "1"

_MACS = r"[0-9A-Za-z:, .;-]*"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (INVALID_MAC, rf"Invalid MAC(?:\(s\))?\s?(?::{_MACS})?"),
    (INVALID_MAC, rf"Repeated MAC\(s\)\s?:{_MACS}"),
    (SERVER_UNKNOWN, r"Invalid server"),
    (SERVER_INVALID, r"The server name can only contain 'A-z 0-9 - _ ?\. ?' ?\(include space\)\.?"),
    (SERVER_INVALID, r"The server name can not be empty\.?"),
    (SERVER_INVALID, r"The server url can not be empty\.?"),
    (SERVER_NAME_USED, r"The server name has been used\.?"),
    (SERVER_INVALID, r"The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'\.?"),
    (SERVER_INVALID, r"Invalid server url\.?"),
    (OTHER, r"Only 0 or 1 can be used: ?1 to override, ?0 to cancel\.?"),
    (OTHER_ACCOUNT, r"MAC address\(es\) overriding failed\.?"),
    (NOT_REGISTERED, r"The MAC is unknown\.?"),
    # In practice the text begins with the bare MAC, and several lines follow.
    (OTHER_ACCOUNT, r"[0-9a-f]{12}(?:\(MAC address\))?(?: .*)?"),
)
OVERRIDE_ASKED = rf"Are you sure you want to override MAC addresses\.?\s?(?::{_MACS})?"
EXISTING_MACS = rf"Existing MAC\(s\)\s?:{_MACS}"
_STATUS: dict[str, str] = {
    "registered": REGISTERED,
    "unregistered": UNREGISTERED,
    "registered elsewhere": ELSEWHERE,
    "unknown": UNKNOWN_STATUS,
}
# Yealink 4.4.3 and both samples; Htek 4.2 in prose. No other text is an empty list.
_EMPTY_LIST = frozenset({"No device(s) exists", "No devices found"})


def compile_phrases(*own: tuple[str, str]) -> list[tuple[str, Pattern[str]]]:
    """The phrases of this protocol and a vendor's own, compiled."""
    return [(kind, re.compile(pattern)) for kind, pattern in (*_PATTERNS, *own)]


def read_status(known: Phrases, value: Any) -> tuple[Refusal | None, str, str | None]:
    """(refusal or None, status, URL or None) of checkDevice and checkDeviceExt (4.5, 4.14; Htek 5).

    Raises UnexpectedResponseError for another shape, a contradiction, or a status that is not documented.
    """
    accepted, parts = split_pair(value)
    text = text_of(parts[0])
    status = _STATUS.get(text.lower())
    if not accepted:
        if status is not None:
            raise UnexpectedResponseError(f"it contradicts itself: false, with the text '{text}'")
        return refusal_of(known, text), "", None
    if status is None:
        raise UnexpectedResponseError(f"it names a status that is not documented: '{text}'")
    url = url_of(parts[1]) if len(parts) > 1 else None
    return None, status, url if status == REGISTERED else None


def read_list(known: Phrases, value: Any) -> tuple[Refusal | None, frozenset[str]]:
    """(refusal or None, MACs) of listDevices (4.4; Htek 4).

    True with no entry at all is an error too, since the service says in words that there are none.
    """
    accepted, parts = split_pair(value)
    if accepted:
        macs = read_macs(parts[0])
        if not macs:
            raise UnexpectedResponseError("its list of devices is empty, but it does not say that there are none")
        return None, macs
    text = text_of(parts[0])
    if without_error(fold(text)) in _EMPTY_LIST:
        return None, frozenset()
    return refusal_of(known, text), frozenset()


class RpsFamilyService(XmlRpcService):
    """One account at Yealink's or Htek's service."""

    phrases: ClassVar[Phrases]

    @property
    def reads_url(self) -> bool:
        """Whether the account can use checkDeviceExt, as far as known by now."""
        return self.has(CHECK_DEVICE_EXT, 1)

    # Reading.

    def list_account(self) -> AccountListing:
        """4.4 (4)."""
        refusal, macs = self.call(
            LIST_DEVICES, [], lambda value: read_list(self.phrases, value), idempotent=True, max_bytes=MAX_LIST_BYTES
        )
        if refusal is not None:
            raise self.refused_read(refusal, "refused_read.list")
        return AccountListing(macs)

    def read_device(self, mac: str) -> CurrentDevice:
        """4.14, or 4.5 (5) if the account cannot use that."""
        return self.read_with_fallback(
            (CHECK_DEVICE_EXT, 1),
            lambda: self._check(CHECK_DEVICE_EXT, mac),
            lambda: self._check(CHECK_DEVICE, mac),
        )

    def _check(self, method: str, mac: str) -> CurrentDevice:
        optional = method == CHECK_DEVICE_EXT
        refusal, status, url = self.call(
            method, [mac], lambda value: read_status(self.phrases, value), idempotent=True, optional=optional
        )
        if refusal is not None:
            raise self.refused_read(refusal)
        return CurrentDevice(mac, status, url)

    # Writing one device.

    def write(self, change: PlannedChange) -> Refusal | None:
        """4.1, 4.2, 4.3, 4.10, 4.12, 4.13, 4.15 (1, 2, 3)."""
        if change.action == DEREGISTER:
            return self._send(DEREGISTER_DEVICE, change.mac)
        if change.action == MOVE:
            return self._edit(change)
        if change.action == BIND:
            return self._bind(change)
        return self._register(change, change.action == TAKE_OVER)

    def _send(self, method: str, *params: str) -> Refusal | None:
        return self.call(method, params, lambda value: read_write_answer(self.phrases, value), idempotent=False)

    def _edit(self, change: PlannedChange) -> Refusal | None:
        desired = change.desired
        if desired.unique_url is not None:
            return self._send(EDIT_UNIQUE, change.mac, desired.server or "", desired.unique_url)
        return self._send(EDIT_DEVICE, change.mac, desired.server or "")

    def _register(self, change: PlannedChange, override: bool) -> Refusal | None:
        desired = change.desired
        extra = (OVERRIDE,) if override else ()
        if desired.unique_url is not None:
            return self._send(REGISTER_UNIQUE, change.mac, desired.server or "", desired.unique_url, *extra)
        return self._send(REGISTER_DEVICE, change.mac, desired.server or "", *extra)

    def _bind(self, change: PlannedChange) -> Refusal | None:
        """Bind a device that has no server. Editing is the documented call for it (4.10: "change or specify"); if the
        service lacks that call, or does not count the device as ours, registering without override does it too."""
        try:
            refusal = self._edit(change)
        except AbsentCallError as absent:
            refusal = self._register(change, False)
            if refusal is not None and refusal.kind == OWN_DEVICE:
                text = self.masker.text(refusal.text)
                return Refusal(NO_CALL, clause("registered_instead", cause=absent, text=text))
            return refusal
        if refusal is not None and refusal.kind in (INVALID_MAC, NOT_REGISTERED):
            return self._register(change, False)
        return refusal

    # Writing many.

    def can_batch(self, action: str) -> bool:
        """Whether the account can use the bulk call for this action, as far as known by now."""
        if action in (BIND, MOVE):
            return False
        if action == DEREGISTER:
            return self.has(DEREGISTER_DEVICES, 1)
        return self.has(REGISTER_DEVICES, 3 if action == TAKE_OVER else 2)

    def write_batch(self, changes: Sequence[PlannedChange]) -> BatchAnswer:
        """4.6, 4.7, 4.8 (6)."""
        action, server = changes[0].action, changes[0].desired.server or ""
        macs = [change.mac for change in changes]
        method = DEREGISTER_DEVICES if action == DEREGISTER else REGISTER_DEVICES
        params: list[Param] = [macs]
        if action != DEREGISTER:
            params.extend([server, OVERRIDE] if action == TAKE_OVER else [server])
        return BatchAnswer(self.call_list(method, params, lambda value: read_write_answer(self.phrases, value)))

    # Servers.

    def create_server(self, server: Server) -> Refusal | None:
        """4.9. There is no call that lists, edits or removes one."""
        return self._send(ADD_SERVER, server.name, server.url)
