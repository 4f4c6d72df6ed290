# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible connection of a host that is away."""

from __future__ import annotations

from typing import Any, NoReturn

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: lost
short_description: Never connects
description: [A host that is away.]
"""


class Connection(ConnectionBase):
    transport = "lost"

    def _connect(self) -> NoReturn:
        raise AnsibleConnectionFailure("nobody answers")

    def exec_command(self, *_given: Any, **_options: Any) -> NoReturn:
        self._connect()

    put_file = fetch_file = exec_command

    def close(self) -> None:
        """There is nothing to close."""
