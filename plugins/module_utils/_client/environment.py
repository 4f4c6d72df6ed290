# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a service is reached: its address, the proxy and the authorities of the environment, as requests sees them.

The only file that imports requests and urllib3.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import functools
import ssl
import traceback
from pathlib import Path
from typing import Any

from .connections import Address, Proxy, ProxyError, Route, SocksProxyError

# Typed loosely: whether requests is there is only known at run time, and its absence must not be an import error.
requests: Any = None
urllib3: Any = None
REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import requests.adapters
    import urllib3
    import urllib3.util.ssl_
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

_PORTS = {"http": 80, "https": 443}


def trusted_bundle(url: str, verify: str | bool) -> str | bool:
    """The CA bundle for a URL, from the environment where ``verify`` leaves it open: True is the one of requests.

    ``verify`` is as requests has it: a file or a folder of authorities, True for the default, False for none.
    """
    found: str | bool = _settings(url, verify)["verify"]
    return found


def tls_context(verify: str | bool) -> ssl.SSLContext:
    """What all TLS connections of a client share: reading a bundle of authorities costs as much as fifty calls.

    ``verify`` is as above. Raises OSError if a bundle cannot be read, or is none.
    """
    reqs = ssl.CERT_NONE if verify is False else ssl.CERT_REQUIRED
    context: ssl.SSLContext = urllib3.util.ssl_.create_urllib3_context(cert_reqs=reqs)
    context.set_alpn_protocols(["http/1.1"])
    if verify is not False:
        context.check_hostname = True
        path = Path(verify if isinstance(verify, str) else requests.certs.where())
        if path.is_dir():
            context.load_verify_locations(capath=str(path))
        else:
            context.load_verify_locations(cafile=str(path))
    return context


def find_route(url: str, tls: ssl.SSLContext | None) -> Route:
    """The way to a service, through the proxy of the environment if there is one for its URL.

    Raises ProxyError for a proxy that cannot be used, ValueError or OSError for a URL that cannot.
    """
    proxy = requests.utils.select_proxy(url, _settings(url, verify=True)["proxies"])
    return Route(_address(requests.Request("GET", url).prepare().url), tls, _proxy(proxy, tls) if proxy else None)


def _settings(url: str, verify: str | bool) -> Any:
    """What requests takes from the environment for a URL.

    Plain HTTP, which is for the loopback, never goes through a proxy: the password would leave the machine unencrypted.
    """
    session = requests.Session()
    session.trust_env = url.lower().startswith("https://")
    return session.merge_environment_settings(url, {}, True, verify, None)


def _address(url: str) -> Address:
    """Host, without brackets, and port of a URL."""
    parts = urllib3.util.parse_url(url)
    return parts.host.strip("[]"), parts.port or _PORTS[parts.scheme]


def _proxy(text: str, tls: ssl.SSLContext | None) -> Proxy:
    if text.lower().startswith("socks"):
        raise SocksProxyError("SOCKS proxies are not supported")
    try:
        url = requests.utils.prepend_scheme_if_needed(text, "http")
        address = _address(url)
        login = requests.adapters.HTTPAdapter().proxy_headers(url)
    except (AttributeError, KeyError, TypeError, ValueError, OSError):  # whatever these find in a text that is none
        raise ProxyError("this is no proxy") from None
    return Proxy(address, tls if url.lower().startswith("https:") else None, login)


@functools.lru_cache(maxsize=32)
def target_of(url: str) -> str:
    """What of a URL the service is asked for. XML-RPC has one, and requests takes a tenth of a call's time for it."""
    target: str = requests.Request("GET", url).prepare().path_url
    return target
