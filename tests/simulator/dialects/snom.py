# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snom's redirection over XML-RPC, from the vendor's page "XML-RPC API" and its clients: a phone is bound to a URL.

The real service answers at /xmlrpc/ on port 8083. Here all services share a port, so this one is below /snom.
"""

from __future__ import annotations

from typing import Any

from ..core import mac
from ..core.bulk import INVALID, check_length, decide, judge_all
from ..core.bulk import SWITCHES as BULK_SWITCHES
from ..core.dialect import CallError, Capabilities, Context, Dialect, Operation, Refused, Service, no_phones
from ..core.options import Switch
from ..core.world import Device
from ..protocols.xmlrpc import EX_NIL, NIL, PROTOCOL, string

FOREIGN, BAD_URL, BAD_MAC, UNKNOWN = "owned_by_other_user", "malformed_url", "malformed_mac", "no_such_mac"
NO_TYPE = "missing_type"  # assumed: the page names no text
DEFAULT_TYPE = "snom300"  # of a phone whose model nobody set
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")

SWITCHES = (
    *BULK_SWITCHES,
    Switch("ok_case", "Ok", "how success is written: the page has Ok, clients have seen ok", ("Ok", "ok", "OK")),
    Switch("mac_notation", "bare", "how listPhones writes an address", mac.NOTATIONS),
    Switch("mac_upper", False, "listPhones writes capital letters"),
    Switch("empty_url", "empty", "the URL of a phone that is not redirected", ("empty", "missing", "nil", "ex_nil")),
)


def say(service: Service, ok: bool, text: str, _code: int) -> Any:
    """Return `[true, "Ok"]` or `[false, text]`."""
    return [ok, text if not ok or text != "OK" else service.options.ok_case]


def _ok(context: Context) -> Any:
    return [True, context.options.ok_case]


def _refused(text: str) -> Refused:
    return Refused(f"Error:{text}")


def _bare(address: Any) -> str:
    bare = mac.normalize(string(address))
    if bare is None:
        raise _refused(BAD_MAC)
    return bare


def _mine(context: Context, address: Any) -> Device:
    """Return a phone of the account's own; everything else is refused."""
    device = context.world.find(_bare(address))
    if device is None or device.account is None:
        raise _refused(UNKNOWN)
    if device.account != context.account:
        raise _refused(FOREIGN)
    return device


def _url(url: Any) -> str:
    if not string(url).lower().startswith(_SCHEMES):
        raise _refused(BAD_URL)
    return str(url)


def register(context: Context, address: Any, url: Any) -> Any:
    """redirect.registerPhone: binds a phone; one of one's own moves, another's is always refused."""
    bare, url = _bare(address), _url(url)
    device = context.world.find(bare)
    if device is not None and device.account not in (None, context.account):
        raise _refused(FOREIGN)
    context.world.bind(bare, context.account, None, url)
    return _ok(context)


def deregister(context: Context, address: Any) -> Any:
    """redirect.deregisterPhone."""
    context.world.unbind(_mine(context, address).mac)
    return _ok(context)


def check(context: Context, address: Any) -> Any:
    """redirect.checkPhone: Ok means that the phone is one's own."""
    _mine(context, address)
    return _ok(context)


def redirection(context: Context, address: Any) -> Any:
    """redirect.getPhoneRedirection: three elements, the last one empty for a phone that is not redirected."""
    url = context.world.url_of(_mine(context, address))
    if url:
        return [True, context.account, url]
    shown = context.options.empty_url
    if shown == "missing":
        return [True, context.account]
    return [True, context.account, {"empty": "", "nil": NIL, "ex_nil": EX_NIL}[shown]]


def list_phones(context: Context, *args: Any) -> Any:
    """redirect.listPhones: the addresses of one type as a bare array; without a type a refusal."""
    kind = args[0] if args else None
    if not isinstance(kind, str) or not kind.strip():
        raise _refused(NO_TYPE)
    options = context.options
    return [
        mac.show(device.mac, options.mac_notation, options.mac_upper)
        for device in context.owned()
        if (device.model or DEFAULT_TYPE) == kind.strip()
    ]


def register_list(context: Context, addresses: Any, url: Any) -> Any:
    """redirect.registerPhoneList: assumed."""
    sent, url = _list(context, addresses), _url(url)

    def judge(bare: str) -> str | None:
        device = context.world.find(bare)
        return None if device is None or device.account in (None, context.account) else FOREIGN

    outcome = decide(judge_all(sent, judge), context.options.bulk_mode)
    for bare in outcome.execute:
        context.world.bind(bare, context.account, None, url)
    return _bulk(context, outcome.problem)


def deregister_list(context: Context, addresses: Any) -> Any:
    """redirect.deregisterPhoneList: assumed."""

    def judge(bare: str) -> str | None:
        device = context.world.find(bare)
        if device is None or device.account is None:
            return UNKNOWN
        return None if device.account == context.account else FOREIGN

    outcome = decide(judge_all(_list(context, addresses), judge), context.options.bulk_mode)
    for bare in outcome.execute:
        context.world.unbind(bare)
    return _bulk(context, outcome.problem)


def _list(context: Context, addresses: Any) -> list[str]:
    if not isinstance(addresses, list):
        raise CallError(0, "the list is not an array", kind="arguments")
    check_length(addresses, context.options)
    return [string(item) for item in addresses]


def _bulk(context: Context, problem: str | None) -> Any:
    if problem is None:
        return _ok(context)
    raise _refused(problem if problem in (FOREIGN, UNKNOWN) else BAD_MAC if problem == INVALID else "repeated_mac")


DIALECT = Dialect(
    name="snom",
    title="Snom redirection (XML-RPC)",
    path="/snom/xmlrpc/",  # the slash at the end is required
    base="/snom/xmlrpc/",
    protocol=PROTOCOL,
    prefix="redirect.",
    settings={"nil": True},
    say=say,
    switches=SWITCHES,
    capabilities=Capabilities(
        target="url",
        lists="type",
        url_readable=True,
        ownership="read",
        override=False,
        servers="none",
        bulk=True,
        serial=False,
        last_contact=False,
    ),
    operations=(
        Operation("registerPhone", True, register, "page", (2,), ("{new}", "{url}"), roles=("add", "move")),
        Operation("deregisterPhone", True, deregister, "page", (1,), ("{mine}",), roles=("remove",)),
        Operation("checkPhone", False, check, "console", (1,), ("{mine}",)),
        Operation("getPhoneRedirection", False, redirection, "page, console", (1,), ("{mine}",), roles=("read",)),
        Operation("listPhones", False, list_phones, "console", (0, 1, 2), (DEFAULT_TYPE,), no_phones),
        Operation(
            "registerPhoneList",
            True,
            register_list,
            "assumed",
            (2,),
            (["{new}"], "{url}"),
            roles=("add_many", "move_many"),
        ),
        Operation("deregisterPhoneList", True, deregister_list, "assumed", (1,), (["{mine}"],), roles=("remove_many",)),
    ),
    demo={
        "devices": [
            {"mac": "000413000001", "account": "demo", "url": "https://prov.example.com/snom/"},
            {"mac": "000413000002", "account": "demo"},
            {"mac": "000413000003", "account": "neighbour", "url": "https://prov.example.net/"},
        ],
    },
)
