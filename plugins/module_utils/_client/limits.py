# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bounds on what a service may send. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

MAX_ANSWER_BYTES = 1 << 20  # after unpacking; what a write or a status answers fits many times over
MAX_ERROR_BYTES = 1 << 16  # of an answer that is no success
MAX_LIST_BYTES = 24 << 20  # a list of devices: 200,000 of them in the padded form of the documents' samples
