"""The one statement that creates backups, of named steps.

Either a backup and the snapshot it makes both exist afterwards, or neither. The backup is inserted
first and the snapshot from the returned row (foreign keys are checked at the end), so a taken name
leaves nothing behind. It touches no row that another create touches; it reads the account's row
`FOR SHARE`, so it cannot slip behind a clock that is being moved.

What was planned beforehand was planned for a caller, from an account and an app, as somebody remembers
them. Each of these rows has a revision that every write to it changes; with another one nothing is made.
What is named is looked up by its key alone, see ``astra.api.lookups``.

Steps: *account* (as it was, and who calls) -> *found* (the rows to be, see ``drafting``, each with its
app, bucket and snapshot) -> *new_backup* -> *new_snapshot* -> *history*. Of a call one backup is wanted;
of calls that come together, and of schedules that fire, many, or snapshots alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from astra.accounts.callers import PROOF_OF_ACCOUNT, PROOF_OF_USER
from astra.api.statements import Statement
from backups.actions.drafting import Draft
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, PENDING, SNAPSHOT


def chosen_bucket(columns: str, default: str, condition: str = "true") -> str:
    """Compile the choice of a bucket for a backup that names none.

    ``default``: SQL of the id of that of its app's cluster or cloud.
    """
    return f"""SELECT {columns} FROM backups_bucket
        WHERE {condition} AND account_id = %(account)s AND state = '{AVAILABLE}'
        ORDER BY (id = {default}) IS TRUE DESC, is_default DESC,
                 stored_bytes, created_at, id LIMIT 1"""


# The members of what is wanted, by type; what is left out is NULL.
_WANTED = {
    "uuid": "app_id app_revision backup_id snapshot_id source_id named_bucket_id"
    " default_bucket_id schedule_id user_id",
    "boolean": "makes_backup check_only",
    "text": "name snapshot_name version snapshot_version outcome hook_state snapshot_outcome",
    "timestamptz": "created_at discovering_at running_at full_at ends_at next_transition_at"
    " snapshot_discovering_at snapshot_running_at snapshot_ends_at",
    "bigint": "size_bytes",
    "jsonb": "labels reasons hook_details snapshot_reasons snapshot_hook_details",
}
_COLUMNS = ", ".join(f"{name} {each}" for each, names in _WANTED.items() for name in names.split())
_NAMES = ", ".join(" ".join(_WANTED.values()).split())
# How many one statement creates, at most: some steps look at each for each.
_MOST_AT_ONCE = 100

# In one order, whoever wants them: none waits for a name of another that waits for one of its own.
_FOUND = f"""
    SELECT wanted.*, app.id IS NOT NULL AS has_app,
           coalesce(named.id, chosen.id) AS bucket_id,
           coalesce(named.state, chosen.state) AS bucket_state,
           source.app_id AS source_app_id, source.state AS source_state
    FROM ROWS FROM (jsonb_to_recordset(%(wanted)s::jsonb) AS ({_COLUMNS}))
        WITH ORDINALITY AS wanted ({_NAMES}, number)
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
        {chosen_bucket("id, state", "wanted.default_bucket_id", "wanted.named_bucket_id IS NULL")}
        FOR KEY SHARE
    ) AS chosen ON true
    LEFT JOIN LATERAL (
        SELECT app_id, state FROM backups_snapshot
        WHERE id = wanted.source_id AND (account_id = %(account)s) IS TRUE
        FOR KEY SHARE
    ) AS source ON true
    ORDER BY wanted.app_id, name, number
"""

# Only what has all that it needs.
_NEW_BACKUP = f"""
    INSERT INTO backups_appbackup (
        id, account_id, app_id, bucket_id, snapshot_id, snapshot_shown, owns_snapshot, schedule_id,
        name, version, labels, created_at, modified_at, created_by, state, state_unready,
        hook_state_details, transition_count, total_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, outcome_reasons, outcome_hook_state, outcome_hook_details,
        next_transition_at)
    SELECT backup_id, account.id, app_id, bucket_id, coalesce(source_id, snapshot_id),
        source_id IS NOT NULL, source_id IS NULL, schedule_id,
        name, version, labels, created_at, created_at, user_id, '{PENDING}', '[]',
        '[]', 1, size_bytes, discovering_at, running_at, full_at,
        ends_at, outcome, reasons, hook_state, hook_details,
        next_transition_at
    FROM account CROSS JOIN found
    WHERE makes_backup AND check_only IS NOT TRUE AND has_app AND bucket_state = '{AVAILABLE}'
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
        found.created_at, found.created_at,
        user_id, '{PENDING}', '[]', '[]', 1, snapshot_discovering_at,
        snapshot_running_at, snapshot_ends_at, snapshot_outcome, snapshot_reasons, hook_state,
        snapshot_hook_details, snapshot_discovering_at
    FROM account CROSS JOIN found LEFT JOIN new_backup ON new_backup.id = backup_id
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


# A row for each that is wanted, in order: see ``create``.
CREATE = Statement(f"""
    WITH account AS (
        SELECT id FROM accounts_account
        WHERE id = %(account)s AND {PROOF_OF_ACCOUNT}
          AND (%(caller_digest)s::text IS NULL OR {PROOF_OF_USER})
        FOR SHARE
    ), found AS MATERIALIZED ({_FOUND}),
    new_backup AS ({_NEW_BACKUP}), new_snapshot AS ({_NEW_SNAPSHOT}), history AS ({_HISTORY})
    SELECT EXISTS (SELECT FROM account), has_app, bucket_state, source_app_id, source_state,
           new_backup.bucket_id
    FROM found LEFT JOIN new_backup ON new_backup.id = backup_id
    ORDER BY number
""")


def written(rows: Draft, *, check_only: bool = False) -> bytes:
    """Return a draft as ``create`` takes it.

    ``check_only``: nothing is to be made of it, but what it names is to be looked for.
    """
    members = rows | {"check_only": True} if check_only else rows
    return orjson.dumps({name: value for name, value in members.items() if value is not None})


def create(who: Mapping[str, Any], drafts: Sequence[bytes]) -> list[Sequence[Any]]:
    """Create what an account wants, for who is proved to call; return what came of each, in order.

    Of each: whether account and app are as they were, what was found of its bucket (the state) and its
    snapshot (app and state), and the bucket of the backup, None when none was made.
    """
    return [
        row
        for first in range(0, len(drafts), _MOST_AT_ONCE)
        for row in CREATE.fetch_all(
            {"wanted": b"[%b]" % b",".join(drafts[first : first + _MOST_AT_ONCE]), **who}
        )
    ]
