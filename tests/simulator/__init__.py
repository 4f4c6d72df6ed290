# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful simulator of the redirection service, in the dialects of both vendors.

It is written from the vendors' documents alone and shares no code with the collection's client, so that a
misreading on one side shows up as a failing test. Use it in-process::

    with Simulator(tls=True) as sim:
        sim.add_account("yealink", "user", "secret")
        sim.world("yealink").add_server("user", "main", "https://prov.example.com/")
        ...

or as a process of its own with ``python -m simulator --help``.
"""

from __future__ import annotations

from .faults import Fault, FaultPlan
from .options import Options
from .records import Binding, Call, Refusal
from .server import Simulator
from .service import READ_METHODS, WRITE_METHODS
from .world import Device, World

__all__ = [
    "READ_METHODS",
    "WRITE_METHODS",
    "Binding",
    "Call",
    "Device",
    "Fault",
    "FaultPlan",
    "Options",
    "Refusal",
    "Simulator",
    "World",
]
