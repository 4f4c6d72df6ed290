# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every page says is there: links, YAML, variables, settings, commands, files, packages, versions."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible_collections.voip.rps.plugins.module_utils._catalog.outcomes import GUARDS
from ansible_collections.voip.rps.plugins.module_utils._vendors import capabilities
from support.page_runner import PageRunner
from support.pages import PAGES, ROOT, Block, anchors, blocks, name_of, prose, section, tables, text_of

EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=name_of)


# Links.


def _home() -> str:
    """What absolute links to files of this repository begin with."""
    return f"{yaml.safe_load(text_of('galaxy.yml'))['repository']}/blob/main/"


def _targets(page: Path) -> list[str]:
    text = prose(page)
    references = re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)
    return [*re.findall(r"\]\(([^)\s]+)\)", text), *references]


@EVERY_PAGE
def test_every_link_to_a_file_of_the_repository_leads_there(page: Path) -> None:
    missing = []
    for target in _targets(page):
        if target.startswith(_home()):
            path, _mark, anchor = target.removeprefix(_home()).partition("#")
            place = ROOT / path
        elif re.match(r"[a-z]+:", target):
            continue
        else:
            path, _mark, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("name", ["README.md", "roles/rps/README.md", "SECURITY.md"])
def test_pages_that_are_shown_alone_have_absolute_links_only(name: str) -> None:
    relative = [target for target in _targets(ROOT / name) if not re.match(r"https://|#", target)]
    assert relative == []


@EVERY_PAGE
def test_every_reference_of_a_link_is_defined(page: Path) -> None:
    text = prose(page)
    defined = set(re.findall(r"^\[([^\]]+)\]: ", text, re.MULTILINE))
    assert set(re.findall(r"\]\[([^\]]+)\]", text)) == defined


# YAML.

YAML_BLOCKS = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]


@pytest.mark.parametrize("block", YAML_BLOCKS, ids=lambda block: f"{name_of(block.page)}-{block.body[:24].strip()}")
def test_every_yaml_example_parses(block: Block) -> None:
    assert yaml.safe_load(block.body)


def _is_playbook(body: str) -> bool:
    content = yaml.safe_load(body)
    return isinstance(content, list) and any("hosts" in item or "import_playbook" in item for item in content)


def test_every_playbook_in_the_pages_passes_the_syntax_check(runner: PageRunner) -> None:
    files = []
    for number, block in enumerate(block for block in YAML_BLOCKS if _is_playbook(block.body)):
        files.append(f"{number}.yml")
        runner.write(files[-1], block.body)
    assert len(files) > 5
    runner.playbook("--syntax-check", "-i", "localhost,", *files).succeeded()


# Names.


def test_variables_of_the_role_in_the_pages_exist() -> None:
    specs = yaml.safe_load(text_of("roles/rps/meta/argument_specs.yml"))["argument_specs"]
    known = set(specs["main"]["options"])
    # Those of playbooks, results, the artifact, the inventory plugin; names of modules and guards.
    playbooks = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").glob("*.yml"))
    known |= set(re.findall(r"\brps_[a-z_]+[a-z]\b", playbooks))
    known |= {"rps_result", "rps_drift", "rps_status", "rps_url", "rps_vendor", "rps_last_contact"}
    known |= {path.stem for path in (ROOT / "plugins").rglob("rps_*.*")}
    known |= {f"rps_{key.partition('.')[0]}" for key in GUARDS}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    without_metrics = re.sub(r"rps_(?:phones|account_reached|last_run_timestamp_seconds|unmanaged_devices)\b", "", text)
    found = set(re.findall(r"(?<![\w./-])rps_[a-z_]+[a-z]", without_metrics))
    # Names in files of others.
    found -= {"rps_ssl", "rps_default", "rps_outcome"}
    assert sorted(found - known) == []


def test_settings_of_ansible_in_the_pages_exist() -> None:
    known = {
        entry["name"]
        for setting in constants.config.get_configuration_definitions().values()
        for entry in setting.get("env") or []
    }
    known |= {"ANSIBLE_PLAYBOOK_DIR"}
    files = [*PAGES, *(ROOT / "plugins").rglob("*.py")]
    found = {name for file in files for name in re.findall(r"\bANSIBLE_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    assert "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED" in found
    assert sorted(found - known) == []


@EVERY_PAGE
def test_every_make_target_in_the_pages_exists(page: Path) -> None:
    makefile = re.sub(r"^\.PHONY.*$", "", text_of("Makefile"), flags=re.MULTILINE)
    targets = {name for line in re.findall(r"^([a-z][a-z ]*):", makefile, re.MULTILINE) for name in line.split()}
    named = set(re.findall(r"`make ([a-z]+)", prose(page)))
    for block in blocks(page):
        named |= set(re.findall(r"^make ([a-z]+)", block.body, re.MULTILINE))
    assert named <= targets


def test_every_dependency_has_its_reason() -> None:
    text = text_of("CONTRIBUTING.md")
    for file in sorted((ROOT / "tools").glob("requirements-*.txt")):
        assert f"tools/{file.name}" in text
        names = re.findall(r"^([A-Za-z][\w-]*)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert [name for name in names if f"`{name}`" not in text] == []


def _matrix() -> Any:
    """The module with the supported versions of ansible-core."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        name = "cores" if (ROOT / "tools/cores.py").exists() else "matrix"
        spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "tools" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look for it there
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return module


def test_the_readme_names_the_versions_of_ansible_core_that_are_tested() -> None:
    module = _matrix()
    supported = [core.version for core in module.SUPPORTED] if hasattr(module, "SUPPORTED") else list(module.CORES)
    requirements = tables(section("README.md", "Requirements"))
    (row,) = [row for table in requirements for row in table if row[0] == "ansible-core"]
    assert re.findall(r"\d\.\d+", row[1]) == supported


# architecture.md


def test_the_architecture_names_every_shared_file_and_no_other() -> None:
    for folder in ("module_utils", "plugin_utils"):
        named = [row[0].strip("`") for row in tables(section("docs/architecture.md", folder))[0][1:]]
        root = ROOT / "plugins" / folder
        # One row stands for the module of each service.
        if "_vendors/<vendor>.py" in named:
            named.remove("_vendors/<vendor>.py")
            named += [f"_vendors/{vendor}.py" for vendor in capabilities.VENDORS]
        files = [path.relative_to(root).as_posix() for path in root.rglob("*.py") if path.name != "__init__.py"]
        assert sorted(named) == sorted(files)


# performance.md


def test_the_page_about_performance_has_the_text_of_its_template() -> None:
    page, place = text_of("docs/performance.md"), 0
    for part in re.split(r"@[A-Z]+@", text_of("tests/benchmark/performance.md.in")):
        place = page.find(part, place)
        assert place >= 0, part
        place += len(part)
