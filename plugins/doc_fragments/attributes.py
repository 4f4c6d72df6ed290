# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The attributes and notes that all modules share."""

    DOCUMENTATION = r"""
options: {}
notes:
  - The module runs on the controller, whichever host the task is for, unless the task is delegated. It never connects
    to a phone.
  - To set the connection options once for all modules, use C(module_defaults) with the action group
    C(group/voip.rps.rps).
  - Numbers, booleans and dates are refused where text is expected, because V(0012) has become 10 when the module sees
    it. Put such text in quotes.
attributes:
  action_group:
    description: Use C(group/voip.rps.rps) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - voip.rps.rps
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying the account.
    support: full
  diff_mode:
    description: Returns details on what has changed (or possibly needs changing in check mode) when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: This module changes nothing, so it has no difference to show.
    support: none
"""
