# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server on a free port of this machine: STARTTLS, a login, and a mailbox that tests read."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BufferedIOBase

import trustme


@dataclass
class Mail:
    """A mail that the server took."""

    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    message: EmailMessage


class _Conversation(socketserver.StreamRequestHandler):
    """One connection: a method for each command."""

    server: _Server
    reading: BufferedIOBase
    writing: BufferedIOBase
    encrypted = False
    logged_in = False
    sender = ""
    recipients: tuple[str, ...] = ()

    def say(self, *lines: str) -> None:
        self.writing.write("".join(f"{line}\r\n" for line in lines).encode())
        self.writing.flush()

    def handle(self) -> None:
        self.reading, self.writing = self.rfile, self.wfile
        # A client that tries TLS first hangs up, and comes again without it.
        with contextlib.suppress(OSError):
            self.say("220 mail.example.com ESMTP")
            while line := self.reading.readline():
                verb, _blank, rest = line.decode("latin-1").strip().partition(" ")
                self.server.owner.commands.append(verb.upper())
                getattr(self, f"do_{verb.lower()}", self.refuse)(rest)
        for stream in (self.reading, self.writing, self.request):
            with contextlib.suppress(OSError):
                stream.close()

    def refuse(self, _rest: str) -> None:
        self.say("530 Not now")

    def do_ehlo(self, _rest: str) -> None:
        clear = "STARTTLS" if self.server.owner.starttls else "SIZE"
        self.say("250-mail.example.com", f"250 {'AUTH PLAIN' if self.encrypted else clear}")

    def do_starttls(self, _rest: str) -> None:
        self.say("220 Go ahead")
        self.request = self.server.owner.context.wrap_socket(self.request, server_side=True)
        self.reading, self.writing = self.request.makefile("rb"), self.request.makefile("wb")
        self.encrypted = True

    def do_auth(self, rest: str) -> None:
        self.logged_in = self.encrypted and rest == f"PLAIN {self.server.owner.login}"
        self.say("235 Accepted" if self.logged_in else "535 Refused")

    def do_mail(self, rest: str) -> None:
        self.sender, self.recipients = _address(rest), ()
        self.say("250 OK" if self.logged_in else "530 Not now")

    def do_rcpt(self, rest: str) -> None:
        self.recipients = (*self.recipients, _address(rest))
        self.say("250 OK" if self.logged_in else "530 Not now")

    def do_data(self, _rest: str) -> None:
        if not self.logged_in:
            self.say("530 Not now")
            return
        self.say("354 End with a dot")
        lines: list[bytes] = []
        while (line := self.reading.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.owner.mails.append(Mail(self.sender, tuple(sorted(self.recipients)), self.encrypted, message))
        self.say("250 Taken")

    def do_quit(self, _rest: str) -> None:
        self.say("221 Bye")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    owner: MailServer


class MailServer:
    """Takes mail only after STARTTLS and this login, as a submission port does; notes every command."""

    def __init__(self, username: str, password: str, *, starttls: bool = True) -> None:
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.starttls = starttls
        self.login = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(self.context)
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _address(text: str) -> str:
    """``FROM:<rps@example.com> size=1`` -> ``rps@example.com``."""
    return text.partition("<")[2].partition(">")[0]
