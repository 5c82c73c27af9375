"""What the web server calls for each request, instead of its own way to call a WSGI application.

A thread is for a request that has something to do. In the web server's own way it also waits: for a body
that never comes, for the seconds of a fault rule. But what the web server hands over with a request takes
the answer from any thread, at any time; so a body can be given up, and a wait needs no thread.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from django.conf import settings

from astra.api.statements import release
from astra.api.waits import CROWD, Wait
from astra.server.bodies import Body, give_up_on_silence
from astra.server.crowd import Crowd
from astra.server.waiting import WaitingRoom

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# An answer that ends before its length makes the web server close the connection.
_BROKEN_OFF = (408, [("Content-Length", "1")])


class Taker(Protocol):
    """Takes the answer to a request; a second one goes nowhere."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Take an answer in one piece."""

    def response_iter(self, status: int, headers: Headers, body: "_Pieces") -> None:
        """Take an answer piece by piece, and return when its reader has had them or is gone."""


class _Pieces:
    """An answer in pieces, as the web server wants them: each piece is made with a session of its own.

    While its reader takes one, which may be for ever, others have the session.
    """

    __slots__ = ("_make", "close")

    def __init__(self, answer: Any) -> None:
        self._make = iter(answer).__next__
        self.close = getattr(answer, "close", lambda: None)

    def __next__(self) -> bytes:
        try:
            piece: bytes = self._make()
        finally:
            release()
        return piece


class _Start:
    """What WSGI calls `start_response`."""

    __slots__ = ("headers", "status")

    def __call__(self, status: str, headers: Headers, exc_info: object = None) -> None:
        self.status = int(status[:3])
        self.headers = headers


def answering(
    application: Application, options: Environ, log_format: str | None = None
) -> Callable[[Taker, Environ], None]:
    """Return what the web server is to call, given what it makes its own way of."""
    crowd = Crowd(most=max(1, settings.ASTRA.connections // 4))
    room = WaitingRoom()
    give_up_on_silence()
    common: Environ = {
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CROWD: crowd,
    }

    def answer(taker: Taker, environ: Environ) -> None:
        sent = Body(
            environ["wsgi.input"], lambda: taker.response_iter(*_BROKEN_OFF, _Pieces(iter(())))
        )
        carry_out(taker, common | environ | {"wsgi.input": sent})

    def carry_out(taker: Taker, environ: Environ) -> None:
        start = _Start()
        try:
            answer: Any = application(environ, start)
            if getattr(answer, "streaming", True):
                release()
                taker.response_iter(start.status, start.headers, _Pieces(answer))
            else:
                taker.response_bytes(start.status, start.headers, answer.content)
                answer.close()
        except Wait as wait:
            room.enter(wait.seconds, partial(carry_out, taker, environ | wait.environ))
        except BaseException:
            crowd.leave(environ)
            raise
        else:
            crowd.leave(environ)

    return answer
