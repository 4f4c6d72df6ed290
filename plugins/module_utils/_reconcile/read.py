# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading devices for whoever only wants to know them: rps_device_info and the inventory plugin.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import CallError, RefusedReadError
from .._mac import format_mac
from .._model import CurrentDevice
from .._text import as_sentence
from .._vendors.base import Service
from .workers import worker_pool


@dataclass(frozen=True)
class AccountReading:
    """Devices in order, and a sentence for each device that could not be read."""

    devices: tuple[CurrentDevice, ...]
    unreadable: tuple[str, ...] = ()


def read_devices(service: Service, macs: Sequence[str] | None) -> AccountReading:
    """The devices with these MACs in the order given, or all of the account by MAC.

    Raises CallError for what ends the run as a whole: the list, a refused login.
    """
    listing = None
    if macs is None:
        listing = service.list_account()
        wanted = sorted(listing.macs)
        if listing.devices is not None:
            return AccountReading(tuple(listing.devices[mac] for mac in wanted))
    else:
        wanted = list(dict.fromkeys(macs))

    def read(mac: str) -> CurrentDevice | str:
        try:
            return service.read_device(mac)
        except CallError as error:
            if error.fatal:
                raise
            fix = "" if isinstance(error, RefusedReadError) else f" {error.fix or 'Run again.'}"
            return f"{format_mac(mac, 'colon')} could not be read: {as_sentence(str(error))}{fix}"

    answers = worker_pool(service).map(read, wanted)
    return AccountReading(
        tuple(answer for answer in answers if isinstance(answer, CurrentDevice)),
        tuple(answer for answer in answers if isinstance(answer, str)),
    )
