# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each service can do, by the value of the option ``vendor``.

PRIVATE to the collection: may change without notice.

It is here and not with the code of the service, so that input is checked without that code.
"""

from __future__ import annotations

from .base import MANAGED, NO_SERVERS, URL_ONLY, Capabilities

# Of the vendor's phones, which are the same for both of its services.
_YEALINK_PREFIXES = ("001565", "805ec0", "805e0c", "249ad8", "44dbd2", "c4fc22")

_SERVICES = (
    Capabilities(
        name="yealink",
        title="Yealink",
        api_url="https://api-dm.yealink.com:8443/xmlrpc",
        server_name_limit=20,
        mac_prefixes=_YEALINK_PREFIXES,
    ),
    Capabilities(
        name="htek",
        title="Htek",
        api_url="https://rps.htek.com/index.php/xmlrpc",
        reads_url=False,
        unique_urls=False,
        mac_prefixes=("001fc1",),
    ),
    Capabilities(
        name="snom",
        title="Snom",
        api_url="https://secure-provisioning.snom.com:8083/xmlrpc/",  # the slash at the end is required
        binds_to=URL_ONLY,
        lists_account=False,  # listPhones wants a phone type, and the set of types is open
        override=False,
        servers=NO_SERVERS,
        mac_prefixes=("000413", "00087b", "589ec6", "00acdc"),
    ),
    Capabilities(
        name="panasonic",
        title="Panasonic",
        api_url="https://provisioning.e-connecting.net/redirect/xmlrpc",
        binds_to=URL_ONLY,
        override=False,
        servers=NO_SERVERS,
        last_contact=True,
    ),
    Capabilities(
        name="ymcs",
        title="Yealink YMCS",
        api_url=None,  # the account's region decides
        list_shows_devices=True,
        shows_foreign=False,
        override=False,
        servers=MANAGED,
        needs_serial=True,
        last_contact=True,
        max_batch=100,
        mixed_batches=True,
        server_name_limit=20,
        mac_prefixes=_YEALINK_PREFIXES,
    ),
)
VENDORS: dict[str, Capabilities] = {service.name: service for service in _SERVICES}


def vendor_of_mac(mac: str) -> str | None:
    """The vendor whose prefix a MAC has, as far as the services here are concerned."""
    return next((name for name, vendor in VENDORS.items() if mac.startswith(vendor.mac_prefixes or ("-",))), None)
