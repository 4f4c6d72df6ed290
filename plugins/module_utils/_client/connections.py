# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP connections that obey the deadline of the try and stay open from call to call, on Python's http.client.

PRIVATE to the collection: may change without notice.

requests and urllib3 add as much CPU to a call as http.client itself takes. What they would do for one service is
little: a pool of connections to one address, and a proxy.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .deadline import DeadlineSocket, connected_socket, deadline

# http.client lets the last two through for the size of a chunk that is none.
HTTP_ERRORS = (http.client.HTTPException, OSError, ValueError, OverflowError)

Address = tuple[str, int]  # host and port


class ProxyError(OSError):
    """There is no way through the proxy."""


class SocksProxyError(ProxyError):
    """The proxy speaks SOCKS, which is not supported."""


@dataclass(frozen=True)
class HttpRequest:
    """One request; ``headers`` are all but Host and Content-Length."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proxy:
    """A proxy, which is spoken to over TLS if there is a ``tls``, and the headers with its login."""

    at: Address
    tls: ssl.SSLContext | None
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Route:
    """The way to a service: plain HTTP without ``tls``, else verified by it; through a tunnel if there is a proxy."""

    service: Address
    tls: ssl.SSLContext | None
    proxy: Proxy | None = None


class _Connection(http.client.HTTPConnection):
    """http.client's connection, which connects within the time left and notes when a request leaves.

    http.client sends the header and the body of a request one after the other. Here they leave together, which halves
    the packets and, with TLS, the encryption.
    """

    sock: Any

    def __init__(self, route: Route) -> None:
        super().__init__(*(route.proxy.at if route.proxy else route.service))
        self._route = route
        self._body = b""  # of the request whose header is about to leave
        self._create_connection = self._dial  # what the parent connects with, before it asks a proxy for a tunnel
        host, port = route.service
        name = f"[{host}]" if ":" in host else host
        default = http.client.HTTPS_PORT if route.tls is not None else http.client.HTTP_PORT
        self._host_header = name if port == default else f"{name}:{port}"
        if route.proxy is not None:
            # The parent's versions differ in how they write an IPv6 address, so it gets both as they must be.
            self.set_tunnel(name, port, {"Host": f"{name}:{port}", **route.proxy.headers})

    def _dial(self, address: Address, *_unused: Any) -> DeadlineSocket:
        """A connected socket. http.client gives each address of a name the whole timeout, this one what is left."""
        problem: OSError = socket.gaierror(socket.EAI_NONAME, "the name has no address")
        tls = self._route.proxy.tls if self._route.proxy else None
        for family, kind, protocol, _name, where in socket.getaddrinfo(*address, 0, socket.SOCK_STREAM):
            try:
                found = connected_socket(family, kind, protocol, where)
            except OSError as error:
                problem = error
            else:
                return found.secure(tls, address[0]) if tls else found
        raise problem

    def connect(self) -> None:
        """Connect, through the tunnel of the proxy if there is one. Raises OSError, ProxyError if it is the proxy's."""
        try:
            super().connect()
        except (ssl.SSLError, socket.timeout):
            raise
        except HTTP_ERRORS as error:
            if self._route.proxy is None:
                raise
            raise ProxyError("the proxy gives no tunnel") from error
        if self._route.tls is not None:
            self.sock = self.sock.secure(self._route.tls, self._route.service[0].rstrip("."))

    def exchange(self, request: HttpRequest, target: str) -> http.client.HTTPResponse:
        """Send a request, and return the response, whose body is still to be read. Raises one of HTTP_ERRORS."""
        if self.sock is None:
            self.connect()
        self.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        self.putheader("Host", self._host_header)
        for name, value in request.headers.items():
            self.putheader(name, value)
        if request.body is not None or request.method == "POST":
            self.putheader("Content-Length", str(len(request.body or b"")))
        self._body = request.body or b""
        deadline.sent = True
        with contextlib.suppress(BrokenPipeError):  # the service may have answered a request that is too large for it
            self.endheaders()
        response = self.getresponse()
        if response.status < http.client.OK:
            # http.client takes an interim answer other than 100 for the last one. The real one is still to come.
            raise http.client.HTTPException(f"interim answer {response.status}")
        if len(set(response.headers.get_all("Content-Length", ()))) > 1:
            raise http.client.HTTPException("two lengths of one answer")
        return response

    def send(self, data: Any) -> None:
        """Send the header and the body of a request, or what the parent asks a proxy for."""
        body, self._body = self._body, b""
        self.sock.sendall(data + body)


class Answer:
    """A response whose body is still to be read. ``headers`` are matched in any case."""

    def __init__(self, response: http.client.HTTPResponse, release: Callable[[bool], None]) -> None:
        self.status = response.status
        self.headers: Any = response.headers
        self._response = response
        self._release = release
        self._complete = False

    def read(self, size: int) -> bytes:
        """At most so many bytes of the body, none at its end. Raises one of HTTP_ERRORS if it ends too early."""
        data = self._response.read(size)
        if not data:
            if self._response.length:
                raise http.client.IncompleteRead(b"", self._response.length)
            self._complete = True
        return data

    def release(self) -> None:
        """Give the connection back. What is left of the body must not be taken for the next answer."""
        self._response.close()
        self._release(self._complete)


class Adapter:
    """Carries the requests of one client, which go to one address, over connections kept open: one for each of the
    client's threads at most.

    ``route`` is asked for the way to it before each connection; what it raises fails the call. No lock is taken here,
    because a signal may interrupt this anywhere.
    """

    def __init__(self, route: Callable[[], Route], target_of: Callable[[str], str]) -> None:
        self._route = route
        self._target_of = target_of
        self._idle: deque[_Connection] = deque()  # the last one used is the first to be used again
        self._closed = False

    def send(self, request: HttpRequest) -> Answer:
        """Send a request within the deadline of the try. A redirect is an answer like any other.

        Raises one of HTTP_ERRORS. The answer must be released.
        """
        connection = self._kept() or _Connection(self._route())
        try:
            response = connection.exchange(request, self._target_of(request.url))
        except BaseException:
            connection.close()
            raise
        return Answer(response, lambda complete: self._put_back(connection, complete))

    def _kept(self) -> _Connection | None:
        """A connection on which nothing has arrived since its last answer, if there is one."""
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread took it
                connection = self._idle.pop()
                if not connection.sock.has_unasked():
                    return connection
                connection.close()
        return None

    def _put_back(self, connection: _Connection, complete: bool) -> None:
        if complete and connection.sock is not None and not self._closed:  # None: closed, as the service wanted
            self._idle.append(connection)
        else:
            connection.close()
        if self._closed:
            self.close()

    def close(self) -> None:
        """Close all connections: those in use when their answer has been read."""
        self._closed = True
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()
