# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleets that the tables of faults are played with: what the account holds, and what is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.voip.rps.plugins.module_utils._model import DesiredDevice, Server

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OTHER = "other"
URLS = {
    "office": "https://office.example.com/",
    "branch": "https://branch.example.com/",
    "spare": "https://spare.example.com/",
}
FRESH = Server("fresh", "https://fresh.example.com/")
OWN_URL = "https://own.example.com/{}"
# What Htek's document does not name and the collection assumes from Yealink's.
ASSUMED = ("htek:editDevice", "htek:addServer", "htek:deRegisterDevices")

State = dict[str, tuple[str | None, str | None, str | None]]  # MAC: account, server, URL of its own


def mac(number: int) -> str:
    return f"001565{number:06x}"


@dataclass(frozen=True)
class Scene:
    """A fleet before the run, its declaration, and the service that it is played on."""

    name: str
    service: str  # yealink, htek, or documented: Htek without the assumed calls
    before: tuple[tuple[str, str | None, str | None, str | None], ...]
    declared: tuple[DesiredDevice, ...]
    bulk: bool = True
    batch_size: int = 100
    servers: tuple[Server, ...] = ()

    @property
    def vendor(self) -> str:
        return "yealink" if self.service == "yealink" else "htek"

    @property
    def path(self) -> str:
        return f"{self.name}/{self.service}"

    @property
    def old(self) -> State:
        return {mac: (account, server, url) for mac, account, server, url in self.before}

    def target(self, device: DesiredDevice) -> tuple[str | None, str | None, str | None] | None:
        """What the device is bound to once it is as declared; None where it is gone."""
        if device.state == "absent":
            return None
        return (USER, device.server, device.unique_url)

    def quiet(self) -> tuple[DesiredDevice, ...]:
        """The declaration of somebody who forces nothing."""
        return tuple(replace(device, force=False) for device in self.declared)

    def load(self, sim: Any) -> None:
        """Put a simulator into the state before the run."""
        for vendor in sim.vendors:
            world = sim.world(vendor)
            world.clear()
            world._history.clear()
        world = sim.world(self.vendor)
        world.add_account(USER, PASSWORD)
        world.add_account(OTHER, "theirs")
        world.add_server(OTHER, "theirs", "https://theirs.example.net/")
        for name, url in URLS.items():
            world.add_server(USER, name, url)
        for mac_, account, server, url in self.before:
            world.add_device(mac_, account, server, url)
        world._history.clear()
        sim.options.disabled_methods = set(ASSUMED if self.service == "documented" else ())


def _present(number: int, server: str = "office", **more: Any) -> DesiredDevice:
    url = FRESH.url if server == FRESH.name else URLS[server]
    return DesiredDevice(mac(number), server=server, server_url=url, **more)


def _absent(number: int) -> DesiredDevice:
    return DesiredDevice(mac(number), "absent")


def _unique(number: int) -> DesiredDevice:
    return DesiredDevice(mac(number), server="office", unique_url=OWN_URL.format(number))


def _register(service: str) -> Scene:
    """Three new phones, one after the other; Yealink's third one with a URL of its own."""
    third = _unique(3) if service == "yealink" else _present(3, "branch")
    return Scene("register", service, (), (_present(1), _present(2), third), bulk=False)


def _move(service: str) -> Scene:
    """Three phones that point to another server. Htek's have to be forced, since nobody can read where they point."""
    force = service != "yealink"
    third = _unique(3) if service == "yealink" else _present(3, force=True)
    before = tuple((mac(number), USER, "branch", None) for number in (1, 2, 3))
    return Scene("move", service, before, (_present(1, force=force), _present(2, force=force), third))


def _deregister(service: str) -> Scene:
    """Three phones to be removed, one of them bound to nothing."""
    before = ((mac(1), USER, "office", None), (mac(2), USER, "branch", None), (mac(3), USER, None, None))
    return Scene("deregister", service, before, (_absent(1), _absent(2), _absent(3)), bulk=False)


def _mixed(service: str) -> Scene:
    """Each kind of write once, and a phone that is as declared; where it is possible also a new server."""
    more = () if service == "documented" else (FRESH,)
    before = (
        (mac(2), USER, None, None),
        (mac(3), USER, "branch", None),
        (mac(4), USER, "branch", None),
        (mac(5), OTHER, "theirs", None),
        (mac(6), USER, "office", None),
    )
    declared = (
        _present(1, FRESH.name if more else "office"),
        _present(2),
        _present(3, force=service != "yealink"),
        _absent(4),
        _present(5, override=True),
        _present(6),
    )
    return Scene("mixed", service, before, declared, servers=more)


def _bulk(service: str) -> Scene:
    """Four new phones in batches of three, and two to be removed in one."""
    before = ((mac(5), USER, "office", None), (mac(6), USER, "branch", None))
    declared = (*(_present(number) for number in (1, 2, 3, 4)), _absent(5), _absent(6))
    return Scene("bulk", service, before, declared, batch_size=3)


SERVICES = ("yealink", "htek", "documented")
_MAKERS: tuple[Callable[[str], Scene], ...] = (_register, _move, _deregister, _mixed, _bulk)
SCENES = tuple(make(service) for make in _MAKERS for service in SERVICES)
BY_PATH = {scene.path: scene for scene in SCENES}
