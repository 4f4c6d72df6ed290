# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read, plan, apply, read back -> outcomes. The order of things; what they mean is decided in ``_plan`` and ``_judge``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ._apply import Applier, ServerDone
from ._crew import Crew
from ._declare import Limit
from ._errors import CallError
from ._judge import held_back, judge, planned
from ._model import Declared, Found, Result, Server, Step
from ._plan import (
    Plan,
    build_plan,
    decide,
    digest_guard,
    find_unmanaged,
    list_contradiction,
    purge_guard,
    purge_steps,
    unread,
)
from ._service import RefusedReadError, Service

Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _all: int) -> None:
    """The progress of whoever shows none."""


@dataclass(frozen=True)
class Options:
    """How a reconciliation is done. ``bulk`` lists the account and writes in batches; without it the devices are read
    and written one by one and nothing else is looked at. ``purge_servers`` is name: URL."""

    bulk: bool = True
    check_mode: bool = False
    purge: bool = False
    purge_limit: Limit = Limit("10%", share=100_000)
    purge_servers: Optional[Mapping[str, str]] = None
    ignore: Tuple[str, ...] = ()
    expect_plan: Optional[str] = None
    batch_size: int = 100
    servers: Tuple[Server, ...] = ()
    guards: Tuple[Callable[[Plan], Optional[str]], ...] = ()


@dataclass
class Report:
    """The truth about a run, also of one that failed. ``error`` is what stopped it as a whole, or None."""

    results: Tuple[Result, ...] = ()
    plan: Optional[Plan] = None
    unmanaged: Tuple[str, ...] = ()
    servers: Tuple[ServerDone, ...] = ()
    calls: Dict[str, int] = field(default_factory=dict)
    warnings: List[str] = field(default_factory=list)
    error: Optional[str] = None


def reconcile(
    service: Service, declared: Sequence[Declared], options: Options, progress: Progress = silent
) -> Report:
    """Make the account's devices what was declared, or in check mode say what would be done.

    Results come in the order of ``declared``, then the purged devices by MAC. Never raises for what the service or the
    network does: it stands in the report.
    """
    transport = service.transport
    crew = Crew(transport.connection.concurrency, lambda: transport.stop("The run was interrupted."))
    report = Report()
    try:
        _reconcile(service, declared, options, progress, crew, report)
    finally:
        crew.close()
        report.calls = dict(sorted(transport.calls.items()))
    return report


def _reconcile(
    service: Service, declared: Sequence[Declared], options: Options, progress: Progress, crew: Crew, report: Report
) -> None:
    listed: Optional[Tuple[str, ...]] = None
    if options.bulk:
        try:
            listed = service.list_devices()
        except CallError as error:
            # Without the list nobody knows what the account holds: nothing is written.
            report.error = str(error)
            steps = [unread(device, str(error), False) for device in declared]
            report.plan = build_plan(steps, None, (), service.masker.url)
            report.results = tuple(planned(step, service.vendor.shows_url) for step in steps)
            return
    unmanaged = () if listed is None else find_unmanaged(listed, declared, options.ignore)
    candidates = unmanaged if options.purge else ()
    steps = read_all(service, crew, declared, candidates, progress)
    own, others = steps[: len(declared)], steps[len(declared) :]
    purged: Tuple[Step, ...] = ()
    guard: Optional[str] = None
    if options.purge and listed is not None:
        guard = _purge_is_blind(listed, steps)
        found = {step.mac: step.found for step in others if step.found is not None}
        purged, _left = purge_steps(found, options.purge_servers)
    plan = build_plan([*own, *purged], listed, unmanaged, service.masker.url)
    report.plan = plan
    guard = guard or _guard(plan, options)
    everything = [*own, *purged]
    if options.check_mode or guard is not None or not plan.writes:
        report.results = tuple(
            held_back(step, guard) if guard is not None and step.writes else planned(step, service.vendor.shows_url)
            for step in everything
        )
        report.error = guard
        if not options.check_mode and guard is None:
            report.servers = Applier(service, crew, options.batch_size, listed or (), progress).servers(
                options.servers, plan
            )
    else:
        applier = Applier(service, crew, options.batch_size, listed or (), progress)
        report.servers = applier.servers(options.servers, plan)
        attempts = applier.apply(plan)
        report.results = tuple(
            judge(step, attempts[step.mac].written, attempts[step.mac].after, service.masker.url)
            if step.writes
            else planned(step, service.vendor.shows_url)
            for step in everything
        )
    gone = {result.mac for result in report.results if result.step.declared.purged}
    report.unmanaged = tuple(mac for mac in plan.unmanaged if mac not in gone)
    if any(result.failed for result in report.results):
        report.error = report.error or service.transport.stopped


def read_all(
    service: Service, crew: Crew, declared: Sequence[Declared], candidates: Iterable[str], progress: Progress
) -> List[Step]:
    """Read every device, ``concurrency`` at once -> a step each, the declared ones first and in order."""
    wanted = [*declared, *(Declared(mac, "absent", purged=True) for mac in candidates)]
    count = 0

    def read(device: Declared) -> Step:
        nonlocal count
        try:
            step = decide(device, service.read_device(device.mac))
        except RefusedReadError as error:
            step = unread(device, f"could not be read: {error}", True)
        except CallError as error:
            step = unread(device, f"could not be read, so nothing was written: {error}", False)
        count += 1
        progress("read", count, len(wanted))
        return step

    return crew.each(read, wanted)


def read_account(service: Service, macs: Optional[Sequence[str]]) -> Tuple[Found, ...]:
    """The devices with these MACs, or all of the account, in order. Raises RpsError at the first that is unreadable."""
    transport = service.transport
    crew = Crew(transport.connection.concurrency, lambda: transport.stop("Another device could not be read."))
    try:
        wanted = sorted(service.list_devices()) if macs is None else list(dict.fromkeys(macs))
        return tuple(crew.each(service.read_device, wanted))
    finally:
        crew.close()


def _purge_is_blind(listed: Sequence[str], steps: Sequence[Step]) -> Optional[str]:
    """Why purge may not trust what it sees, or None."""
    blind = [step.mac for step in steps if step.found is None]
    if blind:
        return (
            f"Refused by the guard unread_devices: {len(blind)} devices could not be read ({blind[0]} and so on), so purge "
            "cannot know what it removes. Nothing was written. Run again, or set purge: false."
        )
    mac = list_contradiction(listed, [step.found for step in steps if step.found is not None])
    if mac is not None:
        return (
            f"Refused by the guard list_contradiction: the service's list of devices and its word on {mac} contradict each "
            "other, so purge cannot trust the list. Nothing was written. Run again, or set purge: false."
        )
    return None


def _guard(plan: Plan, options: Options) -> Optional[str]:
    reasons = [purge_guard(plan, options.purge_limit)] if options.purge else []
    reasons.extend(guard(plan) for guard in options.guards)
    reasons.append(digest_guard(plan, options.expect_plan))
    return next((reason for reason in reasons if reason is not None), None)
