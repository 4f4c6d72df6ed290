# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as one page for people: self-contained, without a script or a font from elsewhere.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from .data import Report
from .page import prepare_page

_TEMPLATES = files(__package__).joinpath("templates")


def render_html(report: Report) -> str:
    """The whole page. Its policy lets only its own script and style run, so that no text of the data ever can."""
    style, script = _read("drift.css"), _read("drift.js")
    template = _environment().get_template("drift.html.j2")
    return template.render(
        page=prepare_page(report),
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        policy="; ".join(
            (
                "default-src 'none'",
                f"script-src '{_hash(script)}'",
                f"style-src '{_hash(style)}'",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        keep_trailing_newline=True,
        loader=FunctionLoader(lambda name: (_read(name), name, lambda: True)),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


@lru_cache(maxsize=8)
def _read(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
