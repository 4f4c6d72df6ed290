# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JSON: a line for each phone, so that two reports can be compared line by line. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import json

from .data import Report


def render_json(report: Report) -> str:
    """ASCII only, so that a terminal or a page that shows the file acts on none of its texts."""
    parts: list[str] = []
    for key, value in report.items():
        if key == "phones" and isinstance(value, list) and value:
            text = "[\n" + ",\n".join("    " + json.dumps(phone) for phone in value) + "\n  ]"
        else:
            text = json.dumps(value, indent=2).replace("\n", "\n  ")
        parts.append(f"  {json.dumps(key)}: {text}")
    # Nothing in it can end a script element either, if a user pastes it into a page.
    return ("{\n" + ",\n".join(parts) + "\n}\n").replace("<", "\\u003c")
