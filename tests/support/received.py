# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A response as an adapter hands it to the client, made of bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

import requests


class Received:
    """The part of urllib3's response that the client uses."""

    def __init__(self, status: int, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = requests.structures.CaseInsensitiveDict(headers)
        self._body = io.BytesIO(body)

    def read(self, size: int, decode_content: bool = False) -> bytes:
        assert not decode_content, "the client unpacks by itself, within its bounds"
        return self._body.read(size)

    def release_conn(self) -> None:
        """There is no pool that the connection could go back to."""

    def close(self) -> None:
        """Nothing is open."""
