#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_device_info
short_description: Get devices from a redirection service
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Reads the status of devices from the redirection service of their vendor, and their redirect URLs if the service
    reports them.
  - The user info, query and fragment of a URL are shown as fingerprints. The path is shown, because reading it is the
    purpose of the module. If the path of a unique URL is a secret, treat the result as a secret too.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.attributes.info
  - voip.rps.connection
options:
  mac:
    description:
      - MAC addresses of the devices, in one of the notations V(001565000001), V(00-15-65-00-00-01),
        V(00 15 65 00 00 01) and V(00:15:65:00:00:01). Put them in quotes. Without O(mac), every device of the account
        is returned.
      - Required on Snom, which cannot list an account.
    type: list
    elements: str
  statuses:
    description:
      - Return only devices with one of these statuses. If the option is not set or empty, the status does not matter.
    type: list
    elements: str
    choices: [registered, unregistered, registered_elsewhere, unknown]
  redirected_to:
    description:
      - Return only devices that the service redirects to one of these URLs. URLs are compared as text after trimming,
        and the case of scheme and host does not matter. If the option is not set or empty, the URL does not matter.
      - Not supported by Htek, which does not report redirect URLs.
    type: list
    elements: str
seealso:
  - module: voip.rps.rps_device
  - module: voip.rps.rps_devices
"""

EXAMPLES = r"""
- name: Get two phones
  voip.rps.rps_device_info:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac:
      - "00:15:65:00:00:01"
      - "00:15:65:00:00:02"
  register: phones

- name: Get all devices of an account
  voip.rps.rps_device_info:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"

- name: Get the devices that are bound to no server
  voip.rps.rps_device_info:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    statuses: [unregistered]

- name: Get the devices that are redirected to the old server
  voip.rps.rps_device_info:
    vendor: panasonic
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    redirected_to:
      - https://old.example.com/panasonic

- name: Get a Snom phone
  voip.rps.rps_device_info:
    vendor: snom
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: ["00:04:13:00:00:01"]

- name: Get all devices from Yealink YMCS
  voip.rps.rps_device_info:
    vendor: ymcs
    api_url: https://eu-api.ymcs.yealink.com
    api_username: "{{ ymcs_access_key_id }}"
    api_password: "{{ ymcs_access_key_secret }}"
"""

RETURN = r"""
devices:
  description:
    - The devices in the order of O(mac), or sorted by MAC address.
    - If a device could not be read, the module fails, and the list has the other devices.
  returned: always
  type: list
  elements: dict
  contains:
    mac:
      description: The MAC address, 12 lower-case hex digits.
      type: str
      returned: always
    status:
      description:
        - V(registered), V(unregistered) (on the account, bound to no server), V(registered_elsewhere) (on another
          account) or V(unknown) (not found).
      type: str
      returned: always
    server:
      description: Always null, because the module does not know your names of servers.
      type: str
      returned: always
    url:
      description: The redirect URL with its path, or null if the service does not report it.
      type: str
      returned: always
    last_contact:
      description:
        - When the device last asked the service, ISO 8601 in UTC. Null if it never asked or if the service does not
          report it. Only Panasonic and Yealink YMCS do.
      type: str
      returned: always
  sample:
    - mac: "001565000001"
      status: registered
      server: null
      url: https://prov.example.com/yealink
      last_contact: null
calls:
  description: Number of calls to the service by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 1
    listDevices: 1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._argspec import LIST, TEXT, Absence
from ansible_collections.voip.rps.plugins.module_utils._catalog.outcomes import RUN
from ansible_collections.voip.rps.plugins.module_utils._model import STATUSES, CurrentDevice
from ansible_collections.voip.rps.plugins.module_utils._module import Answer, Session, run
from ansible_collections.voip.rps.plugins.module_utils._reconcile.read import read_devices
from ansible_collections.voip.rps.plugins.module_utils._text import pluralize
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    parse_choice,
    parse_list,
    parse_mac_option,
    parse_text,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

EMPTY: dict[str, Any] = {"devices": [], "calls": {}, "changed": False}
_QUOTED_FAILURES = 3


@dataclass(frozen=True)
class Wanted:
    """Which devices to return: ``macs`` None means all of the account; empty filters let everything pass."""

    macs: tuple[str, ...] | None
    statuses: frozenset[str]
    urls: tuple[str, ...]

    def has(self, device: CurrentDevice) -> bool:
        """Whether a device passes the filters."""
        if self.statuses and device.status not in self.statuses:
            return False
        return not self.urls or (device.url is not None and any(same_url(url, device.url) for url in self.urls))


def read(options: Mapping[str, Any], vendor_name: str) -> Wanted:
    """Which devices to return. Raises InputError."""
    problems = Problems()
    vendor = VENDORS.get(vendor_name)
    macs: list[str] | None = None
    if options.get("mac") is not None:
        values = _values(options, "mac", problems)
        macs = [parse_mac_option(value, f"mac[{index}]", problems) or "" for index, value in enumerate(values)]
    elif vendor is not None and not vendor.lists_account:
        problems.add("mac", "mac_required", service=vendor.title)
    statuses = [_status(value, problems) for value in _values(options, "statuses", problems)]
    urls = [parse_text(value, "redirected_to", problems) or "" for value in _values(options, "redirected_to", problems)]
    if urls and vendor is not None and not vendor.reads_url:
        problems.add("redirected_to", "unsupported.no_urls", service=vendor.title)
    problems.raise_if_any()
    return Wanted(None if macs is None else tuple(macs), frozenset(statuses), tuple(urls))


def _values(options: Mapping[str, Any], key: str, problems: Problems) -> list[Any]:
    nothing: list[Any] = []
    values = options.get(key)
    return nothing if values is None else problems.attempt(lambda: parse_list(values, key), nothing)


def _status(value: Any, problems: Problems) -> str:
    return problems.attempt(lambda: parse_choice(value, "statuses", STATUSES), "")


def work(session: Session, wanted: Wanted) -> Answer:
    """Read the devices."""
    reading = read_devices(session.service, wanted.macs)
    session.warn_of_notices()
    shown = [device for device in reading.devices if wanted.has(device)]
    result = {"devices": [session.presenter.device(device, None, False) for device in shown]}
    if not reading.unreadable:
        return result, None
    total = len(reading.devices) + len(reading.unreadable)
    speaker = session.presenter.speaker
    sentences = " ".join(speaker.sentence(why, mac) for mac, why in reading.unreadable[:_QUOTED_FAILURES])
    text = RUN["unread.several" if total > 1 else "unread"]
    return result, text.format(count=len(reading.unreadable), devices=pluralize(total), sentences=sentences)


def main() -> None:
    """Run the module."""
    spec: dict[str, Any] = {
        "mac": {"type": LIST, "elements": TEXT},
        "statuses": {"type": LIST, "elements": TEXT, "choices": list(STATUSES)},
        "redirected_to": {"type": LIST, "elements": TEXT, "no_log": True},
    }
    run(spec, read, work, EMPTY, Absence())


if __name__ == "__main__":
    main()
