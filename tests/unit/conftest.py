# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the simulator importable as `simulator`, for pytest and for `ansible-test units`; set up the property tests."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import collection_loader

collection_loader.load()

# A busy machine is not a failing test, and what fails here fails everywhere: `make fuzz` looks for new examples.
settings.register_profile(
    "steady", parent=settings(), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("steady")
