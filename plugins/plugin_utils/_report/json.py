# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JSON: a line for each phone, so that two reports can be compared line by line. Pure."""

from __future__ import annotations

import json
from typing import Any


def render_json(data: dict[str, Any]) -> str:
    """ASCII only: whatever stands in a text, a terminal or a page that shows the file acts on nothing of it."""
    parts: list[str] = []
    for key, value in data.items():
        if key == "phones" and value:
            text = "[\n" + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]"
        else:
            text = json.dumps(value, indent=2).replace("\n", "\n  ")
        parts.append(f"  {json.dumps(key)}: {text}")
    # Nothing in it can end a script element either, should somebody paste it into a page.
    return ("{\n" + ",\n".join(parts) + "\n}\n").replace("<", "\\u003c")
