# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of docs/awx: AWX would take them, they fit each other, the page shows them, and the image can be built."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from awx.controller import COLLECTION, FILES, LOGINS, load, named, render

PAGE = (COLLECTION / "docs/awx.md").read_text(encoding="utf-8")
TYPES = [item["name"] for item in load("credential-types.yml")["controller_credential_types"]]
# What AWX lets an input be, and what it lets a template's question be.
INPUT_KEYS = {"id", "type", "label", "secret", "help_text", "multiline", "default", "choices", "format"}
BIN = Path(sys.executable).parent
IMAGE_PATH = "/usr/share/ansible/collections"
QUESTION_KEYS = {
    *("question_name", "question_description", "variable", "type", "required", "min", "max", "default", "choices"),
}


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in texts(item)]


def prefix_of(name: str) -> str:
    """What the environment variables of a credential type begin with: ``RPS_YEALINK``."""
    kind = named("controller_credential_types", name, "credential-types.yml")
    (prefix,) = {key.removesuffix("_USERNAME") for key in kind["injectors"]["env"] if key.endswith("_USERNAME")}
    return str(prefix)


GENERIC = "RPS_API"
SERVICES_BY_PREFIX = {f"RPS_{vendor.name.upper()}": vendor for vendor in VENDORS.values()}


@pytest.mark.parametrize("name", TYPES)
def test_a_credential_type_hides_the_password_and_injects_what_the_collection_reads(name: str) -> None:
    kind = named("controller_credential_types", name, "credential-types.yml")
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    prefix = prefix_of(name)
    address_key = "RPS_API_URL" if prefix == GENERIC else f"{prefix}_API_URL"
    address = "https://rps.example.com/{{ 1 }}"
    values = {"username": "a", "password": LOGINS["yealink"]["password"], "api_url": address}
    generic = {"vendor": "snom"} if prefix == GENERIC else {}

    assert kind["kind"] == "cloud"
    assert all(set(field) <= INPUT_KEYS and field["type"] in ("string", "boolean") for field in fields.values())
    assert [key for key, field in fields.items() if field.get("secret")] == ["password"]
    assert {"username", "password"} <= set(kind["inputs"]["required"]) <= set(fields)
    needs_url = prefix != GENERIC and SERVICES_BY_PREFIX[prefix].api_url is None
    assert ("api_url" in kind["inputs"]["required"]) == needs_url
    assert set(re.findall(r"{{ (\w+) }}", " ".join(texts(kind["injectors"])))) == set(fields)
    assert render(name, values | generic) == {
        f"{prefix}_USERNAME": "a",
        f"{prefix}_PASSWORD": values["password"],
        address_key: address,
        **{f"RPS_{key.upper()}": value for key, value in generic.items()},
    }
    assert render(name, {"username": "a", "password": "b", "api_url": ""} | generic)[address_key] == ""


def test_there_is_a_credential_type_for_each_service_and_a_generic_one() -> None:
    assert sorted(map(prefix_of, TYPES)) == sorted([*SERVICES_BY_PREFIX, GENERIC])


def test_the_type_for_any_service_offers_each() -> None:
    (name,) = [name for name in TYPES if prefix_of(name) == GENERIC]
    kind = named("controller_credential_types", name, "credential-types.yml")
    (choices,) = [field["choices"] for field in kind["inputs"]["fields"] if "choices" in field]
    assert sorted(choices) == sorted(VENDORS)


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
        assert set(template.get("notification_templates_error", [])) <= names["controller_notifications"]
        assert template["name"] in PAGE
    for schedule in data["controller_schedules"]:
        assert schedule["unified_job_template"] in names["controller_templates"]
    for source in data["controller_inventory_sources"]:
        assert source["inventory"] in names["controller_inventories"]
        assert source["source_project"] in names["controller_projects"]


def test_only_drift_templates_are_checks_and_only_unattended_ones_have_no_prompt() -> None:
    templates = {item["name"]: item for item in load("controller.yml")["controller_templates"]}
    prompts = {name: [key for key in item if key.startswith("ask_")] for name, item in templates.items()}

    assert [name for name, item in templates.items() if item["job_type"] == "check"] == ["RPS drift", "RPS drift alarm"]
    assert {name for name, keys in prompts.items() if not keys} == {
        *("RPS drift", "RPS drift alarm", "RPS apply approved plan"),
    }
    assert "ask_variables_on_launch" not in {key for keys in prompts.values() for key in keys}


def test_the_alarm_fails_on_drift_runs_by_itself_and_notifies() -> None:
    data = load("controller.yml")
    alarm = named("controller_templates", "RPS drift alarm")

    assert alarm["extra_vars"] == {"rps_fail_on_drift": True}
    assert alarm["notification_templates_error"] == ["RPS team"]
    assert [schedule["unified_job_template"] for schedule in data["controller_schedules"]] == [alarm["name"]]
    assert "rps_fail_on_drift" not in named("controller_templates", "RPS drift").get("extra_vars", {})


def test_the_workflow_is_a_line_of_nodes_that_exist() -> None:
    data = load("controller.yml")
    templates = {item["name"] for item in data["controller_templates"]}
    workflow = data["controller_workflows"][0]
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    follow = {
        name: [n["identifier"] for n in node.get("related", {}).get("success_nodes", [])]
        for name, node in nodes.items()
    }

    assert follow == {"drift": ["approval"], "approval": ["apply"], "apply": []}
    assert {node["unified_job_template"]["type"] for node in nodes.values()} == {"job_template", "workflow_approval"}
    for node in nodes.values():
        what = node["unified_job_template"]
        assert what["type"] == "workflow_approval" or what["name"] in templates
        assert what["name"] in PAGE
    assert set(workflow["notification_templates_approvals"]) <= {
        item["name"] for item in data["controller_notifications"]
    }
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
    text = (FILES / "configure.yml.example").read_text(encoding="utf-8")
    tasks = load("configure.yml.example")[0]["tasks"]

    seen: set[str] = set()
    for task in tasks:
        module = next(key for key in task if key.startswith("awx.awx."))
        source = re.fullmatch(r"{{ (\w+)( \| subelements\('workflow_nodes'\))? }}", task["loop"])
        assert source
        if not source[2]:
            seen.add(source[1])
            keys = {key for item in data[source[1]] for key in item} - {"workflow_nodes"}
            assert keys <= set(task[module])
    assert seen == set(data)
    # It would delete the nodes, and with them a workflow that waits for an approval.
    assert "destroy_current_nodes" not in text


def test_the_playbook_that_configures_awx_is_one(tmp_path: Path) -> None:
    playbook = tmp_path / "configure.yml"
    # The collection awx.awx is not here: a module that is here takes the place of each of its own.
    text = (FILES / "configure.yml.example").read_text(encoding="utf-8")
    playbook.write_text(re.sub(r"awx\.awx\.\w+:", "ansible.builtin.add_host:", text), encoding="utf-8")
    for name in ("controller.yml", "credential-types.yml", "survey-release.json"):
        (tmp_path / name).write_bytes((FILES / name).read_bytes())

    done = run(tmp_path, "ansible-playbook", "--syntax-check", "-i", "localhost,", str(playbook))

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_is_named_in_the_page_and_holds_no_secret() -> None:
    files = [path for path in FILES.rglob("*") if path.is_file()]

    assert [path.name for path in files if f"awx/{path.relative_to(FILES).as_posix()}" not in PAGE] == []
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?im)^ *(api_)?password: (?!\"\"$)", text)
        assert path.suffix == ".json" or text.startswith("---\n# Copyright (c)")


def run(folder: Path, program: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment, with nothing of the user's own Ansible."""
    whole = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    whole |= {"HOME": str(folder), "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])} | env
    return subprocess.run(
        [BIN / program, *arguments],
        cwd=folder,
        env=whole,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_execution_environment_is_built_with_the_collection(tmp_path: Path, collections: Path) -> None:
    (tmp_path / "execution-environment.yml").write_bytes((FILES / "execution-environment.yml").read_bytes())
    source = collections / "ansible_collections/voip/rps"
    built = run(
        tmp_path, "ansible-galaxy", "collection", "build", "--output-path", str(tmp_path), str(source.resolve())
    )
    assert built.returncode == 0, built.stdout + built.stderr

    made = run(tmp_path, "ansible-builder", "create", "-c", "context", "--output-filename", "Containerfile")

    assert made.returncode == 0, made.stdout + made.stderr
    lines = (tmp_path / "context/Containerfile").read_text(encoding="utf-8").splitlines()
    (install,) = [line.removeprefix("RUN ") for line in lines if "ansible-galaxy collection install" in line]
    assert install.count(IMAGE_PATH) == 1
    target = tmp_path / "image"
    installed = subprocess.run(
        ["/bin/sh", "-c", install.replace(IMAGE_PATH, str(target))],
        cwd=tmp_path / "context/_build",
        env={"HOME": str(tmp_path), "PATH": f"{BIN}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    shown = run(tmp_path, "ansible-doc", "-t", "module", "voip.rps.rps_device", ANSIBLE_COLLECTIONS_PATH=str(target))
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "voip.rps.rps_device" in shown.stdout


def test_ansible_builder_finds_the_python_packages_that_the_collection_needs(tmp_path: Path, collections: Path) -> None:
    told = run(tmp_path, "ansible-builder", "introspect", str(collections))

    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"requests.*from collection voip\.rps", told.stdout)
