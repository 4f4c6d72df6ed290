# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged answers: every XML example of both documents, mutated at random. `RPS_FUZZ` is the number of mutations,
`RPS_SEED` their seed, which is the date unless it is given.

What the codec takes must mean the same to a parser that shares nothing with it, and what the answers are taken for must
follow from that parser's value.
"""

from __future__ import annotations

import os
import random
import re
import tracemalloc
import xml.etree.ElementTree as ET
import xml.sax
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc import CodecError, Fault, decode
from ansible_collections.voip.rps.plugins.module_utils._vendors.htek import HtekService
from ansible_collections.voip.rps.plugins.module_utils._vendors.pair_answers import read_write_answer
from ansible_collections.voip.rps.plugins.module_utils._vendors.parts import UnexpectedResponseError
from ansible_collections.voip.rps.plugins.module_utils._vendors.rps_family import read_list, read_status
from ansible_collections.voip.rps.plugins.module_utils._vendors.yealink import YealinkService
from simulator.core import mac as macs
from simulator.protocols import xmlrpc
from support.documents import DOCUMENTS, SAMPLES
from support.fault_cases import seed

SEEDS = tuple((DOCUMENTS / sample["file"]).read_bytes() for sample in SAMPLES)
COUNT = int(os.environ.get("RPS_FUZZ", "5000"))
PARTS = 4
STATUSES = {"registered", "unregistered", "registered elsewhere", "unknown"}
PHRASES = {"yealink": YealinkService.phrases, "htek": HtekService.phrases}
NO_DEVICES = {"No device(s) exists", "No devices found"}
TOKENS = (
    *(
        b"<value>",
        b"</value>",
        b"<string>",
        b"</string>",
        b"<array><data>",
        b"</data></array>",
        b"<nil/>",
        b"<double>1",
    ),
    *(b"<boolean>1</boolean>", b"<boolean>0</boolean>", b"<boolean>2</boolean>", b"<int>1</int>", b"<i8>1</i8>", b"OK"),
    *(b"<!DOCTYPE x [<!ENTITY e 'OK'>]>", b"&e;", b"&amp;", b"&#79;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"-->"),
    *(b"<?xml version='1.0' encoding='UTF-16'?>", b"<?x?>", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\xc0\x80", b"\x1b"),
    *(b"<fault>", b"</fault>", b"<struct>", b"<member>", b"</params>", b"...", b" ", b"\r\n", b"Error:", b"Registered"),
    *(b"9" * 400, b"<a>" * 40, "\u200b".encode(), "\u0661".encode(), b"No device(s) exists", b"00:15:65:00:00:01"),
)


def mutated(dice: random.Random, seed: bytes, tokens: Sequence[bytes] = TOKENS) -> bytes:
    """One to four damages of some bytes; ``tokens`` are what is put in between."""
    body = bytearray(seed)
    for _round in range(dice.choice((1, 1, 1, 2, 4))):
        size = len(body)
        at = dice.randrange(size + 1)
        end = min(size, at + dice.choice((1, 1, 2, 5, 20, 100)))
        what = dice.randrange(9)
        if what == 0 and at < size:
            body[at] ^= 1 << dice.randrange(8)
        elif what == 1:
            body[at:end] = b""
        elif what == 2:
            body[at:at] = body[at:end]
        elif what == 3:
            body[at:end] = bytes(dice.randrange(256) for _byte in range(dice.randrange(1, 4)))
        elif what == 4:
            body[at:at] = dice.choice(tokens)
        elif what == 5:
            del body[at:]
        elif what == 6:
            body[at:at] = dice.choice(SEEDS)[: dice.randrange(400)]
        elif what == 7:
            _swap_elements(dice, body)
        else:
            body[at:at] = bytes(body[at:end]) * dice.choice((2, 30, 300))
    return bytes(body)


def _swap_elements(dice: random.Random, body: bytearray) -> None:
    """Exchange two elements, or say one twice."""
    found = [match.span() for match in re.finditer(rb"<(\w+)>[^<]*</\1>", bytes(body))]
    if len(found) < 2:
        return
    (a, b), (c, d) = sorted(dice.sample(found, 2))
    one, other = bytes(body[a:b]), bytes(body[c:d])
    body[c:d] = one
    body[a:b] = one if dice.random() < 0.3 else other


class _Tree(xml.sax.ContentHandler):
    """Builds the tree of a document that need not obey the rules of namespaces, which XML-RPC does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ET.TreeBuilder()

    def startElement(self, name: str, _attributes: Any) -> None:  # noqa: N802
        self.builder.start(name, {})

    def endElement(self, name: str) -> None:  # noqa: N802
        self.builder.end(name)

    def characters(self, content: str) -> None:
        self.builder.data(content)


def parsed(body: bytes) -> ET.Element:
    tree = _Tree()
    # What is pure ASCII means the same under any name that the collection takes; not every parser knows them all.
    body = re.sub(rb"(?i)(encoding\s*=\s*['\"])[a-z0-9_.-]+(?=['\"])", rb"\1UTF-8", body.lstrip(), count=1)
    xml.sax.parseString(body, tree)  # noqa: S317 - only bodies that the collection has taken
    return tree.builder.close()


def plain(element: ET.Element) -> ET.Element:
    """The same value in the words that the other parser knows."""
    tag = element.tag.rpartition(":")[2] if element.tag.endswith(":nil") else element.tag
    element.tag = {"i8": "int", "dateTime.iso8601": "string"}.get(tag, tag)
    if tag in ("nil", "dateTime.iso8601", "name"):
        element.text = (element.text or "").strip() or None
    for child in element:
        plain(child)
    return element


def elsewhere(body: bytes) -> Any:
    """The value of an answer, as a parser that shares nothing with the collection reads it. Raises for no answer."""
    root = parsed(body)
    if root.tag != "methodResponse" or len(root) != 1 or root[0].tag != "params" or len(root[0]) != 1:
        raise ValueError("no answer")
    param = root[0][0]
    if param.tag != "param" or len(param) != 1:
        raise ValueError("no parameter")
    return xmlrpc.read_value(plain(param[0]), nil=True)


def _words(value: Any) -> str | None:
    return " ".join(value.split()) if isinstance(value, str) else None


def check_meaning(value: Any) -> Counter[str]:
    """What the answers are taken for, against the plainest reading of the value."""
    counts: Counter[str] = Counter()
    pair = isinstance(value, list) and len(value) in (2, 3) and isinstance(value[0], bool)
    flag = value[0] if pair else None
    words = _words(value[1]) if pair else None
    for known in PHRASES.values():
        for meaning in (read_write_answer, read_status, read_list):
            read: Callable[[Any, Any], Any] = meaning
            try:
                found = read(known, value)
            except UnexpectedResponseError:
                counts["refused by meaning"] += 1
                continue
            assert pair, value
            if meaning is read_write_answer:
                assert (found is None) == (flag is True and (words or "").upper() == "OK"), value
            elif meaning is read_status:
                assert (found[0] is None) == (flag is True and (words or "").lower() in STATUSES), value
            elif found[0] is None:
                _check_list(value, words, found[1])
            counts["understood"] += 1
    return counts


def _check_list(value: list[Any], words: str | None, found: frozenset[str]) -> None:
    if found:
        assert value[0] is True
        assert found == {macs.normalize(item) for item in value[1]}, value
    else:
        assert value[0] is False, value
        assert re.sub(r"^Error ?: ?", "", words or "") in NO_DEVICES, value


def _refused(text: str) -> Counter[str]:
    assert text.isprintable()
    assert len(text) < 400
    return Counter({"refused by the codec": 1})


def check(body: bytes) -> Counter[str]:
    """Decode a body and compare what comes out with the other parser's reading."""
    try:
        value = decode(body)
    except CodecError as error:
        return _refused(str(error))
    except Fault:
        root = parsed(body)
        assert root.tag == "methodResponse"
        assert [item.tag for item in root] == ["fault"]
        return Counter({"a fault": 1})
    assert value == elsewhere(body)
    return check_meaning(value)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_mutation_is_taken_for_what_it_does_not_say(part: int) -> None:
    dice = random.Random(f"{seed()}/{part}")  # noqa: S311
    total: Counter[str] = Counter()
    for number in range(-(-COUNT // PARTS)):
        body = mutated(dice, SEEDS[number % len(SEEDS)])
        try:
            total += check(body)
        except Exception as error:
            raise AssertionError(f"mutation {number} of part {part}: {error!r}\n{body[:3000]!r}") from error
    # It would prove nothing if all of them were refused at the first look, or none.
    assert total["refused by the codec"] > COUNT // PARTS // 10, total
    assert total["understood"] > 0, total
    assert total["refused by meaning"] > 0, total


def test_memory_stays_near_the_size_of_the_body() -> None:
    dice = random.Random("memory")  # noqa: S311
    for _round in range(20):
        body = mutated(dice, dice.choice(SEEDS)).replace(b"<value>", b"<value>" * dice.choice((1, 1000, 50_000)), 3)
        tracemalloc.start()
        try:
            check(body)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 64 << 20
