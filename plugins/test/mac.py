# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mac
short_description: Check whether a value is the MAC address of a phone
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Checks whether the filter P(voip.rps.mac#filter) accepts the value.
options:
  _input:
    description:
      - Any value.
    type: raw
    required: true
seealso:
  - plugin: voip.rps.mac
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check values
  ansible.builtin.assert:
    that:
      - "'0015.65ab.cd01' is voip.rps.mac"
      - "'reception' is not voip.rps.mac"
"""

RETURN = r"""
_value:
  description: Whether the value is the MAC address of a phone.
  type: bool
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._mac import parse_any_mac


def is_mac(value: Any) -> bool:
    try:
        parse_any_mac(value)
    except ValueError:
        return False
    return True


class TestModule:
    """The test voip.rps.mac."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        return {"mac": is_mac}
