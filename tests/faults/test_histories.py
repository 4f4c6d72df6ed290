# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any history of an account: declarations that change, others who write, faults on the wire, in any order.

A machine of hypothesis makes the histories and shrinks one that breaks a promise to its shortest form.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import reconcile
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service
from faults.cells import (
    HANG,
    KINDS,
    Stage,
    Trouble,
    lies,
    options,
    repetitions,
    run,
    transport,
    wrong_bindings,
)
from faults.others import CHANGES, converged
from faults.scenes import OWN_URL, SERVICES, URLS, Scene, State, mac
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

PHONES = st.integers(1, 6).map(mac)
QUICK_KINDS = sorted(set(KINDS) - {HANG})
EXAMPLES = 400 if os.environ.get("RPS_FAULTS") == "all" else 25


class Account(RuleBasedStateMachine):
    """One account, and a team that declares its phones and runs now and then."""

    def __init__(self, stage: Stage, service: str) -> None:
        super().__init__()
        self.stage, self.service = stage, service
        self.declared: dict[str, DesiredDevice] = {}
        self.scene.load(stage.sim)

    @property
    def scene(self) -> Scene:
        declared = tuple(self.declared[key] for key in sorted(self.declared))
        return Scene("machine", self.service, (), declared, batch_size=2)

    def begin(self) -> State:
        """The state before a run; the history of bindings begins anew."""
        self.stage.world(self.scene)._history.clear()
        return self.stage.state(self.scene)

    # -- what changes

    @rule(phone=PHONES, server=st.sampled_from(["office", "branch"]), override=st.booleans(), force=st.booleans())
    def declare(self, phone: str, server: str, override: bool, force: bool) -> None:
        self.declared[phone] = DesiredDevice(
            phone, server=server, server_url=URLS[server], override=override, force=force
        )

    @precondition(lambda self: self.service == "yealink")
    @rule(phone=PHONES, token=st.sampled_from("ab"))
    def declare_a_url_of_its_own(self, phone: str, token: str) -> None:
        self.declared[phone] = DesiredDevice(phone, server="office", unique_url=OWN_URL.format(token))

    @rule(phone=PHONES)
    def declare_absent(self, phone: str) -> None:
        self.declared[phone] = DesiredDevice(phone, "absent")

    @rule(phone=PHONES)
    def forget(self, phone: str) -> None:
        self.declared.pop(phone, None)

    @rule(phone=PHONES, change=st.sampled_from(sorted(CHANGES)))
    def somebody_else_writes(self, phone: str, change: str) -> None:
        CHANGES[change](self.stage.world(self.scene), phone)

    # -- runs

    @rule(
        faults=st.dictionaries(st.integers(0, 16), st.sampled_from(QUICK_KINDS), min_size=1, max_size=3),
        retries=st.integers(0, 2),
    )
    def run_with_trouble(self, faults: dict[int, str], retries: int) -> None:
        before = self.begin()
        trouble = Trouble(tuple(sorted(faults.items())), retries=retries)
        trouble.plan(self.stage.sim)
        report, _tries = run(self.stage, self.scene, self.scene.declared, trouble)
        assert report is not None
        assert lies(self.stage, self.scene, report, before) == []
        assert wrong_bindings(self.stage, self.scene) == []
        assert repetitions(self.stage.sim.calls()) == []

    @rule()
    def check_run_and_run_again(self) -> None:
        before = self.begin()
        checked = self._check()
        assert self.stage.sim.writes() == []
        assert self.stage.state(self.scene) == before
        report, _tries = run(self.stage, self.scene, self.scene.declared, Trouble())
        assert report is not None
        assert lies(self.stage, self.scene, report, before) == []
        assert wrong_bindings(self.stage, self.scene) == []
        assert report.plan.digest == checked.plan.digest
        for seen, done in zip(checked.results, report.results, strict=True):
            assert seen.step == done.step
            if done.outcome == "changed" and not done.step.forced:
                assert seen.outcome == "would_change"
                assert seen.after == done.after
            if self.service == "yealink" and seen.outcome == "would_change" and not seen.step.forced:
                assert done.outcome == "changed", done.msg
        assert converged(self.stage, self.scene, report, self.stage.state(self.scene)) == []
        run(self.stage, self.scene, self.scene.quiet(), Trouble())
        assert [call.method for call in self.stage.sim.writes() if call.ok] == []

    def _check(self) -> Any:
        self.stage.sim.reset_log()
        client = transport(self.stage, self.scene, Trouble())
        try:
            return reconcile(Service(client), self.scene.declared, replace(options(self.scene), check_mode=True))
        finally:
            client.close()


@pytest.mark.parametrize("service", SERVICES)
def test_no_history_breaks_a_promise(stage: Stage, service: str) -> None:
    run_state_machine_as_test(
        lambda: Account(stage, service),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            derandomize=EXAMPLES == 25,
        ),
    )
