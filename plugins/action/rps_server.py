# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.voip.rps.plugins.plugin_utils._local_action import LocalModule


class ActionModule(LocalModule):
    """Runs the module of the same name on the controller."""
