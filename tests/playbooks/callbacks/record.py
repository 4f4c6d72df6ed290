# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible callback: every result and the recap go to a file, one JSON object a line, beside the usual output."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes every result and the recap to a file
description: [Used by the tests of the playbooks.]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"

    def __init__(self) -> None:
        super().__init__()
        self._path = Path(os.environ["RECORD_TO"])

    def _write(self, **event: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=str) + "\n")

    def _result(self, kind: str, result: Any, ignored: bool = False) -> None:
        task = getattr(result, "task", None) or result._task  # noqa: SLF001
        host = getattr(result, "host", None) or result._host  # noqa: SLF001
        raw = result.result if hasattr(result, "result") else result._result  # noqa: SLF001
        self._write(
            kind=kind,
            ignored=ignored,
            host=host.get_name(),
            task=task.get_name(),
            action=task.resolved_action or task.action,
            result=raw,
        )

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._write(kind="play", name=play.get_name())

    def v2_runner_on_ok(self, result: Any) -> None:
        self._result("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._result("failed", result, ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_on_file_diff(self, result: Any) -> None:
        self._result("diff", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._write(
            kind="stats",
            hosts={host: stats.summarize(host) for host in stats.processed},
            custom=stats.custom,
        )
