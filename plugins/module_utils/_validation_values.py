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

from ._errors import InputError, Problem
from ._mac import format_mac, parse_mac
from ._text import did_you_mean, join_names, shown_value

T = TypeVar("T")
_TRUE = frozenset({"y", "yes", "on", "1", "true", "t"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f"})
# How to write text so that it stays text. Ansible's INI inventories take one pair of quotes away.
_QUOTE = 'Put it in quotes: "0012" in YAML (without !unsafe) and under [group:vars], \'"0012"\' on an INI host line'
_QUOTE_TEXT = f"{_QUOTE}."
_QUOTE_MAC = f"{_QUOTE}; or write the MAC address with colons."


# Ansible gives a module a date as text. The modules' actions wrap dates in a dictionary with this key, so that a date
# is seen for what it is.
WAS_A_DATE = "__was_a_date__"


class Problems:
    """Collects what is wrong, so that the user sees all of it at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, option: str, text: str, subject: str = "", fix: str = "", more: str = "") -> None:
        """Note one problem (see ``Problem``)."""
        self.found.append(Problem(option, text, subject, fix, more))

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
    """What a value that should be text was read as (``a number``), or None if it is text or None."""
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, date) or (isinstance(value, Mapping) and list(value) == [WAS_A_DATE]):
        return "a date"
    if isinstance(value, Mapping):
        return "a dictionary"
    return "a list" if isinstance(value, (list, tuple, set)) else "something else"


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
    if kind in ("a boolean", "a number", "a date"):
        is_mac = option == "mac" or option.startswith("mac[")
        problems.add(option, f"must be text, but was read as {kind}", where, _QUOTE_MAC if is_mac else _QUOTE_TEXT)
    else:
        problems.add(option, f"must be text, not {kind}", where)
    return False


def parse_text(value: Any, option: str, problems: Problems, subject: str = "", mac: str = "") -> str | None:
    """Trimmed text; None for None, for text without a visible character, and if the problem was noted.

    ``mac`` (normalized) names the phone in the message besides ``subject``.
    """
    if not check_text(value, option, problems, subject, mac) or value is None:
        return None
    return value.strip() or None


def parse_mac_option(value: Any, option: str, problems: Problems, subject: str = "") -> str | None:
    """A normalized MAC; None if the problem was noted. A missing MAC is a problem too."""
    if not check_text(value, option, problems, subject):
        return None
    if value is None or not value.strip():
        problems.add(option, "is required", subject)
        return None
    try:
        return parse_mac(value)
    except ValueError as error:
        problems.add(option, "is not usable", subject, more=f": {error}")
        return None


def parse_bool(value: Any, option: str, subject: str = "") -> bool:
    """A boolean as Ansible users write them; None is False. Raises InputError."""
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise InputError([Problem(option, f"must be true or false, not '{shown_value(value)}'", subject)])


def parse_number(
    value: Any, option: str, low: float, high: float, *, whole: bool = False, subject: str = "", unit: str = ""
) -> float:
    """A number, or its digits as text, from ``low`` to ``high``. Raises InputError."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not isinstance(value, bool) and low <= number <= high and (not whole or number == int(number)):
        return number
    kind = "a whole number" if whole else "a number"
    of_unit = f" of {unit}" if unit else ""
    text = f"must be {kind}{of_unit} from {low:g} to {high:.0f}, not '{shown_value(value)}'"
    raise InputError([Problem(option, text, subject)])


def parse_list(value: Any, option: str, subject: str = "") -> list[Any]:
    """A list, or text with commas as Ansible takes it for one. Raises InputError, also for None and empty text."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str) and value.strip():
        return [item.strip() for item in value.split(",")]
    if value is None or isinstance(value, str):
        raise InputError([Problem(option, "is empty", subject, "Give a list, or leave the option out.")])
    raise InputError([Problem(option, f"must be a list, not {not_text(value)}", subject)])


def parse_choice(value: Any, option: str, choices: Sequence[str], subject: str = "") -> str:
    """One of ``choices``. Raises InputError, with the choice that may have been meant."""
    problems = Problems()
    text = parse_text(value, option, problems, subject)
    problems.raise_if_any()
    if text in choices:
        return str(text)
    expected = f"must be {join_names(list(choices), 'or')}"
    if text is None:
        raise InputError([Problem(option, expected, subject)])
    hint = did_you_mean(text, choices) if len(choices) > 2 else ""
    raise InputError([Problem(option, f"{expected}, not '{shown_value(text)}'", subject, more=hint)])


def unknown_keys(
    given: Iterable[Any], known: Sequence[str], option: str, problems: Problems, subject: str = ""
) -> None:
    """Note keys that nothing reads, with what may have been meant; ``option`` is what has them, or ""."""
    for key in sorted(str(key) for key in given if key not in known):
        text = f"has no option '{shown_value(key)}'" if option else f"there is no option '{shown_value(key)}'"
        problems.add(option, text, subject, more=did_you_mean(key, known))
