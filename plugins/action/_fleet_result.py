# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible_collections.voip.rps.plugins.module_utils._messages import phone_label
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.arrival import BULK
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.compat import forget_registration
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.options import ALL, CHANGED, NONE
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run_state import forget_hosts_to_show, read_result
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.wording import say
from ansible_collections.voip.rps.plugins.plugin_utils._role_step import RoleStep


class ActionModule(RoleStep):
    """The role's task for each host after the reconcile task: it shows the result of this host's phone."""

    def step(self, result: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        host = str(values.get("inventory_hostname", ""))
        bulk = values.get(BULK)
        shows = bulk.get("host_results", ALL) if isinstance(bulk, Mapping) else ALL
        if shows == NONE:
            return self._skip(result, shows)
        folder = constants.DEFAULT_LOCAL_TMP
        forget_hosts_to_show(folder)
        entry = read_result(folder, str(bulk.get("run", "")), host) if isinstance(bulk, Mapping) else None
        if entry is None:
            return {**result, "failed": True, "msg": say("not_reconciled", host=host)}
        if shows == CHANGED and not entry["changed"] and not entry["failed"]:
            return self._skip(result, shows)
        result.update(entry)
        if self._task.diff and entry["changed"]:
            header = phone_label(entry["mac"], host)
            result["diff"] = {
                "before": entry["before"] or {},
                "after": entry["after"] or {},
                "before_header": header,
                "after_header": header,
            }
        return result

    def _skip(self, result: dict[str, Any], shows: str) -> dict[str, Any]:
        forget_registration(self._task)
        return {**result, "skipped": True, "skip_reason": say("skipped.host_results", value=shows)}
