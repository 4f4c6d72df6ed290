# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the documentation of a module runs and speaks to its service."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from support.page_runner import PASSWORD, USER, PageRunner
from support.pages import ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("rps_*.py"))
VARIABLES = {
    "rps_username": USER,
    "rps_password": PASSWORD,
    "ymcs_access_key_id": USER,
    "ymcs_access_key_secret": PASSWORD,
    "phone_token": "9f3c71e0",
    "all_htek_phones": [{"mac": "00:1f:c1:00:00:09", "server": "office"}],
}


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run(runner: PageRunner, module: str) -> None:
    sim = runner.sim
    for vendor in sim.vendors:
        world = sim.world(vendor)
        world.add_server(USER, "office", "https://prov.example.com/yealink")
        world.add_server(USER, "branch", "https://prov.example.com/branch")
        world.add_server(USER, "old-office", "https://old.example.com/")
    shown = runner.run("doc", "--type", "module", "--json", f"voip.rps.{module}").succeeded()
    (documentation,) = json.loads(shown.stdout).values()
    tasks: list[dict[str, Any]] = yaml.safe_load(documentation["examples"])
    for task in tasks:
        options = task[f"voip.rps.{module}"]
        options["api_url"] = sim.url(options["vendor"])
    runner.write(
        "examples.yml",
        yaml.safe_dump(
            [{"hosts": "localhost", "gather_facts": False, "vars": VARIABLES, "tasks": tasks}], sort_keys=False
        ),
    )
    runner.playbook("examples.yml").succeeded()
    assert len(sim.calls()) >= len(tasks)
    assert {call.vendor for call in sim.calls()} == {task[f"voip.rps.{module}"]["vendor"] for task in tasks}
