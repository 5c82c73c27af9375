"""Panel: how many backups ended when, and how, by the accounts' clocks, from their history."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from astra.accounts.clocks import clock_sql
from astra.api.clock import real_now
from astra.api.statements import fetch
from backups.admin.dashboard.scope import (
    ALL,
    MINUTE,
    SPANS,
    WIDTHS,
    Scope,
    Span,
    distance_label,
    instant_label,
    suitable,
)
from backups.lifecycle import APP_BACKUP

# No more ends are counted, the newest of each account first.
MOST_ENDS = 50_000
STATES = APP_BACKUP.final

_CLOCKS = f"""
    clocks AS (
        SELECT id, {clock_sql("%(real)s")} AS now
        FROM accounts_account WHERE %(account)s::uuid IS NULL OR id = %(account)s
        ORDER BY created_at DESC
    )
"""

_NEWEST = f"""
    WITH {_CLOCKS}
    SELECT min(extract(epoch FROM now - newest.at))::float8
    FROM clocks CROSS JOIN LATERAL (
        SELECT at FROM engine_transition
        WHERE account_id = clocks.id AND kind = %(kind)s AND to_state = ANY(%(final)s)
        ORDER BY at DESC LIMIT 1
    ) AS newest
"""

# A backup ends once: what is lost later, or by hand, ended before. Buckets begin at whole multiples of
# their width, so that a clock that goes on does not move ends from one to the next. `back`: 0 is the
# bucket that the account's instant is in.
_COUNTS = f"""
    WITH {_CLOCKS}, steps AS MATERIALIZED (
        SELECT extract(epoch FROM now)::float8 AS now, extract(epoch FROM at)::float8 AS at, to_state
        FROM clocks CROSS JOIN LATERAL (
            SELECT at, to_state FROM engine_transition
            WHERE account_id = clocks.id AND kind = %(kind)s
            AND to_state = ANY(%(final)s) AND from_state <> ALL(%(final)s)
            AND at > coalesce(now - make_interval(secs => %(seconds)s), '-infinity')
            ORDER BY at DESC LIMIT %(most)s
        ) AS step
        LIMIT %(most)s
    ), chosen AS MATERIALIZED (
        SELECT coalesce(
            %(width)s,
            (SELECT min(each) FROM unnest(%(widths)s::bigint[]) AS each
             WHERE each * (%(buckets)s - 1) > (SELECT max(now - at) FROM steps)),
            (SELECT ceil(max(now - at) / (%(buckets)s - 1))::bigint FROM steps)
        ) AS width
    )
    SELECT width, greatest(floor(now / width) - floor(at / width), 0)::int AS back, to_state,
           count(*)
    FROM steps CROSS JOIN chosen GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: per bucket, counted back from the present one, and state."""

    width: int
    by_bucket: Counter[tuple[int, str]]
    is_cut: bool

    def total(self, state: str) -> int:
        """Return how many backups ended so in the whole span."""
        return sum(count for (_, each), count in self.by_bucket.items() if each == state)


def fill(scope: Scope) -> dict[str, Any]:
    """Return the chart of the scope and its numbers in words."""
    real = real_now()
    ((newest,),) = fetch(_NEWEST, _parameters(scope, real))
    name = scope.span or suitable(newest)
    span = SPANS[name]
    counts = _count(scope, span, real)
    buckets = span.buckets
    if name == ALL:
        buckets = max((back for back, _ in counts.by_bucket), default=0) + 1
    totals = {state: counts.total(state) for state in STATES}
    return {
        "span": name,
        "sentence": _sentence(scope, name),
        "totals": [(state, total) for state, total in totals.items() if total],
        "most": MOST_ENDS if counts.is_cut else None,
        "chart": {
            "labels": _labels(scope, counts.width, buckets, real),
            "series": {
                state: [counts.by_bucket[back, state] for back in reversed(range(buckets))]
                for state in STATES
            },
        },
    }


def _count(scope: Scope, span: Span, real: datetime) -> Counts:
    bounds = {
        "seconds": span.seconds,
        "width": span.width,
        "widths": list(WIDTHS),
        "buckets": span.buckets,
        "most": MOST_ENDS,
    }
    rows = fetch(_COUNTS, _parameters(scope, real) | bounds)
    width = rows[0][0] if rows else span.width or MINUTE
    return Counts(
        width=width,
        by_bucket=Counter(
            {(back, state): count for _, back, state, count in rows if back < span.buckets}
        ),
        is_cut=sum(row[3] for row in rows) >= MOST_ENDS,
    )


def _parameters(scope: Scope, real: datetime) -> dict[str, Any]:
    account = scope.account
    return {
        "account": account and account.pk,
        "real": real,
        "kind": APP_BACKUP.kind,
        "final": list(APP_BACKUP.final),
    }


def _labels(scope: Scope, width: int, buckets: int, real: datetime) -> list[str]:
    distances = [back * width for back in reversed(range(buckets))]
    if scope.account is None:
        return [distance_label(seconds) for seconds in distances]
    now = scope.account.now()
    present = datetime.fromtimestamp(now.timestamp() // width * width, UTC)
    return [instant_label(present - timedelta(seconds=each), width) for each in distances]


def _sentence(scope: Scope, name: str) -> str:
    whose = f"{scope.account}'s clock" if scope.account else "each account's own clock"
    when = "from the first one on" if name == ALL else f"in the last {name}"
    return f"Backups that ended {when}, by {whose}."
