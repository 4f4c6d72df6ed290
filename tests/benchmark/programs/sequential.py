# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that everybody begins with: ``sequential.py URL PHONES.json``, one call after the other."""

from __future__ import annotations

import json
import sys
import xmlrpc.client
from pathlib import Path
from typing import Any

redirect: Any = xmlrpc.client.ServerProxy(sys.argv[1]).redirect
for mac in json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))["macs"]:
    if redirect.checkDeviceExt(mac)[1].strip() != "Registered":
        redirect.registerDevice(mac, "office")
        redirect.checkDeviceExt(mac)
