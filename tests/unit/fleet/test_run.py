# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole fleet over several accounts: what is written, what blocks it, what is reported once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.calls import failure
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    InputError,
    LoginError,
    LostAnswerError,
    NotSentError,
    Problem,
)
from ansible_collections.voip.rps.plugins.module_utils._model import Reason, reason
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.ending import Ending
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.interrupted import interrupted_data, interrupted_lines
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run import (
    DRIFT,
    PROVISION,
    RELEASE,
    AccountRun,
    FleetRun,
    Scope,
    run_fleet,
)
from support.phones import BRANCH, OFFICE, mac
from unit.fleet.memory_service import World, Worlds
from unit.fleet.plays import DIGEST, SERVER, Hosts, fleet, login, phone

PARTIAL = reason("limited")
SETTINGS: dict[str, Any] = {"retries": 0, "concurrency": 1, "api_url": "https://rps.example.com/"}
PREDICTED = [(PROVISION, True), (DRIFT, False)]


class FleetEnv:
    """Accounts in memory, one for each vendor, each with the server office."""

    def __init__(self, *vendors: str) -> None:
        self.vendors = vendors
        self.worlds = {vendor: World(servers={"office": OFFICE}) for vendor in vendors}
        self.services = Worlds(self.worlds)
        self.progress: list[tuple[str, str, int, int]] = []

    def add(self, *numbers: int, vendor: str = "yealink", url: str | None = OFFICE) -> None:
        self.worlds[vendor].devices.update({mac(number, vendor): url for number in numbers})

    def run(
        self,
        hosts: Hosts,
        mode: str = PROVISION,
        *,
        scope: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
        ending: Ending | None = None,
        **variables: Any,
    ) -> FleetRun:
        logins = {vendor: login(vendor, api_username=vendor, **SETTINGS) for vendor in self.vendors}
        servers = [{**SERVER, "account": vendor} for vendor in self.vendors]
        given = {"rps_accounts": logins, "rps_servers": servers, **variables}
        play = fleet(hosts, environ=environ, released=mode == RELEASE, **given)
        facts = Scope(**{"mode": mode, "check_mode": False, "phones": len(hosts), **(scope or {})})
        return run_fleet(play, facts, lambda *what: self.progress.append(what), self.services.connect, ending)

    @property
    def writes(self) -> list[str]:
        return [call for world in self.worlds.values() for call in world.writes]


def desk(number: int, vendor: str = "yealink", **more: Any) -> dict[str, Any]:
    return phone(number, vendor, rps_account=vendor, **more)


def outcomes(done: FleetRun) -> dict[str, str]:
    return {host: entry["outcome"] for run in done.runs for host, entry in run.hosts.items()}


def account(done: FleetRun, name: str) -> AccountRun:
    return next(run for run in done.runs if run.account.name == name)


def test_all_accounts_are_written_and_every_host_has_its_entry() -> None:
    env = FleetEnv("yealink", "htek", "snom", "panasonic")
    hosts = {f"desk-{vendor}": desk(1, vendor) for vendor in env.vendors}
    done = env.run(hosts)
    assert outcomes(done) == dict.fromkeys(hosts, "changed")
    assert (done.warnings, done.errors, done.reasons, done.changes) == ((), (), (), ())
    assert {vendor: account(done, vendor).hosts[f"desk-{vendor}"]["mac"] for vendor in env.vendors} == {
        vendor: mac(1, vendor) for vendor in env.vendors
    }
    assert {("yealink", "read", 1, 1), ("yealink", "written", 1, 1)} <= set(env.progress)
    again = env.run(hosts)
    assert outcomes(again) == {host: "unverifiable" if "htek" in host else "in_sync" for host in hosts}
    assert all(run.reached for run in done.runs)


def test_on_services_without_servers_nothing_is_created_and_the_url_is_written() -> None:
    env = FleetEnv("snom", "panasonic")
    env.run({"a": desk(1, "snom"), "b": desk(1, "panasonic")})
    assert env.writes == [f"register {mac(1, 'snom')}", f"register {mac(1, 'panasonic')}"]
    assert [run.result.servers for run in env.run({"a": desk(1, "snom")}).runs if run.account.hosts] == [()]
    assert env.worlds["snom"].devices == {mac(1, "snom"): OFFICE}


def test_check_mode_and_drift_write_nothing_and_have_the_plan_of_the_run() -> None:
    env = FleetEnv("yealink", "htek")
    hosts = {"desk": desk(1), "hall": desk(1, "htek")}
    predicted = [env.run(hosts, mode, scope={"check_mode": check}) for mode, check in PREDICTED]
    assert env.writes == []
    assert all(outcomes(done) == {"desk": "would_change", "hall": "would_change"} for done in predicted)
    plans = [{run.account.name: run.plan for run in done.runs} for done in (*predicted, env.run(hosts))]
    assert plans[0] == plans[1] == plans[2]


def test_release_removes_what_the_play_has_and_touches_nothing_else() -> None:
    env = FleetEnv("yealink", "htek")
    env.add(1, 2)
    done = env.run({"desk": desk(1)}, RELEASE, scope={"why_partial": PARTIAL})
    assert outcomes(done) == {"desk": "changed"}
    assert env.writes == [f"deregister {mac(1)}"]
    assert [run.account.name for run in done.runs] == ["yealink"]
    assert (account(done, "yealink").removed, done.errors) == (0, ())
    env.worlds["yealink"].servers.clear()
    env.run({"desk": desk(2)}, RELEASE)
    assert env.writes[1:] == [f"deregister {mac(2)}"]
    assert "other device" not in done.messages[0]


# Guards.


def test_a_guard_of_one_account_blocks_the_writes_of_all_and_is_reported_once() -> None:
    env = FleetEnv("yealink", "htek")
    env.add(*range(1, 21))
    hosts = {f"desk-{number}": desk(number, rps_state="absent") for number in range(1, 5)}
    done = env.run({**hosts, "hall": desk(1, "htek")})
    assert env.writes == []
    assert {entry["reason"] for run in done.runs for entry in run.hosts.values()} == {"guard_removal_limit"}
    assert outcomes(done)["hall"] == "not_attempted"
    (why,) = done.reasons
    assert why in done.messages
    assert "4 phones of yealink" in why
    assert (done.errors, done.warnings) == ((), ())


def test_a_guard_that_no_phone_fails_for_is_an_error_of_the_run() -> None:
    env = FleetEnv("yealink", "htek")
    env.add(1, 2)
    env.add(1, vendor="htek")
    done = env.run({"desk": desk(1), "hall": desk(1, "htek")}, rps_purge=True)
    assert env.writes == []
    assert outcomes(done) == {"desk": "in_sync", "hall": "unverifiable"}
    assert [("rps_fleet_size" in text) for text in done.errors] == [True]
    assert done.reasons == ()


def test_a_guard_is_a_warning_in_a_drift_run() -> None:
    env = FleetEnv("yealink")
    env.add(*range(1, 21))
    hosts = {f"desk-{number}": desk(number, rps_state="absent") for number in range(1, 5)}
    done = env.run(hosts, DRIFT)
    assert set(outcomes(done).values()) == {"would_change"}
    (warning,) = done.warnings
    assert warning.startswith("Guard rps_removal_limit would block a run that writes: the inventory deregisters 4 ")
    assert account(done, "yealink").guard == warning
    assert (done.errors, done.reasons) == ((), ())


def test_a_blocked_run_announces_no_server() -> None:
    env = FleetEnv("yealink")
    done = env.run({"desk": desk(1)}, rps_expect_plan={"yealink": DIGEST})
    assert outcomes(done) == {"desk": "not_attempted"}
    assert not [text for text in done.messages if "'office'" in text]


def test_removals_are_counted_by_what_was_really_deregistered() -> None:
    env = FleetEnv("yealink")
    env.add(1, 2, 3)
    hosts = {f"desk-{number}": desk(number, rps_state="absent") for number in (1, 2, 3)}
    env.worlds["yealink"].failures[f"deregister {mac(2)}"] = "try later"
    for mode, check in PREDICTED:
        (run,) = env.run(hosts, mode, scope={"check_mode": check}).runs
        assert (run.removed, run.base) == (0, 3)
    (run,) = env.run(hosts).runs
    assert (run.removed, run.base) == (2, 3)
    done = env.run({"desk-2": hosts["desk-2"]}, scope={"removed": {run.account.identity: (3, 3)}})
    assert outcomes(done) == {"desk-2": "not_attempted"}


@pytest.mark.parametrize("approved", [True, False])
def test_an_account_without_an_approved_plan_is_not_written_beside_one_that_has_it(approved: bool) -> None:
    env = FleetEnv("yealink", "htek")
    hosts = {"desk": desk(1), "hall": desk(1, "htek")}
    plans = {run.account.name: run.plan for run in env.run(hosts, scope={"check_mode": True}).runs}
    if not approved:
        del plans["yealink"]
    done = env.run(hosts, rps_expect_plan=plans)
    assert set(outcomes(done).values()) == {"changed" if approved else "not_attempted"}
    registered = [call for call in env.writes if call.startswith("register")]
    assert len(registered) == (2 if approved else 0)


def test_an_approval_that_is_used_up_says_so() -> None:
    env = FleetEnv("yealink")
    hosts = {"desk": desk(1)}
    plans = {run.account.name: run.plan for run in env.run(hosts, scope={"check_mode": True}).runs}
    assert outcomes(env.run(hosts, rps_expect_plan=plans)) == {"desk": "changed"}
    done = env.run(hosts, rps_expect_plan=plans)
    assert [("nothing is left to write" in text) for text in done.errors] == [True]


def test_approved_plans_are_refused_in_a_play_of_batches_before_any_call() -> None:
    env = FleetEnv("yealink")
    with pytest.raises(InputError) as caught:
        env.run({"desk": desk(1)}, scope={"batches": True}, rps_expect_plan={"yealink": DIGEST})
    assert [one.option for one in caught.value.problems] == ["expect_plan"]
    assert env.services.opened == []


# Purge.


def test_purge_removes_what_nobody_declares_and_is_a_change_of_the_run() -> None:
    env = FleetEnv("yealink", "htek")
    env.add(1, 2, 3)
    env.add(1, vendor="htek")
    values: dict[str, Any] = {"rps_purge": True, "rps_fleet_size": 1, "rps_purge_limit": 2}
    for mode, check in PREDICTED:
        done = env.run({"desk": desk(1)}, mode, scope={"check_mode": check}, **values)
        assert env.writes == []
        assert [set(change.before) for change in done.changes] == [{mac(2), mac(3)}]
    done = env.run({"desk": desk(1)}, **values)
    assert set(env.worlds["yealink"].devices) == {mac(1)}
    assert [(change.account, set(change.before)) for change in done.changes] == [("yealink", {mac(2), mac(3)})]
    assert {change.text for change in done.changes} < set(done.messages)
    assert "00:15:65:00:00:02" in done.changes[0].text
    assert env.worlds["htek"].devices != {}
    assert any("htek" in text for text in done.warnings)
    assert outcomes(done) == {"desk": "in_sync"}


def test_only_what_is_redirected_to_the_named_servers_is_purged() -> None:
    env = FleetEnv("yealink")
    env.add(1, 2, 0xAA0001)
    env.add(3, url=BRANCH)
    values: dict[str, Any] = {
        "rps_purge": True,
        "rps_fleet_size": 1,
        "rps_purge_limit": 9,
        "rps_ignore": ["001565aa"],
    }
    (run,) = env.run({"desk": desk(1)}, rps_purge_servers=["office"], **values).runs
    assert set(env.worlds["yealink"].devices) == {mac(1), mac(3), mac(0xAA0001)}
    assert [entry["mac"] for entry in run.purged] == [mac(2)]
    assert [device["mac"] for device in run.unmanaged or ()] == [mac(3)]
    env.run({"desk": desk(1)}, rps_purge_servers=[], **values)
    assert mac(3) in env.worlds["yealink"].devices


def test_devices_that_could_not_be_purged_are_errors_of_the_run_and_counted() -> None:
    env = FleetEnv("yealink")
    env.add(*range(1, 11))
    env.worlds["yealink"].failures = {f"deregister {mac(number)}": "try later" for number in range(2, 11)}
    done = env.run({"desk": desk(1)}, rps_purge=True, rps_fleet_size=1, rps_purge_limit=9)
    assert outcomes(done) == {"desk": "in_sync"}
    assert len(done.errors) == 6
    assert ["try later" in text for text in done.errors] == [True] * 5 + [False]
    assert "4 devices" in done.errors[-1]


# Accounts that fail.

UNREACHED = NotSentError("list could not be sent: the connection was refused", fix="Check api_url.")


def test_an_account_that_cannot_be_read_fails_its_own_phones_and_its_cause_is_given_once() -> None:
    env = FleetEnv("yealink", "htek")
    env.worlds["htek"].failures["list"] = LoginError(**failure("login_refused", origin="here", said="HTTP 401"))
    hosts = {f"hall-{number}": desk(number, "htek") for number in range(1, 27)}
    done = env.run({"desk": desk(1), **hosts})
    assert outcomes(done)["desk"] == "changed"
    htek = account(done, "htek")
    assert {entry["outcome"] for entry in htek.hosts.values()} == {"not_attempted"}
    assert {entry["reason"] for entry in htek.hosts.values()} == {"login_refused"}
    assert not [entry["msg"] for entry in htek.hosts.values() if "401" in entry["msg"]]
    assert htek.hosts["hall-1"]["msg"].startswith("00:1f:c1:00:00:01 (hall-1) was not attempted: ")
    assert [text.count("HTTP 401") for text in done.reasons] == [1]
    assert "26 phones were not attempted" in done.reasons[0]
    assert "rps_accounts.htek" in done.reasons[0]
    assert (htek.reached, account(done, "yealink").reached) == (False, True)
    assert (done.errors, done.warnings) == ((), ())


def test_a_refused_login_of_the_environment_names_its_variables() -> None:
    env = FleetEnv("htek")
    env.worlds["htek"].failures["list"] = LoginError(**failure("login_refused", origin="here", said="HTTP 401"))
    environ = {"RPS_HTEK_USERNAME": "htek", "RPS_HTEK_PASSWORD": "s3cret-Pass-w0rd"}
    done = env.run({"hall": desk(1, "htek")}, environ=environ, rps_accounts=None)
    assert "Check RPS_HTEK_USERNAME and RPS_HTEK_PASSWORD" in done.reasons[0]


def test_a_refused_login_keeps_the_further_causes_that_the_service_names() -> None:
    env = FleetEnv("htek")
    env.worlds["htek"].failures["list"] = LoginError(**failure("login_refused.key", origin="here", said="HTTP 401"))
    environ = {"RPS_HTEK_USERNAME": "htek", "RPS_HTEK_PASSWORD": "s3cret-Pass-w0rd"}
    done = env.run({"hall": desk(1, "htek")}, environ=environ, rps_accounts=None)
    assert "the AccessKey ID and secret (RPS_HTEK_USERNAME and RPS_HTEK_PASSWORD), and api_url" in done.reasons[0]
    assert "this machine's clock" in done.reasons[0]


def test_an_account_that_cannot_be_read_and_has_no_phone_here_is_an_error_of_the_run() -> None:
    env = FleetEnv("yealink", "htek")
    env.worlds["htek"].failures["list"] = UNREACHED
    done = env.run({"desk": desk(1)})
    assert outcomes(done) == {"desk": "changed"}
    assert [("Check api_url" in text) for text in done.errors] == [True]


def test_a_service_without_a_list_is_reached_if_any_phone_could_be_read() -> None:
    env = FleetEnv("snom")
    env.worlds["snom"].failures[f"read {mac(1, 'snom')}"] = LostAnswerError("no answer")
    hosts = {"a": desk(1, "snom"), "b": desk(2, "snom")}
    done = env.run(hosts)
    assert outcomes(done) == {"a": "not_attempted", "b": "changed"}
    assert (account(done, "snom").reached, done.reasons) == (True, ())
    env.worlds["snom"].failures[f"read {mac(1, 'snom')}"] = LoginError("the service refused the login (HTTP 401)")
    done = env.run(hosts)
    assert set(outcomes(done).values()) == {"not_attempted"}
    assert (account(done, "snom").reached, len(done.reasons)) == (False, 1)


def test_unusable_certificates_are_an_input_error_that_names_the_account() -> None:
    env = FleetEnv("yealink", "htek")

    env.services.refusal = InputError([Problem("ca_path", "ca_path_missing")])
    with pytest.raises(InputError) as caught:
        env.run({"desk": desk(1)})
    assert {one.option for one in caught.value.problems} == {"accounts.yealink: ca_path", "accounts.htek: ca_path"}


def test_unusable_certificates_of_the_environment_are_named_by_their_variable() -> None:
    env = FleetEnv("yealink", "htek")
    env.services.refusal = InputError([Problem("ca_path", "ca_path_missing")])
    with pytest.raises(InputError) as caught:
        env.run({"desk": desk(1)}, environ={"RPS_CA_PATH": "missing.pem"})
    assert caught.value.problems == (Problem("RPS_CA_PATH", "ca_path_missing"),)


def test_what_all_accounts_take_from_the_environment_is_one_problem() -> None:
    env = FleetEnv("yealink", "htek")
    env.services.refusal = InputError([Problem("", "ca_bundle_unusable")])
    with pytest.raises(InputError) as caught:
        env.run({"desk": desk(1)})
    assert caught.value.problems == (Problem("", "ca_bundle_unusable"),)


@pytest.mark.parametrize("vendors", [("yealink",), ("yealink", "htek")])
def test_an_interrupt_ends_the_writes_of_all_accounts(vendors: tuple[str, ...]) -> None:
    env = FleetEnv(*vendors)
    hosts = {f"{vendor}-{number}": desk(number, vendor) for vendor in vendors for number in range(1, 9)}

    def interrupted(call: str) -> None:
        if call == f"register {mac(3)}":
            raise KeyboardInterrupt

    env.worlds["yealink"].before = interrupted
    with pytest.raises(KeyboardInterrupt):
        env.run(hosts)
    assert not [call for call in env.writes if call.endswith(mac(4))]
    assert all(service.client.stopped is not None for service in env.services.opened)


# Drift, and parts of a fleet.


def test_a_conflict_is_a_finding_of_a_drift_run_and_a_failure_of_others() -> None:
    env = FleetEnv("yealink")
    env.worlds["yealink"].foreign.add(mac(1))
    for mode, failed in ((DRIFT, False), (PROVISION, True)):
        (run,) = env.run({"desk": desk(1)}, mode).runs
        entry = run.hosts["desk"]
        assert (entry["outcome"], entry["failed"], entry["reason"]) == ("conflict", failed, "owned_elsewhere")
        assert "rps_override: true" in entry["msg"]


@pytest.mark.parametrize(
    ("mode", "partial", "url"),
    [
        (DRIFT, None, BRANCH),
        (DRIFT, PARTIAL, BRANCH),
        (DRIFT, reason("batches", batch=1, count=2), None),
        (PROVISION, None, None),
    ],
)
def test_a_drift_run_shows_where_unmanaged_devices_are_redirected(
    mode: str, partial: Reason | None, url: str | None
) -> None:
    env = FleetEnv("yealink")
    env.add(1)
    env.add(2, url=BRANCH)
    batches = partial is not None and partial.code == "batches"
    done = env.run({"desk": desk(1)}, mode, scope={"why_partial": partial, "batches": batches})
    (device,) = account(done, "yealink").unmanaged or []
    assert (device["mac"], device["url"]) == (mac(2), url)
    assert (device["status"] is None) is (url is None)
    assert ("1 other device of the account was not compared" if batches else "1 unmanaged device") in done.messages[0]


def test_a_service_that_cannot_list_has_no_unmanaged_devices() -> None:
    env = FleetEnv("snom")
    (run,) = env.run({"a": desk(1, "snom")}, DRIFT).runs
    assert (run.unmanaged, run.counts["unmanaged"]) == (None, None)


# Servers.


def test_a_server_that_was_added_is_a_change_of_the_run() -> None:
    env = FleetEnv("yealink")
    del env.worlds["yealink"].servers["office"]
    checked = env.run({"desk": desk(1)}, scope={"check_mode": True})
    assert checked.changes == ()  # it may be there: no call shows that
    assert any("'office'" in text for text in checked.messages)
    done = env.run({"desk": desk(1)})
    assert [(change.before, change.after) for change in done.changes] == [({}, {"server office": OFFICE})]


def test_a_server_that_is_refused_is_an_error_and_a_service_without_the_call_a_warning() -> None:
    env = FleetEnv("yealink")
    env.worlds["yealink"].failures["server office"] = "The url is too long"
    done = env.run({"desk": desk(1)})
    assert [("too long" in text) for text in done.errors] == [True]
    env.worlds["yealink"].failures["server office"] = AbsentCallError("there is no call addServer", "addServer")
    done = env.run({"desk": desk(2)})
    assert (done.errors, outcomes(done)) == ((), {"desk": "changed"})
    assert [("addServer" in text) for text in done.warnings] == [True]


@pytest.mark.parametrize(("mode", "force"), [(PROVISION, False), (DRIFT, False), (PROVISION, True)])
def test_a_server_with_another_url_is_an_error_that_names_both_unless_it_may_be_edited(mode: str, force: bool) -> None:
    env = FleetEnv("ymcs")
    env.worlds["ymcs"].servers["office"] = BRANCH
    env.add(1, vendor="ymcs", url=BRANCH)
    done = env.run({"desk": desk(1, "ymcs")}, mode, rps_force_servers=force)
    if force:
        assert env.writes[-1] == "edit office"
        assert outcomes(done) == {"desk": "changed"}
        (change,) = done.changes
        assert (change.before, change.after) == ({"server office": BRANCH}, {"server office": OFFICE})
        return
    assert not [call for call in env.writes if call.startswith("edit")]
    (text,) = done.errors if mode == PROVISION else done.warnings
    assert OFFICE in text
    assert BRANCH in text


@pytest.mark.parametrize("lost", [False, True], ids=["accepted", "lost"])
def test_a_server_of_no_phone_that_is_not_done_where_servers_are_listed_is_an_error(lost: bool) -> None:
    env = FleetEnv("ymcs")
    world = env.worlds["ymcs"]
    env.add(1, vendor="ymcs")
    spare = {"name": "spare", "url": BRANCH, "account": "ymcs"}
    if lost:
        world.failures["server spare"] = LostAnswerError("the answer was lost")
    else:

        def forget(call: str) -> None:
            if call == "list_servers":
                world.servers.pop("spare", None)

        world.before = forget
    done = env.run({"desk": desk(1, "ymcs")}, rps_servers=[{**SERVER, "account": "ymcs"}, spare])
    assert outcomes(done) == {"desk": "in_sync"}
    (text,) = done.errors
    assert "'spare'" in text
    assert "un again" in text
    assert (done.changes, done.warnings) == ((), ())


def test_a_server_that_can_be_looked_up_is_a_predicted_change() -> None:
    env = FleetEnv("ymcs")
    env.worlds["ymcs"].servers.clear()
    hosts = {"desk": desk(1, "ymcs", rps_serial="0012")}
    for mode, check in PREDICTED:
        done = env.run(hosts, mode, scope={"check_mode": check})
        assert [change.after for change in done.changes] == [{"server office": OFFICE}]
    assert env.writes == []
    assert outcomes(env.run(hosts)) == {"desk": "changed"}


def test_a_phone_that_must_be_added_and_has_no_serial_number_fails_alone() -> None:
    env = FleetEnv("ymcs")
    hosts = {"a": desk(1, "ymcs"), "b": desk(2, "ymcs", rps_serial="0012")}
    done = env.run(hosts)
    assert outcomes(done) == {"a": "failed", "b": "changed"}
    entry = account(done, "ymcs").hosts["a"]
    assert (entry["reason"], "rps_serial" in entry["msg"]) == ("serial_missing", True)


# Secrets.


def test_a_unique_url_is_masked_wherever_the_service_quotes_it() -> None:
    unique = "https://u.example.com/validation-string-4711"
    env = FleetEnv("yealink")
    env.worlds["yealink"].failures[f"register {mac(1)}"] = f"cannot use {unique} (validation-string-4711)"
    done = env.run({"desk": desk(1, rps_unique_url=unique)})
    assert outcomes(done) == {"desk": "failed"}
    assert "validation-string-4711" not in repr([done.messages, done.errors, [run.entries for run in done.runs]])


def test_no_account_is_opened_for_a_play_without_phones() -> None:
    done = FleetEnv("yealink").run({}, RELEASE)
    assert (done.runs, done.messages) == ((), ())


def test_an_interrupted_run_names_what_it_wrote_and_has_every_result_as_data() -> None:
    env = FleetEnv("yealink", "htek")
    ending = Ending()
    env.worlds["htek"].before = lambda call: ending.request() if call.startswith("register") else None
    hosts = {f"desk-{number}": desk(number, "htek") for number in range(1, 4)}
    done = env.run(hosts, ending=ending, rps_batch_size=1)
    assert ending.requested
    assert sorted(outcomes(done).values()) == ["not_attempted", "not_attempted", "unknown"]
    lines = interrupted_lines(done)
    assert lines[0].startswith("The run was interrupted.")
    assert "htek: 3 phones: 1 outcome unknown, 2 not attempted." in lines
    assert "htek: outcome unknown: desk-1." in lines
    data = interrupted_data(done, "2026-11-02T06:15:00+00:00", "Provision")
    devices = data["accounts"]["htek"]["devices"]
    assert [(one["host"], one["outcome"]) for one in devices] == list(outcomes(done).items())
    assert data["accounts"]["htek"]["summary"]["unknown"] == 1
    assert json.loads(json.dumps(data)) == data


def test_purged_devices_of_an_interrupted_run_have_no_host() -> None:
    env = FleetEnv("yealink")
    env.add(1, 9)
    done = env.run({"desk": desk(1)}, rps_purge=True, rps_purge_limit=1, rps_fleet_size=1)
    devices = interrupted_data(done, "now", "Play")["accounts"]["yealink"]["devices"]
    assert [(one["host"], one["mac"], one["outcome"]) for one in devices] == [
        ("desk", mac(1), "in_sync"),
        (None, mac(9), "changed"),
    ]


# Phones of hosts outside the play.


@pytest.mark.parametrize(
    ("mode", "partial", "batches", "named"),
    [
        (PROVISION, None, False, True),
        (PROVISION, PARTIAL, False, False),
        (PROVISION, reason("batches"), True, False),
        (DRIFT, None, False, True),
        (DRIFT, PARTIAL, False, True),
        (DRIFT, reason("batches"), True, False),
        (RELEASE, None, False, False),
    ],
)
def test_hosts_outside_the_play_are_looked_at_only_if_unmanaged_devices_are_named(
    mode: str, partial: Reason | None, batches: bool, named: bool
) -> None:
    assert Scope(mode, False, 1, partial, batches).names_unmanaged is named
