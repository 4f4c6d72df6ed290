# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports on disk: the four files at once, and what the earlier batches of a run have told. The only I/O of reports."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._errors import RpsError
from ansible_collections.voip.rps.plugins.module_utils._text import to_printable

from .csv import render_csv
from .html import render_html
from .json import render_json
from .junit import render_junit
from .merge import merge

_FORMATS = (
    ("drift.json", render_json),
    ("drift.csv", render_csv),
    ("drift.xml", render_junit),
    ("drift.html", render_html),
)
_MODE = 0o644  # for everybody who may enter the folder: nothing in a report is a secret


def write_reports(folder: str, data: dict[str, Any]) -> list[str]:
    """Write ``drift.json``, ``.csv``, ``.xml`` and ``.html`` -> their paths. Makes the folder.

    A reader sees the old file or the new one, never half of one. Raises RpsError with the reason and the next step.
    """
    whole = [(name, render(data).encode("utf-8")) for name, render in _FORMATS]
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in whole:
            _replace(place / name, content, _MODE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RpsError(
            f"The reports could not be written to '{to_printable(str(place))}': {reason}. Set rps_report_dir to a "
            "folder that the user who runs Ansible may write to, and run again."
        ) from None
    return [str(place / name) for name, _content in whole]


def gather(keep: str, folder: str, data: dict[str, Any]) -> dict[str, Any]:
    """The report of all batches so far: ``data``, merged with what earlier batches of this run left in ``keep``.

    ``keep`` is a folder that lives as long as the run, so that no report of another run is ever mixed in; ``folder``
    is where the reports go, each place a report of its own. Raises RpsError.
    """
    name = hashlib.sha256(str(Path(folder).expanduser().resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = Path(keep) / f"rps-drift-{name}.json"
    try:
        if path.exists():
            data = merge(json.loads(path.read_text(encoding="utf-8")), data)
        _replace(path, json.dumps(data).encode("ascii"), 0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RpsError(
            f"The report could not be kept in Ansible's temporary folder '{to_printable(keep)}': {reason}. Set "
            "ANSIBLE_LOCAL_TEMP to a folder that can be written to, and run again."
        ) from None
    return data


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
