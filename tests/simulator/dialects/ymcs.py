# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Yealink YMCS v2, the part for redirection: REST with JSON, as its clients have observed it.

A phone is bound to a server of the account, or to a URL of its own, which wins. Another organization's phone shows
only in the answer of a write.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from ..core import mac
from ..core.dialect import CallError, Capabilities, Context, Dialect, Operation, Service, no_phones
from ..core.options import Switch
from ..core.world import Device, Server, World
from ..protocols.rest import (
    BAD_PARAMETER,
    NO_BODY,
    NOT_ALLOWED,
    PROTOCOL,
    ItemError,
    as_object,
    bulk_result,
    page,
    text_of,
    tokens,
    wrong,
)

BAD_MAC, BAD_SERIAL, EXISTS, FOREIGN, TOO_MANY = 800001, 800002, 800003, 800004, 800006
_WORDS = {
    BAD_MAC: "The MAC address is invalid",
    BAD_SERIAL: "The serial number is invalid",
    EXISTS: "The device already exists",
    FOREIGN: "The device is managed by another organization",
    BAD_PARAMETER: "Invalid parameter",
}
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")
_DEVICE_KEYS = {"mac", "sn", "serverId", "uniqueServerUrl", "authName", "password", "remark"}

SWITCHES = (
    Switch("add_by_mac", False, "the account may call addDevicesByMac"),
    Switch("page_limit", 500, "largest `limit` of a list"),
    Switch("max_bulk", 100, "longest list of addDevices, addDevicesByMac and delDevices"),
    Switch("delete_used_servers", False, "delServers removes servers that devices are bound to"),
    Switch("unique_server_names", True, "refuse a second server of one name"),
    Switch(
        "pages",
        "whole",
        "a fault of every list: each page has one entry only, always the first page, or one ID for all entries",
        ("whole", "single", "first", "same_id"),
    ),
    Switch("empty_data", "null", "`data` of a page without entries", ("null", "list")),
    Switch(
        "last_contact_form", "ms", "lastConnected: milliseconds, the same as text, or ISO 8601", ("ms", "text", "iso")
    ),
    Switch(
        "never_asked", "null", "lastConnected of a phone that has never asked", ("null", "empty", "zero", "missing")
    ),
    Switch("error_key", "mac", "which member of a bulk error names the phone", ("mac", "field")),
    Switch("error_text", "errorInfo", "which member of a bulk error has the words and the code", ("errorInfo", "msg")),
    Switch("mac_notation", "bare", "how addresses are written", mac.NOTATIONS),
    Switch("mac_upper", False, "addresses are written in capital letters"),
)


def say(_service: Service, ok: bool, text: str, code: int) -> Any:
    """Return an empty object for a yes; a no is an error object."""
    if not ok:
        raise CallError(code or BAD_PARAMETER, text)
    return {}


def _array(context: Context, body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise CallError(NO_BODY, "The body is no array")
    if context.options.max_bulk is not None and len(body) > context.options.max_bulk:
        raise CallError(TOO_MANY, f"No more than {context.options.max_bulk} entries are allowed")
    return body


def token(context: Context, body: Any) -> Any:
    """POST /v2/token."""
    if as_object(body).get("grant_type") != "client_credentials":
        raise wrong("grant_type", "is not client_credentials")
    lifetime = context.options.token_lifetime
    issued = tokens(context.service).issue(context.account, context.now, lifetime)
    return {"access_token": issued, "token_type": "bearer", "expires_in": lifetime}


# -- devices


def _record(context: Context, device: Device) -> dict[str, Any]:
    options = context.options
    servers = context.world.server_objects(context.account)
    server = servers.get(device.server_id) if device.server_id is not None else None
    record: dict[str, Any] = {
        "id": device.id,
        "mac": mac.show(device.mac, options.mac_notation, options.mac_upper),
        "sn": device.serial,
        "serverId": device.server_id,
        "serverName": device.server,
        "serverUrl": server.url if server is not None else None,
        "uniqueServerUrl": device.unique_url,
        "authName": device.auth_name,
        "ipAddress": None,
        "remark": device.note,
        "dateRegistered": int(device.registered_at * 1000),
    }
    if device.last_contact is None:
        if options.never_asked != "missing":
            record["lastConnected"] = {"null": None, "empty": "", "zero": 0}[options.never_asked]
    else:
        record["lastConnected"] = _moment(device.last_contact, options.last_contact_form)
    return record


def _moment(when: float, form: str) -> int | str:
    if form == "iso":
        moment = datetime.datetime.fromtimestamp(when, datetime.UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    milliseconds = int(when * 1000)
    return str(milliseconds) if form == "text" else milliseconds


def _page(context: Context, found: list[Any], body: dict[str, Any], record: Callable[[Context, Any], Any]) -> Any:
    part, skip, limit = page(found, body, context.options.page_limit)
    if context.options.pages == "single":
        part = part[:1]
    elif context.options.pages == "first":
        part = found[:limit]
    data: list[Any] | None = [record(context, item) for item in part]
    if data and context.options.pages == "same_id":
        data = [{**entry, "id": "7"} for entry in data]
    if not data and context.options.empty_data == "null":
        data = None
    return {"skip": skip, "limit": limit, "total": len(found) if body.get("autoCount") is True else 0, "data": data}


def list_devices(context: Context, body: Any) -> Any:
    """POST /v2/rps/listDevices; the filter takes every address that has the text somewhere in it."""
    body = as_object(body)
    wanted = body.get("filter") or {}
    text = text_of(as_object(wanted), "mac").lower().translate({ord(sign): None for sign in ":- "})
    found = [device for device in context.owned() if text in device.mac] if text else context.owned()
    return _page(context, found, body, _record)


def _mine(context: Context, device_id: str) -> Device:
    device = context.world.find_id(device_id)
    if device is None or device.account != context.account:
        raise wrong("id", "is unknown")
    return device


def get_device(context: Context, device_id: str) -> Any:
    """GET /v2/rps/devices/{id}."""
    return _record(context, _mine(context, device_id))


def _server(context: Context, entry: dict[str, Any]) -> Server | None:
    server_id = entry.get("serverId")
    if server_id in (None, ""):
        return None
    found = context.world.server_objects(context.account).get(server_id)
    if found is None:
        raise wrong("serverId", "is unknown")
    return found


def _unique_url(entry: dict[str, Any]) -> str | None:
    url = text_of(entry, "uniqueServerUrl")
    if url and not url.lower().startswith(_SCHEMES):
        raise wrong("uniqueServerUrl", "is no URL")
    return url or None


def _add(context: Context, entry: Any, serial_needed: bool) -> Device:
    """Add one phone; raises ItemError, and CallError for a bad parameter."""
    if not isinstance(entry, dict) or set(entry) - _DEVICE_KEYS:
        raise ItemError(BAD_PARAMETER, _WORDS[BAD_PARAMETER])
    bare = mac.normalize(entry["mac"]) if isinstance(entry.get("mac"), str) else None
    if bare is None:
        raise ItemError(BAD_MAC, _WORDS[BAD_MAC])
    refused = context.item_refused(bare)
    if refused is not None:
        raise ItemError(*refused)
    serial = entry.get("sn")
    if serial_needed and (not isinstance(serial, str) or not serial.strip()):
        raise ItemError(BAD_SERIAL, _WORDS[BAD_SERIAL])
    known = context.world.find(bare)
    if known is not None and known.account is not None:
        code = EXISTS if known.account == context.account else FOREIGN
        raise ItemError(code, _WORDS[code])
    server, url = _server(context, entry), _unique_url(entry)
    note, auth_name = text_of(entry, "remark"), text_of(entry, "authName")
    name, server_id = (server.name, server.id) if server is not None else (None, None)
    device = context.world.bind(bare, context.account, name, url, server_id)
    device.serial = serial if isinstance(serial, str) else None
    device.note, device.auth_name = note, auth_name
    return device


def add_device(context: Context, body: Any) -> Any:
    """POST /v2/rps/devices: one phone."""
    try:
        return _record(context, _add(context, as_object(body), serial_needed=True))
    except ItemError as refused:
        raise CallError(refused.code, refused.text) from None


def add_devices(context: Context, body: Any) -> Any:
    """POST /v2/rps/addDevices: a bare array."""
    return _bulk(context, _array(context, body), lambda entry: _add(context, entry, serial_needed=True), _entry_mac)


def add_by_mac(context: Context, body: Any) -> Any:
    """POST /v2/rps/addDevicesByMac: as addDevices without `sn`, for accounts that may."""
    if not context.options.add_by_mac:
        raise CallError(NOT_ALLOWED, "The account is not allowed to call this")
    return _bulk(context, _array(context, body), lambda entry: _add(context, entry, serial_needed=False), _entry_mac)


def _entry_mac(entry: Any) -> str:
    return str(entry.get("mac", "")) if isinstance(entry, dict) else ""


def _bulk(context: Context, entries: list[Any], do: Callable[[Any], Any], name: Callable[[Any], str]) -> Any:
    return bulk_result(entries, do, name, context.options.error_key, context.options.error_text)


def edit_device(context: Context, device_id: str, body: Any) -> Any:
    """PATCH /v2/rps/devices/{id}: changes what is given."""
    device, body = _mine(context, device_id), as_object(body)
    name, server_id, url = device.server, device.server_id, device.unique_url
    if "serverId" in body:
        server = _server(context, body)
        name, server_id = (server.name, server.id) if server is not None else (None, None)
    if "uniqueServerUrl" in body:
        url = _unique_url(body)
    note, auth_name = text_of(body, "remark"), text_of(body, "authName")
    context.world.bind(device.mac, context.account, name, url, server_id)
    device.note = note if "remark" in body else device.note
    device.auth_name = auth_name if "authName" in body else device.auth_name


def delete_devices(context: Context, body: Any) -> Any:
    """POST /v2/rps/delDevices: by address or by ID."""
    body = as_object(body, "deviceIdType", "deviceIds")
    if body["deviceIdType"] not in ("mac", "id"):
        raise wrong("deviceIdType", "is neither mac nor id")
    by_mac = body["deviceIdType"] == "mac"

    def delete(entry: Any) -> None:
        bare = mac.normalize(entry) if by_mac and isinstance(entry, str) else None
        if by_mac and bare is None:
            raise ItemError(BAD_MAC, _WORDS[BAD_MAC])
        device = context.world.find(bare) if bare is not None else context.world.find_id(str(entry))
        if device is None or device.account != context.account:
            raise ItemError(BAD_PARAMETER, "The device is unknown")
        refused = context.item_refused(device.mac)
        if refused is not None:
            raise ItemError(*refused)
        context.world.unbind(device.mac)

    if not isinstance(body["deviceIds"], list):
        raise wrong("deviceIds", "is no array")
    return _bulk(context, _array(context, body["deviceIds"]), delete, str)


# -- servers


def _server_record(_context: Context, server: Server) -> dict[str, Any]:
    return {"id": server.id, "serverName": server.name, "url": server.url, "authName": server.auth_name}


def list_servers(context: Context, body: Any) -> Any:
    """POST /v2/rps/listServers."""
    body = as_object(body)
    name = text_of(as_object(body.get("filter") or {}), "serverName")
    found = [each for each in context.world.server_objects(context.account).values() if name in each.name]
    return _page(context, found, body, _server_record)


def _checked_server(context: Context, body: Any, own_id: str | None = None) -> tuple[str, str, str]:
    body = as_object(body, "serverName", "url")
    name, url = text_of(body, "serverName").strip(), text_of(body, "url")
    if not name:
        raise wrong("serverName", "is empty")
    if not url.lower().startswith(_SCHEMES):
        raise wrong("url", "is no URL")
    others = (each for each in context.world.server_objects(context.account).values() if each.id != own_id)
    if context.options.unique_server_names and any(each.name == name for each in others):
        raise wrong("serverName", "is used already")
    return name, url, text_of(body, "authName")


def add_server(context: Context, body: Any) -> Any:
    """POST /v2/rps/servers."""
    name, url, auth_name = _checked_server(context, body)
    server = context.world.add_server(context.account, name, url, auth_name=auth_name, twin=True)
    return _server_record(context, server)


def _my_server(context: Context, server_id: str) -> Server:
    found = context.world.server_objects(context.account).get(server_id)
    if found is None:
        raise wrong("id", "is unknown")
    return found


def get_server(context: Context, server_id: str) -> Any:
    """GET /v2/rps/servers/{id}."""
    return _server_record(context, _my_server(context, server_id))


def edit_server(context: Context, server_id: str, body: Any) -> Any:
    """PATCH /v2/rps/servers/{id}: needs name and URL, and moves every phone that is bound to the server."""
    server = _my_server(context, server_id)
    name, url, auth_name = _checked_server(context, body, server_id)
    server.name, server.url = name, url
    server.auth_name = auth_name if "authName" in body else server.auth_name
    for device in context.world.owned(context.account):
        if device.server_id == server_id:
            device.server = name


def delete_servers(context: Context, body: Any) -> Any:
    """POST /v2/rps/delServers."""
    body = as_object(body, "serverIds")
    used = {device.server_id for device in context.world.owned(context.account)}

    def delete(entry: Any) -> None:
        servers = context.world.server_objects(context.account)
        if entry not in servers:
            raise ItemError(BAD_PARAMETER, "The server is unknown")
        if entry in used and not context.options.delete_used_servers:
            raise ItemError(BAD_PARAMETER, "The server is in use")
        del servers[entry]

    if not isinstance(body["serverIds"], list):
        raise wrong("serverIds", "is no array")
    return _bulk(context, _array(context, body["serverIds"]), delete, str)


# -- which phones a call names


def _of_entries(_world: World, args: Sequence[Any]) -> list[str]:
    entries = args[-1] if isinstance(args[-1], list) else [args[-1]]
    return [entry["mac"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("mac"), str)]


def _of_id(world: World, args: Sequence[Any]) -> list[str]:
    device = world.find_id(str(args[0]))
    return [] if device is None else [device.mac]


def _of_filter(_world: World, args: Sequence[Any]) -> list[str]:
    wanted = args[0].get("filter") if isinstance(args[0], dict) else None
    text = wanted.get("mac") if isinstance(wanted, dict) else None
    return [text] if isinstance(text, str) and mac.normalize(text) else []


def _of_deletion(world: World, args: Sequence[Any]) -> list[str]:
    body = args[0] if isinstance(args[0], dict) else {}
    ids = body.get("deviceIds")
    listed = [str(item) for item in ids] if isinstance(ids, list) else []
    if body.get("deviceIdType") == "mac":
        return listed
    return [device.mac for device in map(world.find_id, listed) if device is not None]


def _shorter_deletion(args: Sequence[Any], count: int) -> list[Any]:
    return [{**args[0], "deviceIds": args[0]["deviceIds"][:count]}]


_R = "/v2/rps"
DIALECT = Dialect(
    name="ymcs",
    title="Yealink YMCS v2 (REST)",
    path="/v2/*",
    base="",
    protocol=PROTOCOL,
    say=say,
    switches=SWITCHES,
    capabilities=Capabilities(
        target="server",
        lists="account",
        url_readable=True,
        ownership="write",
        override=False,
        servers="edit",
        bulk=True,
        serial=True,
        last_contact=True,
    ),
    operations=(
        Operation(
            "token", False, token, "token", (1,), ({"grant_type": "client_credentials"},), no_phones,
            route=("POST", "/v2/token"), login="basic",
        ),
        Operation(
            "listDevices", False, list_devices, "devices", (1,), ({"skip": 0, "limit": 500, "autoCount": True},),
            _of_filter, route=("POST", f"{_R}/listDevices"), roles=("read", "list"),
        ),
        Operation(
            "getDevice", False, get_device, "devices", (1,), ("{mine_id}",), _of_id,
            route=("GET", f"{_R}/devices/{{}}"),
        ),
        Operation(
            "addDevices", True, add_devices, "devices", (1,), ([{"mac": "{new}", "sn": "01"}],), _of_entries,
            route=("POST", f"{_R}/addDevices"), roles=("add_many",),
        ),
        Operation(
            "addDevice", True, add_device, "devices", (1,), ({"mac": "{new}", "sn": "01"},), _of_entries,
            route=("POST", f"{_R}/devices"), status=201, roles=("add",),
        ),
        Operation(
            "addDevicesByMac", True, add_by_mac, "devices", (1,), ([{"mac": "{new}"}],), _of_entries,
            route=("POST", f"{_R}/addDevicesByMac"),
        ),
        Operation(
            "editDevice", True, edit_device, "devices", (2,), ("{mine_id}", {"serverId": "{server_id}"}), _of_id,
            route=("PATCH", f"{_R}/devices/{{}}"), roles=("move",),
        ),
        Operation(
            "delDevices", True, delete_devices, "devices", (1,), ({"deviceIdType": "mac", "deviceIds": ["{mine}"]},),
            _of_deletion, _shorter_deletion, route=("POST", f"{_R}/delDevices"), roles=("remove", "remove_many"),
        ),
        Operation(
            "listServers", False, list_servers, "servers", (1,), ({"skip": 0, "limit": 500},), no_phones,
            route=("POST", f"{_R}/listServers"),
        ),
        Operation(
            "addServer", True, add_server, "servers", (1,), ({"serverName": "another", "url": "{url}"},), no_phones,
            route=("POST", f"{_R}/servers"),
        ),
        Operation(
            "getServer", False, get_server, "servers", (1,), ("{server_id}",), no_phones,
            route=("GET", f"{_R}/servers/{{}}"),
        ),
        Operation(
            "editServer", True, edit_server, "servers", (2,),
            ("{server_id}", {"serverName": "{server}", "url": "{url}"}), no_phones,
            route=("PATCH", f"{_R}/servers/{{}}"),
        ),
        Operation(
            "delServers", True, delete_servers, "servers", (1,), ({"serverIds": ["{server_id}"]},), no_phones,
            route=("POST", f"{_R}/delServers"),
        ),
    ),
    demo={
        "servers": [{"account": "demo", "name": "main", "url": "https://prov.example.com/ymcs/"}],
        "devices": [
            {
                "mac": "44dbd2000001",
                "account": "demo",
                "server": "main",
                "serial": "0012000000000001",
                "last_contact": "2026-01-02T03:04:05Z",
            },
            {"mac": "44dbd2000002", "account": "demo", "serial": "0012000000000002"},
            {"mac": "44dbd2000003", "account": "neighbour", "serial": "0012000000000003"},
        ],
    },
)  # fmt: skip
