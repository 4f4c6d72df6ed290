#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_device_info
short_description: Show what a redirection service says of phones
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Reads the status of phones from the vendor's Redirection and Provisioning Service (RPS), and with Yealink the URL
    that each is redirected to.
  - User info, query and fragment of a URL are shown as fingerprints. Its path is shown, since it is what was asked for;
    the path of a URL that is unique to a phone is a secret, so treat the result as one.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.attributes.info
  - voip.rps.connection
options:
  mac:
    description:
      - The phones' MAC addresses, in one of the four documented notations. Without it, every device of the account.
    type: list
    elements: str
seealso:
  - module: voip.rps.rps_device
"""

EXAMPLES = r"""
- name: Ask for two phones
  voip.rps.rps_device_info:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac:
      - "00:15:65:00:00:01"
      - "00:15:65:00:00:02"
  register: found

- name: Ask for every device of the account
  voip.rps.rps_device_info:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
"""

RETURN = r"""
devices:
  description:
    - The devices, in the order asked for, or sorted by MAC.
    - Where one of them could not be read, the module fails, and the others are here.
  returned: always
  type: list
  elements: dict
  contains:
    mac:
      description: The MAC address, 12 lower-case hex digits.
      type: str
      returned: always
    status:
      description: V(registered), V(unregistered) (added, bound to no server), V(registered_elsewhere) or V(unknown).
      type: str
      returned: always
    server:
      description: Always null, since the service does not tell a server's name.
      type: str
      returned: always
    url:
      description: Where the service redirects the device to, with its path; null where the vendor cannot tell.
      type: str
      returned: always
  sample:
    - mac: "001565000001"
      status: registered
      server: null
      url: https://prov.example.com/yealink
calls:
  description: Number of calls to the service, by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 1
    listDevices: 1
"""

from typing import Any, Callable

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._mac import parse_mac
from ansible_collections.voip.rps.plugins.module_utils._module import Answer, run
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import read_account
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import device_dict
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize

EMPTY: dict[str, Any] = {"devices": [], "calls": {}, "changed": False}


def work(module: Any, connect: Callable[[], Any]) -> Answer:
    problems: list[str] = []
    macs: list[str] = []
    for index, text in enumerate(module.params["mac"] or []):
        try:
            macs.append(parse_mac(text))
        except ValueError as error:
            problems.append(f"mac[{index}]: {error}.")
    if problems:
        raise InputError(problems)
    service = connect()
    left_out: list[str] = []
    found = read_account(service, None if module.params["mac"] is None else macs, left_out)
    result = {"devices": [device_dict(device, None, service.masker, False) for device in found]}
    if not left_out:
        return result, None
    count = f"{len(left_out)} of {pluralize(len(found) + len(left_out))}"
    return result, f"{count} could not be read: {' '.join(left_out[:3])}"


def main() -> None:
    run({"mac": {"type": "list", "elements": "str"}}, work, EMPTY)


if __name__ == "__main__":
    main()
