"""The one statement that creates backups, of named steps.

Either a backup and the snapshot it makes both exist afterwards, or neither. The backup is inserted
first and the snapshot from the returned row (foreign keys are checked at the end), so a taken name
leaves nothing behind. It touches no row that another create touches; it reads the account's clock
`FOR SHARE`, so it cannot slip behind a clock that is being moved.

What is named is looked up by its key alone, see ``astra.api.lookups``.

Steps: *account* (clock, seed) -> *wanted* (what is asked for) -> *found* (app, bucket, snapshot) ->
*draft* (the rows to be, with their fate) -> *new_backup* -> *new_snapshot* -> *history*. A call wants
one backup; schedules that fire want many at once, or snapshots alone.
"""

import functools
from collections.abc import Mapping
from typing import Any

import orjson

from astra.accounts.clocks import clock_sql
from astra.api.statements import Statement
from astra.engine.plan import partway, planned_instants
from astra.engine.stages import Fate
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, FAILED, PENDING, READY, SNAPSHOT
from backups.naming import app_name_cut

_SNAPSHOT_END = partway(
    "app_snap_run_stage.running_at", "app_snap_complete_stage.ends_at", "wanted.snapshot_fraction"
)
_BACKUP_END = partway(
    "app_backup_run_stage.running_at", "app_backup_complete_stage.ends_at", "wanted.fraction"
)
# What a call is answered with: all that a backup which has just begun shows, and whose it is.
ANSWERED = (
    "id",
    "account_id",
    "app_id",
    "bucket_id",
    "snapshot_id",
    "snapshot_shown",
    "schedule_id",
    "name",
    "version",
    "labels",
    "state",
    "state_unready",
    "hook_state",
    "created_at",
    "modified_at",
    "created_by",
    "modified_by",
)
_NOW = clock_sql("%(now)s")
# What is asked for: the columns of *wanted*, by type.
_WANTED = {
    "uuid": "app_id backup_id snapshot_id source_id named_bucket_id schedule_id user_id",
    "boolean": "makes_backup check_only",
    "text": "backup_name snapshot_name version outcome hook_state snapshot_outcome",
    "float8": "fraction snapshot_fraction",
    "jsonb": "labels reasons hook_details snapshot_reasons",
}
_TYPES = {name: each for each, names in _WANTED.items() for name in names.split()}
# One backup, as a call asks for it. Not materialized, the parameters stand where they are read, and no
# row is carried from step to step.
_WANTED_BY_CALL = f"""
    SELECT {", ".join(f"%({name})s::{each} AS {name}" for name, each in _TYPES.items())}
"""
# Many, each a row of a JSON array.
_WANTED_BY_SCHEDULES = f"""
    SELECT * FROM jsonb_to_recordset(%(wanted)s::jsonb)
        AS wanted ({", ".join(f"{name} {each}" for name, each in _TYPES.items())})
"""
NO_FAULT = Fate(COMPLETED)


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in ANSWERED)


def fate_columns(own: Fate | None = None, source: Fate | None = None) -> dict[str, Any]:
    """Return what is wanted of the fates of a backup and of the snapshot that it is made from."""
    own, source = own or NO_FAULT, source or NO_FAULT
    return {
        "outcome": own.outcome,
        "fraction": own.at_fraction,
        "reasons": own.reasons,
        "hook_state": own.hook_state,
        "hook_details": own.hook_details,
        "snapshot_outcome": source.outcome,
        "snapshot_fraction": source.at_fraction,
        "snapshot_reasons": source.reasons,
    }


def by_call(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the statement of a call, from what is wanted."""
    return {
        name: orjson.dumps(wanted[name]).decode() if each == "jsonb" else wanted[name]
        for name, each in _TYPES.items()
    }


def system_name(middle: str, identifier: str) -> str:
    """Return the SQL of `<app>-<middle>-<UTC yyyymmddhhmmss>-<8 hex of the id>`."""
    return (
        f"left(target.app_name, {app_name_cut(middle)}) || '-{middle}-'"
        " || to_char(account.now AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')"
        f" || '-' || left({identifier}::text, 8)"
    )


@functools.cache
def create_statement() -> Statement:
    """Return the statement of a call. Its result is one row: whether the account is still there, what
    was found of each thing asked for, then ``ANSWERED`` of the backup, all NULL when none was made.
    """
    return Statement(f"""
    {_steps(f"NOT MATERIALIZED ({_WANTED_BY_CALL})", _NOW)}
    SELECT EXISTS (SELECT FROM account), target.state, target.bucket_state,
           target.source_app_id, target.source_state,
           {_columns("new_backup")}
    FROM found AS target LEFT JOIN new_backup ON true
    """)


@functools.cache
def fire_statement() -> Statement:
    """Return the statement of schedules that fire at the instant `%(at)s`; one row, of counts."""
    return Statement(f"""
    {_steps(f"MATERIALIZED ({_WANTED_BY_SCHEDULES})", "%(at)s::timestamptz")}
    SELECT (SELECT count(*) FROM new_backup), (SELECT count(*) FROM new_snapshot)
    """)


def _steps(wanted: str, now: str) -> str:
    return f"""
    WITH account AS (
        SELECT id, seed, stage_delays, immediate_kinds, {now} AS now
        FROM accounts_account WHERE id = %(account)s FOR SHARE
    ), wanted AS {wanted}, found AS ({_FOUND}), draft AS ({_draft()}),
    new_backup AS ({_NEW_BACKUP}), new_snapshot AS ({_NEW_SNAPSHOT}), history AS ({_HISTORY})
    """


_FOUND = f"""
    SELECT wanted.backup_id, wanted.snapshot_id, wanted.source_id IS NULL AS makes_snapshot,
           app.name AS app_name, app.state, app.size_bytes, app.throughput_bytes_per_second,
           app.stage_delays, app.immediate_kinds,
           coalesce(named.id, chosen.id) AS bucket_id,
           coalesce(named.state, chosen.state) AS bucket_state,
           source.app_id AS source_app_id, source.state AS source_state
    FROM wanted
    LEFT JOIN LATERAL (
        SELECT name, state, size_bytes, throughput_bytes_per_second, stage_delays, immediate_kinds
        FROM backups_app
        WHERE id = wanted.app_id AND (account_id = %(account)s) IS TRUE
          AND (deleted_at IS NULL) IS TRUE
        FOR KEY SHARE
    ) AS app ON true
    LEFT JOIN LATERAL (
        SELECT id, state FROM backups_bucket
        WHERE id = wanted.named_bucket_id AND (account_id = %(account)s) IS TRUE
        FOR KEY SHARE
    ) AS named ON true
    LEFT JOIN LATERAL (
        SELECT id, state FROM backups_bucket
        WHERE wanted.named_bucket_id IS NULL AND account_id = %(account)s AND state = '{AVAILABLE}'
        ORDER BY is_default DESC, stored_bytes, created_at, id LIMIT 1
        FOR KEY SHARE
    ) AS chosen ON true
    LEFT JOIN LATERAL (
        SELECT app_id, state FROM backups_snapshot
        WHERE id = wanted.source_id AND (account_id = %(account)s) IS TRUE
        FOR KEY SHARE
    ) AS source ON true
"""


def _draft() -> str:
    """The rows to be, with their fate: only those for which everything they need is there."""
    snapshot_stages = planned_instants(
        SNAPSHOT, identifier="target.snapshot_id", start="account.now"
    )
    backup_stages = planned_instants(
        APP_BACKUP,
        identifier="target.backup_id",
        start="account.now",
        not_before="CASE WHEN target.makes_snapshot THEN snapshot_fate.ends_at ELSE account.now END",
    )
    return f"""
        SELECT target.backup_id, target.bucket_id, target.size_bytes, target.makes_snapshot,
               account.now, source.is_good AS has_source,
               coalesce(wanted.backup_name, {system_name("backup", "target.backup_id")}) AS name,
               coalesce(wanted.snapshot_name, {system_name("snapshot", "target.snapshot_id")})
                   AS new_snapshot_name,
               app_snap_discover_stage.discovering_at AS snapshot_discovering_at,
               app_snap_run_stage.running_at AS snapshot_running_at,
               snapshot_fate.ends_at AS snapshot_ends_at,
               CASE WHEN source.is_good THEN app_backup_discover_stage.discovering_at
                    END AS discovering_at,
               CASE WHEN source.is_good THEN app_backup_run_stage.running_at END AS running_at,
               CASE WHEN source.is_good THEN app_backup_complete_stage.ends_at END AS full_at,
               CASE WHEN NOT source.is_good THEN snapshot_fate.ends_at
                    WHEN wanted.outcome IS NOT NULL THEN {_BACKUP_END} END AS ends_at
        FROM account CROSS JOIN found AS target
        JOIN wanted ON wanted.backup_id = target.backup_id
        {snapshot_stages}
        CROSS JOIN LATERAL (SELECT CASE WHEN wanted.snapshot_outcome IS NOT NULL
                            THEN {_SNAPSHOT_END} END AS ends_at OFFSET 0) AS snapshot_fate
        {backup_stages}
        CROSS JOIN LATERAL (SELECT NOT target.makes_snapshot
            OR wanted.snapshot_outcome IS NOT DISTINCT FROM '{COMPLETED}' AS is_good) AS source
        WHERE target.state = '{READY}' AND NOT wanted.check_only
          AND (target.bucket_state = '{AVAILABLE}' OR NOT wanted.makes_backup)
          AND (target.makes_snapshot
               OR target.source_app_id = wanted.app_id AND target.source_state = '{COMPLETED}')
    """


_NEW_BACKUP = f"""
    INSERT INTO backups_appbackup (
        id, account_id, app_id, bucket_id, snapshot_id, snapshot_shown, owns_snapshot, schedule_id,
        name, version, labels, created_at, modified_at, created_by, state, state_unready,
        hook_state_details, transition_count, total_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT draft.backup_id, %(account)s, app_id, bucket_id, coalesce(source_id, snapshot_id),
        NOT makes_snapshot, makes_snapshot, schedule_id,
        name, version, labels, now, now, user_id, '{PENDING}', '[]',
        '[]', 1, size_bytes, discovering_at, running_at, full_at,
        ends_at,
        CASE WHEN has_source THEN outcome WHEN snapshot_outcome IS NOT NULL THEN '{FAILED}' END,
        CASE WHEN has_source THEN reasons ELSE snapshot_reasons END,
        hook_state, hook_details, coalesce(discovering_at, ends_at)
    FROM draft JOIN wanted ON wanted.backup_id = draft.backup_id WHERE makes_backup
    ON CONFLICT (app_id, name) DO NOTHING
    RETURNING {_columns("backups_appbackup")}
"""

_NEW_SNAPSHOT = f"""
    INSERT INTO backups_snapshot (
        id, account_id, app_id, schedule_id, name, version, labels, created_at, modified_at,
        created_by, state, state_unready, hook_state_details, transition_count, discovering_at,
        running_at, ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT wanted.snapshot_id, %(account)s, wanted.app_id, wanted.schedule_id,
        draft.new_snapshot_name, %(snapshot_version)s, '[]', draft.now, draft.now,
        wanted.user_id, '{PENDING}', '[]', '[]', 1, draft.snapshot_discovering_at,
        draft.snapshot_running_at, draft.snapshot_ends_at, wanted.snapshot_outcome,
        wanted.snapshot_reasons, wanted.hook_state, wanted.hook_details,
        draft.snapshot_discovering_at
    FROM draft JOIN wanted ON wanted.backup_id = draft.backup_id
    LEFT JOIN new_backup ON new_backup.id = draft.backup_id
    WHERE draft.makes_snapshot AND (new_backup.id IS NOT NULL OR NOT wanted.makes_backup)
    RETURNING id, account_id, state, created_at
"""

_HISTORY = f"""
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{SNAPSHOT.kind}', id, 0, '', state, '', created_at FROM new_snapshot
    UNION ALL
    SELECT account_id, '{APP_BACKUP.kind}', id, 0, '', state, '', created_at FROM new_backup
"""
