# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the API of NetBox 4.2 and newer that its inventory plugin reads, and bulk updates of devices.

Since 4.2 a MAC address is an object of its own. An interface has `mac_addresses` and `primary_mac_address`; its
`mac_address` is the primary one and read-only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.support import Reply, Request

VERSION = "4.2.9"
MAKERS = ("Yealink", "Htek")
FILTERS = ("limit", "offset", "role", "status", "name", "id", "device_id", "exclude")


def nested(number: int, name: str) -> dict[str, Any]:
    """A nested object, as NetBox shows a site or a manufacturer."""
    return {"id": number, "name": name, "slug": name.lower().replace(" ", "-"), "display": name}


class NetBox:
    """Devices with their interfaces: call it with a request and it answers as NetBox does."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.devices: dict[int, dict[str, Any]] = {}
        self.interfaces: dict[int, dict[str, Any]] = {}

    def add(
        self,
        name: str,
        ports: Iterable[tuple[str, str]],
        *,
        maker: str = "Yealink",
        role: str = "ip-phone",
        serial: str = "",
        status: str = "active",
        fields: dict[str, Any] | None = None,
    ) -> int:
        """Add a device with interfaces `(name, MAC or nothing)`; return its number."""
        number = len(self.devices) + 1
        self.devices[number] = {
            "id": number,
            "name": name,
            "display": name,
            "device_type": self._type(maker),
            "role": nested(1, role),
            "site": nested(1, "Berlin"),
            "serial": serial,
            "asset_tag": None,
            "status": {"value": status, "label": status.title()},
            "tags": [],
            "custom_fields": {"rps_server": None, "rps_account": None, "rps_outcome": None} | (fields or {}),
            **dict.fromkeys(("tenant", "platform", "location", "rack", "cluster", "virtual_chassis", "parent_device")),
            **dict.fromkeys(("primary_ip", "primary_ip4", "primary_ip6", "oob_ip", "local_context_data")),
        }
        for port, address in ports:
            self._add_interface(number, port, address)
        return number

    def _add_interface(self, device: int, name: str, address: str) -> None:
        number = len(self.interfaces) + 1
        mac = {"id": number, "display": address, "mac_address": address, "description": ""} if address else None
        self.interfaces[number] = {
            "id": number,
            "name": name,
            "device": {"id": device, "name": self.devices[device]["name"]},
            "enabled": True,
            "mgmt_only": False,
            "mac_address": address or None,
            "primary_mac_address": mac,
            "mac_addresses": [mac] if mac else [],
            "count_ipaddresses": 0,
            "tags": [],
            "custom_fields": {},
        }

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Token {self.token}":
            return Reply({"detail": "Invalid token"}, 403)
        path = request.path.removeprefix("/api/").strip("/")
        if path == "status":
            return Reply({"netbox-version": VERSION, "plugins": {}})
        if path == "schema":
            parameters = {"get": {"parameters": [{"name": name} for name in FILTERS]}}
            names = ("/api/dcim/devices/", "/api/virtualization/virtual-machines/")
            return Reply({"info": {"version": VERSION}, "paths": dict.fromkeys(names, parameters)})
        if path == "dcim/devices" and request.method == "PATCH":
            return self._update(request.json)
        return self._page(self._found(path, request.query))

    @staticmethod
    def _type(maker: str) -> dict[str, Any]:
        number = MAKERS.index(maker) + 1
        return nested(number, f"{maker} phone") | {"manufacturer": nested(number, maker), "model": f"{maker} phone"}

    def _found(self, path: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        if path == "dcim/devices":
            return [
                device
                for device in self.devices.values()
                if device["role"]["slug"] in query.get("role", [device["role"]["slug"]])
                and device["status"]["value"] in query.get("status", [device["status"]["value"]])
            ]
        if path == "dcim/interfaces":
            wanted = {int(number) for number in query.get("device_id", [])} or set(self.devices)
            return [item for item in self.interfaces.values() if item["device"]["id"] in wanted]
        whole = {
            "dcim/sites": [nested(1, "Berlin") | {"region": None, "group": None, "time_zone": None, "prefix_count": 0}],
            "dcim/device-roles": [nested(1, "IP phone"), nested(2, "Switch")],
            "dcim/device-types": [self._type(maker) for maker in MAKERS],
            "dcim/manufacturers": [nested(number, maker) for number, maker in enumerate(MAKERS, 1)],
        }
        return whole.get(path, [])

    def _update(self, items: list[dict[str, Any]]) -> Reply:
        """A bulk update is done as a whole or not at all."""
        if any(item["id"] not in self.devices for item in items):
            return Reply({"detail": "unknown device"}, 400)
        for item in items:
            self.devices[item["id"]]["custom_fields"] |= item["custom_fields"]
        return Reply([self.devices[item["id"]] for item in items])

    @staticmethod
    def _page(found: list[dict[str, Any]]) -> Reply:
        return Reply({"count": len(found), "next": None, "previous": None, "results": found})
