"""Retention: of what a schedule made, the newest stay.

Only what is finished counts and goes, so the last good one is not deleted for one that is still
being made: a row goes at the instant at which enough newer ones are finished, whenever that is
noticed. A snapshot that an unfinished backup is made from stays until that is done; with
`snapshotRetention` 0 it goes right after.
"""

import uuid

from astra.api.statements import Statement
from astra.engine.models import DELETED
from astra.engine.stages import Lifecycle
from backups.lifecycle import APP_BACKUP, COMPLETED, SNAPSHOT

REASON = "Retention of its schedule."

# A row goes when as many newer ones as are kept are finished, but not before it is itself.
_GOES_AT = """greatest(at, (
    SELECT instant FROM unnest(instants[:place - 1]) AS instant
    ORDER BY instant LIMIT 1 OFFSET greatest(kept - 1, 0)::bigint))"""
_OLD = f"""ranked AS (
        SELECT id, at, kept, row_number() OVER newest_first AS place,
               array_agg(at) OVER newest_first AS instants
        FROM finished
        WINDOW newest_first AS (PARTITION BY schedule_id ORDER BY created_at DESC, id DESC)
    ), old AS (
        SELECT id, {_GOES_AT} AS at FROM ranked WHERE place > kept
    )"""


def _recorded(lifecycle: Lifecycle) -> str:
    return f"""INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{lifecycle.kind}', id, transition_count, state, '{DELETED}', %(reason)s, at
    FROM gone"""


_BACKUPS = Statement(f"""
    WITH finished AS (
        SELECT backup.id, backup.schedule_id, backup.created_at,
               coalesce(backup.ends_at, backup.modified_at) AS at,
               schedule.backup_retention::numeric AS kept
        FROM backups_schedule AS schedule
        JOIN backups_appbackup AS backup ON backup.schedule_id = schedule.id
        WHERE schedule.account_id = %(account)s AND backup.state = ANY(%(final)s)
    ), {_OLD}, gone AS (
        DELETE FROM backups_appbackup AS backup USING old WHERE backup.id = old.id
        RETURNING backup.*, old.at
    ), freed AS (
        UPDATE backups_bucket AS bucket SET stored_bytes = stored_bytes - sums.bytes
        FROM (SELECT bucket_id, sum(total_bytes) AS bytes FROM gone
              WHERE state = '{COMPLETED}' GROUP BY bucket_id) AS sums
        WHERE bucket.id = sums.bucket_id
    )
    {_recorded(APP_BACKUP)}
""")

_SNAPSHOTS = Statement(f"""
    WITH finished AS (
        SELECT snapshot.id, snapshot.schedule_id, snapshot.created_at,
               greatest(coalesce(snapshot.ends_at, snapshot.modified_at), (
                   SELECT max(coalesce(backup.ends_at, backup.modified_at))
                   FROM backups_appbackup AS backup
                   WHERE backup.snapshot_id = snapshot.id)) AS at,
               schedule.snapshot_retention::numeric AS kept
        FROM backups_schedule AS schedule
        JOIN backups_snapshot AS snapshot ON snapshot.schedule_id = schedule.id
        WHERE schedule.account_id = %(account)s AND snapshot.state = ANY(%(final)s)
          AND NOT EXISTS (
              SELECT FROM backups_appbackup AS backup
              WHERE backup.snapshot_id = snapshot.id AND backup.state = ANY(%(unfinished)s)
          )
    ), {_OLD}, released AS (
        UPDATE backups_appbackup AS backup SET snapshot_id = NULL, snapshot_shown = false
        FROM old WHERE backup.snapshot_id = old.id
    ), gone AS (
        DELETE FROM backups_snapshot AS snapshot USING old WHERE snapshot.id = old.id
        RETURNING snapshot.*, old.at
    )
    {_recorded(SNAPSHOT)}
""")


def retain(account_id: uuid.UUID) -> None:
    """Delete what the account's schedules need not keep, within the transaction of a settling."""
    for statement, lifecycle in ((_BACKUPS, APP_BACKUP), (_SNAPSHOTS, SNAPSHOT)):
        statement.execute(
            {
                "account": account_id,
                "final": list(lifecycle.final),
                "unfinished": list(APP_BACKUP.unfinished),
                "reason": REASON,
            }
        )
