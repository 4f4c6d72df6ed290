# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any account, any fleet: check mode predicts the run, a second run is silent, the end is what was declared."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pytest
from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, DeviceResult
from ansible_collections.voip.rps.plugins.module_utils._reconcile.results import RunResult
from ansible_collections.voip.rps.plugins.module_utils._urls import same_url
from ansible_collections.voip.rps.plugins.module_utils._validation import parse_limit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import ServiceEnv
from support.oracles import problems, quiet, reached
from support.phones import OTHER_USER, SERVERS, USER, WRONG, macs, own_url
from support.scenarios import SERVICES, Service

COUNT = 8
ALL = parse_limit("100%")
SWITCHES: dict[str, list[Any]] = {
    "style": ["compact", "padded", "typed", "cdata"],
    "error_style": ["error", "error_space", "error_none"],
    "mac_notation": ["dash", "colon", "bare"],
    "list_unregistered": [True, False],
    "bulk_mode": ["atomic", "partial", "best_effort"],
    "bulk_names": [True, False],
    "register_unregistered": ["refuse", "bind"],
    "take_over_allowed": [True, False],
    "edit_clears_unique_url": [True],
}


class Drawn(NamedTuple):
    """An account, a fleet, how the run is made, and the service's ways."""

    before: dict[str, dict[str, Any]]
    desired: tuple[DesiredDevice, ...]
    options: dict[str, Any]
    switches: dict[str, Any]


@cache
def env_of(service: Service) -> ServiceEnv:
    return service.env()


@st.composite
def cases(draw: st.DrawFn, service: Service, right: bool) -> Drawn:
    """``right``: every declared URL is the one that the server has."""
    env, vendor = env_of(service), service.capabilities
    own = [None, None, own_url(1), own_url(2)] if vendor.unique_urls else [None]
    servers = st.sampled_from(sorted(SERVERS))
    before: dict[str, dict[str, Any]] = {}
    desired: list[DesiredDevice] = []
    for phone in macs(COUNT, service.vendor):
        kind = draw(st.sampled_from(["unknown", "unbound", "mine", "mine", "theirs"]))
        if kind == "unbound":
            before[phone] = {}
        elif kind == "mine":
            before[phone] = {"server": draw(servers), "url": draw(st.sampled_from(own))}
        elif kind == "theirs":
            before[phone] = {"server": "theirs", "owner": OTHER_USER}
        state = draw(st.sampled_from(["present", "present", "present", "absent", None]))
        if state == "absent":
            desired.append(DesiredDevice(phone, "absent"))
        elif state == "present":
            server = draw(servers)
            urls = [SERVERS[server]] if right or vendor.binds_to == "url" else [SERVERS[server], WRONG]
            if vendor.binds_to == "server":
                urls.append("")
            desired.append(
                env.wants(
                    phone,
                    server,
                    server_url=draw(st.sampled_from(urls)) or None,
                    unique_url=draw(st.sampled_from(own)),
                    override=vendor.override and draw(st.booleans()),
                    force=draw(st.booleans()),
                )
            )
    bulk = draw(st.sampled_from([True, True, False]))
    purge = bulk and vendor.lists_account and draw(st.booleans()) and bool(desired)
    options = {"bulk": bulk, "batch_size": draw(st.integers(1, 5)), "purge": purge, "purge_limit": ALL}
    known = {switch.name for switch in env.sim.options.switches(service.vendor)}
    switches = {name: draw(st.sampled_from(values)) for name, values in SWITCHES.items() if name in known}
    return Drawn(before, tuple(draw(st.permutations(desired))), options, switches)


def whole(device: DesiredDevice) -> DesiredDevice:
    """A declaration with the URL that its server really has, for whoever looks at the end from outside."""
    return replace(device, server_url=device.url or SERVERS.get(device.server or ""))


def load(service: Service, drawn: Drawn) -> ServiceEnv:
    env = env_of(service)
    env.clear()
    env.sim.options.update(drawn.switches)
    for phone, state in drawn.before.items():
        env.place(phone, serial="01", **state)
    return env


def check(env: ServiceEnv, drawn: Drawn) -> RunResult:
    env.sim.options.read_only = True
    run = env.run(drawn.desired, check_mode=True, **drawn.options)
    env.sim.options.read_only = False
    env.sim.assert_clean()
    return run


def surprises(env: ServiceEnv, check: DeviceResult, run: DeviceResult) -> list[str]:
    """In which ways a run differs from what check mode has predicted."""
    found = [] if check.change == run.change else ["another change"]
    foreign = not env.capabilities.shows_foreign and run.outcome == "conflict"
    refused = check.change.action == "take_over" and run.outcome == "failed"
    absent = run.reason is not None and run.reason.code == "call_absent"
    if foreign or refused or absent:  # nobody could foresee it
        return found
    if check.change.forced:  # the contract's exception
        return found + ([] if (check.outcome, check.verified) == ("would_change", False) else ["forced otherwise"])
    if run.outcome != ("changed" if check.outcome == "would_change" else check.outcome):
        found.append(f"{check.outcome} became {run.outcome}")
    if (run.changed, run.failed) != (check.changed, check.failed):
        found.append("changed or failed differ")
    seen, predicted = run.after, check.after
    if (seen is None) != (predicted is None) or (seen and predicted and seen.status != predicted.status):
        found.append("another status")
    if seen and predicted and predicted.url is not None and not same_url(seen.url, predicted.url):
        found.append("another URL")
    return found


def misplaced(env: ServiceEnv, drawn: Drawn, before: dict[str, Any], run: RunResult) -> list[str]:
    """Phones that ended otherwise than declared, without a result that says so."""
    state, found = env.state(), []
    for one in run.results:
        kept = (one.outcome in ("unverifiable", "conflict") and not one.change.forced) or one.outcome == "failed"
        desired = one.change.desired
        expected = desired.url or SERVERS.get(desired.server or "")
        if kept and state.get(one.mac) != before.get(one.mac):
            found.append(f"{one.mac} was touched")
        if not kept and desired.state == "absent" and state.get(one.mac, (OTHER_USER,))[0] != OTHER_USER:
            found.append(f"{one.mac} is still there")
        if not kept and desired.state == "present" and state.get(one.mac) != (USER, expected):
            found.append(f"{one.mac} is at {state.get(one.mac)}")
    declared = {one.mac for one in run.results}
    found.extend(
        f"{mac} was touched"
        for mac in set(before) | set(state)
        if mac not in declared and before.get(mac) != state.get(mac)
    )
    return found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.title)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_check_mode_predicts_the_run_and_the_end_is_what_was_declared(service: Service, data: Any) -> None:
    drawn = data.draw(cases(service, True))
    env = load(service, drawn)
    before, history = env.state(), len(env.world.history())
    predicted = check(env, drawn)
    assert env.state() == before
    run = env.run(drawn.desired, **drawn.options)
    assert problems(env, [whole(one.change.desired) for one in run.results], run, history) == []
    assert run.plan == predicted.plan
    pairs = zip(predicted.results, run.results, strict=True)
    assert [text for pair in pairs for text in surprises(env, *pair)] == []
    assert misplaced(env, drawn, before, run) == []
    again = env.run(quiet(drawn.desired), **drawn.options)
    assert not any(one.changed for one in again.results)
    assert [call.method for call in env.sim.writes() if call.executed and call.ok is not False] == []


@pytest.mark.parametrize(
    "service", [one for one in SERVICES if one.capabilities.binds_to == "server"], ids=lambda one: one.title
)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wrong_urls_make_no_false_outcome_and_touch_nothing_undeclared(service: Service, data: Any) -> None:
    drawn = data.draw(cases(service, False))
    env = load(service, drawn)
    before = env.state()
    run = env.run(drawn.desired, **drawn.options)
    declared = {one.mac for one in run.results}
    state = env.state()
    assert {mac: place for mac, place in state.items() if mac not in declared} == {
        mac: place for mac, place in before.items() if mac not in declared
    }
    assert [one for one in run.results if one.verified and not reached(env, one.change.desired)] == []
    skipped = [one.mac for one in run.results if one.outcome == "not_attempted"]
    assert [mac for mac in skipped if state.get(mac) != before.get(mac)] == []
