# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of reasons, guards, accounts and notices, by code. Pure.

PRIVATE to the collection: may change without notice.

In templates ``{phone}`` is the MAC with colons and, in the role, the host; ``{service}`` is the vendor's title;
``{opt_force}`` and the like name an option with the value to set. docs/troubleshooting.md explains every code.
"""

from __future__ import annotations

# By reason and variant. The contract fixes the words before the dot.
CATALOG: dict[str, str] = {
    # unverifiable
    "url_not_readable": (
        "{phone} is registered, but {service} does not report redirect URLs. To rewrite the binding, set {opt_force}."
    ),
    "url_not_readable.hidden": (
        "{phone} is registered, but {service} did not report its redirect URL. To rewrite the binding, set {opt_force}."
    ),
    "url_not_declared": (
        "{phone} is registered, but no URL is declared to compare its redirect URL with. Set {opt_server_url} or "
        "{opt_unique_url}."
    ),
    "rewritten_same": (
        "{phone} was written again and still has the same redirect URL. Set {opt_server_url} to have it verified."
    ),
    # conflict
    "owned_elsewhere": (
        "{phone} is registered to another account. Check the MAC address; if the phone is yours, set {opt_override}."
    ),
    "owned_elsewhere.no_override": (
        "{phone} is registered to another account, and {service} has no override. Check the MAC address, or ask the "
        "other account to release the phone."
    ),
    "owned_elsewhere.accepted": (
        "{phone} is registered to another account although {service} accepted the write. Check the MAC address and run "
        "again."
    ),
    # failed
    "refused": "{phone}: {service} refused to {to_do}: '{text}'. Correct the cause and run again.",
    "refused.invalid_mac": "{phone}: {service} refused to {to_do}: '{text}'. Check the MAC address.",
    "refused.override": (
        "{phone}: {service} refused to {to_do}: '{text}'. Ask the other account or the vendor to release the "
        "phone, and run again."
    ),
    "refused.serial": "{phone}: {service} refused to {to_do}: '{text}'. Check {opt_serial}.",
    "refused.server": (
        "{phone}: {service} refused to {to_do} on server '{server}': '{text}'. Correct the server's name or URL and "
        "run again."
    ),
    "refused.url": "{phone}: {service} refused to {to_do}: '{text}'. Correct its URL and run again.",
    "server_unknown": (
        "{phone}: {service} refused to {to_do}: '{text}'. Add server '{server}' {where_servers} and run again."
    ),
    "server_unknown.missing": (
        "{phone} was not written: {service} has no server '{server}'. Add it {where_servers} and run again."
    ),
    "serial_missing": "{phone} cannot be added to {service} without a serial number. Set {opt_serial}.",
    "wrong_url": (
        "{phone} is bound to server '{server}', which {service} redirects to {current} instead of {desired}. "
        "{service} has no call to edit a server: correct its URL in the vendor's portal, or declare the URL that it "
        "has."
    ),
    "wrong_url.managed": (
        "{phone} is bound to server '{server}', which {service} redirects to {current} instead of {desired}. Correct "
        "the server's URL {where_servers}, or declare the URL that it has."
    ),
    "wrong_url.unique": (
        "{phone} is redirected to {current} instead of {desired}, although {service} accepted the write. Run again, or "
        "correct the unique URL in the vendor's portal."
    ),
    "wrong_url.url": (
        "{phone} is redirected to {current} instead of {desired}, although {service} accepted the write. Run again, or "
        "correct the redirect URL in the vendor's portal."
    ),
    "not_applied": "{phone} is still {status}, although {service} accepted the write. Run again.",
    "not_applied.other": (
        "{phone} is now {status}, although {service} accepted the write. Check that nothing else changes the account, "
        "and run again."
    ),
    "not_applied.move": (
        "{phone} is still redirected to {current} instead of {desired}, although {service} accepted the move to server "
        "'{server}'. {service} has no call to edit a server: check the server's URL in the vendor's portal, and run "
        "again."
    ),
    "not_applied.managed": (
        "{phone} is still redirected to {current} instead of {desired}, although {service} accepted the move to server "
        "'{server}'. Check the server's URL {where_servers}, and run again."
    ),
    "not_applied.unique": (
        "{phone} is still redirected to {current} instead of {desired}, although {service} accepted the write. Run "
        "again, or correct the unique URL in the vendor's portal."
    ),
    "not_applied.url": (
        "{phone} is still redirected to {current} instead of {desired}, although {service} accepted the write. Run "
        "again, or correct the redirect URL in the vendor's portal."
    ),
    "not_applied.name": (
        "{phone} has the declared URL under the name '{name}' instead of '{server}', although {service} accepted the "
        "write. Run again, or correct the name in the vendor's portal."
    ),
    "not_applied.elsewhere": (
        "{phone} is still registered to another account, although {service} accepted the override. Ask the other "
        "account or the vendor to release the phone, and run again."
    ),
    "not_applied.taken": (
        "{phone} is now registered to another account, although {service} accepted the override. Ask the other account "
        "or the vendor to release the phone, and run again."
    ),
    "call_absent": "{phone} was not written: {cause}. {fix}",
    "login_refused": "{phone} was not {done}: {cause}. {fix}",
    # unknown
    "answer_lost": "{phone} may or may not be {done}: {cause}. Run again to find out.",
    "answer_lost.refused": (
        "{phone} may or may not be {done}: the answer to an earlier try was lost, and {service} refused a later try: "
        "'{text}'. Run again to find out."
    ),
    "answer_lost.unreadable_url": (
        "{phone} may or may not be {done}: {cause}, and {service} did not report its redirect URL. Run again with "
        "{opt_force} to settle the outcome."
    ),
    "answer_lost.hidden": (
        "{phone} may or may not be {done}: {service} accepted the write, but no longer reports the redirect URL. Run "
        "again."
    ),
    "unreadable_after": (
        "{phone} may or may not be {done}: {cause}, and reading the phone back failed. Run again to find out."
    ),
    "unreadable_after.accepted": (
        "{phone}: {service} accepted the write, but reading the phone back failed. Run again to find out its redirect "
        "URL."
    ),
    # not attempted
    "unreadable": "{phone} was not attempted because it could not be read: {cause}. {fix}",
    "unreadable.info": "{phone} could not be read: {cause}. {fix}",
    "account_unreachable": "{phone} was not attempted because the account could not be read: {cause}. {fix}",
    "account_unreachable.write": "{phone} was not written: {cause}. {fix}",
    "login_refused.account": "{phone} was not attempted: {cause}. {fix}",
    "deadline": "{phone} was not attempted: {cause}. {fix}",
    "interrupted": "{phone} was not attempted: {cause}. {fix}",
    "too_many_failures": "{phone} was not attempted: {cause}. {fix}",
    "guard": "{phone} was not written: blocked by guard {guard}.",
    "server_wrong_url": (
        "{phone} was not written: {witness} was bound to server '{server}' and did not get the declared URL. See the "
        "message of that phone."
    ),
    "server_wrong_url.name": (
        "{phone} was not written: {witness} got the declared URL, but not the name '{server}'. See the message of that "
        "phone."
    ),
    "server_wrong_url.managed": (
        "{phone} was not written: server '{server}' has the URL {current} and not the declared {desired}. Correct one "
        "of them, or set {opt_force_servers}."
    ),
    "server_wrong_url.kept": (
        "{phone} was not written: server '{server}' had the URL {current} when it was last read, and not the declared "
        "{desired}. See the message of the server."
    ),
    # servers
    "server_exists": (
        "Server '{server}' already exists; {service} has no call to read its URL, so the URL is not verified."
    ),
    "server_not_predicted": (
        "Check mode adds no server, and {service} has no call that shows whether a server exists, so nothing can be "
        "predicted."
    ),
    "server_refused": "{service} refused to add server '{server}': '{text}'. Correct its name or URL and run again.",
    "server_edit_refused": "{service} refused to edit server '{server}': '{text}'. Correct its URL and run again.",
    "server_delete_refused": "{service} refused to delete server '{server}': '{text}'. Run again later.",
    "server_lost": "Server '{server}' may or may not be written: {cause}. Run again to find out.",
    "server_lost.unread": (
        "Server '{server}' may or may not be written: {service} accepted the write, but reading it back failed: "
        "{cause}. Run again to find out."
    ),
    "server_lost.deletion": (
        "Server '{server}' may or may not be deleted: {service} accepted the deletion, but reading it back failed: "
        "{cause}. Run again to find out."
    ),
    "server_lost.other": (
        "{service} accepted the write of server '{server}', but lists it with the URL {current} and not {desired}. Run "
        "again, or correct the server in the vendor's portal."
    ),
    "server_lost.missing": (
        "{service} accepted the write of server '{server}', but does not list it. Run again, or add the server in the "
        "vendor's portal."
    ),
    "server_lost.kept": (
        "{service} accepted the deletion of server '{server}', but still lists it. Run again, or delete the server in "
        "the vendor's portal."
    ),
    "server_failed": "Server '{server}' was not written: {cause}. {fix}",
    "server_failed.unread": (
        "Server '{server}' was not deleted: {n_devices} of the account could not be read. Run again."
    ),
    "server_no_call": "Server '{server}' was not added: {cause}. Add it in the vendor's portal if it is not there.",
    "server_differs": (
        "Server '{server}' has the URL {current} on {service} and not {desired}. Correct one of them, or set "
        "{opt_force_servers} to edit the server, which moves every phone that is bound to it."
    ),
    "server_ambiguous": (
        "{service} has {count} servers named '{server}'. In the vendor's portal, keep one of them, and rename or "
        "delete the others."
    ),
    "server_in_use": (
        "Server '{server}' was not deleted: {n_phones} {is_are} still bound to it, {witness} first. Move or deregister "
        "them first."
    ),
}

# How a guard's sentence begins, by whether it blocked the run: in a drift run it would block one that writes.
GUARD_BEGINS: dict[bool, str] = {
    True: "Guard {option} blocked the run",
    False: "Guard {option} would block a run that writes",
}
GUARDS: dict[str, str] = {
    "purge_limit": (
        "purge would remove {n_devices} ({few}) from {account}, the limit is {allowed:,} ({basis}). Nothing was "
        "written; to allow it, set {option}: {count}."
    ),
    "removal_limit": (
        "the inventory deregisters {n_phones}{and_earlier} of {account}, the limit is {allowed:,} "
        "({basis}{and_floor}{and_unlifted}). Nothing was written. To retire phones, run voip.rps.release --limit with "
        "their names; or set {option}: {count}, or pass rps_fleet_size with -e."
    ),
    "fleet_size": (
        "purge needs the whole fleet, but {missing}. Nothing was written; run the play over the whole fleet."
    ),
    "fleet_size.not_set": (
        "purge needs the whole fleet, but {missing}. Nothing was written; if this play has the whole fleet, pass "
        "-e rps_fleet_size={count}."
    ),
    "fleet_size.differs": (
        "purge needs the whole fleet, but {missing}. Nothing was written; restore the inventory, or if {count:,} is "
        "right, pass -e rps_fleet_size={count}."
    ),
    "expect_plan": (
        "the plan of {account} is now {plan}, not the expected {expected}. Nothing was written; review the new plan in "
        "check mode, then set {approval}."
    ),
    "expect_plan.used": (
        "nothing is left to write on {account}, so its plan is no longer the expected {expected}: the approved plan "
        "was applied already, is obsolete, or was made with other options, for example with purge. Nothing was "
        "written; run with the same options, or remove {option}."
    ),
    "expect_plan.missing": (
        "{account} has no approved plan, and {n_devices} would be written. Nothing was written; review its plan in "
        "check mode, then add {account}: {plan} to {option}."
    ),
    "same_account": (
        "purge of {account} would remove {n_devices} that this play declares for account {other}, {first} first. Both "
        "are one login. Nothing was written; keep one of the two accounts."
    ),
    "unread_devices": (
        "purge needs to read every device, but {n_devices} could not be read, {first} first. Nothing was written; run "
        "again, or set {opt_purge}."
    ),
    "list_contradiction": (
        "the service's list of devices and the status of {first} contradict each other, so purge cannot trust the "
        "list. Nothing was written; run again, or set {opt_purge}."
    ),
}

# What a limit is, by what it is a percentage of; "set" is a count.
BASIS: dict[str, str] = {
    "listed": "{limit} of {n_listed}",
    "declared": "{limit} of {n_declared}",
    "set": "as set",
}
# What else a guard's sentence says if it has such a parameter.
CLAUSES: dict[str, str] = {
    "earlier": " ({earlier:,} of them earlier in this run)",
    "floor": ", but at least {floor}",
    "unlifted": "; rps_fleet_size does not lift it here, because {unlifted}",
}
# The value of expect_plan that approves a plan: in modules, and in the role.
APPROVALS: tuple[str, str] = ("{option}: {plan}", "{account}: {plan} in {option}")

# Why a play is not known to have the whole fleet, as the end of a sentence.
PARTIAL: dict[str, str] = {
    "limited": "the run is limited (--limit)",
    "hosts_failed": "{n_hosts} of the play failed or cannot be reached",
    "batches": "the play runs in batches (serial), and this batch has {batch} of {n_hosts}",
    "not_arrived": "{n_hosts} of the play did not reach the role",
    "size_not_set": "rps_fleet_size is not set with -e as a plain number",
    "size_differs": "the play has {n_phones} and rps_fleet_size is {size:,}",
}

# What stopped an account as a whole: before anything of it was read, or in the middle.
ACCOUNT: dict[str, str] = {
    "unread": "{account} could not be read: {cause}.",
    "unread.devices": "the devices of {account} could not be read: {cause}.",
    "unfinished": "{account} was not finished: {cause}.",
    "effect": "{phones} not attempted.",
}

# A run over an account in words, part by part.
RUN: dict[str, str] = {
    "phones": "{phones}",
    "phones.purged": "{phones} and {devices}",
    "counts": "{text}: {counts}",
    "unmanaged": "{text}; {devices}",
    "failed": "{failed:,} of {phones} failed: {sentences}",
    "failed.more": "{failed:,} of {phones} failed: {sentences} The other failures are in devices.",
    "unread": "{sentences}",
    "unread.several": "{count:,} of {devices} could not be read. {sentences}",
}

# What a user should know about how an account was used, whatever came of its phones; each once for an account.
NOTICES: dict[str, str] = {
    "urls_unreadable": "Redirect URLs cannot be read on this account, so bindings cannot be verified: {cause}.",
    "one_by_one": "Phones are written one by one: {cause}.",
    "list_too_long": "A list of {n_phones} is too long for the service; set {opt_batch_size}: {half}.",
    "long_name": (
        "Server name '{server}' has {length} characters; {service} is known to accept up to {limit}, so choose a "
        "shorter name if this one is refused."
    ),
    "other_vendor": (
        "{n_phones} {has_have} a MAC address of {other}, but vendor is {vendor}: {few}. Check vendor and MAC address."
    ),
}
