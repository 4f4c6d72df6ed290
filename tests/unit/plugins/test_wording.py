# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of a run of the role and of the reports: each is used, and written in the words of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.voip.rps.plugins.plugin_utils._fleet.wording import NOT_ATTEMPTED, SENTENCES
from ansible_collections.voip.rps.plugins.plugin_utils._report.wording import TEXTS, say

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted(PLUGINS.rglob("*.py")) if path.name != "wording.py"
)
AVOIDED = re.compile(
    r"\b(tell|tells|told|hold|holds|held|stand|stands|stood|nobody|somebody|rooms?|truth|undeclared|looked at)\b",
    re.IGNORECASE,
)
# Keys that the code puts together.
COMPOSED = {key for key in TEXTS if key.startswith(("headline.uncompared", "verify."))}


@pytest.mark.parametrize("text", [*SENTENCES.values(), *NOT_ATTEMPTED.values(), *TEXTS.values()])
def test_a_text_has_no_word_that_the_documentation_avoids(text: str) -> None:
    assert not AVOIDED.search(text)


@pytest.mark.parametrize("key", sorted((set(SENTENCES) | set(TEXTS)) - COMPOSED))
def test_every_text_is_used(key: str) -> None:
    name = key.removesuffix(".one")
    assert re.search(rf"['\"]{re.escape(name)}['\"]", SOURCE)


def test_a_text_about_one_thing_has_its_own_verb() -> None:
    found = [say("headline.drifted", count, part=str(count), phones="9 phones") for count in (1, 2)]
    assert found == ["1 of 9 phones has drifted", "2 of 9 phones have drifted"]
    assert say("apply.title", 1) == say("apply.title", 2)
