# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every service is in every place that names services, and in the registry."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.voip.rps.plugins.module_utils._vendors import registry
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import service_class
from simulator import DIALECTS
from support.vendor_places import PLACES, missing

FOLDER = Path(registry.__file__).parent


@pytest.mark.parametrize("name", VENDORS)
def test_every_place_that_names_services_names_this_one(name: str) -> None:
    assert missing(VENDORS[name]) == []


def test_a_service_that_is_nowhere_is_missed_in_every_place() -> None:
    nowhere = replace(VENDORS["htek"], name="nowhere", title="Nowhere Phones")
    found = missing(nowhere)
    assert len(found) == len(PLACES)
    assert found[0] == "plugins/doc_fragments/connection.py lacks nowhere among the choices of vendor."
    assert all("{" not in sentence for sentence in found)


def test_every_module_of_a_service_is_in_the_registry() -> None:
    """A module that is not imported there is not shipped to hosts either."""
    modules = set()
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Assign) else []
            if names == ["capabilities"]:
                modules.add(path.stem)
    assert modules == {service.__module__.rpartition(".")[2] for service in map(service_class, VENDORS)} == set(VENDORS)


NEUTRAL = [
    *(FOLDER.parent / "_reconcile").glob("*.py"),
    *FOLDER.parent.glob("*.py"),
    *(FOLDER / name for name in ("base.py", "parts.py", "pair_answers.py", "xmlrpc_service.py")),
    *(FOLDER.parents[1] / "plugin_utils").rglob("*.py"),
]


@pytest.mark.parametrize("path", NEUTRAL, ids=lambda path: path.stem)
def test_no_code_but_its_own_knows_a_service_by_its_name(path: Path) -> None:
    code = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    names = "|".join({text for vendor in VENDORS.values() for text in (vendor.name, vendor.title)})
    assert re.findall(rf"\b(?:{names})\b", code) == []


def test_the_simulator_has_the_same_services() -> None:
    assert set(DIALECTS) == set(VENDORS)
