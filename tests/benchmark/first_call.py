# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command has used by the time of its first call: a listener that looks at the command's processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .processes import environment

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_S = 1.0  # between looks whether the command has ended without a call


@dataclass(frozen=True)
class FirstCall:
    """Seconds by the clock and CPU-seconds of the whole process tree before the first call."""

    wall: float
    cpu: float


@contextmanager
def listener() -> Iterator[tuple[socket.socket, str]]:
    """A socket, and the address of a service on it that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_LOOK_S)
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}/xmlrpc"


def until_first_call(
    server: socket.socket,
    command: Sequence[str],
    *,
    stdin: Path | None = None,
    cwd: Path | None = None,
    collections: Path | None = None,
) -> FirstCall:
    """Run a command until its first request has arrived, then end it and all of its processes.

    Ends the benchmark if the command ends without one.
    """
    started = time.monotonic()
    with Path(stdin or os.devnull).open("rb") as source:
        process = subprocess.Popen(
            command,
            stdin=source,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env=environment(collections),
        )
    try:
        with _accept(server, process) as connection:
            connection.recv(1)
            return FirstCall(time.monotonic() - started, tree_seconds(process.pid))
    finally:
        end_tree(process.pid)
        process.wait()


def _accept(server: socket.socket, process: subprocess.Popen[bytes]) -> socket.socket:
    while True:
        try:
            connection, _peer = server.accept()
        except TimeoutError:
            if process.poll() is not None:
                raise SystemExit(f"This made no call: {' '.join(map(str, process.args))}"[:400]) from None  # type: ignore[arg-type]
        else:
            connection.settimeout(None)
            return connection


def tree_seconds(pid: int) -> float:
    """CPU-seconds of a process, its descendants, and those of them that have ended."""
    return sum(_tree(pid).values()) / _TICKS


def end_tree(pid: int) -> None:
    """Kill a process and its descendants. Ansible's workers have sessions of their own, so one signal does not do."""
    for one in sorted(_tree(pid)):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _tree(pid: int) -> dict[int, int]:
    """Used ticks of a process and of each of its descendants that are there, by process ID."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        one = int(path.parent.name)
        parents[one], used[one] = int(fields[1]), sum(int(field) for field in fields[11:15])
    return {one: ticks for one, ticks in used.items() if _belongs(one, pid, parents)}


def _belongs(one: int, pid: int, parents: dict[int, int]) -> bool:
    while one > 1 and one != pid:
        one = parents.get(one, 0)
    return one == pid
