# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated service in a process of its own, and commands measured as whole processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from contenders import PASSWORD, SERVER, URL, USER

ROOT = Path(__file__).resolve().parents[2]
SEED = {
    "reset": True,
    "accounts": [{"vendor": "yealink", "username": USER, "password": PASSWORD}],
    "servers": [{"vendor": "yealink", "account": USER, "name": SERVER, "url": URL}],
}


@dataclass(frozen=True)
class Taken:
    """What one command cost: seconds by the clock, peak memory of its largest process in MB, calls by method."""

    seconds: float
    megabytes: float
    calls: dict[str, int]
    connections: int

    @property
    def total(self) -> int:
        return sum(self.calls.values())


class Service:
    """The simulator with ``latency`` milliseconds before every answer."""

    def __init__(self, folder: Path, latency: int) -> None:
        self._state = folder / "simulator.json"
        self._state.unlink(missing_ok=True)
        command = [sys.executable, str(ROOT / "tests/simulator"), "--no-tls", "--quiet"]
        command += ["--state-file", str(self._state), "--latency", str(latency)]
        self._process = subprocess.Popen(command)
        while not self._state.exists():
            time.sleep(0.05)
        self._base = str(json.loads(self._state.read_text(encoding="utf-8"))["http"])
        self.url = f"{self._base}/xmlrpc"

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)

    def post(self, path: str, body: Any) -> None:
        request = urllib.request.Request(f"{self._base}/_sim/{path}", json.dumps(body).encode(), method="POST")  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._base}/_sim/stats") as answer:  # noqa: S310
            return dict(json.load(answer))

    def empty(self) -> None:
        self.post("load", SEED)
        self.post("reset-log", {})

    def measure(self, command: list[str], stdin: bytes = b"") -> Taken:
        """Run a command and say what it cost; raises SystemExit where it failed."""
        self.post("reset-log", {})
        opened = self.stats()["connections"]["opened"]
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        )
        output, _errors = process.communicate(stdin)
        seconds = time.monotonic() - started
        if process.returncode:
            raise SystemExit(f"{' '.join(command)[:200]}\n{output.decode(errors='replace')[:3000]}")
        stats = self.stats()
        peak = process_peak(output)
        return Taken(seconds, peak, stats["calls"], stats["connections"]["opened"] - opened)


def process_peak(output: bytes) -> float:
    """Peak memory in MB, where the measured program printed it as its last line (see ``memory.py``); else 0."""
    last = output.decode(errors="replace").rstrip().rpartition("\n")[2]
    return float(last.removeprefix("PEAK_MB ")) if last.startswith("PEAK_MB ") else 0.0


def environment() -> dict[str, str]:
    """As few of the user's own settings as can be."""
    keep = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR", "PYTHONPATH") if key in os.environ}
    build = ROOT / ".build"
    tree = ROOT if ROOT.parent.parent.name == "ansible_collections" else build / "ansible_collections/voip/rps"
    collections = str(tree.parent.parent.parent)
    return {
        **keep,
        "HOME": str(build / "home") if build.exists() else keep.get("TMPDIR", "/tmp"),  # noqa: S108
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "PYTHONPATH": collections,
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
