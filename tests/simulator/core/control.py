# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API for other processes, on the plain HTTP port below `/_sim/`. Bodies and answers are JSON."""

from __future__ import annotations

import json
from typing import Any

from . import seeds
from .faults import FAULTS, Fault
from .messages import Request


class Control:
    """Answers the control requests of one simulator; the connection has the simulator's lock."""

    def __init__(self, sim: Any) -> None:
        self._sim = sim
        self._routes = {
            ("GET", "state"): self._state,
            ("GET", "calls"): self._calls,
            ("GET", "stats"): self._stats,
            ("GET", "history"): self._history,
            ("GET", "services"): self._services,
            ("GET", "fault-kinds"): self._fault_kinds,
            ("POST", "reset-log"): self._reset_log,
            ("POST", "options"): self._options,
            ("POST", "load"): self._load,
            ("POST", "faults"): self._faults,
        }

    def __call__(self, request: Request) -> tuple[int, bytes]:
        """Return status and body."""
        status, answer = self._answer(request)
        return status, (json.dumps(answer, ensure_ascii=False) + "\n").encode("utf-8")

    def _answer(self, request: Request) -> tuple[int, Any]:
        route = self._routes.get((request.verb, request.path[len("/_sim/") :]))
        if route is None:
            known = [f"{method} /_sim/{name}" for method, name in self._routes]
            return 404, {"error": "no such request", "requests": known}
        try:
            given = json.loads(request.body.decode("utf-8")) if request.body.strip() else None
            return 200, route(given)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def _state(self, _given: Any) -> Any:
        sim = self._sim
        return {
            "worlds": {vendor: seeds.world_state(sim.world(vendor)) for vendor in sim.vendors},
            "options": sim.options.as_dict(),
            "violations": [violation._asdict() for violation in sim.violations],
        }

    def _calls(self, _given: Any) -> Any:
        return {
            "calls": [call.as_dict() for call in self._sim.calls()],
            "refusals": [refusal._asdict() for refusal in self._sim.refusals()],
        }

    def _stats(self, _given: Any) -> Any:
        return self._sim.stats()

    def _history(self, _given: Any) -> Any:
        sim = self._sim
        return {"history": [entry._asdict() for vendor in sim.vendors for entry in sim.world(vendor).history()]}

    def _services(self, _given: Any) -> Any:
        """Return the services: address, calls (`{name: writes}`), capabilities and switches."""
        sim = self._sim
        return {
            name: {
                "title": dialect.title,
                "url": sim.url(name),
                "calls": {operation.name: operation.write for operation in dialect.operations},
                "capabilities": dialect.capabilities._asdict(),
                "switches": {switch.name: switch.does for switch in sim.options.switches(name)},
            }
            for name, dialect in sim.dialects.items()
        }

    def _fault_kinds(self, _given: Any) -> Any:
        """Return the table of faults: `{name: {executed, does, protocols}}`."""
        return {
            row.name: {"executed": row.executed, "does": row.does, "protocols": list(row.protocols)}
            for row in FAULTS.values()
        }

    def _reset_log(self, _given: Any) -> Any:
        self._sim.reset_log()
        return {"ok": True}

    def _options(self, given: Any) -> Any:
        """`{name: value}`, or `{service:name: value}`."""
        self._sim.options.update(given or {})
        return self._sim.options.as_dict()

    def _load(self, given: Any) -> Any:
        """Load a seed."""
        seeds.load(self._sim, given or {})
        return {"ok": True}

    def _faults(self, given: Any) -> Any:
        """Take a list of faults, which replaces the plan, or `{faults: [...], keep: bool}`; `keep` adds to the plan."""
        if isinstance(given, list):
            given = {"faults": given}
        planned = [Fault.from_dict(item) for item in (given or {}).get("faults", ())]
        if not (given or {}).get("keep"):
            self._sim.faults.clear()
        self._sim.faults.extend(planned)
        return {"ok": True, "planned": len(self._sim.faults)}
