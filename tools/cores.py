# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of ansible-core that the collection supports: the one list that tools, workflows and pages follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Core:
    """A release of ansible-core. `pythons` are those that its controller is tested on here."""

    version: str
    pythons: tuple[str, ...]
    released: str
    ends: str  # the month in which its project ends its maintenance
    prerelease: bool = False

    @property
    def requirement(self) -> str:
        """What pip installs for it; with `--pre` for the newest pre-release."""
        return "ansible-core" if self.prerelease else f"ansible-core=={self.version}.*"


SUPPORTED = (
    Core("2.18", ("3.11",), "November 2024", "May 2026"),
    Core("2.19", ("3.11",), "July 2025", "November 2026"),
    Core("2.20", ("3.12", "3.13"), "November 2025", "May 2027"),
    Core("2.21", ("3.12", "3.13"), "May 2026", "November 2027"),
)
# The newest pre-release, whatever it is: where there is none, the newest release.
PRERELEASE = Core("pre", ("3.13",), "", "", prerelease=True)
OLDEST_TARGET = "3.9"  # the oldest Python that runs the modules
# What Enterprise Linux 9 has for that Python.
OLDEST_LIBRARIES = ("requests==2.25.1", "urllib3==1.26.5")
