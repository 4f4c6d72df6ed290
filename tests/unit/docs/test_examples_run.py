# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of README and guide do what the pages say, run as a reader would run them, against the simulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from ansible_collections.voip.rps.plugins.module_utils._vendors import registry as _vendors
from simulator.server import Simulator

ROOT = Path(__file__).resolve().parents[3]
LOGIN = ("office", "a-made-up-password")
URL = {vendor: f"https://prov.example.com/{vendor}/" for vendor in ("yealink", "htek")}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as running:
        for vendor in running.vendors:
            running.add_account(vendor, *LOGIN)
        yield running
        running.assert_clean()


def write_examples(page: str, folder: Path) -> None:
    """Write each YAML example of a page to the file that its first line names."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for body in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        name = re.match(r"# ([\w./-]+\.yml)", body)
        assert name, f"an example of {page} does not begin with the name of its file"
        path = folder / name[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")


def play(sim: Simulator, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return ansible(sim, folder, "playbook", *arguments)


def ansible(
    sim: Simulator, folder: Path, program: str, *arguments: str, extra: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs with the logins in the environment, and nothing else of the user's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "RPS_"))}
    env |= {
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(Path(_vendors.__file__).parents[5]),
        "ANSIBLE_NOCOLOR": "1",
        "RPS_API_URL": sim.url("yealink"),
    }
    for vendor in sim.vendors:
        front = f"RPS_{vendor.upper()}_"
        env |= {front + "USERNAME": LOGIN[0], front + "PASSWORD": LOGIN[1], front + "API_URL": sim.url(vendor)}
    env |= extra
    return subprocess.run(
        [sys.executable, "-m", f"ansible.cli.{program}", *arguments],
        check=False,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_phones_that_an_account_holds_already_are_adopted(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    sim.world("yealink").add_server(LOGIN[0], "office", URL["yealink"])
    for number in range(3):
        sim.world("yealink").add_device(f"00156500001{number}", account=LOGIN[0], server="office")
    login = {"RPS_API_USERNAME": LOGIN[0], "RPS_API_PASSWORD": LOGIN[1]}
    command = ("-i", "account.rps.yml", "--list", "--yaml", "--output", "phones.yml")
    kept = ansible(sim, tmp_path, "inventory", *command, extra=login)
    assert kept.returncode == 0, kept.stdout + kept.stderr
    (tmp_path / "group_vars").mkdir()
    servers = [{"name": "office", "account": "yealink", "url": URL["yealink"]}]
    shared = {"rps_account": "yealink", "rps_servers": servers}
    (tmp_path / "group_vars/phones.yml").write_text(json.dumps(shared), encoding="utf-8")

    done = play(sim, tmp_path, "-i", "phones.yml", "voip.rps.drift")

    assert changed(done) == set()
    assert "3 in sync" in done.stdout
    assert sim.writes() == []


def test_a_csv_export_becomes_an_inventory_whatever_its_notation(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    sim.world("yealink").add_server(LOGIN[0], "office", URL["yealink"])
    rows = ["\ufeffMAC,Name,Server", "0015.6500.0041, lobby,office ", "00-15-65-00-00-42,desk,office", "", ""]
    (tmp_path / "export.csv").write_text("\r\n".join(rows), encoding="utf-8")
    assert changed(play(sim, tmp_path, "csv-to-inventory.yml")) == {"localhost"}
    servers = [{"name": "office", "account": "yealink", "url": URL["yealink"]}]
    values = json.dumps({"rps_account": "yealink", "rps_servers": servers})

    done = play(sim, tmp_path, "-i", "csv-phones.yml", "voip.rps.provision", "-e", values)

    assert changed(done) == {"phone-001565000041", "phone-001565000042"}
    assert bound(sim) == {"001565000041": "office", "001565000042": "office"}
    (tmp_path / "export.csv").write_text("MAC,Server\n0015.6500.004,office\n", encoding="utf-8")
    refused = play(sim, tmp_path, "csv-to-inventory.yml")
    assert refused.returncode == 2
    assert "'0015.6500.004' is not a MAC address" in refused.stdout + refused.stderr
    (tmp_path / "export.csv").write_text("Hardware;Server\n0015.6500.0041;office\n", encoding="utf-8")
    refused = play(sim, tmp_path, "csv-to-inventory.yml")
    assert "The first line of export.csv names no column MAC or Server." in refused.stdout


def test_a_template_in_a_cell_of_a_csv_export_stays_text(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    trap = tmp_path / "trap"
    cell = "{{ lookup(*('pipe|touch " + str(trap) + "'.split('|'))) }}"
    (tmp_path / "export.csv").write_text(f"MAC,Server\n0015.6500.0041,{cell}\n", encoding="utf-8")
    assert changed(play(sim, tmp_path, "csv-to-inventory.yml")) == {"localhost"}
    refused = play(sim, tmp_path, "-i", "csv-phones.yml", "voip.rps.drift", "-e", "rps_account=yealink")
    assert refused.returncode == 2
    assert "the server name" in refused.stdout
    assert not trap.exists()


def test_the_expressions_for_netbox_give_each_phone_its_variables(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    example = yaml.safe_load((tmp_path / "netbox.yml").read_text(encoding="utf-8"))
    wanted = {key: example[key] for key in ("compose", "groups")}
    rules = {"plugin": "ansible.builtin.constructed", "strict": True, **wanted}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    fields = {"rps_server": "office", "rps_account": "yealink"}
    hosts = {
        "desk": {
            "interfaces": [
                {"name": "PC", "mac_address": None},
                {"name": "LAN", "mac_address": "00:15:65:AB:00:41", "primary_mac_address": {"id": 7}},
            ],
            "custom_fields": fields,
        }
    }
    (tmp_path / "devices.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    done = ansible(sim, tmp_path, "inventory", "-i", "devices.yml", "-i", "rules.yml", "--list", "--yaml")
    assert done.returncode == 0, done.stderr
    phones = yaml.safe_load(done.stdout)["all"]["children"]["phones"]["hosts"]
    assert list(phones) == ["desk"]
    found = {key: value for key, value in phones["desk"].items() if key.startswith("rps_")}
    assert found == {"rps_mac": "00:15:65:ab:00:41", **fields}


def changed(done: subprocess.CompletedProcess[str]) -> set[str]:
    assert done.returncode == 0, done.stdout + done.stderr
    return set(re.findall(r"^(\S+) +: ok=\d+ +changed=[1-9]", done.stdout, re.MULTILINE))


def bound(sim: Simulator) -> dict[str, str | None]:
    return {device.mac: device.server for vendor in sim.vendors for device in sim.world(vendor).devices(LOGIN[0])}


def test_the_example_of_the_readme_registers_its_phones_once(sim: Simulator, tmp_path: Path) -> None:
    write_examples("README.md", tmp_path)
    phones = {"reception", "desk-12", "warehouse"}
    assert changed(play(sim, tmp_path, "-i", "inventory", "voip.rps.provision", "--check", "--diff")) == phones
    assert sim.writes() == []
    assert changed(play(sim, tmp_path, "-i", "inventory", "voip.rps.provision")) == phones
    assert bound(sim) == {"001565000001": "office", "001565000002": "office", "001fc1000001": "office"}
    sim.reset_log()
    assert changed(play(sim, tmp_path, "-i", "inventory", "provision.yml")) == set()
    assert sim.writes() == []


def test_the_example_in_the_roles_documentation_does_the_same(sim: Simulator, tmp_path: Path) -> None:
    write_examples("README.md", tmp_path)
    shown = ansible(sim, tmp_path, "doc", "--type", "role", "--json", "voip.rps.rps")
    (entry,) = json.loads(shown.stdout).values()
    (tmp_path / "role.yml").write_text(entry["entry_points"]["main"]["examples"], encoding="utf-8")
    assert changed(play(sim, tmp_path, "-i", "inventory", "role.yml")) == {"reception", "desk-12", "warehouse"}
    assert bound(sim) == {"001565000001": "office", "001565000002": "office", "001fc1000001": "office"}


def examples(sim: Simulator, folder: Path, kind: str, name: str) -> str:
    """The examples in a plugin's documentation, as Ansible shows them."""
    shown = ansible(sim, folder, "doc", "--type", kind, "--json", name)
    (plugin,) = json.loads(shown.stdout).values()
    return str(plugin["examples"])


def test_the_example_of_the_inventory_plugin_makes_hosts_and_groups(sim: Simulator, tmp_path: Path) -> None:
    sim.world("yealink").add_server(LOGIN[0], "office", "https://prov.example.com/yealink")
    sim.world("yealink").add_device("001565ab0001", account=LOGIN[0], server="office")
    sim.world("yealink").add_device("001565ab0002", account=LOGIN[0])
    (tmp_path / "phones.rps.yml").write_text(examples(sim, tmp_path, "inventory", "voip.rps.rps"), encoding="utf-8")
    login = {"RPS_API_USERNAME": LOGIN[0], "RPS_API_PASSWORD": LOGIN[1]}
    listed = ansible(sim, tmp_path, "inventory", "-i", "phones.rps.yml", "--list", extra=login)
    found = json.loads(listed.stdout)
    assert found["server_office"] == {"hosts": ["phone-001565ab0001"]}
    nobody = ansible(sim, tmp_path, "inventory", "-i", "phones.rps.yml", "--list")
    told = " ".join(nobody.stderr.split())  # older versions of ansible-core break lines
    assert "api_username is missing; set it or its environment variable RPS_API_USERNAME." in told
    assert found["server_no_server"] == {"hosts": ["phone-001565ab0002"]}
    # Some versions of ansible-core print around it that it is no template.
    assert "'00:15:65:AB:00:01'" in repr(found["_meta"]["hostvars"]["phone-001565ab0001"]["label"])


@pytest.mark.parametrize("kind", ["filter", "test"])
def test_the_examples_of_the_mac_plugins_give_what_they_say(sim: Simulator, tmp_path: Path, kind: str) -> None:
    tasks = examples(sim, tmp_path, kind, "voip.rps.mac")
    body = "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + re.sub("^", "    ", tasks, flags=re.MULTILINE)
    (tmp_path / "examples.yml").write_text(body, encoding="utf-8")
    done = play(sim, tmp_path, "examples.yml")
    assert done.returncode == 0, done.stdout
    said = re.findall(r"# => (\S+)", tasks)
    assert re.findall(r'"msg": "([^"]+)"', done.stdout) == (said or ["All assertions passed"])


def test_the_first_phone_of_the_guide_is_registered_once(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    sim.world("yealink").add_server(LOGIN[0], "office", URL["yealink"])
    assert changed(play(sim, tmp_path, "first-phone.yml")) == {"localhost"}
    assert len(bound(sim)) == 1
    assert changed(play(sim, tmp_path, "first-phone.yml")) == set()


def test_the_plan_of_the_guide_is_written_once_it_was_approved_and_only_once(sim: Simulator, tmp_path: Path) -> None:
    write_examples("docs/guide.md", tmp_path)
    sim.world("yealink").add_server(LOGIN[0], "office", URL["yealink"])
    looked = play(sim, tmp_path, "approved.yml")
    assert looked.returncode == 0
    assert sim.writes() == []
    approval = re.search(r"-e (approved=sha256:[0-9a-f]{64})", looked.stdout)
    assert approval
    assert changed(play(sim, tmp_path, "approved.yml", "-e", approval[1])) == {"localhost"}
    assert len(bound(sim)) == 2
    again = play(sim, tmp_path, "approved.yml", "-e", approval[1])
    assert again.returncode == 2
    assert "Refused by the guard expect_plan" in again.stdout


def test_a_fleet_is_moved_in_steps_stops_at_the_first_failure_and_can_be_resumed(
    sim: Simulator, tmp_path: Path
) -> None:
    write_examples("docs/guide.md", tmp_path)
    for server in ("old-office", "new-office"):
        sim.world("yealink").add_server(LOGIN[0], server, f"https://{server}.example.com/")
    sim.add_account("yealink", "neighbour", "another-password")
    lines = ["phones:", "  vars:", "    rps_account: yealink", "    rps_server: old-office", "    rps_servers:"]
    for server in ("old-office", "new-office"):
        lines.append(f"      - {{name: {server}, account: yealink, url: 'https://{server}.example.com/'}}")
    lines.append("  hosts:")
    for number in range(10, 30):
        mac = f"0015650000{number}"
        lines.append(f"    desk-{number}: {{rps_mac: '{mac}'}}")
        sim.world("yealink").add_device(mac, account=LOGIN[0], server="old-office")
    sim.world("yealink").add_device("001565000012", account="neighbour")
    (tmp_path / "fleet.yml").write_text("\n".join(lines), encoding="utf-8")
    command = ("-i", "fleet.yml", "move.yml", "-e", "rps_server=new-office")

    stopped = play(sim, tmp_path, *command)
    assert stopped.returncode == 2
    moved = {mac for mac, server in bound(sim).items() if server == "new-office"}
    assert moved == {"001565000010", "001565000011"}

    sim.world("yealink").add_device("001565000012", account=LOGIN[0], server="old-office")
    assert len(changed(play(sim, tmp_path, *command))) == 18
    assert set(bound(sim).values()) == {"new-office"}
