# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of faults: every kind that the simulator has, at every call of every fleet on every service."""

from __future__ import annotations

import datetime
import os
import random
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import cache
from itertools import product
from typing import TypeVar

from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from simulator import DIALECTS, FAULTS, fault
from simulator.core.dialect import no_phones

from .client import ServiceEnv
from .oracles import FALSE_READS, IN_WORDS, problems, quiet, recovery
from .scenarios import Scenario, Service

# Faults in which the service itself says what is not true.
LYING = frozenset({"after_refused_in_words", "partial_list", "half_then_ok"})
# Where nobody can read a URL, what was accepted and not done cannot be seen either.
UNSEEN = frozenset({"not_applied", "other_url"})
# Faults that change what a write does; a read that had them would be somebody else's write.
WRITES_ONLY = frozenset(
    {"not_applied", "other_url", "half_then_ok", "half_then_dropped", "half_then_503", "item_errors"}
)
# One of each group stands for it in pairs.
GROUPS: dict[str, str] = {
    "nothing executed, plainly": "refused",
    "nothing executed, no answer": "hangs",
    "nothing executed, busy": "http_503",
    "nothing executed, in words": "refused_in_words",
    "executed, busy": "after_503",
    "executed, no answer": "after_dropped",
    "executed, fault": "after_invoke_failed",
    "executed, in words": "after_refused_in_words",
    "executed late": "late",
    "executed late, busy": "late_503",
    "not true": "not_applied",
    "in part": "half_then_dropped",
    "login": "login_refused",
    "absent": "absent",
    "token": "token_expired",
    "rate": "rate_limited",
}
Item = TypeVar("Item")
Place = tuple[str, int]  # an operation, and the how manieth of its calls


@dataclass(frozen=True)
class Case:
    """One play: faults on the n-th calls of these operations."""

    faults: tuple[tuple[str, str, int], ...] = ()  # kind, operation, n-th

    def __str__(self) -> str:
        return " + ".join(f"{kind} at {operation} {nth}" for kind, operation, nth in self.faults) or "no fault"


@dataclass
class Played:
    """What came of a case."""

    run: RunResult
    problems: list[str]
    met: frozenset[str]  # names of the faults that hit a call


@dataclass
class Fleet:
    """A scenario on a service: one simulator for all of its cases."""

    scenario: Scenario
    service: Service
    env: ServiceEnv = field(init=False)
    recovered: dict[Hashable, list[str]] = field(default_factory=dict)  # what the clean runs from a state showed

    def __post_init__(self) -> None:
        self.env = self.service.env()

    def __str__(self) -> str:
        return f"{self.scenario.name}-{self.service.title}"

    def play(self, case: Case, *, recover: bool = True) -> Played:
        """Play a case, and the clean runs after it."""
        env, desired = self.env, self.scenario.desired(self.service)
        env.clear()
        self.scenario.load(env)
        before = len(env.world.history())
        refused = {"items": [desired[0].mac]}
        planned = [
            fault(kind, method=operation, nth=nth, **(refused if kind == "item_errors" else {}))
            for kind, operation, nth in case.faults
        ]
        env.sim.faults.extend(planned)
        run = env.run(desired, bulk=self.scenario.bulk, batch_size=self.scenario.batch_size)
        met = frozenset(one.name or "" for one in planned if one.hits)
        lies = LYING if self.service.reads_url else LYING | UNSEEN
        lying = set(met & lies)
        dialect = DIALECTS[self.service.vendor]
        reads = {one.name for one in dialect.operations if not one.write and one.phones is not no_phones}
        if dialect.capabilities.refusal_is_status and any(one.hits and one.method in reads for one in planned):
            lying |= met & IN_WORDS
            lying |= {FALSE_READS} if lying else set()
        found = problems(env, desired, run, before, lying=lying)
        if recover and not found and not (lying and not self.service.reads_url):
            found = self.recover()
        return Played(run, found, met)

    def recover(self) -> list[str]:
        """What is wrong in clean runs from now on, when nothing is still to be executed.

        They depend on what is stored alone, so each state is recovered from once.
        """
        state, desired = stored(self.env), self.scenario.desired(self.service)
        if state not in self.recovered:
            self.recovered[state] = recovery(self.env, desired, quiet(desired))
        return self.recovered[state]

    def places(self) -> list[Place]:
        """The calls of an undisturbed play."""
        self.play(Case(), recover=False)
        counts = self.env.sim.count()
        return [(operation, nth) for operation, count in counts.items() for nth in range(1, count + 1)]

    def kinds(self, operation: str) -> Sequence[str]:
        """The kinds of fault that exist in the service's protocol and make sense for this call."""
        return _kinds(self.service.vendor, operation)


def stored(env: ServiceEnv) -> Hashable:
    """All that the service has stored and a client can see, but for IDs and dates, in its order."""
    servers = tuple((account, *env.world.servers(account).items()) for account in env.world.accounts())
    devices = tuple(
        replace(device, id="", server_id=env.world.url(device.mac), registered_at=0.0) for device in env.world.devices()
    )
    return servers, tuple(map(astuple, devices))


@cache
def _kinds(vendor: str, operation: str) -> tuple[str, ...]:
    dialect = DIALECTS[vendor]
    writes = any(one.name == operation and one.write for one in dialect.operations)
    return tuple(
        kind
        for kind, row in FAULTS.items()
        if (not row.protocols or dialect.protocol.name in row.protocols) and (writes or kind not in WRITES_ONLY)
    )


def single_cases(fleet: Fleet) -> Iterator[Case]:
    """Every kind of fault at every call."""
    for operation, nth in fleet.places():
        for kind in fleet.kinds(operation):
            yield Case(((kind, operation, nth),))


def pair_places(fleet: Fleet) -> Iterator[tuple[Place, Place]]:
    """A call, and a later one or one more of the same operation."""
    places = fleet.places()
    more = [(operation, nth + 1) for operation, nth in places if (operation, nth + 1) not in places]
    for index, first in enumerate(places):
        for second in (*places[index + 1 :], *more):
            yield first, second


def pairs_at(fleet: Fleet, first: Place, second: Place) -> list[Case]:
    """One kind of each group at each of the two."""
    ones, others = fleet.kinds(first[0]), fleet.kinds(second[0])
    return [
        Case(((one, *first), (other, *second)))
        for one, other in product(GROUPS.values(), GROUPS.values())
        if one in ones and other in others
    ]


def pair_cases(fleet: Fleet) -> Iterator[Case]:
    """Every pair of places with every pair of kinds."""
    for first, second in pair_places(fleet):
        yield from pairs_at(fleet, first, second)


def outage_cases(fleet: Fleet) -> Iterator[Case]:
    """An operation whose every call from the n-th on has the fault."""
    for operation, first in fleet.places():
        for kind in fleet.kinds(operation):
            yield Case(tuple((kind, operation, nth) for nth in range(first, first + 20)))


TABLES: dict[str, Callable[[Fleet], Iterator[Case]]] = {
    "single": single_cases,
    "pairs": pair_cases,
    "outages": outage_cases,
}


def whole() -> bool:
    """Whether all cases are asked for: ``RPS_FAULTS=all``."""
    return os.environ.get("RPS_FAULTS") == "all"


def seed() -> str:
    """The seed of the samples: ``RPS_SEED``, or the date."""
    return os.environ.get("RPS_SEED") or datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def sample(cases: Sequence[Item], count: int, name: str) -> list[Item]:
    """So many of the cases, the same for the same seed and name."""
    dice = random.Random(f"{seed()}/{name}")  # noqa: S311 - no secret
    return dice.sample(cases, min(count, len(cases)))


def chosen(table: str, fleet: Fleet, count: int) -> list[Case]:
    """The cases of a table that are to be played: all, or so many of them."""
    name = f"{table}/{fleet}"
    if whole():
        return list(TABLES[table](fleet))
    if table == "pairs":  # too many to list them all
        places = sample(list(pair_places(fleet)), count, name)
        return [case for at in places for case in sample(pairs_at(fleet, *at), 1, f"{name}/{at}")]
    return sample(list(TABLES[table](fleet)), count, name)
