"""Writing down a call before its answer leaves: a line at the end of a file, on the way of every request.

Whoever reads the journal finds it there (``astra.journal.draining``). Where processes that serve one
database have no folder in common (`ASTRA_JOURNAL_SPOOL=off`), or the line cannot be written, it is a row
at once: one statement, which commits by itself and does not wait for the disk. Nothing here draws from
an account's dice, and a call that cannot be written down, or not in the time that a call has, is answered
all the same.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.accounts.callers import Caller
from astra.api.problems import SERVICE_UNAVAILABLE
from astra.database.patience import within
from astra.faults.effects.of_calls import is_no_answer
from astra.journal.calls import BODY_MOST_BYTES, Call, account_of, body_of
from astra.journal.draining import drain, insert
from astra.journal.spool import spool

logger = logging.getLogger(__name__)

# What writing down may take of a call that has used up its own time.
_LEAST_SECONDS = 1.0


def record(request: HttpRequest, answer: HttpResponseBase, started_at: datetime) -> None:
    """Write down a call of an account that exists; of a stream, when its last piece is to leave."""
    if not settings.ASTRA.journal_cap:
        return
    account_id = account_of(request)
    if account_id is None:
        return
    call = Call(account_id, request, answer, started_at)
    caller = call.caller
    if caller is None:
        if not _is_database_away(request):
            _write(call, call.columns_without_caller)
    elif isinstance(answer, StreamingHttpResponse) and _is_read_later(request, answer):
        pieces: Any = answer.streaming_content
        answer.streaming_content = _Recorded(pieces, call, caller)
    else:
        body, is_cut = body_of(request, answer)
        _write(call, lambda: call.columns(caller, body, is_cut=is_cut))


class _Recorded(Iterator[bytes]):
    """The pieces of an answer, one behind: with the last in hand, the call is written down."""

    def __init__(self, pieces: Iterable[bytes], call: Call, caller: Caller) -> None:
        self._pieces = iter(pieces)
        self._call = call
        self._caller = caller
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
            _write(self._call, lambda: self._call.columns(self._caller, body, is_cut=is_cut))


def _write(call: Call, columns: Callable[[], dict[str, Any] | None]) -> None:
    left = settings.ASTRA.call_seconds - call.seconds_passed()
    try:
        with within(max(left, _LEAST_SECONDS)):
            if (values := columns()) is not None:
                _keep(orjson.dumps(values))
    except Exception:
        logger.exception("a call of account %s could not be written down", call.account_id)


def _keep(line: bytes) -> None:
    if settings.ASTRA.journal_spool:
        if spool().append(line):
            return
        # Those before it come first.
        drain()
    insert(line)


def _is_database_away(request: HttpRequest) -> bool:
    """Tell whether the call failed because of that: waiting for it again helps nobody."""
    number, _ = getattr(request, "_refusal", (None, None))
    return number == SERVICE_UNAVAILABLE.number and connection.connection is None


def _is_read_later(request: HttpRequest, answer: StreamingHttpResponse) -> bool:
    """Tell whether what a stream sends is known only when it is sent."""
    return request.method != "HEAD" and not is_no_answer(answer) and not hasattr(answer, "_sent")
