# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The class of each service, by the value of the option ``vendor``.

PRIVATE to the collection: may change without notice.

A class is imported when a run opens its service: most runs need one, and every start pays for what it imports.
AnsiballZ ships what an import statement names, also one in a function, and nothing that is looked up at run time. So
each service has its function here.
"""

from __future__ import annotations

from typing import Any, Callable

from .._model import Connection
from .._redaction import Masker
from .base import Service

# ruff: noqa: PLC0415 - see above


def _yealink() -> type[Service]:
    from .yealink import YealinkService

    return YealinkService


def _htek() -> type[Service]:
    from .htek import HtekService

    return HtekService


def _snom() -> type[Service]:
    from .snom import SnomService

    return SnomService


def _panasonic() -> type[Service]:
    from .panasonic import PanasonicService

    return PanasonicService


def _ymcs() -> type[Service]:
    from .ymcs import YmcsService

    return YmcsService


SERVICES: dict[str, Callable[[], type[Service]]] = {
    "yealink": _yealink,
    "htek": _htek,
    "snom": _snom,
    "panasonic": _panasonic,
    "ymcs": _ymcs,
}


def service_class(vendor: str) -> type[Service]:
    """The class for a value of ``vendor``."""
    return SERVICES[vendor]()


def open_service(connection: Connection, **seams: Any) -> Service:
    """The service of one account. Close its client when done (or use ``_reconcile.session``).

    Raises MissingLibraryError if requests is not installed, InputError for a CA bundle that does not exist.
    """
    masker = Masker(connection.vendor, connection.username, connection.password)
    return service_class(connection.vendor).connect(connection, masker, **seams)
