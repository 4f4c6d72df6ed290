# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of a simulator: everything about a service that its documents leave open, or that varies.

A switch can be set for all services at once (`options.bulk_mode = "partial"`) or for one of them
(`options.set("bulk_mode", "partial", "acme")`, as a key of JSON `acme:bulk_mode`). A misspelled name or a value
outside the choices is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_PREFIX = re.compile(r"(?P<vendor>\w+:)?(?:\w+\.)?(?P<name>.+)")


class Switch(NamedTuple):
    """One switch: its default, the values it may have (none: any), and what it does."""

    name: str
    default: Any
    does: str
    choices: tuple[Any, ...] = ()


SWITCHES = (
    Switch("latency", 0.0, "seconds between the last byte of a request and the first one of its answer"),
    Switch("gzip", False, "compress answers for clients that accept it"),
    Switch("chunked", False, "send answers in chunks instead of with a length"),
    Switch("keep_alive", True, "False closes every connection after one answer"),
    Switch("close_after", None, "number of answers after which a connection is closed without announcing it"),
    Switch("read_only", False, "answer every write with HTTP 500 and note a violation"),
    Switch(
        "disabled_methods",
        frozenset(),
        "calls that the service does not have: `addServer`, `registerDevices/3` for that number of parameters only, "
        "`acme:addServer` for one service only",
    ),
    Switch("forbidden_methods", frozenset(), "calls that are answered with HTTP 403, named as in disabled_methods"),
)
_SETS = ("disabled_methods", "forbidden_methods")


def bare(method: str) -> str:
    """Return a method's name without the prefix of its name space (`redirect.`), keeping a service before it."""
    found = _PREFIX.fullmatch(method)
    return f"{found['vendor'] or ''}{found['name']}" if found else method


class View:
    """The switches as one service reads them: plain attributes, one for each switch."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no switch {name!r} for this service")


class Options:
    """All switches of a simulator, as attributes.

    Reading one gives what was set for all services, else the default; None where the services' defaults differ.
    """

    def __init__(self, switches: Mapping[str, Iterable[Switch]]) -> None:
        own = {vendor: {s.name: s for s in (*SWITCHES, *declared)} for vendor, declared in switches.items()}
        names = {name for declared in own.values() for name in declared}
        self.__dict__.update(_own=own, _names=names, _set={}, _views={vendor: View({}) for vendor in own})
        self._refresh()

    # -- setting

    def set(self, name: str, value: Any, vendor: str | None = None) -> None:
        """Set a switch for one service, or for all that have it."""
        holders = [vendor] if vendor is not None else list(self._own)
        found = [self._own[each][name] for each in holders if name in self._own.get(each, ())]
        if not found:
            raise AttributeError(f"there is no option {name!r}" + (f" for {vendor}" if vendor else ""))
        allowed = {choice for switch in found for choice in switch.choices}
        if allowed and value not in allowed:
            choices = ", ".join(str(choice) for choice in sorted(allowed, key=str))
            raise ValueError(f"option {name} is one of {choices}, not {value!r}")
        if name in _SETS:
            value = {bare(item) for item in value}
        if vendor is None:
            for each in holders:  # what is set for all replaces what was set for one
                self._set.pop((each, name), None)
        self._set[vendor, name] = value
        self._refresh()

    def reset(self, name: str | None = None) -> None:
        """Go back to the defaults, of one switch or of all."""
        for key in [key for key in self._set if name is None or key[1] == name]:
            del self._set[key]
        self._refresh()

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several switches by name (`name` or `service:name`); nothing is set when one name is unknown."""
        keys = {key: key.rpartition(":")[::2] for key in values}
        for vendor, name in keys.values():
            if name not in (self._own.get(vendor, {}) if vendor else self._names):
                raise AttributeError(f"there is no option {name!r}" + (f" for {vendor}" if vendor else ""))
        for key, value in values.items():
            vendor, name = keys[key]
            self.set(name, value, vendor or None)

    def __setattr__(self, name: str, value: Any) -> None:
        self.set(name, value)

    # -- reading

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._names:
            raise AttributeError(f"there is no option {name!r}")
        if (None, name) in self._set:
            return self._set[None, name]
        defaults = [declared[name].default for declared in self._own.values() if name in declared]
        value = defaults[0] if all(default == defaults[0] for default in defaults) else None
        return set(value or ()) if name in _SETS else value

    def view(self, vendor: str) -> View:
        """Return one service's switches; the view follows later changes."""
        view: View = self._views[vendor]
        return view

    def choices(self, name: str) -> tuple[Any, ...]:
        """Return the values that a switch may have, of all services."""
        found = (declared[name].choices for declared in self._own.values() if name in declared)
        return tuple(dict.fromkeys(choice for choices in found for choice in choices))

    def switches(self, vendor: str) -> list[Switch]:
        """Return the switches that one service has."""
        return list(self._own[vendor].values())

    def as_dict(self) -> dict[str, Any]:
        """Return all values as JSON can have them; a key `service:name` for what differs from the value for all."""
        values = {name: getattr(self, name) for name in sorted(self._names)}
        for vendor, view in self._views.items():
            for name in self._own[vendor]:
                if getattr(view, name) != values[name]:
                    values[f"{vendor}:{name}"] = getattr(view, name)
        return {key: sorted(value) if isinstance(value, (set, frozenset)) else value for key, value in values.items()}

    def lists(self, option: str, vendor: str, method: str, arity: int) -> bool:
        """Say whether `disabled_methods` or `forbidden_methods` names this call."""
        names: set[str] = getattr(self._views[vendor], option)
        if not names:
            return False
        return not names.isdisjoint({method, f"{method}/{arity}", f"{vendor}:{method}", f"{vendor}:{method}/{arity}"})

    def _refresh(self) -> None:
        for vendor, declared in self._own.items():
            values = {
                name: self._set.get((vendor, name), self._set.get((None, name), switch.default))
                for name, switch in declared.items()
            }
            self._views[vendor].__dict__.update(values)
