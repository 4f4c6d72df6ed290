# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs that modules share: connection, devices, and option types that convert nothing.

PRIVATE to the collection: may change without notice.

Ansible converts silently: ``0012`` becomes 10 and then the text "10", ``yes`` becomes true and then "True". So every
option has a type of this module here. It has the name of the documented type, for Ansible's documentation checks, and
leaves the value as it is; ``_validation`` judges it, in one set of sentences for modules, role and inventory plugin.
"""

from __future__ import annotations

import os
from typing import Any

from ansible.module_utils.basic import AnsibleFallbackNotFound

from ._model import ABSENT, PRESENT
from ._validation import DEFAULT_CONCURRENCY, DEFAULT_RETRIES, DEFAULT_TIMEOUT
from ._vendors.capabilities import VENDORS


class AsGiven(str):
    """The name of a type, and a converter (Ansible takes any callable for one) that returns the value unchanged."""

    __slots__ = ()

    def __call__(self, value: Any) -> Any:
        """The value."""
        return value


class ListAsGiven(AsGiven):
    """As AsGiven for lists: text with commas and a single value are lists too, as everywhere in Ansible."""

    __slots__ = ()

    def __call__(self, value: Any) -> Any:
        """The value as a list, its items unchanged; None stays None."""
        if value is None or isinstance(value, list):
            return value
        return [item.strip() for item in value.split(",")] if isinstance(value, str) else [value]


TEXT = AsGiven("str")
BOOL = AsGiven("bool")
INT = AsGiven("int")
FLOAT = AsGiven("float")
DICT = AsGiven("dict")
LIST = ListAsGiven("list")


class Absence:
    """Learns which options a task leaves out, as opposed to giving them null.

    Ansible asks for the fallback of an option only if it was left out, and then this has none.
    """

    def __init__(self) -> None:
        self.options: set[str] = set()

    def __call__(self, option: str) -> Any:
        """Note that the option was left out."""
        self.options.add(option)
        raise AnsibleFallbackNotFound

    def of(self, option: str) -> tuple[Any, list[str]]:
        """The ``fallback`` of an option."""
        return (self, [option])


def _nothing() -> None:
    return None


# For a required option: Ansible finds it there, and our own validation finds that it is missing.
LEFT_TO_US: tuple[Any, list[str]] = (_nothing, [])


def filled_env(name: str) -> str:
    """As env_fallback, but an empty variable counts as not set: a job template's credential leaves such."""
    value = os.environ.get(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _env(name: str) -> tuple[Any, list[str]]:
    return (filled_env, [name])


def connection_spec() -> dict[str, dict[str, Any]]:
    """The connection options, as the documentation fragment ``voip.rps.connection`` has them.

    Login and address have no fallbacks here: they come from the environment as one set (``login_from_environment``).
    """
    return {
        "vendor": {"type": TEXT, "required": True, "choices": sorted(VENDORS), "fallback": _env("RPS_VENDOR")},
        "api_url": {"type": TEXT},
        "api_username": {"type": TEXT, "required": True, "fallback": LEFT_TO_US},
        "api_password": {"type": TEXT, "required": True, "no_log": True, "fallback": LEFT_TO_US},
        "validate_certs": {"type": BOOL, "default": True, "fallback": _env("RPS_VALIDATE_CERTS")},
        "ca_path": {"type": "path", "fallback": _env("RPS_CA_PATH")},
        "timeout": {"type": FLOAT, "default": int(DEFAULT_TIMEOUT), "fallback": _env("RPS_TIMEOUT")},
        "retries": {"type": INT, "default": DEFAULT_RETRIES},
        "concurrency": {"type": INT, "default": DEFAULT_CONCURRENCY},
    }


def device_spec() -> dict[str, dict[str, Any]]:
    """What can be declared of one phone. URLs may have tokens, so Ansible must not log them."""
    return {
        "mac": {"type": TEXT, "required": True, "fallback": LEFT_TO_US},
        "state": {"type": TEXT, "choices": [PRESENT, ABSENT], "default": PRESENT},
        "server": {"type": TEXT},
        "server_url": {"type": TEXT, "no_log": True},
        "unique_url": {"type": TEXT, "no_log": True},
        "override": {"type": BOOL, "default": False},
        "force": {"type": BOOL, "default": False},
        "serial": {"type": TEXT},
    }


def devices_spec() -> dict[str, Any]:
    """A list of such phones. Its suboptions are documented, but Ansible does not check them: it needs more time for
    them than all of the module's own work, and would log their URLs."""
    return {"type": LIST, "elements": DICT, "required": True, "no_log": True, "fallback": LEFT_TO_US}
