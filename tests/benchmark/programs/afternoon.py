# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that a good engineer writes in an afternoon, on `xmlrpc.client`, and nothing of this collection.

``afternoon.py URL CA_FILE THREADS READ_BACK PHONES.json`` lists the account and reads every phone, registers those that
are missing, and with READ_BACK `yes` reads each of them again. CA_FILE `-` is for plain HTTP. One connection is kept
open for each thread.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

url, ca_file, threads, read_back, path = sys.argv[1:]
phones = json.loads(Path(path).read_text(encoding="utf-8"))["macs"]
context = None if ca_file == "-" else ssl.create_default_context(cafile=ca_file)
local = threading.local()


def service() -> Any:
    if not hasattr(local, "proxy"):
        local.proxy = xmlrpc.client.ServerProxy(url, context=context)
    return local.proxy.redirect


def read(mac: str) -> str:
    return str(service().checkDeviceExt(mac)[1]).strip()


def register(mac: str) -> bool:
    accepted, _text = service().registerDevice(mac, "office")
    return bool(accepted) and (read_back != "yes" or read(mac) == "Registered")


with ThreadPoolExecutor(int(threads)) as pool:
    service().listDevices()
    statuses = dict(zip(phones, pool.map(read, phones), strict=True))
    missing = [mac for mac in phones if statuses[mac] == "Unknown"]
    done = list(pool.map(register, missing))
sys.exit(0 if all(done) and len(missing) in (0, len(phones)) else 1)
