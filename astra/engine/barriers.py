"""Moving an account through time: from barrier to barrier, in order.

Rows meet only at barriers (here: a schedule firing; the end of the move). For each barrier instant:
settle every row due up to it, move the clock to it, then fire. Each barrier commits together with
the clock, so state and clock always agree and a long move can be left and taken up again. Source:
`docs/architecture.md`, 'Barriers keep order'.
"""

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from astra.accounts.models import Account
from astra.api.clock import real_now
from astra.api.metrics import TRANSITIONS
from astra.api.statements import Statement
from astra.engine.outbox import listens
from astra.engine.registry import Registration, registrations
from astra.engine.settling import Hop, lock_account, settle_due

# Whoever holds the clock's row shared (a create under way) ends before a manual clock moves, and
# what it made is settled with the rest.
_HOLD_CLOCK = Statement("""
    SELECT clock_target = %(to)s FROM accounts_account
    WHERE id = %(account)s AND clock_rate = 0
      AND (clock_sim < %(to)s OR clock_sim = %(to)s AND clock_target = %(to)s)
    FOR NO KEY UPDATE
""")
_MOVE_CLOCK = Statement("""
    UPDATE accounts_account
    SET clock_sim = %(to)s, clock_real = %(now)s,
        clock_target = CASE WHEN clock_target > %(to)s OR %(goes_on)s THEN clock_target END
    WHERE id = %(account)s AND clock_rate = 0
      AND (clock_sim < %(to)s OR clock_target <= %(to)s AND clock_sim = %(to)s)
""")
# Rows that somebody keeps locked shall not hold up for ever whoever has other accounts to settle.
_PATIENCE = "10s"
_LATER = Statement("SET LOCAL synchronous_commit = off")


@dataclass(frozen=True, slots=True, eq=False)
class BarrierSource:
    """What makes barriers: something that fires at instants of its own.

    ``table`` has `account_id` and, in ``column``, the next instant (NULL: never), with an index on
    both. ``fire`` does everything due at exactly that instant, and sets the next one;
    ``after_settling`` does what follows from rows that have reached an end.
    """

    table: str
    column: str
    fire: Callable[[uuid.UUID, datetime], None]
    after_settling: Callable[[uuid.UUID], None]


barrier_sources: list[BarrierSource] = []


def watched() -> list[tuple[str, str]]:
    """Return table and column of whatever becomes due: of barriers, then of the kinds."""
    barriers = [(item.table, item.column) for item in barrier_sources]
    return barriers + [(item.table, "next_transition_at") for item in registrations()]


def advance_to(
    account_id: uuid.UUID,
    instant: datetime,
    *,
    wait: bool = True,
    hops: list[Hop] | None = None,
    announced: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> int | None:
    """Bring the account to an instant, barrier by barrier, each in a transaction of its own.

    A manual clock that stands before the instant moves with the barriers; when it arrives where it
    was on its way to, that move is over. ``announced``: it is such a move, which ends early when
    somebody has put the account back. ``go_on`` is asked after each barrier; when it says no, the
    rest is left for another call. Returns the number of hops
    (which are added to ``hops`` if that is given), or None when somebody else has the account and
    ``wait`` is false.
    """
    count = 0
    is_under_way = False
    while True:
        taken: list[Hop] | None = None if hops is None else []
        with transaction.atomic():
            patience = None if wait else _PATIENCE
            if not lock_account(account_id, wait=wait or is_under_way, patience=patience):
                return None
            clock = {"account": account_id, "to": instant, "now": real_now()}
            held = _HOLD_CLOCK.fetch_one(clock)
            if announced and (held is None or not held[0]):
                return count
            barrier, kinds, tells = _due(account_id, instant)
            until = instant if barrier is None else barrier
            settled = settle_due(account_id, until, kinds=kinds, hops=taken, tells=tells)
            for source in barrier_sources:
                if settled:
                    source.after_settling(account_id)
            _MOVE_CLOCK.execute(clock | {"to": until, "goes_on": barrier is not None})
            if barrier is not None:
                for source in barrier_sources:
                    source.fire(account_id, barrier)
                # The last commit of the way waits for the disk, and with it for these.
                _LATER.execute({})
        is_under_way = True
        count += settled
        TRANSITIONS.inc(settled)
        if hops is not None and taken:
            hops.extend(taken)
        if barrier is None or not go_on():
            return count


def give_up_move(account_id: uuid.UUID, target: datetime) -> None:
    """Let a clock that could not be moved to the instant stay where it is."""
    Account.objects.filter(id=account_id, clock_target=target).update(clock_target=None)


def _due(
    account_id: uuid.UUID, until: datetime
) -> tuple[datetime | None, list[Registration], bool]:
    """Return the earliest instant up to ``until`` at which something fires, the kinds of which
    anything is due by ``until``, and whether anybody listens to the account.
    """
    kinds = list(registrations())
    row = _due_statement(tuple(watched())).fetch_one({"account": account_id})
    assert row is not None
    *instants, tells = row
    barriers = [at for at in instants[: len(barrier_sources)] if at is not None and at <= until]
    due = [
        kind
        for kind, at in zip(kinds, instants[len(barrier_sources) :], strict=True)
        if at is not None and at <= until
    ]
    return min(barriers, default=None), due, tells


@functools.cache
def _due_statement(columns: tuple[tuple[str, str], ...]) -> Statement:
    earliest = (
        f"(SELECT min({column}) FROM {table} WHERE account_id = %(account)s)"
        for table, column in columns
    )
    return Statement(f"SELECT {', '.join(earliest)}, {listens()}")
