# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No output of a run, however loud, holds a password, a login inside a URL, a query or a unique URL's path."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from simulator import Fault
from support.phones import mac
from support.playbooks import PLUGINS, ROLE, PlaybookRunner, Run, phone, play, role

PASSWORD = "Pä55+w/rd &1=x"
USER, QUERY, TOKEN = "pr0vUser:pr0v-Secret+9", "key=q-S3cret/77", "val1d8ion-Tok3n+x"
SERVER = f"https://{USER}@office.example.com/cfg/?{QUERY}"
UNIQUE = f"https://phones.example.com/{TOKEN}/"
OTHER = "https://other.example.com/0ther-Tok3n/"
USERS = ["acme", *(f"acme{number}" for number in range(8))]


def forms(secret: str) -> set[str]:
    raw = secret.encode()
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(raw).decode(),
        base64.b64encode(raw).decode().rstrip("="),
        ascii(secret)[1:-1],
        repr(raw)[2:-1],
    }


def leaks(run: Run) -> dict[str, list[str]]:
    return found_in((run.output + run.text).splitlines())


def found_in(lines: Iterable[str]) -> dict[str, list[str]]:
    """The lines that hold a secret, by what it is."""
    secrets = {
        "password": forms(PASSWORD).union(*(forms(f"{user}:{PASSWORD}") for user in USERS)),
        "user info": forms(USER) | forms(USER.partition(":")[2]),
        "query": forms(QUERY) | forms(QUERY.partition("=")[2]),
        "token": forms(TOKEN) | forms("0ther-Tok3n"),
    }
    known = list(lines)
    return {
        name: hits
        for name, found in secrets.items()
        if (hits := [line[:300] for line in known if any(form in line for form in found)])
    }


def account(runner: PlaybookRunner, user: str = "acme", first: int = 0) -> dict[str, Any]:
    """The variables of an account that has two of four phones, whose numbers come after ``first``."""
    runner.sim.add_account("yealink", user, PASSWORD)
    world = runner.sim.world("yealink")
    world.add_server(user, "branch", "https://branch.example.com/")
    world.add_device(mac(first + 3), user, "branch")
    world.add_device(mac(first + 4), user, None, OTHER)
    return {
        "rps_accounts": {"acme": runner.account("yealink", api_username=user, api_password=PASSWORD)},
        "rps_servers": [{"name": "office", "url": SERVER}],
    }


def phones(first: int = 0, after: str = "") -> dict[str, dict[str, Any]]:
    own = {"a": {}, "b": {"unique_url": UNIQUE}, "c": {}, "d": {"unique_url": UNIQUE}}
    return {f"{name}{after}": phone(first + number, **more) for number, (name, more) in enumerate(own.items(), 1)}


def fleet(runner: PlaybookRunner) -> None:
    runner.inventory(phones(), account(runner))


def test_a_run_that_works_tells_no_secret(runner: PlaybookRunner) -> None:
    fleet(runner)

    dry = runner.run("voip.rps.provision", "--check", "--diff", "-vvvv")
    wet = runner.run("voip.rps.provision", "--diff", "-vvvv")
    again = runner.run("voip.rps.drift", "--diff", "-vvvv")

    assert (dry.rc, wet.rc, again.rc) == (0, 0, 0)
    assert wet.recap() == dict.fromkeys("abcd", (1, 0)) | {"a": (2, 0)}  # the server was added: the summary's own
    assert [leaks(run) for run in (dry, wet, again)] == [{}, {}, {}]
    assert "office.example.com" in wet.output


def test_the_role_in_a_list_of_roles_tells_no_secret_in_its_validation(runner: PlaybookRunner) -> None:
    fleet(runner)

    good = runner.run(play(roles=[{"role": ROLE}]), "--check", "--diff", "-vvvv")
    bad = runner.run(play(roles=[{"role": ROLE, "rps_state": "gone", "rps_batch_size": "many"}]), "--diff", "-vvvv")

    assert good.rc == 0
    assert bad.rc != 0
    assert [leaks(good), leaks(bad)] == [{}, {}]


def seen(path: Path, given: Path) -> list[str]:
    """What processes that were watched have shown, a line for each piece: see ``watch/sitecustomize.py``. Of files that
    are still there, what is in them."""
    pieces = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    left = {name for kind, name, _text in pieces if kind == "file"} - {str(given)}
    return [f"{kind} {name}: {text}" for kind, name, text in pieces if name != str(given)] + [
        f"left {name}: " + Path(name).read_bytes().decode(errors="replace") for name in left if Path(name).is_file()
    ]


def test_no_process_temporary_file_log_or_report_of_a_run_holds_a_secret(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.sim.faults.add(FAULTS["refused writes"])
    temporary = runner.folder / "tmp"
    temporary.mkdir()
    places = {
        "ANSIBLE_LOG_PATH": str(runner.folder / "ansible.log"),
        "ANSIBLE_LOCAL_TEMP": str(runner.folder / "home" / "local-tmp"),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(PLUGINS / "watch"),
        "WATCH_TO": str(runner.folder / "watched.jsonl"),
    }

    run = runner.run("voip.rps.provision", "--diff", "-vvvv", env=places, cold=True)
    drift = runner.run("voip.rps.drift", "--diff", "-vvvv", env=places, cold=True)

    lines = seen(runner.folder / "watched.jsonl", runner.folder / "hosts.yml")
    for name, text in {"ansible.log": "PLAY RECAP", "drift.html": "<html", "rps-results-": mac(1)}.items():
        assert any(name in line.partition(": ")[0] and text in line for line in lines), name
    assert found_in(lines) == {}
    assert [leaks(run), leaks(drift)] == [{}, {}]


QUOTES = f"Error:Invalid server url {UNIQUE} of {SERVER} by acme:{PASSWORD} " + quote(TOKEN, safe="") + f" {OTHER}"
FAULTS = {
    "refusals": Fault("text", text=QUOTES),
    "refused writes": Fault("text", method="registerDeviceWithUniqueUrl", text=QUOTES),
    "refused servers": Fault("text", method="addServer", text=QUOTES),
    "pages": Fault("html", body=f"<html>{QUOTES}</html>"),
    "errors": Fault("status", status=500, body=QUOTES),
    "faults": Fault("fault", code=4, text=QUOTES),
    "redirects": Fault("redirect", location=SERVER),
    "lost": Fault("close", method="registerDevice", phase="after"),
}


def test_a_run_that_fails_tells_no_secret_that_the_service_quotes(runner: PlaybookRunner) -> None:
    """A play for each fault, which has phones and an account of its own."""
    hosts: dict[str, dict[str, Any]] = {}
    plays = []
    for number, (case, fault) in enumerate(FAULTS.items()):
        user, own = USERS[1 + number], phones(16 * number, str(number))
        runner.sim.faults.add(replace(fault, account=user))
        values = account(runner, user, 16 * number)
        plays.append(play(role(ignore_errors=True), name=case, hosts=",".join(own), vars=values))
        hosts |= own
    runner.inventory(hosts)

    run = runner.run(plays, "--diff", "-vvvv")

    assert [case for case, said in run.messages_by_play.items() if said] == [case for case in FAULTS if case != "lost"]
    assert [case for case, fault in zip(FAULTS, runner.sim.faults, strict=True) if not fault.hits] == []
    assert leaks(run) == {}


def test_a_refused_login_tells_no_secret(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.sim.add_account("yealink", "acme", "another")

    run = runner.run("voip.rps.provision", "-vvvv")

    assert run.rc != 0
    assert leaks(run) == {}


def test_bad_input_is_told_without_the_secret_in_it(runner: PlaybookRunner) -> None:
    fleet(runner)
    one = runner.account("yealink", api_password=PASSWORD)
    bad = [
        {"rps_unique_url": UNIQUE.replace("https", "gopher")},
        {"rps_unique_url": UNIQUE + " x"},
        {"rps_servers": [{"name": "office", "url": SERVER.replace("https", "gopher")}]},
        {"rps_servers": [SERVER]},
        {"rps_accounts": {"acme": one | {"api_url": f"https://acme:{quote(PASSWORD, safe='')}@rps.example.com/"}}},
        {"rps_accounts": {"acme": one | {"timeout": "soon"}}},
        {"rps_accounts": {"acme": one | {"vendor": "acme"}}},
        {"rps_accounts": {"acme": one | {"concurrency": "{{ nowhere }}"}}},
        {"rps_accounts": {"acme": PASSWORD}},
        {"rps_unique_url": UNIQUE + "{{ nowhere }}"},
        {"rps_unique_url": [UNIQUE]},
    ]
    plays = [play(name=f"Play {number}", vars=values, ignore_errors=True) for number, values in enumerate(bad)]

    run = runner.run(plays, "-vvvv", "--diff")

    assert len([event for event in run.bulk if event.kind == "failed"]) == len(bad)
    assert run.calls == []
    assert leaks(run) == {}
