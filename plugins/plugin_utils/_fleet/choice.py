# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts a run was asked for, judged by what the choice does and not by how it is written.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import Reason, reason


def as_pattern(rps_hosts: Any) -> str | None:
    """``rps_hosts``, which may be a list, as the text of a pattern; None if it names no hosts."""
    named = rps_hosts if isinstance(rps_hosts, (list, tuple)) else [rps_hosts]
    return ",".join(str(name).strip() for name in named if str(name or "").strip()) or None


def hosts_were_selected(rps_hosts: Any, limit: str) -> bool:
    """Whether the run names hosts: by ``rps_hosts``, or by a limit that is not empty."""
    return as_pattern(rps_hosts) is not None or _limits(limit)


def _limits(limit: str) -> bool:
    """Whether a limit has a pattern, be it in a file. Ansible ignores a limit without a pattern."""
    for pattern in re.split(r"[\s,;]+", limit):
        if not pattern.startswith("@"):
            if pattern:
                return True
            continue
        try:
            text = Path(pattern[1:]).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            return True
    return False


def releases_everything(selected: Sequence[str], phones: Iterable[str], fleet_size: Any) -> int | None:
    """The number of all phones if the selected hosts have them all and ``fleet_size`` does not confirm it, else None.

    ``phones`` are all hosts of the inventory that have a phone. All of them are selected by ``--limit ':'`` and by a
    misspelt exclusion too, so it takes their number, given on the command line, to release them.
    """
    every = set(phones)
    if not every <= set(selected):
        return None
    count = len(every)
    return None if str(fleet_size).strip() == str(count) and not isinstance(fleet_size, bool) else count


def partial_reason(
    limited: bool, everybody: Sequence[str], alive: Sequence[str], batch: Sequence[str], phones: Mapping[str, Any]
) -> Reason | None:
    """Why a run is over a part of the play's hosts only (a key of ``PARTIAL``), or None if it is over all of them.

    ``everybody``: all hosts of the play; ``alive``: those that have not failed; ``batch``: those of this batch;
    ``phones``: those that reached the role.
    """
    if limited:
        return reason("limited")
    if len(alive) < len(everybody):
        return reason("hosts_failed", count=len(everybody) - len(alive))
    if len(batch) < len(alive):
        return reason("batches", batch=len(batch), count=len(alive))
    if len(phones) < len(batch):
        return reason("not_arrived", count=len(batch) - len(phones))
    return None
