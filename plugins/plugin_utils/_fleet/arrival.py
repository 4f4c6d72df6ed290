# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts reach the role in one pass, and with which variables.

A pass begins with a token. Each host that comes along records it together with its own variables, in a variable of its
own, so the record is in Ansible's memory and in no file. The bulk step takes the hosts with the token of its own pass:
being in the play is no proof, since an include, a rescued block or an ended role may have kept a host away.

Where the play holds nothing but the steps themselves, every host arrives, and the variables can be read without a step
for each host (``read_hostvars``).

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem
from ansible_collections.voip.rps.plugins.module_utils._mac import parse_mac

from .config import FLEET_VARS, PHONE_VARS
from .spelling import UNKNOWN
from .variables import HostVariables, digest

# Variables that the steps of a pass register.
PASS, RECORD, BULK = "__rps_pass", "__rps_host", "__rps_fleet"


@dataclass
class Arrivals:
    """The hosts of a pass. ``phones``: by host, its PHONE_VARS and, under ``_unknown``, its other variables that begin
    as the role's do; ``differing``: by fleet variable, hosts whose value is not that of ``reference``."""

    reference: str
    phones: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    differing: dict[str, list[str]] = field(default_factory=dict)

    def add(self, host: str, record: Mapping[str, Any]) -> None:
        """Take the record of a host, as ``record`` makes it."""
        self.phones[host] = {**record["phone"], UNKNOWN: tuple(record["unknown"])}
        self.problems.extend(unusable(name, text, host) for name, text in record["problems"].items())
        for name in record["differs"]:
            self.differing.setdefault(name, []).append(host)

    def check(self) -> None:
        """Raise InputError with every value that cannot be used and every fleet variable that is not one for all."""
        problems = list(self.problems)
        for name, hosts in self.differing.items():
            more = f" and {len(hosts) - 1:,} more" if len(hosts) > 1 else ""
            text = f"differs between hosts ({self.reference} and {hosts[0]}{more})"
            problems.append(Problem(_neutral(name), text, fix="Set it to the same value on all hosts of the play."))
        if problems:
            raise InputError(problems)


def unusable(name: str, text: str, host: str = "") -> Problem:
    """A variable whose template cannot be evaluated, for the reason that Ansible gives."""
    return Problem(_neutral(name), "cannot be used", host, more=f": {text}")


def _neutral(name: str) -> str:
    return name[len("rps_") :]


def begin(host: str, mine: HostVariables) -> dict[str, Any]:
    """A new pass: its token, and the fleet variables of the host that all others are compared with.

    The digests are keyed, since a password is among what they are made of.
    """
    key = secrets.token_hex(16)
    written = {name: mine.signature(name) for name in FLEET_VARS}
    return {
        "run": secrets.token_hex(8),
        "key": key,
        "reference": host,
        "whole": digest(written, key),
        "written": {name: digest(value, key) for name, value in written.items()},
        "evaluated": {name: digest(mine.evaluated_signature(name), key) for name in FLEET_VARS},
    }


def record(mine: HostVariables, started: Mapping[str, Any], host: str) -> dict[str, Any]:
    """What a host that arrived hands to the bulk step. Of fleet variables only which of them differ."""
    differs = _differing(mine, started)
    mine.problems.clear()  # those of fleet variables are the reference's, or differ
    phone = mine.read(PHONE_VARS)
    return {
        "run": started["run"],
        "host": host,
        "phone": phone,
        "problems": mine.problems,
        "differs": differs,
        "unknown": mine.unknown(),
    }


def _differing(mine: HostVariables, started: Mapping[str, Any]) -> list[str]:
    """Fleet variables whose value is not that of the host that began the pass."""
    key = started["key"]
    written = {name: mine.signature(name) for name in FLEET_VARS}
    if digest(written, key) == started["whole"]:
        return []  # one digest for all of them: most hosts end here
    return [
        name
        for name, value in written.items()
        if digest(value, key) != started["written"][name]
        and digest(mine.evaluated_signature(name), key) != started["evaluated"][name]
    ]


def arrived(hostvars: Any, batch: Iterable[str], started: Mapping[str, Any]) -> Arrivals:
    """The hosts of the batch that recorded this pass, each with its own record.

    A record counts for the host that made it: what a task registers under ``run_once`` is set on all hosts.
    """
    found = Arrivals(str(started["reference"]))
    for host in batch:
        mine = hostvars.raw_get(host).get(RECORD)
        if isinstance(mine, Mapping) and mine.get("run") == started["run"] and mine.get("host") == host:
            found.add(host, mine)
    return found


def colliding(hostvars: Any, batch: Iterable[str], play: Mapping[str, Any], extra: Mapping[str, Any]) -> bool:
    """Whether a variable of the play is also one of a host. Which of them wins depends on where the host has it from,
    which ``hostvars`` does not show."""
    names = [name for name in play if name not in extra]
    return bool(names) and any(any(name in values for name in names) for values in map(hostvars.raw_get, batch))


def read_hostvars(
    hostvars: Any, batch: Sequence[str], shared: Mapping[str, Any], templar: Any, reference: str
) -> Arrivals:
    """The hosts of the batch with their variables from ``hostvars``, and ``shared`` ones that are the same for all.

    Only for a play in which every host arrives, and where ``colliding`` is false.
    """
    found = Arrivals(reference)
    first = HostVariables({**shared, **hostvars.raw_get(reference)}, templar)
    templar.available_variables = first.values
    known = {name: first.signature(name) for name in FLEET_VARS}
    evaluated: dict[str, Any] = {}
    plain = {name for name in FLEET_VARS if _is_static(known[name], first.values.get(name))}
    for host in batch:
        values = {**shared, **hostvars.raw_get(host)}
        mine = HostVariables(values, templar)
        templar.available_variables = values
        differs: list[str] = []
        for name in FLEET_VARS:
            if (
                name in plain
                and values.get(name) is first.values.get(name)
                and (name in values) == (name in first.values)
            ):
                continue
            if mine.signature(name) == known[name]:
                continue
            if name not in evaluated:
                templar.available_variables = first.values
                evaluated[name] = first.evaluated_signature(name)
                templar.available_variables = values
            if mine.evaluated_signature(name) != evaluated[name]:
                differs.append(name)
        mine.problems.clear()
        found.add(
            host,
            {
                "phone": mine.read(PHONE_VARS),
                "problems": mine.problems,
                "differs": differs,
                "unknown": mine.unknown(),
            },
        )
    return found


def declared_outside(values: Mapping[str, Any], phones: Iterable[str]) -> frozenset[str]:
    """The MACs that the inventory gives to hosts which are not among ``phones``, as far as they are plain text."""
    found: set[str] = set()
    here = set(phones)
    for host in values.get("groups", {}).get("all", []):
        mac = values["hostvars"].raw_get(host).get("rps_mac") if host not in here else None
        if isinstance(mac, str):
            with suppress(ValueError):
                found.add(parse_mac(mac))
    return frozenset(found)


def _is_static(signature: Any, raw: Any) -> bool:
    """Whether a value says the same on every host that has it: no text in it is a template."""
    return "{" not in str(signature) and not _has_template(raw)


def _has_template(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return any(_has_template(value) for value in raw.values())
    if isinstance(raw, (list, tuple)):
        return any(_has_template(value) for value in raw)
    return isinstance(raw, str) and "{" in raw
