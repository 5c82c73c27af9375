"""Advancing: which accounts have something due, and settling them one after another.

The worker, the command that advances and the admin all come through here.
"""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from astra.accounts.callers import Caller
from astra.accounts.clocks import clock_sql
from astra.api.clock import real_now
from astra.api.statements import fetch
from astra.engine.barriers import advance_to, watched
from astra.engine.settling import Hop

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueAccount:
    """An account to settle, at which instant; ``moves_clock``: its clock stands before that."""

    account_id: uuid.UUID
    instant: datetime
    moves_clock: bool


@dataclass(slots=True)
class Advance:
    """What one pass did.

    ``hops`` in order, unless only their number was wanted; the ``clocks`` that were moved;
    ``failures``: the accounts that raised, with their errors.
    """

    count: int = 0
    hops: list[Hop] = field(default_factory=list)
    clocks: dict[uuid.UUID, datetime] = field(default_factory=dict)
    failures: dict[uuid.UUID, Exception] = field(default_factory=dict)


def advance(
    *,
    at: datetime | None = None,
    account_id: uuid.UUID | None = None,
    keep_hops: bool = True,
) -> Advance:
    """Advance every account with something due, barrier by barrier.

    ``at`` stands in for the accounts' own instants (as if it were that time), and moves manual
    clocks forward to it; ``account_id`` limits the pass to one account. An account that somebody
    else has comes last, so that two passes at once share the work. An account that fails is set
    aside: the others go on, and the failure is returned.
    """
    done = Advance()
    hops = done.hops if keep_hops else None
    busy = _advance_each(done, due_accounts(at=at, account_id=account_id), hops, wait=False)
    _advance_each(done, busy, hops, wait=True)
    done.hops.sort(key=lambda hop: hop.at)
    return done


def _advance_each(
    done: Advance, due: Iterable[DueAccount], hops: list[Hop] | None, *, wait: bool
) -> list[DueAccount]:
    """Settle the accounts; return those that somebody else has."""
    busy = []
    for each in due:
        try:
            count = advance_to(each.account_id, each.instant, wait=wait, hops=hops)
        except Exception as error:
            logger.exception("account %s could not be settled", each.account_id)
            done.failures[each.account_id] = error
            continue
        if count is None:
            busy.append(each)
            continue
        done.count += count
        if each.moves_clock:
            done.clocks[each.account_id] = each.instant
    return busy


def settle_at_once(caller: Caller) -> None:
    """Bring the account of a call to its present instant, as the call has made something due by then.

    A settling that fails undoes nothing of the call: what is due then, the worker carries out.
    """
    try:
        advance_to(caller.account_id, max(caller.due))
    except Exception:
        logger.exception("account %s could not be settled", caller.account_id)


def due_accounts(
    *, at: datetime | None = None, account_id: uuid.UUID | None = None
) -> list[DueAccount]:
    """Return the accounts with a due transition or a clock to move, oldest first."""
    # The earliest of each kind, not any that is due: of that the planner thinks there are many, and
    # reads the table for them.
    probes = " OR ".join(
        f"(SELECT min({column}) FROM {table} WHERE account_id = account.id) <= clock.instant"
        for table, column in watched()
    )
    statement = f"""
        SELECT account.id, clock.instant, clock.moves
        FROM accounts_account account
        CROSS JOIN LATERAL (SELECT
            coalesce(
                %(at)s::timestamptz,
                account.clock_target,
                {clock_sql("%(now)s", "account")}
            ) AS instant,
            account.clock_rate = 0 AND coalesce(
                account.clock_sim < %(at)s::timestamptz, account.clock_target IS NOT NULL
            ) AS moves) AS clock
        WHERE (%(account)s::uuid IS NULL OR account.id = %(account)s)
          AND (clock.moves OR {probes})
        ORDER BY account.created_at, account.id
    """
    rows = fetch(statement, {"at": at, "now": real_now(), "account": account_id})
    return [DueAccount(*row) for row in rows]


def lag_seconds() -> float:
    """Return for how many real seconds the oldest thing due in any account has been due."""
    instants = ", ".join(
        f"(SELECT min({column}) FROM {table} WHERE account_id = account.id)"
        for table, column in watched()
    )
    statement = f"""
        SELECT max(extract(epoch FROM clock.instant - due.at) / account.clock_rate)
        FROM accounts_account account
        CROSS JOIN LATERAL (SELECT {clock_sql("%(now)s", "account")} AS instant) AS clock
        CROSS JOIN LATERAL (SELECT least({instants}) AS at) AS due
        WHERE account.clock_rate > 0 AND due.at < clock.instant
    """
    ((lag,),) = fetch(statement, {"now": real_now()})
    return float(lag or 0)
