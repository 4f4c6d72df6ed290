# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML-RPC: reading requests strictly and writing answers in the layouts that the services are known to use."""

from __future__ import annotations

import functools
import re
import xml.etree.ElementTree as ET
from typing import Any
from xml.sax.saxutils import escape

from .service import Answer

_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*['\"]([^'\"]*)['\"]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>{0}'
    '<methodResponse xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions">'
)
_INT = re.compile(r"[+-]?[0-9]+")


class DecodeError(Exception):
    """A request that is not the XML-RPC the documents describe."""


def decode(body: bytes) -> tuple[str, list[Any]]:
    """Return the method's whole name and its parameters: str, int, bool, float, list or dict each."""
    if body.startswith(b"\xef\xbb\xbf"):
        body = body[3:]
    start = body.find(b"<methodCall")
    prolog = body[:start] if start >= 0 else body
    declared = _DECLARED.search(prolog)
    if b"<!" in prolog.replace(b"<!--", b"") or (declared and declared.group(1).upper() != b"UTF-8"):
        raise DecodeError("a document type, or an encoding other than UTF-8")
    try:
        body.decode("utf-8")
        root = ET.fromstring(body)
    except (UnicodeDecodeError, ET.ParseError) as error:
        raise DecodeError(f"not well-formed: {error}") from None
    parts = list(root)
    if root.tag != "methodCall" or not parts or len(parts) > 2 or parts[0].tag != "methodName" or len(parts[0]):
        raise DecodeError("no methodCall with a methodName")
    name = (parts[0].text or "").strip()
    if not re.fullmatch(r"[A-Za-z0-9_.:/]+", name):
        raise DecodeError("an illegal method name")
    if len(parts) == 1:
        return name, []
    if parts[1].tag != "params":
        raise DecodeError(f"unexpected {parts[1].tag}")
    params = []
    for param in parts[1]:
        if param.tag != "param" or len(param) != 1:
            raise DecodeError("params holds something else than param with one value")
        params.append(_value(param[0]))
    return name, params


def _value(element: ET.Element) -> Any:
    if element.tag != "value" or len(element) > 1:
        raise DecodeError(f"{element.tag} where one value was expected")
    if not len(element):
        return element.text or ""
    child = element[0]
    if (element.text or "").strip() or (child.tail or "").strip():
        raise DecodeError("text beside a typed value")
    if child.tag == "array":
        if len(child) != 1 or child[0].tag != "data":
            raise DecodeError("an array without data")
        return [_value(item) for item in child[0]]
    if child.tag == "struct":
        return dict(_member(member) for member in child)
    return _scalar(child)


def _scalar(child: ET.Element) -> str | int | float | bool:
    if len(child):
        raise DecodeError(f"elements inside {child.tag}")
    text = child.text or ""
    if child.tag == "string":
        return text
    text = text.strip()
    if child.tag in ("int", "i4") and _INT.fullmatch(text):
        return int(text)
    if child.tag == "boolean" and text in ("0", "1"):
        return text == "1"
    if child.tag == "double":
        try:
            return float(text)
        except ValueError:
            pass
    raise DecodeError(f"a value of type {child.tag} that cannot be read")


def _member(element: ET.Element) -> tuple[str, Any]:
    if element.tag != "member" or [part.tag for part in element] != ["name", "value"]:
        raise DecodeError("a struct with something else than members")
    return element[0].text or "", _value(element[1])


def encode(answer: Answer, style: str) -> bytes:
    """Write an answer in one of the styles of the option `style`."""
    if isinstance(answer.value, str):
        return _encode_text(answer.ok, answer.value, answer.url, style)
    return _document(answer.ok, _array([_text(item, style, 18) for item in answer.value], style), answer.url, style)


@functools.lru_cache(maxsize=512)
def _encode_text(ok: bool, text: str, url: str | None, style: str) -> bytes:
    return _document(ok, _text(text, style, 12), url, style)


def _document(ok: bool, value: str, url: str | None, style: str) -> bytes:
    """Write the two or three elements of every answer, in the layout of Yealink 4.1.5 or without any white space."""
    padded = style == "padded"
    flag = f"<boolean>{int(ok)}</boolean>"
    values = [f"<value>\n            {flag}\n          </value>" if padded else f"<value>{flag}</value>", value]
    if url is not None:
        values.append(_text(url, style, 12))
    if padded:
        inner = "".join(f"\n          {item}" for item in values)
        text = (
            _HEAD.format("\n") + "\n<params>\n  <param>\n    <value>\n      <array>\n        <data>"
            f"{inner}\n        </data>\n      </array>\n    </value>\n  </param>\n</params>\n</methodResponse>\n"
        )
    else:
        text = (
            f"{_HEAD.format('')}<params><param><value><array><data>{''.join(values)}</data></array></value></param>"
            "</params></methodResponse>"
        )
    return text.encode("utf-8")


def _text(text: str, style: str, indent: int) -> str:
    if style == "typed":
        return f"<value><string>{escape(text)}</string></value>"
    if style == "cdata":
        return "<value><![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]></value>"
    if style == "padded":
        return f"<value>\n{' ' * indent}{escape(text)}\n{' ' * (indent - 2)}</value>"
    return f"<value>{escape(text)}</value>"


def _array(items: list[str], style: str) -> str:
    if style == "padded":
        inner = "".join(f"\n                {item}" for item in items)
        return (
            f"<value>\n            <array>\n              <data>{inner}\n              </data>"
            "\n            </array>\n          </value>"
        )
    return f"<value><array><data>{''.join(items)}</data></array></value>"


def encode_fault(code: int, text: str) -> bytes:
    """Write an XML-RPC fault."""
    return (
        f"{_HEAD.format('')}<fault><value><struct>"
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value>{escape(text)}</value></member>"
        "</struct></value></fault></methodResponse>"
    ).encode()


SHAPES = {
    "string": "<value>OK</value>",
    "boolean": "<value><boolean>1</boolean></value>",
    "one": "<value><array><data><value><boolean>1</boolean></value></data></array></value>",
    "int_first": "<value><array><data><value><int>1</int></value><value>OK</value></data></array></value>",
    "text_first": "<value><array><data><value>1</value><value>OK</value></data></array></value>",
    "boolean_second": "<value><array><data><value><boolean>1</boolean></value>"
    "<value><boolean>1</boolean></value></data></array></value>",
    "four": "<value><array><data><value><boolean>1</boolean></value><value>OK</value><value>a</value><value>b</value>"
    "</data></array></value>",
    "empty_array": "<value><array><data></data></array></value>",
    "struct": "<value><struct><member><name>ok</name><value><boolean>1</boolean></value></member></struct></value>",
    "nested": "<value><array><data><value><boolean>1</boolean></value><value><array><data><value><array><data>"
    "</data></array></value></data></array></value></data></array></value>",
}


def encode_shape(shape: str) -> bytes:
    """Write a valid XML-RPC answer that is not of the documented shape: a name of `SHAPES`."""
    return f"{_HEAD.format('')}<params><param>{SHAPES[shape]}</param></params></methodResponse>".encode()
