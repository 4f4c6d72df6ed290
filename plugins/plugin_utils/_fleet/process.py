# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that a bulk step runs in: it ends with the run, and sees the environment of the play.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PARENT_POLL_S = 0.05
_PR_SET_PDEATHSIG = 1
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def ends_with_the_run() -> Iterator[None]:
    """While this is entered, an interrupt ends the process at once, and so does the end of its parent.

    The worker of a task is a process of its own. Python's handlers run only when its main thread gets a turn, and a
    worker whose ansible-playbook was killed would go on writing with nobody left to report to. A signal that the user
    had ignored (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread
        return
    handlers: dict[int, Any] = {}
    for name in _ENDING:
        number = getattr(signal, name)
        if signal.getsignal(number) is not signal.SIG_IGN:
            handlers[number] = signal.signal(number, signal.SIG_DFL)
    over = threading.Event()
    parent = os.getppid()
    watched = _signal_at_parents_end(signal.SIGKILL)
    if not watched:
        threading.Thread(target=_watch, args=(parent, over), daemon=True).start()
    try:
        if os.getppid() != parent:
            os._exit(1)
        yield
    finally:
        over.set()
        if watched:
            _signal_at_parents_end(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _signal_at_parents_end(number: int) -> bool:
    """Ask the kernel for a signal when the parent ends; False where it has no such call."""
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0) == 0)
    except (AttributeError, OSError, TypeError):
        return False


def _watch(parent: int, over: threading.Event) -> None:
    while not over.wait(PARENT_POLL_S):
        if os.getppid() != parent:
            os._exit(1)


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
