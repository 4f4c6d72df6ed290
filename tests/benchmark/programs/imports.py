# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints as JSON the CPU-seconds of starting Python and of each import of the module, in the order that they happen."""

from __future__ import annotations

import time

BEGUN = time.process_time()  # ahead of all other imports

import importlib  # noqa: E402
import json  # noqa: E402

IMPORTS = {
    "Python itself": "sys",
    "ansible.module_utils.basic": "ansible.module_utils.basic",
    "requests": "requests",
    "the module": "ansible_collections.voip.rps.plugins.modules.rps_devices",
}


def main() -> None:
    found, before = {}, 0.0
    for title, name in IMPORTS.items():
        importlib.import_module(name)
        now = time.process_time() if before else BEGUN
        found[title] = now - before
        before = now
    print(json.dumps(found))


if __name__ == "__main__":
    main()
