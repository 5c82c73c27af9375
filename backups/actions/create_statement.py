"""The one statement that creates backups, of named steps.

Either a backup and the snapshot it makes both exist afterwards, or neither. The backup is inserted
first and the snapshot from the returned row (foreign keys are checked at the end), so a taken name
leaves nothing behind. It touches no row that another create touches; it reads the account's row
`FOR SHARE`, so it cannot slip behind a clock that is being moved.

What was planned beforehand was planned for a caller, from an account and an app, as somebody remembers
them. Each of these rows has a revision that every write to it changes; with another one nothing is made.
What is named is looked up by its key alone, see ``astra.api.lookups``.

Steps: *account* (as it was, and who calls) -> *wanted* (the rows to be, see ``drafting``) -> *found*
(app, bucket, snapshot) -> *new_backup* -> *new_snapshot* -> *history*. A call wants one backup;
schedules that fire want many at once, or snapshots alone.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from astra.accounts.callers import PROOF_OF_ACCOUNT, PROOF_OF_USER
from astra.api.statements import Statement
from backups.actions.drafting import Draft
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, PENDING, SNAPSHOT

# The columns of *wanted*, by type.
_WANTED = {
    "uuid": "app_id app_revision backup_id snapshot_id source_id named_bucket_id schedule_id user_id",
    "boolean": "makes_backup",
    "text": "name snapshot_name version snapshot_version outcome hook_state snapshot_outcome",
    "timestamptz": "created_at discovering_at running_at full_at ends_at next_transition_at"
    " snapshot_discovering_at snapshot_running_at snapshot_ends_at",
    "bigint": "size_bytes",
    "jsonb": "labels reasons hook_details snapshot_reasons",
}
_TYPES = {name: each for each, names in _WANTED.items() for name in names.split()}
_JSON = _WANTED["jsonb"].split()
# One backup, as a call asks for it. Not materialized, the parameters stand where they are read, and no
# row is carried from step to step.
_BY_CALL = f"""NOT MATERIALIZED (
    SELECT {", ".join(f"%({name})s::{each} AS {name}" for name, each in _TYPES.items())}
)"""
# Many, each a row of a JSON array.
_BY_SCHEDULES = f"""MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(wanted)s::jsonb)
        AS wanted ({", ".join(f"{name} {each}" for name, each in _TYPES.items())})
)"""

_FOUND = f"""
    SELECT wanted.backup_id, app.id IS NOT NULL AS has_app,
           coalesce(named.id, chosen.id) AS bucket_id,
           coalesce(named.state, chosen.state) AS bucket_state,
           source.app_id AS source_app_id, source.state AS source_state
    FROM wanted
    LEFT JOIN LATERAL (
        SELECT id FROM backups_app
        WHERE id = wanted.app_id AND (revision = wanted.app_revision) IS TRUE
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

# Only what has all that it needs.
_NEW_BACKUP = f"""
    INSERT INTO backups_appbackup (
        id, account_id, app_id, bucket_id, snapshot_id, snapshot_shown, owns_snapshot, schedule_id,
        name, version, labels, created_at, modified_at, created_by, state, state_unready,
        hook_state_details, transition_count, total_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT wanted.backup_id, account.id, app_id, bucket_id, coalesce(source_id, snapshot_id),
        source_id IS NOT NULL, source_id IS NULL, schedule_id,
        name, version, labels, created_at, created_at, user_id, '{PENDING}', '[]',
        '[]', 1, size_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, reasons, hook_state, hook_details,
        next_transition_at
    FROM account CROSS JOIN wanted JOIN found ON found.backup_id = wanted.backup_id
    WHERE makes_backup AND has_app AND bucket_state = '{AVAILABLE}' AND NOT %(check_only)s::boolean
      AND (source_id IS NULL OR source_app_id = app_id AND source_state = '{COMPLETED}')
    ON CONFLICT (app_id, name) DO NOTHING
    RETURNING id, account_id, bucket_id, state, created_at
"""

_NEW_SNAPSHOT = f"""
    INSERT INTO backups_snapshot (
        id, account_id, app_id, schedule_id, name, version, labels, created_at, modified_at,
        created_by, state, state_unready, hook_state_details, transition_count, discovering_at,
        running_at, ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT snapshot_id, account.id, app_id, schedule_id, snapshot_name, snapshot_version, '[]',
        wanted.created_at, wanted.created_at,
        user_id, '{PENDING}', '[]', '[]', 1, snapshot_discovering_at,
        snapshot_running_at, snapshot_ends_at, snapshot_outcome, snapshot_reasons, hook_state,
        hook_details, snapshot_discovering_at
    FROM account CROSS JOIN wanted JOIN found ON found.backup_id = wanted.backup_id
    LEFT JOIN new_backup ON new_backup.id = wanted.backup_id
    WHERE source_id IS NULL AND has_app AND (new_backup.id IS NOT NULL OR NOT makes_backup)
    RETURNING id, account_id, state, created_at
"""

_HISTORY = f"""
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{SNAPSHOT.kind}', id, 0, '', state, '', created_at FROM new_snapshot
    UNION ALL
    SELECT account_id, '{APP_BACKUP.kind}', id, 0, '', state, '', created_at FROM new_backup
"""


def _steps(wanted: str) -> str:
    return f"""
    WITH account AS (
        SELECT id FROM accounts_account
        WHERE id = %(account)s AND {PROOF_OF_ACCOUNT}
          AND (%(caller_digest)s::text IS NULL OR {PROOF_OF_USER})
        FOR SHARE
    ), wanted AS {wanted}, found AS ({_FOUND}),
    new_backup AS ({_NEW_BACKUP}), new_snapshot AS ({_NEW_SNAPSHOT}), history AS ({_HISTORY})
    """


# One row: whether account and app are as they were, what was found of each thing asked for, and the
# bucket of the backup, NULL when none was made.
CREATE = Statement(f"""
    {_steps(_BY_CALL)}
    SELECT EXISTS (SELECT FROM account), has_app, bucket_state, source_app_id, source_state,
           new_backup.bucket_id
    FROM found LEFT JOIN new_backup ON true
""")
# One row, of counts.
FIRE = Statement(f"""
    {_steps(_BY_SCHEDULES)}
    SELECT (SELECT count(*) FROM new_backup), (SELECT count(*) FROM new_snapshot)
""")


def by_call(rows: Draft) -> dict[str, Any]:
    """Return the parameters that a draft is of ``CREATE``."""
    return {name: rows[name] for name in _TYPES} | {
        name: "[]" if not rows[name] else orjson.dumps(rows[name]).decode() for name in _JSON
    }


def by_schedules(drafts: Sequence[Draft]) -> dict[str, Any]:
    """Return the parameters that drafts are of ``FIRE``."""
    return {"wanted": orjson.dumps(drafts).decode(), "check_only": False}
