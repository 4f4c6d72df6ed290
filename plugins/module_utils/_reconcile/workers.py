# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads for calls in flight at once.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Callable, Generic, TypeVar

from .._vendors.base import Service

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Progress = Callable[[str, int, int], None]  # what is done, and how many of how many

_WAKE_UP_S = 0.2  # a main thread that waits without a timeout can lose signals


class WorkerPool:
    """Runs work on at most ``size`` threads. ``on_error`` is called before a failure is passed on, so that the work
    still in flight can be cut short."""

    def __init__(self, size: int, on_error: Callable[[], None]) -> None:
        self._size = size
        self._on_error = on_error

    def map(self, work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """``[work(item) for item in items]``, side by side. Never call it from within ``work``.

        After the first failure no further item is begun; the failure is raised when those in flight have ended.
        """
        queue = _Queue(work, list(items), self._on_error)
        size = min(self._size, len(queue.items))
        if size <= 1:
            return [work(item) for item in queue.items]
        threads = [threading.Thread(target=queue.drain, daemon=True) for _index in range(size)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(_WAKE_UP_S)
        except BaseException:
            queue.stopped = True
            self._on_error()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            raise
        if queue.error is not None:
            raise queue.error
        return queue.answers


def worker_pool(service: Service) -> WorkerPool:
    """Workers for the calls of one account; a failure of theirs interrupts the client."""
    return WorkerPool(service.client.connection.concurrency, service.client.interrupt)


class _Queue(Generic[Item, Answer]):
    """Items that several threads take in order, with an answer for each."""

    def __init__(self, work: Callable[[Item], Answer], items: list[Item], on_error: Callable[[], None]) -> None:
        self.work = work
        self.on_error = on_error
        self.items = items
        self.answers: list[Answer] = [None] * len(items)  # type: ignore[list-item]
        self.error: BaseException | None = None
        self.stopped = False
        self._next = 0
        self._lock = threading.Lock()

    def drain(self) -> None:
        while not self.stopped:
            with self._lock:
                index = self._next
                self._next += 1
            if index >= len(self.items):
                return
            try:
                self.answers[index] = self.work(self.items[index])
            except BaseException as error:  # noqa: BLE001 - passed on by the thread that waits
                with self._lock:
                    self.error = self.error or error
                self.stopped = True
                self.on_error()
