# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a redirection service: what it can do as data, and the operations that every service has.

PRIVATE to the collection: may change without notice.

A service is one module in this package: its capabilities, its calls and the meaning of its answers. Decisions, guards,
the settling of lost writes, results and reports know only this interface.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

from .._catalog.calls import clause, failure
from .._errors import AbsentCallError, BadAnswerError
from .._model import Connection, CurrentDevice, CurrentServer, PlannedChange, Reason, Refusal, Server
from .._redaction import Masker
from .parts import UnexpectedResponseError

if TYPE_CHECKING:
    from .._client.transport import Client

Meaning = TypeVar("Meaning")

# What a phone is bound to.
NAMED_SERVER = "server"
URL_ONLY = "url"

# What can be done with servers.
NO_SERVERS = "none"
CREATE_ONLY = "create"
MANAGED = "manage"  # listed, created, edited and deleted

# Kinds of refusal. Everything that decisions do with a refusal depends on these and never on its words.
INVALID_MAC = "invalid_mac"
OWN_DEVICE = "own_device"  # the device is already on this account
OTHER_ACCOUNT = "other_account"
SERVER_UNKNOWN = "server_unknown"  # blames the server, so every phone of the call shares it
SERVER_INVALID = "server_invalid"  # likewise: its name or its URL
SERVER_NAME_USED = "server_name_used"
NOT_REGISTERED = "not_registered"  # the device is on no account
SERIAL = "serial"
NO_CALL = "no_call"  # the call for it is absent, and the service refused the one that could take its place
OTHER = "other"
SERVER_LEVEL = frozenset({SERVER_UNKNOWN, SERVER_INVALID})

DOCUMENTED = "documented"
ASSUMED = "assumed"


@dataclass(frozen=True)
class NameRule:
    """The names of servers that a service takes: ``pattern`` matches each whole, ``words`` completes "can only
    contain"."""

    pattern: str
    words: str

    def __str__(self) -> str:
        return self.words


# Documented for one of the services and taken for all whose names are the user's own, so that a name fits each account.
PLAIN_NAMES = NameRule(r"[A-Za-z0-9_. -]+", "A-Z a-z 0-9 - _ . and blanks")


@dataclass(frozen=True)
class Capabilities:
    """What a service can do. Frozen facts; nothing that it cannot do is pretended anywhere else."""

    name: str
    title: str
    api_url: str | None  # the documented address; None: the account decides
    binds_to: str = NAMED_SERVER
    stores_name: bool = False  # a service that binds to URLs stores ``server`` with the phone: a profile, a provider
    reads_url: bool = True  # the redirect URL of a device can be read
    lists_account: bool = True
    list_shows_devices: bool = False  # the list has status and URL of every device
    shows_foreign: bool = True  # a device of another account can be seen before a write
    override: bool = True
    unique_urls: bool = True
    servers: str = CREATE_ONLY
    needs_serial: bool = False  # to add a phone
    last_contact: bool = False
    max_batch: int = 1_000_000  # devices in one bulk call, at the most
    mixed_batches: bool = False  # one bulk call can have phones of several servers and URLs
    server_names: NameRule = PLAIN_NAMES
    server_name_limit: int | None = None  # longest name known to work, in characters; longer ones get a warning
    mac_prefixes: tuple[str, ...] = ()  # prefixes of this vendor's own phones


@dataclass(frozen=True)
class AccountListing:
    """Everything that one listing of the account shows. ``devices`` is by MAC, or None if the list has only MACs.

    ``certain``: what it does not show was not on the account. A list that is read in pages shifts while others add and
    remove, and so may leave out a device that was there all the time.
    """

    macs: frozenset[str]
    devices: Mapping[str, CurrentDevice] | None = None
    certain: bool = True


@dataclass(frozen=True)
class BatchAnswer:
    """The answer of a bulk write.

    ``refusal`` refuses the call as a whole: what was executed of it is not known. Without it, every device that is not
    in ``refused`` or ``unclear`` was accepted; ``unclear`` are failures that the service did not attribute.
    """

    refusal: Refusal | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()


class Service(ABC):
    """One account at a service. MACs go in and come out normalized (12 lower-case hex digits).

    Writing operations return None or an empty BatchAnswer if the service accepted, or its Refusal; every operation
    raises CallError if there is no usable answer (see ``_errors`` for what each error proves). Safe to use from
    ``concurrency`` threads at once.
    """

    capabilities: ClassVar[Capabilities]

    def __init__(self, client: Client) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._unusable: dict[Hashable, str] = {}  # calls that are absent or closed, and why
        self._notices: dict[str, Reason] = {}

    @classmethod
    @abstractmethod
    def connect(cls, connection: Connection, masker: Masker, **seams: Any) -> Service:
        """A service with a client of its own; ``seams`` are those of the client.

        The client's module is imported here and not above: requests is loaded only to connect. Raises
        MissingLibraryError if requests is not installed, InputError for a CA bundle that does not exist.
        """

    @property
    def masker(self) -> Masker:
        """What masks the secrets of this account."""
        return self.client.masker

    @property
    def notices(self) -> Sequence[Reason]:
        """What the user should know about how this account was used, one for each word of ``NOTICES``."""
        return tuple(self._notices.values())

    def note(self, what: Reason) -> None:
        """Add a notice. It takes the place of an earlier one with the same word, so that nothing is said twice."""
        self._notices[what.code] = what

    @property
    def reads_url(self) -> bool:
        """Whether redirect URLs can be read on this account, as far as known by now.

        To be overridden by a service whose call for it may turn out to be absent or closed.
        """
        return self.capabilities.reads_url

    # For the services themselves.

    def mark_unusable(self, call: Hashable, why: str) -> None:
        """Do not make this call again in this run; ``why`` is the cause, as in a sentence."""
        with self._lock:
            self._unusable[call] = why

    def interpret(self, name: str, value: Any, meaning: Callable[[Any], Meaning]) -> Meaning:
        """What ``meaning`` makes of the value that the call ``name`` was answered with.

        ``meaning`` raises UnexpectedResponseError for a value that is no answer; that becomes BadAnswerError.
        """
        try:
            return meaning(value)
        except UnexpectedResponseError as error:
            text = self.masker.text(str(error))
            title = self.capabilities.title
            raise BadAnswerError(**failure("answer_unusable.meaning", service=title, call=name, why=text)) from None

    # Reading.

    @abstractmethod
    def read_device(self, mac: str) -> CurrentDevice:
        """The most that the service reports of one device, of other accounts' devices and unknown ones too.

        ``url`` only if the service showed one; ``server`` if it stores names. Raises RefusedReadError if the service
        refused for a reason that is no status.
        """

    @abstractmethod
    def list_account(self) -> AccountListing:
        """All devices of the account. Never called if the service cannot list (``lists_account``).

        To be called by ``read_account`` only, which knows what a list that is not ``certain`` proves.
        """

    # Writing.

    @abstractmethod
    def write(self, change: PlannedChange) -> Refusal | None:
        """Carry out one change: its action says which, ``desired`` what the phone is to be bound to.

        ``desired.url`` is the URL (``declared_url`` if there must be one), ``desired.server`` the server's name or the
        name to store.
        """

    # Bulk calls: both are overridden by a service that has some.

    def can_batch(self, action: str) -> bool:
        """Whether there is a bulk call for this action, as far as known by now."""
        return False

    def write_batch(self, changes: Sequence[PlannedChange]) -> BatchAnswer:
        """Carry out changes of one action and one target (see ``target``) in one call, at most ``max_batch``.

        Only called after ``can_batch`` said yes. A service with ``mixed_batches`` gets several targets in one call.
        """
        raise AbsentCallError(clause("no_bulk", service=self.capabilities.title), "write_batch")

    # Servers. Only called as far as ``capabilities.servers`` allows.

    def create_server(self, server: Server) -> Refusal | None:
        """Add a configuration server."""
        raise self._no_server_call("create_server")

    def list_servers(self) -> Sequence[CurrentServer]:
        """All servers of the account; names may repeat."""
        raise self._no_server_call("list_servers")

    def edit_server(self, server: CurrentServer, url: str) -> Refusal | None:
        """Give a server another URL, which moves every phone that is bound to it."""
        raise self._no_server_call("edit_server")

    def delete_server(self, server: CurrentServer) -> Refusal | None:
        """Remove a server."""
        raise self._no_server_call("delete_server")

    def _no_server_call(self, name: str) -> AbsentCallError:
        return AbsentCallError(clause("no_server_call", service=self.capabilities.title, call=name), name)


def declared_url(change: PlannedChange) -> str:
    """The URL that a service without servers is to bind the phone to.

    An empty one would end the phone's redirection, so it is never sent: ValueError, which validation makes impossible.
    """
    url = change.desired.url
    if not url:
        raise ValueError(f"no URL is declared for {change.mac}")
    return url


def target(capabilities: Capabilities, change: PlannedChange) -> str:
    """What a change binds its phone to: phones with equal targets share a bulk call and a first verified write.

    A unique URL is a target of its own; services without servers are grouped by URL, and by name if they store one.
    """
    desired = change.desired
    if desired.unique_url is None and capabilities.binds_to != URL_ONLY:
        return f"server {desired.server or ''}"
    url = f"url {desired.url or ''}"
    return f"{url} name {desired.server or ''}" if capabilities.stores_name else url
