# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as processes against the simulator: results, check mode, diff, environment, errors."""

from __future__ import annotations

import json
import pathlib
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from simulator import Fault, Simulator

OFFICE, BRANCH, WRONG = "https://office.example.com/", "https://branch.example.com/", "https://wrong.example.com/"
MAC, SECOND, FOREIGN = "001565000001", "001565000002", "0015650000ff"
READS = {"listDevices", "checkDevice", "checkDeviceExt"}
KEYS = {
    "rps_server": {"server", "changed", "verified", "calls"},
    "rps_device": {"device", "before", "action", "outcome", "changed", "verified", "calls"},
    "rps_devices": {"devices", "summary", "unmanaged", "plan", "calls", "changed"},
    "rps_device_info": {"devices", "calls", "changed"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "rps_server": {"name": "new", "url": "https://new.example.com/"},
    "rps_device": {"mac": MAC, "server": "office", "server_url": OFFICE},
    "rps_devices": {"devices": [{"mac": MAC, "server": "office", "server_url": OFFICE}]},
    "rps_device_info": {"mac": [MAC]},
}
modules = pytest.mark.parametrize("module", sorted(OPTIONS))
vendors = pytest.mark.parametrize("vendor", ["yealink", "htek"])


# What they do.


@vendors
def test_a_phone_is_registered_once_and_then_in_sync(run: Any, sim: Any, vendor: str) -> None:
    first = run("rps_device", vendor, diff=True, **OPTIONS["rps_device"])
    url = OFFICE if vendor == "yealink" else None
    assert not first.failed
    assert (first["action"], first["outcome"], first["changed"]) == ("register", "changed", True)
    assert first["verified"] is (vendor == "yealink")
    assert first["device"] == {"mac": MAC, "status": "registered", "server": "office", "url": url}
    assert first["before"] == {"mac": MAC, "status": "unknown", "server": None, "url": None}
    assert first["diff"] == {"before": first["before"], "after": first["device"]}
    assert first["calls"] == sim.count()
    second = run("rps_device", vendor, **OPTIONS["rps_device"])
    assert not second["changed"]
    assert not second.failed
    assert second["outcome"] == ("in_sync" if vendor == "yealink" else "unverifiable")
    assert second["device"]["server"] == "office"
    assert "diff" not in second.result


@pytest.mark.parametrize("notation", [MAC, "00-15-65-00-00-01", "00 15 65 00 00 01", "00:15:65:00:00:01"])
def test_every_documented_notation_is_taken(run: Any, sim: Any, notation: str) -> None:
    assert run("rps_device", mac=notation, server="office")["device"]["mac"] == MAC
    assert sim.world("yealink").device(MAC) is not None


def test_a_phone_of_another_account_is_a_conflict_and_an_error(run: Any, sim: Any) -> None:
    sim.world("yealink").add_device(MAC, "other", "theirs")
    outcome = run("rps_device", **OPTIONS["rps_device"])
    assert outcome.failed
    assert outcome["outcome"] == "conflict"
    assert "override" in outcome.msg
    assert MAC in outcome.msg
    taken = run("rps_device", **OPTIONS["rps_device"], override=True)
    assert (taken["action"], taken["outcome"], taken.failed) == ("take_over", "changed", False)


def test_a_move_that_reads_back_wrong_names_both_urls(run: Any, sim: Any) -> None:
    sim.world("yealink").add_device(MAC, "me", "branch")
    outcome = run("rps_device", mac=MAC, server="office", server_url=WRONG)
    assert outcome.failed
    assert OFFICE in outcome.msg
    assert WRONG in outcome.msg
    assert "no call to edit a server" in outcome.msg
    assert outcome["changed"]  # it was moved, although not to where it should be


def test_a_server_is_added_once(run: Any, sim: Any) -> None:
    first = run("rps_server", **OPTIONS["rps_server"])
    assert (first["changed"], first["verified"]) == (True, True)
    assert first["server"] == {"name": "new", "url": "https://new.example.com/"}
    second = run("rps_server", **OPTIONS["rps_server"])
    assert (second["changed"], second["verified"], second.failed) == (False, False, False)
    assert any("could not be read" in str(text) or "not verified" in str(text) for text in second["warnings"])


def test_htek_without_add_server_is_a_plain_error(run: Any, sim: Any) -> None:
    sim.options.disabled_methods = {"addServer"}
    outcome = run("rps_server", "htek", **OPTIONS["rps_server"])
    assert outcome.failed
    assert "no call addServer" in outcome.msg
    assert "portal" in outcome.msg


def test_many_phones_come_back_in_order_with_a_summary(run: Any, sim: Any) -> None:
    world = sim.world("yealink")
    world.add_device(SECOND, "me", "branch")
    world.add_device(FOREIGN, "other", "theirs")
    world.add_device("0015650000aa", "me", "office")
    devices = [
        {"mac": FOREIGN, "server": "office", "server_url": OFFICE},
        {"mac": SECOND, "server": "office", "server_url": OFFICE},
        {"mac": MAC, "server": "office", "server_url": OFFICE},
    ]
    outcome = run("rps_devices", devices=devices, diff=True)
    assert outcome.failed
    assert [(item["mac"], item["outcome"]) for item in outcome["devices"]] == [
        (FOREIGN, "conflict"),
        (SECOND, "changed"),
        (MAC, "changed"),
    ]
    assert set(outcome["devices"][0]) == {
        "mac", "action", "outcome", "changed", "failed", "verified", "before", "after", "msg",
    }  # fmt: skip
    assert outcome["summary"] == {
        "in_sync": 0, "would_change": 0, "changed": 2, "unverifiable": 0, "conflict": 1, "failed": 0, "unknown": 0,
        "not_attempted": 0, "declared": 3, "unmanaged": 1,
    }  # fmt: skip
    assert outcome["unmanaged"] == ["0015650000aa"]
    assert outcome["plan"].startswith("sha256:")
    assert set(outcome["diff"]["after"]) == {SECOND, MAC}
    assert outcome["changed"]
    assert outcome["calls"] == sim.count()
    assert not any("redirect" in name for name in outcome["calls"])


def test_failing_phones_leave_the_task_green_where_they_are_only_reported(run: Any, sim: Any) -> None:
    sim.world("yealink").add_device(MAC, "other", "theirs")
    outcome = run("rps_devices", **OPTIONS["rps_devices"], on_device_error="report")
    assert not outcome.failed
    assert outcome["devices"][0]["failed"]
    assert outcome["summary"]["conflict"] == 1


def test_what_stops_the_run_fails_it_even_where_failures_are_only_reported(run: Any, sim: Any) -> None:
    sim.faults.add(Fault("status", status=401))
    outcome = run("rps_devices", **OPTIONS["rps_devices"], on_device_error="report")
    assert outcome.failed
    assert outcome["devices"][0]["outcome"] == "not_attempted"


def test_purge_and_its_limit(run: Any, sim: Any) -> None:
    for number in range(10):
        sim.world("yealink").add_device(f"0015650001{number:02d}", "me", "office")
    refused = run("rps_devices", **OPTIONS["rps_devices"], purge=True)
    assert refused.failed
    assert "purge_limit" in refused.msg
    assert sim.writes() == []
    assert {item["outcome"] for item in refused["devices"]} == {"not_attempted"}
    done = run("rps_devices", **OPTIONS["rps_devices"], purge=True, purge_limit=10)
    assert not done.failed
    assert len(done["devices"]) == 11
    assert done["unmanaged"] == []
    assert len(sim.world("yealink").devices("me")) == 1


def test_the_plan_of_a_check_is_the_plan_of_the_run(run: Any, sim: Any) -> None:
    check = run("rps_devices", check=True, **OPTIONS["rps_devices"])
    stale = run("rps_devices", **OPTIONS["rps_devices"], expect_plan="sha256:" + "0" * 64)
    assert stale.failed
    assert check["plan"] in stale.msg
    done = run("rps_devices", **OPTIONS["rps_devices"], expect_plan=check["plan"])
    assert (done["plan"], done["changed"], done.failed) == (check["plan"], True, False)


def test_info_shows_the_devices_asked_for_or_all(run: Any, sim: Any) -> None:
    world = sim.world("yealink")
    world.add_device(SECOND, "me", "office")
    world.add_device(MAC, "me", "office", "https://one.example.com/t0ken?k=v3rysecret")
    world.add_device(FOREIGN, "other", "theirs")
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


def test_an_empty_list_of_macs_asks_for_none(run: Any, sim: Any) -> None:
    assert run("rps_device_info", mac=[])["devices"] == []


def test_info_tells_the_devices_that_could_be_read_when_another_could_not(run: Any, sim: Any) -> None:
    sim.world("yealink").add_device(MAC, "me", "office")
    sim.faults.add(Fault("text", text="Error:no such thing", method="checkDeviceExt", mac=SECOND))
    outcome = run("rps_device_info", mac=[MAC, SECOND])
    assert outcome.failed
    assert [device["mac"] for device in outcome["devices"]] == [MAC]
    assert outcome.msg == (
        f"1 of 2 devices could not be read: {SECOND}: the service refused to say its status: 'Error:no such thing'."
    )
    assert outcome["calls"] == {"checkDeviceExt": 2}


@vendors
@pytest.mark.parametrize("style", ["compact", "padded", "typed", "cdata"])
def test_the_modules_understand_every_style_of_answer(run: Any, sim: Any, vendor: str, style: str) -> None:
    sim.options.style = style
    sim.options.error_style = {"compact": "error", "padded": "error_space"}.get(style, "error_none")
    world = sim.world(vendor)
    world.add_device(SECOND, "me", "office")
    world.add_device(FOREIGN, "other", "theirs")
    devices = [
        {"mac": MAC, "server": "office"},
        {"mac": SECOND, "state": "absent"},
        {"mac": FOREIGN, "server": "office"},
    ]
    outcome = run("rps_devices", vendor, devices=devices)
    assert [item["outcome"] for item in outcome["devices"]] == ["changed", "changed", "conflict"]


# Check mode.


@modules
@vendors
def test_check_mode_sends_reads_only(run: Any, sim: Any, module: str, vendor: str) -> None:
    sim.options.read_only = True
    sim.world(vendor).add_device(MAC, "me", "branch")
    outcome = run(module, vendor, check=True, diff=True, **OPTIONS[module])
    assert not outcome.failed
    sim.assert_clean()
    assert {call.method for call in sim.calls()} <= READS


def test_check_mode_of_a_server_predicts_nothing_and_says_why(run: Any, sim: Any) -> None:
    outcome = run("rps_server", check=True, **OPTIONS["rps_server"])
    assert (outcome["changed"], outcome["verified"], outcome.failed) == (False, False, False)
    assert outcome.msg
    assert sim.calls() == []


@pytest.mark.parametrize("force", [False, True])
def test_check_mode_of_a_phone_says_what_the_run_will_do(run: Any, sim: Any, force: bool) -> None:
    sim.world("htek").add_device(MAC, "me", "branch")
    check = run("rps_device", "htek", check=True, diff=True, mac=MAC, server="office", force=force)
    done = run("rps_device", "htek", diff=True, mac=MAC, server="office", force=force)
    assert check["action"] == done["action"] == ("move" if force else "none")
    assert check["outcome"] == ("would_change" if force else "unverifiable")
    assert (check["changed"], check["verified"]) == (force, False)
    assert check["diff"] == done["diff"]


# Where the connection comes from.


@modules
def test_the_connection_comes_from_the_environment_where_it_is_not_given(run: Any, module: str) -> None:
    with Simulator(tls=True) as sim:
        sim.add_account("yealink", "jörg", "pass:wörd")
        sim.world("yealink").add_server("jörg", "office", OFFICE)
        environment = {
            "RPS_VENDOR": "yealink",
            "RPS_API_URL": sim.url("yealink", tls=True),
            "RPS_API_USERNAME": "jörg",
            "RPS_API_PASSWORD": "pass:wörd",
            "RPS_CA_PATH": sim.ca_path,
            "RPS_TIMEOUT": "9.5",
            "RPS_VALIDATE_CERTS": "true",
        }
        outcome = run.bare(module, OPTIONS[module], environment=environment)
        assert not outcome.failed, outcome.msg
        assert all(call.tls and call.account == "jörg" for call in sim.calls())
        assert sim.calls()
        assert "pass:wörd" not in outcome.output
        refused = run.bare(module, OPTIONS[module], environment={**environment, "RPS_CA_PATH": ""})
        assert refused.failed
        unchecked = {**environment, "RPS_CA_PATH": "", "RPS_VALIDATE_CERTS": "no"}
        assert not run.bare(module, OPTIONS[module], environment=unchecked).failed


@modules
def test_an_empty_variable_of_the_environment_counts_as_not_set(run: Any, sim: Any, module: str) -> None:
    environment = dict.fromkeys(("RPS_TIMEOUT", "RPS_VALIDATE_CERTS", "RPS_CA_PATH", "RPS_API_URL"), "")
    assert not run(module, environment=environment, **OPTIONS[module]).failed
    refused = run(module, environment={"RPS_API_PASSWORD": ""}, api_password=None, **OPTIONS[module])
    assert refused.failed
    assert "missing required arguments: api_password" in refused.msg


def test_options_win_over_the_environment(run: Any, sim: Any) -> None:
    environment = {"RPS_VENDOR": "htek", "RPS_API_URL": "https://nowhere.invalid/", "RPS_API_PASSWORD": "wrong"}
    assert not run("rps_device_info", environment=environment).failed


# Errors before any call.


def _bad(*fields: tuple[str, dict[str, Any], str]) -> Any:
    return pytest.mark.parametrize(("vendor", "options", "words"), fields, ids=[str(item[1])[:60] for item in fields])


@_bad(
    ("yealink", {"mac": "00:15:65:00:00:00:01", "server": "office"}, "00:15:65:00:00:00:01"),
    ("yealink", {"mac": "00:15-65:00:00:01", "server": "office"}, "00:15-65:00:00:01"),
    ("yealink", {"mac": "0015.6500.0001", "server": "office"}, "0015.6500.0001"),
    ("yealink", {"mac": "00156500000", "server": "office"}, "00156500000"),
    ("yealink", {"mac": "00156500000g", "server": "office"}, "00156500000g"),
    ("yealink", {"mac": 1565000001, "server": "office"}, "quotes"),
    ("yealink", {"mac": "000000000000", "server": "office"}, "all-zero"),
    ("yealink", {"mac": "ff-ff-ff-ff-ff-ff", "server": "office"}, "broadcast"),
    ("yealink", {"mac": "01:00:5e:00:00:01", "server": "office"}, "multicast"),
    ("yealink", {"mac": MAC}, "server is required"),
    ("yealink", {"mac": MAC, "server": "a/b"}, "server name"),
    ("yealink", {"mac": MAC, "server": "office", "server_url": "gopher://x.example/"}, "server_url"),
    ("yealink", {"mac": MAC, "server": "office", "unique_url": "x.example"}, "unique_url"),
    ("htek", {"mac": MAC, "server": "office", "unique_url": "https://x.example/"}, "unique_url"),
    ("yealink", {"mac": MAC, "server": "office", "concurrency": 0}, "concurrency"),
    ("yealink", {"mac": MAC, "server": "office", "concurrency": 65}, "concurrency"),
    ("yealink", {"mac": MAC, "server": "office", "timeout": 0}, "timeout"),
    ("yealink", {"mac": MAC, "server": "office", "retries": -1}, "retries"),
)
def test_a_phone_that_cannot_be_meant_is_an_error_before_any_call(
    run: Any, sim: Any, vendor: str, options: dict[str, Any], words: str
) -> None:
    outcome = run("rps_device", vendor, **options)
    assert outcome.failed
    assert words in outcome.msg
    assert sim.stats()["requests"] == 0
    assert KEYS["rps_device"] <= set(outcome.result)


def test_all_problems_of_a_list_are_named_at_once_before_any_call(run: Any, sim: Any) -> None:
    devices = [
        {"mac": MAC, "server": "office"},
        {"mac": "00-15-65-00-00-01", "server": "office"},
        {"mac": "nonsense", "server": "office"},
        {"mac": SECOND},
        {"mac": FOREIGN, "server": "a/b", "server_url": "gopher://x.example/"},
    ]
    outcome = run("rps_devices", devices=devices, batch_size=0, purge_limit="many", expect_plan="x", ignore=["zz"])
    assert outcome.failed
    for words in (MAC, "nonsense", "devices[3]", "a/b", "server_url", "batch_size", "purge_limit", "expect_plan", "zz"):
        assert words in outcome.msg, words
    assert "declared 2 times" in outcome.msg
    assert outcome["summary"]["declared"] == len(devices)
    assert sim.stats()["requests"] == 0
    assert KEYS["rps_devices"] <= set(outcome.result)
    assert outcome["summary"]["failed"] == 0


def test_a_problem_that_ansible_finds_too_is_told_once(run: Any, sim: Any) -> None:
    wrong = {"mac": MAC, "server": "office", "state": "absnt"}
    outcome = run("rps_devices", devices=[wrong], concurrency="many")
    assert outcome.failed
    assert outcome.msg.startswith("2 problems, and nothing was sent: ")
    assert outcome.msg.count("absnt") == 1
    assert "devices[0]: the state must be present or absent" in outcome.msg
    outcome = run("rps_devices", devices="nothing that is a list of devices")
    assert outcome.failed
    assert outcome.msg.count("dictionary requested") == 1
    assert sim.stats()["requests"] == 0


def test_purge_with_an_empty_list_is_refused_before_any_call(run: Any, sim: Any) -> None:
    outcome = run("rps_devices", devices=[], purge=True)
    assert outcome.failed
    assert "every phone of the account" in outcome.msg
    assert sim.stats()["requests"] == 0


def test_an_empty_list_without_purge_changes_nothing(run: Any, sim: Any) -> None:
    outcome = run("rps_devices", devices=[])
    assert (outcome.failed, outcome["changed"], outcome["devices"]) == (False, False, [])
    assert sim.writes() == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1.example.com/", "ftp://rps.example.com/", "rps.example.com", "http://localhost@rps.example.com/",
     "https://joe:pw@rps.example.com/", "http://[::2]/", "http://0.0.0.0/", "http://128.0.0.1/", "http://2130706433/"],
)  # fmt: skip
def test_an_address_that_would_give_the_password_away_is_refused(run: Any, url: str) -> None:
    outcome = run("rps_device", api_url=url, **OPTIONS["rps_device"])
    assert outcome.failed
    assert "api_url" in outcome.msg
    assert outcome["calls"] == {}


@modules
def test_plain_http_beyond_the_loopback_is_refused_by_every_module(run: Any, module: str) -> None:
    outcome = run(module, api_url="http://rps.example.com/", **OPTIONS[module])
    assert outcome.failed
    assert "unencrypted" in outcome.msg
    assert outcome["calls"] == {}
    assert KEYS[module] <= set(outcome.result)


@pytest.mark.parametrize("url", ["http://localhost:{port}/xmlrpc", "http://127.0.0.1:{port}/xmlrpc"])
def test_plain_http_is_accepted_on_the_loopback(run: Any, sim: Any, url: str) -> None:
    port = sim.base_url().rpartition(":")[2]
    assert not run("rps_device_info", api_url=url.format(port=port)).failed


def _without(run: Any, module: str, missing: str, value: str | None) -> Any:
    options = {**run.connection("yealink"), **OPTIONS[module]}
    if value is None:
        del options[missing]
    else:
        options[missing] = value
    return run.bare(module, options)


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(
    ("module", "missing"),
    [
        *((module, "api_password") for module in sorted(OPTIONS)),
        ("rps_devices", "api_username"),
        ("rps_devices", "vendor"),
    ],
)
def test_a_missing_login_or_vendor_is_named(run: Any, sim: Any, module: str, missing: str, value: str | None) -> None:
    outcome = _without(run, module, missing, value)
    assert outcome.failed
    assert missing in outcome.msg
    assert sim.stats()["requests"] == 0


def test_an_unknown_vendor_is_an_error(run: Any, sim: Any) -> None:
    outcome = _without(run, "rps_device", "vendor", "snom")
    assert outcome.failed
    assert "vendor" in outcome.msg
    assert "yealink" in outcome.msg


@modules
def test_a_module_runs_in_an_interpreter_of_its_own(run: Any, sim: Any, module: str) -> None:
    assert not run.fresh(module, OPTIONS[module]).failed
    assert sim.calls()


@modules
def test_a_missing_requests_is_said_in_ansibles_way(run: Any, sim: Any, module: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n", encoding="utf-8")
    outcome = run.fresh(module, OPTIONS[module], str(tmp_path))
    assert outcome.failed
    assert "Failed to import the required Python library (requests)" in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert sim.stats()["requests"] == 0


def test_a_long_server_name_is_a_warning_and_no_error(run: Any, sim: Any) -> None:
    name = "a very long server name"
    outcome = run("rps_server", name=name, url=OFFICE)
    assert not outcome.failed
    assert any("20" in str(text) for text in outcome["warnings"])


# Failures of the connection.


def _refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@modules
def test_a_service_that_is_not_there_is_one_sentence_and_all_keys(run: Any, module: str) -> None:
    outcome = run(module, api_url=f"http://127.0.0.1:{_refused_port()}/xmlrpc", retries=0, **OPTIONS[module])
    assert outcome.failed
    assert not outcome["changed"]
    assert "refused" in outcome.msg
    assert "127.0.0.1" in outcome.msg
    assert len(outcome.msg) < 350
    assert "\n" not in outcome.msg
    for noise in ("HTTPConnection", "Max retries", "Errno", "object at 0x"):
        assert noise not in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert sum(outcome["calls"].values()) >= 1


@modules
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=401), "login"),
        (Fault("status", status=403), "login"),
        (Fault("status", status=500), "HTTP 500"),
        (Fault("html"), "web page"),
        (Fault("redirect", status=302, location="https://elsewhere.example/"), "redirect"),
        (Fault("body", body=b"<!DOCTYPE x [<!ENTITY a 'b'>]><methodResponse/>"), "refused"),
    ],
    ids=["401", "403", "500", "html", "302", "dtd"],
)
def test_a_useless_answer_is_one_sentence_and_all_keys(
    run: Any, sim: Any, module: str, fault: Fault, words: str
) -> None:
    sim.faults.add(fault)
    outcome = run(module, retries=0, **OPTIONS[module])
    assert outcome.failed
    assert words in outcome.msg
    assert "\n" not in outcome.msg
    assert KEYS[module] <= set(outcome.result)
    assert "s3cret-Pass-w0rd" not in outcome.output


def test_a_deadline_ends_the_module_in_time_with_every_phone_told(run: Any, sim: Any) -> None:
    sim.options.latency = 0.2
    devices = [{"mac": f"0015650001{number:02d}", "server": "office"} for number in range(40)]
    outcome = run("rps_devices", devices=devices, deadline=1, concurrency=1)
    assert outcome.failed
    assert "deadline" in outcome.msg
    assert len(outcome["devices"]) == 40
    assert outcome["summary"]["not_attempted"] == 40


def test_a_signal_to_end_finishes_the_call_in_flight_and_tells_every_phone(run: Any, sim: Any) -> None:
    sim.options.latency = 0.1
    devices = [{"mac": f"0015650001{number:02d}", "server": "office", "force": True} for number in range(60)]
    options = {**run.connection("yealink"), "devices": devices, "concurrency": 1, "batch_size": 1}
    with subprocess.Popen(
        [sys.executable, "-m", "ansible_collections.voip.rps.plugins.modules.rps_devices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=run.environment,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": options}))
        process.stdin.close()
        while not sim.calls() and process.poll() is None:
            time.sleep(0.02)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        result = json.loads(process.stdout.read())
    assert time.monotonic() - start < 3
    assert result["failed"]
    assert "SIGTERM" in result["msg"]
    assert len(result["devices"]) == 60
    assert result["summary"]["not_attempted"] == 60
    assert sim.writes() == []
