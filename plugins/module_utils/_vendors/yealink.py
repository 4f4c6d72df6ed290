# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Yealink's RPS, by the XML-API Development Guide of September 2018. Section 4.x of that document.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from .base import DOCUMENTED, OWN_DEVICE
from .capabilities import VENDORS
from .rps_family import (
    ADD_SERVER,
    CHECK_DEVICE,
    CHECK_DEVICE_EXT,
    DEREGISTER_DEVICE,
    DEREGISTER_DEVICES,
    EDIT_DEVICE,
    EDIT_UNIQUE,
    LIST_DEVICES,
    OVERRIDE_ASKED,
    REGISTER_DEVICE,
    REGISTER_DEVICES,
    REGISTER_UNIQUE,
    RpsFamilyService,
    compile_phrases,
)
from .xmlrpc_service import Call


class YealinkService(RpsFamilyService):
    """One account at Yealink's XML-RPC service."""

    capabilities = VENDORS["yealink"]
    # 4.1.3 and 4.2 say that the phrase means one's own device; 4.6.3 and 4.12.3 still say another user's. So the kind
    # is a hint for the message only, and ownership is always asked of checkDevice.
    phrases = compile_phrases((OWN_DEVICE, OVERRIDE_ASKED))
    calls: ClassVar[Mapping[Call, str]] = {
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
    }
    # In the document (4.11, 4.16) and marked there as no longer available: never called.
    withdrawn = ((EDIT_DEVICE, 3), (EDIT_UNIQUE, 4))
