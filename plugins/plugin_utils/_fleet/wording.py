# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of a fleet run that are about no single phone, and the short ones of phones that share a cause. Pure.

PRIVATE to the collection: may change without notice.

Sentences about the outcome of a phone, about servers and about guards are in ``module_utils._catalog``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import (
    DEADLINE,
    INTERRUPTED,
    LOGIN_REFUSED,
    TOO_MANY_FAILURES,
)
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

SENTENCES: dict[str, str] = {
    # An account as a whole.
    "account": "{account}: {text}",
    "account.login_fix": "Check {username} and {password}",
    # Unmanaged devices.
    "others.partial": ("{others} of the account {verb} not compared with the inventory, because {why}."),
    "not_purged": "{account} was not purged, because the play declares no phone of this account.",
    "kept": "{account}: {count} not purged, because the inventory declares them on hosts outside this play.",
    "purged": "{account}: {count} purged: {macs}.",
    "purged.predicted": "{account}: {count} would be purged: {macs}.",
    "purge_failed.more": "{account}: {count} more could not be purged for similar reasons.",
    # Servers.
    "server.created": "{account}: server '{server}' was added.",
    "server.edited": "{account}: server '{server}' was edited; its URL is {url}.",
    "server.would_create": "{account}: server '{server}' would be added.",
    "server.may_create": "{account}: server '{server}' would be added if it does not exist yet.",
    "server.would_edit": "{account}: server '{server}' would be edited; its URL would be {url}.",
    # A run that was interrupted.
    "interrupted": "The run was interrupted. Calls in flight were finished or cut off; nothing more was sent.",
    "interrupted.read": "The run was interrupted while it read the accounts. Nothing was written; run again.",
    "interrupted.phones": "{account}: {outcome}: {hosts}.",
    "interrupted.report": "The result of each phone is in {path}. Run again to do the rest.",
    # Guards.
    "guard.drift": "{account}: a run that writes would be blocked now. {guard}",
}

# Phones that share the cause of their account: the cause itself is given once, with the account.
NOT_ATTEMPTED: dict[str, str] = {
    "account_unreachable": "{phone} was not attempted: account {account} could not be read.",
    LOGIN_REFUSED: "{phone} was not attempted: the login of account {account} was refused.",
    DEADLINE: "{phone} was not attempted: the deadline of account {account} has passed.",
    INTERRUPTED: "{phone} was not attempted: the run was interrupted.",
    TOO_MANY_FAILURES: "{phone} was not attempted: too many calls for account {account} failed.",
}


def say(key: str, **values: Any) -> str:
    """The sentence with this key, as one printable line whatever the values are."""
    return to_printable(SENTENCES[key].format(**values))


def say_not_attempted(code: str, phone: str, account: str) -> str:
    """The sentence of a phone that was not attempted for the cause of its account."""
    return to_printable(NOT_ATTEMPTED[code].format(phone=phone, account=account))
