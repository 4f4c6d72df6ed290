# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others who write at the same time: between any two calls of a run, or as a second run whose calls interleave."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Result
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import RunResult
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service
from faults.cells import (
    Stage,
    Trouble,
    false_after,
    names,
    options,
    repetitions,
    run,
    transport,
    wrong_bindings,
)
from faults.scenes import OTHER, OWN_URL, URLS, USER, Scene, State

# What somebody else does to a phone.
CHANGES: dict[str, Callable[[Any, str], Any]] = {
    "taken by another account": lambda world, mac: world.add_device(mac, OTHER, "theirs"),
    "bound to another server": lambda world, mac: world.add_device(mac, USER, "spare"),
    "bound to nothing": lambda world, mac: world.add_device(mac, USER),
    "removed": lambda world, mac: world.remove_device(mac),
}


def _names_it(call: Any, mac: str) -> bool:
    return call.method != "addServer" and mac in names(call.params)


def _holds(stage: Stage, scene: Scene, result: Result, state: Any, by_list: bool, late: bool) -> list[str]:
    """What is false of a result, for somebody who looked when the device was in this state.

    A list says who holds a device and no more, and Htek never says where one points: ``late``, when somebody else has
    written after this run, that is all that the run can know.
    """
    target = scene.target(result.step.declared)
    reached = state == target or (target is None and (state is None or state[0] != USER))
    claims = result.outcome in ("changed", "in_sync") and not reached
    if scene.vendor == "htek" and state is not None and state[0] == USER and state[1] is not None:
        # Htek says that it is registered by this account, and nothing else: docs/reliability.md names this limit. That
        # no write of this run bound it wrongly is looked at by itself.
        claims = claims and result.outcome != "changed"
    if late and (by_list or scene.vendor == "htek"):
        told = result.after is not None and result.after.status in ("registered", "unregistered")
        held = state is not None and state[0] == USER
        return [f"{result.mac} is told to be held: {told}"] if result.after is not None and told != held else []
    found = false_after(stage, scene, result, state)
    return [*found, f"{result.mac} is told as {result.outcome}, and the look at it met {state}"] if claims else found


def told_falsely(
    stage: Stage, scene: Scene, report: RunResult, calls: Sequence[Any], seen: Sequence[State], changed_at: int
) -> list[str]:
    """Results that no look at the device after this run's last write of it bears out.

    ``seen`` is the state that each call met, ``changed_at`` the number of the call before which somebody else wrote.
    """
    found: list[str] = []
    for result in report.results:
        mac = result.mac
        checks = [place for place, call in enumerate(calls) if call.method.startswith("check") and _names_it(call, mac)]
        writes = [
            place for place, call in enumerate(calls) if not call.method.startswith("check") and _names_it(call, mac)
        ]
        lists = [place for place, call in enumerate(calls) if call.method == "listDevices"] if writes else []
        last = writes[-1] if writes else -1
        looks = [place for place in sorted(checks + lists) if place > last and calls[place].fault is None]
        late = changed_at > last if writes else False
        tries = [_holds(stage, scene, result, seen[place].get(mac), place in lists, late) for place in looks]
        if tries and all(tries):
            found.extend(tries[-1])
    return found


def converged(stage: Stage, scene: Scene, report: RunResult, state: State) -> list[str]:
    """Whether a clean run got every device where it can get it."""
    found = []
    for result in report.results:
        now, target = state.get(result.mac), scene.target(result.step.declared)
        if now == target or (target is None and now is not None and now[0] != USER):
            continue
        if result.outcome == "conflict" and now is not None and now[0] != USER:
            continue
        if scene.service == "htek" and result.outcome == "unverifiable":
            continue  # nobody can read where it points, and nobody asked to force it
        if scene.service == "documented" and result.outcome in ("unverifiable", "failed"):
            continue  # and the service has no call to bind it
        found.append(f"the next run leaves {result.mac} at {now}, told as {result.outcome}")
    return found


def _after(stage: Stage, scene: Scene) -> list[str]:
    report, _tries = run(stage, scene, scene.declared, Trouble())
    if report is None:
        raise RuntimeError("nothing killed it")
    found = converged(stage, scene, report, stage.state(scene))
    run(stage, scene, scene.quiet(), Trouble())
    accepted = [call.method for call in stage.sim.writes() if call.ok]
    if accepted:
        found.append(f"the run after the next one writes: {accepted}")
    return found


def play_writer(stage: Stage, scene: Scene, index: int, mac: str, change: str, lost: int | None = None) -> list[str]:
    """Somebody else changes a phone right before the run's call number ``index``; the answer of call number ``lost``
    gets lost besides."""
    scene.load(stage.sim)
    seen: list[State] = []

    def hook(_sim: Any, _account: str, _method: str, _params: list[Any]) -> None:
        if len(seen) == index:
            CHANGES[change](stage.world(scene), mac)
        seen.append(stage.state(scene))

    faults = () if lost is None else ((lost, "executed, then closed"),)
    trouble = Trouble(faults, hooks=[hook])
    trouble.plan(stage.sim)
    report, _tries = run(stage, scene, scene.declared, trouble)
    if report is None:
        raise RuntimeError("nothing killed it")
    calls = stage.sim.calls()
    found = repetitions(calls) + wrong_bindings(stage, scene)
    found.extend(told_falsely(stage, scene, report, calls, seen, index))
    found.extend(_after(stage, scene))
    return found + wrong_bindings(stage, scene)


# -- two runs at once


class Turns:
    """Lets the calls of two threads go out one at a time, in an order that a seed decides."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._ready = threading.Condition()
        self._alive = {0, 1}
        self._next = self._random.choice((0, 1))
        self._held = False

    def take(self, me: int) -> None:
        with self._ready:
            if self._held and self._next == me:
                self._pass()
            if not self._ready.wait_for(lambda: self._next == me and not self._held, timeout=30):
                raise RuntimeError("the other run has stopped in the middle of its turn")
            self._held = True

    def leave(self, me: int) -> None:
        with self._ready:
            self._alive.discard(me)
            if self._next == me:
                self._pass()

    def _pass(self) -> None:
        self._held = False
        if self._alive:
            self._next = self._random.choice(sorted(self._alive))
        self._ready.notify_all()

    @property
    def owner(self) -> int:
        return self._next


@dataclass
class _Run:
    report: RunResult | None = None
    error: BaseException | None = None


def opponent(scene: Scene) -> tuple[DesiredDevice, ...]:
    """Another opinion on the same phones: the next server, for every second one to be gone."""
    other: list[DesiredDevice] = []
    for number, device in enumerate(scene.declared):
        if number % 2:
            other.append(DesiredDevice(device.mac, "absent"))
        elif scene.vendor == "yealink" and number == 0:
            other.append(DesiredDevice(device.mac, server="branch", unique_url=OWN_URL.format("theirs")))
        else:
            other.append(DesiredDevice(device.mac, server="branch", server_url=URLS["branch"], force=device.force))
    return tuple(other)


def play_two(stage: Stage, scene: Scene, seed: int, same: bool) -> list[str]:
    """Two runs at once: the same declaration twice, or two that contradict each other."""
    scene.load(stage.sim)
    stage.sim.reset_log()
    turns = Turns(seed)
    owners: list[int] = []
    seen: list[State] = []

    def hook(_sim: Any, _account: str, _method: str, _params: list[Any]) -> None:
        owners.append(turns.owner)
        seen.append(stage.state(scene))

    scenes = (scene, scene if same else replace(scene, declared=opponent(scene)))
    runs = (_Run(), _Run())

    def work(me: int) -> None:
        client = transport(stage, scene, Trouble(), before=lambda _number: turns.take(me))
        try:
            runs[me].report = reconcile(Service(client), scenes[me].declared, options(scene))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            runs[me].error = error
        finally:
            turns.leave(me)
            client.close()

    stage.sim.faults.clear()
    stage.sim.hooks[:] = [hook]
    threads = [threading.Thread(target=work, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.sim.hooks.clear()
    calls = stage.sim.calls()
    found = wrong_bindings(stage, scene, scenes[1].declared)
    for me in (0, 1):
        report = runs[me].report
        if report is None:
            found.append(f"run {me} ended with {runs[me].error!r}")
            continue
        places = [place for place, owner in enumerate(owners) if owner == me]
        mine = [calls[place] for place in places]
        found.extend(repetitions(mine))
        # Where the other run wrote last counts as somebody else's change.
        others = [
            p for p, owner in enumerate(owners) if owner != me and not calls[p].method.startswith(("check", "li"))
        ]
        late = sum(1 for place in places if place < others[-1]) if others and not same else -1
        found.extend(told_falsely(stage, scenes[me], report, mine, [seen[place] for place in places], late))
        if same and scene.service != "documented":
            failed = [item.msg for item in report.results if item.failed]
            found.extend(f"run {me}: {text}" for text in failed)
    found.extend(_after(stage, scene))
    return found
