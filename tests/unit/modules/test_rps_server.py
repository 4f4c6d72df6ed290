# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration servers: added once where they cannot be read, managed on YMCS, refused where there are none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from simulator import Fault, Simulator
from support.modules import ModuleRunner
from support.phones import BRANCH, OFFICE, USER, mac
from support.runs import vendors

NEW = "https://new.example.com/"
CREATE_ONLY = pytest.mark.parametrize("vendor", ["yealink", "htek"])


def server(sim: Simulator, name: str, vendor: str = "ymcs") -> str | None:
    """The URL of a server, None if it is not there."""
    found = sim.world(vendor).find_server(USER, name)
    return found.url if found is not None else None


# Services that only create servers.


@CREATE_ONLY
def test_a_server_is_added_once(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    first = run("rps_server", vendor, name="new", url=NEW)
    assert (first["changed"], first["verified"], first["reason"]) == (True, True, None)
    assert first["server"] == {"name": "new", "url": NEW}
    second = run("rps_server", vendor, name="new", url=NEW)
    assert (second["changed"], second["verified"], second["reason"]) == (False, False, "server_exists")
    assert not second.failed
    assert len(second["warnings"]) == 1


@CREATE_ONLY
def test_check_mode_sends_nothing_and_predicts_nothing(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    outcome = run("rps_server", vendor, check=True, name="new", url=NEW)
    assert (outcome["changed"], outcome["verified"], outcome.failed) == (False, False, False)
    assert outcome["reason"] == "server_not_predicted"
    assert outcome.msg
    assert sim.stats()["requests"] == 0


@CREATE_ONLY
@pytest.mark.parametrize(
    ("options", "words"), [({"state": "absent"}, "state absent is not supported"), ({"force": True}, "force is not")]
)
def test_what_a_service_cannot_do_with_servers_is_refused(
    run: ModuleRunner, sim: Simulator, vendor: str, options: dict[str, Any], words: str
) -> None:
    outcome = run("rps_server", vendor, name="new", url=NEW, **options)
    assert outcome.failed
    assert words in outcome.msg
    assert "portal" in outcome.msg
    assert sim.stats()["requests"] == 0


def test_an_account_without_add_server_is_an_error_that_names_the_portal(run: ModuleRunner, sim: Simulator) -> None:
    sim.options.disabled_methods = {"addServer"}
    outcome = run("rps_server", "htek", name="new", url=NEW)
    assert outcome.failed
    assert outcome["reason"] == "server_no_call"
    assert "portal" in outcome.msg


@pytest.mark.parametrize("vendor", vendors(lambda vendor: vendor.servers == "none"))
@pytest.mark.parametrize("check", [False, True])
def test_a_service_without_servers_says_what_to_use_instead(
    run: ModuleRunner, sim: Simulator, vendor: str, check: bool
) -> None:
    outcome = run("rps_server", vendor, check=check, name="new", url=NEW)
    assert outcome.failed
    assert "server_url" in outcome.msg
    assert sim.stats()["requests"] == 0


def test_a_long_name_is_a_warning_and_no_error(run: ModuleRunner) -> None:
    outcome = run("rps_server", name="a very long server name", url=NEW)
    assert not outcome.failed
    assert any("20" in str(text) for text in outcome["warnings"])


# A service that manages servers.


def test_a_managed_server_is_added_verified_and_then_left_alone(run: ModuleRunner, sim: Simulator) -> None:
    check = run("rps_server", "ymcs", check=True, diff=True, name="new", url=NEW)
    assert (check["changed"], check["verified"], sim.writes()) == (True, False, [])
    done = run("rps_server", "ymcs", diff=True, name="new", url=NEW)
    assert (done["changed"], done["verified"], done.failed) == (True, True, False)
    assert check["diff"] == done["diff"]
    assert done["diff"]["before_header"] == "new"
    assert (done["diff"]["before"], done["diff"]["after"]) == (None, {"url": NEW})
    again = run("rps_server", "ymcs", name="new", url="HTTPS://New.example.com")
    assert (again["changed"], again["verified"], again["reason"]) == (False, True, None)
    assert "warnings" not in again.result


@pytest.mark.parametrize("check", [False, True])
def test_another_url_is_an_error_that_names_both(run: ModuleRunner, sim: Simulator, check: bool) -> None:
    outcome = run("rps_server", "ymcs", check=check, name="office", url=NEW)
    assert outcome.failed
    assert (outcome["changed"], outcome["verified"], outcome["reason"]) == (False, False, "server_differs")
    assert NEW in outcome.msg
    assert OFFICE in outcome.msg
    assert "force: true" in outcome.msg
    assert sim.writes() == []


def test_force_edits_the_server(run: ModuleRunner, sim: Simulator) -> None:
    check = run("rps_server", "ymcs", check=True, diff=True, name="office", url=NEW, force=True)
    assert (check["changed"], server(sim, "office")) == (True, OFFICE)
    done = run("rps_server", "ymcs", diff=True, name="office", url=NEW, force=True)
    assert (done["changed"], done["verified"], server(sim, "office")) == (True, True, NEW)
    assert (done["diff"]["before"], done["diff"]["after"]) == ({"url": OFFICE}, {"url": NEW})
    assert check["diff"] == done["diff"]
    assert not run("rps_server", "ymcs", name="office", url=NEW, force=True)["changed"]


def test_two_servers_of_one_name_are_an_error(run: ModuleRunner, sim: Simulator) -> None:
    sim.world("ymcs").add_server(USER, "office", BRANCH, twin=True)
    both: list[dict[str, Any]] = [{"url": OFFICE}, {"state": "absent"}]
    for options in both:
        outcome = run("rps_server", "ymcs", name="office", **options)
        assert (outcome.failed, outcome["reason"]) == (True, "server_ambiguous")
    assert sim.writes() == []


@pytest.mark.parametrize("check", [False, True])
def test_a_server_is_not_deleted_while_phones_are_bound_to_it(run: ModuleRunner, sim: Simulator, check: bool) -> None:
    for number in (1, 2):
        sim.world("ymcs").add_device(mac(number, "ymcs"), USER, "office", serial="1")
    outcome = run("rps_server", "ymcs", check=check, name="office", state="absent")
    assert (outcome.failed, outcome["changed"], outcome["reason"]) == (True, False, "server_in_use")
    assert "2 phones are" in outcome.msg
    assert format_mac(mac(1, "ymcs"), "colon") in outcome.msg
    assert sim.writes() == []


def test_a_server_without_phones_is_deleted_once(run: ModuleRunner, sim: Simulator) -> None:
    sim.world("ymcs").add_device(mac(1, "ymcs"), USER, "office", serial="1")
    check = run("rps_server", "ymcs", check=True, diff=True, name="branch", state="absent")
    assert (check["changed"], server(sim, "branch")) == (True, BRANCH)
    done = run("rps_server", "ymcs", diff=True, name="branch", state="absent")
    assert (done["changed"], done["verified"], server(sim, "branch")) == (True, True, None)
    assert (done["diff"]["before"], done["diff"]["after"]) == ({"url": BRANCH}, None)
    assert check["diff"] == done["diff"]
    again = run("rps_server", "ymcs", name="branch", state="absent")
    assert (again["changed"], again["verified"], again.failed) == (False, True, False)


LOST: dict[str, Any] = {"kind": "close", "phase": "after"}


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("addServer", {"name": "new", "url": NEW}),
        ("editServer", {"name": "office", "url": NEW, "force": True}),
        ("delServers", {"name": "branch", "state": "absent"}),
    ],
)
def test_a_lost_answer_is_settled_by_reading(
    run: ModuleRunner, sim: Simulator, method: str, options: dict[str, Any]
) -> None:
    sim.faults.add(Fault(**LOST, method=method, vendor="ymcs"))
    outcome = run("rps_server", "ymcs", retries=0, **options)
    assert not outcome.failed, outcome.msg
    assert (outcome["changed"], outcome["verified"]) == (True, True)
    assert len(sim.writes()) == 1


@pytest.mark.parametrize(
    ("method", "options", "reason"),
    [
        ("addServer", {"name": "new", "url": NEW}, "server_lost"),
        ("editServer", {"name": "office", "url": NEW, "force": True}, "server_lost"),
        ("delServers", {"name": "branch", "state": "absent"}, "server_lost"),
    ],
)
def test_a_write_that_was_accepted_and_not_done_is_an_error(
    run: ModuleRunner, sim: Simulator, method: str, options: dict[str, Any], reason: str
) -> None:
    sim.faults.add(Fault("pass", undo=True, method=method, vendor="ymcs"))
    outcome = run("rps_server", "ymcs", **options)
    assert (outcome.failed, outcome["verified"], outcome["reason"]) == (True, False, reason)
    assert not outcome["changed"]  # the service lists what it listed before


@pytest.mark.parametrize(
    "options", [{"name": "new", "url": NEW}, {"name": "office", "url": NEW, "force": True}], ids=["new", "edited"]
)
def test_a_write_that_was_accepted_and_cannot_be_read_back_is_no_change(
    run: ModuleRunner, sim: Simulator, options: dict[str, Any]
) -> None:
    sim.faults.add(Fault("pass", method="listServers", times=1), Fault("close", method="listServers"))
    outcome = run("rps_server", "ymcs", retries=0, **options)
    assert (outcome.failed, outcome["changed"], outcome["reason"]) == (True, False, "server_lost")
    assert len(sim.writes()) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "new", "url": NEW}, ["does not list it"]),
        ({"name": "office", "url": NEW, "force": True}, [NEW, OFFICE]),
        ({"name": "branch", "state": "absent"}, ["still lists it"]),
    ],
    ids=["new", "edited", "deleted"],
)
def test_the_message_of_a_write_that_was_not_done_names_server_url_and_next_step(
    run: ModuleRunner, sim: Simulator, options: dict[str, Any], words: list[str]
) -> None:
    sim.faults.add(*(Fault("pass", undo=True, method=call) for call in ("addServer", "editServer", "delServers")))
    outcome = run("rps_server", "ymcs", **options)
    for word in (*words, f"'{options['name']}'", "Run again"):
        assert word in outcome.msg


@pytest.mark.parametrize(
    "options",
    [
        {"name": "new", "url": NEW},
        {"name": "office", "url": NEW, "force": True},
        {"name": "branch", "state": "absent"},
    ],
    ids=["new", "edited", "deleted"],
)
def test_a_write_that_was_refused_and_done_is_done(run: ModuleRunner, sim: Simulator, options: dict[str, Any]) -> None:
    refusal: dict[str, Any] = {"kind": "fault", "code": 900400, "text": "not now", "status": 400, "phase": "after"}
    sim.faults.add(*(Fault(**refusal, method=call) for call in ("addServer", "editServer", "delServers")))
    outcome = run("rps_server", "ymcs", **options)
    assert (outcome.failed, outcome["changed"], outcome["verified"], outcome["reason"]) == (False, True, True, None)
    assert len(sim.writes()) == 1


def test_a_server_that_somebody_else_added_meanwhile_is_no_change(run: ModuleRunner, sim: Simulator) -> None:
    def add(_sim: Any, _account: str, name: str, _params: list[Any]) -> None:
        if name == "listServers" and sim.writes():
            sim.world("ymcs").add_server(USER, "new", NEW)

    sim.hooks.append(add)
    sim.faults.add(Fault("fault", code=800003, text="exists", status=400, method="addServer"))
    outcome = run("rps_server", "ymcs", name="new", url=NEW)
    assert (outcome.failed, outcome["changed"], outcome["verified"], outcome["reason"]) == (False, False, True, None)


def test_a_deletion_that_was_refused_quotes_the_service(run: ModuleRunner, sim: Simulator) -> None:
    sim.faults.add(Fault("fault", code=900400, text="not now", status=400, method="delServers", vendor="ymcs"))
    outcome = run("rps_server", "ymcs", name="branch", state="absent")
    assert (outcome.failed, outcome["changed"], outcome["reason"]) == (True, False, "server_delete_refused")
    assert "not now" in outcome.msg
