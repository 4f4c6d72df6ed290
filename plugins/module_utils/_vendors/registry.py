# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All services that the collection knows, by the value of the option ``vendor``.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from typing import Any

from .._model import Connection
from .._redaction import Masker
from .base import Capabilities, Service
from .htek import HtekService
from .panasonic import PanasonicService
from .snom import SnomService
from .yealink import YealinkService
from .ymcs import YmcsService

# By the value of the option ``vendor``. AnsiballZ ships what is imported above and nothing that is looked up at run
# time, so a new service has its import and its place here.
SERVICES: dict[str, type[Service]] = {
    service.capabilities.name: service
    for service in (YealinkService, HtekService, SnomService, PanasonicService, YmcsService)
}
VENDORS: dict[str, Capabilities] = {name: service.capabilities for name, service in SERVICES.items()}


def open_service(connection: Connection, **seams: Any) -> Service:
    """The service of one account. Close its client when done (or use ``_reconcile.session``).

    Raises MissingLibraryError if requests is not installed, InputError for a CA bundle that does not exist.
    """
    masker = Masker(connection.vendor, connection.username, connection.password)
    return SERVICES[connection.vendor].connect(connection, masker, **seams)


def vendor_of_mac(mac: str) -> str | None:
    """The vendor whose prefix a MAC has, as far as the services here are concerned."""
    return next((name for name, vendor in VENDORS.items() if mac.startswith(vendor.mac_prefixes or ("-",))), None)
