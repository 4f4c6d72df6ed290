# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Panasonic's redirect server over XML-RPC, from its external specification (class 1 users, 1.6) and its clients.

A phone is bound to a URL, success is a bare value, and every refusal is a fault.
"""

from __future__ import annotations

import datetime
from typing import Any

from ..core import mac
from ..core.dialect import (
    CallError,
    Capabilities,
    Context,
    Dialect,
    Operation,
    Refused,
    Service,
    all_arguments,
    no_phones,
)
from ..core.options import Switch
from ..core.world import Device
from ..protocols.xmlrpc import EX_NIL, NIL, PROTOCOL, Date, string

BAD_XML = (1, "Invalid XML format")
BAD_URL, BAD_MAC, UNREGISTERED, FOREIGN, NOT_OWNER = 100, 200, 201, 202, 203
_TEXTS = {
    BAD_MAC: "{mac}:Malformed MAC address",  # assumed: only the code is known
    UNREGISTERED: "{mac}:Invalid MAC address",
    FOREIGN: "{mac}: The phone is owned by another user.",  # assumed: only the code is known
    NOT_OWNER: "{mac}: You are not owner of the phone.",
}
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")

SWITCHES = (
    Switch(
        "fault_201",
        "not_registered",
        "what fault 201 means: that the phone is not registered, or (as its words say) that the address is malformed; "
        "then a phone that is not registered has no owner: 203",
        ("not_registered", "malformed"),
    ),
    Switch("mac_notation", "bare", "how addresses are written", mac.NOTATIONS),
    Switch("mac_upper", True, "addresses are written in capital letters"),
    Switch(
        "never_asked",
        "empty",
        "access_date of a phone that has never asked: an empty text, an empty date, no such member, or nil",
        ("empty", "empty_date", "missing", "nil", "ex_nil"),
    ),
    Switch("date_form", "basic", "20180131T12:00:00 or 2018-01-31T12:00:00", ("basic", "extended")),
)


def say(_service: Service, ok: bool, text: str, code: int) -> Any:
    """Return a bare yes; a no is a fault."""
    if not ok:
        raise CallError(code or UNREGISTERED, text)
    return True


def _refused(code: int, address: str) -> Refused:
    return Refused(_TEXTS[code].format(mac=address), code)


def _shown(context: Context, bare: str) -> str:
    return mac.show(bare, context.options.mac_notation, context.options.mac_upper)


def _is_strict(context: Context) -> bool:
    return bool(context.options.fault_201 == "malformed")


def _bare(context: Context, address: Any) -> str:
    bare = mac.normalize(string(address))
    if bare is None:
        raise _refused(UNREGISTERED if _is_strict(context) else BAD_MAC, address)
    return bare


def _mine(context: Context, address: Any) -> Device:
    bare = _bare(context, address)
    device = context.world.find(bare)
    if device is None or device.account is None:
        raise _refused(NOT_OWNER if _is_strict(context) else UNREGISTERED, _shown(context, bare))
    if device.account != context.account:
        raise _refused(NOT_OWNER, _shown(context, bare))
    return device


def register(context: Context, address: Any, url: Any) -> Any:
    """ipredirect.registerPhone: binds a phone; one of one's own moves."""
    bare = _bare(context, address)
    if not string(url).lower().startswith(_SCHEMES):
        raise Refused("Invalid URL", BAD_URL)
    device = context.world.find(bare)
    if device is not None and device.account not in (None, context.account):
        raise _refused(FOREIGN, _shown(context, bare))
    context.world.bind(bare, context.account, None, url)
    return True


def unregister(context: Context, address: Any) -> Any:
    """ipredirect.unregisterPhone."""
    context.world.unbind(_mine(context, address).mac)
    return True


def list_phones(context: Context) -> Any:
    """ipredirect.listPhones: a bare array of addresses."""
    return [_shown(context, device.mac) for device in context.owned()]


def get_phone(context: Context, address: Any) -> Any:
    """ipredirect.getPhone."""
    device = _mine(context, address)
    phone = {
        "mac": _shown(context, device.mac),
        "url": context.world.url_of(device) or "",
        "register_date": _date(context, device.registered_at),
        "access_date": _access_date(context, device),
        "note": device.note,
        "model": device.model or "",
        "version": "",
        "profile": "",
    }
    return {name: value for name, value in phone.items() if value is not None}


def _date(context: Context, when: float) -> Date:
    form = "%Y%m%dT%H:%M:%S" if context.options.date_form == "basic" else "%Y-%m-%dT%H:%M:%S"
    return Date(datetime.datetime.fromtimestamp(when, datetime.UTC).strftime(form))


def _access_date(context: Context, device: Device) -> Any:
    if device.last_contact is not None:
        return _date(context, device.last_contact)
    never = {"empty": "", "empty_date": Date(""), "missing": None, "nil": NIL, "ex_nil": EX_NIL}
    return never[context.options.never_asked]


def check_phones(context: Context, *addresses: Any) -> Any:
    """ipredirect.checkPhones: a code and words for each address; 0 is one's own."""
    if len(addresses) == 1 and isinstance(addresses[0], list):
        addresses = tuple(addresses[0])
    return [_checked(context, string(address)) for address in addresses]


def _checked(context: Context, address: str) -> dict[str, Any]:
    bare = mac.normalize(address)
    if bare is None:
        code, shown = UNREGISTERED if _is_strict(context) else BAD_MAC, address
    else:
        device, shown = context.world.find(bare), _shown(context, bare)
        if device is None or device.account is None:
            code = NOT_OWNER if _is_strict(context) else UNREGISTERED
        else:
            code = 0 if device.account == context.account else FOREIGN
    return {"faultCode": code, "faultString": _TEXTS[code].format(mac=shown) if code else ""}


DIALECT = Dialect(
    name="panasonic",
    title="Panasonic redirect server (XML-RPC)",
    path="/redirect/xmlrpc",
    base="/redirect/xmlrpc",
    protocol=PROTOCOL,
    prefix="ipredirect.",
    settings={"parse_error": BAD_XML},
    say=say,
    switches=SWITCHES,
    capabilities=Capabilities(
        target="url",
        lists="account",
        url_readable=True,
        ownership="read",
        override=False,
        servers="none",
        bulk=False,
        serial=False,
        last_contact=True,
        refusal_is_status=True,  # code 201 is the no of every call
    ),
    operations=(
        Operation("registerPhone", True, register, "clients", (2,), ("{new}", "{url}"), roles=("add", "move")),
        Operation("unregisterPhone", True, unregister, "clients", (1,), ("{mine}",), roles=("remove",)),
        Operation("listPhones", False, list_phones, "specification", phones=no_phones, roles=("list",)),
        Operation("getPhone", False, get_phone, "specification", (1,), ("{mine}",), roles=("read",)),
        Operation("checkPhones", False, check_phones, "one client", (1, 2, 3, 4, 5), ("{mine}",), all_arguments),
    ),
    demo={
        "devices": [
            {
                "mac": "0080f0000001",
                "account": "demo",
                "url": "https://prov.example.com/panasonic/",
                "last_contact": "2026-01-02T03:04:05Z",
            },
            {"mac": "0080f0000002", "account": "demo", "url": "https://prov.example.com/panasonic/"},
            {"mac": "0080f0000003", "account": "neighbour", "url": "https://prov.example.net/"},
        ],
    },
)
