# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods of the service in both dialects. Section numbers without a name are those of Yealink's document."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from . import bulk, mac, texts
from .options import Options
from .world import REGISTERED, World

READ_METHODS = frozenset({"listDevices", "checkDevice", "checkDeviceExt"})
WRITE_METHODS = frozenset(
    {
        "registerDevice",
        "deRegisterDevice",
        "registerDevices",
        "deRegisterDevices",
        "addServer",
        "editDevice",
        "registerDeviceWithUniqueUrl",
        "editDeviceWithUniqueUrl",
    }
)
METHOD_NOT_FOUND, BAD_PARAMS = -32601, -32602
_YEALINK_ONLY = frozenset({"checkDeviceExt", "registerDeviceWithUniqueUrl", "editDeviceWithUniqueUrl"})
_RETIRED = frozenset({("editDevice", 3), ("editDeviceWithUniqueUrl", 4)})  # 4.11 and 4.16
_SERVER_NAME = re.compile(r"[A-Za-z0-9\-_. ]*")
_SCHEMES = ("http://", "https://", "ftp://", "tftp://")


class RpcFaultError(Exception):
    """An answer that is an XML-RPC fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Answer(NamedTuple):
    """`[ok, value]` or `[ok, value, url]`; `value` is a text, or the addresses that listDevices found."""

    ok: bool
    value: str | list[str]
    url: str | None = None


_OK = Answer(True, texts.OK)


class RefusedError(Exception):
    """Leaves a method with boolean 0 and a text, which gets the `Error:` of the chosen style."""


class Service:
    """Executes calls on one world. The caller holds the world's lock."""

    def __init__(self, world: World, options: Options) -> None:
        self.world = world
        self.options = options

    def call(self, account: str, method: str, params: list[Any]) -> Answer:
        """Execute `redirect.<method>`; raises RpcFaultError where the service has no such call."""
        arity = len(params)
        handlers = _METHODS.get(method)
        vendor = self.world.vendor
        if handlers is None or (vendor != "yealink" and method in _YEALINK_ONLY):
            raise RpcFaultError(METHOD_NOT_FOUND, f"method not found: redirect.{method}")
        if self.options.is_disabled(vendor, method, arity):
            raise RpcFaultError(METHOD_NOT_FOUND, f"method not found: redirect.{method}")
        if arity not in handlers:
            raise RpcFaultError(BAD_PARAMS, f"redirect.{method} does not take {arity} parameter(s)")
        if self.options.retired_calls == "fault" and (method, arity) in _RETIRED:
            raise RpcFaultError(METHOD_NOT_FOUND, f"redirect.{method} with {arity} parameters is no longer available")
        try:
            return handlers[arity](self, account, *params)
        except RefusedError as refused:
            prefix = {"error": "Error:", "error_space": "Error: ", "error_none": ""}[self.options.error_style]
            return Answer(False, prefix + str(refused))

    # -- reading

    def list_devices(self, account: str) -> Answer:
        """4.4, Htek 4."""
        options = self.options
        listed = [
            mac.show(device.mac, options.mac_notation, options.mac_upper)
            for device in self.world.owned(account)
            if options.list_unregistered or device.bound
        ]
        return Answer(True, listed) if listed else Answer(False, options.empty_text)

    def check_device(self, account: str, address: Any) -> Answer:
        """4.5, Htek 5."""
        bare = mac.normalize(_string(address))
        if bare is None:
            raise RefusedError(texts.CHECK_INVALID)
        return Answer(True, self.world.status_of(account, self.world.find(bare)))

    def check_device_ext(self, account: str, address: Any) -> Answer:
        """4.14: as checkDevice, with the URL of a registered device."""
        answer = self.check_device(account, address)
        if answer.value != REGISTERED or self.options.ext_url == "missing":
            return answer
        device = self.world.find(mac.normalize(address) or "")
        url = self.world.url_of(device) if device is not None else None
        return answer._replace(url="" if self.options.ext_url == "empty" else url)

    # -- registering

    def register(self, account: str, address: Any, name: Any, *override: Any) -> Answer:
        """4.1 and 4.2, Htek 1 and 2."""
        return self._register([_string(address)], account, name, None, _override(override), False)

    def register_all(self, account: str, addresses: Any, name: Any, *override: Any) -> Answer:
        """4.6 and 4.7, Htek 6."""
        return self._register(self._list(addresses), account, name, None, _override(override), True)

    def register_unique(self, account: str, address: Any, name: Any, url: Any, *override: Any) -> Answer:
        """4.12 and 4.15: the unique URL wins over the server's."""
        return self._register([_string(address)], account, name, _string(url), _override(override), False)

    def _register(
        self, sent: list[str], account: str, name: Any, url: str | None, override: str | None, many: bool
    ) -> Answer:
        name = _string(name)
        verdicts = bulk.judge_all(sent, lambda bare: self._judge_register(account, bare, override))
        invalid = [verdict for verdict in verdicts if verdict.problem == texts.INVALID]
        if not invalid or (many and self.options.bulk_mode != "atomic"):
            if not _SERVER_NAME.fullmatch(name):
                raise RefusedError(texts.NAME_CHARACTERS)
            self._known_server(account, name)
            self._unique_url(url)
        outcome = bulk.decide(verdicts, self.options)
        for bare in outcome.execute:
            self.world.bind(bare, account, name, url)
        return self._answer(outcome, override, many)

    def _judge_register(self, account: str, bare: str, override: str | None) -> str | None:
        device = self.world.find(bare)
        if device is None or device.account is None:
            return None
        if device.account != account:
            return None if override == "1" and self.options.take_over_allowed else texts.ELSEWHERE
        if not device.bound and self.options.register_unregistered == "bind":
            return None
        return None if override == "1" and self.options.own_override_allowed else texts.OWN

    # -- removing and editing

    def deregister(self, account: str, address: Any) -> Answer:
        """4.3, Htek 3."""
        return self._deregister([_string(address)], account, False)

    def deregister_all(self, account: str, addresses: Any) -> Answer:
        """4.8."""
        return self._deregister(self._list(addresses), account, True)

    def _deregister(self, sent: list[str], account: str, many: bool) -> Answer:
        def judge(bare: str) -> str | None:
            device = self.world.find(bare)
            return None if device is not None and device.account == account else texts.INVALID

        outcome = bulk.decide(bulk.judge_all(sent, judge), self.options)
        for bare in outcome.execute:
            self.world.unbind(bare)
        return self._answer(outcome, None, many)

    def edit(self, account: str, address: Any, name: Any, *override: Any) -> Answer:
        """4.10; 4.11 (three parameters, the last one without effect) where it is switched on."""
        _override(override)
        bare = self._editable(account, _string(address))
        self._known_server(account, _string(name))
        device = self.world.find(bare)
        keep = device.unique_url if device is not None and not self.options.edit_clears_unique_url else None
        self.world.bind(bare, account, name, keep)
        return _OK

    def edit_unique(self, account: str, address: Any, name: Any, url: Any, *_override_ignored: Any) -> Answer:
        """4.13; 4.16 (four parameters, the last one without effect) where it is switched on."""
        bare = self._editable(account, _string(address))
        self._known_server(account, _string(name))
        self._unique_url(_string(url))
        self.world.bind(bare, account, name, url)
        return _OK

    def _editable(self, account: str, sent: str) -> str:
        bare = mac.normalize(sent)
        device = self.world.find(bare) if bare is not None else None
        if bare is not None and device is None:
            raise RefusedError(texts.UNKNOWN_MAC)
        if bare is None or device is None or device.account != account:
            raise RefusedError(texts.refusal(self.world.vendor, texts.INVALID, [bare or sent.strip()], None))
        return bare

    # -- servers

    def add_server(self, account: str, name: Any, url: Any) -> Answer:
        """4.9. There is no call that changes or removes a server again."""
        name, url = _string(name), _string(url)
        if not name.strip():
            raise RefusedError(texts.NAME_EMPTY)
        if not url.strip():
            raise RefusedError(texts.URL_EMPTY)
        if not _SERVER_NAME.fullmatch(name):
            raise RefusedError(texts.NAME_CHARACTERS)
        if not url.lower().startswith(_SCHEMES):
            raise RefusedError(texts.URL_SCHEME)
        if self.world.knows_server(account, name):
            raise RefusedError(texts.NAME_USED)
        self.world.add_server(account, name, url)
        return _OK

    # -- shared

    def _known_server(self, account: str, name: str) -> None:
        if not self.world.knows_server(account, name):
            raise RefusedError(texts.INVALID_SERVER)

    def _unique_url(self, url: str | None) -> None:
        if url is not None and not url.lower().startswith(_SCHEMES):
            raise RefusedError(texts.UNIQUE_URL if self.options.url_refusal == "document" else texts.URL_SCHEME)

    def _list(self, addresses: Any) -> list[str]:
        if not isinstance(addresses, list):
            raise RpcFaultError(BAD_PARAMS, "macList is not an array")
        if self.options.max_bulk is not None and len(addresses) > self.options.max_bulk:
            raise RefusedError(self.options.max_bulk_text)
        if not addresses:
            raise RefusedError(texts.refusal(self.world.vendor, texts.INVALID, [], None))
        return [_string(item) for item in addresses]

    def _answer(self, outcome: bulk.Outcome, override: str | None, many: bool) -> Answer:
        if outcome.problem is None:
            return _OK
        names = self.options.bulk_names or not many
        raise RefusedError(texts.refusal(self.world.vendor, outcome.problem, outcome.named, override, names))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise RpcFaultError(BAD_PARAMS, "a parameter is not a string")
    return value


def _override(given: tuple[Any, ...]) -> str | None:
    """None where the call has no isOverride. Only the strings "0" and "1" are legal (4.2.3): no int, no boolean."""
    if not given:
        return None
    if not isinstance(given[0], str) or given[0] not in ("0", "1"):
        raise RefusedError(texts.OVERRIDE_VALUE)
    return given[0]


_Handler = Callable[..., Answer]
_METHODS: dict[str, dict[int, _Handler]] = {
    "registerDevice": {2: Service.register, 3: Service.register},
    "deRegisterDevice": {1: Service.deregister},
    "listDevices": {0: Service.list_devices},
    "checkDevice": {1: Service.check_device},
    "checkDeviceExt": {1: Service.check_device_ext},
    "registerDevices": {2: Service.register_all, 3: Service.register_all},
    "deRegisterDevices": {1: Service.deregister_all},
    "addServer": {2: Service.add_server},
    "editDevice": {2: Service.edit, 3: Service.edit},
    "registerDeviceWithUniqueUrl": {3: Service.register_unique, 4: Service.register_unique},
    "editDeviceWithUniqueUrl": {3: Service.edit_unique, 4: Service.edit_unique},
}
