# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts reach the role in one pass, and with which variables.

A pass begins with a token. Each host that arrives records it together with its own variables, in a variable of its own,
so the record is in Ansible's memory and in no file. The reconcile task takes the hosts with the token of its own pass:
being in the play is no proof, since an include, a rescued block or an ended role may have kept a host away.

If the play has nothing but the steps themselves, every host arrives, and the variables can be read without a step
for each host (``read_hostvars``).

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem, problem
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
            code, others = "differs.more" if len(hosts) > 1 else "differs", len(hosts) - 1
            problems.append(problem(_neutral(name), code, reference=self.reference, host=hosts[0], count=others))
        if problems:
            raise InputError(problems)


def unusable(name: str, text: str, host: str = "") -> Problem:
    """A variable whose template cannot be evaluated, for the reason that Ansible gives."""
    return problem(_neutral(name), "template_unusable", host, why=text)


def _neutral(name: str) -> str:
    return name[len("rps_") :]


def begin(host: str, variables: HostVariables) -> dict[str, Any]:
    """A new pass: its token, and the fleet variables of the host that all others are compared with.

    The digests are keyed, since a password is among what they are made of.
    """
    key = secrets.token_hex(16)
    written = {name: variables.signature(name) for name in FLEET_VARS}
    return {
        "run": secrets.token_hex(8),
        "key": key,
        "reference": host,
        "whole": digest(written, key),
        "written": {name: digest(value, key) for name, value in written.items()},
        "evaluated": {name: digest(variables.evaluated_signature(name), key) for name in FLEET_VARS},
    }


def record(variables: HostVariables, started: Mapping[str, Any], host: str) -> dict[str, Any]:
    """What a host that arrived hands to the reconcile task. Of fleet variables only which of them differ."""
    return {"run": started["run"], "host": host, **_arrival(variables, _differing(variables, started))}


def _arrival(variables: HostVariables, differs: Sequence[str]) -> dict[str, Any]:
    variables.problems.clear()  # those of fleet variables are the reference's, or differ
    phone = variables.read(PHONE_VARS)
    return {
        "phone": phone,
        "problems": variables.problems,
        "differs": list(differs),
        "unknown": variables.unknown(),
    }


def _differing(variables: HostVariables, started: Mapping[str, Any]) -> list[str]:
    """Fleet variables whose value is not that of the host that began the pass."""
    key = started["key"]
    written = {name: variables.signature(name) for name in FLEET_VARS}
    if digest(written, key) == started["whole"]:
        return []  # one digest for all of them: most hosts end here
    return [
        name
        for name, value in written.items()
        if digest(value, key) != started["written"][name]
        and digest(variables.evaluated_signature(name), key) != started["evaluated"][name]
    ]


def arrived(hostvars: Any, batch: Iterable[str], started: Mapping[str, Any]) -> Arrivals:
    """The hosts of the batch that recorded this pass, each with its own record.

    A record counts for the host that made it: what a task registers under ``run_once`` is set on all hosts.
    """
    found = Arrivals(str(started["reference"]))
    for host in batch:
        made = hostvars.raw_get(host).get(RECORD)
        if isinstance(made, Mapping) and made.get("run") == started["run"] and made.get("host") == host:
            found.add(host, made)
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
    fleet = _Reference(HostVariables({**shared, **hostvars.raw_get(reference)}, templar), templar)
    for host in batch:
        variables = HostVariables({**shared, **hostvars.raw_get(host)}, templar)
        templar.available_variables = variables.values
        found.add(host, _arrival(variables, fleet.differing(variables)))
    return found


class _Reference:
    """The fleet variables of the host that all others are compared with. They do not leave the process, so they are
    compared as they are."""

    def __init__(self, variables: HostVariables, templar: Any) -> None:
        self._variables = variables
        self._templar = templar
        templar.available_variables = variables.values
        self._written = {name: variables.signature(name) for name in FLEET_VARS}
        self._static = {name for name in FLEET_VARS if _is_static(self._written[name], variables.values.get(name))}
        self._evaluated: dict[str, Any] = {}

    def differing(self, variables: HostVariables) -> list[str]:
        """The fleet variables that have another value on this host; the templar is the host's."""
        return [name for name in FLEET_VARS if self._differs(name, variables)]

    def _differs(self, name: str, variables: HostVariables) -> bool:
        first, values = self._variables.values, variables.values
        # The very same object, as most hosts have it from their group.
        if name in self._static and values.get(name) is first.get(name) and (name in values) == (name in first):
            return False
        if variables.signature(name) == self._written[name]:
            return False
        return bool(variables.evaluated_signature(name) != self._evaluated_signature(name))

    def _evaluated_signature(self, name: str) -> Any:
        if name not in self._evaluated:
            others = self._templar.available_variables
            self._templar.available_variables = self._variables.values
            self._evaluated[name] = self._variables.evaluated_signature(name)
            self._templar.available_variables = others
        return self._evaluated[name]


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
