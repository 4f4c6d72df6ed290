# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: `make demo`.

Starts the simulated services and runs the shipped playbooks on the sample inventory in `tools/demo`. Every claim it
makes is checked against Ansible's recap and the simulator's own log; the exit status is 0 only if all of them hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stage import BUILD, ROOT, environment, stage

HERE = ROOT / "tools/demo"
OUT = BUILD / "demo"
REPORTS = OUT / "rps-reports"
WIDTH = 100
RUN_LIMIT = 120.0  # seconds for one run of ansible-playbook; a few are enough
PHONES = 40
CONFLICT = "hq-112"

# The phones that the screen shows. The others do as one of these does.
CAST = {
    "hq-101": "Yealink, registered already, and rightly",
    "hq-110": "Yealink, new, gets a URL of its own",
    "hq-111": "Yealink, on the account but bound to no server",
    "hq-112": "Yealink, registered by another account: a conflict",
    "branch-201": "Yealink, points at the wrong server",
    "branch-202": "Yealink, new",
    "branch-212": "Yealink, sold: declared with rps_state: absent",
    "hq-151": "Htek, registered already",
    "hq-153": "Htek, new",
}

RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)")
HOST_LINE = re.compile(r"^(ok|changed|skipping): \[([^\]]+)\]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class DemoError(Exception):
    """Something was not as the demo says it is; the text is a sentence."""


class Stopped(BaseException):
    """Ctrl+C, SIGTERM or SIGHUP: leave, and stop on the way out what was started."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    def stop(number: int, _frame: Any) -> None:
        raise Stopped(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    started = time.monotonic()
    try:
        play(started)
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        print("\nInterrupted. Everything that the demo started is stopped.", file=sys.stderr)
        return 128 + stopped.number
    return 0


def play(started: float) -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    stage()
    env = environment(Path(sys.prefix))
    if sys.stdout.isatty():
        env.pop("NO_COLOR", None)
        env["ANSIBLE_FORCE_COLOR"] = "1"
    with tempfile.TemporaryDirectory(prefix="rps-demo-") as folder, simulator(Path(folder), env) as service:
        show = Show(service, env | settings(service))
        open_scene(service)
        expected = first_run(show)
        second_run(show, expected)
        third_run(show)
        drift_run(show)
    say(
        "That was it",
        f"""
        Everything was as expected, in {time.monotonic() - started:.0f} seconds. The simulated services are stopped.
        The whole output of each run is in {shown(OUT)}.
        The inventory is {shown(HERE / "inventory/phones.yml")}; the account and its servers are declared in
        {shown(HERE / "inventory/group_vars/phones.yml")}. README.md shows the same for a real account.
        """,
    )


def settings(service: dict[str, Any]) -> dict[str, str]:
    """What the sample inventory needs to know of this run's services."""
    return {
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "DEMO_CA_PATH": service["ca_path"],
        "DEMO_HTEK_URL": service["urls"]["htek"]["https"],
        "DEMO_YEALINK_URL": service["urls"]["yealink"]["https"],
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


# -- the scenes


def open_scene(service: dict[str, Any]) -> None:
    say(
        "The stage",
        f"""
        Two simulated redirection services run on this machine, with TLS and a CA of their own:
          Yealink  {service["urls"]["yealink"]["https"]}
          Htek     {service["urls"]["htek"]["https"]}
        The inventory declares {PHONES} phones in two offices, each office with a server at either vendor.
        To keep it short, the screen shows these {len(CAST)} phones; the others do as one of them does.
        """,
    )
    for host, role in CAST.items():
        print(f"    {host:11} {role}")


def first_run(show: Show) -> set[str]:
    say(
        "1. What would be done?",
        """
        Check mode only reads; nothing is written. With --diff it shows, phone by phone, what the service says now (-)
        and what it would say after the run (+). The unique URL of hq-110 holds a token: it is shown as a fingerprint.
        """,
    )
    run = show.playbook("1-check", "voip.rps.provision", "--check", "--diff")
    run.expect(status=2, failed={CONFLICT})
    expect(run.writes == 0, f"check mode made {run.writes} writing calls.")
    expect(set(CAST) - run.changed == {"hq-101", CONFLICT, "hq-151"}, "check mode announced other changes than due.")
    say(
        "",
        f"""
        {len(run.changed)} phones would change. {CONFLICT} is a conflict: another account holds it. That is an error, so
        ansible-playbook ends with status 2, and every other phone is done nevertheless. hq-151 is "unverifiable":
        Htek does not say where a phone points, so what is registered there is left alone.
        The simulator's log agrees: {run.reads} calls that read, none that write.
        """,
    )
    return run.changed


def second_run(show: Show, expected: set[str]) -> None:
    say("2. Do it", "The same command without --check.")
    run = show.playbook("2-provision", "voip.rps.provision")
    run.expect(status=2, failed={CONFLICT})
    expect(run.changed == expected, "the run changed other phones than check mode had announced.")
    expect(run.writes > 0, "the run made no writing call.")
    say(
        "",
        f"""
        Exactly the {len(run.changed)} phones that check mode had announced were changed, with {run.writes} writing
        calls, since new phones are registered in bulk: {run.calls_told}.
        """,
    )


def third_run(show: Show) -> None:
    say("3. And again", "A second run finds everything in place. Only the conflict is still there for a human.")
    run = show.playbook("3-again", "voip.rps.provision")
    run.expect(status=2, failed={CONFLICT}, changed=set())
    expect(run.writes == 0, f"the third run made {run.writes} writing calls although nothing was to be done.")
    say("", f"Nothing changed, and the simulator's log agrees: {run.reads} calls that read, none that write.")


def drift_run(show: Show) -> None:
    show.load(
        {
            "devices": [
                {"vendor": "yealink", "mac": "001565000202", "account": "demo", "server": "hq"},
                {"vendor": "yealink", "mac": "001565000201", "account": "demo"},
            ]
        }
    )
    say(
        "4. Drift",
        """
        Somebody has been at the vendor's portal: branch-202 points at another server now, and branch-201 at none.
        The drift playbook compares, reports, and never writes to a service. Found drift is no failure, so it ends with
        status 0.
        """,
    )
    run = show.playbook("4-drift", "voip.rps.drift", "--diff", "-e", f"rps_report_dir={shown(REPORTS)}")
    run.expect(status=0, failed=set(), changed={"branch-201", "branch-202"})
    expect(run.writes == 0, f"the drift run made {run.writes} writing calls.")
    for name in ("drift.html", "drift.json", "drift.csv", "drift.xml"):
        expect((REPORTS / name).is_file(), f"the drift run left no {name} in {shown(REPORTS)}.")
    say(
        "",
        f"""
        Three phones differ: these two, which the next provision run would put right, and the conflict. The report:
          {shown(REPORTS / "drift.html")}   for people; open it in a browser
          {shown(REPORTS / "drift.json")}   for programs; .csv for spreadsheets and .xml for CI lie beside it
        """,
    )


# -- running and checking


class Show:
    """Runs playbooks against the simulated services, shows the cast's part of the output, and keeps the whole."""

    def __init__(self, service: dict[str, Any], env: dict[str, str]) -> None:
        self._control = service["control"]
        self._env = env

    def playbook(self, name: str, *arguments: str) -> Run:
        """Run ansible-playbook with these arguments; the service's log covers this run alone."""
        self._ask("reset-log", {})
        print(f"\n$ ansible-playbook {' '.join(arguments)}", flush=True)
        command = [str(Path(sys.prefix) / "bin/ansible-playbook"), *arguments]
        with process(command, self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            try:
                output, _none = running.communicate(timeout=RUN_LIMIT)
            except subprocess.TimeoutExpired:
                raise DemoError(f"{name} was not done after {RUN_LIMIT:.0f} seconds.") from None
        (OUT / f"{name}.txt").write_text(COLOUR.sub("", output), encoding="utf-8")
        for line in shortened(output.splitlines()):
            print(line)
        sys.stdout.flush()
        return Run(name, running.returncode, COLOUR.sub("", output), self._ask("stats"))

    def load(self, seed: dict[str, Any]) -> None:
        """Change the services behind the collection's back."""
        self._ask("load", seed)

    def _ask(self, what: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(self._control + what, data=data)  # noqa: S310 - our own loopback address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return dict(json.load(answer))


class Run:
    """What came of one run: Ansible's status and recap, and what the services saw of it."""

    def __init__(self, name: str, status: int, output: str, stats: dict[str, Any]) -> None:
        self.name = name
        self.status = status
        rows = [match for match in map(RECAP.match, output.splitlines()) if match]
        self.hosts = {row[1] for row in rows}
        self.changed = {row[1] for row in rows if row[2] != "0"}
        self.failed = {row[1] for row in rows if row[3] != "0" or row[4] != "0"}
        self.calls: dict[str, int] = stats["calls"]
        self.writes: int = stats["writes"]
        self.reads: int = stats["total_calls"] - stats["writes"]
        self.trouble: int = stats["violations"] + stats["refusals"]

    @property
    def calls_told(self) -> str:
        """The writing calls by name, for people."""
        writing = {name: count for name, count in self.calls.items() if name not in READING}
        return ", ".join(f"{count} {name}" for name, count in sorted(writing.items()))

    def expect(self, status: int, failed: set[str], changed: set[str] | None = None) -> None:
        """Raise DemoError with the first thing that is not as it should be."""
        log = shown(OUT / f"{self.name}.txt")
        expect(self.status == status, f"{self.name} ended with status {self.status} instead of {status}; see {log}.")
        expect(len(self.hosts) == PHONES, f"{self.name} shows {len(self.hosts)} phones instead of {PHONES}; see {log}.")
        expect(
            self.failed == failed, f"{self.name}: failed are {told(self.failed)}, and not {told(failed)}; see {log}."
        )
        expect(not self.trouble, f"{self.name}: the simulator refused a request or saw a violation.")
        if changed is not None:
            expect(
                self.changed == changed,
                f"{self.name}: changed are {told(self.changed)}, not {told(changed)}; see {log}.",
            )


READING = frozenset({"listDevices", "checkDevice", "checkDeviceExt"})


def expect(fact: bool, otherwise: str) -> None:
    if not fact:
        raise DemoError(otherwise)


def told(hosts: Iterable[str]) -> str:
    return ", ".join(sorted(hosts)) or "none"


def shortened(lines: Iterable[str]) -> Iterator[str]:
    """Leave out the blocks of phones that are not in the cast, and say in a line how many they were."""
    block: list[str] = []  # lines (a diff) whose host is told only by the line that ends them
    left_out: Counter[str] = Counter()
    for line in lines:
        plain = COLOUR.sub("", line)
        row, host = RECAP.match(plain), HOST_LINE.match(plain)
        if row and row[1] not in CAST:
            left_out["phones"] += 1
        elif host and host[2] not in CAST:
            left_out[host[1]] += 1
            block = []
        elif host or not plain.startswith(("TASK", "PLAY")):
            block.append(line)
            if host or row:
                yield from squeezed(block)
                block = []
        else:
            yield from squeezed(block)
            block = []
            yield from more(left_out)
            yield f"\n{line}"
    yield from squeezed(block)
    yield from more(left_out)


def squeezed(block: list[str]) -> Iterator[str]:
    return (line for line in block if COLOUR.sub("", line).strip())


def more(left_out: Counter[str]) -> Iterator[str]:
    if left_out:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(left_out.items()))
        yield f"[... and {counts}, not shown here]"
    left_out.clear()


@contextmanager
def simulator(folder: Path, env: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Run the simulated services as a process -> its addresses."""
    state = folder / "state.json"
    command = [sys.executable, str(ROOT / "tests/simulator"), "--quiet", "--load", str(HERE / "seed.json")]
    with process([*command, "--state-file", str(state)], env) as running:
        until = time.monotonic() + 30
        while not state.exists():
            expect(running.poll() is None, f"the simulator ended with status {running.returncode} instead of serving.")
            expect(time.monotonic() < until, "the simulator was not ready after 30 seconds.")
            time.sleep(0.05)
        yield dict(json.loads(state.read_text(encoding="utf-8")))


@contextmanager
def process(
    command: list[str], env: dict[str, str], stdout: int | None = None, stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a process group of its own, and leave nothing of the group behind, whatever happens."""
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        stdout=stdout,
        stderr=stderr,
    )
    try:
        yield running
    finally:
        end(running)


def end(running: subprocess.Popen[str]) -> None:
    for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(running.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    running.wait(5)
    if running.stdout:
        running.stdout.close()


# -- telling


def say(title: str, text: str) -> None:
    """Print a headline, where there is one, and a text: its lines are joined and wrapped, indented ones stay."""
    print(f"\n{'=' * WIDTH}\n{title}\n" if title else "")
    paragraph: list[str] = []

    def flush() -> None:
        print(textwrap.fill(" ".join(paragraph), WIDTH), end="\n" if paragraph else "")
        paragraph.clear()

    for line in textwrap.dedent(text).strip().splitlines():
        if line.startswith(" "):
            flush()
            print(line)
        else:
            paragraph.append(line)
    flush()
    sys.stdout.flush()


def shown(path: Path) -> str:
    """A path as it is typed from the repository's root."""
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
