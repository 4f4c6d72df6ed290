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

from ._apply import Applier
from ._crew import Crew
from ._declare import DEFAULT_LIMIT, Limit
from ._errors import CallError, ended
from ._judge import Report, held_back, judge, planned
from ._mac import format_mac
from ._model import Declared, Found, Result, Server, Step
from ._plan import (
    Guard,
    Plan,
    blind_guard,
    build_plan,
    decide,
    digest_guard,
    find_unmanaged,
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
    purge_limit: Limit = DEFAULT_LIMIT
    purge_servers: Mapping[str, str] | None = None
    ignore: tuple[str, ...] = ()
    expect_plan: str | None = None
    batch_size: int = 100
    servers: tuple[Server, ...] = ()
    guards: tuple[Callable[[Plan], Guard | None], ...] = ()
    whole: bool = True  # whether all phones of the account are declared here, as far as anyone knows
    prefix: str = ""  # of the options' names in messages
    expect_option: str = "expect_plan: {}"  # how the option is set, for messages


class Reconciliation:
    """One account's reconciliation in two halves, so that several accounts can be looked at before any is written.

    Never raises for what the service or the network does: it stands in the report.
    """

    def __init__(
        self, service: Service, declared: Sequence[Declared], options: Options, progress: Progress = silent
    ) -> None:
        self.service = service
        self.plan: Plan | None = None
        self.guard: Guard | None = None  # why the plan may not be written
        self.error: str | None = None  # why there is no plan to speak of
        self._declared = declared
        self._options = options
        self._progress = progress
        self._own: list[Step] = []
        self._purged: tuple[Step, ...] = ()

    def look(self) -> None:
        """Read the account, make the plan, ask the guards."""
        with _crew(self.service, "The run was interrupted.") as crew:
            self._look(crew)

    def finish(self, refusal: Guard | None = None) -> Report:
        """Write the plan, or in check mode predict it -> the truth about every phone.

        Results come in the order declared, then the purged devices by MAC. ``refusal`` is a guard that stops the
        writes of several accounts, this one among them.
        """
        report = Report(error=self.error)
        steps = [*self._own, *self._purged]
        shows_url = self.service.vendor.shows_url
        refused = refusal or self.guard
        if refused is not None:
            report.error = refused.text
            why = f"refused by the guard {refused.name}"
            report.results = tuple(held_back(step, why) if step.writes else planned(step, shows_url) for step in steps)
        elif self.plan is None or self._options.check_mode:
            report.results = tuple(planned(step, shows_url) for step in steps)
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

    def _look(self, crew: Crew) -> None:
        service, options = self.service, self._options
        listed: tuple[str, ...] | None = None
        if options.bulk:
            try:
                listed = service.list_devices()
            except CallError as error:
                # Without the list nobody knows what the account holds: nothing is written.
                self.error = str(error)
                self._own = [unread(device, f"was not looked at: {error}", False) for device in self._declared]
                return
        unmanaged = () if listed is None else find_unmanaged(listed, self._declared, options.ignore)
        steps = read_all(service, crew, self._declared, unmanaged if options.purge else (), self._progress)
        self._own, others = steps[: len(self._declared)], steps[len(self._declared) :]
        reasons: list[Guard | None] = []
        if options.purge and listed is not None:
            reasons.append(blind_guard(listed, steps, options.prefix))
            found = {step.mac: step.found for step in others if step.found is not None}
            self._purged = purge_steps(found, options.purge_servers)
        self.plan = build_plan([*self._own, *self._purged], listed, unmanaged, service.masker.url)
        reasons.extend(guard(self.plan) for guard in options.guards)
        if options.purge:
            reasons.append(purge_guard(self.plan, options.purge_limit, options.prefix))
        reasons.append(digest_guard(self.plan, options.expect_plan, options.expect_option))
        self.guard = next((reason for reason in reasons if reason is not None), None)

    def _write(self, plan: Plan, steps: Sequence[Step], report: Report) -> None:
        with _crew(self.service, "The run was interrupted.") as crew:
            listed = plan.listed if self._options.bulk else None
            applier = Applier(self.service, crew, self._options.batch_size, listed, self._progress)
            report.servers = applier.servers(self._options.servers, plan, self._options.whole)
            attempts = applier.apply(plan)
        results: list[Result] = []
        for step in steps:
            if step.writes:
                attempt = attempts[step.mac]
                results.append(judge(step, attempt.written, attempt.after, self.service.masker.url))
            else:
                results.append(planned(step, self.service.vendor.shows_url))
        report.results = tuple(results)


def reconcile(service: Service, declared: Sequence[Declared], options: Options, progress: Progress = silent) -> Report:
    """Make the account's devices what was declared, or in check mode say what would be done."""
    reconciliation = Reconciliation(service, declared, options, progress)
    reconciliation.look()
    return reconciliation.finish()


@contextmanager
def _crew(service: Service, why: str) -> Iterator[Crew]:
    transport = service.transport
    crew = Crew(transport.connection.concurrency, lambda: transport.stop(why))
    try:
        yield crew
    finally:
        crew.close()


def read_all(
    service: Service, crew: Crew, declared: Sequence[Declared], candidates: Iterable[str], progress: Progress
) -> list[Step]:
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


def read_account(service: Service, macs: Sequence[str] | None, left_out: list[str] | None = None) -> tuple[Found, ...]:
    """The devices with these MACs, or all of the account, in order.

    Raises CallError at the first that is unreadable. With ``left_out`` such a device is left out, and why is added
    there; what ends the run as a whole, such as a refused login, is raised all the same.
    """

    def read(mac: str) -> Found | CallError:
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
        answers = crew.each(read, wanted)
    if left_out is not None:
        left_out.extend(ended(str(answer)) for answer in answers if isinstance(answer, CallError))
    return tuple(answer for answer in answers if isinstance(answer, Found))
