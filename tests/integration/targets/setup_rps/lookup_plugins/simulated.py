# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speak to the simulator whose addresses the variable setup_rps_sim holds, without a task for each request.

`lookup('simulated', 'calls')` returns the calls since it was asked last. `lookup('simulated', 'load', seed)` loads a
seed and forgets the calls.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from ansible.plugins.lookup import LookupBase

_OPENER = build_opener(ProxyHandler({}))


class LookupModule(LookupBase):
    """Requests to the simulator's control API."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        """Take what to do, and the seed to load."""
        control = self._templar.template(variables["setup_rps_sim"])["control"]
        if terms[0] == "load":
            self._ask(control + "load", terms[1])
            found = []
        else:
            found = self._ask(control + "calls")["calls"]
        self._ask(control + "reset-log", {})
        return [found]

    @staticmethod
    def _ask(url: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with _OPENER.open(Request(url, data), timeout=30) as answer:  # noqa: S310 - http, to this machine
            return json.loads(answer.read())
