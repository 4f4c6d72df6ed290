# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP connections that obey the deadline of the try, on urllib3's classes and with requests' idea of the environment.

The only file that imports requests and urllib3.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import functools
import socket
import ssl
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .deadline import DeadlineSocket, deadline

# Typed loosely: whether requests is there is only known at run time, and its absence must not be an import error.
requests: Any = None
urllib3: Any = None
HTTP_ERRORS: Any = ()
_AdapterBase: Any = object
_HttpBase: Any = object
_HttpsBase: Any = object
_HttpPool: Any = object
_HttpsPool: Any = object
REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import requests.adapters
    import urllib3
    import urllib3.connection
    import urllib3.util.ssl_
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    HTTP_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)
    _AdapterBase = requests.adapters.HTTPAdapter
    _HttpBase = urllib3.connection.HTTPConnection
    _HttpsBase = urllib3.connection.HTTPSConnection
    _HttpPool = urllib3.HTTPConnectionPool
    _HttpsPool = urllib3.HTTPSConnectionPool


@dataclass(frozen=True)
class HttpRequest:
    """One request; ``headers`` are all but Host and Content-Length."""

    method: str
    url: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def tls_context(verify: str | bool) -> ssl.SSLContext:
    """What all TLS connections of a client share: reading a bundle of authorities costs as much as fifty calls.

    ``verify`` is as requests has it: a file or a folder of authorities, True for those that come with requests, False
    for none. Raises OSError if a bundle cannot be read, or is none.
    """
    reqs = ssl.CERT_NONE if verify is False else ssl.CERT_REQUIRED
    context: ssl.SSLContext = urllib3.util.ssl_.create_urllib3_context(cert_reqs=reqs)
    if verify is not False:
        path = Path(verify if isinstance(verify, str) else requests.certs.where())
        if path.is_dir():
            context.load_verify_locations(capath=str(path))
        else:
            context.load_verify_locations(cafile=str(path))
    return context


class _DeadlineMixin:
    """Mixed into urllib3's connections: connect within the time left, and note when the request leaves.

    urllib3 sends the header and the body of a request one after the other. Here they leave together, which halves the
    packets and, with TLS, the encryption.
    """

    _header: bytes | None = None  # of a request whose body is still to come

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **kwargs: Any) -> None:
        """As the parent."""
        above: Any = super()
        self._header = b"" if body else None
        above.request(method, url, body=body, headers=headers, **kwargs)

    def _new_conn(self) -> DeadlineSocket:
        """A connected socket. urllib3's own gives each address of a name the whole timeout, this one what is left."""
        me: Any = self
        problem: OSError = OSError("the name has no address")
        for family, kind, protocol, _name, address in socket.getaddrinfo(me._dns_host, me.port, 0, socket.SOCK_STREAM):  # noqa: SLF001
            found = socket.socket(family, kind, protocol)
            try:
                deadline.sockets.add(found)
                for option in me.socket_options or ():
                    found.setsockopt(*option)
                found.settimeout(deadline.remaining())
                found.connect(address)
            except OSError as error:
                found.close()
                problem = error
            else:
                return DeadlineSocket(found)
        raise problem

    def connect(self) -> None:
        me: Any = self
        me.timeout = deadline.remaining()
        above: Any = super()
        try:
            above.connect()
        finally:
            deadline.sent = False  # a proxy was spoken to at most
        if not isinstance(me.sock, DeadlineSocket):
            secured = me.sock
            me.sock = DeadlineSocket(secured)
            deadline.sockets.add(secured)

    def send(self, data: Any) -> Any:
        if getattr(self, "sock", None) is None:
            header, self._header = self._header, None  # a tunnel through a proxy is asked for with a header alone
            self.connect()
            self._header = header
        if self._header == b"":
            self._header = data
            return None
        data, self._header = (self._header or b"") + data, None
        deadline.sent = True
        above: Any = super()
        return above.send(data)


class _HttpConnection(_DeadlineMixin, _HttpBase):
    pass


class _HttpsConnection(_DeadlineMixin, _HttpsBase):
    pass


class _Pool(_HttpPool):
    ConnectionCls: Any = _HttpConnection


class _SecurePool(_HttpsPool):
    ConnectionCls: Any = _HttpsConnection

    def _validate_conn(self, conn: Any) -> None:
        # As the parent, without its warning on every connection: who set validate_certs to false knows.
        if getattr(conn, "sock", None) is None:
            conn.connect()


class _Managers(_AdapterBase):
    """requests' adapter as the maker of pools of the connections above; it knows proxies and their logins."""

    def __init__(self, connections: int, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        super().__init__(pool_connections=1, pool_maxsize=connections, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the parent, with the connections above."""
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """As the parent, with the connections above, which speak HTTP to a proxy. Raises ProxyError for a SOCKS one."""
        if proxy.lower().startswith("socks"):
            raise urllib3.exceptions.ProxyError("SOCKS proxies are not supported", ValueError())
        manager = super().proxy_manager_for(proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def pool(self, url: str, proxies: Mapping[str, str]) -> Any:
        """The pool for a service, behind a proxy if there is one for its URL."""
        spelled = requests.Request("GET", url).prepare().url
        proxy = requests.utils.select_proxy(url, proxies)
        if proxy is None:
            return self.poolmanager.connection_from_url(spelled)
        proxy = requests.utils.prepend_scheme_if_needed(proxy, "http")
        if not urllib3.util.parse_url(proxy).host:
            raise urllib3.exceptions.ProxyError("the proxy has no host", ValueError())
        return self.proxy_manager_for(proxy).connection_from_url(spelled)


_POOLS: dict[str, Any] = {"http": _Pool, "https": _SecurePool}


class Adapter:
    """Carries the requests of one client: one origin, one set of authorities, at most one proxy.

    ``proxies`` are as requests reads them from the environment; ``connections`` are kept open at most.
    """

    def __init__(self, url: str, connections: int, tls: ssl.SSLContext | None, proxies: Mapping[str, str]) -> None:
        self._managers = _Managers(connections, tls)
        self._url = url
        self._proxies = proxies
        self._pool: Any = None

    def send(self, request: HttpRequest, seconds: float) -> Any:
        """Send a request and return urllib3's response, whose body is still to be read.

        Raises one of HTTP_ERRORS, or OSError. A redirect is a response like any other.
        """
        if self._pool is None:
            self._pool = self._managers.pool(self._url, self._proxies)
        # Of the methods of a pool the one that encodes no body: this one is encoded.
        return self._pool.request_encode_url(
            request.method,
            _target(request.url),
            body=request.body,
            headers=request.headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=seconds,
            preload_content=False,
            decode_content=False,
            enforce_content_length=True,  # the default since urllib3 2
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool = None  # urllib3 closes a pool that nobody refers to any longer
        self._managers.close()


@functools.lru_cache(maxsize=32)
def _target(url: str) -> str:
    """What of a URL the service is asked for. XML-RPC has one, and requests takes a tenth of a call's time for it."""
    target: str = requests.Request("GET", url).prepare().path_url
    return target


def environment_settings(url: str, verify: str | bool) -> tuple[str | bool, Mapping[str, str]]:
    """(what to verify with, proxies) for a URL, from the environment where ``verify`` leaves it open.

    The loopback is never reached through a proxy: the password would leave the machine unencrypted.
    """
    session = requests.Session()
    session.trust_env = url.lower().startswith("https://")
    settings = session.merge_environment_settings(url, {}, True, verify, None)
    return settings["verify"], settings["proxies"]
