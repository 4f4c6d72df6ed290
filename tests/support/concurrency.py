# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others who write at the same time: between any two calls of a run, or as a second run whose calls interleave."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from simulator import Call

from .client import MemoryAdapter, ServiceEnv
from .fault_cases import Fleet
from .oracles import label, reached, repetitions, status, wrong_bindings
from .phones import OTHER_USER, SERVERS

PATIENCE_S = 30.0  # a watchdog: a run that waits longer for its turn has failed
# What somebody else does to a phone.
CHANGES: dict[str, Callable[[ServiceEnv, str], None]] = {
    "taken by another account": lambda env, mac: env.place(mac, "theirs", OTHER_USER, serial="01"),
    "bound to another server": lambda env, mac: env.place(mac, "branch", serial="01"),
    "bound to nothing": lambda env, mac: env.place(mac, serial="01"),
    "removed": lambda env, mac: env.world.remove_device(mac),
}


# All that a list of MACs tells apart.
ON_ACCOUNT = frozenset({"registered", "unregistered"})


class Look:
    """What the service's state said of the phones at one moment."""

    def __init__(self, env: ServiceEnv, desired: Sequence[DesiredDevice]) -> None:
        self.reached = {device.mac for device in desired if reached(env, device)}
        self.status = {device.mac: status(env, device.mac) for device in desired}
        self.url = {device.mac: env.world.url(device.mac) for device in desired}


def false_results(fleet: Fleet, run: RunResult, calls: Sequence[Call], looks: Sequence[Look]) -> Iterator[str]:
    """Results that no moment since this run's last write of the phone bears out.

    ``looks`` has a moment before each call, and one more at the end.
    """
    for result in run.results:
        # A call that the service does not have proves that nothing was done, so what was read before it still counts.
        writes = [n for n, call in enumerate(calls) if call.write and call.executed and result.mac in call.phones]
        moments = looks[writes[-1] + 1 :] if writes else looks
        if not any(_is_true(fleet, result, look, bool(writes)) for look in moments):
            yield f"{label(result)}: it never was so"


def _is_true(fleet: Fleet, result: DeviceResult, look: Look, written: bool) -> bool:
    capabilities = fleet.service.capabilities
    # A list says which devices are on the account, and nothing of where they are redirected.
    by_list = fleet.scenario.bulk and written and not capabilities.list_shows_devices and capabilities.lists_account
    sees_urls = fleet.service.reads_url and not by_list
    after, true = result.after, look.status[result.mac]
    if result.outcome in ("unknown", "not_attempted") or after is None:
        return True
    foreign = result.outcome == "conflict" and not capabilities.shows_foreign
    if (
        after.status != true
        and not foreign
        and not (by_list and ({after.status, true} <= ON_ACCOUNT or {after.status, true}.isdisjoint(ON_ACCOUNT)))
    ):
        return False
    if sees_urls and after.url is not None and not same_url(after.url, look.url[result.mac]):
        return False
    return result.outcome not in ("changed", "in_sync") or not sees_urls or result.mac in look.reached


def play_writer(fleet: Fleet, index: int, mac: str, change: str) -> list[str]:
    """Somebody else changes a phone right before the run's call number ``index`` -> what was wrong."""
    env, scenario = fleet.env, fleet.scenario
    desired = scenario.desired(fleet.service)
    env.clear()
    scenario.load(env)
    before = len(env.world.history())
    looks: list[Look] = []

    def hook(*_call: object) -> None:
        if len(looks) == index:
            CHANGES[change](env, mac)
        looks.append(Look(env, desired))

    env.sim.hooks.append(hook)
    run = env.run(desired, bulk=scenario.bulk, batch_size=scenario.batch_size)
    env.sim.hooks.clear()
    looks.append(Look(env, desired))
    calls = env.sim.calls()
    found = [*wrong_bindings(env, desired, before), *repetitions(env, calls)]
    found.extend(false_results(fleet, run, calls, looks))
    return found + fleet.recover()


# Two runs at once.


class Turns:
    """Lets the calls of two threads go out one at a time, in an order that a seed decides."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._ready = threading.Condition()
        self._alive = {0, 1}
        self.owner = self._random.choice((0, 1))
        self._busy = False

    def take(self, me: int) -> None:
        """Wait for the turn, and pass on the one before."""
        with self._ready:
            if self._busy and self.owner == me:
                self._pass()
            if not self._ready.wait_for(lambda: self.owner == me and not self._busy, timeout=PATIENCE_S):
                raise RuntimeError("the other run has stopped in the middle of its turn")
            self._busy = True

    def leave(self, me: int) -> None:
        """Take no more turns."""
        with self._ready:
            self._alive.discard(me)
            if self.owner == me:
                self._pass()

    def _pass(self) -> None:
        self._busy = False
        if self._alive:
            self.owner = self._random.choice(sorted(self._alive))
        self._ready.notify_all()


def opponent(desired: Sequence[DesiredDevice]) -> tuple[DesiredDevice, ...]:
    """Another opinion on the same phones: the other server, and every second one gone."""
    return tuple(
        DesiredDevice(device.mac, "absent")
        if number % 2
        else replace(
            device, state="present", server="branch", server_url=SERVERS["branch"], unique_url=None, override=False
        )
        for number, device in enumerate(desired)
    )


def play_two(fleet: Fleet, seed: str, same: bool) -> list[str]:
    """Two runs at once: the same declaration twice, or two that contradict each other -> what was wrong."""
    env, scenario = fleet.env, fleet.scenario
    desired = scenario.desired(fleet.service)
    wishes = (desired, desired if same else opponent(desired))
    env.clear()
    scenario.load(env)
    before = len(env.world.history())
    turns = Turns(seed)
    owners: list[int] = []
    env.sim.hooks.append(lambda *_call: owners.append(turns.owner))
    runs: dict[int, RunResult | BaseException] = {}
    options = Options(bulk=scenario.bulk, batch_size=scenario.batch_size)

    def work(me: int) -> None:
        adapter = MemoryAdapter(env)
        adapter.before = lambda _number: turns.take(me)
        try:
            runs[me] = reconcile(env.service(adapter), wishes[me], options)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            runs[me] = error
        finally:
            turns.leave(me)

    threads = [threading.Thread(target=work, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    env.sim.hooks.clear()
    calls = [call for call in env.sim.calls() if call.method != "token"]
    found = list(wrong_bindings(env, [*wishes[0], *wishes[1]], before))
    mine = [[call for call, owner in zip(env.sim.calls(), owners, strict=True) if owner == me] for me in (0, 1)]
    assert len(mine[0]) + len(mine[1]) >= len(calls)
    for me, run in sorted(runs.items()):
        found.extend(f"run {me}: {text}" for text in repetitions(env, mine[me]))
        if isinstance(run, BaseException):
            found.append(f"run {me} ended with {run!r}")
    return found + fleet.recover()
