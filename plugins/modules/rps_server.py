#!/usr/bin/python
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rps_server
short_description: Add a configuration server to a redirection service
version_added: 1.0.0
author:
  - The voip.rps contributors (@voip-rps)
description:
  - Makes sure that the vendor's Redirection and Provisioning Service (RPS) knows a configuration server by name.
  - RPS has no call that lists, edits or removes a server. Where the name exists already, its URL cannot be read, so the
    module reports no change, RV(verified=false), and a warning. Correct or remove a server in the vendor's portal.
  - Check mode sends nothing and predicts nothing, since it cannot know whether the name exists.
extends_documentation_fragment:
  - voip.rps.attributes
  - voip.rps.connection
attributes:
  check_mode:
    support: partial
    details:
      - Sends nothing in check mode, and cannot say whether the server exists.
  diff_mode:
    support: none
options:
  name:
    description:
      - The server's name, of the characters A-Z a-z 0-9 - _ . and blanks. Yealink is known to accept 20 at most.
    type: str
    required: true
  url:
    description:
      - The URL that phones are redirected to, beginning with V(http://), V(https://), V(ftp://) or V(tftp://).
    type: str
    required: true
  state:
    description:
      - Only V(present), since RPS has no call that removes a server.
    type: str
    choices: [present]
    default: present
seealso:
  - module: voip.rps.rps_device
"""

EXAMPLES = r"""
- name: Make the office's configuration server known
  voip.rps.rps_server:
    vendor: yealink
    api_username: "{{ rps_username }}"
    api_password: "{{ rps_password }}"
    name: office
    url: https://prov.example.com/yealink
"""

RETURN = r"""
server:
  description: The declared server, its URL with secrets masked.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    url:
      description: Its URL.
      type: str
      returned: always
  sample:
    name: office
    url: https://prov.example.com/yealink
verified:
  description: Whether the service is known to have this name with this URL, which is only where it was just added.
  returned: always
  type: bool
  sample: true
calls:
  description: Number of calls to the service, by method.
  returned: always
  type: dict
  sample:
    addServer: 1
"""

from typing import Any, Callable

from ansible_collections.voip.rps.plugins.module_utils._model import CREATED, EXISTS
from ansible_collections.voip.rps.plugins.module_utils._module import Answer, run, warn_about_names
from ansible_collections.voip.rps.plugins.module_utils._reconcile.apply import add_server
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_server

EMPTY: dict[str, Any] = {"server": None, "changed": False, "verified": False, "calls": {}}


def work(module: Any, connect: Callable[[], Any]) -> Answer:
    server = parse_server(module.params["name"], module.params["url"], "")
    warn_about_names(module, [server.name])
    service = connect()
    shown = {"name": server.name, "url": service.masker.url(server.url)}
    if module.check_mode:
        text = "Check mode sends no addServer, and RPS has no call to look a server up, so nothing can be predicted."
        return {"server": shown, "msg": text}, None
    done = add_server(service, server)
    created = done.status == CREATED
    result = {"server": shown, "changed": created, "verified": created, "msg": done.msg}
    if done.status == EXISTS:
        module.warn(done.msg)
    return result, None if done.status in (CREATED, EXISTS) else done.msg


def main() -> None:
    spec: dict[str, Any] = {
        "name": {"type": "str", "required": True},
        "url": {"type": "str", "required": True, "no_log": True},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
    }
    run(spec, work, EMPTY)


if __name__ == "__main__":
    main()
