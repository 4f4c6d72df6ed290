# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run sanity, unit and integration tests on every supported ansible-core: `tools/matrix.py [2.18 ... pre]`.

Each core gets an environment of its own in `.build/venvs`, and plays the integration tests a second time with the
modules running on the oldest Python and `requests` that managed nodes may have. The unit tests need a controller's
Python; on the oldest one, sanity compiles and imports every module as well. `pre` is the newest pre-release. An absent
interpreter is a failure: what was not tested must not look as if it were.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from check import Report, print_summary, run_steps
from cores import OLDEST_LIBRARIES, OLDEST_TARGET, PRERELEASE, SUPPORTED, Core
from stage import BUILD, ROOT, search_path
from steps import EXTRA_STEPS, STEPS, Step

CORES = {core.version: core for core in (*SUPPORTED, PRERELEASE)}

KNOWN = {step.name: step for step in (*STEPS, *EXTRA_STEPS)}
STEPS_PER_CORE = [KNOWN[name] for name in ("all-sanity", "unit", "units", "integration")]


def main(names: list[str]) -> int:
    unknown = set(names) - set(CORES)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. The cores are: {', '.join(CORES)}.", file=sys.stderr)
        return 2
    reports: list[Report] = []
    for core in (CORES[name] for name in names or CORES):
        for version in core.pythons:
            reports += _check_core(core, version)
        reports += _check_oldest_target(core.version, core.pythons[0])
    return 0 if print_summary(reports) else 1


def _check_core(core: Core, version: str) -> list[Report]:
    # ansible-test takes this pip for all Pythons, and older ones do not run on the newer of them.
    requirements = ["-r", str(ROOT / "tools/requirements-unit.txt"), "pip>=24.2"]
    # The requirements of the tests stop below the next version, so a pre-release is installed over what they bring.
    then = ["--pre", "--upgrade", core.requirement] if core.prerelease else []
    venv, report = _environment(
        f"core-{core.version}-py{version}", version, requirements if then else [*requirements, core.requirement], then
    )
    if report:
        return [report]
    return run_steps([_for_core(step, core, version) for step in STEPS_PER_CORE], venv)


def _for_core(step: Step, core: Core, version: str) -> Step:
    # The pylint test of 2.22.0rc1 fails before it reads a file of ours.
    commands = step.commands
    if core.prerelease and step.name == "all-sanity":
        commands = tuple((*command, "--skip-test", "pylint") for command in commands)
    return replace(step, name=f"{core.version} on {version}: {step.name}", commands=commands)


def _check_oldest_target(core: str, version: str) -> list[Report]:
    controller = BUILD / "venvs" / f"core-{core}-py{version}"
    if not controller.exists():
        return []  # said already
    target, report = _environment(f"target-py{OLDEST_TARGET}", OLDEST_TARGET, [*OLDEST_LIBRARIES])
    if report:
        return [report]
    step = replace(
        KNOWN["integration"],
        name=f"{core} on {version}: target {OLDEST_TARGET}",
        does=f"ansible-test integration with modules on Python {OLDEST_TARGET}",
        commands=(
            (
                *("ansible-test", "integration", "--color", "no", "--controller", "origin:python={python_version}"),
                *("--target", f"controller:python={OLDEST_TARGET}@{target}/bin/python"),
            ),
        ),
    )
    return run_steps([step], controller)


def _environment(
    name: str, version: str, requirements: list[str], then: list[str] | None = None
) -> tuple[Path, Report | None]:
    """Make the environment `.build/venvs/<name>`, or bring it up to date; return a report where that is impossible."""
    venv = BUILD / "venvs" / name
    report = Report(Step(name, f"make an environment with Python {version}", ()))
    print(f"\n=== {name}: {report.step.does} ===", flush=True)
    interpreter = shutil.which(f"python{version}", path=os.pathsep.join(search_path()))
    if not interpreter:
        report.fail(f"there is no python{version} here")
        print(f"=== {name}: FAILED: {report.why} ===", flush=True)
        return venv, report
    uv = ROOT / ".venv/bin/uv"
    python = str(venv / "bin/python")
    install = [str(uv), "pip", "install", "--python", python] if uv.exists() else [python, "-m", "pip", "install"]
    commands = [[*install, "--quiet", *wanted] for wanted in (requirements, then) if wanted]
    if not (venv / "bin/pip").exists():
        commands.insert(0, [interpreter, "-m", "venv", "--clear", str(venv)])
    for command in commands:
        if subprocess.run(command, check=False).returncode:
            report.fail(f"{Path(command[0]).name} did not manage")
            print(f"=== {name}: FAILED: {report.why} ===", flush=True)
            return venv, report
    return venv, None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
