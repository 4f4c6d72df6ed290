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
  - Registers one phone with the redirection service of its vendor and binds it to a configuration server, or
    deregisters it.
  - Registered means that the phone is on the account of the redirection service. It is not SIP registration. A phone
    asks the service only at first boot and after a factory reset, so a registered phone is not necessarily provisioned.
  - If you have more than a few phones, use M(voip.rps.rps_devices), which needs far fewer calls.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  idempotent:
    support: partial
    details:
      - With O(force=true) every run writes if the binding cannot be verified.
options:
  mac:
    description:
      - MAC address of the phone in one of the notations V(001565000001), V(00-15-65-00-00-01), V(00 15 65 00 00 01) and
        V(00:15:65:00:00:01). Put it in quotes.
    type: str
    required: true
  state:
    description:
      - V(present) registers the phone and binds it to O(server), or to O(unique_url) or O(server_url).
      - V(absent) deregisters the phone. A phone of another account is left alone.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Name of the configuration server on the service. Required with O(state=present).
      - Snom and Panasonic have no servers, so there it is an optional name of your own.
    type: str
  server_url:
    description:
      - The redirect URL that the server is expected to have. It makes the binding verifiable.
      - On Snom and Panasonic it is the redirect URL of the phone, so either this or O(unique_url) is required.
      - Htek does not report redirect URLs, so there it has no effect.
    type: str
  unique_url:
    description:
      - A redirect URL for this phone only. It takes precedence over O(server_url). Not supported by Htek.
      - Its path is treated as a secret and shown as a fingerprint.
    type: str
  override:
    description:
      - Take over the phone if it is registered to another account. Without it, such a phone is a conflict, which is an
        error.
      - Not supported by Snom, Panasonic and Yealink YMCS.
    type: bool
    default: false
  force:
    description:
      - Write the binding even if it cannot be verified, because the service does not report the redirect URL or because
        neither O(server_url) nor O(unique_url) is set.
      - In check mode this predicts a move. If the run then finds that the redirect URL is unchanged, it returns
        RV(outcome=unverifiable) and no change.
      - This option and M(voip.rps.rps_server) are the only places where check mode can differ from a run that the
        service accepts. Only the answer to a write shows a refusal and, on Yealink YMCS, that another organization has
        the phone or that the server has another URL.
    type: bool
    default: false
  serial:
    description:
      - Serial number of the phone. Put it in quotes, because leading zeros count.
      - Yealink YMCS needs it to add a phone. Other services do not support it.
    type: str
seealso:
  - module: voip.rps.rps_devices
  - module: voip.rps.rps_device_info
  - module: voip.rps.rps_server
"""

EXAMPLES = r"""
- name: Register a phone and bind it to the office server
  voip.rps.rps_device:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:15:65:00:00:01"
    server: office
    server_url: https://prov.example.com/yealink

- name: Set a unique URL
  voip.rps.rps_device:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:15:65:00:00:02"
    server: office
    unique_url: "https://prov.example.com/{{ phone_token }}"

- name: Deregister a phone that was sold
  voip.rps.rps_device:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:1f:c1:00:00:01"
    state: absent

- name: Redirect a Snom phone to a URL
  voip.rps.rps_device:
    vendor: snom
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "00:04:13:00:00:01"
    server_url: https://prov.example.com/snom/{mac}

- name: Redirect a Panasonic phone to a URL
  voip.rps.rps_device:
    vendor: panasonic
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    mac: "08:00:23:00:00:01"
    server_url: https://prov.example.com/panasonic/{MAC}

- name: Register a phone with Yealink YMCS
  voip.rps.rps_device:
    vendor: ymcs
    api_url: https://eu-api.ymcs.yealink.com
    api_username: "{{ ymcs_access_key_id }}"
    api_password: "{{ ymcs_access_key_secret }}"
    mac: "80:5e:c0:00:00:01"
    serial: "0812345678901234"
    server: office
    server_url: https://prov.example.com/yealink
"""

RETURN = r"""
device:
  description: The phone after the run, or as check mode predicts it. Null if it is not known.
  returned: always
  type: dict
  contains: &device
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
      description: The declared name of the server if the phone counts as bound to it, else null.
      type: str
      returned: always
    url:
      description: The redirect URL with its secrets masked, or null if the service does not report it.
      type: str
      returned: always
    last_contact:
      description:
        - When the phone last asked the service, ISO 8601 in UTC. Null if it never asked or if the service does not
          report it. Only Panasonic and Yealink YMCS do.
      type: str
      returned: always
  sample:
    mac: "001565000001"
    status: registered
    server: office
    url: https://prov.example.com/yealink
    last_contact: null
before:
  description: The phone before the run. Null if it could not be read.
  returned: always
  type: dict
  contains: *device
  sample:
    mac: "001565000001"
    status: unknown
    server: null
    url: null
    last_contact: null
after:
  description: The same value as RV(device).
  returned: always
  type: dict
  contains: *device
  sample:
    mac: "001565000001"
    status: registered
    server: office
    url: https://prov.example.com/yealink
    last_contact: null
action:
  description:
    - What the phone needed, one of V(none), V(register), V(bind), V(move), V(take_over) and V(deregister).
  returned: always
  type: str
  sample: register
outcome:
  description:
    - The result, one of V(in_sync), V(would_change) (check mode), V(changed), V(unverifiable) (the redirect URL cannot
      be checked), V(conflict) (registered to another account), V(failed) (refused or not applied), V(unknown) (the
      write is unconfirmed) and V(not_attempted) (not read or not written).
    - The module fails with V(conflict), V(failed), V(unknown) and V(not_attempted).
  returned: always
  type: str
  sample: changed
reason:
  description:
    - Why the outcome is what it is, as a word that you can use in conditions. Null with V(in_sync), V(changed) and
      V(would_change), and if the options are invalid.
    - With V(unverifiable), one of V(url_not_readable), V(url_not_declared) and V(rewritten_same).
    - With V(conflict), V(owned_elsewhere).
    - With V(failed), one of V(refused), V(server_unknown), V(serial_missing), V(wrong_url), V(not_applied),
      V(call_absent) and V(login_refused).
    - With V(unknown), one of V(answer_lost) and V(unreadable_after).
    - With V(not_attempted), one of V(unreadable), V(account_unreachable), V(login_refused), V(deadline),
      V(interrupted), V(too_many_failures) and V(server_wrong_url), or V(guard_) and the name of a guard.
  returned: always
  type: str
  sample: null
verified:
  description:
    - Whether the redirect URL was read and is the declared one. With O(state=absent), whether the status was read.
  returned: always
  type: bool
  sample: true
calls:
  description: Number of calls to the service by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 2
    registerDevice: 1
diff:
  description: The phone before and after, under headers that have its MAC address.
  returned: with C(--diff)
  type: dict
  sample:
    before_header: "00:15:65:00:00:01"
    after_header: "00:15:65:00:00:01"
    before: {status: unknown, server: null, url: null, last_contact: null}
    after: {status: registered, server: office, url: "https://prov.example.com/yealink", last_contact: null}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._argspec import Absence, device_spec
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._module import NO_DIFF, Answer, Session, run
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import failure_message
from ansible_collections.voip.rps.plugins.module_utils._validation import DEVICE_OPTIONS, parse_devices

EMPTY: dict[str, Any] = {
    "device": None,
    "before": None,
    "after": None,
    "action": "none",
    "outcome": "not_attempted",
    "reason": None,
    "changed": False,
    "verified": False,
    "calls": {},
    "diff": NO_DIFF,
}
_RETURNED = ("action", "outcome", "reason", "changed", "verified", "before", "after", "msg")


def read(options: Mapping[str, Any], vendor: str) -> DesiredDevice:
    """The desired phone. Raises InputError."""
    return parse_devices([{key: options.get(key) for key in DEVICE_OPTIONS}], [""], vendor)[0]


def work(session: Session, desired: DesiredDevice) -> Answer:
    """Reconcile the phone."""
    session.warn_about([desired.server], [desired.mac])
    report = reconcile(session.service, [desired], Options(bulk=False, check_mode=session.check_mode))
    session.warn_of_notices()
    entry = session.presenter.entry(report.results[0])
    result = {key: entry[key] for key in _RETURNED}
    result.update(device=entry["after"], diff=_diff(entry))
    return result, failure_message(report, session.presenter)


def _diff(entry: Mapping[str, Any]) -> dict[str, Any]:
    header = format_mac(entry["mac"], "colon")
    diff: dict[str, Any] = {"before_header": header, "after_header": header}
    for key in ("before", "after"):
        diff[key] = {name: value for name, value in (entry[key] or {}).items() if name != "mac"}
    return diff


def main() -> None:
    """Run the module."""
    run(device_spec(), read, work, EMPTY, Absence())


if __name__ == "__main__":
    main()
