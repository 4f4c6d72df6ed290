# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declared -> checked values, with every problem found at once and before any call. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import InputError
from ._mac import parse_mac
from ._model import ABSENT, PRESENT, Connection, DesiredDevice, Server
from ._text import to_printable
from ._urls import is_host, split_url, url_problem
from ._vendors.registry import VENDORS, Vendor

# The connection options of the contract, by their names.
CONNECTION_OPTIONS = (
    "vendor",
    "api_url",
    "api_username",
    "api_password",
    "validate_certs",
    "ca_path",
    "timeout",
    "retries",
    "concurrency",
)
_NAME = re.compile(r"[A-Za-z0-9_. -]+")
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?\s*%")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{1,12}")
_TRUE = frozenset({"y", "yes", "on", "1", "true", "t"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f"})


def int_as_text(value: Any) -> Any:
    """A name that YAML or a template took for a whole number, as text; anything else as it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def name_problem(name: Any) -> str | None:
    """Why this is no server name, as the end of a sentence, or None (Yealink 4.9.3: A-z 0-9 - _ . and blank)."""
    if name is not None and not isinstance(name, str):
        return "must be text"
    if name is None or not name.strip():
        return "must not be empty"
    if not _NAME.fullmatch(name):
        return f"can only contain A-Z a-z 0-9 - _ . and blanks, and '{to_printable(name)[:60]}' holds something else"
    return None


def name_warning(name: str, vendor: Vendor) -> str | None:
    if vendor.name_limit is not None and len(name) > vendor.name_limit:
        return (
            f"The server name '{name}' has {len(name)} characters; {vendor.title} is known to accept "
            f"{vendor.name_limit} at most, so choose a shorter one if it is refused."
        )
    return None


def parse_server(name: Any, url: Any, label: str) -> Server:
    """One server, or InputError with all that is wrong with it; ``label``, where there is one, begins each sentence."""
    front = f"{label}: " if label else ""
    problems: list[str] = []
    name = int_as_text(name)
    wrong = name_problem(name)
    if wrong:
        problems.append(f"{front}the server name {wrong}.")
    if not isinstance(url, str) or not url.strip():
        problems.append(f"{front}the URL must not be empty.")
    else:
        wrong = url_problem(url)
        if wrong:
            problems.append(f"{front}the URL {wrong}.")
    if problems:
        raise InputError(problems)
    return Server(name.strip(), url.strip())


def parse_devices(
    entries: Sequence[Mapping[str, Any]], labels: Sequence[str], vendor_name: str
) -> tuple[DesiredDevice, ...]:
    """Check and normalise device entries; ``labels`` names each for people (``devices[3]``, or a host's name).

    Keys of an entry: mac, state, server, server_url, unique_url, override, force; all but mac may be left out.
    Raises InputError with the problems of all entries, two entries for one MAC included.
    """
    vendor = VENDORS[vendor_name]
    problems: list[str] = []
    declared: list[DesiredDevice] = []
    seen: dict[str, list[str]] = {}
    for given, label in zip(entries, labels):
        mine: list[str] = []
        entry = {**given, "server": int_as_text(given.get("server"))}
        mac = ""
        try:
            mac = parse_mac(entry.get("mac"))
            seen.setdefault(mac, []).append(label)
        except ValueError as error:
            mine.append(str(error) if entry.get("mac") not in (None, "") else "no MAC address is given")
        mine.extend(_entry_problems(entry, vendor))
        front = f"{label}: " if label else ""
        problems.extend(f"{front}{text}." for text in mine)
        if not mine:
            declared.append(_declared(mac, entry))
    for mac, where in seen.items():
        if len(where) > 1:
            problems.append(f"{mac} is declared {len(where)} times ({', '.join(where)}); declare it once.")
    if problems:
        raise InputError(problems)
    return tuple(declared)


def _entry_problems(entry: Mapping[str, Any], vendor: Vendor) -> list[str]:
    problems: list[str] = []
    state = entry.get("state") or PRESENT
    if state not in (PRESENT, ABSENT):
        problems.append(f"the state must be present or absent, not '{to_printable(str(state))[:40]}'")
    server = entry.get("server")
    if server not in (None, ""):
        wrong = name_problem(server)
        if wrong:
            problems.append(f"the server name {wrong}")
    elif state == PRESENT:
        problems.append("a server is required with state present")
    for key in ("server_url", "unique_url"):
        url = entry.get(key)
        if url in (None, ""):
            continue
        wrong = url_problem(url) if isinstance(url, str) else "must be text"
        if wrong:
            problems.append(f"{key} {wrong}")
    if entry.get("unique_url") and not vendor.unique_urls:
        problems.append(f"unique_url is not supported by {vendor.title}; remove it and use server")
    return problems


def _declared(mac: str, entry: Mapping[str, Any]) -> DesiredDevice:
    def text(key: str) -> str | None:
        value = entry.get(key)
        return value.strip() or None if isinstance(value, str) else None

    return DesiredDevice(
        mac=mac,
        state=entry.get("state") or PRESENT,
        server=text("server"),
        server_url=text("server_url"),
        unique_url=text("unique_url"),
        override=bool(entry.get("override")),
        force=bool(entry.get("force")),
    )


def parse_connection(options: Mapping[str, Any], label: str = "") -> Connection:
    """Connection options (contract; None or missing means the default) -> Connection. Raises InputError.

    ``label`` begins each sentence, for instance ``rps_accounts.office``.
    """
    front = f"{label}: " if label else ""
    problems: list[str] = []
    vendor = options.get("vendor")
    if not isinstance(vendor, str) or vendor not in VENDORS:
        given = f", not '{to_printable(str(vendor))[:40]}'" if vendor else ""
        problems.append(f"{front}vendor must be one of {', '.join(sorted(VENDORS))}{given}.")
    problems.extend(f"{front}{text}." for text in _login_problems(options, bool(label)))
    api_url = options.get("api_url") or (
        VENDORS[vendor].api_url if isinstance(vendor, str) and vendor in VENDORS else ""
    )
    if api_url:
        wrong = _api_url_problem(str(api_url))
        if wrong:
            problems.append(f"{front}api_url {wrong}.")
    timeout = _number(options, "timeout", 30.0, (0.001, 86400.0), front, problems)
    retries = _number(options, "retries", 3, (0, 100), front, problems)
    concurrency = _number(options, "concurrency", 8, (1, 64), front, problems)
    certs, deadline = True, None
    try:
        if options.get("validate_certs") is not None:
            # Never by Python's idea of truth: a typing mistake must not switch the verification off, nor on.
            certs = to_bool(options["validate_certs"], f"{front}validate_certs")
        deadline = parse_deadline(options.get("deadline"), f"{front}deadline")
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return Connection(
        vendor=str(vendor),
        api_url=str(api_url).strip(),
        username=options["api_username"],
        password=options["api_password"],
        validate_certs=certs,
        ca_path=options.get("ca_path") or None,
        timeout=float(timeout),
        retries=int(retries),
        concurrency=int(concurrency),
        deadline=deadline,
    )


def _login_problems(options: Mapping[str, Any], in_account: bool) -> list[str]:
    problems: list[str] = []
    for key in ("api_username", "api_password"):
        value = options.get(key)
        if isinstance(value, (int, float)):
            problems.append(f"{key} was read as a number or a boolean; put it in quotes")
        elif value is None or value == "":
            hint = "set it in this account" if in_account else f"set it or its environment variable RPS_{key.upper()}"
            problems.append(f"{key} is missing; {hint}")
        elif not isinstance(value, str):
            problems.append(f"{key} must be text")
        elif not _encodable(value):
            problems.append(f"{key} holds bytes that are no text; write it as UTF-8")
    if isinstance(options.get("api_username"), str) and ":" in options["api_username"]:
        problems.append("api_username cannot hold a colon (basic authentication)")
    return problems


def to_bool(value: Any, name: str) -> bool:
    """A boolean as Ansible users write them; None is False. Raises InputError."""
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise InputError([f"{name} must be true or false, not '{to_printable(str(value))[:40]}'."])


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _api_url_problem(url: str) -> str | None:
    parts = split_url(url)
    if parts is None or parts.scheme not in ("https", "http"):
        return "must begin with https://"
    if "@" in url:
        return "must not hold a login; give it as api_username and api_password"
    if not is_host(parts.host) or any(char.isspace() or not char.isprintable() for char in url.strip()):
        return "is not a usable address"
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.host):
        return (
            f"would send the password unencrypted to {to_printable(parts.host)}; use https:// (http:// is "
            "for localhost only)"
        )
    return None


def parse_deadline(value: Any, option: str) -> float | None:
    """Seconds for a whole run, or None for no bound. Raises InputError."""
    if value is None or value == "":
        return None
    problems: list[str] = []
    seconds = _number({option: value}, option, 0.0, (0.001, 31536000.0), "", problems)
    if problems:
        raise InputError(problems)
    return float(seconds)


def _number(
    options: Mapping[str, Any], key: str, default: float, bounds: tuple[float, float], front: str, problems: list[str]
) -> float:
    value = options.get(key)
    low, high = bounds
    if value is None:
        return default
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    whole = isinstance(default, int)
    if isinstance(value, bool) or not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number of seconds"
        limits = f"from {low:g} to {high:.0f}"
        problems.append(f"{front}{key} must be {kind} {limits}, not '{to_printable(str(value))[:40]}'.")
        return default
    return number


@dataclass(frozen=True)
class Limit:
    """How many devices may be removed: a count, or a share in ten-thousandths of what the account holds."""

    text: str
    count: int | None = None
    share: int = 0

    def of(self, listed: int) -> int:
        """The count for an account that lists so many devices, rounded down."""
        return self.count if self.count is not None else listed * self.share // 1_000_000


DEFAULT_LIMIT = Limit("10%", share=100_000)


def parse_limit(value: Any, option: str = "purge_limit") -> Limit:
    """``10%`` (of the listed devices, decimals allowed, 100% at most) or a count. Raises InputError."""
    text = str(value).strip()
    match = _PERCENT.fullmatch(text)
    if match:
        share = int(match[1]) * 10_000 + int((match[2] or "0").ljust(4, "0"))
        if share <= 1_000_000:
            return Limit(text, share=share)
    if re.fullmatch("[0-9]{1,7}", text) and not isinstance(value, bool):
        return Limit(text, count=int(text))
    raise InputError(
        [f"{option} must be a percentage such as 10% or a count such as 5, not '{to_printable(text)[:40]}'."]
    )


def parse_digest(value: Any, option: str = "expect_plan") -> str | None:
    """A plan's digest, or None where none was given. Raises InputError for anything else."""
    if value is None:
        return None
    if not isinstance(value, str) or not _DIGEST.fullmatch(value.strip()):
        raise InputError(
            [f"{option} must be a plan's digest, sha256: and 64 hex digits, as a check-mode run returns it in plan."]
        )
    return value.strip()


def parse_prefixes(values: Sequence[Any], declared: Sequence[DesiredDevice], option: str = "ignore") -> tuple[str, ...]:
    """MACs or MAC prefixes in any notation -> bare lower-case prefixes.

    Raises InputError with all that are none, and with declared phones that are to be ignored at the same time.
    """
    prefixes: list[str] = []
    problems: list[str] = []
    for value in values:
        if isinstance(value, (int, float)):
            text = to_printable(str(value))[:40]
            problems.append(f"{option}: {text} was read as a number; put the MAC address in quotes.")
            continue
        bare = re.sub(r"[-: ]", "", str(value).strip().lower())
        if _PREFIX.fullmatch(bare):
            prefixes.append(bare)
        else:
            problems.append(
                f"{option}: '{to_printable(str(value))[:40]}' is neither a MAC address nor the beginning of one."
            )
    both = [device.mac for device in declared if prefixes and device.mac.startswith(tuple(prefixes))]
    problems.extend(f"{mac} is declared and in {option}; remove it from one of them." for mac in both)
    if problems:
        raise InputError(problems)
    return tuple(sorted(set(prefixes)))


def parse_purge_servers(
    names: Sequence[Any] | None, declared: Sequence[DesiredDevice], vendor_name: str, option: str = "purge_servers"
) -> dict[str, str] | None:
    """Names of servers -> their URLs, as ``server_url`` of a declared phone tells them; None where none were given.

    Raises InputError where the vendor does not show URLs, or a server's URL stands nowhere.
    """
    if names is None:
        return None
    vendor = VENDORS[vendor_name]
    if not vendor.shows_url:
        raise InputError([f"{option} is not supported by {vendor.title}, which does not tell where a device points."])
    known = {device.server: device.server_url for device in declared if device.server_url is not None}
    urls: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        url = known.get(name)
        if url is None:
            problems.append(
                f"{option}: the URL of server '{to_printable(str(name))[:60]}' is not declared; give a server_url."
            )
        else:
            urls[str(name)] = url
    if problems:
        raise InputError(problems)
    return urls
