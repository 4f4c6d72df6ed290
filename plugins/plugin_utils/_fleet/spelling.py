# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that look like a misspelt one of the role's. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import Problem, problem

# The key under which a host's variables list the names of its other variables that begin with rps_.
UNKNOWN = "_unknown"
# Apart from misspelt ones are the playbooks' rps_hosts, the inventory plugin's rps_status, and users' own variables.
_CUTOFF = 0.85


class Spelling:
    """What the hosts' unknown variables probably mean. ``known`` are the role's own variables."""

    def __init__(self, phones: Mapping[str, Mapping[str, Any]], known: Sequence[str]) -> None:
        self._meant: dict[str, str] = {}  # by unknown name
        self._hosts: dict[str, list[str]] = {}  # by unknown name that means something
        seen: set[str] = set()
        for host, values in phones.items():
            for name in values.get(UNKNOWN) or ():
                if name not in seen:
                    seen.add(name)
                    self._look_up(name, known)
                if name in self._meant:
                    self._hosts.setdefault(name, []).append(host)

    def _look_up(self, name: str, known: Sequence[str]) -> None:
        close = get_close_matches(name, known, 1, _CUTOFF)
        if close:
            self._meant[name] = close[0]

    def on_host(self, host: str, values: Mapping[str, Any], variable: str) -> dict[str, str]:
        """Parameters of the problem of a variable that this host lacks, if it has a misspelt one; else {}. ``values``
        are the host's."""
        for name in values.get(UNKNOWN) or ():
            if self._meant.get(name) == variable and host in self._hosts[name]:
                return {"misspelt_there": name, "variable": variable}
        return {}

    def anywhere(self, variable: str) -> dict[str, str]:
        """The same about a variable of the fleet, which any host may have misspelt."""
        for name, meant in self._meant.items():
            if meant == variable:
                return {"misspelt": name, "variable": variable}
        return {}

    def problems(self) -> Iterable[Problem]:
        """The misspelt variables of each host: they count as not set, so a phone may be registered by mistake."""
        for name, meant in self._meant.items():
            for host in self._hosts[name]:
                yield problem(name[len("rps_") :], "not_a_variable", host, variable=meant)
