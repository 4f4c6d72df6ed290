# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer's value -> what it means, by vendor. The only room that looks at the service's words. Pure.

Every phrase is matched whole and in the documents' own case after folding white space and dropping an ``Error:``
in front, so a text that is off by one character is never taken for a known one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern
from typing import Any

from .._mac import macs_in_text, parse_mac
from .._model import ELSEWHERE, REGISTERED, UNKNOWN_STATUS, UNREGISTERED

# Kinds of refusal.
INVALID_MAC = "invalid_mac"
OWN_DEVICE = "own_device"
OTHER_ACCOUNT = "other_account"
INVALID_SERVER = "invalid_server"
SERVER_NAME_CHARACTERS = "server_name_characters"
SERVER_NAME_EMPTY = "server_name_empty"
SERVER_NAME_USED = "server_name_used"
SERVER_URL_EMPTY = "server_url_empty"
URL_SCHEME = "url_scheme"
REPEATED_MAC = "repeated_mac"
OVERRIDE_VALUE = "override_value"
OVERRIDE_FAILED = "override_failed"
MAC_UNKNOWN = "mac_unknown"
OTHER = "other"

# These blame the server that was named, so every phone of the call shares them.
SERVER_LEVEL = frozenset({INVALID_SERVER, SERVER_NAME_CHARACTERS, SERVER_NAME_EMPTY, URL_SCHEME, SERVER_URL_EMPTY})


class UnexpectedResponseError(ValueError):
    """The value is XML-RPC but no answer of this protocol, or it contradicts itself."""


@dataclass(frozen=True)
class Refusal:
    """A call that the service refused: why, its words (white space folded), the MACs that it named."""

    kind: str
    text: str
    macs: tuple[str, ...] = ()


_MACS = r"[0-9A-Za-z:, .;-]*"
_COMMON: list[tuple[str, str]] = [
    (INVALID_MAC, rf"Invalid MAC(?:\(s\))?\s?(?::{_MACS})?"),
    (REPEATED_MAC, rf"Repeated MAC\(s\)\s?:{_MACS}"),
    (INVALID_SERVER, r"Invalid server"),
    (SERVER_NAME_CHARACTERS, r"The server name can only contain 'A-z 0-9 - _ ?\. ?' ?\(include space\)\.?"),
    (SERVER_NAME_EMPTY, r"The server name can not be empty\.?"),
    (SERVER_URL_EMPTY, r"The server url can not be empty\.?"),
    (SERVER_NAME_USED, r"The server name has been used\.?"),
    (URL_SCHEME, r"The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'\.?"),
    (URL_SCHEME, r"Invalid server url\.?"),
    (OVERRIDE_VALUE, r"Only 0 or 1 can be used: ?1 to override, ?0 to cancel\.?"),
    (OVERRIDE_FAILED, r"MAC address\(es\) overriding failed\.?"),
    (MAC_UNKNOWN, r"The MAC is unknown\.?"),
    (OTHER_ACCOUNT, r"[0-9a-f]{12}(?:\(MAC address\))? Please check the MAC address you entered(?: .*)?"),
]
_OVERRIDE_ASKED = rf"Are you sure you want to override MAC addresses\.?\s?(?::{_MACS})?"
_PHRASES: dict[str, list[tuple[str, Pattern[str]]]] = {
    vendor: [(kind, re.compile(pattern)) for kind, pattern in _COMMON + own]
    for vendor, own in {
        # Yealink 4.1.3 and 4.2: the device is one's own; 4.6.3 and 4.12.3 still say another user's.
        # So the kind is a hint for the message, and ownership is always asked of checkDevice.
        "yealink": [(OWN_DEVICE, _OVERRIDE_ASKED)],
        # Htek 1.3: the same phrase means another user's device, and this one means one's own.
        "htek": [(OTHER_ACCOUNT, _OVERRIDE_ASKED), (OWN_DEVICE, rf"Existing MAC\(s\)\s?:{_MACS}")],
    }.items()
}
_STATUS: dict[str, str] = {
    "Registered": REGISTERED,
    "Unregistered": UNREGISTERED,
    "Registered Elsewhere": ELSEWHERE,
    "Unknown": UNKNOWN_STATUS,
}
# Yealink 4.4.3 and both samples; Htek 4.2 in prose. No other text is an empty list.
_EMPTY_LIST = frozenset({"No device(s) exists", "No devices found"})
_ERROR_PREFIX = re.compile(r"Error ?: ?")


def _pair(value: Any) -> tuple[bool, Any, str | None]:
    """Split ``[bool, text]`` or ``[bool, text, url]``. Raises MeaningError on any other shape."""
    if not isinstance(value, list) or len(value) not in (2, 3) or not isinstance(value[0], bool):
        raise UnexpectedResponseError("its answer does not have the documented shape of a boolean and a text")
    extra = value[2] if len(value) == 3 else None
    if extra is not None and not isinstance(extra, str):
        raise UnexpectedResponseError("the third part of its answer is no text")
    return value[0], value[1], extra


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise UnexpectedResponseError("the second part of its answer is no text")
    return " ".join(value.split())


def _stripped(text: str) -> str:
    return _ERROR_PREFIX.sub("", text, count=1) if _ERROR_PREFIX.match(text) else text


def classify_refusal(vendor: str, text: str) -> Refusal:
    """What a refusal's text means for this vendor; ``other`` where it is not a known one."""
    folded = " ".join(text.split())
    core = _stripped(folded)
    for kind, pattern in _PHRASES[vendor]:
        if pattern.fullmatch(core):
            return Refusal(kind, folded, macs_in_text(core))
    return Refusal(OTHER, folded, macs_in_text(core))


def write_answer(vendor: str, value: Any) -> Refusal | None:
    """None where the service said OK, else the refusal (all writing calls).

    Raises MeaningError for another shape, true with anything but OK, or false with OK.
    """
    good, raw, _extra = _pair(value)
    text = _text(raw)
    if good:
        if text != "OK":
            raise UnexpectedResponseError(f"its answer contradicts itself: true, with the text '{text[:200]}'")
        return None
    if text == "OK" or not text:
        raise UnexpectedResponseError(
            "its answer contradicts itself: false, with the text OK" if text else "it refused in silence"
        )
    return classify_refusal(vendor, text)


def status_answer(vendor: str, value: Any) -> tuple[Refusal | None, str, str | None]:
    """(refusal or None, status, URL or None) of checkDevice and checkDeviceExt (Yealink 4.5, 4.14; Htek 5).

    Raises MeaningError as write_answer does, and for a status that is not documented.
    """
    good, raw, extra = _pair(value)
    text = _text(raw)
    if not good:
        if text in _STATUS or text == "OK" or not text:
            raise UnexpectedResponseError(f"its answer contradicts itself: false, with the text '{text}'")
        return classify_refusal(vendor, text), "", None
    if text not in _STATUS:
        raise UnexpectedResponseError(f"it named a status that is not documented: '{text[:200]}'")
    url = extra.strip() if extra is not None and _STATUS[text] == REGISTERED else None
    return None, _STATUS[text], url or None


def list_answer(vendor: str, value: Any) -> tuple[Refusal | None, tuple[str, ...]]:
    """(refusal or None, MACs in order, each once) of listDevices (Yealink 4.4, Htek 4).

    Raises MeaningError for an entry that is no MAC: a list that is only partly understood is no list. True with no
    entry at all is an error too, since the service says in words that there are none.
    """
    good, raw, _extra = _pair(value)
    if not good:
        text = _text(raw)
        if _stripped(text) in _EMPTY_LIST:
            return None, ()
        if text == "OK" or not text:
            raise UnexpectedResponseError(f"its answer contradicts itself: false, with the text '{text}'")
        return classify_refusal(vendor, text), ()
    if not isinstance(raw, list):
        raise UnexpectedResponseError("its answer says true and holds no list")
    macs: dict[str, None] = {}
    for item in raw:
        try:
            macs[parse_mac(item)] = None
        except ValueError:
            raise UnexpectedResponseError("its list of devices holds an entry that is no MAC address") from None
    if not macs:
        raise UnexpectedResponseError("its list of devices is empty, but it does not say that there are none")
    return None, tuple(macs)


def fault_means_absent(code: int, text: str) -> bool:
    """Whether a fault says that the method does not exist. -32601 is the XML-RPC convention for it."""
    words = text.lower()
    return code == -32601 or bool(
        re.search(r"\b(method|handler|procedure|function|call)\b", words)
        and re.search(r"\b(no|not|unknown|undefined|unsupported|invalid|missing|unavailable)\b", words)
    )
