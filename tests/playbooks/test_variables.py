# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the role have Ansible's precedence from every source, each host has its own, and logins stay apart."""

from __future__ import annotations

from typing import Any

from support.phones import mac
from support.playbooks import (
    BRANCH,
    DESK,
    HTEK,
    LOGINS,
    OFFICE,
    ROLE,
    SHOW,
    YEALINK,
    PlaybookRunner,
    check,
    phone,
    play,
    role,
)

SET_FACT = {"name": "Set", "ansible.builtin.set_fact": {"rps_server": "branch"}}
FACTS = {"name": "Set", "ansible.builtin.set_fact": {"site_server": "branch", "cacheable": True}}
INCLUDE_VARS = {"name": "Read", "ansible.builtin.include_vars": {"file": "branch.yml"}}
LOWER = {"vars": {"rps_server": "office"}}

# Each source beats the ones before it; the inventory says office everywhere.
SOURCES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "play vars": (play(vars={"rps_server": "branch"}), None),
    "vars_files": (play(vars_files=["branch.yml"], **LOWER), None),
    "role parameters": (
        play(roles=[{"role": ROLE, "rps_server": "branch"}], vars_files=["office.yml"], **LOWER),
        None,
    ),
    "role vars": (play(roles=[{"role": ROLE, "vars": {"rps_server": "branch"}}], vars_files=["office.yml"]), None),
    "import_role vars": (play(role(vars={"rps_server": "branch"}), vars_files=["office.yml"]), None),
    "include_role vars": (play(role("include_role", vars={"rps_server": "branch"}), vars_files=["office.yml"]), None),
    "block vars": (play({"block": [role()], "vars": {"rps_server": "branch"}}, vars_files=["office.yml"]), None),
    "include_vars": (play(INCLUDE_VARS, {"block": [role()], "vars": {"rps_server": "office"}}), None),
    "set_fact": (play(SET_FACT, role(vars={"rps_server": "office"})), None),
    "facts in a template": (play(FACTS, role(), vars={"rps_server": "{{ ansible_facts.site_server }}"}), None),
    "extra vars": (
        play(
            {"name": "Set", "ansible.builtin.set_fact": {"rps_server": "office"}},
            role(vars={"rps_server": "office"}),
            vars={"rps_server": "office"},
        ),
        {"rps_server": "branch"},
    ),
}


def fleet(runner: PlaybookRunner, **more: Any) -> None:
    runner.servers()
    runner.inventory({"a": phone(1), "b": phone(2)}, runner.one | more)
    for name in ("office", "branch"):
        runner.write(f"{name}.yml", {"rps_server": name})


def server(runner: PlaybookRunner, number: int) -> str | None:
    device = runner.sim.world("yealink").device(mac(number))
    return device.server if device else None


def test_a_phones_variable_comes_from_the_source_that_wins(runner: PlaybookRunner) -> None:
    fleet(runner)
    numbers = {source: (2 * index + 1, 2 * index + 2) for index, source in enumerate(SOURCES)}
    runner.inventory({f"p{number}": phone(number) for pair in numbers.values() for number in pair}, runner.one)
    plays = {
        source: taken | {"hosts": ",".join(f"p{number}" for number in numbers[source])}
        for source, (taken, _extra) in SOURCES.items()
    }

    by_play = runner.run([plays[source] for source, (_taken, extra) in SOURCES.items() if extra is None])
    by_extra = runner.run(plays["extra vars"], extra=SOURCES["extra vars"][1])

    assert (by_play.rc, by_extra.rc) == (0, 0)
    found = {source: (server(runner, one), server(runner, other)) for source, (one, other) in numbers.items()}
    assert found == dict.fromkeys(SOURCES, ("branch", "branch"))
    entries = by_play.entries | by_extra.entries
    assert len(entries) == 2 * len(SOURCES)
    assert {entry["after"]["url"] for entry in entries.values()} == {BRANCH}


def test_inventory_group_vars_and_host_vars_count_in_their_order(runner: PlaybookRunner) -> None:
    runner.servers()
    hosts = {name: phone(number, server=None) for number, name in enumerate("abcd", 1)}
    runner.inventory(hosts, runner.one | {"rps_server": "office"})
    runner.write("group_vars/phones.yml", {"rps_server": "branch"})
    runner.write("host_vars/b.yml", {"rps_server": "office"})
    runner.write("host_vars/c.yml", {"rps_state": "absent"})
    runner.write("host_vars/d.yml", {"rps_server": "{{ 'off' ~ rest }}", "rest": "ice"})

    run = runner.run("voip.rps.provision")

    assert run.rc == 0
    assert [server(runner, number) for number in range(1, 5)] == ["branch", "office", None, "office"]


def test_the_fleets_variables_have_the_same_precedence(runner: PlaybookRunner) -> None:
    fleet(runner, rps_host_results=True)
    wrong = {"acme": runner.account("yealink", api_password="wrong")}
    runner.inventory({"a": phone(1), "b": phone(2)}, {"rps_accounts": wrong, "rps_servers": []})

    in_role = play(roles=[{"role": ROLE} | runner.one], vars={"rps_accounts": wrong})
    by_play = runner.run([play(vars=runner.one), in_role], "--check")
    by_extra = runner.run(play(vars={"rps_accounts": wrong}), "--check", extra=runner.one)

    assert (by_play.rc, by_play.recap()) == (0, {"a": (2, 0), "b": (2, 0)})
    assert (by_extra.rc, by_extra.recap()) == (0, {"a": (1, 0), "b": (1, 0)})
    for run in (by_play, by_extra):
        assert {event.result["after"]["url"] for event in run.of(SHOW)} == {OFFICE}
    assert runner.sim.refusals() == []


def test_templates_are_evaluated_for_each_host(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory(
        {"a": {"hardware": "0015.6500.0001", "site": "branch"}, "b": {"hardware": "0015.6500.0002"}},
        runner.one,
    )
    values = {
        "rps_mac": "{{ hardware | replace('.', '') }}",
        "rps_server": "{{ site | default('office') }}",
        "rps_unique_url": "{{ 'https://u.example.com/' ~ inventory_hostname if inventory_hostname == 'b' else '' }}",
    }

    run = runner.run(play(vars=values))

    world = runner.sim.world("yealink")
    assert run.rc == 0
    assert (world.url(mac(1)), world.url(mac(2))) == (BRANCH, "https://u.example.com/b")


def test_omit_means_that_a_phones_variable_is_not_given(runner: PlaybookRunner) -> None:
    fleet(runner)
    values = {"rps_unique_url": "{{ nowhere | default(omit) }}"}
    required = {"rps_server": "{{ nowhere | default(omit) }}"}

    run = runner.run([play(vars=values, name="Optional"), play(vars=required, name="Required", ignore_errors=True)])

    assert [event.kind for event in run.bulk] == ["ok", "failed"]
    assert (runner.sim.world("yealink").url(mac(1)), runner.sim.world("yealink").url(mac(2))) == (OFFICE, OFFICE)
    assert "rps_server" in run.messages


def test_one_hosts_value_is_never_used_for_another(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.sim.options.update({"take_over_allowed": True})
    runner.rival(1)
    runner.rival(2)
    runner.device(3, "branch")
    runner.inventory(
        {
            "a": phone(1, override=True, unique_url="https://u.example.com/a"),
            "b": phone(2),
            "c": phone(3, server="branch"),
            "d": phone(4, server=None, state="absent"),
            "e": phone(5),
        },
        runner.one,
    )

    run = runner.run("voip.rps.provision")

    assert run.outcomes == {"a": "changed", "b": "conflict", "c": "in_sync", "d": "in_sync", "e": "changed"}
    assert runner.sim.world("yealink").url(mac(5)) == OFFICE


# A fleet variable that differs, and the host vars of two phones.
DIFFERENT: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "host var": ("rps_purge_limit", {}, {"rps_purge_limit": "50%"}),
    "only the first": ("rps_purge", {"rps_purge": True}, {}),
    "through another variable": (
        "rps_ignore",
        {"rps_ignore": "{{ mine }}", "mine": ["0015"]},
        {"rps_ignore": "{{ mine }}", "mine": ["001f"]},
    ),
    "by name": (
        "rps_batch_size",
        {"rps_batch_size": "{{ 5 if inventory_hostname.startswith('a') else 6 }}"},
        {"rps_batch_size": 6},
    ),
    "through a lookup": (
        "rps_purge_limit",
        {"rps_purge_limit": "{{ lookup('vars', 'mine') }}", "mine": "1"},
        {"rps_purge_limit": "{{ lookup('vars', 'mine') }}", "mine": "500"},
    ),
}


def test_a_fleet_variable_that_differs_is_an_error_that_names_it_and_both_hosts(runner: PlaybookRunner) -> None:
    runner.servers()
    hosts: dict[str, dict[str, Any]] = {}
    for number, (_name, one, other) in enumerate(DIFFERENT.values()):
        hosts |= {f"a{number}": phone(1) | one, f"b{number}": phone(2) | other}
    runner.inventory(hosts, runner.one)
    taken = role(ignore_errors=True)

    run = runner.run([play(taken, name=case, hosts=f"a{n},b{n}") for n, case in enumerate(DIFFERENT)])

    assert run.calls == []
    said = run.messages_by_play
    for number, (case, (name, _one, _other)) in enumerate(DIFFERENT.items()):
        assert f"{name} differs between hosts (a{number} and b{number})" in said[case]


def test_a_fleet_variable_that_differs_only_in_its_writing_is_no_error(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory(
        {"a": phone(1) | {"rps_purge_limit": "5%"}, "b": phone(2) | {"rps_purge_limit": "{{ mine }}%", "mine": 5}},
        runner.one,
    )

    assert runner.run(None, "--check").recap() == {"a": (1, 0), "b": (1, 0)}


def test_the_environment_makes_an_account_of_each_login_and_keeps_them_apart(runner: PlaybookRunner) -> None:
    runner.servers()
    servers = [
        {"name": "office", "url": OFFICE, "account": "yealink"},
        {"name": "desk", "url": DESK, "account": "htek"},
    ]
    runner.inventory(
        {"a": phone(1, account="yealink"), "b": phone(2, "htek", account="htek")},
        {"rps_servers": servers},
    )
    env = {
        f"RPS_{vendor.upper()}_{key.removeprefix('api_').upper()}": value
        for vendor, login in LOGINS.items()
        for key, value in login.items()
    } | {"RPS_YEALINK_API_URL": runner.sim.url("yealink"), "RPS_HTEK_API_URL": runner.sim.url("htek")}

    run = runner.run("voip.rps.provision", env=env)

    assert run.recap() == {"a": (1, 0), "b": (1, 0)}
    assert {(call.vendor, call.account) for call in run.calls} == {
        ("yealink", YEALINK["api_username"]),
        ("htek", HTEK["api_username"]),
    }
    assert runner.sim.refusals() == []


def test_the_plain_login_of_the_environment_is_the_only_account_and_needs_a_vendor(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({"a": phone(1)}, {"rps_servers": [{"name": "office", "url": OFFICE}]})
    env = {"RPS_API_USERNAME": "acme", "RPS_API_PASSWORD": YEALINK["api_password"]}
    env["RPS_API_URL"] = runner.sim.url("yealink")

    good = runner.run("voip.rps.provision", "--check", env=env | {"RPS_VENDOR": "yealink"})
    bad = runner.run("voip.rps.provision", env=env)
    none = runner.run("voip.rps.provision")

    assert good.recap() == {"a": (1, 0)}
    assert bad.calls == none.calls == []
    assert "RPS_VENDOR" in bad.messages
    assert "rps_accounts" in none.messages


def test_the_keyword_environment_of_a_play_counts_as_the_environment(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory({"a": phone(1)}, {"rps_servers": runner.one["rps_servers"]})
    environment = {
        f"RPS_YEALINK_{key}": value
        for key, value in (
            ("USERNAME", "{{ 'ac' ~ 'me' }}"),
            ("PASSWORD", runner.account("yealink")["api_password"]),
            ("API_URL", runner.sim.url("yealink")),
        )
    }

    run = runner.run(play(environment=environment))

    assert run.rc == 0
    assert run.outcomes == {"a": "changed"}


def test_a_declared_account_takes_no_address_login_or_vendor_from_the_environment(runner: PlaybookRunner) -> None:
    runner.servers()
    bare = {"vendor": "htek", "api_url": runner.sim.url("htek")}
    env = {"RPS_API_USERNAME": "acme", "RPS_API_PASSWORD": YEALINK["api_password"], "RPS_VENDOR": "yealink"}
    env |= {"RPS_HTEK_USERNAME": HTEK["api_username"], "RPS_HTEK_PASSWORD": HTEK["api_password"]}
    runner.inventory({"a": phone(1, "htek")}, {"rps_accounts": {"hte": bare}})

    run = runner.run("voip.rps.provision", env=env)

    assert (run.calls, runner.sim.refusals()) == ([], [])
    assert "rps_accounts.hte: api_username" in run.messages
    assert "RPS_API_" not in run.messages, "the message names a way that does not work"


def test_a_declared_account_takes_certificates_and_time_from_the_environment(runner: PlaybookRunner) -> None:
    fleet(runner)

    run = runner.run("voip.rps.provision", env={"RPS_TIMEOUT": "soon", "RPS_VALIDATE_CERTS": "perhaps"})
    ca = runner.run(
        "voip.rps.provision",
        env={"RPS_CA_PATH": "missing.pem", "RPS_TIMEOUT": "9"},
        extra={"rps_accounts": {"acme": runner.account("yealink", api_url="https://127.0.0.1:1/")}},
    )

    assert run.calls == ca.calls == []
    assert all(name in run.messages for name in ("RPS_TIMEOUT", "RPS_VALIDATE_CERTS"))
    assert "RPS_CA_PATH names a file that does not exist: missing.pem." in ca.messages


def test_values_of_one_batch_do_not_reach_the_next(runner: PlaybookRunner) -> None:
    runner.servers()
    runner.inventory(
        {"a": phone(1, server="branch"), "b": phone(2), "c": phone(3, server="branch"), "d": phone(4)}, runner.one
    )

    run = runner.run(play(role(), check("rps_result.mac == rps_mac"), serial=1))

    assert run.rc == 0
    assert [server(runner, number) for number in range(1, 5)] == ["branch", "office", "branch", "office"]
