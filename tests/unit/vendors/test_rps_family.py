# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Yealink and Htek: every call, and what replaces one that is absent or closed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import NO_SUCH_METHOD
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    FaultError,
    LoginError,
    LostAnswerError,
    RefusedReadError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import (
    BIND,
    DEREGISTER,
    MOVE,
    REGISTER,
    REGISTERED,
    TAKE_OVER,
    CurrentDevice,
    CurrentServer,
    Server,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors import base
from ansible_collections.voip.rps.plugins.module_utils._vendors.htek import HtekService
from ansible_collections.voip.rps.plugins.module_utils._vendors.rps_family import (
    RpsFamilyService,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.yealink import YealinkService
from unit.vendors.scripted import PASSWORD, Lost, Reply, change, fault, scripted, value

MAC, SECOND = "001565000001", "001565000002"
URL, UNIQUE = "https://office.example.com/", "https://one.example.com/t0ken?x=1&y=2"
VENDORS: dict[str, type[RpsFamilyService]] = {"yealink": YealinkService, "htek": HtekService}
vendors = pytest.mark.parametrize("vendor", sorted(VENDORS))
SENSELESS: list[Any] = [
    True,
    "OK",
    "",
    0,
    {},
    [],
    [True],
    ["OK", True],
    [1, "OK"],
    [True, None],
    [True, ["OK"]],
    [False, 0],
]


# Calls: what is sent.

OK = value([True, "OK"])
SENT: list[tuple[type[RpsFamilyService], str, dict[str, Any], tuple[str, ...]]] = [
    (YealinkService, REGISTER, {"server": "office"}, ("registerDevice", MAC, "office")),
    (YealinkService, TAKE_OVER, {"server": "office"}, ("registerDevice", MAC, "office", "1")),
    (YealinkService, BIND, {"server": "office"}, ("editDevice", MAC, "office")),
    (YealinkService, MOVE, {"server": "office"}, ("editDevice", MAC, "office")),
    (YealinkService, DEREGISTER, {}, ("deRegisterDevice", MAC)),
    (
        YealinkService,
        REGISTER,
        {"server": "a", "unique_url": UNIQUE},
        ("registerDeviceWithUniqueUrl", MAC, "a", UNIQUE),
    ),
    (
        YealinkService,
        TAKE_OVER,
        {"server": "a", "unique_url": UNIQUE},
        ("registerDeviceWithUniqueUrl", MAC, "a", UNIQUE, "1"),
    ),
    (YealinkService, MOVE, {"server": "a", "unique_url": UNIQUE}, ("editDeviceWithUniqueUrl", MAC, "a", UNIQUE)),
    (YealinkService, BIND, {"server": "a", "unique_url": UNIQUE}, ("editDeviceWithUniqueUrl", MAC, "a", UNIQUE)),
    (HtekService, REGISTER, {"server": "office"}, ("registerDevice", MAC, "office")),
    (HtekService, TAKE_OVER, {"server": "office"}, ("registerDevice", MAC, "office", "1")),
    (HtekService, MOVE, {"server": "office"}, ("editDevice", MAC, "office")),
    (HtekService, DEREGISTER, {}, ("deRegisterDevice", MAC)),
]


@pytest.mark.parametrize(("kind", "action", "fields", "sent"), SENT, ids=[f"{s[0].__name__}-{s[3][0]}" for s in SENT])
def test_each_write_is_one_documented_call(
    kind: type[RpsFamilyService], action: str, fields: dict[str, Any], sent: tuple[str, ...]
) -> None:
    service, adapter = scripted(kind, OK)
    assert service.write(change(action, MAC, **fields)) is None
    assert adapter.requests == [(f"redirect.{sent[0]}", *sent[1:])]


@pytest.mark.parametrize("kind", VENDORS.values())
@pytest.mark.parametrize(
    ("action", "fields", "sent"),
    [
        (REGISTER, {"server": "office"}, ("redirect.registerDevices", [MAC, SECOND], "office")),
        (TAKE_OVER, {"server": "office"}, ("redirect.registerDevices", [MAC, SECOND], "office", "1")),
        (DEREGISTER, {}, ("redirect.deRegisterDevices", [MAC, SECOND])),
    ],
)
def test_many_are_written_by_one_call(
    kind: type[RpsFamilyService], action: str, fields: dict[str, Any], sent: tuple[Any, ...]
) -> None:
    service, adapter = scripted(kind, OK)
    assert service.can_batch(action)
    answer = service.write_batch([change(action, mac, **fields) for mac in (MAC, SECOND)])
    assert answer == base.BatchAnswer()
    assert adapter.requests == [sent]


@pytest.mark.parametrize("kind", VENDORS.values())
@pytest.mark.parametrize("action", [BIND, MOVE])
def test_there_is_no_call_that_moves_many(kind: type[RpsFamilyService], action: str) -> None:
    assert not scripted(kind)[0].can_batch(action)


def test_a_refused_list_is_refused_as_a_whole() -> None:
    service, _adapter = scripted(YealinkService, value([False, f"Error:Invalid MAC(s):{SECOND}"]))
    answer = service.write_batch([change(REGISTER, mac, server="office") for mac in (MAC, SECOND)])
    assert answer.refusal is not None
    assert (answer.refusal.kind, answer.refusal.macs, answer.refused) == (base.INVALID_MAC, (SECOND,), {})


@pytest.mark.parametrize("kind", VENDORS.values())
@pytest.mark.parametrize(("text", "refused"), [("OK", None), ("The server name has been used", base.SERVER_NAME_USED)])
def test_a_server_is_added(kind: type[RpsFamilyService], text: str, refused: str | None) -> None:
    service, adapter = scripted(kind, value([text == "OK", text]))
    refusal = service.create_server(Server("new one", UNIQUE))
    assert (refusal.kind if refusal else None) == refused
    assert adapter.requests == [("redirect.addServer", "new one", UNIQUE)]


@pytest.mark.parametrize("kind", VENDORS.values())
def test_servers_are_neither_listed_nor_edited_nor_deleted(kind: type[RpsFamilyService]) -> None:
    service, adapter = scripted(kind)
    for call in (service.list_servers, lambda: service.edit_server(CurrentServer("a", URL), URL)):
        with pytest.raises(AbsentCallError):
            call()
    with pytest.raises(AbsentCallError):
        service.delete_server(CurrentServer("a", URL))
    assert adapter.requests == []


# Reading, and what replaces the call for URLs.

ABSENT = fault(0, "No such handler: redirect.checkDeviceExt")
CLOSED = Reply(status=403)
FOUND = value([True, "Registered", URL])
STATUS = value([True, "Registered"])


def test_yealink_shows_status_and_url_by_one_call() -> None:
    service, adapter = scripted(YealinkService, FOUND)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED, URL)
    assert adapter.requests == [("redirect.checkDeviceExt", MAC)]
    assert service.reads_url
    assert service.notices == ()


def test_htek_shows_the_status_alone() -> None:
    service, adapter = scripted(HtekService, STATUS)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert adapter.requests == [("redirect.checkDevice", MAC)]
    assert not service.reads_url


@pytest.mark.parametrize("why", [ABSENT, CLOSED, fault(NO_SUCH_METHOD, "x")], ids=["absent", "closed", "code"])
def test_without_the_call_for_urls_the_status_is_read_and_that_is_said_once(why: Reply) -> None:
    service, adapter = scripted(YealinkService, why, STATUS, STATUS)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert service.read_device(SECOND) == CurrentDevice(SECOND, REGISTERED)
    assert [request[0] for request in adapter.requests] == [
        "redirect.checkDeviceExt",
        "redirect.checkDevice",
        "redirect.checkDevice",
    ]
    assert not service.reads_url
    assert len(service.notices) == 1


def test_a_call_for_urls_that_answers_nothing_but_faults_is_given_up() -> None:
    broken = fault(0, "Failed to invoke method checkDeviceExt in class X: null")
    service, adapter = scripted(YealinkService, broken, STATUS, broken, STATUS, broken, STATUS, STATUS)
    for _number in range(4):
        assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert [request[0] for request in adapter.requests].count("redirect.checkDeviceExt") == 3
    assert not service.reads_url
    assert len(service.notices) == 1


def test_a_fault_about_one_device_does_not_close_the_call_that_worked() -> None:
    broken = fault(0, "Failed to invoke method checkDeviceExt in class X: null")
    service, _adapter = scripted(YealinkService, FOUND, broken, broken, broken, broken, FOUND)
    assert service.read_device(MAC).url == URL
    for _number in range(4):
        with pytest.raises(FaultError):
            service.read_device(SECOND)
    assert service.read_device(MAC).url == URL
    assert service.notices == ()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(status=401), LoginError),
        (fault(0, "Not authorized"), LoginError),
        (Reply(status=503), BusyError),
        (Lost(), LostAnswerError),
        (value([True, "Pending"]), BadAnswerError),
        (value([False, "Error:Invalid MAC(s)"]), RefusedReadError),
    ],
)
def test_any_other_failure_of_the_call_for_urls_is_no_reason_to_fall_back(
    answer: Reply | Lost, kind: type[CallError]
) -> None:
    service, adapter = scripted(YealinkService, answer)
    with pytest.raises(kind):
        service.read_device(MAC)
    assert len(adapter.requests) == 1
    assert service.reads_url


def test_a_refused_status_call_alone_is_a_refused_login_only_if_nothing_was_answered_before() -> None:
    service, _adapter = scripted(HtekService, CLOSED)
    with pytest.raises(LoginError):
        service.read_device(MAC)
    service, _adapter = scripted(HtekService, STATUS, CLOSED)
    service.read_device(MAC)
    with pytest.raises(AbsentCallError):
        service.read_device(SECOND)


@vendors
def test_a_refused_list_quotes_the_service_without_secrets(vendor: str) -> None:
    service, _adapter = scripted(VENDORS[vendor], value([False, f"Error: no list for {PASSWORD}"]))
    with pytest.raises(RefusedReadError) as caught:
        service.list_account()
    assert "no list for ****" in caught.value.text
    assert PASSWORD not in f"{caught.value} {caught.value.text}"


def test_a_list_has_macs_only() -> None:
    service, _adapter = scripted(YealinkService, value([True, ["00-15-65-00-00-01"]]))
    assert service.list_account() == base.AccountListing(frozenset({MAC}))


# What replaces other calls.

BULK_ABSENT = fault(0, "No such handler: redirect.registerDevices")


@pytest.mark.parametrize("why", [BULK_ABSENT, CLOSED, fault(0, "No method matching arguments: [Object, String]")])
@pytest.mark.parametrize("kind", VENDORS.values())
def test_a_bulk_call_that_is_absent_or_closed_is_not_made_again_and_that_is_said_once(
    kind: type[RpsFamilyService], why: Reply
) -> None:
    service, adapter = scripted(kind, OK, why)
    service.write(change(REGISTER, MAC, server="office"))  # the login is accepted
    batch = [change(REGISTER, mac, server="office") for mac in (MAC, SECOND)]
    with pytest.raises(AbsentCallError) as caught:
        service.write_batch(batch)
    assert caught.value.executed is False
    assert len(adapter.requests) == 2
    assert not service.can_batch(REGISTER)
    assert service.can_batch(TAKE_OVER)
    assert service.can_batch(DEREGISTER)
    assert len(service.notices) == 1


@pytest.mark.parametrize("text", ["Failed to invoke method x in class y: No such handler: z", "database is down", ""])
@pytest.mark.parametrize("kind", VENDORS.values())
def test_another_fault_leaves_a_write_open_and_closes_no_call(kind: type[RpsFamilyService], text: str) -> None:
    service, _adapter = scripted(kind, fault(0, text), OK)
    with pytest.raises(FaultError) as caught:
        service.write(change(MOVE, MAC, server="office"))
    assert caught.value.executed is None
    assert service.write(change(MOVE, MAC, server="office")) is None


@pytest.mark.parametrize(
    ("kind", "absent"),
    [
        (HtekService, "unknown method redirect.editDevice"),
        (HtekService, "server error. requested method redirect.editDevice does not exist"),
        (HtekService, "Method editDevice not found"),
    ],
)
def test_prose_about_a_missing_method_is_believed_for_a_call_that_was_only_assumed(
    kind: type[RpsFamilyService], absent: str
) -> None:
    service, _adapter = scripted(kind, fault(1, absent))
    with pytest.raises(AbsentCallError) as caught:
        service.write(change(MOVE, MAC, server="office"))
    assert caught.value.executed is False
    assert caught.value.fix == ""
    documented, _adapter = scripted(YealinkService, fault(1, absent))
    with pytest.raises(FaultError):
        documented.write(change(MOVE, MAC, server="office"))


def test_a_documented_call_that_is_absent_means_another_service() -> None:
    service, _adapter = scripted(YealinkService, fault(NO_SUCH_METHOD, "x"))
    with pytest.raises(AbsentCallError) as caught:
        service.write(change(DEREGISTER, MAC))
    assert "api_url" in caught.value.fix


EDIT_ABSENT = fault(NO_SUCH_METHOD, "x")


@pytest.mark.parametrize(
    "first",
    [EDIT_ABSENT, value([False, "Error:The MAC is unknown"]), value([False, f"Error:Invalid MAC(s):{MAC}"])],
)
@pytest.mark.parametrize("kind", VENDORS.values())
def test_an_unbound_phone_that_cannot_be_edited_is_registered_without_override(
    kind: type[RpsFamilyService], first: Reply
) -> None:
    service, adapter = scripted(kind, first, OK)
    assert service.write(change(BIND, MAC, server="office", override=True)) is None
    assert adapter.requests[-1] == ("redirect.registerDevice", MAC, "office")


def test_a_phone_whose_registration_is_refused_too_names_the_call_that_is_absent() -> None:
    service, _adapter = scripted(HtekService, EDIT_ABSENT, value([False, f"Existing MAC(s):{MAC}"]))
    refusal = service.write(change(BIND, MAC, server="office"))
    assert refusal is not None
    assert refusal.kind == base.NO_CALL
    assert "editDevice" in refusal.text
    assert f"Existing MAC(s):{MAC}" in refusal.text


def test_a_registration_that_is_refused_for_another_account_says_so() -> None:
    asked = "Error:Are you sure you want to override MAC addresses"
    service, _adapter = scripted(HtekService, EDIT_ABSENT, value([False, asked]))
    refusal = service.write(change(BIND, MAC, server="office"))
    assert refusal is not None
    assert refusal.kind == base.OTHER_ACCOUNT


def test_a_registration_that_is_refused_for_its_server_blames_the_server() -> None:
    service, _adapter = scripted(HtekService, EDIT_ABSENT, value([False, "Error:Invalid server"]))
    refusal = service.write(change(BIND, MAC, server="nowhere"))
    assert refusal is not None
    assert refusal.kind == base.SERVER_UNKNOWN


@pytest.mark.parametrize("text", ["Error:Invalid server", "Error:try later"])
def test_any_other_refusal_of_the_edit_is_the_refusal(text: str) -> None:
    service, adapter = scripted(YealinkService, value([False, text]))
    refusal = service.write(change(BIND, MAC, server="nowhere"))
    assert refusal is not None
    assert refusal.text == text
    assert len(adapter.requests) == 1


def test_a_move_is_never_made_by_removing_and_registering() -> None:
    service, adapter = scripted(HtekService, EDIT_ABSENT)
    with pytest.raises(AbsentCallError):
        service.write(change(MOVE, MAC, server="office"))
    assert [request[0] for request in adapter.requests] == ["redirect.editDevice"]


@pytest.mark.parametrize("action", [REGISTER, TAKE_OVER, MOVE, BIND])
def test_htek_is_never_sent_a_unique_url(action: str) -> None:
    service, adapter = scripted(HtekService)
    with pytest.raises(AbsentCallError):
        service.write(change(action, MAC, server="office", unique_url=UNIQUE))
    assert adapter.requests == []


@pytest.mark.parametrize("kind", VENDORS.values())
@pytest.mark.parametrize("answer", [value(shape) for shape in SENSELESS], ids=str)
def test_a_write_whose_answer_makes_no_sense_stays_open(kind: type[RpsFamilyService], answer: Reply) -> None:
    service, _adapter = scripted(kind, answer)
    with pytest.raises(BadAnswerError) as caught:
        service.write(change(REGISTER, MAC, server="office"))
    assert caught.value.executed is None
