"""Run the checks: `tools/check.py [STEP ...]`; without names, those of `make test`.

A failing step does not stop the next. The last line sums up tests and steps, and says nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from stage import BUILD, PACKAGE, ROOT, TREE, environment, stage
from steps import EXTRA_STEPS, STEPS, Step

PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)\b")
PYTEST_CLOSING = re.compile(r"^(=+ )?\d+ (passed|failed|errors?|skipped|xfailed)\b.* in [\d.]+s")
COUNTED_AS = {"error": "failed", "errors": "failed", "xfailed": "skipped"}


@dataclass
class Report:
    """What came of a step. `tests` holds the counts of the test runner, where the step has one."""

    step: Step
    outcome: str = "passed"  # or failed, skipped
    seconds: float = 0.0
    why: str = ""
    tests: Counter[str] = field(default_factory=Counter)

    def fail(self, why: str) -> None:
        """Note that the step failed; the first reason stays."""
        self.outcome = "failed"
        self.why = self.why or why

    def counts(self) -> Counter[str]:
        """Return the step's tests, or the step itself as one; a failed step never counts without a failure."""
        if not self.tests:
            return Counter({self.outcome: 1})
        return self.tests | Counter({"failed": int(self.outcome == "failed")})


def run_steps(steps: Iterable[Step], venv: Path) -> list[Report]:
    """Stage the tree and run the steps with the tools of `venv`."""
    stage()
    env = environment(venv)
    return [_run_step(step, venv, env) for step in steps]


def _run_step(step: Step, venv: Path, env: dict[str, str]) -> Report:
    print(f"\n=== {step.name}: {step.does} ===", flush=True)
    report = Report(step)
    if step.needs and not any(ROOT.glob(step.needs)):
        report.outcome, report.why = "skipped", f"there is no {step.needs}"
    else:
        started = time.monotonic()
        lines: list[str] = []
        for command in step.commands:
            status = _run(_for_venv(command, venv), step, env | dict(step.env), lines)
            if status:
                report.fail(f"{command[0]} ended with status {status}")
                break
        _read(lines, report)
        report.seconds = time.monotonic() - started
    loud = report.outcome.upper() if report.why else report.outcome
    print(f"=== {step.name}: {loud}{': ' if report.why else ''}{report.why} ({report.seconds:.1f} s) ===", flush=True)
    return report


def _for_venv(command: tuple[str, ...], venv: Path) -> list[str]:
    version = next(venv.glob("lib/python3*")).name.removeprefix("python")
    return [str(venv / "bin" / command[0]), *(part.replace("{python_version}", version) for part in command[1:])]


def _run(command: list[str], step: Step, env: dict[str, str], lines: list[str]) -> int:
    """Run the command, show its output as it comes with the paths of the sources, and add it to `lines`.

    Lines that the step excuses are counted and not shown: people read an "ERROR" as one, also in a step that passes.
    """
    excused = 0
    with subprocess.Popen(
        command,
        cwd=step.cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            shown = line.replace(f"{TREE}/", "").replace(f"{PACKAGE}/", "").rstrip()
            lines.append(shown)
            if step.excused and re.search(step.excused, shown):
                excused += 1
            else:
                print(shown, flush=True)
    if excused:
        print(f"({excused} lines that tools/steps.py excuses are not shown)", flush=True)
    return process.returncode


def _read(lines: list[str], report: Report) -> None:
    step = report.step
    for line in lines:
        if PYTEST_CLOSING.match(line):
            for number, word in PYTEST_COUNT.findall(line):
                report.tests[COUNTED_AS.get(word, word)] += int(number)
        if step.unwanted and re.search(step.unwanted, line) and not (step.excused and re.search(step.excused, line)):
            report.fail(f"it said: {line}")
    if step.wanted and not any(re.search(step.wanted, line) for line in lines):
        report.fail(f"nothing in its output matches {step.wanted}")


def print_summary(reports: list[Report]) -> bool:
    """Print a table and the closing line; return whether all is well."""
    width = max(len(report.step.name) for report in reports)
    print(f"\n{'step':{width}}  {'outcome':8}  {'seconds':>7}  remark")
    for report in reports:
        tests = ", ".join(f"{number} {word}" for word, number in sorted(report.tests.items()))
        remark = "; ".join(filter(None, (tests, report.why)))
        print(f"{report.step.name:{width}}  {report.outcome:8}  {report.seconds:7.1f}  {remark}".rstrip())
    total = sum((report.counts() for report in reports), Counter[str]())
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True)
    return not total["failed"]


def main(names: list[str]) -> int:
    known = {step.name: step for step in (*STEPS, *EXTRA_STEPS)}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. The steps are: {', '.join(known)}.", file=sys.stderr)
        return 2
    os.umask(0o022)  # some of the tools look at modes
    for folder in ("coverage", "dist", "docs/rst"):
        (BUILD / folder).mkdir(parents=True, exist_ok=True)
    reports = run_steps([known[name] for name in names] if names else STEPS, ROOT / ".venv")
    return 0 if print_summary(reports) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
