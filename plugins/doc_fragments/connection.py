# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

_FROM_ENVIRONMENT = (
    "vendor",
    "api_url",
    "api_username",
    "api_password",
    "validate_certs",
    "ca_path",
    "timeout",
)


class ModuleDocFragment:
    """The connection options, documented once for every module and the inventory plugin."""

    DOCUMENTATION = r"""
requirements:
  - requests
options:
  vendor:
    description:
      - The vendor whose redirection service is spoken to.
      - Falls back to the environment variable E(RPS_VENDOR).
    type: str
    choices: [htek, yealink]
    required: true
  api_url:
    description:
      - Address of the service. Without it, the vendor's documented one.
      - V(http://) is accepted for V(localhost), V(127.0.0.0/8) and V(::1) only. Redirects are never followed.
      - Falls back to the environment variable E(RPS_API_URL).
    type: str
  api_username:
    description:
      - Login of the account.
      - Falls back to the environment variable E(RPS_API_USERNAME).
    type: str
    required: true
  api_password:
    description:
      - Password of the account.
      - Falls back to the environment variable E(RPS_API_PASSWORD).
    type: str
    required: true
  validate_certs:
    description:
      - Whether the service's certificate is verified. Leave it on; for a private CA use O(ca_path).
      - Falls back to the environment variable E(RPS_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - CA bundle for a service with a private CA.
      - Falls back to the environment variable E(RPS_CA_PATH).
    type: path
  timeout:
    description:
      - Bound in seconds on one try of a call, from connecting to the last byte.
      - Falls back to the environment variable E(RPS_TIMEOUT).
    type: float
    default: 30
  retries:
    description:
      - Further tries of a call that is safe to repeat. A write whose answer was lost is never repeated before reading
        shows that it did not happen.
    type: int
    default: 3
  concurrency:
    description:
      - Calls in flight at once, from 1 to 64.
    type: int
    default: 8
"""

    # The same for plugins, whose options name their environment variables in a field of their own.
    # Annotated, since ansible-test reads every plain assignment here as YAML.
    PLUGIN: str = "".join(
        f"{line}\n    env:\n      - name: RPS_{line.strip(' :').upper()}\n"
        if line.strip(" :") in _FROM_ENVIRONMENT and line.startswith("  ") and not line.startswith("   ")
        else f"{line}\n"
        for line in DOCUMENTATION.splitlines()
    )
