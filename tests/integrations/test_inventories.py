# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks voip.rps.from_csv and voip.rps.adopt: what they write says exactly what they read, and runs nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from integrations.support import Done, Runner, Simulate

URL, SECRET = "https://prov.example.com/yealink/", "https://prov.example.com/one/Zz-t0ken-9/y.cfg"
PORTAL = ["No.", "MAC Address", "SN", "Server Name", "Unique Server URL", "Remark", "IP Address", "Date Registered"]
# Texts that YAML, Ansible or Jinja would take for something else.
HOSTILE = [
    "0012",
    "1e3",
    "yes",
    "null",
    "~",
    "2026-01-02",
    "12:30:45",
    "0x1F",
    "!unsafe x",
    "#1",
    'it\'s: "q\\uoted"',
    "{{ lookup('ansible.builtin.pipe', 'touch ran') }}",
    "{% for x in [1] %}{{ x }}{% endfor %}",
    "{# gone #}",
    "{{ '{{' }} 0012",
    "Büro \u2028\u0085 \U0001f4de",
]


def write(runner: Runner, rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    (runner.folder / "export.csv").write_bytes(text.getvalue().encode(encoding))


def convert(runner: Runner, **values: Any) -> Done:
    return runner.play("voip.rps.from_csv", rps_csv_file="export.csv", **values)


def portal(number: int, mac: str, server: str = "0012", serial: str = "0012345678901234") -> list[str]:
    return [str(number), mac, serial, server, "", 'Floor 2, "east"\nnear the lift', "", "2026-01-02 10:00:00"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), (";", "utf-8")]
)
def test_a_portals_export_becomes_an_inventory_whatever_wrote_it(runner: Runner, delimiter: str, encoding: str) -> None:
    macs = ["001565AB0001", "00-15-65-ab-00-02", "0015.65ab.0003", "00:15:65:AB:00:04"]
    write(runner, [PORTAL, *(portal(number, mac) for number, mac in enumerate(macs)), [""] * 8], delimiter, encoding)

    done = convert(runner, rps_account="ymcs")

    assert done.rc == 0, done.output
    assert "Phones in phones.yml: 4, without rps_server: 0." in done.text
    assert runner.hostvars("-i", "phones.yml") == {
        f"phone-001565ab000{number}": {
            "rps_mac": f"00:15:65:ab:00:0{number}",
            "rps_server": "0012",
            "rps_serial": "0012345678901234",
            "rps_account": "ymcs",
        }
        for number in range(1, 5)
    }


def test_every_text_of_a_cell_comes_back_as_it_was_and_none_is_run(runner: Runner) -> None:
    rows = [[f"0015650000{number:02x}", text, text] for number, text in enumerate(HOSTILE, 1)]
    write(runner, [["Device MAC", "Server", "Serial No."], *rows])

    done = convert(runner)

    assert done.rc == 0, done.output
    found = runner.rendered(["rps_server", "rps_serial"], "-i", "phones.yml")
    assert [found[f"phone-0015650000{number:02x}"] for number in range(1, len(HOSTILE) + 1)] == [
        [text, text] for text in HOSTILE
    ]
    assert not (runner.folder / "ran").exists()


def test_ansible_inventory_shows_the_same_text(runner: Runner) -> None:
    texts = [text for text in HOSTILE if "{" not in text]
    rows = [[f"0015650000{number:02x}", text] for number, text in enumerate(texts, 1)]
    write(runner, [["MAC", "Server"], *rows])

    assert convert(runner).rc == 0
    shown = runner.hostvars("-i", "phones.yml")

    assert [values["rps_server"] for values in shown.values()] == texts


def test_columns_can_be_named_and_hosts_get_the_names_that_people_know(runner: Runner) -> None:
    rows = [
        ["Reception desk", "001565000001", "", SECRET],
        ["101", "001565000002", "office", ""],
        ["[1:3]", "001565000003", "", ""],
    ]
    write(runner, [["Label", "Hardware", "Where", "Own"], *rows])

    done = convert(
        runner, rps_csv_mac="Hardware", rps_csv_server="Where", rps_csv_host="Label", rps_csv_unique_url="Own"
    )

    assert done.rc == 0, done.output
    assert "Zz-t0ken" not in done.output
    assert runner.rendered(
        ["rps_mac", "rps_unique_url | default('-')", "rps_server | default('-')"], "-i", "phones.yml"
    ) == {
        "Reception-desk": ["00:15:65:00:00:01", SECRET, "-"],
        "101": ["00:15:65:00:00:02", "-", "office"],
        "1-3": ["00:15:65:00:00:03", "-", "-"],
    }
    assert (runner.folder / "phones.yml").stat().st_mode & 0o777 == 0o600


def test_a_unique_url_is_not_taken_unless_its_column_is_named(runner: Runner) -> None:
    write(runner, [["MAC", "Unique URL", "Server"], ["001565000001", SECRET, "office"]])

    assert convert(runner).rc == 0
    assert "Zz-t0ken" not in (runner.folder / "phones.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rows", "values", "sentence"),
    [
        (
            [["MAC"], ["001565000001"], ["0015.6500.00"], ["00:15:65:00:00:01"], ["x" * 12]],
            {},
            "line 3: '0015.6500.00' is not a MAC address. line 4: 00:15:65:00:00:01 is also in line 2.",
        ),
        (
            [["Hardware", "Server"], ["001565000001", "a"]],
            {},
            "no column has a name that is known for the mac; the columns are: Hardware, Server.",
        ),
        ([["MAC", "Server"], ["001565000001", "a"]], {"rps_csv_server": "Where"}, "no column is named Where"),
        ([["MAC", "MAC Address"], ["001565000001", "a"]], {}, "more than one column can be the mac: MAC, MAC Address."),
        ([["Name", "MAC"], ["x", "001565000001"]], {"rps_csv_file": "other.csv"}, "other.csv cannot be read"),
        ([["MAC"]], {"rps_csv_file": ""}, "rps_csv_file is not set"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(
    runner: Runner, rows: list[list[str]], values: dict[str, Any], sentence: str
) -> None:
    write(runner, rows)

    done = runner.play("voip.rps.from_csv", **({"rps_csv_file": "export.csv"} | values))

    assert done.rc != 0
    assert sentence in done.text
    assert "othing was written" in done.text or "rps_csv_file is not set" in done.text
    assert not (runner.folder / "phones.yml").exists()


def test_an_inventory_that_people_have_edited_is_kept(runner: Runner) -> None:
    write(runner, [["MAC"], ["001565000001"]])
    (runner.folder / "phones.yml").write_text("edited", encoding="utf-8")

    kept = convert(runner)
    before = (runner.folder / "phones.yml").read_text(encoding="utf-8")
    replaced = convert(runner, rps_inventory_overwrite=True)

    assert kept.rc != 0
    assert "phones.yml exists already" in kept.text
    assert before == "edited"
    assert replaced.rc == 0
    assert list(runner.hostvars("-i", "phones.yml")) == ["phone-001565000001"]


# -- an account


def account(simulate: Simulate, vendor: str = "yealink") -> str:
    """An account with phones of every kind; return where its service answers."""
    other = "https://elsewhere.example.net/{{ lookup('ansible.builtin.pipe', 'touch ran') }}"
    devices: list[dict[str, Any]] = [
        {"mac": "001565000001", "account": "acme", "server": "0012"},
        {"mac": "001565000002", "account": "acme"},
        {"mac": "001565000004", "account": "acme", "server": "other"},
        {"mac": "001565000005", "account": "rival"},
    ]
    if vendor == "yealink":
        devices.append({"mac": "001565000003", "account": "acme", "server": "0012", "unique_url": SECRET})
    seed = {
        "accounts": [{"vendor": vendor, "username": name, "password": "made-up-1"} for name in ("acme", "rival")],
        "servers": [
            {"vendor": vendor, "account": "acme", "name": "0012", "url": URL},
            {"vendor": vendor, "account": "acme", "name": "other", "url": other},
        ],
        "devices": [device | {"vendor": vendor} for device in devices],
    }
    return simulate(seed)[vendor]


@pytest.mark.parametrize("named", [{}, {"account": "main"}])
def test_an_account_becomes_an_inventory_without_secrets_or_templates(
    runner: Runner, simulate: Simulate, named: dict[str, str]
) -> None:
    runner.env = {
        "RPS_VENDOR": "yealink",
        "RPS_API_URL": account(simulate),
        "RPS_API_USERNAME": "acme",
        "RPS_API_PASSWORD": "made-up-1",
    }

    done = runner.play(
        "-v", "voip.rps.adopt", rps_servers=[{"name": "0012", "url": "HTTPS://Prov.example.com/yealink/ ", **named}]
    )

    assert done.rc == 0, done.output
    text = (runner.folder / "phones.yml").read_text(encoding="utf-8")
    assert "{{" not in text
    assert not [
        word for word in ("t0ken", "made-up", "https:") if word in text + done.output.partition("TASK [Read")[2]
    ]
    assert runner.rendered(["rps_mac", "rps_server | default('-')"], "-i", "phones.yml") == {
        "phone-001565000001": ["00:15:65:00:00:01", "0012"],
        "phone-001565000002": ["00:15:65:00:00:02", "-"],
        "phone-001565000003": ["00:15:65:00:00:03", "-"],
        "phone-001565000004": ["00:15:65:00:00:04", "-"],
    }
    assert "Phones with a redirect URL that is not in rps_servers: 2." in done.text
    assert "00:15:65:00:00:03, 00:15:65:00:00:04" in done.text
    assert not (runner.folder / "ran").exists()


def test_the_adopted_account_has_no_drift(runner: Runner, simulate: Simulate) -> None:
    accounts = {
        "desk": {
            "vendor": "htek",
            "api_url": account(simulate, "htek"),
            "api_username": "acme",
            "api_password": "made-up-1",
        }
    }
    values = {"rps_accounts": accounts, "rps_servers": [{"name": "office", "url": URL}]}

    adopted = runner.play("voip.rps.adopt", rps_adopt_server="office", **values)
    drift = runner.play("-i", "phones.yml", "voip.rps.drift", **values)

    assert adopted.rc == 0, adopted.output
    assert drift.rc == 0, drift.output
    report = json.loads((runner.folder / "rps-reports/drift.json").read_text(encoding="utf-8"))
    assert report["counts"]["unmanaged"] == 0
    assert report["counts"]["declared"] == 3


def test_an_account_that_cannot_be_read_is_reported_and_nothing_is_written(runner: Runner, simulate: Simulate) -> None:
    url = account(simulate)
    accounts = {
        name: {"vendor": "yealink", "api_url": url, "api_username": name, "api_password": "wrong"}
        for name in ("acme", "second")
    }

    refused = runner.play("voip.rps.adopt", rps_accounts=accounts, rps_account="acme")
    unclear = runner.play("voip.rps.adopt", rps_accounts=accounts)
    unnamed = runner.play("voip.rps.adopt")
    unlisted = runner.play("voip.rps.adopt", rps_vendor="snom")

    assert refused.rc != 0
    assert "Nothing was written" in refused.text
    assert unclear.rc != 0
    assert "rps_account is not set; set it to one of acme, second." in unclear.text
    assert "rps_vendor is not set" in unnamed.text
    assert "from_csv" in unlisted.text
    assert (unnamed.rc, unlisted.rc) == (2, 2)
    assert not (runner.folder / "phones.yml").exists()
