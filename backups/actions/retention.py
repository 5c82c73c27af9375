"""Retention: of what a schedule made, the newest stay.

Only what is finished counts and goes, so the last good one is not deleted for one that is still
being made: a row goes at the instant at which enough newer ones are finished, whenever that is
noticed. A snapshot counts once it is complete; one that an unfinished backup is made from stays until
that is done, with `snapshotRetention` 0 it goes right after. Of a schedule that replicates, two stay.
"""

import uuid

from astra.api.statements import Statement
from astra.engine.models import DELETED
from astra.engine.stages import Lifecycle
from backups.lifecycle import APP_BACKUP, COMPLETED, SNAPSHOT

REASON = "Retention of its schedule."


def _old(lifecycle: Lifecycle, table: str, kept: str) -> str:
    """Compile the rows that go: those beyond the newest, and when.

    A row goes when as many newer ones as are kept are finished, but not before it is itself. Those of a
    schedule are looked at once. Materialized, what goes is looked up by its key, whatever the planner
    believes.
    """
    return f"""made AS (
        SELECT least({kept}::numeric, cardinality(ids))::int AS kept, ids, instants
        FROM backups_schedule AS schedule CROSS JOIN LATERAL (
            SELECT array_agg(id ORDER BY created_at DESC, id DESC) AS ids,
                   array_agg(coalesce(ends_at, modified_at)
                             ORDER BY created_at DESC, id DESC) AS instants
            FROM {table} WHERE {_is_finished(lifecycle)}
        ) AS newest_first
        WHERE schedule.account_id = %(account)s AND cardinality(ids) > {kept}::numeric
    ), old AS MATERIALIZED (
        SELECT beyond.id, greatest(instants[kept + number], (
            SELECT at FROM unnest(instants[:kept + number - 1]) AS at
            ORDER BY at LIMIT least(kept, 1) OFFSET greatest(kept - 1, 0))) AS at
        FROM made CROSS JOIN LATERAL unnest(ids[kept + 1:]) WITH ORDINALITY AS beyond (id, number)
    )"""


def _is_finished(lifecycle: Lifecycle) -> str:
    # In the words of the index, see ``kept_index``.
    states = ", ".join(f"'{state}'" for state in lifecycle.final)
    return f"schedule_id = schedule.id AND state IN ({states})"


def recorded(lifecycle: Lifecycle) -> str:
    """Return SQL that records that the rows of ``gone`` were deleted, each at its instant ``at``."""
    return f"""INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{lifecycle.kind}', id, transition_count, state, '{DELETED}', %(reason)s,
           greatest(at, modified_at)
    FROM gone"""


# Old snapshots that nothing is being made of, and when they go: not before what was made of them ended.
_UNUSED = """unused AS MATERIALIZED (
        SELECT old.id, greatest(old.at, use.ended_at) AS at
        FROM old CROSS JOIN LATERAL (
            SELECT max(coalesce(backup.ends_at, backup.modified_at)) AS ended_at,
                   coalesce(bool_or(backup.state = ANY(%(unfinished)s)), false) AS goes_on
            FROM backups_appbackup AS backup WHERE backup.snapshot_id = old.id
        ) AS use
        WHERE NOT use.goes_on
    )"""
# To the last one that was transferred the next one is the difference.
_SNAPSHOTS_KEPT = """greatest(schedule.snapshot_retention::numeric,
                         CASE WHEN schedule.replicate THEN 2 ELSE 0 END)"""

_BACKUPS = Statement(f"""
    WITH {_old(APP_BACKUP, "backups_appbackup", "schedule.backup_retention")}, gone AS (
        DELETE FROM backups_appbackup AS backup USING old WHERE backup.id = old.id
        RETURNING backup.*, old.at
    ), freed AS (
        UPDATE backups_bucket AS bucket SET stored_bytes = stored_bytes - sums.bytes
        FROM (SELECT bucket_id, sum(total_bytes) AS bytes FROM gone
              WHERE state = '{COMPLETED}' GROUP BY bucket_id) AS sums
        WHERE bucket.id = sums.bucket_id
    )
    {recorded(APP_BACKUP)}
""")

# Whoever makes a backup of one just now is waited for; whether there is one, the next statement asks.
_HELD_SNAPSHOTS = Statement(f"""
    WITH {_old(SNAPSHOT, "backups_snapshot", _SNAPSHOTS_KEPT)}, {_UNUSED}
    SELECT snapshot.id, unused.at
    FROM unused JOIN backups_snapshot AS snapshot ON snapshot.id = unused.id
    ORDER BY snapshot.id FOR UPDATE OF snapshot
""")

_SNAPSHOTS = Statement(f"""
    WITH old AS MATERIALIZED (
        SELECT * FROM unnest(%(ids)s::uuid[], %(instants)s::timestamptz[]) AS old (id, at)
    ), {_UNUSED}, released AS (
        UPDATE backups_appbackup AS backup SET snapshot_id = NULL, snapshot_shown = false
        FROM unused WHERE backup.snapshot_id = unused.id
    ), gone AS (
        DELETE FROM backups_snapshot AS snapshot USING unused WHERE snapshot.id = unused.id
        RETURNING snapshot.*, unused.at
    )
    {recorded(SNAPSHOT)}
""")


def retain(account_id: uuid.UUID) -> None:
    """Delete what the account's schedules need not keep, within the transaction of a settling."""
    about = {
        "account": account_id,
        "unfinished": list(APP_BACKUP.unfinished),
        "reason": REASON,
    }
    _BACKUPS.execute(about)
    if held := _HELD_SNAPSHOTS.fetch_all(about):
        ids, instants = zip(*held, strict=True)
        _SNAPSHOTS.execute(about | {"ids": list(ids), "instants": list(instants)})
