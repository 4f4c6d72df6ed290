# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons, guard violations and input problems -> sentences, by the catalogue's templates. Pure.

PRIVATE to the collection: may change without notice.

A Vocabulary has the option names of a speaker. The templates are in ``_catalog``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._catalog.calls import LOGIN
from ._catalog.outcomes import (
    ACCOUNT,
    APPROVALS,
    BASIS,
    CATALOG,
    CLAUSES,
    GUARD_BEGINS,
    GUARDS,
    NOTICES,
    PARTIAL,
)
from ._catalog.problems import HINTS, KINDS, LIBRARY, PROBLEMS
from ._catalog.words import ACTION_WORDS, STATUS_WORDS
from ._errors import InputError, MissingLibraryError, Problem
from ._mac import format_mac
from ._model import CONNECTION_OPTIONS, NONE, GuardViolation, Reason
from ._text import as_sentence, capitalized, first_few, join_names, pluralize, to_printable

MAX_PROBLEMS = 25  # that one message lists


@dataclass(frozen=True)
class Vocabulary:
    """The names that a speaker uses: ``prefix`` for options, ``subjects`` for what has them (``on``, ``host``)."""

    prefix: str = ""
    preposition: str = "in"
    noun: str = "entry"
    nouns: str = "entries"
    nothing_done: str = "Nothing was sent."

    def option(self, name: str) -> str:
        """An option's name; what begins with another option (``accounts.office: api_url``) keeps its rest. Variables of
        the environment have one name for all."""
        return name if name in CONNECTION_OPTIONS or name.isupper() else f"{self.prefix}{name}"


MODULE = Vocabulary()
ROLE = Vocabulary(prefix="rps_", preposition="on", noun="host", nouns="hosts")
INVENTORY = Vocabulary(nothing_done="No host was added.")

# Options with the value that a sentence asks to set.
_SETTINGS: dict[str, str] = {
    "override": "{}: true",
    "force": "{}: true",
    "purge": "{}: false",
    "serial": "{}",
    "server_url": "{}",
    "unique_url": "{}",
    "force_servers": "{}: true",
    "batch_size": "{}",
}


def shown_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as templates need them: lists of names as text; with a ``count`` its verbs, and its nouns by need.

    Of ``choices`` and ``names`` all are named, of ``few`` the first three, of other lists the first five.
    """
    values = dict(params)
    for key, value in params.items():
        if isinstance(value, tuple):
            values[key] = _join(key, value)
        elif isinstance(value, Reason):
            values[key] = partial_clause(value)
    count = params.get("count")
    if isinstance(count, int):
        verbs = ("is", "has", "was") if count == 1 else ("are", "have", "were")
        values.update(zip(("is_are", "has_have", "was_were"), verbs))
        values.update({f"n_{noun}s": pluralize(count, noun) for noun in ("phone", "device", "host")})
    if "kind" in params:
        values["kind"] = KINDS[params["kind"]]
    return values


def partial_clause(why: Reason) -> str:
    """Why a play is not known to have the whole fleet, as the end of a sentence."""
    return to_printable(PARTIAL[why.code].format(**shown_params(why.params)))


def _join(key: str, names: Sequence[str]) -> str:
    if key in ("choices", "names"):
        return join_names(names, "or" if key == "choices" else "and")
    return first_few(names, 3 if key == "few" else 5)


def _guard_params(params: Mapping[str, Any]) -> dict[str, Any]:
    values = shown_params(params)
    if "limit" in params:
        nouns = {"listed": "listed device", "declared": "declared phone"}
        counted = next((name for name in nouns if name in params), "set")
        if counted in nouns:
            values[f"n_{counted}"] = pluralize(params[counted], nouns[counted])
        values["basis"] = BASIS[counted].format(**values)
    values.update({f"and_{name}": CLAUSES[name].format(**values) if params.get(name) else "" for name in CLAUSES})
    return values


def phone_label(mac: str, host: str | None = None) -> str:
    """A phone for people: ``00:15:65:00:00:02 (desk-12)``."""
    shown = format_mac(mac, "colon")
    return f"{shown} ({host})" if host else shown


@dataclass(frozen=True)
class Speaker:
    """Who speaks of which service: everything that a sentence needs besides the Reason itself."""

    vocabulary: Vocabulary
    service: str  # the vendor's title
    account: str = ""  # its name, in the role
    login: str = "api_username and api_password, or the environment variables that they come from"

    def sentence(self, reason: Reason, mac: str = "", host: str | None = None) -> str:
        """The sentence for a Reason about this phone, or about no phone."""
        key = f"{reason.code}.{reason.variant}" if reason.variant else reason.code
        template = CATALOG.get(key) or CATALOG["guard" if reason.code.startswith("guard_") else reason.code]
        values: dict[str, Any] = {"cause": "", "fix": "", **self._names(), **shown_params(reason.params)}
        values["phone"] = phone_label(mac, host) if mac else "The phone"
        values["fix"] = self._step(values["fix"])
        if "action" in reason.params:
            action = ACTION_WORDS.get(str(reason.params["action"]), ACTION_WORDS[NONE])
            values.update(to_do=action.to_do, done=action.done)
        if "status" in reason.params:
            values["status"] = STATUS_WORDS[str(reason.params["status"])].clause
        if reason.code.startswith("guard_"):
            values["guard"] = self.vocabulary.option(reason.code[len("guard_") :])
        return as_sentence(to_printable(template.format(**values)))

    def guard(self, violation: GuardViolation, *, blocked: bool = True) -> str:
        """The sentence for a guard: ``Guard rps_purge_limit blocked the run: ...``.

        ``blocked`` is False in a drift run, which would not have written anyway.
        """
        key = f"{violation.name}.{violation.variant}" if violation.variant else violation.name
        option = self.vocabulary.option(violation.name)
        values = {**self._names(), "option": option, "account": self.account or "the account"}
        values.update(_guard_params(violation.params))
        if "plan" in values:
            values["approval"] = APPROVALS[bool(self.account)].format(**values)
        begin = GUARD_BEGINS[blocked].format(option=option)
        return to_printable(f"{begin}: {GUARDS[key].format(**values)}")

    def notice(self, what: Reason) -> str:
        """The sentence for a notice about the account."""
        return to_printable(NOTICES[what.code].format(**{**self._names(), **shown_params(what.params)}))

    def stopped(self, cause: str, fix: str, *, was_read: bool, left: int = 0) -> str:
        """The sentence for what stopped the account as a whole; ``left`` phones were not attempted for it."""
        account = f"account {self.account}" if self.account else "the account"
        unread = "unread.devices" if self.vocabulary is INVENTORY else "unread"
        text = ACCOUNT["unfinished" if was_read else unread].format(account=account, cause=cause.rstrip("."))
        step = self._step(fix).rstrip(".")
        effect = ""
        if left:
            phones = f"{pluralize(left, 'phone')} {'was' if left == 1 else 'were'}"
            effect = ACCOUNT["effect"].format(phones=phones)
        rest = f"{step}; {effect}" if step and effect else effect or as_sentence(step)
        return to_printable(capitalized(f"{text} {rest}".rstrip()))

    def _step(self, fix: str) -> str:
        """The next step after a failed call, with the names of the options that have the login."""
        return fix.replace(LOGIN, self.login)

    def _names(self) -> dict[str, str]:
        option = self.vocabulary.option
        names = {f"opt_{name}": setting.format(option(name)) for name, setting in _SETTINGS.items()}
        if self.vocabulary is ROLE:
            names["opt_server_url"] = "the server's URL in rps_servers"
            names["where_servers"] = "to rps_servers"
        else:
            names["opt_force_servers"] = "force: true"
            names["where_servers"] = "with the module rps_server or in the vendor's portal"
        return {**names, "service": self.service}


@dataclass(frozen=True)
class _Clauses:
    """A problem without its subject, as its template makes it (see ``ProblemText``)."""

    option: str
    text: str
    fix: str
    more: str


def _clauses(one: Problem, vocabulary: Vocabulary) -> _Clauses:
    template = PROBLEMS[one.code]
    values = {"opt_unique_url": vocabulary.option("unique_url"), **shown_params(one.params)}
    more = template.more.format(**values)
    for name, hint in HINTS.items():
        more += hint.format(**values) if one.params.get(name) else ""
    return _Clauses(one.option, template.text.format(**values), template.fix.format(**values), more)


def problem_sentences(problems: Iterable[Problem], vocabulary: Vocabulary) -> list[str]:
    """Problems as sentences, those that differ only in their subject as one: ``... on 8 hosts: desk-1 and 7 more``."""
    groups: dict[_Clauses, list[str]] = {}
    for one in problems:
        subjects = groups.setdefault(_clauses(one, vocabulary), [])
        if one.subject and one.subject not in subjects:
            subjects.append(one.subject)
    # A next step that several problems share is given once, with the last of them.
    last = {clauses.fix: clauses for clauses in groups}
    sentences: list[str] = []
    for clauses, subjects in groups.items():
        option = vocabulary.option(clauses.option)
        head = f"{option} {clauses.text}" if clauses.option else capitalized(clauses.text)
        sentence = f"{head}{_on(subjects, vocabulary)}{clauses.more}"
        step = f" {clauses.fix}" if clauses.fix and last[clauses.fix] is clauses else ""
        # All of these texts can have names and values that a user wrote: only here do they become one printable line.
        sentences.append(to_printable(f"{as_sentence(sentence)}{step}"))
    return sentences


def _on(subjects: Sequence[str], vocabulary: Vocabulary) -> str:
    if not subjects:
        return ""
    if len(subjects) == 1:
        return f" {vocabulary.preposition} {subjects[0]}"
    count = f"{len(subjects):,} {vocabulary.nouns}"
    return f" {vocabulary.preposition} {count}: {first_few(subjects, 2 if len(subjects) > 3 else 3)}"


def library_message(error: MissingLibraryError) -> str:
    """The message about a library that is missing, for what is not a module."""
    return LIBRARY.format(library=error.library)


def input_message(error: InputError, vocabulary: Vocabulary) -> str:
    """The whole message of a task that refuses its input."""
    sentences = problem_sentences(error.problems, vocabulary)
    shown = sentences[:MAX_PROBLEMS]
    if len(sentences) > MAX_PROBLEMS:
        shown.append(f"{pluralize(len(sentences) - MAX_PROBLEMS, 'more problem')}.")
    lead = f"{len(sentences):,} problems: " if len(sentences) > 1 else ""
    return f"{lead}{' '.join(shown)} {vocabulary.nothing_done}"
