"""Sessions of the admin site that have expired: the worker drops them, as Django leaves them there."""

from astra.api.statements import Statement
from astra.engine.chores import Trim, Trimmed, Trimmer

INTERVAL_SECONDS = 300.0
# How many go in one statement.
LOT = 5000

# When the one of them ended that ended last.
_NEWEST = Statement("""
    SELECT coalesce(max(extract(epoch FROM expire_date) * 1e6)::bigint, 0) FROM django_session
    WHERE expire_date < statement_timestamp()
""")
_TRIM = Statement(f"""
    WITH gone AS (
        DELETE FROM django_session WHERE session_key IN (
            SELECT session_key FROM django_session WHERE expire_date < statement_timestamp()
            LIMIT {LOT} FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*), count(*) < {LOT} FROM gone
""")


def logins_trim() -> Trimmed:
    """Drop sessions of the admin site that have expired, by a lot at most."""
    row = _TRIM.fetch_one({})
    return Trimmed(*row) if row else Trimmed(0)


def new_trimmer() -> Trim:
    """Return what a worker calls, again and again."""
    return Trimmer("logins", _NEWEST, lambda since: logins_trim(), INTERVAL_SECONDS).trim
