# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services: every module of this folder without an underscore before its name is one, as its `DIALECT`."""

from __future__ import annotations

import importlib
import pkgutil

from ..core.dialect import Dialect


def _load() -> dict[str, Dialect]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    loaded = [importlib.import_module(f"{__name__}.{name}").DIALECT for name in names]
    return {dialect.name: dialect for dialect in loaded}


DIALECTS: dict[str, Dialect] = _load()
