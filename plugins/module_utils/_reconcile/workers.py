# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads for calls in flight at once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class WorkerPool:
    """At most ``size`` threads that live for one run. ``on_error`` is told before a failure is passed on, so that the
    work still queued can be cut short."""

    def __init__(self, size: int, on_error: Callable[[], None]) -> None:
        self._pool: ThreadPoolExecutor | None = ThreadPoolExecutor(size) if size > 1 else None
        self._on_error = on_error

    def map(self, work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """``[work(item) for item in items]``, side by side. Never call it from within ``work``."""
        if self._pool is None:
            return [work(item) for item in items]
        futures = [self._pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            self._on_error()
            for future in futures:
                future.cancel()
            raise

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
