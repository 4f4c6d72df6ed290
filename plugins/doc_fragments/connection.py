# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

_FROM_ENVIRONMENT = ("validate_certs", "ca_path", "timeout")


class ModuleDocFragment:
    """The connection options, documented once for every module and the inventory plugin."""

    DOCUMENTATION = r"""
requirements:
  - requests
options:
  vendor:
    description:
      - The redirection service.
      - V(yealink) is Yealink's XML-RPC service. V(ymcs) is its successor, Yealink YMCS, whose logins are AccessKeys.
      - Falls back to the environment variable E(RPS_VENDOR).
    type: str
    choices: [htek, panasonic, snom, yealink, ymcs]
    required: true
  api_url:
    description:
      - Address of the service. The default is the address that the vendor documents.
      - Required with O(vendor=ymcs), because the region of the account decides the address, for example
        V(https://eu-api.ymcs.yealink.com).
      - V(http://) is accepted for V(localhost), V(127.0.0.0/8) and V(::1) only. Redirects are never followed.
      - If neither O(api_username) nor O(api_password) is set, the address comes from the environment together with the
        login.
    type: str
  api_username:
    description:
      - User name of the account. For O(vendor=ymcs) the AccessKey ID.
      - If neither O(api_username) nor O(api_password) is set, the login comes from the environment as one set. If
        E(RPS_YEALINK_USERNAME) is set (or E(RPS_HTEK_USERNAME) and so on, by O(vendor)), the set is that variable,
        E(RPS_YEALINK_PASSWORD) and E(RPS_YEALINK_API_URL). Otherwise it is E(RPS_API_USERNAME), E(RPS_API_PASSWORD) and
        E(RPS_API_URL), which are used only if E(RPS_VENDOR) is not set or is this O(vendor).
      - Put digits in quotes, because YAML changes numbers.
    type: str
    required: true
  api_password:
    description:
      - Password of the account. For O(vendor=ymcs) the secret of the AccessKey.
      - Comes from the environment together with O(api_username).
      - Put digits in quotes, because YAML changes numbers.
    type: str
    required: true
  validate_certs:
    description:
      - Whether to verify the certificate of the service. If the service has a private CA, set O(ca_path) instead of
        switching this off.
      - Falls back to the environment variable E(RPS_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - Path of a CA bundle, for a service with a private CA.
      - A relative path is relative to the working directory of the Ansible process.
      - Falls back to the environment variable E(RPS_CA_PATH).
    type: path
  timeout:
    description:
      - Seconds for one try of a call, from connecting to the last byte of the answer.
      - Falls back to the environment variable E(RPS_TIMEOUT).
    type: float
    default: 30
  retries:
    description:
      - Retries per call. A write whose answer was lost is sent again only if reading shows the old state, and never
        after a timeout.
    type: int
    default: 3
  concurrency:
    description:
      - Number of calls at the same time, from 1 to 64.
    type: int
    default: 8
"""

    # The same for plugins. Ansible must not look for required options there, because the environment may have them.
    # Annotated, since ansible-test reads every plain assignment here as YAML.
    PLUGIN: str = "".join(
        f"{line}\n    env:\n      - name: RPS_{line.strip(' :').upper()}\n"
        if line.startswith("  ") and line.strip(" :") in _FROM_ENVIRONMENT
        else f"{line}\n"
        for line in DOCUMENTATION.splitlines()
        if line != "    required: true"
    )
