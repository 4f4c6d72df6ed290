# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every part of the benchmark runs at a small size, and the page is made of what they keep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PARTS = ("rivals", "calls", "ymcs", "work", "start", "growth", "role", "slices")


def run(kept: Path, *arguments: str) -> str:
    command = [sys.executable, str(HERE), "--kept", str(kept), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every part was measured into."""
    folder = tmp_path_factory.mktemp("kept")
    run(folder, "--size", "3", "--runs", "1", "--role-runs", "1", "--slices", "2", "--latency", "1")
    return folder


@pytest.mark.parametrize("part", PARTS)
def test_each_part_keeps_its_figures_and_the_command_that_measures_them(kept: Path, part: str) -> None:
    found = json.loads((kept / f"{part}.json").read_text(encoding="utf-8"))
    assert found["figures"]
    assert found["command"].startswith(f"python tests/benchmark {part} ")


def test_the_page_is_made_of_what_is_kept(kept: Path, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    run(kept, "page", "--output", str(page))
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"@[A-Z]+@", text)
    marks = re.findall(r"^(\| -|`python tests/benchmark \w+)", text, re.MULTILINE)
    tables, commands = marks[::2], marks[1::2]
    assert set(tables) == {"| -"}
    assert "| -" not in commands
    assert len(tables) == len(commands) == 16
    assert {command.split()[2] for command in commands} == set(PARTS)


def test_a_page_is_not_written_while_a_part_is_missing(tmp_path: Path) -> None:
    said = run(tmp_path, "page", "--output", str(tmp_path / "page.md"))
    assert "not measured yet" in said
    assert not (tmp_path / "page.md").exists()


def test_a_part_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE), "speed", "--kept", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
