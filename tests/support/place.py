# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible finds this very collection."""

from __future__ import annotations

from pathlib import Path

import pytest

COLLECTION = Path(__file__).absolute().parents[2]


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of collections that this one is in, else one with a link to it."""
    if COLLECTION.parts[-3:] == ("ansible_collections", "voip", "rps"):
        return COLLECTION.parents[2]
    folder = tmp_path_factory.mktemp("collections")
    (folder / "ansible_collections/voip").mkdir(parents=True)
    (folder / "ansible_collections/voip/rps").symlink_to(COLLECTION)
    return folder
