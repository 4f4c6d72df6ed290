# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP connections that obey one clock for each try, on requests' and urllib3's own classes.

A timeout for each read does not bound a call: an answer dribbled byte by byte outlives any of them. Here every read and
write of a socket gets just the time that the try has left. The connections also note the moment the request leaves, so
"not sent" is a fact and no guess from an exception's type.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
import traceback
import weakref
from typing import Any

# Typed loosely: whether requests is there is only known at run time, and its absence must not be an import error.
requests: Any = None
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
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    HTTP_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)
    _AdapterBase = requests.adapters.HTTPAdapter
    _HttpBase = urllib3.connection.HTTPConnection
    _HttpsBase = urllib3.connection.HTTPSConnection
    _HttpPool = urllib3.HTTPConnectionPool
    _HttpsPool = urllib3.HTTPSConnectionPool


class Clock:
    """The time that a client lives by. Tests give it a virtual one, which makes waiting free."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set, at most so many seconds; whether it is set."""
        return event.wait(seconds)


class OpenSockets:
    """The sockets of one client, so that another thread can cut off the calls in flight."""

    def __init__(self) -> None:
        self.cut = False
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.RLock()  # a signal handler may cut off a thread that has it

    def add(self, found: Any) -> None:
        """Remember a socket. Raises OSError after the cut."""
        with self._lock:
            if self.cut:
                raise OSError("the calls of this client are cut off")
            self._sockets.add(found)

    def cut_off(self) -> None:
        """End every operation on every socket, now and later."""
        with self._lock:
            self.cut = True
            sockets = list(self._sockets)
        for one in sockets:
            # The plain call: that of a TLS socket would take its state from the thread that reads.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class Deadline(threading.local):
    """The try that this thread is making: when it must be over (monotonic seconds), whether its request has left."""

    clock = Clock()
    until = 0.0
    seconds = 0.0  # that the try was given
    sent = False
    sockets = OpenSockets()

    def start(self, clock: Clock, until: float, sockets: OpenSockets) -> None:
        """Begin a try that must be over at ``until`` (of this clock), and whose connections are among ``sockets``."""
        self.clock = clock
        self.until = until
        self.seconds = until - clock.monotonic()
        self.sent = False
        self.sockets = sockets

    @property
    def expired(self) -> bool:
        """Whether the time of the try is over."""
        return self.clock.monotonic() >= self.until

    def remaining(self) -> float:
        """Seconds left. Raises socket.timeout if there are none."""
        left = self.until - self.clock.monotonic()
        if left <= 0:
            raise socket.timeout("the time for this call is over")
        return left


deadline = Deadline()


class DeadlineSocket:
    """A connected socket whose every operation gets only the time that the try has left."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def settimeout(self, _seconds: float | None) -> None:
        """Ignored: the deadline rules."""

    def recv_into(self, buffer: Any, *args: Any) -> int:
        """Receive within the time that is left."""
        self._inner.settimeout(deadline.remaining())
        received: int = self._inner.recv_into(buffer, *args)
        return received

    def sendall(self, data: Any, *args: Any) -> None:
        """Send within the time that is left."""
        self._inner.settimeout(deadline.remaining())
        self._inner.sendall(data, *args)

    def makefile(self, _mode: str = "rb", _buffering: int = -1, **_kwargs: Any) -> Any:
        """What http.client reads an answer through. The count of open files keeps the socket open until the last."""
        self._inner._io_refs += 1  # noqa: SLF001
        myself: Any = self
        return io.BufferedReader(socket.SocketIO(myself, "rb"))


class _DeadlineMixin:
    """Mixed into urllib3's connections: connect within the time left, and note when the request leaves."""

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
            self.connect()
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


_POOLS: dict[str, Any] = {"http": _Pool, "https": _SecurePool}


class Adapter(_AdapterBase):
    """requests' adapter on the connections above, for one client: one origin, one way to verify it, one proxy."""

    _pool: Any = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """As the parent, which looks for the pool of a request; here it is always the same."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def build_response(self, req: Any, resp: Any) -> Any:
        """What the client reads of a response. The parent also looks for cookies and a text encoding, for nothing."""
        response = requests.Response()
        response.request, response.url, response.connection = req, req.url, self
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        return response

    def close(self) -> None:
        """As the parent; urllib3 closes a pool without references."""
        self._pool = None
        super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the parent, with the connections above."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """As the parent, with the connections above."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
