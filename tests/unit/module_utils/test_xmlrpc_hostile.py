# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codec against answers that are hostile or broken: refused, with little memory and one kind of error."""

from __future__ import annotations

import contextlib
import tracemalloc
from typing import Any
from xml.parsers import expat

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client import xmlrpc
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc import CodecError, Fault, decode
from hypothesis import given
from hypothesis import strategies as st

OPEN, CLOSE = "<methodResponse><params><param>", "</param></params></methodResponse>"
GOOD = (
    "<?xml version='1.0' encoding='UTF-8'?><methodResponse><params><param><value><array><data>"
    "<value><boolean>1</boolean></value><value>OK</value></data></array></value></param></params></methodResponse>"
)


def _value(inside: str) -> bytes:
    return f"{OPEN}<value>{inside}</value>{CLOSE}".encode()


BOMB = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
HOSTILE: dict[str, bytes] = {
    "a document type": f"<!DOCTYPE methodResponse>{OPEN}<value>OK</value>{CLOSE}".encode(),
    "an external document type": f'<!DOCTYPE x SYSTEM "http://h/x.dtd">{OPEN}<value>OK</value>{CLOSE}'.encode(),
    "an entity": f"<!DOCTYPE x [<!ENTITY e 'OK'>]>{OPEN}<value>&e;</value>{CLOSE}".encode(),
    "an external entity": f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{OPEN}<value>&e;</value>{CLOSE}".encode(),
    "a parameter entity": f"<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://h/'> %p;]>{OPEN}<value/>{CLOSE}".encode(),
    "a billion laughs": f"<!DOCTYPE x [<!ENTITY e0 'ha'>{BOMB}]>{OPEN}<value>&e11;</value>{CLOSE}".encode(),
    "an undeclared entity": _value("&nbsp;"),
    "a depth of 100,000": (OPEN + "<value><array><data>" * 33_334).encode(),
    "a depth of 100,000 that closes": _value("<array><data><value>" * 33_334 + "</value></data></array>" * 33_334),
    "100,000 nested unknown elements": ("<a>" * 100_000).encode(),
    "UTF-16 with a mark": GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "big-endian UTF-16 without a mark": GOOD.encode("utf-16-be"),
    "UTF-32": GOOD.encode("utf-32"),
    "Latin-1 that says so": GOOD.replace("UTF-8", "ISO-8859-1").replace("OK", "B\u00fcro").encode("latin-1"),
    "UTF-7": GOOD.replace("UTF-8", "UTF-7").encode(),
    "EBCDIC": GOOD.encode("cp500"),
    "an unknown encoding": GOOD.replace("UTF-8", "x-unknown").encode(),
    "bytes that are no UTF-8": GOOD.encode().replace(b"OK", b"\xff\xfe\xfa"),
    "an overlong NUL": GOOD.encode().replace(b"OK", b"\xc0\x80"),
    "an encoded surrogate": GOOD.encode().replace(b"OK", b"\xed\xa0\x80"),
    "a NUL in the text": GOOD.encode().replace(b"OK", b"O\0K"),
    "a NUL at the end": GOOD.encode() + b"\0",
    "a reference to NUL": _value("&#0;"),
    "a control character": _value("\x1b[2J"),
    "boolean 2": _value("<boolean>2</boolean>"),
    "boolean true": _value("<boolean>true</boolean>"),
    "boolean 01": _value("<boolean>01</boolean>"),
    "an Arabic boolean": _value("<boolean>\u0661</boolean>"),
    "an empty boolean": _value("<boolean/>"),
    "a huge int": _value("<int>" + "9" * 1_000_000 + "</int>"),
    "an int of twenty digits": _value("<int>12345678901234567890</int>"),
    "Latin-1 in name and a byte that is not ASCII": GOOD.replace("UTF-8", "iso-8859-1")
    .encode()
    .replace(b"OK", b"\xfc"),
    "an int with a point": _value("<int>1.0</int>"),
    "an int with an underscore": _value("<int>1_000</int>"),
    "an Arabic int": _value("<int>\u0661</int>"),
    "an empty int": _value("<int></int>"),
    "nil with a text": _value("<nil>OK</nil>"),
    "nil with a child": _value("<nil><value/></nil>"),
    "an unknown type with a prefix": _value("<ex:float>1</ex:float>"),
    "white space inside the declaration": GOOD.replace("<?xml", "<? xml").encode(),
    "a NUL before the declaration": ("\0" + GOOD).encode(),
    "a double": _value("<double>1.5</double>"),
    "base64": _value("<base64>T0s=</base64>"),
    "upper case": GOOD.replace("value", "VALUE").encode(),
    "text beside a type": _value("OK<string>OK</string>"),
    "two types in a value": _value("<string>OK</string><string>no</string>"),
    "two values in a parameter": f"{OPEN}<value>OK</value><value>no</value>{CLOSE}".encode(),
    "two parameters": f"{OPEN}<value>OK</value></param><param><value>no</value>{CLOSE}".encode(),
    "two lists of parameters": f"{OPEN}<value/></param></params><params><param><value/>{CLOSE}".encode(),
    "parameters and a fault": GOOD.replace(
        "</methodResponse>",
        "<fault><value><struct><member><name>faultString</name><value>x</value></member></struct></value></fault>"
        "</methodResponse>",
    ).encode(),
    "two answers": (GOOD + GOOD[38:]).encode(),
    "two data in an array": _value("<array><data/><data/></array>"),
    "two arrays in a value": _value("<array><data/></array><array><data/></array>"),
    "an array without data": _value("<array/>"),
    "a value straight in an array": _value("<array><value>OK</value></array>"),
    "a member with two values": _value("<struct><member><name>a</name><value/><value/></member></struct>"),
    "a member without a name": _value("<struct><member><value>b</value></member></struct>"),
    "a member with two names": _value("<struct><member><name>a</name><name>b</name></member></struct>"),
    "a member with its value first": _value("<struct><member><value>a</value><name>b</name></member></struct>"),
    "a parameter without a value": f"{OPEN}{CLOSE}".encode(),
    "no parameters": b"<methodResponse><params/></methodResponse>",
    "an empty answer": b"<methodResponse/>",
    "stray text between values": _value("<array><data><value>a</value>, <value>b</value></data></array>"),
    "stray text in front of a parameter": GOOD.replace("<param>", "x<param>").encode(),
    "an ellipsis where no list is": GOOD.replace("<param>", "...<param>").encode(),
    "text after the answer": (GOOD + "x").encode(),
    "text before the answer": ("x" + GOOD).encode(),
    "a page of HTML": b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "HTML without a document type": b"<html><body>Please log in</body></html>",
    "plain text": b"OK",
    "JSON": b'{"ok": true}',
    "nothing": b"",
    "white space": b" \r\n",
    "a mark and nothing": b"\xef\xbb\xbf",
    "zero bytes": b"\0" * 1000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_or_broken_answer_is_refused_in_a_short_printable_sentence(name: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(HOSTILE[name])
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_every_beginning_of_an_answer_is_refused_as_truncated() -> None:
    for end in range(len(GOOD)):
        with pytest.raises(CodecError) as caught:
            decode(GOOD[:end].encode())
        assert caught.value.truncated, GOOD[:end]


@pytest.mark.parametrize("name", ["a page of HTML", "boolean 2", "text after the answer", "a document type"])
def test_what_is_whole_and_wrong_is_not_called_truncated(name: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(HOSTILE[name])
    assert not caught.value.truncated


def test_a_document_type_is_named_as_the_reason() -> None:
    for name in ("a document type", "a billion laughs", "an external entity"):
        with pytest.raises(CodecError, match="document type or entity"):
            decode(HOSTILE[name])


@pytest.mark.parametrize("declared", ["", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-8'?>"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf_8_is_understood_with_and_without_a_mark_and_a_declaration(declared: str, mark: bytes) -> None:
    body = f"{declared}{OPEN}<value>B\u00fcro</value>{CLOSE}".encode()
    assert decode(mark + body) == "B\u00fcro"


def _peak(body: bytes) -> int:
    """Peak bytes of refusing or understanding a body."""
    tracemalloc.start()
    try:
        with contextlib.suppress(CodecError):
            decode(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HOSTILE["a billion laughs"], id="entities"),
        pytest.param((OPEN + "<value><array><data>" * 200_000).encode(), id="depth"),
        pytest.param(b"<" * 4_000_000, id="one token"),
        pytest.param(b"<methodResponse " + b"a" * 4_000_000, id="one unclosed tag"),
        pytest.param(_value("x" * 4_000_000), id="one long text"),
        pytest.param(_value("<![CDATA[x]]>" * 200_000), id="many pieces of text"),
        pytest.param(_value("&#65;" * 500_000), id="many references"),
        pytest.param((OPEN + "<!--" + "x" * 4_000_000).encode(), id="one unclosed comment"),
    ],
)
def test_memory_stays_near_the_size_of_the_body(body: bytes) -> None:
    assert _peak(body) < 10 * len(body) + 20_000_000


def test_a_body_is_parsed_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some versions of expat take quadratic time for a token that arrives in many pieces."""
    made: list[CountingParser] = []

    def create(encoding: str) -> CountingParser:
        made.append(CountingParser(encoding))
        return made[-1]

    create_parser = expat.ParserCreate

    class CountingParser:
        """expat's parser, counting how often it is fed."""

        def __init__(self, encoding: str) -> None:
            self.__dict__["inner"] = create_parser(encoding)
            self.__dict__["fed"] = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(self.inner, name, value)

        def Parse(self, data: bytes, final: bool) -> int:  # noqa: N802 - expat's name
            self.__dict__["fed"] += 1
            return int(self.inner.Parse(data, final))

    monkeypatch.setattr(expat, "ParserCreate", create)
    with pytest.raises(CodecError):
        decode(b"<methodResponse " + b"a" * 4_000_000)
    assert [parser.fed for parser in made] == [1]


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 200_000 <= xmlrpc.MAX_VALUES <= 500_000  # the largest accounts are listed as a value or two for each phone
    monkeypatch.setattr(xmlrpc, "MAX_VALUES", 1000)
    inside = "<array><data>{}</data></array>"
    assert decode(_value(inside.format("<value/>" * 999))) == [""] * 999
    with pytest.raises(CodecError, match="more than 1000 values"):
        decode(_value(inside.format("<value/>" * 1000)))


@pytest.mark.no_cover
def test_a_list_of_a_hundred_thousand_devices_is_understood() -> None:
    macs = [f"{number:012x}" for number in range(100_000)]
    body = "<array><data>" + "".join(f"<value>{mac}</value>" for mac in macs) + "</data></array>"
    assert decode(_value(body)) == macs


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_the_codecs_own_error(body: bytes) -> None:
    with pytest.raises(CodecError):
        decode(body)


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_no_small_damage_to_an_answer_raises_anything_but_the_codecs_own_error(at: int, new: bytes, gone: int) -> None:
    body = GOOD.encode()[:at] + new + GOOD.encode()[at + gone :]
    with contextlib.suppress(CodecError, Fault):
        decode(body)
