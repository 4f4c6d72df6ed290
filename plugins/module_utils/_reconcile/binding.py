# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone is bound to, and whether that is what is declared: the only place that compares bindings. Pure.

PRIVATE to the collection: may change without notice.

A binding is the redirect URL and, on services that store a name with the phone (``Capabilities.stores_name``), that
name too. The URL of a named server is compared elsewhere (``servers``).
"""

from __future__ import annotations

from .._model import REGISTERED, UNREGISTERED, CurrentDevice, DesiredDevice
from .._urls import same_url
from .._vendors.base import URL_ONLY, Capabilities

_ON_ACCOUNT = frozenset({REGISTERED, UNREGISTERED})


def is_comparable(desired: DesiredDevice, current: CurrentDevice) -> bool:
    """Whether a URL is declared and the service showed one. The name alone settles nothing: two servers of the user may
    have it, and a read that shows no URL shows no name either."""
    return desired.url is not None and current.url is not None


def is_bound_to(current: CurrentDevice, name: str | None, url: str | None, vendor: Capabilities) -> bool:
    """Whether the service shows this URL and, if it stores names, this name; False if it shows no URL."""
    if current.url is None or not same_url(current.url, url):
        return False
    return not vendor.stores_name or current.server == name


def shows_binding(desired: DesiredDevice, current: CurrentDevice, vendor: Capabilities) -> bool:
    """Whether the desired binding is there. False also if it cannot be compared."""
    return is_comparable(desired, current) and is_bound_to(current, desired.server, desired.url, vendor)


def same_binding(one: CurrentDevice, other: CurrentDevice) -> bool:
    """Whether two readings show the same binding, of one phone at two times or of two phones."""
    return same_url(one.url, other.url) and one.server == other.server


def differs_in_name(desired: DesiredDevice, current: CurrentDevice, vendor: Capabilities) -> bool:
    """Whether the URL is the declared one and only the stored name is another."""
    same = is_comparable(desired, current) and same_url(current.url, desired.url)
    return same and not shows_binding(desired, current, vendor)


def differs(before: CurrentDevice | None, after: CurrentDevice, vendor: Capabilities) -> bool:
    """Whether two readings show that a phone was changed in between: another status, or another binding where both
    show one. What only one of them shows, and when the phone last asked, say nothing of that."""
    if before is None:
        return False
    if _shows_account_only(before, vendor) or _shows_account_only(after, vendor):
        return (before.status in _ON_ACCOUNT) != (after.status in _ON_ACCOUNT)
    shown = before.url is not None and after.url is not None
    return before.status != after.status or (shown and not same_binding(before, after))


def _shows_account_only(device: CurrentDevice, vendor: Capabilities) -> bool:
    """Whether a reading says no more than that the phone is on the account: where there are no servers, only the URL
    shows whether a phone is bound."""
    return vendor.binds_to == URL_ONLY and device.status == REGISTERED and device.url is None
