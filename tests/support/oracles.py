# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true after any run, whatever the service did: results against the service's state and history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from ansible_collections.voip.rps.plugins.module_utils._mac import format_mac
from ansible_collections.voip.rps.plugins.module_utils._messages import MODULE, ROLE, Speaker
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import Presenter, RunResult, bulk_result
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from simulator import DIALECTS, FAULTS, Call

from .client import ServiceEnv
from .phones import PASSWORD, USER

# Outcomes that say that this run's write was certainly not executed, unless the reason is one of EXECUTED.
CERTAIN = frozenset({"failed", "not_attempted"})
UNTOUCHED = frozenset({"in_sync", "conflict"})
# Reasons for `failed` in which the write was executed, at least in part, and the result says so.
EXECUTED = frozenset({"wrong_url", "not_applied"})
# Faults whose answer proves that the service did not execute the call.
PROVES_NOT_DONE = frozenset(
    {
        "refused",
        "http_413",
        "refused_in_words",
        "absent",
        "forbidden",
        "login_refused",
        "token_expired",
        "nonce_used",
        "rate_limited",
    }
)
FALSE_READS = "false reads"
IN_WORDS = frozenset({"refused_in_words", "after_refused_in_words"})
FAULTY_URL = FAULTS["other_url"].fields["other_url"]
LATE_S = 4 * 3600.0
_STATUSES = {"Registered Elsewhere": "registered_elsewhere"}


def status(env: ServiceEnv, mac: str) -> str:
    """The true status of a device, in the words of the contract."""
    found: str = env.world.status(USER, mac)
    if found == "Registered Elsewhere" and not env.capabilities.shows_foreign:
        return "unknown"
    return _STATUSES.get(found, found.lower())


def reached(env: ServiceEnv, device: DesiredDevice) -> bool:
    """Whether the service has the device as it is desired."""
    now = env.world.status(USER, device.mac)
    if device.state == "absent":
        return now in ("Unknown", "Registered Elsewhere")
    if env.capabilities.stores_name and env.name_of(device.mac) != device.server:
        return False
    return now == "Registered" and same_url(env.world.url(device.mac), device.url)


def problems(
    env: ServiceEnv,
    desired: Sequence[DesiredDevice],
    run: RunResult,
    history_before: int,
    *,
    lying: Collection[str] = (),
) -> list[str]:
    """What is wrong after a run that wrote alone: its results against the service's state now, and again much later,
    when everything that was still to be executed has been.

    ``lying`` are the faults met in which the service itself said what is not true, such as a refusal of what it did.
    """
    found = list(wrong_bindings(env, desired, history_before))
    found.extend(repetitions(env))
    touched = {entry.mac for entry in env.world.history()[history_before:] if entry.call is not None}
    if [device.mac for device in desired] != [result.mac for result in run.results][: len(desired)]:
        found.append("the results are not those of the declared phones, in order")
    for device, result in zip(desired, run.results[: len(desired)], strict=True):
        found.extend(_false(env, device, result, device.mac in touched, lying))
    found.extend(_unreadable_messages(env, run))
    found.extend(_executed_late(env, run))
    found.extend(violation.what for violation in env.sim.violations)
    return found


def label(result: DeviceResult) -> str:
    """A result in a failure's message."""
    code = result.reason.code if result.reason is not None else None
    return f"{result.mac} {result.change.action} {result.outcome}/{code} changed={result.changed}"


def _false(
    env: ServiceEnv, device: DesiredDevice, result: DeviceResult, touched: bool, lying: Collection[str]
) -> Iterator[str]:
    """What is not true of one result."""
    is_reached = reached(env, device)
    outcome, code = result.outcome, result.reason.code if result.reason is not None else None
    trusted = not lying
    # What a list leaves out, a service that shows its phones in the list alone has shown as gone.
    bound = trusted or (result.verified and not {"partial_list", FALSE_READS} & set(lying))
    rules = (
        ((code is None) != (outcome in ("in_sync", "changed", "would_change")), "a reason too many, or none"),
        (outcome in ("in_sync", "changed") and not is_reached and bound, "is not as declared"),
        (result.verified and outcome not in ("in_sync", "changed"), "is verified and not as declared"),
        (outcome == "in_sync" and touched and trusted, "was written"),
        (outcome == "changed" and not touched and trusted, "was not written"),
        (outcome in CERTAIN and touched and code not in EXECUTED and trusted, "was written"),
        (outcome == "conflict" and touched, "was written"),
        (result.changed and outcome not in ("changed", "failed", "unknown"), "is changed in one word only"),
        (result.changed and not touched and trusted and outcome != "unknown", "is changed, and was not written"),
    )
    yield from (f"{label(result)}: {what}" for false, what in rules if false)
    if result.after is not None and outcome not in ("not_attempted", "unknown") and trusted:
        yield from _false_state(env, result)


def _false_state(env: ServiceEnv, result: DeviceResult) -> Iterator[str]:
    """What is not true of the state that a result shows."""
    after = result.after
    assert after is not None
    true = status(env, result.mac)
    hidden = not env.capabilities.shows_foreign and result.outcome == "conflict"
    if after.status == "registered" and after.url is None and env.capabilities.binds_to == "url":
        true = "registered" if true == "unregistered" else true  # the call without a URL makes no difference
    if after.status != true and not (hidden and after.status == "registered_elsewhere"):
        yield f"{label(result)}: shows {after.status}, is {true}"
    if after.url is not None and not same_url(after.url, env.world.url(result.mac)):
        yield f"{label(result)}: shows {after.url}, is at {env.world.url(result.mac)}"
    if after.url is not None and after.server != env.name_of(result.mac):
        yield f"{label(result)}: shows the name {after.server}, has {env.name_of(result.mac)}"


def _unreadable_messages(env: ServiceEnv, run: RunResult) -> Iterator[str]:
    """Messages of a run that are no sentences about their phone."""
    masker = Masker(env.vendor, USER, PASSWORD, rounds=1)
    for speaker in (Speaker(MODULE, env.capabilities.title), Speaker(ROLE, env.capabilities.title, "main")):
        presenter = Presenter(speaker, masker)
        _result, failure = bulk_result(run, len(run.results), presenter)
        messages = [(presenter.sentence(one), format_mac(one.mac, "colon")) for one in run.results if one.reason]
        for text, start in (*messages, *([(failure, "")] if failure else [])):
            if not text.startswith(start) or not text.endswith((".", "?")) or PASSWORD in text or ".." in text:
                yield f"a message that is no sentence: {text!r}"


def _executed_late(env: ServiceEnv, run: RunResult) -> Iterator[str]:
    before = len(env.world.history())
    env.clock.advance(LATE_S)
    env.sim.settle()
    late = {entry.mac for entry in env.world.history()[before:]}
    for result in run.results:
        if result.mac in late and result.outcome in (*CERTAIN, *UNTOUCHED, "unverifiable"):
            yield f"{label(result)}: its write was executed later"


def wrong_bindings(env: ServiceEnv, desired: Iterable[DesiredDevice], history_before: int) -> Iterator[str]:
    """Whatever a call bound to anything but what is declared, or removed although nobody asked for it.

    ``desired`` may have several declarations of one phone. A fault may have led a binding to FAULTY_URL.
    """
    wanted: dict[str, list[DesiredDevice]] = {}
    for device in desired:
        wanted.setdefault(device.mac, []).append(device)
    for entry in env.world.history()[history_before:]:
        devices = wanted.get(entry.mac, [])
        if entry.call is None:
            continue
        if entry.event == "removed":
            if entry.account != USER or not any(device.state == "absent" for device in devices):
                yield f"{entry.mac} of {entry.account} was removed"
        elif entry.account != USER or not any(
            device.state != "absent"
            and (entry.url == FAULTY_URL or same_url(entry.url, device.url))
            and (not env.capabilities.stores_name or entry.server == device.server)
            for device in devices
        ):
            yield f"{entry.mac} was bound to {entry.url} of {entry.account}, by the name {entry.server}"


def repetitions(env: ServiceEnv, calls: Sequence[Call] | None = None) -> Iterator[str]:
    """Writes that were sent for a phone although an earlier one may have been executed and nobody looked since, and
    writes after one that timed out, looked at or not."""
    may_be_done: set[str] = set()
    timed_out: set[str] = set()
    for call in env.sim.ledger.calls if calls is None else calls:
        if not call.write:
            if _was_answered(call, env):
                may_be_done = may_be_done.difference(call.phones) if call.phones else set()
            continue
        for mac in call.phones:
            if mac in timed_out:
                yield f"{call.method} of {mac} after a timeout"
            elif mac in may_be_done:
                yield f"{call.method} of {mac} again, without a look"
        if call.serial in env.timed_out and call.fault_name not in PROVES_NOT_DONE:
            timed_out.update(call.phones)
        if not _is_certain(call):
            may_be_done.update(call.phones)


def _was_answered(call: Call, env: ServiceEnv) -> bool:
    # Where a refusal is a status, that of a read is an answer, even if it is a lie.
    refused = call.fault_name in IN_WORDS and DIALECTS[call.vendor].capabilities.refusal_is_status
    return call.status == 200 and (refused or call.fault in (None, "pass")) and call.serial not in env.timed_out


def _is_certain(call: Call) -> bool:
    """Whether the answer proves that a write was not executed."""
    if call.fault not in (None, "pass"):
        return call.fault_name in PROVES_NOT_DONE
    single = len(call.phones) == 1
    return (call.ok is False and single) or (call.ok is None and not call.executed)


def recovery(env: ServiceEnv, desired: Sequence[DesiredDevice], quiet: Sequence[DesiredDevice]) -> list[str]:
    """Two more runs without any fault: the first one gets every phone where it can be, the second one writes nothing.

    ``quiet`` is the same declaration without force.
    """
    env.sim.faults.clear()
    env.timed_out.clear()
    before = len(env.world.history())
    run = env.run(desired)
    found = [f"next run: {text}" for text in problems(env, desired, run, before)]
    for device, result in zip(desired, run.results[: len(desired)], strict=True):
        code = result.reason.code if result.reason is not None else ""
        # Nobody can see it, nobody can write it, or the other account keeps it.
        stuck = result.outcome in ("unverifiable", "conflict") or code == "call_absent"
        stuck = stuck or (code == "refused" and result.change.action == "take_over")
        if not reached(env, device) and not stuck:
            found.append(f"next run: leaves {label(result)}")
    again = env.run(quiet)
    accepted = [call.method for call in env.sim.writes() if call.executed and call.ok is not False]
    if accepted:
        found.append(f"the run after the next one writes: {accepted}")
    found.extend(f"the run after the next one: {label(result)}" for result in again.results if result.changed)
    return found


def quiet(desired: Iterable[DesiredDevice]) -> tuple[DesiredDevice, ...]:
    """The declaration of somebody who forces nothing."""
    return tuple(replace(device, force=False) for device in desired)
