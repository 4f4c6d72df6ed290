"""Run the checks: `tools/check.py [STEP ...]`; without names, those of `make test`.

A failing step does not stop the next. The last line sums up tests and steps, and says nothing else. A single step shows
its output as it comes. Of several steps two run at once, and each is shown as a whole when it has ended.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from stage import BUILD, PACKAGE, ROOT, TREE, environment, stage
from steps import EXTRA_STEPS, STEPS, Step

PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)\b")
PYTEST_CLOSING = re.compile(r"^(=+ )?\d+ (passed|failed|errors?|skipped|xfailed)\b.* in [\d.]+s")
LANES = 2
# Steps that are not free wait for each other, so they decide how long all of it takes: the others leave them a core.
BEHIND = ("nice", "-n", "5")
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


Show = Callable[[str], None]


def show(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


class Children:
    """The programs that run. Each is the head of a group of processes, so that none outlives this one."""

    def __init__(self, grace_s: float = 15.0) -> None:
        self._grace_s = grace_s  # for a program to clean up after Ctrl-C
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self.ending = False

    def start(self, command: Sequence[str], cwd: Path, env: dict[str, str]) -> subprocess.Popen[str]:
        """Start a program whose output is read as lines of text."""
        with self._lock:
            if self.ending:
                raise InterruptedError
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=0,
            )
            self._running.add(process)
        return process

    def ended(self, process: subprocess.Popen[str]) -> None:
        """Forget a program that has ended."""
        with self._lock:
            self._running.discard(process)

    def end(self) -> None:
        """Interrupt all programs as Ctrl-C does, and kill what is still there after a while; start no other."""
        with self._lock:
            self.ending = True
            running = list(self._running)
        for process in running:
            _signal_group(process, signal.SIGINT)
        limit = time.monotonic() + self._grace_s
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, limit - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


class Queue:
    """The steps that are left. Of those that are not `free`, one at a time: they come first, the others fill up."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._left = sorted(steps, key=lambda step: step.free)
        self._taken: set[str] = set()
        self._changed = threading.Condition()

    def take(self) -> Step | None:
        """Return a step that may run now, and wait for one; none is left if there is none."""
        with self._changed:
            while self._left:
                for step in self._left:
                    if step.free or not self._taken:
                        self._left.remove(step)
                        if not step.free:
                            self._taken.add(step.name)
                        return step
                self._changed.wait()
        return None

    def done(self, step: Step) -> None:
        """Note that a step has ended."""
        with self._changed:
            self._taken.discard(step.name)
            self._changed.notify_all()

    def clear(self) -> None:
        """Leave no step."""
        with self._changed:
            self._left.clear()
            self._changed.notify_all()


def run_steps(steps: Iterable[Step], venv: Path, lanes: int = 1) -> list[Report]:
    """Stage the tree and run the steps with the tools of `venv`, as many at once as there are lanes."""
    stage()
    env = environment(venv)
    steps = list(steps)
    children = Children()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if lanes == 1 or len(steps) == 1:
            return [run_step(step, venv, env, children, show) for step in steps]

        def run(step: Step, shown: Show) -> Report:
            return run_step(step, venv, env, children, shown, BEHIND if step.free else ())

        return run_lanes(steps, lanes, run, children)
    except KeyboardInterrupt:
        children.end()
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def run_lanes(
    steps: Sequence[Step], lanes: int, run: Callable[[Step, Show], Report], children: Children
) -> list[Report]:
    """Run the steps in threads and show the output of each as a whole; return the reports in the order of the steps."""
    queue = Queue(steps)
    reports: dict[str, Report] = {}
    errors: list[BaseException] = []
    printing = threading.Lock()

    def lane() -> None:
        while (step := queue.take()) is not None:
            lines: list[str] = []
            try:
                reports[step.name] = run(step, lines.append)
            except BaseException as error:  # noqa: BLE001 - the main thread raises it
                errors.append(error)
                queue.clear()
            finally:
                queue.done(step)
            with printing:
                show("\n".join(lines))

    threads = [threading.Thread(target=lane, name=f"lane {number}") for number in range(lanes)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        queue.clear()
        children.end()
        for thread in threads:
            thread.join()
        raise
    if errors:
        raise errors[0]
    return [reports[step.name] for step in steps]


def run_step(
    step: Step, venv: Path, env: dict[str, str], children: Children, shown: Show, before: Sequence[str] = ()
) -> Report:
    """Run the commands of a step until one fails, and judge its output."""
    shown(f"\n=== {step.name}: {step.does} ===")
    report = Report(step)
    if step.needs and not any(ROOT.glob(step.needs)):
        report.outcome, report.why = "skipped", f"there is no {step.needs}"
    else:
        started = time.monotonic()
        lines: list[str] = []
        for command in step.commands:
            process = children.start([*before, *_for_venv(command, venv)], step.cwd, env | dict(step.env))
            status = _follow(process, step, lines, shown)
            children.ended(process)
            if status:
                report.fail(f"{command[0]} ended with status {status}")
                break
        _read(lines, report)
        report.seconds = time.monotonic() - started
    loud = report.outcome.upper() if report.why else report.outcome
    shown(f"=== {step.name}: {loud}{': ' if report.why else ''}{report.why} ({report.seconds:.1f} s) ===")
    return report


def _for_venv(command: tuple[str, ...], venv: Path) -> list[str]:
    version = next(venv.glob("lib/python3*")).name.removeprefix("python")
    return [str(venv / "bin" / command[0]), *(part.replace("{python_version}", version) for part in command[1:])]


def _follow(process: subprocess.Popen[str], step: Step, lines: list[str], shown: Show) -> int:
    """Show the output of a program as it comes with the paths of the sources, and add it to `lines`.

    Lines that the step excuses are counted and not shown: people read an "ERROR" as one, also in a step that passes.
    """
    excused = 0
    with process:
        for line in process.stdout or ():
            plain = line.replace(f"{TREE}/", "").replace(f"{PACKAGE}/", "").rstrip()
            lines.append(plain)
            if step.excused and re.search(step.excused, plain):
                excused += 1
            else:
                shown(plain)
    if excused:
        shown(f"({excused} lines that tools/steps.py excuses are not shown)")
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
    os.umask(0o022)  # some of the tools check modes
    for folder in ("coverage", "dist", "docs/rst"):
        (BUILD / folder).mkdir(parents=True, exist_ok=True)
    try:
        reports = run_steps([known[name] for name in names] if names else STEPS, ROOT / ".venv", LANES)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    return 0 if print_summary(reports) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
