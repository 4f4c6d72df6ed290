# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Yealink and Htek: what every answer means; every documented phrase and nothing near it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc import decode
from ansible_collections.voip.rps.plugins.module_utils._model import (
    ELSEWHERE,
    REGISTERED,
    UNKNOWN_STATUS,
    UNREGISTERED,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors import base
from ansible_collections.voip.rps.plugins.module_utils._vendors.htek import HtekService
from ansible_collections.voip.rps.plugins.module_utils._vendors.pair_answers import (
    classify_refusal,
    read_write_answer,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.parts import UnexpectedResponseError, fold
from ansible_collections.voip.rps.plugins.module_utils._vendors.rps_family import (
    RpsFamilyService,
    read_list,
    read_status,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.yealink import YealinkService
from support.documents import DOCUMENTS, SAMPLES

MAC, SECOND = "001565000001", "001565000002"
URL, UNIQUE = "https://office.example.com/", "https://one.example.com/t0ken?x=1&y=2"
VENDORS: dict[str, type[RpsFamilyService]] = {"yealink": YealinkService, "htek": HtekService}
PHRASES = {name: service.phrases for name, service in VENDORS.items()}
vendors = pytest.mark.parametrize("vendor", sorted(VENDORS))

TICKET = """
If you need to continue adding this MAC, please create a ticket on https://ticket.yealink.com.
We will review your complaint. You need to provide:
(1)Device MAC and SN
(2)Enterprise Name
(3)Firmware Version
(4)Login Account"""
# (kind, fixed words, what may follow them). The words are those of the documents, without "Error:".
COMMON: list[tuple[str, str, str]] = [
    (base.INVALID_MAC, "Invalid MAC(s):", MAC),
    (base.INVALID_MAC, "Invalid MAC(s):", "00s1122334400"),
    (base.INVALID_MAC, "Invalid MAC(s):", f"{MAC}, ..."),
    (base.INVALID_MAC, "Invalid MAC(s): ", MAC),
    (base.INVALID_MAC, "Invalid MAC(s)", ""),
    (base.INVALID_MAC, "Invalid MAC", ""),
    (base.SERVER_UNKNOWN, "Invalid server", ""),
    (base.OTHER, "Only 0 or 1 can be used:1 to override, 0 to cancel", ""),
    (base.OTHER_ACCOUNT, "MAC address(es) overriding failed", ""),
    (base.SERVER_NAME_USED, "The server name has been used", ""),
    (base.NOT_REGISTERED, "The MAC is unknown", ""),  # 4.10.3, 4.13.3
]
SERVER_NAME = "The server name can only contain 'A-z 0-9 - _ . '"
TEXTS: dict[str, list[tuple[str, str, str]]] = {
    "yealink": [
        *COMMON,
        (base.SERVER_INVALID, f"{SERVER_NAME}(include space)", ""),  # 4.1.3, 4.2.3, 4.9.3
        (base.SERVER_INVALID, "The server name can only contain 'A-z 0-9 - _ .' (include space)", ""),  # 4.6.3
        (base.INVALID_MAC, "Repeated MAC(s):", "00000000000d"),  # 4.6.3, 4.7.3
        (base.OWN_DEVICE, "Are you sure you want to override MAC addresses.", ""),  # 4.1.3, 4.6.3
        (base.OWN_DEVICE, "Are you sure you want to override MAC addresses:", MAC),  # 4.12.3
        (base.OWN_DEVICE, "Are you sure you want to override MAC addresses", ""),
        (base.OTHER_ACCOUNT, f"{MAC}(MAC address)\nPlease check the MAC address you entered", TICKET),  # 4.1.3
        (base.OTHER_ACCOUNT, f"{MAC}\nPlease check the MAC address you entered", TICKET),  # in practice
        (base.OTHER_ACCOUNT, f"{MAC} Please check the MAC address you entered", ""),
        (base.SERVER_INVALID, "The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'", ""),
        (base.SERVER_INVALID, "Invalid server url", ""),  # 4.12.3, 4.13.3, 4.15.3
        (base.SERVER_INVALID, "The server name can not be empty.", ""),
        (base.SERVER_INVALID, "The server url can not be empty", ""),
    ],
    "htek": [
        *COMMON,
        (base.OWN_DEVICE, "Existing MAC(s): ", MAC),  # 1.3, 2.3
        (base.OWN_DEVICE, "Existing MAC(s):", MAC),  # 6.3
        (base.OTHER_ACCOUNT, "Are you sure you want to override MAC addresses", ""),  # 1.3, 6.3
        (base.OTHER_ACCOUNT, "Are you sure you want to override MAC addresses:", MAC),
    ],
}
CASES = [(vendor, *text) for vendor, texts in TEXTS.items() for text in texts]
PREFIXES = ["", "Error:", "Error: "]
STATUSES = {
    "Registered": REGISTERED,
    "Unregistered": UNREGISTERED,
    "Registered Elsewhere": ELSEWHERE,
    "Unknown": UNKNOWN_STATUS,
}
NO_DEVICES = ["No device(s) exists", "No devices found"]


def styles(text: str) -> list[str]:
    """The text as samples pad it, as services send it, and over several lines."""
    return [text, f"\n            {text}\n          ", text.replace(" ", "\n"), text.replace(" ", " \r\n\t ")]


def mutants(text: str, *, case: bool = True) -> set[str]:
    """The text with every one of its characters deleted, doubled, and replaced in several ways."""
    found = set()
    for at, char in enumerate(text):
        before, after = text[:at], text[at + 1 :]
        found.update({before + after, before + char + char + after})
        found.update(before + other + after for other in ("x", "0", ".", " ", "\u0415"))
        found.update({before + char.swapcase() + after} if case else ())
    return found - {text}


# Samples of the documents.


def meaning(sample: dict[str, Any]) -> Any:
    known, content = PHRASES[sample["vendor"]], decode(Path(DOCUMENTS, sample["file"]).read_bytes())
    if sample["method"] == "redirect.listDevices":
        return read_list(known, content)
    if sample["method"].startswith("redirect.check"):
        return read_status(known, content)
    return read_write_answer(known, content)


def samples(list_call: bool, status_call: bool, good: bool) -> list[Any]:
    return [
        pytest.param(sample, id=f"{sample['vendor']}-{sample['section']}")
        for sample in SAMPLES
        if sample["vendor"] in VENDORS
        and sample["kind"] == "answer"
        and sample["well_formed"]
        and (sample["vendor"], sample["section"]) != ("htek", "4.4.1")
        and (sample["method"] == "redirect.listDevices") is list_call
        and sample["method"].startswith("redirect.check") is status_call
        and sample["value"][0] is good
    ]


@pytest.mark.parametrize("sample", samples(False, False, True))
def test_the_documents_accepted_writes_are_accepted(sample: dict[str, Any]) -> None:
    assert meaning(sample) is None


@pytest.mark.parametrize("sample", samples(False, False, False))
def test_the_documents_refused_writes_are_refused(sample: dict[str, Any]) -> None:
    refusal = meaning(sample)
    used = "has been used" in sample["value"][1]
    assert refusal.kind == (base.SERVER_NAME_USED if used else base.INVALID_MAC)
    assert refusal.text == sample["value"][1]


@pytest.mark.parametrize("sample", samples(False, True, True))
def test_the_documents_statuses_are_read(sample: dict[str, Any]) -> None:
    _true, _text, *url = sample["value"]
    assert meaning(sample) == (None, REGISTERED, *(url or [None]))


@pytest.mark.parametrize("sample", samples(False, True, False))
def test_the_documents_refused_reads_are_refused(sample: dict[str, Any]) -> None:
    refusal, status, url = meaning(sample)
    assert (refusal.kind, refusal.text, status, url) == (base.INVALID_MAC, sample["value"][1], "", None)


@pytest.mark.parametrize("sample", samples(True, False, True))
def test_the_documents_list_is_read(sample: dict[str, Any]) -> None:
    assert meaning(sample) == (None, {"001122334402"})


@pytest.mark.parametrize("sample", samples(True, False, False))
def test_the_documents_empty_list_is_empty(sample: dict[str, Any]) -> None:
    assert meaning(sample) == (None, frozenset())


def test_htek_s_sample_of_a_list_with_one_empty_value_is_no_list() -> None:
    sample = next(one for one in SAMPLES if (one["vendor"], one["section"]) == ("htek", "4.4.1"))
    with pytest.raises(UnexpectedResponseError):
        meaning(sample)


# Refusals.


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("vendor", "kind", "words", "tail"), CASES)
def test_a_documented_refusal_is_known_in_every_style(
    vendor: str, kind: str, words: str, tail: str, prefix: str
) -> None:
    known = PHRASES[vendor]
    for text in styles(prefix + words + tail):
        refusal = read_write_answer(known, [False, text])
        assert refusal is not None
        assert (refusal.kind, refusal.text) == (kind, fold(prefix + words + tail))
        assert classify_refusal(known, text) == refusal
        assert read_status(known, [False, text]) == (refusal, "", None)
        assert read_list(known, [False, text]) == (refusal, frozenset())


@vendors
@pytest.mark.parametrize(
    ("text", "macs"),
    [
        (f"Error:Invalid MAC(s):{MAC}", (MAC,)),
        ("Error:Invalid MAC(s):00-15-65-00-00-01, 00 15 65 00 00 02", (MAC, SECOND)),
        (f"Invalid MAC(s): {MAC}, {SECOND}, {MAC}", (MAC, SECOND)),
        ("Error:Invalid MAC(s):00s1122334400", ()),
        (f"{MAC}\nPlease check the MAC address you entered", (MAC,)),
        (f"Are you sure you want to override MAC addresses:{MAC}", (MAC,)),
        (f"Something new about {MAC}", (MAC,)),
    ],
)
def test_a_refusal_says_which_devices_it_names(vendor: str, text: str, macs: tuple[str, ...]) -> None:
    assert classify_refusal(PHRASES[vendor], text).macs == macs


def test_the_same_phrase_means_different_things_to_the_vendors() -> None:
    asked = "Are you sure you want to override MAC addresses"
    assert classify_refusal(PHRASES["htek"], asked).kind == base.OTHER_ACCOUNT
    assert classify_refusal(PHRASES["yealink"], asked).kind == base.OWN_DEVICE
    assert classify_refusal(PHRASES["yealink"], f"Existing MAC(s): {MAC}").kind == base.OTHER


def loose(text: str) -> str:
    """A phrase as it may be written without changing its words: a final full stop and a blank around punctuation come
    and go within the documents themselves."""
    text = fold(text).replace("Error : ", "Error:").replace("Error :", "Error:").replace("Error: ", "Error:")
    for spaced in ("used: ", "override, ", " . '", " .'", ". '"):
        text = text.replace(spaced, spaced.replace(" ", ""))
    return text.replace("' (", "'(").replace(" :", ":").rstrip(".: ")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("vendor", "kind", "words", "tail"),
    # Whatever follows a MAC at the beginning, it is another account's device.
    [case for case in CASES if case[1] != base.OTHER and not case[2].startswith(MAC)],
)
def test_a_refusal_that_is_off_by_one_character_is_an_unknown_refusal(
    vendor: str, kind: str, words: str, tail: str, prefix: str
) -> None:
    same = {loose(other + text[1]) for other in PREFIXES for text in TEXTS[vendor]}
    checked = 0
    for mutant in mutants(prefix + words):
        in_the_list = tail and mutant.startswith((prefix + words).rstrip())
        if loose(mutant) in same or in_the_list:
            continue
        checked += 1
        refusal = read_write_answer(PHRASES[vendor], [False, mutant + tail])
        assert refusal is not None
        assert (refusal.kind, refusal.text) == (base.OTHER, fold(mutant + tail))
    assert checked > len(words) * 4


@pytest.mark.parametrize("mac", ["00156500000", "0015650000011", "00s1122334400", "00156500000g", ""])
def test_another_enterprises_device_is_known_by_a_whole_mac_only(mac: str) -> None:
    text = f"Error: {mac}\nPlease check the MAC address you entered{TICKET}"
    assert classify_refusal(PHRASES["yealink"], text).kind == base.OTHER


# Accepted writes, statuses, lists.


@vendors
@pytest.mark.parametrize("text", ["OK", "\n  OK\n  ", "Ok", "ok"])
def test_ok_is_ok_with_and_without_a_third_part(vendor: str, text: str) -> None:
    assert read_write_answer(PHRASES[vendor], [True, text]) is None
    assert read_write_answer(PHRASES[vendor], [True, text, "http://h/"]) is None


@vendors
@pytest.mark.parametrize("mutant", sorted(mutants("OK", case=False) - {"OK "}))
def test_ok_that_is_off_by_one_character_is_never_ok(vendor: str, mutant: str) -> None:
    with pytest.raises(UnexpectedResponseError):
        read_write_answer(PHRASES[vendor], [True, mutant])


@vendors
@pytest.mark.parametrize(("text", "status"), sorted(STATUSES.items()))
@pytest.mark.parametrize("cased", [str, str.lower, str.upper])
def test_a_status_is_known_in_every_style_and_case_and_only_a_registered_one_has_a_url(
    vendor: str, text: str, status: str, cased: Any
) -> None:
    url = "http://www.test.com" if status == REGISTERED else None
    for styled in styles(cased(text)):
        assert read_status(PHRASES[vendor], [True, styled]) == (None, status, None)
        assert read_status(PHRASES[vendor], [True, styled, "\n "]) == (None, status, None)
        assert read_status(PHRASES[vendor], [True, styled, None]) == (None, status, None)
        assert read_status(PHRASES[vendor], [True, styled, "\n  http://www.test.com\n "]) == (None, status, url)


@vendors
@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_status_that_is_off_by_one_character_is_an_error(vendor: str, status: str) -> None:
    for mutant in mutants(status, case=False):
        if fold(mutant) not in STATUSES:
            with pytest.raises(UnexpectedResponseError):
                read_status(PHRASES[vendor], [True, mutant, "http://h/"])


@vendors
def test_a_list_is_read_in_any_notation_and_each_device_once(vendor: str) -> None:
    listed = ["\n 00-15-65-00-00-02 ", "00:15:65:00:00:01", "00 15 65 00 00 02", "1A6F654D839B"]
    assert read_list(PHRASES[vendor], [True, listed]) == (None, frozenset({SECOND, MAC, "1a6f654d839b"}))


@vendors
@pytest.mark.parametrize("listed", [[], [""], [MAC, ""], [MAC, "..."], [MAC, "00156500000"], [[MAC]], [True], {}, "OK"])
def test_a_list_that_is_not_wholly_understood_is_no_list(vendor: str, listed: Any) -> None:
    with pytest.raises(UnexpectedResponseError):
        read_list(PHRASES[vendor], [True, listed])


@pytest.mark.parametrize("prefix", PREFIXES)
@vendors
@pytest.mark.parametrize("phrase", NO_DEVICES)
def test_no_devices_in_words_is_an_empty_list_and_nothing_near_it_is(vendor: str, phrase: str, prefix: str) -> None:
    known = PHRASES[vendor]
    for text in styles(prefix + phrase):
        assert read_list(known, [False, text]) == (None, frozenset())
    for mutant in mutants(phrase):
        if fold(mutant) not in NO_DEVICES:
            refusal, macs = read_list(known, [False, prefix + mutant])
            assert refusal is not None
            assert (refusal.kind, macs) == (base.OTHER, frozenset())


@vendors
@pytest.mark.parametrize("text", NO_DEVICES)
def test_no_devices_is_an_answer_to_list_devices_only(vendor: str, text: str) -> None:
    known = PHRASES[vendor]
    refusal = read_write_answer(known, [False, text])
    assert refusal is not None
    assert refusal.kind == base.OTHER
    assert read_status(known, [False, text])[0] == refusal
    with pytest.raises(UnexpectedResponseError):
        read_list(known, [True, text])


# Contradictions and other shapes.

READERS = [read_write_answer, read_status, read_list]
readers = pytest.mark.parametrize("reader", READERS)


@readers
@vendors
@pytest.mark.parametrize("text", ["OK", " OK\n", "ok", "", " \n"])
def test_false_with_ok_or_nothing_contradicts_itself(reader: Any, vendor: str, text: str) -> None:
    with pytest.raises(UnexpectedResponseError):
        reader(PHRASES[vendor], [False, text])


@vendors
@pytest.mark.parametrize("text", sorted(STATUSES))
def test_false_with_a_status_contradicts_itself(vendor: str, text: str) -> None:
    with pytest.raises(UnexpectedResponseError):
        read_status(PHRASES[vendor], [False, text])


@readers
@pytest.mark.parametrize("text", ["", "Maintenance until 6 pm", "OK?", "Error:", "Error:OK"])
def test_an_unknown_text_with_true_is_never_ok_or_a_status(reader: Any, text: str) -> None:
    with pytest.raises(UnexpectedResponseError):
        reader(PHRASES["htek"], [True, text])


@readers
@vendors
def test_true_with_an_errors_text_contradicts_itself(vendor: str, reader: Any) -> None:
    for _kind, words, tail in TEXTS[vendor]:
        for prefix in PREFIXES:
            with pytest.raises(UnexpectedResponseError):
                reader(PHRASES[vendor], [True, prefix + words + tail])


SHAPES: list[Any] = [
    None,
    True,
    "OK",
    "",
    0,
    {},
    {"faultCode": 1},
    [],
    [True],
    ["OK"],
    ["OK", True],
    [1, "OK"],
    ["1", "OK"],
    [None, "OK"],
    [True, None],
    [True, 1],
    [True, True],
    [True, {"a": "OK"}],
    [False, ["Error:Invalid server"]],
    [False, 0],
    [False, None],
    [True, "OK", "http://h/", "more"],
    [True, ["OK"]],
    [[True, "OK"]],
]


@readers
@vendors
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_an_answer_of_another_shape_is_an_error(reader: Any, vendor: str, shape: Any) -> None:
    with pytest.raises(UnexpectedResponseError):
        reader(PHRASES[vendor], shape)


@pytest.mark.parametrize("url", [7, True, ["http://h/"], {}])
def test_a_url_that_is_no_text_is_an_error(url: Any) -> None:
    with pytest.raises(UnexpectedResponseError):
        read_status(PHRASES["yealink"], [True, "Registered", url])
