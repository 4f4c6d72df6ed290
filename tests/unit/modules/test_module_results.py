# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules for devices return and do, each service with what it can; check mode, diff, filters, guards."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from simulator import Fault, Simulator, read_methods
from support.modules import ModuleRunner
from support.phones import BRANCH, OFFICE, OTHER_USER, USER, WRONG, mac
from support.runs import vendors as chosen

MAC, SECOND, FOREIGN = mac(1), mac(2), mac(255)
WITHOUT_LIST = set(chosen(lambda vendor: not vendor.lists_account))
WITHOUT_URL = set(chosen(lambda vendor: not vendor.reads_url))
# What a service needs to register a phone.
PHONE: dict[str, dict[str, Any]] = {
    vendor: {"mac": mac(1, vendor), "server": "office", "server_url": OFFICE} for vendor in VENDORS
}
for with_serial in chosen(lambda vendor: vendor.needs_serial):
    PHONE[with_serial]["serial"] = "0012"
vendors = pytest.mark.parametrize("vendor", VENDORS)
listing = pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if vendor not in WITHOUT_LIST])


def add(sim: Simulator, vendor: str, number: int, account: str = USER, server: str = "office") -> str:
    """Put a phone on an account -> its MAC."""
    world = sim.world(vendor)
    urls = {"office": OFFICE, "branch": BRANCH}
    if VENDORS[vendor].binds_to == "url":
        name = server if VENDORS[vendor].stores_name else None
        world.add_device(mac(number, vendor), account, name, urls.get(server))
    else:
        world.add_device(mac(number, vendor), account, server)
    return mac(number, vendor)


# One phone.


@vendors
def test_a_phone_is_registered_once_and_then_in_sync(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    first = run("rps_device", vendor, diff=True, **PHONE[vendor])
    readable = vendor not in WITHOUT_URL
    assert not first.failed, first.msg
    assert (first["action"], first["outcome"], first["reason"], first["changed"]) == ("register", "changed", None, True)
    assert first["verified"] is readable
    assert first["device"] == first["after"] == {
        "mac": mac(1, vendor),
        "status": "registered",
        "server": "office",
        "url": OFFICE if readable else None,
        "last_contact": None,
    }  # fmt: skip
    assert first["before"] == {
        "mac": mac(1, vendor), "status": "unknown", "server": None, "url": None, "last_contact": None
    }  # fmt: skip
    assert first["calls"] == sim.count()
    second = run("rps_device", vendor, **PHONE[vendor])
    assert not second["changed"]
    assert not second.failed
    assert (second["outcome"], second["reason"]) == (
        ("in_sync", None) if readable else ("unverifiable", "url_not_readable")
    )
    assert "diff" not in second.result


def test_the_diff_has_the_mac_in_its_headers(run: ModuleRunner) -> None:
    diff = run("rps_device", diff=True, **PHONE["yealink"])["diff"]
    assert diff["before_header"] == diff["after_header"] == "00:15:65:00:00:01"
    assert (diff["before"]["status"], diff["after"]["status"]) == ("unknown", "registered")


@pytest.mark.parametrize("vendor", chosen(lambda vendor: vendor.last_contact))
def test_the_last_contact_is_shown_by_services_that_report_it(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    address = add(sim, vendor, 1)
    sim.world(vendor).touch(address, "2026-03-04T05:06:07Z")
    outcome = run("rps_device", vendor, **PHONE[vendor])
    assert outcome["device"]["last_contact"] == "2026-03-04T05:06:07Z"


@pytest.mark.parametrize("notation", [MAC, "00-15-65-00-00-01", "00 15 65 00 00 01", "00:15:65:00:00:01"])
def test_every_documented_notation_is_taken(run: ModuleRunner, sim: Simulator, notation: str) -> None:
    assert run("rps_device", mac=notation, server="office")["device"]["mac"] == MAC
    assert sim.world("yealink").device(MAC) is not None


@vendors
def test_a_phone_is_deregistered_once(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    address = add(sim, vendor, 1)
    gone = run("rps_device", vendor, mac=address, state="absent")
    assert (gone["action"], gone["outcome"], gone["verified"]) == ("deregister", "changed", True)
    again = run("rps_device", vendor, mac=address, state="absent")
    assert (again["action"], again["outcome"], again["changed"]) == ("none", "in_sync", False)


@pytest.mark.parametrize("vendor", chosen(lambda vendor: vendor.shows_foreign))
def test_a_phone_of_another_account_is_a_conflict_and_an_error(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    add(sim, vendor, 1, OTHER_USER, "theirs")
    outcome = run("rps_device", vendor, **PHONE[vendor])
    assert outcome.failed
    assert (outcome["outcome"], outcome["reason"]) == ("conflict", "owned_elsewhere")


def test_override_takes_a_phone_over(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "htek", 1, OTHER_USER, "theirs")
    taken = run("rps_device", "htek", **PHONE["htek"], override=True)
    assert (taken["action"], taken["outcome"], taken.failed) == ("take_over", "changed", False)


def test_a_move_that_reads_back_wrong_names_both_urls(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 1, server="branch")
    outcome = run("rps_device", mac=MAC, server="office", server_url=WRONG)
    assert outcome.failed
    assert outcome["reason"] == "wrong_url"
    assert OFFICE in outcome.msg
    assert WRONG in outcome.msg
    assert outcome["changed"]  # it was moved, although not to where it should be


def test_a_phone_without_a_serial_number_cannot_be_added_to_ymcs(run: ModuleRunner, sim: Simulator) -> None:
    phone = {key: value for key, value in PHONE["ymcs"].items() if key != "serial"}
    for check in (True, False):
        outcome = run("rps_device", "ymcs", check=check, **phone)
        assert (outcome.failed, outcome["outcome"], outcome["reason"]) == (True, "failed", "serial_missing")
        assert (outcome["action"], outcome["changed"]) == ("register", False)
    assert sim.writes() == []


# Many phones.


def test_many_phones_come_back_in_order_with_a_summary(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 2, server="branch")
    add(sim, "yealink", 255, OTHER_USER, "theirs")
    unmanaged = add(sim, "yealink", 170)
    devices = [{"mac": address, "server": "office", "server_url": OFFICE} for address in (FOREIGN, SECOND, MAC)]
    outcome = run("rps_devices", devices=devices, diff=True)
    assert outcome.failed
    assert [(item["mac"], item["outcome"], item["reason"]) for item in outcome["devices"]] == [
        (FOREIGN, "conflict", "owned_elsewhere"),
        (SECOND, "changed", None),
        (MAC, "changed", None),
    ]
    assert set(outcome["devices"][0]) == {
        "mac", "action", "outcome", "reason", "changed", "failed", "verified", "before", "after", "msg",
    }  # fmt: skip
    assert outcome["summary"] == {
        "in_sync": 0, "would_change": 0, "changed": 2, "unverifiable": 0, "conflict": 1, "failed": 0, "unknown": 0,
        "not_attempted": 0, "declared": 3, "unmanaged": 1,
    }  # fmt: skip
    assert outcome["unmanaged"] == [unmanaged]
    assert outcome["plan"].startswith("sha256:")
    assert set(outcome["diff"]["after"]) == {SECOND, MAC}
    assert outcome["changed"]
    assert outcome["calls"] == sim.count()
    assert not any("redirect" in name for name in outcome["calls"])


@vendors
def test_phones_of_every_service_are_reconciled_and_then_in_sync(
    run: ModuleRunner, sim: Simulator, vendor: str
) -> None:
    phones = [{**PHONE[vendor], "mac": mac(number, vendor)} for number in range(1, 6)]
    add(sim, vendor, 2, server="branch")
    add(sim, vendor, 9)
    gone = [{"mac": mac(9, vendor), "state": "absent"}]
    first = run("rps_devices", vendor, devices=phones + gone)
    assert not first.failed, first.msg
    moved = "unverifiable" if vendor in WITHOUT_URL else "changed"
    assert [item["outcome"] for item in first["devices"]] == ["changed", moved, *["changed"] * 4]
    second = run("rps_devices", vendor, devices=phones + gone)
    assert not second["changed"]
    assert not second.failed


def test_an_account_that_cannot_be_listed_has_null_for_what_is_unmanaged(run: ModuleRunner) -> None:
    outcome = run("rps_devices", "snom", devices=[PHONE["snom"]])
    assert (outcome["unmanaged"], outcome["summary"]["unmanaged"]) == (None, None)


def test_failing_phones_leave_the_task_green_if_they_are_only_reported(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 1, OTHER_USER, "theirs")
    outcome = run("rps_devices", devices=[PHONE["yealink"]], on_device_error="report")
    assert not outcome.failed
    assert outcome["devices"][0]["failed"]
    assert outcome["summary"]["conflict"] == 1


def test_what_stops_the_run_fails_it_even_if_failures_are_only_reported(run: ModuleRunner, sim: Simulator) -> None:
    sim.faults.add(Fault("status", status=401))
    outcome = run("rps_devices", devices=[PHONE["yealink"]], on_device_error="report")
    assert outcome.failed
    assert (outcome["devices"][0]["outcome"], outcome["devices"][0]["reason"]) == ("not_attempted", "login_refused")


@listing
def test_purge_and_its_limit(run: ModuleRunner, sim: Simulator, vendor: str) -> None:
    for number in range(100, 110):
        add(sim, vendor, number)
    refused = run("rps_devices", vendor, devices=[PHONE[vendor]], purge=True)
    assert refused.failed
    assert sim.writes() == []
    assert {(item["outcome"], item["reason"]) for item in refused["devices"]} == {
        ("not_attempted", "guard_purge_limit")
    }
    done = run("rps_devices", vendor, devices=[PHONE[vendor]], purge=True, purge_limit=10)
    assert not done.failed, done.msg
    assert len(done["devices"]) == 11
    assert done["unmanaged"] == []
    assert len(sim.world(vendor).devices(USER)) == 1


def test_purge_is_narrowed_to_servers_and_an_empty_list_of_them_purges_nothing(
    run: ModuleRunner, sim: Simulator
) -> None:
    kept, purged = add(sim, "yealink", 100, server="branch"), add(sim, "yealink", 101)
    options: dict[str, Any] = {"devices": [PHONE["yealink"]], "purge": True, "purge_limit": 5}
    none = run("rps_devices", **options, purge_servers=[])
    assert len(none["devices"]) == 1
    some = run("rps_devices", **options, purge_servers=["office"])
    assert [item["mac"] for item in some["devices"]] == [MAC, purged]
    assert some["unmanaged"] == [kept]


def test_what_is_ignored_is_neither_purged_nor_counted(run: ModuleRunner, sim: Simulator) -> None:
    kept = add(sim, "yealink", 100)
    outcome = run("rps_devices", devices=[PHONE["yealink"]], purge=True, purge_limit=5, ignore=["00:15:65:00:00:64"])
    assert outcome["unmanaged"] == []
    assert sim.world("yealink").device(kept) is not None


def test_the_plan_of_a_check_is_the_plan_of_the_run(run: ModuleRunner) -> None:
    devices = [PHONE["yealink"]]
    check = run("rps_devices", check=True, devices=devices)
    stale = run("rps_devices", devices=devices, expect_plan="sha256:" + "0" * 64)
    assert stale.failed
    assert stale["devices"][0]["reason"] == "guard_expect_plan"
    assert check["plan"] in stale.msg
    done = run("rps_devices", devices=devices, expect_plan=check["plan"])
    assert (done["plan"], done["changed"], done.failed) == (check["plan"], True, False)


def test_a_batch_is_as_large_as_it_may_be(run: ModuleRunner, sim: Simulator) -> None:
    devices = [{**PHONE["htek"], "mac": mac(number, "htek")} for number in range(1, 8)]
    run("rps_devices", "htek", devices=devices, batch_size=3)
    sizes = [len(call.phones) for call in sim.writes()]
    assert sum(sizes) == 7
    assert max(sizes) == 3


def test_an_empty_list_without_purge_changes_nothing(run: ModuleRunner, sim: Simulator) -> None:
    outcome = run("rps_devices", devices=[])
    assert (outcome.failed, outcome["changed"], outcome["devices"]) == (False, False, [])
    assert sim.writes() == []


# Reading.


def test_info_shows_the_devices_asked_for_or_all(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 2)
    sim.world("yealink").add_device(MAC, USER, "office", "https://one.example.com/t0ken?k=v3rysecret")
    add(sim, "yealink", 255, OTHER_USER, "theirs")
    asked = run("rps_device_info", mac=[FOREIGN, "00:15:65:00:00:02"])
    assert [(item["mac"], item["status"], item["url"]) for item in asked["devices"]] == [
        (FOREIGN, "registered_elsewhere", None),
        (SECOND, "registered", OFFICE),
    ]
    everything = run("rps_device_info", check=True)
    assert [item["mac"] for item in everything["devices"]] == [MAC, SECOND]
    assert "https://one.example.com/t0ken?" in everything["devices"][0]["url"]
    assert "v3rysecret" not in everything.output
    assert not everything["changed"]


def test_an_empty_list_of_macs_asks_for_none(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 1)
    assert run("rps_device_info", mac=[])["devices"] == []


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"statuses": [], "redirected_to": []}, [1, 2, 3]),
        ({"statuses": ["unregistered"]}, [3]),
        ({"statuses": "registered,unregistered"}, [1, 2, 3]),
        ({"statuses": ["registered_elsewhere"]}, []),
        ({"redirected_to": ["HTTPS://Office.example.com"]}, [1]),
        ({"redirected_to": [OFFICE, BRANCH]}, [1, 2]),
        ({"redirected_to": [OFFICE], "statuses": ["unregistered"]}, []),
        ({"redirected_to": [BRANCH], "mac": [MAC, SECOND]}, [2]),
    ],
)
def test_info_filters_by_status_and_by_redirect_url(
    run: ModuleRunner, sim: Simulator, filters: dict[str, Any], numbers: list[int]
) -> None:
    add(sim, "yealink", 1)
    add(sim, "yealink", 2, server="branch")
    sim.world("yealink").add_device(mac(3), USER)
    outcome = run("rps_device_info", **filters)
    assert [item["mac"] for item in outcome["devices"]] == [mac(number) for number in numbers]


def test_info_returns_the_devices_that_could_be_read(run: ModuleRunner, sim: Simulator) -> None:
    add(sim, "yealink", 1)
    sim.faults.add(Fault("text", text="Error:no such thing", method="checkDeviceExt", mac=SECOND))
    outcome = run("rps_device_info", mac=[MAC, SECOND])
    assert outcome.failed
    assert [device["mac"] for device in outcome["devices"]] == [MAC]
    assert "1 of 2 devices" in outcome.msg
    assert "00:15:65:00:00:02" in outcome.msg
    assert "Error:no such thing" in outcome.msg


# Check mode.


@vendors
@pytest.mark.parametrize("module", ["rps_device", "rps_devices"])
def test_check_mode_sends_reads_only(run: ModuleRunner, sim: Simulator, module: str, vendor: str) -> None:
    sim.options.read_only = True
    add(sim, vendor, 1, server="branch")
    options = PHONE[vendor] if module == "rps_device" else {"devices": [PHONE[vendor]]}
    outcome = run(module, vendor, check=True, diff=True, **options)
    assert not outcome.failed
    sim.assert_clean()
    assert {call.method for call in sim.calls()} <= read_methods()


@pytest.mark.parametrize("force", [False, True])
def test_check_mode_of_a_phone_predicts_the_run(run: ModuleRunner, sim: Simulator, force: bool) -> None:
    add(sim, "htek", 1, server="branch")
    phone: dict[str, Any] = {"mac": mac(1, "htek"), "server": "office", "force": force}
    check = run("rps_device", "htek", check=True, diff=True, **phone)
    done = run("rps_device", "htek", diff=True, **phone)
    assert check["action"] == done["action"] == ("move" if force else "none")
    assert check["outcome"] == ("would_change" if force else "unverifiable")
    assert (check["changed"], check["verified"]) == (force, False)
    assert check["diff"] == done["diff"]


# Warnings.


def test_phones_of_another_vendor_and_long_server_names_are_warnings(run: ModuleRunner, sim: Simulator) -> None:
    name = "a very long server name"
    sim.world("yealink").add_server(USER, name, OFFICE)
    devices = [{"mac": mac(number, "snom"), "server": name} for number in (1, 2)]
    outcome = run("rps_devices", devices=devices)
    assert not outcome.failed, outcome.msg
    long_name, prefix = map(str, outcome["warnings"])
    assert "20" in long_name
    assert "2 phones" in prefix
    assert "Snom" in prefix


def test_a_call_that_an_account_may_not_use_is_reported_once(run: ModuleRunner, sim: Simulator) -> None:
    sim.options.disabled_methods = {"checkDeviceExt"}
    add(sim, "yealink", 1)
    add(sim, "yealink", 2)
    outcome = run("rps_devices", devices=[PHONE["yealink"], {**PHONE["yealink"], "mac": SECOND}])
    assert [item["reason"] for item in outcome["devices"]] == ["url_not_readable"] * 2
    (warning,) = outcome["warnings"]
    assert "checkDeviceExt" in str(warning)
