"""Keeping the history of every account within its cap: the worker's part.

Of what is there, the whole history stays. What is gone leaves with its whole history, whoever has been
gone for longest first: no history ever has a gap.
"""

from django.conf import settings

from astra.api.statements import Statement
from astra.engine.chores import Trim, Trimmed, Trimmer
from astra.engine.models import DELETED
from astra.engine.settling import LOCK_CLASS

INTERVAL_SECONDS = 30.0
# How many histories go in one statement, of all accounts.
LOT = 5000

_NEWEST = Statement("SELECT coalesce(max(id), 0) FROM engine_transition")

# One pass at a time, whoever makes it. An account that is being deleted or reset is left alone.
_TRIM = Statement(f"""
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(%(class)s, 3) AS is_ours,
               set_config('lock_timeout', '10s', true)
    ), written AS MATERIALIZED (
        SELECT DISTINCT step.account_id FROM engine_transition AS step, turn
        WHERE turn.is_ours AND step.id > %(since)s
    ), account AS MATERIALIZED (
        SELECT id FROM accounts_account WHERE id IN (SELECT account_id FROM written)
        FOR KEY SHARE SKIP LOCKED
    ), excess AS MATERIALIZED (
        SELECT account.id AS account_id, newest.at
        FROM account
        CROSS JOIN LATERAL (
            SELECT at FROM engine_transition WHERE account_id = account.id
            ORDER BY at DESC, id DESC OFFSET %(cap)s LIMIT 1
        ) AS newest
    ), gone AS MATERIALIZED (
        SELECT step.account_id, step.kind, step.resource_id
        FROM excess
        JOIN engine_transition AS step
          ON step.account_id = excess.account_id AND step.at <= excess.at
        WHERE step.to_state = '{DELETED}'
        ORDER BY step.at LIMIT {LOT}
    ), trimmed AS (
        DELETE FROM engine_transition AS step USING gone
        WHERE step.account_id = gone.account_id AND step.kind = gone.kind
          AND step.resource_id = gone.resource_id
        RETURNING 1
    )
    SELECT count(*), (SELECT count(*) < {LOT} FROM gone) FROM trimmed
""")


def histories_trim(*, since: int = 0) -> Trimmed:
    """Trim the history of each account with a step after that number, by a lot at most."""
    row = _TRIM.fetch_one(
        {"class": LOCK_CLASS + 1, "since": since, "cap": settings.ASTRA.history_cap}
    )
    return Trimmed(*row) if row else Trimmed(0)


def new_trimmer() -> Trim:
    """Return what a worker calls, again and again."""
    return Trimmer(
        "histories", _NEWEST, lambda since: histories_trim(since=since), INTERVAL_SECONDS
    ).trim
