# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grandline in the simulator: what a dialect under tests/simulator/dialects/ looks like.

It shares no code with the client: it is written from the (made-up) document of the vendor.
"""

from __future__ import annotations

from typing import Any

from simulator.core import mac
from simulator.core.dialect import Capabilities, Context, Dialect, Operation, Refused, Service, no_phones
from simulator.core.world import Device
from simulator.protocols.xmlrpc import PROTOCOL, string

_SCHEMES = ("http://", "https://", "ftp://", "tftp://")


def say(_service: Service, ok: bool, text: str, _code: int) -> Any:
    """Return `[ok, text]`."""
    return [ok, text]


def _bare(address: Any) -> str:
    bare = mac.normalize(string(address))
    if bare is None:
        raise Refused("bad MAC")
    return bare


def _mine(context: Context, address: Any) -> Device:
    device = context.world.find(_bare(address))
    if device is None or device.account is None:
        raise Refused("phone not found")
    if device.account != context.account:
        raise Refused("phone belongs to another customer")
    return device


def register(context: Context, address: Any, url: Any, profile: Any) -> Any:
    """registerPhone: binds a phone; one of one's own moves."""
    bare = _bare(address)
    if not string(url).lower().startswith(_SCHEMES):
        raise Refused("bad URL")
    if not string(profile).strip():
        raise Refused("bad profile name")
    device = context.world.find(bare)
    if device is not None and device.account not in (None, context.account):
        raise Refused("phone belongs to another customer")
    context.world.bind(bare, context.account, profile, url)
    return [True, "OK"]


def get(context: Context, address: Any) -> Any:
    """getPhone: URL and profile, both empty for a phone that is not redirected."""
    device = _mine(context, address)
    return [True, context.world.url_of(device) or "", device.server or ""]


def delete(context: Context, address: Any) -> Any:
    """Answer deletePhone."""
    context.world.unbind(_mine(context, address).mac)
    return [True, "OK"]


def list_phones(context: Context) -> Any:
    """listPhones: a bare array of addresses."""
    return [device.mac for device in context.owned()]


DIALECT = Dialect(
    name="grandline",
    title="Grandline zero touch (XML-RPC)",
    path="/grandline/rpc",
    base="/grandline/rpc",
    protocol=PROTOCOL,
    prefix="zt.",
    say=say,
    capabilities=Capabilities(
        target="url",
        lists="account",
        url_readable=True,
        ownership="read",
        override=False,
        servers="none",
        bulk=False,
        serial=False,
        last_contact=False,
        stores_name=True,
    ),
    operations=(
        Operation("registerPhone", True, register, "1", (3,), ("{new}", "{url}", "spare"), roles=("add", "move")),
        Operation("getPhone", False, get, "2", (1,), ("{mine}",), roles=("read",)),
        Operation("deletePhone", True, delete, "3", (1,), ("{mine}",), roles=("remove",)),
        Operation("listPhones", False, list_phones, "4", phones=no_phones, roles=("list",)),
    ),
    demo={"devices": [{"mac": "02a1b2000001", "account": "demo", "url": "https://prov.example.com/grandline/"}]},
)
