# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values of options: text that was not read as something else, booleans, numbers, lists, MACs. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Callable, TypeVar

from ._errors import InputError, Problem, problem
from ._mac import format_mac, parse_mac
from ._text import closest, shown_value

T = TypeVar("T")
_TRUE = frozenset({"y", "yes", "on", "1", "true", "t"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f"})
# Ansible gives a module a date as text. The modules' actions wrap dates in a dictionary with this key, so that a date
# is seen for what it is.
WAS_A_DATE = "__was_a_date__"


class Problems:
    """Collects what is wrong, so that the user sees all of it at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, option: str, code: str, subject: str = "", **params: Any) -> None:
        """Note one problem (see ``Problem``)."""
        self.found.append(Problem(option, code, subject, params))

    def take(self, error: InputError) -> None:
        """Note the problems of an error."""
        self.found.extend(error.problems)

    def attempt(self, parse: Callable[[], T], default: T) -> T:
        """What ``parse`` returns; if it raises InputError, its problems are noted and ``default`` is returned."""
        try:
            return parse()
        except InputError as error:
            self.take(error)
            return default

    def raise_if_any(self) -> None:
        """Raise InputError with everything that was noted."""
        if self.found:
            raise InputError(self.found)


def not_text(value: Any) -> str | None:
    """What a value that should be text was read as (a key of ``KINDS``), or None if it is text or None."""
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, date) or (isinstance(value, Mapping) and list(value) == [WAS_A_DATE]):
        return "date"
    if isinstance(value, Mapping):
        return "dictionary"
    return "list" if isinstance(value, (list, tuple, set)) else "other"


def is_blank(value: Any) -> bool:
    """Whether a value is None, or text without a visible character."""
    return value is None or (isinstance(value, str) and not value.strip())


def check_text(value: Any, option: str, problems: Problems, subject: str = "", mac: str = "") -> bool:
    """Whether a value is text or None; else the problem is noted.

    By the time that the collection sees ``0012`` it has become 10, so a number is refused and never converted. The
    value is not quoted: it is not what the user wrote, and it may be a password.
    """
    kind = not_text(value)
    if kind is None:
        return True
    where = subject
    if mac:
        where = f"{subject} ({format_mac(mac, 'colon')})" if subject else format_mac(mac, "colon")
    code = "not_text"
    if kind in ("boolean", "number", "date"):
        code = "not_text.mac" if option == "mac" or option.startswith("mac[") else "not_text.converted"
    problems.add(option, code, where, kind=kind)
    return False


def parse_text(value: Any, option: str, problems: Problems, subject: str = "", mac: str = "") -> str | None:
    """Trimmed text; None for None, for text without a visible character, and if the problem was noted.

    ``mac`` (normalized) names the phone in the message besides ``subject``.
    """
    if not check_text(value, option, problems, subject, mac) or value is None:
        return None
    return value.strip() or None


def parse_name(value: Any, option: str, problems: Problems, owner: str, code: str = "empty.name") -> str | None:
    """Trimmed text; None if the problem was noted. A missing name is a problem (``code``) of ``owner``, the option that
    has the names."""
    name = parse_text(value, option, problems)
    if name is None and is_blank(value):
        problems.add(owner, code)
    return name


def parse_mac_option(value: Any, option: str, problems: Problems, subject: str = "") -> str | None:
    """A normalized MAC; None if the problem was noted. A missing MAC is a problem too."""
    if not check_text(value, option, problems, subject):
        return None
    if is_blank(value):
        problems.add(option, "required", subject)
        return None
    try:
        return parse_mac(value)
    except ValueError as error:
        problems.add(option, "mac_unusable", subject, why=str(error))
        return None


def parse_bool(value: Any, option: str, subject: str = "") -> bool:
    """A boolean as Ansible users write them; None is False. Raises InputError."""
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise InputError([problem(option, "not_a_boolean", subject, value=shown_value(value))])


def parse_number(
    value: Any, option: str, low: float, high: float, *, whole: bool = False, subject: str = "", seconds: bool = False
) -> float:
    """A number, or its digits as text, from ``low`` to ``high``. Raises InputError."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not isinstance(value, bool) and low <= number <= high and (not whole or number == int(number)):
        return number
    code = f"not_a_number{'.whole' if whole else '.seconds' if seconds else ''}"
    raise InputError([problem(option, code, subject, low=low, high=high, value=shown_value(value))])


def parse_list(value: Any, option: str, subject: str = "") -> list[Any]:
    """A list, or text with commas as Ansible takes it for one. Raises InputError, also for None and empty text."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str) and value.strip():
        return [item.strip() for item in value.split(",")]
    if value is None or isinstance(value, str):
        raise InputError([problem(option, "empty.list", subject)])
    raise InputError([problem(option, "not_a_list", subject, kind=not_text(value))])


def parse_choice(value: Any, option: str, choices: Sequence[str], subject: str = "") -> str:
    """One of ``choices``. Raises InputError, with the choice that may have been meant."""
    problems = Problems()
    text = parse_text(value, option, problems, subject)
    problems.raise_if_any()
    if text in choices:
        return str(text)
    if text is None:
        raise InputError([problem(option, "not_a_choice", subject, choices=tuple(choices))])
    params = {"choices": tuple(choices), "value": shown_value(text)}
    meant = closest(text, choices) if len(choices) > 2 else ""
    raise InputError([problem(option, "not_a_choice.value", subject, **params, meant=meant)])


def unknown_keys(
    given: Iterable[Any], known: Sequence[str], option: str, problems: Problems, subject: str = ""
) -> None:
    """Note keys that nothing reads, with what may have been meant; ``option`` is what has them, or ""."""
    for key in sorted(str(key) for key in given if key not in known):
        code = "unknown_option.of" if option else "unknown_option"
        problems.add(option, code, subject, value=shown_value(key), meant=closest(key, known))
