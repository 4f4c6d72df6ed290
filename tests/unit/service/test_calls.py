# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of calls: what many phones cost on each service."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from simulator import DIALECTS
from support.client import ServiceEnv
from support.oracles import problems
from support.runs import fleet, outcomes, without_token

# What a job writes, by the role of its call.
ROLES = {"new": "add", "moved": "move", "removed": "remove"}

# Where the list shows the phones: pages of 500 before and after; the first phone of a server is read back by itself.
PAGES = {"new": 1 + 2 + 1, "unchanged": 2, "moved": 2 + 2 + 1, "removed": 2 + 1}


def expected_calls(env: ServiceEnv, job: str, count: int) -> Counter[str]:
    """The calls that a job with so many phones costs, in lists of a tenth of them."""
    vendor, dialect = env.capabilities, DIALECTS[env.vendor]
    reads, lists = env.call_for("read"), dialect.call_for("list")
    many = dialect.call_for(f"{ROLES[job]}_many") if job in ROLES else None
    calls: Counter[str] = Counter()
    if job in ROLES:
        calls[many or env.call_for(ROLES[job])] = 10 if many else count
    if vendor.list_shows_devices:
        assert lists is not None
        calls[lists] = PAGES[job]
        calls["listServers"] = int(job in ("new", "moved"))
        return +calls
    # Every phone is read before; after a list call one list confirms all of them, if the service has one.
    by_list = many is not None and lists is not None
    calls[reads] += count
    if job in ROLES and not by_list:
        calls[reads] += count
    if by_list and job == "new" and vendor.reads_url:
        calls[reads] += 1  # where the first phone of the server is redirected
    if lists is not None:
        calls[lists] = 1 + by_list
    return +calls


@pytest.mark.parametrize("job", ["new", "unchanged", "moved", "removed"])
def test_many_phones_cost_these_calls_and_no_more(env: ServiceEnv, job: str) -> None:
    count = 1000 if env.capabilities.list_shows_devices else 100
    phones = fleet(env, count)
    for phone in phones if job != "new" else ():
        env.place(phone, "branch" if job == "moved" else "office")
    removed = [DesiredDevice(phone, "absent") for phone in phones]
    forced: dict[str, Any] = {"force": True} if job == "moved" and not env.capabilities.reads_url else {}
    desired = removed if job == "removed" else [env.wants(phone, **forced) for phone in phones]
    before = len(env.world.history())
    run = env.run(desired, batch_size=count // 10)
    assert without_token(env.sim.count()) == expected_calls(env, job, count)
    assert run.calls == env.sim.count()
    unseen = env.capabilities.reads_url is False and job == "unchanged"
    assert set(outcomes(run)) == {"unverifiable" if unseen else "in_sync" if job == "unchanged" else "changed"}
    assert problems(env, desired, run, before) == []
