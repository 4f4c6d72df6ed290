# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The attributes that all modules share."""

    DOCUMENTATION = r"""
options: {}
notes:
  - The module runs on the controller, whatever host the task is for, unless the task is delegated. Nothing ever
    connects to a phone.
  - Set the connection once for all modules with C(module_defaults) and the action group C(group/voip.rps.rps).
attributes:
  action_group:
    description: Use C(group/voip.rps.rps) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - voip.rps.rps
  check_mode:
    description: Can run in check mode and say what would be done, without any writing call.
    support: full
  diff_mode:
    description: Returns what is or would be changed when in diff mode.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
"""
