"""Advancing: which accounts have something due, and settling them one after another.

The worker, the `advance_backups` command and the admin all come through here.
"""

import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from astra.api.clock import real_now
from astra.simulation.registry import registrations
from astra.simulation.settling import LOCK_CLASS, Hop, settle_account

logger = logging.getLogger(__name__)

# Second key of the lock that a living worker holds shared; account keys are hashes and may equal it,
# at the cost of one skipped pass.
WORKER_KEY = 1


@dataclass(slots=True)
class Advance:
    """What one pass did: the hops in order, and the accounts that failed with their errors."""

    hops: list[Hop] = field(default_factory=list)
    failures: dict[uuid.UUID, Exception] = field(default_factory=dict)


def advance(*, at: datetime | None = None, account_id: uuid.UUID | None = None) -> Advance:
    """Settle every account with something due, each in its own transaction.

    ``at`` stands in for the accounts' own instants (as if it were that time); ``account_id`` limits
    the pass to one account. An account that another worker has is left to it. An account that fails
    is set aside: the others go on, and the failure is returned.
    """
    done = Advance()
    for due_id, instant in due_accounts(at=at, account_id=account_id):
        try:
            done.hops.extend(settle_account(due_id, instant, wait=False) or ())
        except Exception as error:
            logger.exception("account %s could not be settled", due_id)
            done.failures[due_id] = error
    done.hops.sort(key=lambda hop: hop.at)
    return done


def due_accounts(
    *, at: datetime | None = None, account_id: uuid.UUID | None = None
) -> Iterator[tuple[uuid.UUID, datetime]]:
    """Yield the accounts with a due transition, and the instant to settle them at."""
    probes = " OR ".join(
        f"EXISTS (SELECT FROM {item.table} WHERE account_id = account.id"
        " AND next_transition_at <= clock.instant)"
        for item in registrations()
    )
    statement = f"""
        SELECT account.id, clock.instant
        FROM accounts_account account
        CROSS JOIN LATERAL (SELECT coalesce(
            %(at)s::timestamptz,
            account.clock_sim + (%(now)s - account.clock_real) * account.clock_rate
        ) AS instant) AS clock
        WHERE (%(account)s::uuid IS NULL OR account.id = %(account)s) AND ({probes})
        ORDER BY account.created_at, account.id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at, "now": real_now(), "account": account_id})
        yield from cursor.fetchall()


def announce_worker() -> None:
    """Mark this session as a living worker, for as long as its connection lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK_CLASS, WORKER_KEY])


def worker_is_alive() -> bool:
    """Tell whether any worker is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objid = %s AND mode = 'ShareLock' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK_CLASS, WORKER_KEY],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
