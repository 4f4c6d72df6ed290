# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's side of every module: argument spec, environment, errors -> fail_json, results without secrets."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional

from ansible.module_utils.basic import AnsibleFallbackNotFound, AnsibleModule, env_fallback, missing_required_lib

from ._client.transport import Transport
from ._errors import InputError, MissingLibraryError, RpsError
from ._model import Connection
from ._redaction import Masker
from ._text import as_sentence
from ._validation import name_warning, parse_connection
from ._vendors.registry import VENDORS
from ._vendors.service import Service

Answer = tuple[dict[str, Any], Optional[str]]
_STATE, _ANSIBLES_STATE = "the state must be", "value of state"
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_URL_OPTIONS = ("url", "server_url", "unique_url")


def filled_env(name: str) -> str:
    """As env_fallback, but an empty variable counts as not set: a job template's credential leaves such."""
    value: str = env_fallback(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def connection_spec() -> dict[str, dict[str, Any]]:
    """The connection options, as documented in the fragment ``voip.rps.connection``."""

    def env(name: str) -> tuple[Any, list[str]]:
        return (filled_env, [name])

    return {
        "vendor": {"type": "str", "required": True, "choices": sorted(VENDORS), "fallback": env("RPS_VENDOR")},
        "api_url": {"type": "str", "fallback": env("RPS_API_URL")},
        "api_username": {"type": "str", "required": True, "fallback": env("RPS_API_USERNAME")},
        "api_password": {"type": "str", "required": True, "no_log": True, "fallback": env("RPS_API_PASSWORD")},
        "validate_certs": {"type": "bool", "default": True, "fallback": env("RPS_VALIDATE_CERTS")},
        "ca_path": {"type": "path", "fallback": env("RPS_CA_PATH")},
        "timeout": {"type": "float", "default": 30, "fallback": env("RPS_TIMEOUT")},
        "retries": {"type": "int", "default": 3},
        "concurrency": {"type": "int", "default": 8},
    }


def device_spec() -> dict[str, dict[str, Any]]:
    """What can be declared of one phone. URLs are no_log while Ansible parses and logs the options, since they may
    carry tokens; results show them masked."""
    return {
        "mac": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server": {"type": "str"},
        "server_url": {"type": "str", "no_log": True},
        "unique_url": {"type": "str", "no_log": True},
        "override": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
    }


class RpsModule(AnsibleModule):
    """AnsibleModule whose own refusal of options carries the documented keys and names every problem, not only one.

    ``empty`` is the result of a run in which nothing was done, ``check(params)`` finds what Ansible does not look for.
    """

    def __init__(
        self, spec: Mapping[str, Any], empty: Mapping[str, Any], check: Callable[[Mapping[str, Any]], list[str]]
    ) -> None:
        self._ready = False
        self._empty = empty
        self._check = check
        super().__init__(argument_spec={**spec, **connection_spec()}, supports_check_mode=True)
        self._ready = True

    def fail_json(self, msg: str, **kwargs: Any) -> Any:
        """As the parent, which calls this itself before the module begins to work."""
        if not self._ready:
            problems = [
                f"Unsupported parameters: {error.msg}" if "Unsupported" in type(error).__name__ else str(error.msg)
                for error in getattr(self.validation_result, "errors", [])
            ] or [msg]
            # A password of a letter or two would make the message unreadable, and is not in it.
            hidden: set[Any] = self.no_log_values
            hidden -= {secret for secret in hidden if len(str(secret)) <= 3}
            own = self._check(self.params)
            if any(_STATE in problem for problem in own):  # which says of which device
                problems = [problem for problem in problems if not problem.startswith(_ANSIBLES_STATE)]
            problems.extend(own)
            # Ansible tells some of its problems again inside of others.
            msg = str(InputError([one for one in dict.fromkeys(problems) if not _is_part(one, problems)]))
            shown = {"module_args": _without_secrets(self.params)}
            kwargs = {**_nothing_done(self._empty, self.params), "invocation": shown, **kwargs}
        super().fail_json(msg, **kwargs)


def _is_part(text: str, texts: list[str]) -> bool:
    return any(text in other for other in texts if other != text)


def run(
    spec: Mapping[str, Any],
    work: Callable[[AnsibleModule, Callable[[], Service]], Answer],
    empty: Mapping[str, Any],
    check: Callable[[Mapping[str, Any]], list[str]] = lambda _params: [],
) -> None:
    """Run a module: ``work(module, connect)`` returns (result, why it failed or None).

    ``connect`` opens the service; options that cannot be used are best found before it is called. ``empty`` is the
    result of a run in which nothing was done, so that the documented keys are there whatever happens.
    """
    module = RpsModule(spec, empty, check)
    services: list[Service] = []

    def connect() -> Service:
        service = open_service(parse_connection(module.params))
        services.append(service)
        for url, path in _urls(module.params):
            service.masker.hide_url(url, path)
        _stop_on_sigterm(service)
        return service

    extra: dict[str, Any] = {}
    try:
        result, failed = work(module, connect)
    except MissingLibraryError as error:
        result, failed = {}, missing_required_lib(error.library)
        extra["exception"] = error.detail
    except RpsError as error:
        result, failed = {}, as_sentence(str(error))
    finally:
        for service in services:
            service.transport.close()
    whole = {**_nothing_done(empty, module.params), **result}
    if services and not whole.get("calls"):
        whole["calls"] = dict(sorted(services[0].transport.calls.items()))
    if not module._diff:
        whole.pop("diff", None)
    _keep_readable(module, whole)
    whole["invocation"] = {"module_args": _without_secrets(module.params)}
    if failed is not None:
        module.fail_json(msg=failed, **{key: value for key, value in whole.items() if key != "msg"}, **extra)
    module.exit_json(**whole)


def _nothing_done(empty: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a run in which nothing was done. What was declared is counted even so."""
    devices = params.get("devices")
    if "summary" not in empty or not isinstance(devices, list):
        return dict(empty)
    return {**empty, "summary": {**empty["summary"], "declared": len(devices)}}


def open_service(connection: Connection) -> Service:
    """A Service for a connection. Raises MissingLibraryError where requests is not installed."""
    masker = Masker(connection.vendor, connection.username, connection.password)
    return Service(Transport(connection, masker))


def warn_about_names(module: AnsibleModule, names: Iterable[str | None]) -> None:
    """Warn once for each server name that is longer than the vendor is known to accept."""
    for name in sorted({name for name in names if name}):
        text = name_warning(name, VENDORS[module.params["vendor"]])
        if text:
            module.warn(text)


def _stop_on_sigterm(service: Service) -> None:
    def stop(_number: int, _frame: Any) -> None:
        service.transport.stop("The run was asked to end (SIGTERM); run again to do the rest.")

    signal.signal(signal.SIGTERM, stop)


def _urls(params: Any) -> list[tuple[str, bool]]:
    """All URLs among the options, as (URL, whether its path is a secret too)."""
    found: list[tuple[str, bool]] = []
    for key in _URL_OPTIONS:
        if isinstance(params.get(key), str):
            found.append((params[key], key == "unique_url"))
    for device in params.get("devices") or []:
        found.extend(_urls(device))
    return found


def _without_secrets(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options as ``invocation`` shows them at high verbosity."""
    shown: dict[str, Any] = {}
    for key, value in params.items():
        if key == "devices" and isinstance(value, list):
            shown[key] = [_without_secrets(item) if isinstance(item, Mapping) else item for item in value]
        else:
            hidden = value is not None and (key in _URL_OPTIONS or key == "api_password")
            hidden = hidden or (key == "api_url" and any(mark in str(value) for mark in "@?#"))
            shown[key] = _HIDDEN if hidden else value
    return shown


def _keep_readable(module: AnsibleModule, result: Mapping[str, Any]) -> None:
    """Keep Ansible's own masking from damaging the result.

    It replaces substrings anywhere: a password ``ok`` or a declared URL would wipe outcomes, MACs and plain servers'
    URLs. Everything in a result is masked already where it is made; as a second net stay all secrets that do not occur
    in a result's machine-readable words.
    """
    secrets = {module.params["api_password"]}
    for url, path in _urls(module.params):
        masker = Masker("", "", "")
        masker.hide_url(url, path)
        secrets.update(masker.secrets())
    words = "\n".join(_machine_words(result))
    module.no_log_values.clear()
    module.no_log_values.update(secret for secret in secrets if len(secret) > 3 and secret not in words)


def _machine_words(value: Any, key: str = "") -> list[str]:
    if isinstance(value, Mapping):
        return [word for name, item in value.items() for word in _machine_words(item, name)]
    if isinstance(value, (list, tuple)):
        return [word for item in value for word in _machine_words(item, key)]
    return [] if key == "msg" or value is None else [str(value)]
