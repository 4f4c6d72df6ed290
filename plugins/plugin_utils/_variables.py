# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the variables of many hosts in one task, with Ansible's whole precedence.

``hostvars`` does not see play vars, ``vars_files``, role parameters or block vars, so each host's variables come from
the variable manager, just as Ansible itself gets them for a task of that host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
import jinja2.meta
from ansible.errors import AnsibleError
from ansible.template import Templar
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._fleet import FLEET_VARS, PHONE_VARS
from ansible_collections.voip.rps.plugins.module_utils._mac import printable

_MISSING = object()


class FleetVariables:
    """The role's variables of the hosts of a play batch.

    ``task_vars`` are those of the host that the task runs for; ``task`` is the role's task, whose place in the play
    decides what precedence gives.
    """

    def __init__(self, task: Any, loader: Any, task_vars: Mapping[str, Any]) -> None:
        hostvars = task_vars["hostvars"]
        self._manager: Any = hostvars._variable_manager
        self._inventory: Any = hostvars._inventory
        self._task = task
        self._play: Any = task.get_play()
        self._loader = loader
        self._batch: list[str] = list(task_vars.get("ansible_play_batch") or [])
        self._all: list[str] = list(task_vars.get("ansible_play_hosts_all") or [])
        self.phones: dict[str, dict[str, Any]] = {}
        self.fleet: dict[str, Any] = {}
        self._first: str | None = None
        self._first_raw: dict[str, Any] = {}
        self._needed: dict[str, dict[str, Any]] = {}

    def read(self) -> None:
        """Fill ``phones`` and ``fleet``. Hosts whose ``when`` is false are left out.

        Raises InputError with every value that cannot be templated, and every fleet variable that differs between
        hosts.
        """
        problems: list[str] = []
        for name in self._batch:
            host = self._inventory.get_host(name)
            values = self._manager.get_vars(
                play=self._play,
                host=host,
                task=self._task,
                include_hostvars=True,
                _hosts=self._batch,
                _hosts_all=self._all,
            )
            templar = Templar(loader=self._loader, variables=values)
            try:
                if not self._applies(templar, values):
                    continue
                self.phones[name] = {key: _value(templar, values, key) for key in PHONE_VARS if key in values}
                self._compare(name, templar, values, problems)
            except AnsibleError as error:
                problems.append(f"{name}: a variable cannot be used: {printable(str(error))[:300]}.")
                self.phones.pop(name, None)
        if problems:
            raise InputError(problems)

    def _applies(self, templar: Any, values: Mapping[str, Any]) -> bool:
        """Whether the task's conditions, the role's ``when`` among them, hold for this host."""
        conditions = self._task.when or []
        if not conditions:
            return True
        if hasattr(templar, "evaluate_conditional"):
            return all(templar.evaluate_conditional(condition) for condition in conditions)
        return bool(self._task.evaluate_conditional(templar, values))

    def _compare(self, name: str, templar: Any, values: Mapping[str, Any], problems: list[str]) -> None:
        """Take the fleet's variables from the first host; for the others make sure that they are the same.

        Equal templates over equal variables give equal values, so only where something that a template names differs is
        it evaluated again.
        """
        if self._first is None:
            self._first = name
            self._first_raw = {key: values.get(key, _MISSING) for key in FLEET_VARS}
            self.fleet = {key: _value(templar, values, key) for key in FLEET_VARS if key in values}
            for key in FLEET_VARS:
                names = self._closure(values.get(key), values, set())
                self._needed[key] = {needed: values.get(needed, _MISSING) for needed in names}
            return
        for key in FLEET_VARS:
            raw, basis = values.get(key, _MISSING), self._needed[key]
            first = self._first_raw[key]
            same = raw is first or raw == first
            if same and all(_equal(values.get(other, _MISSING), value) for other, value in basis.items()):
                continue
            mine = _value(templar, values, key) if key in values else None
            if mine != self.fleet.get(key):
                problems.append(
                    f"{key} differs between hosts ({self._first} and {name}); it must be one for the whole fleet."
                )

    def _closure(self, value: Any, values: Mapping[str, Any], seen: set[str]) -> set[str]:
        """Names of all variables that a value's templates depend on, directly or through others."""
        for text in _strings(value):
            if "{{" not in text and "{%" not in text:
                continue
            try:
                tree = jinja2.Environment(autoescape=False).parse(text)  # noqa: S701 - only parsed, never rendered
            except jinja2.TemplateError:
                seen.add("inventory_hostname")  # differs on every host, so it is evaluated on every host
                continue
            for needed in jinja2.meta.find_undeclared_variables(tree) - seen:
                seen.add(needed)
                self._closure(values.get(needed), values, seen)
        return seen


def _equal(one: Any, other: Any) -> bool:
    return one is other or bool(one == other)


def _strings(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _strings(item)]
    return []


def _value(templar: Any, values: Mapping[str, Any], key: str) -> Any:
    raw = values[key]
    if raw is None or isinstance(raw, (bool, int, float)) or (isinstance(raw, str) and "{" not in raw):
        return raw
    return _plain(templar.template(raw))


def _plain(value: Any) -> Any:
    """A templated value without Ansible's lazy containers."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
