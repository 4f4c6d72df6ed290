# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Panasonic: every call with every documented answer, refusals by fault, dates, and answers that make no sense."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import NO_SUCH_METHOD
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    FaultError,
    RefusedReadError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import (
    ACTIONS,
    BIND,
    DEREGISTER,
    ELSEWHERE,
    MOVE,
    REGISTER,
    REGISTERED,
    UNKNOWN_STATUS,
    UNREGISTERED,
    CurrentDevice,
    Refusal,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors import base
from ansible_collections.voip.rps.plugins.module_utils._vendors.panasonic import PanasonicService
from unit.vendors.scripted import (
    PASSWORD,
    Lost,
    Reply,
    change,
    fault,
    scripted,
    value,
)

MAC, SECOND = "0080f000000a", "0080f000000b"
SENT = "0080F000000A"
URL, UNIQUE_URL = "https://a.example/{MAC}/{MODEL}.cfg", "https://a.example/unique/1"
DATE = "20250131T10:11:12"
REGISTERS = (REGISTER, BIND, MOVE)
ABSENT = fault(NO_SUCH_METHOD, "server error. requested method not found")
CLOSED = Reply(status=403)
# Code, text, kind on registerPhone, kind on unregisterPhone.
REFUSALS = [
    (1, "Invalid XML format", base.OTHER, base.OTHER),
    (100, "Invalid URL", base.SERVER_INVALID, base.SERVER_INVALID),
    (200, "Invalid MAC", base.INVALID_MAC, base.INVALID_MAC),
    (201, f"{SENT}:Invalid MAC address", base.INVALID_MAC, base.NOT_REGISTERED),
    (202, f"{SENT}: Owned by another user.", base.OTHER_ACCOUNT, base.OTHER_ACCOUNT),
    (203, f"{SENT}: You are not owner of the phone.", base.OTHER_ACCOUNT, base.OTHER_ACCOUNT),
]


def phone(**members: Any) -> dict[str, Any]:
    """The struct of getPhone, as in the samples."""
    return {
        "mac": SENT,
        "url": URL,
        "register_date": xmlrpc.client.DateTime("20240101T00:00:00"),
        "access_date": xmlrpc.client.DateTime(DATE),
        "note": "",
        "model": "KX-HDV130",
        "version": "",
        "profile": "",
        **members,
    }


# Reading.


def test_the_documented_phone_is_registered_and_its_url_is_kept_as_written() -> None:
    service, adapter = scripted(PanasonicService, value(phone()))
    device = service.read_device(MAC)
    assert device == CurrentDevice(MAC, REGISTERED, URL)
    assert device.last_contact == "2025-01-31T10:11:12Z"
    assert adapter.requests == [("ipredirect.getPhone", SENT)]
    assert service.reads_url
    assert service.notices == ()


@pytest.mark.parametrize("url", ["", " ", None])
def test_an_empty_url_is_a_phone_that_is_not_redirected(url: str | None) -> None:
    service, _adapter = scripted(PanasonicService, value(phone(url=url)))
    device = service.read_device(MAC)
    assert device == CurrentDevice(MAC, UNREGISTERED)
    assert device.last_contact == "2025-01-31T10:11:12Z"


@pytest.mark.parametrize("struct", [{"url": URL}, {"url": URL, "mac": "00-80-f0-00-00-0a"}])
def test_a_struct_with_less_in_it_is_read(struct: dict[str, Any]) -> None:
    service, _adapter = scripted(PanasonicService, value(struct))
    device = service.read_device(MAC)
    assert (device, device.last_contact) == (CurrentDevice(MAC, REGISTERED, URL), None)


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        (DATE, "2025-01-31T10:11:12Z"),
        (f"\n {DATE} ", "2025-01-31T10:11:12Z"),
        ("2025-01-31T10:11:12", "2025-01-31T10:11:12Z"),
        ("2025-01-31 10:11:12", "2025-01-31T10:11:12Z"),
        ("20250131T101112", "2025-01-31T10:11:12Z"),
        ("20250131T10:11:12Z", "2025-01-31T10:11:12Z"),
        ("2025-01-31T10:11:12.345Z", "2025-01-31T10:11:12Z"),
        ("20250131T10:11:12+0000", "2025-01-31T10:11:12Z"),
        ("20250101T00:11:12+0100", "2024-12-31T23:11:12Z"),
        ("2025-01-31T10:11:12+01:30", "2025-01-31T08:41:12Z"),
        ("2024-12-31T23:11:12-09", "2025-01-01T08:11:12Z"),
        ("00010101T00:00:00", "0001-01-01T00:00:00Z"),
        ("00010101T00:00:00+0100", None),
        ("20250229T10:11:12", None),
        ("00000000T00:00:00", None),
        ("0000-00-00 00:00:00", None),
        ("20250131", None),
        ("20250131T10:11:12 by a phone", None),
        ("never", None),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_last_contact_is_in_utc_or_none(date: str | None, shown: str | None) -> None:
    service, _adapter = scripted(PanasonicService, value(phone(access_date=date)))
    device = service.read_device(MAC)
    assert device.last_contact == shown
    assert device.status == REGISTERED


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        (201, f"{SENT}:Invalid MAC address", UNKNOWN_STATUS),
        (201, f"{SENT}: not registered", UNKNOWN_STATUS),
        (202, f"{SENT}: Owned by another user.", ELSEWHERE),
        (203, f"{SENT}: You are not owner of the phone.", ELSEWHERE),
    ],
)
@pytest.mark.parametrize("http_status", [200, 500])
def test_a_fault_names_the_status(code: int, text: str, status: str, http_status: int) -> None:
    service, _adapter = scripted(PanasonicService, fault(code, text, http_status))
    assert service.read_device(MAC) == CurrentDevice(MAC, status)


def test_a_malformed_mac_is_a_refused_read() -> None:
    service, _adapter = scripted(PanasonicService, fault(200, f"Invalid MAC {PASSWORD}"))
    with pytest.raises(RefusedReadError) as caught:
        service.read_device(MAC)
    assert caught.value.text == "Invalid MAC ****"


@pytest.mark.parametrize("code", [0, 1, 2, 100, 204, 500])
def test_any_other_fault_of_a_read_is_an_error(code: int) -> None:
    read = value({"mac": SENT, "url": "https://prov.example.com/"})
    service, _adapter = scripted(PanasonicService, read, fault(code, f"{SENT}: You are not owner of the phone."))
    service.read_device(MAC)  # so the account can use the call, and the fault is about the phone
    with pytest.raises(FaultError) as caught:
        service.read_device(MAC)
    assert caught.value.code == code
    assert service.reads_url


@pytest.mark.parametrize(
    "answer",
    [
        True,
        "Ok",
        None,
        [],
        [phone()],
        [True, "Ok"],
        {},
        {"mac": SENT},
        {"faultCode": 201, "faultString": "Invalid MAC address"},
        phone(url=1),
        phone(url=[URL]),
        phone(url=False),
        phone(mac=SECOND),
        phone(mac="no MAC"),
        phone(mac=None),
        phone(access_date=20250131),
        phone(access_date=False),
        phone(access_date=[DATE]),
    ],
)
def test_a_phone_that_makes_no_sense_is_no_answer(answer: Any) -> None:
    service, _adapter = scripted(PanasonicService, value(answer))
    with pytest.raises(BadAnswerError):
        service.read_device(MAC)


@pytest.mark.parametrize("why", [ABSENT, CLOSED])
def test_without_the_call_for_urls_the_status_is_still_read(why: Reply) -> None:
    ours = value([{"faultCode": 0, "faultString": ""}])
    service, adapter = scripted(PanasonicService, why, ours, ours)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert not service.reads_url
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert adapter.requests == [
        ("ipredirect.getPhone", SENT),
        ("ipredirect.checkPhones", SENT),
        ("ipredirect.checkPhones", SENT),
    ]
    assert len(service.notices) == 1


@pytest.mark.parametrize(
    ("code", "status"), [(0, REGISTERED), (201, UNKNOWN_STATUS), (202, ELSEWHERE), (203, ELSEWHERE)]
)
@pytest.mark.parametrize("rest", [{}, {"faultString": None}, {"faultString": "some words"}])
def test_check_phones_reads_the_status_only(code: int, status: str, rest: dict[str, Any]) -> None:
    service, _adapter = scripted(PanasonicService, CLOSED, value([{"faultCode": code, **rest}]))
    assert service.read_device(MAC) == CurrentDevice(MAC, status)


def test_check_phones_refuses_a_mac() -> None:
    refused = value([{"faultCode": 200, "faultString": f"Invalid  MAC {PASSWORD}"}])
    service, _adapter = scripted(PanasonicService, CLOSED, refused)
    with pytest.raises(RefusedReadError) as caught:
        service.read_device(MAC)
    assert caught.value.text == "Invalid MAC ****"


@pytest.mark.parametrize(
    "answer",
    [
        True,
        0,
        [],
        [0],
        {"faultCode": 0},
        [{"faultCode": 0}, {"faultCode": 0}],
        [{}],
        [{"faultCode": False}],
        [{"faultCode": "yes"}],
        [{"faultCode": 1}],
        [{"faultCode": 100}],
        [{"faultCode": 0, "faultString": ["some words"]}],
    ],
)
def test_a_check_that_makes_no_sense_is_no_answer(answer: Any) -> None:
    service, _adapter = scripted(PanasonicService, CLOSED, value(answer))
    with pytest.raises(BadAnswerError):
        service.read_device(MAC)


def test_without_any_call_that_reads_a_phone_it_is_an_error() -> None:
    service, _adapter = scripted(PanasonicService, ABSENT, fault(1, "unknown method ipredirect.checkPhones"))
    with pytest.raises(AbsentCallError):
        service.read_device(MAC)


def test_a_lost_answer_is_read_again() -> None:
    service, adapter = scripted(PanasonicService, Lost(), Reply(status=503), value(phone()), retries=2)
    assert service.read_device(MAC).status == REGISTERED
    assert len(adapter.requests) == 3


# The list.


@pytest.mark.parametrize(
    ("answer", "macs"),
    [([], set()), ([SENT], {MAC}), ([SENT, "00:80:f0:00:00:0b", SENT], {MAC, SECOND})],
)
def test_the_list_is_a_bare_array_of_macs(answer: list[str], macs: set[str]) -> None:
    service, adapter = scripted(PanasonicService, value(answer))
    assert service.list_account() == base.AccountListing(frozenset(macs))
    assert adapter.requests == [("ipredirect.listPhones",)]
    assert b"<params" not in adapter.bodies[0]


@pytest.mark.parametrize("answer", [True, None, "", SENT, {}, [True, [SENT]], [SENT, "no MAC"], [SENT, None], [[SENT]]])
def test_a_list_that_makes_no_sense_is_no_list(answer: Any) -> None:
    service, _adapter = scripted(PanasonicService, value(answer))
    with pytest.raises(BadAnswerError):
        service.list_account()


def test_a_lost_list_is_read_again() -> None:
    service, adapter = scripted(PanasonicService, Lost(), value([SENT]), retries=1)
    assert service.list_account().macs == {MAC}
    assert len(adapter.requests) == 2


def test_a_fault_is_no_list() -> None:
    service, _adapter = scripted(PanasonicService, fault(1, "Invalid XML format"))
    with pytest.raises(FaultError):
        service.list_account()


# Writing.


@pytest.mark.parametrize("action", REGISTERS)
def test_registering_binds_and_moves_too(action: str) -> None:
    service, adapter = scripted(PanasonicService, value(True))
    assert service.write(change(action, MAC, server="office", server_url=URL)) is None
    assert adapter.requests == [("ipredirect.registerPhone", SENT, URL)]


def test_a_unique_url_wins() -> None:
    service, adapter = scripted(PanasonicService, value(True))
    assert service.write(change(REGISTER, MAC, server_url=URL, unique_url=UNIQUE_URL)) is None
    assert adapter.requests == [("ipredirect.registerPhone", SENT, UNIQUE_URL)]


def test_deregistering() -> None:
    service, adapter = scripted(PanasonicService, value(True))
    assert service.write(change(DEREGISTER, MAC)) is None
    assert adapter.requests == [("ipredirect.unregisterPhone", SENT)]


@pytest.mark.parametrize(("code", "text", "registering", "deregistering"), REFUSALS)
@pytest.mark.parametrize("http_status", [200, 500])
def test_documented_faults_of_a_write_are_refusals(
    code: int, text: str, registering: str, deregistering: str, http_status: int
) -> None:
    named = (MAC,) if SENT in text else ()
    for action, kind in (*((one, registering) for one in REGISTERS), (DEREGISTER, deregistering)):
        service, _adapter = scripted(PanasonicService, fault(code, text, http_status))
        assert service.write(change(action, MAC, server_url=URL)) == Refusal(kind, text, named)


def test_the_words_of_a_refusal_hold_no_secret() -> None:
    service, _adapter = scripted(PanasonicService, fault(100, f"Invalid URL\n of {PASSWORD}"))
    refusal = service.write(change(REGISTER, MAC, server_url=URL))
    assert refusal == Refusal(base.SERVER_INVALID, "Invalid URL of ****")


@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
@pytest.mark.parametrize("answer", [False, 1, 0, "1", "Ok", None, [], [True], [True, "Ok"], {}, phone()])
def test_a_write_whose_answer_makes_no_sense_stays_open(action: str, answer: Any) -> None:
    service, _adapter = scripted(PanasonicService, value(answer))
    with pytest.raises(BadAnswerError) as caught:
        service.write(change(action, MAC, server_url=URL))
    assert caught.value.executed is None


@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
@pytest.mark.parametrize("answer", [fault(204, f"{SENT}:Invalid MAC address"), fault(-1, "unknown method")])
def test_a_fault_that_is_no_known_refusal_stays_open(action: str, answer: Reply) -> None:
    service, adapter = scripted(PanasonicService, answer, retries=2)
    with pytest.raises(FaultError) as caught:
        service.write(change(action, MAC, server_url=URL))
    assert caught.value.executed is None
    assert len(adapter.requests) == 1


# Capabilities.


def test_nothing_is_written_in_bulk() -> None:
    service, adapter = scripted(PanasonicService)
    assert not any(service.can_batch(action) for action in ACTIONS)
    with pytest.raises(AbsentCallError):
        service.write_batch([change(REGISTER, MAC, server_url=URL)])
    assert not adapter.requests
