# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answers of Yealink YMCS mean: pages, records, bulk results, error codes. Pure.

PRIVATE to the collection: may change without notice.

Observed in public clients; the vendor's own document could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from .._mac import macs_in_text, parse_any_mac, parse_mac
from .._model import REGISTERED, UNREGISTERED, CurrentDevice, CurrentServer, Refusal
from .base import (
    INVALID_MAC,
    NOT_REGISTERED,
    OTHER,
    OTHER_ACCOUNT,
    OWN_DEVICE,
    SERIAL,
    SERVER_INVALID,
    SERVER_NAME_USED,
    SERVER_UNKNOWN,
    BatchAnswer,
)
from .parts import UnexpectedResponseError, fold

EXISTS = "800003"
BAD_PARAMETER = "900400"  # an unknown ID too
_KINDS: dict[str, str] = {
    "800001": INVALID_MAC,
    "800002": SERIAL,
    EXISTS: OWN_DEVICE,
    "800004": OTHER_ACCOUNT,
}
# What a bad parameter is about, by the last part of its name.
_FIELDS: dict[str, str] = {
    "serverid": SERVER_UNKNOWN,
    "mac": INVALID_MAC,
    "sn": SERIAL,
    "id": NOT_REGISTERED,
}
_CODE = re.compile(r"(?<![0-9A-Za-z])(?:800|900)[0-9]{3}(?![0-9A-Za-z])")
_SERVER_ID = re.compile(r"\bserver ?id\b", re.IGNORECASE)
_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9._~:@+=-]{1,200}")  # not only dots: that would be another path
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?",
    re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds the year 5138, as milliseconds 1973

Explain = Callable[[], str]


@dataclass(frozen=True)
class Page:
    """A part of a list; ``total`` counts the whole of it."""

    total: int
    records: Sequence[Any]


def read_page(value: Any) -> Page:
    """A page of listDevices or listServers. Raises UnexpectedResponseError."""
    record = _record(value)
    total = _count(record, "total")
    data = record.get("data")
    if data is None:
        data = []
    if not isinstance(data, list):
        raise UnexpectedResponseError("its data is not a list")
    return Page(total, data)


def read_device(value: Any) -> CurrentDevice:
    """A record of listDevices. A unique URL wins over a server.

    Raises UnexpectedResponseError, also for a record without a valid MAC: a list that is only partly understood is no
    list.
    """
    record = _record(value)
    mac = record.get("mac")
    try:
        normalized = parse_mac(mac) if isinstance(mac, str) else ""
    except ValueError:
        normalized = ""
    if not normalized:
        raise UnexpectedResponseError("its list has an entry without a valid MAC address")
    server_ref = _text(record, "serverId")
    unique_url = _text(record, "uniqueServerUrl")
    bound = bool(server_ref or unique_url)
    return CurrentDevice(
        normalized,
        REGISTERED if bound else UNREGISTERED,
        (unique_url or _text(record, "serverUrl")) if bound else None,
        last_contact=read_moment(record.get("lastConnected")),
        ref=_id(record),
        server_ref=server_ref,
    )


def read_server(value: Any) -> CurrentServer:
    """A record of listServers. Raises UnexpectedResponseError."""
    record = _record(value)
    ref, name = _id(record), record.get("serverName")
    if ref is None or not isinstance(name, str):
        raise UnexpectedResponseError("its list has an entry without an ID and a name")
    return CurrentServer(name, _text(record, "url") or "", ref)


def read_created(value: Any) -> None:
    """The answer of an addition: the new record. Raises UnexpectedResponseError."""
    if _text(_record(value), "id") is None:
        raise UnexpectedResponseError("it has no ID of what was added")


def read_edited(value: Any) -> None:
    """The answer of an edit: no body, or the record. Raises UnexpectedResponseError."""
    if value is not None:
        _record(value)


def read_moment(value: Any) -> str | None:
    """When a phone last asked, as ``YYYY-MM-DDTHH:MM:SSZ``: from milliseconds, seconds or ISO 8601.

    None for never (null, "", 0) and for what is none of these, since nothing depends on it.
    """
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"[0-9]{1,17}", text):
            return _iso(text)
        value = int(text)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e17:
        return None
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    try:
        return _shown(_EPOCH + timedelta(seconds=int(seconds)))
    except OverflowError:
        return None


def _iso(text: str) -> str | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) for part in match.group(1, 2, 3, 4, 5))
    try:
        moment = datetime(year, month, day, hour, minute, int(match[6] or 0), tzinfo=timezone.utc)
        if match[7]:
            offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
            moment = moment - offset if match[7] == "+" else moment + offset
    except (ValueError, OverflowError):
        return None
    return _shown(moment)


def _shown(moment: datetime) -> str:
    # Not strftime, which does not fill up years below 1000.
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


# Refusals.


def kind_of(code: str, words: str, fields: Iterable[str], explain: Explain) -> str:
    """The kind of a refused device; ``explain`` is asked about a bad parameter that is not named."""
    if code != BAD_PARAMETER:
        return _KINDS.get(code, OTHER)
    for field in fields:
        name = re.split("[^A-Za-z]+", field)[-1].lower()
        if name in _FIELDS:
            return _FIELDS[name]
        if name:
            return OTHER
    return SERVER_UNKNOWN if _SERVER_ID.search(words) else explain()


def kind_of_server_refusal(code: str) -> str:
    """The kind of a server that was refused when it was added or edited."""
    return {EXISTS: SERVER_NAME_USED, BAD_PARAMETER: SERVER_INVALID}.get(code, OTHER)


@dataclass(frozen=True)
class ItemError:
    """An item of a bulk call that failed. ``macs`` are those that it names, wherever it does; ``words`` are raw."""

    code: str
    words: str
    fields: tuple[str, ...]
    macs: tuple[str, ...]


@dataclass(frozen=True)
class BulkResult:
    """How many items failed, and what the service says of them."""

    failures: int
    errors: tuple[ItemError, ...]


def read_bulk(value: Any, count: int) -> BulkResult:
    """The result of a bulk call of ``count`` items. Raises UnexpectedResponseError."""
    record = _record(value)
    succeeded, failed = _count(record, "successCount"), _count(record, "failureCount")
    listed = record.get("errors")
    if not isinstance(listed, (list, type(None))):
        raise UnexpectedResponseError("its errors are not a list")
    errors = tuple(_item_error(item) for item in listed or [])
    # If the numbers contradict each other, the worst of them counts.
    return BulkResult(max(failed, count - succeeded, min(len(errors), 1)), errors)


def read_batch(value: Any, macs: Sequence[str], explain: Explain) -> BatchAnswer:
    """The result of a bulk call for these devices. Raises UnexpectedResponseError.

    Failures that name no device of the call leave every device unclear that is not refused. A call for a single device
    leaves nothing unclear.
    """
    result = read_bulk(value, len(macs))
    refused: dict[str, Refusal] = {}
    loose: list[ItemError] = []
    for error in result.errors:
        named = [mac for mac in error.macs if mac in macs]
        if len(named) == 1:
            refused[named[0]] = _refusal(error, explain)
        else:
            loose.append(error)
    left = [mac for mac in macs if mac not in refused]
    unexplained = max(result.failures - len(refused), len(loose))
    if unexplained > 0 and len(macs) == 1 and left:
        error = loose[0] if loose else ItemError("", "a failure without a reason", (), ())
        return BatchAnswer(refused={left[0]: _refusal(error, explain)})
    return BatchAnswer(refused=refused, unclear=frozenset(left if unexplained > 0 else ()))


def _refusal(error: ItemError, explain: Explain) -> Refusal:
    return Refusal(kind_of(error.code, error.words, error.fields, explain), error.words, error.macs)


def _item_error(value: Any) -> ItemError:
    record = _record(value)
    words = fold(" ".join(_plain(record.get(key)) for key in ("errorInfo", "msg", "message")))
    codes = [_plain(record.get(key)) for key in ("code", "errorCode")]
    found = _CODE.search(" ".join([*codes, words]))
    macs: tuple[str, ...] = ()
    fields = []
    for name in (_plain(record.get("mac")), _plain(record.get("field"))):
        try:
            macs = macs or (parse_any_mac(name),)
        except ValueError:
            fields.append(name)
    return ItemError(
        found[0] if found else "",
        words or "no reason",
        tuple(name for name in fields if name),
        macs or macs_in_text(words),
    )


# Parts of a record.


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnexpectedResponseError("it has the wrong shape")
    return value


def _count(record: dict[str, Any], name: str) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnexpectedResponseError(f"its {name} is not a number")
    return value


def _text(record: dict[str, Any], name: str) -> str | None:
    """A text, trimmed; None for null, "" and 0, which all mean "none". IDs may be numbers."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
        raise UnexpectedResponseError(f"the {name} of an entry is not text")
    return (str(value).strip() if value else "") or None


def _id(record: dict[str, Any]) -> str | None:
    """The ID of an entry. It becomes a part of a path, so it must be none of the parts with a meaning of their own."""
    value = _text(record, "id")
    if value is not None and not _ID.fullmatch(value):
        raise UnexpectedResponseError(
            "its list has an entry whose ID has other characters than A-Z a-z 0-9 . _ ~ : @ + = -"
        )
    return value


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
