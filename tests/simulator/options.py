# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of a simulator: everything about the service that the documents leave open, or that varies.

All of them can be changed while the simulator runs. A misspelt name or a value outside the choices is an error.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .mac import NOTATIONS

CHOICES: dict[str, tuple[str, ...]] = {
    "style": ("compact", "padded", "typed", "cdata"),
    "error_style": ("error", "error_space", "error_none"),
    "mac_notation": NOTATIONS,
    "register_unregistered": ("refuse", "bind"),
    "bulk_mode": ("atomic", "partial", "best_effort"),
    "url_refusal": ("document", "practice"),
    "ext_url": ("shown", "missing", "empty"),
    "retired_calls": ("fault", "accept"),
}


@dataclass
class Options:
    """One value per switch.

    Wire:
        latency: seconds between the last byte of a request and the first one of its answer.
        style: how answers are written; `padded` is the layout of the documents' samples.
        error_style: `Error:` before a refusal, `Error: ` with a space, or nothing.
        gzip: compress answers for clients that accept it.
        chunked: send answers in chunks instead of with a length.
        keep_alive: False closes every connection after one answer.
        close_after: number of answers after which a connection is closed without announcing it.
        require_content_type: refuse requests that are not `text/xml` (section 1 of both documents) with 415.
        read_only: answer every write with HTTP 500 and note a violation.

    Service:
        list_unregistered: listDevices also names devices that are bound to no server.
        mac_notation, mac_upper: how listDevices writes an address.
        empty_text: what listDevices says, with boolean 0, when there is nothing to list.
        take_over_allowed: isOverride "1" takes another account's device.
        own_override_allowed: isOverride "1" re-binds a device of one's own.
        register_unregistered: whether registerDevice binds one's own device that has no server, or refuses it.
        bulk_mode: what a bulk call with bad entries executes: nothing, the good ones before the first bad one, or all
            good ones.
        bulk_names: whether a bulk refusal names the addresses.
        max_bulk, max_bulk_text: longest list of a bulk call, and the refusal of a longer one.
        edit_clears_unique_url: editDevice drops the device's own URL.
        url_refusal: the documents' `Invalid server url`, or addServer's sentence, for a bad unique URL.
        ext_url: whether checkDeviceExt gives the URL of a registered device, leaves it out, or leaves it empty.
        retired_calls: whether editDevice/3 and editDeviceWithUniqueUrl/4 are faults (4.11, 4.16) or still work.
        disabled_methods: names that answer "method not found": `addServer`, `registerDevices/3` (that arity only),
            each optionally for one vendor only: `htek:addServer`.
    """

    latency: float = 0.0
    style: str = "compact"
    error_style: str = "error"
    gzip: bool = False
    chunked: bool = False
    keep_alive: bool = True
    close_after: int | None = None
    require_content_type: bool = True
    read_only: bool = False
    list_unregistered: bool = True
    mac_notation: str = "dash"
    mac_upper: bool = False
    empty_text: str = "No device(s) exists"
    take_over_allowed: bool = True
    own_override_allowed: bool = True
    register_unregistered: str = "refuse"
    bulk_mode: str = "atomic"
    bulk_names: bool = True
    max_bulk: int | None = None
    max_bulk_text: str = "The number of MAC(s) is over the limit"
    edit_clears_unique_url: bool = True
    url_refusal: str = "document"
    ext_url: str = "shown"
    retired_calls: str = "fault"
    disabled_methods: set[str] = field(default_factory=set)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dataclass_fields__:
            raise AttributeError(f"there is no option {name!r}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"option {name} is one of {', '.join(CHOICES[name])}, not {value!r}")
        if name == "disabled_methods":
            value = {item.replace("redirect.", "") for item in value}
        object.__setattr__(self, name, value)

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several options by name; nothing is set when one name is unknown."""
        for name in values:
            if name not in self.__dataclass_fields__:
                raise AttributeError(f"there is no option {name!r}")
        for name, value in values.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """All values in a shape that JSON can hold."""
        values = dataclasses.asdict(self)
        values["disabled_methods"] = sorted(self.disabled_methods)
        return values

    def is_disabled(self, vendor: str, method: str, arity: int) -> bool:
        """Whether `disabled_methods` names this call; `method` is without `redirect.`."""
        if not self.disabled_methods:
            return False
        names = {method, f"{method}/{arity}", f"{vendor}:{method}", f"{vendor}:{method}/{arity}"}
        return not names.isdisjoint(self.disabled_methods)
