# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is to do, and how much of the fleet it has. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from ansible_collections.voip.rps.plugins.module_utils._model import Reason

PROVISION = "provision"
DRIFT = "drift"
RELEASE = "release"


class Once:
    """Something that is worked out when it is first asked for, and by one thread alone."""

    def __init__(self, work_out: Callable[[], frozenset[str]]) -> None:
        self._work_out = work_out
        self._lock = Lock()
        self._found: frozenset[str] | None = None

    def __call__(self) -> frozenset[str]:
        """What was worked out."""
        with self._lock:
            if self._found is None:
                self._found = self._work_out()
            return self._found


@dataclass(frozen=True)
class Scope:
    """What a run is to do, and how much of the fleet it has.

    ``mode`` is PROVISION, DRIFT or RELEASE. ``phones`` counts the hosts that reached the role. ``why_partial``
    is why they are not the whole play (a key of ``PARTIAL``), else it is None. ``batches``: whether the play has
    several. ``removed`` is, by identity of an account, what host vars have deregistered so far in this run: (phones,
    the devices that the account had before the first of them). ``declared_outside`` gives the MACs of phones that the
    inventory declares on hosts outside the play: they are not unmanaged, and purge leaves them alone.
    """

    mode: str
    check_mode: bool
    phones: int
    why_partial: Reason | None = None
    batches: bool = False
    removed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    declared_outside: Callable[[], frozenset[str]] = frozenset

    @property
    def names_unmanaged(self) -> bool:
        """Whether hosts outside the play are worth a look, to tell their phones from unmanaged devices.

        Each look costs a host's variables. Batches are put together by the report; other parts of a fleet only count.
        """
        if self.mode == DRIFT:
            return not self.batches
        return self.mode == PROVISION and self.why_partial is None

    @property
    def predicts(self) -> bool:
        """Whether nothing is written, whatever the plan is."""
        return self.check_mode or self.mode == DRIFT
