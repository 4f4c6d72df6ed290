# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's actions: a pass that hosts join, the reconcile task over them, each host's result, the summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.voip.rps.plugins.action import (
    _fleet,
    _fleet_join,
    _fleet_result,
    _fleet_start,
    _fleet_summary,
)
from ansible_collections.voip.rps.plugins.module_utils._client import transport as _transport
from ansible_collections.voip.rps.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.voip.rps.plugins.plugin_utils import _reconcile_task
from ansible_collections.voip.rps.plugins.plugin_utils._fleet import run_state, variables
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import FLEET_VARS, PHONE_VARS, parse_fleet
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.options import parse_host_results
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import FILE_NAMES
from simulator import Fault, Simulator
from support.play_objects import MakePlayEnv, PlayEnv

REMOVALS = ("deRegisterDevice", "deRegisterDevices")
USER, PASSWORD, OFFICE = "me", "s3cret-Pass-w0rd", "https://office.example.com/"


def mac(number: int) -> str:
    return f"001565{number:06x}"


def hosts(count: int = 2, **more: Any) -> dict[str, dict[str, Any]]:
    return {
        f"desk-{number}": {"rps_mac": mac(number), "rps_server": "office", **more} for number in range(1, count + 1)
    }


def about(sim: Simulator, **more: Any) -> dict[str, Any]:
    login = {"vendor": "yealink", "api_url": sim.url("yealink"), "api_username": USER, "api_password": PASSWORD}
    return {"rps_accounts": {"main": login}, "rps_servers": [{"name": "office", "url": OFFICE}], **more}


@pytest.fixture(autouse=True)
def extra(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Extra variables of the run, to be filled."""
    values: dict[str, Any] = {}
    monkeypatch.setattr(variables, "load_extra_vars", lambda _loader: values)
    return values


def join(play_env: PlayEnv, batch: Sequence[str] | None = None, arriving: Sequence[str] | None = None) -> None:
    """Begin a pass, and let hosts of the batch record that they arrived."""
    names = list(batch or play_env.names)
    play_env.act(_fleet_start.ActionModule, {}, play_env.variables(names[0], batch=names))
    started, _action = play_env.act(_fleet_start.ActionModule, {}, play_env.variables(names[0], batch=names))
    for name in play_env.names:
        play_env.manager.set_nonpersistent_facts(name, {"__rps_pass": started})
    for name in arriving or names:
        recorded, _action = play_env.act(_fleet_join.ActionModule, {}, play_env.variables(name, batch=names))
        play_env.manager.set_nonpersistent_facts(name, {"__rps_host": recorded})


def bulk(
    play_env: PlayEnv,
    mode: str = "provision",
    changes: dict[str, Any] | None = None,
    batch: Sequence[str] | None = None,
    arriving: Sequence[str] | None = None,
    **task: Any,
) -> dict[str, Any]:
    join(play_env, batch, arriving)
    names = list(batch or play_env.names)
    values = {**play_env.variables(names[0], batch=names), **(changes or {})}
    result, _action = play_env.act(_fleet.ActionModule, {"mode": mode}, values, **task)
    for name in play_env.names:
        play_env.manager.set_nonpersistent_facts(name, {"__rps_fleet": result})
    return result


def from_playbook(
    play_env: PlayEnv, mode: str = "provision", changes: dict[str, Any] | None = None, **task: Any
) -> dict[str, Any]:
    """The reconcile task of a playbook that holds nothing but the role's steps."""
    started, _action = play_env.act(_fleet_start.ActionModule, {"playbook": True}, play_env.variables(), **task)
    values = {**play_env.variables(), "__rps_pass": started, **(changes or {})}
    result, _action = play_env.act(_fleet.ActionModule, {"mode": mode, "playbook": True}, values)
    for name in play_env.names:
        play_env.manager.set_nonpersistent_facts(name, {"__rps_fleet": result})
    return result


def stored(result: dict[str, Any], host: str) -> dict[str, Any] | None:
    return run_state.read_result(constants.DEFAULT_LOCAL_TMP, result["run"], host)


def refused(result: dict[str, Any], *words: str) -> None:
    """The step failed before any call, with a message that has these words, and without a traceback."""
    assert result["failed"] is True
    assert [word for word in words if word not in result["msg"]] == [], result["msg"]
    assert "exception" not in result


def own(play_env: PlayEnv, host: str, **task: Any) -> dict[str, Any]:
    result, _action = play_env.act(_fleet_result.ActionModule, {}, play_env.variables(host), **task)
    return result


def summary(
    play_env: PlayEnv, changes: dict[str, Any] | None = None, args: dict[str, Any] | None = None, **task: Any
) -> Any:
    values = {**play_env.variables(), **(changes or {})}
    result, _action = play_env.act(_fleet_summary.ActionModule, args or {}, values, **task)
    return result


def test_the_reconcile_task_writes_once_for_all_hosts_and_each_host_shows_its_own(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    made = play_env(hosts(), **about(sim))
    result = bulk(made)
    assert (result["changed"], result["errors"]) == (False, [])
    assert result["accounts"]["main"]["summary"]["changed"] == 2
    assert result["accounts"]["main"]["calls"]["registerDevices"] == 1
    assert "data" not in result
    for number in (1, 2):
        mine = own(made, f"desk-{number}", diff=True)
        assert (mine["mac"], mine["outcome"], mine["changed"]) == (mac(number), "changed", True)
        assert mine["diff"]["after"]["status"] == "registered"
        assert mine["diff"]["before_header"] == f"00:15:65:00:00:0{number} (desk-{number})"
    assert constants.DEFAULT_LOCAL_TMP not in json.dumps(result)
    bulk(made)
    mine = own(made, "desk-1", diff=True)
    assert (mine["outcome"], mine["changed"]) == ("in_sync", False)
    assert "diff" not in mine


def test_a_host_that_the_reconcile_task_did_not_hold_fails_and_says_so(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(), **about(sim))
    nothing = own(made, "desk-2")
    bulk(made, arriving=["desk-1"])
    for mine in (nothing, own(made, "desk-2")):
        assert mine["failed"] is True
        assert mine["msg"].startswith("desk-2 ")
    assert sim.world("yealink").device(mac(2)) is None


def test_without_host_results_nothing_is_kept_and_the_reconcile_task_fails_for_its_phones(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    sim.add_account("yealink", "other", "theirs")
    sim.world("yealink").add_device(mac(1), "other", None)
    made = play_env(hosts(), **about(sim, rps_host_results=False))
    result = bulk(made)
    assert (stored(result, "desk-1"), result["failed"]) == (None, True)
    assert "1 of 2 phones failed. " in result["msg"]
    mine = own(made, "desk-1")
    assert mine["skipped"] is True
    assert made.task.register is None


def test_without_host_results_the_reconcile_task_says_which_guard_refused(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any]
) -> None:
    extra["rps_fleet_size"] = 3
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = play_env(hosts(), **about(sim, rps_host_results=False, rps_purge=True, rps_fleet_size=3))
    result = bulk(made)
    assert result["failed"] is True
    assert "Guard rps_fleet_size" in result["msg"]


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ({}, False),
        ({"ansible_limit": ""}, False),
        ({"ansible_limit": " , "}, False),
        ({"ansible_limit": "@empty.txt"}, False),
        ({"ansible_limit": "@nowhere.txt"}, False),
        ({"rps_hosts": " "}, False),
        ({"rps_hosts": [" "]}, False),
        ({"ansible_limit": "desk-1"}, True),
        ({"ansible_limit": "@some.txt"}, True),
        ({"ansible_limit": "all"}, True),
        ({"rps_hosts": "phones"}, True),
        ({"rps_hosts": ["desk-1"]}, True),
    ],
)
def test_the_release_playbook_releases_nothing_unless_hosts_were_selected(
    sim: Simulator, play_env: MakePlayEnv, tmp_path: Path, extra: dict[str, Any], values: dict[str, Any], chosen: bool
) -> None:
    (tmp_path / "empty.txt").write_text("\n# nothing\n", encoding="utf-8")
    (tmp_path / "some.txt").write_text("desk-1\n", encoding="utf-8")
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = play_env(hosts(1), **about(sim, rps_hosts="all"))  # in the inventory it is no choice of this run
    extra.update({key: value for key, value in values.items() if key == "rps_hosts"}, rps_fleet_size=1)
    limit = {key: value for key, value in values.items() if key == "ansible_limit"}
    result = from_playbook(made, "release", limit)
    assert (sim.world("yealink").device(mac(1)) is None) is chosen
    if not chosen:
        refused(result, "Say which phones to release")
        assert sim.calls() == []


@pytest.mark.parametrize(("size", "released"), [(None, 0), (1, 0), (True, 0), ("2 ", 2), (2, 2)])
def test_the_release_playbook_releases_the_whole_inventory_only_with_its_size(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any], size: Any, released: int
) -> None:
    for number in (1, 2):
        sim.world("yealink").add_device(mac(number), USER, "office")
    extra.update({"rps_hosts": ":"}, **({} if size is None else {"rps_fleet_size": size}))
    from_playbook(play_env(hosts(), **about(sim)), "release")
    assert len(sim.world("yealink").devices(USER)) == 2 - released


def test_without_host_results_the_reconcile_task_is_changed_when_a_phone_was(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    made = play_env(hosts(), **about(sim, rps_host_results=False))
    assert [bulk(made)["changed"], bulk(made)["changed"]] == [True, False]


@pytest.mark.parametrize("value", [None, "{{ none }}", "{{ nothing | default(none) }}"])
def test_an_approval_that_came_to_nothing_is_an_error(sim: Simulator, play_env: MakePlayEnv, value: Any) -> None:
    refused(bulk(play_env(hosts(), **about(sim, rps_expect_plan=value))), "rps_expect_plan", "Nothing was sent.")
    assert sim.calls() == []


def test_an_approval_that_is_omitted_is_not_asked_for(sim: Simulator, play_env: MakePlayEnv) -> None:
    result = bulk(play_env(hosts(), **about(sim, rps_expect_plan="{{ nothing | default(omit) }}")))
    assert result["accounts"]["main"]["summary"]["changed"] == 2


def test_a_server_that_nobody_declared_is_refused_for_all_phones_at_once(sim: Simulator, play_env: MakePlayEnv) -> None:
    for mode in ("provision", "drift"):
        refused(
            bulk(play_env(hosts(2, rps_server="offcie"), **about(sim)), mode),
            "rps_server",
            "'offcie'",
            "did you mean 'office'?",
            "desk-1 and desk-2",
        )
    assert sim.calls() == []


def test_undeclared_servers_may_be_allowed(sim: Simulator, play_env: MakePlayEnv) -> None:
    sim.world("yealink").add_server(USER, "portal", "https://portal.example.com/")
    result = bulk(play_env(hosts(1, rps_server="portal"), **about(sim, rps_undeclared_servers=True)))
    assert result["accounts"]["main"]["summary"]["changed"] == 1


def test_a_mode_that_there_is_not_is_refused(sim: Simulator, play_env: MakePlayEnv) -> None:
    refused(bulk(play_env(hosts(), **about(sim)), "delete"), "mode", "'delete'")
    assert sim.calls() == []


def test_bad_input_is_refused_before_any_call_one_problem_or_many(sim: Simulator, play_env: MakePlayEnv) -> None:
    refused(
        bulk(play_env({"desk-1": {"rps_server": "office"}}, **about(sim))), "rps_mac", "desk-1", "Nothing was sent."
    )
    given = hosts(3)
    given["desk-1"]["rps_mac"] = given["desk-3"]["rps_mac"] = "reception"
    given["desk-2"]["rps_state"] = "gone"
    result = bulk(play_env(given, **about(sim)))
    refused(result, "rps_mac", "rps_state", "'reception'", "'gone'", *given, "Nothing was sent.")
    assert sim.calls() == []


def test_a_missing_library_is_named(sim: Simulator, play_env: MakePlayEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise MissingLibraryError("requests", "no such module")

    monkeypatch.setattr(_reconcile_task, "run_fleet", fail)
    refused(bulk(play_env(hosts(), **about(sim))), "pip install requests")


def test_logins_may_come_from_the_environment_that_the_play_gives(
    sim: Simulator, play_env: MakePlayEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RPS_YEALINK_USERNAME", "somebody else")
    monkeypatch.setenv("RPS_YEALINK_API_URL", sim.url("yealink"))
    values = about(sim)
    del values["rps_accounts"]
    made = play_env(hosts(1), **values)
    given = [{"RPS_YEALINK_USERNAME": "{{ 'm' ~ 'e' }}", "RPS_YEALINK_PASSWORD": PASSWORD}, {}]
    assert bulk(made, environment=given)["accounts"]["yealink"]["summary"]["changed"] == 1


def test_a_drift_run_writes_its_reports_and_hands_on_the_artifact(
    sim: Simulator, play_env: MakePlayEnv, tmp_path: Path
) -> None:
    result = bulk(play_env(hosts(), **about(sim)), "drift")
    assert result["drift"] is True
    artifact = result["ansible_stats"]["data"]["rps_drift"]
    assert artifact["drifted"] == [mac(1), mac(2)]
    assert artifact["plans"] == {"main": result["accounts"]["main"]["plan"]}
    assert {path.name for path in (tmp_path / "rps-reports").iterdir()} == set(FILE_NAMES)
    assert result["errors"] == []
    assert sim.writes() == []


def test_drift_fails_the_last_batch_only_where_that_was_asked_for(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(), **about(sim, rps_fail_on_drift=True))
    first = bulk(made, "drift", batch=["desk-1"])
    assert first["errors"] == []
    last = bulk(made, "drift", batch=["desk-2"])
    assert [("rps_fail_on_drift" in text) for text in last["errors"]] == [True]
    assert last["fails"] is True
    assert last["ansible_stats"]["data"]["rps_drift"]["drifted"] == [mac(1), mac(2)]


def test_a_report_that_cannot_be_written_is_an_error_of_the_run(
    sim: Simulator, play_env: MakePlayEnv, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    result = bulk(play_env(hosts(), **about(sim, rps_report_dir=str(tmp_path / "a-file"))), "drift")
    assert any("a-file" in text for text in result["errors"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ansible_limit": "desk-1"}, "--limit"),
        ({"ansible_play_hosts": ["desk-1"]}, "1 host of the play failed"),
        ({"ansible_play_batch": ["desk-1"]}, "serial"),
    ],
)
def test_purge_is_refused_where_the_play_is_not_the_whole_fleet(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any], changes: dict[str, Any], why: str
) -> None:
    extra["rps_fleet_size"] = 2
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = play_env(hosts(), **about(sim, rps_purge=True, rps_purge_limit=1))
    result = bulk(made, changes=changes)
    assert any(why in text for text in [*result.get("warnings", []), *result["errors"]])
    assert sim.writes() == []


@pytest.mark.parametrize(("size", "counts"), [(2, True), ("2", True), ("{{ 2 }}", False), (None, False)])
def test_the_size_of_the_fleet_counts_only_as_a_plain_extra_variable(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any], size: Any, counts: bool
) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = play_env(hosts(), **about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=1))
    for name in made.names:
        made.manager.set_nonpersistent_facts(name, {"rps_fleet_size": 2})
    extra.update({} if size is None else {"rps_fleet_size": size})
    result = bulk(made)
    assert (sim.world("yealink").device(mac(3)) is None) is counts
    assert bool(result["errors"]) is not counts


def test_hosts_that_did_not_arrive_make_the_play_a_part(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any]
) -> None:
    extra["rps_fleet_size"] = 2
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    result = bulk(play_env(hosts(), **about(sim, rps_purge=True, rps_purge_limit=1)), arriving=["desk-1"])
    assert any("rps_fleet_size" in text and "1 host" in text for text in result["errors"])
    assert sim.writes() == []


def test_purged_phones_change_the_summary_and_show_in_its_diff(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any]
) -> None:
    extra["rps_fleet_size"] = 2
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = play_env(hosts(), **about(sim, rps_purge=True, rps_purge_limit=1))
    assert bulk(made)["changed"] is False
    result = summary(made, diff=True)
    assert result["changed"] is True
    assert list(result["diff"][0]["before"]) == [mac(3)]
    assert result["diff"][0]["after"][mac(3)]["status"] == "unknown"
    assert result["diff"][0]["before_header"] == "account main"
    assert any("00:15:65:00:00:03" in text for text in result["msg"])
    bulk(made)
    assert summary(made)["changed"] is False


def test_an_approved_plan_is_refused_where_the_play_has_batches(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(), **about(sim, rps_expect_plan={"main": "sha256:" + "0" * 64}))
    refused(bulk(made, batch=["desk-1"]), "rps_expect_plan", "serial")
    assert sim.calls() == []


def test_what_host_vars_removed_counts_for_the_account_whatever_a_play_calls_it(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    for number in range(1, 41):
        sim.world("yealink").add_device(mac(number), USER, "office")
    values = about(sim)
    made = play_env(hosts(8, rps_state="absent"), **values)
    bulk(made, "drift", batch=["desk-1", "desk-2"])
    bulk(made, batch=["desk-1", "desk-2"], check_mode=True)
    bulk(made, "release", batch=["desk-7", "desk-8"], check_mode=False)
    assert run_state.read_removed(constants.DEFAULT_LOCAL_TMP) == {}
    bulk(made, batch=["desk-1", "desk-2"])
    assert list(run_state.read_removed(constants.DEFAULT_LOCAL_TMP).values()) == [(2, 38)]
    values["rps_accounts"] = {"renamed": values["rps_accounts"]["main"] | {"api_url": sim.url("yealink") + "/"}}
    renamed = play_env(hosts(6, rps_state="absent"), **values)
    bulk(renamed, batch=["desk-3", "desk-4", "desk-5", "desk-6"])
    assert len(sim.world("yealink").devices(USER)) == 36


def test_where_every_phone_failed_the_summary_has_the_cause_and_no_warning_repeats_it(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    values = about(sim)
    values["rps_accounts"]["main"] |= {"api_url": "http://127.0.0.1:9/", "retries": 0}
    made = play_env(hosts(), **values)
    result = bulk(made)
    assert "warnings" not in result
    assert len([text for text in summary(made)["msg"] if "127.0.0.1" in text]) == 1
    entry = stored(result, "desk-2")
    assert entry is not None
    assert (entry["outcome"], entry["reason"]) == ("not_attempted", "account_unreachable")


@pytest.mark.parametrize("conflict", [False, True])
def test_a_purge_that_was_refused_fails_the_summary_only_where_no_phone_fails(
    sim: Simulator, play_env: MakePlayEnv, extra: dict[str, Any], conflict: bool
) -> None:
    extra["rps_fleet_size"] = 2
    sim.add_account("yealink", "other", "theirs")
    sim.world("yealink").add_device(mac(1), "other" if conflict else USER, None if conflict else "office")
    for number in (2, 3, 4):
        sim.world("yealink").add_device(mac(number), USER, "office")
    refusal: dict[str, Any] = {"ok": False, "text": f"Error:Invalid MAC(s):{mac(3)}"}
    sim.faults.add(*(Fault("text", method=name, mac=mac(3), **refusal) for name in REMOVALS))
    made = play_env(hosts(2), **about(sim, rps_purge=True, rps_purge_limit=2))
    result = bulk(made)
    assert [text for text in result["errors"] if mac(3) in text] == result["errors"] != []
    assert result["fails"] is not conflict
    shown = summary(made)
    assert shown["changed"] is True
    assert bool(shown.get("failed")) is not conflict
    assert summary(made, args={"deferred": True}).get("failed") is None
    last = summary(made, args={"last": True})
    assert (bool(last.get("failed")), bool(last.get("skipped"))) == (not conflict, conflict)


def test_a_summary_without_a_reconcile_task_fails_only_where_no_result_did(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    made = play_env(hosts(), **about(sim))
    refused(summary(made, args={"deferred": True}), "desk-1", "rps_hosts")
    assert summary(made)["skipped"] is True
    assert sim.calls() == []


def test_hosts_that_are_not_shown_are_skipped_and_register_nothing(sim: Simulator, play_env: MakePlayEnv) -> None:
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = play_env(hosts(), **about(sim, rps_host_results="changed"))
    result = bulk(made)
    made.task.register = "rps_result"
    assert own(made, "desk-2")["outcome"] == "changed"
    assert made.task.register == "rps_result"
    assert own(made, "desk-1")["skipped"] is True
    assert made.task.register is None
    assert result["shown"] == 1


def test_only_the_hosts_to_show_are_handed_to_the_play_of_results(sim: Simulator, play_env: MakePlayEnv) -> None:
    folder = constants.DEFAULT_LOCAL_TMP
    assert run_state.read_hosts_to_show(folder) == [run_state.NOBODY]
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = play_env(hosts(), **about(sim, rps_host_results="changed"))
    from_playbook(made)
    assert run_state.read_hosts_to_show(folder) == ["desk-2"]
    own(made, "desk-2")
    assert run_state.read_hosts_to_show(folder) == [run_state.NOBODY]
    from_playbook(made)
    assert run_state.read_hosts_to_show(folder) == [run_state.NOBODY]


def test_progress_is_reported_on_stderr_at_most_every_five_seconds(
    sim: Simulator, play_env: MakePlayEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = play_env(hosts(), **about(sim))
    lines: list[tuple[str, bool]] = []
    display = SimpleNamespace(display=lambda text, stderr=False: lines.append((text, stderr)))
    step = _reconcile_task.ReconcileTask(made.task, made.loader, None, display)
    now = [100.0]
    monkeypatch.setattr(_reconcile_task, "monotonic", lambda: now[0])
    tell = step._progress()  # noqa: SLF001
    for seconds, done in ((1, 5), (4.9, 9), (5.1, 10), (9, 20), (10.2, 30)):
        now[0] = 100 + seconds
        tell("main", "read", done, 40)
    assert lines == [("voip.rps: main: 10 of 40 phones read", True), ("voip.rps: main: 30 of 40 phones read", True)]


# -- variables


def test_only_hosts_of_this_pass_count_and_each_with_its_own_record(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(3), **about(sim))
    join(made)
    recorded = made.variables("desk-1")["__rps_host"]
    result = bulk(made, arriving=["desk-1", "desk-2"])
    assert stored(result, "desk-3") is None, "its record is of the pass before"
    made.manager.set_nonpersistent_facts("desk-3", {"__rps_host": {**recorded, "run": result["run"]}})
    values = made.variables()
    again, _action = made.act(_fleet.ActionModule, {}, values)
    assert stored(again, "desk-3") is None, "its record is that of another host"


def test_a_record_says_nothing_of_an_account(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(1), **about(sim))
    join(made)
    values = made.variables("desk-1")
    assert PASSWORD not in json.dumps([values["__rps_host"], values["__rps_pass"]], default=str)


def test_run_once_around_the_role_is_refused(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(1), **about(sim))
    made.task.run_once = True
    refused(bulk(made), "Remove run_once")
    assert sim.calls() == []


def test_a_reconcile_task_without_a_pass_and_a_condition_on_an_import_are_refused(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    made = play_env(hosts(1), **about(sim))
    result, _action = made.act(_fleet.ActionModule, {}, made.variables())
    refused(result, "Run the role from its start", "Nothing was sent.")
    refused(from_playbook(made, when=["true"]), "rps_hosts", "Nothing was sent.")
    assert sim.calls() == []


def test_a_time_limit_becomes_a_deadline_or_is_refused(sim: Simulator, play_env: MakePlayEnv) -> None:
    made = play_env(hosts(1), **about(sim))
    refused(bulk(made, timeout=1), "rps_deadline", "Nothing was sent.")
    assert sim.calls() == []
    assert bulk(made, timeout=60)["accounts"]["main"]["summary"]["changed"] == 1


def test_hosts_of_a_playbook_are_read_from_hostvars_with_the_plays_variables(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    given = {name: {"rps_mac": values["rps_mac"], "wanted": name} for name, values in hosts().items()}
    made = play_env(given, **about(sim))
    made.play.vars = {"rps_server": "office"}
    assert from_playbook(made)["accounts"]["main"]["summary"]["changed"] == 2
    assert sim.world("yealink").url(mac(2)) == OFFICE


@pytest.mark.parametrize("value", ["{{ wanted }}", "{{ lookup('vars', 'wanted') }}", "{{ other }}"])
def test_a_fleet_variable_that_differs_is_refused_in_a_playbook_too(
    sim: Simulator, play_env: MakePlayEnv, value: str
) -> None:
    given = {name: {**values, "wanted": int(name[-1])} for name, values in hosts(3).items()}
    given["desk-2"]["wanted"] = given["desk-1"]["wanted"]
    made = play_env(given, other="{{ wanted }}", **about(sim, rps_batch_size=value))
    refused(from_playbook(made), "rps_batch_size", "(desk-1 and desk-3)")
    assert sim.calls() == []


def test_every_host_gets_its_own_value_of_a_template(sim: Simulator, play_env: MakePlayEnv) -> None:
    given = {f"desk-{number}": {"number": number} for number in (1, 2)}
    made = play_env(given, rps_mac="{{ '001565%06x' % number }}", rps_server="{{ 'office' }}", **about(sim))
    bulk(made)
    assert {device.mac for device in sim.world("yealink").devices()} == {mac(1), mac(2)}


def test_values_of_a_vault_are_decrypted(sim: Simulator, play_env: MakePlayEnv) -> None:
    vault = VaultLib([("default", VaultSecret(b"the vault's own"))])

    def encrypted(text: str, indent: int) -> str:
        lines = vault.encrypt(text).decode().splitlines()
        return "!vault |\n" + "\n".join(" " * indent + line for line in lines)

    made = play_env(
        hosts(1),
        text=f"""
phones:
  vars:
    rps_servers: [{{name: office, url: "{OFFICE}"}}]
    rps_accounts:
      main:
        vendor: yealink
        api_url: {sim.url("yealink")}
        api_username: {USER}
        api_password: {encrypted(PASSWORD, 10)}
  hosts:
    desk-1:
      rps_mac: "{mac(1)}"
      rps_server: office
      rps_unique_url: {encrypted("https://own.example.com/token", 8)}
""",
        secret=b"the vault's own",
    )
    assert bulk(made)["accounts"]["main"]["summary"]["changed"] == 1
    assert sim.world("yealink").url(mac(1)) == "https://own.example.com/token"


def test_omit_and_undefined_variables_are_not_given(sim: Simulator, play_env: MakePlayEnv) -> None:
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = play_env(hosts(1, rps_force="{{ omit }}", rps_unique_url="{{ nothing | default(omit) }}"), **about(sim))
    assert bulk(made)["accounts"]["main"]["summary"]["in_sync"] == 1


def test_a_variable_that_cannot_be_evaluated_names_its_host(sim: Simulator, play_env: MakePlayEnv) -> None:
    refused(
        bulk(play_env(hosts(1, rps_server="{{ nobody_knows_it }}"), **about(sim))),
        "rps_server",
        "nobody_knows_it",
        "desk-1",
    )
    refused(
        bulk(play_env(hosts(1), **about(sim, rps_purge="{{ nobody_knows_it }}"))),
        "rps_purge",
        "nobody_knows_it",
    )
    assert sim.calls() == []


@pytest.mark.parametrize("value", ["{{ wanted }}", "{{ other }}", "{{ lookup('vars', 'wanted') }}", "{{ wanted | int"])
def test_a_fleet_variable_that_differs_between_hosts_is_refused(
    sim: Simulator, play_env: MakePlayEnv, value: str
) -> None:
    given = {name: {**values, "wanted": int(name[-1])} for name, values in hosts().items()}
    made = play_env(given, other="{{ wanted }}", **about(sim, rps_batch_size=value))
    refused(bulk(made), "rps_batch_size")
    assert sim.calls() == []


def test_a_fleet_variable_that_only_the_second_host_cannot_evaluate_differs(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    given = hosts()
    given["desk-1"]["wanted"] = 50
    refused(
        bulk(play_env(given, **about(sim, rps_batch_size="{{ wanted }}"))),
        "rps_batch_size",
        "(desk-1 and desk-2)",
    )


def test_a_fleet_variable_that_only_looks_different_is_accepted(sim: Simulator, play_env: MakePlayEnv) -> None:
    given = {name: {**values, "wanted": [50, 60][int(name[-1]) - 1]} for name, values in hosts().items()}
    result = bulk(play_env(given, **about(sim, rps_batch_size="{{ [wanted, 50] | min }}")))
    assert result["accounts"]["main"]["summary"]["changed"] == 2


@pytest.mark.parametrize(
    "value",
    [
        "{{ '[1, 50]' | from_json | last }}",
        "{{ {'a': 50} | combine({'b': 1}) | dict2items | map(attribute='value') | max }}",
        "{% set half = 25 %}{{ half * 2 }}",
        "{{ 50 if 'desk' is ansible.builtin.match('de') else 1 }}",
    ],
)
def test_a_fleet_variable_may_use_all_that_ansible_has(sim: Simulator, play_env: MakePlayEnv, value: str) -> None:
    result = bulk(play_env(hosts(), **about(sim, rps_batch_size=value)))
    assert result["accounts"]["main"]["summary"]["changed"] == 2


def test_the_transport_is_closed_when_the_step_ends(
    sim: Simulator, play_env: MakePlayEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Any] = []
    close = _transport.Client.close

    def note(client: Any) -> None:
        closed.append(client)
        close(client)

    monkeypatch.setattr(_transport.Client, "close", note)
    bulk(play_env(hosts(), **about(sim)))
    assert len(closed) == 1


def test_a_fleet_variable_that_differs_on_many_hosts_is_reported_in_one_sentence(
    sim: Simulator, play_env: MakePlayEnv
) -> None:
    given = {name: {**values, "rps_purge_limit": int(name[-1])} for name, values in hosts(9).items()}
    given["desk-3"]["rps_mac"] = "{{ nobody_knows_it }}"
    given["desk-1"]["rps_mac"] = "{{ nobody_knows_it }}"
    result = bulk(play_env(given, **about(sim)))
    refused(result, "rps_mac", "desk-1 and desk-3", "rps_purge_limit", "(desk-1 and desk-2 and 7 more)")
    assert result["msg"].count("rps_purge_limit") == result["msg"].count("nobody_knows_it") == 1


def test_a_variable_that_looks_misspelt_is_a_warning(sim: Simulator, play_env: MakePlayEnv) -> None:
    given = {
        **hosts(2),
        "desk-2": {**hosts(2)["desk-2"], "rps_sate": "absent", "rps_hosts": "x", "rps_office_floor": 3},
    }
    result = bulk(play_env(given, **about(sim, rps_purg=True)))
    slips = [text for text in result["warnings"] if "did you mean" in text]
    assert [text.partition(" ")[0] for text in slips] == ["rps_purg", "rps_sate"]
    assert "desk-1 and desk-2" in slips[0]
    assert "did you mean rps_state?" in slips[1]


def test_the_specs_of_the_role_have_the_variables_of_the_code() -> None:
    path = Path(__file__).resolve().parents[3] / "roles/rps/meta/argument_specs.yml"
    specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    assert set(specs["main"]["options"]) == {*PHONE_VARS, *FLEET_VARS}


def test_the_defaults_of_the_role_are_those_of_the_code(sim: Simulator) -> None:
    """The playbooks run the role's steps without the role, so its defaults are not there."""
    path = Path(__file__).resolve().parents[3] / "roles/rps/defaults/main.yml"
    defaults = yaml.safe_load(path.read_text(encoding="utf-8"))
    of_phones = {name: value for name, value in defaults.items() if name in PHONE_VARS}
    of_fleet = {name: value for name, value in defaults.items() if name not in PHONE_VARS}
    assert set(of_fleet) <= set(FLEET_VARS)
    phones = hosts(2)
    values = about(sim)
    shows = parse_host_results(of_fleet.pop("rps_host_results"))
    assert shows == parse_host_results(None)
    with_defaults = parse_fleet({name: of_phones | phone for name, phone in phones.items()}, of_fleet | values, {})
    assert with_defaults == parse_fleet(phones, values, {})
