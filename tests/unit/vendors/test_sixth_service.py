# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sixth service is one module and one dialect: Grandline, which stores a name with each phone, needs nothing else.

It is put where the real services are, into the registry and the simulator's DIALECTS, and taken out again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import Presenter
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_devices, parse_server
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import target
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import SERVICES
from simulator import DIALECTS
from support.client import ServiceEnv
from support.fault_cases import Case, Fleet, sample, single_cases
from support.oracles import problems
from support.phones import BRANCH, OFFICE, OTHER_USER, PASSWORD, THEIRS, USER, mac, own_url
from support.runs import ALL, codes, outcomes
from support.scenarios import RENAME, SCENARIOS, Scenario, Service
from unit.fleet import plays
from unit.vendors.grandline.dialect import DIALECT
from unit.vendors.grandline.service import GrandlineService
from unit.vendors.scripted import change as change_of

TESTS = Path(__file__).resolve().parents[2]
GRANDLINE = Service("grandline")
SHARE = 40  # cases of each fleet


@pytest.fixture(autouse=True)
def _sixth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVICES, "grandline", lambda: GrandlineService)
    monkeypatch.setitem(VENDORS, "grandline", GrandlineService.capabilities)
    monkeypatch.setitem(DIALECTS, "grandline", DIALECT)


@pytest.fixture
def env(_sixth: None) -> Iterator[ServiceEnv]:
    made = ServiceEnv("grandline")
    yield made
    made.sim.assert_clean()


def phones(count: int) -> list[str]:
    return [mac(number, "grandline") for number in range(1, count + 1)]


def run_one(env: ServiceEnv, device: DesiredDevice, **options: Any) -> DeviceResult:
    before = len(env.world.history())
    run = env.run([device], **options)
    assert problems(env, [device], run, before) == []
    return run.results[0]


def entry(result: DeviceResult) -> dict[str, Any]:
    """The result as users see it."""
    masker = Masker("grandline", USER, PASSWORD, rounds=1)
    return Presenter(Speaker(MODULE, "Grandline"), masker).entry(result)


def seen(env: ServiceEnv, phone: str) -> tuple[str | None, str | None]:
    """URL and name that the service has for a phone."""
    return env.world.url(phone), env.name_of(phone)


# What a run does.


@pytest.mark.parametrize("bulk", [True, False])
def test_a_new_phone_is_registered_with_url_and_name_and_then_in_sync(env: ServiceEnv, bulk: bool) -> None:
    (phone,) = phones(1)
    result = run_one(env, env.wants(phone), bulk=bulk)
    assert (result.change.action, result.outcome, result.verified) == ("register", "changed", True)
    assert seen(env, phone) == (OFFICE, "office")
    assert env.sim.writes()[0].params == [phone, OFFICE, "office"]
    again = run_one(env, env.wants(phone), bulk=bulk)
    assert (again.outcome, env.writes()) == ("in_sync", [])
    assert entry(again)["after"]["server"] == "office"


@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize(
    ("name", "url"), [("office", BRANCH), ("branch", OFFICE), ("branch", BRANCH)], ids=["url", "name", "both"]
)
def test_another_url_or_only_another_name_is_a_move(env: ServiceEnv, name: str, url: str, bulk: bool) -> None:
    (phone,) = phones(1)
    env.place(phone, name, url=url)
    result = run_one(env, env.wants(phone), bulk=bulk)
    assert (result.change.action, result.outcome, result.verified) == ("move", "changed", True)
    assert env.writes() == ["registerPhone"]
    assert seen(env, phone) == (OFFICE, "office")
    shown = entry(result)
    assert (shown["before"]["server"], shown["after"]["server"]) == (name, "office")


def test_a_phone_with_a_url_of_its_own_needs_its_name_too(env: ServiceEnv) -> None:
    (phone,) = phones(1)
    env.place(phone, "branch", url=own_url(1))
    result = run_one(env, env.wants(phone, unique_url=own_url(1)))
    assert (result.change.action, result.outcome) == ("move", "changed")
    assert seen(env, phone) == (own_url(1), "office")


def test_a_phone_is_deregistered_once(env: ServiceEnv) -> None:
    (phone,) = phones(1)
    env.place(phone, "office")
    result = run_one(env, DesiredDevice(phone, "absent"))
    assert (result.change.action, result.outcome, env.state()) == ("deregister", "changed", {})
    assert run_one(env, DesiredDevice(phone, "absent")).outcome == "in_sync"


@pytest.mark.parametrize("bulk", [True, False])
def test_another_accounts_phone_is_a_conflict_and_never_written(env: ServiceEnv, bulk: bool) -> None:
    (phone,) = phones(1)
    env.place(phone, "theirs", OTHER_USER)
    result = run_one(env, env.wants(phone), bulk=bulk)
    assert (result.outcome, result.reason and result.reason.code) == ("conflict", "owned_elsewhere")
    assert (env.state()[phone], env.writes()) == ((OTHER_USER, THEIRS), [])


def test_check_mode_predicts_the_run_and_writes_nothing(env: ServiceEnv) -> None:
    new, renamed, gone = phones(3)
    env.place(renamed, "branch", url=OFFICE)
    env.place(gone, "office")
    desired = [env.wants(new), env.wants(renamed), DesiredDevice(gone, "absent")]
    env.sim.options.read_only = True
    check = env.run(desired, check_mode=True)
    env.sim.options.read_only = False
    assert check.plan is not None
    run = env.run(desired, expect_plan=check.plan.digest)
    assert outcomes(check) == ["would_change"] * 3
    assert outcomes(run) == ["changed"] * 3
    for predicted, made in zip(check.results, run.results, strict=True):
        for key in ("action", "before", "after", "changed"):
            assert entry(predicted)[key] == entry(made)[key]


def test_a_plan_for_another_name_has_another_digest(env: ServiceEnv) -> None:
    (phone,) = phones(1)
    digests = set()
    for name in ("branch", "theirs"):
        env.clear()
        env.world.add_server(USER, "theirs", THEIRS)
        env.place(phone, name, url=OFFICE)
        plan = env.run([env.wants(phone)], check_mode=True).plan
        assert plan is not None
        digests.add(plan.digest)
    assert len(digests) == 2


def test_unmanaged_devices_are_listed_and_purged_by_url_and_name(env: ServiceEnv) -> None:
    ours, same_url, kept = phones(3)
    env.place(ours, "office")
    env.place(same_url, "branch", url=OFFICE)
    env.place(kept, "office")
    options: dict[str, Any] = {"purge": True, "purge_limit": ALL, "purge_servers": {"office": OFFICE}}
    looked = env.run([env.wants(ours)], read_unmanaged=True)
    assert looked.unmanaged is not None
    assert [(one.mac, one.url, one.server) for one in looked.unmanaged] == [
        (same_url, OFFICE, "branch"),
        (kept, OFFICE, "office"),
    ]
    env.run([env.wants(ours)], **options)
    assert set(env.state()) == {ours, same_url}


# What goes wrong.


@pytest.mark.parametrize("scenario", [*SCENARIOS, RENAME], ids=lambda scenario: scenario.name)
def test_without_any_fault_every_phone_is_done(scenario: Scenario) -> None:
    played = Fleet(scenario, GRANDLINE).play(Case())
    assert played.problems == []
    assert codes(played.run) <= {None, "owned_elsewhere"}


@pytest.mark.parametrize("scenario", [*SCENARIOS, RENAME], ids=lambda scenario: scenario.name)
def test_whatever_goes_wrong_the_results_are_true_and_the_next_run_puts_it_right(scenario: Scenario) -> None:
    fleet = Fleet(scenario, GRANDLINE)
    cases = list(single_cases(fleet))
    # A name that moves is short: all of its faults are played, lost answers and late executions among them.
    chosen = cases if scenario is RENAME else sample(cases, SHARE, str(fleet))
    assert [f"{fleet}: {case}: {text}" for case in chosen for text in fleet.play(case).problems] == []
    kinds = {kind for case in cases for kind, _operation, _nth in case.faults}
    assert {"after_dropped", "after_hangs", "late", "late_after_read", "late_503"} <= kinds


def test_a_name_that_was_accepted_and_not_stored_is_told_as_a_name(env: ServiceEnv) -> None:
    (phone,) = phones(1)
    env.place(phone, "branch", url=OFFICE)
    env.fail("not_applied", method="registerPhone")
    result = run_one(env, env.wants(phone))
    shown = entry(result)
    assert (shown["outcome"], shown["reason"], shown["changed"]) == ("failed", "not_applied", False)
    assert "the declared URL under the name 'branch' instead of 'office'" in shown["msg"]
    assert OFFICE not in shown["msg"]


def test_a_url_that_moved_without_its_name_is_told_as_a_name_too(env: ServiceEnv) -> None:
    (phone,) = phones(1)
    env.place(phone, "branch")

    def keep_the_name(_sim: object, _account: str, method: str, params: list[Any]) -> None:
        if method == "registerPhone":
            params[2] = "branch"

    env.sim.hooks.append(keep_the_name)
    (result,) = env.run([env.wants(phone)]).results
    shown = entry(result)
    assert (shown["outcome"], shown["reason"], shown["changed"]) == ("failed", "not_applied", True)
    assert "under the name 'branch' instead of 'office'" in shown["msg"]


def test_the_first_name_that_is_not_stored_stops_the_phones_of_this_name_and_no_others(env: ServiceEnv) -> None:
    moved = phones(8)
    for phone in moved:
        env.place(phone, "branch", url=OFFICE)
    env.world.add_server(USER, "third", OFFICE)
    env.fail("not_applied", method="registerPhone", mac=moved[0])
    named = [env.wants(phone) for phone in moved[:4]]
    third = [replace(env.wants(phone), server="third") for phone in moved[4:]]
    run = env.run([*named, *third])
    assert outcomes(run) == ["failed", *["not_attempted"] * 3, *["changed"] * 4]
    assert codes(run) == {"not_applied", "server_wrong_url", None}
    assert "but not the name 'office'" in entry(run.results[1])["msg"]


def test_phones_of_two_names_are_two_targets() -> None:
    vendor, (phone,) = GrandlineService.capabilities, phones(1)
    one = change_of("register", mac=phone, server="office", server_url=OFFICE)
    other = change_of("register", mac=phone, server="branch", server_url=OFFICE)
    assert target(vendor, one) != target(vendor, other)
    assert target(replace(vendor, stores_name=False), one) == target(replace(vendor, stores_name=False), other)


# Input.


def test_the_name_is_required_and_the_message_names_the_option() -> None:
    (phone,) = phones(1)
    with pytest.raises(InputError) as caught:
        parse_devices([{"mac": phone, "server_url": OFFICE}], ["devices[0]"], "grandline")
    (problem,) = caught.value.problems
    assert (problem.option, problem.code, problem.params["service"]) == ("server", "name_required", "Grandline")
    parse_devices([{"mac": phone, "state": "absent"}], ["devices[0]"], "grandline")
    (device,) = parse_devices([{"mac": phone, "server": "office", "server_url": OFFICE}], ["devices[0]"], "grandline")
    assert device.server == "office"


@pytest.mark.parametrize("more", [{}, {"rps_unique_url": own_url(1)}], ids=["server", "unique"])
def test_the_role_takes_the_url_of_the_name_and_requires_the_name(more: dict[str, Any]) -> None:
    accounts = {"main": plays.login("grandline")}
    servers = [{"name": "B\u00fcro (EU)", "url": OFFICE}, {"name": "branch", "url": OFFICE}]
    hosts = {"desk-1": plays.phone(1, "grandline", rps_server="B\u00fcro (EU)", **more)}
    (account,) = plays.fleet(hosts, rps_accounts=accounts, rps_servers=servers).accounts
    (device,) = account.declared
    assert (device.server, device.url) == ("B\u00fcro (EU)", more.get("rps_unique_url", OFFICE))
    nameless = {"desk-1": {**plays.phone(1, "grandline", **more), "rps_server": None}}
    text = plays.message(nameless, rps_accounts=accounts, rps_servers=servers)
    assert text.startswith("rps_server is required on desk-1.")


def test_its_names_obey_its_own_rule_and_those_of_others_the_usual_one() -> None:
    (phone,) = phones(1)
    entry_of = {"mac": phone, "server": "B\u00fcro (EU)", "server_url": OFFICE}
    (device,) = parse_devices([entry_of], ["devices[0]"], "grandline")
    assert device.server == "B\u00fcro (EU)"
    assert parse_server("B\u00fcro (EU)", OFFICE, "servers[0]", "grandline").name == "B\u00fcro (EU)"
    for vendor, name, words in (("grandline", "a/b", "letters, digits"), ("snom", "B\u00fcro", "A-Z a-z 0-9")):
        with pytest.raises(InputError) as caught:
            parse_devices([{**entry_of, "server": name}], ["devices[0]"], vendor)
        assert words in caught.value.problems[0].params["allowed"]


# The tests over all services.


@pytest.mark.no_cover
def test_the_tests_over_all_services_follow_without_an_edit() -> None:
    """In a process of their own, since they take the services when they are collected."""
    chosen = ["tests/unit/service", "tests/faults", "tests/unit/simulator/test_simulator_contract.py"]
    # The collection's module in a process of its own knows the real services only.
    names = "grandline and not killed_process"
    program = [sys.executable, "-m", "pytest", "-q", "-p", "unit.vendors.grandline.plugin", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    done = subprocess.run(
        [*program, "-k", names, *chosen],
        check=False,
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
