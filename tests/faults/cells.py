# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cell of a table: a run with something going wrong, what must be true after it, and two clean runs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils import _redaction
from ansible_collections.voip.rps.plugins.module_utils._client import transport as _transport
from ansible_collections.voip.rps.plugins.module_utils._client.transport import Transport
from ansible_collections.voip.rps.plugins.module_utils._model import Connection, DesiredDevice, Result
from ansible_collections.voip.rps.plugins.module_utils._reconcile.reconcile import Options, reconcile
from ansible_collections.voip.rps.plugins.module_utils._reconcile.verify import RunResult
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import Service
from faults.scenes import PASSWORD, USER, Scene, State
from simulator import Fault, Simulator

REFUSED_CONNECT = "refused connect"
HANG = "executed, then hang"
_BUSY = {"Retry-After": "7"}
# Every kind of fault, by the name that the tables show. "executed" is phase `after`.
KINDS: dict[str, dict[str, Any]] = {
    "executed, then closed": {"kind": "close", "phase": "after"},
    "executed, then reset": {"kind": "reset", "phase": "after"},
    "executed, then half an answer": {"kind": "half", "phase": "after"},
    HANG: {"kind": "hang", "phase": "after"},
    "executed, then 500": {"kind": "status", "status": 500, "phase": "after"},
    "executed, then 502": {"kind": "status", "status": 502, "phase": "after"},
    "executed, then HTML with 200": {"kind": "html", "phase": "after"},
    "executed, then cut XML": {"kind": "cut_xml", "phase": "after"},
    "executed, then wrong shape": {"kind": "wrong_shape", "phase": "after"},
    "first of the list executed, then closed": {"kind": "close", "phase": "after", "only_first": 1},
    "first two of the list executed, then reset": {"kind": "reset", "phase": "after", "only_first": 2},
    "closed before": {"kind": "close"},
    "reset before": {"kind": "reset"},
    "503": {"kind": "status", "status": 503},
    "429 with Retry-After": {"kind": "status", "status": 429, "headers": _BUSY},
    REFUSED_CONNECT: {},
    "HTML with 200": {"kind": "html"},
    "cut XML": {"kind": "cut_xml"},
    "wrong shape": {"kind": "wrong_shape"},
    "401": {"kind": "status", "status": 401},
}
# One of each kind that the transport tells apart, for the pairs.
CLASSES = (
    "executed, then closed",
    "executed, then wrong shape",
    "closed before",
    "503",
    REFUSED_CONNECT,
    "401",
)


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


@contextmanager
def no_waiting() -> Iterator[None]:
    """The transport's waits between tries without their seconds, and a quick key for fingerprints."""
    names = ((_transport, "_FIRST_WAIT", 0.0002), (_transport, "_LONGEST_WAIT", 0.0005), (_redaction, "_ROUNDS", 1))
    olds = [getattr(module, name) for module, name, _value in names]
    for module, name, value in names:
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name, _value), old in zip(names, olds, strict=True):
            setattr(module, name, old)


class Stage:
    """The simulator that the cells of a process share, and a port where nobody listens."""

    def __init__(self) -> None:
        self.sim = Simulator().start()
        self.nobody = socket.socket()
        self.nobody.bind(("127.0.0.1", 0))
        self.nowhere = f"http://127.0.0.1:{self.nobody.getsockname()[1]}/xmlrpc"

    def close(self) -> None:
        self.nobody.close()
        self.sim.stop()

    def state(self, scene: Scene) -> State:
        return {item.mac: (item.account, item.server, item.unique_url) for item in self.world(scene).devices()}

    def world(self, scene: Scene) -> Any:
        return self.sim.world(scene.vendor)


class Wire:
    """The adapter of a transport with something at the client's end of the line. ``before`` gets the number of the
    try and may raise, or give the URL to go to instead; ``after`` gets the number once the answer's head is there."""

    def __init__(self, inner: Any, before: Callable[[int], str | None], after: Callable[[int], None]) -> None:
        self.inner, self.before, self.after = inner, before, after
        self.tries = 0

    def send(self, request: Any, **settings: Any) -> Any:
        number, self.tries = self.tries, self.tries + 1
        url = self.before(number)
        if url is not None:
            request.url = url
        answer = self.inner.send(request, **settings)
        self.after(number)
        return answer

    def close(self) -> None:
        self.inner.close()


@dataclass
class Trouble:
    """What goes wrong in a run. ``faults`` is (number of the try, name of the kind)."""

    faults: tuple[tuple[int, str], ...] = ()
    kill: tuple[int, bool] | None = None  # the number of the try, and whether the service got it
    retries: int = 3
    concurrency: int = 1
    hooks: Sequence[Callable[..., None]] = ()
    seen: list[State] = field(default_factory=list)

    def plan(self, sim: Any) -> list[Fault]:
        """Plan the faults; a try that is refused to connect never reaches the simulator, so it counts none."""
        predicted_result = []
        refused = sorted(index for index, kind in self.faults if kind == REFUSED_CONNECT)
        for index, kind in self.faults:
            if kind != REFUSED_CONNECT:
                there = index - sum(1 for one in refused if one < index)
                predicted_result.append(Fault(index=there, times=1, **KINDS[kind]))
        sim.faults.clear()
        sim.faults.extend(predicted_result)
        return predicted_result


def _nothing(_number: int) -> None:
    return None


def transport(
    stage: Stage,
    scene: Scene,
    trouble: Trouble,
    before: Callable[[int], str | None] = _nothing,
    after: Callable[[int], None] = _nothing,
) -> Transport:
    """A client whose wire does what is asked for."""
    slow = any(kind == HANG for _index, kind in trouble.faults)
    connection = Connection(
        scene.vendor,
        stage.sim.url(scene.vendor),
        USER,
        PASSWORD,
        timeout=0.3 if slow else 10.0,
        retries=trouble.retries,
        concurrency=trouble.concurrency,
    )
    made = Transport(connection, Masker(connection.vendor, connection.username, connection.password))
    wire: Any = Wire(made._adapter, before, after)
    made._adapter = wire
    return made


def options(scene: Scene) -> Options:
    return Options(bulk=scene.bulk, batch_size=scene.batch_size, servers=scene.servers)


def run(
    stage: Stage, scene: Scene, declared: Sequence[DesiredDevice], trouble: Trouble
) -> tuple[RunResult | None, int]:
    """One run, with trouble -> its report (None: it was killed) and the number of tries that it made."""
    refused = {index for index, kind in trouble.faults if kind == REFUSED_CONNECT}

    def before(number: int) -> str | None:
        if trouble.kill == (number, False):
            raise Killed
        return stage.nowhere if number in refused else None

    def after(number: int) -> None:
        if trouble.kill == (number, True):
            raise Killed

    stage.sim.reset_log()
    stage.sim.hooks[:] = trouble.hooks
    client = transport(stage, scene, trouble, before, after)
    try:
        return reconcile(Service(client), declared, options(scene)), client._adapter.tries
    except Killed:
        return None, client._adapter.tries
    finally:
        stage.sim.hooks.clear()
        stage.sim.faults.clear()
        client.close()


# -- what must be true


def names(params: Sequence[Any]) -> list[str]:
    """The addresses of a call, bare."""
    first = params[0] if params else []
    return [item.replace("-", "").replace(":", "").lower() for item in (first if isinstance(first, list) else [first])]


def repetitions(calls: Sequence[Any]) -> list[str]:
    """Writes sent for a device although an earlier one may have been executed and nobody looked since.

    Only a read that was answered is a look. A single write that was refused in words, or for now (429 and 503 of these
    tables), is known not to have happened.
    """
    found: list[str] = []
    dirty: set[str] = set()
    for call in calls:
        if call.method == "listDevices":
            dirty -= dirty if call.fault is None else set()
        elif call.method in ("checkDevice", "checkDeviceExt"):
            dirty.difference_update(names(call.params) if call.fault is None else ())
        elif call.method != "addServer":
            macs = names(call.params)
            found.extend(f"{call.method} of {mac} repeated without a look" for mac in macs if mac in dirty)
            single = not isinstance(call.params[0], list)
            refused = call.fault is None and single and call.ok is False
            absent = call.fault is None and call.text.startswith("fault -32601")
            if not (refused or absent or (call.fault == "status" and call.phase == "before")):
                dirty.update(macs)
    return found


def wrong_bindings(stage: Stage, scene: Scene, also: Sequence[DesiredDevice] = ()) -> list[str]:
    """Whatever a call bound to anything but what is declared, or removed although nobody asked for it."""
    wanted: dict[str, list[Any]] = {}
    for device in (*scene.declared, *also):
        wanted.setdefault(device.mac, []).append(scene.target(device))
    world = stage.world(scene)
    found = []
    for entry in world.history():
        if entry.call is None:
            continue
        targets = wanted.get(entry.mac, [])
        if entry.event == "removed":
            if None not in targets or entry.account != USER:
                found.append(f"{entry.mac} of {entry.account} was removed")
            continue
        servers = world.servers(USER)
        bound = {(item[0], item[1], item[2] or servers.get(item[1])) for item in targets if item is not None}
        if (entry.account, entry.server, entry.url) not in bound:
            found.append(f"{entry.mac} was bound to {entry.account}, {entry.server}, {entry.url}")
    return found


def _status(item: tuple[str | None, str | None, str | None] | None) -> str:
    if item is None:
        return "unknown"
    if item[0] is not None and item[0] != USER:
        return "registered_elsewhere"
    return "registered" if item[1] is not None or item[2] is not None else "unregistered"


def url_of(stage: Stage, scene: Scene, item: tuple[str | None, str | None, str | None] | None) -> str | None:
    if item is None or item[0] is None:
        return None
    return item[2] or stage.world(scene).servers(item[0]).get(item[1] or "")


def false_after(stage: Stage, scene: Scene, result: Result, item: Any, url: bool = True) -> list[str]:
    """What the result says of the device, against its state at that moment."""
    after = result.after
    if after is None:
        return []
    if after.status != _status(item):
        return [f"{result.mac} is told to be {after.status} and is {_status(item)}"]
    if url and after.url is not None and after.url != url_of(stage, scene, item):
        return [f"{result.mac} is told to point to {after.url} and points to {url_of(stage, scene, item)}"]
    return []


def lies(stage: Stage, scene: Scene, report: RunResult, old: State) -> list[str]:
    """Results that the service's own state contradicts, where nobody but this run has written."""
    state = stage.state(scene)
    found: list[str] = []
    if [result.mac for result in report.results] != [device.mac for device in scene.declared]:
        found.append("the results are not those of the declared devices")
    for result in report.results:
        before, now = old.get(result.mac), state.get(result.mac)
        target = scene.target(result.step.declared)
        reached = now == target or (target is None and (now is None or now[0] != USER))
        outcome = result.outcome
        found.extend(false_after(stage, scene, result, now))
        say = f"{result.mac} is told as {outcome}, was {before}, is {now}: "
        rules = (
            (outcome in ("changed", "in_sync") and not reached, "not as declared"),
            (outcome == "changed" and now == before and not result.step.forced, "nothing changed"),
            (outcome in ("in_sync", "not_attempted", "conflict") and now != before, "something changed"),
            (outcome == "unverifiable" and now != before and not result.step.forced, "something changed"),
            (outcome == "failed" and not result.changed and now != before, "something changed"),
            (outcome == "conflict" and _status(now) != "registered_elsewhere", "nobody else holds it"),
            (outcome == "would_change", "this was no check mode"),
            (result.changed and outcome not in ("changed", "failed", "unknown"), "changed in words only"),
            (result.verified and not reached, "verified, and not so"),
        )
        found.extend(say + text for false, text in rules if false)
    return found


def brief(report: RunResult) -> list[tuple[str, str]]:
    return [(result.mac, result.outcome) for result in report.results]


@dataclass(frozen=True)
class Reference:
    """What becomes of a scene where nothing goes wrong."""

    state: State
    tries: int
    outcomes: tuple[tuple[str, str], ...]
    quiet_writes: int  # of a run that forces nothing, after it


def reference(stage: Stage, scene: Scene) -> Reference:
    """Play a scene without trouble, twice."""
    scene.load(stage.sim)
    report, tries = run(stage, scene, scene.declared, Trouble())
    if report is None:
        raise RuntimeError("nothing killed it")
    problems = lies(stage, scene, report, scene.old) + wrong_bindings(stage, scene)
    if problems:
        raise RuntimeError(f"{scene.path} without any fault: {problems}")
    state = stage.state(scene)
    run(stage, scene, scene.quiet(), Trouble())
    if any(call.ok for call in stage.sim.writes()):
        raise RuntimeError(f"{scene.path} without any fault: the second run writes")
    return Reference(state, tries, tuple(brief(report)), len(stage.sim.writes()))


def recovery(stage: Stage, scene: Scene, clean: Reference) -> list[str]:
    """Two clean runs: the first one gets to where a run without any trouble gets, the second one writes nothing."""
    found: list[str] = []
    old = stage.state(scene)
    report, _tries = run(stage, scene, scene.declared, Trouble())
    if report is None:
        raise RuntimeError("nothing killed it")
    found.extend(f"next run: {text}" for text in lies(stage, scene, report, old))
    if stage.state(scene) != clean.state:
        found.append(f"the next run ends with {stage.state(scene)} and not with {clean.state}")
    failing = {mac for mac, outcome in clean.outcomes if outcome == "failed"}
    found.extend(f"next run: {item.msg}" for item in report.results if item.failed and item.mac not in failing)
    run(stage, scene, scene.quiet(), Trouble())
    writes = stage.sim.writes()
    if len(writes) != clean.quiet_writes or any(call.ok for call in writes):
        found.append(f"the run after the next one writes: {[call.method for call in writes]}")
    return found


def play(stage: Stage, scene: Scene, clean: Reference, trouble: Trouble) -> tuple[list[str], int]:
    """One whole cell -> what was wrong, and the number of tries of the run with the trouble."""
    scene.load(stage.sim)
    predicted_result = trouble.plan(stage.sim)
    report, tries = run(stage, scene, scene.declared, trouble)
    found = repetitions(stage.sim.calls())
    if any(fault.hits != 1 for fault in predicted_result) or any(index >= tries for index, _kind in trouble.faults):
        found.append("the fault was not met")
    if report is not None:
        found.extend(lies(stage, scene, report, scene.old))
    found.extend(wrong_bindings(stage, scene))
    found.extend(recovery(stage, scene, clean))
    found.extend(wrong_bindings(stage, scene))
    found.extend(item.what for item in stage.sim.violations)
    return found, tries
