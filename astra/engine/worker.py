"""What carries out what is due: one pass that is told, or the worker that passes for ever.

The worker is one process with one connection of its own; any number of them share the accounts.
"""

import contextlib
import functools
import itertools
import logging
import os
import select
import signal
import uuid
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import FrameType
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)

from astra.api.clock import monotonic_seconds, timestamp
from astra.api.dice import new_id
from astra.api.quantities import parse_instant
from astra.api.statements import fetch
from astra.engine.advancing import Advance, DueAccount, due_accounts
from astra.engine.barriers import advance_to, give_up_move
from astra.engine.chores import Trim, chores, trimmers
from astra.engine.pulse import alive_as_worker
from astra.engine.settling import Hop

logger = logging.getLogger(__name__)

# How long an account that raised is left alone: doubled each time it raises again.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
# How long the worker waits, at most, before it tries the lost database again.
LONGEST_RECONNECT_SECONDS = 5.0
# How long one account may keep the worker at a time; the rest of its way comes next time.
LONGEST_TURN_SECONDS = 0.2
# How long those that did not arrive last time may keep it in one pass, all of them together, and as
# long again whatever else is done to accounts: nobody else waits for longer.
LONGEST_SHARE_SECONDS = 0.3
# Between two passes, while somebody has not arrived or more is to be trimmed.
_BREATH_SECONDS = 0.02
# A plan made while a table was small shall not read all of it once it is large.
_SESSION = "SELECT set_config('enable_seqscan', 'off', false)"

T = TypeVar("T")
Stopping = Callable[[float], bool]


def instant(text: str) -> datetime:
    """Return the instant that an ISO-8601 text names, UTC unless it says otherwise.

    Raises ``ValueError``.
    """
    value = datetime.fromisoformat(text)
    return parse_instant((value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat())


def report(done: Advance) -> Iterator[str]:
    """Yield what a pass did, a line per step in order, then a summary."""
    yield from map(_line, done.hops)
    for account_id, at in done.clocks.items():
        yield f"The clock of account {account_id} stands at {timestamp(at)}."
    if done.count == 0:
        yield "Nothing was due."
    else:
        yield f"{done.count} transition{'' if done.count == 1 else 's'}."


def _line(hop: Hop) -> str:
    step = f"{timestamp(hop.at)} {hop.kind} {hop.resource_id} {hop.from_state} -> {hop.to_state}"
    return f"{step}: {hop.reason}" if hop.reason else step


def watch(*, interval_seconds: float, stopping: Stopping) -> None:
    """Pass after pass, carry out what is due in every account, until ``stopping`` says so.

    ``stopping`` waits that many seconds, less when it is time to stop, and tells whether it is. The
    database may go away meanwhile and come back.
    """
    worker = Worker(stopping)
    is_lost = False
    seconds = 0.0
    with own_connection(), alive_as_worker(new_id().hex):
        while not stopping(seconds):
            try:
                worker.set_up()
                worker.advance()
                worker.trim()
            except Error as error:
                # Whatever it was, a new connection is the way to a known state.
                connection.close()
                if not is_lost:
                    logger.warning("the database fails the worker, which tries again: %s", error)
                is_lost = True
                seconds = min(max(2 * seconds, 0.1), LONGEST_RECONNECT_SECONDS)
            else:
                if is_lost:
                    logger.warning("the database serves the worker again")
                is_lost = False
                seconds = _BREATH_SECONDS if worker.is_behind else interval_seconds


@dataclass(slots=True)
class _Pause:
    """How long an account is set aside."""

    ends_at: float
    length_seconds: float


@dataclass(slots=True)
class Worker:
    """What a worker remembers between passes."""

    stopping: Stopping
    _pauses: dict[uuid.UUID, _Pause] = field(default_factory=dict)
    # The accounts that did not arrive, whoever waits for longest first.
    _late: list[uuid.UUID] = field(default_factory=list)
    _trimmers: list[Trim] = field(default_factory=lambda: [make() for make in trimmers])
    _has_more: bool = False
    _session: Any = None

    def set_up(self) -> None:
        """Set a connection up that is new; for who has one of its own.

        Where nothing is prepared, no plan grows old, and the session may be others' too.
        """
        connection.ensure_connection()
        if connection.connection is not self._session and settings.ASTRA.prepare_statements:
            fetch(_SESSION)
            self._session = connection.connection

    @property
    def is_behind(self) -> bool:
        """Whether an account was left on its way, or something with more to trim than a lot."""
        return bool(self._late) or self._has_more

    def advance(self) -> int:
        """Pass once over the accounts with something due; return the number of hops.

        An account that raises is set aside for a while, and so is one that somebody else has until
        the next pass. What else is registered to be done to accounts comes first. Those with a long
        way come last, in turns, so that they hold up each other alone. Raises ``django.db.Error``
        when the database itself fails.
        """
        for chore in chores:
            for account_id in self._within_share(chore.accounts()):
                self._attempt(account_id, functools.partial(chore.act, account_id))
        due = {each.account_id: each for each in due_accounts()}
        late = [due.pop(account_id) for account_id in self._late if account_id in due]
        self._late = [each.account_id for each in late]
        return sum(map(self._take_turn, due.values())) + sum(
            map(self._take_turn, self._within_share(late))
        )

    def _within_share(self, items: Iterable[T]) -> Iterator[T]:
        """Yield one after another, for as long as the share lasts."""
        ends_at = monotonic_seconds() + LONGEST_SHARE_SECONDS
        return itertools.takewhile(lambda item: monotonic_seconds() < ends_at, items)

    def trim(self) -> int:
        """Keep what grows by itself within its cap, a lot of each; return how many rows were dropped."""
        done = [trim() for trim in self._trimmers]
        self._has_more = not all(each.is_all for each in done)
        return sum(each.rows for each in done)

    def _attempt(self, account_id: uuid.UUID, act: Callable[[], int | None]) -> int:
        """Do something to one account, unless it is set aside or it is time to stop."""
        pause = self._pauses.get(account_id)
        if (pause is not None and monotonic_seconds() < pause.ends_at) or self.stopping(0):
            return 0
        connection.ensure_connection()
        session = connection.connection
        try:
            count = act() or 0
        except Exception as error:
            # Django may have replaced a lost connection by now, without a word.
            if connection.connection is not session or not connection.is_usable():
                raise
            self._set_aside(account_id, error)
            return 0
        self._take_back(account_id)
        return count

    def _take_turn(self, due: DueAccount) -> int:
        if due.account_id in self._late:
            self._late.remove(due.account_id)
        return self._attempt(due.account_id, functools.partial(self._settle, due))

    def _settle(self, due: DueAccount) -> int:
        """Bring the account to its instant; a long way is left for the next pass, at a barrier."""
        ends_at = monotonic_seconds() + LONGEST_TURN_SECONDS

        def goes_on() -> bool:
            if monotonic_seconds() < ends_at and not self.stopping(0):
                return True
            self._late.append(due.account_id)
            return False

        try:
            return (
                advance_to(
                    due.account_id,
                    due.instant,
                    wait=False,
                    announced=due.moves_clock,
                    go_on=goes_on,
                )
                or 0
            )
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # It would fail as often as it is tried again.
            if due.moves_clock:
                give_up_move(due.account_id, due.instant)
            raise

    def _set_aside(self, account_id: uuid.UUID, error: Exception) -> None:
        before = self._pauses.get(account_id)
        seconds = FIRST_PAUSE_SECONDS
        if before is not None:
            seconds = min(before.length_seconds * 2, LONGEST_PAUSE_SECONDS)
        self._pauses[account_id] = _Pause(monotonic_seconds() + seconds, seconds)
        logger.error(
            "account %s could not be settled, it is set aside for %d s",
            account_id,
            seconds,
            exc_info=error,
            extra={"account": str(account_id)},
        )

    def _take_back(self, account_id: uuid.UUID) -> None:
        if self._pauses.pop(account_id, None) is not None:
            logger.warning("account %s is settled again", account_id)


@contextlib.contextmanager
def own_connection() -> Iterator[None]:
    """Within the block, this thread has a connection of its own, outside any pool.

    A pool would keep the worker waiting for a lost database, and could hand the session that is set
    up for it to somebody else.
    """
    shared = connections[DEFAULT_DB_ALIAS]
    own = deepcopy(shared.settings_dict)
    own["OPTIONS"].pop("pool", None)
    connections[DEFAULT_DB_ALIAS] = type(shared)(own, DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connection.close()
        connections[DEFAULT_DB_ALIAS] = shared


class StopSignals:
    """SIGTERM, SIGINT and others as a request to stop, in the main thread, obeyed at a safe moment."""

    def __init__(self, *others: signal.Signals) -> None:
        self.received = False
        self._numbers = (signal.SIGTERM, signal.SIGINT, *others)
        self._read_end, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Catch the signals; their arrival also ends a wait."""
        self._previous_fd = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in self._numbers:
            self._previous[number] = signal.signal(number, self._catch)
        return self

    def __exit__(self, *error: object) -> None:
        """Put back the handlers that were there before."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_fd)
        os.close(self._read_end)
        os.close(self._write_end)

    def wait(self, seconds: float) -> bool:
        """Sleep until the next signal, at most ``seconds``; tell whether to stop."""
        is_over = self.received or seconds <= 0
        if not is_over and select.select([self._read_end], [], [], seconds)[0]:
            os.read(self._read_end, 4096)
        return self.received

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self.received = True
