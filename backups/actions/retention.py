"""Retention: of what a schedule made, the newest stay.

Only what is finished counts and goes, so the last good one is not deleted for one that is still
being made. A snapshot that an unfinished backup is made from stays until it is done; with
`snapshotRetention` 0 it goes right after.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from astra.simulation.history import DELETED
from backups.lifecycle import APP_BACKUP, COMPLETED, SNAPSHOT

REASON = "Retention of its schedule."

_BACKUPS = f"""
    WITH old AS (
        SELECT id FROM (
            SELECT backup.id, schedule.backup_retention::numeric AS kept, row_number() OVER (
                PARTITION BY backup.schedule_id ORDER BY backup.created_at DESC, backup.id DESC
            ) AS place
            FROM backups_schedule AS schedule
            JOIN backups_appbackup AS backup ON backup.schedule_id = schedule.id
            WHERE schedule.id = ANY(%(schedules)s) AND backup.state = ANY(%(final)s)
        ) AS ranked WHERE place > kept
    ), gone AS (
        DELETE FROM backups_appbackup AS backup USING old WHERE backup.id = old.id
        RETURNING backup.*
    ), freed AS (
        UPDATE backups_bucket AS bucket SET stored_bytes = stored_bytes - sums.bytes
        FROM (SELECT bucket_id, sum(total_bytes) AS bytes FROM gone
              WHERE state = '{COMPLETED}' GROUP BY bucket_id) AS sums
        WHERE bucket.id = sums.bucket_id
    )
    INSERT INTO simulation_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{APP_BACKUP.kind}', id, transition_count, state, '{DELETED}', %(reason)s,
           %(at)s
    FROM gone
"""

_SNAPSHOTS = f"""
    WITH old AS (
        SELECT id FROM (
            SELECT snapshot.id, schedule.snapshot_retention::numeric AS kept, row_number() OVER (
                PARTITION BY snapshot.schedule_id
                ORDER BY snapshot.created_at DESC, snapshot.id DESC
            ) AS place
            FROM backups_schedule AS schedule
            JOIN backups_snapshot AS snapshot ON snapshot.schedule_id = schedule.id
            WHERE schedule.id = ANY(%(schedules)s) AND snapshot.state = ANY(%(final)s)
              AND NOT EXISTS (
                  SELECT FROM backups_appbackup AS backup
                  WHERE backup.snapshot_id = snapshot.id AND backup.state = ANY(%(unfinished)s)
              )
        ) AS ranked WHERE place > kept
    ), released AS (
        UPDATE backups_appbackup AS backup SET snapshot_id = NULL, snapshot_shown = false
        FROM old WHERE backup.snapshot_id = old.id
    ), gone AS (
        DELETE FROM backups_snapshot AS snapshot USING old WHERE snapshot.id = old.id
        RETURNING snapshot.*
    )
    INSERT INTO simulation_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{SNAPSHOT.kind}', id, transition_count, state, '{DELETED}', %(reason)s,
           %(at)s
    FROM gone
"""


def retain(schedule_ids: Sequence[uuid.UUID], at: datetime) -> None:
    """Delete what the schedules need not keep, at the account's instant, within the transaction."""
    with connection.cursor() as cursor:
        for statement, lifecycle in ((_BACKUPS, APP_BACKUP), (_SNAPSHOTS, SNAPSHOT)):
            cursor.execute(
                statement,
                {
                    "schedules": list(schedule_ids),
                    "final": list(lifecycle.final),
                    "unfinished": list(APP_BACKUP.unfinished),
                    "reason": REASON,
                    "at": at,
                },
            )
