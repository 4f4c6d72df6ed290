# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of every kind -> checked values, with every problem found at once and before any call. Pure.

PRIVATE to the collection: may change without notice.

The parsers are in four modules, one for each kind of option; all names that others use are importable from here.
"""

from __future__ import annotations

from ._validation_connection import (
    DEFAULT_CONCURRENCY,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    connection_identity,
    connection_with_environment,
    incomplete_credentials,
    login_from_environment,
    parse_connection,
)
from ._validation_devices import (
    DEVICE_OPTIONS,
    mac_prefix_notices,
    parse_devices,
    parse_server,
    parse_state,
    server_name_notice,
)
from ._validation_run import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_LIMIT,
    Limit,
    parse_batch_size,
    parse_deadline,
    parse_digest,
    parse_limit,
    parse_prefixes,
    parse_purge_servers,
)
from ._validation_values import (
    WAS_A_DATE,
    Problems,
    is_blank,
    parse_bool,
    parse_choice,
    parse_list,
    parse_mac_option,
    parse_name,
    parse_number,
    parse_text,
    unknown_keys,
)

__all__ = [
    "DEFAULT_BATCH_SIZE",
    "DEFAULT_CONCURRENCY",
    "DEFAULT_LIMIT",
    "DEFAULT_RETRIES",
    "DEFAULT_TIMEOUT",
    "DEVICE_OPTIONS",
    "WAS_A_DATE",
    "Limit",
    "Problems",
    "connection_identity",
    "connection_with_environment",
    "incomplete_credentials",
    "is_blank",
    "login_from_environment",
    "mac_prefix_notices",
    "parse_batch_size",
    "parse_bool",
    "parse_choice",
    "parse_connection",
    "parse_deadline",
    "parse_devices",
    "parse_digest",
    "parse_limit",
    "parse_list",
    "parse_mac_option",
    "parse_name",
    "parse_number",
    "parse_prefixes",
    "parse_purge_servers",
    "parse_server",
    "parse_state",
    "parse_text",
    "server_name_notice",
    "unknown_keys",
]
