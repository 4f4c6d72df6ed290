# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that pages and documentation repeat are those of the code."""

from __future__ import annotations

import re
from typing import Any

import yaml
from ansible_collections.voip.rps.plugins.module_utils._catalog.outcomes import GUARDS
from ansible_collections.voip.rps.plugins.modules import rps_device, rps_device_info, rps_devices
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import FILE_NAMES
from support.pages import tables, text_of


def returned(module: Any) -> dict[str, Any]:
    whole = yaml.safe_load(module.RETURN)
    assert isinstance(whole, dict)
    return whole


def test_the_page_about_drift_has_a_row_for_each_file() -> None:
    (files,) = [table for table in tables(text_of("docs/drift.md")) if table[0][0] == "File"]
    assert sorted(row[0].strip("`") for row in files[1:]) == sorted(FILE_NAMES)


def test_every_guard_of_the_modules_is_a_documented_reason() -> None:
    source = text_of("plugins/module_utils/_reconcile/guards.py")
    names = set(re.findall(r'GuardViolation\(\s*"(\w+)"', source))
    assert names
    assert names <= set(GUARDS)
    assert set(re.findall(r"V\(guard_(\w+)\)", rps_devices.RETURN)) == names


def test_a_device_is_documented_alike_wherever_it_is_returned() -> None:
    device = returned(rps_device)["device"]["contains"]
    phones = returned(rps_devices)["devices"]["contains"]
    assert phones["before"]["contains"] == phones["after"]["contains"] == device
    read = returned(rps_device_info)["devices"]["contains"]
    assert list(read) == list(device)
    same = set(device) - {"server", "url", "last_contact"}  # which the module that only reads knows otherwise
    assert {name: read[name] for name in same} == {name: device[name] for name in same}
