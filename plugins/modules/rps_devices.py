#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_devices
short_description: Register many phones with their vendor's redirection service
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Does for many phones what M(voip.rps.rps_device) does for one, with as few calls as the service allows.
  - Reads O(concurrency) phones at the same time, and registers new phones in batches of O(batch_size).
  - Every phone has its own outcome in RV(devices), even if the task fails.
  - The first call that binds phones to a server is verified before other calls for this server are made. The first call
    has one phone, or up to O(batch_size) new phones. If the server has a different URL than declared, the remaining
    phones of the server are not attempted.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  idempotent:
    support: partial
    details:
      - With O(devices[].force=true) every run writes if the binding cannot be verified.
options:
  devices:
    description:
      - The phones. Two entries for one MAC address, in whatever notation, are an error.
    type: list
    elements: dict
    required: true
    suboptions:
      mac:
        description:
          - MAC address of the phone in one of the notations V(001565000001), V(00-15-65-00-00-01),
            V(00 15 65 00 00 01) and V(00:15:65:00:00:01). Put it in quotes.
        type: str
        required: true
      state:
        description:
          - V(present) registers the phone and binds it to O(devices[].server), or to O(devices[].unique_url) or
            O(devices[].server_url). V(absent) deregisters it.
        type: str
        choices: [present, absent]
        default: present
      server:
        description:
          - Name of the configuration server. Required with O(devices[].state=present), but optional on Snom and
            Panasonic, which have no servers.
        type: str
      server_url:
        description:
          - The redirect URL that the server is expected to have. It makes the binding verifiable, except on Htek.
          - On Snom and Panasonic it is the redirect URL of the phone, so either this or O(devices[].unique_url) is
            required.
        type: str
      unique_url:
        description:
          - A redirect URL for this phone only. It takes precedence over O(devices[].server_url). Not supported by Htek.
        type: str
      override:
        description:
          - Take over the phone if it is registered to another account. Not supported by Snom, Panasonic and Yealink
            YMCS.
        type: bool
        default: false
      force:
        description:
          - Write the binding even if it cannot be verified.
        type: bool
        default: false
      serial:
        description:
          - Serial number of the phone, which Yealink YMCS needs to add it. Other services do not support it.
        type: str
  purge:
    description:
      - Also deregister the devices of the account that are neither in O(devices) nor ignored.
      - Invalid with an empty O(devices), and on Snom, which cannot list an account.
    type: bool
    default: false
  purge_limit:
    description:
      - The highest number of devices that O(purge) may deregister, as a count or as a percentage of the devices that
        the account lists, rounded down. If purge would deregister more, nothing is written.
    type: str
    default: "10%"
  purge_servers:
    description:
      - Narrows O(purge) to devices that the service redirects to the URL of one of these servers, for teams that share
        an account. For each of these servers, a phone in O(devices) must have a O(devices[].server_url). An empty list
        purges nothing.
      - Not supported by Htek, which does not report redirect URLs.
    type: list
    elements: str
  ignore:
    description:
      - MAC addresses, or beginnings of MAC addresses, of devices that are never changed and do not count as unmanaged.
        A phone cannot be both declared and ignored.
    type: list
    elements: str
  expect_plan:
    description:
      - Write only if the plan has this digest. A run in check mode returns the digest in RV(plan).
    type: str
  batch_size:
    description:
      - The highest number of devices in one bulk call.
    type: int
    default: 100
  deadline:
    description:
      - Seconds for the whole run. When they have passed, the remaining phones have the outcome V(not_attempted).
        Without O(deadline), there is no limit.
    type: float
  on_device_error:
    description:
      - V(fail) fails the task if a phone fails. V(report) lists failures in RV(devices) and does not fail the task.
      - A failure of the whole run (no answer, a refused login, a guard) always fails the task.
    type: str
    choices: [fail, report]
    default: fail
seealso:
  - module: voip.rps.rps_device
  - module: voip.rps.rps_device_info
  - module: voip.rps.rps_server
"""

EXAMPLES = r"""
- name: Register the phones of a branch office
  voip.rps.rps_devices:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices:
      - mac: "00:15:65:00:00:01"
        server: branch
        server_url: https://prov.example.com/branch
      - mac: "00:15:65:00:00:02"
        server: branch
        server_url: https://prov.example.com/branch
      - mac: "00:15:65:00:00:03"
        state: absent
  register: branch

- name: Purge unmanaged devices
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
    purge: true
    purge_limit: 2

- name: Preview changes
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
  check_mode: true
  register: preview

- name: Apply the approved plan
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
    expect_plan: "{{ preview.plan }}"

- name: Redirect Snom phones
  voip.rps.rps_devices:
    vendor: snom
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices:
      - mac: "00:04:13:00:00:01"
        server_url: https://prov.example.com/snom/{mac}
      - mac: "00:04:13:00:00:02"
        server_url: https://prov.example.com/snom/{mac}

- name: Redirect Panasonic phones and ignore a test phone
  voip.rps.rps_devices:
    vendor: panasonic
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices:
      - mac: "08:00:23:00:00:01"
        server_url: https://prov.example.com/panasonic/{MAC}
    ignore: ["08:00:23:ff"]

- name: Register phones with Yealink YMCS
  voip.rps.rps_devices:
    vendor: ymcs
    api_url: https://eu-api.ymcs.yealink.com
    api_username: "{{ ymcs_access_key_id }}"
    api_password: "{{ ymcs_access_key_secret }}"
    devices:
      - mac: "80:5e:c0:00:00:01"
        serial: "0812345678901234"
        server: office
        server_url: https://prov.example.com/yealink
"""

RETURN = r"""
devices:
  description: The phones in the order of O(devices), then the purged devices.
  returned: always
  type: list
  elements: dict
  contains:
    mac:
      description: The MAC address, 12 lower-case hex digits.
      type: str
      returned: always
    action:
      description:
        - What the phone needed, one of V(none), V(register), V(bind), V(move), V(take_over) and V(deregister).
      type: str
      returned: always
    outcome:
      description:
        - The result, one of V(in_sync), V(would_change) (check mode), V(changed), V(unverifiable) (the redirect URL
          cannot be checked), V(conflict) (registered to another account), V(failed) (refused or not applied),
          V(unknown) (the write is unconfirmed) and V(not_attempted) (not read or not written).
      type: str
      returned: always
    reason:
      description:
        - Why the outcome is what it is, as a word that you can use in conditions. Null with V(in_sync), V(changed) and
          V(would_change).
        - With V(unverifiable), one of V(url_not_readable), V(url_not_declared) and V(rewritten_same).
        - With V(conflict), V(owned_elsewhere).
        - With V(failed), one of V(refused), V(server_unknown), V(serial_missing), V(wrong_url), V(not_applied),
          V(call_absent) and V(login_refused).
        - With V(unknown), one of V(answer_lost) and V(unreadable_after).
        - With V(not_attempted), one of V(unreadable), V(account_unreachable), V(login_refused), V(deadline),
          V(interrupted), V(too_many_failures) and V(server_wrong_url), or V(guard_) and the name of the guard that
          blocked the writes (V(guard_purge_limit), V(guard_expect_plan), V(guard_unread_devices) and
          V(guard_list_contradiction)).
      type: str
      returned: always
    changed:
      description: Whether this phone was changed, or would be.
      type: bool
      returned: always
    failed:
      description: Whether the outcome is V(conflict), V(failed), V(unknown) or V(not_attempted).
      type: bool
      returned: always
    verified:
      description:
        - Whether the redirect URL was read and is the declared one. For an absent phone, whether the status was read.
      type: bool
      returned: always
    before:
      description: The phone before the run. Null if it could not be read.
      type: dict
      returned: always
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
    after:
      description: The phone after the run, or as check mode predicts it. Null if it is not known.
      type: dict
      returned: always
      contains: *device
    msg:
      description: Why the outcome is what it is, in one sentence. Empty if there is nothing to say.
      type: str
      returned: always
  sample:
    - mac: "001565000001"
      action: register
      outcome: changed
      reason: null
      changed: true
      failed: false
      verified: true
      before: {mac: "001565000001", status: unknown, server: null, url: null, last_contact: null}
      after:
        mac: "001565000001"
        status: registered
        server: branch
        url: https://prov.example.com/branch
        last_contact: null
      msg: ""
summary:
  description:
    - Count per outcome, zeros too, and the numbers of C(declared) and C(unmanaged) devices. C(unmanaged) is null on
      Snom, which cannot list an account.
  returned: always
  type: dict
  sample:
    in_sync: 0
    would_change: 0
    changed: 1
    unverifiable: 0
    conflict: 0
    failed: 0
    unknown: 0
    not_attempted: 0
    declared: 1
    unmanaged: 0
unmanaged:
  description:
    - MAC addresses on the account that are neither declared nor ignored, without those that were purged. Null on Snom,
      which cannot list an account.
  returned: always
  type: list
  elements: str
  sample: []
plan:
  description:
    - Digest of what is to be written, the same in check mode and in the run. Null if the account could not be read.
  returned: always
  type: str
  sample: sha256:8b6d44a7ad9b4e1b1d2ba5a0d2a6bb9fcd5ef3b1b7d4b9fdb5c42dbb5c9f6a11
calls:
  description: Number of calls to the service by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 2
    listDevices: 2
    registerDevices: 1
diff:
  description: The devices that were or would be changed, before and after, by MAC address.
  returned: with C(--diff)
  type: dict
  sample:
    before: {"001565000001": {status: unknown, server: null, url: null, last_contact: null}}
    after:
      "001565000001": {status: registered, server: branch, url: "https://prov.example.com/branch", last_contact: null}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._argspec import (
    BOOL,
    FLOAT,
    INT,
    LIST,
    TEXT,
    Absence,
    devices_spec,
)
from ansible_collections.voip.rps.plugins.module_utils._model import OUTCOMES, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._module import NO_DIFF, Answer, Session, run
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import bulk_result, run_error
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_LIMIT,
    Problems,
    parse_batch_size,
    parse_bool,
    parse_choice,
    parse_devices,
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_purge_servers,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

EMPTY: dict[str, Any] = {
    "devices": [],
    "summary": {**dict.fromkeys(OUTCOMES, 0), "declared": 0, "unmanaged": 0},
    "unmanaged": [],
    "plan": None,
    "calls": {},
    "changed": False,
    "diff": NO_DIFF,
}
_ON_DEVICE_ERROR = ("fail", "report")


@dataclass(frozen=True)
class Request:
    """The desired phones, how they are reconciled, and whether the failure of one of them fails the task."""

    devices: tuple[DesiredDevice, ...]
    options: Options
    fails: bool


def read(options: Mapping[str, Any], vendor: str) -> Request:
    """Check everything that was declared. Raises InputError with all problems."""
    problems = Problems()
    entries = options.get("devices")
    devices: tuple[DesiredDevice, ...] = ()
    if entries is None:
        problems.add("devices", "required")
    else:
        subjects = [f"devices[{index}]" for index in range(len(entries))]
        devices = problems.attempt(lambda: parse_devices(entries, subjects, vendor), ())
    purge = problems.attempt(lambda: parse_bool(options.get("purge"), "purge"), False)
    if purge:
        _check_purge(entries, vendor, problems)
    reconciled = Options(
        purge=purge,
        purge_limit=problems.attempt(lambda: parse_limit(options.get("purge_limit")), DEFAULT_LIMIT),
        purge_servers=_purge_servers(options, devices, vendor, problems),
        ignore=_if_given(options, "ignore", problems, lambda value: parse_prefixes(value, devices), ()),
        expect_plan=_if_given(options, "expect_plan", problems, parse_digest, None),
        batch_size=problems.attempt(lambda: parse_batch_size(options.get("batch_size")), DEFAULT_BATCH_SIZE),
    )
    reaction = problems.attempt(
        lambda: parse_choice(options.get("on_device_error"), "on_device_error", _ON_DEVICE_ERROR), ""
    )
    problems.raise_if_any()
    return Request(devices, reconciled, reaction == "fail")


def _check_purge(entries: Sequence[Any] | None, vendor_name: str, problems: Problems) -> None:
    vendor = VENDORS.get(vendor_name)
    if vendor is not None and not vendor.lists_account:
        problems.add("purge", "unsupported.no_list", service=vendor.title)
    elif entries is not None and not entries:
        problems.add("purge", "purge_empty")


def _purge_servers(
    options: Mapping[str, Any], devices: Sequence[DesiredDevice], vendor: str, problems: Problems
) -> Mapping[str, str] | None:
    def parse(names: Any) -> Mapping[str, str]:
        return parse_purge_servers(names, devices, vendor)

    servers: Mapping[str, str] | None = None
    if vendor in VENDORS:
        servers = _if_given(options, "purge_servers", problems, parse, None)
    return servers


def _if_given(options: Mapping[str, Any], key: str, problems: Problems, parse: Any, default: Any) -> Any:
    """An option that protects devices: null is something that was given."""
    return problems.attempt(lambda: parse(options[key]), default) if key in options else default


def work(session: Session, request: Request) -> Answer:
    """Reconcile the phones."""
    devices = request.devices
    session.warn_about((device.server for device in devices), (device.mac for device in devices))
    options = replace(request.options, check_mode=session.check_mode)
    report = reconcile(session.service, devices, options)
    session.warn_of_notices()
    result, failure = bulk_result(report, len(devices), session.presenter, session.diff)
    stopped = run_error(report, session.presenter) is not None
    return result, failure if stopped or request.fails else None


def main() -> None:
    """Run the module."""
    absence = Absence()
    spec: dict[str, Any] = {
        "devices": devices_spec(),
        "purge": {"type": BOOL, "default": False},
        "purge_limit": {"type": TEXT, "default": DEFAULT_LIMIT.text},
        "purge_servers": {"type": LIST, "elements": TEXT, "fallback": absence.of("purge_servers")},
        "ignore": {"type": LIST, "elements": TEXT, "fallback": absence.of("ignore")},
        "expect_plan": {"type": TEXT, "fallback": absence.of("expect_plan")},
        "batch_size": {"type": INT, "default": DEFAULT_BATCH_SIZE},
        "deadline": {"type": FLOAT},
        "on_device_error": {"type": TEXT, "choices": list(_ON_DEVICE_ERROR), "default": _ON_DEVICE_ERROR[0]},
    }
    run(spec, read, work, EMPTY, absence)


if __name__ == "__main__":
    main()
