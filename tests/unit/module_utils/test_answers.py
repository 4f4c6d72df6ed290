# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer means, per vendor: every documented phrase, and nothing that is off by one character."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors import responses as answers
from ansible_collections.voip.rps.plugins.module_utils._vendors.responses import (
    UnexpectedResponseError,
    classify_refusal,
    list_answer,
    status_answer,
    write_answer,
)

MAC, OTHER_MAC = "001565000001", "001565000002"
TICKET = """
If you need to continue adding this MAC, please create a ticket on https://ticket.yealink.com.
We will review your complaint. You need to provide:
(1)Device MAC and SN
(2)Enterprise Name
(3)Firmware Version
(4)Login Account"""
# (kind, fixed words, what may follow them). The words are those of the documents, without "Error:".
COMMON: list[tuple[str, str, str]] = [
    (answers.INVALID_MAC, "Invalid MAC(s):", MAC),
    (answers.INVALID_MAC, "Invalid MAC(s):", "00s1122334400"),
    (answers.INVALID_MAC, "Invalid MAC(s):", f"{MAC}, ..."),
    (answers.INVALID_MAC, "Invalid MAC(s): ", MAC),
    (answers.INVALID_MAC, "Invalid MAC(s)", ""),
    (answers.INVALID_MAC, "Invalid MAC", ""),
    (answers.INVALID_SERVER, "Invalid server", ""),
]
SERVER_NAME = "The server name can only contain 'A-z 0-9 - _ . '"
YEALINK: list[tuple[str, str, str]] = [
    *COMMON,
    (answers.SERVER_NAME_CHARACTERS, f"{SERVER_NAME}(include space)", ""),  # 4.1.3, 4.2.3, 4.9.3
    (answers.SERVER_NAME_CHARACTERS, "The server name can only contain 'A-z 0-9 - _ .' (include space)", ""),  # 4.6.3
    (answers.REPEATED_MAC, "Repeated MAC(s):", "00000000000d"),  # 4.6.3, 4.7.3
    (answers.OVERRIDE_VALUE, "Only 0 or 1 can be used:1 to override, 0 to cancel", ""),
    (answers.OVERRIDE_FAILED, "MAC address(es) overriding failed", ""),
    (answers.OWN_DEVICE, "Are you sure you want to override MAC addresses.", ""),  # 4.1.3, 4.6.3
    (answers.OWN_DEVICE, "Are you sure you want to override MAC addresses:", MAC),  # 4.12.3
    (answers.OWN_DEVICE, "Are you sure you want to override MAC addresses", ""),
    (answers.OTHER_ACCOUNT, f"{MAC}(MAC address)\nPlease check the MAC address you entered", TICKET),  # 4.1.3
    (answers.OTHER_ACCOUNT, f"{MAC}\nPlease check the MAC address you entered", TICKET),  # in practice
    (answers.OTHER_ACCOUNT, f"{MAC} Please check the MAC address you entered", ""),
    (answers.URL_SCHEME, "The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'", ""),  # 4.9.3
    (answers.URL_SCHEME, "Invalid server url", ""),  # 4.12.3, 4.13.3, 4.15.3
    (answers.SERVER_NAME_EMPTY, "The server name can not be empty.", ""),
    (answers.SERVER_URL_EMPTY, "The server url can not be empty", ""),
    (answers.SERVER_NAME_USED, "The server name has been used", ""),
    (answers.MAC_UNKNOWN, "The MAC is unknown", ""),  # 4.10.3, 4.13.3
]
HTEK: list[tuple[str, str, str]] = [
    *COMMON,
    (answers.OWN_DEVICE, "Existing MAC(s): ", MAC),  # 1.3, 2.3
    (answers.OWN_DEVICE, "Existing MAC(s):", MAC),  # 6.3
    (answers.OTHER_ACCOUNT, "Are you sure you want to override MAC addresses", ""),  # 1.3, 6.3
    (answers.OTHER_ACCOUNT, "Are you sure you want to override MAC addresses:", MAC),
    (answers.OVERRIDE_VALUE, "Only 0 or 1 can be used:1 to override, 0 to cancel", ""),
    (answers.OVERRIDE_FAILED, "MAC address(es) overriding failed", ""),
    # Assumed to be as Yealink's.
    (answers.SERVER_NAME_USED, "The server name has been used", ""),
    (answers.MAC_UNKNOWN, "The MAC is unknown", ""),
]
PHRASES = {"yealink": YEALINK, "htek": HTEK}
CASES = [(vendor, *phrase) for vendor, phrases in PHRASES.items() for phrase in phrases]
PREFIXES = ["", "Error:", "Error: "]
STATUSES = {
    "Registered": "registered",
    "Unregistered": "unregistered",
    "Registered Elsewhere": "registered_elsewhere",
    "Unknown": "unknown",
}
NO_DEVICES = ["No device(s) exists", "No devices found"]


def _styles(text: str) -> list[str]:
    """The text as samples pad it, as services send it, and over several lines."""
    return [text, f"\n            {text}\n          ", text.replace(" ", "\n"), text.replace(" ", " \r\n\t ")]


def _folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("vendor", "kind", "words", "tail"), CASES)
def test_a_documented_refusal_is_known_in_every_style(
    vendor: str, kind: str, words: str, tail: str, prefix: str
) -> None:
    for text in _styles(prefix + words + tail):
        refusal = write_answer(vendor, [False, text])
        assert refusal is not None
        assert (refusal.kind, refusal.text) == (kind, _folded(prefix + words + tail))
        assert classify_refusal(vendor, text) == refusal
        assert status_answer(vendor, [False, text]) == (refusal, "", None)
        assert list_answer(vendor, [False, text]) == (refusal, ())


@pytest.mark.parametrize("vendor", sorted(PHRASES))
@pytest.mark.parametrize(
    ("text", "macs"),
    [
        (f"Error:Invalid MAC(s):{MAC}", (MAC,)),
        ("Error:Invalid MAC(s):00-15-65-00-00-01, 00 15 65 00 00 02", (MAC, OTHER_MAC)),
        (f"Invalid MAC(s): {MAC}, {OTHER_MAC}, {MAC}", (MAC, OTHER_MAC)),
        ("Error:Invalid MAC(s):00s1122334400", ()),
        (f"{MAC}\nPlease check the MAC address you entered", (MAC,)),
        (f"Are you sure you want to override MAC addresses:{MAC}", (MAC,)),
        (f"Something new about {MAC}", (MAC,)),
    ],
)
def test_a_refusal_tells_which_devices_it_names(vendor: str, text: str, macs: tuple[str, ...]) -> None:
    assert classify_refusal(vendor, text).macs == macs


def test_the_same_phrase_means_different_things_to_the_vendors() -> None:
    asked = "Are you sure you want to override MAC addresses"
    assert classify_refusal("htek", asked).kind == answers.OTHER_ACCOUNT
    assert classify_refusal("yealink", asked).kind == answers.OWN_DEVICE
    assert classify_refusal("yealink", f"Existing MAC(s): {MAC}").kind == answers.OTHER


def test_the_faults_of_a_server_are_told_from_those_of_a_phone() -> None:
    kinds = {kind for _vendor, kind, _words, _tail in CASES}
    assert kinds & answers.SERVER_LEVEL == answers.SERVER_LEVEL
    assert kinds - answers.SERVER_LEVEL == {
        answers.INVALID_MAC,
        answers.REPEATED_MAC,
        answers.OWN_DEVICE,
        answers.OTHER_ACCOUNT,
        answers.OVERRIDE_VALUE,
        answers.OVERRIDE_FAILED,
        answers.MAC_UNKNOWN,
        answers.SERVER_NAME_USED,
    }


def _mutants(text: str) -> set[str]:
    """The text with every one of its characters deleted, doubled, and replaced in several ways."""
    found = set()
    for at, char in enumerate(text):
        before, after = text[:at], text[at + 1 :]
        found.update({before + after, before + char + char + after, before + char.swapcase() + after})
        found.update(before + other + after for other in ("x", "0", ".", " ", "\u0415"))
    return found - {text}


def _known(vendor: str) -> set[str]:
    """Every fixed phrase of a vendor, folded, as it may be written without changing its words."""
    # A final full stop and a blank around punctuation come and go within the documents themselves.
    return {_loose(prefix + words) for prefix in PREFIXES for _kind, words, _tail in PHRASES[vendor]}


def _loose(text: str) -> str:
    text = _folded(text).replace("Error : ", "Error:").replace("Error :", "Error:").replace("Error: ", "Error:")
    for spaced in ("used: ", "override, ", " . '", " .'", ". '"):
        text = text.replace(spaced, spaced.replace(" ", ""))
    return text.replace("' (", "'(").replace(" :", ":").rstrip(".: ")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("vendor", "kind", "words", "tail"), CASES)
def test_a_refusal_that_is_off_by_one_character_is_an_unknown_refusal(
    vendor: str, kind: str, words: str, tail: str, prefix: str
) -> None:
    same, checked = _known(vendor), 0
    for mutant in _mutants(prefix + words):
        text = mutant + tail
        if _loose(mutant) in same:
            continue  # only a blank or a full stop that comes and goes within the documents
        if kind == answers.OTHER_ACCOUNT and re.fullmatch(f"(Error: ?)?[0-9a-f]{{12}}{re.escape(words[12:])}", mutant):
            continue  # another device
        if kind != answers.OTHER_ACCOUNT and tail and mutant.startswith((prefix + words).rstrip()):
            continue  # the change is in the list of devices
        checked += 1
        refusal = write_answer(vendor, [False, text])
        assert refusal is not None
        assert refusal.kind == answers.OTHER, text
        assert refusal.text == _folded(text)
    assert checked > len(words) * 4


@pytest.mark.parametrize("mac", ["00156500000", "0015650000011", "00s1122334400", "00156500000g", ""])
def test_another_enterprises_device_is_known_by_a_whole_mac_only(mac: str) -> None:
    text = f"Error: {mac}\nPlease check the MAC address you entered{TICKET}"
    assert classify_refusal("yealink", text).kind == answers.OTHER


@pytest.mark.parametrize("vendor", sorted(PHRASES))
@pytest.mark.parametrize("mutant", sorted(_mutants("OK")))
def test_ok_that_is_off_by_one_character_is_never_ok(vendor: str, mutant: str) -> None:
    if mutant.strip() == "OK":
        return
    with pytest.raises(UnexpectedResponseError):
        write_answer(vendor, [True, mutant])


@pytest.mark.parametrize("vendor", sorted(PHRASES))
@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_status_that_is_off_by_one_character_is_an_error(vendor: str, status: str) -> None:
    for mutant in _mutants(status):
        if _folded(mutant) in STATUSES:
            continue
        with pytest.raises(UnexpectedResponseError):
            status_answer(vendor, [True, mutant])
        with pytest.raises(UnexpectedResponseError):
            status_answer(vendor, [True, mutant, "http://h/"])


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("vendor", sorted(PHRASES))
@pytest.mark.parametrize("phrase", NO_DEVICES)
def test_no_devices_in_words_is_an_empty_list_and_nothing_near_it_is(vendor: str, phrase: str, prefix: str) -> None:
    for text in _styles(prefix + phrase):
        assert list_answer(vendor, [False, text]) == (None, ())
    for mutant in _mutants(phrase):
        if _folded(mutant) in NO_DEVICES:
            continue
        refusal, macs = list_answer(vendor, [False, prefix + mutant])
        assert refusal is not None
        assert (refusal.kind, macs) == (answers.OTHER, ())


@pytest.mark.parametrize("vendor", sorted(PHRASES))
def test_no_devices_is_an_answer_to_list_devices_only(vendor: str) -> None:
    for text in NO_DEVICES:
        refusal = write_answer(vendor, [False, text])
        assert refusal is not None
        assert refusal.kind == answers.OTHER
        assert status_answer(vendor, [False, text])[0] == refusal
        with pytest.raises(UnexpectedResponseError):
            list_answer(vendor, [True, text])


@pytest.mark.parametrize("reader", [write_answer, status_answer, list_answer])
@pytest.mark.parametrize("vendor", sorted(PHRASES))
def test_true_with_an_errors_text_contradicts_itself(vendor: str, reader: Any) -> None:
    for _kind, words, tail in PHRASES[vendor]:
        for prefix in PREFIXES:
            with pytest.raises(UnexpectedResponseError):
                reader(vendor, [True, prefix + words + tail])
