# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run_state import read_result


class ActionModule(ActionBase):
    """The role's only task for each host: it shows what the bulk step found out about this host's phone."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        values = task_vars or {}
        if not boolean(self._task.args.get("enabled", True)):
            self._task.register = None  # nothing is known here of this host, so there is nothing to be remembered
            result.update(skipped=True, skip_reason="rps_host_results is false")
            return result
        host = values.get("inventory_hostname", "")
        store = self._task.args.get("store")
        entry = read_result(str(store), str(host)) if store else None
        if entry is None:
            result.update(
                failed=True,
                msg=(
                    f"{host} was not reconciled: the bulk step of the role was skipped or did not "
                    "hold this host. Give the role "
                    "no condition that is false for the play's first host; choose hosts by the play's pattern instead."
                ),
            )
            return result
        result.update(entry)
        if self._task.diff and entry["changed"]:
            result["diff"] = {"before": entry["before"] or {}, "after": entry["after"] or {}}
        return result
