# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a module's examples into a file of tasks that run against the simulator.

Standard input: JSON with `documentation`, what `ansible-doc --json` printed for one module, and `variables`, what the
examples take for granted. The only argument is the file to write. Prints the number of examples.

Those of services that these targets have no accounts at are left out: the tests of the documentation run all of them.
"""

from __future__ import annotations

import json
import pathlib
import sys

import yaml  # type: ignore[import-untyped,unused-ignore]

VENDORS = ("yealink", "htek")


def main() -> None:
    given = json.load(sys.stdin)
    ((module, documentation),) = given["documentation"].items()
    tasks = []
    for task in yaml.safe_load(documentation["examples"]):
        if module not in task:
            raise SystemExit(f"an example of {module} does not use it: {task}")
        if task[module]["vendor"] not in VENDORS:
            continue
        tasks.append(task)
        address = "{{ setup_rps_sim.urls." + task[module]["vendor"] + ".http }}"
        task["module_defaults"] = {"group/voip.rps.rps": {"api_url": address}}
        task["vars"] = {**given["variables"], **task.get("vars", {})}
    pathlib.Path(sys.argv[1]).write_text(yaml.safe_dump(tasks, sort_keys=False), encoding="utf-8")
    sys.stdout.write(str(len(tasks)))


if __name__ == "__main__":
    main()
