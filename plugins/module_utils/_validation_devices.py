# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones and servers as users declare them -> values. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._mac import format_mac
from ._model import ABSENT, PRESENT, DesiredDevice, Server
from ._text import first_few, pluralize, shown_value
from ._urls import url_problem
from ._validation_values import Problems, parse_bool, parse_mac_option, parse_text, unknown_keys
from ._vendors.base import URL_ONLY, Capabilities, NameRule
from ._vendors.registry import VENDORS, vendor_of_mac

# What can be declared of a phone.
DEVICE_OPTIONS = ("mac", "state", "server", "server_url", "unique_url", "override", "force", "serial")


def parse_devices(
    entries: Sequence[Any], subjects: Sequence[str], vendor_name: str, *, serial_is_ignored: bool = False
) -> tuple[DesiredDevice, ...]:
    """Device entries -> DesiredDevices, in order; ``subjects`` name each for people (``devices[3]``, or a host).

    If there is no such vendor, which is a problem of another option, only what no service accepts is a problem.

    An entry is a mapping with the keys of DEVICE_OPTIONS; all but mac may be left out or None. ``serial_is_ignored``
    accepts serial numbers that the service does not need. Raises InputError with the problems of all entries, two
    entries for one MAC included.
    """
    parser = _DeviceParser(VENDORS.get(vendor_name, _ANY_SERVICE), serial_is_ignored)
    for entry, subject in zip(entries, subjects):
        parser.add(entry, subject)
    return parser.finish()


# Stands for a service that is not known: it supports every option.
_ANY_SERVICE = Capabilities(name="", title="", api_url=None, needs_serial=True)


class _DeviceParser:
    """Parses the entries of one list. Names and URLs that many phones share are checked once."""

    def __init__(self, vendor: Capabilities, serial_is_ignored: bool) -> None:
        self._vendor = vendor
        self._serial_is_ignored = serial_is_ignored
        self._problems = Problems()
        self._devices: list[DesiredDevice] = []
        self._subjects: dict[str, list[str]] = {}
        self._checked: dict[tuple[str, str], str | None] = {}

    def add(self, entry: Any, subject: str) -> None:
        """Parse one entry."""
        problems = self._problems
        if not isinstance(entry, Mapping):
            problems.add("", "must be a dictionary with mac and the other options of a phone", subject)
            return
        if not entry.keys() <= _KNOWN_KEYS:
            unknown_keys(entry, DEVICE_OPTIONS, "", problems, subject)
        mac = parse_mac_option(entry.get("mac"), "mac", problems, subject)
        if mac is not None:
            self._subjects.setdefault(mac, []).append(subject)
        device = DesiredDevice(
            mac=mac or "",
            state=parse_state(entry.get("state"), "state", problems, subject),
            server=self._text(entry, "server", subject, mac or ""),
            server_url=self._text(entry, "server_url", subject, mac or ""),
            unique_url=self._text(entry, "unique_url", subject, mac or ""),
            override=self._flag(entry, "override", subject),
            force=self._flag(entry, "force", subject),
            serial=self._text(entry, "serial", subject, mac or ""),
        )
        self._check_supported(device, subject)
        if device.state == PRESENT and self._vendor is not _ANY_SERVICE:
            self._check_target(entry, device, subject)
        self._devices.append(device)

    def finish(self) -> tuple[DesiredDevice, ...]:
        """The devices. Raises InputError with everything that was found."""
        for mac, subjects in self._subjects.items():
            if len(subjects) > 1:
                text = f"{format_mac(mac, 'colon')} is declared {len(subjects)} times: {first_few(subjects)}"
                self._problems.add("", text, fix="Declare each phone once.")
        self._problems.raise_if_any()
        return tuple(self._devices)

    def _flag(self, entry: Mapping[str, Any], key: str, subject: str) -> bool:
        value = entry.get(key)
        if value is None or value is False or value == "":
            return False
        return self._problems.attempt(lambda: parse_bool(value, key, subject), False)

    def _text(self, entry: Mapping[str, Any], key: str, subject: str, mac: str) -> str | None:
        value = entry.get(key)
        if value is None:
            return None
        text = parse_text(value, key, self._problems, subject, mac)
        if text is None or key == "serial":
            return text
        if (key, text) not in self._checked:
            names = self._vendor.server_names
            self._checked[key, text] = name_problem(text, names) if key == "server" else url_problem(text)
        problem = self._checked[key, text]
        if problem is not None:
            self._problems.add(key, problem, subject)
        return text

    def _check_supported(self, device: DesiredDevice, subject: str) -> None:
        vendor = self._vendor
        if device.override and not vendor.override:
            fix = "Remove it; only the other account can release its phone."
            self._problems.add("override", f"is not supported by {vendor.title}", subject, fix)
        if device.unique_url is not None and not vendor.unique_urls:
            fix = f"Remove it; {vendor.title} binds phones to servers only."
            self._problems.add("unique_url", f"is not supported by {vendor.title}", subject, fix)
        if device.serial is not None and not (vendor.needs_serial or self._serial_is_ignored):
            fix = "Remove it; only services that need serial numbers take it."
            self._problems.add("serial", f"is not supported by {vendor.title}", subject, fix)

    def _check_target(self, entry: Mapping[str, Any], device: DesiredDevice, subject: str) -> None:
        """What a phone that is present is bound to must be there; if it is there and wrong, that was noted already."""
        if self._vendor.binds_to == URL_ONLY:
            if device.url is None and _missing(entry, "server_url") and _missing(entry, "unique_url"):
                why = f", because {self._vendor.title} binds a phone to a URL"
                self._problems.add("server_url", "or unique_url is required", subject, more=why)
            if self._vendor.stores_name and device.server is None and _missing(entry, "server"):
                why = f", because {self._vendor.title} stores this name with the phone"
                self._problems.add("server", "is required", subject, more=why)
        elif device.server is None and _missing(entry, "server"):
            self._problems.add("server", "is required", subject)


_KNOWN_KEYS = frozenset(DEVICE_OPTIONS)


def _missing(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key)
    return value is None or (isinstance(value, str) and not value.strip())


def parse_state(value: Any, option: str, problems: Problems, subject: str = "") -> str:
    """``present`` or ``absent``; the default for None and empty text, and if the problem was noted."""
    if value in (None, "", PRESENT):
        return PRESENT
    if value == ABSENT:
        return ABSENT
    if isinstance(value, bool):
        text = "must be present or absent, but was read as a boolean"
    elif isinstance(value, str):
        if value.strip() in (PRESENT, ABSENT):
            return value.strip()
        text = f"must be present or absent, not '{shown_value(value)}'"
    else:
        text = "must be present or absent"
    problems.add(option, text, subject)
    return PRESENT


def name_problem(name: str, rule: NameRule) -> str | None:
    """Why this is no name of a server, as the end of a sentence, or None."""
    if re.fullmatch(rule.pattern, name):
        return None
    return f"can only contain {rule.words}, not '{shown_value(name)}'"


def parse_server(name: Any, url: Any, subject: str = "", vendor_name: str = "") -> Server:
    """One server. ``subject`` is the neutral name of the entry that it is in, for instance ``servers[2]``, or "".
    ``vendor_name`` is the service whose rule for names counts; the usual one if there is no such service.

    Raises InputError with everything that is wrong with it.
    """
    problems = Problems()
    names = VENDORS.get(vendor_name, _ANY_SERVICE).server_names
    prefix = f"{subject}: " if subject else ""
    texts: list[str] = []
    for key, value in (("name", name), ("url", url)):
        text = parse_text(value, f"{prefix}{key}", problems)
        texts.append(text or "")
        if text is None:
            if value is None or isinstance(value, str):
                problems.add(f"{prefix}{key}", "is required")
            continue
        problem = name_problem(text, names) if key == "name" else url_problem(text)
        if problem is not None:
            problems.add(f"{prefix}{key}", problem)
    problems.raise_if_any()
    return Server(texts[0], texts[1])


def server_name_warning(name: str, vendor_name: str) -> str | None:
    """A warning if a name is longer than the service is known to accept."""
    vendor = VENDORS[vendor_name]
    if vendor.server_name_limit is None or len(name) <= vendor.server_name_limit:
        return None
    return (
        f"Server name '{name}' has {len(name)} characters; {vendor.title} is known to accept up to "
        f"{vendor.server_name_limit}, so choose a shorter name if this one is refused."
    )


def mac_prefix_warnings(macs: Iterable[str], vendor_name: str) -> list[str]:
    """A sentence for each other supported vendor whose MAC prefixes phones have that are declared for this one."""
    own = VENDORS[vendor_name].mac_prefixes or ("-",)
    others: dict[str, list[str]] = {}
    for mac in macs:
        if not mac.startswith(own):
            other = vendor_of_mac(mac)
            if other is not None and other != vendor_name:
                others.setdefault(other, []).append(format_mac(mac, "colon"))
    sentences: list[str] = []
    for other, found in sorted(others.items()):
        verb = "has a MAC address" if len(found) == 1 else "have MAC addresses"
        sentences.append(
            f"{pluralize(len(found), 'phone')} {verb} of {VENDORS[other].title} but vendor is {vendor_name}: "
            f"{first_few(found, 3)}; check vendor and MAC."
        )
    return sentences
