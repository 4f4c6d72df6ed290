# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Htek's RPS over XML-RPC, from its "Htek XML API for RPS". Sections are those of it.

The page has more titles than text could be read of: the calls with "assumed" as their section are taken to be as
Yealink's. It has no checkDeviceExt and no unique URLs.
"""

from __future__ import annotations

from ..core.bulk import OWN
from ..core.dialect import Capabilities, Context, Dialect
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


# Of the calls that both vendors have.
SECTIONS = {
    "registerDevice": "1, 2",
    "deRegisterDevice": "3",
    "listDevices": "4",
    "checkDevice": "5",
    "registerDevices": "6, assumed",
    "deRegisterDevices": "assumed",
    "addServer": "assumed",
    "editDevice": "assumed",
}

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
        unique_urls=False,
    ),
    operations=pairs.operations(SECTIONS, read=("read",)),
    demo={
        "servers": [{"account": "demo", "name": "main", "url": "https://prov.example.com/htek/"}],
        "devices": [{"mac": "001fc1000001", "account": "demo", "server": "main"}],
    },
)
