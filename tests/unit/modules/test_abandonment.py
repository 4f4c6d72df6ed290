# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the worker that a module belongs to among its ancestors, as the system shows them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.voip.rps.plugins.module_utils._abandonment import find_worker, watch_controller

PLAYBOOK = "python3 /usr/bin/ansible-playbook site.yml"
Tree = dict[int, tuple[int, str]]  # process ID: parent, command


def show(folder: Path, tree: Tree) -> Path:
    """Processes as /proc shows them. Commands are separated by blanks."""
    for pid, (parent, command) in tree.items():
        (folder / str(pid)).mkdir(exist_ok=True)
        (folder / str(pid) / "stat").write_text(f"{pid} (odd) name) S {parent} 0 0", encoding="ascii")
        (folder / str(pid) / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
    return folder


TREES: dict[str, tuple[Tree, tuple[int, int] | None]] = {
    "module, shell, worker, controller": (
        {9: (8, "python m"), 8: (7, "sh -c m"), 7: (6, PLAYBOOK), 6: (5, PLAYBOOK), 5: (1, "bash")},
        (7, 6),
    ),
    "two shells": (
        {9: (8, "python m"), 8: (7, "sh -c m"), 7: (6, "/bin/sh -c x"), 6: (5, PLAYBOOK), 5: (1, PLAYBOOK)},
        (6, 5),
    ),
    "the controller is the first process": ({9: (8, "m"), 8: (1, PLAYBOOK), 1: (0, PLAYBOOK)}, (8, 1)),
    "a script's own fork above the controller": (
        {9: (8, "m"), 8: (7, PLAYBOOK), 7: (6, PLAYBOOK), 6: (5, "deploy x"), 5: (1, "deploy x"), 1: (0, "init")},
        (8, 7),
    ),
    "forked shells": ({9: (8, "m"), 8: (7, "bash x.sh"), 7: (6, "bash x.sh"), 6: (1, "init"), 1: (0, "init x")}, None),
    "by ssh": ({9: (8, "python m"), 8: (7, "sh -c m"), 7: (1, "sshd: me"), 1: (0, "init")}, None),
    "an orphan": ({9: (1, "python m"), 1: (0, "init")}, None),
    "a worker without a controller": ({9: (8, "m"), 8: (1, PLAYBOOK), 1: (0, "init")}, None),
    "nothing is shown": ({}, None),
    "processes of others are hidden": ({9: (8, "m")}, None),
}


@pytest.mark.parametrize("case", TREES)
def test_the_worker_is_the_nearest_fork_of_its_parent_that_is_no_shell(tmp_path: Path, case: str) -> None:
    tree, worker = TREES[case]
    assert find_worker(show(tmp_path, tree), 9) == worker


def test_a_loop_of_parents_ends(tmp_path: Path) -> None:
    assert find_worker(show(tmp_path, {9: (8, "a"), 8: (9, "b")}), 9) is None


@pytest.mark.parametrize("change", ["another parent", "dead", "gone"])
def test_a_worker_that_lost_its_controller_means_that_the_run_is_abandoned(tmp_path: Path, change: str) -> None:
    myself, shell = os.getpid(), os.getppid()
    tree: Tree = {myself: (shell, "m"), shell: (7, "sh -c m"), 7: (6, PLAYBOOK), 6: (1, PLAYBOOK)}
    with Path(os.devnull).open("wb") as output:
        abandoned = watch_controller(show(tmp_path, tree), output.fileno())
        assert not abandoned()
        if change == "another parent":
            show(tmp_path, {7: (1, PLAYBOOK)})
        elif change == "dead":
            (tmp_path / "7" / "stat").write_text("7 (x) Z 6 0 0", encoding="ascii")
        else:
            (tmp_path / "7" / "stat").unlink()
        assert abandoned()


def test_what_is_above_the_controller_may_change(tmp_path: Path) -> None:
    myself, shell = os.getpid(), os.getppid()
    tree: Tree = {myself: (shell, "m"), shell: (7, PLAYBOOK), 7: (6, PLAYBOOK), 6: (1, "bash")}
    with Path(os.devnull).open("wb") as output:
        abandoned = watch_controller(show(tmp_path, tree), output.fileno())
        show(tmp_path, {7: (1, PLAYBOOK)})
        assert not abandoned()


def test_a_closed_reader_of_the_output_means_that_the_run_is_abandoned(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    abandoned = watch_controller(tmp_path, writer)
    assert not abandoned()
    os.close(reader)
    assert abandoned()
    os.close(writer)


def test_no_output_at_all_is_no_reason(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    assert not watch_controller(tmp_path, writer)()


def test_many_threads_may_ask_at_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    abandoned = watch_controller(tmp_path, writer)
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _number: abandoned(), range(4000)))
    assert answers == {False}
    os.close(writer)
    os.close(reader)
