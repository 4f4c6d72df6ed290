# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of the role have in common: they run on the controller, in check mode too, and connect to no host.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase


class RoleStep(ActionBase):
    """A step of the role: what ``step`` returns, over the result that every action begins with."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        return self.step(result, task_vars or {})

    @abstractmethod
    def step(self, result: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The result of the task; ``values`` are its variables."""
