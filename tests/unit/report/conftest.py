# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the report's schema ready, strict about keys that it does not name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from ansible_collections.voip.rps.plugins.plugin_utils._report.data import SCHEMA, Report
from support.report_fleets import fleet, report

FILE = Path(__file__).resolve().parents[3] / "docs" / "drift-report.schema.json"


def _strict(part: Any) -> Any:
    """Users' readers let unknown keys pass; here a key that the schema does not describe is an error."""
    if isinstance(part, list):
        return [_strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _strict(value) for key, value in part.items()}
    if isinstance(part.get("properties"), dict) and part.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


@pytest.fixture(scope="session")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == SCHEMA
    return jsonschema.Draft202012Validator(_strict(schema), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="session")
def artifact_validator(validator: jsonschema.Draft202012Validator) -> jsonschema.Draft202012Validator:
    schema: Any = validator.schema
    name = schema["$id"]
    return jsonschema.Draft202012Validator(
        {"$id": "urn:test", "$ref": f"{name}#/$defs/artifact"},
        registry=referencing.Registry().with_resource(name, referencing.Resource.from_contents(schema)),
    )


@pytest.fixture(scope="session")
def mixed() -> Report:
    """400 phones with every outcome that a drift run can have; one account could not be reached."""
    return report(fleet(400, htek_away=True))
