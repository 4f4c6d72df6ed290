# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release needs: one list of supported versions, pinned workflows, and pages that exist."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from integrations.support import COLLECTION

sys.path.insert(0, str(COLLECTION / "tools"))

from cores import OLDEST_LIBRARIES, OLDEST_TARGET, PRERELEASE, SUPPORTED

WORKFLOWS = sorted((COLLECTION / ".github/workflows").glob("*.yml"))


def load(name: str) -> Any:
    return yaml.safe_load((COLLECTION / name).read_text(encoding="utf-8"))


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_page_has_the_supported_versions_of_the_code() -> None:
    rows = re.findall(
        r"^\| (2\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", (COLLECTION / "docs/support.md").read_text(), re.M
    )

    assert rows == [(core.version, core.released, core.ends, ", ".join(core.pythons)) for core in SUPPORTED]
    page = (COLLECTION / "docs/support.md").read_text()
    requests = OLDEST_LIBRARIES[0].partition("==")[2]
    assert f"Python {OLDEST_TARGET} and newer, with the package `requests` {requests} and newer" in page


def test_the_collection_requires_the_oldest_supported_version() -> None:
    oldest = min((core.version for core in SUPPORTED), key=number)
    newest = max((core.version for core in SUPPORTED), key=number)
    next_one = f"{newest.split('.')[0]}.{int(newest.split('.')[1]) + 1}"

    assert load("meta/runtime.yml")["requires_ansible"] == f">={oldest}.0"
    assert f"ansible-core>={oldest},<{next_one}\n" in (COLLECTION / "tools/requirements-demo.txt").read_text()
    assert load("tests/config.yml")["modules"]["python_requires"] == f">={OLDEST_TARGET}"


def test_there_is_a_job_for_each_version_and_each_of_its_pythons() -> None:
    job = load(".github/workflows/ci.yml")["jobs"]["core"]
    installed = next(
        step["with"]["python-version"].split() for step in job["steps"] if "python" in str(step.get("uses"))
    )

    assert job["strategy"]["matrix"]["core"] == [core.version for core in (*SUPPORTED, PRERELEASE)]
    assert set(installed) == {OLDEST_TARGET, *(python for core in (*SUPPORTED, PRERELEASE) for python in core.pythons)}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path: Path) -> None:
    uses = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))

    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_galaxy_gets_addresses_that_lead_somewhere() -> None:
    data = load("galaxy.yml")

    assert all(data[key].startswith("https://") for key in ("repository", "documentation", "homepage", "issues"))
    assert not [key for key in ("repository", "documentation", "homepage", "issues") if "example." in data[key]]
    assert data["issues"] == f"{data['repository']}/issues"
    assert load("docs/docsite/links.yml")["edit_on_github"]["repository"] in data["repository"]


def test_the_docsite_lists_pages_that_exist() -> None:
    sections = load("docs/docsite/extra-docs.yml")["sections"]
    guides = [name for section in sections for name in section["toctree"]]
    texts = {name: (COLLECTION / f"docs/docsite/rst/{name}.rst").read_text(encoding="utf-8") for name in guides}
    pages = re.findall(r"<(https://[^>]+?)/blob/main/(docs/[\w.-]+)>", "".join(texts.values()))

    assert {address for address, _page in pages} == {load("galaxy.yml")["repository"]}
    assert [page for _address, page in pages if not (COLLECTION / page).is_file()] == []


def test_pre_commit_runs_tools_of_the_test_environment() -> None:
    hooks = [hook for repo in load(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]

    assert [
        hook["id"] for hook in hooks if not Path(sys.executable).with_name(Path(hook["entry"].split()[0]).name).exists()
    ] == []


def test_nox_uses_the_linter_of_the_test_environment() -> None:
    config = tomllib.loads((COLLECTION / "antsibull-nox.toml").read_text(encoding="utf-8"))

    wanted = config["sessions"]["lint"]["ruff_package"]
    assert f"{wanted}\n" in (COLLECTION / "tools/requirements-test.txt").read_text(encoding="utf-8")
