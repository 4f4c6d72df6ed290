# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes as users see them: the contract's keys, no secrets, and everything there also if a run fails."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, ROLE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import (
    NOT_SENT,
    OUTCOMES,
    REFUSED,
    CurrentDevice,
    DesiredDevice,
    DeviceResult,
    GuardViolation,
    WriteResult,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import build_plan, decide, unreadable
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import (
    Presenter,
    RunResult,
    bulk_result,
    diff_of,
    run_error,
    run_sentence,
    summarize,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import (
    predicted_result,
    skipped_result,
    verify_write,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

YEALINK = VENDORS["yealink"]
MAC, SECOND, THIRD = "001565000001", "001565000002", "001565000003"
SHOWN = "00:15:65:00:00:01"
URL, OLD = "http://h/", "http://old/"
MASKER = Masker("yealink", "me", "t0ps3cret", rounds=1)
PRESENTER = Presenter(Speaker(MODULE, "Yealink"), MASKER)
KEYS = ["mac", "action", "outcome", "reason", "changed", "failed", "verified", "before", "after", "msg"]
REFUSAL = WriteResult(REFUSED, reason("refused", text="Error:no"))


def current(status: str, url: str | None = None, mac: str = MAC) -> CurrentDevice:
    return CurrentDevice(mac, status, url)


def result_of(
    found: CurrentDevice, after: CurrentDevice | None = None, written: WriteResult | None = None, **fields: Any
) -> DeviceResult:
    """A phone of a run; without ``after`` and ``written`` that of check mode."""
    change = decide(DesiredDevice(**{"mac": found.mac, "server": "main", **fields}), found, YEALINK)
    if not change.writes or (after is None and written is None):
        return predicted_result(change, True)
    return verify_write(change, written or WriteResult("done"), after, YEALINK, MASKER.url)


ADDED = result_of(current("unknown"), current("registered", URL), server_url=URL)
IN_SYNC = result_of(current("registered", URL, SECOND), server_url=URL)
UNVERIFIABLE = result_of(current("registered", None, SECOND))
CONFLICT = result_of(current("registered_elsewhere"))


def run_of(*results: DeviceResult, **fields: Any) -> RunResult:
    plan = build_plan([result.change for result in results], (), (), MASKER.url)
    return RunResult(**{"results": results, "plan": plan, "calls": {"listDevices": 1}, **fields})


def bulk(run: RunResult, presenter: Presenter = PRESENTER) -> tuple[dict[str, Any], str | None]:
    return bulk_result(run, len(run.results), presenter)


# One device.


def test_a_device_has_the_contracts_keys() -> None:
    found = CurrentDevice(MAC, "registered", URL, last_contact="2026-01-02T03:04:05Z", ref="id", server_ref="s")
    assert PRESENTER.device(found, "main", False) == {
        "mac": MAC,
        "status": "registered",
        "server": "main",
        "url": URL,
        "last_contact": "2026-01-02T03:04:05Z",
    }
    assert PRESENTER.device(current("unknown"), None, False) == {
        "mac": MAC,
        "status": "unknown",
        "server": None,
        "url": None,
        "last_contact": None,
    }
    assert PRESENTER.device(None, "main", False) is None


def test_an_entry_has_the_contracts_keys_and_values() -> None:
    shown = PRESENTER.entry(ADDED)
    assert list(shown) == KEYS
    assert shown == {
        "mac": MAC,
        "action": "register",
        "outcome": "changed",
        "reason": None,
        "changed": True,
        "failed": False,
        "verified": True,
        "before": {"mac": MAC, "status": "unknown", "server": None, "url": None, "last_contact": None},
        "after": {"mac": MAC, "status": "registered", "server": "main", "url": URL, "last_contact": None},
        "msg": "",
    }


@pytest.mark.parametrize(
    ("result", "code"),
    [(ADDED, None), (IN_SYNC, None), (UNVERIFIABLE, "url_not_readable"), (CONFLICT, "owned_elsewhere")],
)
def test_an_entry_carries_its_reason_as_a_word_and_its_message_as_a_sentence(
    result: DeviceResult, code: str | None
) -> None:
    shown = PRESENTER.entry(result)
    assert shown["reason"] == code
    assert bool(shown["msg"]) is (code is not None)
    assert shown["msg"] == PRESENTER.sentence(result)


def test_a_message_names_the_host_of_the_phone() -> None:
    presenter = Presenter(Speaker(ROLE, "Yealink", "main"), MASKER, {MAC: "desk-1"})
    assert presenter.sentence(CONFLICT).startswith(f"{SHOWN} (desk-1) ")
    assert presenter.sentence(UNVERIFIABLE).startswith("00:15:65:00:00:02 is")


@pytest.mark.parametrize(
    ("result", "before", "after"),
    [
        pytest.param(ADDED, None, "main", id="added"),
        pytest.param(result_of(current("unknown")), None, "main", id="would be added"),
        pytest.param(IN_SYNC, "main", "main", id="in sync"),
        pytest.param(UNVERIFIABLE, "main", "main", id="cannot be verified"),
        pytest.param(
            result_of(current("registered", OLD), current("registered", URL), server_url=URL), None, "main", id="moved"
        ),
        pytest.param(
            result_of(current("registered", OLD), current("registered", OLD), server_url=URL),
            None,
            None,
            id="not moved",
        ),
        pytest.param(
            result_of(current("registered", URL), current("unknown"), state="absent"), None, None, id="removed"
        ),
        pytest.param(CONFLICT, None, None, id="conflict"),
    ],
)
def test_the_declared_server_is_shown_only_if_the_phone_counts_as_bound_to_it(
    result: DeviceResult, before: str | None, after: str | None
) -> None:
    shown = PRESENTER.entry(result)
    assert (shown["before"]["server"], shown["after"]["server"]) == (before, after)


def test_a_phone_that_forcing_left_where_it_was_looks_the_same_before_and_after() -> None:
    shown = PRESENTER.entry(result_of(current("registered", OLD), current("registered", OLD), force=True))
    assert (shown["outcome"], shown["reason"], shown["changed"]) == ("unverifiable", "rewritten_same", False)
    assert shown["before"] == shown["after"]
    assert shown["after"]["server"] == "main"


def test_what_is_not_known_is_null() -> None:
    shown = PRESENTER.entry(predicted_result(unreadable(DesiredDevice(MAC), reason("unreadable", cause="x")), True))
    assert (shown["before"], shown["after"], shown["failed"], shown["reason"]) == (None, None, True, "unreadable")


def test_the_path_of_a_plain_server_is_shown_because_people_look_for_it() -> None:
    shown = PRESENTER.entry(result_of(current("registered", "http://old/cfg"), server_url=URL))
    assert shown["before"]["url"] == "http://old/cfg"


# Secrets.

SECRET = "https://j0e:hush@h/v4lidation?t0ken=1#fr4gment"
OTHER_SECRET = "https://j0e:hush@h/v4lidation-2?t0ken=2#fr4gment-2"


@pytest.mark.parametrize("written", [WriteResult("done"), REFUSAL, WriteResult("open", None, "lost"), None])
@pytest.mark.parametrize("after", [SECRET, OTHER_SECRET, None])
def test_no_secret_of_a_url_is_in_any_result(written: WriteResult | None, after: str | None) -> None:
    one = result_of(current("registered", OTHER_SECRET), current("registered", after), written, unique_url=SECRET)
    found = current("registered", OTHER_SECRET, SECOND)
    two = result_of(found, current("registered", after, SECOND), written, server_url=SECRET)
    result, error = bulk(run_of(one, two))
    text = json.dumps([{**result, "devices": list(result["devices"])}, error])
    assert not re.search("j0e|hush|t0ken|fr4gment|t0ps3cret", text)
    unique = json.dumps([result["devices"][0], result["diff"]["before"].get(MAC), result["diff"]["after"].get(MAC)])
    assert "v4lidation" not in unique
    assert "https://~" in unique


# Many devices.


def test_a_summary_has_every_outcome_and_two_counts_more() -> None:
    assert summarize([], 0, 0) == dict.fromkeys([*OUTCOMES, "declared", "unmanaged"], 0)
    outcomes = ["changed", "changed", "conflict"]
    expected = dict.fromkeys(OUTCOMES, 0) | {"changed": 2, "conflict": 1, "declared": 2, "unmanaged": 7}
    assert summarize(outcomes, 2, 7) == expected
    assert summarize(outcomes, 2, None)["unmanaged"] is None


def test_a_diff_has_what_changes_and_nothing_else() -> None:
    entries = [PRESENTER.entry(ADDED), PRESENTER.entry(IN_SYNC)]
    assert diff_of(entries, "main") == {
        "before_header": "main",
        "after_header": "main",
        "before": {MAC: {"status": "unknown", "server": None, "url": None, "last_contact": None}},
        "after": {MAC: {"status": "registered", "server": "main", "url": URL, "last_contact": None}},
    }
    quiet = diff_of(entries[1:])
    assert (quiet["before"], quiet["after"]) == ({}, {})


def test_a_diff_has_nothing_of_what_became_unreadable() -> None:
    lost = result_of(current("unknown"), None, WriteResult("done"), server_url=URL)
    assert diff_of([PRESENTER.entry(lost)])["after"] == {}


def test_a_bulk_result_has_the_contracts_keys() -> None:
    run = run_of(ADDED, UNVERIFIABLE, unmanaged=(CurrentDevice(THIRD, ""),))
    result, error = bulk(run)
    assert error is None
    assert set(result) == {"devices", "summary", "unmanaged", "plan", "calls", "changed", "diff", "msg"}
    assert [item["mac"] for item in result["devices"]] == [MAC, SECOND]
    assert result["unmanaged"] == [THIRD]
    assert result["plan"] == (run.plan.digest if run.plan else None)
    assert result["calls"] == {"listDevices": 1}
    assert result["changed"] is True
    counts = {key: count for key, count in result["summary"].items() if count}
    assert counts == {"changed": 1, "unverifiable": 1, "declared": 2, "unmanaged": 1}
    json.dumps({**result, "devices": list(result["devices"])})


def test_a_bulk_result_has_a_diff_only_if_it_is_asked_for() -> None:
    run = run_of(ADDED, IN_SYNC)
    whole, _error = bulk(run)
    quiet, _error = bulk_result(run, 2, PRESENTER, diff=False)
    assert list(whole["diff"]["after"]) == [MAC]
    assert {key: value for key, value in whole.items() if key not in ("devices", "diff")} == {
        key: value for key, value in quiet.items() if key != "devices"
    }


def test_the_entries_of_a_bulk_result_can_be_looked_at_as_often_as_those_of_a_list() -> None:
    entries = bulk(run_of(ADDED, IN_SYNC, CONFLICT))[0]["devices"]
    whole = [PRESENTER.entry(one) for one in (ADDED, IN_SYNC, CONFLICT)]
    assert [list(entries), list(entries), [entries[0], *entries[1:]]] == [whole] * 3
    assert (len(entries), entries[-1]["outcome"]) == (3, "conflict")


@pytest.mark.parametrize("server", [None, "stored"])
def test_a_phone_that_was_only_read_is_after_the_run_what_it_was_before(server: str | None) -> None:
    found = CurrentDevice(MAC, "registered", URL, last_contact="2026-01-02T03:04:05Z", server=server)
    entry = PRESENTER.entry(result_of(found, server_url=URL))
    assert entry["after"] == entry["before"] == PRESENTER.device(found, "main", False)


def test_a_phone_that_was_only_read_may_count_as_bound_after_the_run_alone() -> None:
    forced = result_of(current("registered"), current("registered"), force=True)
    assert PRESENTER.entry(forced)["after"] is not None
    reread = verify_write(forced.change, WriteResult("done"), forced.change.current, YEALINK, MASKER.url)
    entry = PRESENTER.entry(reread)
    assert (entry["before"]["server"], entry["after"]["server"]) == (None, "main")


def test_a_service_that_lists_nothing_has_no_unmanaged_devices_and_no_count_of_them() -> None:
    result, _error = bulk(run_of(ADDED, unmanaged=None))
    assert (result["unmanaged"], result["summary"]["unmanaged"]) == (None, None)


@pytest.mark.parametrize(
    ("counts", "purged", "text"),
    [
        ({"in_sync": 1, "declared": 1}, [], "1 phone: 1 in sync."),
        (
            {"changed": 14, "in_sync": 10, "declared": 24, "unmanaged": 1},
            [],
            "24 phones: 10 in sync, 14 changed; 1 unmanaged device.",
        ),
        ({"unknown": 1200, "declared": 1200}, [], "1,200 phones: 1,200 outcome unknown."),
        ({"would_change": 1, "not_attempted": 1, "declared": 2}, [], "2 phones: 1 would change, 1 not attempted."),
        ({"declared": 0}, [], "0 phones."),
        ({"changed": 2, "declared": 1}, [False], "1 phone and 1 unmanaged device: 2 changed."),
        (
            {"changed": 1, "failed": 1, "declared": 1, "unmanaged": 1},
            [True],
            "1 phone and 1 unmanaged device: 1 changed, 1 failed.",
        ),
        (
            {"changed": 1, "failed": 1, "declared": 1, "unmanaged": 3},
            [True],
            "1 phone and 1 unmanaged device: 1 changed, 1 failed; 2 unmanaged devices.",
        ),
        # Nobody knows which of the others are unmanaged.
        (
            {"in_sync": 1, "not_attempted": 2, "declared": 1, "unmanaged": None},
            [True, True],
            "1 phone and 2 unmanaged devices: 1 in sync, 2 not attempted.",
        ),
    ],
)
def test_a_run_in_one_sentence(counts: dict[str, Any], purged: list[bool], text: str) -> None:
    declared = counts["declared"]
    entries = [{"failed": False}] * declared + [{"failed": failed} for failed in purged]
    assert run_sentence(entries, {**summarize([], 0, 0), **counts}) == text


def test_a_run_without_writes_is_unchanged_and_well() -> None:
    result, error = bulk(run_of(IN_SYNC))
    assert (result["changed"], error) == (False, None)


def test_an_unverifiable_phone_is_no_failure() -> None:
    result, error = bulk(run_of(UNVERIFIABLE))
    assert error is None
    assert result["devices"][0]["failed"] is False


# Failures.


def test_a_failure_begins_with_what_the_service_refused_and_everything_else_is_still_there() -> None:
    macs = [f"00156500000{number}" for number in range(1, 6)]
    results = [result_of(current("registered_elsewhere", None, mac)) for mac in macs[:3]]
    results += [result_of(current("unknown", None, mac), current("unknown", None, mac), REFUSAL) for mac in macs[3:]]
    result, error = bulk(run_of(*results))
    assert error is not None
    # What several phones share is said once.
    quoted = [result["devices"][index]["msg"] for index in (3, 0)]
    assert error == f"5 of 5 phones failed: {' '.join(quoted)} The other failures are in devices."
    assert (result["summary"]["conflict"], result["summary"]["failed"], len(result["devices"])) == (3, 2, 5)


def test_a_few_failures_are_all_quoted() -> None:
    result, error = bulk(run_of(CONFLICT, IN_SYNC))
    assert error == f"1 of 2 phones failed: {result['devices'][0]['msg']}"


def test_the_failure_of_a_single_phone_is_its_own_message() -> None:
    result, error = bulk(run_of(CONFLICT))
    assert error == result["devices"][0]["msg"]


# What a service without a list, or a module for one phone, has read of an account that refuses the login: nothing.
UNREAD = build_plan([unreadable(DesiredDevice(MAC, server="main"), reason("login_refused"))], None, (), MASKER.url)


def skipped(mac: str = MAC) -> DeviceResult:
    change = decide(DesiredDevice(mac, server="main"), current("unknown", None, mac), YEALINK)
    return skipped_result(change, reason("login_refused", "account", cause="x", fix="y"))


@pytest.mark.parametrize(
    ("fields", "speaker", "text"),
    [
        (
            {"account_error": reason("account_unreachable", cause="no route", fix="Check api_url.")},
            Speaker(MODULE, "Yealink"),
            "The account could not be read: no route. Check api_url; 2 phones were not attempted.",
        ),
        (
            {"stopped": reason("login_refused", "account", cause="Yealink refused the login", fix="Check it.")},
            Speaker(ROLE, "Yealink", "main"),
            "Account main was not finished: Yealink refused the login. Check it; 2 phones were not attempted.",
        ),
        (
            {"stopped": reason("login_refused", "account", cause="no login", fix="Check it."), "plan": UNREAD},
            Speaker(MODULE, "Yealink"),
            "The account could not be read: no login. Check it; 2 phones were not attempted.",
        ),
        (
            {"violation": GuardViolation("list_contradiction", params={"first": SHOWN})},
            Speaker(ROLE, "Yealink", "main"),
            Speaker(ROLE, "Yealink", "main").guard(GuardViolation("list_contradiction", params={"first": SHOWN})),
        ),
    ],
)
def test_what_stopped_a_run_is_reported_once_for_all_phones(
    fields: dict[str, Any], speaker: Speaker, text: str
) -> None:
    presenter = Presenter(speaker, MASKER)
    run = run_of(skipped(), skipped(SECOND), **fields)
    result, error = bulk(run, presenter)
    assert error == run_error(run, presenter) == text
    assert [device["outcome"] for device in result["devices"]] == ["not_attempted"] * 2
    assert result["summary"]["not_attempted"] == 2


def test_one_phone_that_was_not_attempted_is_counted_as_one() -> None:
    run = run_of(skipped(), account_error=reason("account_unreachable", cause="no route", fix=""))
    assert (run_error(run, PRESENTER) or "").endswith("1 phone was not attempted.")


def test_a_stopped_run_whose_phones_all_are_well_has_not_failed() -> None:
    _result, error = bulk(run_of(IN_SYNC, stopped=reason("deadline", cause="the deadline has passed")))
    assert error is None


def test_an_account_that_could_not_be_read_fails_even_without_phones() -> None:
    result, error = bulk(RunResult(account_error=reason("account_unreachable", cause="no route")))
    assert (result["plan"], list(result["devices"])) == (None, [])
    assert error is not None


def test_a_run_that_nothing_stopped_has_no_error_of_its_own() -> None:
    assert run_error(run_of(CONFLICT), PRESENTER) is None


def test_a_write_that_never_left_has_the_reason_of_the_call() -> None:
    never = WriteResult(NOT_SENT, reason("interrupted", cause="the run was interrupted", fix="Run again."))
    assert PRESENTER.entry(result_of(current("unknown"), None, never))["reason"] == "interrupted"
