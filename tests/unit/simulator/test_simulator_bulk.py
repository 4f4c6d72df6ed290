# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls over lists of devices: what is executed and what is named when some are bad."""

from __future__ import annotations

import pytest
from simulator import Simulator
from support.plain_client import Clients

A, B, C, D = "001565000001", "001565000002", "001565000003", "001565000004"
BOTH = pytest.mark.parametrize("vendor", ["yealink", "htek"])


def _bound(sim: Simulator, vendor: str) -> list[str]:
    return [device.mac for device in sim.world(vendor).devices("me")]


@BOTH
def test_all_good(sim: Simulator, client: Clients, vendor: str) -> None:
    rpc = client(vendor)
    assert rpc("registerDevices", [A, "00-15-65-00-00-02"], "main") == [True, "OK"]
    assert rpc("registerDevices", [C], "main", "0") == [True, "OK"]
    assert rpc("registerDevices", [A, B], "spare", "1") == [True, "OK"]
    assert sim.world(vendor).known_device(B).server == "spare"
    assert rpc("deRegisterDevices", [A, B]) == [True, "OK"]
    assert _bound(sim, vendor) == [C]


@BOTH
@pytest.mark.parametrize(
    ("mode", "executed", "named"),
    [("atomic", [], "x, y"), ("partial", [A], "x"), ("best_effort", [A, B], "x, y")],
)
def test_modes(sim: Simulator, client: Clients, vendor: str, mode: str, executed: list[str], named: str) -> None:
    sim.options.bulk_mode = mode
    rpc = client(vendor)
    assert rpc("registerDevices", [A, "x", B, "y"], "main") == [False, f"Error:Invalid MAC(s):{named}"]
    assert _bound(sim, vendor) == executed
    for mac in (A, B):
        sim.world(vendor).add_device(mac, account="me", server="main")
    assert rpc("deRegisterDevices", [A, "x", B, "y"]) == [False, f"Error:Invalid MAC(s):{named}"]
    assert [mac for mac in (A, B) if mac not in _bound(sim, vendor)] == executed


def test_refusals_of_both_vendors(sim: Simulator, client: Clients) -> None:
    for vendor in sim.vendors:
        sim.world(vendor).add_device(A, account="me", server="main")
        sim.world(vendor).add_device(B, account="other", server="theirs")
        sim.world(vendor).add_device(C, account="other", server="theirs")
    yealink, htek = client("yealink"), client("htek")
    assert yealink("registerDevices", [D, B, C], "main")[1].startswith(f"Error:{B}, {C}\nPlease check")
    assert htek("registerDevices", [D, B], "main")[1] == "Error:Are you sure you want to override MAC addresses"
    assert yealink("registerDevices", [D, A], "main")[1] == "Error:Are you sure you want to override MAC addresses."
    assert yealink("registerDevices", [D, A], "main", "0")[1] == "Error:MAC address(es) overriding failed"
    assert htek("registerDevices", [D, A], "main")[1] == f"Error:Existing MAC(s):{A}"
    sim.options.bulk_names = False
    assert yealink("registerDevices", [D, B], "main")[1].startswith("Error:Please check")
    assert htek("registerDevices", [D, A], "main")[1] == "Error:Existing MAC(s)"
    assert htek("registerDevice", A, "main")[1] == f"Error:Existing MAC(s):{A}"
    assert yealink("registerDevices", [A, B, D], "spare", "1")[1].startswith("Error:Please check")
    sim.options.take_over_allowed = True
    assert yealink("registerDevices", [A, B, D], "spare", "1") == [True, "OK"]


@BOTH
def test_repeated(sim: Simulator, client: Clients, vendor: str) -> None:
    rpc = client(vendor)
    both = ["00-15-65-00-00-0A", "00156500000a"]
    assert rpc("registerDevices", both, "main") == [False, "Error:Repeated MAC(s):00156500000a"]
    assert _bound(sim, vendor) == []
    sim.options.bulk_mode = "best_effort"
    assert rpc("registerDevices", both, "main") == [False, "Error:Repeated MAC(s):00156500000a"]
    assert _bound(sim, vendor) == ["00156500000a"]


@BOTH
def test_limits(sim: Simulator, client: Clients, vendor: str) -> None:
    sim.options.max_bulk = 1
    rpc = client(vendor)
    assert rpc("registerDevices", [A, B], "main") == [False, "Error:The number of MAC(s) is over the limit"]
    assert rpc("deRegisterDevices", [A, B]) == [False, "Error:The number of MAC(s) is over the limit"]
    assert rpc("registerDevices", [], "main")[0] is False
    assert rpc("registerDevices", [A], "nowhere") == [False, "Error:Invalid server"]
    assert _bound(sim, vendor) == []
