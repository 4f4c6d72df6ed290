# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage the collection where Ansible looks for it: `<build>/ansible_collections/voip/rps`.

ansible-test refuses a symlink there, so the files are copied. Files that git does not know yet are
copied too, so that work in progress is what gets tested. Only what differs is copied.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build"
PACKAGE = Path("ansible_collections/voip/rps")
TREE = BUILD / PACKAGE

# Not ours to delete from the staged tree: ansible-test's results, and the repository that makes it a work tree.
KEPT = ("tests/output", ".git/")

# Settings of the user's that would change what the tools do.
FOREIGN = ("ANSIBLE_", "GALAXY_IMPORTER_", "GIT_", "MOLECULE_", "MYPY", "PYTEST_", "PYTHON", "RPS_", "XDG_")

# ansible-test makes an environment without pip for some of its tests and would download a script to bootstrap it,
# under a name that depends on its version. This one takes the pip that is here already.
GET_PIP_NAMES = ("get_pip_24_2.py", "get_pip_25_2.py")
GET_PIP = '''\
"""Give the environment that runs this the pip of {source}."""
import pathlib, sysconfig
target = pathlib.Path(sysconfig.get_path("purelib"), "pip")
if not target.exists():
    target.symlink_to({source!r})
'''


def stage(root: Path = ROOT, tree: Path = TREE) -> Path:
    """Make `tree` hold exactly the files of `root` that git tracks or would offer to track; return `tree`."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in listing.split("\0") if name and os.path.lexists(root / name)}
    tree.mkdir(parents=True, exist_ok=True)
    with (tree.parent / ".lock").open("w") as lock:  # two runs at once would trip over each other
        fcntl.flock(lock, fcntl.LOCK_EX)
        _prune(tree, wanted)
        for name in sorted(wanted):
            _copy(root / name, tree / name)
        if not (tree / ".git").exists():  # else the tools ask the repository around the tree, which ignores all of it
            subprocess.run(["git", "-C", str(tree), "init", "--quiet", "--initial-branch=main"], check=True)
    return tree


def _prune(tree: Path, wanted: set[str]) -> None:
    for path in sorted(tree.rglob("*"), reverse=True):  # a folder comes after what is in it
        name = path.relative_to(tree).as_posix()
        if "__pycache__" in path.parts or name.startswith(KEPT):
            continue
        if path.is_symlink() or not path.is_dir():
            if name not in wanted:
                path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def _copy(source: Path, target: Path) -> None:
    if os.path.lexists(target):
        here, there = source.lstat(), target.lstat()
        if (here.st_mode, here.st_size, here.st_mtime_ns) == (there.st_mode, there.st_size, there.st_mtime_ns):
            return
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def environment(venv: Path, build: Path = BUILD) -> dict[str, str]:
    """Return the environment in which every tool runs: nothing of the user's own Ansible helps or harms."""
    home = build / "home"
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    pip = next(venv.glob("lib/python*/site-packages/pip"))
    for name in GET_PIP_NAMES:
        (cache / name).write_text(GET_PIP.format(source=str(pip)), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return env | {
        "ANSIBLE_COLLECTIONS_PATH": str(build),
        "ANSIBLE_NOCOWS": "1",
        "HOME": str(home),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(build / "hypothesis"),
        "LC_ALL": "C.UTF-8",
        "MYPY_CACHE_DIR": str(build / "mypy"),
        "NO_COLOR": "1",
        "PATH": os.pathsep.join([str(venv / "bin"), *search_path()]),
        "PYTHONUNBUFFERED": "1",
        "RUFF_CACHE_DIR": str(build / "ruff"),
        "VIRTUAL_ENV": str(venv),
    }


def search_path() -> list[str]:
    """Return the entries of PATH with the interpreters that pyenv has, in place of its shims.

    The shims answer to every version of Python and then refuse most of them, which ends ansible-test.
    """
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    shims = [Path(entry) for entry in entries if Path(entry).name == "shims"]
    interpreters = [str(found.parent) for shim in shims for found in shim.parent.glob("versions/3.*/bin/python3")]
    return [entry for entry in entries if Path(entry).name != "shims"] + sorted(interpreters)


if __name__ == "__main__":
    print(stage())
