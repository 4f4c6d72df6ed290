#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_device
short_description: Register one phone with its vendor's redirection service
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Makes sure that one phone is registered with the vendor's Redirection and Provisioning Service (RPS) and redirected
    to a configuration server, or that it is not registered.
  - A phone asks RPS only at first boot and after a factory reset, so a phone that is registered is not yet provisioned.
  - For more than a few phones use M(voip.rps.rps_devices), which needs far fewer calls.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  idempotent:
    support: partial
    details:
      - With C(force) every run writes, since nobody can see whether it is needed.
options:
  mac:
    description:
      - The phone's MAC address, in one of the four notations V(001565000001), V(00-15-65-00-00-01),
        V(00 15 65 00 00 01) or V(00:15:65:00:00:01). Put it in quotes, or YAML may read a number.
    type: str
    required: true
  state:
    description:
      - V(present) registers the phone and binds it to O(server).
      - V(absent) removes it from the account. A phone that another account holds is left alone.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Name of the configuration server, as it was added to RPS. Required with O(state=present).
    type: str
  server_url:
    description:
      - The URL that this server is expected to have. With Yealink it makes the binding verifiable.
      - Htek does not tell where a phone points, so there it changes nothing.
    type: str
  unique_url:
    description:
      - A URL for this phone alone. It wins over O(server_url); O(server) stays required with it.
      - Yealink only. Its path is taken for a secret and shown as a fingerprint.
    type: str
  override:
    description:
      - Take the phone although another account holds it. Without it such a phone is a conflict and an error.
    type: bool
    default: false
  force:
    description:
      - Write the binding even where it cannot be verified, which is Htek, or Yealink with neither O(server_url) nor
        O(unique_url).
      - In check mode this predicts a move. A run in which the URL turns out to be the same reports
        RV(outcome=unverifiable) and no change. This and M(voip.rps.rps_server) are the only places where check mode can
        differ from the run.
    type: bool
    default: false
seealso:
  - module: voip.rps.rps_devices
  - module: voip.rps.rps_device_info
"""

EXAMPLES = r"""
- name: Redirect a phone to the office's configuration server
  voip.rps.rps_device:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:15:65:00:00:01"
    server: office
    server_url: https://prov.example.com/yealink

- name: Give a phone a URL of its own
  voip.rps.rps_device:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:15:65:00:00:02"
    server: office
    unique_url: "https://prov.example.com/{{ phone_token }}"

- name: Remove a phone that was sold
  voip.rps.rps_device:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:1f:c1:00:00:01"
    state: absent
"""

RETURN = r"""
device:
  description: The phone as it is now, or in check mode as it would be; null where that is not known.
  returned: always
  type: dict
  contains: &device
    mac:
      description: The MAC address, 12 lower-case hex digits.
      type: str
      returned: always
    status:
      description: V(registered), V(unregistered) (added, bound to no server), V(registered_elsewhere) or V(unknown).
      type: str
      returned: always
    server:
      description: The declared server's name where the phone is held to be bound to it, else null.
      type: str
      returned: always
    url:
      description: Where the service redirects the phone to, secrets masked; null where the vendor cannot tell.
      type: str
      returned: always
  sample:
    mac: "001565000001"
    status: registered
    server: office
    url: https://prov.example.com/yealink
before:
  description: The phone as it was found; null where it could not be read.
  returned: always
  type: dict
  contains: *device
  sample:
    mac: "001565000001"
    status: unknown
    server: null
    url: null
action:
  description:
    - What was to be done, one of V(none), V(register), V(bind), V(move), V(take_over) and V(deregister).
  returned: always
  type: str
  sample: register
outcome:
  description:
    - What became of it, one of V(in_sync), V(would_change), V(changed), V(unverifiable), V(conflict), V(failed),
      V(unknown) and V(not_attempted).
  returned: always
  type: str
  sample: changed
verified:
  description: Whether the URL was read and is the declared one; for O(state=absent), whether the status was read.
  returned: always
  type: bool
  sample: true
calls:
  description: Number of calls to the service, by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 2
    registerDevice: 1
diff:
  description: The phone before and after.
  returned: with C(--diff)
  type: dict
  sample:
    before: {mac: "001565000001", status: unknown, server: null, url: null}
    after: {mac: "001565000001", status: registered, server: office, url: "https://prov.example.com/yealink"}
"""

from typing import Any, Callable

from ansible_collections.voip.rps.plugins.module_utils._module import Answer, device_spec, run, warn_about_names
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import entry, failure
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_devices

EMPTY: dict[str, Any] = {
    "device": None,
    "before": None,
    "action": "none",
    "outcome": "not_attempted",
    "changed": False,
    "verified": False,
    "calls": {},
}


def work(module: Any, connect: Callable[[], Any]) -> Answer:
    declared = parse_devices([module.params], [""], module.params["vendor"])
    warn_about_names(module, [declared[0].server])
    service = connect()
    report = reconcile(service, declared, Options(bulk=False, check_mode=module.check_mode))
    item = entry(report.results[0], service.masker)
    result = {key: item[key] for key in ("action", "outcome", "changed", "verified", "before", "msg")}
    result.update(device=item["after"], calls=report.calls, diff={"before": item["before"], "after": item["after"]})
    return result, failure([item], None)


def main() -> None:
    run(device_spec(), work, EMPTY)


if __name__ == "__main__":
    main()
