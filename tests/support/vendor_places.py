# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a service is named as text, for people and for tools that read no Python: one row a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml
from ansible_collections.voip.rps.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.voip.rps.plugins.module_utils._vendors.base import Capabilities

from .pages import bare, section, tables, text_of


@dataclass(frozen=True)
class Place:
    """A place that must name every service. ``needs`` says what is missing; ``{name}``, ``{title}`` and ``{NAME}`` are
    those of the service."""

    file: str
    needs: str
    has: Callable[[Capabilities], bool]

    def __str__(self) -> str:
        return f"{self.file}: {self.needs}"

    def missing(self, vendor: Capabilities) -> str | None:
        """What the place lacks of a service, as a sentence, or None."""
        if self.has(vendor):
            return None
        return f"{self.file} lacks {self.needs.format(name=vendor.name, title=vendor.title, NAME=vendor.name.upper())}."


def _column(page: str, title: str, number: int = 0, cell: int = 0) -> set[str]:
    """The cells of one column of a table below a heading, without its first row."""
    return {bare(row[cell]) for row in tables(section(page, title))[number][1:]}


def _strings(content: object) -> Iterator[str]:
    """Every text and key of a YAML file's content."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(content, list):
        for item in content:
            yield from _strings(item)
    elif isinstance(content, str):
        yield content


class _Loader(yaml.SafeLoader):
    """Takes Ansible's own tags for plain text."""


_Loader.add_constructor("!unsafe", lambda _loader, node: node.value)


def _yaml(file: str) -> list[str]:
    return list(_strings(yaml.load(text_of(file), _Loader)))  # noqa: S506 - a safe loader with one more tag


def _says(file: str) -> Callable[[Capabilities], bool]:
    """Whether a file has the service's title, as a whole word."""
    return lambda vendor: re.search(rf"\b{re.escape(vendor.title)}\b", text_of(file)) is not None


def _is_choice(vendor: Capabilities) -> bool:
    return vendor.name in yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]["vendor"]["choices"]


def _is_tag(file: str) -> Callable[[Capabilities], bool]:
    return lambda vendor: vendor.name in _yaml(file)


def _has_column(vendor: Capabilities) -> bool:
    return vendor.name in {bare(cell) for cell in tables(section("docs/vendors.md", "What each service can do"))[0][0]}


PLACES: tuple[Place, ...] = (
    Place("plugins/doc_fragments/connection.py", "{name} among the choices of vendor", _is_choice),
    Place(
        "docs/vendors.md",
        "a row for {name} in 'Which account fits which value'",
        lambda vendor: vendor.name in _column("docs/vendors.md", "Which account fits which value"),
    ),
    Place("docs/vendors.md", "a column for {name} in 'What each service can do'", _has_column),
    Place(
        "docs/vendors.md",
        "a row for {name} in the table of addresses and prefixes",
        lambda vendor: vendor.name in _column("docs/vendors.md", "What each service can do", 1),
    ),
    Place(
        "docs/vendors.md",
        "a row for each call of {name} in 'Every call'",
        lambda vendor: vendor.name in _column("docs/vendors.md", "Every call"),
    ),
    Place(
        "README.md",
        "a row for {name} in 'Services'",
        lambda vendor: vendor.name in _column("README.md", "Services"),
    ),
    Place(
        "README.md",
        "{title} in 'Description'",
        lambda vendor: vendor.title in " ".join(section("README.md", "Description").split()),
    ),
    Place(
        "docs/guide.md",
        "RPS_{NAME}_... and the account {name} in 'Logins from the environment'",
        lambda vendor: (
            f"RPS_{vendor.name.upper()}_" in section("docs/guide.md", "Logins from the environment")
            and f"`{vendor.name}`" in section("docs/guide.md", "Logins from the environment")
        ),
    ),
    Place(
        "docs/awx.md",
        "a row for the account {name} in '3. Credentials'",
        lambda vendor: vendor.name in _column("docs/awx.md", "3. Credentials", 0, 2),
    ),
    Place(
        "docs/awx/credential-types.yml",
        "a type that sets RPS_{NAME}_USERNAME, ..._PASSWORD and ..._API_URL",
        lambda vendor: (
            {f"RPS_{vendor.name.upper()}_{part}" for part in ("USERNAME", "PASSWORD", "API_URL")}
            <= set(_yaml("docs/awx/credential-types.yml"))
        ),
    ),
    Place(
        "docs/awx/credential-types.yml",
        "{name} among the choices of the type for any service",
        _is_tag("docs/awx/credential-types.yml"),
    ),
    Place(
        "docs/performance.md",
        "rows for the jobs of {name} (FORMULAS in tests/benchmark/calls.py)",
        lambda vendor: f"| `{vendor.name}` |" in text_of("docs/performance.md"),
    ),
    Place("galaxy.yml", "{name} among the tags", _is_tag("galaxy.yml")),
    Place("roles/rps/meta/main.yml", "{name} among the tags", _is_tag("roles/rps/meta/main.yml")),
    Place(".github/ISSUE_TEMPLATE/bug.yml", "{title} among the options", _says(".github/ISSUE_TEMPLATE/bug.yml")),
    Place(".github/ISSUE_TEMPLATE/answer.yml", "{title} among the options", _says(".github/ISSUE_TEMPLATE/answer.yml")),
    Place(
        "playbooks/adopt.yml",
        "{name} among the values of rps_vendor, since the account can be listed",
        lambda vendor: (
            not vendor.lists_account
            or re.search(rf"^# rps_vendor .*\b{vendor.name}\b", text_of("playbooks/adopt.yml"), re.MULTILINE)
            is not None
        ),
    ),
)


def missing(vendor: Capabilities) -> list[str]:
    """Everything that the places lack of a service, as sentences."""
    return [sentence for place in PLACES if (sentence := place.missing(vendor)) is not None]
