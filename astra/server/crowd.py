"""How many calls of one account may be under way, so that those of the others find room."""

import threading
import uuid
from typing import Any

from astra.api.turns import unavailable
from astra.api.waits import ACCOUNT


class Crowd:
    """Counts the calls of each account that are under way in this process, at most ``most``.

    They end when their answer has been read: whoever waits, for a lock, a delay or a reader, counts.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._counts: dict[uuid.UUID, int] = {}
        self._lock = threading.Lock()

    def enter(self, account_id: uuid.UUID) -> None:
        """Count a call more. Raises problem 24 (503) where there are too many."""
        with self._lock:
            count = self._counts.get(account_id, 0)
            if count < self._most:
                self._counts[account_id] = count + 1
                return
        # An idle connection would keep room too.
        raise unavailable(Connection="close")

    def leave(self, environ: dict[str, Any]) -> None:
        """Count the call of a request no more, if it was counted."""
        account_id = environ.pop(ACCOUNT, None)
        if account_id is None:
            return
        with self._lock:
            count = self._counts.pop(account_id) - 1
            if count:
                self._counts[account_id] = count
