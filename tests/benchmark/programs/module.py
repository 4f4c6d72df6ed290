# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module rps_devices with its options from standard input, and prints what the call itself cost as JSON."""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path

from ansible.module_utils import basic
from ansible_collections.voip.rps.plugins.modules import rps_devices


def main() -> None:
    options = sys.stdin.buffer.read()
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"  # noqa: SLF001
    basic._ANSIBLE_ARGS = options  # noqa: SLF001
    del options
    before = sys.stdout
    with tempfile.TemporaryFile("w+") as said:
        sys.stdout = said
        wall, cpu = time.monotonic(), time.process_time()
        status: object = 0
        try:
            rps_devices.main()
        except SystemExit as end:
            status = end.code
        cost = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu, "peak_mb": _peak_megabytes()}
        sys.stdout = before
        said.seek(0)
        result = json.load(said)
    if status:
        print(result.get("msg"))
        sys.exit(1)
    print(json.dumps({**cost, "calls": result["calls"], "summary": result["summary"]}))


def _peak_megabytes() -> float:
    """Of this program alone: resource.getrusage counts what the process was before its exec too."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
