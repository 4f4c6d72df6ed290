# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter and the test `voip.rps.mac`, and where modules run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.plugins.action import ActionBase
from ansible_collections.voip.rps.plugins.action import rps_device, rps_device_info, rps_devices, rps_server
from ansible_collections.voip.rps.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.voip.rps.plugins.filter import mac as mac_filter
from ansible_collections.voip.rps.plugins.module_utils._validation import WAS_A_DATE
from ansible_collections.voip.rps.plugins.plugin_utils import _local_action
from ansible_collections.voip.rps.plugins.test import mac as mac_test

write = mac_filter.FilterModule().filters()["mac"]
is_mac = mac_test.TestModule().tests()["mac"]


def test_dates_in_options_are_marked_wherever_they_are_and_nothing_else_is_touched() -> None:
    day = date(2024, 1, 1)
    marked = {WAS_A_DATE: "2024-01-01"}
    assert _local_action.with_marked_dates({"a": [{"b": day}, "x"], "c": day}) == {
        "a": [{"b": marked}, "x"],
        "c": marked,
    }
    plain = {"a": [{"b": "2024-01-01"}], "c": 1, "d": None}
    assert _local_action.with_marked_dates(plain) is plain


@pytest.mark.parametrize(
    ("value", "options", "shown"),
    [
        ("00:15:65:AB:cd:01", {}, "001565abcd01"),
        ("0015.65ab.cd01", {"notation": "colon", "upper": True}, "00:15:65:AB:CD:01"),
        ("001565abcd01", {"notation": "hyphen"}, "00-15-65-ab-cd-01"),
        ("001565-abcd01", {"notation": "space"}, "00 15 65 ab cd 01"),
        (106500000001, {}, "106500000001"),
    ],
)
def test_the_filter_writes_any_notation_as_asked(value: Any, options: dict[str, Any], shown: str) -> None:
    assert write(value, **options) == shown
    assert is_mac(value)


@pytest.mark.parametrize(
    "value", ["reception", "", None, "0015.65ab.cd0", "ff:ff:ff:ff:ff:ff", ["001565abcd01"], 1565.0]
)
def test_what_is_no_mac_is_an_error_of_the_filter_and_false_for_the_test(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^voip\.rps\.mac: "):
        write(value)
    assert not is_mac(value)


def test_the_filter_refuses_a_notation_or_a_case_that_there_is_not() -> None:
    with pytest.raises(AnsibleFilterError, match="'dots' is not a MAC notation; use one of bare, hyphen, space, colon"):
        write("001565abcd01", "dots")
    with pytest.raises(AnsibleFilterError, match="upper must be true or false"):
        write("001565abcd01", upper="yes")


@pytest.mark.parametrize("action", [rps_device, rps_device_info, rps_devices, rps_server])
def test_a_module_runs_on_the_controller_unless_it_is_delegated_or_local_already(
    action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    loaded = SimpleNamespace(set_options=lambda **_options: None, _shell=SimpleNamespace(tmpdir="local-tmp"))

    def load(name: str, _context: Any) -> Any:
        made.append(name)
        return loaded

    monkeypatch.setattr(_local_action, "connection_loader", SimpleNamespace(get=load))
    monkeypatch.setattr(ActionBase, "run", lambda _self, _tmp, _values: {})

    def play(transport: str, delegate_to: str | None, wrap: int = 0) -> tuple[dict[str, Any], list[str]]:
        made.clear()
        removed: list[str] = []
        plugin: Any = action.ActionModule.__new__(action.ActionModule)
        plugin._task = SimpleNamespace(delegate_to=delegate_to, async_val=wrap, poll=0, args={}, environment=[])  # noqa: SLF001
        plugin._play_context = None  # noqa: SLF001
        plugin._connection = SimpleNamespace(transport=transport, _shell=SimpleNamespace(tmpdir="remote-tmp"))  # noqa: SLF001
        plugin._execute_module = lambda module_args, task_vars, wrap_async: {  # noqa: SLF001
            "seen": dict(task_vars),
            "wrap": wrap_async,
        }
        plugin._remove_tmp_path = removed.append  # noqa: SLF001
        return plugin.run(task_vars={"ansible_python_interpreter": "theirs"}), removed

    here, removed = play("ssh", None)
    assert here["seen"] == {"ansible_python_interpreter": sys.executable, "ansible_connection": "local"}
    assert (made, removed) == (["ansible.builtin.local"], ["local-tmp"])
    for transport, delegate_to in (("ssh", "jump"), ("local", None)):
        there, removed = play(transport, delegate_to)
        assert there["seen"] == {"ansible_python_interpreter": "theirs"}
        assert (made, removed) == ([], ["remote-tmp"])
    later, removed = play("ssh", None, wrap=30)
    assert (later["wrap"], removed) == (30, [])


def test_the_fragment_documents_the_same_options_for_modules_and_for_the_inventory_plugin() -> None:
    documented: Callable[[str], list[str]] = lambda text: [  # noqa: E731
        line.strip(" :") for line in text.splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert documented(ModuleDocFragment.DOCUMENTATION) == documented(ModuleDocFragment.PLUGIN)
