# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands measured as whole process trees: the clock, CPU-seconds, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .options import BUILD

PROGRAMS = Path(__file__).with_name("programs")
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
INVENTORY = str(Path(sys.executable).with_name("ansible-inventory"))


@dataclass(frozen=True)
class Taken:
    """What one command cost.

    ``wall``: seconds by the clock. ``cpu``: user and system seconds of the process and all that it waited for.
    ``megabytes``: peak memory of the largest process among them. ``output``: what it printed.
    """

    wall: float
    cpu: float
    megabytes: float
    output: str

    @property
    def last_line(self) -> str:
        return self.output.rstrip().rpartition("\n")[2]


class Running:
    """A command that was started and is waited for once."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: Path | None = None,
        cwd: Path | None = None,
        collections: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed by wait
        self._started = time.monotonic()
        source = stdin.open("rb") if stdin is not None else subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                command,
                stdin=source,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**environment(collections), **(variables or {})},
            )
        finally:
            if not isinstance(source, int):
                source.close()

    def wait(self) -> Taken:
        """Wait for the end. Ends the benchmark if the command failed, with the end of what it printed."""
        _pid, status, usage = os.wait4(self._process.pid, 0)
        wall = time.monotonic() - self._started
        self._process.returncode = os.waitstatus_to_exitcode(status)
        with self._output as output:
            output.seek(0)
            text = output.read().decode(errors="replace")
        if self._process.returncode:
            shown = " ".join(self._command)[:300]
            raise SystemExit(f"This failed: {shown}\n{text[-3000:]}")
        return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def measure(
    command: Sequence[str],
    *,
    stdin: Path | None = None,
    cwd: Path | None = None,
    collections: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Taken:
    """Run a command to its end."""
    return Running(command, stdin=stdin, cwd=cwd, collections=collections, variables=variables).wait()


def program(name: str, *arguments: str) -> list[str]:
    """The command for one of the programs beside this file."""
    return [sys.executable, str(PROGRAMS / f"{name}.py"), *arguments]


def environment(collections: Path | None = None) -> dict[str, str]:
    """As few of the user's own settings as can be. ``collections``: the folder with ansible_collections."""
    keep = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
    home = BUILD / "home"
    place = str(collections or BUILD)
    return {
        **keep,
        "HOME": str(home) if home.exists() else tempfile.gettempdir(),
        "ANSIBLE_COLLECTIONS_PATH": place,
        "PYTHONPATH": place,
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_NOCOWS": "1",
    }
