# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML-RPC calls over the bounded HTTP client.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._catalog.calls import clause, failure, said
from .._errors import AbsentCallError, BadAnswerError, FaultError, LoginError
from .._model import Connection
from .._redaction import Masker
from .connections import HttpRequest
from .limits import MAX_ANSWER_BYTES
from .statuses import status_error
from .transport import Client, HttpResponse
from .xmlrpc import CodecError, Fault, Param, decode, encode

NO_SUCH_METHOD = -32601  # by the convention for XML-RPC faults
# What Apache XML-RPC says if it certainly did not execute a call; only at the beginning of a fault's text.
_ABSENT = re.compile(r"(?:No such handler: |No method matching arguments: )")
# What other implementations say, believed only for calls that were assumed in the first place.
_ABSENT_PROSE = re.compile(
    r"(?:server error\. )?(?:requested )?(?:(?:unknown|no such|undefined) (?:method|function|procedure)\b"
    r"|(?:method|function|procedure) \S{1,80} (?:does not exist|not found|is not (?:supported|defined|available)))",
    re.IGNORECASE,
)
_NOT_AUTHORIZED = re.compile(r"Not authorized(?:[.!]|:.*)?")


class XmlRpcClient(Client):
    """An XML-RPC service behind basic authentication."""

    def __init__(self, connection: Connection, masker: Masker, **seams: Any) -> None:
        super().__init__(connection, masker, **seams)
        self._headers = {
            "Content-Type": "text/xml",
            "User-Agent": "voip.rps",
            "Accept-Encoding": "gzip",
            "Authorization": self.basic_authorization,
        }

    def call(
        self,
        method: str,
        params: Sequence[Param],
        *,
        idempotent: bool,
        documented: bool = True,
        optional: bool = False,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Any:
        """Make one call and return the answer's value (see ``xmlrpc.decode``).

        ``documented``: the vendor's document has this call, so only an unambiguous fault can mean that it is absent.
        ``optional``: there is another call for the same, so HTTP 403 closes this one alone, even as the first answer.
        Raises CallError.
        """
        name = method.rpartition(".")[2]
        try:
            body = encode(method, params)
        except ValueError as error:
            why = failure("not_encodable", call=name, origin=self.origin, why=error)
            raise BadAnswerError(**why) from None
        request = HttpRequest("POST", self.connection.api_url, body, self._headers)

        def read(response: HttpResponse) -> Any:
            closed = optional or self.answered
            return self._value(name, response, documented=documented, forbidden_is_closed=closed)

        return self.exchange(name, lambda: request, read, idempotent=idempotent, max_bytes=max_bytes)

    def _value(self, name: str, response: HttpResponse, *, documented: bool, forbidden_is_closed: bool) -> Any:
        # Some services send their faults with HTTP 500.
        if response.status != 200 and not (response.status == 500 and _looks_like_xmlrpc(response.body)):
            raise status_error(
                name,
                self.origin,
                response.status,
                response.headers,
                self.clock.time(),
                forbidden_is_closed=forbidden_is_closed,
            )
        if _looks_like_html(response.body, response.headers):
            raise BadAnswerError(**failure("answer_page.xml", origin=self.origin, call=name), transient=True)
        try:
            return decode(response.body)
        except Fault as fault:
            raise self._fault(name, fault, documented) from None
        except CodecError as error:
            why = failure("answer_unusable", origin=self.origin, call=name, why=self.masker.text(str(error)))
            raise BadAnswerError(**why, transient=error.truncated) from None

    def _fault(self, name: str, fault: Fault, documented: bool) -> Exception:
        text = self.masker.text(fault.text)
        words = " ".join(fault.text.split())
        if _NOT_AUTHORIZED.fullmatch(words):
            return LoginError(**failure("login_refused", origin=self.origin, said=said("fault.login", text=text)))
        values = {"origin": self.origin, "call": name, "said": said("fault", code=fault.code, text=text)}
        absent = fault.code == NO_SUCH_METHOD or _ABSENT.match(words)
        if absent or (not documented and _ABSENT_PROSE.match(words)):
            # A call that the vendor documents is there, unless this is another service.
            code = "call_absent.documented" if documented else "call_absent"
            return AbsentCallError(**failure(code, **values), call=name)
        self.answered = True  # the login was accepted
        return FaultError(clause("fault", **values), fault.code, text)


def _start(data: bytes) -> bytes:
    return data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _looks_like_xmlrpc(data: bytes) -> bool:
    start = _start(data)
    return start.startswith((b"<?xml", b"<methodresponse")) and b"<methodresponse" in start


def _looks_like_html(data: bytes, headers: Mapping[str, str]) -> bool:
    start = _start(data)
    return start.startswith((b"<!doctype html", b"<html")) or (
        "html" in (headers.get("Content-Type") or "").lower() and not start.startswith((b"<?xml", b"<methodresponse"))
    )
