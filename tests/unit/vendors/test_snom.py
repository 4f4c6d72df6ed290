# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snom: every call with every documented answer, answers that make no sense, and what replaces an absent call."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import NO_SUCH_METHOD
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    CallError,
    FaultError,
    LostAnswerError,
    RefusedReadError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import (
    BIND,
    DEREGISTER,
    ELSEWHERE,
    MOVE,
    NONE,
    REGISTER,
    REGISTERED,
    TAKE_OVER,
    UNKNOWN_STATUS,
    UNREGISTERED,
    CurrentDevice,
    Refusal,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors import base
from ansible_collections.voip.rps.plugins.module_utils._vendors.snom import SnomService
from unit.vendors.scripted import PASSWORD, Lost, Reply, change, fault, scripted, value

MAC, SECOND = "000413000001", "000413000002"
URL, UNIQUE_URL = "https://a.example/{mac}", "https://a.example/unique/1"
REGISTERS = (REGISTER, BIND, MOVE)
REFUSALS = {
    "owned_by_other_user": base.OTHER_ACCOUNT,
    "malformed_url": base.SERVER_INVALID,
    "malformed_mac": base.INVALID_MAC,
    "no_such_mac": base.NOT_REGISTERED,
}
ABSENT = fault(NO_SUCH_METHOD, "server error. requested method not found")
CLOSED = Reply(status=403)
SENSELESS: list[Any] = [
    True,
    "Ok",
    None,
    [],
    {"ok": True},
    ["Ok", True],
    [1, "Ok"],
    [True, "Ok", "", ""],
    [True, 1],
    [False, 1],
    [False, ""],
    [False, "Ok"],
    [True, "Error:no_such_mac"],
]


# Reading.


def test_the_documented_phone_is_registered_and_its_url_is_kept_as_written() -> None:
    service, adapter = scripted(SnomService, value([True, "A company", f" {URL}\n"]))
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED, URL)
    assert adapter.requests == [("redirect.getPhoneRedirection", MAC)]
    assert service.reads_url
    assert service.notices == ()


@pytest.mark.parametrize("url", ["", " ", None])
@pytest.mark.parametrize("company", ["A company", "", None])
def test_an_empty_url_is_a_phone_that_is_not_redirected(company: str | None, url: str | None) -> None:
    service, _adapter = scripted(SnomService, value([True, company, url]))
    assert service.read_device(MAC) == CurrentDevice(MAC, UNREGISTERED)


@pytest.mark.parametrize("rest", [[], [""]])
@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Error:no_such_mac", UNKNOWN_STATUS),
        ("Error: no_such_mac", UNKNOWN_STATUS),
        ("error:No_Such_MAC", UNKNOWN_STATUS),
        ("no_such_mac", UNKNOWN_STATUS),
        ("Error:owned_by_other_user", ELSEWHERE),
        ("ERROR:OWNED_BY_OTHER_USER\n", ELSEWHERE),
    ],
)
def test_a_refused_read_names_the_status(text: str, status: str, rest: list[str]) -> None:
    service, _adapter = scripted(SnomService, value([False, text, *rest]))
    assert service.read_device(MAC) == CurrentDevice(MAC, status)


@pytest.mark.parametrize("text", ["Error:malformed_mac", "Error:no_such_macs", "no such mac", "something else"])
def test_any_other_refused_read_is_an_error_that_quotes_it(text: str) -> None:
    service, _adapter = scripted(SnomService, value([False, text]))
    with pytest.raises(RefusedReadError) as caught:
        service.read_device(MAC)
    assert caught.value.text == text


@pytest.mark.parametrize(
    "answer",
    [
        *SENSELESS,
        [True, "Ok"],
        [True, URL],
        [True, 1, URL],
        [True, [], URL],
        [True, "A company", 1],
        [True, "A company", [URL]],
        [True, "A company", False],
        [True, "A company", URL, ""],
        [True, "Error:no_such_mac", ""],
        [True, "error : owned_by_other_user", URL],
    ],
)
def test_a_redirection_that_makes_no_sense_is_no_answer(answer: Any) -> None:
    service, _adapter = scripted(SnomService, value(answer))
    with pytest.raises(BadAnswerError):
        service.read_device(MAC)


@pytest.mark.parametrize("why", [ABSENT, fault(0, "No such handler: redirect.getPhoneRedirection"), CLOSED])
def test_without_the_call_for_urls_the_status_is_still_read(why: Reply) -> None:
    ok, unknown = value([True, "ok"]), value([False, "Error:no_such_mac"])
    service, adapter = scripted(SnomService, why, ok, unknown)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert not service.reads_url
    assert service.read_device(SECOND) == CurrentDevice(SECOND, UNKNOWN_STATUS)
    assert adapter.requests == [
        ("redirect.getPhoneRedirection", MAC),
        ("redirect.checkPhone", MAC),
        ("redirect.checkPhone", SECOND),
    ]
    assert len(service.notices) == 1


def test_a_fault_that_only_sounds_like_an_absent_call_does_not_close_a_documented_one() -> None:
    prose = fault(1, "unknown method")
    service, _adapter = scripted(SnomService, prose, value([True, "Ok"]), prose, prose)
    assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
    assert service.reads_url
    with pytest.raises(FaultError):
        service.read_device(MAC)


def test_three_faults_in_a_row_give_up_on_urls() -> None:
    broken, ok = fault(0, "something broke"), value([True, "Ok"])
    service, adapter = scripted(SnomService, broken, ok, broken, ok, broken, ok, ok)
    for count in range(4):
        assert service.read_device(MAC) == CurrentDevice(MAC, REGISTERED)
        assert service.reads_url == (count < 2)
    assert [method for method, _mac in adapter.requests[-2:]] == ["redirect.checkPhone"] * 2
    assert len(service.notices) == 1


def test_a_fault_is_about_one_phone_if_urls_were_read_before() -> None:
    service, _adapter = scripted(SnomService, value([True, "A company", URL]), fault(0, "something broke"))
    service.read_device(MAC)
    with pytest.raises(FaultError):
        service.read_device(SECOND)
    assert service.reads_url


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ([True, "Ok"], REGISTERED),
        ([True, "OK"], REGISTERED),
        ([False, "Error:no_such_mac"], UNKNOWN_STATUS),
        ([False, "Error:owned_by_other_user"], ELSEWHERE),
    ],
)
def test_check_phone_reads_the_status_only(answer: list[Any], status: str) -> None:
    service, _adapter = scripted(SnomService, CLOSED, value(answer))
    assert service.read_device(MAC) == CurrentDevice(MAC, status)


def test_check_phone_refuses_a_mac() -> None:
    service, _adapter = scripted(SnomService, CLOSED, value([False, f"Error:malformed_mac {PASSWORD}"]))
    with pytest.raises(RefusedReadError) as caught:
        service.read_device(MAC)
    assert caught.value.text == "Error:malformed_mac ****"
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("answer", [*SENSELESS, [True, "A company", URL]])
def test_a_check_that_makes_no_sense_is_no_answer(answer: Any) -> None:
    service, _adapter = scripted(SnomService, CLOSED, value(answer))
    with pytest.raises(BadAnswerError):
        service.read_device(MAC)


def test_a_lost_answer_is_read_again() -> None:
    service, adapter = scripted(SnomService, Lost(), Reply(status=503), value([True, "A company", URL]), retries=2)
    assert service.read_device(MAC).status == REGISTERED
    assert len(adapter.requests) == 3


def test_no_account_is_ever_listed() -> None:
    service, adapter = scripted(SnomService)
    with pytest.raises(AbsentCallError) as caught:
        service.list_account()
    assert caught.value.fix
    assert not adapter.requests


# Writing.


@pytest.mark.parametrize("action", REGISTERS)
@pytest.mark.parametrize("text", ["Ok", "ok", "OK", " Ok\n"])
def test_registering_binds_and_moves_too(action: str, text: str) -> None:
    service, adapter = scripted(SnomService, value([True, text]))
    assert service.write(change(action, MAC, server="office", server_url=URL)) is None
    assert adapter.requests == [("redirect.registerPhone", MAC, URL)]


def test_a_unique_url_wins() -> None:
    service, adapter = scripted(SnomService, value([True, "Ok"]))
    assert service.write(change(REGISTER, MAC, server_url=URL, unique_url=UNIQUE_URL)) is None
    assert adapter.requests == [("redirect.registerPhone", MAC, UNIQUE_URL)]


def test_deregistering() -> None:
    service, adapter = scripted(SnomService, value([True, "Ok"]))
    assert service.write(change(DEREGISTER, MAC)) is None
    assert adapter.requests == [("redirect.deregisterPhone", MAC)]


@pytest.mark.parametrize("action", [*REGISTERS, DEREGISTER])
@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize("form", ["Error:{}", "Error: {}", "error:{}", "{}"])
def test_documented_refusals_have_their_kind(action: str, words: str, form: str) -> None:
    text = form.format(words)
    service, _adapter = scripted(SnomService, value([False, text]))
    assert service.write(change(action, MAC, server_url=URL)) == Refusal(REFUSALS[words], text)


@pytest.mark.parametrize("text", ["Error:malformed", "Error:malformed_urls", "malformed url", "Error:", "try later"])
def test_any_other_refusal_is_of_no_known_kind(text: str) -> None:
    service, _adapter = scripted(SnomService, value([False, text]))
    assert service.write(change(REGISTER, MAC, server_url=URL)) == Refusal(base.OTHER, text)


@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
@pytest.mark.parametrize("answer", [*SENSELESS, [True], [True, "A company", URL], [True, ""]])
def test_a_write_whose_answer_makes_no_sense_stays_open(action: str, answer: Any) -> None:
    service, _adapter = scripted(SnomService, value(answer))
    with pytest.raises(BadAnswerError) as caught:
        service.write(change(action, MAC, server_url=URL))
    assert caught.value.executed is None


@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
@pytest.mark.parametrize("answer", [fault(7, "Error:no_such_mac"), fault(1, "unknown method")])
def test_a_fault_that_is_no_known_refusal_stays_open(action: str, answer: Reply) -> None:
    service, adapter = scripted(SnomService, answer, retries=2)
    with pytest.raises(FaultError) as caught:
        service.write(change(action, MAC, server_url=URL))
    assert caught.value.executed is None
    assert len(adapter.requests) == 1


@pytest.mark.parametrize("url", [None, ""])
def test_no_list_is_bound_to_an_empty_url(url: str | None) -> None:
    service, adapter = scripted(SnomService)
    with pytest.raises(ValueError, match=MAC):
        service.write_batch([change(REGISTER, MAC, server_url=url)])
    assert not adapter.requests


# Writing many.


def test_what_can_be_written_in_bulk() -> None:
    service, _adapter = scripted(SnomService)
    batched = {action for action in (NONE, REGISTER, BIND, MOVE, TAKE_OVER, DEREGISTER) if service.can_batch(action)}
    assert batched == {REGISTER, BIND, MOVE, DEREGISTER}


@pytest.mark.parametrize("answer", [[True], [True, "Ok"], [True, "ok", ""]])
@pytest.mark.parametrize("action", REGISTERS)
def test_many_are_registered_with_one_url(action: str, answer: list[Any]) -> None:
    service, adapter = scripted(SnomService, value(answer))
    changes = [change(action, mac, server_url=URL) for mac in (MAC, SECOND)]
    assert service.write_batch(changes) == base.BatchAnswer()
    assert adapter.requests == [("redirect.registerPhoneList", [MAC, SECOND], URL)]


def test_many_are_deregistered() -> None:
    service, adapter = scripted(SnomService, value([True, "Ok"]))
    assert service.write_batch([change(DEREGISTER, mac) for mac in (MAC, SECOND)]) == base.BatchAnswer()
    assert adapter.requests == [("redirect.deregisterPhoneList", [MAC, SECOND])]


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refused_bulk_call_is_refused_as_a_whole(words: str) -> None:
    service, _adapter = scripted(SnomService, value([False, f"Error:{words}"]))
    answer = service.write_batch([change(REGISTER, MAC, server_url=URL)])
    assert answer == base.BatchAnswer(Refusal(REFUSALS[words], f"Error:{words}"))


@pytest.mark.parametrize("answer", [*SENSELESS, [False], [1], [True, True], [True, False], [True, [MAC]]])
def test_a_bulk_answer_that_makes_no_sense_stays_open(answer: Any) -> None:
    service, _adapter = scripted(SnomService, value(answer))
    with pytest.raises(BadAnswerError) as caught:
        service.write_batch([change(REGISTER, MAC, server_url=URL)])
    assert caught.value.executed is None
    assert service.can_batch(REGISTER)


@pytest.mark.parametrize("why", [ABSENT, CLOSED, fault(1, "unknown method redirect.registerPhoneList")])
@pytest.mark.parametrize(("action", "other"), [(REGISTER, DEREGISTER), (DEREGISTER, REGISTER)])
def test_a_bulk_call_that_is_absent_is_made_once(why: Reply, action: str, other: str) -> None:
    service, adapter = scripted(SnomService, why)
    for _index in range(2):
        with pytest.raises(AbsentCallError):
            service.write_batch([change(action, MAC, server_url=URL)])
    assert not service.can_batch(action)
    assert service.can_batch(other)
    assert len(adapter.requests) == 1
    assert [notice.code for notice in service.notices] == ["one_by_one"]


@pytest.mark.parametrize(("answer", "error"), [(fault(0, "something broke"), FaultError), (Lost(), LostAnswerError)])
def test_a_bulk_call_without_an_answer_leaves_its_phones_open(answer: Reply | Lost, error: type[CallError]) -> None:
    service, adapter = scripted(SnomService, answer, retries=2)
    with pytest.raises(error) as caught:
        service.write_batch([change(REGISTER, MAC, server_url=URL)])
    assert caught.value.executed is None
    assert service.can_batch(REGISTER)
    assert len(adapter.requests) == 1


# Capabilities.


def test_phones_of_one_url_share_a_bulk_call() -> None:
    here = SnomService.capabilities
    one = change(REGISTER, MAC, server="office", server_url=URL)
    same = change(REGISTER, SECOND, server="another name", server_url=URL)
    unique = change(REGISTER, SECOND, server="office", server_url=URL, unique_url=UNIQUE_URL)
    assert base.target(here, one) == base.target(here, same) != base.target(here, unique)
