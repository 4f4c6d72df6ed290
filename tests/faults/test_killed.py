# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's own process, killed with SIGKILL right before a call or once the service has executed it.

The table `kills` does the same in the test's process for every scene; this one leaves no doubt that nothing of the
module runs on. What is left must bind nothing wrongly, and the next clean runs converge.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from faults.cells import Reference, Stage, recovery, reference, wrong_bindings
from faults.scenes import FRESH, PASSWORD, SCENES, USER, Scene
from simulator import Fault

# The module as Ansible starts it, with its options on standard input.
MODULE = """
import sys
from ansible.module_utils import basic
from ansible_collections.voip.rps.plugins.module_utils import _redaction
from ansible_collections.voip.rps.plugins.modules import rps_devices
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
if hasattr(basic, "_ANSIBLE_PROFILE"):
    basic._ANSIBLE_PROFILE = "legacy"
_redaction._ROUNDS = 1
rps_devices.main()
"""
SHARE = 3  # calls of each scene, unless all are asked for
ALL = os.environ.get("RPS_FAULTS") == "all"


def bulk_scenes() -> Iterator[Scene]:
    """The scenes as this module can play them: it lists the account, and its servers are there."""
    for scene in SCENES:
        yield replace(scene, bulk=True, servers=())


def options(stage: Stage, scene: Scene) -> bytes:
    keys = ("mac", "state", "server", "server_url", "unique_url", "override", "force")
    devices = [
        {key: getattr(device, key) for key in keys if getattr(device, key) is not None} for device in scene.declared
    ]
    connection = {
        "vendor": scene.vendor,
        "api_url": stage.sim.url(scene.vendor),
        "api_username": USER,
        "api_password": PASSWORD,
    }
    whole = {**connection, "concurrency": 1, "batch_size": scene.batch_size, "devices": devices}
    return json.dumps({"ANSIBLE_MODULE_ARGS": whole}).encode()


class Loaded:
    """A scene whose account holds the server that other scenes add."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene, name)

    def load(self, sim: Any) -> None:
        self._scene.load(sim)
        sim.world(self._scene.vendor).add_server(USER, FRESH.name, FRESH.url)


def killed(stage: Stage, scene: Any, clean: Reference, index: int, executed: bool) -> list[str]:
    """Kill the module at its call number ``index`` -> what was wrong afterwards."""
    scene.load(stage.sim)
    stage.sim.reset_log()
    stage.sim.faults.clear()
    process = subprocess.Popen(
        [sys.executable, "-c", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    met = 0

    def hook(*_call: Any) -> None:
        nonlocal met
        if met == index:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        met += 1

    if not executed:
        stage.sim.faults.append(Fault("close", index=index))
    stage.sim.hooks[:] = [hook]
    try:
        output, _nothing = process.communicate(options(stage, scene), timeout=60)
    finally:
        stage.sim.hooks.clear()
        stage.sim.faults.clear()
    found = [] if process.returncode == -signal.SIGKILL else [f"it was not killed: {output.decode()[:300]}"]
    found.extend(wrong_bindings(stage, scene))
    found.extend(recovery(stage, scene, clean))
    return found + wrong_bindings(stage, scene)


@pytest.mark.parametrize("scene", list(bulk_scenes()), ids=lambda scene: scene.path.replace("/", "-"))
def test_a_killed_process_leaves_nothing_wrong_behind(
    stage: Stage, scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    whole: Any = Loaded(scene)
    clean = reference(stage, whole)
    cells = [(index, executed) for index in range(clean.tries) for executed in (False, True)]
    if not ALL:
        cells = random.Random(scene.path).sample(cells, min(SHARE, len(cells)))  # noqa: S311
    broken = []
    for index, executed in cells:
        problems = killed(stage, whole, clean, index, executed)
        if problems:
            broken.append(f"{scene.path}/{index}/{'executed' if executed else 'not sent'}: {'; '.join(problems)}")
    record_property("cells", ("sigkill", len(cells), len(broken)))
    assert not broken, "\n".join(broken)
