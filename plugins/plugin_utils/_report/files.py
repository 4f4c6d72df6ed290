# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports on disk: all files at once, and what the earlier parts of a run handed over. The only writing of reports.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ansible_collections.voip.rps.plugins.module_utils._errors import RpsError
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

from .build import build_report
from .csv import render_csv
from .data import FILE_NAMES, Report, RunPart
from .html import render_html
from .json import render_json
from .junit import render_junit
from .prometheus import render_prometheus
from .wording import say

# What renders each of data.FILE_NAMES.
FORMATS: Mapping[str, Callable[[Report], str]] = {
    "drift.json": render_json,
    "drift.csv": render_csv,
    "drift.xml": render_junit,
    "drift.prom": render_prometheus,
    "drift.html": render_html,
}
INTERRUPTED = "interrupted.json"
_MODE = 0o644  # for everybody who may enter the folder: nothing in a report is a secret


def write_reports(folder: str, report: Report) -> list[str]:
    """Write every format into ``folder``, which is made if it is missing -> the paths.

    A reader sees the old file or the new one, never half of one. Raises RpsError with the reason and the next step.
    """
    return _write(folder, [(name, FORMATS[name](report)) for name in FILE_NAMES])


def write_interrupted(folder: str, text: str) -> str:
    """Write what an interrupted run did, as JSON, beside the reports -> the path. Raises RpsError as write_reports."""
    return _write(folder, [(INTERRUPTED, text)])[0]


def _write(folder: str, files: Sequence[tuple[str, str]]) -> list[str]:
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            _replace(place / name, content.encode("utf-8"), _MODE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RpsError(say("file.unwritten", folder=to_printable(str(place)), why=reason)) from None
    return [str(place / name) for name, _content in files]


def gather(keep: str, folder: str, part: RunPart) -> Report:
    """The report of all parts of this run so far: those that earlier calls left in ``keep``, and ``part``.

    ``keep`` is a folder that lives as long as the run, so that no part of another run is ever mixed in; ``folder``
    is where the reports go, each folder a report of its own. Raises RpsError.
    """
    name = hashlib.sha256(str(Path(folder).expanduser().resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = Path(keep) / f"rps-drift-{name}.json"
    parts: list[RunPart] = []
    try:
        if path.exists():
            parts = json.loads(path.read_text(encoding="utf-8"))
        parts.append(part)
        _replace(path, json.dumps(parts).encode("ascii"), 0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RpsError(say("file.unkept", folder=to_printable(keep), why=reason)) from None
    return build_report(parts)


def _replace(path: Path, content: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(prefix=".rps-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
