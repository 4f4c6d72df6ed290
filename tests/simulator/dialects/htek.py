# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Htek's RPS over XML-RPC, from its "Htek XML API for RPS". Sections are those of it.

The page has more titles than text could be read of: the calls with "assumed" as their section are taken to be as
Yealink's. It has no checkDeviceExt and no unique URLs.
"""

from __future__ import annotations

from ..core.bulk import OWN
from ..core.dialect import Capabilities, Context, Dialect, Operation, no_phones
from ..core.options import Switch
from ..protocols.xmlrpc import PROTOCOL
from . import _pairs as pairs

ARE_YOU_SURE = "Are you sure you want to override MAC addresses"  # 1.3
EXISTING = "Existing MAC(s)"  # 1.3


def refusal(
    _context: Context, problem: str, macs: list[str], override: str | None, names: bool, _other_user: bool
) -> str:
    """Return the words for a phone that is registered already, without the `Error:` before them."""
    if problem == OWN:
        return pairs.named(EXISTING, macs, names)
    return ARE_YOU_SURE if override is None else pairs.OVERRIDE_FAILED


DIALECT = Dialect(
    name="htek",
    title="Htek RPS (XML-RPC)",
    path="/index.php/xmlrpc",  # "Service Port"
    also_paths=("/index.php/xmlrpc/",),
    base="/index.php/xmlrpc",
    protocol=PROTOCOL,
    prefix="redirect.",
    settings={"namespace": True, "refusal": refusal},
    say=pairs.say,
    switches=(
        *pairs.SWITCHES,
        Switch("take_over_allowed", True, 'isOverride "1" takes another user\'s device (2)'),
    ),
    capabilities=Capabilities(
        target="server",
        lists="account",
        url_readable=False,
        ownership="read",
        override=True,
        servers="create",
        bulk=True,
        serial=False,
        last_contact=False,
    ),
    operations=(
        Operation("registerDevice", True, pairs.register, "1, 2", (2, 3), ("{new}", "{server}")),
        Operation("deRegisterDevice", True, pairs.deregister, "3", (1,), ("{mine}",)),
        Operation("listDevices", False, pairs.list_devices, "4", phones=no_phones),
        Operation("checkDevice", False, pairs.check_device, "5", (1,), ("{mine}",)),
        Operation("registerDevices", True, pairs.register_all, "6, assumed", (2, 3), (["{new}"], "{server}")),
        Operation("deRegisterDevices", True, pairs.deregister_all, "assumed", (1,), (["{mine}"],)),
        Operation("addServer", True, pairs.add_server, "assumed", (2,), ("another", "{url}"), no_phones),
        Operation("editDevice", True, pairs.edit, "assumed", (2, 3), ("{mine}", "{server}"), retired=(3,)),
    ),
    demo={
        "servers": [{"account": "demo", "name": "main", "url": "https://prov.example.com/htek/"}],
        "devices": [{"mac": "001fc1000001", "account": "demo", "server": "main"}],
    },
)
