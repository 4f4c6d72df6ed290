# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python imports this at its start if its folder is in PYTHONPATH: the process and its forks then note, in the file
WATCH_TO, what they show of themselves: programs that they start, and files with what was in them before it went."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

_TARGET = os.environ["WATCH_TO"]
_WRITES = os.O_WRONLY | os.O_RDWR
_inside = threading.local()


def _note(kind: str, name: str, text: str) -> None:
    file = os.open(_TARGET, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, json.dumps([kind, name, text]).encode() + b"\n")
    finally:
        os.close(file)


def _keep(given: Any) -> None:
    """Note what is in a file, or in all files of a folder, that is about to go."""
    path = Path(os.fsdecode(given)).absolute()
    for found in path.rglob("*") if path.is_dir() else [path]:
        if found.is_file():
            _note("file", str(found), found.read_bytes().decode("utf-8", "replace"))


def _watch(event: str, values: tuple[Any, ...]) -> None:
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        _note("command", event, repr(values))
    elif event == "open" and isinstance(values[0], (str, bytes)) and values[2] & _WRITES:
        if values[2] & os.O_TRUNC:
            _keep(values[0])
        _note("file", str(Path(os.fsdecode(values[0])).absolute()), "")
    elif event in ("os.remove", "shutil.rmtree") and isinstance(values[0], (str, bytes, os.PathLike)):
        _keep(values[0])
    elif event == "os.rename":
        _keep(values[1])
        _note("file", str(Path(os.fsdecode(values[1])).absolute()), "")
    elif event == "sqlite3.connect" and isinstance(values[0], str):
        _note("file", values[0], "")


def _hook(event: str, values: tuple[Any, ...]) -> None:
    if getattr(_inside, "is_set", False):
        return
    _inside.is_set = True
    try:
        _watch(event, values)
    finally:
        _inside.is_set = False


sys.addaudithook(_hook)
