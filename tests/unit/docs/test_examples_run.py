# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of README and guide do what the pages say, run as a reader would run them."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from simulator import Simulator
from support.page_runner import PASSWORD, USER, PageRunner, examples
from support.pages import ROOT, blocks

YEALINK_URL, SNOM_URL = "https://prov.example.com/yealink/", "https://prov.example.com/snom/"
OLD_URL = "https://old.example.com/"
SERVERS = [{"name": "office", "account": "yealink", "url": YEALINK_URL}]
RECEPTION, DESK = "001565000001", "001565000002"


GUIDE = examples("docs/guide.md")


@pytest.fixture
def guide(runner: PageRunner) -> PageRunner:
    """A runner with the plays of the guide in files, and the server office at Yealink.

    What belongs into an inventory is not among them: each test takes its own part of it.
    """
    for name, body in GUIDE.items():
        if not name.startswith("inventory/"):
            runner.write(name, body)
    runner.sim.world("yealink").add_server(USER, "office", YEALINK_URL)
    return runner


def extra(**values: object) -> tuple[str, str]:
    return "-e", json.dumps(values)


def write_phones(runner: PageRunner, hosts: dict[str, dict[str, object]], **shared: object) -> None:
    """Write phones.yml: phones of the account yealink and the server office, unless their variables say otherwise."""
    variables = {"rps_account": "yealink", "rps_server": "office", "rps_servers": SERVERS, **shared}
    runner.write("phones.yml", yaml.safe_dump({"phones": {"hosts": hosts, "vars": variables}}))


def add_phones(sim: Simulator, *macs: str, account: str = USER, server: str | None = "office") -> None:
    for mac in macs:
        sim.world("yealink").add_device(mac, account, server)


# README.


def test_the_inventory_of_the_readme_is_previewed_provisioned_and_compared(runner: PageRunner) -> None:
    runner.write_examples("README.md")
    phones = {"reception", "desk-12", "warehouse"}
    run = ("-i", "inventory", "voip.rps.provision")

    assert runner.playbook(*run, "--check", "--diff").succeeded().changed >= phones
    assert runner.sim.writes() == []

    assert runner.playbook(*run).succeeded().changed >= phones
    assert runner.bound("yealink") == {RECEPTION: YEALINK_URL, DESK: YEALINK_URL}
    assert runner.bound("snom") == {"000413000001": SNOM_URL}

    runner.sim.reset_log()
    assert runner.playbook("-i", "inventory", "provision.yml").succeeded().changed == set()
    assert runner.playbook("-i", "inventory", "voip.rps.drift").succeeded().changed == set()
    assert runner.sim.writes() == []


def test_the_example_in_the_roles_documentation_registers_phones(runner: PageRunner) -> None:
    shown = runner.run("doc", "--type", "role", "--json", "voip.rps.rps").succeeded()
    (entry,) = json.loads(shown.stdout).values()
    play = yaml.safe_load(entry["entry_points"]["main"]["examples"])
    runner.write("role.yml", yaml.safe_dump(play))
    write_phones(runner, {"desk": {"rps_mac": "00:15:65:00:00:01"}})
    assert runner.playbook("-i", "phones.yml", "role.yml").succeeded().failed == set()
    assert set(runner.bound("yealink")) == {RECEPTION}


def test_the_example_in_the_roles_readme_registers_phones(runner: PageRunner) -> None:
    (play,) = [block.body for block in blocks(ROOT / "roles/rps/README.md") if block.language == "yaml"]
    runner.write("role.yml", play)
    write_phones(runner, {"desk": {"rps_mac": "00:15:65:00:00:01"}})
    runner.playbook("-i", "phones.yml", "role.yml").succeeded()
    assert set(runner.bound("yealink")) == {RECEPTION}


# Guide: modules.


def test_the_first_phone_is_registered_once(guide: PageRunner) -> None:
    assert guide.playbook("first-phone.yml").succeeded().changed == {"localhost"}
    assert guide.bound("yealink") == {RECEPTION: YEALINK_URL}
    assert guide.playbook("first-phone.yml").succeeded().changed == set()


def test_the_first_snom_phone_is_redirected_once(guide: PageRunner) -> None:
    assert guide.playbook("first-snom-phone.yml").succeeded().changed == {"localhost"}
    assert guide.bound("snom") == {"000413000001": SNOM_URL}
    assert guide.playbook("first-snom-phone.yml").succeeded().changed == set()


def test_phones_of_other_accounts_are_listed_and_other_failures_fail_the_play(guide: PageRunner) -> None:
    guide.sim.add_account("yealink", "neighbor", "another-password")
    add_phones(guide.sim, DESK, account="neighbor", server=None)
    assert f'"{DESK}"' in guide.playbook("branch-office.yml").succeeded().stdout
    assert set(guide.bound("yealink")) == {RECEPTION}
    guide.sim.world("yealink").remove_server(USER, "office")
    guide.sim.world("yealink").remove_device(RECEPTION)
    assert guide.playbook("branch-office.yml").failed == {"localhost"}


def test_a_plan_is_applied_when_it_is_approved_and_only_once(guide: PageRunner) -> None:
    preview = guide.playbook("approved.yml").succeeded()
    assert guide.sim.writes() == []
    approval = re.search(r"-e (approved=sha256:[0-9a-f]{64})", preview.stdout)
    assert approval
    assert guide.playbook("approved.yml", "-e", approval[1]).succeeded().changed == {"localhost"}
    assert set(guide.bound("yealink")) == {RECEPTION, DESK}
    assert "nothing is left to write" in guide.playbook("approved.yml", "-e", approval[1]).text


# Guide: inventories.


def test_text_in_the_ini_example_stays_text(guide: PageRunner) -> None:
    (example,) = [block.body for block in blocks(ROOT / "docs/guide.md") if block.language == "ini"]
    guide.write("phones.ini", example)
    found = guide.inventory("-i", "phones.ini")["_meta"]["hostvars"]
    assert found["reception"] == {"rps_mac": "00:15:65:00:00:01", "rps_server": "0012"}
    assert found["desk-12"] == {"rps_mac": DESK, "rps_server": "0013"}


def test_every_way_to_write_text_of_the_guide_is_accepted_and_a_number_is_not(guide: PageRunner) -> None:
    guide.sim.world("yealink").add_server(USER, "0012", OLD_URL)
    servers = [{"name": "0012", "account": "yealink", "url": OLD_URL}]
    write_phones(guide, {"desk": {"rps_mac": "00:15:65:00:00:01"}}, rps_server="0012", rps_servers=servers)
    guide.playbook("-i", "phones.yml", "voip.rps.provision").succeeded()
    assert guide.bound("yealink") == {RECEPTION: OLD_URL}
    refused = guide.playbook("-i", "phones.yml", "voip.rps.provision", *extra(rps_server=10))
    assert refused.status != 0
    assert "rps_server must be text, but was read as a number" in refused.text


def test_an_account_is_shown_as_an_inventory(guide: PageRunner) -> None:
    add_phones(guide.sim, RECEPTION, DESK)
    add_phones(guide.sim, "001565000003", server=None)
    found = guide.inventory("-i", "account.rps.yml")
    assert found["phones"]["hosts"] == [RECEPTION, DESK]
    assert found["_meta"]["hostvars"][RECEPTION]["rps_server"] == "office"


def test_a_phone_needs_its_serial_number_to_be_added_to_ymcs(guide: PageRunner) -> None:
    guide.write("ymcs.yml", GUIDE["inventory/ymcs.yml"])
    run = ("-i", "ymcs.yml", "voip.rps.provision")
    assert "without a serial number" in guide.playbook(*run, *extra(rps_serial="")).text
    assert guide.sim.world("ymcs").devices() == []
    guide.playbook(*run).succeeded()
    assert guide.bound("ymcs") == {"805ec0000001": YEALINK_URL}


def test_the_accounts_of_the_guide_are_accounts(guide: PageRunner) -> None:
    guide.environment = {key: value for key, value in guide.environment.items() if not key.startswith("RPS_")}
    example = yaml.safe_load(GUIDE["inventory/group_vars/phones/main.yml"])
    for name, account in example["rps_accounts"].items():
        account["api_url"] = guide.sim.url(account["vendor"])
        assert name in ("yealink", "cloud")
    logins = {
        key: value
        for kind in ("rps_yealink", "rps_ymcs")
        for key, value in (
            (f"vault_{kind}_username", USER),
            (f"vault_{kind}_password", PASSWORD),
            (f"vault_{kind}_access_key_id", USER),
            (f"vault_{kind}_access_key_secret", PASSWORD),
        )
    }
    hosts: dict[str, dict[str, object]] = {
        "old": {"rps_mac": "00:15:65:00:00:01", "rps_account": "yealink"},
        "new": {"rps_mac": "80:5e:c0:00:00:01", "rps_account": "cloud", "rps_serial": "0301234567890001"},
    }
    servers = [*SERVERS, {"name": "office", "account": "cloud", "url": YEALINK_URL}]
    write_phones(guide, hosts, rps_servers=servers, **example, **logins)
    guide.playbook("-i", "phones.yml", "voip.rps.provision").succeeded()
    assert set(guide.bound("yealink")) == {RECEPTION}
    assert set(guide.bound("ymcs")) == {"805ec0000001"}


# Guide: plays with the role.


def test_a_conflict_is_rescued_and_every_other_failure_is_not(guide: PageRunner) -> None:
    guide.sim.add_account("yealink", "neighbor", "another-password")
    add_phones(guide.sim, DESK, account="neighbor", server=None)
    write_phones(guide, {"one": {"rps_mac": "00:15:65:00:00:01"}, "two": {"rps_mac": "00:15:65:00:00:02"}})
    done = guide.playbook("-i", "phones.yml", "order.yml").succeeded()
    assert "Ask the supplier to release 00:15:65:00:00:02." in done.text
    assert set(guide.bound("yealink")) == {RECEPTION}
    guide.sim.world("yealink").remove_device(RECEPTION)
    guide.sim.world("yealink").remove_server(USER, "office")
    guide.sim.options.set("forbidden_methods", {"addServer"}, "yealink")
    assert guide.playbook("-i", "phones.yml", "order.yml").failed == {"one"}


def test_spares_are_left_alone(guide: PageRunner) -> None:
    hosts: dict[str, dict[str, object]] = {
        "spare-1": {"rps_mac": "00:15:65:00:00:01", "spare": True},
        "desk": {"rps_mac": "00:15:65:00:00:02"},
    }
    write_phones(guide, hosts)
    guide.playbook("-i", "phones.yml", "without-spares.yml").succeeded()
    assert set(guide.bound("yealink")) == {DESK}


def test_a_fleet_is_moved_in_steps_stops_at_a_failure_and_can_be_resumed(guide: PageRunner) -> None:
    macs = [f"0015650000{number}" for number in range(10, 30)]
    add_phones(guide.sim, *macs)
    guide.sim.world("yealink").add_server(USER, "new-office", OLD_URL)
    guide.sim.add_account("yealink", "neighbor", "another-password")
    guide.sim.world("yealink").remove_device(macs[2])
    add_phones(guide.sim, macs[2], account="neighbor", server=None)
    servers = [*SERVERS, {"name": "new-office", "account": "yealink", "url": OLD_URL}]
    write_phones(guide, {f"desk-{mac[-2:]}": {"rps_mac": mac} for mac in macs}, rps_servers=servers)
    run = ("-i", "phones.yml", "move.yml", "-e", "rps_server=new-office")

    assert guide.playbook(*run).failed == {"desk-12"}
    assert {mac for mac, url in guide.bound("yealink").items() if url == OLD_URL} == {macs[0], macs[1]}

    guide.sim.world("yealink").remove_device(macs[2])
    add_phones(guide.sim, macs[2])
    guide.playbook(*run).succeeded()
    assert set(guide.bound("yealink").values()) == {OLD_URL}


# Guide: removing.


def test_a_retired_phone_is_deregistered(guide: PageRunner) -> None:
    add_phones(guide.sim, "001565000007", RECEPTION)
    guide.write("retired.yml", GUIDE["inventory/retired.yml"])
    guide.playbook("-i", "retired.yml", "voip.rps.provision").succeeded()
    assert set(guide.bound("yealink")) == {RECEPTION}


def test_only_the_selected_phone_is_released(guide: PageRunner) -> None:
    add_phones(guide.sim, RECEPTION, DESK)
    write_phones(guide, {"sold-in-may": {"rps_mac": "00:15:65:00:00:01"}, "desk": {"rps_mac": "00:15:65:00:00:02"}})
    run = ("-i", "phones.yml", "voip.rps.release")
    assert guide.playbook(*run).status != 0
    guide.playbook(*run, "--limit", "sold-in-may", "--check").succeeded()
    assert guide.sim.writes() == []
    guide.playbook(*run, "--limit", "sold-in-may").succeeded()
    assert set(guide.bound("yealink")) == {DESK}
    guide.sim.reset_log()
    assert "every phone of the inventory" in guide.playbook(*run, "--limit", "all").text
    assert guide.sim.writes() == []


def test_a_broken_phone_is_replaced(guide: PageRunner) -> None:
    add_phones(guide.sim, RECEPTION)
    guide.write("replaced.yml", GUIDE["inventory/replaced.yml"])
    run = ("-i", "replaced.yml", "voip.rps.provision", "--limit", "reception,reception-broken")
    guide.playbook(*run, *extra(rps_servers=SERVERS)).succeeded()
    assert set(guide.bound("yealink")) == {"001565000099"}


def test_purge_needs_the_size_of_the_fleet_and_keeps_to_its_limit(guide: PageRunner) -> None:
    macs = [f"0015650000{number}" for number in range(10, 16)]
    add_phones(guide.sim, *macs, "0015650000a1", "0015650000a2")
    write_phones(guide, {f"desk-{mac[-2:]}": {"rps_mac": mac} for mac in macs})
    run = ("-i", "phones.yml", "voip.rps.provision", "-e", "rps_purge=true")

    assert "6 phones: 6 in sync; 2 unmanaged devices." in guide.playbook("-i", "phones.yml", "voip.rps.drift").text
    assert "Guard rps_fleet_size blocked the run" in guide.playbook(*run, "-e", "rps_purge_limit=2").text
    assert "Guard rps_purge_limit blocked the run" in guide.playbook(*run, "-e", "rps_fleet_size=6").text
    assert guide.sim.writes() == []
    sizes = ("-e", "rps_fleet_size=6", "-e", "rps_purge_limit=2")
    assert "2 devices would be purged" in guide.playbook(*run, *sizes, "--check", "--diff").succeeded().text
    guide.playbook(*run, *sizes).succeeded()
    assert set(guide.bound("yealink")) == set(macs)


def test_teams_can_share_an_account(guide: PageRunner) -> None:
    macs = [f"0015650000{number}" for number in range(10, 16)]
    guide.sim.world("yealink").add_server(USER, "theirs", OLD_URL)
    add_phones(guide.sim, *macs, "001565aa0001", "001565001001", "0015650000a1")
    add_phones(guide.sim, "0015650000a2", server="theirs")
    sharing = yaml.safe_load(GUIDE["inventory/group_vars/phones/sharing.yml"])
    write_phones(guide, {f"desk-{mac[-2:]}": {"rps_mac": mac} for mac in macs}, **sharing)
    options = ("-e", "rps_purge=true", "-e", "rps_fleet_size=6", "-e", "rps_purge_limit=1")
    guide.playbook("-i", "phones.yml", "voip.rps.provision", *options).succeeded()
    assert set(guide.bound("yealink")) == {*macs, "001565aa0001", "001565001001", "0015650000a2"}


# Guide: single variables.


def test_a_phone_gets_its_unique_url_and_no_output_shows_its_path(guide: PageRunner) -> None:
    write_phones(guide, {"reception": {"rps_mac": "00:15:65:00:00:01"}})
    example = yaml.safe_load(GUIDE["inventory/host_vars/reception.yml"])
    values = extra(**example, vault_reception_token="9f3c71e0")
    done = guide.playbook("-i", "phones.yml", "voip.rps.provision", "--diff", "-v", *values).succeeded()
    assert guide.bound("yealink") == {RECEPTION: "https://prov.example.com/one/9f3c71e0"}
    assert "prov.example.com/one" not in done.text
    assert re.search(r"~[0-9a-f]{12}", done.text)


def test_a_binding_at_htek_is_unverifiable_until_it_is_forced(guide: PageRunner) -> None:
    world = guide.sim.world("htek")
    world.add_server(USER, "office", "https://prov.example.com/htek/")
    world.add_device("001fc1000001", USER, "office")
    servers = [{"name": "office", "account": "htek", "url": "https://prov.example.com/htek/"}]
    hosts: dict[str, dict[str, object]] = {"warehouse": {"rps_mac": "00:1f:c1:00:00:01"}}
    write_phones(guide, hosts, rps_account="htek", rps_servers=servers)
    run = ("-i", "phones.yml", "voip.rps.provision")
    assert "1 unverifiable" in guide.playbook(*run).succeeded().text
    assert guide.sim.writes() == []
    guide.playbook(*run, "--limit", "warehouse", "-e", "rps_force=true").succeeded()
    assert guide.write_methods()[-1] == "editDevice"


def test_an_override_takes_over_another_accounts_phone_where_the_service_has_one(guide: PageRunner) -> None:
    world = guide.sim.world("htek")
    guide.sim.add_account("htek", "neighbor", "another-password")
    world.add_server(USER, "office", "https://prov.example.com/htek/")
    world.add_device("001fc1000001", "neighbor")
    servers = [{"name": "office", "account": "htek", "url": "https://prov.example.com/htek/"}]
    hosts: dict[str, dict[str, object]] = {"second-hand": {"rps_mac": "00:1f:c1:00:00:01"}}
    write_phones(guide, hosts, rps_account="htek", rps_servers=servers)
    run = ("-i", "phones.yml", "voip.rps.provision")
    assert guide.playbook(*run).failed == {"second-hand"}
    example = yaml.safe_load(GUIDE["inventory/host_vars/second-hand.yml"])
    guide.playbook(*run, *extra(**example)).succeeded()
    assert set(guide.bound("htek")) == {"001fc1000001"}


def test_drift_fails_the_run_only_if_it_is_asked_to(guide: PageRunner) -> None:
    write_phones(guide, {"desk": {"rps_mac": "00:15:65:00:00:01"}})
    run = ("-i", "phones.yml", "voip.rps.drift")
    assert guide.playbook(*run).succeeded().changed == {"desk"}
    assert guide.playbook(*run, "-e", "rps_fail_on_drift=true").status != 0
    assert guide.sim.writes() == []
    assert sorted(path.name for path in (guide.folder / "rps-reports").iterdir()) == [
        "drift.csv",
        "drift.html",
        "drift.json",
        "drift.prom",
        "drift.xml",
    ]


def test_an_approved_plan_of_a_fleet_is_written_and_another_one_is_not(guide: PageRunner) -> None:
    write_phones(guide, {"desk": {"rps_mac": "00:15:65:00:00:01"}})
    guide.playbook("-i", "phones.yml", "voip.rps.drift").succeeded()
    report = json.loads((guide.folder / "rps-reports/drift.json").read_text(encoding="utf-8"))
    plans = {account["name"]: account["plan"] for account in report["accounts"] if account["plan"]}
    run = ("-i", "phones.yml", "voip.rps.provision", *extra(rps_expect_plan=plans))
    add_phones(guide.sim, RECEPTION, server=None)
    assert "Guard rps_expect_plan blocked the run" in guide.playbook(*run).text
    assert guide.sim.writes() == []
    guide.sim.world("yealink").remove_device(RECEPTION)
    guide.playbook(*run).succeeded()
    assert set(guide.bound("yealink")) == {RECEPTION}


def test_every_example_of_the_guide_is_used_by_a_test() -> None:
    text = (ROOT / "tests/unit/docs/test_examples_run.py").read_text(encoding="utf-8")
    # The servers of all accounts are part of other tests, as data of the same shape; the play is that of the README.
    known = {"inventory/group_vars/all.yml", "provision.yml"}
    assert [name for name in GUIDE if name not in text and name not in known] == []


# Plugins.


@pytest.mark.parametrize("kind", ["filter", "test"])
def test_the_examples_of_the_mac_plugins_give_what_they_say(runner: PageRunner, kind: str) -> None:
    shown = runner.run("doc", "--type", kind, "--json", "voip.rps.mac").succeeded()
    (plugin,) = json.loads(shown.stdout).values()
    tasks = str(plugin["examples"])
    body = "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + re.sub("^", "    ", tasks, flags=re.MULTILINE)
    runner.write("examples.yml", body)
    done = runner.playbook("examples.yml").succeeded()
    expected = re.findall(r"# => (\S+)", tasks) or ["All assertions passed"]
    assert re.findall(r'"msg": "([^"]+)"', done.stdout) == expected


def test_the_example_of_the_inventory_plugin_makes_hosts_and_groups(runner: PageRunner) -> None:
    shown = runner.run("doc", "--type", "inventory", "--json", "voip.rps.rps").succeeded()
    (plugin,) = json.loads(shown.stdout).values()
    example = str(plugin["examples"])
    (server,) = yaml.safe_load(example)["servers"]
    runner.sim.world("yealink").add_server(USER, server["name"], server["url"])
    add_phones(runner.sim, "001565ab0001", server=server["name"])
    runner.write("phones.rps.yml", example)
    found = runner.inventory("-i", "phones.rps.yml")
    (host,) = found["_meta"]["hostvars"]
    assert "001565ab0001" in host.replace(":", "")
    assert found["_meta"]["hostvars"][host]["rps_server"] == server["name"]
