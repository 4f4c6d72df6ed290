# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every service must do: one contract over all dialects."""

from __future__ import annotations

import contextlib
import pathlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from simulator import DIALECTS, FAULTS, VirtualClock, fault
from simulator.clients import Memory, example
from simulator.core.dialect import ROLES, Dialect, Operation
from simulator.core.memory import duration

MINE, NEW, THEIRS = "001565000001", "001565000002", "001565000003"
URL = "https://new.example.com/"
SIMULATOR = pathlib.Path(__file__).resolve().parents[2] / "simulator"
EACH = pytest.mark.parametrize("vendor", DIALECTS)
OPERATIONS = [(dialect, operation) for dialect in DIALECTS.values() for operation in dialect.operations]
EVERY_OPERATION = pytest.mark.parametrize(
    ("dialect", "operation"), OPERATIONS, ids=[f"{dialect.name}-{operation.name}" for dialect, operation in OPERATIONS]
)


def values(memory: Memory, vendor: str) -> dict[str, str]:
    """Put one phone of each kind into a service, and return what the examples name."""
    world = memory.sim.world(vendor)
    place = {"url": "https://main.example.com/"} if DIALECTS[vendor].capabilities.target == "url" else {}
    mine = world.add_device(MINE, "me", None if place else "main", serial="0001", **place)
    world.add_device(THEIRS, "other", "theirs", serial="0003")
    return {
        "{new}": NEW,
        "{mine}": MINE,
        "{mine_id}": mine.id,
        "{server}": "spare",
        "{server_id}": world.add_server("me", "spare", "https://spare.example.com/").id,
        "{url}": URL,
    }


def adding(dialect: Dialect) -> Operation:
    """Return the call that adds one new phone."""
    return next(each for each in dialect.operations if each.write and "{new}" in each.example[:1] + _macs(each))


def adding_many(dialect: Dialect) -> Operation | None:
    """Return the call that adds a list of phones, if the service has one."""
    found = (each for each in dialect.operations if each.write and isinstance((each.example or ("",))[0], list))
    return next((each for each in found if "{new}" in str(each.example)), None)


def _macs(operation: Operation) -> tuple[Any, ...]:
    first = operation.example[0] if operation.example else None
    return (first["mac"],) if isinstance(first, dict) and "mac" in first else ()


@EVERY_OPERATION
def test_every_operation_is_reachable(memory: Memory, dialect: Dialect, operation: Operation) -> None:
    memory.sim.options.update({"add_by_mac": True, "delete_used_servers": True})
    given = example(operation, values(memory, dialect.name))
    caller = memory.caller(dialect.name)
    caller(operation.name, *given)
    call = memory.sim.calls(operation.name)[-1]
    assert (call.vendor, call.account, call.method, call.write) == (dialect.name, "me", operation.name, operation.write)
    assert (call.executed, call.ok, call.params) == (True, True, list(given))
    named = [mac for mac in (MINE, NEW) if mac in str(given) or (mac == MINE and values_id(memory, dialect) in given)]
    assert call.phones == named
    assert not memory.sim.violations
    history = [entry for entry in memory.sim.world(dialect.name).history() if entry.call is not None]
    assert operation.write or not history
    assert all(entry.call == call.serial for entry in history)


def values_id(memory: Memory, dialect: Dialect) -> str:
    """Return the ID of one's own phone; a phone that a call removed has none."""
    found = memory.sim.world(dialect.name).device(MINE)
    return found.id if found is not None else "removed"


@EVERY_OPERATION
def test_read_only_mode_refuses_writes(memory: Memory, dialect: Dialect, operation: Operation) -> None:
    memory.sim.options.update({"add_by_mac": True, "delete_used_servers": True, "read_only": True})
    given = example(operation, values(memory, dialect.name))
    before = memory.sim.world(dialect.name).devices()
    reply = memory.caller(dialect.name).reply(operation.name, *given)
    assert (reply.status == 500) is operation.write
    assert len(memory.sim.violations) == operation.write
    assert memory.sim.world(dialect.name).devices() == before
    assert memory.sim.calls(operation.name)[-1].executed is not operation.write


@EVERY_OPERATION
def test_any_call_can_be_absent_or_forbidden(memory: Memory, dialect: Dialect, operation: Operation) -> None:
    memory.sim.options.add_by_mac = True
    given = example(operation, values(memory, dialect.name))
    caller = memory.caller(dialect.name)
    other = next(each for each in dialect.operations if each is not operation)
    if dialect.protocol.name == "rest":
        caller.log_in()
    memory.sim.options.disabled_methods = {f"{dialect.name}:{operation.name}"}
    with pytest.raises(Exception, match=r"404|-32601"):
        caller(operation.name, *given)
    assert memory.sim.calls(operation.name)[-1].executed is False
    memory.sim.options.reset()
    memory.sim.options.forbidden_methods = {operation.name}
    assert caller.reply(operation.name, *given).status == 403
    assert memory.sim.calls(operation.name)[-1].executed is False
    assert caller.reply(other.name, *example(other, values(memory, dialect.name))).status < 300


@EACH
@pytest.mark.parametrize("login", [("me", "wrong"), ("nobody", "secret"), ("", "")])
@pytest.mark.parametrize("status", ["401", "403"])
def test_a_wrong_login_is_refused(memory: Memory, vendor: str, login: tuple[str, str], status: str) -> None:
    memory.sim.options.bad_login = status
    caller = memory.caller(vendor, *login)
    operation = DIALECTS[vendor].operations[0]
    reply = caller.reply(operation.name, *example(operation, values(memory, vendor)))
    assert reply.status == int(status)
    assert not memory.sim.calls()
    assert [refusal.reason for refusal in memory.sim.refusals()] == ["bad login"]


@EACH
def test_a_call_that_nobody_knows(memory: Memory, vendor: str) -> None:
    caller = memory.caller(vendor)
    if DIALECTS[vendor].protocol.name == "rest":
        caller.log_in()
        reply = caller.send("POST", "/v2/rps/noSuchThing", f"Bearer {caller.token}", b"{}")
        assert reply.status == 404
    else:
        reply = caller.reply("noSuchThing", "x")
        assert b"-32601" in reply.body
        memory.sim.options.absent_calls = "apache"
        prefix = DIALECTS[vendor].prefix
        assert f"No such handler: {prefix}noSuchThing".encode() in caller.reply("noSuchThing").body
        name = DIALECTS[vendor].operations[0].name
        assert b"No method matching arguments: java.lang.String, " in caller.reply(name, *["x"] * 9).body
        assert b"Failed to parse XML-RPC request" in caller.post(b"<nonsense").body
    assert not any(call.executed for call in memory.sim.calls() if call.method != "token")


@EACH
def test_worlds_are_apart(memory: Memory, vendor: str) -> None:
    memory.sim.world(vendor).add_device(MINE, "me", "main")
    assert [name for name in DIALECTS if memory.sim.world(name).devices()] == [vendor]


@EACH
def test_every_role_has_its_call(vendor: str) -> None:
    dialect = DIALECTS[vendor]
    has = {role for role in ROLES if dialect.call_for(role) is not None}
    assert {role for operation in dialect.operations for role in operation.roles} <= set(ROLES)
    assert {"read", "add", "move", "remove"} <= has
    assert ("list" in has) is (dialect.capabilities.lists == "account")
    assert ("add_many" in has) is ("remove_many" in has) is dialect.capabilities.bulk


# -- the table of faults


def _faults() -> list[Any]:
    return [
        pytest.param(dialect, row, id=f"{dialect.name}-{row.name}")
        for dialect in DIALECTS.values()
        for row in FAULTS.values()
        if not row.protocols or dialect.protocol.name in row.protocols
    ]


@pytest.mark.parametrize(("dialect", "row"), _faults())
def test_every_fault_executes_what_the_table_says(memory: Memory, dialect: Dialect, row: Any) -> None:
    given = values(memory, dialect.name)
    many = adding_many(dialect)
    operation = many if row.executed == "first" and many is not None else adding(dialect)
    caller = memory.caller(dialect.name)
    if dialect.protocol.name == "rest":
        caller.log_in()
    arguments = list(example(operation, given))
    more = "001565000009"
    if isinstance(arguments[0], list):  # a second phone behind the first
        arguments[0] = [*arguments[0], _like(arguments[0][0], more)]
    items = [more] if row.name == "item_errors" else []
    memory.sim.faults.add(fault(row.name, method=operation.name, mac=NEW, items=items))
    world = memory.sim.world(dialect.name)
    with contextlib.suppress(OSError):  # no whole answer
        caller.reply(operation.name, *arguments)
    call = memory.sim.calls(operation.name)[0]
    assert call.fault_name == row.name
    if row.executed == "late":
        assert (world.device(NEW), call.executed) == (None, False)
        memory.clock.advance(31)
        reading = next(each for each in dialect.operations if not each.write and each.login == "account")
        caller.reply(reading.name, *example(reading, given))
    found = memory.sim.world(dialect.name).device(NEW)
    assert (found is not None) is (row.executed != "no")
    assert call.executed is (row.executed != "no")
    if row.executed == "first":
        assert memory.sim.world(dialect.name).device(more) is None
    if row.executed == "other":
        assert memory.sim.world(dialect.name).url(NEW) == "https://wrong.example.net/"


def _like(entry: Any, mac: str) -> Any:
    return {**entry, "mac": mac} if isinstance(entry, dict) else mac


@EACH
@pytest.mark.parametrize("filters", [{"nth": 2}, {"mac": NEW}, {"index": 1}, {"writes": True, "nth": 2}])
def test_which_call_a_fault_hits(memory: Memory, vendor: str, filters: dict[str, Any]) -> None:
    dialect = DIALECTS[vendor]
    operation, given = adding(dialect), values(memory, vendor)
    caller = memory.caller(vendor)
    if dialect.protocol.name == "rest":
        caller.log_in()
        memory.sim.reset_log()
    memory.sim.faults.add(fault("http_503", method=operation.name, **filters))
    statuses = [
        caller.reply(operation.name, *example(operation, {**given, "{new}": mac})).status
        for mac in ("001565000007", NEW, "001565000008")
    ]
    assert [status == 503 for status in statuses] == [False, True, False]


def test_every_row_says_what_it_does() -> None:
    assert all(row.does and row.executed in ("no", "yes", "first", "late", "other") for row in FAULTS.values())
    with pytest.raises(ValueError, match="a fault is one of"):
        fault("earthquake")


# -- the core


def test_the_core_knows_no_service() -> None:
    names = "|".join([*DIALECTS, "methodResponse", "xml\\.", "import json as rest"])
    for path in sorted((SIMULATOR / "core").glob("*.py")):
        assert not re.search(names, path.read_text(encoding="utf-8")), path.name


def test_a_dialect_is_one_file() -> None:
    files = {path.stem for path in (SIMULATOR / "dialects").glob("*.py") if not path.stem.startswith("_")}
    assert files == set(DIALECTS)
    pattern = re.compile("|".join(DIALECTS))
    shared = [SIMULATOR / "server.py", *(SIMULATOR / "protocols").glob("*.py")]
    code = {path.name: re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text(encoding="utf-8")) for path in shared}
    assert not [name for name, text in code.items() if pattern.search(text)]


def test_dribbled_and_hanging_answers_as_data(memory: Memory) -> None:
    caller: Callable[..., Any] = memory.caller("yealink").reply
    memory.sim.faults.add(fault("after_dribbles", nth=1, interval=2.0), fault("hangs", nth=2))
    memory.caller("yealink").timeout = 1.0
    with pytest.raises(TimeoutError):
        caller("checkDevice", MINE)
    assert isinstance(memory.clock, VirtualClock)
    started = memory.clock()
    with pytest.raises(TimeoutError):
        caller("checkDevice", MINE)
    assert memory.clock() - started == 30.0
    memory.sim.faults.clear()
    memory.sim.options.latency = 0.25
    reply = caller("checkDevice", MINE)
    assert duration(reply) == 0.25
    assert memory.clock() - started == 30.25
