# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a phone is bound as declared: by its URL, and by its name where the service stores one."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice, DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile import binding
from ansible_collections.voip.rps.plugins.module_utils._reconcile.binding import (
    differs_in_name,
    is_bound_to,
    is_comparable,
    same_binding,
    shows_binding,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

MAC, URL, OTHER = "000413000001", "https://office.example.com/", "https://branch.example.com/"
UNNAMED = VENDORS["snom"]
NAMED = replace(UNNAMED, stores_name=True)


def current(url: str | None, name: str | None = None) -> CurrentDevice:
    return CurrentDevice(MAC, "registered", url, server=name)


def desired(url: str | None, name: str | None = "office") -> DesiredDevice:
    return DesiredDevice(MAC, server=name, server_url=url)


@pytest.mark.parametrize(
    ("found", "unnamed", "named"),
    [
        (current(URL, "office"), True, True),
        (current("HTTPS://Office.example.com", "office"), True, True),
        (current(URL, "branch"), True, False),
        (current(URL), True, False),
        (current(OTHER, "office"), False, False),
        (current(None, "office"), False, False),
    ],
)
def test_the_name_counts_where_the_service_stores_one(found: CurrentDevice, unnamed: bool, named: bool) -> None:
    for vendor, expected in ((UNNAMED, unnamed), (NAMED, named)):
        assert shows_binding(desired(URL), found, vendor) is expected
        assert is_bound_to(found, "office", URL, vendor) is expected


def test_what_cannot_be_compared_is_not_there() -> None:
    assert not is_comparable(desired(None), current(URL))
    assert not is_comparable(desired(URL), current(None))
    assert not shows_binding(desired(None), current(None), UNNAMED)
    assert is_comparable(desired(URL), current(OTHER))


def test_only_a_right_url_can_differ_in_its_name() -> None:
    assert differs_in_name(desired(URL), current(URL, "branch"), NAMED)
    assert not differs_in_name(desired(URL), current(URL, "branch"), UNNAMED)
    assert not differs_in_name(desired(URL), current(OTHER, "branch"), NAMED)
    assert not differs_in_name(desired(URL), current(URL, "office"), NAMED)


def test_two_readings_are_the_same_if_url_and_name_are() -> None:
    assert same_binding(current(URL, "office"), current("HTTPS://office.example.com", "office"))
    assert not same_binding(current(URL, "office"), current(URL, "branch"))
    assert not same_binding(current(URL), current(OTHER))
    assert same_binding(current(None), current(None))


def test_nothing_else_that_settles_a_write_compares_urls() -> None:
    folder = Path(str(binding.__file__)).parent
    users = {
        path.stem
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "same_url" for alias in node.names)
    }
    # Those of `plan` and `servers` are URLs of servers.
    assert users == {"binding", "plan", "servers"}
