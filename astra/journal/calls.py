"""What is written down of a call: from request and answer to the columns of a journal's row.

The values are such as JSON has; see ``astra.journal.draining``.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from astra.accounts.callers import Caller
from astra.accounts.clocks import clock_instant, clock_sql
from astra.api import media
from astra.api.clock import monotonic_seconds
from astra.api.middleware import MAX_URI_LENGTH
from astra.api.patterns import parse_identifier
from astra.api.requests import has_body, is_too_large
from astra.api.statements import Statement
from astra.api.waits import began
from astra.faults.effects.of_calls import is_no_answer
from astra.faults.requests import acted_on
from astra.faults.subjects import operation_at
from astra.journal.hiding import query_without_secrets, without_secrets, without_token

# Of a body as much is kept; the rest is cut.
BODY_MOST_BYTES = 64 * 1024
# Methods are any words; those of the API are shorter.
_METHOD_MAX_LENGTH = 31
# Of the path of a call that nobody of the account made; those of the API are shorter.
_PATH_MAX_LENGTH = 1024
# The request headers that are kept, by their names in WSGI.
KEPT_HEADERS = {
    "CONTENT_TYPE": "Content-Type",
    "HTTP_ACCEPT": "Accept",
    "HTTP_USER_AGENT": "User-Agent",
    "HTTP_IF_MATCH": "If-Match",
    "HTTP_IF_MODIFIED_SINCE": "If-Modified-Since",
    "HTTP_IF_UNMODIFIED_SINCE": "If-Unmodified-Since",
    "HTTP_FORCE_DELETE": "Force-Delete",
    "HTTP_FORCEUPDATE": "forceUpdate",
}
NO_ANSWER = 0
# What is kept of a call that nobody of the account made, beside method, path and status.
_NOTHING_ELSE: dict[str, Any] = {
    "query": "",
    "operation": None,
    "user_id": None,
    "request_headers": {},
    "request_body": "",
    "response_body": "",
    "response_body_cut": False,
    "correlation_id": None,
    "fault_ids": [],
}
_INSTANT = Statement(f"""
    SELECT {clock_sql("%(real_at)s::timestamptz", "account")}
    FROM accounts_account AS account WHERE id = %(account)s
""")


@dataclass(frozen=True, slots=True)
class Call:
    """A request of an account, come in at that real instant, and its final answer."""

    account_id: uuid.UUID
    request: HttpRequest
    answer: HttpResponseBase
    started_at: datetime

    @property
    def caller(self) -> Caller | None:
        """Who called, if that is a user of the account; None: nobody whom the account knows."""
        caller: Caller | None = getattr(self.request, "_caller", None)
        return caller if caller is not None and caller.account_id == self.account_id else None

    def seconds_passed(self) -> float:
        """Return how long ago the request came."""
        return monotonic_seconds() - began(self.request)[1]

    def columns_without_caller(self) -> dict[str, Any] | None:
        """Return the values of the row of a call that nobody of the account made.

        Whoever has no right to call shall not decide what is kept: of no body and no header anything.
        None: there is no such account.
        """
        row = _INSTANT.fetch_one({"account": self.account_id, "real_at": self.started_at})
        if row is None:
            return None
        path = without_token(self.request.path[:MAX_URI_LENGTH], _token_of(self.request))
        return self._frame(row[0], path[:_PATH_MAX_LENGTH]) | _NOTHING_ELSE

    def _frame(self, at: datetime, path: str) -> dict[str, Any]:
        """Return what every row has."""
        is_answered = not is_no_answer(self.answer)
        problem, _ = getattr(self.request, "_refusal", (None, None))
        return {
            "account_id": self.account_id,
            "at": at,
            "real_at": self.started_at,
            "duration_milliseconds": round(self.seconds_passed() * 1000, 3),
            "method": _storable((self.request.method or "")[:_METHOD_MAX_LENGTH]),
            "path": _storable(path),
            "request_body_cut": has_body(self.request),
            "status": self.answer.status_code if is_answered else NO_ANSWER,
            # about:blank, without a number, is none.
            "problem": (problem or None) if is_answered else None,
        }

    def columns(self, caller: Caller, body: bytes, *, is_cut: bool) -> dict[str, Any]:
        """Return the values of the row of a user's call, of whose answer this body was sent."""
        request = self.request
        token = _token_of(request)
        match = request.resolver_match
        problem, correlation_id = getattr(request, "_refusal", (None, None))
        sent, is_sent_cut = _request_body(request)
        request_body, request_body_cut = _kept(sent, token)
        response_body, response_body_cut = _kept(body, token)
        query = query_without_secrets(request.META.get("QUERY_STRING", ""), token)
        at = clock_instant(
            caller.clock_sim, caller.clock_real, caller.clock_rate, real_at=self.started_at
        )
        return self._frame(at, without_token(request.path, token)[:MAX_URI_LENGTH]) | {
            "query": _storable(query[:MAX_URI_LENGTH]),
            "operation": match and operation_at(match.func, request.method or ""),
            "user_id": caller.user_id,
            "request_headers": _headers(request, token),
            "request_body": request_body,
            "request_body_cut": request_body_cut or is_sent_cut,
            "response_body": response_body,
            "response_body_cut": response_body_cut or is_cut,
            "correlation_id": None if is_no_answer(self.answer) else correlation_id,
            "fault_ids": acted_on(request, is_refused=problem is not None),
        }


def account_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the account of the path; of `/accounts` itself, the caller's."""
    parts = request.path_info.split("/", 3)
    if parts[1] != "accounts":
        return None
    if len(parts) > 2:
        return parse_identifier(parts[2])
    caller = getattr(request, "_caller", None)
    return caller.account_id if caller is not None else None


def body_of(request: HttpRequest, answer: HttpResponseBase) -> tuple[bytes, bool]:
    """Return the body that is sent, and whether it breaks off; of a stream that is not read ahead."""
    if request.method == "HEAD":
        return b"", False
    if isinstance(answer, HttpResponse):
        return answer.content, False
    sent: bytes = getattr(answer, "_sent", b"")
    return sent, len(sent) < int(answer.get("Content-Length", "0"))


def _request_body(request: HttpRequest) -> tuple[bytes, bool]:
    """Return the body as it came, and whether it is left out because it is too large."""
    most = settings.ASTRA.max_body_bytes
    if is_too_large(request, max_bytes=most):
        return b"", True
    try:
        return media.read_body(request, max_bytes=most), False
    except OSError:
        # The client went away while it sent.
        return b"", True


def _kept(body: bytes, token: str) -> tuple[str, bool]:
    """Return the text of a body that is kept, and whether it was cut."""
    if not body:
        return "", False
    is_cut = len(body) > BODY_MOST_BYTES
    # A token across the edge is hidden before the cut.
    text = body[: BODY_MOST_BYTES + len(token)].decode("utf-8", "replace")
    text = without_token(text, token)[:BODY_MOST_BYTES] if is_cut else text
    return _storable(without_secrets(text, token)), is_cut


def _token_of(request: HttpRequest) -> str:
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    _, _, token = header.strip().partition(" ")
    return token.strip()


def _headers(request: HttpRequest, token: str) -> dict[str, str]:
    environ = request.META
    return {
        name: _storable(without_token(environ[key], token))
        for key, name in KEPT_HEADERS.items()
        if environ.get(key)
    }


def _storable(text: str) -> str:
    """Return the text with what PostgreSQL cannot store replaced: NUL, and half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
