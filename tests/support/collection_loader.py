# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own way to import collections, which its plugins and templates rely on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig


def load() -> None:
    """Set it up before anything of the collection is imported. ansible-test has done so already."""
    if AnsibleCollectionConfig.collection_finder is None:
        found = importlib.util.find_spec("ansible_collections")
        places = found.submodule_search_locations if found is not None else None
        init_plugin_loader([str(Path(place).parent) for place in places or ()])
