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
from ._model import ABSENT, PRESENT, DesiredDevice, Reason, Server, reason
from ._text import shown_value
from ._urls import url_problem
from ._validation_values import Problems, is_blank, parse_bool, parse_mac_option, parse_text, unknown_keys
from ._vendors.base import URL_ONLY, Capabilities, NameRule
from ._vendors.capabilities import VENDORS, vendor_of_mac

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
            problems.add("", "not_a_device", subject)
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
                phone = format_mac(mac, "colon")
                self._problems.add("", "declared_twice", phone=phone, count=len(subjects), where=tuple(subjects))
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
            self._checked[key, text] = _name_problem(text, names) if key == "server" else url_problem(text)
        code = self._checked[key, text]
        if code is not None:
            self._problems.add(key, code, subject, **_quoted(code, text, self._vendor.server_names))
        return text

    def _check_supported(self, device: DesiredDevice, subject: str) -> None:
        vendor = self._vendor
        if device.override and not vendor.override:
            self._problems.add("override", "unsupported.override", subject, service=vendor.title)
        if device.unique_url is not None and not vendor.unique_urls:
            self._problems.add("unique_url", "unsupported.unique_url", subject, service=vendor.title)
        if device.serial is not None and not (vendor.needs_serial or self._serial_is_ignored):
            self._problems.add("serial", "unsupported.serial", subject, service=vendor.title)

    def _check_target(self, entry: Mapping[str, Any], device: DesiredDevice, subject: str) -> None:
        """What a phone that is present is bound to must be there; if it is there and wrong, that was noted already."""
        if self._vendor.binds_to == URL_ONLY:
            if device.url is None and is_blank(entry.get("server_url")) and is_blank(entry.get("unique_url")):
                self._problems.add("server_url", "url_required", subject, service=self._vendor.title)
            if self._vendor.stores_name and device.server is None and is_blank(entry.get("server")):
                self._problems.add("server", "name_required", subject, service=self._vendor.title)
        elif device.server is None and is_blank(entry.get("server")):
            self._problems.add("server", "required", subject)


_KNOWN_KEYS = frozenset(DEVICE_OPTIONS)


def parse_state(value: Any, option: str, problems: Problems, subject: str = "") -> str:
    """``present`` or ``absent``; the default for None and empty text, and if the problem was noted."""
    choices = (PRESENT, ABSENT)
    if value in (None, "", PRESENT):
        return PRESENT
    if value == ABSENT:
        return ABSENT
    if isinstance(value, bool):
        problems.add(option, "not_a_choice.kind", subject, choices=choices, kind="boolean")
    elif isinstance(value, str):
        if value.strip() in choices:
            return value.strip()
        problems.add(option, "not_a_choice.value", subject, choices=choices, value=shown_value(value))
    else:
        problems.add(option, "not_a_choice", subject, choices=choices)
    return PRESENT


def _name_problem(name: str, rule: NameRule) -> str | None:
    """Why this is no name of a server, as the code of a problem, or None."""
    return None if re.fullmatch(rule.pattern, name) else "name_characters"


def _quoted(code: str, text: str, rule: NameRule) -> dict[str, str]:
    """The parameters of a problem of a name; a URL is not quoted, since it may have secrets."""
    return {"allowed": rule.words, "value": shown_value(text)} if code == "name_characters" else {}


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
            if is_blank(value):
                problems.add(f"{prefix}{key}", "required")
            continue
        code = _name_problem(text, names) if key == "name" else url_problem(text)
        if code is not None:
            problems.add(f"{prefix}{key}", code, **_quoted(code, text, names))
    problems.raise_if_any()
    return Server(texts[0], texts[1])


def server_name_notice(name: str, vendor_name: str) -> Reason | None:
    """A notice if a name is longer than the service is known to accept."""
    vendor = VENDORS[vendor_name]
    if vendor.server_name_limit is None or len(name) <= vendor.server_name_limit:
        return None
    return reason("long_name", server=name, length=len(name), limit=vendor.server_name_limit)


def mac_prefix_notices(macs: Iterable[str], vendor_name: str) -> list[Reason]:
    """A notice for each other supported vendor whose MAC prefixes phones have that are declared for this one."""
    own = VENDORS[vendor_name].mac_prefixes or ("-",)
    others: dict[str, list[str]] = {}
    for mac in macs:
        if not mac.startswith(own):
            other = vendor_of_mac(mac)
            if other is not None and other != vendor_name:
                others.setdefault(other, []).append(format_mac(mac, "colon"))
    return [
        reason("other_vendor", count=len(found), other=VENDORS[other].title, vendor=vendor_name, few=tuple(found))
        for other, found in sorted(others.items())
    ]
