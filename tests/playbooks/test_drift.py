# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drift playbook compares and never writes, whatever the command line says."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from support.phones import mac
from support.playbooks import YEALINK, PlaybookRunner, phone

PARTS = ["new,moved", "kept,gone"]
HOSTS = ["new", "moved", "kept", "rival", "gone", "htek_new"]


def fleet(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.device(2, "branch")
    runner.device(3)
    runner.rival(4)
    runner.device(5)
    runner.device(90)
    runner.sim.options.update({"read_only": True})
    runner.inventory(
        {
            "new": phone(1, account="yea"),
            "moved": phone(2, account="yea"),
            "kept": phone(3, account="yea"),
            "rival": phone(4, account="yea"),
            "gone": phone(5, account="yea", state="absent"),
            "htek_new": phone(1, "htek", account="hte"),
        },
        runner.two,
    )


OWN_NAMES = {"ansible_check_mode": False, "mode": "provision", "check_mode": False}
LINES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "plain": ([], {}),
    "check": (["--check", "--diff"], {}),
    "what would make it write": (
        [],
        {"rps_purge": True, "rps_fleet_size": 6, "rps_purge_limit": "100%", "rps_force": True, "rps_override": True}
        | OWN_NAMES,
    ),
    "absent": (["--tags", "all,never,always"], {"rps_state": "absent", "rps_host_results": False} | OWN_NAMES),
}


@pytest.mark.parametrize("case", LINES)
def test_a_drift_run_writes_nothing_and_is_green(runner: PlaybookRunner, case: str) -> None:
    fleet(runner)
    options, extra = LINES[case]

    run = runner.run("voip.rps.drift", *options, extra=extra, cold=case == "plain")

    assert run.writes == []
    assert runner.sim.violations == []
    assert run.rc == 0
    assert all(failures == 0 for _name, failures in run.recap().values())
    if not extra:
        assert run.outcomes == {
            "new": "would_change",
            "moved": "would_change",
            "kept": "in_sync",
            "rival": "conflict",
            "gone": "would_change",
            "htek_new": "would_change",
        }


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["-e", "rps_hosts=kept:moved"], "1 unmanaged device"),
        (["--limit", "kept,moved"], "1 unmanaged device"),
    ],
)
def test_a_phone_that_the_inventory_declares_outside_the_play_is_not_unmanaged(
    runner: PlaybookRunner, chosen: list[str], said: str
) -> None:
    fleet(runner)

    run = runner.run("voip.rps.drift", *chosen)

    assert run.rc == 0
    assert said in run.text
    report = json.loads((runner.folder / "rps-reports/drift.json").read_text(encoding="utf-8"))
    (account,) = (account for account in report["accounts"] if account["key"] == "yea")
    assert [device["mac"] for device in account["unmanaged"]] == [mac(90)]
    assert not [call for call in run.calls if mac(5) in call.phones]


def test_the_command_that_a_drift_run_suggests_is_for_the_same_phones(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.sim.options.update({"read_only": False})
    runner.run("voip.rps.drift", "-e", "rps_hosts=new:moved")
    report = json.loads((runner.folder / "rps-reports/drift.json").read_text(encoding="utf-8"))
    (command,) = [step["command"] for step in report["next"] if step["title"] == "Apply the plan"]

    run = runner.run(*shlex.split(command)[3:])

    assert run.rc == 0
    assert run.outcomes == {"new": "changed", "moved": "changed"}


def test_a_drift_run_that_starts_in_the_middle_writes_nothing(runner: PlaybookRunner) -> None:
    fleet(runner)

    for task in ("Show the phone's result", "Compare phones and write reports"):
        assert runner.run("voip.rps.drift", "--start-at-task", task).writes == []


def test_a_drift_run_shows_the_plan_that_a_provision_run_would_write(runner: PlaybookRunner) -> None:
    fleet(runner)

    drift = runner.run("voip.rps.drift")
    dry = runner.run("voip.rps.provision", "--check", extra={"rps_purge_limit": "1"})

    assert drift.plans == dry.plans


def test_a_drift_run_goes_on_when_one_account_cannot_be_reached(runner: PlaybookRunner) -> None:
    fleet(runner)
    accounts = {"yea": runner.account("yealink"), "hte": runner.account("htek", api_url="http://127.0.0.1:1/xmlrpc")}

    run = runner.run("voip.rps.drift", extra={"rps_accounts": accounts})

    assert run.rc != 0
    assert run.outcomes["htek_new"] == "not_attempted"
    assert run.recap()["htek_new"] == (0, 1)
    assert {host: run.outcomes[host] for host in ("new", "kept", "rival")} == {
        "new": "would_change",
        "kept": "in_sync",
        "rival": "conflict",
    }
    assert {host: failures for host, (_first, failures) in run.recap().items()} == dict.fromkeys(HOSTS, 0) | {
        "htek_new": 1
    }


def test_a_drift_run_over_a_limit_reports_only_its_hosts(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run("voip.rps.drift", "--limit", "new,rival")

    assert run.rc == 0
    assert run.outcomes == {"new": "would_change", "rival": "conflict"}
    assert {device.mac for device in runner.sim.world("yealink").devices(YEALINK["api_username"])} == {
        mac(number) for number in (2, 3, 5, 90)
    }


def test_two_drift_plays_of_one_account_give_one_report_and_say_that_no_digest_approves_their_plans(
    runner: PlaybookRunner,
) -> None:
    fleet(runner)
    imports = [{"ansible.builtin.import_playbook": "voip.rps.drift", "vars": {"rps_hosts": name}} for name in PARTS]

    run = runner.run(str(runner.write("site.yml", imports)))

    assert run.rc == 0
    report = json.loads((runner.folder / "rps-reports/drift.json").read_text(encoding="utf-8"))
    assert (report["scope"]["hosts"], report["scope"]["phones"]) == (4, 4)
    assert [(one["key"], one["batches"]) for one in report["accounts"] if one["key"] == "yea"] == [("yea", 1)] * 2
    assert "cannot approve both plans" in run.text
    plans = run.custom["_run"]["rps_drift"]["plans"]
    writes = runner.run("voip.rps.provision", extra={"rps_expect_plan": plans, "rps_hosts": PARTS[0]})
    assert writes.rc != 0
    assert writes.writes == []
