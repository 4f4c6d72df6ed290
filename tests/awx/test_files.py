# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of docs/awx: AWX and ansible-builder would take them, they fit each other, and the page shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from awx.controller import COLLECTION, FILES, LOGINS, load, named, render

PAGE = (COLLECTION / "docs/awx.md").read_text(encoding="utf-8")
TYPES = [item["name"] for item in load("credential-types.yml")["controller_credential_types"]]
# What AWX lets an input be, and what it lets a template's question be.
INPUT_KEYS = {"id", "type", "label", "secret", "help_text", "multiline", "default", "choices", "format"}
QUESTION_KEYS = {
    *("question_name", "question_description", "variable", "type", "required", "min", "max", "default", "choices"),
}


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in texts(item)]


@pytest.mark.parametrize("name", TYPES)
def test_a_credential_type_hides_the_password_and_injects_what_the_role_reads(name: str) -> None:
    kind = named("controller_credential_types", name, "credential-types.yml")
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    vendor = name.split(maxsplit=1)[0].upper()
    address = "https://rps.example.com/{{ 1 }}"
    values = {"username": "a", "password": LOGINS["yealink"]["password"], "api_url": address}

    assert kind["kind"] == "cloud"
    assert all(set(field) <= INPUT_KEYS and field["type"] in ("string", "boolean") for field in fields.values())
    assert [key for key, field in fields.items() if field.get("secret")] == ["password"]
    assert set(kind["inputs"]["required"]) <= set(fields)
    assert set(re.findall(r"{{ (\w+) }}", " ".join(texts(kind["injectors"])))) <= set(fields)
    assert render(name, values) == {
        f"RPS_{vendor}_USERNAME": "a",
        f"RPS_{vendor}_PASSWORD": values["password"],
        f"RPS_{vendor}_API_URL": address,
    }
    assert render(name, {"username": "a", "password": "b", "api_url": ""})[f"RPS_{vendor}_API_URL"] == ""


def test_the_page_shows_the_credential_type_of_the_file() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)]
    kind = named("controller_credential_types", "Yealink RPS", "credential-types.yml")

    assert kind["inputs"] in blocks
    assert kind["injectors"] in blocks


def test_templates_name_playbooks_projects_and_variables_that_exist() -> None:
    data = load("controller.yml")
    specs = yaml.safe_load((COLLECTION / "roles/rps/meta/argument_specs.yml").read_text(encoding="utf-8"))
    known = set(specs["argument_specs"]["main"]["options"])
    names = {key: {item["name"] for item in value} for key, value in data.items()}

    for template in data["controller_templates"]:
        assert (FILES / "project" / template["playbook"]).is_file()
        assert template["project"] in names["controller_projects"]
        assert template["inventory"] in names["controller_inventories"]
        assert template["execution_environment"] in names["controller_execution_environments"]
        assert set(template.get("extra_vars", {})) <= known
        assert set(template["credentials"]) <= set(TYPES)
        assert template["name"] in PAGE


def test_only_the_drift_template_is_a_check_and_only_the_approved_one_has_no_prompt() -> None:
    templates = {item["name"]: item for item in load("controller.yml")["controller_templates"]}
    prompts = {name: [key for key in item if key.startswith("ask_")] for name, item in templates.items()}

    assert [name for name, item in templates.items() if item["job_type"] == "check"] == ["RPS drift"]
    assert prompts["RPS provision what was approved"] == []
    assert "ask_variables_on_launch" not in {key for keys in prompts.values() for key in keys}


def test_the_workflow_is_a_line_of_nodes_that_exist() -> None:
    data = load("controller.yml")
    templates = {item["name"] for item in data["controller_templates"]}
    workflow = data["controller_workflows"][0]
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    follow = {
        name: [n["identifier"] for n in node.get("related", {}).get("success_nodes", [])]
        for name, node in nodes.items()
    }

    assert follow == {"drift": ["approval"], "approval": ["provision"], "provision": []}
    assert {node["unified_job_template"]["type"] for node in nodes.values()} == {"job_template", "workflow_approval"}
    for node in nodes.values():
        what = node["unified_job_template"]
        assert what["type"] == "workflow_approval" or what["name"] in templates
    assert not workflow.get("ask_variables_on_launch")


def test_the_survey_is_one_that_awx_takes() -> None:
    survey = json.loads((FILES / "survey-release.json").read_text(encoding="utf-8"))

    assert set(survey) == {"name", "description", "spec"}
    for question in survey["spec"]:
        assert set(question) <= QUESTION_KEYS
        assert question["type"] in ("text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect")
        assert isinstance(question["min"], int)
        assert isinstance(question["max"], int)
    assert [question["variable"] for question in survey["spec"]] == ["rps_hosts"]
    assert named("controller_templates", "RPS release")["survey_spec"].count("survey-release.json") == 1


def test_the_playbook_that_configures_awx_gives_every_key_of_the_data() -> None:
    data = load("controller.yml") | load("credential-types.yml")
    tasks = load("configure.yml.example")[0]["tasks"]

    seen = set()
    for task in tasks:
        module = next(key for key in task if key.startswith("awx.awx."))
        source = re.fullmatch(r"{{ (\w+) }}", task["loop"])
        assert source
        seen.add(source[1])
        keys = {key for item in data[source[1]] for key in item}
        assert keys <= set(task[module])
    assert seen == set(data)


def test_every_file_is_named_in_the_page_and_holds_no_secret() -> None:
    files = [path for path in FILES.rglob("*") if path.is_file()]

    assert [path.name for path in files if f"awx/{path.relative_to(FILES).as_posix()}" not in PAGE] == []
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?im)^ *(api_)?password: ", text)
        assert path.suffix == ".json" or text.startswith("---\n# Copyright (c)")


def test_ansible_builder_takes_the_execution_environment(tmp_path: Path, collections: Path) -> None:
    builder = Path(sys.executable).parent / "ansible-builder"
    create = ["create", "-f", str(FILES / "execution-environment.yml"), "-c", str(tmp_path / "context")]

    made = subprocess.run([builder, *create], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    told = subprocess.run(
        [builder, "introspect", str(collections)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert made.returncode == 0, made.stdout + made.stderr
    assert {"Containerfile", "Dockerfile"} & {path.name for path in (tmp_path / "context").iterdir()}
    needed = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))
    assert [item["name"] for item in needed["collections"]] == ["voip-rps-1.0.0.tar.gz"]
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"requests.*from collection voip\.rps", told.stdout)
