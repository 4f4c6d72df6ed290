"""Make the simulator importable as `simulator`, for pytest and for `ansible-test units`; set up the property tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Ansible's own way to import collections, which its plugins and templates rely on. ansible-test has set it up already.
if AnsibleCollectionConfig.collection_finder is None:
    found = importlib.util.find_spec("ansible_collections")
    places = found.submodule_search_locations if found is not None else None
    init_plugin_loader([str(Path(place).parent) for place in places or ()])

# A busy machine is not a failing test, and what fails here fails everywhere: `make fuzz` looks for new examples.
settings.register_profile(
    "steady", parent=settings(), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("steady")
