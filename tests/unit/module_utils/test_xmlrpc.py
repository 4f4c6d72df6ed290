# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codec against the vendors' published samples, and what it sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc import CodecError, Fault, decode, encode
from hypothesis import given
from hypothesis import strategies as st
from support.documents import DOCUMENTS, SAMPLES

ELLIPSES = ("...", "\u2026")
LEGAL_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def _samples(kind: str, **fields: Any) -> list[Any]:
    wanted = {"kind": kind, **fields}
    return [
        pytest.param(sample, id=f"{sample['vendor']}-{sample['section']}")
        for sample in SAMPLES
        if wanted.items() <= sample.items()
    ]


def _raw(sample: dict[str, Any]) -> bytes:
    return Path(DOCUMENTS, sample["file"]).read_bytes()


def _shape(element: ElementTree.Element) -> Any:
    """Tag, trimmed text and children of an element; the literal ellipsis between values is dropped."""
    text = "" if len(element) else (element.text or "").strip()
    between = [element.text or "", *(child.tail or "" for child in element)] if len(element) else []
    assert all(part.strip() in ("", *ELLIPSES) for part in between)
    return element.tag, text, [_shape(child) for child in element]


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value.strip() if isinstance(value, str) else value


def test_the_manifest_names_every_sample() -> None:
    assert SAMPLES
    assert {sample["file"] for sample in SAMPLES} == {
        path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*.xml")
    }


@pytest.mark.parametrize("sample", _samples("request", withdrawn=False))
def test_a_request_has_the_structure_and_the_values_of_its_sample(sample: dict[str, Any]) -> None:
    ours = ElementTree.fromstring(encode(sample["method"], sample["params"]))
    theirs = ElementTree.fromstring(_raw(sample))
    assert _shape(ours) == _shape(theirs)


@pytest.mark.parametrize("sample", _samples("request", withdrawn=True))
def test_a_request_of_a_withdrawn_call_says_what_the_manifest_says(sample: dict[str, Any]) -> None:
    theirs = ElementTree.fromstring(_raw(sample))
    assert theirs.findtext("methodName") == sample["method"]
    assert [(item.text or "").strip() for item in theirs.iter("string")] == sample["params"]


@pytest.mark.parametrize("sample", _samples("request"))
def test_a_request_is_no_answer(sample: dict[str, Any]) -> None:
    with pytest.raises(CodecError, match="methodCall"):
        decode(_raw(sample))


@pytest.mark.parametrize("sample", _samples("answer", well_formed=True))
def test_an_answer_decodes_to_what_its_sample_means(sample: dict[str, Any]) -> None:
    assert _trimmed(decode(_raw(sample))) == sample["value"]


@pytest.mark.parametrize("sample", _samples("answer", well_formed=False))
def test_a_sample_that_is_not_well_formed_is_refused(sample: dict[str, Any]) -> None:
    with pytest.raises(CodecError, match=r"in the middle|not well-formed"):
        decode(_raw(sample))


def test_exactly_two_samples_are_not_well_formed() -> None:
    assert {sample["section"] for sample in SAMPLES if sample.get("well_formed") is False} == {"4.6.5.2", "4.15.5.1"}


def test_a_call_without_parameters_has_no_params_element() -> None:
    assert ElementTree.fromstring(encode("redirect.listDevices", [])).find("params") is None


def test_a_request_is_utf_8_and_says_so() -> None:
    body = encode("redirect.addServer", ["B\u00fcro", "http://h/"])
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "B\u00fcro".encode() in body


@given(st.lists(st.one_of(LEGAL_TEXT, st.lists(LEGAL_TEXT, max_size=4)), max_size=4))
def test_every_text_arrives_as_it_was_given(params: list[Any]) -> None:
    sent = ElementTree.fromstring(encode("redirect.x", params))
    arrived = [
        [item.text or "" for item in value.iter("string")] if value.find("array") is not None else value[0].text or ""
        for value in sent.findall("params/param/value")
    ]
    assert arrived == params


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x1b", "\ud800", "\ufffe"])
@pytest.mark.parametrize("inside_list", [False, True])
def test_a_character_that_xml_cannot_contain_is_refused_before_sending(char: str, inside_list: bool) -> None:
    text = f"a{char}b"
    with pytest.raises(ValueError, match="XML cannot contain"):
        encode("redirect.addServer", [[text] if inside_list else text])


def _answer(value: str) -> bytes:
    return f"<methodResponse><params><param>{value}</param></params></methodResponse>".encode()


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<value>OK</value>", "OK"),
        ("<value><string>OK</string></value>", "OK"),
        ("<value>\n <string>OK</string>\n</value>", "OK"),
        ("<value><![CDATA[OK]]></value>", "OK"),
        ("<value><string><![CDATA[a<b&c]]></string></value>", "a<b&c"),
        ("<value>a<![CDATA[b]]>c</value>", "abc"),
        ("<value>a &amp;&lt;&gt;&quot;&apos; &#65;&#x42;</value>", "a &<>\"' AB"),
        ("<value>B\u00fcro \U0001f4de</value>", "B\u00fcro \U0001f4de"),
        ("<value>a<!-- b -->c<?d e?></value>", "ac"),
        ("<value>line\nline</value>", "line\nline"),
        ("<value></value>", ""),
        ("<value/>", ""),
        ("<value><string/></value>", ""),
        ("<value><boolean>1</boolean></value>", True),
        ("<value><boolean> 0\n</boolean></value>", False),
        ("<value><int>-12</int></value>", -12),
        ("<value><i4> 7 </i4></value>", 7),
        ("<value><array><data/></array></value>", []),
        ("<value><array><data> ... </data></array></value>", []),
        ("<value><array><data><value>a</value>...<value>b</value>\u2026</data></array></value>", ["a", "b"]),
        ("<value><array><data><value><array><data/></array></value></data></array></value>", [[]]),
    ],
)
def test_every_harmless_spelling_of_a_value_is_understood(xml: str, value: Any) -> None:
    decoded = decode(_answer(xml))
    assert decoded == value
    assert type(decoded) is type(value)


# Odd, and still unambiguous.

OK_ANSWER = "<methodResponse><params><param><value>OK</value></param></params></methodResponse>"


@pytest.mark.parametrize("space", [" ", "\n", "\r\n\t "])
def test_white_space_before_the_declaration_is_read(space: str) -> None:
    assert decode(f"{space}<?xml version='1.0' encoding='UTF-8'?>{OK_ANSWER}{space}".encode()) == "OK"


@pytest.mark.parametrize(
    "encoding", ["us-ascii", "ASCII", "ISO-8859-1", "iso8859-1", "latin-1", "windows-1252", "utf8", "UTF-8", "utf-8"]
)
def test_another_name_of_an_encoding_is_read_if_all_bytes_are_ascii(encoding: str) -> None:
    assert decode(f"<?xml version='1.0' encoding='{encoding}'?>{OK_ANSWER}".encode()) == "OK"


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<value><i8>123456789012</i8></value>", 123456789012),
        ("<value><int>+7</int></value>", 7),
        ("<value><nil/></value>", None),
        ("<value><nil></nil></value>", None),
        ("<value><ex:nil xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'/></value>", None),
        ("<value><other:nil/></value>", None),
        ("<value><dateTime.iso8601> 20260101T00:00:00 </dateTime.iso8601></value>", "20260101T00:00:00"),
        ("<value><dateTime.iso8601/></value>", ""),
        ("<value><struct/></value>", {}),
        (
            "<value><struct><member><name> url </name><value>x</value></member>"
            "<member><name>nothing</name><value><nil/></value></member></struct></value>",
            {"url": "x", "nothing": None},
        ),
    ],
)
def test_every_type_that_the_services_use_is_read(xml: str, value: Any) -> None:
    decoded = decode(_answer(xml))
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("<int>-32601</int>", -32601),
        ("<i4>-32601</i4>", -32601),
        ("<string> -32601 </string>", -32601),
        ("<i8>7</i8>", 7),
        ("<string>none</string>", 0),
        ("<boolean>1</boolean>", 0),
        ("<nil/>", 0),
    ],
)
def test_a_fault_is_raised_with_its_code_and_text(code: str, number: int) -> None:
    body = (
        "<methodResponse><fault><value><struct>"
        f"<member><name>faultCode</name><value>{code}</value></member>"
        "<member><name>faultString</name><value><string> no such method </string></value></member>"
        "</struct></value></fault></methodResponse>"
    )
    with pytest.raises(Fault) as caught:
        decode(body.encode())
    assert (caught.value.code, caught.value.text) == (number, "no such method")


def test_a_fault_without_a_code_has_the_code_0() -> None:
    member = "<member><name>faultString</name><value>broken</value></member>"
    with pytest.raises(Fault) as caught:
        decode(f"<methodResponse><fault><value><struct>{member}</struct></value></fault></methodResponse>".encode())
    assert (caught.value.code, caught.value.text) == (0, "broken")


@pytest.mark.parametrize(
    "members",
    [
        "",
        "<member><name>faultCode</name><value><int>1</int></value></member>",
        "<member><name>faultString</name><value><int>1</int></value></member>",
    ],
)
def test_a_fault_without_a_text_is_a_broken_answer(members: str) -> None:
    with pytest.raises(CodecError):
        decode(f"<methodResponse><fault><value><struct>{members}</struct></value></fault></methodResponse>".encode())
