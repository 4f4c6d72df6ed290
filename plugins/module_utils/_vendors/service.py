# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One method per documented call. Sections are those of Yealink's document; Htek's in brackets."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from .._client.transport import LIST_CAP, Transport
from .._client.xmlrpc import Param
from .._errors import BadAnswerError, CallError, FaultError
from .._mac import format_mac
from .._model import CurrentDevice
from .._redaction import Masker
from .registry import (
    ADD_SERVER,
    CHECK_DEVICE,
    CHECK_DEVICE_EXT,
    DEREGISTER_DEVICE,
    DEREGISTER_DEVICES,
    DOCUMENTED,
    EDIT_DEVICE,
    EDIT_UNIQUE,
    LIST_DEVICES,
    REGISTER_DEVICE,
    REGISTER_DEVICES,
    REGISTER_UNIQUE,
    VENDORS,
    Vendor,
)
from .responses import Refusal, UnexpectedResponseError, list_answer, status_answer, write_answer

# isOverride is the string "1" or "0" (4.2.2), never an XML-RPC boolean or int.
OVERRIDE = "1"


class RefusedReadError(CallError):
    """The service refused a reading call; ``refusal`` says why."""

    def __init__(self, message: str, refusal: Refusal) -> None:
        super().__init__(message)
        self.refusal = refusal


class AbsentCallError(CallError):
    """The service does not have this call (not in its dialect, or a fault said so). Certainly not executed."""

    sent = False


class Service:
    """The RPS service of one account. MACs go in and come out normalised (12 lower-case hex digits).

    Writing calls return None for OK or the Refusal, and raise CallError where there is no usable answer.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.vendor: Vendor = VENDORS[transport.connection.vendor]
        self.masker: Masker = transport.masker
        self._absent: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    # Reading.

    def list_devices(self) -> tuple[str, ...]:
        """4.4 (4): the MACs that the account holds. Raises RefusedReadError where the service refuses to say."""
        refusal, macs = self._read(LIST_DEVICES, [], list_answer, LIST_CAP)
        if refusal is not None:
            raise RefusedReadError(f"The service refused to list the devices: '{self._quote(refusal)}'.", refusal)
        return tuple(macs)

    def check_device(self, mac: str) -> CurrentDevice:
        """4.5 (5): the status of one device."""
        return self._check(CHECK_DEVICE, mac)

    def check_device_ext(self, mac: str) -> CurrentDevice:
        """4.14: the status of one device and the URL that it is redirected to."""
        return self._check(CHECK_DEVICE_EXT, mac)

    def read_device(self, mac: str) -> CurrentDevice:
        """The most that the vendor tells of one device, in one call."""
        return self.check_device_ext(mac) if self.vendor.shows_url else self.check_device(mac)

    # Writing one device.

    def register_device(self, mac: str, server: str, override: bool = False) -> Refusal | None:
        """4.1 and, with ``override``, 4.2 (1 and 2): add a device and bind it to a server."""
        return self._write(REGISTER_DEVICE, [mac, server] + ([OVERRIDE] if override else []))

    def deregister_device(self, mac: str) -> Refusal | None:
        """4.3 (3): remove a device."""
        return self._write(DEREGISTER_DEVICE, [mac])

    def edit_device(self, mac: str, server: str) -> Refusal | None:
        """4.10: bind a device of one's own to another server."""
        return self._write(EDIT_DEVICE, [mac, server])

    def register_unique(self, mac: str, server: str, url: str, override: bool = False) -> Refusal | None:
        """4.12 and, with ``override``, 4.15: add a device with a URL of its own."""
        return self._write(REGISTER_UNIQUE, [mac, server, url] + ([OVERRIDE] if override else []))

    def edit_unique(self, mac: str, server: str, url: str) -> Refusal | None:
        """4.13: give a device of one's own a URL of its own."""
        return self._write(EDIT_UNIQUE, [mac, server, url])

    # Writing many.

    def register_devices(self, macs: Sequence[str], server: str, override: bool = False) -> Refusal | None:
        """4.6 and, with ``override``, 4.7 (6): add devices and bind them to one server."""
        return self._write(REGISTER_DEVICES, [list(macs), server] + ([OVERRIDE] if override else []))

    def deregister_devices(self, macs: Sequence[str]) -> Refusal | None:
        """4.8: remove devices."""
        return self._write(DEREGISTER_DEVICES, [list(macs)])

    # Servers.

    def add_server(self, name: str, url: str) -> Refusal | None:
        """4.9: add a configuration server. There is no call that lists, edits or removes one."""
        return self._write(ADD_SERVER, [name, url])

    def has(self, method: str, params: int) -> bool:
        """Whether the vendor has this call, as far as its document and this run's faults tell."""
        return self.vendor.has(method, params) and (method, params) not in self._absent

    def _check(self, method: str, mac: str) -> CurrentDevice:
        refusal, status, url = self._read(method, [mac], status_answer)
        if refusal is not None:
            raise RefusedReadError(
                f"{format_mac(mac)}: the service refused to say its status: '{self._quote(refusal)}'.", refusal
            )
        return CurrentDevice(mac, status, url)

    def _read(self, method: str, params: Sequence[Param], meaning: Any, cap: int | None = None) -> Any:
        value = self._call(method, params, True, cap)
        try:
            return meaning(self.vendor.name, value)
        except UnexpectedResponseError as error:
            raise self._meaningless(method, error) from None

    def _write(self, method: str, params: Sequence[Param]) -> Refusal | None:
        value = self._call(method, params, False, None)
        try:
            return write_answer(self.vendor.name, value)
        except UnexpectedResponseError as error:
            raise self._meaningless(method, error) from None

    def _call(self, method: str, params: Sequence[Param], safe: bool, cap: int | None) -> Any:
        call = (method, len(params))
        name = method.rpartition(".")[2]
        if not self.has(*call):
            raise AbsentCallError(f"The {self.vendor.title} service has no call {name}.")
        try:
            if cap is None:
                return self.transport.call(method, params, safe)
            return self.transport.call(method, params, safe, cap)
        except FaultError as fault:
            if fault.absent:
                with self._lock:
                    self._absent.add(call)
                # A call that the vendor documents is there, unless this is another service.
                hint = " Check vendor and api_url." if self.vendor.calls[call] == DOCUMENTED else ""
                raise AbsentCallError(
                    f"The {self.vendor.title} service has no call {name}: it answered fault "
                    f"{fault.code}, '{fault.text}'.{hint}"
                ) from None
            raise

    def _meaningless(self, method: str, error: UnexpectedResponseError) -> BadAnswerError:
        return BadAnswerError(
            f"{method.rpartition('.')[2]}: the {self.vendor.title} service gave no usable answer: "
            f"{self.masker.text(str(error))}."
        )

    def _quote(self, refusal: Refusal) -> str:
        return self.masker.text(refusal.text)
