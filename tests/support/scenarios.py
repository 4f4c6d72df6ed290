# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets that the tables of faults are played with, and the services that they are played on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS

from .client import ServiceEnv
from .phones import OTHER_USER, SERVERS, USER, mac, own_url, serial


@dataclass(frozen=True)
class Service:
    """A service to play on: a line a service. ``lacks`` are calls that it does not have."""

    vendor: str
    lacks: tuple[str, ...] = ()
    name: str = ""
    options: tuple[tuple[str, Any], ...] = ()  # switches of the simulator

    @property
    def title(self) -> str:
        return self.name or self.vendor

    @property
    def capabilities(self) -> Capabilities:
        return VENDORS[self.vendor]

    @property
    def reads_url(self) -> bool:
        """Whether anybody can read where a phone is redirected to."""
        return self.capabilities.reads_url and "checkDeviceExt" not in self.lacks

    def env(self) -> ServiceEnv:
        """The service in memory."""
        return ServiceEnv(self.vendor, self.lacks, **dict(self.options))


# Services as some accounts have them: without calls, or with other switches.
VARIANTS: tuple[Service, ...] = (
    Service(
        "yealink",
        ("checkDeviceExt", "registerDevices", "deRegisterDevices"),
        "yealink_singles",
        (("take_over_allowed", True),),
    ),
    Service("htek", ("editDevice", "addServer", "deRegisterDevices", "registerDevices/3"), "htek_documented"),
    Service("snom", ("registerPhoneList", "deregisterPhoneList"), "snom_singles"),
)
SERVICES: tuple[Service, ...] = (*(Service(vendor) for vendor in VENDORS), *VARIANTS)


@dataclass(frozen=True)
class Phone:
    """One phone of a scenario: where it is before the run (owner, server, URL of its own), and what is declared."""

    number: int
    before: tuple[str, str | None, str | None] | None
    state: str = "present"
    server: str = "office"
    unique: bool = False
    override: bool = False


@dataclass(frozen=True)
class Scenario:
    """A fleet and its declaration."""

    name: str
    phones: tuple[Phone, ...]
    bulk: bool = True
    batch_size: int = 100

    def load(self, env: ServiceEnv) -> None:
        """Put the service into the state before the run."""
        for phone in self.phones:
            if phone.before is not None:
                owner, server, url = phone.before
                env.place(mac(phone.number, env.vendor), server, owner, url, serial=serial(phone.number))

    def desired(self, service: Service, force: bool = True) -> tuple[DesiredDevice, ...]:
        """What is declared; unless told otherwise, with force where nobody could see whether a write is needed."""
        vendor, capabilities = service.vendor, service.capabilities
        found = []
        for phone in self.phones:
            present = phone.state == "present"
            bound = phone.before is not None and phone.before[0] == USER and phone.before[1] is not None
            found.append(
                DesiredDevice(
                    mac(phone.number, vendor),
                    phone.state,
                    phone.server if present else None,
                    SERVERS[phone.server] if present else None,
                    own_url(phone.number) if phone.unique and capabilities.unique_urls else None,
                    phone.override and capabilities.override,
                    force and present and bound and not service.reads_url,
                    serial(phone.number) if capabilities.needs_serial else None,
                )
            )
        return tuple(found)


def _at(server: str) -> tuple[str, str | None, str | None]:
    return (USER, server, None)


REGISTER = Scenario("register", (Phone(1, None), Phone(2, None), Phone(3, None, unique=True)), bulk=False)
MOVE = Scenario(
    "move",
    (Phone(1, _at("branch")), Phone(2, _at("branch")), Phone(3, _at("branch"), unique=True)),
)
DEREGISTER = Scenario(
    "deregister",
    (
        Phone(1, _at("office"), "absent"),
        Phone(2, _at("branch"), "absent"),
        Phone(3, (USER, None, None), "absent"),
    ),
    bulk=False,
)
MIXED = Scenario(
    "mixed",
    (
        Phone(1, None),
        Phone(2, (USER, None, None)),
        Phone(3, _at("branch")),
        Phone(4, _at("branch"), "absent"),
        Phone(5, (OTHER_USER, "theirs", None), override=True),
        Phone(6, _at("office")),
    ),
)
LISTS = Scenario(
    "lists",
    (
        *(Phone(number, None) for number in (1, 2, 3, 4)),
        Phone(5, _at("office"), "absent"),
        Phone(6, _at("branch"), "absent"),
    ),
    batch_size=3,
)
# The URL is right and the name is not: a move on a service that stores names, and nothing to do on any other.
RENAME = Scenario("rename", (Phone(1, (USER, "branch", SERVERS["office"])), Phone(2, _at("office"))))
SCENARIOS: tuple[Scenario, ...] = (REGISTER, MOVE, DEREGISTER, MIXED, LISTS)
