# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Yealink's and Htek's services have in common: phones are bound to named servers, and answers are pairs.

Section numbers without a name are those of Yealink's document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core import mac
from ..core.bulk import ELSEWHERE, INVALID, OWN, REPEATED, Outcome, check_length, decide, judge_all
from ..core.bulk import SWITCHES as BULK_SWITCHES
from ..core.dialect import CallError, Context, Operation, Refused, Service, no_phones
from ..core.options import Switch
from ..core.world import REGISTERED
from ..protocols.xmlrpc import EX_NIL, NIL, string

OK = "OK"
INVALID_SERVER = "Invalid server"  # Yealink 4.1.3, Htek 1.3
NAME_CHARACTERS = "The server name can only contain 'A-z 0-9 - _ . '(include space)"  # Yealink 4.1.3, 4.9.3
OVERRIDE_VALUE = "Only 0 or 1 can be used:1 to override, 0 to cancel"  # Yealink 4.2.3, Htek 2.3
OVERRIDE_FAILED = "MAC address(es) overriding failed"  # Yealink 4.2.3, Htek 2.3
UNKNOWN_MAC = "The MAC is unknown"  # Yealink 4.10.3
UNIQUE_URL = "Invalid server url"  # Yealink 4.12.3
URL_SCHEME = "The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'"  # Yealink 4.9.3
NAME_EMPTY = "The server name can not be empty."  # Yealink 4.9.3
URL_EMPTY = "The server url can not be empty"  # Yealink 4.9.3
NAME_USED = "The server name has been used"  # Yealink 4.9.3
CHECK_INVALID = {  # the samples Yealink 4.5.5.2, 4.14.5.2, Htek 5.5.2; in practice also the words of 4.5.3
    "plural": "Invalid MAC(s)",
    "singular": "Invalid MAC",
}
NAMING = {INVALID: "Invalid MAC(s)", REPEATED: "Repeated MAC(s)"}
_SERVER_NAME = re.compile(r"[A-Za-z0-9\-_. ]*")
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")
_PREFIXES = {"error": "Error:", "error_space": "Error: ", "error_none": ""}

SWITCHES = (
    *BULK_SWITCHES,
    Switch("error_style", "error", "what stands before a refusal: `Error:`, `Error: `, or nothing", tuple(_PREFIXES)),
    Switch("list_unregistered", True, "listDevices also names devices that are bound to no server"),
    Switch("mac_notation", "dash", "how listDevices writes an address", mac.NOTATIONS),
    Switch("mac_upper", False, "listDevices writes capital letters"),
    Switch("empty_text", "No device(s) exists", "what listDevices says, with boolean 0, when there is nothing to list"),
    Switch("status_case", "document", "how checkDevice writes its words", ("document", "lower", "upper")),
    Switch("check_invalid", "plural", "checkDevice's `Invalid MAC(s)` or `Invalid MAC`", tuple(CHECK_INVALID)),
    Switch("own_override_allowed", True, 'isOverride "1" binds a device of one\'s own again'),
    Switch(
        "register_unregistered",
        "refuse",
        "whether registerDevice binds one's own device that has no server, or refuses it",
        ("refuse", "bind"),
    ),
    Switch("bulk_names", True, "whether the refusal of a bulk call names the addresses"),
    Switch("edit_clears_unique_url", True, "editDevice drops the device's own URL"),
    Switch(
        "retired_calls", "fault", "whether the calls of 4.11 and 4.16 are faults or still work", ("fault", "accept")
    ),
)


def say(service: Service, ok: bool, text: str, _code: int) -> Any:
    """Return `[ok, text]`, a refusal with what the switch puts before it."""
    return [ok, text]


def refuse(context: Context, text: str) -> Refused:
    """Return a refusal, with what the switch puts before it."""
    return Refused(_PREFIXES[context.options.error_style] + text)


def named(text: str, macs: list[str], names: bool) -> str:
    """Return a text with the addresses behind it."""
    return f"{text}:{', '.join(macs)}" if names else text


# -- reading


def list_devices(context: Context) -> Any:
    """4.4, Htek 4."""
    options = context.options
    listed = [
        mac.show(device.mac, options.mac_notation, options.mac_upper)
        for device in context.owned()
        if options.list_unregistered or device.bound
    ]
    return [True, listed] if listed else [False, options.empty_text]


def check_device(context: Context, address: Any) -> Any:
    """4.5, Htek 5."""
    bare = mac.normalize(string(address))
    if bare is None:
        raise refuse(context, CHECK_INVALID[context.options.check_invalid])
    return [True, _status(context, bare)]


def _status(context: Context, bare: str) -> str:
    status = context.world.status_of(context.account, context.world.find(bare))
    case = context.options.status_case
    return status if case == "document" else status.lower() if case == "lower" else status.upper()


def check_device_ext(context: Context, address: Any) -> Any:
    """4.14: as checkDevice, with the URL of a registered device."""
    answer = check_device(context, address)
    shown = context.options.ext_url
    device = context.world.find(mac.normalize(address) or "")
    if device is None or context.world.status_of(context.account, device) != REGISTERED or shown == "missing":
        return answer
    other = {"empty": "", "nil": NIL, "ex_nil": EX_NIL}
    url = context.world.url_of(device)
    return [*answer, other.get(shown, url)] if url is not None or shown in other else answer


# -- registering


def register(context: Context, address: Any, name: Any, *override: Any) -> Any:
    """4.1 and 4.2, Htek 1 and 2."""
    return _register(context, [string(address)], name, None, read_override(context, override), False)


def register_all(context: Context, addresses: Any, name: Any, *override: Any) -> Any:
    """4.6 and 4.7, Htek 6."""
    return _register(context, _list(context, addresses), name, None, read_override(context, override), True)


def register_unique(context: Context, address: Any, name: Any, url: Any, *override: Any) -> Any:
    """4.12 and 4.15: the unique URL wins over the server's."""
    return _register(context, [string(address)], name, string(url), read_override(context, override), False)


def _register(context: Context, sent: list[str], name: Any, url: str | None, override: str | None, many: bool) -> Any:
    name = string(name)
    verdicts = judge_all(sent, lambda bare: _judge_register(context, bare, override))
    invalid = [verdict for verdict in verdicts if verdict.problem == INVALID]
    if not invalid or (many and context.options.bulk_mode != "atomic"):
        if not _SERVER_NAME.fullmatch(name):
            raise refuse(context, NAME_CHARACTERS)
        _known_server(context, name)
        _unique_url(context, url)
    outcome = decide(verdicts, context.options.bulk_mode)
    for bare in outcome.execute:
        context.world.bind(bare, context.account, name, url)
    return _answer(context, outcome, override, many, other_user=many or url is not None)


def _judge_register(context: Context, bare: str, override: str | None) -> str | None:
    device = context.world.find(bare)
    if device is None or device.account is None:
        return None
    if device.account != context.account:
        return None if override == "1" and context.options.take_over_allowed else ELSEWHERE
    if not device.bound and context.options.register_unregistered == "bind":
        return None
    return None if override == "1" and context.options.own_override_allowed else OWN


# -- removing and editing


def deregister(context: Context, address: Any) -> Any:
    """4.3, Htek 3."""
    return _deregister(context, [string(address)], False)


def deregister_all(context: Context, addresses: Any) -> Any:
    """4.8."""
    return _deregister(context, _list(context, addresses), True)


def _deregister(context: Context, sent: list[str], many: bool) -> Any:
    def judge(bare: str) -> str | None:
        device = context.world.find(bare)
        return None if device is not None and device.account == context.account else INVALID

    outcome = decide(judge_all(sent, judge), context.options.bulk_mode)
    for bare in outcome.execute:
        context.world.unbind(bare)
    return _answer(context, outcome, None, many)


def edit(context: Context, address: Any, name: Any, *override: Any) -> Any:
    """4.10; 4.11 (three parameters, the last one without effect) where it is switched on."""
    read_override(context, override)
    bare = _editable(context, string(address))
    _known_server(context, string(name))
    device = context.world.find(bare)
    keep = device.unique_url if device is not None and not context.options.edit_clears_unique_url else None
    context.world.bind(bare, context.account, name, keep)
    return [True, OK]


def edit_unique(context: Context, address: Any, name: Any, url: Any, *_override_ignored: Any) -> Any:
    """4.13; 4.16 (four parameters, the last one without effect) where it is switched on."""
    bare = _editable(context, string(address))
    _known_server(context, string(name))
    _unique_url(context, string(url))
    context.world.bind(bare, context.account, name, url)
    return [True, OK]


def _editable(context: Context, sent: str) -> str:
    bare = mac.normalize(sent)
    device = context.world.find(bare) if bare is not None else None
    if bare is not None and device is None:
        raise refuse(context, UNKNOWN_MAC)
    if bare is None or device is None or device.account != context.account:
        raise refuse(context, named(NAMING[INVALID], [bare or sent.strip()], True))
    return bare


# -- servers


def add_server(context: Context, name: Any, url: Any) -> Any:
    """4.9. There is no call that changes or removes a server again."""
    name, url = string(name), string(url)
    if not name.strip():
        raise refuse(context, NAME_EMPTY)
    if not url.strip():
        raise refuse(context, URL_EMPTY)
    if not _SERVER_NAME.fullmatch(name):
        raise refuse(context, NAME_CHARACTERS)
    if not url.lower().startswith(_SCHEMES):
        raise refuse(context, URL_SCHEME)
    if context.world.knows_server(context.account, name):
        raise refuse(context, NAME_USED)
    context.world.add_server(context.account, name, url)
    return [True, OK]


# -- shared


def _known_server(context: Context, name: str) -> None:
    if not context.world.knows_server(context.account, name):
        raise refuse(context, INVALID_SERVER)


def _unique_url(context: Context, url: str | None) -> None:
    if url is not None and not url.lower().startswith(_SCHEMES):
        raise refuse(context, UNIQUE_URL if context.options.url_refusal == "document" else URL_SCHEME)


def _list(context: Context, addresses: Any) -> list[str]:
    if not isinstance(addresses, list):
        raise CallError(0, "macList is not an array", kind="arguments")
    try:
        check_length(addresses, context.options)
    except Refused as refused:
        raise refuse(context, refused.text) from None
    if not addresses:
        raise refuse(context, named(NAMING[INVALID], [], True))
    return [string(item) for item in addresses]


def _answer(context: Context, outcome: Outcome, override: str | None, many: bool, other_user: bool = False) -> Any:
    if outcome.problem is None:
        return [True, OK]
    names = context.options.bulk_names or not many
    if outcome.problem in NAMING:
        raise refuse(context, named(NAMING[outcome.problem], outcome.named, names))
    words = context.service.dialect.settings["refusal"]
    raise refuse(context, words(context, outcome.problem, outcome.named, override, names, other_user))


def read_override(context: Context, given: tuple[Any, ...]) -> str | None:
    """None where the call has no isOverride. Only the strings "0" and "1" are legal (4.2.3): no int, no boolean."""
    if not given:
        return None
    if not isinstance(given[0], str) or given[0] not in ("0", "1"):
        raise refuse(context, OVERRIDE_VALUE)
    return given[0]


def operations(sections: Mapping[str, str], read: tuple[str, ...] = ()) -> tuple[Operation, ...]:
    """Return the calls that both services have. `sections` is by name; `read` are the roles of checkDevice."""
    one, many, two = ("{mine}",), (["{mine}"],), (2, 3)
    return (
        Operation(
            "registerDevice", True, register, sections["registerDevice"], two, ("{new}", "{server}"), roles=("add",)
        ),
        Operation("deRegisterDevice", True, deregister, sections["deRegisterDevice"], (1,), one, roles=("remove",)),
        Operation("listDevices", False, list_devices, sections["listDevices"], phones=no_phones, roles=("list",)),
        Operation("checkDevice", False, check_device, sections["checkDevice"], (1,), one, roles=read),
        Operation(
            "registerDevices",
            True,
            register_all,
            sections["registerDevices"],
            two,
            (["{new}"], "{server}"),
            roles=("add_many",),
        ),
        Operation(
            "deRegisterDevices", True, deregister_all, sections["deRegisterDevices"], (1,), many, roles=("remove_many",)
        ),
        Operation("addServer", True, add_server, sections["addServer"], (2,), ("another", "{url}"), no_phones),
        Operation(
            "editDevice", True, edit, sections["editDevice"], two, ("{mine}", "{server}"), retired=(3,), roles=("move",)
        ),
    )
