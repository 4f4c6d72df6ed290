# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of calls: what many phones cost on each service."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from support.client import MemoryBench
from support.oracles import problems
from support.runs import fleet, outcomes, reads_of, without_token

# Numbers of calls. The table: as 1,000 phones cost them in lists of 100; N is a call for each phone.

N = -1
COUNTS: dict[str, dict[str, dict[str, int]]] = {
    "yealink": {
        "new": {"listDevices": 2, "checkDeviceExt": N, "one more": 1, "registerDevices": 10},
        "unchanged": {"listDevices": 1, "checkDeviceExt": N},
        "moved": {"listDevices": 1, "checkDeviceExt": 2 * N, "editDevice": N},
        "removed": {"listDevices": 2, "checkDeviceExt": N, "deRegisterDevices": 10},
    },
    "htek": {
        "new": {"listDevices": 2, "checkDevice": N, "registerDevices": 10},
        "unchanged": {"listDevices": 1, "checkDevice": N},
        "moved": {"listDevices": 1, "checkDevice": 2 * N, "editDevice": N},
        "removed": {"listDevices": 2, "checkDevice": N, "deRegisterDevices": 10},
    },
    "snom": {
        "new": {"getPhoneRedirection": 2 * N, "registerPhoneList": 10},
        "unchanged": {"getPhoneRedirection": N},
        "moved": {"getPhoneRedirection": 2 * N, "registerPhoneList": 10},
        "removed": {"getPhoneRedirection": 2 * N, "deregisterPhoneList": 10},
    },
    "panasonic": {
        "new": {"listPhones": 1, "getPhone": 2 * N, "registerPhone": N},
        "unchanged": {"listPhones": 1, "getPhone": N},
        "moved": {"listPhones": 1, "getPhone": 2 * N, "registerPhone": N},
        "removed": {"listPhones": 1, "getPhone": 2 * N, "unregisterPhone": N},
    },
    # Pages of 500. The first phone of a server is read back by itself.
    "ymcs": {
        "new": {"listDevices": 1 + 2 + 1, "listServers": 1, "addDevices": 10},
        "unchanged": {"listDevices": 2},
        "moved": {"listDevices": 2 + 2 + 1, "listServers": 1, "editDevice": N},
        "removed": {"listDevices": 2 + 1, "delDevices": 10},
    },
}


@pytest.mark.parametrize("job", ["new", "unchanged", "moved", "removed"])
def test_many_phones_cost_these_calls_and_no_more(bench: MemoryBench, job: str) -> None:
    count = 1000 if bench.vendor == "ymcs" else 100
    phones = fleet(bench, count)
    for phone in phones if job != "new" else ():
        bench.place(phone, "branch" if job == "moved" else "office")
    removed = [DesiredDevice(phone, "absent") for phone in phones]
    forced: dict[str, Any] = {"force": True} if job == "moved" and not bench.capabilities.reads_url else {}
    desired = removed if job == "removed" else [bench.wants(phone, **forced) for phone in phones]
    before = len(bench.world.history())
    run = bench.run(desired, batch_size=count // 10)
    expected = {name: calls if calls >= 0 else -calls * count for name, calls in COUNTS[bench.vendor][job].items()}
    one_more = expected.pop("one more", 0)
    assert without_token(bench.sim.count()) == {
        name: calls + (one_more if name == reads_of(bench) else 0) for name, calls in expected.items()
    }
    assert run.calls == bench.sim.count()
    unseen = bench.capabilities.reads_url is False and job == "unchanged"
    assert set(outcomes(run)) == {"unverifiable" if unseen else "in_sync" if job == "unchanged" else "changed"}
    assert problems(bench, desired, run, before) == []
