# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine words of the contract, as people read them: outcomes, actions, statuses. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from typing import NamedTuple

from .._model import (
    BIND,
    CHANGED,
    CONFLICT,
    DEREGISTER,
    ELSEWHERE,
    FAILED,
    IN_SYNC,
    MOVE,
    NONE,
    NOT_ATTEMPTED,
    REGISTER,
    REGISTERED,
    TAKE_OVER,
    UNKNOWN,
    UNKNOWN_STATUS,
    UNREGISTERED,
    UNVERIFIABLE,
    WOULD_CHANGE,
)


class ActionWords(NamedTuple):
    """An action: its name, what is done ("refused to ..."), what is then done ("may or may not be ...")."""

    label: str
    to_do: str
    done: str


class StatusWords(NamedTuple):
    """A status: its name in a table, and how a sentence goes on after "the phone is"."""

    label: str
    clause: str


# What needs attention first; also the order of the report's bar, of its legend and of sorting by outcome.
OUTCOME_WORDS: dict[str, str] = {
    CONFLICT: "conflict",
    FAILED: "failed",
    UNKNOWN: "outcome unknown",
    NOT_ATTEMPTED: "not attempted",
    WOULD_CHANGE: "would change",
    CHANGED: "changed",
    UNVERIFIABLE: "unverifiable",
    IN_SYNC: "in sync",
}
OUTCOME_MEANINGS: dict[str, str] = {
    CONFLICT: "registered to another account",
    FAILED: "refused or not applied",
    UNKNOWN: "write unconfirmed",
    NOT_ATTEMPTED: "not read or not written",
    WOULD_CHANGE: "differs; a run fixes it",
    CHANGED: "updated by this run",
    UNVERIFIABLE: "redirect URL not checkable",
    IN_SYNC: "matches the inventory",
}
ACTION_WORDS: dict[str, ActionWords] = {
    NONE: ActionWords("", "report the status of the phone", "written"),
    REGISTER: ActionWords("register", "register the phone", "registered"),
    BIND: ActionWords("bind", "bind the phone", "bound"),
    MOVE: ActionWords("move", "move the phone", "moved"),
    TAKE_OVER: ActionWords("take over", "take over the phone", "taken over"),
    DEREGISTER: ActionWords("deregister", "deregister the phone", "deregistered"),
}
STATUS_WORDS: dict[str, StatusWords] = {
    REGISTERED: StatusWords("registered", "registered"),
    UNREGISTERED: StatusWords("no server", "not redirected"),
    ELSEWHERE: StatusWords("other account", "registered to another account"),
    UNKNOWN_STATUS: StatusWords("not found", "not registered"),
}
