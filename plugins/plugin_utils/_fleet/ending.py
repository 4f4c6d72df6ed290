# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run is ended from outside: what it does at the first request, and at a further one.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

Action = Callable[[], None]


class Ending:
    """Whether the run is to end, and how. ``stop`` makes no further call, ``cut`` also cuts off the calls in flight."""

    def __init__(self, poll: Action | None = None) -> None:
        """``poll`` makes the requests that have arrived since the last one."""
        self._poll = poll
        self._lock = threading.Lock()
        self._requests = 0
        self._actions: tuple[Action, Action] | None = None

    @property
    def requested(self) -> bool:
        """Whether the run was asked to end."""
        return self._requests > 0

    def is_near(self) -> bool:
        """As ``requested``, at this very moment: to be asked before a call is made."""
        if self._poll is not None:
            self._poll()
        return self.requested

    @contextmanager
    def by(self, stop: Action, cut: Action) -> Iterator[None]:
        """While this is entered, a request to end the run does these."""
        with self._lock:
            self._actions = (stop, cut)
        self._act()
        try:
            yield
        finally:
            with self._lock:
                self._actions = None

    def request(self, *, at_most_stop: bool = False) -> None:
        """End the run; if that was requested before, at once, unless ``at_most_stop``."""
        with self._lock:
            self._requests = max(self._requests, 1) if at_most_stop else self._requests + 1
        self._act()

    def _act(self) -> None:
        with self._lock:
            if self._actions is not None and self._requests:
                self._actions[1 if self._requests > 1 else 0]()
