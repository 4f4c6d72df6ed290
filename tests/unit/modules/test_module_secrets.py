# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in anything that a module prints, and nothing damaged by hiding them."""

from __future__ import annotations

import base64
import urllib.parse
from typing import Any

import pytest
from simulator import Fault, Simulator
from support.modules import ModuleRunner

OFFICE = "https://office.example.com/"
MAC, SECOND = "001565000001", "001565000002"
USERINFO, QUERY, FRAGMENT, TOKEN, OLD_TOKEN = (
    "us3r:1nf0",
    "qu3ry=s3cr3t",
    "fr4gm3nt",
    "t0k3n/l0ng/p4th",
    "0ld-t0k3n-p4th",
)
PASSWORD = "P4ss/w&rd=+ü"
PLAIN = f"https://{USERINFO}@plain.example.com/shown/path?{QUERY}#{FRAGMENT}"
UNIQUE = f"https://{USERINFO}@unique.example.com/{TOKEN}?{QUERY}#{FRAGMENT}"
OLD = f"https://old.example.com/{OLD_TOKEN}?{QUERY}"


def forms(secret: str) -> set[str]:
    """A secret as it may turn up."""
    encoded = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        base64.b64encode(encoded).decode(),
        base64.b64encode(b"me:" + encoded).decode(),
    }


def leaked(output: str, *secrets: str) -> list[str]:
    return [form for secret in secrets for form in forms(secret) if form in output]


def prepare(run: ModuleRunner, sim: Simulator) -> None:
    sim.add_account("yealink", "me", PASSWORD)
    sim.world("yealink").add_server("me", "plain", PLAIN)
    run.login = {"api_username": "me", "api_password": PASSWORD, "timeout": 2, "retries": 0}


FAULTS: list[dict[str, Any] | None] = [
    None,
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 500},
    {"kind": "redirect", "location": UNIQUE},
    {"kind": "text", "text": f"Error:cannot use {UNIQUE} with {PASSWORD}"},
    {"kind": "text", "ok": True, "text": f"Moved to {UNIQUE} for {PASSWORD}"},
    {"kind": "fault", "code": 9, "text": f"bad {UNIQUE} {PASSWORD}"},
    {"kind": "html", "body": f"<html>{UNIQUE} {PASSWORD}</html>"},
    {"kind": "close"},
    {"kind": "cut_xml"},
]


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"] if fault else "none")
def test_no_module_prints_a_secret(
    run: ModuleRunner, sim: Simulator, fault: dict[str, Any] | None, check: bool
) -> None:
    prepare(run, sim)
    sim.world("yealink").add_device(SECOND, "me", "plain", OLD)
    if fault is not None:
        for method in ("registerDeviceWithUniqueUrl", "editDeviceWithUniqueUrl", "addServer", "registerDevice"):
            sim.faults.add(Fault(**fault, method=method))
        if check:
            sim.faults.add(Fault(**fault, method="checkDeviceExt"))
    devices = [
        {"mac": MAC, "server": "plain", "server_url": PLAIN, "unique_url": UNIQUE},
        {"mac": SECOND, "server": "plain", "unique_url": UNIQUE},
        {"mac": "001565000003", "server": "plain", "server_url": PLAIN},
    ]
    outputs = [
        run("rps_devices", check=check, diff=True, devices=devices).output,
        run("rps_device", check=check, diff=True, mac=SECOND, server="plain", unique_url=UNIQUE).output,
        run("rps_server", check=check, diff=True, name="again", url=PLAIN).output,
    ]
    secrets = [PASSWORD, USERINFO, QUERY, FRAGMENT, TOKEN, OLD_TOKEN]
    assert leaked("".join(outputs[:2]), *secrets) == []
    assert leaked(outputs[2], PASSWORD, USERINFO, QUERY, FRAGMENT) == []


def test_a_plain_servers_path_is_shown_and_its_secrets_are_stable_fingerprints(
    run: ModuleRunner, sim: Simulator
) -> None:
    prepare(run, sim)
    first = run("rps_device", mac=MAC, server="plain", server_url=PLAIN)
    again = run("rps_device", mac=MAC, server="plain", server_url=PLAIN)
    assert "plain.example.com/shown/path?" in first["device"]["url"]
    assert first["device"]["url"] == again["device"]["url"]
    assert again["outcome"] == "in_sync"


def test_a_plain_url_without_secrets_is_shown_whole(run: ModuleRunner, sim: Simulator) -> None:
    prepare(run, sim)
    sim.world("yealink").add_server("me", "office", OFFICE + "some/path")
    outcome = run("rps_device", mac=MAC, server="office", server_url=OFFICE + "some/path")
    assert outcome["device"]["url"] == OFFICE + "some/path"


@pytest.mark.parametrize(
    "password",
    ["ok", "OK", "changed", "register", "registered", "registerDevice", "in_sync", "office", MAC, "me", "e", "1",
     "true", "yealink", "failed", "rps", "https://office.example.com/", "not_attempted", "unverifiable"],
)  # fmt: skip
@pytest.mark.parametrize("module", ["rps_device", "rps_devices"])
def test_a_password_that_is_a_word_of_ours_damages_no_result(
    run: ModuleRunner, sim: Simulator, module: str, password: str
) -> None:
    sim.add_account("yealink", "me", password)
    phone = {"mac": MAC, "server": "office", "server_url": OFFICE}
    options = phone if module == "rps_device" else {"devices": [phone]}
    outcome = run(module, api_password=password, **options)
    assert not outcome.failed
    assert outcome["changed"] is True
    item = outcome.result if module == "rps_device" else outcome["devices"][0]
    after = item["device"] if module == "rps_device" else item["after"]
    assert (item["action"], item["outcome"], item["verified"]) == ("register", "changed", True)
    assert after == {
        "mac": MAC, "status": "registered", "server": "office", "url": OFFICE, "last_contact": None
    }  # fmt: skip
    assert outcome["calls"] == sim.count()
    if module == "rps_devices":
        assert outcome["summary"]["changed"] == 1
        assert item["mac"] == MAC


@pytest.mark.parametrize("token", ["registered", "changed", "office", MAC])
def test_a_token_that_is_a_word_of_ours_damages_no_result(run: ModuleRunner, sim: Simulator, token: str) -> None:
    outcome = run("rps_device", mac=MAC, server="office", unique_url=f"https://one.example.com/{token}")
    assert (outcome["outcome"], outcome["device"]["status"], outcome["device"]["mac"]) == ("changed", "registered", MAC)
    assert outcome["device"]["server"] == "office"
    assert not outcome["device"]["url"].endswith(f"/{token}")


def test_the_login_is_not_among_the_arguments_of_the_invocation(run: ModuleRunner, sim: Simulator) -> None:
    outcome = run("rps_device", mac=MAC, server="office", unique_url="https://one.example.com/t0k3n")
    arguments = outcome["invocation"]["module_args"]
    assert arguments["mac"] == MAC
    assert arguments["api_username"] == "me"
    assert "s3cret-Pass-w0rd" not in str(arguments)
    assert "t0k3n" not in str(arguments)


def test_the_invocation_shows_a_few_of_many_phones_and_no_url(run: ModuleRunner) -> None:
    devices = [
        {"mac": f"0015650000{number:02x}", "server": "office", "unique_url": "https://one.example.com/t0k3n"}
        for number in range(60)
    ]
    shown = run("rps_devices", check=True, devices=devices)["invocation"]["module_args"]["devices"]
    assert shown[0]["mac"] == "001565000000"
    assert len(shown) < 60
    assert "t0k3n" not in str(shown)


@pytest.mark.parametrize("option", ["server_url", "unique_url"])
def test_a_refusal_of_options_shows_no_secret(run: ModuleRunner, option: str) -> None:
    phone: dict[str, Any] = {
        "mac": MAC,
        "server": 12,
        option: f"https://{USERINFO}@h.example.com/{TOKEN}?{QUERY}#{FRAGMENT}",
    }
    for outcome in (run("rps_devices", devices=[phone]), run("rps_device", **phone)):
        assert outcome.failed
        assert leaked(outcome.output, USERINFO, QUERY, FRAGMENT, TOKEN, run.login["api_password"]) == []


def test_a_password_that_was_read_as_a_number_is_not_shown(run: ModuleRunner) -> None:
    outcome = run("rps_device", mac=MAC, server="office", api_password=80154711)
    assert outcome.failed
    assert "80154711" not in outcome.output


def test_urls_that_filter_are_shown_nowhere(run: ModuleRunner) -> None:
    outcome = run("rps_device_info", redirected_to=[UNIQUE])
    assert not outcome.failed
    assert leaked(outcome.output, USERINFO, QUERY, FRAGMENT, TOKEN) == []
