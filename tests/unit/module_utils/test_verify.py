# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write, its answer and what was read after it: the outcome of the phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import pytest
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import (
    DONE,
    NOT_SENT,
    OPEN,
    REFUSED,
    CurrentDevice,
    DesiredDevice,
    DeviceResult,
    PlannedChange,
    WriteResult,
    reason,
)
from ansible_collections.voip.rps.plugins.module_utils._reconcile.binding import differs
from ansible_collections.voip.rps.plugins.module_utils._reconcile.plan import decide, unreadable
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import (
    predicted_result,
    skipped_result,
    verify_write,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import MANAGED, URL_ONLY, Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from support.reasons import REASONS

MAC = "001565000001"
URL, OLD, THIRD, UNIQUE = "http://h/", "http://old/", "http://third/", "http://h/t0ken"
YEALINK, HTEK = VENDORS["yealink"], VENDORS["htek"]
MASKER = Masker("yealink", "me", "pw-of-me", rounds=1)


def current(status: str, url: str | None = None) -> CurrentDevice:
    return CurrentDevice(MAC, status, url)


def planned(found: CurrentDevice, vendor: Capabilities = YEALINK, **fields: Any) -> PlannedChange:
    change = decide(DesiredDevice(**{"mac": MAC, "server": "main", **fields}), found, vendor)
    assert change.writes
    return change


STEPS: dict[str, tuple[PlannedChange, Capabilities]] = {
    "register": (planned(current("unknown"), server_url=URL), YEALINK),
    "register_blindly": (planned(current("unknown")), YEALINK),
    "bind": (planned(current("unregistered"), server_url=URL), YEALINK),
    "move": (planned(current("registered", OLD), server_url=URL), YEALINK),
    "move_uniquely": (planned(current("registered", OLD), server_url=URL, unique_url=UNIQUE), YEALINK),
    "take_over": (planned(current("registered_elsewhere"), server_url=URL, override=True), YEALINK),
    "deregister": (planned(current("registered", OLD), state="absent"), YEALINK),
    "force_on_Htek": (planned(current("registered"), HTEK, force=True), HTEK),
    "force_blindly": (planned(current("registered", OLD), force=True), YEALINK),
    "force_with_a_URL": (planned(current("registered"), server_url=URL, force=True), YEALINK),
}
WRITES = {
    "done": WriteResult(DONE),
    "refused": WriteResult(REFUSED, reason("refused", text="no")),
    "open": WriteResult(OPEN, None, "the answer was lost"),
    # An earlier try of these may have been executed.
    "refused_2nd": WriteResult(REFUSED, reason("refused", text="no"), maybe_earlier=True),
    "unsent_2nd": WriteResult(NOT_SENT, reason("deadline"), "no time is left", maybe_earlier=True),
}
AFTER = {
    "unread": None,
    "unknown": current("unknown"),
    "unregistered": current("unregistered"),
    "elsewhere": current("registered_elsewhere"),
    "no_URL": current("registered"),
    "URL": current("registered", URL),
    "OLD": current("registered", OLD),
    "THIRD": current("registered", THIRD),
    "UNIQUE": current("registered", UNIQUE),
}


class Verdict(NamedTuple):
    """What a result says."""

    outcome: str
    reason: str | None = None
    variant: str = ""
    changed: bool = False
    verified: bool = False


LEGEND = {
    "done+": Verdict("changed", changed=True, verified=True),
    "done": Verdict("changed", changed=True),
    "same": Verdict("in_sync", verified=True),
    "hidden": Verdict("unverifiable", "url_not_readable", "hidden"),
    "undeclared": Verdict("unverifiable", "url_not_declared"),
    "rewritten": Verdict("unverifiable", "rewritten_same"),
    "conflict": Verdict("conflict", "owned_elsewhere"),
    "conflict!": Verdict("conflict", "owned_elsewhere", "accepted"),
    "refused": Verdict("failed", "refused"),
    "refused!": Verdict("failed", "refused", "override"),
    "not": Verdict("failed", "not_applied"),
    "not*": Verdict("failed", "not_applied", "other", changed=True),
    "not!": Verdict("failed", "not_applied", "elsewhere"),
    "still": Verdict("failed", "not_applied", "move"),
    "url": Verdict("failed", "wrong_url"),
    "url*": Verdict("failed", "wrong_url", changed=True),
    "stays": Verdict("failed", "not_applied", "unique"),
    "own*": Verdict("failed", "wrong_url", "unique", changed=True),
    "lost": Verdict("unknown", "answer_lost"),
    "lost!": Verdict("unknown", "answer_lost", "refused"),
    "lost?": Verdict("unknown", "answer_lost", "unreadable_url"),
    "gone?": Verdict("unknown", "answer_lost", "hidden"),
    "unread": Verdict("unknown", "unreadable_after"),
    "unread!": Verdict("unknown", "unreadable_after", "accepted"),
}
# What was to be done, what came of the write, and in the columns what was read after it.
TABLE = """
                             unread  unknown unregistered elsewhere no_URL  URL        OLD        THIRD      UNIQUE
register         done        unread! not     not*         conflict! done    done+      url*       url*       url*
register         refused     refused refused refused      conflict  hidden  same       refused    refused    refused
register         open        unread  lost    lost         conflict  done    done+      lost       lost       lost
register         refused_2nd unread  lost!   lost!        conflict  done    done+      lost!      lost!      lost!
register         unsent_2nd  unread  lost    lost         conflict  done    done+      lost       lost       lost
register_blindly done        unread! not     not*         conflict! done    done       done       done       done
register_blindly refused     refused refused refused      conflict  hidden  undeclared undeclared undeclared undeclared
register_blindly open        unread  lost    lost         conflict  done    done       done       done       done
register_blindly refused_2nd unread  lost!   lost!        conflict  done    done       done       done       done
register_blindly unsent_2nd  unread  lost    lost         conflict  done    done       done       done       done
bind             done        unread! not*    not          conflict! done    done+      url*       url*       url*
bind             refused     refused refused refused      conflict  hidden  same       refused    refused    refused
bind             open        unread  lost    lost         conflict  done    done+      lost       lost       lost
bind             refused_2nd unread  lost!   lost!        conflict  done    done+      lost!      lost!      lost!
bind             unsent_2nd  unread  lost    lost         conflict  done    done+      lost       lost       lost
move             done        unread! not*    not*         conflict! gone?   done+      still      url*       url*
move             refused     refused refused refused      conflict  refused same       refused    refused    refused
move             open        unread  lost    lost         conflict  lost    done+      lost       lost       lost
move             refused_2nd unread  lost!   lost!        conflict  lost!   done+      lost!      lost!      lost!
move             unsent_2nd  unread  lost    lost         conflict  lost    done+      lost       lost       lost
move_uniquely    done        unread! not*    not*         conflict! gone?   own*       stays      own*       done+
move_uniquely    refused     refused refused refused      conflict  refused refused    refused    refused    same
move_uniquely    open        unread  lost    lost         conflict  lost    lost       lost       lost       done+
move_uniquely    refused_2nd unread  lost!   lost!        conflict  lost!   lost!      lost!      lost!      done+
move_uniquely    unsent_2nd  unread  lost    lost         conflict  lost    lost       lost       lost       done+
take_over        done        unread! not*    not*         not!      done    done+      url*       url*       url*
take_over        refused     refused refused refused      refused!  hidden  same       refused    refused    refused
take_over        open        unread  lost    lost         lost      done    done+      lost       lost       lost
take_over        refused_2nd unread  lost!   lost!        lost!     done    done+      lost!      lost!      lost!
take_over        unsent_2nd  unread  lost    lost         lost      done    done+      lost       lost       lost
deregister       done        unread! done+   not*         done+     not     not*       not        not*       not*
deregister       refused     refused same    refused      same      refused refused    refused    refused    refused
deregister       open        unread  done+   lost         done+     lost    lost       lost       lost       lost
deregister       refused_2nd unread  done+   lost!        done+     lost!   lost!      lost!      lost!      lost!
deregister       unsent_2nd  unread  done+   lost         done+     lost    lost       lost       lost       lost
force_on_Htek    done        unread! not*    not*         conflict! done    done       done       done       done
force_on_Htek    refused     refused refused refused      conflict  refused refused    refused    refused    refused
force_on_Htek    open        unread  lost    lost         conflict  lost?   lost       lost       lost       lost
force_on_Htek    refused_2nd unread  lost!   lost!        conflict  lost!   lost!      lost!      lost!      lost!
force_on_Htek    unsent_2nd  unread  lost    lost         conflict  lost?   lost       lost       lost       lost
force_blindly    done        unread! not*    not*         conflict! gone?   done       rewritten  done       done
force_blindly    refused     refused refused refused      conflict  refused refused    refused    refused    refused
force_blindly    open        unread  lost    lost         conflict  lost?   done       lost       done       done
force_blindly    refused_2nd unread  lost!   lost!        conflict  lost!   done       lost!      done       done
force_blindly    unsent_2nd  unread  lost    lost         conflict  lost?   done       lost       done       done
force_with_a_URL done        unread! not*    not*         conflict! done    done+      url        url        url
force_with_a_URL refused     refused refused refused      conflict  refused same       refused    refused    refused
force_with_a_URL open        unread  lost    lost         conflict  lost?   done+      lost       lost       lost
force_with_a_URL refused_2nd unread  lost!   lost!        conflict  lost!   done+      lost!      lost!      lost!
force_with_a_URL unsent_2nd  unread  lost    lost         conflict  lost?   done+      lost       lost       lost
"""


def rows() -> Iterator[tuple[str, str, str, str]]:
    head, *lines = TABLE.strip().split("\n")
    for line in lines:
        step, write, *cells = line.split()
        for after, cell in zip(head.split(), cells, strict=True):
            yield step, write, after, cell


ROWS = list(rows())


def verified(step: str, write: str, after: str) -> DeviceResult:
    change, vendor = STEPS[step]
    return verify_write(change, WRITES[write], AFTER[after], vendor, MASKER.url)


def verdict_of(result: DeviceResult) -> Verdict:
    why = result.reason
    code, variant = (None, "") if why is None else (why.code, why.variant)
    return Verdict(result.outcome, code, variant, result.changed, result.verified)


def test_the_table_is_whole() -> None:
    assert {row[:3] for row in ROWS} == set(product(STEPS, WRITES, AFTER))
    assert {row[3] for row in ROWS} == set(LEGEND)


@pytest.mark.parametrize(("step", "write", "after", "cell"), ROWS, ids=["-".join(row[:3]) for row in ROWS])
def test_a_write_is_judged_by_what_was_read(step: str, write: str, after: str, cell: str) -> None:
    result = verified(step, write, after)
    assert verdict_of(result) == LEGEND[cell]
    assert result.after == AFTER[after]
    assert result.failed is (result.outcome in ("conflict", "failed", "unknown"))


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("why", [reason("deadline"), None])
def test_a_write_that_was_not_sent_is_not_attempted_whatever_is_read(step: str, after: str, why: Any) -> None:
    change, vendor = STEPS[step]
    result = verify_write(change, WriteResult(NOT_SENT, why, "no route"), AFTER[after], vendor, MASKER.url)
    assert result == skipped_result(change, why or reason("interrupted", cause="no route"))
    assert (result.outcome, result.changed, result.verified, result.failed) == ("not_attempted", False, False, True)
    assert result.after == change.current


@pytest.mark.parametrize("outcome", ["failed", "not_attempted"])
def test_a_write_that_was_not_made_has_the_outcome_of_its_reason(outcome: str) -> None:
    either = REASONS["failed"] & REASONS["not_attempted"]
    for code in REASONS[outcome] - either:
        assert skipped_result(STEPS["register"][0], reason(code)).outcome == outcome
    assert {skipped_result(STEPS["register"][0], reason(code)).outcome for code in either} == {"not_attempted"}


def test_a_timeout_makes_no_difference_to_what_a_state_proves() -> None:
    for step, (change, vendor) in STEPS.items():
        for name, after in AFTER.items():
            timed_out = replace(WRITES["open"], timed_out=True)
            assert verdict_of(verify_write(change, timed_out, after, vendor, MASKER.url)) == verdict_of(
                verified(step, "open", name)
            )


def test_an_override_whose_phone_was_nobodys_before_does_not_say_that_it_still_is_the_others() -> None:
    change = planned(current("unknown"), server_url=URL, override=True)
    result = verify_write(change, WriteResult(DONE), current("registered_elsewhere"), YEALINK, MASKER.url)
    assert verdict_of(result) == Verdict("failed", "not_applied", "taken", changed=True)


@pytest.mark.parametrize(("step", "write", "after", "_cell"), ROWS, ids=["-".join(row[:3]) for row in ROWS])
def test_only_a_phone_that_reads_as_before_is_still_something(step: str, write: str, after: str, _cell: str) -> None:
    result = verified(step, write, after)
    if result.reason is not None and " still " in Speaker(MODULE, "Yealink").sentence(result.reason):
        assert result.after is not None
        assert not differs(result.change.current, result.after, YEALINK)


EVERYTHING = [verified(*row[:3]) for row in ROWS]


def test_verified_is_said_only_of_what_was_read_and_is_as_declared() -> None:
    seen = [result for result in EVERYTHING if result.verified]
    assert {result.outcome for result in seen} == {"changed", "in_sync"}
    for result in seen:
        assert result.after is not None
        absent = result.change.desired.state == "absent"
        gone = result.after.status in ("unknown", "registered_elsewhere")
        reached = same_url(result.after.url, result.change.desired.url) and result.after.url is not None
        assert gone if absent else reached, result


def test_a_conflict_is_said_only_of_what_was_read_elsewhere_without_override() -> None:
    conflicts = [result for result in EVERYTHING if result.outcome == "conflict"]
    assert conflicts
    assert {result.after.status for result in conflicts if result.after} == {"registered_elsewhere"}
    assert not any(result.change.desired.override or result.after is None for result in conflicts)


def test_a_change_is_never_said_of_what_was_read_as_before() -> None:
    # Htek shows no URL before and none after: there the write's own answer is all that there is.
    same = [result for result in EVERYTHING if result.after == result.change.current != current("registered")]
    assert same
    assert not any(result.changed for result in same)


def test_an_unknown_outcome_is_never_a_change() -> None:
    unknown = [result for result in EVERYTHING if result.outcome == "unknown"]
    assert unknown
    assert not any(result.changed for result in unknown)


def test_an_open_write_is_failed_or_not_attempted_never() -> None:
    for step, write, after in product(STEPS, ("open", "refused_2nd", "unsent_2nd"), AFTER):
        assert verified(step, write, after).outcome not in ("failed", "not_attempted", "in_sync", "unverifiable")


def test_a_refusal_alone_is_never_a_change() -> None:
    assert not any(verified(step, "refused", after).changed for step, after in product(STEPS, AFTER))


# What a reason carries.


@pytest.mark.parametrize(
    ("vendor", "fields", "variant"),
    [
        (YEALINK, {"server_url": URL}, ""),
        (replace(YEALINK, servers=MANAGED), {"server_url": URL}, "managed"),
        (YEALINK, {"unique_url": UNIQUE}, "unique"),
        (replace(YEALINK, servers=MANAGED), {"unique_url": UNIQUE}, "unique"),
        (replace(YEALINK, binds_to=URL_ONLY), {"server_url": URL}, "url"),
        (replace(YEALINK, binds_to=URL_ONLY), {"unique_url": UNIQUE}, "url"),
    ],
)
@pytest.mark.parametrize("moved", [True, False], ids=["moved", "not moved"])
def test_another_url_names_both_and_what_can_be_done_about_it(
    vendor: Capabilities, fields: dict[str, str], variant: str, moved: bool
) -> None:
    seen = "http://third/0ther" if moved else OLD
    change = planned(current("registered", OLD), vendor, **fields)
    result = verify_write(change, WriteResult(DONE), current("registered", seen), vendor, MASKER.url)
    expected = ("wrong_url", variant) if moved else ("not_applied", variant or "move")
    assert verdict_of(result) == Verdict("failed", *expected, changed=moved)
    assert result.reason is not None
    hide = "unique_url" in fields
    assert result.reason.params["current"] == MASKER.url(seen, hide)
    assert result.reason.params["desired"] == MASKER.url(change.desired.url, hide)
    assert result.reason.params["server"] == "main"


@pytest.mark.parametrize("write", ["done", "refused", "open", "refused_2nd"])
@pytest.mark.parametrize("status", ["registered_elsewhere", "unknown"])
def test_without_override_no_message_asks_for_it(write: str, status: str) -> None:
    vendor = replace(YEALINK, override=False, shows_foreign=False)
    foreign = (
        replace(WRITES[write], reason=reason("owned_elsewhere", text="no")) if "refused" in write else WRITES[write]
    )
    change = planned(current("unknown"), vendor, server_url=URL)
    result = verify_write(change, foreign, current(status), vendor, MASKER.url)
    expected = {
        ("done", "registered_elsewhere"): ("conflict", "accepted"),
        ("open", "registered_elsewhere"): ("conflict", "no_override"),
        ("done", "unknown"): ("failed", ""),
        ("open", "unknown"): ("unknown", ""),
    }
    assert result.reason is not None
    assert (result.outcome, result.reason.variant) == expected.get((write, status), ("conflict", "no_override"))


def test_another_organizations_phone_shows_only_in_the_answer_of_a_write() -> None:
    vendor = replace(YEALINK, override=False, shows_foreign=False)
    change = planned(current("unknown"), vendor, server_url=URL)
    write = WriteResult(REFUSED, reason("owned_elsewhere", text="800004: no"))
    result = verify_write(change, write, current("unknown"), vendor, MASKER.url)
    assert verdict_of(result) == Verdict("conflict", "owned_elsewhere", "no_override")
    assert result.after == current("registered_elsewhere")
    ours = verify_write(change, write, current("registered", URL), vendor, MASKER.url)
    assert verdict_of(ours) == LEGEND["same"]


@pytest.mark.parametrize("code", ["refused", "server_unknown", "call_absent", "login_refused"])
@pytest.mark.parametrize("after", ["unread", "unknown", "unregistered"])
def test_a_refusal_keeps_its_own_reason_and_words(code: str, after: str) -> None:
    change, vendor = STEPS["register"]
    write = WriteResult(REFUSED, reason(code, text="Error:no", cause="because"))
    result = verify_write(change, write, AFTER[after], vendor, MASKER.url)
    assert result.reason is not None
    assert (result.outcome, result.reason.code) == ("failed", code)
    assert result.reason.params == {"action": "register", "server": "main", "cause": "because", "text": "Error:no"}


def test_what_only_one_of_two_readings_shows_is_no_change() -> None:
    hidden = CurrentDevice(MAC, "registered", None)
    change = decide(DesiredDevice(MAC, "absent"), hidden, YEALINK)
    after = CurrentDevice(MAC, "registered", URL, last_contact="2026-01-02T03:04:05+00:00")
    result = verify_write(change, WriteResult(DONE), after, YEALINK, MASKER.url)
    assert verdict_of(result) == Verdict("failed", "not_applied")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (("unregistered", None), ("registered", None), False),
        (("registered", None), ("unregistered", None), False),
        (("registered", None), ("registered", URL), False),
        (("unregistered", None), ("registered", URL), True),
        (("registered", URL), ("unregistered", None), True),
        (("registered", URL), ("unknown", None), True),
        (("registered", None), ("unknown", None), True),
        (("registered", URL), ("registered", OLD), True),
    ],
)
def test_without_servers_only_a_url_shows_whether_a_phone_is_bound(
    before: tuple[str, str | None], after: tuple[str, str | None], shown: bool
) -> None:
    assert differs(current(*before), current(*after), VENDORS["panasonic"]) is shown
    # A service with servers has a status for it.
    exact = shown or before[0] != after[0]
    assert differs(current(*before), current(*after), YEALINK) is exact


@pytest.mark.parametrize("vendor", ["snom", "panasonic"])
@pytest.mark.parametrize(
    ("write", "verdict", "new"),
    [
        ("open", Verdict("unknown", "answer_lost"), "changed"),
        ("done", Verdict("unknown", "answer_lost", "hidden"), "changed"),
        ("refused", Verdict("failed", "refused"), "unverifiable"),
    ],
)
def test_a_reading_of_the_account_alone_does_not_show_that_a_phone_was_bound(
    write: str, verdict: Verdict, new: str, vendor: str
) -> None:
    """If the call that shows URLs stops to exist during a run, ``registered`` is any phone of the account."""
    service = VENDORS[vendor]
    bound = planned(current("unregistered"), service, server_url=URL)
    added = planned(current("unknown"), service, server_url=URL)
    assert verdict_of(verify_write(bound, WRITES[write], current("registered"), service, MASKER.url)) == verdict
    assert verify_write(added, WRITES[write], current("registered"), service, MASKER.url).outcome == new


@pytest.mark.parametrize(
    ("write", "key", "said"),
    [
        (WriteResult(OPEN, None, "no answer within 30 s"), "cause", "no answer within 30 s"),
        (WriteResult(OPEN), "cause", "the answer was lost"),
        (WriteResult(REFUSED, reason("refused", text="no"), "why", maybe_earlier=True), "text", "no"),
        (WriteResult(REFUSED, reason("login_refused", cause="why"), "why", maybe_earlier=True), "text", "why"),
        (WriteResult(REFUSED, None, "why", maybe_earlier=True), "text", "why"),
    ],
)
def test_a_write_that_may_have_been_made_says_what_came_of_it(write: WriteResult, key: str, said: str) -> None:
    change, vendor = STEPS["move"]
    why = verify_write(change, write, AFTER["OLD"], vendor, MASKER.url).reason
    assert why is not None
    assert (why.code, why.params[key]) == ("answer_lost", said)


def test_a_wrong_name_is_said() -> None:
    vendor = replace(VENDORS["panasonic"], stores_name=True)
    before = CurrentDevice(MAC, "registered", URL, server="old")
    change = planned(before, vendor, server_url=URL)
    why = verify_write(change, WriteResult(DONE), before, vendor, MASKER.url).reason
    assert why is not None
    assert (why.code, why.variant, why.params["name"]) == ("not_applied", "name", "old")


def test_what_is_not_applied_says_what_it_is_instead() -> None:
    result = verified("deregister", "done", "unregistered")
    assert result.reason is not None
    assert result.reason.params["status"] == "unregistered"


# Check mode, and phones that are not written.


def test_check_mode_predicts_changes_and_repeats_what_is_current() -> None:
    move, _vendor = STEPS["move"]
    assert predicted_result(move, True) == DeviceResult(move, "would_change", True, False, AFTER["URL"])
    assert predicted_result(move, False).after == AFTER["no_URL"]
    forced = predicted_result(STEPS["force_on_Htek"][0], False)
    assert (forced.change.action, verdict_of(forced)) == ("move", Verdict("would_change", changed=True))


@pytest.mark.parametrize(
    ("found", "fields", "expected"),
    [
        (current("registered", URL), {"server_url": URL}, Verdict("in_sync", verified=True)),
        (current("unknown"), {"state": "absent"}, Verdict("in_sync", verified=True)),
        (current("registered"), {}, LEGEND["hidden"]),
        (current("registered", URL), {}, LEGEND["undeclared"]),
        (current("registered_elsewhere"), {}, LEGEND["conflict"]),
    ],
)
def test_a_phone_that_is_not_written_is_reported_as_it_is(
    found: CurrentDevice, fields: dict[str, Any], expected: Verdict
) -> None:
    change = decide(DesiredDevice(**{"mac": MAC, "server": "main", **fields}), found, YEALINK)
    result = predicted_result(change, True)
    assert (verdict_of(result), result.after) == (expected, found)
    assert result.failed is (expected.outcome == "conflict")


@pytest.mark.parametrize(("why", "outcome"), [("refused", "failed"), ("account_unreachable", "not_attempted")])
def test_a_phone_that_could_not_be_read_is_reported_with_the_reason(why: str, outcome: str) -> None:
    result = predicted_result(unreadable(DesiredDevice(MAC), reason(why)), True)
    assert (verdict_of(result), result.after, result.failed) == (Verdict(outcome, why), None, True)
