# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from time import monotonic
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.compat import keep_stderr

# Of Ansible's own process, which loads this file.
_STDERR = keep_stderr()


class ActionModule(ActionBase):
    """The role's reconcile task: once for each play batch it reconciles every account for the hosts that arrived."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        # Only here, in the worker: Ansible's own process imports this file, and would fork every later worker with it.
        from ansible_collections.voip.rps.plugins.plugin_utils._reconcile_task import ReconcileTask  # noqa: PLC0415

        started = monotonic()
        result: dict[str, Any] = super().run(tmp, task_vars)
        step = ReconcileTask(self._task, self._loader, self._templar, self._display, _STDERR)
        return step.run(result, dict(task_vars or {}), started)
