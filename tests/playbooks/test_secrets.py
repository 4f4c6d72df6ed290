# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No output of a run, however loud, holds a password, a login inside a URL, a query or a unique URL's path."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from simulator import Fault
from support.phones import mac
from support.playbooks import PLUGINS, ROLE, PlaybookRunner, Run, phone, play

PASSWORD = "Pä55+w/rd &1=x"
USER, QUERY, TOKEN = "pr0vUser:pr0v-Secret+9", "key=q-S3cret/77", "val1d8ion-Tok3n+x"
SERVER = f"https://{USER}@office.example.com/cfg/?{QUERY}"
UNIQUE = f"https://phones.example.com/{TOKEN}/"
OTHER = "https://other.example.com/0ther-Tok3n/"


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
        "password": forms(PASSWORD) | forms(f"acme:{PASSWORD}"),
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


def fleet(runner: PlaybookRunner) -> None:
    runner.sim.add_account("yealink", "acme", PASSWORD)
    world = runner.sim.world("yealink")
    world.add_server("acme", "branch", "https://branch.example.com/")
    world.add_device(mac(3), "acme", "branch")
    world.add_device(mac(4), "acme", None, OTHER)
    values = {
        "rps_accounts": {"acme": runner.account("yealink", api_password=PASSWORD)},
        "rps_servers": [{"name": "office", "url": SERVER}],
    }
    runner.inventory(
        {"a": phone(1), "b": phone(2, unique_url=UNIQUE), "c": phone(3), "d": phone(4, unique_url=UNIQUE)}, values
    )


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


@pytest.mark.parametrize("case", ["", "refusals", "lost"])
def test_no_process_temporary_file_log_or_report_of_a_run_holds_a_secret(runner: PlaybookRunner, case: str) -> None:
    fleet(runner)
    if case:
        runner.sim.faults.add(FAULTS[case])
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
    "lost": Fault("close", method="registerDevices", phase="after"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_run_that_fails_tells_no_secret_that_the_service_quotes(runner: PlaybookRunner, case: str) -> None:
    fleet(runner)
    runner.sim.faults.add(FAULTS[case])

    run = runner.run("voip.rps.provision", "--diff", "-vvvv")

    assert run.rc != 0 or case == "lost"
    assert leaks(run) == {}


def test_a_refused_login_tells_no_secret(runner: PlaybookRunner) -> None:
    fleet(runner)
    runner.sim.add_account("yealink", "acme", "another")

    run = runner.run("voip.rps.provision", "-vvvv")

    assert run.rc != 0
    assert leaks(run) == {}


def test_bad_input_is_reported_without_the_secret_in_it(runner: PlaybookRunner) -> None:
    fleet(runner)
    account = runner.account("yealink", api_password=PASSWORD)
    bad = [
        {"rps_unique_url": UNIQUE.replace("https", "gopher")},
        {"rps_unique_url": UNIQUE + " x"},
        {"rps_servers": [{"name": "office", "url": SERVER.replace("https", "gopher")}]},
        {"rps_servers": [SERVER]},
        {"rps_accounts": {"acme": account | {"api_url": f"https://acme:{quote(PASSWORD, safe='')}@rps.example.com/"}}},
        {"rps_accounts": {"acme": account | {"timeout": "soon"}}},
        {"rps_accounts": {"acme": account | {"vendor": "acme"}}},
        {"rps_accounts": {"acme": account | {"concurrency": "{{ nowhere }}"}}},
        {"rps_accounts": {"acme": PASSWORD}},
        {"rps_unique_url": UNIQUE + "{{ nowhere }}"},
        {"rps_unique_url": [UNIQUE]},
    ]
    plays = [play(name=f"Play {number}", vars=values, ignore_errors=True) for number, values in enumerate(bad)]

    run = runner.run(plays, "-vvvv", "--diff")

    assert len([event for event in run.bulk if event.kind == "failed"]) == len(bad)
    assert run.calls == []
    assert leaks(run) == {}
