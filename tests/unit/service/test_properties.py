# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any account, any fleet: check mode predicts the run, a second run is silent, the end is what was declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulator import Simulator

SERVERS = {"office": "https://office.example.com/", "branch": "https://branch.example.com/"}
UNIQUE = ["https://one.example.com/t0ken", "https://two.example.com/t0ken"]
MACS = [f"00156500000{number:x}" for number in range(10)]
READS = {"listDevices", "checkDevice", "checkDeviceExt"}


@st.composite
def cases(draw: st.DrawFn, vendor: str, right: bool) -> dict[str, Any]:
    """An account, a fleet and the service's ways; ``right``: every declared URL is the one that the server has."""
    unique = [None, None, *UNIQUE] if vendor == "yealink" else [None]
    found: dict[str, dict[str, Any]] = {}
    declared: list[DesiredDevice] = []
    for mac in MACS:
        kind = draw(st.sampled_from(["unknown", "unbound", "mine", "mine", "theirs"]))
        if kind == "unbound":
            found[mac] = {"account": "me"}
        elif kind == "mine":
            own = {"server": draw(st.sampled_from(sorted(SERVERS))), "unique_url": draw(st.sampled_from(unique))}
            found[mac] = {"account": "me", **own}
        elif kind == "theirs":
            found[mac] = {"account": "other", "server": "theirs"}
        state = draw(st.sampled_from(["present", "present", "present", "absent", None]))
        if state == "absent":
            declared.append(DesiredDevice(mac, "absent"))
        elif state == "present":
            server = draw(st.sampled_from(sorted(SERVERS)))
            url = SERVERS[server]
            urls = [url, url, None] if right else [url, None, "https://wrong.example.com/"]
            declared.append(
                DesiredDevice(
                    mac,
                    server=server,
                    server_url=draw(st.sampled_from(urls)),
                    unique_url=draw(st.sampled_from(unique)),
                    override=draw(st.booleans()),
                    force=draw(st.booleans()),
                )
            )
    return {
        "found": found,
        "declared": draw(st.permutations(declared)),
        "purge": draw(st.booleans()) and bool(declared),
        "bulk": draw(st.sampled_from([True, True, False])),
        "batch_size": draw(st.integers(1, 5)),
        "options": {
            "style": draw(st.sampled_from(["compact", "padded", "typed", "cdata"])),
            "error_style": draw(st.sampled_from(["error", "error_space", "error_none"])),
            "mac_notation": draw(st.sampled_from(["dash", "colon", "bare"])),
            "list_unregistered": draw(st.booleans()),
            "bulk_mode": draw(st.sampled_from(["atomic", "partial", "best_effort"])),
            "bulk_names": draw(st.booleans()),
            "register_unregistered": draw(st.sampled_from(["refuse", "bind"])),
        },
    }


@pytest.fixture(scope="module")
def shared() -> Iterator[Any]:
    with Simulator() as sim:
        yield sim


class Case:
    """One drawn case, set up in the simulator."""

    def __init__(self, bench: Any, case: dict[str, Any]) -> None:
        self.bench, self.case = bench, case
        bench.sim.load({"reset": True, "options": {**case["options"], "read_only": False}})
        bench.sim.add_account(bench.vendor, "me", "s3cret-Pass-w0rd")
        bench.sim.add_account(bench.vendor, "other", "theirs")
        for name, url in SERVERS.items():
            bench.world.add_server("me", name, url)
        bench.world.add_server("other", "theirs", "https://theirs.example.net/")
        for mac, state in case["found"].items():
            bench.world.add_device(mac, **state)
        self.before = bench.state()

    def run(self, check_mode: bool = False) -> Any:
        self.bench.sim.options.read_only = check_mode
        purge = {"purge": self.case["purge"] and self.case["bulk"], "purge_limit": parse_limit("100%")}
        options = {"bulk": self.case["bulk"], "batch_size": self.case["batch_size"], **purge}
        report = self.bench.run(self.case["declared"], check_mode=check_mode, **options)
        self.bench.sim.assert_clean()
        return report


def _as_predicted(check: Any, run: Any) -> None:
    assert run.step.action == check.step.action
    if check.step.forced:  # the contract's exception
        assert (check.outcome, check.verified) == ("would_change", False)
        return
    assert run.outcome == ("changed" if check.outcome == "would_change" else check.outcome)
    assert (run.changed, run.failed) == (check.changed, check.failed)
    assert run.after.status == check.after.status
    if check.after.url is not None:
        assert run.after.url.lower() == check.after.url.lower()


def _as_declared(case: Case, report: Any) -> None:
    state = case.bench.state()
    for result in report.results:
        declared, before = result.step.declared, case.before.get(result.mac)
        after = state.get(result.mac)
        if declared.state == "absent":
            assert after is None or after[0] == "other"
        elif result.outcome in ("unverifiable", "conflict") and not result.step.forced:
            assert after == before
        else:
            assert after == ("me", declared.unique_url or SERVERS[declared.server])


@pytest.mark.parametrize("vendor", ["yealink", "htek"])
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_check_mode_predicts_the_run_and_the_end_is_what_was_declared(
    shared: Any, verify_write: Any, make_bench: Any, vendor: str, data: Any
) -> None:
    case = Case(make_bench(shared, vendor), data.draw(cases(vendor, True)))
    check = case.run(check_mode=True)
    assert {call.method for call in shared.calls()} <= READS
    assert case.bench.state() == case.before
    report = case.run()
    verify_write.no_blind_repetition(case.bench)
    verify_write.true_outcomes(case.bench, report)
    verify_write.no_wrong_binding(case.bench, [result.step.declared for result in report.results], case.before)
    assert report.plan.digest == check.plan.digest
    for one, other in zip(check.results, report.results, strict=True):
        _as_predicted(one, other)
    _as_declared(case, report)
    again = case.run()
    forced = {result.mac for result in again.results if result.step.forced}
    assert {call.params[0] for call in shared.writes()} <= forced
    assert not any(result.changed for result in again.results if result.mac not in forced)


@pytest.mark.parametrize("vendor", ["yealink", "htek"])
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wrong_urls_make_no_false_outcome_and_touch_nothing_undeclared(
    shared: Any, verify_write: Any, make_bench: Any, vendor: str, data: Any
) -> None:
    case = Case(make_bench(shared, vendor), data.draw(cases(vendor, False)))
    report = case.run()
    verify_write.no_blind_repetition(case.bench)
    verify_write.no_wrong_binding(case.bench, [result.step.declared for result in report.results], case.before)
    for result in report.results:
        wanted = result.step.declared.unique_url or result.step.declared.server_url
        if result.verified and result.step.declared.state == "present":
            assert case.bench.world.url(result.mac) == wanted
        if result.outcome == "not_attempted":
            assert case.bench.state().get(result.mac) == case.before.get(result.mac)
