# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON calls: the token, nonces and timestamps, what every error proves, and that no secret is in its text."""

from __future__ import annotations

import base64
import email.utils
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.calls import LOGIN
from ansible_collections.voip.rps.plugins.module_utils._client.api_refusal import ApiRefusal
from ansible_collections.voip.rps.plugins.module_utils._client.rest_client import (
    RepeatedNonceError,
    RestClient,
    read_json,
)
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    CallError,
    LoginError,
    LostAnswerError,
    NotSentError,
    RateLimitError,
    StoppedError,
    TooLargeError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import Connection
from ansible_collections.voip.rps.plugins.module_utils._redaction import Masker
from support.fake_http import (
    EPOCH_S,
    FakeHttp,
    Reply,
    Sent,
    Unsent,
    VirtualClock,
)

KEY, SECRET = "AKexample", "pässw0rd:w1th-colon"
URL = "https://eu-api.example.com"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
TOKENS = [f"eyJtb2NrIjoxfQ-{number}-Zm9vYmFy" for number in range(9)]


def error(status: int, code: Any, message: str = "words", headers: Any = None, **more: Any) -> Reply:
    return Reply(status, {"code": code, "message": message, "requestId": "r1", **more}, headers or {})


class Service:
    """A service with tokens; other calls are answered by ``replies`` in order, the last one again and again."""

    def __init__(self, *replies: Reply | Exception, tokens: list[Reply | Exception] | None = None) -> None:
        self.replies = list(replies)
        self.tokens = tokens
        self.lifetime: Any = 3600
        self.issued = 0
        self.lock = threading.Lock()

    def __call__(self, sent: Sent) -> Reply:
        with self.lock:
            reply = self._token() if sent.path == "/v2/token" else self._next(self.replies)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _token(self) -> Reply | Exception:
        if self.tokens is not None:
            return self._next(self.tokens)
        self.issued += 1
        return Reply(200, {"access_token": TOKENS[self.issued], "token_type": "bearer", "expires_in": self.lifetime})

    @staticmethod
    def _next(replies: list[Reply | Exception]) -> Reply | Exception:
        return replies.pop(0) if len(replies) > 1 else replies[0]


class Setup:
    """A client on a fake network and a virtual clock."""

    def __init__(self, handle: Callable[[Sent], Reply], **changes: Any) -> None:
        self.clock = VirtualClock()
        self.http = FakeHttp(handle)
        connection = Connection("ymcs", changes.pop("api_url", URL), KEY, SECRET, **changes)
        masker = Masker("ymcs", KEY, SECRET, rounds=1)
        self.client = RestClient(connection, masker, adapter=self.http, clock=self.clock)

    def read(self) -> Any:
        return self.client.call("listThings", "POST", "/v2/things", {"skip": 0}, idempotent=True)

    def write(self) -> Any:
        return self.client.call("addThing", "POST", "/v2/thing", {"mac": "001565000001"}, idempotent=False)

    def paths(self) -> list[str]:
        return [sent.path for sent in self.http.sent]

    def fails(self, call: Callable[[], Any]) -> CallError:
        """The error of a call, after a check that no secret is in its text."""
        with pytest.raises(CallError) as caught:
            call()
        shown = f"{caught.value} {caught.value.fix}"
        for sent in self.http.sent:
            for secret in (sent.headers["nonce"], sent.headers["authorization"].partition(" ")[2]):
                assert secret not in shown
        assert SECRET not in shown
        return caught.value


def echo(status: int, code: Any) -> Callable[[Sent], Reply]:
    """A service that quotes everything secret of a request in its error."""

    def handle(sent: Sent) -> Reply:
        if sent.path == "/v2/token" and code != "900401":
            return Reply(200, {"access_token": TOKENS[1], "expires_in": 60})
        quoted = f"bad request: {sent.headers['authorization']} {sent.headers['nonce']} {SECRET}"
        return error(status, code, quoted, details=[{"field": "nonce", "message": quoted}])

    return handle


# The request.


def test_the_token_is_asked_with_the_access_key_and_then_carried_by_every_call() -> None:
    setup = Setup(Service(Reply(200, {"total": 0})))
    assert setup.read() == {"total": 0}
    setup.write()
    token, first, second = setup.http.sent
    assert (token.verb, token.url, token.json) == ("POST", f"{URL}/v2/token", {"grant_type": "client_credentials"})
    assert token.headers["authorization"] == BASIC
    assert (first.verb, first.url, first.json) == ("POST", f"{URL}/v2/things", {"skip": 0})
    assert [sent.headers["authorization"] for sent in (first, second)] == [f"Bearer {TOKENS[1]}"] * 2
    assert first.headers["content-type"] == "application/json"
    assert setup.client.calls == {"token": 1, "listThings": 1, "addThing": 1}


def test_every_request_has_the_time_in_milliseconds_and_a_nonce_of_32_characters() -> None:
    setup = Setup(Service(Reply()))
    setup.read()
    setup.clock.now += 1.5
    setup.read()
    stamps = [sent.headers["timestamp"] for sent in setup.http.sent]
    assert stamps == [str(int(EPOCH_S * 1000)), str(int(EPOCH_S * 1000)), str(int(EPOCH_S * 1000) + 1500)]
    assert all(len(sent.headers["nonce"]) == 32 for sent in setup.http.sent)


def test_a_nonce_is_never_used_twice_by_further_tries_either() -> None:
    setup = Setup(Service(Reply(503), Reply(503), error(429, "900429"), error(403, "500403"), Reply()), retries=5)
    setup.read()
    nonces = [sent.headers["nonce"] for sent in setup.http.sent]
    assert len(nonces) == len(set(nonces)) == 6


def test_each_try_has_its_own_time() -> None:
    setup = Setup(Service(error(429, "900429", headers={"Retry-After": "7"}), Reply()))
    setup.write()
    first, second = (int(sent.headers["timestamp"]) for sent in setup.http.sent[1:])
    assert second - first >= 7000


def test_a_call_without_a_body_sends_none() -> None:
    setup = Setup(Service(Reply(200, {"id": "1"})))
    assert setup.client.call("getThing", "GET", "/v2/things/1", idempotent=True) == {"id": "1"}
    sent = setup.http.sent[-1]
    assert (sent.verb, sent.body) == ("GET", None)
    assert "content-type" not in sent.headers
    assert "content-length" not in sent.headers


def test_a_slash_at_the_end_of_the_address_does_not_count() -> None:
    setup = Setup(Service(Reply()), api_url=f"{URL}/")
    setup.read()
    assert setup.paths() == ["/v2/token", "/v2/things"]


def test_text_outside_ascii_arrives_as_it_is() -> None:
    setup = Setup(Service(Reply(200, {"name": "Büro"})))
    value = setup.client.call("addServer", "POST", "/v2/s", {"serverName": "Büro ☎"}, idempotent=False)
    assert setup.http.sent[-1].json == {"serverName": "Büro ☎"}
    assert value == {"name": "Büro"}


# The life of a token.


def test_a_token_is_renewed_before_it_expires_and_not_earlier() -> None:
    setup = Setup(Service(Reply()))
    setup.read()
    setup.clock.now += 3600 - 61
    setup.read()
    assert setup.paths().count("/v2/token") == 1
    setup.clock.now += 1.5
    setup.read()
    assert setup.paths()[-2:] == ["/v2/token", "/v2/things"]
    assert setup.http.sent[-1].headers["authorization"] == f"Bearer {TOKENS[2]}"


def test_a_token_of_few_seconds_is_used_for_most_of_them() -> None:
    service = Service(Reply())
    service.lifetime = 20
    setup = Setup(service)
    setup.read()
    setup.clock.now += 17
    setup.read()
    assert service.issued == 1
    setup.clock.now += 2
    setup.read()
    assert service.issued == 2


@pytest.mark.parametrize("reply", [error(401, "900401"), error(401, 900401), Reply(401), error(401, "500401")])
def test_a_refused_token_is_renewed_once_and_the_same_write_sent_again(reply: Reply) -> None:
    setup = Setup(Service(reply, Reply(200, {"id": "7"})))
    assert setup.write() == {"id": "7"}
    assert setup.paths() == ["/v2/token", "/v2/thing", "/v2/token", "/v2/thing"]
    assert setup.http.sent[1].body == setup.http.sent[3].body
    assert setup.http.sent[3].headers["authorization"] == f"Bearer {TOKENS[2]}"


def test_a_new_token_that_is_refused_too_ends_the_run() -> None:
    setup = Setup(Service(error(401, "900401", "Not logged in")))
    found = setup.fails(setup.write)
    assert isinstance(found, LoginError)
    assert found.executed is False
    assert setup.paths() == ["/v2/token", "/v2/thing"] * 2
    assert isinstance(setup.fails(setup.read), StoppedError)
    assert len(setup.http.sent) == 4


def test_a_token_that_fails_late_is_renewed_as_often_as_it_takes() -> None:
    setup = Setup(Service(Reply(), error(401, "900401"), Reply(), error(401, "900401"), Reply()))
    for _index in range(3):
        setup.read()
    assert setup.paths().count("/v2/token") == 3


def test_many_threads_ask_for_one_token() -> None:
    """The first answer is kept back for a while, so that every other thread could ask for a token too."""
    service = Service(Reply())
    second = threading.Event()

    def handle(sent: Sent) -> Reply:
        if sent.path == "/v2/token":
            if service.issued:
                second.set()
            reply = service(sent)
            second.wait(0.2)
            return reply
        return service(sent)

    setup = Setup(handle)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _index: setup.read(), range(40)))
    assert service.issued == 1
    assert setup.client.calls == {"token": 1, "listThings": 40}


def test_threads_whose_token_was_refused_renew_it_once_together() -> None:
    """All of them send with the first token before any of them learns that it is not good any more."""
    barrier = threading.Barrier(4)
    issued: list[str] = []

    def handle(sent: Sent) -> Reply:
        if sent.path == "/v2/token":
            issued.append(TOKENS[len(issued) + 1])
            return Reply(200, {"access_token": issued[-1], "expires_in": 3600})
        if sent.headers["authorization"] == f"Bearer {TOKENS[1]}":
            barrier.wait(30)
            return error(401, "900401")
        return Reply(200, {"ok": True})

    setup = Setup(handle)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _index: setup.write(), range(4)))
    assert answers == [{"ok": True}] * 4
    assert issued == TOKENS[1:3]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "token",
        {},
        {"access_token": "", "expires_in": 60},
        {"access_token": 5, "expires_in": 60},
        {"access_token": "two words", "expires_in": 60},
        {"access_token": "a\r\nb", "expires_in": 60},
        {"access_token": TOKENS[1]},
        {"access_token": TOKENS[1], "expires_in": "soon"},
        {"access_token": TOKENS[1], "expires_in": True},
        {"access_token": TOKENS[1], "expires_in": 0},
        {"access_token": TOKENS[1], "expires_in": 1e300},
    ],
)
def test_an_answer_without_a_usable_token_leaves_the_call_unsent(value: Any) -> None:
    setup = Setup(Service(Reply(), tokens=[Reply(200, value)]))
    found = setup.fails(setup.write)
    assert isinstance(found, NotSentError)
    assert found.executed is False
    assert setup.paths() == ["/v2/token"]


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (Reply(502), True),
        (error(500, "900500"), True),
        (ConnectionResetError("gone"), True),
        (Reply(200, b"{"), False),
        (Reply(302, headers={"Location": "https://elsewhere.example"}), False),
        (error(404, "900404"), False),
        (Reply(404, b"<html>"), False),
    ],
)
def test_a_token_that_cannot_be_had_proves_that_the_write_was_not_sent(failure: Any, again: bool) -> None:
    setup = Setup(Service(Reply(), tokens=[failure]), retries=2)
    found = setup.fails(setup.write)
    assert isinstance(found, NotSentError)
    assert found.executed is False
    assert setup.paths() == ["/v2/token"] * (3 if again else 1)


def test_a_lost_token_is_asked_for_again() -> None:
    good = Reply(200, {"access_token": TOKENS[1], "expires_in": 3600})
    setup = Setup(Service(Reply(), tokens=[Reply(503), ConnectionResetError("gone"), good]))
    setup.write()
    assert setup.paths() == ["/v2/token"] * 3 + ["/v2/thing"]


def test_a_rate_limit_on_the_token_waits_as_asked() -> None:
    good = Reply(200, {"access_token": TOKENS[1], "expires_in": 3600})
    setup = Setup(Service(Reply(), tokens=[error(429, "900429", headers={"Retry-After": "9"}), good]))
    setup.write()
    assert setup.clock.waits == [9.0]


# Logins.


@pytest.mark.parametrize(
    "reply",
    [
        error(401, "900401"),
        error(401, "500401", "Invalid request header"),
        error(403, "900401"),
        error(403, "900403"),
        error(400, "900400", "Bad client"),
        Reply(401),
        Reply(403, b"<html>no"),
    ],
)
def test_a_refused_token_call_names_everything_that_it_can_be(reply: Reply) -> None:
    setup = Setup(Service(Reply(), tokens=[reply]))
    found = setup.fails(setup.write)
    assert isinstance(found, LoginError)
    for cause in ("AccessKey ID and secret", LOGIN, "region", "api_url", "clock"):
        assert cause in found.fix
    assert setup.paths() == ["/v2/token"]
    assert isinstance(setup.fails(setup.read), StoppedError)


@pytest.mark.parametrize(("minutes", "way"), [(-42, "42 min behind"), (42, "42 min ahead of")])
def test_a_clock_that_differs_from_the_service_is_named_first(minutes: int, way: str) -> None:
    date = email.utils.formatdate(EPOCH_S - minutes * 60, usegmt=True)
    setup = Setup(Service(Reply(), tokens=[error(401, "500401", headers={"Date": date})]))
    found = setup.fails(setup.read)
    assert way in found.fix
    assert LOGIN in found.fix


@pytest.mark.parametrize("date", [email.utils.formatdate(EPOCH_S + 20, usegmt=True), "soon", ""])
def test_a_clock_that_agrees_or_is_unknown_is_not_blamed(date: str) -> None:
    setup = Setup(Service(Reply(), tokens=[error(401, "500401", headers={"Date": date})]))
    assert setup.fails(setup.read).fix.startswith("Check ")


@pytest.mark.parametrize("reply", [error(403, "900403"), Reply(403), error(400, "900403")])
def test_a_forbidden_call_is_closed_to_the_account_and_the_others_go_on(reply: Reply) -> None:
    setup = Setup(Service(reply, Reply(200, {"ok": 1})))
    found = setup.fails(setup.write)
    assert isinstance(found, AbsentCallError)
    assert (found.closed, found.call, found.executed) == (True, "addThing", False)
    assert found.fix
    assert setup.read() == {"ok": 1}


@pytest.mark.parametrize("status", [404, 405])
def test_an_error_object_about_the_path_means_that_there_is_no_such_call(status: int) -> None:
    setup = Setup(Service(error(status, f"900{status}")))
    found = setup.fails(setup.write)
    assert isinstance(found, AbsentCallError)
    assert (found.closed, found.call) == (False, "addThing")


# Other errors.


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (error(429, "900429", headers={"Retry-After": "12"}), 12.0),
        (error(429, 900429, "Too many requests, retry after 5 seconds"), 5.0),
        (error(400, "900429", details=[{"field": "rate", "message": "wait 4s"}]), 4.0),
        (error(429, "900429", details=[{"field": "retryAfter", "message": "33"}]), 33.0),
        (error(429, "900429", "5 calls allowed", headers={"Retry-After": "6"}), 6.0),
        (error(429, "900429", "100 requests a day"), None),
    ],
)
def test_a_rate_limit_refuses_for_certain_and_names_its_wait(reply: Reply, seconds: float | None) -> None:
    setup = Setup(Service(reply), retries=0)
    found = setup.fails(setup.write)
    assert isinstance(found, RateLimitError)
    assert (found.executed, found.retry_after) == (False, seconds)


def test_a_write_under_a_rate_limit_is_sent_again_after_its_wait() -> None:
    setup = Setup(Service(error(429, "900429", "try again in 8 seconds"), Reply(201, {"id": "1"})))
    assert setup.write() == {"id": "1"}
    assert setup.clock.waits == [8.0]


def test_a_repeated_nonce_leaves_a_write_open_because_its_first_copy_may_have_been_executed() -> None:
    setup = Setup(Service(error(403, "500403")))
    found = setup.fails(setup.write)
    assert isinstance(found, RepeatedNonceError)
    assert (found.executed, found.transient) == (None, True)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(429),
        Reply(500),
        Reply(503, b"<html>"),
        Reply(504),
        Reply(520),
        error(500, "900500"),
        error(400, "900503"),
        error(503, "800003"),
        error(429, "800006"),
    ],
)
def test_a_busy_service_may_have_executed_a_write_so_it_is_not_sent_again(reply: Reply) -> None:
    setup = Setup(Service(reply))
    found = setup.fails(setup.write)
    assert isinstance(found, BusyError)
    assert found.executed is None
    assert setup.paths() == ["/v2/token", "/v2/thing"]


def test_a_busy_service_is_asked_again_for_a_read_after_its_wait() -> None:
    setup = Setup(Service(Reply(503, headers={"Retry-After": "3"}), Reply(200, [])))
    assert setup.read() == []
    assert setup.clock.waits == [3.0]


def test_a_request_that_is_too_large_was_not_executed() -> None:
    setup = Setup(Service(Reply(413)))
    found = setup.fails(setup.write)
    assert isinstance(found, TooLargeError)


@pytest.mark.parametrize("code", ["800004", 800004])
@pytest.mark.parametrize("status", [400, 403, 409, 412])
def test_other_error_objects_are_refusals_with_their_code_and_details(status: int, code: Any) -> None:
    details = [{"field": "mac", "message": "is known"}, {"field": "sn", "message": "0012"}, "nonsense"]
    setup = Setup(Service(error(status, code, "managed\nby  another", details=details)))
    found = setup.fails(setup.write)
    assert isinstance(found, ApiRefusal)
    assert (found.executed, found.code) == (False, "800004")
    assert found.words == "managed by another (mac: is known; sn: 0012)"
    assert found.details == (("mac", "is known"), ("sn", "0012"))
    assert "managed by another" in str(found)
    assert setup.paths() == ["/v2/token", "/v2/thing"]


@pytest.mark.parametrize("details", [None, "x", 5, {}, [None]])
def test_details_of_any_shape_do_no_harm(details: Any) -> None:
    setup = Setup(Service(error(400, "900400", "no", details=details)))
    found = setup.fails(setup.read)
    assert isinstance(found, ApiRefusal)
    assert (found.words, found.details) == ("no", ())


@pytest.mark.parametrize(
    "reply",
    [
        Reply(400),
        Reply(400, b"not json"),
        Reply(404, b"<html>"),
        Reply(418, {"message": "no code"}),
        error(400, "invalid_request"),
        error(400, 12),
        error(400, None),
        Reply(400, [1]),
        Reply(302, headers={"Location": "https://elsewhere.example.com/v2"}),
        Reply(200, b"{"),
        Reply(200, b'{"a": NaN}'),
        Reply(200, b"[" * 100_000),
        Reply(200, b"9" * 5000),
        Reply(200, b'{"a": "\xff"}'),
        Reply(200, b"<!DOCTYPE html><title>Log in</title>"),
    ],
)
def test_what_is_no_answer_of_this_protocol_leaves_a_write_open(reply: Reply) -> None:
    setup = Setup(Service(reply))
    found = setup.fails(setup.write)
    assert isinstance(found, BadAnswerError)
    assert found.executed is None
    assert setup.paths() == ["/v2/token", "/v2/thing"]


def test_a_redirect_is_never_followed() -> None:
    setup = Setup(Service(Reply(307, headers={"Location": "https://elsewhere.example.com/"})))
    setup.fails(setup.read)
    assert {sent.url.split("/")[2] for sent in setup.http.sent} == {"eu-api.example.com"}


def test_an_answer_without_a_body_is_none() -> None:
    setup = Setup(Service(Reply(204)))
    assert setup.client.call("editThing", "PATCH", "/v2/thing/1", {"a": 1}, idempotent=False) is None


def test_an_answer_is_bounded_and_the_bound_can_be_raised() -> None:
    large = Reply(200, {"data": "x" * (2 << 20)})
    setup = Setup(Service(large))
    assert isinstance(setup.fails(setup.read), BadAnswerError)
    value = setup.client.call("listThings", "POST", "/v2/things", {}, idempotent=True, max_bytes=4 << 20)
    assert len(value["data"]) == 2 << 20


def test_a_write_whose_answer_is_lost_stays_open_and_a_timeout_says_so() -> None:
    setup = Setup(Service(ConnectionResetError("gone")))
    found = setup.fails(setup.write)
    assert isinstance(found, LostAnswerError)
    assert (found.executed, found.timed_out) == (None, False)

    def slow(sent: Sent) -> Reply:
        if sent.path == "/v2/token":
            return Reply(200, {"access_token": TOKENS[1], "expires_in": 3600})
        slow_setup.clock.now += 31
        raise TimeoutError

    slow_setup = Setup(slow)
    found = slow_setup.fails(slow_setup.write)
    assert (found.executed, found.timed_out) == (None, True)
    assert slow_setup.paths() == ["/v2/token", "/v2/thing"]


def test_a_handshake_that_needs_legacy_renegotiation_says_so() -> None:
    why = "[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation disabled (_ssl.c:1000)"
    setup = Setup(Service(Reply(), tokens=[Unsent(ssl.SSLError(1, why))]))
    found = setup.fails(setup.write)
    assert isinstance(found, NotSentError)
    assert "legacy renegotiation" in str(found)
    assert found.executed is False


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "800003"),
        (400, "900400"),
        (401, "900401"),
        (403, "900403"),
        (403, "500403"),
        (404, "900404"),
        (429, "900429"),
        (500, "900500"),
        (503, "nothing"),
    ],
)
def test_no_error_quotes_token_nonce_authorization_or_secret(status: int, code: str) -> None:
    setup = Setup(echo(status, code), retries=1)
    found = setup.fails(setup.write)
    if isinstance(found, ApiRefusal):
        nonces = [sent.headers["nonce"] for sent in setup.http.sent]
        assert not any(nonce in found.words for nonce in nonces)
        assert TOKENS[1] not in setup.client.masker.text(found.words)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf {"a": [1, -2.5, null, true, "\\u00e9"]}', {"a": [1, -2.5, None, True, "é"]}),
        (b"null", None),
        (b'"x"', "x"),
        (b"12345678901234567890", 12345678901234567890),
    ],
)
def test_json_is_read(body: bytes, value: Any) -> None:
    assert read_json(body) == value


@pytest.mark.parametrize("body", [b"", b"{'a': 1}", b"Infinity", b"1" * 21, b"\xff", b"[" * 200_000, b"{} {}"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_json(body)
