# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of a fleet run that are about no single phone, and the short ones of phones that share a cause. Pure.

PRIVATE to the collection: may change without notice.

Sentences about the outcome of a phone, about servers, guards and problems are in ``module_utils._catalog``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import (
    DEADLINE,
    INTERRUPTED,
    LOGIN_REFUSED,
    TOO_MANY_FAILURES,
)
from ansible_collections.voip.rps.plugins.module_utils._messages import shown_params
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

SENTENCES: dict[str, str] = {
    # What is refused before any call.
    "refused": "{why} Nothing was sent.",
    "mode": "mode must be {choices}, not '{mode}'.",
    "not_begun": (
        "The first steps of the role did not run, so it is not known which hosts reached it. Nothing was sent. Run the "
        "role from its start."
    ),
    "run_once": (
        "run_once around the role would handle the first host's phone only. Remove run_once; the role makes one run "
        "for all hosts by itself."
    ),
    "import_with_condition": (
        "import_playbook with a condition (when) is not supported, because a condition that is false for the first "
        "host would skip all hosts. Select the hosts with rps_hosts instead."
    ),
    "nothing_chosen": "Say which phones to release, with --limit or -e rps_hosts=...; nothing was sent.",
    "everything_chosen": (
        "The selected hosts include every phone of the inventory ({phones}). Nothing was sent. Select fewer with "
        "--limit or rps_hosts; to release all of them, pass -e rps_fleet_size={count}."
    ),
    "timeout": (
        "The keyword timeout ({timeout} s) is too short for the role. Nothing was sent. Remove the keyword, or set "
        "rps_deadline."
    ),
    # A host without a result.
    "not_reconciled": (
        "{host} was not reconciled: the reconcile task was skipped or did not include this host. A condition (when) on "
        "the role or on import_playbook must not be false for the first host of the play; select the hosts with the "
        "play's pattern or with rps_hosts instead."
    ),
    # Tasks that Ansible shows as skipped.
    "skipped.host_results": "rps_host_results is {value}",
    "skipped.no_run": "There is no run to summarize",
    "skipped.no_errors": "The run has no errors of its own",
    # The whole run.
    "progress": "voip.rps: {account}: {done:,} of {phones} {what}",
    "failed": "{failed:,} of {phones} failed.",
    "more": "{count:,} more are not shown.",
    "reports": "Reports: {paths}",
    "fail_on_drift": "{verdict}, and rps_fail_on_drift is set.",
    # An account as a whole.
    "account": "{account}: {text}",
    # Unmanaged devices.
    "others.partial": "{others} of the account {was_were} not compared with the inventory, because {why}.",
    "not_purged": "{account} was not purged, because the play declares no phone of this account.",
    "kept": "{account}: purge left out {n_devices} that the inventory declares on other hosts.",
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
    return to_printable(SENTENCES[key].format(**shown_params(values)))


def say_not_attempted(code: str, phone: str, account: str) -> str:
    """The sentence of a phone that was not attempted for the cause of its account."""
    return to_printable(NOT_ATTEMPTED[code].format(phone=phone, account=account))
