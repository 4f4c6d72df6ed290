# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as a parser reads it."""

from __future__ import annotations

import html.parser


class Page(html.parser.HTMLParser):
    """The elements of a page, the texts of its tables' rows, and where lines may break."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, list[str]] = {}
        self.text = ""
        self.closed: list[str] = []  # the tables within a closed <details>
        self._table = ""
        self._row: list[str] | None = None
        self._folded = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.elements.append((tag, values))
        if tag == "details":
            self._folded = "open" not in values
        if tag == "table":
            self._table = str(values.get("id") or values.get("class"))
            self.rows[self._table] = []
            if self._folded:
                self.closed.append(self._table)
        if tag == "tr":
            self._row = []
        if tag == "wbr":
            self.handle_data("|")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._folded = False
        if tag == "tr" and self._row is not None:
            self.rows[self._table].append(" ".join(self._row))
            self._row = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._row is not None and data.strip():
            self._row.append(data)
