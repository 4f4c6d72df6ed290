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
from support.client import MemoryBench
from support.phones import OFFICE, OTHER_USER, mac, macs
from support.runs import lists, where

one_by_one = where(lambda vendor: not vendor.list_shows_devices)


@lists
def test_an_account_is_read_whole_by_mac(bench: MemoryBench) -> None:
    phones = macs(5, bench.vendor)
    for phone in reversed(phones):
        bench.place(phone, "office")
    reading = read_devices(bench.service(concurrency=4), None)
    url = OFFICE if bench.capabilities.reads_url else None
    assert [(one.mac, one.status, one.url) for one in reading.devices] == [(p, "registered", url) for p in phones]
    assert reading.unreadable == ()


def test_snom_cannot_list_an_account(snom: MemoryBench) -> None:
    with pytest.raises(AbsentCallError):
        read_devices(snom.service(), None)
    assert snom.sim.calls() == []


def test_devices_are_read_as_asked_each_once(bench: MemoryBench) -> None:
    phones = macs(3, bench.vendor)
    bench.place(phones[0], "office")
    bench.place(phones[1])
    asked = [phones[1], phones[2], phones[0], phones[1]]
    reading = read_devices(bench.service(), asked)
    found = [(one.mac, one.status) for one in reading.devices]
    assert found == [(phones[1], "unregistered"), (phones[2], "unknown"), (phones[0], "registered")]


def test_another_accounts_device_is_shown_if_the_service_shows_it(bench: MemoryBench) -> None:
    phone = mac(1, bench.vendor)
    bench.place(phone, "theirs", OTHER_USER)
    (device,) = read_devices(bench.service(), [phone]).devices
    status = "registered_elsewhere" if bench.capabilities.shows_foreign else "unknown"
    assert device == CurrentDevice(phone, status)


@one_by_one
@pytest.mark.parametrize("kind", ["http_503", "garbage", "hangs"])
def test_a_device_that_could_not_be_read_is_named_beside_those_that_were(bench: MemoryBench, kind: str) -> None:
    phones = macs(3, bench.vendor)
    bench.fail(kind, method=bench.call_for("read"), mac=phones[1])
    reading = read_devices(bench.service(retries=0), phones)
    assert [one.mac for one in reading.devices] == [phones[0], phones[2]]
    ((mac, why),) = reading.unreadable
    assert (mac, why.code, why.variant) == (phones[1], "unreadable", "info")


@one_by_one
@pytest.mark.parametrize(("kind", "error"), [("login_refused", LoginError)])
def test_what_ends_the_run_is_raised(bench: MemoryBench, kind: str, error: type[CallError]) -> None:
    bench.fail(kind)
    with pytest.raises((error, StoppedError)):
        read_devices(bench.service(retries=0), macs(3, bench.vendor))


@lists
def test_a_list_that_cannot_be_had_is_raised(bench: MemoryBench) -> None:
    bench.fail("garbage")
    with pytest.raises(CallError):
        read_devices(bench.service(retries=0), None)


# Styles.


@pytest.mark.parametrize("style", ["compact", "padded", "typed", "cdata"])
@pytest.mark.parametrize("error_style", ["error", "error_space", "error_none"])
@pytest.mark.parametrize("bench", ["yealink", "htek"], indirect=True)
def test_every_style_of_an_answer_is_read_alike(bench: MemoryBench, style: str, error_style: str) -> None:
    phones = macs(4, bench.vendor)
    bench.sim.options.update({"style": style, "error_style": error_style})
    assert read_devices(bench.service(), None).devices == ()
    bench.place(phones[0], "office")
    bench.place(phones[1])
    bench.place(phones[2], "theirs", OTHER_USER)
    service = bench.service()
    statuses = [service.read_device(phone).status for phone in phones]
    assert statuses == ["registered", "unregistered", "registered_elsewhere", "unknown"]
    assert service.list_account().macs == set(phones[:2])
    run = bench.run([bench.wants(phone) for phone in phones])
    assert [one.outcome for one in run.results][1:] == ["changed", "conflict", "changed"]


@pytest.mark.parametrize("notation", ["dash", "colon", "space", "bare"])
@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("bench", ["yealink", "htek", "panasonic"], indirect=True)
def test_listed_addresses_are_normalized(bench: MemoryBench, notation: str, upper: bool) -> None:
    bench.sim.options.mac_notation = notation
    bench.sim.options.mac_upper = upper
    phone = mac(0xAB, bench.vendor)
    bench.place(phone, "office")
    assert bench.service().list_account().macs == {phone}


@pytest.mark.parametrize("bench", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("text", ["No device(s) exists", "No devices found"])
def test_an_empty_account_is_an_empty_list(bench: MemoryBench, text: str) -> None:
    bench.sim.options.empty_text = text
    assert bench.service().list_account().macs == frozenset()


@pytest.mark.parametrize("bench", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("text", ["No devices", "no device(s) exists", "Database is down", "No device(s) exist"])
def test_no_other_text_is_an_empty_list(bench: MemoryBench, text: str) -> None:
    bench.sim.options.empty_text = text
    with pytest.raises(RefusedReadError):
        bench.service().list_account()


@pytest.mark.parametrize("bench", ["yealink", "htek"], indirect=True)
@pytest.mark.parametrize("case", ["document", "lower", "upper"])
@pytest.mark.parametrize("invalid", ["plural", "singular"])
def test_status_words_count_in_any_case(bench: MemoryBench, case: str, invalid: str) -> None:
    bench.sim.options.update({"status_case": case, "check_invalid": invalid})
    bench.place(mac(1, bench.vendor), "office")
    assert bench.service().read_device(mac(1, bench.vendor)).status == "registered"


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
@pytest.mark.parametrize("bench", ["yealink", "htek", "snom"], indirect=True)
def test_an_answer_of_another_shape_is_an_error(bench: MemoryBench, shape: str) -> None:
    bench.sim.faults.add(Fault("wrong_shape", shape=shape))
    with pytest.raises(BadAnswerError):
        bench.service(retries=0).read_device(mac(1, bench.vendor))


@where(lambda vendor: vendor.lists_account and not vendor.list_shows_devices)
def test_a_long_list_of_devices_is_read(bench: MemoryBench) -> None:
    bench.sim.options.style = "padded"
    phones = macs(3_000, bench.vendor)
    for phone in phones:
        bench.place(phone, "office")
    assert bench.service().list_account().macs == set(phones)


def test_compressed_answers_are_read(bench: MemoryBench) -> None:
    bench.sim.options.gzip = True
    bench.place(mac(1, bench.vendor), "office")
    assert bench.service().read_device(mac(1, bench.vendor)).status == "registered"
