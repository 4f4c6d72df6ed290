# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users see of a run: shapes, counts, sentences, and no secret anywhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import (
    OUTCOMES,
    CurrentDevice,
    DesiredDevice,
    DeviceResult,
    WriteResult,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import build_plan, decide, unreadable
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import (
    bulk_result,
    device_dict,
    diff,
    entry,
    summary,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import (
    RunResult,
    predicted_result,
    verify_write,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker

MAC, SECOND = "001565000001", "001565000002"
URL, OLD = "http://h/", "http://old/"
MASKER = Masker("yealink", "me", "t0ps3cret")
KEYS = ["mac", "action", "outcome", "changed", "failed", "verified", "before", "after", "msg"]


def _result(
    found: CurrentDevice, after: CurrentDevice | None = None, written: str = "done", **fields: Any
) -> DeviceResult:
    step = decide(DesiredDevice(**{"mac": found.mac, "server": "main", **fields}), found)
    if not step.writes or written == "check":
        return predicted_result(step, True)
    return verify_write(step, WriteResult(written, "because"), after, MASKER.url)


def _found(status: str, url: str | None = None, mac: str = MAC) -> CurrentDevice:
    return CurrentDevice(mac, status, url)


def test_a_device_has_four_keys() -> None:
    assert device_dict(_found("registered", URL), "main", MASKER, False) == {
        "mac": MAC,
        "status": "registered",
        "server": "main",
        "url": URL,
    }
    assert device_dict(_found("unknown"), None, MASKER, False) == {
        "mac": MAC,
        "status": "unknown",
        "server": None,
        "url": None,
    }
    assert device_dict(None, "main", MASKER, False) is None


@pytest.mark.parametrize(
    ("result", "before", "after"),
    [
        pytest.param(_result(_found("unknown"), _found("registered", URL), server_url=URL), None, "main", id="added"),
        pytest.param(_result(_found("unknown"), written="check"), None, "main", id="would be added"),
        pytest.param(_result(_found("registered", URL), server_url=URL), "main", "main", id="in sync"),
        pytest.param(_result(_found("registered")), "main", "main", id="held to be bound"),
        pytest.param(
            _result(_found("registered", OLD), _found("registered", URL), server_url=URL), None, "main", id="moved"
        ),
        pytest.param(
            _result(_found("registered", OLD), _found("registered", OLD), server_url=URL), None, None, id="not moved"
        ),
        pytest.param(_result(_found("registered", URL), _found("unknown"), state="absent"), None, None, id="removed"),
        pytest.param(_result(_found("registered_elsewhere")), None, None, id="conflict"),
    ],
)
def test_the_declared_server_is_shown_only_where_the_phone_is_held_to_be_bound_to_it(
    result: DeviceResult, before: str | None, after: str | None
) -> None:
    shown = entry(result, MASKER)
    assert (shown["before"]["server"], shown["after"]["server"]) == (before, after)


def test_a_phone_that_forcing_left_where_it_was_looks_the_same_before_and_after() -> None:
    shown = entry(_result(_found("registered", OLD), _found("registered", OLD), force=True), MASKER)
    assert (shown["outcome"], shown["changed"]) == ("unverifiable", False)
    assert shown["before"] == shown["after"] == {"mac": MAC, "status": "registered", "server": "main", "url": OLD}


def test_an_entry_has_the_contracts_keys_and_values() -> None:
    shown = entry(_result(_found("unknown"), _found("registered", URL), server_url=URL), MASKER)
    assert list(shown) == KEYS
    assert shown == {
        "mac": MAC,
        "action": "register",
        "outcome": "changed",
        "changed": True,
        "failed": False,
        "verified": True,
        "before": {"mac": MAC, "status": "unknown", "server": None, "url": None},
        "after": {"mac": MAC, "status": "registered", "server": "main", "url": URL},
        "msg": "",
    }


def test_what_is_not_known_is_null() -> None:
    shown = entry(
        predicted_result(unreadable(DesiredDevice(MAC, server="main"), "was not looked at", False), True), MASKER
    )
    assert (shown["before"], shown["after"], shown["failed"]) == (None, None, True)


def test_a_summary_has_every_outcome_and_two_counts_more() -> None:
    assert summary([], 0, 0) == dict.fromkeys([*OUTCOMES, "declared", "unmanaged"], 0)
    entries = [{"outcome": "changed"}, {"outcome": "changed"}, {"outcome": "conflict"}]
    expected = dict.fromkeys(OUTCOMES, 0) | {"changed": 2, "conflict": 1, "declared": 2, "unmanaged": 7}
    assert summary(entries, 2, 7) == expected


def test_a_diff_has_what_changes_and_nothing_else() -> None:
    entries = [
        entry(_result(_found("unknown"), _found("registered", URL), server_url=URL), MASKER),
        entry(_result(_found("registered", URL, SECOND), server_url=URL), MASKER),
    ]
    assert diff(entries) == {
        "before": {MAC: {"status": "unknown", "server": None, "url": None}},
        "after": {MAC: {"status": "registered", "server": "main", "url": URL}},
    }
    assert diff(entries[1:]) == {"before": {}, "after": {}}


SECRET = "https://j0e:hush@h/v4lidation?t0ken=1#fr4gment"
OTHER_SECRET = "https://j0e:hush@h/v4lidation-2?t0ken=2#fr4gment-2"


def _report(*results: DeviceResult, **fields: Any) -> RunResult:
    plan = build_plan([result.step for result in results], (), (), MASKER.url)
    return RunResult(**{"results": results, "plan": plan, "calls": {"listDevices": 1}, **fields})


@pytest.mark.parametrize("written", ["done", "refused", "lost", "check"])
@pytest.mark.parametrize("after", [SECRET, OTHER_SECRET, None])
def test_no_secret_of_a_url_is_in_any_result(written: str, after: str | None) -> None:
    one = _result(_found("registered", OTHER_SECRET), _found("registered", after), written, unique_url=SECRET)
    two = _result(
        _found("registered", OTHER_SECRET, SECOND), _found("registered", after, SECOND), written, server_url=SECRET
    )
    result, error = bulk_result(_report(one, two), 2, MASKER)
    text = json.dumps([result, error])
    assert not re.search("j0e|hush|t0ken|fr4gment|t0ps3cret", text)
    unique = json.dumps([result["devices"][0], result["diff"]["before"].get(MAC), result["diff"]["after"].get(MAC)])
    assert "v4lidation" not in unique
    assert "https://~" in unique


def test_the_path_of_a_plain_server_is_shown_because_people_look_for_it() -> None:
    shown = entry(_result(_found("registered", "http://old/cfg"), server_url=URL, written="check"), MASKER)
    assert shown["before"]["url"] == "http://old/cfg"


def test_a_bulk_result_has_the_contracts_keys() -> None:
    new = _result(_found("unknown"), _found("registered", URL), server_url=URL)
    kept = _result(_found("registered", None, SECOND))
    report = _report(new, kept, unmanaged=("805e00000001",))
    result, error = bulk_result(report, 2, MASKER)
    assert error is None
    assert {"devices", "summary", "unmanaged", "plan", "calls", "changed", "diff"} <= set(result)
    assert [item["mac"] for item in result["devices"]] == [MAC, SECOND]
    assert result["unmanaged"] == ["805e00000001"]
    assert re.fullmatch("sha256:[0-9a-f]{64}", result["plan"])
    assert result["calls"] == {"listDevices": 1}
    assert result["changed"] is True
    assert (result["summary"]["changed"], result["summary"]["unverifiable"], result["summary"]["unmanaged"]) == (
        1,
        1,
        1,
    )
    assert result["msg"].startswith("2 phones: 1 changed, 1 unverifiable; 1 ")
    json.dumps(result)


def test_a_run_without_writes_is_unchanged_and_well() -> None:
    result, error = bulk_result(_report(_result(_found("registered", URL), server_url=URL)), 1, MASKER)
    assert (result["changed"], error) == (False, None)
    assert result["msg"] == "1 phone: 1 in sync."


def test_an_unverifiable_phone_is_no_failure() -> None:
    result, error = bulk_result(_report(_result(_found("registered"))), 1, MASKER)
    assert error is None
    assert result["devices"][0]["failed"] is False


def test_a_failure_is_told_with_the_first_refusals_and_everything_else_is_still_there() -> None:
    results = [
        _result(_found("registered_elsewhere", None, f"00156500000{number}"))
        if number < 4
        else _result(_found("unknown", None, f"00156500000{number}"), _found("unknown"), "refused")
        for number in range(1, 6)
    ]
    result, error = bulk_result(_report(*results), 5, MASKER)
    assert error is not None
    assert error.startswith("5 of 5 phones failed: 001565000004 ")
    assert "devices" in error
    assert (result["summary"]["conflict"], result["summary"]["failed"], len(result["devices"])) == (3, 2, 5)


def test_the_failure_of_a_single_phone_is_its_own_message() -> None:
    result, error = bulk_result(_report(_result(_found("registered_elsewhere"))), 1, MASKER)
    assert error == result["devices"][0]["msg"]
    assert (error or "").startswith(MAC)


def test_what_stopped_a_run_is_told_first_and_the_truth_about_each_phone_stays() -> None:
    step = decide(DesiredDevice(MAC, server="main"), _found("unknown"))
    left = verify_write(step, WriteResult("held_back", "the login was refused"), None, MASKER.url)
    result, error = bulk_result(_report(left, error="The login was refused."), 1, MASKER)
    assert error == "The login was refused. 1 of 1 phone not attempted."
    assert result["devices"][0]["outcome"] == "not_attempted"
    assert result["summary"]["not_attempted"] == 1


def test_a_run_without_a_plan_has_no_digest() -> None:
    result, error = bulk_result(RunResult(error="No route."), 0, MASKER)
    assert (result["plan"], result["devices"], error) == (None, [], "No route.")
