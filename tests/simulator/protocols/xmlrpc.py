# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML-RPC: reading requests strictly, and writing answers in every way that is seen on real services."""

from __future__ import annotations

import functools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ..core.dialect import CallError, Incoming, Operation, Rejected, Service, Summary
from ..core.faults import Fault
from ..core.messages import Reply, Request, plain
from ..core.options import Switch

PARSE_ERROR, METHOD_NOT_FOUND, BAD_PARAMS = -32700, -32601, -32602
ENCODINGS = ("utf-8", "us-ascii", "iso-8859-1", "undeclared", "no_declaration")
SWITCHES = (
    Switch(
        "style",
        "compact",
        "how answers are written: without white space and untyped, padded as in Yealink's samples, typed, or as CDATA",
        ("compact", "padded", "typed", "padded_typed", "cdata"),
    ),
    Switch("encoding", "utf-8", "what the declaration says; all but utf-8 write ASCII bytes only", ENCODINGS),
    Switch("leading", "none", "what stands before the document", ("none", "space", "newline", "bom")),
    Switch("int_tag", "int", "the element of whole numbers", ("int", "i4", "i8")),
    Switch("fault_code", "int", "whether a faultCode is a number or a text", ("int", "text")),
    Switch("fault_status", 200, "HTTP status of faults", (200, 500)),
    Switch(
        "absent_calls",
        "code",
        "faults for calls that do not exist: -32601, -32602 and -32700, or 0 with Apache's words",
        ("code", "apache"),
    ),
    Switch("bad_login", "401", "HTTP 401, HTTP 403, or the fault `Not authorized`", ("401", "403", "fault")),
    Switch("require_content_type", True, "refuse requests that are not text/xml with 415"),
)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*['\"]([^'\"]*)['\"]")
_INT = re.compile(r"[+-]?[0-9]+")
_NAMESPACE = ' xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions"'
_LEADING = {"none": b"", "space": b"  ", "newline": b"\r\n \n", "bom": b"\xef\xbb\xbf"}


class Date(str):
    """A value of the type dateTime.iso8601, as it is written."""

    __slots__ = ()


class Nil:
    """A value that is not there; `tag` is its element."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


NIL, EX_NIL = Nil("nil"), Nil("ex:nil")


class DecodeError(Exception):
    """A request that is not the XML-RPC the documents describe."""


# -- reading


def decode(body: bytes, nil: bool = False) -> tuple[str, list[Any]]:
    """Return the method's whole name and its parameters: str, int, bool, float, list, dict, and None with `nil`."""
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
            raise DecodeError("params has something else than param with one value")
        params.append(read_value(param[0], nil))
    return name, params


def read_value(element: ET.Element, nil: bool = False) -> Any:
    """Return what a `value` element means."""
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
        return [read_value(item, nil) for item in child[0]]
    if child.tag == "struct":
        return dict(_member(member, nil) for member in child)
    if child.tag == "nil" and nil and not len(child) and not child.text:
        return None
    return _scalar(child)


def string(value: Any) -> str:
    """Return a parameter that must be a string."""
    if not isinstance(value, str):
        raise CallError(0, "a parameter is not a string", kind="arguments")
    return value


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


def _member(element: ET.Element, nil: bool) -> tuple[str, Any]:
    if element.tag != "member" or [part.tag for part in element] != ["name", "value"]:
        raise DecodeError("a struct with something else than members")
    return element[0].text or "", read_value(element[1], nil)


# -- writing


class _Writer:
    """Writes values in one style."""

    def __init__(self, style: str, int_tag: str) -> None:
        self._padded = style.startswith("padded")
        self._typed = style.endswith("typed")
        self._cdata = style == "cdata"
        self._int = int_tag

    def value(self, value: Any, depth: int) -> str:
        """Return a `value` element; `depth` is that of its indentation."""
        inner = self._inner(value, depth + 1)
        if not self._padded or not inner:
            return f"<value>{inner}</value>"
        return f"<value>{self._line(depth + 1)}{inner}{self._line(depth)}</value>"

    def _line(self, depth: int) -> str:
        return "\n" + "  " * depth if self._padded else ""

    def _inner(self, value: Any, depth: int) -> str:
        if isinstance(value, bool):
            return f"<boolean>{int(value)}</boolean>"
        if isinstance(value, int):
            return f"<{self._int}>{value}</{self._int}>"
        if isinstance(value, Date):
            return f"<dateTime.iso8601>{value}</dateTime.iso8601>"
        if isinstance(value, Nil):
            return f"<{value.tag}/>"
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            members = [self._named(name, item, depth + 1) for name, item in value.items()]
            return self._element("struct", members, depth)
        items = [self.value(item, depth + 2) for item in value]
        data = self._element("data", items, depth + 1)
        return self._element("array", [data], depth)

    def _named(self, name: str, value: Any, depth: int) -> str:
        parts = [f"<name>{escape(name)}</name>", self.value(value, depth + 1)]
        return self._element("member", parts, depth)

    def _element(self, tag: str, parts: list[str], depth: int) -> str:
        inner = "".join(self._line(depth + 1) + part for part in parts)
        return f"<{tag}>{inner}{self._line(depth)}</{tag}>"

    def _text(self, text: str) -> str:
        if self._cdata:
            return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        return f"<string>{escape(text)}</string>" if self._typed else escape(text)


def document(inner: str, options: Any, namespace: bool = True, padded: bool = False) -> bytes:
    """Return a whole response around its `params` or `fault` element."""
    ascii_only = options.encoding != "utf-8"
    declared = {"undeclared": "", "no_declaration": None}.get(options.encoding, options.encoding)
    head = ""
    if declared is not None:
        name = {"utf-8": "UTF-8", "iso-8859-1": "ISO-8859-1"}.get(declared, declared)
        head = f'<?xml version="1.0"{f" encoding={chr(34)}{name}{chr(34)}" if name else ""}?>'
    line = "\n" if padded else ""
    text = (
        f"{head}{line if head else ''}<methodResponse{_NAMESPACE if namespace or '<ex:' in inner else ''}>"
        f"{line}{inner}{line}</methodResponse>{line}"
    )
    body = text.encode("ascii", "xmlcharrefreplace") if ascii_only else text.encode("utf-8")
    return _LEADING[options.leading] + body


def encode(value: Any, options: Any, namespace: bool = True) -> bytes:
    """Write an answer."""
    style = options.style
    if style == "cdata" and options.encoding != "utf-8":
        style = "typed"  # a character reference has no meaning inside CDATA
    if isinstance(value, list) and len(value) < 4 and all(type(item) in (bool, str) for item in value):
        inner = _pair(tuple(value), tuple(isinstance(item, bool) for item in value), style, options.int_tag)
    else:
        inner = _params(value, style, options.int_tag)
    return document(inner, options, namespace, style.startswith("padded"))


@functools.lru_cache(maxsize=512)
def _pair(value: tuple[Any, ...], _types: tuple[bool, ...], style: str, int_tag: str) -> str:
    return _params(list(value), style, int_tag)


def _params(value: Any, style: str, int_tag: str) -> str:
    written = _Writer(style, int_tag).value(value, 2)
    if style.startswith("padded"):
        return f"<params>\n  <param>\n    {written}\n  </param>\n</params>"
    return f"<params><param>{written}</param></params>"


def encode_fault(code: int, text: str, options: Any, namespace: bool = True) -> bytes:
    """Write an XML-RPC fault."""
    writer = _Writer("compact" if options.style == "cdata" else options.style, options.int_tag)
    shown: Any = str(code) if options.fault_code == "text" else code
    written = writer.value({"faultCode": shown, "faultString": text}, 1)
    padded = options.style.startswith("padded")
    return document(f"<fault>{written}</fault>", options, namespace, padded)


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
_JAVA = {
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    int: "java.lang.Integer",
    float: "java.lang.Double",
    list: "[Ljava.lang.Object;",
}


class XmlRpc:
    """The protocol of one dialect, set up by its `settings`.

    `namespace` (bool) declares Apache's extensions in answers; `nil` (bool) takes `<nil/>` in requests; `parse_error`
    is the code and text of the fault for what is not XML-RPC.
    """

    name = "xmlrpc"
    switches: tuple[Switch, ...] = SWITCHES

    def receive(self, service: Service, request: Request, _now: float) -> Incoming:
        """Check verb, login and content type, and decode the call."""
        options = service.options
        if request.verb != "POST":
            raise Rejected(plain(405, "the service takes POST only", ("Allow", "POST")), "the service takes POST only")
        account = service.world.login(request.headers.get("authorization", ""))
        if account is None:
            raise Rejected(self._bad_login(service), "bad login")
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if options.require_content_type and content_type != "text/xml":
            reason = "the content type is not text/xml"
            raise Rejected(plain(415, reason), reason)
        settings, prefix = service.dialect.settings, service.dialect.prefix
        try:
            name, params = decode(request.body, bool(settings.get("nil")))
        except DecodeError as error:
            raise Rejected(self._unreadable(service, str(error)), str(error)) from None
        if not name.startswith(prefix):
            wrong = CallError(0, f"method not found: {name}", kind="absent")
            reply = self.write_error(service, wrong, Incoming(account, name, None, params))
            raise Rejected(reply, f"method not found: {name}")
        bare = name[len(prefix) :]
        return Incoming(account, bare, service.dialect.operation(bare), params)

    def _bad_login(self, service: Service) -> Reply:
        how = service.options.bad_login
        if how == "fault":
            return self.write_error(service, CallError(0, "Not authorized"), None)
        challenge = (("WWW-Authenticate", 'Basic realm="RPS"'),) if how == "401" else ()
        return plain(int(how), "bad login", *challenge)

    def _unreadable(self, service: Service, why: str) -> Reply:
        if service.options.absent_calls == "apache":
            code, text = 0, f"Failed to parse XML-RPC request: {why}"
        else:
            code, text = service.dialect.settings.get("parse_error") or (PARSE_ERROR, why)
        return self.write_error(service, CallError(code, text), None)

    def write(self, service: Service, value: Any, _operation: Operation | None) -> Reply:
        """Write an answer."""
        return _xml(200, encode(value, service.options, bool(service.dialect.settings.get("namespace"))))

    def write_error(self, service: Service, error: CallError, incoming: Incoming | None) -> Reply:
        """Write a fault."""
        options, prefix = service.options, service.dialect.prefix
        code, text = error.code, error.text
        if error.kind in ("absent", "arguments"):
            if options.absent_calls == "code":
                code = METHOD_NOT_FOUND if error.kind == "absent" else BAD_PARAMS
            elif incoming is not None:
                code, text = 0, _apache(error.kind, prefix, incoming)
        status = error.status if error.status != 200 else options.fault_status
        error.code, error.text = code, text
        body = encode_fault(code, text, options, bool(service.dialect.settings.get("namespace")))
        return _xml(status, body)

    def made_up(self, service: Service, fault: Fault, incoming: Incoming) -> Reply | None:
        """Write the answer of a fault that needs XML-RPC."""
        maker: Callable[[], Reply] | None = {
            "wrong_shape": lambda: self._shape(service, fault.shape),
            "fault": lambda: self._fault(service, fault, incoming),
            "text": lambda: self._words(service, fault, incoming),
            "absent": lambda: self.write_error(
                service, CallError(0, f"method not found: {incoming.name}", kind="absent"), incoming
            ),
            "forbidden": lambda: plain(403, "forbidden"),
            "login": lambda: self._bad_login(service),
            "expire": lambda: self._bad_login(service),
            "nonce": lambda: self._bad_login(service),
        }.get(fault.kind)
        return None if maker is None else maker()

    def _shape(self, service: Service, shape: str) -> Reply:
        namespace = bool(service.dialect.settings.get("namespace"))
        return _xml(200, document(f"<params><param>{SHAPES[shape]}</param></params>", service.options, namespace))

    def _fault(self, service: Service, fault: Fault, incoming: Incoming) -> Reply:
        text = fault.text.replace("{method}", incoming.name)
        return self.write_error(service, CallError(fault.code, text, fault.status or 200), incoming)

    def _words(self, service: Service, fault: Fault, incoming: Incoming) -> Reply:
        try:
            return self.write(service, service.dialect.say(service, fault.ok, fault.text, fault.code), None)
        except CallError as error:
            return self.write_error(service, error, incoming)

    def summary(self, value: Any) -> Summary:
        """Say for the log what an answer means: a pair, a bare boolean, a list or a struct."""
        if isinstance(value, list) and value and isinstance(value[0], bool):
            second = value[1] if len(value) > 1 else ""
            url = value[2] if len(value) > 2 and isinstance(value[2], str) else None
            return Summary(value[0], second if isinstance(second, str) else f"{len(second)} device(s)", url)
        if isinstance(value, list):
            return Summary(True, f"{len(value)} device(s)")
        if isinstance(value, dict):
            return Summary(True, "", value.get("url"))
        return Summary(bool(value), "")


def _apache(kind: str, prefix: str, incoming: Incoming) -> str:
    if kind == "absent":
        return f"No such handler: {prefix}{incoming.name}"
    types = ", ".join(_JAVA.get(type(arg), "java.util.HashMap") for arg in incoming.args)
    return f"No method matching arguments: {types}"


def _xml(status: int, body: bytes) -> Reply:
    return Reply(status, (("Content-Type", "text/xml;charset=UTF-8"),), body)


PROTOCOL = XmlRpc()
