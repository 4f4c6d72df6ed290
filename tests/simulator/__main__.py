# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point for both ``python -m simulator`` and ``python path/to/tests/simulator``."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Run by folder path: Python put the folder itself on the path, but the package needs its parent there.
    _here = Path(__file__).resolve().parent
    sys.path[:] = [str(_here.parent), *(entry for entry in sys.path if Path(entry).resolve() != _here)]

from simulator.core.cli import main
from simulator.server import Simulator

if __name__ == "__main__":
    sys.exit(main(Simulator))
