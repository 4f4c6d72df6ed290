# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reasons that the contract names, by outcome. Those of guards are `guard_<name>`."""

from __future__ import annotations

REASONS: dict[str, set[str]] = {
    "unverifiable": {"url_not_readable", "url_not_declared", "rewritten_same"},
    "conflict": {"owned_elsewhere"},
    "failed": {
        "refused",
        "server_unknown",
        "serial_missing",
        "wrong_url",
        "not_applied",
        "call_absent",
        "login_refused",
    },
    "unknown": {"answer_lost", "unreadable_after"},
    "not_attempted": {
        "unreadable",
        "account_unreachable",
        "login_refused",
        "deadline",
        "interrupted",
        "too_many_failures",
        "server_wrong_url",
    },
}
WORDS: set[str] = set().union(*REASONS.values())
