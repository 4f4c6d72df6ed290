# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the largest list that the client reads, in bytes."""

from __future__ import annotations

from ansible_collections.voip.rps.plugins.module_utils._client.limits import MAX_LIST_BYTES

if __name__ == "__main__":
    print(MAX_LIST_BYTES)
