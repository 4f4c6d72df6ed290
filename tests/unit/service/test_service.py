# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of both documents against the simulator, in every style of answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._errors import BadAnswerError, CallError, FaultError
from ansible_collections.voip.rps.plugins.module_utils._model import CurrentDevice
from ansible_collections.voip.rps.plugins.module_utils._vendors import responses as _answers
from ansible_collections.voip.rps.plugins.module_utils._vendors.service import AbsentCallError, RefusedReadError
from simulator import Fault

A, B, C, FOREIGN = "001565000001", "001565000002", "001565000003", "0015650000ff"
UNIQUE = "https://one.example.com/t0ken?x=1&y=2"
STYLES = ["compact", "padded", "typed", "cdata"]
ERRORS = ["error", "error_space", "error_none"]

styled = pytest.mark.parametrize("style", STYLES)
worded = pytest.mark.parametrize("error_style", ERRORS)


@pytest.fixture
def prepared(bench: Any) -> Any:
    bench.world.add_device(FOREIGN, "other", "theirs")
    return bench


@styled
def test_a_device_goes_through_its_whole_life(prepared: Any, style: str) -> None:
    prepared.sim.options.style = style
    service = prepared.service()
    assert service.check_device(A) == CurrentDevice(A, "unknown")
    assert service.register_device(A, "office") is None
    assert service.check_device(A) == CurrentDevice(A, "registered")
    assert service.list_devices() == (A,)
    assert service.edit_device(A, "branch") is None
    assert prepared.world.url(A) == "https://branch.example.com/"
    assert service.deregister_device(A) is None
    assert service.list_devices() == ()
    prepared.world.add_device(A, "me")
    assert service.check_device(A) == CurrentDevice(A, "unregistered")
    assert service.check_device(FOREIGN) == CurrentDevice(FOREIGN, "registered_elsewhere")
    assert service.register_device(FOREIGN, "office", override=True) is None
    assert prepared.world.device(FOREIGN).account == "me"


@styled
def test_many_devices_go_through_theirs(prepared: Any, style: str) -> None:
    prepared.sim.options.style = style
    service = prepared.service()
    assert service.register_devices([A, B, C], "office") is None
    assert sorted(service.list_devices()) == [A, B, C]
    assert service.deregister_devices([A, C]) is None
    assert service.list_devices() == (B,)
    assert service.register_devices([A, FOREIGN], "branch", override=True) is None
    assert prepared.world.device(FOREIGN).server == "branch"


@styled
def test_the_calls_that_yealink_alone_has(yealink: Any, style: str) -> None:
    yealink.sim.options.style = style
    yealink.world.add_device(FOREIGN, "other", "theirs")
    service = yealink.service()
    assert service.register_device(A, "office") is None
    assert service.check_device_ext(A) == CurrentDevice(A, "registered", "https://office.example.com/")
    assert service.edit_unique(A, "office", UNIQUE) is None
    assert service.check_device_ext(A) == CurrentDevice(A, "registered", UNIQUE)
    assert service.register_unique(B, "office", UNIQUE) is None
    assert service.check_device_ext(B).url == UNIQUE
    assert service.register_unique(FOREIGN, "office", UNIQUE, override=True) is None
    assert yealink.world.device(FOREIGN).account == "me"
    assert service.check_device_ext(C) == CurrentDevice(C, "unknown")


@styled
def test_servers_are_added_and_names_that_are_used_are_told(prepared: Any, style: str) -> None:
    prepared.sim.options.style = style
    service = prepared.service()
    assert service.add_server("new one", "https://new.example.com/a?b=1&c=2") is None
    assert prepared.world.servers("me")["new one"] == "https://new.example.com/a?b=1&c=2"
    refusal = service.add_server("new one", "https://new.example.com/")
    assert refusal is not None
    assert refusal.kind == _answers.SERVER_NAME_USED


REFUSALS: list[tuple[str, Callable[[Any], Any], set[str]]] = [
    ("server", lambda s: s.register_device(A, "nowhere"), {_answers.INVALID_SERVER}),
    ("own", lambda s: s.register_device(B, "office"), {_answers.OWN_DEVICE}),
    ("foreign", lambda s: s.register_device(FOREIGN, "office"), {_answers.OTHER_ACCOUNT}),
    ("foreign in bulk", lambda s: s.register_devices([A, FOREIGN], "office"), {_answers.OTHER_ACCOUNT}),
    ("repeated", lambda s: s.register_devices([A, A], "office"), {_answers.REPEATED_MAC}),
    ("not there", lambda s: s.deregister_device(A), {_answers.INVALID_MAC}),
    ("not there in bulk", lambda s: s.deregister_devices([A, B]), {_answers.INVALID_MAC}),
    ("edit unknown", lambda s: s.edit_device(A, "office"), {_answers.MAC_UNKNOWN, _answers.INVALID_MAC}),
    ("edit foreign", lambda s: s.edit_device(FOREIGN, "office"), {_answers.INVALID_MAC}),
    ("edit to nowhere", lambda s: s.edit_device(B, "nowhere"), {_answers.INVALID_SERVER}),
    ("empty name", lambda s: s.add_server(" ", "https://x.example/"), {_answers.SERVER_NAME_EMPTY}),
    ("bad name", lambda s: s.add_server("a/b", "https://x.example/"), {_answers.SERVER_NAME_CHARACTERS}),
    ("empty url", lambda s: s.add_server("a", " "), {_answers.SERVER_URL_EMPTY}),
    ("bad url", lambda s: s.add_server("a", "gopher://x.example/"), {_answers.URL_SCHEME}),
]


@styled
@worded
def test_every_refusal_is_understood(prepared: Any, style: str, error_style: str) -> None:
    prepared.world.add_device(B, "me", "office")
    prepared.sim.options.style = style
    prepared.sim.options.error_style = error_style
    service = prepared.service()
    before = prepared.state()
    for name, call, kinds in REFUSALS:
        refusal = call(service)
        assert refusal is not None, name
        assert refusal.kind in kinds, (name, refusal)
    assert prepared.state() == before


@worded
@pytest.mark.parametrize("practice", ["document", "practice"])
def test_a_bad_unique_url_is_understood_in_both_wordings(yealink: Any, error_style: str, practice: str) -> None:
    yealink.sim.options.error_style = error_style
    yealink.sim.options.url_refusal = practice
    refusal = yealink.service().register_unique(A, "office", "gopher://x.example/")
    assert refusal is not None
    assert refusal.kind == _answers.URL_SCHEME


@pytest.mark.parametrize("notation", ["dash", "colon", "space", "bare"])
@pytest.mark.parametrize("upper", [True, False])
def test_listed_addresses_are_normalised(bench: Any, notation: str, upper: bool) -> None:
    bench.sim.options.mac_notation = notation
    bench.sim.options.mac_upper = upper
    bench.world.add_device("0015650000ab", "me", "office")
    assert bench.service().list_devices() == ("0015650000ab",)


@worded
@pytest.mark.parametrize("text", ["No device(s) exists", "No devices found"])
def test_an_empty_account_is_an_empty_list(bench: Any, error_style: str, text: str) -> None:
    bench.sim.options.error_style = error_style
    bench.sim.options.empty_text = text
    assert bench.service().list_devices() == ()


@pytest.mark.parametrize("text", ["No devices", "no device(s) exists", "Database is down", "No device(s) exist"])
def test_no_other_text_is_an_empty_list(bench: Any, text: str) -> None:
    bench.sim.options.empty_text = text
    with pytest.raises(RefusedReadError, match="refused to list"):
        bench.service().list_devices()


def test_a_refused_address_is_a_refused_read_that_names_it(bench: Any) -> None:
    bench.sim.faults.add(Fault("text", text="Error:Invalid MAC(s)"))
    with pytest.raises(RefusedReadError, match=A) as caught:
        bench.service().read_device(A)
    assert caught.value.refusal.kind == _answers.INVALID_MAC


@pytest.mark.parametrize("ext_url", ["missing", "empty"])
def test_a_registered_device_that_shows_no_url_has_none(yealink: Any, ext_url: str) -> None:
    yealink.sim.options.ext_url = ext_url
    yealink.world.add_device(A, "me", "office")
    assert yealink.service().read_device(A) == CurrentDevice(A, "registered", None)


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
def test_an_answer_of_another_shape_is_an_error_and_never_success(bench: Any, shape: str) -> None:
    bench.sim.faults.add(Fault("wrong_shape", shape=shape))
    service = bench.service(retries=0)
    for call in (service.list_devices, lambda: service.read_device(A), lambda: service.register_device(A, "office")):
        with pytest.raises(BadAnswerError):
            call()


@pytest.mark.parametrize(
    ("ok", "text"),
    [(True, "Error:Invalid server"), (False, "OK"), (True, ""), (False, ""), (True, "ok"), (True, "OK.")],
)
def test_an_answer_that_contradicts_itself_is_an_error(bench: Any, ok: bool, text: str) -> None:
    bench.sim.faults.add(Fault("text", ok=ok, text=text))
    with pytest.raises(BadAnswerError):
        bench.service().register_device(A, "office")
    with pytest.raises(CallError):
        bench.service().list_devices()


def test_a_status_that_is_not_documented_is_an_error(bench: Any) -> None:
    bench.sim.faults.add(Fault("text", ok=True, text="Pending"))
    with pytest.raises(BadAnswerError, match="Pending"):
        bench.service().read_device(A)


def test_the_override_is_the_string_one(bench: Any) -> None:
    service = bench.service()
    service.register_device(A, "office", override=True)
    service.register_devices([B], "office", override=True)
    assert [call.params[-1] for call in bench.sim.writes()] == ["1", "1"]


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.check_device_ext(A),
        lambda s: s.register_unique(A, "office", UNIQUE),
        lambda s: s.register_unique(A, "office", UNIQUE, True),
        lambda s: s.edit_unique(A, "office", UNIQUE),
    ],
)
def test_calls_that_htek_does_not_have_are_never_sent(htek: Any, call: Callable[[Any], Any]) -> None:
    with pytest.raises(AbsentCallError, match="Htek service has no call") as caught:
        call(htek.service())
    assert not caught.value.sent
    assert htek.sim.calls() == []


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("editDevice", lambda s: s.edit_device(A, "office")),
        ("addServer", lambda s: s.add_server("x", "https://x.example/")),
        ("deRegisterDevices", lambda s: s.deregister_devices([A, B])),
        ("registerDevices", lambda s: s.register_devices([A, B], "office", True)),
    ],
)
def test_a_call_that_the_service_turns_out_not_to_have_is_said_so_and_asked_for_once(
    htek: Any, name: str, call: Callable[[Any], Any]
) -> None:
    htek.sim.options.disabled_methods = {"editDevice", "addServer", "deRegisterDevices", "registerDevices/3"}
    service = htek.service()
    for _index in range(3):
        with pytest.raises(AbsentCallError, match=f"has no call {name}") as caught:
            call(service)
        assert "api_url" not in str(caught.value)  # it is only assumed that it has them
    assert htek.sim.count() == {name: 1}
    assert service.register_devices([A, B], "office") is None


def test_a_service_without_a_documented_call_is_most_likely_another_one(bench: Any) -> None:
    bench.sim.options.disabled_methods = {"checkDevice", "checkDeviceExt"}
    with pytest.raises(AbsentCallError, match=r"Check vendor and api_url\."):
        bench.service().read_device(A)


def test_another_fault_does_not_make_a_call_absent(htek: Any) -> None:
    htek.world.add_device(A, "me", "office")
    htek.sim.faults.add(Fault("fault", code=4, text="out of memory", times=1))
    service = htek.service()
    with pytest.raises(FaultError):
        service.edit_device(A, "branch")
    assert service.edit_device(A, "branch") is None


def test_a_withdrawn_call_is_never_made(yealink: Any) -> None:
    service = yealink.service()
    assert not service.has("redirect.editDevice", 3)
    assert not service.has("redirect.editDeviceWithUniqueUrl", 4)


def test_a_long_list_of_devices_is_read(bench: Any) -> None:
    bench.sim.options.style = "padded"
    macs = [f"0015650{number:05x}" for number in range(20_000)]
    for mac in macs:
        bench.world.add_device(mac, "me", "office")
    assert list(bench.service(timeout=30).list_devices()) == macs
