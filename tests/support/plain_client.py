# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the simulator on the standard library alone: it shares no code with the collection."""

from __future__ import annotations

import base64
import http.client
import urllib.parse
import xmlrpc.client
from collections.abc import Callable
from typing import Any


class PlainClient:
    """One kept connection to one vendor's service."""

    def __init__(self, url: str, username: str = "me", password: str = "secret") -> None:
        parts = urllib.parse.urlsplit(url)
        self.path = parts.path
        self.connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 0, timeout=5)
        login = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {login}", "Content-Type": "text/xml"}

    def post(self, body: bytes | str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send a body; returns status, headers and body of the answer."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("POST", self.path, body, {**self.headers, **given})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def raw(self, method: str, *params: Any, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send `redirect.<method>`."""
        return self.post(xmlrpc.client.dumps(params, f"redirect.{method}"), **headers)

    def __call__(self, method: str, *params: Any) -> Any:
        """Send `redirect.<method>`; returns the decoded answer, raises xmlrpc.client.Fault."""
        status, _headers, body = self.raw(method, *params)
        assert status == 200, (status, body)
        return xmlrpc.client.loads(body)[0][0]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


Clients = Callable[..., PlainClient]
