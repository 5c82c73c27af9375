"""Keeping every journal within its cap: the worker's part, never a request's.

An account may have some calls more than the cap before they are dropped, a lot at once; readers do
not see those. What was dropped is counted in a table that nobody else writes.
"""

from django.conf import settings

from astra.api.metrics import JOURNAL_DROPPED
from astra.api.statements import Statement
from astra.engine.chores import Trim, Trimmed, Trimmer
from astra.engine.settling import LOCK_CLASS

# How often a worker looks.
INTERVAL_SECONDS = 2.0
# The number of calls beyond the cap at which an account is trimmed: a tenth of it, but no more than
# this.
MOST_SLACK = 1000
# The cap of an account's calls that nobody of it made, if the other one is not lower: whoever has no
# right to call shall drive out no call of those who have.
MOST_WITHOUT_CALLER = 1000

_NEWEST = Statement("SELECT coalesce(max(sequence), 0) FROM journal_journalentry")

# What of one sort of calls an account has too many of.
_EXCESS = """
        SELECT account.id AS account_id, newest.sequence AS newest, {is_sort} AS is_of_user
        FROM account
        CROSS JOIN LATERAL (
            SELECT sequence FROM journal_journalentry
            WHERE account_id = account.id AND user_id IS {null}
            ORDER BY sequence DESC OFFSET %({cap})s LIMIT 1
        ) AS newest
        WHERE EXISTS (
            SELECT FROM journal_journalentry
            WHERE account_id = account.id AND user_id IS {null} AND sequence <= newest.sequence
            ORDER BY sequence DESC OFFSET %(slack)s
        )
"""
# One pass at a time, whoever makes it. An account that is being deleted or reset is left alone; what
# was written down for one that is gone goes, too.
_TRIM = Statement(f"""
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(%(class)s, 2) AS is_ours,
               set_config('lock_timeout', '10s', true)
    ), written AS MATERIALIZED (
        SELECT DISTINCT entry.account_id FROM journal_journalentry AS entry, turn
        WHERE turn.is_ours AND entry.sequence > %(since)s
    ), account AS MATERIALIZED (
        SELECT id FROM accounts_account WHERE id IN (SELECT account_id FROM written)
        FOR KEY SHARE SKIP LOCKED
    ), excess AS MATERIALIZED (
        {_EXCESS.format(is_sort="true", null="NOT NULL", cap="cap")}
        UNION ALL
        {_EXCESS.format(is_sort="false", null="NULL", cap="cap_without_caller")}
    ), trimmed AS (
        DELETE FROM journal_journalentry AS entry USING excess
        WHERE entry.account_id = excess.account_id AND entry.sequence <= excess.newest
          AND (entry.user_id IS NOT NULL) = excess.is_of_user
        RETURNING entry.account_id
    ), swept AS (
        DELETE FROM journal_journalentry WHERE account_id IN (
            SELECT account_id FROM written
            WHERE NOT EXISTS (SELECT FROM accounts_account WHERE id = written.account_id)
        )
    ), counted AS (
        INSERT INTO journal_journalloss AS loss (account_id, dropped)
        SELECT account_id, count(*) FROM trimmed GROUP BY account_id
        ON CONFLICT (account_id) DO UPDATE SET dropped = loss.dropped + excluded.dropped
    )
    SELECT count(*) FROM trimmed
""")


def new_trimmer() -> Trim:
    """Return what a worker calls, again and again."""
    return Trimmer(
        "journals", _NEWEST, lambda since: Trimmed(journals_trim(since=since)), INTERVAL_SECONDS
    ).trim


def journals_trim(*, since: int = 0) -> int:
    """Trim the journal of each account with a call after that number; return how many were dropped."""
    cap = settings.ASTRA.journal_cap
    row = _TRIM.fetch_one(
        {
            "class": LOCK_CLASS + 1,
            "since": since,
            "cap": cap,
            "cap_without_caller": min(cap, MOST_WITHOUT_CALLER),
            "slack": min(cap // 10, MOST_SLACK),
        }
    )
    count = int(row[0]) if row else 0
    JOURNAL_DROPPED.inc(count)
    return count
