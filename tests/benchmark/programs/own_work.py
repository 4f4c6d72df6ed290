# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's own work, in memory: ``own_work.py PHONES`` prints CPU-seconds by where they went, as JSON.

``all`` is the module's main function, ``simulator`` the service inside it, ``client`` the making and reading of the
calls. What is left is validation, plan, results and masking. ``first_call`` is the part before the first call.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ansible.module_utils import basic
from ansible_collections.voip.rps.plugins.module_utils._client.connections import HttpRequest
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, CurrentDevice
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import AccountListing
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import SERVICES
from ansible_collections.voip.rps.plugins.module_utils._vendors.yealink import YealinkService
from ansible_collections.voip.rps.plugins.modules import rps_devices
from benchmark.fleets import JOBS, entries
from support.client import ClientClock, MemoryAdapter, ServiceEnv
from support.phones import mac
from support.received import Received

Answer = TypeVar("Answer")


class Spent:
    """CPU-seconds by where they went."""

    def __init__(self) -> None:
        self.simulator = self.client = 0.0
        self.first_call: float | None = None
        self.begun = time.process_time()

    def of_client(self, work: Callable[[], Answer]) -> Answer:
        if self.first_call is None:
            self.first_call = time.process_time() - self.begun
        before, simulator = time.thread_time(), self.simulator
        answer = work()
        self.client += time.thread_time() - before - (self.simulator - simulator)
        return answer


class MeasuredAdapter(MemoryAdapter):
    """Counts what the simulator spends."""

    def __init__(self, env: ServiceEnv, spent: Spent) -> None:
        super().__init__(env)
        self._spent = spent

    def send(self, request: HttpRequest) -> Received:
        before = time.thread_time()
        response = super().send(request)
        self._spent.simulator += time.thread_time() - before
        return response


def measured_service(env: ServiceEnv, spent: Spent) -> type[YealinkService]:
    """Yealink's service on the simulator in memory, with its reads counted."""

    class MeasuredService(YealinkService):
        @classmethod
        def connect(cls, connection: Connection, masker: Masker, **seams: Any) -> Any:
            adapter, clock = MeasuredAdapter(env, spent), ClientClock(env.clock)
            return super().connect(connection, masker, **{**seams, "adapter": adapter, "clock": clock})

        def read_device(self, mac: str) -> CurrentDevice:
            return spent.of_client(lambda: super(MeasuredService, self).read_device(mac))

        def list_account(self) -> AccountListing:
            return spent.of_client(super().list_account)

    return MeasuredService


def main() -> None:
    phones = int(sys.argv[1])
    env = ServiceEnv("yealink")
    for number in range(1, phones + 1):
        env.place(mac(number), JOBS["unchanged"].placed)
    given = env.connection()
    options = {
        "vendor": "yealink",
        "api_url": given.api_url,
        "api_username": given.username,
        "api_password": given.password,
        "concurrency": 1,
        "devices": entries("yealink", JOBS["unchanged"], range(1, phones + 1)),
    }
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"  # noqa: SLF001
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()  # noqa: SLF001
    before, sys.stdout = sys.stdout, io.StringIO()
    spent = Spent()
    measured = measured_service(env, spent)
    SERVICES["yealink"] = lambda: measured
    with contextlib.suppress(SystemExit):
        rps_devices.main()
    used = time.process_time() - spent.begun
    said, sys.stdout = sys.stdout, before
    result = json.loads(said.getvalue())
    if result["summary"]["in_sync"] != phones:
        raise SystemExit(str(result.get("msg") or result["summary"]))
    found = {"all": used, "simulator": spent.simulator, "client": spent.client, "first_call": spent.first_call}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
