"""Writing down a call before its answer leaves: one prepared statement, on the way of every request.

It commits by itself, after whatever the call did, and does not wait for the disk: a row is seen by
every session at once, and only a crash of the database server may lose the last fraction of a second.
Nothing here draws from an account's dice, and a call that cannot be written down is answered all the
same.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.accounts.clocks import clock_sql
from astra.api.problems import SERVICE_UNAVAILABLE
from astra.api.statements import Statement
from astra.faults.effects.of_calls import is_no_answer
from astra.journal.calls import BODY_MOST_BYTES, Call, account_of, body_of

logger = logging.getLogger(__name__)

# The setting holds for the statement's own transaction, which reads it when it commits. It comes first,
# and the rows depend on it, so that no plan can leave it out.
_RECORD = Statement(f"""
    INSERT INTO journal_journalentry (
        account_id, at, real_at, duration_milliseconds, method, path, query, operation, user_id,
        request_headers, request_body, request_body_cut, status, problem, response_body,
        response_body_cut, correlation_id, fault_ids)
    SELECT account.id,
        {clock_sql("%(real_at)s::timestamptz", "account")},
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
    account_id = account_of(request)
    if account_id is None or _is_database_away(request):
        return
    call = Call(account_id, request, answer, started_at)
    if call.user_id is None:
        _write(call, call.columns_without_caller)
        return
    if isinstance(answer, StreamingHttpResponse) and _is_read_later(request, answer):
        pieces: Any = answer.streaming_content
        answer.streaming_content = _Recorded(pieces, call)
        return
    body, is_cut = body_of(request, answer)
    _write(call, lambda: call.columns(body, is_cut=is_cut))


class _Recorded(Iterator[bytes]):
    """The pieces of an answer, one behind: with the last in hand, the call is written down."""

    def __init__(self, pieces: Iterable[bytes], call: Call) -> None:
        self._pieces = iter(pieces)
        self._call = call
        self._kept = bytearray()
        self._next: bytes | None = None
        self._is_begun = False
        self._is_written = False

    def __next__(self) -> bytes:
        if not self._is_begun:
            self._is_begun = True
            self._advance()
        piece = self._next
        if piece is None:
            self._finish(is_cut=False)
            raise StopIteration
        if len(self._kept) <= BODY_MOST_BYTES:
            self._kept += piece
        self._advance()
        if self._next is None:
            self._finish(is_cut=False)
        return piece

    def _advance(self) -> None:
        try:
            self._next = next(self._pieces, None)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Write down what was sent, if the stream did not come to its end."""
        self._finish(is_cut=True)

    def _finish(self, *, is_cut: bool) -> None:
        if not self._is_written:
            self._is_written = True
            body = bytes(self._kept)
            _write(self._call, lambda: self._call.columns(body, is_cut=is_cut))


def _write(call: Call, columns: Callable[[], dict[str, Any]]) -> None:
    try:
        _RECORD.execute(columns())
    except Exception:
        logger.exception("a call of account %s could not be written down", call.account_id)


def _is_database_away(request: HttpRequest) -> bool:
    """Tell whether the call failed because of that: waiting for it again helps nobody."""
    number, _ = getattr(request, "_refusal", (None, None))
    return number == SERVICE_UNAVAILABLE.number and connection.connection is None


def _is_read_later(request: HttpRequest, answer: StreamingHttpResponse) -> bool:
    """Tell whether what a stream sends is known only when it is sent."""
    return request.method != "HEAD" and not is_no_answer(answer) and not hasattr(answer, "_sent")
