# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Yealink YMCS: what every call sends, and what its answers, refusals and lists mean."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    LoginError,
    LostAnswerError,
    NotSentError,
    RateLimitError,
    RefusedReadError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import (
    BIND,
    DEREGISTER,
    MOVE,
    REGISTER,
    REGISTERED,
    UNKNOWN_STATUS,
    UNREGISTERED,
    Connection,
    CurrentDevice,
    CurrentServer,
    DesiredDevice,
    PlannedChange,
    Server,
)
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from ansible_collections.voip.rps.plugins.module_utils._vendors import ymcs as ymcs_module
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import (
    INVALID_MAC,
    MANAGED,
    NAMED_SERVER,
    NOT_REGISTERED,
    OTHER,
    OTHER_ACCOUNT,
    OWN_DEVICE,
    SERIAL,
    SERVER_INVALID,
    SERVER_NAME_USED,
    SERVER_UNKNOWN,
)
from ansible_collections.voip.rps.plugins.module_utils._vendors.ymcs import YmcsService
from ansible_collections.voip.rps.plugins.module_utils._vendors.ymcs_responses import kind_of, read_batch, read_moment
from support.fake_http import FakeHttp, Reply, Sent, VirtualClock

KEY, SECRET, TOKEN = "AKexample", "s3cret-of-the-key", "eyJtb2NrIjoxfQ.Zm9vYmFyYmF6"
OFFICE, BRANCH = "https://office.example.com/", "https://branch.example.com/"
UNIQUE = "https://unique.example.com/k3y-0f-0ne-ph0ne"
A, B, C, D = "001565000001", "001565000002", "001565000003", "001565000004"
SHOWN = "00:15:65:00:00:01"
NAMES = {
    ("POST", "/v2/token"): "token",
    ("POST", "/v2/rps/listDevices"): "listDevices",
    ("POST", "/v2/rps/devices"): "addDevice",
    ("POST", "/v2/rps/addDevices"): "addDevices",
    ("POST", "/v2/rps/delDevices"): "delDevices",
    ("POST", "/v2/rps/listServers"): "listServers",
    ("POST", "/v2/rps/servers"): "addServer",
    ("POST", "/v2/rps/delServers"): "delServers",
}
Answer = Callable[[Sent], Any]


def error(status: int, code: int | str, message: str = "words", *details: tuple[str, str]) -> Reply:
    listed = [{"field": field, "message": text} for field, text in details]
    return Reply(status, {"code": str(code), "message": message, "requestId": "r", "details": listed})


def bulk(count: int, *errors: dict[str, Any], failed: int | None = None) -> Reply:
    failures = len(errors) if failed is None else failed
    value = {"total": count, "successCount": count - failures, "failureCount": failures, "errors": list(errors)}
    return Reply(200, value)


def record(mac: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-{mac}", "mac": mac, "sn": "01", "serverId": None, "uniqueServerUrl": None, **more}


def bound(mac: str, **more: Any) -> dict[str, Any]:
    return record(mac, **{"serverId": "s1", "serverName": "office", "serverUrl": OFFICE, **more})


class Ymcs:
    """An account at a service that answers from its lists, and from ``answers`` where a test gives one for a call.

    An answer is a Reply or an exception, or a list of them for one call after the other.
    """

    def __init__(self, *devices: dict[str, Any], retries: int = 2) -> None:
        self.devices = list(devices)
        self.servers = [
            {"id": "s1", "serverName": "office", "url": OFFICE, "authName": None},
            {"id": "s2", "serverName": "branch", "url": BRANCH, "authName": None},
        ]
        self.answers: dict[str, Any] = {"token": Reply(200, {"access_token": TOKEN, "expires_in": 3600})}
        self.http = FakeHttp(self.handle)
        connection = Connection("ymcs", "https://eu-api.example.com", KEY, SECRET, retries=retries)
        masker = Masker("ymcs", KEY, SECRET, rounds=1)
        self.service = YmcsService.connect(connection, masker, adapter=self.http, clock=VirtualClock())

    @staticmethod
    def name(sent: Sent) -> str:
        if sent.verb == "PATCH":
            return "editServer" if "/servers/" in sent.path else "editDevice"
        return NAMES[sent.verb, sent.path]

    def handle(self, sent: Sent) -> Reply:
        name = self.name(sent)
        answer = self.answers.get(name)
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Reply):
            return answer
        if name in ("listDevices", "listServers"):
            return self.page(self.devices if name == "listDevices" else self.servers, sent.json)
        if name in ("addDevices", "delDevices"):
            return bulk(len(sent.json if name == "addDevices" else sent.json["deviceIds"]))
        if name == "delServers":
            return bulk(1)
        return Reply(204) if sent.verb == "PATCH" else Reply(201, {"id": "new", **sent.json})

    @staticmethod
    def page(entries: list[dict[str, Any]], body: dict[str, Any]) -> Reply:
        assert body["limit"] <= 500
        wanted = body["filter"].get("mac", "")
        found = [entry for entry in entries if not wanted or wanted[:11] in re.sub("[-: ]", "", entry["mac"].lower())]
        part = found[body["skip"] : body["skip"] + body["limit"]]
        total = len(found) if body["autoCount"] else 0
        return Reply(200, {"skip": body["skip"], "limit": body["limit"], "total": total, "data": part or None})

    def sent(self, name: str) -> list[Any]:
        """The bodies of all requests of one call."""
        return [sent.json for sent in self.http.sent if self.name(sent) == name]

    def names(self) -> list[str]:
        return [self.name(sent) for sent in self.http.sent]

    def fails(self, call: Callable[[], Any]) -> CallError:
        """The error of a call, after a check that no secret is in its text."""
        with pytest.raises(CallError) as caught:
            call()
        for secret in (TOKEN, SECRET, *(sent.headers["nonce"] for sent in self.http.sent)):
            assert secret not in f"{caught.value} {caught.value.fix}"
        return caught.value


def change(
    action: str, mac: str = A, server: str | None = "office", current: CurrentDevice | None = None, **desired: Any
) -> PlannedChange:
    desired.setdefault("serial", "0012")
    return PlannedChange(DesiredDevice(mac, server=server, **desired), current, action, "would_change")


def current(mac: str = A, ref: str | None = "id-7") -> CurrentDevice:
    return CurrentDevice(mac, REGISTERED, OFFICE, ref=ref, server_ref="s1")


# What it is.


def test_capabilities() -> None:
    found = YmcsService.capabilities
    assert (found.name, found.title, found.api_url, found.binds_to) == ("ymcs", "Yealink YMCS", None, NAMED_SERVER)
    assert (found.list_shows_devices, found.shows_foreign, found.override) == (True, False, False)
    assert (found.unique_urls, found.servers, found.needs_serial, found.last_contact) == (True, MANAGED, True, True)
    assert (found.max_batch, found.server_name_limit) == (100, 20)


# Reading.


def test_the_account_is_read_in_pages_of_500() -> None:
    macs = [f"0015650{number:05x}" for number in range(1201)]
    ymcs = Ymcs(*(bound(mac) for mac in macs))
    listing = ymcs.service.list_account()
    assert listing.macs == frozenset(macs)
    assert ymcs.sent("listDevices") == [
        {"skip": skip, "limit": 500, "autoCount": True, "filter": {}} for skip in (0, 500, 1000)
    ]
    assert ymcs.service.client.calls == {"token": 1, "listDevices": 3}


def test_a_page_of_500_full_records_fits() -> None:
    wide = [
        bound(f"0015650{number:05x}", remark="ü" * 500, serverUrl="https://x.example/" + "p" * 2000)
        for number in range(500)
    ]
    assert len(json.dumps(wide)) > 1 << 20
    assert len(Ymcs(*wide).service.list_account().macs) == 500


@pytest.mark.parametrize("data", [None, []])
def test_no_data_is_an_empty_account(data: Any) -> None:
    ymcs = Ymcs()
    ymcs.answers["listDevices"] = Reply(200, {"skip": 0, "limit": 500, "total": 0, "data": data})
    assert ymcs.service.list_account().macs == frozenset()
    assert ymcs.names() == ["token", "listDevices"]


@pytest.mark.parametrize(
    ("given", "status", "url"),
    [
        (bound(A), REGISTERED, OFFICE),
        (bound(A, uniqueServerUrl=UNIQUE), REGISTERED, UNIQUE),
        (record(A, uniqueServerUrl=f" {UNIQUE} "), REGISTERED, UNIQUE),
        (bound(A, serverUrl=None), REGISTERED, None),
        (record(A), UNREGISTERED, None),
        (record(A, serverId="", uniqueServerUrl="", serverUrl=OFFICE), UNREGISTERED, None),
        (record(A, serverId=77, serverUrl=OFFICE), REGISTERED, OFFICE),
        ({"id": 5, "mac": A}, UNREGISTERED, None),
    ],
)
def test_status_and_url_of_a_record(given: dict[str, Any], status: str, url: str | None) -> None:
    listing = Ymcs(given).service.list_account()
    assert listing.devices is not None
    device = listing.devices[A]
    assert (device.status, device.url) == (status, url)
    assert device.ref == str(given["id"])
    assert device.server_ref == (str(given["serverId"]) if given.get("serverId") else None)


@pytest.mark.parametrize("written", ["00:15:65:00:00:0B", "00-15-65-00-00-0b", "00156500000B", "00 15 65 00 00 0b"])
def test_a_mac_counts_in_every_notation(written: str) -> None:
    ymcs = Ymcs(bound(written, id="1"))
    assert ymcs.service.list_account().macs == {"00156500000b"}
    assert ymcs.service.read_device("00156500000b").status == REGISTERED


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        ("", None),
        (0, None),
        ("0", None),
        (-5, None),
        (True, None),
        ([1], None),
        ("never", None),
        (1_790_000_000_000, "2026-09-21T14:13:20Z"),
        (1_790_000_000_999.5, "2026-09-21T14:13:20Z"),
        ("1790000000000", "2026-09-21T14:13:20Z"),
        (" 1790000000 ", "2026-09-21T14:13:20Z"),
        (1_790_000_000, "2026-09-21T14:13:20Z"),
        ("2026-09-21T14:13:20.123Z", "2026-09-21T14:13:20Z"),
        ("2026-09-21T14:13:20", "2026-09-21T14:13:20Z"),
        ("2026-09-21 14:13", "2026-09-21T14:13:00Z"),
        ("2026-09-21T16:13:20+02:00", "2026-09-21T14:13:20Z"),
        ("2026-09-21T08:43:20-0530", "2026-09-21T14:13:20Z"),
        ("2026-02-30T00:00:00Z", None),
        ("0001-01-01T00:00:00+02:00", None),
        (10**16, None),
        (1e300, None),
        ("9" * 40, None),
    ],
)
def test_the_moment_of_the_last_contact_in_all_its_forms(value: Any, shown: str | None) -> None:
    assert read_moment(value) == shown


def test_last_contact_is_part_of_a_device_and_may_be_missing() -> None:
    ymcs = Ymcs(bound(A, lastConnected=1_790_000_000_000), bound(B))
    devices = ymcs.service.list_account().devices
    assert devices is not None
    assert [devices[mac].last_contact for mac in (A, B)] == ["2026-09-21T14:13:20Z", None]


def test_one_device_is_read_by_a_filter_and_by_exact_equality() -> None:
    ymcs = Ymcs(bound(B), record(A))
    assert ymcs.service.read_device(A) == CurrentDevice(A, UNREGISTERED)
    assert ymcs.service.read_device(C) == CurrentDevice(C, UNKNOWN_STATUS)
    assert [body["filter"] for body in ymcs.sent("listDevices")] == [{"mac": A}, {"mac": C}]


def test_a_device_is_found_on_a_later_page_of_what_resembles_it() -> None:
    others = [bound(f"0015650{number:05x}") for number in range(500)]
    ymcs = Ymcs()
    ymcs.answers["listDevices"] = [
        Reply(200, {"total": 501, "data": others}),
        Reply(200, {"total": 501, "data": [bound("001565ffffff")]}),
    ]
    assert ymcs.service.read_device("001565ffffff").status == REGISTERED


# Pages. They are of two entries here.


def shifting(*pages: tuple[int, list[str]]) -> list[Reply]:
    return [Reply(200, {"total": total, "data": [bound(mac) for mac in macs] or None}) for total, macs in pages]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Ymcs:
    monkeypatch.setattr(ymcs_module, "_PAGE", 2)
    return Ymcs()


def test_a_mac_that_comes_twice_because_pages_shift_counts_once_and_the_list_is_read_again(pages: Ymcs) -> None:
    pages.answers["listDevices"] = shifting((3, [A, B]), (3, [B]), (3, [A, B]), (3, [C]))
    listing = pages.service.list_account()
    assert (listing.macs, listing.certain) == (frozenset({A, B, C}), False)
    assert [body["skip"] for body in pages.sent("listDevices")] == [0, 2, 0, 2]


def test_a_device_that_is_left_out_because_another_one_was_removed_is_found(pages: Ymcs) -> None:
    """A is removed after the first page, so C moves up to where the second page does not look; the count agrees."""
    pages.answers["listDevices"] = shifting((4, [A, B]), (3, [D]), (3, [B, C]), (3, [D]))
    assert pages.service.list_account().macs == {B, C, D}


def test_a_list_that_stays_short_is_no_list(pages: Ymcs) -> None:
    pages.answers["listDevices"] = shifting((3, [A, B]), (3, []), (3, [A, B]), (3, []), (2, [A, B]))
    assert "has 2 of 3 entries" in str(pages.fails(pages.service.list_account))
    assert len(pages.sent("listDevices")) == 4


def test_an_account_that_keeps_changing_is_believed_if_its_second_list_is_long_enough(pages: Ymcs) -> None:
    pages.answers["listDevices"] = shifting((3, [A, B]), (4, [C, D]), (3, [A, B]), (4, [C, D]))
    assert pages.service.list_account().macs == {A, B, C, D}


@pytest.mark.parametrize(
    ("given", "calls"),
    [
        ([(4, [A, B])], 4),  # it ignores `skip`
        ([(1_000_000, [A])], 2),
        ([(1_000_000, [])], 2),
        ([(1_000_000, [A, B]), (1_000_000, [C])], 4),
        ([(1_000_000, [A, A])], 2),
    ],
)
def test_a_list_without_an_end_is_given_up_after_a_second_reading(
    pages: Ymcs, given: list[tuple[int, list[str]]], calls: int
) -> None:
    pages.answers["listDevices"] = shifting(*given) * (calls // len(given)) + shifting((1, [A]))
    found = pages.fails(pages.service.list_account)
    assert isinstance(found, BadAnswerError)
    assert found.transient
    assert len(pages.sent("listDevices")) == calls


def test_a_list_without_an_end_of_servers_is_given_up_too(pages: Ymcs) -> None:
    pages.answers["listServers"] = Reply(200, {"total": 1_000_000, "data": pages.servers})
    assert isinstance(pages.fails(pages.service.list_servers), BadAnswerError)
    assert len(pages.sent("listServers")) == 4


def test_a_page_that_has_more_than_asked_for_counts(pages: Ymcs) -> None:
    pages.answers["listDevices"] = shifting((3, [A, B, C]))
    listing = pages.service.list_account()
    assert (listing.macs, listing.certain) == (frozenset({A, B, C}), True)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (bound(B, id="1"), f"one ID for {SHOWN} and 00:15:65:00:00:02"),
        (bound(A.upper(), id="2"), f"{SHOWN} twice, with different IDs"),
        (bound(A, id=None), f"{SHOWN} twice, with different IDs"),
        (record(A, id="1"), f"{SHOWN} twice"),
    ],
)
@pytest.mark.parametrize("apart", [False, True], ids=["one page", "two pages"])
def test_a_list_with_one_mac_or_id_twice_is_no_list(
    pages: Ymcs, second: dict[str, Any], words: str, apart: bool
) -> None:
    pages.devices = [bound(A, id="1"), *([bound(C)] if apart else []), second]
    found = pages.fails(pages.service.list_account)
    assert isinstance(found, BadAnswerError)
    assert found.transient
    assert words in str(found)


def test_a_list_with_one_mac_twice_is_believed_if_it_is_good_the_second_time() -> None:
    ymcs = Ymcs(bound(A))
    ymcs.answers["listDevices"] = [Reply(200, {"total": 2, "data": [bound(A), bound(A, id="2")]})]
    assert ymcs.service.list_account().macs == {A}


def test_devices_without_ids_do_not_share_one() -> None:
    assert Ymcs(bound(A, id=None), bound(B, id="")).service.list_account().macs == {A, B}


@pytest.mark.parametrize("name", ["office", "third"])
def test_a_list_with_one_server_id_twice_is_no_list(name: str) -> None:
    ymcs = Ymcs()
    ymcs.servers.append({"id": "s1", "serverName": name, "url": BRANCH})
    assert "server '" in str(ymcs.fails(ymcs.service.list_servers))
    assert isinstance(ymcs.fails(lambda: ymcs.service.write(change(REGISTER))), NotSentError)
    assert ymcs.sent("addDevice") == []


@pytest.mark.parametrize(
    "bad", [".", "..", "...", "a/b", "/", "../devices/id-7", "a\\b", "a%2fb", "a?b", "a#b", "a\nb", "\u2024"]
)
def test_an_id_that_would_be_another_path_is_no_id(bad: str) -> None:
    ymcs = Ymcs(bound(A, id=bad))
    ymcs.servers[0]["id"] = bad
    for call in (
        ymcs.service.list_account,
        lambda: ymcs.service.read_device(A),
        ymcs.service.list_servers,
        lambda: ymcs.service.write(change(MOVE, server="branch", current=current(ref=None))),
    ):
        assert isinstance(ymcs.fails(call), (BadAnswerError, NotSentError))
    assert set(ymcs.names()) == {"token", "listDevices", "listServers"}


@pytest.mark.parametrize("good", ["5f1c0a", "id-7", "a.b", "a_b:c@d", "..a", "Zm9v+g=="])
def test_an_id_of_another_form_is_taken(good: str) -> None:
    listing = Ymcs(bound(A, id=good)).service.list_account()
    assert listing.devices is not None
    assert listing.devices[A].ref == good


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "OK",
        True,
        {},
        {"data": []},
        {"total": "2", "data": []},
        {"total": -1, "data": []},
        {"total": True, "data": []},
        {"total": 1, "data": "x"},
        {"total": 1, "data": {}},
        {"total": 1, "data": ["x"]},
        {"total": 0, "data": [bound(A)]},
        {"total": 10**9, "data": [bound(A)]},
        {"total": 1, "data": [bound("001565")]},
        {"total": 1, "data": [bound("000000000000")]},
        {"total": 1, "data": [{**bound(A), "mac": None}]},
        {"total": 1, "data": [{**bound(A), "mac": 151565000001}]},
        {"total": 2, "data": [bound(A), {"id": "x"}]},
        {"total": 1, "data": [bound(A, serverId=[])]},
        {"total": 1, "data": [bound(A, uniqueServerUrl=True)]},
    ],
)
def test_a_list_that_is_only_partly_understood_is_no_list(value: Any) -> None:
    ymcs = Ymcs()
    ymcs.answers["listDevices"] = Reply(200, value)
    assert isinstance(ymcs.fails(ymcs.service.list_account), BadAnswerError)
    assert isinstance(ymcs.fails(lambda: ymcs.service.read_device(A)), BadAnswerError)


def test_a_read_is_tried_again_after_a_passing_failure() -> None:
    ymcs = Ymcs(bound(A))
    ymcs.answers["listDevices"] = [Reply(503), ConnectionResetError("gone")]
    assert ymcs.service.list_account().macs == {A}
    assert len(ymcs.sent("listDevices")) == 3


def test_a_refused_read_quotes_the_service_without_secrets() -> None:
    ymcs = Ymcs()
    ymcs.answers["listDevices"] = error(400, 900400, f"no: {SECRET} {TOKEN}", ("limit", "is over 100"))
    found = ymcs.fails(ymcs.service.list_account)
    assert isinstance(found, RefusedReadError)
    assert "limit: is over 100" in found.text
    assert SECRET not in found.text
    assert TOKEN not in found.text


# Adding.


def test_a_device_is_added_with_its_serial_as_text_and_the_id_of_its_server() -> None:
    ymcs = Ymcs()
    assert ymcs.service.write(change(REGISTER, serial="000123")) is None
    assert ymcs.sent("addDevice") == [{"mac": A, "sn": "000123", "serverId": "s1"}]
    assert ymcs.service.client.calls == {"token": 1, "listServers": 1, "addDevice": 1}


def test_a_device_is_added_with_a_url_of_its_own() -> None:
    ymcs = Ymcs()
    ymcs.service.write(change(REGISTER, unique_url=UNIQUE))
    ymcs.service.write(change(REGISTER, B, server=None, unique_url=UNIQUE))
    assert ymcs.sent("addDevice") == [
        {"mac": A, "sn": "0012", "serverId": "s1", "uniqueServerUrl": UNIQUE},
        {"mac": B, "sn": "0012", "uniqueServerUrl": UNIQUE},
    ]


REFUSALS = [
    (800001, (), INVALID_MAC),
    (800002, (), SERIAL),
    (800003, (), OWN_DEVICE),
    (800004, (), OTHER_ACCOUNT),
    (800006, (), OTHER),
    (800008, (), OTHER),
    (900444, (), OTHER),
    (900400, (("serverId", "is unknown"),), SERVER_UNKNOWN),
    (900400, (("[0].serverId", "is unknown"),), SERVER_UNKNOWN),
    (900400, (("mac", "is wrong"),), INVALID_MAC),
    (900400, (("sn", "is too long"),), SERIAL),
    (900400, (("uniqueServerUrl", "is no URL"),), OTHER),
    (900400, (), OTHER),
]


@pytest.mark.parametrize(("code", "details", "kind"), REFUSALS)
def test_a_refused_addition_is_a_refusal_of_its_kind(code: int, details: Any, kind: str) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevice"] = error(400, code, "not this one", *details)
    refusal = ymcs.service.write(change(REGISTER))
    assert refusal is not None
    assert refusal.kind == kind
    assert refusal.text.startswith(f"{code}: not this one")


def test_a_bad_parameter_without_a_name_is_the_server_if_that_is_gone() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevice"] = error(400, 900400, "The resource does not exist")
    ymcs.answers["listServers"] = [
        None,
        Reply(200, {"total": 1, "data": [{"id": "s2", "serverName": "branch", "url": BRANCH}]}),
    ]
    refusal = ymcs.service.write(change(REGISTER))
    assert refusal is not None
    assert refusal.kind == SERVER_UNKNOWN


def test_a_server_that_the_service_does_not_know_any_more_is_looked_up_anew() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevice"] = [error(400, 900400, "no", ("serverId", "is unknown"))]
    ymcs.service.write(change(REGISTER))
    ymcs.servers[0]["id"] = "s9"
    assert ymcs.service.write(change(REGISTER)) is None
    assert [body["serverId"] for body in ymcs.sent("addDevice")] == ["s1", "s9"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (ConnectionResetError("gone"), LostAnswerError),
        (Reply(503), BusyError),
        (error(500, 900500), BusyError),
        (Reply(201, []), BadAnswerError),
        (Reply(201, {}), BadAnswerError),
        (Reply(204), BadAnswerError),
        (Reply(200, b"<html>"), BadAnswerError),
    ],
)
def test_an_addition_without_a_usable_answer_is_open_and_not_sent_again(answer: Any, kind: type[CallError]) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevice"] = answer
    found = ymcs.fails(lambda: ymcs.service.write(change(REGISTER)))
    assert isinstance(found, kind)
    assert found.executed is None
    assert len(ymcs.sent("addDevice")) == 1


# Binding and moving.


@pytest.mark.parametrize("action", [BIND, MOVE])
def test_a_move_edits_the_device_by_its_id_and_clears_the_url_of_its_own(action: str) -> None:
    ymcs = Ymcs()
    assert ymcs.service.write(change(action, server="branch", current=current())) is None
    assert ymcs.http.sent[-1].path == "/v2/rps/devices/id-7"
    assert ymcs.sent("editDevice") == [{"serverId": "s2", "uniqueServerUrl": ""}]
    assert ymcs.names() == ["token", "listServers", "editDevice"]


def test_a_move_to_a_url_of_its_own_sends_it() -> None:
    ymcs = Ymcs()
    ymcs.service.write(change(MOVE, current=current(), unique_url=UNIQUE))
    assert ymcs.sent("editDevice") == [{"serverId": "s1", "uniqueServerUrl": UNIQUE}]


def test_an_id_that_is_not_known_is_read_before_the_move() -> None:
    ymcs = Ymcs(bound(A))
    ymcs.service.write(change(MOVE, current=current(ref=None)))
    assert ymcs.http.sent[-1].path == f"/v2/rps/devices/id-{A}"


def test_an_id_cannot_lead_to_another_path() -> None:
    ymcs = Ymcs()
    ymcs.service.write(change(MOVE, current=current(ref="a/../b?c")))
    assert ymcs.http.sent[-1].path == "/v2/rps/devices/a%2F..%2Fb%3Fc"


def test_a_device_that_is_gone_cannot_be_moved() -> None:
    ymcs = Ymcs()
    refusal = ymcs.service.write(change(MOVE, current=None))
    assert refusal is not None
    assert refusal.kind == NOT_REGISTERED
    assert ymcs.sent("editDevice") == []
    ymcs.answers["editDevice"] = error(400, 900400, "Invalid parameter", ("id", "is unknown"))
    refusal = ymcs.service.write(change(MOVE, current=current()))
    assert refusal is not None
    assert refusal.kind == NOT_REGISTERED


def test_a_move_whose_answer_is_lost_is_open_and_not_sent_again() -> None:
    ymcs = Ymcs()
    ymcs.answers["editDevice"] = ConnectionResetError("gone")
    found = ymcs.fails(lambda: ymcs.service.write(change(MOVE, current=current())))
    assert found.executed is None
    assert len(ymcs.sent("editDevice")) == 1


@pytest.mark.parametrize("answer", [Reply(204), Reply(200, {"id": "id-7"})])
def test_an_edit_is_answered_by_nothing_or_by_the_record(answer: Reply) -> None:
    ymcs = Ymcs()
    ymcs.answers["editDevice"] = answer
    assert ymcs.service.write(change(MOVE, current=current())) is None


# What has to be known before a write.


@pytest.mark.parametrize("name", ["listServers", "token", "listDevices"])
@pytest.mark.parametrize(
    "answer",
    [Reply(503), error(500, 900500), ConnectionResetError("gone"), Reply(200, b"{"), error(404, 900404), Reply(418)],
)
def test_a_write_whose_preparation_fails_was_certainly_not_sent(name: str, answer: Any) -> None:
    ymcs = Ymcs(retries=0)
    ymcs.answers[name] = answer
    found = ymcs.fails(lambda: ymcs.service.write(change(MOVE, current=None)))
    assert isinstance(found, NotSentError)
    assert found.executed is False
    assert ymcs.sent("editDevice") == []


def test_a_rate_limit_and_a_refused_login_keep_their_kind_before_a_write() -> None:
    kinds: dict[type[CallError], Reply] = {RateLimitError: error(429, 900429), LoginError: error(401, 900401)}
    for kind, answer in kinds.items():
        ymcs = Ymcs(retries=0)
        ymcs.answers["listServers"] = answer
        assert isinstance(ymcs.fails(partial(ymcs.service.write, change(REGISTER))), kind)


def test_a_server_that_does_not_exist_is_refused_without_a_call() -> None:
    ymcs = Ymcs()
    refusal = ymcs.service.write(change(REGISTER, server="berlim"))
    assert refusal is not None
    assert (refusal.kind, refusal.text) == (SERVER_UNKNOWN, "no server 'berlim'")
    assert ymcs.names() == ["token", "listServers"]


def test_two_servers_of_one_name_are_refused_without_a_call() -> None:
    ymcs = Ymcs()
    ymcs.servers.append({"id": "s3", "serverName": "office", "url": BRANCH})
    for action in (REGISTER, MOVE):
        refusal = ymcs.service.write(change(action, current=current()))
        assert refusal is not None
        assert refusal.kind == SERVER_INVALID
        assert "office" in refusal.text
    assert ymcs.names() == ["token", "listServers"]


# Removing.


def test_a_device_is_removed_by_its_mac() -> None:
    ymcs = Ymcs()
    assert ymcs.service.write(change(DEREGISTER, server=None)) is None
    assert ymcs.sent("delDevices") == [{"deviceIdType": "mac", "deviceIds": [A]}]
    assert ymcs.names() == ["token", "delDevices"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (bulk(1, {"mac": A, "errorInfo": "900400: The device is unknown"}), NOT_REGISTERED),
        (bulk(1, {"field": A, "msg": "800004 managed by another organization"}), OTHER_ACCOUNT),
        (bulk(1, {"field": "deviceIds[0]", "msg": "failed"}), OTHER),
        (bulk(1, failed=1), OTHER),
        (error(400, 800001), INVALID_MAC),
        (error(400, 900400), NOT_REGISTERED),
    ],
)
def test_a_refused_removal_is_a_refusal(answer: Reply, kind: str) -> None:
    ymcs = Ymcs()
    ymcs.answers["delDevices"] = answer
    refusal = ymcs.service.write(change(DEREGISTER))
    assert refusal is not None
    assert refusal.kind == kind


# Many at once.


def batch(action: str = REGISTER, **more: Any) -> list[PlannedChange]:
    return [change(action, mac, serial=f"00{index}", **more) for index, mac in enumerate((A, B, C))]


def test_many_devices_are_added_by_a_bare_array() -> None:
    ymcs = Ymcs()
    answer = ymcs.service.write_batch(batch())
    assert (answer.refusal, dict(answer.refused), answer.unclear) == (None, {}, frozenset())
    assert ymcs.sent("addDevices") == [
        [{"mac": mac, "sn": f"00{index}", "serverId": "s1"} for index, mac in enumerate((A, B, C))]
    ]
    assert ymcs.names() == ["token", "listServers", "addDevices"]


def test_many_devices_are_removed_by_their_macs() -> None:
    ymcs = Ymcs()
    ymcs.answers["delDevices"] = bulk(3, {"mac": B.upper(), "errorInfo": "(900400) unknown"})
    answer = ymcs.service.write_batch(batch(DEREGISTER))
    assert ymcs.sent("delDevices") == [{"deviceIdType": "mac", "deviceIds": [A, B, C]}]
    assert {mac: refusal.kind for mac, refusal in answer.refused.items()} == {B: NOT_REGISTERED}


def test_there_is_a_bulk_call_for_adding_and_removing_only() -> None:
    service = Ymcs().service
    assert [service.can_batch(action) for action in (REGISTER, DEREGISTER, BIND, MOVE)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (800001, INVALID_MAC),
        (800002, SERIAL),
        (800003, OWN_DEVICE),
        (800004, OTHER_ACCOUNT),
        (800008, OTHER),
        (900400, OTHER),
    ],
)
@pytest.mark.parametrize("text", ["errorInfo", "msg"])
@pytest.mark.parametrize(
    ("key", "written"), [("mac", "00:15:65:00:00:02"), ("field", B.upper()), ("field", "0015.6500.0002")]
)
@pytest.mark.parametrize("words", ["{}: no", "it failed [{}]", "no, code={}, sorry"])
def test_the_failures_of_a_bulk_call_are_those_of_its_devices(
    code: int, kind: str, text: str, key: str, written: str, words: str
) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = bulk(3, {key: written, text: words.format(code)})
    answer = ymcs.service.write_batch(batch())
    assert {mac: (refusal.kind, refusal.text) for mac, refusal in answer.refused.items()} == {
        B: (kind, words.format(code))
    }
    assert answer.unclear == frozenset()


def test_a_device_that_only_the_words_name_is_found_in_them() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = bulk(3, {"field": "mac", "errorInfo": f"800004: {C} is managed by another"})
    answer = ymcs.service.write_batch(batch())
    assert {mac: refusal.kind for mac, refusal in answer.refused.items()} == {C: OTHER_ACCOUNT}


def test_digits_of_a_mac_or_a_serial_are_no_code() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = bulk(3, {"mac": A, "errorInfo": "800003800003 and 80000ABC, sn 1800002, failed"})
    assert ymcs.service.write_batch(batch()).refused[A].kind == OTHER


@pytest.mark.parametrize(
    "answer",
    [
        bulk(3, {"errorInfo": "800004"}),
        bulk(3, {"mac": "001565ffffff", "errorInfo": "800004"}),
        bulk(3, {"errorInfo": f"800004: one of {A} and {B}"}),
        bulk(3, failed=1),
        Reply(200, {"total": 3, "successCount": 2, "failureCount": 0, "errors": None}),
        Reply(200, {"total": 3, "successCount": 3, "failureCount": 2, "errors": []}),
        Reply(200, {"total": 3, "successCount": 3, "failureCount": 0, "errors": [{"msg": "800002"}]}),
    ],
)
def test_failures_that_name_no_device_leave_all_of_them_unclear(answer: Reply) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = answer
    found = ymcs.service.write_batch(batch())
    assert (found.refusal, dict(found.refused), found.unclear) == (None, {}, frozenset({A, B, C}))


def test_a_failure_too_many_leaves_the_others_unclear() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = bulk(3, {"mac": A, "errorInfo": "800004"}, failed=2)
    found = ymcs.service.write_batch(batch())
    assert (set(found.refused), found.unclear) == ({A}, frozenset({B, C}))


def test_two_failures_of_one_device_are_one() -> None:
    ymcs = Ymcs()
    twice = [{"mac": A, "errorInfo": "800001"}, {"mac": A, "errorInfo": "800002"}]
    ymcs.answers["addDevices"] = bulk(3, *twice, failed=1)
    found = ymcs.service.write_batch(batch())
    assert (set(found.refused), found.unclear) == ({A}, frozenset())


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "OK",
        {},
        {"successCount": 3},
        {"successCount": "3", "failureCount": 0},
        {"successCount": 3, "failureCount": 0, "errors": "no"},
        {"successCount": 3, "failureCount": 0, "errors": ["no"]},
    ],
)
@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
def test_a_bulk_result_of_another_shape_leaves_the_call_open(value: Any, action: str) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = ymcs.answers["delDevices"] = Reply(200, value)
    found = ymcs.fails(lambda: ymcs.service.write_batch(batch(action)))
    assert isinstance(found, BadAnswerError)
    assert found.executed is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, 800006, "too many"), OTHER),
        (error(400, 900400, "no", ("[1].serverId", "is unknown")), SERVER_UNKNOWN),
        (error(412, 900444), OTHER),
        (error(400, 800004, f"{B} is managed by another"), OTHER_ACCOUNT),
    ],
)
def test_a_bulk_call_that_is_refused_as_a_whole(answer: Reply, kind: str) -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = answer
    found = ymcs.service.write_batch(batch())
    assert found.refusal is not None
    assert found.refusal.kind == kind
    assert found.refusal.macs == ((B,) if kind == OTHER_ACCOUNT else ())


def test_a_removal_that_is_refused_as_a_whole_blames_no_device() -> None:
    ymcs = Ymcs()
    ymcs.answers["delDevices"] = error(400, 900400, "no")
    found = ymcs.service.write_batch(batch(DEREGISTER))
    assert found.refusal is not None
    assert (found.refusal.kind, found.refusal.macs) == (OTHER, ())


def test_a_bad_parameter_without_a_name_is_not_explained_if_the_servers_cannot_be_read() -> None:
    ymcs = Ymcs(retries=0)
    ymcs.answers["addDevice"] = error(400, 900400, "no")
    ymcs.answers["listServers"] = [None, Reply(503)]
    refusal = ymcs.service.write(change(REGISTER))
    assert refusal is not None
    assert refusal.kind == OTHER


def test_bad_parameters_without_a_name_in_a_bulk_result_look_for_the_server_once() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = bulk(3, *({"mac": mac, "errorInfo": "900400: Invalid parameter"} for mac in (A, B, C)))
    ymcs.answers["listServers"] = [None, Reply(200, {"total": 0, "data": None})]
    answer = ymcs.service.write_batch(batch())
    assert {refusal.kind for refusal in answer.refused.values()} == {SERVER_UNKNOWN}
    assert len(ymcs.sent("listServers")) == 2


def test_a_batch_whose_server_does_not_exist_sends_nothing() -> None:
    ymcs = Ymcs()
    answer = ymcs.service.write_batch(batch(server="berlim"))
    assert {mac: refusal.kind for mac, refusal in answer.refused.items()} == dict.fromkeys((A, B, C), SERVER_UNKNOWN)
    assert ymcs.sent("addDevices") == []


def test_phones_with_one_url_and_different_servers_keep_their_servers() -> None:
    ymcs = Ymcs()
    servers = ("office", "branch", "berlim")
    changes = [
        change(REGISTER, mac, server=server, unique_url=UNIQUE) for mac, server in zip((A, B, C), servers, strict=True)
    ]
    answer = ymcs.service.write_batch(changes)
    assert [entry["serverId"] for entry in ymcs.sent("addDevices")[0]] == ["s1", "s2"]
    assert {mac: refusal.kind for mac, refusal in answer.refused.items()} == {C: SERVER_UNKNOWN}


def test_a_bulk_call_that_is_closed_is_replaced_by_single_ones_and_reported_once() -> None:
    ymcs = Ymcs()
    ymcs.answers["addDevices"] = error(403, 900403, "not allowed")
    found = ymcs.fails(lambda: ymcs.service.write_batch(batch()))
    assert isinstance(found, AbsentCallError)
    assert found.closed is True
    assert ymcs.service.can_batch(REGISTER) is False
    assert ymcs.service.can_batch(DEREGISTER) is True
    assert ymcs.service.write(change(REGISTER)) is None
    assert len(ymcs.service.notices) == 1
    assert len(ymcs.sent("addDevices")) == 1


def test_a_call_that_is_closed_is_not_made_again() -> None:
    ymcs = Ymcs()
    ymcs.answers["delDevices"] = error(403, 900403, "not allowed")
    for _index in range(2):
        assert isinstance(ymcs.fails(lambda: ymcs.service.write(change(DEREGISTER))), AbsentCallError)
    assert len(ymcs.sent("delDevices")) == 1
    assert ymcs.service.can_batch(DEREGISTER) is False


# Servers.


def test_servers_are_listed_with_their_ids_once_in_a_run() -> None:
    ymcs = Ymcs()
    expected = [CurrentServer("office", OFFICE, "s1"), CurrentServer("branch", BRANCH, "s2")]
    assert list(ymcs.service.list_servers()) == expected
    ymcs.service.list_servers()
    ymcs.service.write(change(REGISTER))
    assert ymcs.names().count("listServers") == 1
    assert ymcs.sent("listServers") == [{"skip": 0, "limit": 500, "autoCount": True, "filter": {}}]


def test_servers_of_one_name_are_all_listed() -> None:
    ymcs = Ymcs()
    ymcs.servers.append({"id": "s3", "serverName": "office", "url": None})
    assert [server.ref for server in ymcs.service.list_servers()] == ["s1", "s2", "s3"]


@pytest.mark.parametrize(
    "bad", [{"serverName": "x"}, {"id": "", "serverName": "x"}, {"id": "s3"}, {"id": "s3", "serverName": 5}, 7]
)
def test_a_server_without_id_or_name_spoils_the_list(bad: Any) -> None:
    ymcs = Ymcs()
    ymcs.answers["listServers"] = Reply(200, {"total": 1, "data": [bad]})
    assert isinstance(ymcs.fails(ymcs.service.list_servers), BadAnswerError)


OFFICE_NOW = CurrentServer("office", OFFICE, "s1")


@pytest.mark.parametrize(
    ("act", "name", "path", "body"),
    [
        (
            lambda service: service.create_server(Server("new", BRANCH)),
            "addServer",
            "/v2/rps/servers",
            {"serverName": "new", "url": BRANCH},
        ),
        (
            lambda service: service.edit_server(OFFICE_NOW, BRANCH),
            "editServer",
            "/v2/rps/servers/s1",
            {"serverName": "office", "url": BRANCH},
        ),
        (lambda service: service.delete_server(OFFICE_NOW), "delServers", "/v2/rps/delServers", {"serverIds": ["s1"]}),
    ],
    ids=["create", "edit", "delete"],
)
class TestServerChanges:
    def test_it_sends_what_the_service_wants_and_the_list_is_read_anew(
        self, act: Any, name: str, path: str, body: Any
    ) -> None:
        ymcs = Ymcs()
        ymcs.service.list_servers()
        assert act(ymcs.service) is None
        assert ymcs.http.sent[-1].path == path
        assert ymcs.sent(name) == [body]
        ymcs.service.list_servers()
        assert ymcs.names().count("listServers") == 2
        assert ymcs.service.client.calls[name] == 1

    def test_an_answer_that_is_lost_is_open_and_the_list_is_read_anew(
        self, act: Any, name: str, path: str, body: Any
    ) -> None:
        ymcs = Ymcs()
        ymcs.service.list_servers()
        ymcs.answers[name] = ConnectionResetError("gone")
        assert ymcs.fails(lambda: act(ymcs.service)).executed is None
        assert ymcs.sent(name) == [body]
        ymcs.service.list_servers()
        assert ymcs.names().count("listServers") == 2

    def test_a_wrong_shape_is_open(self, act: Any, name: str, path: str, body: Any) -> None:
        ymcs = Ymcs()
        ymcs.answers[name] = Reply(200, ["OK"])
        found = ymcs.fails(lambda: act(ymcs.service))
        assert isinstance(found, BadAnswerError)
        assert path in {sent.path for sent in ymcs.http.sent}

    @pytest.mark.parametrize(("code", "kind"), [(800003, SERVER_NAME_USED), (900400, SERVER_INVALID), (800008, OTHER)])
    def test_an_error_object_is_a_refusal(
        self, act: Any, name: str, path: str, body: Any, code: int, kind: str
    ) -> None:
        ymcs = Ymcs()
        ymcs.answers[name] = error(400, code, "not so", ("url", "is no URL"))
        refusal = act(ymcs.service)
        assert (refusal.kind, refusal.text) == (kind, f"{code}: not so (url: is no URL)")
        assert ymcs.sent(name) == [body]
        assert ymcs.http.sent[-1].path == path


def test_a_server_that_cannot_be_deleted_is_a_refusal() -> None:
    ymcs = Ymcs()
    ymcs.answers["delServers"] = bulk(1, {"field": "s1", "errorInfo": "900400: The server is in use"})
    refusal = ymcs.service.delete_server(OFFICE_NOW)
    assert refusal is not None
    assert refusal.text == "900400: The server is in use"
    ymcs.answers["delServers"] = bulk(1, failed=1)
    assert ymcs.service.delete_server(OFFICE_NOW) is not None
    ymcs.answers["delServers"] = Reply(204)
    assert ymcs.service.delete_server(OFFICE_NOW) is None


# Which item of a list was refused.


@pytest.mark.parametrize(
    ("fields", "words", "kind"),
    [
        (["devices[0].mac"], "", "invalid_mac"),
        (["MAC"], "serverId is wrong", "invalid_mac"),
        (["devices[1].remark"], "serverId is wrong", "other"),
        (["devices[1]."], "the server ID does not exist", "server_unknown"),
        (["", "devices[0].sn"], "serverId is wrong", "serial"),
        ([], "something else", "explained"),
    ],
)
def test_a_bad_parameter_is_the_named_one_and_else_the_one_in_the_words(
    fields: list[str], words: str, kind: str
) -> None:
    assert kind_of("900400", words, fields, lambda: "explained") == kind


@pytest.mark.parametrize(
    ("failures", "errors", "refused", "unclear"),
    [
        (1, [A], {A}, set()),
        (1, [A, B], {A, B}, set()),  # more are named than counted
        (2, [A], {A}, {B, C}),
        (1, ["0015650000ff"], set(), {A, B, C}),
    ],
)
def test_a_list_leaves_open_what_its_failures_do_not_name(
    failures: int, errors: list[str], refused: set[str], unclear: set[str]
) -> None:
    value = {
        "successCount": 3 - failures,
        "failureCount": failures,
        "errors": [{"mac": one, "code": "800002"} for one in errors],
    }
    found = read_batch(value, (A, B, C), lambda: "other")
    assert (set(found.refused), set(found.unclear)) == (refused, unclear)
