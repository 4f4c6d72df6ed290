# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each phone's result, from the bulk step to its own host's task: a small database in Ansible's own temporary folder.

A registered variable would put the whole fleet into one event of the job, and a file that every host reads as a whole
would make the work quadratic.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

_TALLY = "rps-fleet-tally.json"


def write_results(folder: str, results: Mapping[str, dict[str, Any]]) -> str:
    """Keep results by host in a new file that only this user can read, and return its path.

    Nothing in it is a secret: URLs are masked. Ansible removes the folder when it ends.
    """
    handle, path = tempfile.mkstemp(prefix="rps-fleet-", suffix=".sqlite", dir=folder)
    os.close(handle)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE result (host TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID")
        database.executemany(
            "INSERT INTO result VALUES (?, ?)", ((host, json.dumps(entry)) for host, entry in results.items())
        )
        database.commit()
    return path


def read_result(path: str, host: str) -> dict[str, Any] | None:
    """The result of one host, or None where the bulk step had none for it."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT entry FROM result WHERE host = ?", (host,)).fetchone()
    return None if row is None else dict(json.loads(row[0]))


def read_tally(folder: str) -> dict[str, tuple[int, int]]:
    """What earlier batches of this run removed, by account: (phones deregistered, devices listed before them)."""
    try:
        raw = json.loads((Path(folder) / _TALLY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(name): (int(count), int(listed)) for name, (count, listed) in raw.items()}


def write_tally(folder: str, tally: Mapping[str, tuple[int, int]]) -> None:
    """Keep the tally for the batches that follow; Ansible removes the folder when it ends."""
    (Path(folder) / _TALLY).write_text(json.dumps(tally), encoding="utf-8")
