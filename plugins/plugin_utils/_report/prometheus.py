# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in the text format of Prometheus, for the textfile collector of its node exporter. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.voip.rps.plugins.module_utils._catalog.words import OUTCOME_WORDS

from .data import Report
from .text import parse_time
from .wording import say

_Sample = tuple[dict[str, str], int]


def render_prometheus(report: Report) -> str:
    """Gauges by account: every account has every outcome, zeros too. A device that purge removes counts as a phone."""
    accounts = report["accounts"]
    time = parse_time(report["generated"])
    metrics: tuple[tuple[str, str, list[_Sample]], ...] = (
        (
            "rps_phones",
            say("metric.phones"),
            [
                ({"account": account["name"], "outcome": outcome}, account["summary"][outcome] or 0)
                for account in accounts
                for outcome in OUTCOME_WORDS
            ],
        ),
        (
            "rps_unmanaged_devices",
            say("metric.unmanaged"),
            [
                ({"account": account["name"]}, len(account["unmanaged"]))
                for account in accounts
                if account["unmanaged"] is not None
            ],
        ),
        (
            "rps_account_reached",
            say("metric.reached"),
            [({"account": account["name"]}, int(account["reached"])) for account in accounts],
        ),
        (
            "rps_last_run_timestamp_seconds",
            say("metric.time"),
            [({}, int(time.timestamp()))] if time else [],
        ),
    )
    return "".join(_metric(name, text, samples) for name, text, samples in metrics)


def _metric(name: str, text: str, samples: Iterable[_Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        shown = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{shown}}} {value}" if shown else f"{name} {value}")
    return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
