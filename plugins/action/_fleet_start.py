# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.plugin_utils._fleet.arrival import begin, colliding
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.variables import HostVariables, extra_variables
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.wording import say
from ansible_collections.voip.rps.plugins.plugin_utils._role_step import RoleStep


class ActionModule(RoleStep):
    """The role's first step, once for each play batch: it begins a pass.

    It never fails, since its result is hidden: values are compared by it. The reconcile task reports what it refuses.
    """

    BYPASS_HOST_LOOP = True  # refused by Ansible under strategies that run a task for each host on its own

    def step(self, result: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        playbook = bool(self._task.args.get("playbook"))
        host = str(values.get("inventory_hostname"))
        result.update(begin(host, HostVariables(values, self._templar)), collect=True, refusal=None)
        if playbook and self._task.when:
            result["refusal"] = say("import_with_condition")
        if playbook:
            batch = values.get("ansible_play_batch") or []
            play = self._task.get_play().get_vars()
            result["collect"] = result["refusal"] is None and colliding(
                values["hostvars"], batch, play, extra_variables(self._loader)
            )
        return result
