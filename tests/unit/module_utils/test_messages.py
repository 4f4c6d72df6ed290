# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: every template renders for every speaker, in the house's language, and the page explains it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from ansible_collections.voip.rps.plugins.module_utils._catalog.calls import CALLS, LOGIN, failure
from ansible_collections.voip.rps.plugins.module_utils._catalog.outcomes import CATALOG, GUARDS, NOTICES, PARTIAL
from ansible_collections.voip.rps.plugins.module_utils._catalog.problems import MACS, PROBLEMS
from ansible_collections.voip.rps.plugins.module_utils._errors import InputError, Problem, problem
from ansible_collections.voip.rps.plugins.module_utils._messages import (
    INVENTORY,
    MAX_PROBLEMS,
    MODULE,
    ROLE,
    Speaker,
    Vocabulary,
    input_message,
    partial_clause,
    phone_label,
    problem_sentences,
)
from ansible_collections.voip.rps.plugins.module_utils._model import ACTIONS, STATUSES, GuardViolation, Reason, reason
from support.reasons import WORDS

MAC, PHONE = "00156500000a", "00:15:65:00:00:0a (desk-12)"
TROUBLESHOOTING = Path(__file__).resolve().parents[3] / "docs" / "troubleshooting.md"
SPEAKERS = {"module": Speaker(MODULE, "Yealink"), "role": Speaker(ROLE, "Yealink", "main")}
# What the code gives with each reason; what the speaker knows by itself is not in here.
WRITE = {"action", "server", "cause"}
CALL = {"cause", "fix"}
GIVEN: dict[str, set[str]] = {
    "url_not_readable": set(),
    "url_not_declared": set(),
    "rewritten_same": WRITE,
    "owned_elsewhere": set(),
    "owned_elsewhere.accepted": WRITE,
    "refused": {"action", "text"},
    "refused.server": {*WRITE, "text"},
    "refused.url": {"action", "text"},
    "server_unknown": {*WRITE, "text"},
    "server_unknown.missing": {*WRITE, "text"},
    "serial_missing": set(),
    "wrong_url": {*WRITE, "current", "desired"},
    "not_applied": {*WRITE, "status"},
    "not_applied.other": {*WRITE, "status"},
    "not_applied.taken": {*WRITE, "status"},
    "not_applied.move": {*WRITE, "status", "current", "desired"},
    "not_applied.managed": {*WRITE, "status", "current", "desired"},
    "not_applied.unique": {*WRITE, "status", "current", "desired"},
    "not_applied.url": {*WRITE, "status", "current", "desired"},
    "not_applied.name": {*WRITE, "status", "name"},
    "call_absent": {*WRITE, *CALL},
    "login_refused": {*WRITE, *CALL},
    "login_refused.account": CALL,
    "answer_lost": WRITE,
    "answer_lost.refused": {*WRITE, "text"},
    "unreadable_after": WRITE,
    "unreadable": CALL,
    "account_unreachable": CALL,
    "deadline": CALL,
    "interrupted": CALL,
    "too_many_failures": CALL,
    "guard": {"guard"},
    "server_wrong_url": {"server", "witness"},
    "server_wrong_url.managed": {"server", "current", "desired"},
    "server_wrong_url.kept": {"server", "current", "desired"},
    "server_exists": {"server"},
    "server_not_predicted": set(),
    "server_refused": {"server", "text"},
    "server_edit_refused": {"server", "text"},
    "server_delete_refused": {"server", "text"},
    "server_lost": {"server", *CALL},
    "server_lost.other": {"server", "current", "desired"},
    "server_lost.missing": {"server"},
    "server_lost.kept": {"server"},
    "server_failed": {"server", *CALL},
    "server_no_call": {"server", *CALL},
    "server_differs": {"server", "current", "desired"},
    "server_ambiguous": {"server", "count"},
    "server_in_use": {"server", "count", "witness"},
    "server_failed.unread": {"server", "count"},
    "server_lost.unread": {"server", "cause"},
    "server_lost.deletion": {"server", "cause"},
}
# By param: a value as the code gives it.
VALUES: dict[str, Any] = {
    "server": "office",
    "text": "Error:no",
    "cause": "the answer was lost",
    "fix": "Run again.",
    "name": "branch",
    "current": "https://old.example.com/",
    "desired": "https://new.example.com/",
    "status": "unregistered",
    "witness": "00:15:65:00:00:01",
    "count": 2,
    "action": "move",
    "guard": "purge_limit",
}
_FIELD = re.compile(r"(?<!\{)\{[a-z_]+\}")  # of a template, as opposed to a template or a dictionary to write
AVOIDED = re.compile(
    r"\b(tell|tells|told|hold|holds|held|stand|stands|stood|lie|lies|nobody|rooms?|truth|points?|wanted|undeclared|"
    r"provisioning server|looked at|what belongs|basis|blind(ly)?|please)\b",
    re.IGNORECASE,
)
GUARD_VALUES = {
    "account": "main",
    "other": "spare",
    "allowed": 26,
    "limit": "10%",
    "listed": 260,
    "count": 31,
    "few": ("00:15:65:00:00:01",),
    "plan": "sha256:new",
    "expected": "sha256:old",
    "missing": reason("size_not_set"),
    "first": "00:15:65:00:00:01",
}


def given(key: str) -> set[str]:
    return GIVEN[key] if key in GIVEN else GIVEN[key.partition(".")[0]]


def reason_of(key: str) -> Reason:
    """The Reason of a template, with exactly what the code gives with it."""
    code, _dot, variant = key.partition(".")
    names = given(key)
    params = {name: value for name, value in VALUES.items() if name in names and name != "guard"}
    return Reason("guard_purge_limit" if code == "guard" else code, variant, params)


def is_sentence(text: str) -> bool:
    """Whether this is one printable line of whole sentences."""
    plain = text.isprintable() and text == " ".join(text.split()) and text[0] == text[0].upper()
    return plain and text.endswith((".", "?")) and ".." not in text and " ." not in text and not _FIELD.search(text)


@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize("key", CATALOG)
def test_every_template_renders_with_what_the_code_gives(key: str, speaker: str) -> None:
    sentence = SPEAKERS[speaker].sentence(reason_of(key), MAC, "desk-12" if speaker == "role" else None)
    assert is_sentence(sentence), sentence
    assert not AVOIDED.search(sentence), sentence
    assert MAC not in sentence
    about_a_phone = "{phone}" in CATALOG[key]
    assert sentence.startswith(PHONE if speaker == "role" else PHONE.split(maxsplit=1)[0]) is about_a_phone
    assert about_a_phone is not key.startswith("server_") or key.partition(".")[0] in WORDS


@pytest.mark.parametrize("key", CATALOG)
def test_a_template_asks_for_nothing_that_the_code_does_not_give(key: str) -> None:
    fields = {name for _text, name, _spec, _conversion in Formatter().parse(CATALOG[key]) if name}
    known = {"phone", "service", "where_servers", *(name for name in fields if name.startswith("opt_"))}
    derived = {"to_do", "done"} if "action" in given(key) else set()
    if "count" in given(key):
        derived |= {"n_phones", "n_devices", "is_are"}
    assert fields <= known | derived | given(key)


@pytest.mark.parametrize("key", GUARDS)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_every_guard_renders_and_names_itself_first(key: str, speaker: str) -> None:
    name, _dot, variant = key.partition(".")
    sentence = SPEAKERS[speaker].guard(GuardViolation(name, variant, GUARD_VALUES))
    prefix = "rps_" if speaker == "role" else ""
    assert sentence.startswith(f"Guard {prefix}{name} blocked the run: ")
    predicted = SPEAKERS[speaker].guard(GuardViolation(name, variant, GUARD_VALUES), blocked=False)
    assert predicted == sentence.replace("blocked the run", "would block a run that writes", 1)
    assert is_sentence(sentence), sentence
    assert "Nothing was written" in sentence
    assert not AVOIDED.search(sentence), sentence


@pytest.mark.parametrize(
    ("more", "limit"),
    [
        ({"listed": 260}, "(10% of 260 listed devices)"),
        ({"listed": 1, "floor": 3}, "(10% of 1 listed device, but at least 3)"),
        ({"declared": 20}, "(10% of 20 declared phones)"),
        ({}, "(as set)"),
        ({"earlier": 2}, "deregisters 31 phones (2 of them earlier in this run) of main"),
        (
            {"unlifted": reason("limited")},
            "rps_fleet_size does not lift it here, because the run is limited (--limit))",
        ),
    ],
)
def test_a_limit_is_explained_by_what_it_is_of_and_what_counts_towards_it(more: dict[str, Any], limit: str) -> None:
    params = {"count": 31, "allowed": 26, "limit": "10%", **more}
    assert limit in SPEAKERS["role"].guard(GuardViolation("removal_limit", params=params))


@pytest.mark.parametrize("code", PARTIAL)
def test_why_a_run_is_partial_is_a_clause(code: str) -> None:
    text = partial_clause(reason(code, count=2, batch=1, size=3))
    assert is_sentence(f"It is, because {text}.")
    assert not AVOIDED.search(text)


def test_every_word_of_the_contract_is_in_the_catalogue_and_no_other_word_is_for_phones() -> None:
    phones = {key.partition(".")[0] for key, text in CATALOG.items() if "{phone}" in text}
    assert phones - {"guard"} == WORDS


@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "none"])
@pytest.mark.parametrize("key", ["refused", "answer_lost", "login_refused"])
def test_every_action_has_its_words(action: str, key: str) -> None:
    said = SPEAKERS["module"].sentence(Reason(key, "", {"action": action, "text": "no", "cause": "why"}), MAC)
    assert action not in said or action in ("register", "bind", "move", "deregister")
    assert "_" not in said.replace("api_", "")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_words(status: str) -> None:
    said = SPEAKERS["module"].sentence(reason("not_applied", status=status, action="move"), MAC)
    assert "_" not in said
    assert "unknown" not in said


@pytest.mark.parametrize(
    ("speaker", "key", "setting"),
    [
        ("module", "owned_elsewhere", "set override: true"),
        ("role", "owned_elsewhere", "set rps_override: true"),
        ("module", "url_not_readable", "set force: true"),
        ("role", "url_not_readable", "set rps_force: true"),
        ("module", "url_not_declared", "Set server_url or unique_url"),
        ("role", "url_not_declared", "Set the server's URL in rps_servers or rps_unique_url"),
        ("role", "serial_missing", "Set rps_serial"),
        ("module", "server_unknown", "Add server 'office' with the module rps_server"),
        ("role", "server_unknown", "Add server 'office' to rps_servers"),
        ("module", "server_differs", "set force: true to edit"),
        ("role", "server_differs", "set rps_force_servers: true to edit"),
        ("role", "guard", "blocked by guard rps_purge_limit"),
        ("module", "guard", "blocked by guard purge_limit"),
    ],
)
def test_the_next_step_names_the_option_of_whoever_speaks(speaker: str, key: str, setting: str) -> None:
    assert setting in SPEAKERS[speaker].sentence(reason_of(key), MAC)


def test_a_variant_that_has_no_sentence_of_its_own_has_that_of_its_word() -> None:
    speaker = SPEAKERS["module"]
    assert speaker.sentence(reason("serial_missing", "new"), MAC) == speaker.sentence(reason("serial_missing"), MAC)


def test_a_phone_is_written_with_colons_and_its_host() -> None:
    assert phone_label(MAC) == "00:15:65:00:00:0a"
    assert phone_label(MAC, "desk-12") == PHONE


def test_words_of_the_service_are_quoted_as_they_are_even_if_they_look_like_a_template() -> None:
    said = SPEAKERS["role"].sentence(reason("refused", action="bind", text="{phone} {0} {cause}"), MAC)
    assert "'{phone} {0} {cause}'" in said


def test_a_sentence_is_one_printable_line_whatever_a_name_holds() -> None:
    odd = "a\x1b[2J\u202eb\n  c"
    assert SPEAKERS["role"].sentence(reason("refused", action="bind", text=odd), MAC, odd).isprintable()
    violation = GuardViolation("list_contradiction", params={"first": odd})
    assert Speaker(ROLE, "Yealink", odd).guard(violation).isprintable()
    (sentence,) = problem_sentences([problem("account", "account_unknown", odd, value=odd, meant=odd)], ROLE)
    assert sentence.isprintable()
    assert sentence.count("a?[2J?b c") == 3


# Names of options.


@pytest.mark.parametrize(
    ("vocabulary", "name", "shown"),
    [
        (MODULE, "server", "server"),
        (ROLE, "server", "rps_server"),
        (ROLE, "accounts", "rps_accounts"),
        (ROLE, "api_url", "api_url"),
        (INVENTORY, "server", "server"),
    ],
)
def test_an_option_has_the_name_that_its_user_wrote(vocabulary: Vocabulary, name: str, shown: str) -> None:
    assert vocabulary.option(name) == shown


# Problems of input.

# By param: a value as the code gives it. Lists are tuples, and with a count come its verb and its nouns.
PROBLEM_VALUES: dict[str, Any] = {
    **{name: name for name in ("account", "allowed", "given", "host", "missing", "other", "path", "reference")},
    **{name: name for name in ("reserved", "server", "value", "variable", "variables", "vendor")},
    **dict.fromkeys(("choices", "few", "hosts", "names", "where"), ("desk-1", "desk-2")),
    "count": 2,
    "high": 64,
    "kind": "boolean",
    "low": 1,
    "phone": "00:15:65:00:00:01",
    "service": "Yealink",
    "why": "it is odd",
}


@pytest.mark.parametrize("vocabulary", [MODULE, ROLE, INVENTORY])
@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_renders_as_whole_sentences(code: str, vocabulary: Vocabulary) -> None:
    option = "" if PROBLEMS[code].text[:1] in "{a" and " must " in PROBLEMS[code].text else "server"
    (sentence,) = problem_sentences([Problem(option, code, "desk-1", PROBLEM_VALUES)], vocabulary)
    assert is_sentence(f"S{sentence[1:]}"), sentence
    assert not AVOIDED.search(sentence), sentence
    assert "desk-1" in sentence


@pytest.mark.parametrize("text", [text for key, text in MACS.items() if key != "upper"])
def test_what_is_no_mac_is_quoted_with_what_to_write(text: str) -> None:
    assert text.startswith("'{value}' is ")
    assert re.search("; (write|give|use) ", text)
    assert not AVOIDED.search(text)


def required(*subjects: str) -> list[Problem]:
    return [problem("server", "required", subject) for subject in subjects]


@pytest.mark.parametrize(
    ("problems", "sentences"),
    [
        (required(""), ["rps_server is required."]),
        (required("desk-1"), ["rps_server is required on desk-1."]),
        (required("a", "b", "c"), ["rps_server is required on 3 hosts: a, b and c."]),
        (required(*(f"d{n}" for n in range(8))), ["rps_server is required on 8 hosts: d0, d1 and 6 more."]),
        (required(*(f"d{n}" for n in range(1200))), ["rps_server is required on 1,200 hosts: d0, d1 and 1,198 more."]),
        (required("a", "a"), ["rps_server is required on a."]),
        ([*required("a"), problem("mac", "required", "a")], [
            "rps_server is required on a.",
            "rps_mac is required on a.",
        ]),
        ([problem("server", "account_required", "a", choices=("x", "y")), *required("b")], [
            "rps_server is required on a. Set it to x or y.",
            "rps_server is required on b.",
        ]),
        ([problem("", "not_a_device", "a")], ["A phone must be a dictionary with mac and its other options on a."]),
        (
            [problem("account", "account_unknown", host, value="berlim", meant="berlin") for host in ("a", "b")],
            ["rps_account 'berlim' is not defined in rps_accounts on 2 hosts: a and b; did you mean 'berlin'?"],
        ),
        (
            [problem("server", "url_required", "a", service="Snom")],
            ["rps_server or rps_unique_url is required on a, because Snom binds a phone to a URL."],
        ),
        (
            [problem("mac", "mac_unusable", "a", why="'0g' is not a MAC address; write 12 hex digits")],
            ["rps_mac is not usable on a: '0g' is not a MAC address; write 12 hex digits."],
        ),
        (
            [problem("server", "required", "a", misspelt_there="rps_sever", variable="rps_server")],
            ["rps_server is required on a; rps_sever is set there: did you mean rps_server?"],
        ),
        ([problem("RPS_TIMEOUT", "empty")], ["RPS_TIMEOUT is empty. Give a value, or leave the option out."]),
    ],
)  # fmt: skip
def test_equal_problems_are_grouped_and_counted(problems: list[Problem], sentences: list[str]) -> None:
    assert problem_sentences(problems, ROLE) == sentences


def test_a_next_step_that_several_problems_share_is_given_once_with_the_last_of_them() -> None:
    problems = [problem(option, "unsupported.no_urls", service="Htek") for option in ("purge_servers", "redirected_to")]
    sentences = problem_sentences([*problems, problem("ca_path", "ca_path_missing", path="/x")], MODULE)
    assert sentences == [
        "purge_servers is not supported by Htek, which does not report redirect URLs.",
        "redirected_to is not supported by Htek, which does not report redirect URLs. Remove it.",
        "ca_path names a file that does not exist: /x. Correct the path.",
    ]


def test_a_module_speaks_of_entries() -> None:
    assert problem_sentences(required("devices[0]", "devices[4]"), MODULE) == [
        "server is required in 2 entries: devices[0] and devices[4]."
    ]


@pytest.mark.parametrize("vocabulary", [MODULE, ROLE, INVENTORY])
def test_a_message_ends_with_what_was_not_done(vocabulary: Vocabulary) -> None:
    message = input_message(InputError(required("a")), vocabulary)
    assert message.endswith(f". {vocabulary.nothing_done}")
    assert is_sentence(message.replace("rps_server", "Server").replace("server is", "Server is"))


def test_several_problems_are_counted_first_and_too_many_are_counted_last() -> None:
    few = [problem(f"option{number}", "required") for number in range(2)]
    assert input_message(InputError(few), MODULE).startswith("2 problems: option0 is required. option1 is required. ")
    many = [problem(f"option{number}", "required") for number in range(MAX_PROBLEMS + 3)]
    message = input_message(InputError(many), MODULE)
    assert message.startswith(f"{MAX_PROBLEMS + 3} problems: ")
    assert message.count(" is required.") == MAX_PROBLEMS
    assert message.endswith("3 more problems. Nothing was sent.")
    assert input_message(InputError(many[: MAX_PROBLEMS + 1]), MODULE).endswith("1 more problem. Nothing was sent.")
    exactly = input_message(InputError(many[:MAX_PROBLEMS]), MODULE)
    assert "more problem" not in exactly


# An account as a whole.


@pytest.mark.parametrize("vocabulary", [MODULE, ROLE])
@pytest.mark.parametrize("code", NOTICES)
def test_a_notice_is_a_sentence_with_the_option_of_whoever_speaks(vocabulary: Vocabulary, code: str) -> None:
    params: dict[str, Any] = {
        "cause": "the service has no such call",
        "count": 24,
        "half": 12,
        "server": "office",
        "length": 21,
    }
    what = Reason(code, params={**params, "limit": 20, "other": "Htek", "vendor": "yealink", "few": (PHONE,)})
    text = Speaker(vocabulary, "Yealink").notice(what)
    assert is_sentence(text)
    assert not AVOIDED.search(text)
    if code == "list_too_long":
        assert f"set {vocabulary.option('batch_size')}: 12." in text


# Calls without a usable answer.


@pytest.mark.parametrize("code", CALLS)
def test_a_failed_call_is_a_clause_and_a_next_step(code: str) -> None:
    values = dict.fromkeys(("call", "cause", "origin", "said", "server", "service", "text", "why"), "it")
    shown = failure(code, **values, bytes=1, count=2, minutes=3, seconds=4.5)
    assert is_sentence(f"S{shown['message'][1:]}.")
    assert shown["fix"] == "" or is_sentence(shown["fix"].replace(LOGIN, "it"))
    assert not AVOIDED.search(f"{shown['message']} {shown['fix']}")


@pytest.mark.parametrize("key", [key for key, text in CATALOG.items() if "{fix}" in text])
def test_a_next_step_about_the_login_names_what_has_it(key: str) -> None:
    reason_code, _dot, variant = key.partition(".")
    fix = failure("login_refused", origin="rps.example.com", said="HTTP 401")["fix"]
    why = Reason(reason_code, variant, {"action": "move", "server": "office", "cause": "why", "fix": fix})
    role = Speaker(ROLE, "Yealink", "main", login="RPS_YEALINK_USERNAME and RPS_YEALINK_PASSWORD")
    assert role.sentence(why, MAC).endswith("Check RPS_YEALINK_USERNAME and RPS_YEALINK_PASSWORD.")
    assert "Check RPS_YEALINK_USERNAME" in role.stopped("why", fix, was_read=False)
    assert "Check api_username and api_password, or the env" in SPEAKERS["module"].sentence(why, MAC)


# The page.


@pytest.mark.parametrize("word", sorted(WORDS | {key.partition(".")[0] for key in GUARDS}))
def test_the_troubleshooting_page_has_an_entry_for_every_reason_and_guard(word: str) -> None:
    page = TROUBLESHOOTING.read_text(encoding="utf-8")
    headings = [line for line in page.splitlines() if line.startswith("###")]
    assert [line for line in headings if f"`{word}`" in line] != []
