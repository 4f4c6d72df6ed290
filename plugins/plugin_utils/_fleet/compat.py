# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between versions of ansible-core, and what no documented interface covers: two uses of a task, and the
error output of the process that forks the workers.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import ansible.errors
import ansible.parsing.vault

_PATIENCE_MS = 1000  # with a reader that has stopped to read
_MAX_LINE = 4096  # bytes, which a pipe takes in one piece


class _NeverRaisedError(Exception):
    pass


# What a template that is ``omit`` raises since ansible-core 2.19.
OmitError: Any = getattr(ansible.errors, "AnsibleValueOmittedError", _NeverRaisedError)
_VaultHelper: Any = getattr(ansible.parsing.vault, "VaultHelper", None)  # since ansible-core 2.19


def ciphertext(value: Any) -> str | None:
    """The encrypted text of a value of a vault, or None for every other value. Nothing is decrypted.

    Comparing two hosts' values must not decrypt them: a derivation of the key takes milliseconds, for each host.
    """
    if _VaultHelper is not None:
        found = _VaultHelper.get_ciphertext(value, with_tags=False)
        return None if found is None else str(found)
    # Before, the value is an object of its own kind, which every other use decrypts.
    return str(value._ciphertext) if getattr(value, "__ENCRYPTED__", False) else None  # noqa: SLF001


def forget_registration(task: Any) -> None:
    """Keep a task's result out of its registered variable.

    A task that is skipped registers that it was skipped, and ``register`` takes no template, so that ``rps_result``
    would be set for a host whose result is not shown. ansible-core takes the keyword from the task as its worker
    leaves it.
    """
    task.register = None


def run_in_the_foreground(task: Any) -> None:
    """Make a task with ``async`` and ``poll`` one that is waited for.

    ansible-core polls over the connection of the task's host, which here is a phone.
    """
    task.async_val = 0


def keep_stderr() -> int | None:
    """A copy of this process's error output, or None if it has none.

    ansible-core takes the output of its workers away, and shows nothing of what they send once it is interrupted. A
    file of an action is loaded in Ansible's own process before the worker is forked, so a copy that is made then is
    the worker's too, and that of no other program: copies are closed where one is started.
    """
    try:
        return os.dup(2)
    except OSError:
        return None


def write_lines(output: int | None, lines: Iterable[str]) -> None:
    """Write lines to a copy of the error output, unless it is closed."""
    if output is None:
        return
    poll = select.poll()
    poll.register(output, select.POLLOUT)
    for line in lines:
        with suppress(OSError):
            if poll.poll(_PATIENCE_MS):
                os.write(output, f"{line}\n".encode(errors="replace")[:_MAX_LINE])
