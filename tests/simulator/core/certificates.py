# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority and a server certificate for HTTPS on this machine, made anew for every simulator."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path


class Certificates:
    """Holds the server's TLS context; `ca_path` is a PEM file that lives as long as this object."""

    def __init__(self, identities: Sequence[str] = ("localhost", "127.0.0.1")) -> None:
        import trustme  # noqa: PLC0415  (only HTTPS needs it)

        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*identities).configure_cert(self.context)
        self._folder = tempfile.TemporaryDirectory(prefix="rps-simulator-")
        self.ca_path = str(Path(self._folder.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_path)

    def close(self) -> None:
        """Remove the PEM file."""
        self._folder.cleanup()
