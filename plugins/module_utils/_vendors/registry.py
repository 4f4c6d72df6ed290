# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the vendors, as data. A new vendor is one entry here and a dialect in the simulator. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DOCUMENTED = "documented"
ASSUMED = "assumed"

REGISTER_DEVICE = "redirect.registerDevice"
DEREGISTER_DEVICE = "redirect.deRegisterDevice"
LIST_DEVICES = "redirect.listDevices"
CHECK_DEVICE = "redirect.checkDevice"
REGISTER_DEVICES = "redirect.registerDevices"
DEREGISTER_DEVICES = "redirect.deRegisterDevices"
ADD_SERVER = "redirect.addServer"
EDIT_DEVICE = "redirect.editDevice"
REGISTER_UNIQUE = "redirect.registerDeviceWithUniqueUrl"
EDIT_UNIQUE = "redirect.editDeviceWithUniqueUrl"
CHECK_DEVICE_EXT = "redirect.checkDeviceExt"


@dataclass(frozen=True)
class Vendor:
    """One dialect.

    ``calls`` maps (method, number of parameters) to ``documented`` or ``assumed``; a call that is not there does not
    exist for this vendor. ``shows_url`` says that checkDeviceExt tells where a device is redirected to.
    ``name_limit`` is the longest server name known to work, in characters; longer ones get a warning.
    """

    name: str
    title: str
    api_url: str
    calls: Mapping[tuple[str, int], str]
    name_limit: int | None = None

    def has(self, method: str, params: int) -> bool:
        return (method, params) in self.calls

    @property
    def shows_url(self) -> bool:
        return self.has(CHECK_DEVICE_EXT, 1)

    @property
    def unique_urls(self) -> bool:
        return self.has(REGISTER_UNIQUE, 3)


YEALINK = Vendor(
    name="yealink",
    title="Yealink",
    api_url="https://api-dm.yealink.com:8443/xmlrpc",
    name_limit=20,
    calls={
        (REGISTER_DEVICE, 2): DOCUMENTED,
        (REGISTER_DEVICE, 3): DOCUMENTED,
        (DEREGISTER_DEVICE, 1): DOCUMENTED,
        (LIST_DEVICES, 0): DOCUMENTED,
        (CHECK_DEVICE, 1): DOCUMENTED,
        (REGISTER_DEVICES, 2): DOCUMENTED,
        (REGISTER_DEVICES, 3): DOCUMENTED,
        (DEREGISTER_DEVICES, 1): DOCUMENTED,
        (ADD_SERVER, 2): DOCUMENTED,
        (EDIT_DEVICE, 2): DOCUMENTED,
        (REGISTER_UNIQUE, 3): DOCUMENTED,
        (REGISTER_UNIQUE, 4): DOCUMENTED,
        (EDIT_UNIQUE, 3): DOCUMENTED,
        (CHECK_DEVICE_EXT, 1): DOCUMENTED,
    },
)

HTEK = Vendor(
    name="htek",
    title="Htek",
    api_url="https://rps.htek.com/index.php/xmlrpc",
    calls={
        (REGISTER_DEVICE, 2): DOCUMENTED,
        (REGISTER_DEVICE, 3): DOCUMENTED,
        (DEREGISTER_DEVICE, 1): DOCUMENTED,
        (LIST_DEVICES, 0): DOCUMENTED,
        (CHECK_DEVICE, 1): DOCUMENTED,
        (REGISTER_DEVICES, 2): DOCUMENTED,
        # Htek's page has the titles of these, but their text was not readable: assumed to be as Yealink's 4.7 to 4.10.
        (REGISTER_DEVICES, 3): ASSUMED,
        (DEREGISTER_DEVICES, 1): ASSUMED,
        (ADD_SERVER, 2): ASSUMED,
        (EDIT_DEVICE, 2): ASSUMED,
    },
)

VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in (YEALINK, HTEK)}

# In Yealink's document (4.11, 4.16) and marked there as no longer available: never called.
WITHDRAWN: tuple[tuple[str, int], ...] = ((EDIT_DEVICE, 3), (EDIT_UNIQUE, 4))
