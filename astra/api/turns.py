"""Turns: how many calls about one account may be at work, so that a locked one leaves room for others.

Whoever is at work may hold a session of the database, and wait with it for a lock, of which there are
few. The others wait here, where they hold nothing but a thread, in the order in which they came.
"""

import functools
import threading
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from astra.api.problems import RETRY_AFTER_SECONDS, SERVICE_UNAVAILABLE, ApiProblem
from astra.database.patience import seconds_left, within


class Turns:
    """At most ``most`` at a time of each key; ``most_waiting`` wait for theirs."""

    def __init__(self, *, most: int, most_waiting: int) -> None:
        self._most, self._most_waiting = most, most_waiting
        self._lock = threading.Lock()
        self._at_work: dict[Hashable, int] = {}
        self._waiting: dict[Hashable, deque[threading.Lock]] = {}

    def enter(self, key: Hashable) -> None:
        """Return when it is the caller's turn, which it ends with ``leave``.

        Raises problem 24 (503) at once when too many wait, or when this thread may not wait longer.
        """
        with self._lock:
            count = self._at_work.get(key, 0)
            if count < self._most:
                self._at_work[key] = count + 1
                return
            line = self._waiting.setdefault(key, deque())
            if len(line) >= self._most_waiting:
                raise unavailable()
            called = threading.Lock()
            called.acquire()
            line.append(called)
        left = seconds_left()
        if called.acquire(timeout=-1 if left is None else left):
            return
        with self._lock:
            if called in line:
                line.remove(called)
                raise unavailable()
        # It was called in the very moment.

    def leave(self, key: Hashable) -> None:
        """Call whoever waits longest."""
        with self._lock:
            line = self._waiting.get(key)
            if line:
                line.popleft().release()
                return
            self._waiting.pop(key, None)
            count = self._at_work.pop(key) - 1
            if count:
                self._at_work[key] = count

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[None]:
        """Have a turn within the block."""
        self.enter(key)
        try:
            yield
        finally:
            self.leave(key)


def unavailable(**headers: str) -> ApiProblem:
    """Return the refusal of what would have to wait, but may not."""
    headers["Retry-After"] = RETRY_AFTER_SECONDS
    return ApiProblem(SERVICE_UNAVAILABLE, headers=headers)


# About each account: calls of it, and control calls about it. All control calls leave room for calls.
_CONTROLS_OF_ACCOUNT = 4


@functools.cache
def turns_of_writes() -> Turns:
    """Return the turns of calls of the API that may wait for a lock, by account."""
    return Turns(most=max(1, settings.ASTRA.db_pool_size // 3), most_waiting=_most_waiting())


@functools.cache
def turns_of_reads() -> Turns:
    """Return those of all others, which wait for nobody, but may have much to read."""
    return Turns(most=max(1, settings.ASTRA.db_pool_size // 4), most_waiting=_most_waiting())


@functools.cache
def _turns_of_controls() -> tuple[Turns, Turns]:
    half = max(1, settings.ASTRA.db_pool_size // 2)
    most_waiting = _most_waiting()
    return (
        Turns(most=min(half, _CONTROLS_OF_ACCOUNT), most_waiting=most_waiting),
        Turns(most=half, most_waiting=most_waiting),
    )


def _most_waiting() -> int:
    return max(1, settings.ASTRA.connections // 4)


@contextmanager
def turn_of_control(account_id: str) -> Iterator[None]:
    """Have the turn of a control call about an account, or about none, within the block.

    Raises problem 24 (503) when that does not come in time.
    """
    of_account, of_all = _turns_of_controls()
    with ExitStack() as turns:
        with within(settings.ASTRA.control_seconds):
            turns.enter_context(of_account.turn(account_id))
            turns.enter_context(of_all.turn(None))
        yield
