# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables of one host: evaluated for that host, and comparable between hosts without being shown.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.vars import load_extra_vars
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

from .compat import OmitError, ciphertext
from .config import FLEET_VARS, PHONE_VARS

_MISSING: Any = object()
_MAX_DEPTH = 20  # of references from variable to variable
_REFERENCE = re.compile(r"\s*\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}\s*")
# Variables that begin as the role's do and are not its own: the playbooks', results', the inventory plugin's.
_OTHERS = ("rps_hosts", "rps_result", "rps_drift", "rps_status", "rps_url", "rps_vendor", "rps_last_contact")
_KNOWN = frozenset((*PHONE_VARS, *FLEET_VARS, *_OTHERS))


class HostVariables:
    """The role's variables of one host.

    ``values`` are all variables of the host as they were written, ``templar`` evaluates for this host.
    ``problems`` collects, by variable, why it cannot be used.
    """

    def __init__(self, values: Mapping[str, Any], templar: Any) -> None:
        self.values = values
        self.problems: dict[str, str] = {}
        self._templar = templar

    def read(self, names: Iterable[str]) -> dict[str, Any]:
        """The variables by name, with the types that they were written with. One that is not defined, or says ``omit``,
        is missing; one that is null is None."""
        found: dict[str, Any] = {}
        for name in names:
            try:
                value = self._value(name)
            except AnsibleError as error:
                self.problems[name] = to_printable(str(error))[:300].rstrip(".")
                continue
            if value is not _MISSING:
                found[name] = value
        return found

    def _value(self, name: str) -> Any:
        raw = self.values.get(name, _MISSING)
        if raw is _MISSING or raw is None or isinstance(raw, (bool, int, float)) or _is_plain(raw):
            return raw
        omit = self.values.get("omit")
        try:
            value = _evaluated(self._templar.template(raw), omit)
        except OmitError:
            return _MISSING
        return _MISSING if _is_omit(value, omit) else value

    def signature(self, name: str) -> Any:
        """What two hosts' values of a variable are compared by: as they were written where that decides it.

        Values of a vault stay encrypted. What a template names may differ between hosts, so a template counts by what
        it gives; one that is nothing but another variable's name, by that variable.
        """
        try:
            return self._signature(self.values.get(name, _MISSING), 0)
        except AnsibleError as error:
            return ["error", str(error)]

    def _signature(self, raw: Any, depth: int) -> Any:
        if isinstance(raw, Mapping):
            return ["dict", sorted([str(key), self._signature(value, depth)] for key, value in raw.items())]
        if isinstance(raw, (list, tuple)):
            return ["list", [self._signature(value, depth) for value in raw]]
        secret = ciphertext(raw)
        if secret is not None:
            return ["vault", secret]
        if isinstance(raw, str) and not _is_plain(raw):
            reference = _REFERENCE.fullmatch(raw)
            if reference and reference[1] in self.values and depth < _MAX_DEPTH:
                return self._signature(self.values[reference[1]], depth + 1)
            try:
                return _plain_signature(_evaluated(self._templar.template(raw), self.values.get("omit")))
            except OmitError:
                return ["missing"]
        return _plain_signature(raw)

    def evaluated_signature(self, name: str) -> Any:
        """The signature of what a variable gives, decrypted: for values that are only written differently."""
        return _plain_signature(self.read([name]).get(name, _MISSING))

    def unknown(self) -> list[str]:
        """Variables that begin as the role's do and are none of them: perhaps misspelt."""
        return [name for name in self.values if name.startswith("rps_") and name not in _KNOWN]


def digest(signature: Any, key: str) -> str:
    """A signature as a short text that does not show the value without the key."""
    text = json.dumps(signature, sort_keys=True, default=str)
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def extra_variables(loader: Any) -> dict[str, Any]:
    """The extra variables of this run (``-e``), as they were given."""
    return dict(load_extra_vars(loader))


def given_fleet_size(extra: Mapping[str, Any]) -> Any:
    """``rps_fleet_size`` where it counts: a plain extra variable. A template could count the very inventory that it is
    to vouch for."""
    value = extra.get("rps_fleet_size")
    return None if isinstance(value, str) and not _is_plain(value) else value


def _is_plain(value: Any) -> bool:
    """Whether a value is a text that is no template."""
    return isinstance(value, str) and "{" not in value


def _is_omit(value: Any, omit: Any) -> bool:
    """Whether a value is the placeholder that ansible-core before 2.19 puts for ``omit``."""
    return omit is not None and isinstance(value, str) and isinstance(omit, str) and value == omit


def _evaluated(value: Any, omit: Any) -> Any:
    """A templated value without Ansible's lazy containers, decrypted, and without what says ``omit``."""
    if isinstance(value, Mapping):
        return {str(key): _evaluated(item, omit) for key, item in value.items() if not _is_omit(item, omit)}
    if isinstance(value, (list, tuple)):
        return [_evaluated(item, omit) for item in value if not _is_omit(item, omit)]
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)  # before ansible-core 2.19 a value of a vault decrypts itself when it becomes text
    return value


def _plain_signature(value: Any) -> Any:
    if value is _MISSING:
        return ["missing"]
    if isinstance(value, Mapping):
        return ["dict", sorted([str(key), _plain_signature(item)] for key, item in value.items())]
    if isinstance(value, (list, tuple)):
        return ["list", [_plain_signature(item) for item in value]]
    kind = "text" if isinstance(value, str) else type(value).__name__
    return [kind, str(value)]
