# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module rps_devices in this process, with its options on standard input, and prints its peak memory."""

from __future__ import annotations

import io
import resource
import sys

from ansible.module_utils import basic
from ansible_collections.voip.rps.plugins.modules import rps_devices


def main() -> None:
    options = sys.stdin.buffer.read()
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"
    basic._ANSIBLE_ARGS = options
    status: object = 0
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        rps_devices.main()
    except SystemExit as end:
        status = end.code
    said, sys.stdout = sys.stdout, before
    if status != 0:
        print(said.getvalue()[-2000:])
    print(f"PEAK_MB {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
    sys.exit(1 if status else 0)


if __name__ == "__main__":
    main()
