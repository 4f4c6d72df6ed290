# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins that run in Ansible's own process, made with Ansible's own objects and without a playbook run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ansible.parsing.vault
import ansible.template
import pytest
from ansible import constants
from ansible.parsing.vault import VaultSecret
from ansible_collections.voip.rps.plugins.module_utils import _redaction
from simulator import Simulator
from support.play_objects import MakePlayEnv, PlayEnv, trusted

USER, PASSWORD = "me", "s3cret-Pass-w0rd"
OFFICE = "https://office.example.com/"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A quick key for fingerprints, and a temporary folder of Ansible's that this test alone uses."""
    monkeypatch.setattr(_redaction, "DERIVATION_ROUNDS", 1)
    folder = tmp_path / "ansible-tmp"
    folder.mkdir()
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder))
    monkeypatch.chdir(tmp_path)
    for name in ("RPS_VENDOR", "RPS_API_URL", "RPS_API_USERNAME", "RPS_API_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as running:
        for vendor in running.vendors:
            running.add_account(vendor, USER, PASSWORD)
            running.world(vendor).add_server(USER, "office", OFFICE)
        yield running
        running.assert_clean()


@pytest.fixture
def play_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlayEnv:
    def make(hosts: Mapping[str, Mapping[str, Any]], text: str = "", secret: bytes = b"", **values: Any) -> PlayEnv:
        context = getattr(ansible.parsing.vault, "VaultSecretsContext", None)  # since ansible-core 2.19
        if secret and context is not None:
            monkeypatch.setattr(context, "_current", context([("default", VaultSecret(secret))]))
        return PlayEnv(tmp_path, hosts, values, text, secret)

    return make


@pytest.fixture
def trust() -> Callable[[Any], Any]:
    return trusted
