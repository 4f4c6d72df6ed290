# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options and logins of the environment -> a Connection. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ._errors import InputError, Problem, problem
from ._model import CONNECTION_OPTIONS, Connection
from ._text import closest, shown_value, to_printable
from ._urls import is_host, split_url
from ._validation_run import parse_deadline
from ._validation_values import Problems, check_text, parse_bool, parse_number, unknown_keys
from ._vendors.capabilities import VENDORS

# The defaults of connection options.
DEFAULT_TIMEOUT = 30.0  # seconds, for one try of a call
DEFAULT_RETRIES = 3
DEFAULT_CONCURRENCY = 8
MAX_CONCURRENCY = 64
_LONGEST_TIMEOUT_S = 86_400
_MOST_RETRIES = 100
# What RFC 3986 calls unreserved: the same character with and without a percent sign.
_UNRESERVED = re.compile("%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)
_PORTS = {"https": "443", "http": "80"}
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?")


def parse_connection(options: Mapping[str, Any], *, subject: str = "", strict_keys: bool = False) -> Connection:
    """Connection options, and ``deadline`` -> Connection. None or missing means the default.

    ``subject`` is the neutral name of what has the options, for instance ``accounts.office``, or "" for the options of
    a module. ``strict_keys`` refuses options that do not exist. Raises InputError with all problems.
    """
    problems = Problems()
    prefix = f"{subject}: " if subject else ""
    if strict_keys:
        unknown_keys(options, (*CONNECTION_OPTIONS, "deadline"), subject, problems)
    vendor = _vendor(options.get("vendor"), f"{prefix}vendor", problems)
    username, password = _login(options, vendor, prefix, problems)
    api_url = _api_url(options.get("api_url"), vendor, f"{prefix}api_url", problems)

    timeout = _number(options, "timeout", DEFAULT_TIMEOUT, (0.001, _LONGEST_TIMEOUT_S), prefix, problems)
    retries = _number(options, "retries", DEFAULT_RETRIES, (0, _MOST_RETRIES), prefix, problems)
    concurrency = _number(options, "concurrency", DEFAULT_CONCURRENCY, (1, MAX_CONCURRENCY), prefix, problems)
    certs = options.get("validate_certs")
    # Never by Python's rules for booleans: a typing mistake must switch the verification neither off nor on.
    verify = certs in (None, "") or problems.attempt(lambda: parse_bool(certs, f"{prefix}validate_certs"), True)
    ca_path = options.get("ca_path")
    check_text(ca_path, f"{prefix}ca_path", problems)
    deadline = problems.attempt(lambda: parse_deadline(options.get("deadline"), f"{prefix}deadline"), None)
    problems.raise_if_any()
    return Connection(
        vendor=vendor,
        api_url=api_url,
        username=username,
        password=password,
        validate_certs=verify,
        ca_path=ca_path or None,
        timeout=timeout,
        retries=int(retries),
        concurrency=int(concurrency),
        deadline=deadline,
    )


def _number(
    options: Mapping[str, Any], key: str, default: float, bounds: tuple[float, float], prefix: str, problems: Problems
) -> float:
    """A number; a whole one if its default is."""
    value = options.get(key)
    if value is None or value == "":
        return default
    whole = isinstance(default, int)
    return problems.attempt(
        lambda: parse_number(value, f"{prefix}{key}", *bounds, whole=whole, seconds=not whole), default
    )


def _vendor(value: Any, option: str, problems: Problems) -> str:
    """The vendor, or "" if the problem was noted."""
    if not check_text(value, option, problems):
        return ""
    name = (value or "").strip()
    if name in VENDORS:
        return str(name)
    choices = tuple(sorted(VENDORS))
    if not name:
        problems.add(option, "vendor_required", choices=choices)
    else:
        value, meant = shown_value(name), closest(name, VENDORS)
        problems.add(option, "not_a_choice.value", choices=choices, value=value, meant=meant)
    return ""


def _login(options: Mapping[str, Any], vendor: str, prefix: str, problems: Problems) -> tuple[str, str]:
    """User name and password as they are given: blanks at their ends may be part of them."""
    variables = f"RPS_{(vendor or 'api').upper()}"
    found: list[str] = []
    missing: list[str] = []
    for key in ("api_username", "api_password"):
        value = options.get(key)
        found.append(value if isinstance(value, str) else "")
        if not check_text(value, f"{prefix}{key}", problems):
            continue
        if not value:
            missing.append(key)
        elif not _encodable(value):
            problems.add(f"{prefix}{key}", "login_not_utf8")
    if len(missing) == 2:
        code = "login_required" if prefix else "login_required.environment"
        problems.add(f"{prefix}api_username", code, variables=variables)
    elif missing:
        code = "required" if prefix else "login_required.half"
        problems.add(f"{prefix}{missing[0]}", code, variables=variables)
    if ":" in found[0]:
        problems.add(f"{prefix}api_username", "login_colon")
    return found[0], found[1]


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _api_url(value: Any, vendor: str, option: str, problems: Problems) -> str:
    if not check_text(value, option, problems):
        return ""
    url = (value or "").strip()
    if url:
        code = _api_url_problem(url)
        if code is not None:
            parts = split_url(url)
            problems.add(option, code, host=to_printable(parts.host) if parts is not None else "")
        return str(url)
    default = VENDORS[vendor].api_url if vendor in VENDORS else ""
    if default is None:
        problems.add(option, "api_url_required", service=VENDORS[vendor].title)
    return default or ""


def _api_url_problem(url: str) -> str | None:
    """Why this is no address of a service, as the code of a problem, or None."""
    parts = split_url(url)
    if parts is None or parts.scheme not in ("https", "http"):
        return "api_url_scheme"
    if "@" in url:
        return "api_url_login"
    if not is_host(parts.host) or any(char.isspace() or not char.isprintable() for char in url):
        return "api_url_unusable"
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.host):
        return "api_url_plain"
    return None


def connection_identity(connection: Connection) -> str:
    """What distinguishes accounts: service, scheme, host, port, path without a final slash, user name."""
    parts = split_url(connection.api_url)
    if parts is None:
        return f"{connection.vendor} {connection.api_url} {connection.username}"
    name, colon, port = parts.host.rpartition(":") if not parts.host.endswith("]") else (parts.host, "", "")
    if not colon:
        name = parts.host
    host = f"{name.rstrip('.')}:{(port.lstrip('0') if colon else '') or _PORTS.get(parts.scheme, '')}"
    return f"{connection.vendor} {parts.scheme}://{host}{_sent_path(parts.path)} {connection.username}"


def _sent_path(path: str) -> str:
    """A path as it is sent: without dot segments and needless percent signs. Also without a final slash."""
    unquoted = _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), path)
    segments: list[str] = []
    for segment in unquoted.split("/"):
        if segment == "..":
            segments = segments[:1] if len(segments) < 2 else segments[:-1]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments).rstrip("/")


def login_from_environment(environ: Mapping[str, str], vendor: str | None) -> dict[str, Any]:
    """The login and the address that the environment has for a vendor, as one set; {} if it has none.

    Keys: api_username, api_password and api_url, as far as they are set, and ``vendor`` if it was not given and
    RPS_VENDOR names it. ``RPS_<VENDOR>_USERNAME``, ``_PASSWORD`` and ``_API_URL`` count if that user name is set, else
    ``RPS_API_USERNAME``, ``_PASSWORD`` and ``_URL``, which RPS_VENDOR may reserve for one vendor. Nothing is mixed
    between sets. Empty variables count as not set.
    """
    reserved = environ.get("RPS_VENDOR", "").strip()
    found: dict[str, Any] = {}
    if not vendor:
        if not reserved:
            return {}
        vendor = found["vendor"] = reserved
    own = f"RPS_{vendor.upper()}_"
    if environ.get(f"{own}USERNAME"):
        names = (f"{own}USERNAME", f"{own}PASSWORD", f"{own}API_URL")
    elif reserved in ("", vendor):
        names = ("RPS_API_USERNAME", "RPS_API_PASSWORD", "RPS_API_URL")
    else:
        return found
    if environ.get(names[0]):
        keys = ("api_username", "api_password", "api_url")
        found.update({key: environ[name] for key, name in zip(keys, names) if environ.get(name)})
    return found


def incomplete_credentials(environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """The logins in the environment of which one half is missing."""
    found: list[Problem] = []
    for prefix in ("RPS_API_", *(f"RPS_{name.upper()}_" for name in sorted(VENDORS))):
        names = (f"{prefix}USERNAME", f"{prefix}PASSWORD")
        there = [name for name in names if environ.get(name)]
        if len(there) == 1:
            missing = names[1] if there[0] == names[0] else names[0]
            found.append(problem("", "half_login", given=there[0], missing=missing))
    return tuple(found)


def connection_with_environment(options: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """The connection of a module or of the inventory plugin: its options, and the environment for what they leave out.

    Login and address come from the environment only if neither user name nor password is given, and then as one set.
    Raises InputError with all problems.
    """
    values = {key: options.get(key) for key in (*CONNECTION_OPTIONS, "deadline")}
    for key in ("vendor", "validate_certs", "ca_path", "timeout"):
        if values[key] is None:
            values[key] = environ.get(f"RPS_{key.upper()}") or None
    vendor = values["vendor"] if isinstance(values["vendor"], str) else None
    if values["api_username"] is None and values["api_password"] is None:
        found = login_from_environment(environ, vendor)
        values.update({key: value for key, value in found.items() if values[key] is None})
    try:
        return parse_connection(values)
    except InputError as error:
        if values["api_username"] and values["api_password"]:
            raise
        raise InputError([*error.problems, *environment_hints(environ, vendor)]) from None


def environment_hints(environ: Mapping[str, str], vendor: str | None) -> tuple[Problem, ...]:
    """Why the environment gives no login, for a message about a missing one."""
    hints = list(incomplete_credentials(environ))
    reserved = environ.get("RPS_VENDOR", "").strip()
    if environ.get("RPS_API_USERNAME") and vendor and reserved not in ("", vendor):
        hints.append(problem("", "other_login", reserved=shown_value(reserved), vendor=vendor))
    return tuple(hints)
