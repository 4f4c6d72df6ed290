# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the collection's modules on the controller, whatever host a task is for: nothing ever connects to a phone.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible_collections.voip.rps.plugins.module_utils._validation import WAS_A_DATE

from ._fleet.compat import run_in_the_foreground


def with_marked_dates(value: Any) -> Any:
    """The value of an option with every date in it marked (see ``WAS_A_DATE``); the value itself if it has none."""
    if isinstance(value, date):
        return {WAS_A_DATE: str(value)}
    if isinstance(value, Mapping):
        marked = {key: with_marked_dates(item) for key, item in value.items()}
        return marked if any(marked[key] is not item for key, item in value.items()) else value
    if isinstance(value, (list, tuple)):
        items = [with_marked_dates(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value)) else value
    return value


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
        arguments = {
            name: value if name == "ca_path" else with_marked_dates(value) for name, value in me._task.args.items()
        }
        if not me._task.delegate_to:
            if me._connection.transport != "local":
                self._use_the_controller(values)
            arguments = self._with_absolute_ca_path(arguments)
        result.update(me._execute_module(module_args=arguments, task_vars=values, wrap_async=me._task.async_val))
        if not me._task.async_val:
            me._remove_tmp_path(me._connection._shell.tmpdir)
        return result

    def _use_the_controller(self, values: dict[str, Any]) -> None:
        me: Any = self
        me._connection = connection_loader.get("ansible.builtin.local", me._play_context)
        me._connection.set_options(var_options=values)
        values["ansible_python_interpreter"] = sys.executable
        values["ansible_connection"] = "local"
        if me._task.async_val and me._task.poll:
            run_in_the_foreground(me._task)

    def _with_absolute_ca_path(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A relative ``ca_path`` is relative to the working directory of Ansible, as in role and inventory plugin. The
        module's own working directory is the playbook's."""
        given = arguments.get("ca_path") or self._environment_ca_path()
        if not given or not isinstance(given, str):
            return arguments
        path = Path(os.path.expandvars(given)).expanduser()
        return arguments if path.is_absolute() else {**arguments, "ca_path": str(Path.cwd() / path)}

    def _environment_ca_path(self) -> Any:
        me: Any = self
        found: Any = os.environ.get("RPS_CA_PATH")
        for given in me._task.environment or []:
            values = me._templar.template(given) if given else {}
            if isinstance(values, Mapping):
                found = values.get("RPS_CA_PATH", found)
        return found
