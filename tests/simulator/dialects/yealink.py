# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Yealink's RPS over XML-RPC, from its "XML-API Development Guide" of September 2018. Sections are those of it."""

from __future__ import annotations

from ..core.bulk import ELSEWHERE
from ..core.dialect import Capabilities, Context, Dialect, Operation
from ..core.options import Switch
from ..protocols.xmlrpc import PROTOCOL
from . import _pairs as pairs

ARE_YOU_SURE = "Are you sure you want to override MAC addresses."  # 4.1.3
OTHER_ENTERPRISE = (  # 4.1.3
    "Please check the MAC address you entered\n"
    "If you need to continue adding this MAC, please create a ticket on https://ticket.yealink.com.\n"
    "We will review your complaint. You need to provide:\n"
    "(1)Device MAC and SN\n"
    "(2)Enterprise Name\n"
    "(3)Firmware Version\n"
    "(4)Login Account"
)


def refusal(
    context: Context, problem: str, macs: list[str], override: str | None, names: bool, other_user: bool
) -> str:
    """Return the words for a phone that is registered already, without the `Error:` before them.

    `override` is None for the calls that have no such parameter. `other_user` says that the call is one of those whose
    section (4.6.3, 4.12.3) gives `Are you sure ...` the meaning "registered by another RPS user".
    """
    if problem == ELSEWHERE:
        if other_user and override is None and context.options.sure_means == "other_user":
            return ARE_YOU_SURE
        return f"{', '.join(macs)}\n{OTHER_ENTERPRISE}" if names else OTHER_ENTERPRISE
    return ARE_YOU_SURE if override is None else pairs.OVERRIDE_FAILED


SWITCHES = (
    *pairs.SWITCHES,
    Switch("take_over_allowed", False, 'isOverride "1" takes another enterprise\'s device; 4.2, 4.7, 4.15 say no'),
    Switch(
        "sure_means",
        "own",
        "whose device the refusal `Are you sure ...` of 4.6 and 4.12 is about, besides one's own",
        ("own", "other_user"),
    ),
    Switch(
        "url_refusal",
        "document",
        "for a bad unique URL: `Invalid server url`, or addServer's sentence",
        ("document", "practice"),
    ),
    Switch(
        "ext_url",
        "shown",
        "how checkDeviceExt gives the URL of a registered device",
        ("shown", "missing", "empty", "nil", "ex_nil"),
    ),
)
# Of the calls that both vendors have.
SECTIONS = {
    "registerDevice": "4.1, 4.2",
    "deRegisterDevice": "4.3",
    "listDevices": "4.4",
    "checkDevice": "4.5",
    "registerDevices": "4.6, 4.7",
    "deRegisterDevices": "4.8",
    "addServer": "4.9",
    "editDevice": "4.10, 4.11",
}

DIALECT = Dialect(
    name="yealink",
    title="Yealink RPS (XML-RPC)",
    path="/xmlrpc",  # section 2
    also_paths=("/xmlrpc/",),
    base="/xmlrpc",
    protocol=PROTOCOL,
    prefix="redirect.",
    settings={"namespace": True, "refusal": refusal},
    say=pairs.say,
    switches=SWITCHES,
    capabilities=Capabilities(
        target="server",
        lists="account",
        url_readable=True,
        ownership="read",
        override=True,
        servers="create",
        bulk=True,
        serial=False,
        last_contact=False,
    ),
    operations=(
        *pairs.operations(SECTIONS),
        Operation(
            "registerDeviceWithUniqueUrl",
            True,
            pairs.register_unique,
            "4.12, 4.15",
            (3, 4),
            ("{new}", "{server}", "{url}"),
        ),
        Operation(
            "editDeviceWithUniqueUrl",
            True,
            pairs.edit_unique,
            "4.13, 4.16",
            (3, 4),
            ("{mine}", "{server}", "{url}"),
            retired=(4,),
        ),
        Operation("checkDeviceExt", False, pairs.check_device_ext, "4.14", (1,), ("{mine}",), roles=("read",)),
    ),
    demo={
        "servers": [
            {"account": "demo", "name": "main", "url": "https://prov.example.com/yealink/"},
            {"account": "neighbour", "name": "theirs", "url": "https://prov.example.net/"},
        ],
        "devices": [
            {"mac": "001565000001", "account": "demo", "server": "main"},
            {"mac": "001565000002", "account": "demo"},
            {"mac": "001565000003", "account": "neighbour", "server": "theirs"},
        ],
    },
)
