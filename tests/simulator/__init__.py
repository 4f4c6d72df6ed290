# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful simulator of the redirection services.

It is written from the vendors' pages alone and shares no code with the collection's client, so that a misreading on
one side shows up as a failing test. Use it in-process::

    with Simulator(tls=True) as sim:
        sim.add_account("yealink", "user", "secret")
        sim.world("yealink").add_server("user", "main", "https://prov.example.com/")
        ...

in memory, without sockets and on a clock of your own::

    sim = Simulator()
    wire = Wire(sim, VirtualClock())
    reply = wire.send("POST", sim.path("yealink"), headers, body, timeout=30)

or as a process of its own with ``python -m simulator --help``.
"""

from __future__ import annotations

from .core.calls import Binding, Call, CutShort, Refusal, Violation
from .core.faults import FAULTS, Fault, FaultKind, FaultPlan, fault
from .core.memory import VirtualClock, Wire
from .core.messages import Gate, Reply, Request
from .core.options import Options
from .core.world import Device, Server, World
from .dialects import DIALECTS
from .server import Simulator


def read_methods() -> frozenset[str]:
    """Return the names of all calls that only read, of any service."""
    return frozenset(op.name for dialect in DIALECTS.values() for op in dialect.operations if not op.write)


def write_methods() -> frozenset[str]:
    """Return the names of all calls that write, of any service."""
    return frozenset(op.name for dialect in DIALECTS.values() for op in dialect.operations if op.write)


__all__ = [
    "DIALECTS",
    "FAULTS",
    "Binding",
    "Call",
    "CutShort",
    "Device",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "Gate",
    "Options",
    "Refusal",
    "Reply",
    "Request",
    "Server",
    "Simulator",
    "Violation",
    "VirtualClock",
    "Wire",
    "World",
    "fault",
    "read_methods",
    "write_methods",
]
