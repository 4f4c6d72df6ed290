# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = """
name: _hosts_to_show
author:
  - The voip.rps contributors (@voip-rps)
version_added: 1.0.0
short_description: The hosts for which a playbook of this collection shows results
description:
  - PRIVATE to the collection. It may change without notice.
  - Returns the patterns of the hosts that the playbook's reconcile task has named for its second play, or a pattern
    that no host matches.
options:
  _terms:
    description: Not used.
    type: list
    elements: str
"""

EXAMPLES = """
- name: Show results
  hosts: "{{ query('voip.rps._hosts_to_show') }}"
"""

RETURN = """
_raw:
  description: Host patterns.
  type: list
  elements: str
"""

from typing import Any

from ansible import constants
from ansible.plugins.lookup import LookupBase
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run_state import read_hosts_to_show


class LookupModule(LookupBase):
    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        return read_hosts_to_show(constants.DEFAULT_LOCAL_TMP)
