# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: its events, the status of each phone, the artifact, and no secret anywhere."""

from __future__ import annotations

import base64
import urllib.parse

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import FILE_NAMES
from awx.controller import LIMIT, LOGINS, Controller, Job, mac, phones

NAMES = ["new", "kept", "moved", "rival", "htek"]


def fleet(awx: Controller) -> None:
    awx.sim.add_account("yealink", "rival", "rival-pass")
    awx.sim.world("yealink").add_server("rival", "theirs", "https://theirs.example.net/")
    awx.device(2)
    awx.device(3, "branch")
    awx.device(4, "theirs", owner="rival")
    entries = [*phones(4, server="office").values(), *phones(1, "htek").values()]
    awx.hosts = dict(zip(NAMES, entries, strict=True))


def encoded(text: str) -> set[str]:
    """How a text can look in a file: as it is, escaped, in base64, in a URL."""
    raw = text.encode()
    return {
        text,
        text.encode("unicode_escape").decode(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        urllib.parse.quote(text),
        urllib.parse.quote(text, safe=""),
        urllib.parse.quote_plus(text),
    }


def secrets() -> set[str]:
    found: set[str] = set()
    for login in LOGINS.values():
        found |= encoded(login["password"]) | encoded(f"{login['username']}:{login['password']}")
    return found


def leaks(job: Job) -> list[str]:
    """Event files and outputs of a job in which a secret stands."""
    folder = job.folder / "artifacts"
    everything = [*job.files, *(path for path in folder.rglob("*") if path.name in ("stdout", "stderr"))]
    everything += [path for path in (job.folder / "project").rglob("*") if path.is_file()]
    texts = {str(path): path.read_text(encoding="utf-8") for path in everything} | {"output": job.output}
    return [name for name, text in texts.items() if any(secret in text for secret in secrets())]


def test_each_phone_has_its_own_status_and_its_own_event(awx: Controller) -> None:
    fleet(awx)

    job = awx.launch("RPS provision")

    assert job.rc == 2
    assert {key: job.stats[key] for key in ("changed", "failures", "dark")} == {
        "changed": {"new": 1, "moved": 1, "htek": 1},
        "failures": {"rival": 1},
        "dark": {},
    }
    assert set(job.stats["processed"]) == set(NAMES)
    assert {host: result["outcome"] for host, result in job.results("_fleet_result").items()} == {
        "new": "changed",
        "kept": "in_sync",
        "moved": "changed",
        "rival": "conflict",
        "htek": "changed",
    }
    assert [event["counter"] for event in job.events] == list(range(1, len(job.events) + 1))
    assert job.largest < LIMIT / 10
    assert job.lost == []


@pytest.mark.parametrize("template", ["RPS drift", "RPS provision"])
def test_credentials_reach_the_role_and_no_secret_reaches_an_event(awx: Controller, template: str) -> None:
    fleet(awx)

    job = awx.launch(template, "-vvvv")

    assert len(job.files) > len(NAMES)
    assert set(job.bulk["accounts"]) == {"yealink", "htek"}
    assert {call.account for call in awx.sim.calls()} == {login["username"] for login in LOGINS.values()}
    assert awx.sim.refusals() == []
    assert leaks(job) == []
    assert awx.credentials()["RPS_YEALINK_PASSWORD"] == LOGINS["yealink"]["password"]


def test_a_drift_job_hands_on_the_plans_and_changes_nothing(awx: Controller) -> None:
    fleet(awx)
    before = awx.state()
    awx.sim.options.update({"read_only": True})

    job = awx.launch("RPS drift", kept={"rps_report_dir": str(awx.folder / "reports")})

    assert job.rc == 0
    assert awx.state() == before
    drift = job.artifact["rps_drift"]
    assert drift["plans"] == {name: account["plan"] for name, account in job.bulk["accounts"].items()}
    assert drift["drifted"] == [mac(1), mac(3), mac(4), mac(1, "htek")]
    assert drift["truncated"] is False
    assert drift["counts"]["would_change"] == 3
    assert set(job.stats["changed"]) == {"new", "moved", "htek"}
    assert {path.name for path in (awx.folder / "reports").iterdir()} == set(FILE_NAMES)


def test_a_release_job_takes_its_phones_from_the_survey(awx: Controller) -> None:
    fleet(awx)

    job = awx.launch("RPS release", more={"rps_hosts": "kept,moved"})
    last = awx.sim.calls()[-1].serial
    none = awx.launch("RPS release")

    assert job.rc == 0
    assert job.stats["changed"] == {"kept": 1, "moved": 1}
    assert set(awx.state()) == {mac(4)}
    assert none.rc != 0
    assert "rps_hosts" in none.said
    assert awx.sim.calls()[-1].serial == last


def test_a_job_without_a_credential_says_so(awx: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet(awx)
    monkeypatch.setattr(awx, "credentials", dict)

    job = awx.launch("RPS provision")

    assert job.rc != 0
    assert "RPS_YEALINK_USERNAME" in job.said
    assert awx.sim.calls() == []
