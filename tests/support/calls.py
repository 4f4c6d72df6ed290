# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single calls of a client in memory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import XmlRpcClient
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    CallError,
)

from .client import ClientClock, MemoryAdapter, ServiceEnv
from .phones import PASSWORD, mac

MAC = mac(1)
CHECK, REGISTER = "redirect.checkDevice", "redirect.registerDevice"
READ: tuple[str, list[str], bool] = (CHECK, [MAC], True)
WRITE: tuple[str, list[str], bool] = (REGISTER, [MAC, "office"], False)
UNKNOWN = [True, "Unknown"]


class Client:
    """Yealink's client in memory, with what carried and timed its calls."""

    def __init__(self, env: ServiceEnv, **changes: Any) -> None:
        self.adapter, self.clock = MemoryAdapter(env), ClientClock(env.clock)
        client = env.service(self.adapter, self.clock, **changes).client
        assert isinstance(client, XmlRpcClient)
        self.client = client

    def __call__(self, call: tuple[str, list[str], bool] = READ, **more: Any) -> Any:
        method, params, idempotent = call
        return self.client.call(method, params, idempotent=idempotent, **more)

    def fails(self, kind: type[CallError], call: tuple[str, list[str], bool] = READ, **more: Any) -> Any:
        """The error of a call that must fail in this way."""
        with pytest.raises(kind) as caught:
            self(call, **more)
        assert str(caught.value).isprintable()
        assert PASSWORD not in str(caught.value) + caught.value.fix
        return caught.value
