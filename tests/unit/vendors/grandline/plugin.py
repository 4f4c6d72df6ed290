# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest that adds Grandline to the services before any test is collected, as one more entry of each list.

``python -m pytest -p unit.vendors.grandline.plugin`` runs the tests over all services with it.
"""

from __future__ import annotations

from support import collection_loader

collection_loader.load()

from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS  # noqa: E402
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import SERVICES  # noqa: E402
from simulator import DIALECTS  # noqa: E402

from .dialect import DIALECT  # noqa: E402
from .service import GrandlineService  # noqa: E402

SERVICES["grandline"] = lambda: GrandlineService
VENDORS["grandline"] = GrandlineService.capabilities
DIALECTS["grandline"] = DIALECT
