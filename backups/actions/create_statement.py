"""The one statement that creates a backup, of named steps.

Either the backup and the snapshot it makes both exist afterwards, or neither. The backup is inserted
first and the snapshot from the returned row (foreign keys are checked at the end), so a taken name
leaves nothing behind. It touches no row that another create touches; it reads the account's clock
`FOR SHARE`, so it cannot slip behind a clock that is being moved.
"""

import functools

from astra.api.rows import column_list
from astra.api.statements import Statement
from astra.simulation.plan import partway, planned_instants
from backups.lifecycle import APP_BACKUP, COMPLETED, FAILED, PENDING, SNAPSHOT
from backups.models import AppBackup
from backups.models.apps import AppState
from backups.models.buckets import BucketState
from backups.naming import app_name_cut

_SNAPSHOT_END = partway(
    "app_snap_run_stage.running_at", "app_snap_complete_stage.ends_at", "%(snapshot_fraction)s"
)
_BACKUP_END = partway(
    "app_backup_run_stage.running_at", "app_backup_complete_stage.ends_at", "%(fraction)s"
)


def system_name(middle: str, identifier: str) -> str:
    """Return the SQL of `<app>-<middle>-<UTC yyyymmddhhmmss>-<8 hex of the id>`."""
    return (
        f"left(target.name, {app_name_cut(middle)}) || '-{middle}-'"
        " || to_char(account.now AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')"
        f" || '-' || left({identifier}::text, 8)"
    )


@functools.cache
def create_statement() -> Statement:
    """Return the statement. Its result is one row: what was found of each thing asked for, then the
    backup's columns, all NULL when none was made.
    """
    return Statement(f"""
    WITH {_FOUND}, draft AS ({_draft()}), new_backup AS ({_NEW_BACKUP}),
    new_snapshot AS ({_NEW_SNAPSHOT}), history AS ({_HISTORY})
    SELECT target.state, named_bucket.state, chosen_bucket.id,
           source_snapshot.app_id, source_snapshot.state,
           {column_list(AppBackup, "new_backup")}
    FROM (SELECT) AS one
    LEFT JOIN target ON true LEFT JOIN named_bucket ON true LEFT JOIN chosen_bucket ON true
    LEFT JOIN source_snapshot ON true LEFT JOIN new_backup ON true
    """)


_FOUND = f"""
    account AS (
        SELECT id, seed, stage_delays, immediate_kinds,
               clock_sim + (%(now)s - clock_real) * clock_rate AS now
        FROM accounts_account WHERE id = %(account)s FOR SHARE
    ), target AS (
        SELECT id, name, state, size_bytes, throughput_bytes_per_second, stage_delays,
               immediate_kinds
        FROM backups_app
        WHERE id = %(app)s AND account_id = %(account)s AND deleted_at IS NULL
    ), named_bucket AS (
        SELECT id, state FROM backups_bucket
        WHERE id = %(bucket)s::uuid AND account_id = %(account)s
    ), chosen_bucket AS (
        SELECT id FROM backups_bucket
        WHERE account_id = %(account)s AND state = '{BucketState.AVAILABLE}'
          AND (%(bucket)s::uuid IS NULL OR id = %(bucket)s::uuid)
        ORDER BY is_default DESC, stored_bytes, created_at, id LIMIT 1
        FOR KEY SHARE
    ), source_snapshot AS (
        SELECT id, app_id, state FROM backups_snapshot
        WHERE id = %(snapshot)s::uuid AND account_id = %(account)s
        FOR KEY SHARE
    )"""


def _draft() -> str:
    """The row to be, with its fate: only if everything it needs is there."""
    snapshot_stages = planned_instants(SNAPSHOT, row="ids", start="account.now").replace(
        "ids.id", "ids.snapshot_id"
    )
    backup_stages = planned_instants(
        APP_BACKUP,
        row="ids",
        start="account.now",
        not_before="CASE WHEN ids.makes_snapshot THEN snapshot_fate.ends_at ELSE account.now END",
    ).replace("ids.id", "ids.backup_id")
    return f"""
        SELECT ids.*, account.now, target.id AS app_id, chosen_bucket.id AS bucket_id,
               target.size_bytes AS total_bytes,
               coalesce(%(name)s::text, {system_name("backup", "ids.backup_id")}) AS name,
               {system_name("snapshot", "ids.snapshot_id")} AS snapshot_name,
               app_snap_discover_stage.discovering_at AS snapshot_discovering_at,
               app_snap_run_stage.running_at AS snapshot_running_at,
               snapshot_fate.ends_at AS snapshot_ends_at,
               fate.*,
               CASE WHEN fate.has_source THEN app_backup_discover_stage.discovering_at
                    END AS discovering_at,
               CASE WHEN fate.has_source THEN app_backup_run_stage.running_at END AS running_at,
               CASE WHEN fate.has_source THEN app_backup_complete_stage.ends_at END AS full_at,
               CASE WHEN NOT fate.has_source THEN snapshot_fate.ends_at
                    WHEN fate.outcome IS NOT NULL THEN {_BACKUP_END} END AS ends_at
        FROM account CROSS JOIN target CROSS JOIN chosen_bucket
        LEFT JOIN source_snapshot ON true
        CROSS JOIN (SELECT %(backup_id)s::uuid AS backup_id, %(snapshot_id)s::uuid AS snapshot_id,
                           %(snapshot)s::uuid IS NULL AS makes_snapshot) AS ids
        {snapshot_stages}
        CROSS JOIN LATERAL (SELECT CASE WHEN %(snapshot_outcome)s::text IS NOT NULL
                            THEN {_SNAPSHOT_END} END AS ends_at) AS snapshot_fate
        {backup_stages}
        CROSS JOIN LATERAL (SELECT
            NOT ids.makes_snapshot OR %(snapshot_outcome)s::text IS NOT DISTINCT FROM '{COMPLETED}'
            AS has_source) AS source
        CROSS JOIN LATERAL (SELECT source.has_source,
            CASE WHEN source.has_source THEN %(outcome)s::text
                 WHEN %(snapshot_outcome)s::text IS NOT NULL THEN '{FAILED}' END AS outcome,
            CASE WHEN source.has_source THEN %(reasons)s::jsonb
                 ELSE %(snapshot_reasons)s::jsonb END AS reasons) AS fate
        WHERE target.state = '{AppState.READY}' AND NOT %(check_only)s::boolean
          AND (ids.makes_snapshot
               OR source_snapshot.app_id = target.id AND source_snapshot.state = '{COMPLETED}')
    """


_NEW_BACKUP = f"""
    INSERT INTO backups_appbackup (
        id, account_id, app_id, bucket_id, snapshot_id, snapshot_shown, owns_snapshot, schedule_id,
        name, version, labels, created_at, modified_at, created_by, state, state_unready,
        hook_state_details, transition_count, total_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT backup_id, %(account)s, app_id, bucket_id, coalesce(%(snapshot)s::uuid, snapshot_id),
        NOT makes_snapshot, makes_snapshot, %(schedule)s::uuid,
        name, %(version)s, %(labels)s::jsonb, now, now, %(user)s, '{PENDING}', '[]',
        '[]', 1, total_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, reasons, %(hook_state)s, %(hook_details)s::jsonb,
        coalesce(discovering_at, ends_at)
    FROM draft
    ON CONFLICT (app_id, name) DO NOTHING
    RETURNING *
"""

_NEW_SNAPSHOT = f"""
    INSERT INTO backups_snapshot (
        id, account_id, app_id, schedule_id, name, version, labels, created_at, modified_at,
        created_by, state, state_unready, hook_state_details, transition_count, discovering_at,
        running_at, ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT draft.snapshot_id, %(account)s, draft.app_id, %(schedule)s::uuid, draft.snapshot_name,
        %(snapshot_version)s, '[]', draft.now, draft.now,
        %(user)s, '{PENDING}', '[]', '[]', 1, draft.snapshot_discovering_at,
        draft.snapshot_running_at, draft.snapshot_ends_at, %(snapshot_outcome)s::text,
        %(snapshot_reasons)s::jsonb, %(hook_state)s, %(hook_details)s::jsonb,
        draft.snapshot_discovering_at
    FROM draft JOIN new_backup ON new_backup.id = draft.backup_id
    WHERE draft.makes_snapshot
    RETURNING *
"""

_HISTORY = f"""
    INSERT INTO simulation_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{SNAPSHOT.kind}', id, 0, '', state, '', created_at FROM new_snapshot
    UNION ALL
    SELECT account_id, '{APP_BACKUP.kind}', id, 0, '', state, '', created_at FROM new_backup
"""
