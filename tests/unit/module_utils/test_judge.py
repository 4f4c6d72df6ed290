# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write, its answer and what was read after it: the truth that is told about the phone."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import (
    CurrentDevice,
    DesiredDevice,
    DeviceResult,
    PlannedChange,
    WriteResult,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import decide, unreadable
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import (
    predicted_result,
    skipped_result,
    verify_write,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url

MAC = "001565000001"
URL, OLD, THIRD, UNIQUE = "http://h/", "http://old/", "http://third/", "http://h/t0ken"
MASKER = Masker("yealink", "me", "pw-of-me")
TEXTS = {
    "done": "",
    "refused": "Error:Invalid MAC(s):001565000001",
    "lost": "the connection was closed",
    "held_back": "no route to the service",
}


def _step(found: CurrentDevice, **fields: Any) -> PlannedChange:
    step = decide(DesiredDevice(**{"mac": MAC, "server": "main", **fields}), found)
    assert step.writes
    return step


def _found(status: str, url: str | None = None) -> CurrentDevice:
    return CurrentDevice(MAC, status, url)


STEPS = {
    "register": _step(_found("unknown"), server_url=URL),
    "register blindly": _step(_found("unknown")),
    "bind": _step(_found("unregistered"), server_url=URL),
    "move": _step(_found("registered", OLD), server_url=URL),
    "move uniquely": _step(_found("registered", OLD), server_url=URL, unique_url=UNIQUE),
    "take over": _step(_found("registered_elsewhere"), server_url=URL, override=True),
    "deregister": _step(_found("registered", OLD), state="absent"),
    "force on Htek": _step(_found("registered"), force=True),
    "force blindly": _step(_found("registered", OLD), force=True),
    "force with a URL": _step(_found("registered"), server_url=URL, force=True),
}
AFTER = {
    "unread": None,
    "unknown": _found("unknown"),
    "unregistered": _found("unregistered"),
    "elsewhere": _found("registered_elsewhere"),
    "no URL": _found("registered"),
    "URL": _found("registered", URL),
    "OLD": _found("registered", OLD),
    "THIRD": _found("registered", THIRD),
    "UNIQUE": _found("registered", UNIQUE),
}


def _judged(step: str, kind: str, after: str, **fields: Any) -> DeviceResult:
    return verify_write(STEPS[step], WriteResult(kind, **{"text": TEXTS[kind], **fields}), AFTER[after], MASKER.url)


# step, written, read after -> outcome, changed, verified
TABLE = """
register         done    URL          changed       yes verified
register         done    THIRD        failed        yes no
register         done    no_URL       changed       yes no
register         done    unknown      failed        no  no
register         done    elsewhere    conflict      no  no
register         refused unknown      failed        no  no
register         refused URL          in_sync       no  verified
register         refused elsewhere    conflict      no  no
register         refused unread       failed        no  no
register         lost    URL          changed       yes verified
register         lost    no_URL       changed       yes no
register         lost    unknown      failed        no  no
register         lost    unread       unknown       no  no
register_blindly done    URL          changed       yes no
register_blindly done    no_URL       changed       yes no
register_blindly lost    no_URL       changed       yes no
register_blindly refused unknown      failed        no  no
register         done    unread       unknown       yes no
register         refused no_URL       unverifiable  no  no
bind             done    no_URL       changed       yes no
bind             refused no_URL       unverifiable  no  no
bind             done    URL          changed       yes verified
bind             done    THIRD        failed        yes no
bind             done    unregistered failed        no  no
bind             refused unregistered failed        no  no
bind             lost    unregistered failed        no  no
bind             lost    URL          changed       yes verified
bind             lost    unread       unknown       no  no
move             done    URL          changed       yes verified
move             done    OLD          failed        no  no
move             done    THIRD        failed        yes no
move             refused OLD          failed        no  no
move             refused URL          in_sync       no  verified
move             refused no_URL       failed        no  no
move             refused unread       failed        no  no
move             lost    URL          changed       yes verified
move             lost    OLD          failed        no  no
move             lost    no_URL       unknown       no  no
move             lost    THIRD        unknown       no  no
move             lost    unread       unknown       no  no
move_uniquely    done    UNIQUE       changed       yes verified
move_uniquely    done    URL          failed        yes no
move_uniquely    done    OLD          failed        no  no
move_uniquely    lost    UNIQUE       changed       yes verified
take_over        done    URL          changed       yes verified
take_over        done    no_URL       changed       yes no
take_over        done    elsewhere    failed        no  no
take_over        refused elsewhere    failed        no  no
take_over        refused unread       failed        no  no
take_over        lost    elsewhere    failed        no  no
take_over        lost    unread       unknown       no  no
deregister       done    unknown      changed       yes verified
deregister       done    elsewhere    changed       yes verified
deregister       done    OLD          failed        no  no
deregister       refused OLD          failed        no  no
deregister       refused unknown      in_sync       no  verified
deregister       lost    unknown      changed       yes verified
deregister       lost    OLD          failed        no  no
deregister       lost    unread       unknown       no  no
deregister       done    unread       unknown       yes no
deregister       done    no_URL       failed        yes no
force_on_Htek    done    no_URL       changed       yes no
force_on_Htek    done    unknown      failed        yes no
force_on_Htek    refused no_URL       failed        no  no
force_on_Htek    lost    no_URL       unknown       no  no
force_on_Htek    lost    unread       unknown       no  no
force_blindly    done    OLD          unverifiable  no  no
force_blindly    done    THIRD        changed       yes no
force_blindly    refused OLD          failed        no  no
force_blindly    lost    THIRD        changed       yes no
force_blindly    lost    OLD          unknown       no  no
force_with_a_URL done    URL          changed       yes verified
force_with_a_URL lost    URL          changed       yes verified
force_with_a_URL done    no_URL       changed       yes no
force_with_a_URL refused no_URL       failed        no  no
force_with_a_URL done    THIRD        failed        yes no
force_with_a_URL lost    THIRD        unknown       no  no
"""
ROWS = [[cell.replace("_", " ") for cell in line.split()] for line in TABLE.split("\n") if line]


@pytest.mark.parametrize(
    ("step", "kind", "after", "outcome", "changed", "verified"), ROWS, ids=["-".join(row[:3]) for row in ROWS]
)
def test_a_write_is_judged_by_what_was_read(
    step: str, kind: str, after: str, outcome: str, changed: str, verified: str
) -> None:
    result = _judged(step, kind, after)
    told = (result.outcome, result.changed, result.verified, result.after)
    assert told == (outcome.replace(" ", "_"), changed == "yes", verified == "verified", AFTER[after])
    assert result.failed is (result.outcome in ("conflict", "failed", "unknown"))
    assert bool(result.msg) is (result.failed or result.outcome == "unverifiable")


def test_a_forced_write_that_cannot_be_compared_is_no_change_by_itself() -> None:
    result = _judged("force blindly", "done", "no URL")  # a URL was read before, none after: nothing shows a change
    assert not result.changed
    assert not result.verified


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("step", STEPS)
def test_a_write_that_was_not_sent_is_not_attempted_whatever_is_read(step: str, after: str) -> None:
    result = _judged(step, "held_back", after)
    assert (result.outcome, result.changed, result.verified, result.failed) == ("not_attempted", False, False, True)
    assert result.after == STEPS[step].found
    assert TEXTS["held_back"] in result.msg
    assert result == skipped_result(STEPS[step], TEXTS["held_back"])


EVERYTHING = [_judged(*case) for case in product(STEPS, TEXTS, AFTER)]


def test_verified_is_said_only_of_what_was_read_and_is_as_declared() -> None:
    verified = [result for result in EVERYTHING if result.verified]
    assert verified
    for result in verified:
        declared, after = result.step.declared, result.after
        assert after is not None
        assert result.outcome in ("changed", "in_sync")
        if declared.state == "absent":
            assert after.status in ("unknown", "registered_elsewhere")
        else:
            wanted = declared.unique_url or declared.server_url
            assert wanted is not None
            assert same_url(after.url, wanted)


def test_a_conflict_is_said_only_of_what_was_read_elsewhere_without_override() -> None:
    conflicts = [result for result in EVERYTHING if result.outcome == "conflict"]
    assert conflicts
    for result in conflicts:
        assert result.after is not None
        assert result.after.status == "registered_elsewhere"
        assert not result.step.declared.override


def test_a_change_is_never_said_of_what_was_read_as_before() -> None:
    for result in EVERYTHING:
        if result.after == result.step.found and result.step.found != _found("registered"):
            assert not result.changed, result
        if result.outcome in ("in_sync", "unverifiable", "conflict", "not_attempted"):
            assert not result.changed
        if result.outcome == "changed":
            assert result.changed


def test_an_accepted_write_that_is_not_read_as_declared_is_never_told_as_reached() -> None:
    for result in EVERYTHING:
        wanted = result.step.declared.unique_url or result.step.declared.server_url
        shown = result.after.url if result.after is not None else None
        if result.step.declared.state == "present" and wanted and shown and not same_url(shown, wanted):
            assert result.outcome not in ("changed", "in_sync", "unverifiable"), result


@pytest.mark.parametrize(
    "text",
    [
        "Are you sure you want to override MAC addresses:001565000001",
        "Error: 001565000001(MAC address) Please check the MAC address you entered",
        "Existing MAC(s): 001565000001",
    ],
)
@pytest.mark.parametrize("after", ["unread", "unknown", "unregistered"])
def test_a_conflict_is_never_taken_from_a_refusals_text(text: str, after: str) -> None:
    result = _judged("register", "refused", after, text=text)
    assert result.outcome == "failed"
    assert text in result.msg


@pytest.mark.parametrize("step", ["register", "bind", "move"])
def test_a_mismatch_names_both_urls_and_says_that_a_server_cannot_be_edited(step: str) -> None:
    result = _judged(step, "done", "THIRD")
    assert result.msg.startswith(f"{MAC} ")
    for part in (URL, THIRD, "'main'", "RPS has no call to edit a server"):
        assert part in result.msg


def test_a_mismatch_of_a_unique_url_names_both_urls_without_their_paths() -> None:
    step = STEPS["move uniquely"]
    result = verify_write(step, WriteResult("done"), _found("registered", "http://third/0ther"), MASKER.url)
    assert result.outcome == "failed"
    for url in (UNIQUE, "http://third/0ther"):
        assert (MASKER.url(url, True) or "no") in result.msg
    assert "t0ken" not in result.msg
    assert "0ther" not in result.msg


def test_a_refusal_is_quoted_and_an_invalid_server_is_named() -> None:
    result = _judged("register", "refused", "unknown", text="Error:Invalid server", server_level=True)
    assert "'Error:Invalid server'" in result.msg
    assert "'main'" in result.msg
    assert "'main'" not in _judged("register", "refused", "unknown").msg


WORDS = {
    ("register", "done", "unread"): "was accepted by the service but could not be read back",
    ("register", "lost", "unread"): "may or may not have been written (the connection was closed) and could not be",
    ("register", "done", "elsewhere"): "is registered by another account, although the service accepted the write",
    ("register", "refused", "elsewhere"): "is registered by another account; the service said: 'Error:Invalid MAC(s)",
    ("bind", "done", "unregistered"): "is still unregistered, although the service accepted the write",
    ("deregister", "done", "no URL"): "is still registered, although the service accepted the write",
    ("deregister", "done", "OLD"): "is still registered, although the service accepted the write",
    ("move", "done", "no URL"): "was accepted by the service, but no longer shows where it points",
    ("move", "done", "THIRD"): "is bound to server 'main', which the service redirects to http://third/",
    ("force with a URL", "lost", "THIRD"): "may or may not have been bound to 'main' (the connection was closed)",
}


@pytest.mark.parametrize("case", WORDS, ids=" ".join)
def test_what_is_not_known_is_not_claimed(case: tuple[str, str, str]) -> None:
    assert WORDS[case] in _judged(*case).msg


def test_the_next_step_after_a_refused_take_over_is_not_to_set_override() -> None:
    result = _judged("take over", "refused", "elsewhere", text="Error:MAC address(es) overriding failed")
    assert "overriding failed" in result.msg
    assert "override: true" not in result.msg


@pytest.mark.parametrize("kind", ["done", "refused", "lost"])
def test_every_failure_names_the_phone_in_a_sentence(kind: str) -> None:
    for step, after in product(STEPS, AFTER):
        result = _judged(step, kind, after)
        assert not result.msg or (result.msg.startswith(f"{MAC} ") and result.msg[-1] in ".'?")


def test_check_mode_predicts_changes_and_repeats_what_was_found() -> None:
    assert predicted_result(STEPS["move"], True) == DeviceResult(
        STEPS["move"], "would_change", True, False, AFTER["URL"]
    )
    assert predicted_result(STEPS["move"], False).after == AFTER["no URL"]
    forced = predicted_result(STEPS["force on Htek"], False)
    assert (forced.step.action, forced.outcome, forced.changed, forced.verified) == (
        "move",
        "would_change",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("found", "fields", "outcome", "verified"),
    [
        (_found("registered", URL), {"server_url": URL}, "in_sync", True),
        (_found("unknown"), {"state": "absent"}, "in_sync", True),
        (_found("registered"), {}, "unverifiable", False),
        (_found("registered", URL), {}, "unverifiable", False),
        (_found("registered_elsewhere"), {}, "conflict", False),
    ],
)
def test_a_phone_that_is_not_written_is_told_as_found(
    found: CurrentDevice, fields: dict[str, Any], outcome: str, verified: bool
) -> None:
    result = predicted_result(decide(DesiredDevice(**{"mac": MAC, "server": "main", **fields}), found), True)
    assert (result.outcome, result.changed, result.verified, result.after) == (outcome, False, verified, found)
    assert result.failed is (outcome == "conflict")
    assert bool(result.msg) is (outcome != "in_sync")


@pytest.mark.parametrize(("refused", "outcome"), [(True, "failed"), (False, "not_attempted")])
def test_a_phone_that_could_not_be_read_is_told_with_the_reason(refused: bool, outcome: str) -> None:
    result = predicted_result(unreadable(DesiredDevice(MAC), "was refused: 'x'", refused), True)
    assert (result.outcome, result.changed, result.after, result.failed) == (outcome, False, None, True)
    assert result.msg == f"{MAC} was refused: 'x'"
