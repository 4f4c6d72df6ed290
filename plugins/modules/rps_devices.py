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
  - Reads go out O(concurrency) at a time; new phones are registered O(batch_size) at a time.
  - Whatever happens, every phone's own outcome is returned, also when the task fails.
  - The first write to each server is read back before its other phones are written; where the server turns out to have
    another URL than declared, they are not attempted.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  idempotent:
    support: partial
    details:
      - With C(force) every run writes, since nobody can see whether it is needed.
options:
  devices:
    description:
      - The phones. Two entries for one MAC are an error.
    type: list
    elements: dict
    required: true
    suboptions:
      mac:
        description:
          - The phone's MAC address, in one of the four notations V(001565000001), V(00-15-65-00-00-01),
            V(00 15 65 00 00 01) or V(00:15:65:00:00:01).
        type: str
        required: true
      state:
        description:
          - V(present) registers the phone and binds it to O(devices[].server); V(absent) removes it.
        type: str
        choices: [present, absent]
        default: present
      server:
        description:
          - Name of the configuration server. Required with O(devices[].state=present).
        type: str
      server_url:
        description:
          - The URL that this server is expected to have. With Yealink it makes the binding verifiable.
        type: str
      unique_url:
        description:
          - A URL for this phone alone, on Yealink. It wins over O(devices[].server_url).
        type: str
      override:
        description:
          - Take the phone although another account holds it.
        type: bool
        default: false
      force:
        description:
          - Write the binding even where it cannot be verified.
        type: bool
        default: false
  purge:
    description:
      - Also deregister what the account holds and O(devices) does not name.
      - Refused with an empty O(devices).
    type: bool
    default: false
  purge_limit:
    description:
      - How many devices O(purge) may deregister, as a count or as a percentage of the devices that the account lists,
        rounded down. Above it nothing at all is written.
    type: str
    default: "10%"
  purge_servers:
    description:
      - Narrow O(purge) to devices that the service shows pointing at the URL of one of these servers, for teams that
        share an account. Each must be named with its O(devices[].server_url) in O(devices). Yealink only.
    type: list
    elements: str
  ignore:
    description:
      - MAC addresses, or beginnings of them, that are never touched nor counted as unmanaged. Naming one that is also
        declared is an error.
    type: list
    elements: str
    default: []
  expect_plan:
    description:
      - Write only if the digest of the plan is this one, as RV(plan) of a check-mode run returned it.
    type: str
  batch_size:
    description:
      - How many devices a bulk call carries at most.
    type: int
    default: 100
  deadline:
    description:
      - Seconds for the whole run. What is left then is RV(devices[].outcome=not_attempted). Without it there is no
        limit.
    type: float
  on_device_error:
    description:
      - V(fail) fails the task when a phone failed; V(report) leaves it to the reader of RV(devices). What stops the
        run as a whole (no answer, no login, a guard) fails the task either way.
    type: str
    choices: [fail, report]
    default: fail
seealso:
  - module: voip.rps.rps_device
  - module: voip.rps.rps_device_info
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

- name: Keep an account to exactly what is declared
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
    purge: true
    purge_limit: 2

- name: See what would be done
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
  check_mode: true
  register: looked

- name: Do that and nothing else
  voip.rps.rps_devices:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    devices: "{{ all_htek_phones }}"
    expect_plan: "{{ looked.plan }}"
"""

RETURN = r"""
devices:
  description: The phones, in the order given, then the purged ones.
  returned: always
  type: list
  elements: dict
  contains:
    mac:
      description: The MAC address, 12 lower-case hex digits.
      type: str
      returned: always
    action:
      description: V(none), V(register), V(bind), V(move), V(take_over) or V(deregister).
      type: str
      returned: always
    outcome:
      description:
        - V(in_sync), V(would_change), V(changed), V(unverifiable), V(conflict), V(failed), V(unknown) or
          V(not_attempted).
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
      description: Whether the URL was read and is the declared one; for an absent phone, whether its status was read.
      type: bool
      returned: always
    before:
      description: The phone as it was found (C(mac), C(status), C(server), C(url)); null where it could not be read.
      type: dict
      returned: always
    after:
      description: The phone as it is now, or would be; null where that is not known.
      type: dict
      returned: always
    msg:
      description: Why, in one sentence; empty where there is nothing to say.
      type: str
      returned: always
  sample:
    - mac: "001565000001"
      action: register
      outcome: changed
      changed: true
      failed: false
      verified: true
      before: {mac: "001565000001", status: unknown, server: null, url: null}
      after: {mac: "001565000001", status: registered, server: branch, url: "https://prov.example.com/branch"}
      msg: ""
summary:
  description: Count per outcome, zeros too, and the numbers of C(declared) and C(unmanaged) devices.
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
  description: MACs that the account holds and nobody declared; purged ones are gone from it.
  returned: always
  type: list
  elements: str
  sample: []
plan:
  description: Digest of what is to be written, the same in check mode and in the run.
  returned: always
  type: str
  sample: sha256:8b6d44a7ad9b4e1b1d2ba5a0d2a6bb9fcd5ef3b1b7d4b9fdb5c42dbb5c9f6a11
calls:
  description: Number of calls to the service, by method.
  returned: always
  type: dict
  sample:
    checkDeviceExt: 2
    listDevices: 2
    registerDevices: 1
diff:
  description: The devices that were or would be changed, before and after, by MAC.
  returned: with C(--diff)
  type: dict
  sample:
    before: {"001565000001": {status: unknown, server: null, url: null}}
    after: {"001565000001": {status: registered, server: branch, url: "https://prov.example.com/branch"}}
"""

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._model import OUTCOMES, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._module import Answer, device_spec, run, warn_about_names
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import bulk_result
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    parse_devices,
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_purge_servers,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import VENDORS

EMPTY: dict[str, Any] = {
    "devices": [],
    "summary": {**dict.fromkeys(OUTCOMES, 0), "declared": 0, "unmanaged": 0},
    "unmanaged": [],
    "plan": None,
    "calls": {},
    "changed": False,
}


def read_options(params: dict[str, Any], check_mode: bool) -> tuple[Sequence[DesiredDevice], Options]:
    """Check everything that was declared. Raises InputError with all problems at once."""
    problems: list[str] = []

    def tried(parse: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return parse()
        except InputError as error:
            problems.extend(error.problems)
            return otherwise

    entries = params["devices"]
    labels = [f"devices[{index}]" for index in range(len(entries))]
    declared = tried(lambda: parse_devices(entries, labels, params["vendor"]), ())
    prefixes = tried(lambda: parse_prefixes(params["ignore"], declared), ())
    servers: dict[str, str] | None = tried(
        lambda: parse_purge_servers(params["purge_servers"], declared, params["vendor"]), None
    )
    limit = tried(lambda: parse_limit(params["purge_limit"]), None)
    digest = tried(lambda: parse_digest(params["expect_plan"]), None)
    if params["batch_size"] < 1:
        problems.append(f"batch_size must be 1 or more, not {params['batch_size']}.")
    if params["purge"] and not entries:
        problems.append(
            "purge with an empty list of devices would remove every phone of the account; "
            "declare the phones, or deregister them with state: absent."
        )
    if problems:
        raise InputError(problems)
    return declared, Options(
        check_mode=check_mode,
        purge=params["purge"],
        purge_limit=limit,
        purge_servers=servers,
        ignore=prefixes,
        expect_plan=digest,
        batch_size=params["batch_size"],
    )


def work(module: Any, connect: Callable[[], Any]) -> Answer:
    declared, options = read_options(module.params, module.check_mode)
    warn_about_names(module, [device.server for device in declared])
    service = connect()
    report = reconcile(service, declared, options)
    for text in report.warnings:
        module.warn(text)
    result, failed = bulk_result(report, len(declared), service.masker)
    stopped = report.error is not None
    return result, failed if stopped or module.params["on_device_error"] == "fail" else None


def device_problems(params: Mapping[str, Any]) -> list[str]:
    """What is wrong with the devices, where Ansible has refused some option already."""
    entries = params.get("devices")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    vendor = params.get("vendor")
    labels = [f"devices[{index}]" for index in range(len(entries))]
    try:
        parse_devices(entries, labels, vendor if vendor in VENDORS else next(iter(VENDORS)))
    except InputError as error:
        return list(error.problems)
    return []


def main() -> None:
    spec: dict[str, Any] = {
        "devices": {"type": "list", "elements": "dict", "required": True, "options": device_spec()},
        "purge": {"type": "bool", "default": False},
        "purge_limit": {"type": "str", "default": "10%"},
        "purge_servers": {"type": "list", "elements": "str"},
        "ignore": {"type": "list", "elements": "str", "default": []},
        "expect_plan": {"type": "str"},
        "batch_size": {"type": "int", "default": 100},
        "deadline": {"type": "float"},
        "on_device_error": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
    }
    run(spec, work, EMPTY, device_problems)


if __name__ == "__main__":
    main()
