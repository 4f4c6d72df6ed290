# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's side of every module: options -> request, signals, errors -> fail_json, results without secrets.

PRIVATE to the collection: may change without notice.

A module is a pure ``read``, which turns its options into a request, and a ``work``, which carries the request out.
``run`` does the rest in the same way for all of them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Optional, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._abandonment import watch_controller
from ._argspec import Absence, connection_spec
from ._errors import CallError, InputError, MissingLibraryError, RpsError
from ._messages import MODULE, Speaker, input_message
from ._model import Connection
from ._reconcile.results import Presenter
from ._text import as_sentence
from ._urls import split_url
from ._validation import (
    Problems,
    connection_with_environment,
    mac_prefix_notices,
    server_name_notice,
    unknown_keys,
)
from ._vendors.base import Service
from ._vendors.capabilities import VENDORS
from ._vendors.registry import open_service

Request = TypeVar("Request")
Options = Mapping[str, Any]
Answer = tuple[dict[str, Any], Optional[str]]
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_URL_OPTIONS = frozenset({"url", "server_url", "unique_url", "redirected_to"})
_NET_URLS = 20  # whose secrets Ansible's masking looks for; with one for each phone of a fleet it takes minutes
_SHOWN_DEVICES = 20  # in ``invocation``, which Ansible copies and masks value by value
_MIN_SECRET = 4  # characters; a shorter text may be in any word


@dataclass(frozen=True)
class Session:
    """What the work of a module uses: the service of the account, how results are shown, Ansible's side of the run."""

    service: Service
    presenter: Presenter
    check_mode: bool
    diff: bool
    warn: Callable[[str], None]

    def warn_of_notices(self) -> None:
        """Warn of how the account had to be used, after its calls."""
        for notice in self.service.notices:
            self.warn(self.presenter.speaker.notice(notice))

    def warn_about(self, servers: Iterable[str | None], macs: Iterable[str]) -> None:
        """Warn of what is accepted and may be a mistake: long names of servers, MAC addresses of other vendors."""
        vendor = self.service.capabilities.name
        named = (server_name_notice(name, vendor) for name in sorted({name for name in servers if name}))
        for notice in (*named, *mac_prefix_notices(macs, vendor)):
            if notice is not None:
                self.warn(self.presenter.speaker.notice(notice))


NO_DIFF: Mapping[str, Any] = {"before": {}, "after": {}}
Read = Callable[[Options, str], Request]
Work = Callable[[Session, Request], Answer]


class RpsModule(AnsibleModule):
    """AnsibleModule that leaves the judgement of options to ``read``: all problems at once, with the documented keys.

    ``empty`` is the result of a run in which nothing was done.
    """

    def __init__(self, spec: Mapping[str, Any], read: Read[Any], empty: Mapping[str, Any], absence: Absence) -> None:
        self._ready = False
        self._read = read
        self._empty = empty
        self._absence = absence
        self._known = (*spec, *connection_spec())
        super().__init__(argument_spec={**spec, **connection_spec()}, supports_check_mode=True)
        self.urls = declared_urls(self.params)
        self._ready = True

    @property
    def given(self) -> dict[str, Any]:
        """The options without those of ``absence`` that the task leaves out. An option may be given and be None."""
        return {key: value for key, value in self.params.items() if key not in self._absence.options}

    def request(self) -> tuple[Connection, Any]:
        """The connection and what ``read`` makes of the options. Raises InputError with all problems."""
        problems = Problems()
        options = self.given
        unknown_keys((key for key in options if not key.startswith("_ansible_")), self._known, "", problems)
        vendor = options.get("vendor") if isinstance(options.get("vendor"), str) else None
        connection = problems.attempt(lambda: connection_with_environment(options, os.environ), None)
        request = problems.attempt(lambda: self._read(options, vendor or ""), None)
        if connection is None or problems.found:
            raise InputError(problems.found)
        return connection, request

    def release_devices(self) -> None:
        """Empty the option ``devices``, once its entries are part of a request: a large fleet has many."""
        devices = self.params.get("devices")
        if isinstance(devices, list):
            devices.clear()

    def nothing_done(self) -> dict[str, Any]:
        """The result of a run in which nothing was done. What was declared is counted even so."""
        # Ansible sets the attribute while it checks the options, which may come to nothing.
        wanted = getattr(self, "_diff", False)
        empty = {key: value for key, value in self._empty.items() if wanted or key != "diff"}
        result = {**empty, "invocation": {"module_args": without_secrets(self.params)}}
        devices = self.params.get("devices")
        if "summary" in self._empty and isinstance(devices, list):
            result["summary"] = {**self._empty["summary"], "declared": len(devices)}
        return result

    def fail_json(self, msg: str, **kwargs: Any) -> Any:
        """As the parent, which calls this itself if it does not accept the options; then ``read`` says why."""
        if not self._ready:
            try:
                self.request()
            except InputError as error:
                msg = input_message(error, MODULE)
            kwargs = {**self.nothing_done(), **kwargs}
            mask_only(self, self.params.get("api_password"), declared_urls(self.params), kwargs)
        super().fail_json(msg, **kwargs)


def run(
    spec: Mapping[str, Any], read: Read[Request], work: Work[Request], empty: Mapping[str, Any], absence: Absence
) -> None:
    """Run a module.

    ``read(options, vendor)`` raises InputError, or returns a request for ``work(session, request)``, which returns
    (result, why it failed or None). ``empty`` is the result of a run in which nothing was done, so that the documented
    keys are there whatever happens. ``absence`` knows the options that ``read`` must find only if they are given.
    """
    module = RpsModule(spec, read, empty, absence)
    result: dict[str, Any] = module.nothing_done()
    # All that was read and planned ends with this call: Ansible copies the result, which needs the memory.
    password, failure = _carry_out(module, work, result)
    if not module._diff:  # noqa: SLF001
        result.pop("diff", None)
    mask_only(module, password, module.urls, result)
    if failure is not None:
        module.fail_json(**{**result, "msg": failure})
    module.exit_json(**result)


def _carry_out(module: RpsModule, work: Work[Any], result: dict[str, Any]) -> tuple[Any, str | None]:
    """Update ``result`` -> (the password that was used or given, why the run failed or None)."""
    password, title = module.params.get("api_password"), ""
    failure: str | None = None
    try:
        connection, request = module.request()
        password, title = connection.password, VENDORS[connection.vendor].title
        with open_session(module, connection) as session:
            module.release_devices()
            try:
                answer, failure = work(session, request)
                result.update(answer)
            finally:
                result["calls"] = dict(sorted(session.service.client.calls.items()))
    except MissingLibraryError as error:
        failure = missing_required_lib(error.library)
        result["exception"] = error.detail
    except InputError as error:
        failure = input_message(error, MODULE)
    except CallError as error:
        # What the service does to a write is in a result: what is raised is a read, without which nothing is known.
        failure = Speaker(MODULE, title).stopped(str(error), error.fix, was_read=False)
    except RpsError as error:
        failure = as_sentence(str(error))
    return password, failure


@contextmanager
def open_session(module: RpsModule, connection: Connection) -> Iterator[Session]:
    """The service of a connection, closed at the end. A signal to end the run, or its end, ends the writes."""
    service = open_service(connection, abandoned=watch_controller())
    _interrupt_on_signals(service)
    for url, path_is_secret in module.urls:
        service.masker.hide_url(url, path_is_secret)
    presenter = Presenter(Speaker(MODULE, VENDORS[connection.vendor].title), service.masker)
    try:
        yield Session(service, presenter, module.check_mode, module._diff, module.warn)  # noqa: SLF001
    finally:
        service.client.close()


def _interrupt_on_signals(service: Service) -> None:
    interrupted = False

    def interrupt(_number: int, _frame: Any) -> None:
        # As in the role: the first signal lets the calls in flight finish, a further one cuts them off.
        nonlocal interrupted
        (service.client.abort if interrupted else service.client.interrupt)()
        interrupted = True

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, or a job in the background
            signal.signal(number, interrupt)


DeclaredUrls = Mapping[tuple[str, bool], None]


def declared_urls(params: Options) -> DeclaredUrls:
    """All URLs among the options, each once, as (URL, whether its path is a secret too)."""
    found: dict[tuple[str, bool], None] = {}
    for key in _URL_OPTIONS & params.keys():
        values = params[key] if isinstance(params[key], list) else [params[key]]
        found.update(((url, key == "unique_url"), None) for url in values if isinstance(url, str))
    devices = params.get("devices")
    if isinstance(devices, list):
        for device in devices:
            if isinstance(device, dict):
                for key in ("server_url", "unique_url"):
                    url = device.get(key)
                    if url and isinstance(url, str):
                        found[url, key == "unique_url"] = None
    return found


def without_secrets(params: Options) -> dict[str, Any]:
    """The options as ``invocation`` shows them at high verbosity."""
    shown: dict[str, Any] = {}
    for key, value in params.items():
        hidden = value is not None and (key in _URL_OPTIONS or key == "api_password")
        hidden = hidden or (key == "api_url" and any(mark in str(value) for mark in "@?#"))
        shown[key] = _HIDDEN if hidden else value
    devices = shown.get("devices")
    if isinstance(devices, list):
        shown["devices"] = [_device_without_secrets(device) for device in devices[:_SHOWN_DEVICES]]
        if len(devices) > _SHOWN_DEVICES:
            shown["devices"].append(f"and {len(devices) - _SHOWN_DEVICES:,} more")
    return shown


def _device_without_secrets(device: Any) -> Any:
    if not isinstance(device, dict):
        return _HIDDEN
    hidden = [key for key in ("server_url", "unique_url") if device.get(key) is not None]
    return {**device, **dict.fromkeys(hidden, _HIDDEN)}


def mask_only(module: AnsibleModule, password: Any, urls: DeclaredUrls, result: Mapping[str, Any]) -> None:
    """Keep Ansible's own masking from damaging a result. ``urls`` are the declared ones.

    It replaces substrings anywhere: a password ``ok`` or a declared URL would wipe outcomes, MACs and plain servers'
    URLs. Everything in a result is masked already where it is made; as a second net stay the secrets that do not occur
    in the machine-readable part of the result.
    """
    secrets = {password} if isinstance(password, str) else set()
    for url, path_is_secret in list(urls)[:_NET_URLS]:
        parts = split_url(url)
        if parts is not None:
            found = (parts.user, parts.query, parts.fragment, parts.path.strip("/") if path_is_secret else None)
            secrets.update(part for part in found if part)
    secrets = {secret for secret in secrets if len(secret) >= _MIN_SECRET}
    words: set[str] = set()
    if secrets:
        _collect_words(result, words)
    text = "\n".join(words)
    module.no_log_values.clear()
    module.no_log_values.update(secret for secret in secrets if secret not in text)


def _collect_words(value: Any, words: set[str]) -> None:
    """All values but sentences; keys are the collection's own or MACs, which values have too."""
    items: Iterable[Any] = value
    if isinstance(value, Mapping):
        items = [item for key, item in value.items() if key not in ("msg", "invocation")]
    for item in items:
        if isinstance(item, (str, int)):
            words.add(str(item))
        elif item is None:
            continue
        elif isinstance(item, (Mapping, Sequence)):
            _collect_words(item, words)
        else:
            words.add(str(item))
