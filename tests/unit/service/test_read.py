# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading devices only to know them, and every style in which the services write their answers."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    CallError,
    LoginError,
    RefusedReadError,
    StoppedError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice
from ansible_collections.voip.rps.plugins.module_utils._reconcile.read import read_devices
from simulator import Fault
from support.client import ServiceEnv
from support.phones import OFFICE, OTHER_USER, mac, macs
from support.runs import lists, where

one_by_one = where(lambda vendor: not vendor.list_shows_devices)


@lists
def test_an_account_is_read_whole_by_mac(env: ServiceEnv) -> None:
    phones = macs(5, env.vendor)
    for phone in reversed(phones):
        env.place(phone, "office")
    reading = read_devices(env.service(concurrency=4), None)
    url = OFFICE if env.capabilities.reads_url else None
    assert [(one.mac, one.status, one.url) for one in reading.devices] == [(p, "registered", url) for p in phones]
    assert reading.unreadable == ()


def test_snom_cannot_list_an_account(snom: ServiceEnv) -> None:
    with pytest.raises(AbsentCallError):
        read_devices(snom.service(), None)
    assert snom.sim.calls() == []


def test_devices_are_read_as_asked_each_once(env: ServiceEnv) -> None:
    phones = macs(3, env.vendor)
    env.place(phones[0], "office")
    env.place(phones[1])
    asked = [phones[1], phones[2], phones[0], phones[1]]
    reading = read_devices(env.service(), asked)
    found = [(one.mac, one.status) for one in reading.devices]
    assert found == [(phones[1], "unregistered"), (phones[2], "unknown"), (phones[0], "registered")]


def test_another_accounts_device_is_shown_if_the_service_shows_it(env: ServiceEnv) -> None:
    phone = mac(1, env.vendor)
    env.place(phone, "theirs", OTHER_USER)
    (device,) = read_devices(env.service(), [phone]).devices
    status = "registered_elsewhere" if env.capabilities.shows_foreign else "unknown"
    assert device == CurrentDevice(phone, status)


@one_by_one
@pytest.mark.parametrize("kind", ["http_503", "garbage", "hangs"])
def test_a_device_that_could_not_be_read_is_named_beside_those_that_were(env: ServiceEnv, kind: str) -> None:
    phones = macs(3, env.vendor)
    env.fail(kind, method=env.call_for("read"), mac=phones[1])
    reading = read_devices(env.service(retries=0), phones)
    assert [one.mac for one in reading.devices] == [phones[0], phones[2]]
    ((mac, why),) = reading.unreadable
    assert (mac, why.code, why.variant) == (phones[1], "unreadable", "info")


@one_by_one
@pytest.mark.parametrize(("kind", "error"), [("login_refused", LoginError)])
def test_what_ends_the_run_is_raised(env: ServiceEnv, kind: str, error: type[CallError]) -> None:
    env.fail(kind)
    with pytest.raises((error, StoppedError)):
        read_devices(env.service(retries=0), macs(3, env.vendor))


@lists
def test_a_list_that_cannot_be_had_is_raised(env: ServiceEnv) -> None:
    env.fail("garbage")
    with pytest.raises(CallError):
        read_devices(env.service(retries=0), None)


# Styles.


@pytest.mark.parametrize("style", ["compact", "padded", "typed", "cdata"])
@pytest.mark.parametrize("error_style", ["error", "error_space", "error_none"])
@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
def test_every_style_of_an_answer_is_read_alike(env: ServiceEnv, style: str, error_style: str) -> None:
    phones = macs(4, env.vendor)
    env.sim.options.update({"style": style, "error_style": error_style})
    assert read_devices(env.service(), None).devices == ()
    env.place(phones[0], "office")
    env.place(phones[1])
    env.place(phones[2], "theirs", OTHER_USER)
    service = env.service()
    statuses = [service.read_device(phone).status for phone in phones]
    assert statuses == ["registered", "unregistered", "registered_elsewhere", "unknown"]
    assert service.list_account().macs == set(phones[:2])
    run = env.run([env.wants(phone) for phone in phones])
    assert [one.outcome for one in run.results][1:] == ["changed", "conflict", "changed"]


@pytest.mark.parametrize("notation", ["dash", "colon", "space", "bare"])
@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("env", ["yealink", "htek", "panasonic"], indirect=True)
def test_listed_addresses_are_normalized(env: ServiceEnv, notation: str, upper: bool) -> None:
    env.sim.options.mac_notation = notation
    env.sim.options.mac_upper = upper
    phone = mac(0xAB, env.vendor)
    env.place(phone, "office")
    assert env.service().list_account().macs == {phone}


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("text", ["No device(s) exists", "No devices found"])
def test_an_empty_account_is_an_empty_list(env: ServiceEnv, text: str) -> None:
    env.sim.options.empty_text = text
    assert env.service().list_account().macs == frozenset()


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("text", ["No devices", "no device(s) exists", "Database is down", "No device(s) exist"])
def test_no_other_text_is_an_empty_list(env: ServiceEnv, text: str) -> None:
    env.sim.options.empty_text = text
    with pytest.raises(RefusedReadError):
        env.service().list_account()


@pytest.mark.parametrize("env", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("case", ["document", "lower", "upper"])
@pytest.mark.parametrize("invalid", ["plural", "singular"])
def test_status_words_count_in_any_case(env: ServiceEnv, case: str, invalid: str) -> None:
    env.sim.options.update({"status_case": case, "check_invalid": invalid})
    env.place(mac(1, env.vendor), "office")
    assert env.service().read_device(mac(1, env.vendor)).status == "registered"


@pytest.mark.parametrize(
    "shape",
    [
        "string",
        "boolean",
        "one",
        "int_first",
        "text_first",
        "boolean_second",
        "four",
        "empty_array",
        "struct",
        "nested",
    ],
)
@pytest.mark.parametrize("env", ["yealink", "htek", "snom"], indirect=True)
def test_an_answer_of_another_shape_is_an_error(env: ServiceEnv, shape: str) -> None:
    env.sim.faults.add(Fault("wrong_shape", shape=shape))
    with pytest.raises(BadAnswerError):
        env.service(retries=0).read_device(mac(1, env.vendor))


@where(lambda vendor: vendor.lists_account and not vendor.list_shows_devices)
def test_a_long_list_of_devices_is_read(env: ServiceEnv) -> None:
    env.sim.options.style = "padded"
    phones = macs(3_000, env.vendor)
    for phone in phones:
        env.place(phone, "office")
    assert env.service().list_account().macs == set(phones)


def test_compressed_answers_are_read(env: ServiceEnv) -> None:
    env.sim.options.gzip = True
    env.place(mac(1, env.vendor), "office")
    assert env.service().read_device(mac(1, env.vendor)).status == "registered"
