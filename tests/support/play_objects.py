# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own objects of a play, up to the point where an action gets its task and its variables."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ansible.template
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is a template

    def trust_as_template(value: str) -> str:
        return value


def trusted(value: Any) -> Any:
    """What a user wrote, as Ansible reads it from a file: its texts may be templates."""
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return [trusted(item) for item in value] if isinstance(value, list) else value


class PlayEnv:
    """A play over an inventory, up to the point where an action gets its task and its variables."""

    def __init__(
        self,
        folder: Path,
        hosts: Mapping[str, Mapping[str, Any]],
        values: Mapping[str, Any],
        text: str = "",
        secret: bytes = b"",
    ) -> None:
        path = folder / "hosts.yml"
        # The size of the fleet counts only where it comes from outside the inventory.
        by_play = {key: value for key, value in values.items() if key == "rps_fleet_size"}
        kept = {key: value for key, value in values.items() if key not in by_play}
        whole = {"phones": {"hosts": dict(hosts), "vars": kept}}
        path.write_text(text or json.dumps(whole), encoding="utf-8")
        self.names = list(hosts)
        self.loader = DataLoader()
        if secret:
            self.loader.set_vault_secrets([("default", VaultSecret(secret))])
        self.inventory = InventoryManager(loader=self.loader, sources=[str(path)])
        self.manager = VariableManager(loader=self.loader, inventory=self.inventory)
        HostVars(inventory=self.inventory, variable_manager=self.manager, loader=self.loader)
        self.play = Play.load(
            {
                "name": "A play",
                "hosts": "phones",
                "gather_facts": False,
                "vars": by_play,
                "tasks": [{"ansible.builtin.debug": {"msg": "replaced"}}],
            },
            variable_manager=self.manager,
            loader=self.loader,
        )
        tasks = [task for block in self.play.compile() for task in block.block if task.action.endswith("debug")]
        self.task: Any = tasks[0]

    def variables(
        self, host: str | None = None, batch: Sequence[str] | None = None, everybody: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """What a task of this host sees."""
        return dict(
            self.manager.get_vars(
                play=self.play,
                host=self.inventory.get_host(host or self.names[0]),
                task=self.task,
                _hosts=list(batch or self.names),
                _hosts_all=list(everybody or self.names),
            )
        )

    def act(
        self, action: Callable[..., Any], args: Mapping[str, Any], variables: Mapping[str, Any], **task: Any
    ) -> tuple[dict[str, Any], Any]:
        """Run an action's ``run`` -> its result, and the action itself."""
        self.task.args = dict(args)
        for name, value in task.items():
            setattr(self.task, name, trusted(value))
        templar = ansible.template.Templar(loader=self.loader, variables=dict(variables))
        made = action(
            task=self.task,
            connection=types.SimpleNamespace(transport="ssh", _shell=types.SimpleNamespace(tmpdir=None)),
            play_context=PlayContext(),
            loader=self.loader,
            templar=templar,
            shared_loader_obj=None,
        )
        return dict(made.run(task_vars=dict(variables))), made


MakePlayEnv = Callable[..., PlayEnv]
