#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_server
short_description: Manage a configuration server of a redirection service
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Adds a configuration server, which is a name and a redirect URL, to a redirection service.
  - Yealink and Htek have no call that lists, edits or deletes a server. If the name already exists, its URL cannot be
    read, so the module returns no change, RV(verified=false) and a warning. Correct or delete such a server in the
    portal of the vendor.
  - On Yealink YMCS the module also reads, edits and deletes servers.
  - Snom and Panasonic have no servers. There, set O(voip.rps.rps_device#module:server_url) of each phone.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  check_mode:
    support: partial
    details:
      - On Yealink and Htek check mode sends nothing and predicts nothing, because they have no call that shows whether
        the server exists. On Yealink YMCS check mode predicts all changes.
options:
  name:
    description:
      - Name of the server. It can contain A-Z a-z 0-9 - _ . and blanks. Names of up to 20 characters are known to work
        on Yealink and Yealink YMCS.
    type: str
    required: true
  url:
    description:
      - The URL that phones are redirected to. It begins with V(http://), V(https://), V(ftp://) or V(tftp://).
      - Required with O(state=present).
    type: str
  state:
    description:
      - V(present) adds the server.
      - V(absent) deletes the server, unless phones are bound to it. Only supported by Yealink YMCS.
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - Edit the server if it exists with another URL, which moves every phone that is bound to it. Without O(force),
        another URL is an error. Only supported by Yealink YMCS.
    type: bool
    default: false
seealso:
  - module: voip.rps.rps_device
  - module: voip.rps.rps_devices
"""

EXAMPLES = r"""
- name: Add the server
  voip.rps.rps_server:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    name: office
    url: https://prov.example.com/yealink

- name: Add a server to Htek
  voip.rps.rps_server:
    vendor: htek
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    name: office
    url: https://prov.example.com/htek

- name: Add or edit a server of Yealink YMCS
  voip.rps.rps_server:
    vendor: ymcs
    api_url: https://eu-api.ymcs.yealink.com
    api_username: "{{ ymcs_access_key_id }}"
    api_password: "{{ ymcs_access_key_secret }}"
    name: office
    url: https://prov.example.com/yealink
    force: true

- name: Delete a server of Yealink YMCS
  voip.rps.rps_server:
    vendor: ymcs
    api_url: https://eu-api.ymcs.yealink.com
    api_username: "{{ ymcs_access_key_id }}"
    api_password: "{{ ymcs_access_key_secret }}"
    name: old-office
    state: absent
"""

RETURN = r"""
server:
  description: The declared server, the secrets of its URL masked. Null if the options are invalid.
  returned: always
  type: dict
  contains:
    name:
      description: Name of the server.
      type: str
      returned: always
    url:
      description: URL of the server. Null with O(state=absent) if the server is not there.
      type: str
      returned: always
  sample:
    name: office
    url: https://prov.example.com/yealink
verified:
  description:
    - Whether the service is known to have this server with this URL, or with O(state=absent) not to have it. On
      Yealink and Htek only if the server was just added.
  returned: always
  type: bool
  sample: true
reason:
  description:
    - Why the server is not verified or the module failed, as a word that you can use in conditions, else null.
    - One of V(server_exists), V(server_not_predicted), V(server_differs) (another URL), V(server_in_use) (phones are
      bound to it), V(server_ambiguous) (several servers have the name), V(server_refused), V(server_edit_refused),
      V(server_delete_refused), V(server_lost) (the write is unconfirmed or was not done), V(server_failed) (not
      written) and V(server_no_call) (the service has no call to add a server).
  returned: always
  type: str
  sample: null
calls:
  description: Number of calls to the service by method.
  returned: always
  type: dict
  sample:
    addServer: 1
diff:
  description: The server before and after, null if it was or is not there. Its URL has its secrets masked.
  returned: with C(--diff)
  type: dict
  sample:
    before_header: office
    after_header: office
    before: null
    after: {url: "https://prov.example.com/yealink"}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._argspec import BOOL, LEFT_TO_US, TEXT, Absence
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._model import (
    ABSENT,
    CREATED,
    EDITED,
    EXISTS,
    PRESENT,
    CurrentServer,
    Reason,
    Server,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._module import NO_DIFF, Answer, Session, run
from ansible_collections.voip.rps.plugins.module_utils._reconcile.read import read_devices
from ansible_collections.voip.rps.plugins.module_utils._reconcile.servers import (
    apply_servers,
    delete_server,
    plan_servers,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import worker_pool
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    Problems,
    is_blank,
    parse_bool,
    parse_server,
    parse_state,
    parse_text,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import MANAGED, NO_SERVERS, Service
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

EMPTY: dict[str, Any] = {
    "server": None,
    "changed": False,
    "verified": False,
    "reason": None,
    "calls": {},
    "diff": NO_DIFF,
}


@dataclass(frozen=True)
class Request:
    """The server as it is desired; its URL is "" if it is to be absent. ``force`` edits one with another URL."""

    server: Server
    state: str
    force: bool


@dataclass(frozen=True)
class Result:
    """What came of it. ``before`` and ``after`` are URLs, None if the server is not there or not known."""

    changed: bool
    verified: bool
    before: str | None = None
    after: str | None = None
    why: Reason | None = None
    failed: bool = False


def read(options: Mapping[str, Any], vendor_name: str) -> Request:
    """Check what was declared. Raises InputError with all problems."""
    problems = Problems()
    state = parse_state(options.get("state"), "state", problems)
    force = problems.attempt(lambda: parse_bool(options.get("force"), "force"), False)
    _check_supported(vendor_name, state, force, problems)
    name = options.get("name")
    if state == ABSENT:
        # A name that was given in the portal may have other characters.
        text = parse_text(name, "name", problems)
        if text is None and is_blank(name):
            problems.add("name", "required")
        server = Server(text or "", "")
    else:
        server = problems.attempt(
            lambda: parse_server(name, options.get("url"), vendor_name=vendor_name), Server("", "")
        )
    problems.raise_if_any()
    return Request(server, state, force)


def _check_supported(vendor_name: str, state: str, force: bool, problems: Problems) -> None:
    vendor = VENDORS.get(vendor_name)
    if vendor is None or vendor.servers == MANAGED:
        return
    if vendor.servers == NO_SERVERS:
        problems.add("", "no_servers", service=vendor.title)
        return
    if state == ABSENT:
        problems.add("state", "unsupported.delete", service=vendor.title)
    if force:
        problems.add("force", "unsupported.edit", service=vendor.title)


def work(session: Session, request: Request) -> Answer:
    """Add, edit or delete the server, or predict it."""
    service, server = session.service, request.server
    if request.state == ABSENT:
        result = delete(service, server.name, session.check_mode)
    else:
        session.warn_about([server.name], [])
        if service.capabilities.servers == MANAGED:
            result = manage(service, server, request.force, session.check_mode)
        else:
            result = add(service, server, session.check_mode)
    session.warn_of_notices()
    url = service.masker.url
    message = session.presenter.speaker.sentence(result.why) if result.why is not None else ""
    if result.why is not None and result.why.code == "server_exists":
        session.warn(message)
    answer = {
        "server": {"name": server.name, "url": url(result.before if request.state == ABSENT else server.url)},
        "changed": result.changed,
        "verified": result.verified,
        "reason": result.why.code if result.why is not None else None,
        "msg": message,
        "diff": {
            "before_header": server.name,
            "after_header": server.name,
            "before": None if result.before is None else {"url": url(result.before)},
            "after": None if result.after is None else {"url": url(result.after)},
        },
    }
    return answer, message if result.failed else None


def add(service: Service, server: Server, check_mode: bool) -> Result:
    """Add the server to a service that does not show its servers."""
    if check_mode:
        return Result(False, False, why=reason("server_not_predicted"))
    done = apply_servers(service, plan_servers(service, [server], force=False), worker_pool(service))[0].result
    if done.status == CREATED:
        return Result(True, True, after=server.url)
    return Result(False, False, why=done.reason, failed=done.status != EXISTS)


def manage(service: Service, server: Server, force: bool, check_mode: bool) -> Result:
    """Add or edit the server of a service that shows its servers."""
    planned = plan_servers(service, [server], force)
    before = _url(planned[0].current)
    if planned[0].writes and check_mode:
        return Result(True, False, before, server.url)
    done = apply_servers(service, planned, worker_pool(service))[0]
    status, after = done.result.status, _url(done.current)
    if status in (CREATED, EDITED):
        return Result(True, True, before, server.url)
    if status == EXISTS:
        return Result(False, True, after, after)
    # An answer shows nothing: changed is what the service lists otherwise than before.
    return Result(after != before, False, before, after, done.result.reason, failed=True)


def _url(server: CurrentServer | None) -> str | None:
    return None if server is None else server.url


def delete(service: Service, name: str, check_mode: bool) -> Result:
    """Delete the server, unless phones are bound to it."""
    named = [one for one in service.list_servers() if one.name == name]
    if not named:
        return Result(False, True)
    if len(named) > 1:
        return Result(False, False, why=reason("server_ambiguous", server=name, count=len(named)), failed=True)
    url = named[0].url
    in_use = _in_use(service, named[0])
    if in_use is not None:
        return Result(False, False, url, url, in_use, failed=True)
    if check_mode:
        return Result(True, False, url)
    why, after = delete_server(service, named[0])
    if why is None:
        return Result(True, True, url)
    return Result(False, False, url, after[0].url if after else url, why, failed=True)


def _in_use(service: Service, server: CurrentServer) -> Reason | None:
    """Why the server cannot be deleted: phones are bound to it."""
    reading = read_devices(service, None)
    macs = sorted(device.mac for device in reading.devices if device.server_ref == server.ref)
    if reading.unreadable:
        return reason("server_failed", "unread", server=server.name, count=len(reading.unreadable))
    if not macs:
        return None
    return reason("server_in_use", server=server.name, count=len(macs), witness=format_mac(macs[0], "colon"))


def main() -> None:
    """Run the module."""
    spec: dict[str, Any] = {
        "name": {"type": TEXT, "required": True, "fallback": LEFT_TO_US},
        "url": {"type": TEXT, "no_log": True},
        "state": {"type": TEXT, "choices": [PRESENT, ABSENT], "default": PRESENT},
        "force": {"type": BOOL, "default": False},
    }
    run(spec, read, work, EMPTY, Absence())


if __name__ == "__main__":
    main()
