# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's two actions: the bulk step over all hosts, and each host's own result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.voip.rps.plugins.action import rps_fleet, rps_fleet_result
from ansible_collections.voip.rps.plugins.module_utils._client import transport as _transport
from ansible_collections.voip.rps.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run_state import read_result
from simulator import Fault, Simulator

REMOVALS = ("deRegisterDevice", "deRegisterDevices")
USER, PASSWORD, OFFICE = "me", "s3cret-Pass-w0rd", "https://office.example.com/"
Make = Callable[..., Any]


def mac(number: int) -> str:
    return f"001565{number:06x}"


def hosts(count: int = 2, **more: Any) -> dict[str, dict[str, Any]]:
    return {
        f"desk-{number}": {"rps_mac": mac(number), "rps_server": "office", **more} for number in range(1, count + 1)
    }


def about(sim: Simulator, **more: Any) -> dict[str, Any]:
    login = {"vendor": "yealink", "api_url": sim.url("yealink"), "api_username": USER, "api_password": PASSWORD}
    return {"rps_accounts": {"main": login}, "rps_servers": [{"name": "office", "url": OFFICE}], **more}


def bulk(game: Any, mode: str = "provision", variables: dict[str, Any] | None = None, **task: Any) -> dict[str, Any]:
    result, _action = game.act(rps_fleet.ActionModule, {"mode": mode}, variables or game.variables(), **task)
    return result


def refused(result: dict[str, Any], pattern: str) -> None:
    """The step failed with this sentence, and without a traceback."""
    assert result["failed"] is True
    assert re.search(pattern, result["msg"]), result["msg"]
    assert "exception" not in result


def own(game: Any, host: str, args: dict[str, Any], **task: Any) -> dict[str, Any]:
    result, _action = game.act(rps_fleet_result.ActionModule, args, game.variables(host), **task)
    return result


def test_the_bulk_step_writes_once_for_all_hosts_and_each_host_shows_its_own(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim))
    result = bulk(made)
    assert (result["changed"], result["errors"]) == (False, [])
    assert result["accounts"]["main"]["summary"]["changed"] == 2
    assert result["accounts"]["main"]["calls"]["registerDevices"] == 1
    assert "data" not in result
    for number in (1, 2):
        mine = own(made, f"desk-{number}", {"store": result["store"], "enabled": True}, diff=True)
        assert (mine["mac"], mine["outcome"], mine["changed"]) == (mac(number), "changed", True)
        assert mine["diff"]["after"]["status"] == "registered"
    again = bulk(made)
    mine = own(made, "desk-1", {"store": again["store"]}, diff=True)
    assert (mine["outcome"], mine["changed"]) == ("in_sync", False)
    assert "diff" not in mine


def test_a_host_that_the_bulk_step_did_not_hold_fails_and_says_so(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim))
    store = bulk(made, variables=made.variables(batch=["desk-1"]))["store"]
    for args in ({"store": store}, {"store": ""}):
        mine = own(made, "desk-2", args)
        assert mine["failed"] is True
        assert mine["msg"].startswith("desk-2 was not reconciled")


def test_without_host_results_nothing_is_kept_and_the_bulk_step_fails_for_its_phones(
    sim: Simulator, game: Make
) -> None:
    sim.add_account("yealink", "other", "theirs")
    sim.world("yealink").add_device(mac(1), "other", None)
    made = game(hosts(), **about(sim, rps_host_results=False))
    result = bulk(made)
    assert (result["store"], result["failed"]) == ("", True)
    assert "1 of 2 phones failed. " in result["msg"]
    mine = own(made, "desk-1", {"enabled": "false", "store": ""})
    assert mine["skipped"] is True
    assert made.task.register is None


def test_without_host_results_the_bulk_step_says_which_guard_refused(sim: Simulator, game: Make) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = game(hosts(), **about(sim, rps_host_results=False, rps_purge=True, rps_fleet_size=3))
    result = bulk(made)
    assert result["failed"] is True
    assert "the play holds 2 of 3 phones" in result["msg"]


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ({}, False),
        ({"ansible_limit": ""}, False),
        ({"ansible_limit": " , "}, False),
        ({"ansible_limit": "@empty.txt"}, False),
        ({"ansible_limit": "@nowhere.txt"}, False),
        ({"rps_hosts": " "}, False),
        ({"ansible_limit": "desk-1"}, True),
        ({"ansible_limit": "@some.txt"}, True),
        ({"ansible_limit": "all"}, True),
        ({"rps_hosts": "phones"}, True),
    ],
)
def test_the_release_playbook_releases_nothing_unless_somebody_said_what(
    sim: Simulator, game: Make, tmp_path: Path, values: dict[str, Any], chosen: bool
) -> None:
    (tmp_path / "empty.txt").write_text("\n# nothing\n", encoding="utf-8")
    (tmp_path / "some.txt").write_text("desk-1\n", encoding="utf-8")
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = game(hosts(1), **about(sim, rps_hosts="all"))  # in the inventory it is no choice of this run
    made.manager._extra_vars = {key: value for key, value in values.items() if key == "rps_hosts"}
    limit = {key: value for key, value in values.items() if key == "ansible_limit"}
    result = bulk(made, "release", {**made.variables(), **limit, "__rps_release_by_choice": True})
    assert (sim.world("yealink").device(mac(1)) is None) is chosen
    if not chosen:
        refused(result, "Say which phones to release")
        assert sim.calls() == []


def test_without_host_results_the_bulk_step_is_changed_when_a_phone_was(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim, rps_host_results=False))
    assert [bulk(made)["changed"], bulk(made)["changed"]] == [True, False]


@pytest.mark.parametrize("value", [None, "{{ none }}", "{{ nothing | default(none) }}"])
def test_an_approval_that_came_to_nothing_is_an_error(sim: Simulator, game: Make, value: Any) -> None:
    refused(bulk(game(hosts(), **about(sim, rps_expect_plan=value))), "rps_expect_plan must be a dictionary")
    assert sim.calls() == []


def test_an_approval_that_is_omitted_is_not_asked_for(sim: Simulator, game: Make) -> None:
    result = bulk(game(hosts(), **about(sim, rps_expect_plan="{{ nothing | default(omit) }}")))
    assert result["accounts"]["main"]["summary"]["changed"] == 2


def test_a_server_that_nobody_declared_is_a_warning(sim: Simulator, game: Make) -> None:
    result = bulk(game(hosts(1, rps_server="offcie"), **about(sim)), "drift")
    assert any("rps_servers does not hold offcie, which phones name" in text for text in result["warnings"])


def test_a_mode_that_there_is_not_is_refused(sim: Simulator, game: Make) -> None:
    refused(bulk(game(hosts(), **about(sim)), "delete"), "mode must be provision, drift or release, not 'delete'")
    assert sim.calls() == []


def test_bad_input_is_refused_before_any_call_one_problem_or_many(sim: Simulator, game: Make) -> None:
    refused(
        bulk(game({"desk-1": {"rps_server": "office"}}, **about(sim))),
        r"^Nothing was sent\. desk-1: no MAC address is given",
    )
    refused(
        bulk(game(hosts(rps_mac="reception"), **about(sim))), r"^Nothing was sent\. 2 problems: desk-1: .* \| desk-2: "
    )
    assert sim.calls() == []


def test_a_missing_library_is_named(sim: Simulator, game: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise MissingLibraryError("requests", ImportError("no such module"))

    monkeypatch.setattr(rps_fleet, "run_fleet", fail)
    refused(bulk(game(hosts(), **about(sim))), "pip install requests")


def test_logins_may_come_from_the_environment_that_the_play_gives(
    sim: Simulator, game: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RPS_YEALINK_USERNAME", "somebody else")
    monkeypatch.setenv("RPS_YEALINK_API_URL", sim.url("yealink"))
    values = about(sim)
    del values["rps_accounts"]
    made = game(hosts(1), **values)
    given = [{"RPS_YEALINK_USERNAME": "{{ 'm' ~ 'e' }}", "RPS_YEALINK_PASSWORD": PASSWORD}, {}]
    assert bulk(made, environment=given)["accounts"]["yealink"]["summary"]["changed"] == 1


def test_a_drift_run_writes_its_reports_and_hands_on_the_artifact(sim: Simulator, game: Make, tmp_path: Path) -> None:
    result = bulk(game(hosts(), **about(sim)), "drift")
    assert result["drift"] is True
    artifact = result["ansible_stats"]["data"]["rps_drift"]
    assert artifact["drifted"] == [mac(1), mac(2)]
    assert artifact["plans"] == {"main": result["accounts"]["main"]["plan"]}
    assert {path.name for path in (tmp_path / "rps-reports").iterdir()} == {
        "drift.html",
        "drift.json",
        "drift.csv",
        "drift.xml",
    }
    assert result["errors"] == []
    assert sim.writes() == []


def test_drift_fails_the_last_batch_only_where_that_was_asked_for(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim, rps_fail_on_drift=True))
    first = bulk(made, "drift", made.variables(batch=["desk-1"]))
    assert first["errors"] == []
    last = bulk(made, "drift", made.variables("desk-2", batch=["desk-2"]))
    assert any(text.startswith("Drift was found, and rps_fail_on_drift is set") for text in last["errors"])
    assert last["ansible_stats"]["data"]["rps_drift"]["drifted"] == [mac(1), mac(2)]


def test_a_report_that_cannot_be_written_is_an_error_of_the_run(sim: Simulator, game: Make, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    result = bulk(game(hosts(), **about(sim, rps_report_dir=str(tmp_path / "a-file"))), "drift")
    assert any("a-file" in text for text in result["errors"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ansible_limit": "desk-1"}, "the run is limited (--limit)"),
        ({"ansible_play_hosts": ["desk-1"]}, "1 host of the play failed or cannot be reached"),
        ({"ansible_play_batch": ["desk-1"]}, "the play runs in batches (serial), of which this one holds 1 of 2 hosts"),
    ],
)
def test_purge_is_refused_where_the_play_is_not_the_whole_fleet(
    sim: Simulator, game: Make, changes: dict[str, Any], why: str
) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = game(hosts(), **about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=1))
    result = bulk(made, variables={**made.variables(), **changes})
    assert any(why in text for text in [*result.get("warnings", []), *result["errors"]])
    assert sim.writes() == []


def test_the_size_of_the_fleet_does_not_count_where_the_inventory_says_it(sim: Simulator, game: Make) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    values = about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=1)
    text = json.dumps({"phones": {"hosts": hosts(), "vars": values}})
    made = game(hosts(), text=text)
    result = bulk(made)
    assert any("nobody said outside the inventory how many phones the fleet has" in text for text in result["errors"])
    assert sim.writes() == []
    made.manager.set_nonpersistent_facts("desk-1", {"rps_fleet_size": 2})
    made.manager.set_nonpersistent_facts("desk-2", {"rps_fleet_size": 2})
    assert "main: purged: 001565000003." in bulk(made)["msg"]


def test_hosts_that_a_condition_leaves_out_make_the_play_a_part(sim: Simulator, game: Make) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = game(hosts(), **about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=1))
    result = bulk(made, when=["inventory_hostname == 'desk-1'"])
    assert any("a condition leaves out 1 host of the play" in text for text in result["errors"])
    assert sim.writes() == []


def test_purged_phones_show_in_the_diff_of_the_bulk_step(sim: Simulator, game: Make) -> None:
    for number in (1, 2, 3):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = game(hosts(), **about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=1))
    result = bulk(made, diff=True)
    assert list(result["diff"]["before"]) == [mac(3)]
    assert result["diff"]["after"][mac(3)]["status"] == "unknown"
    assert any("purged: 001565000003" in text for text in result["msg"])


def test_an_approved_plan_is_refused_where_the_play_has_batches(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim, rps_expect_plan={"main": "sha256:" + "0" * 64}))
    refused(bulk(made, variables=made.variables(batch=["desk-1"])), "but the play runs in batches; remove serial")
    assert sim.calls() == []


def test_what_earlier_batches_removed_counts(sim: Simulator, game: Make) -> None:
    for number in range(1, 21):
        sim.world("yealink").add_device(mac(number), USER, "office")
    made = game(hosts(4, rps_state="absent"), **about(sim))
    bulk(made, variables=made.variables(batch=["desk-1", "desk-2"]))
    assert json.loads((Path(constants.DEFAULT_LOCAL_TMP) / "rps-fleet-tally.json").read_text()) == {"main": [2, 20]}
    result = bulk(made, variables=made.variables("desk-3", batch=["desk-3", "desk-4"]))
    assert any("deregistering 4 phones" in text for text in result["warnings"])
    assert len(sim.world("yealink").devices(USER)) == 18


def test_where_every_phone_failed_the_errors_are_warnings_too(sim: Simulator, game: Make) -> None:
    values = about(sim)
    values["rps_accounts"]["main"] |= {"api_url": "http://127.0.0.1:9/", "retries": 0}
    result = bulk(game(hosts(), **values))
    assert any(text.startswith("Account main: ") for text in result["warnings"])
    assert read_result(result["store"], "desk-2")["outcome"] == "not_attempted"  # type: ignore[index]


def test_where_a_phone_failed_what_was_purged_is_told_by_the_bulk_step_itself(sim: Simulator, game: Make) -> None:
    sim.add_account("yealink", "other", "theirs")
    sim.world("yealink").add_device(mac(1), "other", None)
    sim.world("yealink").add_device(mac(3), USER, "office")
    made = game(hosts(1), **about(sim, rps_purge=True, rps_fleet_size=1, rps_purge_limit=1))
    result = bulk(made)
    assert read_result(result["store"], "desk-1")["outcome"] == "conflict"  # type: ignore[index]
    assert sim.world("yealink").devices(USER) == []
    assert "main: purged: 001565000003." in result["warnings"]
    assert (result["errors"], result["fails"]) == ([], False)
    sim.world("yealink").add_device(mac(3), USER, "office")
    made = game(hosts(1), **about(sim, rps_purge=True, rps_fleet_size=1, rps_purge_limit=1))
    assert not any("purged" in text for text in bulk(made, check_mode=True).get("warnings", []))


@pytest.mark.parametrize("conflict", [False, True])
def test_a_purge_that_was_refused_fails_the_run_only_where_no_phone_does_and_what_was_done_is_told(
    sim: Simulator, game: Make, conflict: bool
) -> None:
    sim.add_account("yealink", "other", "theirs")
    sim.world("yealink").add_device(mac(1), "other" if conflict else USER, None if conflict else "office")
    for number in (2, 3, 4):
        sim.world("yealink").add_device(mac(number), USER, "office")
    refusal = {"ok": False, "text": f"Error:Invalid MAC(s):{mac(3)}"}
    sim.faults.add(*(Fault("text", method=name, mac=mac(3), **refusal) for name in REMOVALS))
    result = bulk(game(hosts(2), **about(sim, rps_purge=True, rps_fleet_size=2, rps_purge_limit=2)))
    assert [text for text in result["errors"] if mac(3) in text] == result["errors"] != []
    assert result["fails"] is not conflict
    assert f"main: purged: {mac(4)}." in result["warnings"]
    assert (result["errors"][0] in result["warnings"]) is conflict


def test_progress_is_told_on_stderr_at_most_every_five_seconds(
    sim: Simulator, game: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = game(hosts(), **about(sim))
    _result, action = made.act(rps_fleet.ActionModule, {"mode": "drift"}, made.variables())
    lines: list[tuple[str, bool]] = []
    action._display = SimpleNamespace(display=lambda text, stderr=False: lines.append((text, stderr)))
    now = [100.0]
    monkeypatch.setattr(rps_fleet, "monotonic", lambda: now[0])
    tell = action._progress()
    for seconds, done in ((1, 5), (4.9, 9), (5.1, 10), (9, 20), (10.2, 30)):
        now[0] = 100 + seconds
        tell("main", "read", done, 40)
    assert lines == [("voip.rps: main: 10 of 40 phones read", True), ("voip.rps: main: 30 of 40 phones read", True)]


# -- variables


def test_hosts_whose_condition_is_false_are_left_out_and_a_broken_one_is_named(sim: Simulator, game: Make) -> None:
    made = game(hosts(), **about(sim))
    store = bulk(made, when=["inventory_hostname != 'desk-1'"])["store"]
    assert read_result(store, "desk-1") is None
    assert read_result(store, "desk-2") is not None
    made = game(hosts(), **about(sim))
    refused(bulk(made, when=["nobody_knows_it == 1"]), "desk-1: its condition cannot be used")


class Include:
    """An include_role between a task and its block, in all else that block."""

    statically_loaded = False

    def __init__(self, parent: Any, when: list[str]) -> None:
        self._parent, self.when, self.loop = parent, when, None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parent, name)


def test_the_condition_of_a_dynamic_include_counts_and_a_loop_is_refused(
    sim: Simulator, game: Make, trust: Callable[[Any], Any]
) -> None:
    made = game(hosts(), **about(sim))
    include = Include(made.task._parent, trust(["inventory_hostname != 'desk-1'"]))
    made.task._parent = include
    assert read_result(bulk(made)["store"], "desk-1") is None
    include.loop = ["one", "two"]
    refused(bulk(made), "The role cannot be included in a loop")


def test_every_host_gets_its_own_value_of_a_template(sim: Simulator, game: Make) -> None:
    given = {f"desk-{number}": {"number": number} for number in (1, 2)}
    made = game(given, rps_mac="{{ '001565%06x' % number }}", rps_server="{{ 'office' }}", **about(sim))
    bulk(made)
    assert {device.mac for device in sim.world("yealink").devices()} == {mac(1), mac(2)}


def test_values_of_a_vault_are_decrypted(sim: Simulator, game: Make) -> None:
    vault = VaultLib([("default", VaultSecret(b"the vault's own"))])

    def encrypted(text: str, indent: int) -> str:
        lines = vault.encrypt(text).decode().splitlines()
        return "!vault |\n" + "\n".join(" " * indent + line for line in lines)

    made = game(
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


def test_omit_and_undefined_variables_are_not_given(sim: Simulator, game: Make) -> None:
    sim.world("yealink").add_device(mac(1), USER, "office")
    made = game(hosts(1, rps_force="{{ omit }}", rps_unique_url="{{ nothing | default(omit) }}"), **about(sim))
    assert bulk(made)["accounts"]["main"]["summary"]["in_sync"] == 1


def test_a_variable_that_cannot_be_evaluated_names_its_host(sim: Simulator, game: Make) -> None:
    refused(
        bulk(game(hosts(1, rps_server="{{ nobody_knows_it }}"), **about(sim))),
        r"desk-1: rps_server cannot be used: .*nobody_knows_it",
    )
    refused(
        bulk(game(hosts(1), **about(sim, rps_purge="{{ nobody_knows_it }}"))),
        r"rps_purge cannot be used: .*nobody_knows_it",
    )
    assert sim.calls() == []


@pytest.mark.parametrize("value", ["{{ wanted }}", "{{ other }}", "{{ lookup('vars', 'wanted') }}", "{{ wanted | int"])
def test_a_fleet_variable_that_differs_between_hosts_is_refused(sim: Simulator, game: Make, value: str) -> None:
    given = {name: {**values, "wanted": int(name[-1])} for name, values in hosts().items()}
    made = game(given, other="{{ wanted }}", **about(sim, rps_batch_size=value))
    refused(bulk(made), r"rps_batch_size (differs between hosts|cannot be used)")
    assert sim.calls() == []


def test_a_fleet_variable_that_only_the_second_host_cannot_evaluate_names_that_host(sim: Simulator, game: Make) -> None:
    given = hosts()
    given["desk-1"]["wanted"] = 50
    refused(bulk(game(given, **about(sim, rps_batch_size="{{ wanted }}"))), "desk-2: rps_batch_size cannot be used")


def test_a_fleet_variable_that_only_looks_different_is_accepted(sim: Simulator, game: Make) -> None:
    given = {name: {**values, "wanted": [50, 60][int(name[-1]) - 1]} for name, values in hosts().items()}
    result = bulk(game(given, **about(sim, rps_batch_size="{{ [wanted, 50] | min }}")))
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
def test_a_fleet_variable_may_use_all_that_ansible_has(sim: Simulator, game: Make, value: str) -> None:
    result = bulk(game(hosts(), **about(sim, rps_batch_size=value)))
    assert result["accounts"]["main"]["summary"]["changed"] == 2


def test_a_fleet_size_that_is_computed_from_the_inventory_is_refused(sim: Simulator, game: Make) -> None:
    refused(
        bulk(game(hosts(), **about(sim, rps_fleet_size="{{ groups['phones'] | length }}"))),
        "rps_fleet_size is computed from the inventory",
    )


def test_the_transport_is_closed_when_the_step_ends(
    sim: Simulator, game: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Any] = []
    close = _transport.Transport.close
    monkeypatch.setattr(_transport.Transport, "close", lambda self: (closed.append(self), close(self)))
    bulk(game(hosts(), **about(sim)))
    assert len(closed) == 1


def test_a_fleet_variable_that_differs_on_many_hosts_is_told_in_one_sentence(sim: Simulator, game: Make) -> None:
    given = {name: {**values, "rps_purge_limit": int(name[-1])} for name, values in hosts(9).items()}
    given["desk-3"]["rps_mac"] = "{{ nobody_knows_it }}"
    given["desk-1"]["rps_mac"] = "{{ nobody_knows_it }}"
    result = bulk(game(given, **about(sim)))
    refused(result, r"^Nothing was sent. 3 problems: desk-1: rps_mac cannot be used: .*desk-3: rps_mac cannot")
    assert "rps_purge_limit differs between hosts (desk-1 and desk-2 and 7 more); it must" in result["msg"]


def test_a_variable_that_looks_misspelt_is_a_warning(sim: Simulator, game: Make) -> None:
    given = {
        **hosts(2),
        "desk-2": {**hosts(2)["desk-2"], "rps_sate": "absent", "rps_hosts": "x", "rps_office_floor": 3},
    }
    result = bulk(game(given, **about(sim, rps_purg=True)))
    assert [text for text in result["warnings"] if "no variable" in text] == [
        "desk-1: the role has no variable rps_purg; did you mean rps_purge?",
        "desk-2: the role has no variable rps_sate; did you mean rps_state?",
    ]
