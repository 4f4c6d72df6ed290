# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/migration-ymcs.md moves a fleet: no phone leaves the old account before the new one is verified."""

from __future__ import annotations

import re

import pytest
import yaml
from support.page_runner import PASSWORD, USER, PageRunner
from support.pages import section

PAGE = "docs/migration-ymcs.md"
URL = "https://prov.example.com/yealink/"
MACS = ["805ec0000001", "805ec0000002"]


@pytest.fixture
def fleet(runner: PageRunner) -> PageRunner:
    """The inventory of the page, its phones on the old account, and the logins where the page has them."""
    runner.write_examples(PAGE)
    runner.environment = {key: value for key, value in runner.environment.items() if not key.startswith("RPS_")}
    runner.environment |= {"OLD_USERNAME": USER, "OLD_PASSWORD": PASSWORD}
    runner.environment |= {"NEW_ACCESS_KEY_ID": USER, "NEW_ACCESS_KEY_SECRET": PASSWORD}
    path = runner.folder / "inventory/group_vars/phones.yml"
    variables = yaml.safe_load(path.read_text(encoding="utf-8"))
    for account in variables["rps_accounts"].values():
        account["api_url"] = runner.sim.url(account["vendor"])
    path.write_text(yaml.safe_dump(variables), encoding="utf-8")
    world = runner.sim.world("yealink")
    world.add_server(USER, "office", URL)
    for mac in MACS:
        world.add_device(mac, USER, "office")
    return runner


def commands(title: str) -> list[list[str]]:
    """The arguments of every command of a section, in order."""
    lines = section(PAGE, title).splitlines()
    return [line.removeprefix("ansible-playbook ").split() for line in lines if line.startswith("ansible-playbook ")]


def run(fleet: PageRunner, title: str) -> None:
    """Run every command of a section; all of them must succeed."""
    assert commands(title)
    for arguments in commands(title):
        fleet.playbook(*arguments).succeeded()


def test_a_fleet_is_moved_and_is_on_one_account_at_least_all_the_time(fleet: PageRunner) -> None:
    present: list[set[str]] = []
    fleet.sim.hooks.append(lambda *_call: present.append({*fleet.bound("yealink"), *fleet.bound("ymcs")}))
    run(fleet, "2. Define both accounts")
    assert fleet.sim.writes() == []
    run(fleet, "3. Try one phone")
    assert set(fleet.bound("yealink")) == {MACS[1]}
    assert fleet.bound("ymcs") == {MACS[0]: URL}
    run(fleet, "4. Register the fleet on the new account")
    run(fleet, "5. Verify the new account")
    assert set(fleet.bound("yealink")) == {MACS[1]}
    run(fleet, "6. Release verified phones from the old account")
    assert fleet.bound("yealink") == {}
    assert fleet.bound("ymcs") == dict.fromkeys(MACS, URL)
    assert all(macs == set(MACS) for macs in present)
    path = fleet.folder / "inventory/group_vars/phones.yml"
    variables = yaml.safe_load(path.read_text(encoding="utf-8"))
    variables["rps_account"] = "new"
    del variables["rps_accounts"]["old"]
    variables["rps_servers"] = [server for server in variables["rps_servers"] if server["account"] == "new"]
    path.write_text(yaml.safe_dump(variables), encoding="utf-8")
    run(fleet, "7. Make the new account the only one")


def test_a_phone_that_is_not_verified_on_the_new_account_stays_on_the_old_one(fleet: PageRunner) -> None:
    new = fleet.sim.world("ymcs")
    new.add_server(USER, "office", URL)
    new.add_device(MACS[0], USER, "office")
    for arguments in commands("6. Release verified phones from the old account"):
        fleet.playbook(*arguments).succeeded()
    assert set(fleet.bound("yealink")) == {MACS[1]}


def test_a_phone_of_another_organization_is_a_conflict_and_stays(fleet: PageRunner) -> None:
    fleet.sim.add_account("ymcs", "another", "another-password")
    fleet.sim.world("ymcs").add_device(MACS[0], "another")
    first = commands("3. Try one phone")[0]
    done = fleet.playbook(*first)
    assert done.failed == {"reception"}
    assert "is registered to another account" in done.text
    assert set(fleet.bound("yealink")) == set(MACS)


def test_the_page_describes_the_way_back(fleet: PageRunner) -> None:
    text = section(PAGE, "If the new account refuses")
    release, register = commands("If the new account refuses")
    back = re.search(r"`ansible-playbook ([^`]+)`", text)
    assert back
    fleet.playbook(*release).succeeded()
    assert set(fleet.bound("yealink")) == {MACS[1]}
    fleet.playbook(*back[1].split()).succeeded()
    assert set(fleet.bound("yealink")) == set(MACS)
    assert register[-1] == release[-1]
