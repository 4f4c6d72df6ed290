# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML samples of the vendors' documents: requests are understood, answers are written as they are printed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
from simulator.clients import Memory
from simulator.protocols import xmlrpc
from support.documents import DOCUMENTS, SAMPLES

REQUESTS = [sample for sample in SAMPLES if sample["kind"] == "request"]
ANSWERS = [sample for sample in SAMPLES if sample["kind"] == "answer" and sample["well_formed"]]


def named(sample: dict[str, Any]) -> str:
    return str(sample["file"])


def cleaned(value: Any) -> Any:
    """Return a value without the marks of omission of the samples, and its texts trimmed."""
    if isinstance(value, str):
        return value.strip()
    return [cleaned(item) for item in value if cleaned(item) != "..."]


@pytest.mark.parametrize("sample", REQUESTS, ids=named)
def test_a_request_is_understood(sample: dict[str, Any]) -> None:
    body = (DOCUMENTS / sample["file"]).read_bytes()
    body = body.replace(b"\n...", b"").replace(b"...", b"")  # left-out values, which are no XML-RPC
    name, params = xmlrpc.decode(body.strip())
    assert name == sample["method"]
    assert cleaned(params) == sample["params"]


@pytest.mark.parametrize("sample", REQUESTS, ids=named)
def test_a_request_reaches_its_operation(memory: Memory, sample: dict[str, Any]) -> None:
    """The samples' made-up servers and phones are refused, but never as a call that nobody knows."""
    memory.sim.options.retired_calls = "accept"
    body = (DOCUMENTS / sample["file"]).read_bytes().replace(b"\n...", b"").replace(b"...", b"")
    reply = memory.caller(sample["vendor"]).post(body.strip())
    (call,) = memory.sim.calls()
    assert (reply.status, call.method) == (200, sample["method"].rpartition(".")[2])
    assert call.ok is not None


@pytest.mark.parametrize("sample", ANSWERS, ids=named)
def test_an_answer_is_written_as_printed(memory: Memory, sample: dict[str, Any]) -> None:
    printed = ET.fromstring((DOCUMENTS / sample["file"]).read_bytes().strip())
    memory.sim.options.style = "padded"
    written = ET.fromstring(xmlrpc.encode(sample["value"], memory.sim.options.view(sample["vendor"])))
    assert list(outline(written)) == list(outline(printed))


def outline(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield every element's tag and its trimmed text; left-out values of the samples are no text."""
    for each in element.iter():
        yield each.tag, (each.text or "").strip()


def test_the_padded_layout_is_that_of_the_samples(memory: Memory) -> None:
    memory.sim.options.style = "padded"
    sample = (DOCUMENTS / "yealink/4.14.5.1.xml").read_text(encoding="utf-8")
    written = xmlrpc.encode([True, "Registered", "http://www.test.com"], memory.sim.options.view("yealink")).decode()
    lines = [line.strip() for line in written.replace("<methodResponse ", "<methodResponse\n").splitlines()]
    assert lines == [line.strip() for line in sample.strip().splitlines()]
    assert "            http://www.test.com\n          </value>" in written
