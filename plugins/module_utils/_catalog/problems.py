# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of input problems, by code. Pure.

PRIVATE to the collection: may change without notice.

In templates ``{opt_unique_url}`` and the like name an option, and ``{service}`` is the vendor's title. If a problem has
a ``count``, the templates can use ``{is_are}``, ``{has_have}``, ``{was_were}`` and numbers with their noun, such as
``{n_phones}``.
"""

from __future__ import annotations

from typing import NamedTuple


class ProblemText(NamedTuple):
    """``text`` completes "<option> ...", or is the sentence if no option is to blame. ``more`` is its end after the
    subjects, with its own punctuation. ``fix`` is the next step, a sentence of its own."""

    text: str
    fix: str = ""
    more: str = ""


# How to write text so that it stays text. Ansible's INI inventories take one pair of quotes away.
_QUOTE = 'Put it in quotes: "0012" in YAML (without !unsafe) and under [group:vars], \'"0012"\' on an INI host line'

_QUOTE_MAC = (
    'Put the MAC address in quotes: "001565000001" in YAML (without !unsafe) and under [group:vars], '
    "'\"001565000001\"' on an INI host line"
)

PROBLEMS: dict[str, ProblemText] = {
    # values
    "required": ProblemText("is required"),
    "empty": ProblemText("is empty", "Give a value, or leave the option out."),
    "empty.list": ProblemText("is empty", "Give a list, or leave the option out."),
    "empty.name": ProblemText("has an empty name"),
    "not_text": ProblemText("must be text, not {kind}"),
    "not_text.converted": ProblemText("must be text, but was read as {kind}", f"{_QUOTE}."),
    "not_text.mac": ProblemText("must be text, but was read as {kind}", f"{_QUOTE_MAC}."),
    "not_a_boolean": ProblemText("must be true or false, not '{value}'"),
    "not_a_number": ProblemText("must be a number from {low:g} to {high:.0f}, not '{value}'"),
    "not_a_number.whole": ProblemText("must be a whole number from {low:g} to {high:.0f}, not '{value}'"),
    "not_a_number.seconds": ProblemText("must be a number of seconds from {low:g} to {high:.0f}, not '{value}'"),
    "not_a_list": ProblemText("must be a list, not {kind}"),
    "not_a_choice": ProblemText("must be {choices}"),
    "not_a_choice.value": ProblemText("must be {choices}, not '{value}'"),
    "not_a_choice.kind": ProblemText("must be {choices}, but was read as {kind}"),
    "unknown_option": ProblemText("there is no option '{value}'"),
    "unknown_option.of": ProblemText("has no option '{value}'"),
    "mac_unusable": ProblemText("is not usable", more=": {why}"),
    "url_scheme": ProblemText("must begin with http://, https://, ftp:// or tftp://"),
    "url_no_host": ProblemText("has no host"),
    "url_unprintable": ProblemText("contains white space or control characters"),
    "url_host": ProblemText("has no usable host or port"),
    # connection
    "vendor_required": ProblemText("is required: {choices}"),
    "login_required": ProblemText("and api_password are required"),
    "login_required.environment": ProblemText(
        "and api_password are required",
        "Set both, or set {variables}_USERNAME and {variables}_PASSWORD in the environment.",
    ),
    "login_required.half": ProblemText(
        "is required",
        "Set both api_username and api_password, or {variables}_USERNAME and {variables}_PASSWORD in the environment.",
    ),
    "login_not_utf8": ProblemText("has bytes that are not text", "Write it as UTF-8."),
    "login_colon": ProblemText("cannot contain a colon (basic authentication)"),
    "half_login": ProblemText("{given} is set, but {missing} is not; set both"),
    "other_login": ProblemText("RPS_API_USERNAME is not used, because RPS_VENDOR is {reserved} and not {vendor}"),
    "api_url_required": ProblemText(
        "is required: the address of {service} depends on the region of the account", "See the vendor's portal for it."
    ),
    "api_url_scheme": ProblemText("must begin with https://"),
    "api_url_login": ProblemText("must not contain a login; give it as api_username and api_password"),
    "api_url_unusable": ProblemText("is not a usable address"),
    "api_url_plain": ProblemText(
        "would send the password unencrypted to {host}; use https:// (http:// is accepted for localhost only)"
    ),
    "ca_path_unusable": ProblemText("is not a readable bundle of CA certificates: {path}", "Correct the path."),
    "ca_bundle_unusable": ProblemText(
        "the environment variable REQUESTS_CA_BUNDLE is not a readable bundle of CA certificates: {path}",
        "Correct the path.",
    ),
    "ca_path_missing": ProblemText("names a file that does not exist: {path}", "Correct the path."),
    # phones and servers
    "not_a_device": ProblemText("a phone must be a dictionary with mac and its other options"),
    "declared_twice": ProblemText("{phone} is declared {count} times: {where}", "Declare each phone once."),
    "unsupported.override": ProblemText(
        "is not supported by {service}", "Remove it; only the other account can release its phone."
    ),
    "unsupported.unique_url": ProblemText(
        "is not supported by {service}", "Remove it; {service} binds phones to servers only."
    ),
    "unsupported.serial": ProblemText(
        "is not supported by {service}", "Remove it; only services that need serial numbers take it."
    ),
    "url_required": ProblemText("or {opt_unique_url} is required", more=", because {service} binds a phone to a URL"),
    "name_required": ProblemText("is required", more=", because {service} stores this name with the phone"),
    "name_characters": ProblemText("can only contain {allowed}, not '{value}'"),
    "not_a_server": ProblemText("must be a dictionary with name and url"),
    "server_twice": ProblemText("defines server '{server}' again", "Define each server once."),
    # a run
    "not_a_limit": ProblemText("must be a percentage such as 10% or a count such as 5, not '{value}'"),
    "not_a_digest": ProblemText(
        "must be the digest of a plan, sha256: and 64 hex digits",
        "Take it from a drift report, or from what a run in check mode returns.",
    ),
    "not_a_prefix": ProblemText("has '{value}', which is neither a MAC address nor the beginning of one"),
    "prefix_declared": ProblemText(
        "has the beginning of {few}, which {is_are} declared",
        "A phone cannot be both declared and ignored: remove the entry or the declaration.",
    ),
    "purge_empty": ProblemText(
        "with an empty list of devices would remove every device of the account",
        "Declare the phones, or deregister them with state: absent.",
    ),
    "purge_server_without_url": ProblemText(
        "has server '{value}', whose URL is not declared", "Give a phone of this server its server_url."
    ),
    "unsupported.no_list": ProblemText(
        "is not supported by {service}, which cannot list an account", "Deregister phones with state: absent."
    ),
    "unsupported.no_urls": ProblemText(
        "is not supported by {service}, which does not report redirect URLs", "Remove it."
    ),
    "mac_required": ProblemText("is required", more=", because {service} cannot list an account"),
    # the module rps_server
    "no_servers": ProblemText(
        "{service} has no servers, because it binds a phone to a URL",
        "Set server_url of the phone in rps_device or rps_devices instead.",
    ),
    "unsupported.delete": ProblemText(
        "absent is not supported by {service}, which has no call to delete a server",
        "Delete the server in the vendor's portal.",
    ),
    "unsupported.edit": ProblemText(
        "is not supported by {service}, which has no call to edit a server",
        "Edit the server in the vendor's portal.",
    ),
    # the inventory plugin
    "inventory_no_list": ProblemText(
        "{value} cannot be an inventory source, because {service} cannot list an account",
        "List its phones in another inventory source.",
    ),
    "hostname_empty": ProblemText(
        "gives no name to {phone}", "Use a template that differs for each device, such as phone-{{{{ rps_mac }}}}."
    ),
    "hostname_same": ProblemText(
        "gives '{value}' to {phone} and to another device",
        "Use a template that differs for each device, such as phone-{{{{ rps_mac }}}}.",
    ),
    "hostname_unusable": ProblemText("cannot be used for {phone}: {why}"),
    # the role: accounts
    "accounts_not_a_dictionary": ProblemText(
        "must be a dictionary of accounts, each with vendor, api_username and api_password"
    ),
    "account_not_a_dictionary": ProblemText("must be a dictionary with vendor, api_username and api_password"),
    "account_without_name": ProblemText("has an account with an empty name"),
    "account_required": ProblemText("is required", "Set it to {choices}."),
    "account_required.server": ProblemText(
        "is required", "Set it to {choices}.", ", because there are {count} accounts"
    ),
    "account_unknown": ProblemText("'{value}' is not defined in rps_accounts"),
    "account_unknown.environment": ProblemText(
        "'{value}' is not defined in the environment", "Define it in rps_accounts."
    ),
    "account_unknown.vendor": ProblemText(
        "'{value}' is not defined in the environment", "Set {variables}_USERNAME and {variables}_PASSWORD."
    ),
    "accounts_required": ProblemText(
        "is not set, and the environment has no login",
        "Set rps_accounts. Or set in the environment RPS_VENDOR, RPS_API_USERNAME and RPS_API_PASSWORD, or "
        "{variables}_USERNAME and {variables}_PASSWORD (likewise for {names}).",
    ),
    "environment_without_vendor": ProblemText(
        "RPS_API_USERNAME and RPS_API_PASSWORD are set, but RPS_VENDOR is not", "Set RPS_VENDOR to {choices}."
    ),
    "same_login": ProblemText(
        "defines the same login at the same address {count} times: {names}", "Remove all but one of them."
    ),
    "same_login.environment": ProblemText(
        "{names} are the same login at the same address", "Unset all but one of them."
    ),
    # the role: servers
    "servers_not_a_list": ProblemText("must be a list of dictionaries with name, url and account"),
    "server_not_a_dictionary": ProblemText("must be a dictionary with name, url and account"),
    "server_twice.account": ProblemText("defines server '{server}' of account {account} again", "Define it once."),
    "server_undefined": ProblemText(
        "server '{server}' is used by {n_phones} but not defined in rps_servers",
        "Hosts: {hosts}. Correct the name, define the server, or set rps_undeclared_servers: true.",
    ),
    "server_undefined_of_account": ProblemText(
        "server '{server}' is used by {n_phones} but not defined in rps_servers for account {account}",
        "Hosts: {hosts}. Correct the name, define the server, or set rps_undeclared_servers: true.",
    ),
    "server_undefined.url": ProblemText(
        "server '{server}' is used by {n_phones} but not defined in rps_servers",
        "Hosts: {hosts}. Correct the name, or define the server.",
    ),
    "server_undefined.url_of_account": ProblemText(
        "server '{server}' is used by {n_phones} but not defined in rps_servers for account {account}",
        "Hosts: {hosts}. Correct the name, or define the server.",
    ),
    "purge_server_undefined": ProblemText("has server '{value}', which rps_servers does not define"),
    "purge_server_undefined.no_urls": ProblemText(
        "has server '{value}', but the service of this server does not report redirect URLs"
    ),
    # the role: hosts and other variables
    "mac_variable_required": ProblemText(
        "is required", "Set it, or keep hosts without a phone out of the play with rps_hosts, hosts or --limit."
    ),
    "mac_twice": ProblemText("{phone} is the rps_mac of {count} hosts: {hosts}", "Declare each phone once."),
    "template_unusable": ProblemText("cannot be used", more=": {why}"),
    "differs": ProblemText(
        "differs between hosts ({reference} and {host})", "Set it to the same value on all hosts of the play."
    ),
    "differs.more": ProblemText(
        "differs between hosts ({reference} and {host} and {count:,} more)",
        "Set it to the same value on all hosts of the play.",
    ),
    "not_whole": ProblemText("must be a whole number, not '{value}'"),
    "size_is_a_template": ProblemText(
        "is a template, which could count the phones of an incomplete inventory", "Pass the number itself with -e."
    ),
    "plans_empty": ProblemText("is empty", "Use rps_drift.plans of a drift run, or leave rps_expect_plan out."),
    "plans_not_a_dictionary": ProblemText(
        "must be a dictionary with a digest for each account",
        "Use rps_drift.plans of a drift run, or leave rps_expect_plan out.",
    ),
    "plan_of_unknown_account": ProblemText(
        "has a plan for an account that does not exist: '{value}' is not defined in rps_accounts"
    ),
    "plan_of_unknown_account.environment": ProblemText(
        "has a plan for an account that does not exist: '{value}' is not defined in the environment"
    ),
    "plan_in_batches": ProblemText("cannot be used in a play with more than one batch", "Remove serial from the play."),
    "purge_no_list": ProblemText(
        "is not supported by {service} (account {account}), which cannot list an account",
        "Set rps_purge: false. Purge the other accounts in a run of their own, with rps_hosts.",
    ),
    "purge_no_urls": ProblemText(
        "is not supported by {service} (account {account}), which does not report redirect URLs",
        "Purge the other accounts in a run of their own, with rps_hosts.",
    ),
    "not_a_variable": ProblemText("is not a variable of the role but is set", more="; did you mean {variable}?"),
}
# What may have been meant: the end of the sentence of any problem that has such a parameter.
HINTS: dict[str, str] = {
    "meant": "; did you mean '{meant}'?",
    "misspelt": "; {misspelt} is set: did you mean {variable}?",
    "misspelt_there": "; {misspelt_there} is set there: did you mean {variable}?",
}

# What the library is for is in the requirements of each plugin.
LIBRARY = "The Python library {library} is missing. Install it for the Python that runs Ansible: pip install {library}"

# What a value that should be text was read as.
KINDS: dict[str, str] = {
    "boolean": "a boolean",
    "number": "a number",
    "date": "a date",
    "dictionary": "a dictionary",
    "list": "a list",
    "other": "something else",
}

# Why a text is no MAC address of a phone. The filter plugin shows these too.
MACS: dict[str, str] = {
    "not_a_mac": (
        "'{value}' is not a MAC address; write 12 hex digits as 001565000001, 00-15-65-00-00-01, 00 15 65 00 00 01 or "
        "00:15:65:00:00:01"
    ),
    "not_a_mac.other": "'{value}' is in a notation that no service documents; write {mac}",
    "not_a_mac.number": (
        "'{value}' is not a MAC address (if it was read as a number, put it in quotes); write 12 hex digits as "
        "001565000001, 00-15-65-00-00-01, 00 15 65 00 00 01 or 00:15:65:00:00:01"
    ),
    "all_zero": "'{value}' is the all-zero address, which no phone has; give the MAC printed on the phone",
    "broadcast": "'{value}' is the broadcast address, which no phone has; give the MAC printed on the phone",
    "multicast": "'{value}' is a multicast address, which no phone has; give the MAC printed on the phone",
    "notation": "'{value}' is not a MAC notation; use one of {choices}",
    "upper": "upper must be true or false",
}
FILTER = "voip.rps.mac: {why}."
