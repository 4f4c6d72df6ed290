# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's answer texts. The words between quotes are the vendors'; the section of each is beside it."""

from __future__ import annotations

from collections.abc import Sequence

OK = "OK"
INVALID_SERVER = "Invalid server"  # Yealink 4.1.3, Htek 1.3
NAME_CHARACTERS = "The server name can only contain 'A-z 0-9 - _ . '(include space)"  # Yealink 4.1.3, 4.9.3
OVERRIDE_VALUE = "Only 0 or 1 can be used:1 to override, 0 to cancel"  # Yealink 4.2.3, Htek 2.3
UNKNOWN_MAC = "The MAC is unknown"  # Yealink 4.10.3
UNIQUE_URL = "Invalid server url"  # Yealink 4.12.3
URL_SCHEME = "The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'"  # Yealink 4.9.3
NAME_EMPTY = "The server name can not be empty."  # Yealink 4.9.3
URL_EMPTY = "The server url can not be empty"  # Yealink 4.9.3
NAME_USED = "The server name has been used"  # Yealink 4.9.3
CHECK_INVALID = "Invalid MAC(s)"  # the samples Yealink 4.5.5.2, 4.14.5.2, Htek 5.5.2: the address is not named

# What can be wrong with one address of a register, edit or deregister call, in the order in which it is reported.
INVALID, REPEATED, ELSEWHERE, OWN = "invalid", "repeated", "elsewhere", "own"
PROBLEMS = (INVALID, REPEATED, ELSEWHERE, OWN)

_NAMING = {INVALID: "Invalid MAC(s)", REPEATED: "Repeated MAC(s)"}
_EXISTING = "Existing MAC(s)"  # Htek 1.3
_OVERRIDE_FAILED = "MAC address(es) overriding failed"  # Yealink 4.2.3, Htek 2.3
_ARE_YOU_SURE = {
    "yealink": "Are you sure you want to override MAC addresses.",  # 4.1.3
    "htek": "Are you sure you want to override MAC addresses",  # 1.3
}
_OTHER_ENTERPRISE = (  # Yealink 4.1.3
    "Please check the MAC address you entered\n"
    "If you need to continue adding this MAC, please create a ticket on https://ticket.yealink.com.\n"
    "We will review your complaint. You need to provide:\n"
    "(1)Device MAC and SN\n"
    "(2)Enterprise Name\n"
    "(3)Firmware Version\n"
    "(4)Login Account"
)


def _named(text: str, macs: Sequence[str], names: bool) -> str:
    return f"{text}:{', '.join(macs)}" if names else text


def refusal(vendor: str, problem: str, macs: Sequence[str], override: str | None, names: bool = True) -> str:
    """Return the text for one problem and the addresses that have it, without the `Error:` in front.

    `override` is None for the calls that have no such parameter. The same situation has other words in the two
    dialects, and other words again once isOverride is part of the call (lists in Yealink 4.1.3 against 4.2.3, Htek
    1.3 against 2.3).
    """
    if problem in _NAMING:
        return _named(_NAMING[problem], macs, names)
    if vendor == "yealink":
        if problem == ELSEWHERE:
            return f"{', '.join(macs)}\n{_OTHER_ENTERPRISE}" if names else _OTHER_ENTERPRISE
        return _ARE_YOU_SURE[vendor] if override is None else _OVERRIDE_FAILED
    if problem == OWN:
        return _named(_EXISTING, macs, names)
    return _ARE_YOU_SURE[vendor] if override is None else _OVERRIDE_FAILED
