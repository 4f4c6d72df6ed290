# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call and its answer: faults, web pages, broken bodies, sizes, encodings."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.limits import MAX_ANSWER_BYTES
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import NO_SUCH_METHOD
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    BadAnswerError,
    BusyError,
    FaultError,
)
from simulator import Fault
from support.calls import MAC, REGISTER, WRITE, Client
from support.client import ServiceEnv
from support.phones import PASSWORD

# Faults.


@pytest.mark.parametrize(
    ("code", "text", "absent", "assumed_absent"),
    [
        (NO_SUCH_METHOD, "", True, True),
        (NO_SUCH_METHOD, "server error. requested method not found", True, True),
        (0, "No such handler: redirect.editDevice", True, True),
        (0, " No such\nhandler: redirect.editDevice", True, True),
        (0, "No method matching arguments: java.lang.String", True, True),
        (0, "unknown method", False, True),
        (1, "Method redirect.addServer is not defined", False, True),
        (4, "server error. requested method redirect.x does not exist", False, True),
        (0, "Failed to invoke method x in class y: No such handler: z", False, False),
        (0, "Failed to invoke method x in class y: unknown method", False, False),
        (0, "the method that you called failed", False, False),
        (-32602, "", False, False),
        (-32700, "parse error", False, False),
        (0, "internal error", False, False),
        (-32500, "database is down", False, False),
        (0, "not allowed", False, False),
        (0, "not authorized", False, False),
    ],
)
def test_only_an_anchored_phrase_or_the_code_means_that_a_call_is_absent(
    yealink: ServiceEnv, code: int, text: str, absent: bool, assumed_absent: bool
) -> None:
    yealink.sim.faults.add(Fault("fault", code=code, text=text))
    kinds = {True: AbsentCallError, False: FaultError}
    assert Client(yealink).fails(kinds[absent], WRITE).executed is (False if absent else None)
    Client(yealink).fails(kinds[assumed_absent], WRITE, documented=False)


def test_a_fault_is_quoted_with_code_and_text_and_without_secrets(yealink: ServiceEnv) -> None:
    text = f"out of memory for {PASSWORD} at https://u:p@x.example/t?k=v"
    yealink.sim.faults.add(Fault("fault", code=12, text=text))
    error = Client(yealink).fails(FaultError)
    assert (error.code, "out of memory for ****" in error.text) == (12, True)
    for secret in (PASSWORD, "u:p@", "k=v"):
        assert secret not in str(error) + error.text


def test_a_fault_with_http_500_is_a_fault(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("fault", code=12, text="out of memory", status=500))
    assert Client(yealink).fails(FaultError).code == 12


@pytest.mark.parametrize("body", [b"<?xml version='1.0'?><html/>", b"<methodResp", b"out of memory", b""])
def test_any_other_body_with_http_500_is_a_busy_service(yealink: ServiceEnv, body: bytes) -> None:
    yealink.sim.faults.add(Fault("status", status=500, body=body))
    Client(yealink, retries=0).fails(BusyError)


# Answers.


def test_not_found_names_the_address_as_the_thing_to_check(yealink: ServiceEnv) -> None:
    error = Client(yealink, api_url="http://127.0.0.1:1/elsewhere").fails(BadAnswerError)
    assert "HTTP 404" in str(error)
    assert "api_url" in error.fix
    assert not error.transient


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html"},
        {"kind": "body", "body": b"  <!DOCTYPE html><html></html>", "content_type": "text/xml"},
        {"kind": "body", "body": b"<HTML><body>log in", "content_type": ""},
        {"kind": "body", "body": b"log in", "content_type": "text/html; charset=utf-8"},
    ],
)
def test_a_web_page_is_distinguished_from_a_broken_answer(yealink: ServiceEnv, fault: dict[str, Any]) -> None:
    yealink.sim.faults.add(Fault(**fault))
    error = Client(yealink, retries=0).fails(BadAnswerError)
    assert "web page" in str(error)
    assert error.transient
    assert "api_url" in error.fix


def test_xml_with_the_type_of_a_web_page_is_read(yealink: ServiceEnv) -> None:
    body = (
        b"\xef\xbb\xbf<?xml version='1.0'?><methodResponse><params><param><value>x</value></param></params>"
        b"</methodResponse>"
    )
    yealink.sim.faults.add(Fault("body", body=body, content_type="text/html"))
    assert Client(yealink)() == "x"


@pytest.mark.parametrize("body", [b"<methodResponse/>", b"\x00\xff", b"<methodResponse>" + b"<a>" * 500])
def test_a_broken_answer_is_final_and_a_truncated_one_passes(yealink: ServiceEnv, body: bytes) -> None:
    yealink.sim.faults.add(Fault("body", body=body))
    assert not Client(yealink).fails(BadAnswerError).transient
    yealink.sim.faults.clear()
    yealink.sim.faults.add(Fault("body", body=b"<methodResponse><params>"))
    assert Client(yealink, retries=0).fails(BadAnswerError).transient


def test_a_character_that_xml_cannot_have_is_refused_before_sending(yealink: ServiceEnv) -> None:
    client = Client(yealink)
    client.fails(BadAnswerError, (REGISTER, [MAC, "off\x00ice"], False))
    assert client.adapter.sent == 0


def test_an_answer_over_the_cap_is_refused_and_one_at_the_cap_is_read(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("body", body=b"<" + b"x" * MAX_ANSWER_BYTES))
    error = Client(yealink).fails(BadAnswerError)
    assert f"{MAX_ANSWER_BYTES:,}" in str(error)
    assert len(yealink.sim.calls()) == 1
    yealink.sim.faults.clear()
    yealink.sim.faults.add(Fault("body", body=b"<" + b"x" * (MAX_ANSWER_BYTES - 1)))
    assert f"{MAX_ANSWER_BYTES:,}" not in str(Client(yealink).fails(BadAnswerError))


def test_a_list_may_be_longer_than_other_answers(yealink: ServiceEnv) -> None:
    yealink.sim.faults.add(Fault("body", body=b"<" + b"x" * MAX_ANSWER_BYTES))
    error = Client(yealink).fails(BadAnswerError, max_bytes=MAX_ANSWER_BYTES * 2)
    assert "bytes" not in str(error)


ANSWER = b"<methodResponse><params><param><value>x</value></param></params></methodResponse>"


@pytest.mark.parametrize("encoding", ["br", "zstd", "nonsense", "gzip, gzip"])
def test_an_encoding_that_nobody_asked_for_is_refused(yealink: ServiceEnv, encoding: str) -> None:
    yealink.sim.faults.add(Fault("body", body=ANSWER, headers={"Content-Encoding": encoding}))
    assert "unpacked" in str(Client(yealink).fails(BadAnswerError))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "identity", ""])
def test_an_encoding_that_was_asked_for_is_unpacked(yealink: ServiceEnv, encoding: str) -> None:
    body = gzip.compress(ANSWER) if "gzip" in encoding.lower() else ANSWER
    yealink.sim.faults.add(Fault("body", body=body, headers={"Content-Encoding": encoding}))
    assert Client(yealink)() == "x"


@pytest.mark.parametrize("body", [gzip.compress(ANSWER)[:-12], ANSWER, b""], ids=["cut", "plain", "empty"])
def test_broken_gzip_is_refused(yealink: ServiceEnv, body: bytes) -> None:
    yealink.sim.faults.add(Fault("body", body=body, headers={"Content-Encoding": "gzip"}))
    assert "unpacked" in str(Client(yealink).fails(BadAnswerError, WRITE))
