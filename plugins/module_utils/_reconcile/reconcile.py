# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read, plan, apply, read back -> outcomes. The order of things; what they mean is decided in ``_plan`` and
``_judge``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

from .._errors import CallError
from .._mac import format_mac
from .._model import CurrentDevice, DesiredDevice, DeviceResult, PlannedChange, Server
from .._text import as_sentence
from .._validation import DEFAULT_LIMIT, Limit
from .._vendors.service import RefusedReadError, Service
from .apply import Applier
from .plan import (
    GuardViolation,
    Plan,
    build_plan,
    decide,
    digest_guard,
    find_unmanaged,
    purge_guard,
    purge_steps,
    unreadable,
    unreadable_guard,
)
from .verify import RunResult, predicted_result, skipped_result, verify_write
from .workers import WorkerPool

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
    purge_limit: Limit = DEFAULT_LIMIT
    purge_servers: Mapping[str, str] | None = None
    ignore: tuple[str, ...] = ()
    expect_plan: str | None = None
    batch_size: int = 100
    servers: tuple[Server, ...] = ()
    guards: tuple[Callable[[Plan], GuardViolation | None], ...] = ()
    whole: bool = True  # whether all phones of the account are declared here, as far as anyone knows
    prefix: str = ""  # of the options' names in messages
    expect_option: str = "expect_plan: {}"  # how the option is set, for messages


class Reconciliation:
    """One account's reconciliation in two halves, so that several accounts can be looked at before any is written.

    Never raises for what the service or the network does: it stands in the report.
    """

    def __init__(
        self, service: Service, declared: Sequence[DesiredDevice], options: Options, progress: Progress = silent
    ) -> None:
        self.service = service
        self.plan: Plan | None = None
        self.guard: GuardViolation | None = None  # why the plan may not be written
        self.error: str | None = None  # why there is no plan to speak of
        self._declared = declared
        self._options = options
        self._progress = progress
        self._own: list[PlannedChange] = []
        self._purged: tuple[PlannedChange, ...] = ()

    def look(self) -> None:
        """Read the account, make the plan, ask the guards."""
        with _crew(self.service, "The run was interrupted.") as crew:
            self._look(crew)

    def finish(self, refusal: GuardViolation | None = None) -> RunResult:
        """Write the plan, or in check mode predict it -> the truth about every phone.

        Results come in the order declared, then the purged devices by MAC. ``refusal`` is a guard that stops the
        writes of several accounts, this one among them.
        """
        report = RunResult(error=self.error)
        steps = [*self._own, *self._purged]
        shows_url = self.service.vendor.shows_url
        refused = refusal or self.guard
        if refused is not None:
            report.error = refused.text
            why = f"refused by the guard {refused.name}"
            report.results = tuple(
                skipped_result(step, why) if step.writes else predicted_result(step, shows_url) for step in steps
            )
        elif self.plan is None or self._options.check_mode:
            report.results = tuple(predicted_result(step, shows_url) for step in steps)
        else:
            self._write(self.plan, steps, report)
        gone = {result.mac for result in report.results if result.step.declared.purged and not result.failed}
        unmanaged = self.plan.unmanaged if self.plan is not None else ()
        report.unmanaged = tuple(mac for mac in unmanaged if mac not in gone)
        report.plan = self.plan
        report.calls = dict(sorted(self.service.transport.calls.items()))
        if any(result.failed for result in report.results):
            report.error = report.error or self.service.transport.stopped
        return report

    def _look(self, crew: WorkerPool) -> None:
        service, options = self.service, self._options
        listed: tuple[str, ...] | None = None
        if options.bulk:
            try:
                listed = service.list_devices()
            except CallError as error:
                # Without the list nobody knows what the account holds: nothing is written.
                self.error = str(error)
                self._own = [unreadable(device, f"was not looked at: {error}", False) for device in self._declared]
                return
        unmanaged = () if listed is None else find_unmanaged(listed, self._declared, options.ignore)
        steps = read_all(service, crew, self._declared, unmanaged if options.purge else (), self._progress)
        self._own, others = steps[: len(self._declared)], steps[len(self._declared) :]
        reasons: list[GuardViolation | None] = []
        if options.purge and listed is not None:
            reasons.append(unreadable_guard(listed, steps, options.prefix))
            found = {step.mac: step.found for step in others if step.found is not None}
            self._purged = purge_steps(found, options.purge_servers)
        self.plan = build_plan([*self._own, *self._purged], listed, unmanaged, service.masker.url)
        reasons.extend(guard(self.plan) for guard in options.guards)
        if options.purge:
            reasons.append(purge_guard(self.plan, options.purge_limit, options.prefix))
        reasons.append(digest_guard(self.plan, options.expect_plan, options.expect_option))
        self.guard = next((reason for reason in reasons if reason is not None), None)

    def _write(self, plan: Plan, steps: Sequence[PlannedChange], report: RunResult) -> None:
        with _crew(self.service, "The run was interrupted.") as crew:
            listed = plan.listed if self._options.bulk else None
            applier = Applier(self.service, crew, self._options.batch_size, listed, self._progress)
            report.servers = applier.servers(self._options.servers, plan, self._options.whole)
            attempts = applier.apply(plan)
        results: list[DeviceResult] = []
        for step in steps:
            if step.writes:
                attempt = attempts[step.mac]
                results.append(verify_write(step, attempt.written, attempt.after, self.service.masker.url))
            else:
                results.append(predicted_result(step, self.service.vendor.shows_url))
        report.results = tuple(results)


def reconcile(
    service: Service, declared: Sequence[DesiredDevice], options: Options, progress: Progress = silent
) -> RunResult:
    """Make the account's devices what was declared, or in check mode say what would be done."""
    reconciliation = Reconciliation(service, declared, options, progress)
    reconciliation.look()
    return reconciliation.finish()


@contextmanager
def _crew(service: Service, why: str) -> Iterator[WorkerPool]:
    transport = service.transport
    crew = WorkerPool(transport.connection.concurrency, lambda: transport.stop(why))
    try:
        yield crew
    finally:
        crew.close()


def read_all(
    service: Service, crew: WorkerPool, declared: Sequence[DesiredDevice], candidates: Iterable[str], progress: Progress
) -> list[PlannedChange]:
    """Read every device, ``concurrency`` at once -> a step each, the declared ones first and in order."""
    wanted = [*declared, *(DesiredDevice(mac, "absent", purged=True) for mac in candidates)]
    count = 0

    def read(device: DesiredDevice) -> PlannedChange:
        nonlocal count
        try:
            step = decide(device, service.read_device(device.mac))
        except RefusedReadError as error:
            step = unreadable(device, f"could not be read: {error}", True)
        except CallError as error:
            step = unreadable(device, f"could not be read, so nothing was written: {error}", False)
        count += 1
        progress("read", count, len(wanted))
        return step

    return crew.map(read, wanted)


def read_account(
    service: Service, macs: Sequence[str] | None, left_out: list[str] | None = None
) -> tuple[CurrentDevice, ...]:
    """The devices with these MACs, or all of the account, in order.

    Raises CallError at the first that is unreadable. With ``left_out`` such a device is left out, and why is added
    there; what ends the run as a whole, such as a refused login, is raised all the same.
    """

    def read(mac: str) -> CurrentDevice | CallError:
        try:
            return service.read_device(mac)
        except CallError as error:
            # A refusal names its device already, and what ends the run is not one device's.
            if not (error.fatal or isinstance(error, RefusedReadError)):
                error.args = (f"{format_mac(mac)}: {error}",)
            if error.fatal or left_out is None:
                raise
            return error

    with _crew(service, "Another device could not be read.") as crew:
        wanted = sorted(service.list_devices()) if macs is None else list(dict.fromkeys(macs))
        answers = crew.map(read, wanted)
    if left_out is not None:
        left_out.extend(as_sentence(str(answer)) for answer in answers if isinstance(answer, CallError))
    return tuple(answer for answer in answers if isinstance(answer, CurrentDevice))
