# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusal of a REST service, as an error object. Pure.

PRIVATE to the collection: may change without notice.
"""

from __future__ import annotations

from .._errors import CallError


class ApiRefusal(CallError):
    """The service refused the call with an error object, which is certain: it was not executed.

    ``code`` is its six digits. ``words`` are its message and details on one line, raw: mask them before they are shown.
    ``details`` are pairs of field and message, raw too.
    """

    executed = False

    def __init__(self, message: str, code: str, words: str, details: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message)
        self.code = code
        self.words = words
        self.details = details
