# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutate the modules that decide, one small change at a time, and see whether a unit test notices.

`tools/mutants.py [FILE ...]`: makes a copy of the tree for each module in `.build/mutants`, lets cosmic-ray break it
there, and prints every change that no test noticed. Two modules at a time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stage import BUILD, PACKAGE, ROOT, TREE, environment, stage

PURE = "tests/unit/module_utils"
VENDORS = "tests/unit/vendors"
SERVICE = tuple(f"tests/unit/service/test_{name}.py" for name in ("write", "reconcile", "pages", "read"))
# Module, below plugins/module_utils -> the tests that must notice, the quickest first.
MODULES: dict[str, tuple[str, ...]] = {
    "_mac": (f"{PURE}/test_mac.py",),
    "_vendors/pair_answers": tuple(f"{VENDORS}/test_{name}.py" for name in ("rps_answers", "rps_family", "snom")),
    "_vendors/rps_family": (f"{VENDORS}/test_rps_family.py", f"{VENDORS}/test_rps_answers.py"),
    "_vendors/ymcs_responses": (f"{VENDORS}/test_ymcs.py",),
    "_reconcile/binding": (f"{PURE}/test_binding.py", f"{VENDORS}/test_sixth_service.py"),
    "_reconcile/plan": (f"{PURE}/test_plan.py", f"{PURE}/test_guards.py", f"{PURE}/test_plan_properties.py"),
    "_reconcile/guards": (f"{PURE}/test_guards.py",),
    "_reconcile/verify": (f"{PURE}/test_verify.py",),
    "_reconcile/reconcile": SERVICE,
    "_reconcile/apply": SERVICE,
    "_reconcile/write": SERVICE,
}
# `X | None` in an annotation is never evaluated, so nothing can notice a change of it.
LEFT_OUT = ["core/ReplaceBinaryOperator_BitOr_.*"]
CONFIG = """\
[cosmic-ray]
module-path = "plugins/module_utils/{module}.py"
timeout = 180.0
excluded-modules = []
test-command = {command}

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = {left_out}
"""


def play(module: str) -> tuple[str, Counter[str], list[str]]:
    """Break one module in every way -> (module, mutants by outcome, the survivors as text)."""
    home = BUILD / "mutants" / module.replace("/", ".")
    shutil.rmtree(home, ignore_errors=True)
    tree = home / PACKAGE
    shutil.copytree(TREE, tree, ignore=shutil.ignore_patterns(".git", "__pycache__", "output"))
    python = str(ROOT / ".venv/bin/python")
    command = [python, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *MODULES[module]]
    (tree / "mutants.toml").write_text(
        CONFIG.format(module=module, command=json.dumps(" ".join(command)), left_out=json.dumps(LEFT_OUT)),
        encoding="utf-8",
    )
    env = environment(ROOT / ".venv") | {
        "ANSIBLE_COLLECTIONS_PATH": str(home),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(home / "hypothesis"),
        "PYTHONDONTWRITEBYTECODE": "1",  # a mutant may be as old as the one before, and as long
        "PYTHONPATH": str(home),
    }

    def tool(*arguments: str) -> str:
        program = str(ROOT / ".venv/bin" / arguments[0])
        done = subprocess.run([program, *arguments[1:]], cwd=tree, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{module}: {' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    tool("cosmic-ray", "baseline", "mutants.toml")
    tool("cosmic-ray", "init", "mutants.toml", "mutants.sqlite")
    tool("cr-filter-operators", "mutants.sqlite", "mutants.toml")
    tool("cosmic-ray", "exec", "mutants.toml", "mutants.sqlite")
    counts: Counter[str] = Counter()
    survivors: list[str] = []
    for line in tool("cosmic-ray", "dump", "mutants.sqlite").splitlines():
        item, result = json.loads(line)
        outcome = _outcome(result)
        counts[outcome] += 1
        if outcome == "survived":
            survivors.append(_text(item, result))
    return module, counts, survivors


def _outcome(result: dict[str, Any] | None) -> str:
    if result is None:
        return "not played"
    if str(result.get("worker_outcome", "")).lower().endswith("skipped"):
        return "left out"
    return str(result.get("test_outcome") or "").rpartition(".")[2].lower() or "not played"


def _text(item: dict[str, Any], result: dict[str, Any]) -> str:
    mutation = item["mutations"][0]
    changed = [
        line
        for line in str(result.get("diff") or "").splitlines()
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]
    place = f"line {mutation['start_pos'][0]}, {mutation['operator_name'].partition('/')[2]}"
    return "\n    ".join([place, *changed])


def main(names: list[str]) -> int:
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. The modules are: {', '.join(MODULES)}.", file=sys.stderr)
        return 2
    stage()
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for module, counts, survivors in pool.map(play, names or MODULES):
            outcomes = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
            print(f"\n{module}: {outcomes}", flush=True)
            for text in survivors:
                print(f"  {text}")
            total += counts
    played = total["killed"] + total["survived"] + total["incompetent"]
    print(f"\n{total['killed'] + total['incompetent']} of {played} mutants were noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
