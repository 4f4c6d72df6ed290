# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of Ansible's programs against small services on this machine: what users copy is run as they run it."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.fork_server import ForkServer

COLLECTION = Path(__file__).absolute().parents[2]
EXAMPLES = COLLECTION / "docs/integrations"
BIN = Path(sys.executable).parent


@dataclass
class Request:
    """A request that a fake service got."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What a fake service answers: a value becomes JSON."""

    value: Any = field(default_factory=dict)
    status: int = 200


Answer = Callable[[Request], Reply]
Simulate = Callable[[dict[str, Any]], dict[str, str]]


class FakeService:
    """An HTTP service on a free port of this machine: it notes each request and answers by a function."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[Request] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args: Any) -> None:
                pass

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(
                    self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length) if length else b""
                )
                service.requests.append(request)
                reply = answer(request)
                body = json.dumps(reply.value).encode()
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - names of the base class

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeService:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def bodies(self, method: str) -> list[Any]:
        """The bodies of the requests with this method, as values."""
        return [request.json for request in self.requests if request.method == method]


@dataclass
class Done:
    """A program that ended."""

    rc: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @property
    def text(self) -> str:
        """The output with white space folded, so that a sentence is found whatever the width of the terminal."""
        return " ".join(self.output.replace("[ERROR]:", " ").split())


class Servers:
    """Processes that have imported Ansible, one for each path of collections; runs are forks of them."""

    def __init__(self) -> None:
        self._running: dict[str, ForkServer] = {}

    def of(self, environment: Mapping[str, str]) -> ForkServer:
        collections = environment["ANSIBLE_COLLECTIONS_PATH"]
        if collections not in self._running:
            self._running[collections] = ForkServer(environment)
        return self._running[collections]

    def close(self) -> None:
        for server in self._running.values():
            server.close()


@dataclass
class Runner:
    """Runs Ansible's programs in a folder of its own, with nothing of the user's own Ansible."""

    folder: Path
    collections: str
    servers: Servers
    env: dict[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        whole = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "RPS_", "NETBOX_"))}
        whole |= {
            "ANSIBLE_COLLECTIONS_PATH": self.collections,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp"),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "NO_PROXY": "localhost,127.0.0.1",
            "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        }
        whole |= self.env | dict(env or {})
        output = self.folder / ".stdout", self.folder / ".stderr"
        rc = self.servers.of(whole).run(arguments, self.folder, whole, output, program.removeprefix("ansible-"))
        return Done(rc, *(path.read_text(encoding="utf-8") for path in output))

    def play(self, *arguments: str, **values: Any) -> Done:
        """Run ansible-playbook; `values` become extra variables."""
        extra = ["-e", json.dumps(values)] if values else []
        return self.run("ansible-playbook", *arguments, *extra)

    def hostvars(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """What ansible-inventory shows of each host: variables as they are, templates not rendered."""
        done = self.run("ansible-inventory", "--list", *arguments)
        assert done.rc == 0, done.output
        found: dict[str, dict[str, Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
        return found

    def rendered(self, names: Sequence[str], *arguments: str, group: str = "phones") -> dict[str, list[Any]]:
        """What variables come to on each host of a group, rendered by a real play."""
        values = ", ".join(f"hostvars[host].{name}" for name in names)
        content = f"{{% for host in groups['{group}'] %}}{{{{ [host, {values}] | to_json }}}}\n{{% endfor %}}"
        task = {"name": "Write", "ansible.builtin.copy": {"dest": "rendered", "content": content, "mode": "0600"}}
        play = {"name": "Render", "hosts": "localhost", "gather_facts": False, "tasks": [task]}
        (self.folder / "render.yml").write_text(json.dumps([play]), encoding="utf-8")
        done = self.play(*arguments, "render.yml")
        assert done.rc == 0, done.output
        lines = (self.folder / "rendered").read_text(encoding="utf-8").splitlines()
        return {host: found for host, *found in map(json.loads, lines)}
