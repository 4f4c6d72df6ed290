# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch the collections of other projects that `tests/integrations` runs: `tools/foreign.py`.

PyPI's package `ansible` brings them as they are released, so the tests run the real plugins. The package has some
hundred collections; only those in `COLLECTIONS` are unpacked, into `.build/foreign/<version>`, and nothing is
installed. A second run finds them there and fetches nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from stage import BUILD, ROOT

COLLECTIONS = ("community/general", "netbox/netbox")
REQUIREMENTS = ROOT / "tools/requirements-foreign.txt"
FOLDER = BUILD / "foreign"


def pinned(requirements: Path = REQUIREMENTS) -> str:
    """Return the one requirement of the file, such as `ansible==1.2.3`."""
    lines = [line for line in requirements.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    if len(lines) != 1:
        raise SystemExit(f"{requirements} must have one requirement, and has {len(lines)}.")
    return lines[0]


def fetch(folder: Path = FOLDER) -> Path:
    """Unpack the collections below `folder` unless they are there; return the entry for the collections path."""
    requirement = pinned()
    target = folder / requirement.partition("==")[2]
    done = target / ".complete"
    if done.exists() and all((target / "ansible_collections" / name).is_dir() for name in COLLECTIONS):
        return target
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", scratch, requirement], check=True)
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            wanted = tuple(f"ansible_collections/{name}/" for name in COLLECTIONS)
            wheel.extractall(target, [name for name in wheel.namelist() if name.startswith(wanted)])
    done.touch()
    return target


if __name__ == "__main__":
    print(fetch())
