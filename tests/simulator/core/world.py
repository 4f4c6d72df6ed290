# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state behind one service's address: accounts, their servers, the devices and the history of bindings."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import hmac
import threading
from dataclasses import dataclass
from typing import Any

from . import mac as macs
from .calls import Binding

UNKNOWN, UNREGISTERED, REGISTERED, ELSEWHERE = "Unknown", "Unregistered", "Registered", "Registered Elsewhere"


@dataclass
class Server:
    """A named URL of one account."""

    id: str
    name: str
    url: str
    auth_name: str = ""


@dataclass
class Device:
    """A device that is present; `account` None means that it was added and belongs to nobody."""

    mac: str
    account: str | None = None
    server: str | None = None  # the server's name
    unique_url: str | None = None  # the device's own URL, which wins over the server's
    id: str = ""
    server_id: str | None = None
    serial: str | None = None
    last_contact: float | None = None  # seconds since the epoch; None: it has never asked
    registered_at: float = 0.0  # seconds since the epoch
    model: str | None = None
    note: str = ""
    auth_name: str = ""

    @property
    def bound(self) -> bool:
        """Whether the device is redirected anywhere."""
        return self.server is not None or self.unique_url is not None


class World:
    """State of one service. Every public method is safe to call from any thread, and from a hook."""

    def __init__(self, vendor: str, lock: Any = None) -> None:
        self.vendor = vendor
        self.lock = lock if lock is not None else threading.RLock()
        self.current_call: int | None = None  # serial of the call under execution, for the history
        self.now = 0.0  # when it arrived, for the date of a registration
        self.extra: dict[str, Any] = {}  # what a protocol keeps here, such as tokens
        self._passwords: dict[str, str] = {}
        self._logins: dict[str, str] = {}
        self._servers: dict[str, dict[str, Server]] = {}  # by account and ID
        self._devices: dict[str, Device] = {}
        self._owned: dict[str | None, dict[str, Device]] = {}
        self._by_id: dict[str, Device] = {}
        self._history: list[Binding] = []
        self._last_id = 0

    # -- accounts

    def add_account(self, username: str, password: str) -> None:
        """Add an account, or give an existing one another password."""
        if ":" in username:
            raise ValueError("basic authentication has no user names with a colon")
        with self.lock:
            self._passwords[username] = password
            self._logins.clear()
            self._servers.setdefault(username, {})

    def accounts(self) -> dict[str, str]:
        """Return passwords by user name."""
        with self.lock:
            return dict(self._passwords)

    def login(self, header: str) -> str | None:
        """Return the account that an Authorization header opens, or None. Names and passwords are UTF-8."""
        account = self._logins.get(header)
        if account is not None:
            return account
        scheme, _blank, token = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            username, colon, password = base64.b64decode(token.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None
        with self.lock:
            expected = self._passwords.get(username)
            if not colon or expected is None:
                return None
            if not hmac.compare_digest(expected.encode("utf-8"), password.encode("utf-8")):
                return None
            self._logins[header] = username
        return username

    # -- servers

    def add_server(self, account: str, name: str, url: str, *, auth_name: str = "", twin: bool = False) -> Server:
        """Add a server to an account, or change its URL; `twin` adds a second one of the same name."""
        with self.lock:
            found = None if twin else self.find_server(account, name)
            if found is None:
                found = Server(self._next_id(), name, url)
                self._account(account)[found.id] = found
            found.url, found.auth_name = url, auth_name
            return dataclasses.replace(found)

    def remove_server(self, account: str, name: str) -> None:
        """Take a server away; devices bound to it keep its name and lose its URL."""
        with self.lock:
            found = self.find_server(account, name)
            if found is None:
                raise KeyError(name)
            del self._account(account)[found.id]

    def servers(self, account: str) -> dict[str, str]:
        """Return URLs by name."""
        with self.lock:
            return {server.name: server.url for server in self._servers.get(account, {}).values()}

    def server_objects(self, account: str) -> dict[str, Server]:
        """Return the servers themselves, by ID."""
        return self._account(account)

    def find_server(self, account: str, name: str) -> Server | None:
        """Return the first server of this name itself, None where there is none."""
        return next((server for server in self._account(account).values() if server.name == name), None)

    def _account(self, account: str) -> dict[str, Server]:
        if account not in self._servers:
            raise ValueError(f"no account {account!r} at {self.vendor}")
        return self._servers[account]

    def _next_id(self) -> str:
        self._last_id += 1
        return f"{self._last_id:032x}"

    # -- devices

    def add_device(
        self,
        mac: str,
        account: str | None = None,
        server: str | None = None,
        unique_url: str | None = None,
        *,
        url: str | None = None,
        last_contact: float | str | None = None,
        **more: Any,
    ) -> Device:
        """Put a device into a state, whatever it was in; the history notes it as no call's doing.

        `server` is a name, `url` another word for `unique_url` where devices are bound to URLs. `last_contact` is in
        seconds since the epoch or ISO 8601. `more`: serial, model, note, auth_name, registered_at.
        """
        unknown = set(more) - {"serial", "model", "note", "auth_name", "registered_at"}
        if unknown:
            raise ValueError(f"a device has no {', '.join(sorted(unknown))}")
        bare = _mac(mac)
        unique_url = url if unique_url is None else unique_url
        with self.lock:
            if account is None:
                if server is not None or unique_url is not None:
                    raise ValueError("a device that nobody owns cannot be bound")
            elif server is not None and self.find_server(account, server) is None:
                raise ValueError(f"no server {server!r} in account {account!r} at {self.vendor}")
            else:
                self._account(account)
            device = self.bind(bare, account, server, unique_url)
            device.last_contact = epoch(last_contact)
            for name, value in more.items():
                setattr(device, name, value)
            return dataclasses.replace(device)

    def remove_device(self, mac: str) -> None:
        """Make a device unknown."""
        with self.lock:
            self.unbind(_mac(mac))

    def touch(self, mac: str, last_contact: float | str | None) -> None:
        """Note when a device asked last."""
        with self.lock:
            self._devices[_mac(mac)].last_contact = epoch(last_contact)

    def device(self, mac: str) -> Device | None:
        """Return a copy of a device's state, None where it is unknown."""
        with self.lock:
            found = self._devices.get(_mac(mac))
            return None if found is None else dataclasses.replace(found)

    def known_device(self, mac: str) -> Device:
        """As `device`; raises KeyError where it is unknown."""
        found = self.device(mac)
        if found is None:
            raise KeyError(mac)
        return found

    def devices(self, account: str | None = None) -> list[Device]:
        """Return copies of all devices, or of one account's, in the order in which they were added."""
        with self.lock:
            found = self._devices if account is None else self._owned.get(account, {})
            return [dataclasses.replace(device) for device in found.values()]

    def status(self, account: str, mac: str) -> str:
        """Return whose a device is and whether it is bound, as seen by this account."""
        with self.lock:
            return self.status_of(account, self._devices.get(_mac(mac)))

    def url(self, mac: str) -> str | None:
        """Return where a device is redirected to: its own URL, else its server's."""
        with self.lock:
            found = self._devices.get(_mac(mac))
            return None if found is None else self.url_of(found)

    def history(self, mac: str | None = None) -> list[Binding]:
        """Return every binding and removal since the start, of one device or of all, oldest first."""
        with self.lock:
            if mac is None:
                return list(self._history)
            bare = _mac(mac)
            return [entry for entry in self._history if entry.mac == bare]

    def clear(self, history: bool = False) -> None:
        """Remove accounts, servers and devices, and the history only where asked."""
        with self.lock:
            if history:
                self._history.clear()
            for part in (
                self._passwords,
                self._logins,
                self._servers,
                self._devices,
                self._owned,
                self._by_id,
                self.extra,
            ):
                part.clear()

    # -- for the service, which has the lock and bare addresses

    def find(self, mac: str) -> Device | None:
        """Return the device itself, not a copy."""
        return self._devices.get(mac)

    def find_id(self, device_id: str) -> Device | None:
        """Return the device of this ID itself, None where there is none."""
        return self._by_id.get(device_id)

    def owned(self, account: str) -> list[Device]:
        """Return the account's devices themselves."""
        return list(self._owned.get(account, {}).values())

    def knows_server(self, account: str, name: str) -> bool:
        """Say whether the account has a server of this name."""
        return self.find_server(account, name) is not None

    @staticmethod
    def status_of(account: str, device: Device | None) -> str:
        """As `status`, for a device already looked up."""
        if device is None:
            return UNKNOWN
        if device.account is not None and device.account != account:
            return ELSEWHERE
        return REGISTERED if device.bound else UNREGISTERED

    def url_of(self, device: Device) -> str | None:
        """As `url`, for a device already looked up."""
        if device.unique_url is not None:
            return device.unique_url
        if device.account is None or device.server_id is None:
            return None
        found = self._servers[device.account].get(device.server_id)
        return None if found is None else found.url

    def bind(
        self, mac: str, account: str | None, server: str | None, unique_url: str | None, server_id: str | None = None
    ) -> Device:
        """Set a device's whole binding and note it in the history; `server_id` only where a name is not enough."""
        device = self._devices.get(mac)
        if device is None:
            device = self._devices[mac] = Device(mac, id=self._next_id(), registered_at=self.now)
            self._by_id[device.id] = device
        elif device.account != account:
            self._owned[device.account].pop(mac)
            device.registered_at = self.now
        self._owned.setdefault(account, {})[mac] = device
        if server_id is None and server is not None and account is not None:
            found = self.find_server(account, server)
            server_id = None if found is None else found.id
        device.account, device.server, device.unique_url, device.server_id = account, server, unique_url, server_id
        entry = Binding(self.vendor, mac, account, server, self.url_of(device), "bound", self.current_call)
        self._history.append(entry)
        return device

    def unbind(self, mac: str) -> None:
        """Remove a device and note it in the history."""
        device = self._devices.pop(mac, None)
        if device is not None:
            self._owned[device.account].pop(mac)
            del self._by_id[device.id]
            self._history.append(Binding(self.vendor, mac, device.account, None, None, "removed", self.current_call))

    # -- for faults that give the answer of a call that is not, or not so, executed

    def snapshot(self) -> tuple[Any, ...]:
        """Return servers and devices as they are now, for `restore`."""
        servers = {
            name: {key: dataclasses.replace(server) for key, server in own.items()}
            for name, own in self._servers.items()
        }
        devices = {mac: dataclasses.replace(device) for mac, device in self._devices.items()}
        owned = {name: {mac: devices[mac] for mac in own} for name, own in self._owned.items()}
        return servers, devices, owned, len(self._history), self._last_id

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Undo everything since a snapshot; a snapshot is good for once."""
        self._servers, self._devices, self._owned, length, self._last_id = saved
        self._by_id = {device.id: device for device in self._devices.values()}
        del self._history[length:]


def epoch(when: float | str | None) -> float | None:
    """Return seconds since the epoch for ISO 8601; what is a number or None already stays."""
    if not isinstance(when, str):
        return when
    found = datetime.datetime.fromisoformat(when.replace("Z", "+00:00"))
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.UTC)
    return found.timestamp()


def _mac(text: str) -> str:
    bare = macs.normalize(text)
    if bare is None:
        raise ValueError(f"{text!r} is no MAC address")
    return bare
