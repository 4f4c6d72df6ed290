# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of every XML-RPC service, whatever its answers look like."""

from __future__ import annotations

import pytest
from ansible_collections.voip.rps.plugins.module_utils._client.xmlrpc_client import NO_SUCH_METHOD
from ansible_collections.voip.rps.plugins.module_utils._errors import (
    AbsentCallError,
    CallError,
    FaultError,
    LoginError,
    LostAnswerError,
)
from ansible_collections.voip.rps.plugins.module_utils._model import DEREGISTER, REGISTER
from ansible_collections.voip.rps.plugins.module_utils._vendors import base
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.module_utils._vendors.registry import service_class
from ansible_collections.voip.rps.plugins.module_utils._vendors.xmlrpc_service import XmlRpcService
from unit.vendors.scripted import Lost, Reply, change, fault, scripted

URL = "https://office.example.com/"
MAC = "02a1b200000a"
XMLRPC = [service for service in map(service_class, VENDORS) if issubclass(service, XmlRpcService)]
every_service = pytest.mark.parametrize("service", XMLRPC)
url_services = pytest.mark.parametrize("service", [one for one in XMLRPC if one.capabilities.binds_to == base.URL_ONLY])


@every_service
@pytest.mark.parametrize("action", [REGISTER, DEREGISTER])
@pytest.mark.parametrize(
    ("answer", "error", "executed"),
    [
        (fault(0, "something broke"), FaultError, None),
        (fault(NO_SUCH_METHOD, "server error. requested method not found"), AbsentCallError, False),
        (fault(0, "Not authorized"), LoginError, False),
        (Reply(status=401), LoginError, False),
        (Reply(status=403), LoginError, False),  # as the first answer
        (Reply(status=503), CallError, None),
        (Lost(), LostAnswerError, None),
    ],
)
def test_what_a_failed_write_proves(
    service: type[XmlRpcService], action: str, answer: Reply | Lost, error: type[CallError], executed: bool | None
) -> None:
    account, adapter = scripted(service, answer, retries=2)
    with pytest.raises(error) as caught:
        account.write(change(action, MAC, server="office", server_url=URL))
    assert caught.value.executed is executed
    assert len(adapter.requests) == 1


@url_services
@pytest.mark.parametrize("url", [None, ""])
def test_no_phone_is_bound_to_an_empty_url(service: type[XmlRpcService], url: str | None) -> None:
    account, adapter = scripted(service)
    with pytest.raises(ValueError, match=MAC):
        account.write(change(REGISTER, MAC, server="office", server_url=url))
    assert not adapter.requests


@url_services
def test_there_are_no_servers(service: type[XmlRpcService]) -> None:
    account, adapter = scripted(service)
    assert account.capabilities.servers == base.NO_SERVERS
    with pytest.raises(AbsentCallError):
        account.list_servers()
    assert not adapter.requests
