# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state behind one vendor's address: accounts, their servers, the devices and the history of bindings."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hmac
import threading
from dataclasses import dataclass
from typing import Any

from . import mac as macs
from .records import Binding

UNKNOWN, UNREGISTERED, REGISTERED, ELSEWHERE = "Unknown", "Unregistered", "Registered", "Registered Elsewhere"


@dataclass
class Device:
    """A device that is present; `account` None means that it was added and belongs to nobody."""

    mac: str
    account: str | None = None
    server: str | None = None
    unique_url: str | None = None

    @property
    def bound(self) -> bool:
        """Whether the device is redirected anywhere."""
        return self.server is not None or self.unique_url is not None


class World:
    """State of one vendor. Every public method is safe to call from any thread, and from a hook."""

    def __init__(self, vendor: str, lock: Any = None) -> None:
        self.vendor = vendor
        self.lock = lock if lock is not None else threading.RLock()
        self.current_call: int | None = None  # serial of the call under execution, for the history
        self._passwords: dict[str, str] = {}
        self._logins: dict[bytes, str] = {}
        self._servers: dict[str, dict[str, str]] = {}
        self._devices: dict[str, Device] = {}
        self._history: list[Binding] = []

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
        """Passwords by user name."""
        with self.lock:
            return dict(self._passwords)

    def login(self, header: bytes) -> str | None:
        """Return the account that an Authorization header opens, or None. Names and passwords are UTF-8."""
        account = self._logins.get(header)
        if account is not None:
            return account
        scheme, _rest, token = header.partition(b" ")
        if scheme.lower() != b"basic":
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

    def add_server(self, account: str, name: str, url: str) -> None:
        """Add a server to an account, or change its URL: what the portal can do and addServer cannot."""
        with self.lock:
            self._account(account)[name] = url

    def remove_server(self, account: str, name: str) -> None:
        """Take a server away; devices bound to it keep its name and lose its URL."""
        with self.lock:
            del self._account(account)[name]

    def servers(self, account: str) -> dict[str, str]:
        """URLs by name."""
        with self.lock:
            return dict(self._servers.get(account, {}))

    def _account(self, account: str) -> dict[str, str]:
        if account not in self._servers:
            raise ValueError(f"no account {account!r} at {self.vendor}")
        return self._servers[account]

    # -- devices

    def add_device(
        self, mac: str, account: str | None = None, server: str | None = None, unique_url: str | None = None
    ) -> Device:
        """Put a device into a state, whatever it was in; the history notes it as no call's doing."""
        bare = _mac(mac)
        with self.lock:
            if account is None:
                if server is not None or unique_url is not None:
                    raise ValueError("a device that nobody owns cannot be bound")
            elif server is not None and server not in self._account(account):
                raise ValueError(f"no server {server!r} in account {account!r} at {self.vendor}")
            else:
                self._account(account)
            return self.bind(bare, account, server, unique_url)

    def remove_device(self, mac: str) -> None:
        """Make a device unknown."""
        with self.lock:
            self.unbind(_mac(mac))

    def device(self, mac: str) -> Device | None:
        """Return a copy of a device's state, None where it is unknown."""
        with self.lock:
            found = self._devices.get(_mac(mac))
            return None if found is None else dataclasses.replace(found)

    def devices(self, account: str | None = None) -> list[Device]:
        """Return copies of all devices, or of one account's, in the order in which they were added."""
        with self.lock:
            return [dataclasses.replace(d) for d in self._devices.values() if account is None or d.account == account]

    def status(self, account: str, mac: str) -> str:
        """Return the word that checkDevice has for a device when this account asks (Yealink 4.5.3, Htek 5.3)."""
        with self.lock:
            return self.status_of(account, self._devices.get(_mac(mac)))

    def url(self, mac: str) -> str | None:
        """Where a device is redirected to: its own URL, else its server's."""
        with self.lock:
            found = self._devices.get(_mac(mac))
            return None if found is None else self.url_of(found)

    def history(self, mac: str | None = None) -> list[Binding]:
        """Every binding and removal since the start, of one device or of all, oldest first."""
        with self.lock:
            if mac is None:
                return list(self._history)
            bare = _mac(mac)
            return [entry for entry in self._history if entry.mac == bare]

    def clear(self) -> None:
        """Remove accounts, servers and devices; the history stays."""
        with self.lock:
            self._passwords.clear()
            self._logins.clear()
            self._servers.clear()
            self._devices.clear()

    # -- for the service, which holds the lock and has bare addresses

    def find(self, mac: str) -> Device | None:
        """Return the device itself, not a copy."""
        return self._devices.get(mac)

    def owned(self, account: str) -> list[Device]:
        """Return the account's devices themselves."""
        return [device for device in self._devices.values() if device.account == account]

    def knows_server(self, account: str, name: str) -> bool:
        """Whether the account has a server of this name."""
        return name in self._servers[account]

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
        if device.account is None or device.server is None:
            return None
        return self._servers[device.account].get(device.server)

    def bind(self, mac: str, account: str | None, server: str | None, unique_url: str | None) -> Device:
        """Set a device's whole state and note it in the history."""
        device = self._devices.get(mac)
        if device is None:
            device = self._devices[mac] = Device(mac)
        device.account, device.server, device.unique_url = account, server, unique_url
        entry = Binding(self.vendor, mac, account, server, self.url_of(device), "bound", self.current_call)
        self._history.append(entry)
        return device

    def unbind(self, mac: str) -> None:
        """Remove a device and note it in the history."""
        device = self._devices.pop(mac, None)
        if device is not None:
            self._history.append(Binding(self.vendor, mac, device.account, None, None, "removed", self.current_call))


def _mac(text: str) -> str:
    bare = macs.normalize(text)
    if bare is None:
        raise ValueError(f"{text!r} is no MAC address")
    return bare
