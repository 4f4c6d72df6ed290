# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input stops the whole fleet before any call, and the message names the hosts or the option."""

from __future__ import annotations

from typing import Any

from support.phones import mac
from support.playbooks import OFFICE, PlaybookRunner, Run, colons, phone, play, role

# Host vars of a bad phone, and what the message must hold besides the host's name.
PHONES: dict[str, tuple[dict[str, Any], str]] = {
    "no MAC": ({"rps_server": "office"}, "rps_mac"),
    "empty MAC": (phone(9, mac=""), "rps_mac"),
    "no hex": (phone(9, mac="0015650000zz"), "0015650000zz"),
    "short": (phone(9, mac="00156500001"), "00156500001"),
    "mixed separators": (phone(9, mac="00:15-65:00:00:09"), "00:15-65:00:00:09"),
    "other notation": (phone(9, mac="0015.6500.0009"), "0015.6500.0009"),
    "seven octets": (phone(9, mac="00:15:65:00:00:09:01"), "00:15:65:00:00:09:01"),
    "zero": (phone(9, mac="00:00:00:00:00:00"), "zero"),
    "broadcast": (phone(9, mac="ff:ff:ff:ff:ff:ff"), "broadcast"),
    "multicast": (phone(9, mac="01:15:65:00:00:09"), "multicast"),
    "number": (phone(9, mac=1565000009), "quotes"),
    "list": (phone(9, mac=[mac(9)]), "rps_mac"),
    "state": (phone(9, state="gone"), "gone"),
    "no server": (phone(9, server=None), "rps_server"),
    "server name": (phone(9, server="of/ice"), "of/ice"),
    "unique_url scheme": (phone(9, unique_url="gopher://x.example.com/"), "http"),
    "unique_url host": (phone(9, unique_url="https:///x"), "host"),
    "override": (phone(9, override="perhaps"), "rps_override"),
    "force": (phone(9, force="perhaps"), "rps_force"),
    "account": (phone(9, account="nowhere"), "nowhere"),
    "template": (phone(9, server="{{ nowhere }}"), "nowhere"),
    "same MAC": (phone(9, mac="00-15-65-00-00-01"), "good"),
}

# Fleet variables that are wrong, and what the message must hold.
FLEET: dict[str, tuple[dict[str, Any], str]] = {
    "servers: no list": ({"rps_servers": "office"}, "rps_servers"),
    "servers: name": ({"rps_servers": [{"name": "of/ice", "url": OFFICE}]}, "of/ice"),
    "servers: scheme": ({"rps_servers": [{"name": "office", "url": "gopher://x/"}]}, "http"),
    "servers: no URL": ({"rps_servers": [{"name": "office"}]}, "rps_servers[0]: url"),
    "servers: twice": ({"rps_servers": [{"name": "office", "url": OFFICE}] * 2}, "office"),
    "servers: account": ({"rps_servers": [{"name": "office", "url": OFFICE, "account": "nowhere"}]}, "nowhere"),
    "accounts: no dictionary": ({"rps_accounts": [1]}, "rps_accounts"),
    "purge": ({"rps_purge": "perhaps"}, "rps_purge"),
    "purge_limit": ({"rps_purge_limit": "ten"}, "rps_purge_limit"),
    "purge_limit over": ({"rps_purge_limit": "101%"}, "rps_purge_limit"),
    "purge_limit negative": ({"rps_purge_limit": -1}, "rps_purge_limit"),
    "batch_size": ({"rps_batch_size": 0}, "rps_batch_size"),
    "template": ({"rps_purge_limit": "{{ nowhere }}"}, "nowhere"),
    "template inside": ({"rps_servers": [{"name": "office", "url": "{{ nowhere }}"}]}, "nowhere"),
    "ignore": ({"rps_ignore": ["nobody"]}, "rps_ignore"),
    "ignore a declared one": ({"rps_ignore": ["00:15:65"]}, colons(1)),
    "deadline": ({"rps_deadline": "soon"}, "deadline"),
    "host_results": ({"rps_host_results": "perhaps"}, "rps_host_results"),
    "purge_servers": ({"rps_purge_servers": ["nowhere"]}, "nowhere"),
    "fail_on_drift": ({"rps_fail_on_drift": "perhaps"}, "rps_fail_on_drift"),
}


def messages_of(run: Run, names: list[str]) -> dict[str, str]:
    assert len(run.bulk) == len(names)
    return {
        name: str(event.result.get("msg", "")) if event.kind == "failed" else "did not fail"
        for name, event in zip(names, run.bulk, strict=True)
    }


def test_one_bad_phone_stops_every_phone_before_any_call_and_is_named(runner: PlaybookRunner) -> None:
    runner.servers()
    bad = {f"bad{number}": found for number, found in enumerate(PHONES)}
    hosts = {"good": phone(1)} | {host: PHONES[name][0] for host, name in bad.items()}
    runner.inventory(hosts, runner.one)
    plays = [play(role(ignore_errors=True), name=name, hosts=f"good,{host}") for host, name in bad.items()]

    run = runner.run(plays)

    messages = messages_of(run, list(PHONES))
    assert run.calls == []
    wrong = {
        name: messages[name]
        for host, name in bad.items()
        if host not in messages[name] or PHONES[name][1] not in messages[name]
    }
    assert wrong == {}
    assert all("Nothing was sent." in message for message in messages.values())
    assert run.of("voip.rps._fleet_result", "ok") == []


def test_all_bad_phones_are_named_at_once(runner: PlaybookRunner) -> None:
    runner.inventory({f"bad{number}": found for number, (found, _fault) in enumerate(PHONES.values())}, runner.one)

    run = runner.run("voip.rps.provision")

    assert run.calls == []
    assert run.rc != 0
    # A template that fails is found while the variables are read, before the others can be checked.
    assert "bad20" in run.messages
    runner.inventory(
        {f"bad{number}": found for number, (found, _fault) in enumerate(PHONES.values()) if number != 20}, runner.one
    )
    run = runner.run("voip.rps.provision")
    assert run.calls == []
    assert [n for n in range(len(PHONES) - 1) if n != 20 and f"bad{n}" not in run.messages] == []


def test_a_wrong_fleet_variable_stops_all_before_any_call_and_is_named(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({"good": phone(1), "too": phone(2)}, runner.one)
    plays = [play(role(ignore_errors=True), name=name, vars=values) for name, (values, _fault) in FLEET.items()]

    run = runner.run(plays)

    messages = messages_of(run, list(FLEET))
    assert run.calls == []
    assert {name: messages[name] for name in FLEET if FLEET[name][1] not in messages[name]} == {}


def test_a_wrong_size_of_the_fleet_stops_all_before_any_call(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({"good": phone(1)}, runner.one)

    run = runner.run("voip.rps.provision", extra={"rps_fleet_size": "many"})

    assert run.rc != 0
    assert run.calls == []
    assert "rps_fleet_size" in run.messages


def test_a_wrong_account_stops_all_before_any_call_and_is_named(runner: PlaybookRunner) -> None:
    runner.servers()
    good = runner.account("yealink")
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "vendor": (good | {"vendor": "acme"}, "vendor"),
        "no vendor": ({key: good[key] for key in good if key != "vendor"}, "vendor"),
        "no user": (good | {"api_username": ""}, "api_username"),
        "no password": (good | {"api_password": None}, "api_password"),
        "colon": (good | {"api_username": "a:b"}, "colon"),
        "plain http": (good | {"api_url": "http://rps.example.com/xmlrpc"}, "unencrypted"),
        "loopback look-alike": (good | {"api_url": "http://127.0.0.1.example.com/xmlrpc"}, "unencrypted"),
        "login in the URL": (good | {"api_url": "https://u:p@rps.example.com/"}, "api_url"),
        "timeout": (good | {"timeout": 0}, "timeout"),
        "retries": (good | {"retries": -1}, "retries"),
        "concurrency": (good | {"concurrency": 65}, "concurrency"),
        "misspelt": (good | {"api_pasword": "x"}, "api_pasword"),
        "validate_certs": (good | {"validate_certs": "perhaps"}, "validate_certs"),
        "no dictionary": ({}, "rps_accounts.two"),
    }
    runner.inventory({"good": phone(1, account="one")}, {})
    plays = [
        play(role(ignore_errors=True), name=name, vars={"rps_accounts": {"one": good, "two": account}})
        for name, (account, _fault) in wrong.items()
    ]

    run = runner.run(plays)

    messages = messages_of(run, list(wrong))
    assert (run.calls, runner.sim.refusals()) == ([], [])
    assert {
        name: messages[name]
        for name in wrong
        if wrong[name][1] not in messages[name] or "rps_accounts.two" not in messages[name]
    } == {}


def test_what_only_one_vendor_has_is_refused_for_the_other(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory(
        {
            "a": phone(1, account="yea"),
            "b": phone(1, "htek", account="hte", unique_url="https://u.example.com/t0ken"),
        },
        runner.two,
    )

    run = runner.run("voip.rps.provision")
    purge = runner.run("voip.rps.provision", "--limit", "a", extra={"rps_purge_servers": ["desk"]})

    assert run.calls == purge.calls == []
    assert all(word in run.messages for word in ("rps_unique_url", "Htek", "on b"))
    assert "rps_purge_servers" in purge.messages
    assert "t0ken" not in run.output


def test_one_mac_on_hosts_of_two_accounts_names_both_hosts(runner: PlaybookRunner) -> None:
    runner.inventory({"a": phone(1, account="yea"), "b": phone(1, account="hte", server="desk")}, runner.two)

    run = runner.run("voip.rps.provision")

    assert run.calls == []
    assert all(text in run.messages for text in (colons(1), "a and b"))


def test_a_missing_library_is_named_before_any_call(runner: PlaybookRunner) -> None:
    runner.inventory({"a": phone(1)}, runner.one)
    runner.write("absent/requests.py", "raise ImportError('there is no requests')\n")

    run = runner.run("voip.rps.provision", env={"PYTHONPATH": str(runner.folder / "absent")}, cold=True)

    assert run.calls == []
    assert run.rc != 0
    assert "requests" in run.messages
    assert "pip install requests" in run.messages
    assert "Traceback" not in run.output
