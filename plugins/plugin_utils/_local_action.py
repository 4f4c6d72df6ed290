# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the collection's modules on the controller, whatever host a task is for: nothing ever connects to a phone."""

from __future__ import annotations

import sys
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader


class LocalModule(ActionBase):
    """Executes the module of the same name by the local connection and the controller's own Python.

    A delegated task runs where it was delegated to, and a task that is local already is left as it is, with the Python
    that its host's variables say.
    """

    _supports_async = True
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        values = dict(task_vars or {})
        me: Any = self  # Ansible has no types
        if not me._task.delegate_to and me._connection.transport != "local":
            me._connection = connection_loader.get("ansible.builtin.local", me._play_context)
            me._connection.set_options(var_options=values)
            values["ansible_python_interpreter"] = sys.executable
            values["ansible_connection"] = "local"
        result.update(me._execute_module(task_vars=values, wrap_async=me._task.async_val))
        if not me._task.async_val:
            me._remove_tmp_path(me._connection._shell.tmpdir)
        return result
