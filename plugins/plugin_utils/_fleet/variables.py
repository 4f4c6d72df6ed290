# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the variables of many hosts in one task, with Ansible's whole precedence.

``hostvars`` does not see play vars, ``vars_files``, role parameters or block vars, so each host's variables come from
the variable manager, just as Ansible itself gets them for a task of that host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import ansible.errors
import jinja2
import jinja2.nodes
from ansible.errors import AnsibleError
from ansible.template import Templar
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import FLEET_VARS, PHONE_VARS


class _NeverRaisedError(Exception):
    pass


# What a template that is ``omit`` raises since ansible-core 2.19.
OmitError: Any = getattr(ansible.errors, "AnsibleValueOmittedError", _NeverRaisedError)
_MISSING = object()
# Variables that begin as the role's do and are not its own: the playbooks', results', the inventory plugin's.
_OTHERS = frozenset({"rps_hosts", "rps_result", "rps_drift", "rps_status", "rps_url", "rps_vendor"})
_LOOKUPS = frozenset({"lookup", "query", "q"})
_FROM_INVENTORY = frozenset(
    {
        "groups",
        "group_names",
        "hostvars",
        "play_hosts",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_batch",
    }
)


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
        self.misspelt: dict[str, str] = {}  # what to tell, by variable
        self._first: str | None = None
        self._basis: dict[str, dict[str, Any]] = {}
        self._conditions = _conditions(task)

    def read(self) -> None:
        """Fill ``phones`` and ``fleet``. Hosts whose ``when`` is false are left out.

        Raises InputError with every value that cannot be templated, and every fleet variable that differs between
        hosts.
        """
        problems: list[str] = []
        differing: dict[str, list[str]] = {}
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
                if not self._applies(templar):
                    continue
            except AnsibleError as error:
                problems.append(f"{name}: its condition cannot be used: {_said(error)}")
                continue
            self.phones[name] = {}
            self._look_for_slips(name, values)
            for key in PHONE_VARS:
                try:
                    self.phones[name][key] = _value(templar, values, key)
                except AnsibleError as error:
                    problems.append(f"{name}: {key} cannot be used: {_said(error)}")
            if not self._compare(name, templar, values, problems, differing):
                break
        for key, names in differing.items():
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            problems.append(
                f"{key} differs between hosts ({self._first} and {names[0]}{more}); it must be one for the whole fleet."
            )
        if problems:
            raise InputError(problems)

    def _look_for_slips(self, name: str, values: Mapping[str, Any]) -> None:
        """A misspelt variable counts as not set: without its ``rps_state: absent`` a phone would be registered."""
        known = (*PHONE_VARS, *FLEET_VARS)
        for key in values:
            if key.startswith("rps_") and key not in known and key not in _OTHERS and key not in self.misspelt:
                close = get_close_matches(key, known, 1, 0.85)
                text = f"{name}: the role has no variable {key}; did you mean {close[0]}?" if close else ""
                self.misspelt[key] = to_printable(text)

    def _applies(self, templar: Any) -> bool:
        """Whether the task's conditions, the role's ``when`` among them, hold for this host."""
        return all(_holds(condition, templar) for group in self._conditions for condition in group)

    def _compare(
        self,
        name: str,
        templar: Any,
        values: Mapping[str, Any],
        problems: list[str],
        differing: dict[str, list[str]],
    ) -> bool:
        """Take the fleet's variables from the first host; for the others note in ``differing`` which are not the same.

        Equal templates over equal variables give equal values, so only where something that a template names differs is
        it evaluated again. False where it makes no sense to go on.
        """
        if self._first is None:
            self._first = name
            before = len(problems)
            for key in FLEET_VARS:
                try:
                    self.fleet[key] = _value(templar, values, key)
                    if key == "rps_expect_plan" and self.fleet[key] is None and not _omitted(templar, values, key):
                        self.fleet[key] = ""  # an approval that came to nothing must not count as not asked for
                except AnsibleError as error:
                    problems.append(f"{key} cannot be used: {_said(error)}")
                names = self._closure(values.get(key), values, set())
                self._basis[key] = {needed: values.get(needed, _MISSING) for needed in {key, *names}}
                if key == "rps_fleet_size" and names & _FROM_INVENTORY:
                    problems.append(
                        "rps_fleet_size is computed from the inventory, so it could never disagree with it; "
                        "write the number of phones of the whole fleet."
                    )
            if not self._outside("rps_fleet_size", name):
                self.fleet["rps_fleet_size"] = None  # what is to be checked cannot vouch for itself
            return len(problems) == before
        for key in FLEET_VARS:
            if all(_equal(values.get(other, _MISSING), value) for other, value in self._basis[key].items()):
                continue
            try:
                mine = _value(templar, values, key)
            except AnsibleError as error:
                problems.append(f"{name}: {key} cannot be used: {_said(error)}")
                continue
            if mine != self.fleet.get(key):
                differing.setdefault(key, []).append(name)
        return True

    def _outside(self, key: str, name: str) -> bool:
        """Whether a variable is set outside of the inventory with its ``group_vars`` and ``host_vars``: by the play,
        the task, extra variables, or by a task before."""
        outside = self._manager.get_vars(play=self._play, task=self._task, include_hostvars=False)
        by_tasks = (self._manager._nonpersistent_fact_cache.get(name), self._manager._vars_cache.get(name))
        return key in outside or any(key in (values or {}) for values in by_tasks)

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
            # Every name counts, those that the template sets itself too. Jinja's own search for undeclared names
            # refuses filters that it does not know, and Ansible's are among them.
            found = {node.name for node in tree.find_all(jinja2.nodes.Name)}
            if found & _LOOKUPS:
                seen.add("inventory_hostname")  # what it looks at is not known
            for needed in found - seen:
                seen.add(needed)
                self._closure(values.get(needed), values, seen)
        return seen


def _conditions(task: Any) -> list[list[Any]]:
    """The conditions that decide which hosts a task is for: its own, and those of the dynamic includes around it.

    Raises InputError for an include in a loop, which would make a host's phone appear several times.
    """
    found = [list(task.when or [])]
    parent = task._parent
    while parent is not None:
        if getattr(parent, "statically_loaded", True) is False:
            if getattr(parent, "loop", None) is not None:
                raise InputError(["The role cannot be included in a loop; it takes all hosts of the play at once."])
            found.append(list(parent.when or []))
        parent = parent._parent
    return found


def _holds(condition: Any, templar: Any) -> bool:
    if hasattr(templar, "evaluate_conditional"):
        return bool(templar.evaluate_conditional(condition))
    if isinstance(condition, bool):
        return condition
    # As ansible-core before 2.19 does it itself.
    return str(templar.template(f"{{% if {condition} %}}True{{% else %}}False{{% endif %}}")).strip() == "True"


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


def _said(error: Exception) -> str:
    return to_printable(str(error))[:300].rstrip(".") + "."


def _value(templar: Any, values: Mapping[str, Any], key: str) -> Any:
    """The variable's value; None where it is not defined, or says ``omit``."""
    raw = values.get(key)
    if raw is None or isinstance(raw, (bool, int, float)) or (isinstance(raw, str) and "{" not in raw):
        return raw
    omit = values.get("omit")
    try:
        value = _plain(templar.template(raw), omit)
    except OmitError:
        return None
    return None if _is_omit(value, omit) else value


def _omitted(templar: Any, values: Mapping[str, Any], key: str) -> bool:
    """Whether a variable is not defined, or says ``omit``."""
    raw = values.get(key, _MISSING)
    if raw is _MISSING:
        return True
    if raw is None:
        return False
    try:
        return _is_omit(templar.template(raw), values.get("omit"))
    except OmitError:
        return True


def _is_omit(value: Any, omit: Any) -> bool:
    """Whether a value is the placeholder that ansible-core before 2.19 puts for ``omit``."""
    return omit is not None and isinstance(value, str) and isinstance(omit, str) and value == omit


def _plain(value: Any, omit: Any) -> Any:
    """A templated value without Ansible's lazy containers, decrypted, and without what says ``omit``."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, omit) for key, item in value.items() if not _is_omit(item, omit)}
    if isinstance(value, (list, tuple)):
        return [_plain(item, omit) for item in value if not _is_omit(item, omit)]
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)  # a value of a vault; before ansible-core 2.19 it decrypts itself when it becomes text
    return value
