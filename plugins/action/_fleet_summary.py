# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.plugin_utils._fleet.arrival import BULK
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.wording import say
from ansible_collections.voip.rps.plugins.plugin_utils._role_step import RoleStep


class ActionModule(RoleStep):
    """The role's summary, once for each play batch: what belongs to the accounts and to no host of the play.

    It is ``changed`` for servers that were added and devices that were purged, and it fails for errors where no phone
    fails. The hosts' results come after it: ``deferred`` leaves failing to a summary after them (``last``, which does
    nothing else), and fails the hosts that a skipped reconcile task left behind.
    """

    def step(self, result: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        bulk = values.get(BULK)
        last, deferred = bool(self._task.args.get("last")), bool(self._task.args.get("deferred"))
        if not isinstance(bulk, Mapping) or "run" not in bulk:
            if not deferred:
                return {**result, "skipped": True, "skip_reason": say("skipped.no_run")}
            return {**result, "failed": True, "msg": say("not_reconciled", host=values.get("inventory_hostname"))}
        if last and not bulk.get("fails"):
            return {**result, "skipped": True, "skip_reason": say("skipped.no_errors")}
        deferred = deferred and bool(bulk.get("shown"))
        shared = [] if last else list(bulk.get("shared") or [])
        result.update(
            changed=bool(shared),
            msg=list((bulk.get("errors") if last else bulk.get("msg")) or []),
            _ansible_verbose_always=True,
        )
        if bulk.get("fails") and not deferred:
            result.update(failed=True, msg=" ".join(bulk.get("errors") or []))
        if self._task.diff and shared:
            result["diff"] = [
                {
                    "before": item["before"],
                    "after": item["after"],
                    "before_header": f"account {item['account']}",
                    "after_header": f"account {item['account']}",
                }
                for item in shared
            ]
        return result
