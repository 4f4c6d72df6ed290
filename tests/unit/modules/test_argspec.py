# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specs: types by name that convert nothing, and every module has a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from ansible.module_utils.basic import AnsibleFallbackNotFound
from ansible_collections.voip.rps.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.voip.rps.plugins.module_utils._argspec import (
    BOOL,
    DICT,
    FLOAT,
    INT,
    LIST,
    TEXT,
    Absence,
    connection_spec,
    device_spec,
    filled_env,
)
from ansible_collections.voip.rps.plugins.module_utils._model import CONNECTION_OPTIONS
from ansible_collections.voip.rps.plugins.module_utils._validation import DEVICE_OPTIONS
from ansible_collections.voip.rps.plugins.module_utils._vendors.capabilities import VENDORS
from ansible_collections.voip.rps.plugins.modules import rps_device, rps_device_info, rps_devices, rps_server

from .test_module_options import OPTIONS

MODULES = {"rps_device": rps_device, "rps_device_info": rps_device_info, "rps_devices": rps_devices,
           "rps_server": rps_server}  # fmt: skip


def test_every_module_is_run_by_these_tests() -> None:
    folder = Path(str(rps_device.__file__)).parent
    assert {path.stem for path in folder.glob("rps_*.py")} == set(MODULES) == set(OPTIONS)


@pytest.mark.parametrize("kind", [TEXT, BOOL, INT, FLOAT, DICT])
@pytest.mark.parametrize("value", [10, True, "x", None, 1.5, {}], ids=repr)
def test_a_type_leaves_the_value_as_it_is(kind: Any, value: Any) -> None:
    assert kind(value) is value


def test_types_have_the_documented_names() -> None:
    assert [TEXT, BOOL, INT, FLOAT, DICT, LIST] == ["str", "bool", "int", "float", "dict", "list"]


def test_a_list_may_be_given_as_text_or_as_one_value() -> None:
    assert [LIST(value) for value in (None, [1], "a, b", 5, {"a": 1})] == [None, [1], ["a", "b"], [5], [{"a": 1}]]


def test_absence_learns_what_was_left_out() -> None:
    absence = Absence()
    function, arguments = absence.of("ignore")
    with pytest.raises(AnsibleFallbackNotFound):
        function(*arguments)
    assert absence.options == {"ignore"}


def test_an_empty_variable_is_no_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPS_TIMEOUT", "5")
    assert filled_env("RPS_TIMEOUT") == "5"
    monkeypatch.setenv("RPS_TIMEOUT", "")
    with pytest.raises(AnsibleFallbackNotFound):
        filled_env("RPS_TIMEOUT")


def test_specs_and_fragment_have_the_same_options_vendors_and_defaults() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert list(connection_spec()) == list(documented) == list(CONNECTION_OPTIONS)
    assert documented["vendor"]["choices"] == sorted(VENDORS)
    defaults = {name: option["default"] for name, option in documented.items() if "default" in option}
    assert defaults == {name: option["default"] for name, option in connection_spec().items() if "default" in option}


def test_the_fragment_for_plugins_requires_nothing_and_names_the_variables() -> None:
    options = yaml.safe_load(ModuleDocFragment.PLUGIN)["options"]
    assert not any(option.get("required") for option in options.values())
    variables = {name: option["env"][0]["name"] for name, option in options.items() if "env" in option}
    assert variables == {
        "validate_certs": "RPS_VALIDATE_CERTS",
        "ca_path": "RPS_CA_PATH",
        "timeout": "RPS_TIMEOUT",
    }


def test_one_phone_and_a_list_of_phones_have_the_same_options() -> None:
    alone = yaml.safe_load(rps_device.DOCUMENTATION)["options"]
    listed = yaml.safe_load(rps_devices.DOCUMENTATION)["options"]["devices"]["suboptions"]
    assert list(alone) == list(listed) == list(device_spec()) == list(DEVICE_OPTIONS)
    for key in ("type", "default", "choices", "required"):
        assert [option.get(key) for option in alone.values()] == [option.get(key) for option in listed.values()]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_returned_when_nothing_was_done_is_documented(name: str) -> None:
    returned = yaml.safe_load(MODULES[name].RETURN)
    assert set(MODULES[name].EMPTY) - {"changed"} <= set(returned)
