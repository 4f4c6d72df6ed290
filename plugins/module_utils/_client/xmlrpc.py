# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML-RPC codec: requests to bytes, answers to values. Hardened against hostile answers. Pure.

Only what redirection services use is understood: strings, booleans, ints, dates, nil, arrays and structs. Everything
else, a document type or entity declaration included, is refused while parsing, so memory stays near the body's size.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Union
from xml.parsers import expat
from xml.sax.saxutils import escape

from .._text import to_printable

Param = Union[str, Sequence[str]]

MAX_VALUES = 500_000
# What XML 1.0 excludes. Its complement, the class of what is allowed, takes twenty times as long to compile.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INT = re.compile(r"[+-]?[0-9]{1,19}")

_CHILDREN: dict[str | None, frozenset[str]] = {
    None: frozenset({"methodResponse"}),
    "methodResponse": frozenset({"params", "fault"}),
    "params": frozenset({"param"}),
    "param": frozenset({"value"}),
    "fault": frozenset({"value"}),
    "value": frozenset({"string", "boolean", "int", "i4", "i8", "dateTime.iso8601", "nil", "array", "struct"}),
    "array": frozenset({"data"}),
    "data": frozenset({"value"}),
    "struct": frozenset({"member"}),
    "member": frozenset({"name", "value"}),
}
_REPEATED = frozenset({"data", "struct"})
_LEAVES = frozenset({"value", "string", "boolean", "int", "i4", "i8", "dateTime.iso8601", "name"})
# Encodings whose bytes mean the same in UTF-8 as long as all of them are ASCII.
_ASCII_SUPERSETS = frozenset({"us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252"})
_MAX_DEPTH = 24
# The documents' list samples have a literal ellipsis between the values; nothing else is allowed there.
_ELLIPSES = frozenset({"...", "\u2026"})


class CodecError(ValueError):
    """The bytes are no XML-RPC answer. ``truncated`` says that they look like the beginning of one."""

    def __init__(self, message: str, truncated: bool = False) -> None:
        super().__init__(message)
        self.truncated = truncated


class Fault(Exception):
    """The answer is an XML-RPC fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def encode(method: str, params: Sequence[Param]) -> bytes:
    """Return a methodCall as UTF-8 bytes: each parameter a string, or an array of strings.

    Without parameters there is no ``params`` element, as in the samples of listDevices (Yealink 4.4.3, Htek 4.3).
    Raises ValueError for a character that XML cannot contain.
    """
    parts = ["<?xml version='1.0' encoding='UTF-8'?>\n<methodCall><methodName>", escape(method), "</methodName>"]
    if params:
        parts.append("<params>")
        for param in params:
            parts.append("<param>")
            if isinstance(param, str):
                parts.append(_string(param))
            else:
                parts.append("<value><array><data>")
                parts.extend(_string(item) for item in param)
                parts.append("</data></array></value>")
            parts.append("</param>")
        parts.append("</params>")
    parts.append("</methodCall>")
    return "".join(parts).encode("utf-8")


def _string(text: str) -> str:
    if _ILLEGAL.search(text):
        raise ValueError("the text has a character that XML cannot contain")
    return f"<value><string>{escape(text)}</string></value>"


def decode(body: bytes) -> Any:
    """Return the one value of a methodResponse: str (white space kept; dates too), bool, int, None (nil), list or dict.

    What is odd but unambiguous is read: white space before the XML declaration, other encodings over pure ASCII bytes.
    Raises Fault for a fault, CodecError for everything that is not an XML-RPC answer.
    """
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise CodecError("the answer is empty", truncated=True)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:4]:
        raise CodecError("the answer is UTF-16 or UTF-32, and only UTF-8 is understood")
    return _Decoder(body.isascii()).decode(body)


class _Frame:
    __slots__ = ("parts", "tag", "values")

    def __init__(self, tag: str | None) -> None:
        self.tag = tag
        self.parts: list[str] = []
        self.values: list[Any] = []


class _Decoder:
    """One pass of expat with a stack of open elements; a rule broken is raised at once, out of the parser."""

    def __init__(self, ascii_only: bool) -> None:
        self.ascii_only = ascii_only
        self.stack: list[_Frame] = [_Frame(None)]
        self.count = 0
        self.fault = False

    def decode(self, body: bytes) -> Any:
        parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            truncated = error.code in _TRUNCATED_CODES
            reason = "ends in the middle" if truncated else "is not well-formed XML"
            raise CodecError(f"the answer {reason} (line {error.lineno})", truncated=truncated) from None
        (value,) = self.stack[0].values
        if self.fault:
            raise _fault(value)
        return value

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        name = (encoding or "utf-8").lower()
        if name not in ("utf-8", "utf8") and not (self.ascii_only and name in _ASCII_SUPERSETS):
            raise CodecError("the answer is in another encoding than UTF-8")

    def _doctype(self, *_args: Any) -> None:
        raise CodecError("the answer has a document type or entity declaration, which is refused")

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        tag = "nil" if tag.endswith(":nil") else tag  # an extension with a prefix of the service's choice
        parent = self.stack[-1]
        if tag not in _CHILDREN.get(parent.tag, frozenset()):
            raise CodecError(f"the answer is not an XML-RPC answer: unexpected element <{to_printable(tag[:40])}>")
        if len(self.stack) > _MAX_DEPTH:
            raise CodecError("the answer is nested too deep")
        if tag == "value":
            self.count += 1
            if self.count > MAX_VALUES:
                raise CodecError(f"the answer has more than {MAX_VALUES} values")
        if tag == "fault":
            self.fault = True
        self.stack.append(_Frame(tag))

    def _text(self, data: str) -> None:
        frame = self.stack[-1]
        if frame.tag in _LEAVES:
            frame.parts.append(data)
        elif data.strip() and not (frame.tag == "data" and data.strip() in _ELLIPSES):
            raise CodecError(
                f"the answer is not an XML-RPC answer: text where only elements are allowed, in <{frame.tag}>"
            )

    def _end(self, _tag: str) -> None:
        frame = self.stack.pop()
        tag = frame.tag or ""
        parent = self.stack[-1]
        value = _value(tag, "".join(frame.parts), frame.values)
        if parent.tag == "member" and tag != ("value" if parent.values else "name"):
            raise CodecError("the answer is not an XML-RPC answer: a member without name and value")
        if parent.values and parent.tag not in _REPEATED and parent.tag != "member":
            raise CodecError(f"the answer is not an XML-RPC answer: more than one element in <{parent.tag}>")
        parent.values.append(value)


_TRUNCATED_CODES = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


def _boolean(text: str) -> bool:
    if text.strip() not in ("0", "1"):
        raise CodecError("the answer is not an XML-RPC answer: a boolean that is neither 0 nor 1")
    return text.strip() == "1"


def _integer(text: str) -> int:
    if not _INT.fullmatch(text.strip()):
        raise CodecError("the answer is not an XML-RPC answer: an int that is not a whole number")
    return int(text)


# By element: what its text means.
_SCALARS: dict[str, Any] = {
    "string": str,
    "name": str,
    "boolean": _boolean,
    "int": _integer,
    "i4": _integer,
    "i8": _integer,
    "dateTime.iso8601": str.strip,
    "nil": lambda _text: None,
}


def _value(tag: str, text: str, children: list[Any]) -> Any:
    """The value of a closed element, given its text and its children's values."""
    if tag in _SCALARS:
        return _SCALARS[tag](text)
    if tag == "value":
        if children and text.strip():
            raise CodecError("the answer is not an XML-RPC answer: a value with both text and a type")
        return children[0] if children else text
    if tag == "member":
        return _member(children)
    if tag in _REPEATED:
        return children if tag == "data" else dict(children)
    if len(children) != 1:
        raise CodecError(f"the answer is not an XML-RPC answer: <{tag}> is empty")
    return children[0]


def _member(children: list[Any]) -> tuple[str, Any]:
    if len(children) != 2 or not isinstance(children[0], str):
        raise CodecError("the answer is not an XML-RPC answer: a member without name and value")
    return children[0].strip(), children[1]


def _fault(value: Any) -> Exception:
    if isinstance(value, dict) and isinstance(value.get("faultString"), str):
        code = value.get("faultCode")
        if isinstance(code, str) and _INT.fullmatch(code.strip()):
            code = int(code)
        return Fault(code if isinstance(code, int) and not isinstance(code, bool) else 0, value["faultString"].strip())
    return CodecError("the answer is a fault without faultString")
