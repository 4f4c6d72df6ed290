# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the fleet -> values: sizes, limits, approved plans, what to show. Pure.

PRIVATE to the collection: may change without notice.

A variable that is not defined is missing. What protects phones and is given but empty is a problem, never "not set".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, problem
from ansible_collections.voip.rps.plugins.module_utils._text import closest, shown_value
from ansible_collections.voip.rps.plugins.module_utils._validation import (
    DEFAULT_BATCH_SIZE,
    Problems,
    parse_batch_size,
    parse_digest,
    parse_name,
    parse_text,
)

from .accounts import Logins

ALL, CHANGED, NONE = "all", "changed", "none"
DEFAULT_REPORT_DIR = "./rps-reports"
# What YAML and Jinja make of true and false counts too, as a boolean and as text.
_ALL_WORDS = frozenset({ALL, "true", "yes", "on", "1"})
_NONE_WORDS = frozenset({NONE, "false", "no", "off", "0"})
_WHOLE = re.compile(r"[0-9]{1,9}")


def parse_host_results(value: Any) -> str:
    """``rps_host_results`` -> ALL, CHANGED or NONE; ALL for None and empty text. Raises InputError."""
    text = ALL if value is None or value == "" else str(value).strip().lower()
    if text in _ALL_WORDS:
        return ALL
    if text in _NONE_WORDS:
        return NONE
    if text == CHANGED:
        return CHANGED
    choices = (ALL, CHANGED, NONE)
    raise InputError([problem("host_results", "not_a_choice.value", choices=choices, value=shown_value(value))])


def parse_fleet_size(value: Any) -> int | None:
    """``rps_fleet_size`` -> a whole number; None if it is None or empty, which permits nothing. Raises InputError."""
    if value is None or value == "":
        return None
    text = str(value).strip() if isinstance(value, (int, str)) else ""
    if _WHOLE.fullmatch(text):
        return int(text)
    if isinstance(value, str) and "{{" in value:
        raise InputError([problem("fleet_size", "size_is_a_template")])
    raise InputError([problem("fleet_size", "not_whole", value=shown_value(value))])


def parse_size_of_batches(value: Any) -> int:
    """``rps_batch_size``; the default for None and empty text. Raises InputError."""
    return DEFAULT_BATCH_SIZE if value is None or value == "" else parse_batch_size(value)


def parse_report_dir(value: Any) -> str:
    """``rps_report_dir`` -> the path of a folder. Raises InputError."""
    problems = Problems()
    path = parse_text(value, "report_dir", problems)
    problems.raise_if_any()
    return path or DEFAULT_REPORT_DIR


def parse_plans(raw: Any, logins: Logins) -> dict[str, str]:
    """``rps_expect_plan`` -> digests by account. Raises InputError, also if it is empty."""
    if not isinstance(raw, Mapping) or not raw:
        raise InputError([problem("expect_plan", "plans_empty" if raw in (None, "", {}) else "plans_not_a_dictionary")])
    problems = Problems()
    plans: dict[str, str] = {}
    for key, digest in raw.items():
        option = f"expect_plan: the account {shown_value(key)}"
        name = parse_name(key, option, problems, "expect_plan", "account_without_name")
        if name is None:
            continue
        if logins.names and name not in logins.names:
            code = f"plan_of_unknown_account{'.environment' if logins.from_environment else ''}"
            problems.add("expect_plan", code, value=shown_value(name), meant=closest(name, logins.names))
        else:
            option = f"expect_plan.{shown_value(name)}"
            plans[name] = problems.attempt(lambda: parse_digest(digest, option), "")  # noqa: B023
    problems.raise_if_any()
    return plans
