# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a run: limits, digests, prefixes to ignore, servers that purge is narrowed to. Pure.

PRIVATE to the collection: may change without notice.

What protects devices and is given but empty (``expect_plan: ""``) is a problem and never "no protection": a variable
that was expected to have a value has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import InputError, problem
from ._mac import format_mac
from ._model import DesiredDevice
from ._text import shown_value
from ._validation_values import Problems, check_text, parse_list, parse_name, parse_number
from ._vendors.capabilities import VENDORS

DEFAULT_BATCH_SIZE = 100
_LONGEST_DEADLINE_S = 31_536_000
_LARGEST_BATCH = 1_000_000
_MILLION = 1_000_000
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?\s*%")
_COUNT = re.compile(r"[0-9]{1,7}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{1,12}")


@dataclass(frozen=True)
class Limit:
    """How many devices may be removed: a ``count``, or a ``share`` in millionths of what the account lists.

    ``text`` is as the user wrote it.
    """

    text: str
    count: int | None = None
    share: int = 0

    def of(self, listed: int) -> int:
        """The count for an account that lists so many devices, rounded down."""
        return self.count if self.count is not None else listed * self.share // _MILLION

    def basis(self, counted: str, total: int) -> dict[str, Any]:
        """Parameters of a guard about this limit: its text, and for a percentage the total under ``counted``."""
        return {"limit": self.text} if self.count is not None else {"limit": self.text, counted: total}


DEFAULT_LIMIT = Limit("10%", share=100_000)


def parse_limit(value: Any, option: str = "purge_limit") -> Limit:
    """``10%`` (decimals allowed, 100% at most) or a count. Raises InputError."""
    if value is None or value == "":
        raise InputError([problem(option, "empty")])
    text = "" if isinstance(value, (bool, float)) else str(value).strip()
    match = _PERCENT.fullmatch(text)
    if match:
        share = int(match[1]) * 10_000 + int((match[2] or "0").ljust(4, "0"))
        if share <= _MILLION:
            return Limit(text, share=share)
    if _COUNT.fullmatch(text):
        return Limit(text, count=int(text))
    raise InputError([problem(option, "not_a_limit", value=shown_value(value))])


def parse_digest(value: Any, option: str = "expect_plan") -> str:
    """A plan's digest. Raises InputError."""
    if value is None or value == "":
        raise InputError([problem(option, "empty")])
    if not isinstance(value, str) or not _DIGEST.fullmatch(value.strip()):
        raise InputError([problem(option, "not_a_digest")])
    return value.strip()


def parse_deadline(value: Any, option: str = "deadline") -> float | None:
    """Seconds for all of an account's run, or None for no bound. Raises InputError."""
    if value is None or value == "":
        return None
    return parse_number(value, option, 0.001, _LONGEST_DEADLINE_S, seconds=True)


def parse_batch_size(value: Any, option: str = "batch_size") -> int:
    """How many devices a bulk call has at most; the default for None. Raises InputError."""
    if value is None:
        return DEFAULT_BATCH_SIZE
    return int(parse_number(value, option, 1, _LARGEST_BATCH, whole=True))


def parse_prefixes(values: Any, declared: Sequence[DesiredDevice], option: str = "ignore") -> tuple[str, ...]:
    """MACs or beginnings of MACs in a documented notation -> bare lower-case prefixes, sorted, each once.

    Raises InputError with all that are not usable, and with declared phones that would be ignored.
    """
    problems = Problems()
    prefixes: list[str] = []
    for index, value in enumerate(parse_list(values, option)):
        if not check_text(value, f"{option}[{index}]", problems):
            continue
        bare = re.sub(r"[-: ]", "", (value or "").strip().lower())
        if _PREFIX.fullmatch(bare):
            prefixes.append(bare)
        else:
            problems.add(option, "not_a_prefix", value=shown_value(value or ""))
    fronts = tuple(prefixes)
    both = [format_mac(device.mac, "colon") for device in declared if fronts and device.mac.startswith(fronts)]
    if both:
        problems.add(option, "prefix_declared", count=len(both), few=tuple(both))
    problems.raise_if_any()
    return tuple(sorted(set(prefixes)))


def parse_purge_servers(
    names: Any, declared: Sequence[DesiredDevice], vendor_name: str, option: str = "purge_servers"
) -> dict[str, str]:
    """Names of servers -> their URLs, taken from the ``server_url`` of declared phones. No names: nothing is purged.

    Raises InputError, also if the service does not show URLs or if the URL of a server is not declared.
    """
    vendor = VENDORS[vendor_name]
    if not vendor.reads_url:
        raise InputError([problem(option, "unsupported.no_urls", service=vendor.title)])
    known: dict[str | None, str] = {}
    for device in declared:
        if device.server_url is not None:
            known.setdefault(device.server, device.server_url)
    problems = Problems()
    urls: dict[str, str] = {}
    for index, value in enumerate(parse_list(names, option)):
        name = parse_name(value, f"{option}[{index}]", problems, option)
        if name in known:
            urls[str(name)] = known[name]
        elif name is not None:
            problems.add(option, "purge_server_without_url", value=shown_value(name))
    problems.raise_if_any()
    return urls
