"""Writing down a call before its answer leaves: one prepared statement, on the way of every request.

It commits by itself, after whatever the call did, and does not wait for the disk: a row is seen by
every session at once, and only a crash of the database server may lose the last fraction of a second.
Nothing here draws from an account's dice, and a call that cannot be written down is answered all the
same.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.clock import real_now
from astra.api.middleware import MAX_URI_LENGTH
from astra.api.patterns import parse_identifier
from astra.api.problems import SERVICE_UNAVAILABLE
from astra.api.statements import Statement
from astra.simulation.faults.acting import acted_on
from astra.simulation.faults.effects.drop_connection import is_no_answer
from astra.simulation.faults.subjects import operation_of
from astra.simulation.journal.hiding import (
    query_without_secrets,
    without_secrets,
    without_token,
)

logger = logging.getLogger(__name__)

# Of a body as much is kept; the rest is cut.
BODY_MOST_BYTES = 64 * 1024
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

# The setting holds for the statement's own transaction, which reads it when it commits. It comes first,
# and the rows depend on it, so that no plan can leave it out.
_RECORD = Statement("""
    INSERT INTO simulation_journalentry (
        account_id, at, real_at, duration_milliseconds, method, path, query, operation, user_id,
        request_headers, request_body, request_body_cut, status, problem, response_body,
        response_body_cut, correlation_id, fault_ids)
    SELECT account.id,
        account.clock_sim
            + (%(real_at)s::timestamptz - account.clock_real) * account.clock_rate,
        %(real_at)s, %(duration)s::float8, %(method)s::text, %(path)s::text, %(query)s::text,
        %(operation)s::text, %(user)s::uuid, %(headers)s::jsonb, %(request_body)s::text,
        %(request_body_cut)s::boolean, %(status)s::smallint, %(problem)s::smallint,
        %(response_body)s::text, %(response_body_cut)s::boolean, %(correlation)s::uuid,
        %(faults)s::uuid[]
    FROM (SELECT set_config('synchronous_commit', 'off', true) AS value) AS commit
    JOIN accounts_account AS account ON commit.value = 'off'
    WHERE account.id = %(account)s
""")


def record(request: HttpRequest, answer: HttpResponseBase, started_at: datetime) -> None:
    """Write down a call of an account that exists; of a stream, when its last piece is to leave."""
    if not settings.ASTRA.journal_cap:
        return
    account_id = _account_of(request)
    if account_id is None or _is_database_away(request):
        return
    if isinstance(answer, StreamingHttpResponse) and _is_sent_piecemeal(request, answer):
        pieces: Any = answer.streaming_content
        answer.streaming_content = _Recorded(pieces, request, answer, account_id, started_at)
        return
    _write(request, answer, account_id, started_at, *_body_of(request, answer))


class _Recorded(Iterator[bytes]):
    """The pieces of an answer, one behind: with the last in hand, the call is written down."""

    def __init__(self, pieces: Iterable[bytes], *call: Any) -> None:
        self._pieces = iter(pieces)
        self._call = call
        self._kept = bytearray()
        self._next: bytes | None = b""
        self._is_written = False

    def __next__(self) -> bytes:
        piece = self._next
        if piece is None:
            raise StopIteration
        try:
            self._next = next(self._pieces, None)
        except BaseException:
            self.close()
            raise
        if len(self._kept) <= BODY_MOST_BYTES:
            self._kept += piece[: BODY_MOST_BYTES + 1]
        if self._next is None:
            self._write(is_cut=False)
        return piece

    def close(self) -> None:
        """Write down what was sent, if the stream did not come to its end."""
        self._write(is_cut=True)

    def _write(self, *, is_cut: bool) -> None:
        if not self._is_written:
            self._is_written = True
            _write(*self._call, bytes(self._kept), is_cut)


def _write(
    request: HttpRequest,
    answer: HttpResponseBase,
    account_id: uuid.UUID,
    started_at: datetime,
    body: bytes,
    is_cut: bool,  # noqa: FBT001
) -> None:
    try:
        parameters = _parameters(request, answer, body)
        parameters["account"] = account_id
        parameters["real_at"] = started_at
        parameters["response_body_cut"] |= is_cut
        passed = (real_now() - started_at).total_seconds()
        parameters["duration"] = max(0.0, round(passed * 1000, 3))
        _RECORD.execute(parameters)
    except Exception:
        logger.exception("a call of account %s could not be written down", account_id)


def _parameters(request: HttpRequest, answer: HttpResponseBase, body: bytes) -> dict[str, Any]:
    token = _token_of(request)
    caller = getattr(request, "_caller", None)
    is_answered = not is_no_answer(answer)
    problem, correlation_id = getattr(request, "_refusal", (None, None))
    sent, is_sent_cut = _request_body(request)
    request_body, request_body_cut = _kept(sent, token)
    response_body, response_body_cut = _kept(body, token)
    return {
        "method": _storable(request.method or ""),
        "path": _storable(without_token(request.path[:MAX_URI_LENGTH], token)),
        "query": _storable(
            query_without_secrets(request.META.get("QUERY_STRING", "")[:MAX_URI_LENGTH], token)
        ),
        "operation": _operation(request),
        "user": caller.user_id if caller is not None else None,
        "headers": _headers(request, token),
        "request_body": request_body,
        "request_body_cut": request_body_cut or is_sent_cut,
        "status": answer.status_code if is_answered else NO_ANSWER,
        "problem": problem or None if is_answered else None,
        "response_body": response_body,
        "response_body_cut": response_body_cut,
        "correlation": correlation_id if is_answered else None,
        "faults": acted_on(request, is_refused=problem is not None),
    }


def _account_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the account of the path; of `/accounts` itself, the caller's."""
    parts = request.path_info.split("/", 3)
    if len(parts) > 2:
        return parse_identifier(parts[2])
    caller = getattr(request, "_caller", None)
    return caller.account_id if caller is not None else None


def _is_database_away(request: HttpRequest) -> bool:
    """Tell whether the call failed because of that: waiting for it again helps nobody."""
    refusal = getattr(request, "_refusal", None)
    return (
        refusal is not None
        and refusal[0] == SERVICE_UNAVAILABLE.number
        and connection.connection is None
    )


def _is_sent_piecemeal(request: HttpRequest, answer: StreamingHttpResponse) -> bool:
    return request.method != "HEAD" and not is_no_answer(answer) and not hasattr(answer, "_sent")


def _body_of(request: HttpRequest, answer: HttpResponseBase) -> tuple[bytes, bool]:
    """Return the body that is sent, and whether it breaks off; of a stream that is not read ahead."""
    if request.method == "HEAD":
        return b"", False
    if isinstance(answer, HttpResponse):
        return answer.content, False
    sent: bytes = getattr(answer, "_sent", b"")
    return sent, len(sent) < int(answer.get("Content-Length", 0))


def _request_body(request: HttpRequest) -> tuple[bytes, bool]:
    """Return the body as it came, and whether it is left out because it is too large."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.ASTRA.max_body_bytes
    if not length.isdecimal() or int(length) > most:
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
    _, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return token.strip()


def _headers(request: HttpRequest, token: str) -> str:
    environ = request.META
    headers = {
        name: _storable(without_token(environ[key], token))
        for key, name in KEPT_HEADERS.items()
        if environ.get(key)
    }
    return orjson.dumps(headers).decode()


def _operation(request: HttpRequest) -> str | None:
    match = request.resolver_match
    return None if match is None else _operation_at(match.func, request.method or "")


@lru_cache(maxsize=1024)
def _operation_at(handler: Any, method: str) -> str | None:
    view = getattr(handler, "view_class", None)
    name = "get" if method == "HEAD" else method.lower()
    if not hasattr(view, "kind") or name not in view.http_method_names or not hasattr(view, name):
        return None
    return operation_of(view, method)


def _storable(text: str) -> str:
    """Return the text with what PostgreSQL cannot store replaced: NUL, and half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
