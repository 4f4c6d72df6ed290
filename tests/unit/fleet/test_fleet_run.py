# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole fleet over several accounts, against simulated services: what is written, what stops it, what is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils import _redaction
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import parse_fleet
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run import (
    DRIFT,
    PROVISION,
    RELEASE,
    FleetRun,
    Scope,
    run_fleet,
)
from simulator import Fault, Simulator

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OFFICE = "https://office.example.com/"


def mac(number: int, vendor: str = "yealink") -> str:
    return {"yealink": "001565", "htek": "001fc1"}[vendor] + f"{number:06x}"


def phone(number: int, vendor: str = "yealink", **more: Any) -> dict[str, Any]:
    return {"rps_mac": mac(number, vendor), "rps_server": "office", "rps_account": vendor, **more}


class Bench:
    """Two simulated services, and a play over them."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.progress: list[tuple[str, str, int, int]] = []

    def hold(self, *numbers: int, vendor: str = "yealink", server: str | None = "office") -> None:
        for number in numbers:
            self.sim.world(vendor).add_device(mac(number, vendor), USER, server)

    def run(
        self,
        hosts: Mapping[str, Mapping[str, Any]],
        mode: str = PROVISION,
        scope: Mapping[str, Any] | None = None,
        accounts: Mapping[str, Any] | None = None,
        vendors: Sequence[str] = ("htek", "yealink"),
        **values: Any,
    ) -> FleetRun:
        self.sim.reset_log()
        logins = {
            vendor: {
                "vendor": vendor,
                "api_url": self.sim.url(vendor),
                "api_username": USER,
                "api_password": PASSWORD,
                "retries": 0,
                **(accounts or {}).get(vendor, {}),
            }
            for vendor in vendors
        }
        servers = [{"name": "office", "account": vendor, "url": OFFICE} for vendor in vendors]
        given = {"rps_accounts": logins, "rps_servers": servers, **values}
        fleet = parse_fleet(hosts, given, {}, mode == RELEASE)
        about = {"mode": mode, "check_mode": False, "phones": len(hosts), "why_partial": None, **(scope or {})}
        return run_fleet(fleet, Scope(**about), lambda *told: self.progress.append(told))

    def device_writes(self) -> list[str]:
        return [call.method for call in self.sim.writes() if call.method != "addServer"]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(_redaction, "_ROUNDS", 1)
    with Simulator() as sim:
        for vendor in sim.vendors:
            sim.add_account(vendor, USER, PASSWORD)
            sim.world(vendor).add_server(USER, "office", OFFICE)
        yield Bench(sim)
        sim.assert_clean()


def outcomes(told: FleetRun) -> dict[str, str]:
    return {host: entry["outcome"] for run in told.runs for host, entry in run.hosts.items()}


def test_both_accounts_are_written_and_every_host_has_its_entry(bench: Bench) -> None:
    told = bench.run({"desk": phone(1), "hall": phone(1, "htek")})
    assert outcomes(told) == {"desk": "changed", "hall": "changed"}
    assert (told.warnings, told.errors) == ([], [])
    assert {
        run.account.name: run.hosts[host]["mac"] for run, host in zip(told.runs, ("hall", "desk"), strict=True)
    } == {
        "htek": mac(1, "htek"),
        "yealink": mac(1),
    }
    assert ("yealink", "read", 1, 1) in bench.progress
    assert ("yealink", "written", 1, 1) in bench.progress
    assert outcomes(bench.run({"desk": phone(1), "hall": phone(1, "htek")})) == {
        "desk": "in_sync",
        "hall": "unverifiable",
    }


def test_check_mode_and_a_drift_run_write_nothing_and_tell_the_same_plan(bench: Bench) -> None:
    hosts = {"desk": phone(1), "hall": phone(1, "htek")}
    checked = bench.run(hosts, scope={"check_mode": True})
    assert bench.sim.writes() == []
    drift = bench.run(hosts, DRIFT)
    assert bench.sim.writes() == []
    assert outcomes(checked) == outcomes(drift) == {"desk": "would_change", "hall": "would_change"}
    plans = [[run.result["plan"] for run in told.runs] for told in (checked, drift, bench.run(hosts))]
    assert plans[0] == plans[1] == plans[2]


def test_release_removes_what_the_play_holds_and_adds_no_server(bench: Bench) -> None:
    bench.hold(1, 2)
    told = bench.run({"desk": phone(1)}, RELEASE)
    assert outcomes(told) == {"desk": "changed"}
    assert [call.method for call in bench.sim.writes()] == ["deRegisterDevice"]
    assert {device.mac for device in bench.sim.world("yealink").devices()} == {mac(2)}
    assert [run.account.name for run in told.runs] == ["yealink"]


SIZES: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "nobody said the size": ({}, {}, "set rps_fleet_size: 2 as an extra variable."),
    "another size": ({"rps_fleet_size": 3}, {}, "the play holds 2 of 3 phones"),
    "a part": ({"rps_fleet_size": 2}, {"why_partial": "the run is limited (--limit)"}, "the run is limited (--limit)"),
    "the whole": ({"rps_fleet_size": 2, "rps_purge_limit": 1}, {}, None),
    "over the limit": ({"rps_fleet_size": 2}, {}, "the limit is 0 (10% of 3 devices listed)"),
}


@pytest.mark.parametrize("case", SIZES)
def test_purge_needs_the_whole_fleet_and_its_limit(bench: Bench, case: str) -> None:
    values, scope, refusal = SIZES[case]
    bench.hold(1, 2, 3)
    told = bench.run({"desk": phone(1), "lobby": phone(2)}, scope=scope, rps_purge=True, **values)
    if refusal is None:
        assert bench.device_writes() == ["deRegisterDevice"]
        assert "yealink: purged: 001565000003." in told.messages
        return
    assert bench.device_writes() == []
    assert any(refusal in text for text in [*told.warnings, *told.errors]), (told.warnings, told.errors)


def test_a_purge_is_announced_in_check_mode_and_a_long_list_is_cut(bench: Bench) -> None:
    bench.hold(*range(1, 20))
    told = bench.run(
        {"desk": phone(1)}, scope={"check_mode": True}, rps_purge=True, rps_fleet_size=1, rps_purge_limit=18
    )
    assert any(
        text.startswith("yealink: would be purged: 001565000002, ") and text.endswith(" and 8 more.")
        for text in told.messages
    )
    assert bench.sim.writes() == []


def test_an_account_without_phones_in_the_play_is_not_purged_and_that_is_said(bench: Bench) -> None:
    bench.hold(1, vendor="htek")
    told = bench.run({"desk": phone(1)}, rps_purge=True, rps_fleet_size=1)
    assert any("htek: not purged" in text for text in told.warnings)
    assert bench.sim.world("htek").device(mac(1, "htek")) is not None


def absent(count: int, held: int = 20) -> dict[str, dict[str, Any]]:
    return {
        f"desk-{number}": phone(number, rps_state="absent" if number <= count else "present")
        for number in range(1, held + 1)
    }


@pytest.mark.parametrize(
    ("count", "values", "scope", "allowed"),
    [
        (2, {}, {}, True),
        (3, {}, {}, False),
        (3, {"rps_purge_limit": 3}, {}, True),
        (3, {"rps_fleet_size": 20}, {}, True),
        (3, {"rps_fleet_size": 21}, {}, False),
        (2, {}, {"removed": {"yealink": (1, 20)}}, False),
        (0, {}, {"removed": {"yealink": (9, 20)}}, True),
    ],
)
def test_host_vars_remove_no_more_than_the_limit_in_a_whole_run(
    bench: Bench, count: int, values: dict[str, Any], scope: dict[str, Any], allowed: bool
) -> None:
    bench.hold(*range(1, 21))
    told = bench.run(absent(count), scope=scope, **values)
    removed = 20 - len(bench.sim.world("yealink").devices(USER))
    assert removed == (count if allowed else 0)
    if not allowed:
        text = "\n".join(told.warnings)
        assert "Refused by the guard rps_fleet_size: deregistering" in text
        assert f"or set rps_purge_limit: {count + scope.get('removed', {}).get('yealink', (0, 0))[0]}" in text
        assert set(outcomes(told).values()) == {"not_attempted", "in_sync"}


def test_a_guard_of_one_account_stops_the_writes_of_all_and_names_it(bench: Bench) -> None:
    bench.hold(*range(1, 21))
    told = bench.run({**absent(3), "hall": phone(1, "htek")})
    assert bench.device_writes() == []
    assert any(text.startswith("Account yealink: Refused by the guard") for text in told.warnings)
    assert outcomes(told)["hall"] == "not_attempted"


def test_a_guard_that_refuses_several_accounts_for_one_reason_names_them_all(bench: Bench) -> None:
    bench.hold(1, 2)
    bench.hold(1, vendor="htek")
    told = bench.run({"desk": phone(1), "hall": phone(1, "htek")}, rps_purge=True)
    assert told.errors == [
        "Accounts htek, yealink: Refused by the guard rps_fleet_size: purge needs the whole fleet in one play, and "
        "nobody said outside the inventory how many phones the fleet has. Nothing was written. If the 2 of this play "
        "are all, set rps_fleet_size: 2 as an extra variable."
    ]


def test_a_device_whose_purge_was_refused_is_counted_once(bench: Bench) -> None:
    bench.hold(1, 2, 3)
    told = bench.run({"desk": phone(1)}, rps_purge=True, vendors=("yealink",))
    assert "yealink: 1 phone and 2 undeclared devices: 1 in sync, 2 not attempted." in told.messages
    assert told.runs[0].result["summary"]["unmanaged"] == 2


def test_one_phone_is_not_told_as_many(bench: Bench) -> None:
    bench.hold(1)
    told = bench.run(absent(1), rps_purge_limit="0")
    assert any("deregistering 1 phone, more than rps_purge_limit allows (0, here 0)," in text for text in told.warnings)


@pytest.mark.parametrize(
    ("found", "variables", "said"),
    [
        ("office", {"rps_server": "other"}, "add its server to rps_servers, or set rps_unique_url."),
        (
            "office",
            {"rps_server": "other", "rps_force": True},
            "add this server to rps_servers or in the vendor's portal",
        ),
    ],
)
def test_a_phone_of_the_role_is_told_about_the_roles_variables(
    bench: Bench, found: str, variables: dict[str, Any], said: str
) -> None:
    bench.hold(1, server=found)
    (entry,) = bench.run({"desk": phone(1, **variables)}).runs[-1].hosts.values()
    assert said in entry["msg"]
    assert "server_url" not in entry["msg"]
    assert "module" not in entry["msg"]


def test_a_guard_is_a_warning_in_a_drift_run(bench: Bench) -> None:
    bench.hold(*range(1, 21))
    told = bench.run(absent(3), DRIFT)
    assert any("Refused by the guard rps_fleet_size" in text for text in told.warnings)
    assert outcomes(told)["desk-1"] == "would_change"


def test_an_account_that_nobody_approved_is_not_written_beside_one_that_was(bench: Bench) -> None:
    hosts = {"desk": phone(1), "hall": phone(1, "htek")}
    plans = {run.account.name: run.result["plan"] for run in bench.run(hosts, scope={"check_mode": True}).runs}
    told = bench.run(hosts, rps_expect_plan={"htek": plans["htek"]})
    assert bench.sim.writes() == []
    assert any(f"add yealink: {plans['yealink']} to rps_expect_plan" in text for text in told.warnings)
    assert outcomes(bench.run(hosts, rps_expect_plan=plans)) == {"desk": "changed", "hall": "changed"}


def test_an_account_that_cannot_be_reached_fails_its_own_phones_only(bench: Bench) -> None:
    accounts = {"htek": {"api_url": "http://127.0.0.1:9/"}}
    told = bench.run({"desk": phone(1), "hall": phone(1, "htek")}, accounts=accounts)
    assert outcomes(told) == {"desk": "changed", "hall": "not_attempted"}
    assert any(text.startswith("Account htek: ") for text in told.warnings)
    assert told.errors == []


def test_an_account_that_cannot_be_reached_and_has_no_phone_here_is_an_error_of_the_run(bench: Bench) -> None:
    told = bench.run({"desk": phone(1)}, accounts={"htek": {"api_url": "http://127.0.0.1:9/"}})
    assert outcomes(told) == {"desk": "changed"}
    assert any(text.startswith("Account htek: ") for text in told.errors)


def test_a_conflict_is_no_failure_of_a_drift_run_and_says_what_to_set(bench: Bench) -> None:
    bench.sim.add_account("yealink", "other", "theirs")
    bench.sim.world("yealink").add_device(mac(1), "other", None)
    for mode, failed in ((DRIFT, False), (PROVISION, True)):
        (entry,) = [run.hosts["desk"] for run in bench.run({"desk": phone(1)}, mode).runs if run.hosts]
        assert (entry["outcome"], entry["failed"]) == ("conflict", failed)
        assert "set rps_override: true" in entry["msg"]


def test_servers_that_were_added_refused_or_have_no_call_are_told(bench: Bench) -> None:
    more = [{"name": name, "account": "yealink", "url": f"https://{name}.example.com/"} for name in ("new", "a" * 21)]
    told = bench.run({"desk": phone(1)}, rps_servers=[*more, {"name": "office", "account": "yealink", "url": OFFICE}])
    assert "yealink: server 'new' was added." in told.messages
    assert any("has 21 characters" in text for text in told.warnings)
    bench.sim.options.disabled_methods = {"addServer"}
    told = bench.run({"hall": phone(2, "htek")})
    assert any(text.startswith("htek: Server 'office' was not created: ") for text in told.warnings)
    bench.sim.options.disabled_methods = set()
    bench.sim.faults.append(Fault(method="addServer", kind="text", text="Error:The url is too long"))
    told = bench.run(
        {"desk": phone(3, rps_server="fourth")}, rps_servers=[{"name": "fourth", "account": "yealink", "url": OFFICE}]
    )
    assert any("Server 'fourth' was refused: " in text for text in told.errors)


def test_only_what_points_at_the_named_servers_is_purged_and_ignored_phones_are_left(bench: Bench) -> None:
    bench.sim.world("yealink").add_server(USER, "branch", "https://branch.example.com/")
    bench.hold(1, 2, 0xAA0001)
    bench.hold(3, server="branch")
    hosts = {"desk": phone(1)}
    values = {"rps_purge": True, "rps_fleet_size": 1, "rps_purge_limit": 9, "rps_ignore": ["001565aa"]}
    told = bench.run(hosts, vendors=["yealink"], rps_purge_servers=["office"], **values)
    assert {device.mac for device in bench.sim.world("yealink").devices()} == {mac(1), mac(3), mac(0xAA0001)}
    (run,) = [run for run in told.runs if run.account.name == "yealink"]
    assert [item["mac"] for item in run.purged] == [mac(2)]
    assert run.result["unmanaged"] == [mac(3)]
    assert (run.removed, run.listed) == (0, (mac(1), mac(2), mac(3), mac(0xAA0001)))


def test_a_purged_phone_that_the_service_refuses_to_give_up_is_an_error_of_the_run(bench: Bench) -> None:
    bench.hold(1, 2)
    bench.sim.faults.append(Fault(method="deRegisterDevice", times=9, kind="wrong_shape"))
    bench.sim.faults.append(Fault(method="deRegisterDevices", times=9, kind="wrong_shape"))
    told = bench.run({"desk": phone(1)}, rps_purge=True, rps_fleet_size=1, rps_purge_limit=1)
    assert any(mac(2) in text for text in told.errors), told.errors
    assert outcomes(told) == {"desk": "in_sync"}
