"""What several threads of a process want of the database at the same time, asked in one go.

While one asks, those that come are queued; once it has its answer, the first of them asks for all that
wait by then. Many then share one statement, one commit and one wait for the disk. Who comes alone asks
at once and for itself: nobody waits for others to come, and no thread is kept for it.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import OperationalError, connection

from astra.database.patience import seconds_left
from astra.database.sessions import Late

Wanted = TypeVar("Wanted")
Got = TypeVar("Got")

# Whoever asks may be held up by a lock: who has waited so long for that asks beside it.
LONGEST_SECONDS = 0.1


class _Turn(Generic[Wanted, Got]):
    """One that wants something: what came of it, or that it is to ask."""

    __slots__ = ("asks", "error", "got", "told", "wanted")

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.asks = False
        self.got: Got
        self.error: BaseException | None = None
        # Held until it is told either.
        self.told = threading.Lock()
        self.told.acquire()


@dataclass(slots=True)
class _Line:
    """Who waits, while so many ask."""

    asking: int = 1
    waiting: list[Any] = field(default_factory=list)


class Grouped(Generic[Wanted, Got]):
    """A question that threads ask at the same time, each for something else."""

    def __init__(self, ask: Callable[[Any, Sequence[Wanted]], Sequence[Got]]) -> None:
        """``ask``: asks for several things of one key, by one statement; returns an answer to each."""
        self._ask = ask
        self._lines: dict[Hashable, _Line] = {}
        self._guard = threading.Lock()

    def ask(self, key: Hashable, wanted: Wanted) -> Got:
        """Return the answer, asked for together with what others want of the same key.

        Within a transaction it is asked for alone. Raises Django's database errors: those that it
        causes itself, or that the server was lost, or did not answer in time.
        """
        if connection.in_atomic_block:
            return self._alone(key, wanted)
        turn: _Turn[Wanted, Got] = _Turn(wanted)
        group = self._queued(key, turn)
        if group:
            self._lead(key, group)
        if turn.error is None:
            return turn.got
        if len(group) == 1:
            raise turn.error
        if getattr(turn.error.__cause__, "sqlstate", None) is not None:
            # The server refused all for the sake of one, and nothing is left of any.
            return self._alone(key, wanted)
        raise OperationalError(str(turn.error)) from turn.error.__cause__ or turn.error

    def _alone(self, key: Hashable, wanted: Wanted) -> Got:
        (got,) = self._ask(key, [wanted])
        return got

    def _queued(self, key: Hashable, turn: _Turn[Wanted, Got]) -> list[_Turn[Wanted, Got]]:
        """Return for whom this one is to ask, itself the first, or nobody: then it has been asked for."""
        with self._guard:
            line = self._lines.get(key)
            if line is None:
                self._lines[key] = _Line()
                return [turn]
            line.waiting.append(turn)
        left = seconds_left()
        longest = LONGEST_SECONDS if left is None else min(left, LONGEST_SECONDS)
        if not turn.told.acquire(timeout=longest):
            with self._guard:
                if turn in line.waiting:
                    line.asking += 1
                    # Others may have come before it, and may wait for longer.
                    line.waiting.remove(turn)
                    return [turn, *_taken(line)]
            left = seconds_left()
            if not turn.told.acquire(timeout=-1 if left is None else left):
                raise OperationalError from Late()
        if not turn.asks:
            return []
        # Whoever came while this thread woke up goes along.
        with self._guard:
            return [turn, *_taken(line)]

    def _lead(self, key: Hashable, group: list[_Turn[Wanted, Got]]) -> None:
        try:
            for turn, got in zip(
                group, self._ask(key, [each.wanted for each in group]), strict=True
            ):
                turn.got = got
        except BaseException as error:
            for turn in group:
                turn.error = error
        self._hand_over(key)
        for turn in group[1:]:
            turn.told.release()

    def _hand_over(self, key: Hashable) -> None:
        """Let the first of those who wait ask for all of them."""
        with self._guard:
            line = self._lines[key]
            if line.waiting:
                first = line.waiting.pop(0)
                first.asks = True
                first.told.release()
                return
            line.asking -= 1
            if not line.asking:
                del self._lines[key]


def _taken(line: _Line) -> list[Any]:
    group, line.waiting = line.waiting, []
    return group
