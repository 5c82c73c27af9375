"""Bodies whose senders have so long for each piece, and no longer."""

import threading
import time
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from astra.api.clock import monotonic_seconds
from astra.api.requests import Overdue
from astra.database.patience import postpone

PIECE_BYTES = 64 * 1024
SECONDS = 10.0
_LOOK_SECONDS = 0.5


class Body:
    """What WSGI calls `wsgi.input`: what the web server has of a body, as it comes.

    Reading holds a thread of the web server until something comes. On whoever sends neither a piece of
    ``PIECE_BYTES`` nor the end in ``SECONDS`` it is given up: ``give_up`` has the web server close the
    connection, which ends the wait, and what was asked of the body raises ``Overdue``.
    """

    def __init__(self, sent: Any, give_up: Callable[[], None]) -> None:
        self._sent = sent
        self.give_up = give_up

    def read(self, size: int | None = None) -> bytes:
        """Return so many bytes, fewer only at the end; None: all."""
        left = inf if size is None or size < 0 else size
        pieces = []
        while left > 0:
            wanted = int(min(left, PIECE_BYTES))
            piece = self._asked(self._sent.read, wanted)
            pieces.append(piece)
            left -= len(piece)
            if len(piece) < wanted:
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line."""
        return self._asked(self._sent.readline, size)

    def readlines(self, hint: int | None = None) -> list[bytes]:
        """Return the lines that are left."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _asked(self, ask: Callable[[Any], bytes], of: int | None) -> bytes:
        began = _awaited[self] = monotonic_seconds()
        found = ask(of)
        postpone(monotonic_seconds() - began)
        if _awaited.pop(self, None) is None:
            raise Overdue
        return found


# What is waited for, and since when: the longest first.
_awaited: dict[Body, float] = {}


def give_up_on_silence() -> None:
    """Look after the bodies of this process, in a thread of its own, for as long as it lives."""
    threading.Thread(target=_watch, name="bodies", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        give_up(SECONDS)


def give_up(seconds: float, *, most: float = inf) -> None:
    """Give up on bodies that were waited for so long, the longest first, no more than so many."""
    before = monotonic_seconds() - seconds
    for body, began in list(_awaited.items()):
        if began > before or most <= 0:
            break
        # Whoever takes it from there decides: the reader, for whom it came, or this thread.
        if _awaited.pop(body, None) is not None:
            body.give_up()
            most -= 1
