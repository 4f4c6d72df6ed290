# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox"]
# ///

"""Sessions for people who know nox: `nox -l` lists them. `make` needs no nox and runs the same checks.

antsibull-nox.toml configures the sessions that antsibull-nox brings: lint, documentation, licenses, the import into
Galaxy, execution environments. Those below call `tools/check.py` and `tools/matrix.py`, which have the rest.

Where only package registries are reachable, `ee-check` cannot run: it needs a container engine and an image. The other
sessions can, with ansible-core in PATH (.venv/bin has it). The sessions of antsibull-nox for ansible-test are left
out: they fetch ansible-core from a Git host. `nox -s matrix` tests the same versions with ansible-core from PyPI.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

try:
    import antsibull_nox
except ImportError:
    sys.exit("Install antsibull-nox into the environment of nox.")

ROOT = Path(__file__).resolve().parent
PYTHON = ROOT / ".venv/bin/python"

antsibull_nox.load_antsibull_nox_toml()


def environment(session: nox.Session) -> None:
    """Make .venv, or bring it up to date: the tools run from there, as they do for make."""
    session.run("make", "venv", external=True, silent=True)


@nox.session(python=False, default=False)
def check(session: nox.Session) -> None:
    """Run every check, or some: nox -s check -- unit sanity."""
    environment(session)
    session.run(str(PYTHON), "tools/check.py", *session.posargs, external=True)


@nox.session(python=False, default=False)
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity."""
    environment(session)
    session.run(str(PYTHON), "tools/check.py", "sanity", external=True)


@nox.session(python=False, default=False)
def units(session: nox.Session) -> None:
    """Run the unit tests with branch coverage."""
    environment(session)
    session.run(str(PYTHON), "tools/check.py", "unit", external=True)


@nox.session(python=False, default=False)
def integration(session: nox.Session) -> None:
    """Run ansible-test integration."""
    environment(session)
    session.run(str(PYTHON), "tools/check.py", "integration", external=True)


@nox.session(python=False, default=False)
def matrix(session: nox.Session) -> None:
    """Run the checks on every supported ansible-core, or on some: nox -s matrix -- 2.18 pre."""
    environment(session)
    session.run(str(PYTHON), "tools/matrix.py", *session.posargs, external=True)


if __name__ == "__main__":
    nox.main()
