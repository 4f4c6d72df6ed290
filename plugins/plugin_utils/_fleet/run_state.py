# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one step of a run hands to a later one: each phone's result, the hosts to show, and how much was removed.

It is kept in Ansible's own temporary folder, which Ansible removes when it ends. A registered variable would put the
whole fleet into one event of the job, and a file that every host reads as a whole would make the work quadratic.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_REMOVED = "rps-removed.json"
_SHOWN = "rps-hosts-to-show.json"
NOBODY = "all:!all"  # a pattern that no host matches, and of which Ansible does not warn


def _results_file(folder: str, run: str) -> Path:
    return Path(folder) / f"rps-results-{run}.sqlite"


def write_results(folder: str, run: str, results: Mapping[str, dict[str, Any]]) -> None:
    """Keep the results of one pass by host in a file that only this user can read.

    Nothing in it is a secret: URLs are masked.
    """
    path = _results_file(folder, run)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(str(path))) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE result (host TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID")
        database.executemany(
            "INSERT INTO result VALUES (?, ?)", ((host, json.dumps(entry)) for host, entry in results.items())
        )
        database.commit()


def read_result(folder: str, run: str, host: str) -> dict[str, Any] | None:
    """The result of one host, or None where the pass had none for it."""
    path = _results_file(folder, run)
    if not re.fullmatch("[0-9a-f]+", run) or not path.exists():
        return None  # connecting would create it
    # A path and no URI: there a folder's name with # or ? or %41 in it would be another's.
    with closing(sqlite3.connect(str(path))) as database:
        row = database.execute("SELECT entry FROM result WHERE host = ?", (host,)).fetchone()
    return None if row is None else _with_shared_texts(str(row[0]))


def _with_shared_texts(stored: str) -> dict[str, Any]:
    """A stored entry, with one object for its equal texts: Ansible keeps the result of every host until it ends."""
    seen: dict[str, str] = {}

    def share(part: dict[str, Any]) -> dict[str, Any]:
        return {key: seen.setdefault(item, item) if isinstance(item, str) else item for key, item in part.items()}

    return dict(json.loads(stored, object_hook=share))


def write_hosts_to_show(folder: str, hosts: Sequence[str]) -> None:
    """Say which hosts the play of results is for. Nobody is a pattern too, since an empty list of hosts is an error."""
    patterns = [_as_pattern(host) for host in hosts] or [NOBODY]
    (Path(folder) / _SHOWN).write_text(json.dumps(patterns), encoding="utf-8")


def read_hosts_to_show(folder: str) -> list[str]:
    """The patterns of the hosts that the play of results is for."""
    try:
        return [str(name) for name in json.loads((Path(folder) / _SHOWN).read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return [NOBODY]


def forget_hosts_to_show(folder: str) -> None:
    """The play of results has begun: a later one must not be for the same hosts."""
    (Path(folder) / _SHOWN).unlink(missing_ok=True)


def _as_pattern(host: str) -> str:
    """A pattern that matches this host alone, whatever its name is made of."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", host):
        return host  # Ansible takes a host's plain name before it looks for groups of that name
    return "~" + "".join(char if char.isalnum() else rf"\U{ord(char):08x}" for char in host) + "$"


def read_removed(folder: str) -> dict[str, tuple[int, int]]:
    """What this run has removed so far, by identity of the account: (phones that host vars deregistered, devices that
    the account listed before the first of them)."""
    try:
        raw = json.loads((Path(folder) / _REMOVED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(identity): (int(count), int(listed)) for identity, (count, listed) in raw.items()}


def add_removed(folder: str, removed: Iterable[tuple[str, int, int]]) -> None:
    """Add (identity, phones, listed) of one pass; an account of which nothing was removed is left out."""
    counts = read_removed(folder)
    for identity, count, listed in removed:
        if count:
            earlier, first = counts.get(identity, (0, listed))
            counts[identity] = (earlier + count, first)
    (Path(folder) / _REMOVED).write_text(json.dumps(counts), encoding="utf-8")
