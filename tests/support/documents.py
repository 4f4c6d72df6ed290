# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples that vendors print in their documents; tests/unit/fixtures/documents/README.md says what an entry has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).resolve().parents[1] / "unit/fixtures/documents"
SAMPLES: list[dict[str, Any]] = json.loads((DOCUMENTS / "manifest.json").read_text(encoding="utf-8"))


def sections(vendor: str) -> dict[tuple[str, int], str]:
    """By method and number of parameters, the section of the vendor's document that has the call.

    The sample of a request is in a subsection of it.
    """
    found = {}
    for sample in SAMPLES:
        if sample["vendor"] == vendor and sample["kind"] == "request":
            count = int(sample["call"].rpartition("/")[2])
            found[sample["method"], count] = sample["section"].rpartition(".")[0]
    return found
