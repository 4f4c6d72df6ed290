# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that cannot be used: every problem at once, before any call, with the documented keys; the environment."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._validation import WAS_A_DATE
from simulator import Simulator
from support.modules import ModuleRunner
from support.phones import OFFICE, PASSWORD, USER, mac

MAC, SECOND, FOREIGN = mac(1), mac(2), mac(255)
KEYS = {
    "rps_server": {"server", "changed", "verified", "reason", "calls"},
    "rps_device": {"device", "before", "after", "action", "outcome", "reason", "changed", "verified", "calls"},
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


def assert_refused(outcome: Any, module: str, sim: Simulator, *words: str) -> None:
    """The module failed before any call, with its documented keys, and its message has these words."""
    assert outcome.failed
    for word in words:
        assert word in outcome.msg, (word, outcome.msg)
    assert "\n" not in outcome.msg
    assert sim.stats()["requests"] == 0
    assert KEYS[module] <= set(outcome.result)
    assert outcome["changed"] is False
    assert outcome["calls"] == {}


# Each option.


@pytest.mark.parametrize(
    ("vendor", "options", "words"),
    [
        ("yealink", {"mac": "00:15:65:00:00:00:01"}, "00:15:65:00:00:00:01"),
        ("yealink", {"mac": "0015.6500.0001"}, "0015.6500.0001"),
        ("yealink", {"mac": "00156500000g"}, "00156500000g"),
        ("yealink", {"mac": "000000000000"}, "all-zero"),
        ("yealink", {"mac": None}, "mac is required"),
        ("yealink", {"server": None}, "server is required"),
        ("yealink", {"server": "a/b"}, "server can only contain"),
        ("yealink", {"server_url": "gopher://x.example/"}, "server_url"),
        ("yealink", {"unique_url": "x.example"}, "unique_url"),
        ("yealink", {"serial": "0012"}, "serial is not supported by Yealink"),
        ("yealink", {"force": "maybe"}, "force must be true or false"),
        ("yealink", {"state": "gone"}, "state must be present or absent"),
        ("htek", {"unique_url": "https://x.example/"}, "unique_url is not supported by Htek"),
        ("snom", {"override": True}, "override is not supported by Snom"),
        ("snom", {"server_url": None}, "server_url or unique_url is required"),
        ("panasonic", {"server_url": None}, "server_url or unique_url is required"),
        ("ymcs", {"override": True}, "override is not supported by Yealink YMCS"),
        ("ymcs", {"api_url": None}, "api_url is required"),
        ("yealink", {"concurrency": 0}, "concurrency"),
        ("yealink", {"concurrency": 65}, "concurrency"),
        ("yealink", {"timeout": 0}, "timeout"),
        ("yealink", {"timeout": True}, "timeout"),
        ("yealink", {"retries": -1}, "retries"),
        ("yealink", {"validate_certs": "maybe"}, "validate_certs must be true or false"),
        ("yealink", {"username": "x"}, "did you mean 'api_username'?"),
        ("yealink", {"ca_path": "/no/such/file"}, "ca_path"),
    ],
)
def test_a_phone_that_cannot_be_meant_is_refused(
    run: ModuleRunner, sim: Simulator, vendor: str, options: dict[str, Any], words: str
) -> None:
    given = {"mac": MAC, "server": "office", "server_url": OFFICE, **options}
    assert_refused(run("rps_device", vendor, **given), "rps_device", sim, words)


NUMBERS = pytest.mark.parametrize("value", [10, 1565000001, 1.5, True, False])


@NUMBERS
@pytest.mark.parametrize("option", ["mac", "server", "serial", "api_username", "api_password"])
def test_a_number_is_never_taken_for_text(run: ModuleRunner, sim: Simulator, option: str, value: Any) -> None:
    options = {"mac": MAC, "server": "office", "serial": "0012", option: value}
    outcome = run("rps_device", "ymcs", **options)
    quoted = '"001565000001"' if option == "mac" else '"0012"'
    assert_refused(outcome, "rps_device", sim, f"{option} must be text", quoted, "[group:vars]")


@pytest.mark.parametrize(
    ("module", "options", "option"),
    [
        ("rps_devices", {"devices": [{"mac": 805500000001, "server": "office"}]}, "mac must be text"),
        ("rps_devices", {"devices": [{"mac": MAC, "server": 12}]}, "server must be text"),
        ("rps_devices", {"devices": [], "ignore": [885]}, "ignore[0] must be text"),
        ("rps_devices", {"devices": [], "purge_servers": [12]}, "purge_servers[0] must be text"),
        ("rps_device_info", {"mac": [805500000001]}, "mac[0] must be text"),
        ("rps_server", {"name": 12, "url": OFFICE}, "name must be text"),
        # A date, as the modules' actions mark it.
        (
            "rps_device",
            {"mac": MAC, "server": {WAS_A_DATE: "2024-01-01"}},
            "server must be text, but was read as a date",
        ),
        ("rps_devices", {"devices": [{"mac": MAC, "server": {WAS_A_DATE: "2024-01-01"}}]}, "was read as a date"),
        ("rps_devices", {"devices": [], "ignore": [{WAS_A_DATE: "2024-01-01"}]}, "ignore[0] must be text"),
    ],
)
def test_no_module_takes_a_number_for_text(
    run: ModuleRunner, sim: Simulator, module: str, options: dict[str, Any], option: str
) -> None:
    assert_refused(run(module, **options), module, sim, option)


def test_the_phone_with_the_number_is_named(run: ModuleRunner, sim: Simulator) -> None:
    devices = [{"mac": MAC, "server": "office"}, {"mac": SECOND, "server": 12}]
    assert_refused(run("rps_devices", devices=devices), "rps_devices", sim, "devices[1] (00:15:65:00:00:02)")


def test_all_problems_of_a_list_are_named_at_once(run: ModuleRunner, sim: Simulator) -> None:
    devices = [
        {"mac": MAC, "server": "office"},
        {"mac": "00-15-65-00-00-01", "server": "office"},
        {"mac": "nonsense", "server": "office"},
        {"mac": SECOND},
        {"mac": FOREIGN, "server": "a/b", "server_url": "gopher://x.example/", "serve": "x"},
        "text",
    ]
    options: dict[str, Any] = {
        "batch_size": 0,
        "purge_limit": "many",
        "expect_plan": "x",
        "ignore": ["zz"],
        "concurrency": "many",
    }
    outcome = run("rps_devices", devices=devices, **options, on_device_error="ignore", password="x")
    words = ["00:15:65:00:00:01 is declared 2 times", "nonsense", "devices[3]", "a/b", "server_url", "devices[5]"]
    words += ("did you mean 'server'?", "did you mean 'api_password'?", "on_device_error must be fail or report")
    assert_refused(outcome, "rps_devices", sim, *words, *options, "zz")
    assert outcome["summary"] == {
        "in_sync": 0, "would_change": 0, "changed": 0, "unverifiable": 0, "conflict": 0, "failed": 0, "unknown": 0,
        "not_attempted": 0, "declared": 6, "unmanaged": 0,
    }  # fmt: skip


def test_a_problem_that_ansible_finds_too_is_reported_once(run: ModuleRunner, sim: Simulator) -> None:
    outcome = run("rps_device", mac=MAC, server="office", state="absnt", concurrency="many")
    assert_refused(outcome, "rps_device", sim, "2 problems: ")
    assert outcome.msg.count("absnt") == 1


@pytest.mark.parametrize("devices", ["text", 5, {"mac": "x"}, ["text"], [None]])
def test_what_is_no_list_of_phones_is_refused(run: ModuleRunner, sim: Simulator, devices: Any) -> None:
    assert_refused(run("rps_devices", devices=devices), "rps_devices", sim, "devices[0]")


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("guard", ["expect_plan", "purge_limit", "purge_servers", "ignore"])
def test_a_guard_that_is_given_but_empty_is_never_no_guard(
    run: ModuleRunner, sim: Simulator, guard: str, value: Any
) -> None:
    options = {**run.connection("yealink"), "devices": [{"mac": MAC, "server": "office"}], guard: value}
    assert_refused(run.bare("rps_devices", options), "rps_devices", sim, guard)


def test_empty_lists_are_no_empty_guards(run: ModuleRunner) -> None:
    outcome = run("rps_devices", devices=[{"mac": MAC, "state": "absent"}], ignore=[], purge_servers=[])
    assert not outcome.failed


@pytest.mark.parametrize(
    ("vendor", "module", "options", "words"),
    [
        ("yealink", "rps_devices", {"devices": [], "purge": True}, "every device of the account"),
        ("snom", "rps_devices", {"devices": [], "purge": True}, "purge is not supported by Snom"),
        ("htek", "rps_devices", {"devices": [], "purge_servers": []}, "purge_servers is not supported by Htek"),
        ("snom", "rps_device_info", {}, "mac is required, because Snom cannot list an account"),
        ("htek", "rps_device_info", {"redirected_to": [OFFICE]}, "redirected_to is not supported by Htek"),
        ("yealink", "rps_device_info", {"statuses": ["registred"]}, "did you mean 'registered'?"),
    ],
)
def test_what_a_service_cannot_do_is_refused(
    run: ModuleRunner, sim: Simulator, vendor: str, module: str, options: dict[str, Any], words: str
) -> None:
    assert_refused(run(module, vendor, **options), module, sim, words)


@modules
def test_a_module_without_any_option_says_all_that_it_needs(run: ModuleRunner, sim: Simulator, module: str) -> None:
    needs = {"rps_server": ["name", "url"], "rps_device": ["mac"], "rps_devices": ["devices"], "rps_device_info": []}
    assert_refused(run.bare(module, {}), module, sim, "vendor", "api_username", "api_password", *needs[module])


# The connection.


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1.example.com/", "ftp://rps.example.com/", "rps.example.com", "http://localhost@rps.example.com/",
     "https://joe:pw@rps.example.com/", "http://[::2]/", "http://0.0.0.0/", "http://128.0.0.1/", "http://2130706433/"],
)  # fmt: skip
def test_an_address_that_would_give_the_password_away_is_refused(run: ModuleRunner, sim: Simulator, url: str) -> None:
    assert_refused(run("rps_device", api_url=url, **OPTIONS["rps_device"]), "rps_device", sim, "api_url")


@modules
def test_plain_http_beyond_the_loopback_is_refused_by_every_module(
    run: ModuleRunner, sim: Simulator, module: str
) -> None:
    assert_refused(run(module, api_url="http://rps.example.com/", **OPTIONS[module]), module, sim, "unencrypted")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_plain_http_is_accepted_on_the_loopback(run: ModuleRunner, sim: Simulator, host: str) -> None:
    port = sim.base_url().rpartition(":")[2]
    assert not run("rps_device_info", api_url=f"http://{host}:{port}/xmlrpc").failed


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("missing", ["api_username", "api_password", "vendor"])
@modules
def test_a_missing_login_or_vendor_is_named(
    run: ModuleRunner, sim: Simulator, module: str, missing: str, value: str | None
) -> None:
    options = {**run.connection("yealink"), **OPTIONS[module], missing: value}
    given = {key: item for key, item in options.items() if item is not None}
    assert_refused(run.bare(module, given), module, sim, missing)


def test_an_unknown_vendor_is_refused_with_the_choices(run: ModuleRunner, sim: Simulator) -> None:
    options = {**run.connection("yealink"), **OPTIONS["rps_device"], "vendor": "yealnk"}
    words = ("htek, panasonic, snom, yealink or ymcs", "did you mean 'yealink'?")
    assert_refused(run.bare("rps_device", options), "rps_device", sim, *words)


@modules
def test_the_connection_comes_from_the_environment_if_it_is_not_given(run: ModuleRunner, module: str) -> None:
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


def environment_of(sim: Simulator, prefix: str, url: str, user: str = USER) -> dict[str, str]:
    return {f"{prefix}USERNAME": user, f"{prefix}PASSWORD": PASSWORD, url: sim.url("yealink")}


def test_the_vendors_own_login_wins_as_one_set(run: ModuleRunner, sim: Simulator) -> None:
    own = environment_of(sim, "RPS_YEALINK_", "RPS_YEALINK_API_URL")
    general = {"RPS_API_USERNAME": "x", "RPS_API_PASSWORD": "y", "RPS_API_URL": "https://nowhere.invalid/"}
    outcome = run.bare("rps_device_info", {"vendor": "yealink"}, environment={**own, **general})
    assert not outcome.failed, outcome.msg
    assert {call.account for call in sim.calls()} == {USER}


def test_a_login_of_another_vendor_is_never_sent(run: ModuleRunner, sim: Simulator) -> None:
    environment = {**environment_of(sim, "RPS_API_", "RPS_API_URL"), "RPS_VENDOR": "htek"}
    outcome = run.bare("rps_device_info", {"vendor": "yealink"}, environment=environment)
    assert_refused(outcome, "rps_device_info", sim, "api_username", "RPS_VENDOR is htek")


@pytest.mark.parametrize("given", ["api_username", "api_password"])
def test_nothing_is_mixed_between_options_and_environment(run: ModuleRunner, sim: Simulator, given: str) -> None:
    options = {"vendor": "yealink", given: USER}
    environment = environment_of(sim, "RPS_API_", "RPS_API_URL")
    outcome = run.bare("rps_device_info", options, environment=environment)
    assert_refused(outcome, "rps_device_info", sim, "is required")


@modules
def test_an_empty_variable_of_the_environment_counts_as_not_set(run: ModuleRunner, sim: Simulator, module: str) -> None:
    environment = dict.fromkeys(("RPS_TIMEOUT", "RPS_VALIDATE_CERTS", "RPS_CA_PATH", "RPS_API_URL"), "")
    assert not run(module, environment=environment, **OPTIONS[module]).failed


def test_half_a_login_in_the_environment_is_named(run: ModuleRunner, sim: Simulator) -> None:
    environment = {"RPS_API_USERNAME": USER, "RPS_API_PASSWORD": ""}
    outcome = run.bare("rps_device_info", {"vendor": "yealink"}, environment=environment)
    assert_refused(outcome, "rps_device_info", sim, "RPS_API_PASSWORD is not")


def test_options_win_over_the_environment(run: ModuleRunner) -> None:
    environment = {"RPS_VENDOR": "htek", "RPS_API_URL": "https://nowhere.invalid/", "RPS_API_PASSWORD": "wrong"}
    assert not run("rps_device_info", environment=environment).failed
