# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading an account: its list, and devices without a plan.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._catalog.calls import RUN_AGAIN
from .._errors import CallError, RefusedReadError
from .._model import CurrentDevice, Reason, reason
from .._vendors.base import AccountListing, Service
from .workers import worker_pool


def read_account(service: Service, asked: Iterable[str] | None = None) -> AccountListing:
    """The account's list as far as it matters for these MACs, or for all devices of the account.

    A device is not on the account only if a certain list does not show it, or two lists that were read one after the
    other. So the list is read once more if it is not certain and does not show all that is asked for. What either shows
    is there; the later one shows its state. Raises CallError.
    """
    first = service.list_account()
    if first.certain or (asked is not None and first.macs.issuperset(asked)):
        return first
    second = service.list_account()
    if second.certain:
        return second
    devices = None
    if first.devices is not None and second.devices is not None:
        devices = {**first.devices, **second.devices}
    return AccountListing(first.macs | second.macs, devices)


@dataclass(frozen=True)
class AccountReading:
    """Devices in order, and the MACs of those that could not be read, with the Reason."""

    devices: tuple[CurrentDevice, ...]
    unreadable: tuple[tuple[str, Reason], ...] = ()


def read_devices(service: Service, macs: Sequence[str] | None) -> AccountReading:
    """The devices with these MACs in the order given, or all of the account by MAC.

    Raises CallError for what ends the run as a whole: the list, a refused login.
    """
    listing = None
    if macs is None:
        listing = read_account(service)
        wanted = sorted(listing.macs)
        if listing.devices is not None:
            return AccountReading(tuple(listing.devices[mac] for mac in wanted))
    else:
        wanted = list(dict.fromkeys(macs))

    def read(mac: str) -> CurrentDevice | tuple[str, Reason]:
        try:
            return service.read_device(mac)
        except CallError as error:
            if error.fatal:
                raise
            fix = "" if isinstance(error, RefusedReadError) else error.fix or RUN_AGAIN
            return mac, reason("unreadable", "info", cause=str(error), fix=fix)

    answers = worker_pool(service).map(read, wanted)
    return AccountReading(
        tuple(answer for answer in answers if isinstance(answer, CurrentDevice)),
        tuple(answer for answer in answers if isinstance(answer, tuple)),
    )
