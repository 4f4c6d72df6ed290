# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Panasonic's XML-RPC redirection, by samples of the vendor's specification 1.6 for class 1 users and public clients.

PRIVATE to the collection: may change without notice.

A phone is bound to a URL; there are no servers, no override and no bulk writes. Registering one's own phone again moves
it. The service refuses with XML-RPC faults; what it accepts is answered with a bare value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from .._client.limits import MAX_LIST_BYTES
from .._errors import FaultError
from .._mac import macs_in_text
from .._model import DEREGISTER, REGISTERED, UNREGISTERED, CurrentDevice, PlannedChange, Refusal
from .base import (
    ASSUMED,
    DOCUMENTED,
    INVALID_MAC,
    NOT_REGISTERED,
    OTHER,
    OTHER_ACCOUNT,
    SERVER_INVALID,
    AccountListing,
    declared_url,
)
from .capabilities import VENDORS
from .parts import UnexpectedResponseError, fold, read_macs, url_of
from .xmlrpc_service import Call, XmlRpcService

REGISTER_PHONE = "ipredirect.registerPhone"
UNREGISTER_PHONE = "ipredirect.unregisterPhone"
LIST_PHONES = "ipredirect.listPhones"
GET_PHONE = "ipredirect.getPhone"
CHECK_PHONES = "ipredirect.checkPhones"

# Fault codes.
_INVALID_XML = 1
_BAD_URL = 100
_MALFORMED_MAC = 200
_INVALID_OR_NOT_REGISTERED = 201  # the specification says the one, public clients read the other
_OWNED_BY_OTHER = 202
_NOT_OWNER = 203

_REFUSALS: dict[int, str] = {
    _INVALID_XML: OTHER,
    _BAD_URL: SERVER_INVALID,
    _MALFORMED_MAC: INVALID_MAC,
    _INVALID_OR_NOT_REGISTERED: INVALID_MAC,
    _OWNED_BY_OTHER: OTHER_ACCOUNT,
    _NOT_OWNER: OTHER_ACCOUNT,
}
# A MAC is validated before any call, so of the two readings of 201 only "not registered" is left for a phone that is
# read or removed.
_REFUSALS_OF_READS: dict[int, str] = {
    _MALFORMED_MAC: INVALID_MAC,
    _INVALID_OR_NOT_REGISTERED: NOT_REGISTERED,
    _OWNED_BY_OTHER: OTHER_ACCOUNT,
    _NOT_OWNER: OTHER_ACCOUNT,
}
_DATE = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:[.,]\d+)?\s?(?:Z|([+-])(\d\d):?(\d\d)?)?", re.ASCII
)


def read_accepted(value: Any) -> None:
    """The meaning of a write's answer, which is the boolean 1. Raises UnexpectedResponseError for anything else."""
    if value is not True:
        raise UnexpectedResponseError("it is neither the boolean 1 nor a fault")


def read_phone(mac: str, value: Any) -> CurrentDevice:
    """The meaning of getPhone's struct. Raises UnexpectedResponseError for another shape, or another phone's struct."""
    if not isinstance(value, Mapping) or "url" not in value:
        raise UnexpectedResponseError("it does not have the shape of a phone with a URL")
    if "mac" in value and read_macs([value["mac"]]) != {mac}:
        raise UnexpectedResponseError("it describes another phone")
    url = url_of(value["url"])
    status = UNREGISTERED if url is None else REGISTERED
    return CurrentDevice(mac, status, url, last_contact=read_date(value.get("access_date")))


def read_date(value: Any) -> str | None:
    """A dateTime.iso8601 as ``YYYY-MM-DDTHH:MM:SSZ``; UTC if it has no zone.

    None for an empty or missing date, and for a text that is no date: the device's status does not depend on it.
    Raises UnexpectedResponseError if it is not even a text.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnexpectedResponseError("a part of it that should be a date is not")
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return None
    sign, hours, minutes = match.group(7), int(match.group(8) or 0), int(match.group(9) or 0)
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        date = datetime(year, month, day, hour, minute, second) - offset  # noqa: DTZ001  # it is UTC by then
    except (ValueError, OverflowError):
        return None
    return f"{date.isoformat()}Z"


def read_check(value: Any) -> tuple[int, str]:
    """(code, text) of checkPhones for one phone; code 0 is a phone of this account. Raises UnexpectedResponseError."""
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], Mapping):
        raise UnexpectedResponseError("it does not have the shape of one status")
    code, text = value[0].get("faultCode"), value[0].get("faultString")
    if isinstance(code, bool) or not isinstance(code, int) or not isinstance(text or "", str):
        raise UnexpectedResponseError("its status has no code and text")
    if code not in (0, *_REFUSALS_OF_READS):
        raise UnexpectedResponseError(f"it names a status that is not documented: {code}")
    return code, fold(text or "")


class PanasonicService(XmlRpcService):
    """One account at Panasonic's XML-RPC service."""

    capabilities = VENDORS["panasonic"]
    calls: ClassVar[Mapping[Call, str]] = {
        (REGISTER_PHONE, 2): DOCUMENTED,
        (UNREGISTER_PHONE, 1): DOCUMENTED,
        (LIST_PHONES, 0): DOCUMENTED,
        (GET_PHONE, 1): DOCUMENTED,
        (CHECK_PHONES, 1): ASSUMED,  # known from one public client
    }

    @property
    def reads_url(self) -> bool:
        """Whether the account can use getPhone, as far as known by now."""
        return self.has(GET_PHONE, 1)

    # Reading.

    def list_account(self) -> AccountListing:
        """listPhones: all MACs, in a bare array."""
        return AccountListing(self.call(LIST_PHONES, [], read_macs, idempotent=True, max_bytes=MAX_LIST_BYTES))

    def read_device(self, mac: str) -> CurrentDevice:
        """getPhone, or checkPhones, which has no URL, if the account cannot use that."""
        return self.read_with_fallback((GET_PHONE, 1), lambda: self._get(mac), lambda: self._check(mac))

    def _get(self, mac: str) -> CurrentDevice:
        try:
            return self.call(
                GET_PHONE, [mac.upper()], lambda value: read_phone(mac, value), idempotent=True, optional=True
            )
        except FaultError as fault:
            if fault.code not in _REFUSALS_OF_READS:
                raise
            return self.device_of_refusal(mac, Refusal(_REFUSALS_OF_READS[fault.code], fault.text))

    def _check(self, mac: str) -> CurrentDevice:
        code, text = self.call(CHECK_PHONES, [mac.upper()], read_check, idempotent=True)
        if code == 0:
            return CurrentDevice(mac, REGISTERED)
        return self.device_of_refusal(mac, Refusal(_REFUSALS_OF_READS[code], text))

    # Writing.

    def write(self, change: PlannedChange) -> Refusal | None:
        """registerPhone, which also binds and moves one's own phone, or unregisterPhone."""
        mac = change.mac.upper()
        if change.action == DEREGISTER:
            return self._send(UNREGISTER_PHONE, mac, kinds={**_REFUSALS, _INVALID_OR_NOT_REGISTERED: NOT_REGISTERED})
        return self._send(REGISTER_PHONE, mac, declared_url(change), kinds=_REFUSALS)

    def _send(self, method: str, *params: str, kinds: Mapping[int, str]) -> Refusal | None:
        try:
            self.call(method, params, read_accepted, idempotent=False)
        except FaultError as fault:
            if fault.code not in kinds:
                raise
            return Refusal(kinds[fault.code], fault.text, macs_in_text(fault.text))
        return None
