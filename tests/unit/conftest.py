"""Make the simulator importable as `simulator`, for pytest and for `ansible-test units`; set up the property tests."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

settings.register_profile("steady", parent=settings(), deadline=None)  # a busy machine is not a failing test
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("steady")
