# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mac
short_description: Convert a MAC address to another notation
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Converts a MAC address to the notation that you choose.
  - Accepts 12 hex digits in any case, without separators, in pairs, in groups of four or in halves, separated by
    colons, hyphens, dots or blanks. Anything else is an error.
  - An address that no phone can have (all zero, broadcast or multicast) is an error too.
positional: notation
options:
  _input:
    description:
      - The MAC address.
    type: str
    required: true
  notation:
    description:
      - The notation. V(bare) is C(001565000001), V(colon) is C(00:15:65:00:00:01), V(hyphen) is C(00-15-65-00-00-01)
        and V(space) is C(00 15 65 00 00 01).
    type: str
    choices: [bare, colon, hyphen, space]
    default: bare
  upper:
    description:
      - Whether to use upper-case letters.
    type: bool
    default: false
seealso:
  - plugin: voip.rps.mac
    plugin_type: test
"""

EXAMPLES = r"""
- name: Convert an address to the bare notation
  ansible.builtin.debug:
    msg: "{{ '00:15:65:AB:cd:01' | voip.rps.mac }}"
  # => 001565abcd01

- name: Convert an address to the notation of a label
  ansible.builtin.debug:
    msg: "{{ '0015.65ab.cd01' | voip.rps.mac('colon', upper=true) }}"
  # => 00:15:65:AB:CD:01
"""

RETURN = r"""
_value:
  description: The MAC address in the chosen notation.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.voip.rps.plugins.module_utils._catalog.problems import FILTER, MACS
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac, parse_any_mac


def mac(value: Any, notation: str = "bare", upper: bool = False) -> str:
    if not isinstance(upper, bool):
        raise AnsibleFilterError(FILTER.format(why=MACS["upper"]))
    try:
        return format_mac(parse_any_mac(value), notation, upper)
    except ValueError as error:
        raise AnsibleFilterError(FILTER.format(why=error)) from None


class FilterModule:
    """The filter voip.rps.mac."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"mac": mac}
