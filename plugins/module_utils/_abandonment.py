# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the ansible-playbook process that waits for a module is gone, so that nothing more may be written.

PRIVATE to the collection: may change without notice.

On the controller a module's ancestors are shells, then a worker (a fork of ansible-playbook with the same command
line), then ansible-playbook itself. If ansible-playbook is killed, the worker gets another parent; if the worker is
killed, the module's shell does. What is above ansible-playbook, for instance the user's shell, may end at any time.
On other hosts and under ``async`` there is no such pair, and only the module's own parent and the reader of its output
are watched.
"""

from __future__ import annotations

import os
import select
import stat
from pathlib import Path
from typing import Callable

_PROC = Path("/proc")
_MAX_ANCESTORS = 64
_SHELLS = frozenset({"ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "sh", "zsh"})

Process = tuple[int, int]  # process ID, and that of its parent


def watch_controller(proc: Path = _PROC, output: int = 1) -> Callable[[], bool]:
    """A function that returns whether the process that waits for the result is gone; call it as often as you like.

    ``proc`` is where the system shows its processes; ``output`` is the file descriptor of the result.
    """
    parent = os.getppid()
    worker = find_worker(proc, os.getpid())
    reader = _OutputReader(output)

    def gone() -> bool:
        if os.getppid() != parent or reader.gone():
            return True
        return worker is not None and _parent_of(proc, worker[0]) != worker[1]

    return gone


def find_worker(proc: Path, pid: int) -> Process | None:
    """The nearest ancestor of ``pid`` that is a fork of its parent with the same command line, and is no shell.

    None if there is none, or if the system does not show its processes.
    """
    for _step in range(_MAX_ANCESTORS):
        parent = _parent_of(proc, pid)
        above = _parent_of(proc, parent) if parent else None
        if not parent or not above:
            return None
        command = _command(proc, parent)
        if command and command == _command(proc, above) and not _is_shell(command):
            return (parent, above)
        pid = parent
    return None


def _is_shell(command: bytes) -> bool:
    name = os.fsdecode(command.split(b"\0", 1)[0]).rpartition("/")[2]
    return name.lstrip("-") in _SHELLS


def _command(proc: Path, pid: int) -> bytes:
    try:
        return (proc / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def _parent_of(proc: Path, pid: int) -> int | None:
    """The parent of a process, or None if the process has ended or cannot be seen."""
    try:
        with open(f"{proc}/{pid}/stat", "rb") as file:  # noqa: PTH123  # for every call to the service
            text = file.read()
    except OSError:
        return None
    # The name, in parentheses, may have any character.
    state, parent = text.rpartition(b")")[2].split()[:2]
    return None if state in (b"Z", b"X") else int(parent)


class _OutputReader:
    """Whether the other end of a pipe or socket is closed. A file or a terminal has no other end."""

    def __init__(self, output: int) -> None:
        self._output: int | None = None
        try:
            mode = os.fstat(output).st_mode
        except OSError:
            return
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            self._output = output

    def gone(self) -> bool:
        """Whether the output cannot be read any more."""
        if self._output is None:
            return False
        poll = select.poll()  # one for each call: a shared one refuses to be used by several threads at once
        poll.register(self._output, 0)  # errors and hang-ups are always reported
        return bool(poll.poll(0))
