# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any history of an account: declarations that change, others who write, faults on the wire, in any order.

A machine of hypothesis makes the histories, and shrinks one that breaks a promise to its shortest form.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from simulator import DIALECTS, FAULTS, fault
from support.client import ServiceEnv
from support.concurrency import CHANGES
from support.fault_cases import LYING, UNSEEN, WRITES_ONLY, whole
from support.fault_cases import seed as seed_of_samples
from support.oracles import problems, quiet, recovery
from support.phones import SERVERS, macs, own_url
from support.scenarios import SERVICES, Service

NUMBERS = st.integers(0, 5)
EXAMPLES = 200 if whole() else 4


class Account(RuleBasedStateMachine):
    """One account, and a team that declares its phones and runs now and then."""

    def __init__(self, service: Service, env: ServiceEnv) -> None:
        super().__init__()
        self.service, self.env = service, env
        self.phones = macs(6, service.vendor)
        self.declared: dict[str, DesiredDevice] = {}
        env.clear()

    @property
    def desired(self) -> tuple[DesiredDevice, ...]:
        return tuple(self.declared[phone] for phone in sorted(self.declared))

    # What changes.

    @rule(number=NUMBERS, server=st.sampled_from(sorted(SERVERS)), override=st.booleans())
    def declare(self, number: int, server: str, override: bool) -> None:
        more = {"override": True} if override and self.service.capabilities.override else {}
        force = not self.service.reads_url
        self.declared[self.phones[number]] = self.env.wants(self.phones[number], server, force=force, **more)

    @precondition(lambda self: self.service.capabilities.unique_urls and self.service.reads_url)
    @rule(number=NUMBERS, token=st.integers(1, 2))
    def declare_a_url_of_its_own(self, number: int, token: int) -> None:
        phone = self.phones[number]
        self.declared[phone] = self.env.wants(phone, "office", unique_url=own_url(token))

    @rule(number=NUMBERS)
    def declare_absent(self, number: int) -> None:
        self.declared[self.phones[number]] = DesiredDevice(self.phones[number], "absent")

    @rule(number=NUMBERS)
    def forget(self, number: int) -> None:
        self.declared.pop(self.phones[number], None)

    @rule(number=NUMBERS, change=st.sampled_from(sorted(CHANGES)))
    def somebody_else_writes(self, number: int, change: str) -> None:
        CHANGES[change](self.env, self.phones[number])

    # Runs.

    @rule(data=st.data(), retries=st.integers(0, 2), bulk=st.booleans())
    def run_with_faults(self, data: Any, retries: int, bulk: bool) -> None:
        protocol = DIALECTS[self.service.vendor].protocol.name
        kinds = [name for name, row in FAULTS.items() if not row.protocols or protocol in row.protocols]
        # A fault that is there for any call must not be one that only a write can have.
        drawn = data.draw(st.dictionaries(st.integers(0, 16), st.sampled_from(kinds), min_size=1, max_size=3))
        usable = {index: kind for index, kind in drawn.items() if kind not in WRITES_ONLY | LYING | UNSEEN}
        self.env.sim.faults.clear()
        self.env.sim.faults.extend(fault(kind, index=index) for index, kind in usable.items())
        self.run(retries=retries, bulk=bulk)

    def run(self, retries: int, bulk: bool) -> None:
        before = len(self.env.world.history())
        self.env.timed_out.clear()
        run = self.env.run(self.desired, {"retries": retries}, bulk=bulk, batch_size=2)
        words = {one.name for one in self.env.sim.faults if one.hits}
        is_status = DIALECTS[self.service.vendor].capabilities.refusal_is_status
        lying = {"false reads"} if is_status and "refused_in_words" in words else set()
        assert problems(self.env, self.desired, run, before, lying=lying) == []

    @rule()
    def run_and_run_again(self) -> None:
        self.env.sim.faults.clear()
        checked = self.env.run(self.desired, check_mode=True)
        assert self.env.writes() == []
        assert recovery(self.env, self.desired, quiet(self.desired)) == []
        assert len(checked.results) == len(self.desired)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
def test_no_history_breaks_a_promise(service: Service, record_property: Any) -> None:
    env = service.env()

    @seed(seed_of_samples())
    @settings(
        max_examples=EXAMPLES,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    class Seeded(Account):
        def __init__(self) -> None:
            super().__init__(service, env)

    run_state_machine_as_test(Seeded, settings=Seeded.TestCase.settings)
    record_property("cases", ("histories", EXAMPLES))
