# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays of docs/integrations over the files of a real drift run, each against a small service."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integrations.netbox import NetBox
from integrations.support import EXAMPLES, Answer, FakeService, Reply, Request, Runner, Servers
from prometheus_client.parser import text_string_to_metric_families
from simulator import Simulator
from support.fake_smtp import MailServer

Start = Callable[[Answer], FakeService]

URL = "https://prov.example.com/yealink/"
OUTCOMES = {"kept": "in_sync", "new": "would_change", "rival": "conflict"}
MACS = {"kept": "001565000001", "new": "001565000002", "rival": "001565000003"}


@pytest.fixture(scope="session")
def drift(tmp_path_factory: pytest.TempPathFactory, collections: Path, servers: Servers) -> Path:
    """What a drift run writes about three phones of a simulated account."""
    runner = Runner(tmp_path_factory.mktemp("drift"), str(collections), servers)
    with Simulator() as sim:
        for name in ("acme", "rival"):
            sim.add_account("yealink", name, "made-up-1")
            sim.world("yealink").add_server(name, "office", URL)
        sim.world("yealink").add_device(MACS["kept"], "acme", "office")
        sim.world("yealink").add_device(MACS["rival"], "rival", "office")
        login = {"api_url": sim.url("yealink"), "api_username": "acme", "api_password": "made-up-1"}
        inventory = {
            "phones": {
                "hosts": {host: {"rps_mac": mac, "rps_server": "office"} for host, mac in MACS.items()},
                "vars": {
                    "rps_accounts": {"yealink": {"vendor": "yealink"} | login},
                    "rps_servers": [{"name": "office", "url": URL}],
                },
            }
        }
        (runner.folder / "phones.json").write_text(json.dumps(inventory), encoding="utf-8")
        done = runner.play("-i", "phones.json", "voip.rps.drift")
    assert done.rc == 0, done.output
    return runner.folder / "rps-reports"


@pytest.fixture
def reports(runner: Runner, drift: Path) -> Path:
    """The files of that run, in the folder of a test."""
    shutil.copytree(drift, runner.folder / "rps-reports")
    return runner.folder / "rps-reports"


def rewrite(reports: Path, outcome: str) -> None:
    """Give every phone of the report one outcome."""
    report = json.loads((reports / "drift.json").read_text(encoding="utf-8"))
    report["phones"] = [phone | {"outcome": outcome} for phone in report["phones"]]
    (reports / "drift.json").write_text(json.dumps(report), encoding="utf-8")


def play(runner: Runner, name: str, *arguments: str, **env: str) -> str:
    runner.env = env
    example = EXAMPLES / name
    source = example if example.exists() else EXAMPLES / f"{name}.example"
    shutil.copy(source, runner.folder / name)  # people copy it beside their own playbooks
    done = runner.play(*arguments, name)
    assert done.rc == 0, done.output
    assert not [secret for secret in env.values() if "token" in secret and secret in done.output]
    return done.output


def test_the_chat_gets_one_message_with_the_drifted_phones(runner: Runner, reports: Path, service: Start) -> None:
    chat = service(lambda _request: Reply())
    webhook = f"{chat.url}/hooks/token-7"

    play(runner, "chat.yml", CHAT_WEBHOOK=webhook)
    rewrite(reports, "in_sync")
    play(runner, "chat.yml", CHAT_WEBHOOK=webhook)

    assert [body["text"].strip().splitlines() for body in chat.bodies("POST")] == [
        [
            "2 of 3 phones have drifted",
            "- new (00:15:65:00:00:02, yealink): would change",
            "- rival (00:15:65:00:00:03, yealink): conflict",
        ]
    ]


def test_phones_that_could_not_be_compared_are_not_called_drifted(
    runner: Runner, reports: Path, service: Start
) -> None:
    chat = service(lambda _request: Reply())
    rewrite(reports, "not_attempted")

    play(runner, "chat.yml", CHAT_WEBHOOK=f"{chat.url}/hooks/token-7")

    (body,) = chat.bodies("POST")
    assert body["text"].splitlines()[:2] == [
        "0 of 3 phones have drifted, 3 could not be compared",
        "- kept (00:15:65:00:00:01, yealink): not attempted",
    ]


def test_the_mail_lists_the_drifted_phones_and_has_the_report(runner: Runner, reports: Path, foreign: Path) -> None:
    runner.collections = os.pathsep.join([runner.collections, str(foreign)])
    addresses = {"MAIL_FROM": "Ansible <rps@example.com>", "MAIL_TO": "noc@example.com, voice@example.com"}
    login = {"SMTP_HOST": "127.0.0.1", "SMTP_USERNAME": "robot", "SMTP_PASSWORD": "smtp-token-7"}
    with MailServer("robot", "smtp-token-7") as server:
        whole = {**login, **addresses, "SMTP_PORT": str(server.port)}
        play(runner, "mail.yml", **whole)
        rewrite(reports, "in_sync")
        play(runner, "mail.yml", **whole)

    (mail,) = server.mails
    assert (mail.sender, mail.recipients) == ("rps@example.com", ("noc@example.com", "voice@example.com"))
    assert mail.encrypted
    assert mail.message["Subject"] == "voip.rps: 2 of 3 phones have drifted"
    text, page = mail.message.iter_parts()
    assert text.get_content().split("\n\n")[0].splitlines() == [
        "2 of 3 phones have drifted",
        "- new (00:15:65:00:00:02, yealink): would change",
        "- rival (00:15:65:00:00:03, yealink): conflict",
    ]
    assert page.get_filename() == "drift.html"
    assert page.get_content() == (reports / "drift.html").read_bytes()


def test_a_mail_server_without_starttls_gets_neither_login_nor_mail(
    runner: Runner, reports: Path, foreign: Path
) -> None:
    runner.collections = os.pathsep.join([runner.collections, str(foreign)])
    with MailServer("robot", "smtp-token-7", starttls=False) as server:
        shutil.copy(EXAMPLES / "mail.yml.example", runner.folder / "mail.yml")
        runner.env = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_USERNAME": "robot",
            "SMTP_PASSWORD": "smtp-token-7",
            "MAIL_FROM": "rps@example.com",
            "MAIL_TO": "noc@example.com",
        }
        done = runner.play("mail.yml")

    assert done.rc == 2
    assert "StartTLS is not offered" in done.text
    assert "smtp-token-7" not in done.output
    assert not {"AUTH", "MAIL"} & set(server.commands)


def test_an_event_has_the_counts_and_the_drifted_phones(runner: Runner, reports: Path, service: Start) -> None:
    eda = service(lambda _request: Reply())

    play(runner, "eda.yml", EDA_WEBHOOK=f"{eda.url}/endpoint", EDA_TOKEN="eda-token-7")

    (request,) = eda.requests
    assert request.headers["authorization"] == "Bearer eda-token-7"
    event = request.json
    assert event["source"] == "voip.rps"
    assert event["accounts"] == ["yealink"]
    assert {name: event["counts"][name] for name in OUTCOMES.values()} == dict.fromkeys(OUTCOMES.values(), 1)
    assert event["drifted"] == [
        {"mac": MACS[host], "host": host, "account": "yealink", "outcome": OUTCOMES[host]} for host in ("new", "rival")
    ]


class Table:
    """ServiceNow's table of incidents: open ones are found by their correlation ID."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.logins: set[str] = set()

    def __call__(self, request: Request) -> Reply:
        self.logins.add(request.headers["authorization"])
        assert request.path.startswith("/api/now/table/incident")
        if request.method == "GET":
            terms = dict(term.split("=") for term in request.query["sysparm_query"][0].split("^"))
            assert terms["active"] == "true"
            found = [row for row in self.rows if row["correlation_id"] == terms["correlation_id"]]
            return Reply({"result": [{"sys_id": row["sys_id"]} for row in found]})
        if request.method == "POST":
            self.rows.append({"sys_id": f"id{len(self.rows)}", "notes": []} | request.json)
            return Reply({"result": self.rows[-1]}, 201)
        row = next(row for row in self.rows if request.path.endswith(f"/{row['sys_id']}"))
        row["notes"].append(request.json["work_notes"])
        row["short_description"] = request.json["short_description"]
        return Reply({"result": row})


def test_drift_opens_one_incident_and_later_runs_add_to_it(runner: Runner, reports: Path, service: Start) -> None:
    table = Table()
    login = {"SN_HOST": service(table).url, "SN_USERNAME": "robot", "SN_PASSWORD": "sn-token-7"}

    play(runner, "servicenow.yml", **login)
    play(runner, "servicenow.yml", **login)
    rewrite(reports, "in_sync")
    play(runner, "servicenow.yml", **login)

    (row,) = table.rows
    assert row["description"].splitlines()[0] == "2 of 3 phones have drifted"
    assert [line.split(". ")[0] for line in row["description"].splitlines()[1:]] == [
        "new (00:15:65:00:00:02, yealink): would change",
        "rival (00:15:65:00:00:03, yealink): conflict",
    ]
    assert [note.splitlines()[0] for note in row["notes"]] == [
        "2 of 3 phones have drifted",
        "0 of 3 phones have drifted",
    ]
    assert row["short_description"] == "0 of 3 phones have drifted"
    assert table.logins == {"Basic " + base64.b64encode(b"robot:sn-token-7").decode()}


def test_no_drift_opens_no_incident(runner: Runner, reports: Path, service: Start) -> None:
    rewrite(reports, "in_sync")
    table = Table()

    play(runner, "servicenow.yml", SN_HOST=service(table).url, SN_USERNAME="robot", SN_PASSWORD="sn-token-7")

    assert table.rows == []


def test_prometheus_reads_the_metrics_of_the_run(runner: Runner, reports: Path) -> None:
    (runner.folder / "textfile").mkdir()

    play(runner, "prometheus.yml", "-e", f"textfile_dir={runner.folder}/textfile")

    text = (runner.folder / "textfile/rps.prom").read_text(encoding="utf-8")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    account = ("account", "yealink")
    for outcome in OUTCOMES.values():
        assert samples["rps_phones", account, ("outcome", outcome)] == 1
    assert samples["rps_phones", account, ("outcome", "failed")] == 0
    assert samples["rps_account_reached", account] == 1
    assert samples[("rps_last_run_timestamp_seconds",)] > 0


def test_netbox_gets_the_outcomes_that_changed_in_one_call(
    runner: Runner, reports: Path, service: Start, foreign: Path
) -> None:
    netbox = NetBox("netbox-token-7")
    for host, mac in MACS.items():
        fields = {"rps_outcome": "in_sync"} if host == "kept" else {}
        netbox.add(host, [("LAN", ":".join(mac[i : i + 2] for i in range(0, 12, 2)))], fields=fields)
    netbox.add("not-in-the-report", [("LAN", "00:15:65:00:00:09")])
    server = service(netbox)
    shutil.copytree(EXAMPLES / "netbox", runner.folder / "netbox")
    runner.collections = os.pathsep.join([runner.collections, str(foreign)])
    environment = {"NETBOX_API": server.url, "NETBOX_TOKEN": "netbox-token-7"}

    play(runner, "netbox-status.yml", "-i", "netbox/netbox.yml", **environment)
    play(runner, "netbox-status.yml", "-i", "netbox/netbox.yml", **environment)

    assert {device["name"]: device["custom_fields"]["rps_outcome"] for device in netbox.devices.values()} == {
        **OUTCOMES,
        "not-in-the-report": None,
    }
    assert [[item["id"] for item in body] for body in server.bodies("PATCH")] == [[2, 3]]
