# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work side by side: order, bounds, and what happens after the first failure."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.voip.rps.plugins.module_utils._reconcile.workers import WorkerPool

PATIENCE_S = 30.0  # a watchdog: a test that hangs fails


class Interruption:
    """Counts how often a pool asked to cut short what is in flight."""

    def __init__(self) -> None:
        self.count = 0
        self.happened = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        self.happened.set()


@pytest.fixture
def interruption() -> Interruption:
    return Interruption()


@pytest.mark.parametrize("size", [1, 2, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_answers_come_in_the_order_of_the_items(interruption: Interruption, size: int, count: int) -> None:
    pool = WorkerPool(size, interruption)
    assert pool.map(lambda number: number * 2, iter(range(count))) == [number * 2 for number in range(count)]
    assert interruption.count == 0


def test_as_much_as_allowed_is_in_flight_and_no_more(interruption: Interruption) -> None:
    gate = threading.Barrier(3)
    lock = threading.Lock()
    now, most = 0, 0

    def work(_number: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait(PATIENCE_S)  # nobody goes on before three are here
        with lock:
            now -= 1

    WorkerPool(3, interruption).map(work, range(12))
    assert most == 3


@pytest.mark.parametrize("size", [1, 4])
def test_one_worker_or_one_item_needs_no_thread(interruption: Interruption, size: int) -> None:
    items = [1, 2, 3] if size == 1 else [1]
    threads = WorkerPool(size, interruption).map(lambda _number: threading.current_thread(), items)
    assert set(threads) == {threading.current_thread()}


class Broken(BaseException):
    """What nobody expects."""


@pytest.mark.parametrize("kind", [ValueError, Broken, KeyboardInterrupt])
def test_after_a_failure_nothing_more_is_begun_and_the_failure_is_raised(
    interruption: Interruption, kind: type[BaseException]
) -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise kind("first")
        assert interruption.happened.wait(PATIENCE_S)

    with pytest.raises(kind, match="first"):
        WorkerPool(2, interruption).map(work, range(100))
    assert sorted(begun) == [0, 1]
    assert interruption.count == 1


def test_of_several_failures_the_first_is_raised(interruption: Interruption) -> None:
    first_failed = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            first_failed.set()
            raise ValueError("first")
        assert interruption.happened.wait(PATIENCE_S)
        raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        WorkerPool(2, interruption).map(work, range(2))


def test_a_signal_in_the_waiting_thread_ends_the_work_and_waits_for_what_is_in_flight(
    interruption: Interruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    def work(number: int) -> None:
        assert interruption.happened.wait(PATIENCE_S)
        ended.append(number)

    joined = threading.Thread.join
    asked = 0

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:  # as Python raises it out of a wait
            raise KeyboardInterrupt
        joined(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", join)
    with pytest.raises(KeyboardInterrupt):
        WorkerPool(2, interruption).map(work, range(100))
    assert sorted(ended) == [0, 1]
    assert interruption.count == 1


def test_the_waiting_thread_never_waits_without_a_timeout(
    interruption: Interruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    joined = threading.Thread.join

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        waits.append(timeout)
        joined(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", join)
    gate = threading.Event()
    released = threading.Timer(0, gate.set)
    released.start()
    WorkerPool(2, interruption).map(lambda _number: gate.wait(PATIENCE_S), range(4))
    assert all(wait is not None and 0 < wait <= 1 for wait in waits[:2])
