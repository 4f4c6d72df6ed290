# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of the reports, by key; the headings and columns of the page are in its template. Pure.

PRIVATE to the collection: may change without notice.

Outcomes, actions and statuses have their words in ``module_utils._catalog.words``, for messages and reports alike.
"""

from __future__ import annotations

from typing import Any

# Keys with ``.one`` are for one thing, and are used if the value ``count`` is 1.
TEXTS: dict[str, str] = {
    # The headline.
    "headline.uncompared": "{part} of {phones} could not be compared",
    "headline.uncompared.one": "The phone could not be compared",
    "headline.uncompared_drifted": "{part} of {phones} could not be compared; {drifted} have drifted",
    "headline.uncompared_drifted.one": "{part} of {phones} could not be compared; {drifted} has drifted",
    "headline.drifted": "{part} of {phones} have drifted",
    "headline.drifted.one": "{part} of {phones} has drifted",
    "headline.incomplete": "The comparison is incomplete",
    "headline.purges": "No phone has drifted; purge would remove {devices}",
    "headline.unverifiable": "No drift found; {part} of {phones} cannot be verified",
    "headline.nothing": "The play declares no phones",
    "headline.in_sync": "All {phones} match the inventory",
    "headline.in_sync.one": "The phone matches the inventory",
    # Next steps: titles, texts and notes.
    "access.title": "Fix account access",
    "access": "Accounts {names} could not be read; the overview shows why. Fix the access, then run drift again.",
    "access.one": "Account {names} could not be read; the overview shows why. Fix the access, then run drift again.",
    "again.title": "Run drift again",
    "again": "{phones} could not be compared; the Message column shows why.",
    "refusals.title": "Review refusals",
    "refusals": "{phones} failed; the Message column quotes the service and names the fix.",
    "refusals.unknown": (
        "The outcome of {unknown} is unknown; the Message column quotes the service and names the fix."
    ),
    "refusals.both": (
        "{phones} failed and the outcome of {unknown} is unknown; the Message column quotes the service and names the "
        "fix."
    ),
    "apply.title": "Apply the plan",
    "apply": (
        "This writes exactly the plan of this report ({what}). If anything has changed since, it writes nothing."
    ),
    "apply.unapproved": "This writes {what}. {why}",
    "apply.what": "{phones}",
    "apply.what_purges": "{devices} to purge",
    "apply.what_both": "{phones} and {devices} to purge",
    "apply.batches": (
        "Drift ran in batches (serial), so there is no plan to approve: remove serial and run drift again."
    ),
    "apply.shared_name": (
        "Two plays use the account name {name}, so rps_expect_plan cannot approve both plans: compare all phones of "
        "the account in one play, or run each play by itself."
    ),
    "guard.unread": (
        "Guard rps_expect_plan will block this command if phones of {names} need changes by then: this report has no "
        "plan for them. Fix the access and run drift again first."
    ),
    "guard.limited": (
        "Guard rps_fleet_size will block this command: purge needs the whole fleet, but the run is limited. Run drift "
        "for the whole fleet, then apply its plan."
    ),
    "guard.partial": (
        "Guard rps_fleet_size will block this command: purge needs the whole fleet, but this is not the whole play. "
        "Run drift for the whole fleet, then apply its plan."
    ),
    "guard.size": (
        "Guard rps_fleet_size will block this command: purge needs the number of phones of the whole fleet. If these "
        "{phones} are the whole fleet, add -e rps_fleet_size={count}."
    ),
    "guard.size.one": (
        "Guard rps_fleet_size will block this command: purge needs the number of phones of the whole fleet. If this "
        "phone is the whole fleet, add -e rps_fleet_size=1."
    ),
    "guard.other_size": (
        "Guard rps_fleet_size will block this command: the play has {part} of {phones}. Complete the inventory, then "
        "run drift again."
    ),
    "conflicts.title": "Resolve conflicts",
    "conflicts": "{phones} are registered to another account. Check the MAC addresses.",
    "conflicts.one": "{phones} is registered to another account. Check the MAC address.",
    "conflicts.override": "If a phone is yours, set rps_override: true on its host.",
    "conflicts.no_override": (
        "If the service of a phone has no override, ask the owner of the other account to release the phone."
    ),
    "verify.title": "Verify {phones}",
    "verify.url_not_readable": (
        "{service} does not report their redirect URLs. If a binding may be wrong, rewrite it: run provision once with "
        "--limit and -e rps_force=true."
    ),
    "verify.url_not_declared": (
        "The inventory declares no redirect URL for them. Define their servers in rps_servers, or set rps_unique_url."
    ),
    "verify.rewritten_same": (
        "They were written again and still have the same redirect URLs. Define their servers in rps_servers, so that "
        "the URLs can be compared."
    ),
    "verify": "Their redirect URLs could not be checked; the Message column shows why.",
    "unmanaged.title": "Review {devices}",
    "unmanaged": "They are on an account but not declared in this play.",
    "unmanaged.one": "It is on an account but not declared in this play.",
    "unmanaged.partial": (
        "This run does not cover the whole fleet: before you remove a device, make sure that no other inventory "
        "declares it."
    ),
    "unmanaged.declare": "Declare them or add them to rps_ignore.",
    "unmanaged.declare.one": "Declare it or add it to rps_ignore.",
    "unmanaged.purged": "This run's purge leaves them alone.",
    "unmanaged.purged.one": "This run's purge leaves it alone.",
    "unmanaged.unlisted": (
        "To see what purge would remove, run drift with rps_purge: true. With rps_hosts, leave out the phones of "
        "{names}: purge needs accounts that can be listed."
    ),
    "unmanaged.purge": "To see what purge would remove, run drift with purge:",
    "problems.title": "Fix the problems",
    "problems": "See the problems in the overview, then run drift again.",
    "nothing.title": "Nothing to do",
    "nothing": "Every phone of this play matches the inventory, and no device is unmanaged.",
    # The page.
    "kind.drift": "Drift report",
    "kind.run": "Run report",
    "subtitle.play": "Play \u201c{play}\u201d",
    "subtitle.limit": "limited to {limit}",
    "subtitle.partial": "part of the play",
    "subtitle.accounts": "{part} of {accounts} read",
    "subtitle.read_only": "nothing was written",
    "long_command": "The command is too long for this page; drift.json has it.",
    "tile.phones": "phones",
    "tile.phones.one": "phone",
    "tile.phones.text": "declared in the play",
    "tile.drifted": "drifted",
    "tile.drifted.text": "differ from the inventory",
    "tile.uncompared": "not compared",
    "tile.uncompared.text": "refused, unknown or not read",
    "tile.in_sync.text": "match the inventory",
    "tile.unmanaged": "unmanaged devices",
    "tile.unmanaged.one": "unmanaged device",
    "tile.unmanaged.text": "not declared in this play",
    "tile.unmanaged.unknown": "not known",
    "tile.purges": "to purge",
    "tile.purges.text": "not declared, removed by purge",
    "bar.all": "All phones",
    "bar.unread": "could not be read",
    "bar.nothing": "no phones",
    "bar.part": "{part} of {phones}: {word}",
    "filter.any": "any ({all})",
    "filter.attention": "need attention",
    "filter.choice": "{word} ({part})",
    "row.absent": "absent",
    "row.present": "registered",
    "row.batches": "From a run in {count} batches; it approves nothing.",
    "row.guard": "Guard {name} would block it.",
    "row.unknown": "not known",
    "row.purges": "{part}, {purges} to purge",
    "devices.none": "None.",
    "devices.unknown": "Not known.",
    "devices.unread": "Accounts that could not be read may have more.",
    "devices.unlisted": ("Unmanaged devices of {names} are not known, because the service cannot list an account."),
    "fact.play": "Play",
    "fact.mode": "Mode",
    "fact.check_mode": "{mode}, check mode",
    "fact.phones": "Phones",
    "fact.phones.text": "{phones}, on {hosts} of the play",
    "fact.accounts": "Accounts read",
    "fact.accounts.text": "{part} of {all}",
    "fact.whole": "Whole fleet",
    "fact.whole.partial": "No: {why}",
    "fact.whole.size": "No: the play has {part} of {phones}",
    "fact.whole.yes": "Yes",
    "fact.whole.maybe": "Yes, if the play includes all your phones",
    "fact.size": "Fleet size (rps_fleet_size)",
    "fact.size.none": "not set",
    "fact.limit": "Limit",
    "fact.limit.none": "none",
    "fact.purge": "Purge (rps_purge)",
    "fact.yes": "yes",
    "fact.no": "no",
    # Parts of all reports.
    "listed_only": "on the account",
    "unreadable": "could not be read",
    "last_contact": "last asked {moment}",
    "no_contact": "registered, but has never asked",
    "shortened": "{text}\u2026 ({characters} characters)",
    "missing_hosts": "{hosts} of the play are not in this report",
    "missing_hosts.one": "{hosts} of the play is not in this report",
    # JUnit and Prometheus.
    "junit.suite": "voip.rps drift",
    "junit.unmanaged": "Unmanaged devices:",
    "junit.case": "{host} ({mac})",
    "junit.case_unmanaged": "{mac} (unmanaged)",
    "junit.server": "server {server}",
    "junit.summary": "Current: {current}. Desired: {desired}.",
    "junit.summary_action": "Current: {current}. Desired: {desired}. Action: {action}.",
    "metric.phones": "Phones by account and outcome, devices that purge removes included.",
    "metric.unmanaged": (
        "Devices on the account that the play does not declare; missing if the service cannot list an account."
    ),
    "metric.reached": "Whether the account could be read (1) or not (0).",
    "metric.time": "When the report was made, in seconds since 1970-01-01 UTC.",
    # Files.
    "file.unwritten": (
        "The reports could not be written to '{folder}': {why}. Set rps_report_dir to a folder that the user who runs "
        "Ansible may write to, and run again."
    ),
    "file.unkept": (
        "The report could not be kept in Ansible's temporary folder '{folder}': {why}. Set ANSIBLE_LOCAL_TEMP to a "
        "folder that can be written to, and run again."
    ),
}


def say(key: str, count: int = 0, **values: Any) -> str:
    """The text with this key; ``count`` is what its verb counts."""
    one = f"{key}.one"
    return TEXTS[one if count == 1 and one in TEXTS else key].format(count=count, **values)
