"""What the worker does beside settling: each app adds its part when it is ready.

The engine may not import what it does this for.
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from django.db import connection

from astra.api.clock import monotonic_seconds
from astra.api.statements import Statement

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done to single accounts, before what is due in any.

    ``accounts``: those it is to be done to by now. An account that raises is set aside for a while.
    """

    accounts: Callable[[], Iterable[uuid.UUID]]
    act: Callable[[uuid.UUID], None]


class Trimmed(NamedTuple):
    """How many rows a pass dropped, and whether that was all there was to do."""

    rows: int
    is_all: bool = True


# One look at what grows by itself: does what is too much of it away, a lot at most.
Trim: TypeAlias = Callable[[], Trimmed]


@dataclass(slots=True)
class Trimmer:
    """What a worker remembers of trimming one thing: when, and up to where it has looked.

    ``newest``: the statement of the greatest number of a row so far; ``act`` trims the accounts that
    have a row after a number. What it left is dropped in the next pass of the worker, which comes at
    once: whatever an interval brings is gone in the end, and others wait for a lot at most.
    """

    what: str
    newest: Statement
    act: Callable[[int], Trimmed]
    interval_seconds: float
    _again_at: float = 0.0
    # The newest row at the last pass, and at the one before: what was being written at that time has
    # been by now.
    _newest: int = 0
    _newest_before: int = 0

    def trim(self) -> Trimmed:
        """Drop what is beyond the cap, a lot at most, unless it is too early.

        Only accounts with new rows are looked at. Raises ``django.db.Error`` when the connection is
        lost; any other failure is left for later.
        """
        now = monotonic_seconds()
        if now < self._again_at:
            return Trimmed(0)
        self._again_at = now + self.interval_seconds
        try:
            return self._pass()
        except Exception:
            if not connection.is_usable():
                raise
            logger.exception("%s could not be trimmed", self.what)
            return Trimmed(0)

    def _pass(self) -> Trimmed:
        (newest,) = self.newest.fetch_one({}) or (0,)
        if newest == self._newest_before:
            return Trimmed(0)
        done = self.act(self._newest_before)
        if done.is_all:
            self._newest_before, self._newest = self._newest, newest
        else:
            self._again_at = 0.0
        return done


chores: list[Chore] = []
# What makes something that trims, once per worker; it may remember its last look.
trimmers: list[Callable[[], Trim]] = []
