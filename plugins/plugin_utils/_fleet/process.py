# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that a reconcile task runs in: it ends in order with the run, and sees the environment of the play.

PRIVATE to the collection: may change without notice.

The worker of a task is a process of its own, which ansible-core signals when it is interrupted itself, and which would
go on writing if ansible-core was killed. If it ended at once, nothing would show what was written. So the first
request makes no further call; one that follows it, as ansible-core sends it after a few seconds, cuts off the calls in
flight. In both cases the run comes to its end and has its results.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .ending import Ending

PARENT_POLL_S = 0.05
_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OVER = 0  # no signal has this number


@contextmanager
def ends_with_the_run() -> Iterator[Ending]:
    """While this is entered, an interrupt ends the run, and so does the end of the process's parent.

    If the parent is gone when it is left, the process ends: no process waits for a result. A signal that the user had
    ignored (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Ending()  # signals belong to the main thread
        return
    parent = os.getppid()
    watch = Watch(parent)
    handlers: dict[int, Any] = {}
    for number in map(int, _ENDING):
        if signal.getsignal(number) is not signal.SIG_IGN:
            handlers[number] = signal.signal(number, _leave_to_the_watch)
    # Python's handlers run only when the main thread gets a turn; what the interpreter writes here comes at once.
    wakeup = signal.set_wakeup_fd(watch.signals, warn_on_full_buffer=False)
    signalled = signal.SIGTERM in handlers and _signal_at_parents_end(signal.SIGTERM)
    thread = threading.Thread(target=watch.run, args=(None if signalled else PARENT_POLL_S,), daemon=True)
    thread.start()
    try:
        watch.poll()
        yield watch.ending
    finally:
        if signalled:
            _signal_at_parents_end(0)
        signal.set_wakeup_fd(wakeup)
        watch.end()
        thread.join()
        watch.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if os.getppid() != parent:
            os._exit(1)


def _leave_to_the_watch(_number: int, _frame: Any) -> None:
    """A handler, without which the interpreter would write no signal to the watch."""


class Watch:
    """Signals and the end of the parent -> requests to end the run.

    A thread waits for them, and they are checked before each call too: no call may begin after one.
    """

    def __init__(self, parent: int) -> None:
        self.ending = Ending(self.poll)
        self._parent = parent
        self._orphaned = False
        self._over = False
        self._lock = threading.Lock()
        self._out, self.signals = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self.signals, False)

    def poll(self) -> None:
        """Pass on what has come. The end of the parent, whose own signal may come before or after it, is one request
        and no further one: no process waits for an early end."""
        with self._lock:
            try:
                numbers = os.read(self._out, 64)
            except BlockingIOError:
                numbers = b""
            if not self._orphaned and os.getppid() != self._parent:
                self._orphaned = True
                self.ending.request(at_most_stop=True)
            for number in numbers:
                self._over = self._over or number == _OVER
                if number in _ENDING and not self._orphaned:
                    self.ending.request()

    def run(self, interval: float | None) -> None:
        """Look whenever a signal comes, and every ``interval`` seconds if the parent's end gives none."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        while not self._over:
            poll.poll(None if interval is None else interval * 1000)
            self.poll()

    def end(self) -> None:
        """End ``run``."""
        os.write(self.signals, bytes([_OVER]))

    def close(self) -> None:
        """Close what was opened."""
        os.close(self._out)
        os.close(self.signals)


def _signal_at_parents_end(number: int) -> bool:
    """Ask the kernel for a signal when the parent ends; False where it has no such call."""
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0) == 0)
    except (AttributeError, OSError, TypeError):
        return False


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """While this is entered, the process has these variables too, as a module's process has those of its play.

    The HTTP library reads proxies from the process's environment.
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def merged_environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of Ansible's own process, and over it what was given."""
    return {**os.environ, **given}
