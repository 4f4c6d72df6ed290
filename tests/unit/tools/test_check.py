# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two steps run at once: none disturbs another, outputs stay whole, and nothing outlives the run."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOOLS = str(Path(__file__).resolve().parents[3] / "tools")
WATCHDOG_S = 30.0


@pytest.fixture(scope="module")
def check() -> Iterator[Any]:
    """tools/check.py as a module."""
    sys.path.insert(0, TOOLS)
    yield importlib.import_module("check")
    sys.path.remove(TOOLS)


@pytest.fixture(scope="module")
def steps(check: Any) -> Any:
    """tools/steps.py as a module."""
    return sys.modules["steps"]


def test_a_free_step_runs_beside_another_one_and_two_that_are_not_free_run_one_by_one(check: Any, steps: Any) -> None:
    first, second = steps.Step("first", "", ()), steps.Step("second", "", ())
    beside = steps.Step("beside", "", (), free=True)
    first_runs, beside_runs = threading.Event(), threading.Event()
    ended: list[str] = []

    def run(step: Any, _shown: Any) -> Any:
        if step is first:
            first_runs.set()
            assert beside_runs.wait(WATCHDOG_S)
        elif step is beside:
            assert first_runs.wait(WATCHDOG_S)
            beside_runs.set()
        else:
            assert "first" in ended
        ended.append(step.name)
        return check.Report(step)

    reports = check.run_lanes([first, second, beside], 2, run, check.Children())
    assert [report.step.name for report in reports] == ["first", "second", "beside"]


def test_outputs_are_shown_whole_in_the_order_in_which_steps_end(
    check: Any, steps: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    slow, quick = steps.Step("slow", "", ()), steps.Step("quick", "", (), free=True)
    both, quick_said = threading.Barrier(2), threading.Event()

    def run(step: Any, shown: Any) -> Any:
        shown(f"{step.name} begins")
        both.wait(WATCHDOG_S)
        if step is slow:
            assert quick_said.wait(WATCHDOG_S)
        shown(f"{step.name} ends")
        quick_said.set()
        return check.Report(step)

    check.run_lanes([slow, quick], 2, run, check.Children())
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == ["quick begins", "quick ends", "slow begins", "slow ends"]
    assert [line.partition(" ")[0] for line in lines[::2]] == [line.partition(" ")[0] for line in lines[1::2]]


def test_a_mistake_in_a_lane_ends_the_run_with_it(check: Any, steps: Any) -> None:
    begun: list[str] = []

    def run(step: Any, _shown: Any) -> Any:
        begun.append(step.name)
        raise LookupError(step.name)

    with pytest.raises(LookupError, match="first"):
        check.run_lanes([steps.Step("first", "", ()), steps.Step("second", "", ())], 1, run, check.Children())
    assert begun == ["first"]


def test_the_output_of_a_step_is_shown_and_judged(check: Any, steps: Any) -> None:
    script = "print('ERROR: let pass'); print('===== 3 passed, 1 skipped in 0.10s ====='); print('WARNING: no')"
    step = steps.Step(
        "it", "does", (("python", "-c", script),), cwd=Path.cwd(), unwanted="^WARNING", excused="let pass"
    )
    shown: list[str] = []
    report = check.run_step(step, Path(sys.prefix), dict(os.environ), check.Children(), shown.append, check.BEHIND)
    assert (report.outcome, report.why) == ("failed", "it said: WARNING: no")
    assert report.counts() == {"passed": 3, "skipped": 1, "failed": 1}
    assert shown[0] == "\n=== it: does ==="
    assert shown[1:-1] == [
        "===== 3 passed, 1 skipped in 0.10s =====",
        "WARNING: no",
        "(1 lines that tools/steps.py excuses are not shown)",
    ]


@pytest.fixture
def _hearing() -> Iterator[None]:
    """Whoever started the tests may ignore SIGINT, as a shell does in the background, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_hearing")
@pytest.mark.parametrize("deaf", [False, True])
def test_an_interrupted_run_leaves_no_program_behind_and_starts_none(check: Any, deaf: bool, tmp_path: Path) -> None:
    children = check.Children(grace_s=0.0 if deaf else WATCHDOG_S)
    trap = "trap '' INT" if deaf else "trap 'echo cleaned; exit' INT"
    process = children.start(["sh", "-c", f"{trap}; echo ready; sleep 600 & wait"], tmp_path, dict(os.environ))
    assert process.stdout.readline() == "ready\n"
    children.end()
    # The end of the output: nobody holds it any more, neither the shell nor what it started.
    assert process.stdout.read() == ("" if deaf else "cleaned\n")
    process.stdout.close()
    with pytest.raises(InterruptedError):
        children.start(["true"], tmp_path, dict(os.environ))


def test_steps_that_write_where_others_read_are_not_free(steps: Any) -> None:
    programs = {"ansible-test", "ansible-lint", "ansible-galaxy", "molecule", "ansible-builder"}
    writing = {step.name for step in steps.STEPS if programs & {command[0] for command in step.commands}}
    assert writing | {"importer", "demo"} == {step.name for step in steps.STEPS if not step.free}
