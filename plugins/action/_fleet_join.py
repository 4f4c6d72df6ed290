# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.plugin_utils._fleet.arrival import PASS, record
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.variables import HostVariables
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.wording import say
from ansible_collections.voip.rps.plugins.plugin_utils._role_step import RoleStep


class ActionModule(RoleStep):
    """The role's step for each host before the reconcile task: the host records that it arrived, and its variables.

    It reads its own variables and takes no argument, since every templated argument costs as much as a task of its own.
    It never fails, since its result is hidden: a phone's unique URL is in it.
    """

    def step(self, result: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        started = values.get(PASS)
        if not isinstance(started, Mapping) or not started.get("collect"):
            return result
        if self._task.run_once:
            result["refusal"] = say("run_once")
            return result
        result.update(record(HostVariables(values, self._templar), started, str(values.get("inventory_hostname"))))
        return result
