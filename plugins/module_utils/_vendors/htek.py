# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Htek's RPS, by the vendor's page on its XML API.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from .base import ASSUMED, DOCUMENTED, OTHER_ACCOUNT, OWN_DEVICE
from .capabilities import VENDORS
from .rps_family import (
    ADD_SERVER,
    CHECK_DEVICE,
    DEREGISTER_DEVICE,
    DEREGISTER_DEVICES,
    EDIT_DEVICE,
    EXISTING_MACS,
    LIST_DEVICES,
    OVERRIDE_ASKED,
    REGISTER_DEVICE,
    REGISTER_DEVICES,
    RpsFamilyService,
    compile_phrases,
)
from .xmlrpc_service import Call


class HtekService(RpsFamilyService):
    """One account at Htek's XML-RPC service."""

    capabilities = VENDORS["htek"]
    # 1.3: the phrase means another user's device here, and there is one more for one's own.
    phrases = compile_phrases((OTHER_ACCOUNT, OVERRIDE_ASKED), (OWN_DEVICE, EXISTING_MACS))
    calls: ClassVar[Mapping[Call, str]] = {
        (REGISTER_DEVICE, 2): DOCUMENTED,
        (REGISTER_DEVICE, 3): DOCUMENTED,
        (DEREGISTER_DEVICE, 1): DOCUMENTED,
        (LIST_DEVICES, 0): DOCUMENTED,
        (CHECK_DEVICE, 1): DOCUMENTED,
        (REGISTER_DEVICES, 2): DOCUMENTED,
        # The vendor's page has the titles of these, but their text was not readable: assumed to be as Yealink's 4.7 to
        # 4.10.
        (REGISTER_DEVICES, 3): ASSUMED,
        (DEREGISTER_DEVICES, 1): ASSUMED,
        (ADD_SERVER, 2): ASSUMED,
        (EDIT_DEVICE, 2): ASSUMED,
    }
