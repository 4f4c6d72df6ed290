# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of docs/awx: what was compared and approved is written, or nothing is."""

from __future__ import annotations

import pytest
from awx.controller import Controller, mac, phones

WORKFLOW = "RPS drift and approval"


@pytest.fixture(autouse=True)
def fleet(awx: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    awx.device(2)
    awx.device(3, "branch")
    awx.hosts = phones(3, server="office") | phones(1, "htek")
    launch = awx.launch
    kept = {"rps_report_dir": str(awx.folder / "reports")}
    monkeypatch.setattr(awx, "launch", lambda name, **values: launch(name, **({"kept": kept} | values)))


def test_what_was_approved_is_written(awx: Controller) -> None:
    jobs = awx.workflow(WORKFLOW, lambda: awx.sim.writes() == [])

    assert list(jobs) == ["drift", "apply"]
    assert jobs["apply"].rc == 0
    assert set(jobs["apply"].stats["changed"]) == set(jobs["drift"].stats["changed"])
    assert {name: server for name, (_rest, server) in awx.state().items()} == {
        mac(1): "office",
        mac(2): "office",
        mac(3): "office",
        mac(1, "htek"): "desk",
    }


def test_what_is_denied_is_not_written(awx: Controller) -> None:
    jobs = awx.workflow(WORKFLOW, lambda: False)

    assert list(jobs) == ["drift"]
    assert awx.sim.writes() == []


@pytest.mark.parametrize("what", ["service", "inventory"])
def test_nothing_is_written_when_something_changed_in_between(awx: Controller, what: str) -> None:
    def approve() -> bool:
        if what == "service":
            awx.device(1, "branch")
        else:
            awx.hosts |= phones(1, first=9)
        return True

    jobs = awx.workflow(WORKFLOW, approve)

    assert jobs["drift"].rc == 0
    assert jobs["apply"].rc != 0
    assert "expect_plan" in jobs["apply"].said
    assert awx.sim.writes() == []


def test_the_template_of_the_workflow_refuses_to_run_without_it(awx: Controller) -> None:
    job = awx.launch("RPS apply approved plan")

    assert job.rc != 0
    assert awx.sim.calls() == []


def test_a_drift_run_that_fails_leads_to_no_approval(awx: Controller) -> None:
    awx.hosts |= {"odd": {"rps_mac": "no MAC", "rps_server": "office", "rps_account": "yealink"}}

    jobs = awx.workflow(WORKFLOW, lambda: pytest.fail("asked for approval"))

    assert list(jobs) == ["drift"]
    assert jobs["drift"].rc != 0
