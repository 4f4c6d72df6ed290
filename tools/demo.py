# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: `make demo`.

Starts the simulated services and runs the shipped playbooks on the sample inventory in `tools/demo`. Every claim
that it prints is checked against Ansible's output and the simulator's own log; the exit status is 0 only if all of them
are true.
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
RUN_LIMIT_S = 120.0  # for one run of ansible-playbook; a few seconds are enough
PHONES = 40
CONFLICT = "hq-112"
SERVICES = {"yealink": "Yealink RPS", "ymcs": "Yealink YMCS", "htek": "Htek", "snom": "Snom", "panasonic": "Panasonic"}
RESULT_TASK = "Show the phone's result"

# The phones that the screen shows.
DEMO_PHONES = {
    "hq-101": "Yealink, already registered and right",
    "hq-110": "Yealink, new, with a unique URL",
    "hq-111": "Yealink, on the account but bound to no server",
    "hq-112": "Yealink, registered to another account: a conflict",
    "branch-201": "Yealink, bound to the wrong server",
    "branch-202": "Yealink, new",
    "branch-212": "Yealink, sold: declared with rps_state: absent",
    "hq-151": "Htek, already registered",
    "hq-153": "Htek, new",
    "hq-163": "Snom, new",
    "hq-172": "Panasonic, redirected to the wrong URL",
    "hq-181": "YMCS, already registered, has never asked",
    "hq-183": "YMCS, new, with its serial number",
}
UNCHANGED = {"hq-101", CONFLICT, "hq-151", "hq-181"}

RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)")
TASK = re.compile(r"^TASK \[([^\]]+)\]")
HOST_LINE = re.compile(r"^(ok|changed|skipping|fatal): \[([^\]]+)\]")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


class DemoError(Exception):
    """Something was not as the demo says it is; the text is a sentence."""


class InterruptedDemo(BaseException):
    """Ctrl+C, SIGTERM or SIGHUP: leave, and stop on the way out what was started."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    def stop(number: int, _frame: Any) -> None:
        raise InterruptedDemo(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    started = time.monotonic()
    try:
        run_demo(started)
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except InterruptedDemo as interrupted:
        print("\nInterrupted. Everything that the demo started is stopped.", file=sys.stderr)
        return 128 + interrupted.number
    return 0


def run_demo(started: float) -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    stage()
    env = environment(Path(sys.prefix))
    if sys.stdout.isatty():
        env.pop("NO_COLOR", None)
        env["ANSIBLE_FORCE_COLOR"] = "1"
    with tempfile.TemporaryDirectory(prefix="rps-demo-") as folder, simulator(Path(folder), env) as service:
        show = Show(service, env | settings(service))
        setup(service)
        expected = preview(show)
        provision(show, expected)
        provision_again(show)
        drift(show)
    say(
        "Done",
        f"""
        Everything was as expected, in {time.monotonic() - started:.0f} seconds. The simulated services are stopped.
        The complete output of each run is in {shown(OUT)}.
        The inventory is {shown(HERE / "inventory/phones.yml")}. Its accounts and servers are defined in
        {shown(HERE / "inventory/group_vars/phones.yml")}. README.md shows the same for real accounts.
        """,
    )


def settings(service: dict[str, Any]) -> dict[str, str]:
    """What the sample inventory needs to know of this run's services."""
    urls = {f"DEMO_{vendor.upper()}_URL": service["urls"][vendor]["https"] for vendor in SERVICES}
    return urls | {
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "DEMO_CA_PATH": service["ca_path"],
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


# The steps.


def setup(service: dict[str, Any]) -> None:
    addresses = "\n".join(f"          {title:14}{service['urls'][name]['https']}" for name, title in SERVICES.items())
    say(
        "Setup",
        f"""
        These simulated services run on this machine, with TLS and a CA of their own:
{addresses}
        The inventory declares {PHONES} phones in two offices. The screen shows these {len(DEMO_PHONES)}:
        """,
    )
    for host, what in DEMO_PHONES.items():
        print(f"    {host:11} {what}")


def preview(show: Show) -> set[str]:
    say(
        "1. Preview",
        """
        Check mode only reads. With --diff it shows each phone before (-) and after (+) the run. The unique URL of
        hq-110 contains a token, so it is shown as a fingerprint.
        """,
    )
    run = show.playbook("1-preview", "voip.rps.provision", "--check", "--diff")
    run.expect(status=2, failed={CONFLICT})
    expect(run.writes == 0, f"check mode made {run.writes} writing calls.")
    expect(set(DEMO_PHONES) - run.changed == UNCHANGED, "check mode predicted other changes than expected.")
    say(
        "",
        f"""
        {len(run.changed)} phones would change. {CONFLICT} is a conflict, because another account has registered it.
        It fails, so ansible-playbook ends with status 2; the other phones are not affected. hq-151 is "unverifiable",
        because Htek does not report redirect URLs.
        The simulator's log confirms it: {run.reads} reading calls, no writing call.
        """,
    )
    return run.changed


def provision(show: Show, expected: set[str]) -> None:
    say("2. Provision", "The same command without --check.")
    run = show.playbook("2-provision", "voip.rps.provision")
    run.expect(status=2, failed={CONFLICT})
    expect(run.changed == expected, "the run changed other phones than check mode had predicted.")
    expect(run.writes > 0, "the run made no writing call.")
    say(
        "",
        f"""
        The {len(run.changed)} phones that check mode predicted were changed, with {run.writes} writing calls:
        {run.write_counts}.
        """,
    )


def provision_again(show: Show) -> None:
    say("3. Provision again", "A second run changes nothing. Only the conflict is left for a person to resolve.")
    run = show.playbook("3-provision-again", "voip.rps.provision")
    run.expect(status=2, failed={CONFLICT}, changed=set())
    expect(run.writes == 0, f"the second run made {run.writes} writing calls although nothing was to be done.")
    say("", f"The simulator's log confirms it: {run.reads} reading calls, no writing call.")


def drift(show: Show) -> None:
    show.load(
        {
            "devices": [
                {"vendor": "yealink", "mac": "001565000202", "account": "demo", "server": "hq"},
                {"vendor": "ymcs", "mac": "805ec0000183", "account": "demo", "serial": "0301000000000183"},
            ]
        }
    )
    say(
        "4. Drift",
        """
        Somebody has used the portals: branch-202 is bound to another server, and hq-183 to none. The drift playbook
        compares and writes a report. It changes nothing, and drift does not fail the run.
        """,
    )
    run = show.playbook("4-drift", "voip.rps.drift", "--diff", "-e", f"rps_report_dir={shown(REPORTS)}")
    run.expect(status=0, failed=set(), changed={"branch-202", "hq-183"})
    expect(run.writes == 0, f"the drift run made {run.writes} writing calls.")
    for name in ("drift.html", "drift.json"):
        expect((REPORTS / name).is_file(), f"the drift run wrote no {name} to {shown(REPORTS)}.")
    say(
        "",
        f"""
        Three phones have drifted: these two, which the next provision run would fix, and the conflict. The report:
          {shown(REPORTS / "drift.html")}   for people; open it in a browser
          {shown(REPORTS / "drift.json")}   for programs; others beside it for spreadsheets, CI and Prometheus
        """,
    )


# Running and checking.


class Show:
    """Runs playbooks against the simulated services, shows a part of their output, and keeps all of it."""

    def __init__(self, service: dict[str, Any], env: dict[str, str]) -> None:
        self._control = service["control"]
        self._env = env
        services = self._ask("services")
        self._writing = {name for one in services.values() for name, writes in one["calls"].items() if writes}

    def playbook(self, name: str, *arguments: str) -> Run:
        """Run ansible-playbook with these arguments; the service's log covers this run alone."""
        self._ask("reset-log", {})
        print(f"\n$ ansible-playbook {' '.join(arguments)}", flush=True)
        command = [str(Path(sys.prefix) / "bin/ansible-playbook"), *arguments]
        with process(command, self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            try:
                output, _none = running.communicate(timeout=RUN_LIMIT_S)
            except subprocess.TimeoutExpired:
                raise DemoError(f"{name} was not finished after {RUN_LIMIT_S:.0f} seconds.") from None
        (OUT / f"{name}.txt").write_text(COLOR.sub("", output), encoding="utf-8")
        for line in shortened(output.splitlines()):
            print(line)
        sys.stdout.flush()
        return Run(name, running.returncode, COLOR.sub("", output), self._ask("stats"), self._writing)

    def load(self, seed: dict[str, Any]) -> None:
        """Change the services without the collection."""
        self._ask("load", seed)

    def _ask(self, what: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(self._control + what, data=data)  # noqa: S310 - our own loopback address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return dict(json.load(answer))


class Run:
    """What came of one run: Ansible's status, each phone's own result, and what the services saw of it."""

    def __init__(self, name: str, status: int, output: str, stats: dict[str, Any], writing: set[str]) -> None:
        self.name = name
        self.status = status
        words = dict(results(output.splitlines()))
        self.hosts = set(words)
        self.changed = {host for host, word in words.items() if word == "changed"}
        self.failed = {host for host, word in words.items() if word == "fatal"}
        self.calls: dict[str, int] = stats["calls"]
        self.writes: int = stats["writes"]
        self.reads: int = stats["total_calls"] - stats["writes"]
        self.problems: int = stats["violations"] + stats["refusals"]
        self._writing = writing

    @property
    def write_counts(self) -> str:
        """The writing calls by name, for people."""
        counts = {name: count for name, count in self.calls.items() if name.rpartition(":")[2] in self._writing}
        return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))

    def expect(self, status: int, failed: set[str], changed: set[str] | None = None) -> None:
        """Raise DemoError with the first thing that is not as expected."""
        log = shown(OUT / f"{self.name}.txt")
        expect(self.status == status, f"{self.name} ended with status {self.status} instead of {status}; see {log}.")
        expect(len(self.hosts) == PHONES, f"{self.name} shows {len(self.hosts)} phones instead of {PHONES}; see {log}.")
        expect(self.failed == failed, f"{self.name}: {listed(self.failed)} failed, not {listed(failed)}; see {log}.")
        expect(not self.problems, f"{self.name}: the simulator refused a request or saw a violation.")
        if changed is not None:
            text = f"{self.name}: {listed(self.changed)} changed, not {listed(changed)}; see {log}."
            expect(self.changed == changed, text)


def results(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(host, what Ansible says of it) of the task that shows each phone's own result."""
    task = ""
    for line in lines:
        heading, host = TASK.match(line), HOST_LINE.match(line)
        if heading:
            task = heading[1]
        elif host and task == RESULT_TASK:
            yield host[2], host[1]


def expect(fact: bool, otherwise: str) -> None:
    if not fact:
        raise DemoError(otherwise)


def listed(hosts: Iterable[str]) -> str:
    return ", ".join(sorted(hosts)) or "none"


def shortened(lines: Iterable[str]) -> Iterator[str]:
    """Leave out the blocks of phones that are not among those shown, and print in a line how many they were."""
    block: list[str] = []  # lines (a diff) whose host only the line that ends them names
    left_out: Counter[str] = Counter()
    for line in lines:
        plain = COLOR.sub("", line)
        row, host = RECAP.match(plain), HOST_LINE.match(plain)
        if row and row[1] not in DEMO_PHONES:
            left_out["phones"] += 1
        elif host and host[2] not in DEMO_PHONES:
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
    return (line for line in block if COLOR.sub("", line).strip())


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


# Printing.


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
