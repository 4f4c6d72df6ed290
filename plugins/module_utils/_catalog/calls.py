# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a call gave no usable answer, by code: a clause that completes a sentence, and the next step. Pure.

PRIVATE to the collection: may change without notice.

In templates ``{origin}`` is the address of the service, ``{service}`` the vendor's title and ``{call}`` the name of the
call. What exactly is wrong with an answer that cannot be read (``{why}``) is said where the answer is decoded.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict


class CallText(NamedTuple):
    """A clause without a full stop, and the next step as a sentence of its own, or ""."""

    clause: str
    fix: str = ""


class CallFailure(TypedDict):
    """A rendered CallText, as the constructors of errors take it."""

    message: str
    fix: str


RUN_AGAIN = "Run again."
_NETWORK = "Check api_url, network and firewall."
_CERTIFICATES = "Set ca_path to the CA bundle of a private CA, or correct api_url."
# In a next step: the options that have the login. Whoever speaks knows their names, and fills it in.
LOGIN = "{login}"
_LOGIN_CAUSES = "the AccessKey ID and secret ({login}), and api_url for the account's region"

CALLS: dict[str, CallText] = {
    # the run makes no further calls
    "deadline": CallText("the deadline of the run has passed", "Run again to do the rest, or allow more time."),
    "interrupted": CallText("the run was interrupted", "Run again to do the rest."),
    "too_many_failures": CallText("the last {count} calls failed, the last one because {cause}", "Run again later."),
    # the call was not sent
    "no_connection.legacy_tls": CallText(
        "{call} could not be sent to {origin}: its TLS needs legacy renegotiation, which this machine's OpenSSL "
        "refuses",
        "Allow UnsafeLegacyServerConnect in an openssl.cnf of this run, or use a proxy that terminates TLS.",
    ),
    "no_connection.certificate": CallText(
        "{call} could not be sent to {origin}: its certificate could not be verified", _CERTIFICATES
    ),
    "no_connection.tls": CallText("{call} could not be sent to {origin}: the TLS handshake failed", _CERTIFICATES),
    "no_connection.socks": CallText(
        "{call} could not be sent to {origin}: SOCKS proxies are not supported", "Set HTTPS_PROXY to an HTTP proxy."
    ),
    "no_connection.proxy": CallText(
        "{call} could not be sent to {origin}: the proxy did not connect", "Check HTTPS_PROXY and NO_PROXY."
    ),
    "no_connection.name": CallText(
        "{call} could not be sent to {origin}: its name cannot be resolved", "Check api_url and the name service."
    ),
    "no_connection.time": CallText(
        "{call} could not be sent to {origin}: there was no connection within {seconds:g} s", _NETWORK
    ),
    "no_connection": CallText("{call} could not be sent to {origin}: the connection was refused or closed", _NETWORK),
    "not_encodable": CallText("{call} cannot be sent to {origin}: {why}"),
    "not_sent": CallText("{call} was not sent: {cause}"),
    "not_sent.token": CallText("{call} was not sent, because there is no token: {cause}"),
    # the answer was lost
    "answer_interrupted": CallText("the run was interrupted before the answer to {call} was complete"),
    "answer_late": CallText(
        "{call} got no complete answer from {origin} within {seconds:g} s",
        "Raise timeout if the service is slow, and run again.",
    ),
    "answer_cut": CallText("{origin} closed the connection before its answer to {call} was complete"),
    # the answer cannot be used
    "answer_large": CallText("{call} got an answer of more than {bytes:,} bytes from {origin}"),
    "answer_encoding": CallText("{call} got an answer from {origin} in an encoding that cannot be unpacked"),
    "answer_page.xml": CallText(
        "{origin} answered {call} with a web page instead of XML-RPC",
        "Check api_url, and whether a proxy or login page intercepts the call.",
    ),
    "answer_page.json": CallText(
        "{origin} answered {call} with a web page instead of JSON",
        "Check api_url, and whether a proxy or login page intercepts the call.",
    ),
    "answer_unusable": CallText("{origin} gave no usable answer to {call}: {why}"),
    "answer_unusable.json": CallText(
        "{origin} gave no usable answer to {call}: it is not JSON", "Check api_url, the address of the service."
    ),
    "answer_unusable.meaning": CallText("{service} gave no usable answer to {call}: {why}"),
    "answer_token": CallText("{origin} answered {call} without a usable token", "Check api_url."),
    "answer_lifetime": CallText("{origin} answered {call} without a usable lifetime", "Check api_url."),
    "answer_list": CallText(
        "{service} answered {call} twice with a list that cannot be used: it has {why}",
        "Run again when no other program changes the account.",
    ),
    # a status of HTTP; ``{said}`` has the status, and the code and text of the answer if there is one
    "status_redirect": CallText(
        "{origin} answered {call} with a redirect ({said}), which is never followed",
        "Set api_url to the address that answers without a redirect.",
    ),
    "status_client": CallText("{origin} answered {call} with {said}", "Check api_url, the address of the service."),
    "status_busy": CallText("{origin} answered {call} with {said}", "Run again later."),
    "status_busy.often": CallText("{origin} answered {call} with {said}", "Lower concurrency, or run again later."),
    "fault": CallText("{origin} answered {call} with {said}"),
    # the service refused the call
    "login_refused": CallText(
        "{origin} refused the login ({said})",
        "Check {login}.",
    ),
    "login_refused.key": CallText(
        "{origin} refused the login ({said})", f"Check {_LOGIN_CAUSES}, and this machine's clock."
    ),
    "login_refused.clock_ahead": CallText(
        "{origin} refused the login ({said})",
        f"Correct this machine's clock, which is {{minutes:,}} min ahead of the service's. Else check {_LOGIN_CAUSES}.",
    ),
    "login_refused.clock_behind": CallText(
        "{origin} refused the login ({said})",
        f"Correct this machine's clock, which is {{minutes:,}} min behind the service's. Else check {_LOGIN_CAUSES}.",
    ),
    "token_refused": CallText("{origin} refused the token of {call} ({said})"),
    "too_large": CallText("{origin} refused {call} because it is too large ({said})", "Lower batch_size."),
    "rate_limit": CallText(
        "{origin} refused {call} because of its rate limit ({said})", "Lower concurrency, or run again later."
    ),
    "nonce": CallText("{origin} refused {call} because of its nonce ({said})", RUN_AGAIN),
    "refused": CallText("{origin} refused {call} ({said})"),
    "refused_read": CallText("{service} refused to report its status: '{text}'"),
    "refused_read.list": CallText("{service} refused to list the devices: '{text}'"),
    # the service has no such call
    "call_closed": CallText("{origin} does not let this account use {call} ({said})"),
    "call_closed.key": CallText(
        "{origin} does not let this account use {call} ({said})",
        "Allow the AccessKey to use this call in the vendor's portal, or ask the vendor to enable it.",
    ),
    "call_absent": CallText("{origin} has no call {call} ({said})"),
    "call_absent.documented": CallText("{origin} has no call {call} ({said})", "Check vendor and api_url."),
    "call_unusable": CallText("{service} has no call {call} that this account can use"),
    "no_bulk": CallText("{service} has no bulk calls"),
    "no_server_call": CallText("{service} has no call {call}"),
    "no_list": CallText(
        "{service} has no call that lists all phones of an account", "Name the phones by their MAC addresses."
    ),
    # a write that nothing settled
    "lost": CallText("the answer was lost"),
    "list_refused": CallText("the list was refused"),
    "list_refused.unread": CallText("the list was refused, then {cause}"),
    "unattributed": CallText("the service reported a failure that names no phone"),
    "ended": CallText("the run ended"),
    # a refusal that needs no call, in the place of the service's words
    "no_device": CallText("the device is not on this account"),
    "no_server": CallText("no server '{server}'"),
    "several_servers": CallText("{count} servers have the name '{server}'"),
    "registered_instead": CallText("{cause}; registering the phone instead was refused: '{text}'"),
}
# Parts of ``{said}``.
SAID: dict[str, str] = {
    "status": "HTTP {status}",
    "code": "HTTP {status}, code {code}: '{text}'",
    "fault": "fault {code}: '{text}'",
    "fault.login": "fault '{text}'",
}


def said(key: str, **values: Any) -> str:
    """What an answer that is no success says: its status, code and text."""
    return SAID[key].format(**values)


def clause(code: str, **values: Any) -> str:
    """The clause of a failed call."""
    return CALLS[code].clause.format(**values)


def failure(code: str, **values: Any) -> CallFailure:
    """The clause of a failed call and the next step, in which LOGIN is still to be filled in."""
    return CallFailure(message=clause(code, **values), fix=CALLS[code].fix.format(login=LOGIN, **values))
