# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real run against the simulator, and what its report says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.voip.rps.plugins.module_utils import _redaction
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.config import parse_fleet
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.run import DRIFT, Scope, run_fleet
from ansible_collections.voip.rps.plugins.plugin_utils._report.build import build_report, drift_artifact
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import Report
from ansible_collections.voip.rps.plugins.plugin_utils._report.files import write_reports
from ansible_collections.voip.rps.plugins.plugin_utils._report.from_run import Play, run_part
from simulator import Simulator

URL = "https://user:hidden-word@prov.example.net/cfg?token=hidden-too"


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    monkeypatch.setattr(_redaction, "DERIVATION_ROUNDS", 1)
    with Simulator() as simulator:
        for vendor in ("yealink", "htek"):
            simulator.add_account(vendor, "me", "hidden-login")
            simulator.world(vendor).add_server("me", "main", URL)
        yield simulator


def run(sim: Simulator, **fleet: Any) -> Report:
    def account(vendor: str, user: str = "me") -> dict[str, Any]:
        return {
            "vendor": vendor,
            "api_url": sim.url(vendor),
            "api_username": user,
            "api_password": "hidden-login",
            "retries": 0,
        }

    phones = {
        f"desk-{index}": {
            "rps_mac": f"805ec00000{index:02x}",
            "rps_server": "main",
            "rps_account": "a",
        }
        for index in range(1, 13)
    }
    phones["lobby-1"] = {"rps_mac": "001fc1000001", "rps_server": "main", "rps_account": "b"}
    phones["lobby-2"] = {"rps_mac": "001fc1000002", "rps_server": "main", "rps_account": "c"}
    known = {
        "rps_accounts": {"a": account("yealink"), "b": account("htek"), "c": account("htek", "nobody")},
        "rps_servers": [{"name": "main", "url": URL, "account": name} for name in "abc"],
    }
    parsed = parse_fleet(phones, {**known, **fleet}, {})
    scope = Scope(DRIFT, False, len(phones), None)
    result = run_fleet(parsed, scope, lambda *_: None)
    play = Play("2026-11-02T06:15:00+00:00", "Drift", list(phones))
    return build_report([run_part(parsed, scope, result, play)])


def test_the_report_of_a_real_run_is_complete_and_has_no_secret(
    sim: Simulator,
    tmp_path: Path,
    validator: jsonschema.Draft202012Validator,
    artifact_validator: jsonschema.Draft202012Validator,
) -> None:
    sim.world("yealink").add_device("805ec0000001", "me", "main")
    sim.world("yealink").add_device("805ec00000ff", "me", "main")
    data = run(sim)
    validator.validate(json.loads(json.dumps(data)))
    artifact_validator.validate(drift_artifact(data))
    assert [account["reached"] for account in data["accounts"]] == [True, True, False]
    assert [row["host"] for row in data["phones"]][:3] == ["desk-1", "desk-2", "desk-3"]
    assert data["counts"]["in_sync"] == 1
    assert data["counts"]["would_change"] == 12
    assert data["counts"]["not_attempted"] == 1
    assert [device["mac"] for device in data["accounts"][0]["unmanaged"] or []] == ["805ec00000ff"]
    assert data["phones"][0]["before"] != data["phones"][1]["before"]
    assert "~" in (data["phones"][0]["desired"]["url"] or "")
    assert data["accounts"][0]["servers"][0]["phones"] == 12
    assert not any(name.startswith("redirect.") for account in data["accounts"] for name in account["calls"])
    for path in write_reports(str(tmp_path), data):
        assert "hidden-" not in Path(path).read_text(encoding="utf-8")


def test_what_purge_would_remove_is_in_the_report(sim: Simulator, validator: jsonschema.Draft202012Validator) -> None:
    sim.world("yealink").add_device("805ec00000ff", "me", "main")
    data = run(sim, rps_purge=True, rps_fleet_size=14)
    validator.validate(data)
    (row,) = [row for row in data["phones"] if row["host"] is None]
    assert (row["mac"], row["action"], row["outcome"]) == ("805ec00000ff", "deregister", "would_change")
    assert data["scope"]["purge"]


def test_a_server_that_the_service_does_not_show_is_not_reported_as_current(sim: Simulator) -> None:
    sim.world("htek").add_device("001fc1000001", "me", "main")
    (row,) = [row for row in run(sim)["phones"] if row["host"] == "lobby-1"]
    assert (row["outcome"], row["reason"]) == ("unverifiable", "url_not_readable")
    assert row["before"] is not None
    assert row["before"]["server"] is None
    assert row["desired"]["server"] == "main"
